// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/InvoiceStore.h"

#include "core/base/Error.h"
#include "core/payments/LookBackOff.h"

#include <algorithm>

namespace tower {

namespace {

constexpr std::string_view columns = R"(
    payment_hash, payment_request, purpose, amount_sats, state, simulated, received_msat, paid_at,
    coalesce(job_id, session_id, bootstrap_job_id) AS owner_id, created_at, expires_at)";

const std::string selectOne = "SELECT " + std::string(columns) + " FROM invoices WHERE payment_hash = ?";
const std::string selectForUpdate = selectOne + " FOR UPDATE";

InvoicePurpose purposeFrom(const QString &text)
{
    for (const InvoicePurpose purpose : {InvoicePurpose::Eval, InvoicePurpose::Work, InvoicePurpose::Deposit,
                                         InvoicePurpose::Topup, InvoicePurpose::Node}) {
        if (toText(purpose) == text)
            return purpose;
    }
    throw internalError(QStringLiteral("An invoice has the unknown purpose %1.").arg(text));
}

InvoiceState stateFrom(const QString &text)
{
    for (const InvoiceState state :
         {InvoiceState::Open, InvoiceState::Paid, InvoiceState::Expired, InvoiceState::PaidLate}) {
        if (toText(state) == text)
            return state;
    }
    throw internalError(QStringLiteral("An invoice has the unknown state %1.").arg(text));
}

PaymentHash hashFrom(const Row &row)
{
    const auto hash = PaymentHash::fromHex(row.text("payment_hash"));
    if (!hash)
        throw internalError(QStringLiteral("An invoice has no payment hash."));
    return *hash;
}

Invoice invoiceFrom(const Row &row)
{
    Invoice invoice;
    invoice.paymentHash = hashFrom(row);
    invoice.paymentRequest = row.text("payment_request");
    invoice.purpose = purposeFrom(row.text("purpose"));
    invoice.amount = row.sats("amount_sats");
    invoice.state = stateFrom(row.text("state"));
    invoice.simulated = row.flag("simulated");
    invoice.received = Msat(row.integer("received_msat"));
    invoice.paidAt = row.optionalMillis("paid_at");
    invoice.ownerId = row.text("owner_id");
    invoice.createdAt = row.millis("created_at");
    invoice.expiresAt = row.millis("expires_at");
    return invoice;
}

struct Due
{
    PaymentHash paymentHash;
    bool open;
    Millis expiresAt;
    std::int64_t checks;
};

std::optional<Millis> nextLook(const Due &due, Millis now, Millis lateWatch)
{
    if (!due.open && now >= due.expiresAt + lateWatch)
        return std::nullopt;
    const Millis next = now + lookBackOff(due.checks + 1);
    return now < due.expiresAt ? std::min(next, due.expiresAt) : next;
}

} // namespace

QString toText(InvoicePurpose purpose)
{
    switch (purpose) {
    case InvoicePurpose::Eval:
        return QStringLiteral("eval");
    case InvoicePurpose::Work:
        return QStringLiteral("work");
    case InvoicePurpose::Deposit:
        return QStringLiteral("deposit");
    case InvoicePurpose::Topup:
        return QStringLiteral("topup");
    case InvoicePurpose::Node:
        break;
    }
    return QStringLiteral("node");
}

QString toText(InvoiceState state)
{
    switch (state) {
    case InvoiceState::Open:
        return QStringLiteral("open");
    case InvoiceState::Paid:
        return QStringLiteral("paid");
    case InvoiceState::Expired:
        return QStringLiteral("expired");
    case InvoiceState::PaidLate:
        break;
    }
    return QStringLiteral("paid_late");
}

bool InvoiceStore::insert(Transaction &transaction, const Invoice &invoice, Millis firstCheckAt)
{
    using Owner = std::optional<QString>;
    const bool ofJob = invoice.purpose == InvoicePurpose::Eval || invoice.purpose == InvoicePurpose::Work;
    const bool ofNode = invoice.purpose == InvoicePurpose::Node;
    const bool inserted =
        transaction.database().execute(
            R"(
        INSERT INTO invoices (payment_hash, payment_request, purpose, amount_sats, state, simulated, job_id,
                              session_id, bootstrap_job_id, created_at, expires_at, next_check_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (payment_hash) DO NOTHING)",
            {invoice.paymentHash, invoice.paymentRequest, toText(invoice.purpose), invoice.amount,
             toText(invoice.state), invoice.simulated, ofJob ? Owner(invoice.ownerId) : Owner(),
             ofJob || ofNode ? Owner() : Owner(invoice.ownerId), ofNode ? Owner(invoice.ownerId) : Owner(),
             invoice.createdAt, invoice.expiresAt, firstCheckAt}) == 1;
    if (inserted)
        transaction.changed("invoice", invoice.paymentHash.text());
    return inserted;
}

