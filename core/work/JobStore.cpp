// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/JobStore.h"

#include "core/base/Error.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    id, request, state, nostr_pubkey, eval_payment_hash, eval_amount_sats, work_payment_hash, work_amount_sats,
    eval_input_tokens, eval_output_tokens, estimated_cost_usd, estimated_sats, margin_pct, btc_price_usd,
    btc_price_source, estimated_input_tokens, estimated_output_tokens, reservation_id, actual_input_tokens,
    actual_output_tokens, actual_cost_usd, actual_amount_sats, cost_known, free_tier, absorbed_sats, kept_sats,
    refund_amount_sats, refund_state, result, reason, error, created_at, updated_at, finished_at)sql";

PaymentHash hashOf(const Row &row, std::string_view column)
{
    const auto hash = PaymentHash::fromHex(row.text(column));
    if (!hash)
        throw internalError(QStringLiteral("A job's payment hash can't be read."));
    return *hash;
}

std::optional<RefundState> refundStateOf(const QString &text)
{
    for (const RefundState state : {RefundState::Pending, RefundState::Paying, RefundState::Paid}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

Quote quoteOf(const Row &row)
{
    Quote quote;
    quote.estimate = {row.integer("estimated_input_tokens"), row.integer("estimated_output_tokens"),
                      MicroUsd(row.integer("estimated_cost_usd"))};
    quote.marginPct = row.integer("margin_pct");
    quote.price.usd = MicroUsd(row.integer("btc_price_usd"));
    quote.price.origin = priceOriginFromText(row.text("btc_price_source")).value_or(PriceOrigin::Fallback);
    quote.sats = row.sats("estimated_sats");
    return quote;
}

WorkCost costOf(const Row &row)
{
    return {row.integer("actual_input_tokens"), row.integer("actual_output_tokens"),
            MicroUsd(row.integer("actual_cost_usd")), row.sats("actual_amount_sats"), row.flag("cost_known")};
}

Job fromRow(const Row &row)
{
    Job job;
    job.id = row.text("id");
    job.request = row.text("request");
    job.state = jobStateFromText(row.text("state")).value_or(JobState::Failed);
    if (!row.isNull("nostr_pubkey"))
        job.pubkey = row.pubKey("nostr_pubkey");
    job.evalPaymentHash = hashOf(row, "eval_payment_hash");
    job.evalAmount = row.sats("eval_amount_sats");
    job.evalUsage = {row.integer("eval_input_tokens"), row.integer("eval_output_tokens")};
    if (!row.isNull("work_payment_hash"))
        job.workPaymentHash = hashOf(row, "work_payment_hash");
    if (!row.isNull("work_amount_sats"))
        job.workAmount = row.sats("work_amount_sats");
    if (!row.isNull("estimated_sats"))
        job.quote = quoteOf(row);
    job.reservationId = row.text("reservation_id");
    if (!row.isNull("actual_amount_sats"))
        job.actual = costOf(row);
    job.freeTier = row.flag("free_tier");
    job.absorbed = row.sats("absorbed_sats");
    job.kept = row.sats("kept_sats");
    job.refundAmount = row.sats("refund_amount_sats");
    job.refundState = refundStateOf(row.text("refund_state"));
    job.result = row.text("result");
    job.reason = row.text("reason");
    job.error = row.text("error");
    job.createdAt = row.millis("created_at");
    job.updatedAt = row.millis("updated_at");
    job.finishedAt = row.optionalMillis("finished_at");
    return job;
}

std::optional<QString> unlessEmpty(const QString &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(text);
}

bool isRunning(JobState state)
{
    return state == JobState::Evaluating || state == JobState::Executing;
}

/// The quote's columns, in the order of save().
void append(Binds &binds, const std::optional<Quote> &quote)
{
    if (!quote) {
        binds.insert(binds.end(), 7, std::nullopt);
        return;
    }
    binds.insert(binds.end(),
                 {quote->estimate.cost.value(), quote->sats, quote->marginPct, quote->price.usd.value(),
                  toText(quote->price.origin), quote->estimate.inputTokens, quote->estimate.outputTokens});
}

void append(Binds &binds, const std::optional<WorkCost> &actual)
{
    if (!actual) {
        binds.insert(binds.end(), {std::nullopt, std::nullopt, std::nullopt, std::nullopt, true});
        return;
    }
    binds.insert(binds.end(), {actual->inputTokens, actual->outputTokens, actual->cost.value(),
                               actual->amount, actual->known});
}

} // namespace

void JobStore::insert(Transaction &transaction, const Job &job)
{
    transaction.database().execute(R"sql(
        INSERT INTO jobs (id, request, state, nostr_pubkey, eval_payment_hash, eval_amount_sats, created_at,
                          updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql",
                                   {job.id, job.request, toText(job.state), job.pubkey, job.evalPaymentHash,
                                    job.evalAmount, job.createdAt, job.updatedAt});
    transaction.changed("job", job.id);
}

std::optional<Job> JobStore::find(const QString &id)
{
    static const std::string sql = "SELECT " + std::string(columns) + " FROM jobs WHERE id = ?";
    return m_database.one(sql, {id}, fromRow);
}

KeysetQuery JobStore::listQuery(const JobFilter &filter)
{
    KeysetQuery query(columns, "jobs", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.pubkey)
        query.where("nostr_pubkey = ?", {*filter.pubkey});
    if (filter.open)
        query.where("finished_at IS NULL", {});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query;
}

Page<Job> JobStore::list(const JobFilter &filter, const PageRequest &page)
{
    return listQuery(filter).run(m_database, page, fromRow);
}

bool JobStore::paid(Transaction &transaction, const QString &id, JobState from, JobState to, Millis now)
{
    const bool moved = transaction.database().execute(R"sql(
        UPDATE jobs SET state = ?, owner = NULL, lease_until = 0, attempts = 0, updated_at = ?
        WHERE id = ? AND state = ?)sql",
                                                      {toText(to), now, id, toText(from)}) == 1;
    if (moved)
        transaction.changed("job", id);
    return moved;
}

bool JobStore::expire(Transaction &transaction, const QString &id, JobState from, Millis now)
{
    const bool moved = transaction.database().execute(R"sql(
        UPDATE jobs SET state = 'expired', free_tier = 0, absorbed_sats = 0, updated_at = ?, finished_at = ?
        WHERE id = ? AND state = ?)sql",
                                                      {now, now, id, toText(from)}) == 1;
    if (moved)
        transaction.changed("job", id);
    return moved;
}

