// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/PoolStore.h"

#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr std::string_view reservationColumns = "id, pubkey, ref, request_hash, sats, day, state, expires_at";

PoolStore::Balance balanceFrom(const Row &row)
{
    return {row.sats("balance_sats"), row.sats("reserved_sats"), row.sats("credited_sats"),
            row.sats("absorbed_sats")};
}

Reservation reservationFrom(const Row &row)
{
    return {row.text("id"),
            row.pubKey("pubkey"),
            row.text("ref"),
            row.text("request_hash"),
            row.sats("sats"),
            row.integer("day"),
            row.text("state") == QLatin1String("held"),
            row.millis("expires_at")};
}

FreeTierGrant grantFrom(const Row &row)
{
    return {row.text("id"),   row.pubKey("pubkey"),    row.text("request_hash"), row.text("ref"),
            row.sats("sats"), row.sats("pool_before"), row.sats("pool_after"),   row.millis("at")};
}

/// SQLite's transactions write one after another; PostgreSQL locks the row.
std::string forUpdate(const Database &database, std::string_view sql)
{
    return std::string(sql) + (database.engine() == Engine::Postgres ? " FOR UPDATE" : "");
}

constexpr std::string_view readBalance =
    "SELECT balance_sats, reserved_sats, credited_sats, absorbed_sats FROM generosity_pool WHERE one = 1";

std::string readReservation()
{
    return "SELECT " + std::string(reservationColumns) + " FROM free_tier_reservations WHERE id = ?";
}

} // namespace

bool PoolStore::insertPool(Transaction &, Sats balance)
{
    return m_database.execute(R"(
        INSERT INTO generosity_pool (one, balance_sats, reserved_sats) VALUES (1, ?, 0) ON CONFLICT DO NOTHING)",
                              {balance}) == 1;
}

std::optional<PoolStore::Balance> PoolStore::balance()
{
    return m_database.one(readBalance, {}, balanceFrom);
}

std::optional<PoolStore::Balance> PoolStore::lockBalance(Transaction &)
{
    return m_database.one(forUpdate(m_database, readBalance), {}, balanceFrom);
}

bool PoolStore::move(Transaction &, const Balance &by)
{
    return m_database.execute(R"(
        UPDATE generosity_pool
        SET balance_sats = balance_sats + ?, reserved_sats = reserved_sats + ?,
            credited_sats = credited_sats + ?, absorbed_sats = absorbed_sats + ?
        WHERE one = 1 AND reserved_sats + ? >= 0 AND balance_sats + ? >= reserved_sats + ?)",
                              {by.balance, by.reserved, by.credited, by.absorbed, by.reserved, by.balance,
                               by.reserved}) == 1;
}

void PoolStore::insert(Transaction &, const Reservation &reservation, Millis now)
{
    m_database.execute(
        R"(
        INSERT INTO free_tier_reservations
            (id, pubkey, ref, request_hash, sats, day, state, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, 'held', ?, ?))",
        {reservation.id, reservation.pubkey, reservation.ref, reservation.requestHash, reservation.sats,
         reservation.day, now, reservation.expiresAt});
}

std::optional<Reservation> PoolStore::find(const QString &id)
{
    return m_database.one(readReservation(), {id}, reservationFrom);
}

std::optional<Reservation> PoolStore::lock(Transaction &, const QString &id)
{
    return m_database.one(forUpdate(m_database, readReservation()), {id}, reservationFrom);
}

std::optional<QString> PoolStore::heldFor(const QString &ref)
{
    return m_database.one("SELECT id FROM free_tier_reservations WHERE ref = ? AND state = 'held'", {ref},
                          [](const Row &row) { return row.text("id"); });
}

Sats PoolStore::heldOf(const PubKey &key)
{
    return Sats(m_database.number(R"(
        SELECT CAST(coalesce(sum(sats), 0) AS BIGINT) AS n FROM free_tier_reservations
        WHERE pubkey = ? AND state = 'held')",
                                  {key}));
}

bool PoolStore::prolong(Transaction &, const QString &id, Millis until)
{
    return m_database.execute(
               "UPDATE free_tier_reservations SET expires_at = ? WHERE id = ? AND state = 'held'",
               {until, id}) == 1;
}

bool PoolStore::end(Transaction &, const QString &id, const char *state, Sats absorbed, Millis now)
{
    return m_database.execute(R"(
        UPDATE free_tier_reservations SET state = ?, absorbed_sats = ?, ended_at = ?
        WHERE id = ? AND state = 'held')",
                              {state, absorbed, now, id}) == 1;
}

std::vector<QString> PoolStore::due(Millis now, int limit)
{
    return m_database.all(R"(
        SELECT id FROM free_tier_reservations WHERE state = 'held' AND expires_at <= ?
        ORDER BY expires_at, id LIMIT ?)",
                          {now, limit}, [](const Row &row) { return row.text("id"); });
}

void PoolStore::insertGrant(Transaction &, const FreeTierGrant &grant, const QString &reservationId)
{
    m_database.execute(R"(
        INSERT INTO free_tier_grants
            (id, reservation_id, pubkey, request_hash, ref, sats, pool_before, pool_after, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))",
                       {grant.id, reservationId, grant.pubkey, grant.requestHash, grant.ref, grant.sats,
                        grant.poolBefore, grant.poolAfter, grant.at});
}

Page<FreeTierGrant> PoolStore::grants(const GrantFilter &filter, const PageRequest &page)
{
    KeysetQuery query("id, pubkey, request_hash, ref, sats, pool_before, pool_after, at", "free_tier_grants",
                      "id");
    if (filter.pubkey)
        query.where("pubkey = ?", {*filter.pubkey});
    if (filter.since)
        query.where("at >= ?", {*filter.since});
    if (filter.until)
        query.where("at <= ?", {*filter.until});
    query.orderBy("at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, grantFrom);
}

std::int64_t PoolStore::countGrants(Millis since)
{
    return m_database.number("SELECT count(*) AS n FROM free_tier_grants WHERE at >= ?", {since});
}

PoolStore::Flows PoolStore::flows(Millis since)
{
    Flows out;
    m_database.read(R"(
        SELECT pool.balance AS balance, moved.day AS day, moved.kind AS kind, moved.sats AS sats,
               moved.movements AS movements
        FROM (SELECT coalesce((SELECT balance FROM ledger_balances WHERE account = 'pool'), 0) AS balance) pool
        LEFT JOIN (
            SELECT at / 86400000 AS day, kind, count(*) AS movements,
                   CAST(sum(CASE WHEN credit = 'pool' THEN sats ELSE -sats END) AS BIGINT) AS sats
            FROM ledger
            WHERE kind IN ('pool_seed', 'pool_adjust', 'pool_credit', 'grant') AND at >= ?
            GROUP BY 1, 2
        ) moved ON 1 = 1
        ORDER BY day)",
                    {since}, [&out](const Row &row) {
                        out.balance = row.sats("balance");
                        if (!row.isNull("kind"))
                            out.flows.push_back({row.integer("day"), row.text("kind"), row.sats("sats"),
                                                 row.integer("movements")});
                        return true;
                    });
    return out;
}

Sats PoolStore::moved(const QString &kind, Millis since)
{
    return Sats(m_database.number(R"(
        SELECT CAST(coalesce(sum(sats), 0) AS BIGINT) AS n FROM ledger WHERE kind = ? AND at >= ?)",
                                  {kind, since}));
}

} // namespace tower
