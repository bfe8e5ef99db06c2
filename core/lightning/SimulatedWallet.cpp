// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/SimulatedWallet.h"

#include "core/base/Error.h"
#include "core/base/KeyDerivation.h"
#include "core/base/Log.h"
#include "core/lightning/Memo.h"

#include <QTimer>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace tower {

namespace {

using Kind = PayOutcome::Kind;
using State = WalletPayment::State;

constexpr int overdueAtOnce = 100;

std::array<std::uint8_t, 32> randomBytes()
{
    std::array<std::uint8_t, 32> bytes;
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw internalError(QStringLiteral("The system's random generator does not work."));
    return bytes;
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The wallet is stopping."), "wallet_stopped");
}

PayOutcome refused(const QString &reason)
{
    return {Kind::Refused, {}, reason};
}

PayOutcome unknown(const QString &reason)
{
    return {Kind::Unknown, {}, reason};
}

PayOutcome outcomeOf(const SimulatedPayment &payment)
{
    switch (payment.state) {
    case State::Paid:
        return {Kind::Paid, payment.fee, {}};
    case State::Pending:
        return {Kind::Pending, {}, {}};
    case State::Failed:
        break;
    }
    return refused(QStringLiteral("The payment failed when its invoice expired."));
}

} // namespace

SimulatedWallet::SimulatedWallet(Database &database, const Clock &clock, const Secrets &secrets,
                                 QObject *parent)
    : Wallet(parent)
    , m_database(database)
    , m_store(database)
    , m_clock(clock)
    , m_secrets(secrets)
{
}

SimulatedWallet::~SimulatedWallet()
{
    abort();
}

void SimulatedWallet::abort()
{
    m_stopped = true;
    const std::vector<Later<bool>> pauses = std::exchange(m_pauses, {});
    for (const Later<bool> &pause : pauses)
        pause.give(false);
}

SecretKey SimulatedWallet::nodeKey() const
{
    const SecretBytes bytes =
        deriveKey(m_secrets.value(Secret::TimmyTokenSecret), "simulated wallet node key");
    std::optional<SecretKey> key = SecretKey::fromBytes(bytes.view());
    if (!key)
        throw internalError(QStringLiteral("TIMMY_TOKEN_SECRET gives no node key."));
    return std::move(*key);
}

void SimulatedWallet::throwIfUnable() const
{
    if (m_stopped)
        throw stopping();
    if (m_behaviour == Behaviour::Unreachable)
        throw unavailable(QStringLiteral("The wallet can't be reached (simulated)."), "wallet_unavailable");
}

