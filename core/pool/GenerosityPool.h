// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/identity/Identities.h"
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "core/pool/PoolStore.h"

#include <optional>
#include <vector>

namespace tower {

enum class Serve { Free, Partial, Gate };
QString toText(Serve serve); ///< free, partial, gate

struct FreeTierDecision
{
    Serve serve = Serve::Gate;
    Sats absorb;             ///< that the pool takes on
    Sats charge;             ///< that the customer pays
    QString reservationId{}; ///< "" for a dry run and when nothing is absorbed
};

struct PoolFlow
{
    Sats today, week, ever; ///< since midnight UTC; the last 7 days; all
};

struct PoolStatus
{
    Sats balance;
    Sats reserved;
    PoolFlow credited;
    PoolFlow absorbed;
    std::int64_t grantsToday = 0;
    std::vector<std::pair<Tier, Sats>> dailyBudgets;
    std::optional<std::int64_t> daysLeft; ///< at the 7-day rate of what is absorbed; nullopt: nothing was
};

/// One UTC day of the pool.
struct PoolDay
{
    Millis day;   ///< its midnight
    Sats balance; ///< at its end
    Sats credited;
    Sats absorbed;
    Sats adjusted; ///< by the operator; may be negative
    std::int64_t grants = 0;
};

/// The generosity pool: part of what paid work earns, given back as free work to identities that have earned
/// it. Reserved sats count against pool and budget until they are committed, released, or run out. Core
/// thread. Locks: identity, (job or session by the caller), pool, ledger.
class GenerosityPool
{
public:
    GenerosityPool(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
                   Ledger &ledger, Activity &activity);

    /// Opens the pool with FREE_TIER_POOL_INITIAL_SATS, once for a database.
    void seed();

    /// A dry run: reserves nothing. Nullopt key: anonymous.
    FreeTierDecision decide(const std::optional<PubKey> &key, Sats estimate);
    /// For work: reserves what is absorbed, under `ref` ("job:<id>", "request:<id>"); what is still held
    /// under that ref is released first.
    FreeTierDecision reserve(Transaction &transaction, const std::optional<PubKey> &key, Sats estimate,
                             const QString &ref, const QString &requestHash);
    /// The work goes on: the reservation runs out `holdFor` from now. False when it is gone already.
    bool hold(Transaction &transaction, const QString &reservationId);
    /// Absorbs min(actual, reserved) and gives the rest back; the sats absorbed (0 when the reservation has
    /// run out or been released). Exactly once: a second call absorbs nothing.
    Sats commit(Transaction &transaction, const QString &reservationId, Sats actual);
    /// The work failed or was never paid.
    void release(Transaction &transaction, const QString &reservationId);
    /// For a transaction that credits the pool after other movements: the pool comes before the ledger.
    void lock(Transaction &transaction);
    /// FREE_TIER_POOL_CREDIT_PCT of paid work, rounded down, exactly once per `ref`.
    Sats credit(Transaction &transaction, Sats paid, const QString &ref);

    /// Positive: the operator adds; negative: takes what is not reserved. With a reason (1 to 1,000
    /// characters). Throws badRequest("sats"), ("reason"), conflict "pool_too_low".
    PoolStatus adjust(Sats sats, const QString &reason, const QString &actor);

    /// Gives back what has run out (until then it can still be held or committed). Returns how many.
    int expireDue(int limit);

    PoolStatus status();
    /// The last `count` UTC days (1 to 3,660), oldest first; over any connection.
    static std::vector<PoolDay> history(Database &database, Millis now, int count);
    Page<FreeTierGrant> grants(const GrantFilter &filter, const PageRequest &page);

    static constexpr Millis holdFor = seconds(900);

private:
    PoolStore::Balance locked(Transaction &transaction);
    void move(Transaction &transaction, const PoolStore::Balance &by);
    void record(Transaction &transaction, const char *action, const QString &ref, Sats before, Sats after);
    /// Of today's budget; may be negative.
    Sats budgetLeft(const PubKey &key, const std::optional<Identity> &identity);
    void writeGrant(Transaction &transaction, const Reservation &reservation, Sats absorbed, Sats poolBefore);
    void giveBack(Transaction &transaction, const Reservation &reservation, const char *state);

    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    Ledger &m_ledger;
    Activity &m_activity;
    PoolStore m_store;
};

/// The pool's part of the checks "balances" (the pool against the ledger and what is held) and "reservations"
/// (each in one terminal state or belonging to running work; each grant with its movement).
void addPoolChecks(Reconcile &reconcile);

} // namespace tower
