// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/OutgoingStore.h"

#include "core/base/Error.h"
#include "core/payments/LookBackOff.h"
#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"(
    id, purpose, subject, from_account, amount_sats, max_fee_sats, bolt11, payment_hash, expires_at, state,
    fee_msat, reason, lease_until, checks, created_at, updated_at, settled_at)";

const std::string select = "SELECT " + std::string(columns) + " FROM outgoing_payments ";
const std::string selectOne = select + "WHERE id = ?";
const std::string selectForUpdate = selectOne + " FOR UPDATE";
/// One that has not failed comes first; there is one of those at most.
const std::string selectByHash = select + R"(
    WHERE payment_hash = ? ORDER BY CASE state WHEN 'failed' THEN 1 ELSE 0 END, created_at DESC LIMIT 1)";

OutgoingPurpose purposeFrom(const QString &text)
{
    for (const OutgoingPurpose purpose :
         {OutgoingPurpose::Refund, OutgoingPurpose::Withdrawal, OutgoingPurpose::Zap}) {
        if (toText(purpose) == text)
            return purpose;
    }
    throw internalError(QStringLiteral("A payment has the unknown purpose %1.").arg(text));
}

OutgoingState stateFrom(const QString &text)
{
    for (const OutgoingState state : {OutgoingState::Intent, OutgoingState::Paying, OutgoingState::Paid,
                                      OutgoingState::Failed, OutgoingState::Unknown}) {
        if (toText(state) == text)
            return state;
    }
    throw internalError(QStringLiteral("A payment has the unknown state %1.").arg(text));
}

OutgoingPayment paymentFrom(const Row &row)
{
    const auto hash = PaymentHash::fromHex(row.text("payment_hash"));
    if (!hash)
        throw internalError(QStringLiteral("A payment has no payment hash."));
    OutgoingPayment payment;
    payment.id = row.text("id");
    payment.purpose = purposeFrom(row.text("purpose"));
    payment.subject = row.text("subject");
    payment.from = Account::parse(row.text("from_account"));
    payment.amount = row.sats("amount_sats");
    payment.maximumFee = row.sats("max_fee_sats");
    payment.bolt11 = row.text("bolt11");
    payment.paymentHash = *hash;
    payment.expiresAt = row.millis("expires_at");
    payment.state = stateFrom(row.text("state"));
    payment.fee = Msat(row.integer("fee_msat"));
    payment.reason = row.text("reason");
    payment.leaseUntil = row.millis("lease_until");
    payment.looks = row.integer("checks");
    payment.createdAt = row.millis("created_at");
    payment.updatedAt = row.millis("updated_at");
    payment.settledAt = row.optionalMillis("settled_at");
    return payment;
}

bool isFinal(OutgoingState state)
{
    return state == OutgoingState::Paid || state == OutgoingState::Failed;
}

} // namespace

QString toText(OutgoingPurpose purpose)
{
    switch (purpose) {
    case OutgoingPurpose::Refund:
        return QStringLiteral("refund");
    case OutgoingPurpose::Withdrawal:
        return QStringLiteral("withdrawal");
    case OutgoingPurpose::Zap:
        break;
    }
    return QStringLiteral("zap");
}

QString toText(OutgoingState state)
{
    switch (state) {
    case OutgoingState::Intent:
        return QStringLiteral("intent");
    case OutgoingState::Paying:
        return QStringLiteral("paying");
    case OutgoingState::Paid:
        return QStringLiteral("paid");
    case OutgoingState::Failed:
        return QStringLiteral("failed");
    case OutgoingState::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

bool OutgoingStore::insert(Transaction &transaction, const OutgoingPayment &payment,
                           std::optional<Millis> nextCheckAt)
{
    const bool inserted =
        transaction.database().execute(
            R"(
        INSERT INTO outgoing_payments (id, purpose, subject, from_account, amount_sats, max_fee_sats, bolt11,
                                       payment_hash, expires_at, state, next_check_at, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (payment_hash) WHERE state <> 'failed' DO NOTHING)",
            {payment.id, toText(payment.purpose), payment.subject, payment.from.name(), payment.amount,
             payment.maximumFee, payment.bolt11, payment.paymentHash, payment.expiresAt,
             toText(payment.state), nextCheckAt, payment.createdAt, payment.createdAt}) == 1;
    if (inserted)
        transaction.changed("outgoing", payment.id);
    return inserted;
}

std::optional<OutgoingPayment> OutgoingStore::find(const QString &id)
{
    return m_database.one(selectOne, {id}, paymentFrom);
}

std::optional<OutgoingPayment> OutgoingStore::findByHash(const PaymentHash &paymentHash)
{
    return m_database.one(selectByHash, {paymentHash}, paymentFrom);
}

std::optional<OutgoingPayment> OutgoingStore::lock(Transaction &transaction, const QString &id)
{
    Database &database = transaction.database();
    return database.one(database.engine() == Engine::Postgres ? selectForUpdate : selectOne, {id},
                        paymentFrom);
}

bool OutgoingStore::begin(Transaction &transaction, const QString &id, const QString &owner,
                          Millis leaseUntil, Millis now)
{
    const bool ours = transaction.database().execute(R"(
        UPDATE outgoing_payments
        SET state = 'paying', owner = ?, lease_until = ?, next_check_at = ?, checks = 0, updated_at = ?
        WHERE id = ? AND state = 'intent')",
                                                     {owner, leaseUntil, leaseUntil, now, id}) == 1;
    if (ours)
        transaction.changed("outgoing", id);
    return ours;
}

bool OutgoingStore::take(Transaction &transaction, const QString &id, const QString &owner, Millis leaseUntil,
                         Millis now)
{
    return transaction.database().execute(R"(
        UPDATE outgoing_payments SET owner = ?, lease_until = ?, next_check_at = ?
        WHERE id = ? AND state IN ('paying', 'unknown') AND lease_until <= ?)",
                                          {owner, leaseUntil, leaseUntil, id, now}) == 1;
}

