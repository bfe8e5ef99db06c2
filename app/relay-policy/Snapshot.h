// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/Verdict.h"
#include "core/base/Types.h"
#include "core/nostr/Event.h"

#include <QHash>
#include <QHostAddress>
#include <QSet>

#include <optional>

class QJsonObject;

namespace tower {

/// What the tower last said about its accounts (GET /api/relay/accounts/snapshot), and what can be decided
/// from that alone. Immutable once read.
class Snapshot
{
public:
    /// nullopt when the text is not a snapshot, whole.
    static std::optional<Snapshot> parse(const QByteArray &json);

    /// Follows the tower's own order of checks as far as it goes without the tower; what would be queued
    /// there is refused here, never shadow-rejected. `source`: the network address that the relay had it
    /// from.
    [[nodiscard]] Verdict judge(const Event &event, const QByteArray &source) const;

    [[nodiscard]] qsizetype accounts() const { return m_accounts.size(); }

private:
    enum class Access { None, Read, Write };
    struct Account
    {
        Access access = Access::None;
        bool elite = false;
    };

    /// What the operator forbade (NIP-86), whoever the author is; nothing in a snapshot of an older tower.
    struct Rules
    {
        QSet<EventId> bannedEvents;
        QSet<int> allowedKinds; ///< empty: all
        QSet<int> disallowedKinds;
        QSet<QHostAddress> blockedIps;
    };
    static std::optional<Rules> rulesFrom(const QJsonObject &object);

    [[nodiscard]] bool takesKind(int kind) const;
    [[nodiscard]] bool isOpen(const Event &event) const;
    [[nodiscard]] bool addressesMember(const Event &event) const;

    Rules m_rules;
    std::optional<PubKey> m_timmy;
    QSet<int> m_openKinds;
    QSet<int> m_unmoderatedKinds;
    QHash<PubKey, Account> m_accounts;
};

} // namespace tower
