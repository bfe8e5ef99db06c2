// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/StartProgram.h"

#include "core/activity/SavedSettings.h"
#include "core/base/DataDir.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/Process.h"
#include "core/base/Secrets.h"
#include "core/base/SettingsPrint.h"
#include "core/store/Migrations.h"
#include "core/store/SettingsStore.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <cstdio>

namespace tower {

namespace {

/// The saved layer too, where there is a database to read it from; nothing is made or migrated for it.
void loadSaved(TowerOptions &options)
{
    if (options.database.engine == Engine::Sqlite && !QFileInfo::exists(options.database.path))
        return;
    Database database(options.database, Database::Mode::ReadOnly);
    if (Migrations::version(database) > 0)
        options.settings.load(SettingsStore(database).values());
}

int printSettings(TowerOptions options)
{
    loadSaved(options);
    const Secrets secrets(options.environment,
                          [&] { return openSecretStore(keychainService(options.dataDir), options.dataDir); });
    for (const QString &warning : options.settings.warnings())
        std::fprintf(stderr, "towerd: %s\n", qUtf8Printable(warning));
    std::fputs(qUtf8Printable(describeSettings(options.settings, secrets)), stdout);
    return 0;
}

} // namespace

int startProgram(const QStringList &arguments, bool console, const std::function<int(TowerOptions)> &run)
{
    hardenProcess();
    QCoreApplication::setApplicationName(console ? QStringLiteral("tower-console")
                                                 : QStringLiteral("towerd"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TOWER_VERSION));
    const char *name = console ? "tower-console" : "towerd";
    try {
        TowerOptions options = readCommandLine(arguments, QProcessEnvironment::systemEnvironment(), console);
        wipeSecretsFromEnvironment(); // the options hold a copy, which child processes and /proc do not see
        if (options.printSettings)
            return printSettings(std::move(options));
        log::toStderr();
        log::installQtHandler();
        return run(std::move(options));
    } catch (const CommandLineExit &exit) {
        std::fprintf(exit.status == 0 ? stdout : stderr, "%s\n", qUtf8Printable(exit.text));
        return exit.status;
    } catch (const std::exception &error) {
        const auto *service = dynamic_cast<const ServiceError *>(&error);
        std::fprintf(stderr, "%s: %s\n", name, service ? qUtf8Printable(service->message()) : error.what());
        return 1;
    }
}

} // namespace tower
