// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <stdexcept>

namespace tower {

/// The command line of tower-relay-policy, checked.
struct RelayPolicyOptions
{
    enum class Fail { Reject, Cache };
    enum class Show { Nothing, Help, Version };

    QUrl url;
    QByteArray secret; ///< may be empty: from loopback the tower asks for none
    std::chrono::milliseconds timeout{1000};
    Fail fail = Fail::Reject;
    QString cacheFile;
    QString caFile; ///< trusted beside the system's authorities; empty = none
    Show show = Show::Nothing;

    /// Throws std::invalid_argument with one clear line.
    static RelayPolicyOptions parse(const QStringList &arguments, const QProcessEnvironment &environment);
    static QByteArray help();
};

} // namespace tower
