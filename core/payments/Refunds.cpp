// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Refunds.h"

#include "core/base/Error.h"

#include <QStringList>

#include <algorithm>

namespace tower {

namespace {

std::optional<Refunds::Owed> sumOf(const std::vector<Refund> &refunds)
{
    if (refunds.empty())
        return std::nullopt;
    Refunds::Owed owed{Sats(), RefundState::Paid};
    for (const Refund &refund : refunds) {
        owed.amount += refund.amount;
        owed.state = std::min(owed.state, refund.state); // pending before paying before paid
    }
    return owed;
}

ServiceError nothingOwed()
{
    return conflict(QStringLiteral("Nothing is owed."), "nothing_owed");
}

bool isPending(const Refund &refund)
{
    return refund.state == RefundState::Pending;
}

} // namespace

Refunds::Refunds(Database &database, const Clock &clock, Outgoing &outgoing)
    : m_database(database)
    , m_clock(clock)
    , m_outgoing(outgoing)
    , m_store(database)
{
    m_outgoing.serve(
        OutgoingPurpose::Refund,
        [this](Transaction &transaction, const OutgoingPayment &payment) { settled(transaction, payment); });
}

void Refunds::owe(Transaction &transaction, RefundOwner kind, const QString &ownerId,
                  const Movement &movement)
{
    const Refund refund{.account = movement.credit,
                        .ownerKind = kind,
                        .ownerId = ownerId,
                        .amount = movement.sats,
                        .createdAt = m_clock.now()};
    if (!m_store.insert(transaction, refund))
        throw internalError(QStringLiteral("%1 is owed already.").arg(refund.account.name()));
    tellFollower(transaction, kind, ownerId);
}

std::optional<Refunds::Owed> Refunds::owed(RefundOwner kind, const QString &ownerId)
{
    return sumOf(m_store.of(kind, ownerId));
}

std::vector<Refund> Refunds::of(RefundOwner kind, const QString &ownerId)
{
    return m_store.of(kind, ownerId);
}

Page<Refund> Refunds::list(const RefundFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

Refund Refunds::chosen(RefundOwner kind, const QString &ownerId, const std::optional<Msat> &offered)
{
    const std::vector<Refund> refunds = m_store.of(kind, ownerId);
    QStringList amounts;
    for (const Refund &refund : refunds) {
        if (!isPending(refund))
            continue;
        if (offered == toMsat(refund.amount))
            return refund;
        amounts.push_back(QString::number(refund.amount.value()));
    }
    if (!amounts.isEmpty())
        throw badRequest("bolt11",
                         QStringLiteral("The invoice must be over exactly %1 sats.")
                             .arg(amounts.join(QStringLiteral(" or "))),
                         "invalid_invoice");
    const bool underWay = std::any_of(refunds.begin(), refunds.end(), [](const Refund &refund) {
        return refund.state == RefundState::Paying;
    });
    if (underWay)
        throw conflict(QStringLiteral("The refund is being paid to another invoice."), "refund_in_progress");
    throw nothingOwed();
}

std::optional<Refund> Refunds::usedFor(RefundOwner kind, const QString &ownerId,
                                       const PaymentHash &paymentHash)
{
    const std::optional<OutgoingPayment> payment = m_outgoing.findByHash(paymentHash);
    if (!payment || payment->state == OutgoingState::Failed)
        return std::nullopt;
    std::optional<Refund> refund;
    if (payment->purpose == OutgoingPurpose::Refund)
        refund = m_store.find(payment->from);
    if (!refund || refund->ownerKind != kind || refund->ownerId != ownerId)
        throw conflict(QStringLiteral("This invoice is used for another payment."), "invoice_used");
    return refund;
}

QCoro::Task<Refund> Refunds::pay(RefundOwner kind, QString ownerId, QString bolt11)
{
    const std::weak_ptr<const bool> alive = m_alive;
    const Bolt11 invoice = decodeBolt11(bolt11);
    if (const auto used = usedFor(kind, ownerId, invoice.paymentHash))
        co_return *used;
    const Refund refund = chosen(kind, ownerId, invoice.amount);
    QString intentId;
    {
        Transaction transaction(m_database);
        if (!m_store.begin(transaction, refund.account)) {
            // Another caller was faster, perhaps with this very invoice.
            if (const auto used = usedFor(kind, ownerId, invoice.paymentHash))
                co_return *used;
            throw conflict(QStringLiteral("The refund is being paid to another invoice."),
                           "refund_in_progress");
        }
        tellFollower(transaction, kind, ownerId);
        const Outgoing::Order order{.purpose = OutgoingPurpose::Refund,
                                    .subject = refund.account.name(),
                                    .from = refund.account,
                                    .amount = refund.amount,
                                    .bolt11 = bolt11};
        intentId = m_outgoing.intend(transaction, order).id;
        m_store.setIntent(transaction, refund.account, intentId);
        transaction.commit();
    }
    QCoro::Task<OutgoingPayment> carrying = m_outgoing.carryOut(intentId);
    co_await carrying;
    if (alive.expired())
        throw unavailable(QStringLiteral("The program is stopping."), "wallet_stopped");
    const std::optional<Refund> after = m_store.find(refund.account);
    co_return after.value_or(refund);
}

void Refunds::settled(Transaction &transaction, const OutgoingPayment &payment)
{
    const RefundState to = payment.state == OutgoingState::Paid ? RefundState::Paid : RefundState::Pending;
    if (!m_store.end(transaction, payment.from, payment.id, to, m_clock.now()))
        throw internalError(QStringLiteral("%1 is not being paid.").arg(payment.from.name()));
    if (const auto refund = m_store.find(payment.from))
        tellFollower(transaction, refund->ownerKind, refund->ownerId);
}

void Refunds::tellFollower(Transaction &transaction, RefundOwner kind, const QString &ownerId)
{
    const auto follower = m_followers.find(kind);
    const std::optional<Owed> now = owed(kind, ownerId);
    if (follower != m_followers.end() && now)
        follower->second(transaction, ownerId, *now);
}

void Refunds::follow(RefundOwner kind, Follow follow)
{
    m_followers[kind] = std::move(follow);
}

} // namespace tower
