// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionPayouts.h"

#include "core/base/Error.h"

#include <QPointer>

namespace tower {

namespace {

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping; ask again for what became of the payment."),
                       "stopping");
}

ServiceError nothingToWithdraw()
{
    return conflict(QStringLiteral("This session has nothing to withdraw."), "nothing_to_withdraw");
}

void checkWithdrawable(const Session &session)
{
    if (session.reserved > Sats(0))
        throw conflict(
            QStringLiteral("Requests of this session are still running. Withdraw when they are done."),
            "requests_running");
    if (session.balance <= Sats(0))
        throw nothingToWithdraw();
}

} // namespace

SessionPayouts::SessionPayouts(const WorkHouse &house, SessionStore &sessions)
    : m_house(house)
    , m_sessions(sessions)
{
    m_house.outgoing.serve(
        OutgoingPurpose::Withdrawal, [this](Transaction &transaction, const OutgoingPayment &payment) {
            if (payment.state == OutgoingState::Failed)
                m_sessions.restore(transaction, payment.subject, payment.amount, m_house.clock.now());
            transaction.changed("session", payment.subject);
        });
    m_house.refunds.follow(RefundOwner::Session,
                           [](Transaction &transaction, const QString &sessionId, const Refunds::Owed &) {
                               transaction.changed("session", sessionId);
                           });
}

QCoro::Task<Sessions::Withdrawal> SessionPayouts::withdraw(QString sessionId, QString bolt11)
{
    const QPointer<SessionPayouts> self(this);
    const Session session = m_sessions.find(sessionId).value_or(Session());
    const Bolt11 invoice = decodeBolt11(bolt11);
    Sessions::Withdrawal withdrawal;
    if (const std::optional<OutgoingPayment> before = ordered(session, invoice.paymentHash)) {
        QCoro::Task<OutgoingPayment> following = follow(*before);
        withdrawal.payment = co_await following;
    } else if (session.balance == Sats(0) && m_house.refunds.owed(RefundOwner::Session, sessionId)) {
        QCoro::Task<OutgoingPayment> paying = payLate(sessionId, bolt11);
        withdrawal.payment = co_await paying;
    } else {
        const OutgoingPayment payment = order(sessionId, bolt11);
        QCoro::Task<OutgoingPayment> paying = m_house.outgoing.carryOut(payment.id);
        withdrawal.payment = co_await paying;
    }
    if (!self)
        throw stopping();
    withdrawal.session = m_sessions.find(sessionId).value_or(session);
    co_return withdrawal;
}

std::optional<OutgoingPayment> SessionPayouts::ordered(const Session &session, const PaymentHash &paymentHash)
{
    std::optional<OutgoingPayment> payment = m_house.outgoing.findByHash(paymentHash);
    if (payment && (payment->purpose != OutgoingPurpose::Withdrawal || payment->subject != session.id ||
                    payment->state == OutgoingState::Failed))
        payment.reset();
    return payment;
}

OutgoingPayment SessionPayouts::order(const QString &sessionId, const QString &bolt11)
{
    Transaction transaction(m_house.database);
    const std::optional<Session> session = m_sessions.lock(transaction, sessionId);
    if (!session)
        throw nothingToWithdraw();
    checkWithdrawable(*session);
    if (!m_sessions.empty(transaction, sessionId, session->balance, m_house.clock.now()))
        throw internalError(QStringLiteral("A balance changed while its session was locked."));
    const Outgoing::Order order{OutgoingPurpose::Withdrawal, sessionId, Account::session(sessionId),
                                session->balance, bolt11};
    OutgoingPayment payment = m_house.outgoing.intend(transaction, order);
    transaction.changed("session", sessionId);
    transaction.commit();
    return payment;
}

/// Brings a payment that was ordered before as far as it goes now.
QCoro::Task<OutgoingPayment> SessionPayouts::follow(OutgoingPayment payment)
{
    if (payment.state == OutgoingState::Intent) {
        QCoro::Task<OutgoingPayment> paying = m_house.outgoing.carryOut(payment.id);
        payment = co_await paying;
    } else if (payment.state != OutgoingState::Paid) {
        QCoro::Task<OutgoingPayment> asking = m_house.outgoing.resolve(payment.id);
        payment = co_await asking;
    }
    co_return payment;
}

QCoro::Task<OutgoingPayment> SessionPayouts::payLate(QString sessionId, QString bolt11)
{
    const QPointer<SessionPayouts> self(this);
    QCoro::Task<Refund> paying = m_house.refunds.pay(RefundOwner::Session, sessionId, bolt11);
    const Refund refund = co_await paying;
    if (!self)
        throw stopping();
    const std::optional<OutgoingPayment> payment = m_house.outgoing.find(refund.intentId);
    if (!payment)
        throw internalError(QStringLiteral("A refund has no payment."));
    co_return *payment;
}

} // namespace tower