bool OutgoingStore::move(Transaction &transaction, const OutgoingPayment &from, OutgoingState to, Msat fee,
                         const QString &reason, Millis now, std::optional<Millis> nextCheckAt)
{
    const bool moved = transaction.database().execute(R"(
        UPDATE outgoing_payments
        SET state = ?, fee_msat = ?, reason = ?, owner = NULL, lease_until = 0, next_check_at = ?,
            updated_at = ?, settled_at = ?
        WHERE id = ? AND state = ?)",
                                                      {toText(to), fee.value(), reason, nextCheckAt, now,
                                                       isFinal(to) ? Bind(now) : Bind(std::nullopt), from.id,
                                                       toText(from.state)}) == 1;
    if (moved)
        transaction.changed("outgoing", from.id);
    return moved;
}

void OutgoingStore::checkAgain(Transaction &transaction, const QString &id, std::optional<Millis> nextCheckAt)
{
    transaction.database().execute("UPDATE outgoing_payments SET next_check_at = ? WHERE id = ?",
                                   {nextCheckAt, id});
}

Sats OutgoingStore::open()
{
    return Sats(m_database.number(R"(
        SELECT CAST(coalesce(sum(amount_sats), 0) AS BIGINT) AS n FROM outgoing_payments
        WHERE state IN ('intent', 'paying', 'unknown'))"));
}

Page<OutgoingPayment> OutgoingStore::list(const OutgoingFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "outgoing_payments", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.purpose)
        query.where("purpose = ?", {toText(*filter.purpose)});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, paymentFrom);
}

std::vector<QString> OutgoingStore::claimDue(Millis now, int limit)
{
    // Read first: a loop that finds nothing writes nothing.
    const std::optional<Millis> first = nextDue();
    if (!first || *first > now || limit < 1)
        return {};
    struct Due
    {
        QString id;
        std::int64_t checks;
    };
    const bool shared = m_database.engine() == Engine::Postgres;
    Transaction transaction(m_database);
    const std::vector<Due> due = m_database.all(shared ? R"(
        SELECT id, checks FROM outgoing_payments
        WHERE next_check_at IS NOT NULL AND next_check_at <= ? AND lease_until <= ?
        ORDER BY next_check_at LIMIT ? FOR UPDATE SKIP LOCKED)"
                                                       : R"(
        SELECT id, checks FROM outgoing_payments
        WHERE next_check_at IS NOT NULL AND next_check_at <= ? AND lease_until <= ?
        ORDER BY next_check_at LIMIT ?)",
                                                {now, now, limit}, [](const Row &row) {
                                                    return Due{row.text("id"), row.integer("checks")};
                                                });
    std::vector<QString> claimed;
    for (const Due &payment : due) {
        m_database.execute("UPDATE outgoing_payments SET checks = checks + 1, next_check_at = ? WHERE id = ?",
                           {now + lookBackOff(payment.checks + 1), payment.id});
        claimed.push_back(payment.id);
    }
    transaction.commit();
    return claimed;
}

void OutgoingStore::recover(const QString &owner, Millis now)
{
    m_database.execute(R"(
        UPDATE outgoing_payments SET owner = NULL, lease_until = 0, next_check_at = ?
        WHERE state IN ('paying', 'unknown') AND owner = ?)",
                       {now, owner});
}

void OutgoingStore::wake(const std::optional<PaymentHash> &paymentHash, Millis now)
{
    if (paymentHash) {
        m_database.execute(R"(
            UPDATE outgoing_payments SET next_check_at = ?
            WHERE payment_hash = ? AND state IN ('paying', 'unknown') AND next_check_at > ?
              AND lease_until <= ?)",
                           {now, *paymentHash, now, now});
        return;
    }
    m_database.execute(R"(
        UPDATE outgoing_payments SET next_check_at = ?
        WHERE state IN ('paying', 'unknown') AND next_check_at > ? AND lease_until <= ?)",
                       {now, now, now});
}

std::optional<Millis> OutgoingStore::nextDue()
{
    return m_database.one(R"(
        SELECT next_check_at FROM outgoing_payments
        WHERE next_check_at IS NOT NULL ORDER BY next_check_at LIMIT 1)",
                          {}, [](const Row &row) { return row.millis("next_check_at"); });
}

} // namespace tower
