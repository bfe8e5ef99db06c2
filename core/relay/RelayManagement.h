// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Changes.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/RelayAccounts.h"

#include <QHostAddress>
#include <QSet>

#include <memory>
#include <optional>
#include <vector>

namespace tower {

class RelayManagementStore;

/// How the relay presents itself (NIP-11); what the operator did not set has a default.
struct RelayProfile
{
    QString name;
    QString description;
    QString icon; ///< a URL, or empty
};
enum class ProfileField { Name, Description, Icon };
QString toText(ProfileField field); ///< name, description, icon

/// The lists that relay management shows.
enum class ManagementList {
    BannedPubkeys,           ///< revoked accounts, by whatever way they were revoked
    AllowedPubkeys,          ///< write access by hand; what a tier earned is not on it
    EventsNeedingModeration, ///< flagged, then pending, the oldest first
    BannedEvents,            ///< banned by id, then rejected in the queue
    BlockedIps,
};
struct ManagedItem
{
    QString item; ///< hex key, event id or address
    QString reason;
};

/// What a NIP-86 client can do with the relay, over the accounts and the queue that everybody else uses, and
/// what NIP-86 adds to them: the relay's profile, banned event ids, allowed and disallowed kinds, blocked
/// addresses. Each change is one transaction with its activity row; repeating one changes nothing. Core
/// thread.
///
/// The policy asks isBanned() and refusal() for every event: they are answered from memory, which is read
/// again when this or, on PostgreSQL, another program changed something.
class RelayManagement : public QObject
{
    Q_OBJECT

public:
    RelayManagement(Database &database, const Clock &clock, RelayAccounts &accounts, ModerationQueue &queue,
                    Activity &activity, Changes &changes, QObject *parent = nullptr);
    ~RelayManagement() override;

    /// Revokes the key's access, also when it has no account yet. Timmy's own: 409.
    void banPubkey(const PubKey &key, const QString &reason, const QString &actor);
    /// Lifts a revocation: the key has what its tier earns.
    void unbanPubkey(const PubKey &key, const QString &reason, const QString &actor);
    /// Grants write access, by hand and without end.
    void allowPubkey(const PubKey &key, const QString &reason, const QString &actor);
    /// Takes write access by hand back: the key has what its tier earns. A ban stands.
    void unallowPubkey(const PubKey &key, const QString &reason, const QString &actor);

    /// Approves an event of the queue; one that is banned by its id is no longer. 404 when it is neither.
    void allowEvent(const EventId &id, const QString &reason, const QString &actor);
    /// Rejects an event that waits in the queue; any other is refused by its id from now on.
    void banEvent(const EventId &id, const QString &reason, const QString &actor);

    RelayProfile profile();
    /// Empty: back to the default. An icon must be an http or https URL.
    void changeProfile(ProfileField field, const QString &text, const QString &actor);

    /// A kind that was disallowed is taken again. Any other goes on the list of allowed kinds: once that list
    /// is not empty, no other kind is taken.
    void allowKind(int kind, const QString &actor);
    /// The kind is refused, and is no longer on the list of allowed kinds.
    void disallowKind(int kind, const QString &actor);
    std::vector<int> allowedKinds();

    /// An address in its usual writing, IPv4 or IPv6; no ranges.
    void blockIp(const QString &address, const QString &reason, const QString &actor);
    void unblockIp(const QString &address, const QString &actor);

    /// Over any connection: a long list is read off the core thread. At most 10,000 of each kind.
    static std::vector<ManagedItem> listOn(Database &database, ManagementList list, Millis now);

    /// Whether this event is refused whoever posts it and whatever was decided before.
    bool isBanned(const EventId &id);
    /// Why an event is refused before its author counts.
    struct Refusal
    {
        const char *reason; ///< machine code: kind-not-allowed, blocked-ip
        QByteArray message; ///< for the author
    };
    /// `source`: the relay's sourceType and sourceInfo, with a blank between ("IP4 203.0.113.7").
    std::optional<Refusal> refusal(int kind, const QByteArray &source);

    /// What isBanned() and refusal() go by.
    struct Rules
    {
        QSet<EventId> bannedEvents;
        QSet<int> allowedKinds;
        QSet<int> disallowedKinds;
        QSet<QHostAddress> blockedIps;
    };
    const Rules &rules();

private:
    void note(Transaction &transaction, const char *action, const QString &subject, const QString &reason,
              const QString &actor);

    std::unique_ptr<RelayManagementStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    RelayAccounts &m_accounts;
    ModerationQueue &m_queue;
    Activity &m_activity;
    Rules m_rules;
    bool m_stale = true; ///< m_rules are not what the database has, or not known to be
};

} // namespace tower
