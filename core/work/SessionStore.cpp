// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionStore.h"

#include "core/base/Error.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    id, state, nostr_pubkey, deposit_payment_hash, balance_sats, reserved_sats, deposited_sats, debited_sats,
    request_count, expires_at, created_at, updated_at)sql";

PaymentHash paymentHash(const Row &row, std::string_view column)
{
    return PaymentHash::fromHex(row.text(column)).value_or(PaymentHash());
}

Session fromRow(const Row &row)
{
    Session session;
    session.id = row.text("id");
    const std::optional<SessionState> state = sessionStateFromText(row.text("state"));
    if (!state)
        throw internalError(QStringLiteral("A session is in a state that there is not."));
    session.state = *state;
    if (!row.isNull("nostr_pubkey"))
        session.pubkey = row.pubKey("nostr_pubkey");
    session.depositPaymentHash = paymentHash(row, "deposit_payment_hash");
    session.balance = row.sats("balance_sats");
    session.reserved = row.sats("reserved_sats");
    session.deposited = row.sats("deposited_sats");
    session.debited = row.sats("debited_sats");
    session.requestCount = row.integer("request_count");
    session.expiresAt = row.millis("expires_at");
    session.createdAt = row.millis("created_at");
    session.updatedAt = row.millis("updated_at");
    return session;
}

} // namespace

void SessionStore::insert(Transaction &transaction, const Session &session)
{
    transaction.database().execute(R"sql(
        INSERT INTO sessions (id, state, nostr_pubkey, deposit_payment_hash, expires_at, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?))sql",
                                   {session.id, toText(session.state), session.pubkey,
                                    session.depositPaymentHash, session.expiresAt, session.createdAt,
                                    session.updatedAt});
}

std::optional<Session> SessionStore::find(const QString &id)
{
    static const std::string read = "SELECT " + std::string(columns) + " FROM sessions WHERE id = ?";
    return m_database.one(read, {id}, fromRow);
}

std::optional<Session> SessionStore::lock(Transaction &transaction, const QString &id)
{
    if (transaction.database().engine() == Engine::Sqlite)
        return find(id);
    static const std::string read =
        "SELECT " + std::string(columns) + " FROM sessions WHERE id = ? FOR UPDATE";
    return transaction.database().one(read, {id}, fromRow);
}

KeysetQuery SessionStore::listQuery(const SessionFilter &filter)
{
    KeysetQuery query(columns, "sessions", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.pubkey)
        query.where("nostr_pubkey = ?", {*filter.pubkey});
    if (filter.open) // in the words of the index sessions_live
        query.where("state NOT IN ('expired', 'closed')", {});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query;
}

Page<Session> SessionStore::list(const SessionFilter &filter, const PageRequest &page)
{
    return listQuery(filter).run(m_database, page, fromRow);
}

bool SessionStore::credit(Transaction &transaction, const QString &id, Sats sats, Sats minimum,
                          Millis expiresAt, Millis now)
{
    return transaction.database().execute(
               R"sql(
        UPDATE sessions
        SET state = CASE WHEN balance_sats + ? >= ? THEN 'active' ELSE 'paused' END,
            balance_sats = balance_sats + ?, deposited_sats = deposited_sats + ?,
            expires_at = CASE WHEN expires_at > ? THEN expires_at ELSE ? END, updated_at = ?
        WHERE id = ? AND (state = 'awaiting_payment' OR (state IN ('active', 'paused') AND expires_at > ?)))sql",
               {sats, minimum, sats, sats, expiresAt, expiresAt, now, id, now}) == 1;
}

bool SessionStore::reserve(Transaction &transaction, const QString &id, Sats sats, Millis now)
{
    return transaction.database().execute(
               R"sql(
        UPDATE sessions SET reserved_sats = reserved_sats + ?, updated_at = ?
        WHERE id = ? AND state = 'active' AND expires_at > ? AND balance_sats - reserved_sats >= ?)sql",
               {sats, now, id, now, sats}) == 1;
}

void SessionStore::settle(Transaction &transaction, const QString &id, Sats held, Sats debited, Sats minimum,
                          Millis now)
{
    transaction.database().execute(R"sql(
        UPDATE sessions
        SET state = CASE WHEN state = 'active' AND balance_sats - ? < ? THEN 'paused' ELSE state END,
            balance_sats = balance_sats - ?, reserved_sats = reserved_sats - ?, debited_sats = debited_sats + ?,
            request_count = request_count + 1, updated_at = ?
        WHERE id = ?)sql",
                                   {debited, minimum, debited, held, debited, now, id});
}

bool SessionStore::lapse(Transaction &transaction, const QString &id, Millis now)
{
    return transaction.database().execute("UPDATE sessions SET state = 'expired', updated_at = ? WHERE id = "
                                          "? AND state = 'awaiting_payment'",
                                          {now, id}) == 1;
}

bool SessionStore::expire(Transaction &transaction, const QString &id, Millis now)
{
    return transaction.database().execute(R"sql(
        UPDATE sessions SET state = 'expired', updated_at = ?
        WHERE id = ? AND state IN ('active', 'paused') AND expires_at <= ?)sql",
                                          {now, id, now}) == 1;
}

std::vector<QString> SessionStore::due(Millis now, int limit)
{
    return m_database.all(R"sql(
        SELECT id FROM sessions WHERE state IN ('active', 'paused') AND expires_at <= ?
        ORDER BY expires_at LIMIT ?)sql",
                          {now, limit}, [](const Row &row) { return row.text("id"); });
}

bool SessionStore::close(Transaction &transaction, const QString &id, Millis now)
{
    return transaction.database().execute(R"sql(
        UPDATE sessions SET state = 'closed', updated_at = ?
        WHERE id = ? AND state IN ('awaiting_payment', 'active', 'paused'))sql",
                                          {now, id}) == 1;
}

bool SessionStore::empty(Transaction &transaction, const QString &id, Sats balance, Millis now)
{
    return transaction.database().execute(R"sql(
        UPDATE sessions SET state = 'closed', balance_sats = 0, updated_at = ?
        WHERE id = ? AND balance_sats = ? AND reserved_sats = 0)sql",
                                          {now, id, balance}) == 1;
}

void SessionStore::restore(Transaction &transaction, const QString &id, Sats sats, Millis now)
{
    transaction.database().execute(
        "UPDATE sessions SET balance_sats = balance_sats + ?, updated_at = ? WHERE id = ?", {sats, now, id});
}

std::vector<PaymentHash> SessionStore::payable(const QString &id, Millis now, int limit)
{
    return m_database.all(R"sql(
        SELECT payment_hash FROM invoices WHERE session_id = ? AND state = 'open' AND expires_at > ?
        ORDER BY created_at DESC, payment_hash LIMIT ?)sql",
                          {id, now, limit}, [](const Row &row) { return paymentHash(row, "payment_hash"); });
}

std::optional<PaymentHash> SessionStore::payableTopUp(const QString &id, Sats atLeast, Millis until)
{
    return m_database.one(R"sql(
        SELECT payment_hash FROM invoices
        WHERE session_id = ? AND state = 'open' AND purpose = 'topup' AND amount_sats >= ? AND expires_at >= ?
        ORDER BY amount_sats, payment_hash LIMIT 1)sql",
                          {id, atLeast, until},
                          [](const Row &row) { return paymentHash(row, "payment_hash"); });
}

} // namespace tower
