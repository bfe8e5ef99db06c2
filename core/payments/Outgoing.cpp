// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Outgoing.h"

#include "core/base/Error.h"
#include "core/payments/InvoiceStore.h"

#include <QUuid>

#include <algorithm>

namespace tower {

namespace {

using Kind = PayOutcome::Kind;

ServiceError badInvoice(const QString &message)
{
    return badRequest("bolt11", message, "invalid_invoice");
}

/// The one spelling of an invoice: in lower case, without "lightning:".
QString plainInvoice(const QString &text)
{
    QString plain = text.trimmed().toLower();
    if (plain.startsWith(QLatin1String("lightning:")))
        plain.remove(0, static_cast<int>(qstrlen("lightning:")));
    return plain;
}

PayOutcome outcomeOf(Kind kind, const QString &reason)
{
    PayOutcome outcome;
    outcome.kind = kind;
    outcome.reason = reason;
    return outcome;
}

PayOutcome unknownOutcome(const QString &reason)
{
    return outcomeOf(Kind::Unknown, reason);
}

/// What the wallet's record tells of a payment whose outcome is open. Nullopt: the wallet has not paid it, as
/// far as it knows. What it calls failed is failed only if it still says so when it was ordered again (LNbits
/// asks its node only then) and the invoice has expired.
std::optional<PayOutcome> judged(const OutgoingPayment &payment, const std::optional<WalletPayment> &record,
                                 Millis now, bool orderedAgain)
{
    using State = WalletPayment::State;
    const bool longExpired = now > payment.expiresAt + Outgoing::failedGrace;
    if (record && (record->outgoing || record->internal)) {
        switch (record->state) {
        case State::Paid: {
            if (record->amount != Msat() && record->amount != toMsat(payment.amount))
                return unknownOutcome(
                    QStringLiteral("The wallet says that it has sent %1 msat.").arg(record->amount.value()));
            PayOutcome outcome = outcomeOf(Kind::Paid, {});
            outcome.fee = record->fee;
            return outcome;
        }
        case State::Pending:
            return outcomeOf(Kind::Pending, {});
        case State::Failed:
            break;
        }
        if (!orderedAgain)
            return std::nullopt;
        if (longExpired)
            return outcomeOf(Kind::Refused,
                             QStringLiteral("The wallet says that it failed, and the invoice has expired."));
        return unknownOutcome(
            QStringLiteral("The wallet says that it failed; that may change until the invoice has expired."));
    }
    if (record && record->state == State::Paid)
        return unknownOutcome(
            QStringLiteral("The invoice is the tower's own and was paid, but perhaps not by this payment."));
    if (longExpired)
        return outcomeOf(Kind::Refused,
                         QStringLiteral("The wallet never paid it, and the invoice has expired."));
    if (now >= payment.expiresAt)
        return unknownOutcome(
            QStringLiteral("The wallet does not know it, and the invoice has just expired."));
    return std::nullopt;
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "wallet_stopped");
}

} // namespace

Outgoing::Outgoing(Database &database, const Clock &clock, Wallet &wallet, Ledger &ledger, QString instance)
    : m_database(database)
    , m_clock(clock)
    , m_wallet(wallet)
    , m_ledger(ledger)
    , m_instance(std::move(instance))
    , m_store(database)
{
}

Sats Outgoing::maximumFee(Sats amount)
{
    return std::max(Sats(2), Sats((amount.value() + 99) / 100));
}

Bolt11 Outgoing::checkInvoice(const QString &bolt11, Sats amount) const
{
    const Bolt11 invoice = decodeBolt11(bolt11);
    const bool simulated = m_wallet.isSimulated();
    InvoiceStore ours(m_database);
    QString expected = simulated ? prefixOf(LightningNetwork::Signet) : ours.lastPrefix(false);
    if (expected.isEmpty())
        expected = prefixOf(LightningNetwork::Bitcoin);
    if (prefixOf(invoice.network) != expected)
        throw badInvoice(
            QStringLiteral("The invoice is for another network: it must begin with %1.").arg(expected));
    if (!invoice.amount)
        throw badInvoice(QStringLiteral("The invoice must be over exactly %1 sats; it carries no amount.")
                             .arg(amount.value()));
    if (*invoice.amount != toMsat(amount))
        throw badInvoice(QStringLiteral("The invoice must be over exactly %1 sats.").arg(amount.value()));
    if (m_clock.now() >= invoice.expiresAt())
        throw badInvoice(QStringLiteral("The invoice has expired."));
    // Of a hash that is incoming and outgoing a real wallet can't tell which of the two it was asked about.
    const std::optional<Invoice> own = ours.find(invoice.paymentHash);
    if (own && (!simulated || own->paymentRequest != plainInvoice(bolt11)))
        throw badInvoice(QStringLiteral("The tower does not pay an invoice that it has issued itself."));
    return invoice;
}

OutgoingPayment Outgoing::intend(Transaction &transaction, const Order &order)
{
    const Bolt11 invoice = checkInvoice(order.bolt11, order.amount);
    OutgoingPayment payment;
    payment.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    payment.purpose = order.purpose;
    payment.subject = order.subject;
    payment.from = order.from;
    payment.amount = order.amount;
    payment.maximumFee = maximumFee(order.amount);
    payment.bolt11 = plainInvoice(order.bolt11);
    payment.paymentHash = invoice.paymentHash;
    payment.expiresAt = invoice.expiresAt();
    payment.createdAt = payment.updatedAt = m_clock.now();
    if (!m_store.insert(transaction, payment, payment.createdAt + intentGrace))
        throw conflict(QStringLiteral("This invoice is being paid, or was, already."), "invoice_used");
    m_ledger.post(transaction, movements::leaving(payment.id, payment.from, payment.amount));
    checkFunds(transaction, payment.amount);
    return payment;
}

