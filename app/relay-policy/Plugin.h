// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/HttpClient.h"
#include "app/relay-policy/SnapshotKeeper.h"
#include "app/relay-policy/Verdict.h"

#include <chrono>
#include <optional>

namespace tower {

/// Answers the relay's lines, one each: asks the tower, and says no when there is no clear answer in time.
class Plugin
{
public:
    /// `snapshots` is nullptr with --fail reject.
    Plugin(HttpClient client, std::chrono::milliseconds timeout, const SnapshotKeeper *snapshots);

    /// The answer to one line, with its newline; at most 8,192 bytes, which is what strfry takes. `line` has
    /// none.
    QByteArray answer(QByteArrayView line);
    /// For a line that was too long to be read.
    static QByteArray answerOversized();

private:
    Verdict ask(QByteArrayView line, const PolicyLine &parsed);
    Verdict withoutTower(const PolicyLine &line) const;
    Verdict trouble(const QString &what);

    HttpClient m_client;
    std::chrono::milliseconds m_timeout;
    const SnapshotKeeper *m_snapshots;
    QString m_lastTrouble;
    std::optional<std::chrono::steady_clock::time_point> m_troubleLogged;
};

} // namespace tower
