// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Demo.h"
#include "app/StartProgram.h"
#include "app/Tower.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/ShutdownSignals.h"

#include <QCoreApplication>

#include <cstdio>

int main(int argc, char **argv)
{
    using namespace tower;
    QCoreApplication application(argc, argv);
    return startProgram(application.arguments(), false, [&application](TowerOptions options) {
        const std::unique_ptr<Demo> demo = makeDemo(options);
        Tower tower(std::move(options));
        // Before the line that says so: whoever reads it may stop us at once.
        const ShutdownSignals shutdown([&](int signal) {
            log::info("app", QStringLiteral("stopping"), {{"signal", QString::number(signal)}});
            tower.stop([&application] { application.quit(); });
        });
        tower.listen();
        std::printf("listening on %s\n", qUtf8Printable(tower.api.host().url()));
        std::fflush(stdout);
        const int status = application.exec();
        log::info("app", QStringLiteral("stopped"));
        return status;
    });
}
