// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/PaymentWatcher.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace tower {

namespace {

constexpr Millis shortestSleep(100);
/// What another program left behind, or wrote, is found so late.
constexpr Millis longestSleep = seconds(5);
/// One answer is good for so long; and hints about everything are followed no more often.
constexpr Millis freshness = seconds(1);
constexpr std::size_t rememberedAnswers = 1'000;

} // namespace

PaymentWatcher::PaymentWatcher(const Clock &clock, Wallet &wallet, Invoices &invoices, Outgoing &outgoing,
                               QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_wallet(wallet)
    , m_invoices(invoices)
    , m_outgoing(outgoing)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &PaymentWatcher::look);
    connect(&m_wallet, &Wallet::changed, this, &PaymentWatcher::heard);
}

PaymentWatcher::~PaymentWatcher()
{
    m_started = false;
    const auto flights = std::exchange(m_flights, {});
    for (const auto &[hash, waiters] : flights) {
        for (const Later<bool> &waiter : waiters)
            waiter.give(false);
    }
}

void PaymentWatcher::start()
{
    m_started = true;
    try {
        m_outgoing.recover();
        wakeAll();
    } catch (const ServiceError &error) {
        log::warning("payments", QStringLiteral("payments not recovered yet"), {{"error", error.message()}});
    }
    wake();
}

void PaymentWatcher::stop()
{
    m_started = false;
    m_timer->stop();
}

void PaymentWatcher::wake()
{
    if (m_started)
        m_timer->start(0);
}

/// What anybody can forge: it only makes due what is open, and not endlessly often.
void PaymentWatcher::heard(const std::optional<PaymentHash> &paymentHash)
{
    if (!m_started)
        return;
    try {
        if (paymentHash) {
            m_invoices.store().wake(paymentHash, m_clock.now());
            m_outgoing.store().wake(paymentHash, m_clock.now());
        } else {
            m_wakeAll = true;
        }
    } catch (const ServiceError &error) {
        log::warning("payments", QStringLiteral("a hint of the wallet is lost"),
                     {{"error", error.message()}});
    }
    wake();
}

void PaymentWatcher::wakeAll()
{
    const Millis now = m_clock.now();
    m_invoices.store().wake(std::nullopt, now);
    m_outgoing.store().wake(std::nullopt, now);
    m_wakeAll = false;
    m_wokeAllAt = now;
}

void PaymentWatcher::look()
{
    if (!m_started)
        return;
    try {
        const Millis now = m_clock.now();
        if (m_wakeAll && (!m_wokeAllAt || now - *m_wokeAllAt >= freshness))
            wakeAll();
        for (const QString &id : m_outgoing.store().claimDue(now, sideBySide - m_paying))
            watchPayment(id);
        for (const PaymentHash &hash :
             m_invoices.store().claimDue(now, Invoices::lateWatch, sideBySide - m_looking))
            watchInvoice(hash);
    } catch (const ServiceError &error) {
        log::warning("payments", QStringLiteral("the wallet is not asked at the moment"),
                     {{"error", error.message()}});
    }
    if (m_started && !m_timer->isActive())
        sleepUntilDue();
}

void PaymentWatcher::sleepUntilDue()
{
    Millis wait = longestSleep;
    try {
        // What is due when all places are taken is taken up when one is free.
        if (m_looking < sideBySide) {
            if (const auto due = m_invoices.store().nextDue())
                wait = std::min(wait, *due - m_clock.now());
        }
        if (m_paying < sideBySide) {
            if (const auto due = m_outgoing.store().nextDue())
                wait = std::min(wait, *due - m_clock.now());
        }
    } catch (const ServiceError &error) {
        log::warning("payments", QStringLiteral("the wallet is not asked at the moment"),
                     {{"error", error.message()}});
    }
    if (m_wakeAll)
        wait = std::min(wait, freshness);
    wait = std::clamp(wait, shortestSleep, longestSleep);
    m_timer->start(std::chrono::milliseconds(wait.value()));
}

QCoro::Task<void> PaymentWatcher::watchInvoice(PaymentHash paymentHash)
{
    const QPointer<PaymentWatcher> self(this);
    ++m_looking;
    QCoro::Task<void> checking = check(paymentHash, true);
    co_await checking;
    if (!self)
        co_return;
    --m_looking;
    wake();
}

QCoro::Task<void> PaymentWatcher::watchPayment(QString id)
{
    const QPointer<PaymentWatcher> self(this);
    ++m_paying;
    try {
        QCoro::Task<OutgoingPayment> resolving = m_outgoing.resolve(id);
        co_await resolving;
    } catch (const ServiceError &error) {
        log::error("payments", QStringLiteral("a payment could not be taken up"),
                   {{"payment", id}, {"error", error.message()}});
    }
    if (!self)
        co_return;
    --m_paying;
    wake();
}

bool PaymentWatcher::wasAskedJustNow(const PaymentHash &paymentHash)
{
    const Millis now = m_clock.now();
    const auto asked = m_askedAt.find(paymentHash);
    return asked != m_askedAt.end() && now - asked->second < freshness;
}

QCoro::Task<void> PaymentWatcher::check(PaymentHash paymentHash, bool force)
{
    // A question that was under way already may have been answered before what the caller knows of.
    bool waited = false;
    for (auto flight = m_flights.find(paymentHash); flight != m_flights.end();
         flight = m_flights.find(paymentHash)) {
        Later<bool> answered;
        flight->second.push_back(answered);
        const bool goesOn = co_await answered;
        if (!goesOn || !force || waited)
            co_return;
        waited = true;
    }
    if (!force && wasAskedJustNow(paymentHash))
        co_return;

    const QPointer<PaymentWatcher> self(this);
    m_flights[paymentHash];
    QCoro::Task<void> asking = ask(paymentHash);
    co_await asking;
    if (!self)
        co_return;
    const auto flight = m_flights.extract(paymentHash);
    if (flight.empty())
        co_return;
    for (const Later<bool> &waiter : flight.mapped())
        waiter.give(true);
}

/// Throws nothing.
QCoro::Task<void> PaymentWatcher::ask(PaymentHash paymentHash)
{
    const QPointer<PaymentWatcher> self(this);
    try {
        const std::optional<Invoice> invoice = m_invoices.find(paymentHash);
        const bool settled =
            invoice && (invoice->state == InvoiceState::Paid || invoice->state == InvoiceState::PaidLate);
        if (!invoice || settled)
            co_return;
        const Millis askedAt = m_clock.now();
        QCoro::Task<std::optional<WalletPayment>> looking = m_wallet.lookup(paymentHash);
        const std::optional<WalletPayment> payment = co_await looking;
        if (!self)
            co_return;
        if (m_askedAt.size() >= rememberedAnswers)
            std::erase_if(m_askedAt, [&](const auto &entry) { return askedAt - entry.second >= freshness; });
        m_askedAt[paymentHash] = askedAt;
        m_invoices.book(paymentHash, payment, askedAt);
    } catch (const ServiceError &error) {
        log::warning("payments", QStringLiteral("an invoice could not be looked up"),
                     {{"invoice", paymentHash.text()}, {"error", error.message()}});
    }
}

} // namespace tower