Bolt11Draft SimulatedWallet::draft(Sats amount, QByteArrayView preimage, Millis expiry) const
{
    Bolt11Draft draft;
    draft.network = LightningNetwork::Signet;
    draft.amount = toMsat(amount);
    draft.createdAt = seconds(m_clock.now().value() / 1'000); // an invoice counts in seconds
    draft.expiry = expiry;
    draft.paymentHash = PaymentHash(sha256(preimage));
    draft.paymentSecret = randomBytes();
    return draft;
}

WalletInvoice SimulatedWallet::issueForRecipient(Sats amount,
                                                 const std::array<std::uint8_t, 32> &descriptionHash,
                                                 Millis expiry) const
{
    throwIfUnable();
    const std::array<std::uint8_t, 32> preimage = randomBytes();
    Bolt11Draft draft =
        this->draft(amount, QByteArrayView(preimage.data(), static_cast<qsizetype>(preimage.size())), expiry);
    draft.descriptionHash = descriptionHash;
    return {draft.paymentHash, encodeBolt11(draft, nodeKey())};
}

QCoro::Task<WalletInvoice> SimulatedWallet::createInvoice(Sats amount, QString memo, Millis expiry)
{
    throwIfUnable();
    const std::array<std::uint8_t, 32> preimage = randomBytes();
    const QByteArrayView preimageView(preimage.data(), static_cast<qsizetype>(preimage.size()));
    Bolt11Draft draft = this->draft(amount, preimageView, expiry);
    draft.description = invoiceMemo(memo);

    SimulatedInvoice invoice;
    invoice.paymentHash = draft.paymentHash;
    invoice.preimage = preimageView.toByteArray().toHex();
    invoice.amount = draft.amount;
    invoice.createdAt = draft.createdAt;
    invoice.expiresAt = draft.createdAt + expiry;

    WalletInvoice issued;
    issued.paymentHash = draft.paymentHash;
    issued.paymentRequest = encodeBolt11(draft, nodeKey());
    m_store.add(invoice);
    co_return issued;
}

QCoro::Task<std::optional<WalletPayment>> SimulatedWallet::lookup(PaymentHash paymentHash)
{
    throwIfUnable();
    failOverdue();
    WalletPayment found;
    const std::optional<SimulatedPayment> payment = m_store.payment(paymentHash);
    if (const auto invoice = m_store.invoice(paymentHash)) {
        found.internal = payment && payment->state == State::Paid;
        found.state = invoice->paidAt ? State::Paid : State::Pending;
        found.amount = invoice->amount;
        co_return found;
    }
    if (payment) {
        found.state = payment->state;
        found.outgoing = true;
        found.amount = payment->amount;
        found.fee = payment->fee;
        co_return found;
    }
    co_return std::nullopt;
}

QCoro::Task<Msat> SimulatedWallet::balance()
{
    throwIfUnable();
    failOverdue();
    co_return m_store.balance();
}

QByteArray SimulatedWallet::payInvoice(const PaymentHash &paymentHash)
{
    // Whoever pays needs our node, not the way between us and it: Unreachable is no hindrance.
    if (m_stopped)
        throw stopping();
    const std::optional<SimulatedInvoice> invoice = m_store.invoice(paymentHash);
    if (!invoice)
        throw notFound(QStringLiteral("The wallet has no such invoice."), "invoice_not_found");
    if (invoice->paidAt)
        return invoice->preimage;
    const Millis now = m_clock.now();
    if (now >= invoice->expiresAt)
        throw conflict(QStringLiteral("The invoice has expired."), "invoice_expired");
    Transaction transaction(m_database);
    if (m_store.markPaid(paymentHash, now))
        m_store.credit(invoice->amount);
    transaction.commit();
    emit changed(paymentHash);
    return invoice->preimage;
}

QCoro::Task<PayOutcome> SimulatedWallet::pay(QString bolt11, Sats maximumFee)
{
    Bolt11 invoice;
    PayOutcome bad = refused({});
    try {
        invoice = decodeBolt11(bolt11);
    } catch (const ServiceError &error) {
        bad.reason = error.message();
        co_return bad;
    }
    if (invoice.description.contains(QLatin1String("[[slow]]")) && !m_stopped) {
        Later<bool> waited = pause(m_slowness);
        co_await waited;
    }
    if (m_stopped) // also when its destructor ended the wait
        co_return unknown(QStringLiteral("The wallet is stopping."));
    try {
        co_return payNow(invoice, maximumFee);
    } catch (const ServiceError &error) {
        log::warning("wallet", QStringLiteral("simulated payment not told"),
                     {{"code", QString::fromLatin1(error.code())}});
        co_return unknown(error.message());
    }
}

PayOutcome SimulatedWallet::payNow(const Bolt11 &invoice, Sats maximumFee)
{
    if (m_behaviour == Behaviour::Unreachable || m_behaviour == Behaviour::PayUnknownNotPaid)
        return unknown(QStringLiteral("The wallet did not answer (simulated)."));
    if (invoice.network != LightningNetwork::Signet)
        return refused(QStringLiteral("The simulated wallet pays lntbs invoices only."));
    if (!invoice.amount)
        return refused(QStringLiteral("The invoice carries no amount."));
    failOverdue();
    if (const auto before = m_store.payment(invoice.paymentHash))
        return outcomeOf(*before);
    if (m_behaviour == Behaviour::PayFails || invoice.description.contains(QLatin1String("[[fail]]")))
        return refused(QStringLiteral("No route (simulated)."));
    const Millis now = m_clock.now();
    if (now >= invoice.expiresAt())
        return refused(QStringLiteral("The invoice has expired."));
    const std::optional<SimulatedInvoice> own = m_store.invoice(invoice.paymentHash);
    if (own && (own->paidAt || own->amount != *invoice.amount))
        return refused(own->paidAt ? QStringLiteral("The invoice is paid already.")
                                   : QStringLiteral("The invoice is not what the wallet issued."));
    const Msat fee = own ? Msat() : m_routingFee;
    if (fee > toMsat(maximumFee))
        return refused(QStringLiteral("No route within the fee limit."));

    SimulatedPayment payment;
    payment.paymentHash = invoice.paymentHash;
    payment.amount = *invoice.amount;
    payment.fee = fee;
    const bool staysUnderWay =
        m_behaviour == Behaviour::PayPending || invoice.description.contains(QLatin1String("[[pending]]"));
    payment.state = staysUnderWay ? State::Pending : State::Paid;
    payment.createdAt = now;
    payment.expiresAt = invoice.expiresAt();
    if (!staysUnderWay)
        payment.settledAt = now;
    return carryOut(payment, own.has_value());
}

PayOutcome SimulatedWallet::carryOut(const SimulatedPayment &payment, bool isOwn)
{
    const bool paysOwn = isOwn && payment.state == State::Paid;
    {
        Transaction transaction(m_database);
        if (!m_store.add(payment)) {
            const std::optional<SimulatedPayment> before = m_store.payment(payment.paymentHash);
            return before ? outcomeOf(*before) : unknown(QStringLiteral("The payment is under way."));
        }
        if (paysOwn && !m_store.markPaid(payment.paymentHash, payment.createdAt))
            return refused(QStringLiteral("The invoice is paid already."));
        if (!m_store.debit(payment.amount + payment.fee))
            return refused(QStringLiteral("The wallet's balance is too low."));
        if (paysOwn)
            m_store.credit(payment.amount);
        transaction.commit();
    }
    if (paysOwn)
        emit changed(payment.paymentHash);
    if (m_behaviour == Behaviour::PayUnknownButPaid)
        return unknown(QStringLiteral("The wallet did not answer (simulated)."));
    return outcomeOf(payment);
}

bool SimulatedWallet::settle(const PaymentHash &paymentHash, bool paid)
{
    const std::optional<SimulatedPayment> payment = m_store.payment(paymentHash);
    return payment && settle(*payment, paid);
}

bool SimulatedWallet::settle(const SimulatedPayment &payment, bool paid)
{
    {
        Transaction transaction(m_database);
        if (!m_store.settle(payment.paymentHash, paid, m_clock.now()))
            return false;
        if (!paid)
            m_store.credit(payment.amount + payment.fee);
        else if (m_store.markPaid(payment.paymentHash, m_clock.now()))
            m_store.credit(payment.amount);
        transaction.commit();
    }
    emit changed(payment.paymentHash);
    return true;
}

void SimulatedWallet::failOverdue()
{
    const std::vector<SimulatedPayment> overdue = m_store.overdue(m_clock.now(), overdueAtOnce);
    for (const SimulatedPayment &payment : overdue)
        settle(payment, false);
}

Later<bool> SimulatedWallet::pause(Millis duration)
{
    Later<bool> later;
    std::erase_if(m_pauses, [](const Later<bool> &pause) { return pause.isGiven(); });
    m_pauses.push_back(later);
    QTimer::singleShot(std::chrono::milliseconds(duration.value()), this, [later] { later.give(true); });
    return later;
}

} // namespace tower
