// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapStore.h"

#include "core/base/Error.h"
#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

/// Key of the PostgreSQL advisory lock under which zaps are added.
constexpr std::int64_t zapsLock = 0x746f776572'02;

constexpr std::string_view columns = R"(
    id, job_id, recipient, amount_sats, lightning_address, comment, state, reason, note, simulated,
    request_event_id, payment_request, payment_hash, outgoing_id, receipt_key, receipt_event_id, created_at,
    settled_at)";

const std::string select = "SELECT " + std::string(columns) + " FROM zaps ";

bool isOver(ZapState state)
{
    return state == ZapState::Paid || state == ZapState::Failed || state == ZapState::Skipped;
}

Zap zapFrom(const Row &row)
{
    Zap zap;
    zap.id = row.text("id");
    zap.jobId = row.text("job_id");
    if (!row.isNull("recipient"))
        zap.recipient = row.pubKey("recipient");
    zap.amount = row.sats("amount_sats");
    zap.lightningAddress = row.text("lightning_address");
    zap.comment = row.text("comment");
    const std::optional<ZapState> state = zapStateFromText(row.text("state"));
    if (!state)
        throw internalError(QStringLiteral("A zap has an unknown state."));
    zap.state = *state;
    zap.reason = (row.text("reason") + QLatin1Char(' ') + row.text("note")).trimmed();
    zap.simulated = row.flag("simulated");
    if (!row.isNull("request_event_id"))
        zap.requestEventId = row.eventId("request_event_id");
    zap.paymentRequest = row.text("payment_request");
    zap.paymentHash = PaymentHash::fromHex(row.text("payment_hash"));
    zap.outgoingId = row.text("outgoing_id");
    if (!row.isNull("receipt_key"))
        zap.receiptKey = row.pubKey("receipt_key");
    if (!row.isNull("receipt_event_id"))
        zap.receiptEventId = row.eventId("receipt_event_id");
    zap.createdAt = row.millis("created_at");
    zap.settledAt = row.optionalMillis("settled_at");
    return zap;
}

std::optional<QString> orNull(const QString &text)
{
    return text.isEmpty() ? std::nullopt : std::make_optional(text);
}

/// `done` of one row: what changed is told.
bool told(Transaction &transaction, const QString &id, int done)
{
    if (done == 1)
        transaction.changed("zap", id);
    return done == 1;
}

} // namespace

QString toText(ZapState state)
{
    switch (state) {
    case ZapState::Intent:
        return QStringLiteral("intent");
    case ZapState::Paying:
        return QStringLiteral("paying");
    case ZapState::Paid:
        return QStringLiteral("paid");
    case ZapState::Failed:
        return QStringLiteral("failed");
    case ZapState::Unknown:
        return QStringLiteral("unknown");
    case ZapState::Skipped:
        return QStringLiteral("skipped");
    }
    Q_UNREACHABLE();
}

std::optional<ZapState> zapStateFromText(const QString &text)
{
    for (const ZapState state : {ZapState::Intent, ZapState::Paying, ZapState::Paid, ZapState::Failed,
                                 ZapState::Unknown, ZapState::Skipped}) {
        if (toText(state) == text)
            return state;
    }
    return std::nullopt;
}

void ZapStore::lock(Transaction &transaction)
{
    Database &database = transaction.database();
    if (database.engine() == Engine::Postgres) // a SQLite transaction is alone from its beginning
        database.number("SELECT 1 AS n FROM pg_advisory_xact_lock(?)", {zapsLock});
}

bool ZapStore::insert(Transaction &transaction, const Zap &zap)
{
    const int inserted = transaction.database().execute(
        R"sql(
        INSERT INTO zaps (id, job_id, recipient, amount_sats, lightning_address, comment, state, reason,
                          payment_request, created_at, begun_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id) DO NOTHING)sql",
        {zap.id, orNull(zap.jobId), zap.recipient, zap.amount, zap.lightningAddress, zap.comment,
         toText(zap.state), zap.reason, orNull(zap.paymentRequest), zap.createdAt, zap.createdAt});
    return told(transaction, zap.id, inserted);
}

std::optional<Zap> ZapStore::find(const QString &id)
{
    static const std::string sql = select + "WHERE id = ?";
    return m_database.one(sql, {id}, zapFrom);
}

std::optional<Zap> ZapStore::findByHash(const PaymentHash &paymentHash)
{
    static const std::string sql = select + "WHERE payment_hash = ? ORDER BY created_at DESC LIMIT 1";
    return m_database.one(sql, {paymentHash}, zapFrom);
}

Page<Zap> ZapStore::list(const ZapFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "zaps", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.recipient)
        query.where("recipient = ?", {*filter.recipient});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, zapFrom);
}

Sats ZapStore::spentSince(Millis since)
{
    return Sats(m_database.number(R"sql(
        SELECT CAST(SUM(amount_sats) AS BIGINT) AS n FROM zaps
        WHERE begun_at >= ? AND state NOT IN ('failed', 'skipped'))sql",
                                  {since}));
}

std::int64_t ZapStore::countPaid()
{
    return m_database.number("SELECT COUNT(*) AS n FROM zaps WHERE state = 'paid'");
}

