// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// towerctl: the operator's command line over the admin API.
#include "app/ctl/Command.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"
#include "core/base/Error.h"
#include "core/base/Process.h"

#include <QCoreApplication>

#include <cstdio>

using namespace tower;

namespace {

int run(const Command &command)
{
    static const QMap<QString, int (*)(const Command &)> verbs{
        {"grant", grantAccess},        {"revoke", revokeAccess},
        {"list", listAccounts},        {"explain", explainPolicy},
        {"queue", listQueue},          {"approve", approveEvents},
        {"reject", rejectEvents},      {"export", exportRecords},
        {"reconcile", reconcileBooks}, {"verify-activity", verifyActivity},
        {"backup", backupDatabase},    {"restore", restoreDatabase},
    };
    if (command.has("--version")) {
        print("towerctl " TOWER_VERSION "\n");
        return 0;
    }
    if (command.verb().isEmpty()) {
        print(QString::fromUtf8(Command::help()));
        return 0;
    }
    return verbs[command.verb()](command);
}

void complain(const QString &what, const char *more = "")
{
    std::fprintf(stderr, "towerctl: %s%s\n", qUtf8Printable(plain(what)), more);
}

} // namespace

int main(int argc, char *argv[])
{
    hardenProcess();
    const QCoreApplication application(argc, argv);
    try {
        return run(Command::parse(QCoreApplication::arguments().mid(1)));
    } catch (const UsageError &problem) {
        complain(QString::fromUtf8(problem.what()), " (try --help)");
        return 2;
    } catch (const Refused &problem) {
        complain(QString::fromUtf8(problem.what()));
        return 1;
    } catch (const ServiceError &problem) {
        complain(problem.message());
        return 1;
    }
}
