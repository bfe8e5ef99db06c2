// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionPayments.h"

#include "core/base/Error.h"

#include <QPointer>
#include <QUuid>

#include <algorithm>

namespace tower {

namespace {

/// An invoice that is offered again can be paid for so long at least.
constexpr Millis timeToPay = seconds(60);
constexpr int invoicesLookedUp = 5;

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

} // namespace

SessionPayments::SessionPayments(const WorkHouse &house, SessionStore &sessions)
    : m_house(house)
    , m_sessions(sessions)
{
    const Invoices::Take takeIt = [this](Transaction &transaction, const Invoice &invoice, Sats received) {
        return take(transaction, invoice, received);
    };
    m_house.invoices.serve(InvoicePurpose::Deposit, takeIt,
                           [this](Transaction &transaction, const Invoice &invoice) {
                               if (m_sessions.lapse(transaction, invoice.ownerId, m_house.clock.now()))
                                   transaction.changed("session", invoice.ownerId);
                           });
    m_house.invoices.serve(InvoicePurpose::Topup, takeIt, [](Transaction &, const Invoice &) {});
}

SessionPayments::~SessionPayments()
{
    const auto offers = std::exchange(m_offers, {});
    for (const auto &[id, waiting] : offers) {
        for (const Later<std::exception_ptr> &waiter : waiting)
            waiter.give(std::make_exception_ptr(stopping()));
    }
}

void SessionPayments::checkAmount(Sats amount) const
{
    const Sats least = m_house.settings.sats(Setting::SessionMinDepositSats);
    const Sats most = m_house.settings.sats(Setting::SessionMaxDepositSats);
    if (amount < least || amount > most)
        throw badRequest(
            "amount_sats",
            QStringLiteral("amount_sats must be between %1 and %2.").arg(least.value()).arg(most.value()));
}

Millis SessionPayments::expiryFromNow() const
{
    return m_house.clock.now() + seconds(3'600 * m_house.settings.integer(Setting::SessionExpiryHours));
}

QCoro::Task<Session> SessionPayments::open(Sats amount, std::optional<PubKey> key)
{
    const QPointer<SessionPayments> self(this);
    checkAmount(amount);
    QCoro::Task<WalletInvoice> asking = m_house.invoices.request(
        amount, QStringLiteral("Timmy: session deposit of %1 sats").arg(amount.value()), Invoices::lifetime);
    const WalletInvoice issued = co_await asking;
    if (!self)
        throw stopping();

    Session session;
    session.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    session.pubkey = key;
    session.depositPaymentHash = issued.paymentHash;
    session.createdAt = m_house.clock.now();
    session.updatedAt = session.createdAt;
    session.expiresAt = expiryFromNow();
    Transaction transaction(m_house.database);
    if (key)
        m_house.trust.ensure(transaction, *key);
    m_sessions.insert(transaction, session);
    m_house.invoices.add(transaction, issued, InvoicePurpose::Deposit, amount, session.id);
    transaction.changed("session", session.id);
    transaction.commit();
    co_return session;
}

bool SessionPayments::take(Transaction &transaction, const Invoice &invoice, Sats received)
{
    const QString &id = invoice.ownerId;
    if (!m_sessions.credit(transaction, id, received, m_house.settings.sats(Setting::SessionMinBalanceSats),
                           expiryFromNow(), m_house.clock.now()))
        return false;
    if (!m_house.ledger.post(transaction, movements::depositPaid(id, invoice.paymentHash.text(), received)))
        throw internalError(QStringLiteral("An invoice was about to be credited twice."));
    transaction.changed("session", id);
    return true;
}

QCoro::Task<Invoice> SessionPayments::topUp(QString sessionId, Sats amount)
{
    checkAmount(amount);
    QCoro::Task<Invoice> issuing = issue(sessionId, amount);
    co_return co_await issuing;
}

QCoro::Task<Invoice> SessionPayments::issue(QString sessionId, Sats amount)
{
    const QPointer<SessionPayments> self(this);
    QCoro::Task<WalletInvoice> asking = m_house.invoices.request(
        amount, QStringLiteral("Timmy: session top-up of %1 sats").arg(amount.value()), Invoices::lifetime);
    const WalletInvoice issued = co_await asking;
    if (!self)
        throw stopping();

    Transaction transaction(m_house.database);
    const std::optional<Session> session = m_sessions.lock(transaction, sessionId);
    const bool takesMore = session && session->expiresAt > m_house.clock.now() &&
                           (session->state == SessionState::Active || session->state == SessionState::Paused);
    if (!takesMore)
        throw conflict(QStringLiteral("This session takes no more sats: it is not active."),
                       "session_not_active");
    Invoice invoice = m_house.invoices.add(transaction, issued, InvoicePurpose::Topup, amount, sessionId);
    transaction.changed("session", sessionId);
    transaction.commit();
    co_return invoice;
}

QCoro::Task<Invoice> SessionPayments::offer(QString sessionId, Sats atLeast)
{
    const QPointer<SessionPayments> self(this);
    const Sats amount = std::min(std::max(atLeast, m_house.settings.sats(Setting::SessionMinDepositSats)),
                                 m_house.settings.sats(Setting::SessionMaxDepositSats));
    while (true) {
        const std::optional<PaymentHash> made =
            m_sessions.payableTopUp(sessionId, amount, m_house.clock.now() + timeToPay);
        if (made) {
            if (const std::optional<Invoice> invoice = m_house.invoices.find(*made))
                co_return *invoice;
        }
        const auto underWay = m_offers.find(sessionId);
        if (underWay == m_offers.end())
            break;
        Later<std::exception_ptr> waiter;
        underWay->second.push_back(waiter);
        const std::exception_ptr failure = co_await waiter;
        if (failure)
            std::rethrow_exception(failure);
    }
    m_offers[sessionId];
    Invoice invoice;
    std::exception_ptr failure;
    try {
        QCoro::Task<Invoice> issuing = issue(sessionId, amount);
        invoice = co_await issuing;
    } catch (...) {
        failure = std::current_exception();
    }
    if (self)
        offered(sessionId, failure);
    if (failure)
        std::rethrow_exception(failure);
    co_return invoice;
}

void SessionPayments::offered(const QString &sessionId, const std::exception_ptr &failure)
{
    const auto done = m_offers.extract(sessionId);
    if (done.empty())
        return;
    for (const Later<std::exception_ptr> &waiter : done.mapped())
        waiter.give(failure);
}

QCoro::Task<void> SessionPayments::lookUp(QString sessionId)
{
    const QPointer<SessionPayments> self(this);
    const std::vector<PaymentHash> open =
        m_sessions.payable(sessionId, m_house.clock.now(), invoicesLookedUp);
    for (const PaymentHash &paymentHash : open) {
        QCoro::Task<void> checking = m_house.watcher.check(paymentHash);
        co_await checking;
        if (!self)
            throw stopping();
    }
}

std::optional<Invoice> SessionPayments::payable(const QString &sessionId)
{
    const std::vector<PaymentHash> open = m_sessions.payable(sessionId, m_house.clock.now(), 1);
    return open.empty() ? std::nullopt : m_house.invoices.find(open.front());
}

} // namespace tower
