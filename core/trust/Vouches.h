// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/trust/Trust.h"

#include <memory>

namespace tower {

class VouchStore;

/// One elite identity's word for another. A revoked vouch stays: neither the pair nor the event can be used
/// again, so that a boost which the operator took back does not return.
struct Vouch
{
    QString id; ///< UUIDv4
    PubKey voucher;
    PubKey vouchee;
    EventId event;
    std::int64_t boost = 0; ///< what it added at the time
    Millis createdAt;
    std::optional<Millis> revokedAt;
    QString revokedBy;
    QString revokeReason;
};

/// A vouch, and what became of the identity at its other end.
struct VouchEdge
{
    Vouch vouch;
    Identity other;
    AccessLevel otherAccess = AccessLevel::None;
};

struct VouchGraph
{
    std::vector<VouchEdge> given;    ///< newest first
    std::vector<VouchEdge> received; ///< newest first
};

/// Who vouched for whom. Each pair and each event counts once, whatever is repeated and whoever repeats it.
/// Core thread.
class Vouches
{
public:
    static constexpr int createdAtSlackSecs = 86'400;
    static constexpr int graphLimit = 500; ///< vouches read in each direction

    Vouches(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
            RelayAccounts &relayAccounts, Trust &trust, Activity &activity);
    ~Vouches();

    struct Outcome
    {
        Vouch vouch;
        Identity vouchee;
        bool repeated = false; ///< it was there already: nothing changed
    };
    /// Throws forbidden unless `voucher` is elite (after decay).
    void requireElite(const PubKey &voucher);
    /// Throws as requireElite does, and badRequest for vouching for oneself and for an event that is not the
    /// voucher's own valid one of about now that names `vouchee`. An unknown vouchee becomes an identity.
    Outcome vouch(const PubKey &voucher, const PubKey &vouchee, const EventParse &event);

    /// Takes the boost back (floor 0). 404 unknown; a vouch revoked before is returned as it is.
    Vouch revoke(const QString &id, const QString &reason, const QString &actor);

    VouchGraph of(const PubKey &key);
    /// Vouches that stand.
    std::int64_t countGiven(const PubKey &key);
    std::int64_t countReceived(const PubKey &key);

private:
    [[nodiscard]] const Event &requireEvent(const EventParse &parsed, const PubKey &voucher,
                                            const PubKey &vouchee) const;
    Outcome existing(const PubKey &voucher, const PubKey &vouchee, const EventId &event);
    VouchEdge edge(const Vouch &vouch, const PubKey &other);

    std::unique_ptr<VouchStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    RelayAccounts &m_relayAccounts;
    Trust &m_trust;
    Activity &m_activity;
};

} // namespace tower
