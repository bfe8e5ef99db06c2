// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pool/GenerosityPool.h"
#include "tests/support/TestDatabase.h"

namespace tower::test {

inline constexpr Millis start = days(20'000);

/// The n-th key. Not on the curve: nothing here signs.
inline PubKey numbered(int n)
{
    PubKey key;
    key.data()[30] = static_cast<std::uint8_t>(n >> 8);
    key.data()[31] = static_cast<std::uint8_t>(n);
    return key;
}

inline QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// Writes the least of a job that a reservation may belong to; a job that is there gets the state.
inline void setJob(Database &database, const QString &id, const char *state)
{
    database.execute(R"(
        INSERT INTO jobs (id, request, state, eval_payment_hash, eval_amount_sats, created_at, updated_at)
        VALUES (?, 'x', ?, '', 10, 0, 0) ON CONFLICT (id) DO UPDATE SET state = excluded.state)",
                     {id, state});
}

/// The services around a pool, over one connection.
struct PoolServices
{
    PoolServices(Database &db, const Clock &clock, const Settings &settings)
        : database(db)
        , activity(db, clock)
        , ledger(db, clock)
        , identities(db, clock, settings)
        , pool(db, clock, settings, identities, ledger, activity)
    {
    }

    template <class Work>
    auto inTransaction(Work &&work)
    {
        Transaction transaction(database);
        auto result = work(transaction);
        transaction.commit();
        return result;
    }
    void setScore(const PubKey &key, std::int64_t score)
    {
        inTransaction([&](Transaction &transaction) {
            return identities.changeScore(transaction, key, text("adjust"), {}, {},
                                          [score](std::int64_t) { return score; });
        });
    }
    FreeTierDecision reserve(const std::optional<PubKey> &key, Sats estimate, const QString &ref)
    {
        return inTransaction([&](Transaction &transaction) {
            return pool.reserve(transaction, key, estimate, ref, text("hash of ") + ref);
        });
    }
    bool hold(const QString &id)
    {
        return inTransaction([&](Transaction &transaction) { return pool.hold(transaction, id); });
    }
    Sats commit(const QString &id, Sats actual)
    {
        return inTransaction([&](Transaction &transaction) { return pool.commit(transaction, id, actual); });
    }
    void release(const QString &id)
    {
        inTransaction([&](Transaction &transaction) {
            pool.release(transaction, id);
            return true;
        });
    }
    Sats credit(Sats paid, const QString &ref)
    {
        return inTransaction([&](Transaction &transaction) { return pool.credit(transaction, paid, ref); });
    }

    Database &database;
    Activity activity;
    Ledger ledger;
    Identities identities;
    GenerosityPool pool;
};

/// A pool over a fresh database, with a clock that the test turns.
struct PoolHouse
{
    static constexpr const char *notOpened = nullptr;

    explicit PoolHouse(const QString &engine, const char *initialSats = "10000")
        : database(engine)
        , settings({}, {}, {{text("FREE_TIER_POOL_INITIAL_SATS"), text(initialSats ? initialSats : "10000")}})
        , services(*database, clock, settings)
    {
        // Nothing here is about power cuts.
        database->script(database.isPostgres() ? text("SET synchronous_commit = off")
                                               : text("PRAGMA synchronous = OFF"));
        if (initialSats)
            services.pool.seed();
        addPoolChecks(reconcile);
    }

    /// The checks that are not right, with what they say; "" when all are (but for those in `without`).
    QString wrong(const QStringList &without = {})
    {
        QStringList out;
        for (const CheckResult &check : reconcile.run(*database, std::nullopt).checks) {
            if (!check.ok && !without.contains(check.name))
                out << check.name + text(": ") + check.detail;
        }
        return out.join(u'\n');
    }
    std::int64_t count(const char *sql) { return database->number(sql); }
    QStringList changes(const char *kind)
    {
        const auto ids = database->all("SELECT id FROM changes WHERE kind = ? ORDER BY seq", {kind},
                                       [](const Row &row) { return row.text("id"); });
        return QStringList(ids.begin(), ids.end());
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    PoolServices services;
    Reconcile reconcile;
};

} // namespace tower::test
