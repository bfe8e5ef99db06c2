// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionRequestStore.h"

#include "core/base/Error.h"
#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    id, session_id, request, state, reserved_sats, reservation_id, free_tier, estimated_cost_usd, estimated_sats,
    margin_pct, btc_price_usd, btc_price_source, input_tokens, output_tokens, actual_cost_usd, actual_amount_sats,
    cost_known, debited_sats, absorbed_sats, balance_after, result, reason, error, created_at, finished_at)sql";

SessionRequest fromRow(const Row &row)
{
    SessionRequest request;
    request.id = row.text("id");
    request.sessionId = row.text("session_id");
    request.request = row.text("request");
    const std::optional<RequestState> state = requestStateFromText(row.text("state"));
    if (!state)
        throw internalError(QStringLiteral("A request is in a state that there is not."));
    request.state = *state;
    request.reserved = row.sats("reserved_sats");
    request.reservationId = row.text("reservation_id");
    request.freeTier = row.flag("free_tier");
    request.quote.estimate.cost = MicroUsd(row.integer("estimated_cost_usd"));
    request.quote.sats = row.sats("estimated_sats");
    request.quote.marginPct = row.integer("margin_pct");
    request.quote.price.usd = MicroUsd(row.integer("btc_price_usd"));
    request.quote.price.origin =
        priceOriginFromText(row.text("btc_price_source")).value_or(PriceOrigin::Fallback);
    request.quote.price.at = row.millis("created_at");
    request.actual.inputTokens = row.integer("input_tokens");
    request.actual.outputTokens = row.integer("output_tokens");
    request.actual.cost = MicroUsd(row.integer("actual_cost_usd"));
    request.actual.amount = row.sats("actual_amount_sats");
    request.actual.known = row.flag("cost_known");
    request.debited = row.sats("debited_sats");
    request.absorbed = row.sats("absorbed_sats");
    request.balanceAfter = row.sats("balance_after");
    request.result = row.text("result");
    request.reason = row.text("reason");
    request.error = row.text("error");
    request.createdAt = row.millis("created_at");
    request.finishedAt = row.optionalMillis("finished_at");
    return request;
}

/// NULL for none: any number of requests have no key, no reservation.
std::optional<QString> orNull(const QString &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

} // namespace

bool SessionRequestStore::insert(Transaction &transaction, const SessionRequest &request,
                                 const Identification &as, Millis leaseUntil)
{
    const Quote &quote = request.quote;
    return transaction.database().execute(
               R"sql(
        INSERT INTO session_requests (id, session_id, idempotency_key, body_hash, request, state, reserved_sats,
            reservation_id, free_tier, estimated_cost_usd, estimated_sats, margin_pct, btc_price_usd,
            btc_price_source, owner, lease_until, created_at)
        VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (session_id, idempotency_key) DO NOTHING)sql",
               {request.id, request.sessionId, orNull(as.key), as.bodyHash, request.request, request.reserved,
                orNull(request.reservationId), request.freeTier, quote.estimate.cost.value(), quote.sats,
                quote.marginPct, quote.price.usd.value(), toText(quote.price.origin), m_owner, leaseUntil,
                request.createdAt}) == 1;
}

std::optional<SessionRequest> SessionRequestStore::find(const QString &id)
{
    static const std::string read = "SELECT " + std::string(columns) + " FROM session_requests WHERE id = ?";
    return m_database.one(read, {id}, fromRow);
}

std::optional<SessionRequestStore::Known> SessionRequestStore::withKey(const QString &sessionId,
                                                                       const QString &key)
{
    return m_database.one(
        "SELECT id, body_hash FROM session_requests WHERE session_id = ? AND idempotency_key = ?",
        {sessionId, key}, [](const Row &row) {
            return Known{row.text("id"), row.text("body_hash")};
        });
}

Page<SessionRequest> SessionRequestStore::list(const QString &sessionId, const PageRequest &page)
{
    KeysetQuery query(columns, "session_requests", "id");
    query.where("session_id = ?", {sessionId});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, fromRow);
}

bool SessionRequestStore::end(Transaction &transaction, const QString &id, RequestState state)
{
    return transaction.database().execute(
               "UPDATE session_requests SET state = ? WHERE id = ? AND state = 'running'",
               {toText(state), id}) == 1;
}

void SessionRequestStore::write(Transaction &transaction, const SessionRequest &request)
{
    transaction.database().execute(R"sql(
        UPDATE session_requests
        SET input_tokens = ?, output_tokens = ?, actual_cost_usd = ?, actual_amount_sats = ?, cost_known = ?,
            debited_sats = ?, absorbed_sats = ?, balance_after = ?, result = ?, reason = ?, error = ?, owner = NULL,
            finished_at = ?
        WHERE id = ?)sql",
                                   {request.actual.inputTokens, request.actual.outputTokens,
                                    request.actual.cost.value(), request.actual.amount, request.actual.known,
                                    request.debited, request.absorbed, request.balanceAfter, request.result,
                                    request.reason, request.error, request.finishedAt, request.id});
}

void SessionRequestStore::prolong(const QString &id, Millis leaseUntil)
{
    m_database.execute(
        "UPDATE session_requests SET lease_until = ? WHERE id = ? AND state = 'running' AND owner = ?",
        {leaseUntil, id, m_owner});
}

std::vector<SessionRequest> SessionRequestStore::abandoned(Millis now, bool ownToo, int limit)
{
    static const std::string read = "SELECT " + std::string(columns) + R"sql(
        FROM session_requests WHERE state = 'running' AND (lease_until <= ? OR owner = ?) ORDER BY lease_until LIMIT ?)sql";
    return m_database.all(read, {now, ownToo ? m_owner : QString(), limit}, fromRow);
}

bool SessionRequestStore::endAbandoned(Transaction &transaction, const QString &id, Millis now, bool ownToo)
{
    return transaction.database().execute(R"sql(
        UPDATE session_requests SET state = 'failed'
        WHERE id = ? AND state = 'running' AND (lease_until <= ? OR owner = ?))sql",
                                          {id, now, ownToo ? m_owner : QString()}) == 1;
}

} // namespace tower
