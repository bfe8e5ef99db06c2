// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Invoices.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/payments/LookBackOff.h"

namespace tower {

namespace {

/// A wallet that ignores the expiry asked for may give an hour, or a day; not a minute, and not a year.
constexpr Millis longestExpiry = days(1);
/// By how much the wallet's clock may be ahead of ours.
constexpr Millis clockTolerance = seconds(300);

ServiceError wrongInvoice(const QString &what)
{
    return ServiceError(ErrorKind::Upstream, "wallet_wrong_invoice",
                        QStringLiteral("The wallet gave an invoice that was not asked for: %1.").arg(what));
}

RefundOwner refundOwnerOf(InvoicePurpose purpose)
{
    switch (purpose) {
    case InvoicePurpose::Eval:
    case InvoicePurpose::Work:
        return RefundOwner::Job;
    case InvoicePurpose::Deposit:
    case InvoicePurpose::Topup:
        return RefundOwner::Session;
    case InvoicePurpose::Node:
        break;
    }
    return RefundOwner::Node;
}

/// What has come in, as far as it counts: nothing until the wallet says that it is paid, and how much.
Msat receivedIn(const std::optional<WalletPayment> &payment)
{
    if (!payment || payment->state != WalletPayment::State::Paid)
        return {};
    return payment->outgoing && !payment->internal ? Msat() : payment->amount;
}

Sats wholeSats(Msat amount)
{
    return Sats(amount.value() / 1'000);
}

bool isSettled(const Invoice &invoice)
{
    return invoice.state == InvoiceState::Paid || invoice.state == InvoiceState::PaidLate;
}

} // namespace

Invoices::Invoices(Database &database, const Clock &clock, Wallet &wallet, Ledger &ledger, Refunds &refunds)
    : m_database(database)
    , m_clock(clock)
    , m_wallet(wallet)
    , m_ledger(ledger)
    , m_refunds(refunds)
    , m_store(database)
{
}

QCoro::Task<WalletInvoice> Invoices::request(Sats amount, QString memo, Millis expiry)
{
    const std::weak_ptr<const bool> alive = m_alive;
    QCoro::Task<WalletInvoice> creating = m_wallet.createInvoice(amount, memo, expiry);
    const WalletInvoice issued = co_await creating;
    if (alive.expired())
        throw unavailable(QStringLiteral("The program is stopping."), "wallet_stopped");
    try {
        const Bolt11 invoice = checked(issued, amount);
        const Millis now = m_clock.now();
        const Millis left = invoice.expiresAt() - now;
        if (left + left < expiry || left > longestExpiry)
            throw wrongInvoice(QStringLiteral("it expires %1").arg(toIso(invoice.expiresAt())));
        if (invoice.createdAt > now + clockTolerance)
            throw wrongInvoice(QStringLiteral("it was made at %1").arg(toIso(invoice.createdAt)));
        if (m_store.find(issued.paymentHash))
            throw wrongInvoice(QStringLiteral("it is one that was given before"));
    } catch (const ServiceError &error) {
        log::error("payments", QStringLiteral("invoice of the wallet refused"), {{"error", error.message()}});
        throw;
    }
    co_return issued;
}

Bolt11 Invoices::checked(const WalletInvoice &issued, Sats amount)
{
    Bolt11 invoice;
    try {
        invoice = decodeBolt11(issued.paymentRequest);
    } catch (const ServiceError &error) {
        throw wrongInvoice(error.message());
    }
    if (invoice.amount != toMsat(amount))
        throw wrongInvoice(QStringLiteral("it is not over %1 sats").arg(amount.value()));
    if (invoice.paymentHash != issued.paymentHash)
        throw wrongInvoice(QStringLiteral("its payment hash is not the one that the wallet named"));
    const bool simulated = m_wallet.isSimulated();
    const QString prefix = prefixOf(invoice.network);
    const QString before = simulated ? prefixOf(LightningNetwork::Signet) : m_store.lastPrefix(false);
    // The prefix lntbs is that of practice sats: a real wallet on it would be taken for the simulated one.
    const bool practice = invoice.network == LightningNetwork::Signet;
    if (practice != simulated || (!before.isEmpty() && prefix != before))
        throw wrongInvoice(QStringLiteral("it is for the network %1").arg(prefix));
    return invoice;
}

Invoice Invoices::add(Transaction &transaction, const WalletInvoice &issued, InvoicePurpose purpose,
                      Sats amount, const QString &ownerId)
{
    const Millis now = m_clock.now();
    Invoice invoice;
    invoice.paymentHash = issued.paymentHash;
    invoice.paymentRequest = issued.paymentRequest;
    invoice.purpose = purpose;
    invoice.amount = amount;
    invoice.simulated = m_wallet.isSimulated();
    invoice.ownerId = ownerId;
    invoice.createdAt = now;
    invoice.expiresAt = checked(issued, amount).expiresAt();
    if (!m_store.insert(transaction, invoice, now + lookBackOff(0)))
        throw wrongInvoice(QStringLiteral("it is one that was given before"));
    return invoice;
}

void Invoices::serve(InvoicePurpose purpose, Take take, Lapse lapse)
{
    m_owners[purpose] = {std::move(take), std::move(lapse)};
}

void Invoices::book(const PaymentHash &paymentHash, const std::optional<WalletPayment> &payment,
                    std::optional<Millis> askedAt)
{
    const Msat received = receivedIn(payment);
    const bool arrived = wholeSats(received) > Sats(0);
    const Millis asked = askedAt.value_or(m_clock.now());
    const auto isDue = [&](const std::optional<Invoice> &invoice) {
        if (!invoice || isSettled(*invoice))
            return false;
        return arrived || (invoice->state == InvoiceState::Open && asked >= invoice->expiresAt);
    };
    // Most looks find nothing to book, and then nothing is locked.
    if (!isDue(m_store.find(paymentHash)))
        return;

    Transaction transaction(m_database);
    const std::optional<Invoice> invoice = m_store.lock(transaction, paymentHash);
    if (!isDue(invoice))
        return;
    if (arrived) {
        bookPaid(transaction, *invoice, received);
    } else if (m_store.expire(transaction, paymentHash)) {
        lapse(transaction, *invoice);
    }
    transaction.commit();
}

void Invoices::lapse(Transaction &transaction, const Invoice &invoice)
{
    const auto owner = m_owners.find(invoice.purpose);
    if (owner != m_owners.end())
        owner->second.lapse(transaction, invoice);
}

void Invoices::bookPaid(Transaction &transaction, Invoice invoice, Msat received)
{
    const Sats sats = wholeSats(received);
    const InvoiceState before = invoice.state;
    const bool inTime = before == InvoiceState::Open && sats >= invoice.amount;
    invoice.state = inTime ? InvoiceState::Paid : InvoiceState::PaidLate;
    invoice.received = received;
    invoice.paidAt = m_clock.now();
    if (!m_store.settle(transaction, invoice.paymentHash, before, invoice.state, received, *invoice.paidAt))
        return;
    if (inTime) {
        const auto owner = m_owners.find(invoice.purpose);
        if (owner != m_owners.end() && owner->second.take(transaction, invoice, sats))
            return;
        m_store.settle(transaction, invoice.paymentHash, InvoiceState::Paid, InvoiceState::PaidLate, received,
                       *invoice.paidAt);
    } else if (before == InvoiceState::Open) {
        log::warning("payments", QStringLiteral("an invoice was paid with too little"),
                     {{"invoice", invoice.paymentHash.text()},
                      {"asked", QString::number(invoice.amount.value())},
                      {"received_msat", QString::number(received.value())}});
        lapse(transaction, invoice);
    }
    owe(transaction, invoice, sats);
}

void Invoices::owe(Transaction &transaction, const Invoice &invoice, Sats received)
{
    const Movement movement = movements::latePayment(invoice.paymentHash.text(), received);
    m_refunds.owe(transaction, refundOwnerOf(invoice.purpose), invoice.ownerId, movement);
    if (!m_ledger.post(transaction, movement))
        throw internalError(QStringLiteral("The invoice %1 is in the ledger already.").arg(movement.ref));
}

std::optional<Invoice> Invoices::find(const PaymentHash &paymentHash)
{
    return m_store.find(paymentHash);
}

} // namespace tower
