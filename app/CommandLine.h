// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/store/Database.h"

#include <QHostAddress>
#include <QStringList>

#include <optional>

namespace tower {

/// What the command line, the environment and the config file say: all that a Tower needs to be built.
struct TowerOptions
{
    QString dataDir;
    DatabaseUrl database;
    QHostAddress address = QHostAddress::LocalHost;
    quint16 port = 8337;
    bool listenGiven = false; ///< by --listen, so that nothing remembered counts
    QString tlsCertificate;
    QString tlsKey;
    bool behindProxy = false;
    bool demo = false;
    bool printSettings = false;
    QString page;       ///< of the console: where it opens
    QString theme;      ///< of the console: light, dark, or empty for the system's
    QString screenshot; ///< of the console: a file to draw the window into, then quit
    /// Secrets whose change the operator confirms, by name.
    QStringList acceptedSecretChanges;
    Settings settings;
    QProcessEnvironment environment;
};

/// Thrown for --help and --version (status 0, text on stdout) and for wrong usage (status 2, text on stderr).
struct CommandLineExit
{
    int status = 0;
    QString text;
};

/// Reads the options of towerd and tower-console. Throws CommandLineExit, or ServiceError for a setting or a
/// database URL that is not right. Touches no file but the config file.
TowerOptions readCommandLine(const QStringList &arguments, const QProcessEnvironment &environment,
                             bool console);

} // namespace tower