std::optional<QString> ZapStore::nextWaiting(Millis now)
{
    return m_database.one(R"sql(
        SELECT id FROM zaps WHERE state = 'intent' AND outgoing_id IS NULL AND lease_until <= ?
        ORDER BY created_at, id LIMIT 1)sql",
                          {now}, [](const Row &row) { return row.text("id"); });
}

bool ZapStore::claim(const ZapLease &lease, Millis now, bool simulated)
{
    return m_database.execute(R"sql(
        UPDATE zaps SET owner = ?, lease_until = ?, simulated = ?
        WHERE id = ? AND state = 'intent' AND outgoing_id IS NULL AND lease_until <= ?)sql",
                              {lease.owner, lease.until, simulated, lease.zapId, now}) == 1;
}

bool ZapStore::setRequest(Transaction &transaction, const ZapLease &lease, const EventId &request,
                          const std::optional<PubKey> &receiptKey)
{
    const int done =
        transaction.database().execute(R"sql(
        UPDATE zaps SET request_event_id = ?, receipt_key = ?
        WHERE id = ? AND owner = ? AND lease_until = ? AND state = 'intent' AND outgoing_id IS NULL)sql",
                                       {request, receiptKey, lease.zapId, lease.owner, lease.until});
    return told(transaction, lease.zapId, done);
}

bool ZapStore::setPayment(Transaction &transaction, const ZapLease &lease, const QString &paymentRequest,
                          const PaymentHash &paymentHash, const QString &outgoingId, const QString &note)
{
    const int done = transaction.database().execute(
        R"sql(
        UPDATE zaps
        SET payment_request = ?, payment_hash = ?, outgoing_id = ?, note = ?, owner = NULL, lease_until = 0
        WHERE id = ? AND owner = ? AND lease_until = ? AND state = 'intent' AND outgoing_id IS NULL)sql",
        {paymentRequest, paymentHash, outgoingId, note, lease.zapId, lease.owner, lease.until});
    return told(transaction, lease.zapId, done);
}

bool ZapStore::end(Transaction &transaction, const ZapLease &lease, ZapState state, const QString &reason,
                   Millis now)
{
    const int done = transaction.database().execute(
        R"sql(
        UPDATE zaps SET state = ?, reason = ?, settled_at = ?, owner = NULL, lease_until = 0
        WHERE id = ? AND owner = ? AND lease_until = ? AND state = 'intent' AND outgoing_id IS NULL)sql",
        {toText(state), reason, now, lease.zapId, lease.owner, lease.until});
    return told(transaction, lease.zapId, done);
}

void ZapStore::release(const ZapLease &lease)
{
    m_database.execute(R"sql(
        UPDATE zaps SET owner = NULL, lease_until = 0 WHERE id = ? AND owner = ? AND lease_until = ?)sql",
                       {lease.zapId, lease.owner, lease.until});
}

void ZapStore::recover(const QString &owner)
{
    m_database.execute(R"sql(
        UPDATE zaps SET owner = NULL, lease_until = 0
        WHERE state = 'intent' AND outgoing_id IS NULL AND owner = ?)sql",
                       {owner});
}

void ZapStore::follow(Transaction &transaction, const QString &id, const QString &outgoingId, ZapState state,
                      const QString &reason, Millis now)
{
    const int done = transaction.database().execute(
        R"sql(
        UPDATE zaps SET state = ?, reason = ?, settled_at = ?
        WHERE id = ? AND outgoing_id = ? AND state IN ('intent', 'paying', 'unknown'))sql",
        {toText(state), reason, isOver(state) ? Bind(now) : Bind(std::nullopt), id, outgoingId});
    told(transaction, id, done);
}

bool ZapStore::beginAgain(Transaction &transaction, const QString &id, Millis now)
{
    // The operator's own invoice stays; one that a recipient's service gave is asked for anew.
    const int done = transaction.database().execute(R"sql(
        UPDATE zaps
        SET state = 'intent', reason = '', note = '', begun_at = ?, settled_at = NULL, request_event_id = NULL,
            payment_hash = NULL,
            payment_request = CASE WHEN lightning_address = '' THEN payment_request END, outgoing_id = NULL,
            receipt_key = NULL, owner = NULL, lease_until = 0
        WHERE id = ? AND state = 'failed')sql",
                                                    {now, id});
    return told(transaction, id, done);
}

std::vector<Zap> ZapStore::withoutReceipt(Millis since, int limit)
{
    static const std::string sql = select + R"sql(
        WHERE state = 'paid' AND created_at >= ? AND receipt_key IS NOT NULL AND receipt_event_id IS NULL
        ORDER BY created_at DESC, id DESC LIMIT ?)sql";
    return m_database.all(sql, {since, limit}, zapFrom);
}

bool ZapStore::attachReceipt(Transaction &transaction, const QString &id, const EventId &receipt)
{
    const int done = transaction.database().execute(
        "UPDATE zaps SET receipt_event_id = ? WHERE id = ? AND receipt_event_id IS NULL", {receipt, id});
    return told(transaction, id, done);
}

} // namespace tower
