// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Movements.h"

#include "core/base/Error.h"

namespace tower::movements {

namespace {

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// A movement of a job or node: its key is the account's name and what happened.
Movement about(const Account &debit, const Account &credit, Sats sats, const char *kind, const QString &ref,
               const QString &owner, const char *event)
{
    return {debit, credit, sats, text(kind), ref, owner + u':' + text(event)};
}

void checkLeaves(const Account &account)
{
    const QString &name = account.name();
    if (name != u"zaps" && !name.startsWith(u"refund:") && !name.startsWith(u"session:"))
        throw internalError(QStringLiteral("No money leaves from the account %1.").arg(name));
}

} // namespace

Movement poolSeeded(Sats sats)
{
    return {Account::operatorAccount(), Account::pool(), sats,
            text("pool_seed"),          text("pool"),    text("pool:seed")};
}

Movement poolAdjusted(std::int64_t number, Sats sats)
{
    const QString key = QStringLiteral("pool:adjust:%1").arg(number);
    if (sats < Sats(0))
        return {Account::pool(), Account::operatorAccount(), -sats, text("pool_adjust"), text("pool"), key};
    return {Account::operatorAccount(), Account::pool(), sats, text("pool_adjust"), text("pool"), key};
}

Movement corrected(std::int64_t number, Sats sats)
{
    const QString key = QStringLiteral("correct:%1").arg(number);
    if (sats < Sats(0))
        return {Account::operatorAccount(), Account::wallet(), -sats, text("correct"), text("wallet"), key};
    return {Account::wallet(), Account::operatorAccount(), sats, text("correct"), text("wallet"), key};
}

Movement evalFeePaid(const QString &jobId, Sats sats)
{
    return about(Account::wallet(), Account::revenue(), sats, "eval_paid", jobId, Account::job(jobId).name(),
                 "eval-paid");
}

Movement evalRefundDue(const QString &jobId, Sats sats)
{
    const QString job = Account::job(jobId).name();
    return about(Account::revenue(), Account::refund(job + text(":eval")), sats, "eval_refund_due", jobId,
                 job, "eval-refund-due");
}

Movement workPaid(const QString &jobId, Sats sats)
{
    const Account job = Account::job(jobId);
    return about(Account::wallet(), job, sats, "work_paid", jobId, job.name(), "work-paid");
}

Movement workKept(const QString &jobId, Sats sats)
{
    const Account job = Account::job(jobId);
    return about(job, Account::revenue(), sats, "work_kept", jobId, job.name(), "kept");
}

Movement workRefundDue(const QString &jobId, Sats sats)
{
    const Account job = Account::job(jobId);
    return about(job, Account::refund(job.name()), sats, "work_refund_due", jobId, job.name(), "refund-due");
}

Movement absorbedByPool(const QString &reservationId, Sats sats)
{
    return {Account::pool(), Account::revenue(), sats,
            text("grant"),   reservationId,      text("grant:") + reservationId};
}

Movement poolCredited(const QString &ref, Sats sats)
{
    return {Account::revenue(), Account::pool(), sats, text("pool_credit"), ref, text("credit:") + ref};
}

Movement borneByTower(const QString &ref, Sats sats)
{
    return {Account::operatorAccount(), Account::revenue(), sats, text("bear"), ref, text("bear:") + ref};
}

Movement depositPaid(const QString &sessionId, const QString &paymentHash, Sats sats)
{
    return {Account::wallet(), Account::session(sessionId),   sats, text("deposit"),
            sessionId,         text("invoice:") + paymentHash};
}

Movement sessionDebited(const QString &sessionId, const QString &requestId, Sats sats)
{
    return {Account::session(sessionId), Account::revenue(), sats, text("request"), requestId,
            text("request:") + requestId};
}

Movement nodePaid(const QString &nodeId, Sats sats)
{
    const Account node = Account::node(nodeId);
    return about(Account::wallet(), node, sats, "node_paid", nodeId, node.name(), "paid");
}

Movement nodeReady(const QString &nodeId, Sats sats)
{
    const Account node = Account::node(nodeId);
    return about(node, Account::revenue(), sats, "node_ready", nodeId, node.name(), "ready");
}

Movement nodeRefundDue(const QString &nodeId, Sats sats)
{
    const Account node = Account::node(nodeId);
    return about(node, Account::refund(node.name()), sats, "node_refund_due", nodeId, node.name(),
                 "refund-due");
}

Movement latePayment(const QString &paymentHash, Sats sats)
{
    const QString key = text("invoice:") + paymentHash;
    return {Account::wallet(), Account::refund(key), sats, text("late_payment"), paymentHash, key};
}

Movement leaving(const QString &intentId, const Account &from, Sats sats)
{
    checkLeaves(from);
    return {from, Account::outgoing(intentId), sats, text("intent"), intentId, text("intent:") + intentId};
}

Movement settled(const QString &intentId, Sats sats)
{
    return {Account::outgoing(intentId), Account::wallet(), sats, text("settled"), intentId,
            text("settled:") + intentId};
}

Movement routingFee(const QString &intentId, Sats sats)
{
    return {Account::routingFees(), Account::wallet(), sats, text("fee"), intentId, text("fee:") + intentId};
}

Movement returned(const QString &intentId, const Account &to, Sats sats)
{
    checkLeaves(to);
    return {Account::outgoing(intentId), to, sats, text("returned"), intentId, text("returned:") + intentId};
}

} // namespace tower::movements
