// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <optional>

namespace tower {

/// What the pool absorbed once; never changed.
struct FreeTierGrant
{
    QString id;
    PubKey pubkey;
    QString requestHash; ///< SHA-256 of the request, hex
    QString ref;         ///< job:<id> or request:<id>
    Sats sats;
    Sats poolBefore;
    Sats poolAfter;
    Millis at;
};

struct GrantFilter
{
    std::optional<PubKey> pubkey{};
    std::optional<Millis> since{}, until{};
};

struct Reservation
{
    QString id;
    PubKey pubkey;
    QString ref;
    QString requestHash;
    Sats sats;
    std::int64_t day = 0; ///< UTC, since the epoch
    bool held = false;
    Millis expiresAt;
};

/// The SQL of generosity_pool, free_tier_reservations and free_tier_grants, and of the pool's movements in
/// the ledger. Knows no rule.
class PoolStore
{
public:
    explicit PoolStore(Database &database)
        : m_database(database)
    {
    }

    /// What the pool holds, and by how much that changes.
    struct Balance
    {
        Sats balance;
        Sats reserved;
        Sats credited; ///< in all
        Sats absorbed; ///< in all
    };
    /// False when it was there already.
    bool insertPool(Transaction &transaction, Sats balance);
    std::optional<Balance> balance();
    std::optional<Balance> lockBalance(Transaction &transaction);
    /// Guarded: false, and nothing changed, when 0 <= reserved <= balance would not hold any more.
    bool move(Transaction &transaction, const Balance &by);

    void insert(Transaction &transaction, const Reservation &reservation, Millis now);
    std::optional<Reservation> find(const QString &id);
    /// The row, locked for this transaction.
    std::optional<Reservation> lock(Transaction &transaction, const QString &id);
    std::optional<QString> heldFor(const QString &ref);
    /// Of this identity, since whatever day: what is held is absorbed on the day on which its work ends.
    Sats heldOf(const PubKey &key);
    bool prolong(Transaction &transaction, const QString &id, Millis until);
    /// Guarded: false when it is not held any more.
    bool end(Transaction &transaction, const QString &id, const char *state, Sats absorbed, Millis now);
    /// Held, and run out by `now`; the longest ago first.
    std::vector<QString> due(Millis now, int limit);

    void insertGrant(Transaction &transaction, const FreeTierGrant &grant, const QString &reservationId);
    Page<FreeTierGrant> grants(const GrantFilter &filter, const PageRequest &page);
    std::int64_t countGrants(Millis since);

    /// The pool's movements of one kind on one UTC day.
    struct Flow
    {
        std::int64_t day = 0;
        QString kind;
        Sats sats; ///< into the pool; negative: out of it
        std::int64_t count = 0;
    };
    /// What the ledger holds in the pool, and its movements since then, read at one moment.
    struct Flows
    {
        Sats balance;
        std::vector<Flow> flows;
    };
    Flows flows(Millis since);
    /// What was absorbed or credited (by the movements' kind) since then.
    Sats moved(const QString &kind, Millis since);

private:
    Database &m_database;
};

} // namespace tower
