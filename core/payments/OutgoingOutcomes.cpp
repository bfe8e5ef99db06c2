// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/payments/LookBackOff.h"
#include "core/payments/Outgoing.h"

#include <algorithm>

namespace tower {

namespace {

constexpr Millis feeRetry = seconds(60);

bool isFinal(OutgoingState state)
{
    return state == OutgoingState::Paid || state == OutgoingState::Failed;
}

bool isInsufficient(const ServiceError &error)
{
    return error.code() == "insufficient_balance";
}

/// The ledger counts whole sats: one that was begun is spent.
Sats feeInSats(Msat fee)
{
    return Sats((fee.value() + 999) / 1'000);
}

} // namespace

void Outgoing::settle(const OutgoingPayment &asked, const PayOutcome &outcome)
{
    try {
        write(asked, outcome);
    } catch (const ServiceError &error) {
        if (!isInsufficient(error))
            throw;
        log::error("payments", QStringLiteral("a payment can't be booked: correct the books"),
                   {{"payment", asked.id}, {"error", error.message()}});
        PayOutcome unbooked;
        unbooked.kind = PayOutcome::Kind::Unknown;
        unbooked.reason =
            QStringLiteral("The wallet has paid it, but the ledger's wallet holds too little for "
                           "it: a correction is needed.");
        write(asked, unbooked);
    }
}

void Outgoing::write(const OutgoingPayment &asked, const PayOutcome &outcome)
{
    using Kind = PayOutcome::Kind;
    Transaction transaction(m_database);
    const std::optional<OutgoingPayment> payment = m_store.lock(transaction, asked.id);
    if (!payment || isFinal(payment->state))
        return;
    // Whose lease ran out meanwhile knows only half of it: another may have ordered the payment since.
    if (outcome.kind != Kind::Paid && payment->leaseUntil != asked.leaseUntil)
        return;
    const Millis now = m_clock.now();
    switch (outcome.kind) {
    case Kind::Paid:
        paid(transaction, *payment, std::max(outcome.fee, Msat()), outcome.reason);
        break;
    case Kind::Refused:
        failed(transaction, *payment, outcome.reason);
        break;
    case Kind::Pending:
    case Kind::Unknown: {
        const bool pending = outcome.kind == Kind::Pending;
        m_store.move(transaction, *payment, pending ? OutgoingState::Paying : OutgoingState::Unknown, {},
                     outcome.reason, now, now + lookBackOff(payment->looks));
        tellFollower(transaction, payment->id);
        break;
    }
    }
    transaction.commit();
}

void Outgoing::paid(Transaction &transaction, OutgoingPayment payment, Msat fee, const QString &reason)
{
    const Millis now = m_clock.now();
    if (!m_store.move(transaction, payment, OutgoingState::Paid, fee, reason, now, std::nullopt))
        return;
    payment.state = OutgoingState::Paid;
    payment.fee = fee;
    payment.reason = reason;
    payment.settledAt = payment.updatedAt = now;
    tellOwner(transaction, payment);
    m_ledger.post(transaction, movements::settled(payment.id, payment.amount));
    bookFee(transaction, payment);
}

void Outgoing::bookFee(Transaction &transaction, const OutgoingPayment &payment)
{
    if (payment.fee <= Msat())
        return;
    std::optional<Millis> again;
    try {
        m_ledger.post(transaction, movements::routingFee(payment.id, feeInSats(payment.fee)));
    } catch (const ServiceError &error) {
        if (!isInsufficient(error))
            throw;
        again = m_clock.now() + feeRetry;
        log::error("payments", QStringLiteral("a routing fee can't be booked yet"),
                   {{"payment", payment.id},
                    {"fee_msat", QString::number(payment.fee.value())},
                    {"error", error.message()}});
    }
    m_store.checkAgain(transaction, payment.id, again);
}

void Outgoing::failed(Transaction &transaction, OutgoingPayment payment, const QString &reason)
{
    const Millis now = m_clock.now();
    if (!m_store.move(transaction, payment, OutgoingState::Failed, {}, reason, now, std::nullopt))
        return;
    payment.state = OutgoingState::Failed;
    payment.reason = reason;
    payment.settledAt = payment.updatedAt = now;
    tellOwner(transaction, payment);
    m_ledger.post(transaction, movements::returned(payment.id, payment.from, payment.amount));
}

void Outgoing::tellOwner(Transaction &transaction, const OutgoingPayment &payment)
{
    const auto owner = m_owners.find(payment.purpose);
    if (owner != m_owners.end())
        owner->second(transaction, payment);
}

void Outgoing::tellFollower(Transaction &transaction, const QString &id)
{
    const OutgoingPayment payment = known(id);
    const auto follower = m_followers.find(payment.purpose);
    if (follower != m_followers.end())
        follower->second(transaction, payment);
}

OutgoingPayment Outgoing::settleByHand(Transaction &transaction, const QString &id, bool isPaid,
                                       const QString &reason)
{
    const std::optional<OutgoingPayment> payment = m_store.lock(transaction, id);
    if (!payment)
        throw notFound(QStringLiteral("There is no such payment."), "payment_not_found");
    if (payment->state != OutgoingState::Unknown)
        throw conflict(
            QStringLiteral("Only a payment whose outcome is unknown is settled by hand; this one is %1.")
                .arg(toText(payment->state)),
            "not_unknown");
    if (payment->leaseUntil > m_clock.now())
        throw conflict(QStringLiteral("The wallet is being asked about this payment; try again in a minute."),
                       "payment_in_progress");
    if (isPaid)
        paid(transaction, *payment, {}, reason);
    else
        failed(transaction, *payment, reason);
    return known(id);
}

} // namespace tower