/// What the books say is not in the wallet is not sent: settling it could not be booked.
void Outgoing::checkFunds(Transaction &transaction, Sats amount)
{
    const Sats held = m_ledger.lockBalance(transaction, Account::wallet());
    if (m_store.open() <= held)
        return;
    throw conflict(QStringLiteral("The tower's wallet does not hold %1 sats that are free at the moment.")
                       .arg(amount.value()),
                   "insufficient_balance");
}

QCoro::Task<OutgoingPayment> Outgoing::carryOut(QString id)
{
    const std::weak_ptr<const bool> alive = m_alive;
    bool ours = false;
    {
        const Millis now = m_clock.now();
        Transaction transaction(m_database);
        ours = m_store.begin(transaction, id, m_instance, now + lease, now);
        if (ours)
            tellFollower(transaction, id);
        transaction.commit();
    }
    if (ours) {
        const OutgoingPayment payment = known(id);
        PayOutcome outcome =
            outcomeOf(Kind::Refused, QStringLiteral("The invoice expired before it was paid."));
        if (m_clock.now() < payment.expiresAt) {
            QCoro::Task<PayOutcome> paying = m_wallet.pay(payment.bolt11, payment.maximumFee);
            outcome = co_await paying;
            if (alive.expired())
                throw stopping();
        }
        settle(payment, outcome);
    }
    co_return known(id);
}

QCoro::Task<OutgoingPayment> Outgoing::resolve(QString id)
{
    const std::weak_ptr<const bool> alive = m_alive;
    const OutgoingPayment before = known(id);
    if (before.state == OutgoingState::Intent) {
        QCoro::Task<OutgoingPayment> carrying = carryOut(id);
        const OutgoingPayment carried = co_await carrying;
        co_return carried;
    }
    bool ours = false;
    {
        const Millis now = m_clock.now();
        Transaction transaction(m_database);
        if (before.state == OutgoingState::Paid)
            bookFee(transaction, before);
        else
            ours = m_store.take(transaction, id, m_instance, now + lease, now);
        transaction.commit();
    }
    if (ours) {
        const OutgoingPayment payment = known(id);
        QCoro::Task<PayOutcome> asking = findOut(payment);
        const PayOutcome outcome = co_await asking;
        if (alive.expired())
            throw stopping();
        settle(payment, outcome);
    }
    co_return known(id);
}

QCoro::Task<PayOutcome> Outgoing::findOut(OutgoingPayment payment)
{
    const std::weak_ptr<const bool> alive = m_alive;
    QCoro::Task<std::optional<PayOutcome>> looking = lookUp(payment, false);
    const std::optional<PayOutcome> found = co_await looking;
    if (found || alive.expired())
        co_return found.value_or(PayOutcome());

    QCoro::Task<PayOutcome> paying = m_wallet.pay(payment.bolt11, payment.maximumFee);
    PayOutcome outcome = co_await paying;
    const bool isToldNow = outcome.kind == Kind::Paid || outcome.kind == Kind::Pending;
    if (isToldNow || alive.expired())
        co_return outcome;
    // A refusal is of this order alone: what became of the one before is not known by that.
    outcome.kind = Kind::Unknown;
    QCoro::Task<std::optional<PayOutcome>> lookingAgain = lookUp(payment, true);
    const std::optional<PayOutcome> foundNow = co_await lookingAgain;
    co_return foundNow.value_or(outcome);
}

QCoro::Task<std::optional<PayOutcome>> Outgoing::lookUp(OutgoingPayment payment, bool orderedAgain)
{
    const std::weak_ptr<const bool> alive = m_alive;
    std::optional<PayOutcome> outcome;
    try {
        QCoro::Task<std::optional<WalletPayment>> asking = m_wallet.lookup(payment.paymentHash);
        const std::optional<WalletPayment> record = co_await asking;
        if (!alive.expired())
            outcome = judged(payment, record, m_clock.now(), orderedAgain);
    } catch (const ServiceError &error) {
        outcome = unknownOutcome(error.message());
    }
    co_return outcome;
}

void Outgoing::serve(OutgoingPurpose purpose, Outcome outcome)
{
    m_owners[purpose] = std::move(outcome);
}

void Outgoing::follow(OutgoingPurpose purpose, Outcome step)
{
    m_followers[purpose] = std::move(step);
}

std::optional<OutgoingPayment> Outgoing::find(const QString &id)
{
    return m_store.find(id);
}

std::optional<OutgoingPayment> Outgoing::findByHash(const PaymentHash &paymentHash)
{
    return m_store.findByHash(paymentHash);
}

Page<OutgoingPayment> Outgoing::list(const OutgoingFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

void Outgoing::recover()
{
    m_store.recover(m_instance, m_clock.now());
}

OutgoingPayment Outgoing::known(const QString &id)
{
    const std::optional<OutgoingPayment> payment = m_store.find(id);
    if (!payment)
        throw notFound(QStringLiteral("There is no such payment."), "payment_not_found");
    return *payment;
}

} // namespace tower