std::optional<JobRun> JobStore::claim(Millis now, Millis leaseUntil)
{
    constexpr auto longestWaiting =
        "SELECT id, state, attempts FROM jobs WHERE lease_until <= ? ORDER BY lease_until LIMIT 1";
    const auto map = [](const Row &row) {
        return JobRun{row.text("id"), jobStateFromText(row.text("state")).value_or(JobState::Evaluating),
                      static_cast<int>(row.integer("attempts"))};
    };
    for (;;) {
        const std::optional<JobRun> due = m_database.one(longestWaiting, {now}, map);
        if (!due)
            return std::nullopt;
        const bool ours =
            m_database.execute(R"sql(
            UPDATE jobs SET owner = ?, lease_until = ?, attempts = attempts + 1
            WHERE id = ? AND state = ? AND attempts = ? AND lease_until <= ?)sql",
                               {m_owner, leaseUntil, due->id, toText(due->state), due->attempt, now}) == 1;
        if (ours)
            return JobRun{due->id, due->state, due->attempt + 1};
    }
}

void JobStore::recover()
{
    m_database.execute("UPDATE jobs SET lease_until = 0 WHERE lease_until IS NOT NULL AND owner = ?",
                       {m_owner});
}

bool JobStore::renew(const JobRun &run, Millis leaseUntil)
{
    return m_database.execute(R"sql(
        UPDATE jobs SET lease_until = ? WHERE id = ? AND state = ? AND owner = ? AND attempts = ?)sql",
                              {leaseUntil, run.id, toText(run.state), m_owner, run.attempt}) == 1;
}