std::optional<Invoice> InvoiceStore::find(const PaymentHash &paymentHash)
{
    return m_database.one(selectOne, {paymentHash}, invoiceFrom);
}

std::optional<Invoice> InvoiceStore::lock(Transaction &transaction, const PaymentHash &paymentHash)
{
    Database &database = transaction.database();
    return database.one(database.engine() == Engine::Postgres ? selectForUpdate : selectOne, {paymentHash},
                        invoiceFrom);
}

bool InvoiceStore::settle(Transaction &transaction, const PaymentHash &paymentHash, InvoiceState from,
                          InvoiceState to, Msat received, Millis paidAt)
{
    const bool settled = transaction.database().execute(
                             R"(
        UPDATE invoices SET state = ?, received_msat = ?, paid_at = ?, next_check_at = NULL
        WHERE payment_hash = ? AND state = ?)",
                             {toText(to), received.value(), paidAt, paymentHash, toText(from)}) == 1;
    if (settled)
        transaction.changed("invoice", paymentHash.text());
    return settled;
}

bool InvoiceStore::expire(Transaction &transaction, const PaymentHash &paymentHash)
{
    const bool expired =
        transaction.database().execute(
            "UPDATE invoices SET state = 'expired' WHERE payment_hash = ? AND state = 'open'",
            {paymentHash}) == 1;
    if (expired)
        transaction.changed("invoice", paymentHash.text());
    return expired;
}

bool InvoiceStore::hasPaid(bool simulated)
{
    return m_database.number(
               "SELECT 1 AS n FROM invoices WHERE simulated = ? AND state IN ('paid', 'paid_late') LIMIT 1",
               {simulated}) == 1;
}

QString InvoiceStore::lastPrefix(bool simulated)
{
    const auto request = m_database.one(
        "SELECT payment_request FROM invoices WHERE simulated = ? ORDER BY created_at DESC LIMIT 1",
        {simulated}, [](const Row &row) { return row.text("payment_request"); });
    return request ? prefixOf(decodeBolt11(*request).network) : QString();
}

std::vector<PaymentHash> InvoiceStore::claimDue(Millis now, Millis lateWatch, int limit)
{
    // Read first: a loop that finds nothing writes nothing.
    const std::optional<Millis> first = nextDue();
    if (!first || *first > now || limit < 1)
        return {};
    const bool shared = m_database.engine() == Engine::Postgres;
    Transaction transaction(m_database);
    const std::vector<Due> due =
        m_database.all(shared ? R"(
        SELECT payment_hash, state, expires_at, checks FROM invoices
        WHERE next_check_at IS NOT NULL AND next_check_at <= ? ORDER BY next_check_at LIMIT ?
        FOR UPDATE SKIP LOCKED)"
                              : R"(
        SELECT payment_hash, state, expires_at, checks FROM invoices
        WHERE next_check_at IS NOT NULL AND next_check_at <= ? ORDER BY next_check_at LIMIT ?)",
                       {now, limit}, [](const Row &row) {
                           return Due{hashFrom(row), row.text("state") == u"open", row.millis("expires_at"),
                                      row.integer("checks")};
                       });
    std::vector<PaymentHash> claimed;
    for (const Due &invoice : due) {
        m_database.execute(
            "UPDATE invoices SET checks = checks + 1, next_check_at = ? WHERE payment_hash = ?",
            {nextLook(invoice, now, lateWatch), invoice.paymentHash});
        claimed.push_back(invoice.paymentHash);
    }
    transaction.commit();
    return claimed;
}

void InvoiceStore::wake(const std::optional<PaymentHash> &paymentHash, Millis now)
{
    if (paymentHash) {
        m_database.execute(
            "UPDATE invoices SET next_check_at = ? WHERE payment_hash = ? AND next_check_at > ?",
            {now, *paymentHash, now});
        return;
    }
    m_database.execute("UPDATE invoices SET next_check_at = ? WHERE next_check_at > ? AND state = 'open'",
                       {now, now});
}

std::optional<Millis> InvoiceStore::nextDue()
{
    return m_database.one(
        "SELECT next_check_at FROM invoices WHERE next_check_at IS NOT NULL ORDER BY next_check_at LIMIT 1",
        {}, [](const Row &row) { return row.millis("next_check_at"); });
}

} // namespace tower
