// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/trust/Vouches.h"

namespace tower {

/// The SQL of nostr_trust_vouches.
class VouchStore
{
public:
    explicit VouchStore(Database &database)
        : m_database(database)
    {
    }

    /// False when the pair or the event is there already.
    bool insert(const Vouch &vouch);
    std::optional<Vouch> find(const QString &id);
    std::optional<Vouch> findPair(const PubKey &voucher, const PubKey &vouchee);
    std::optional<Vouch> findEvent(const EventId &event);
    /// True for the one caller who revokes it.
    bool revoke(const QString &id, Millis now, const QString &actor, const QString &reason);

    std::vector<Vouch> given(const PubKey &voucher, int limit);
    std::vector<Vouch> received(const PubKey &vouchee, int limit);
    std::int64_t countGiven(const PubKey &voucher);
    std::int64_t countReceived(const PubKey &vouchee);

private:
    Database &m_database;
};

} // namespace tower