void JobStore::park(const JobRun &run)
{
    m_database.execute(R"sql(
        UPDATE jobs SET owner = NULL, lease_until = 0, attempts = attempts - 1
        WHERE id = ? AND state = ? AND owner = ? AND attempts = ?)sql",
                       {run.id, toText(run.state), m_owner, run.attempt});
}

std::optional<Job> JobStore::lock(Transaction &transaction, const JobRun &run)
{
    static const std::string read = "SELECT " + std::string(columns) +
                                    " FROM jobs WHERE id = ? AND state = ? AND owner = ? AND attempts = ?";
    static const std::string readLocked = read + " FOR UPDATE";
    Database &database = transaction.database();
    return database.one(database.engine() == Engine::Postgres ? readLocked : read,
                        {run.id, toText(run.state), m_owner, run.attempt}, fromRow);
}

bool JobStore::save(Transaction &transaction, const JobRun &run, const Job &job, Millis leaseUntil)
{
    const bool goesOn = isRunning(job.state);
    const int attempt = job.state == run.state ? run.attempt : 1;
    Binds binds{toText(job.state),
                job.evalUsage.inputTokens,
                job.evalUsage.outputTokens,
                job.workPaymentHash,
                job.workAmount,
                unlessEmpty(job.reservationId),
                job.freeTier,
                job.absorbed,
                job.kept,
                unlessEmpty(job.result),
                unlessEmpty(job.reason),
                unlessEmpty(job.error),
                job.updatedAt,
                job.finishedAt};
    append(binds, job.quote);
    append(binds, job.actual);
    binds.insert(binds.end(), {goesOn ? std::optional(m_owner) : std::nullopt,
                               goesOn ? std::optional(leaseUntil) : std::nullopt, goesOn ? attempt : 0});
    binds.insert(binds.end(), {run.id, toText(run.state), m_owner, run.attempt});
    const bool saved = transaction.database().execute(R"sql(
        UPDATE jobs
        SET state = ?, eval_input_tokens = ?, eval_output_tokens = ?, work_payment_hash = ?, work_amount_sats = ?,
            reservation_id = ?, free_tier = ?, absorbed_sats = ?, kept_sats = ?, result = ?, reason = ?, error = ?,
            updated_at = ?, finished_at = ?,
            estimated_cost_usd = ?, estimated_sats = ?, margin_pct = ?, btc_price_usd = ?, btc_price_source = ?,
            estimated_input_tokens = ?, estimated_output_tokens = ?,
            actual_input_tokens = ?, actual_output_tokens = ?, actual_cost_usd = ?, actual_amount_sats = ?,
            cost_known = ?,
            owner = ?, lease_until = ?, attempts = ?
        WHERE id = ? AND state = ? AND owner = ? AND attempts = ?)sql",
                                                      binds) == 1;
    if (saved)
        transaction.changed("job", run.id);
    return saved;
}

void JobStore::setReservation(Transaction &transaction, const QString &id, const QString &reservationId)
{
    transaction.database().execute("UPDATE jobs SET reservation_id = ? WHERE id = ?",
                                   {unlessEmpty(reservationId), id});
}

void JobStore::setRefund(Transaction &transaction, const QString &id, Sats amount, RefundState state,
                         Millis now)
{
    transaction.database().execute(
        "UPDATE jobs SET refund_amount_sats = ?, refund_state = ?, updated_at = ? WHERE id = ?",
        {amount, toText(state), now, id});
    transaction.changed("job", id);
}

} // namespace tower
