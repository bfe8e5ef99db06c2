// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/SimulatedWalletStore.h"

#include "core/base/Error.h"

#include <array>
#include <utility>

namespace tower {

namespace {

using State = WalletPayment::State;

constexpr std::array stateNames{std::pair{State::Pending, "pending"}, std::pair{State::Paid, "paid"},
                                std::pair{State::Failed, "failed"}};

const char *toText(State state)
{
    for (const auto &[value, name] : stateNames) {
        if (value == state)
            return name;
    }
    throw internalError(QStringLiteral("A payment has no such state."));
}

State stateOf(const QString &text)
{
    for (const auto &[value, name] : stateNames) {
        if (text == QLatin1String(name))
            return value;
    }
    throw internalError(QStringLiteral("A simulated payment is damaged."));
}

PaymentHash hashOf(const Row &row)
{
    const auto hash = PaymentHash::fromHex(row.text("payment_hash"));
    if (!hash)
        throw internalError(QStringLiteral("A payment hash in the database is damaged."));
    return *hash;
}

SimulatedInvoice invoiceOf(const Row &row)
{
    return {hashOf(row),
            row.utf8("preimage"),
            Msat(row.integer("amount_msat")),
            row.millis("created_at"),
            row.millis("expires_at"),
            row.optionalMillis("paid_at")};
}

SimulatedPayment paymentOf(const Row &row)
{
    return {hashOf(row),
            Msat(row.integer("amount_msat")),
            Msat(row.integer("fee_msat")),
            stateOf(row.text("state")),
            row.millis("created_at"),
            row.millis("expires_at"),
            row.optionalMillis("settled_at")};
}

} // namespace

void SimulatedWalletStore::add(const SimulatedInvoice &invoice)
{
    m_database.execute(R"sql(
        INSERT INTO simulated_invoices (payment_hash, preimage, amount_msat, created_at, expires_at, paid_at)
        VALUES (?, ?, ?, ?, ?, ?))sql",
                       {invoice.paymentHash, invoice.preimage, invoice.amount.value(), invoice.createdAt,
                        invoice.expiresAt, invoice.paidAt});
}

std::optional<SimulatedInvoice> SimulatedWalletStore::invoice(const PaymentHash &paymentHash)
{
    return m_database.one(R"sql(
        SELECT payment_hash, preimage, amount_msat, created_at, expires_at, paid_at
        FROM simulated_invoices WHERE payment_hash = ?)sql",
                          {paymentHash}, invoiceOf);
}

bool SimulatedWalletStore::markPaid(const PaymentHash &paymentHash, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE simulated_invoices SET paid_at = ? WHERE payment_hash = ? AND paid_at IS NULL)sql",
                              {now, paymentHash}) == 1;
}

bool SimulatedWalletStore::add(const SimulatedPayment &payment)
{
    return m_database.execute(R"sql(
        INSERT INTO simulated_payments (payment_hash, amount_msat, fee_msat, state, created_at, expires_at,
                                        settled_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING)sql",
                              {payment.paymentHash, payment.amount.value(), payment.fee.value(),
                               toText(payment.state), payment.createdAt, payment.expiresAt,
                               payment.settledAt}) == 1;
}

std::optional<SimulatedPayment> SimulatedWalletStore::payment(const PaymentHash &paymentHash)
{
    return m_database.one(R"sql(
        SELECT payment_hash, amount_msat, fee_msat, state, created_at, expires_at, settled_at
        FROM simulated_payments WHERE payment_hash = ?)sql",
                          {paymentHash}, paymentOf);
}

bool SimulatedWalletStore::settle(const PaymentHash &paymentHash, bool paid, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE simulated_payments SET state = ?, settled_at = ? WHERE payment_hash = ? AND state = 'pending')sql",
                              {toText(paid ? State::Paid : State::Failed), now, paymentHash}) == 1;
}

std::vector<SimulatedPayment> SimulatedWalletStore::overdue(Millis now, int limit)
{
    return m_database.all(R"sql(
        SELECT payment_hash, amount_msat, fee_msat, state, created_at, expires_at, settled_at
        FROM simulated_payments WHERE state = 'pending' AND expires_at <= ?
        ORDER BY expires_at LIMIT ?)sql",
                          {now, limit}, paymentOf);
}

Msat SimulatedWalletStore::balance()
{
    return Msat(m_database.number("SELECT balance_msat AS n FROM simulated_wallet WHERE one = 1"));
}

void SimulatedWalletStore::credit(Msat amount)
{
    m_database.execute("UPDATE simulated_wallet SET balance_msat = balance_msat + ? WHERE one = 1",
                       {amount.value()});
}

bool SimulatedWalletStore::debit(Msat amount)
{
    return m_database.execute(R"sql(
        UPDATE simulated_wallet SET balance_msat = balance_msat - ? WHERE one = 1 AND balance_msat >= ?)sql",
                              {amount.value(), amount.value()}) == 1;
}

} // namespace tower
