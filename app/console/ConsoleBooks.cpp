// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// ConsoleControl's part about money: what takes long or the network, and what the operator decides.
#include "app/Tower.h"
#include "app/console/ConsoleControl.h"
#include "core/base/Error.h"
#include "core/lightning/Bolt11.h"
#include "ui/shell/FutureOf.h"

namespace tower {

namespace {

QCoro::Task<WalletState> walletState(Tower &tower)
{
    WalletState out;
    out.simulated = tower.wallet->isSimulated();
    try {
        QCoro::Task<Msat> asking = tower.wallet->balance();
        const Msat balance = co_await asking;
        out.balance = balance;
    } catch (const ServiceError &error) {
        out.problem = error.message();
    }
    co_return out;
}

/// The row is written before the wallet is asked: a decision that a crash interrupts is a decision.
void noteRefund(Tower &tower, RefundOwner kind, const QString &ownerId, const QString &bolt11,
                const QString &actor)
{
    const Bolt11 invoice = decodeBolt11(bolt11);
    for (const Refund &refund : tower.refunds.of(kind, ownerId)) {
        if (refund.state != RefundState::Pending || invoice.amount != toMsat(refund.amount))
            continue;
        static_cast<void>(tower.outgoing.checkInvoice(bolt11, refund.amount));
        Transaction transaction(tower.database);
        tower.activity.record(
            transaction, {actor,
                          QStringLiteral("refund.pay"),
                          ownerId,
                          {},
                          {},
                          QJsonObject{{QStringLiteral("account"), refund.account.name()},
                                      {QStringLiteral("sats"), static_cast<qint64>(refund.amount.value())},
                                      {QStringLiteral("paymentHash"), invoice.paymentHash.text()}}});
        transaction.commit();
        return;
    }
}

} // namespace

QFuture<ReconcileReport> ConsoleControl::reconcile()
{
    return futureOf(m_tower.reconcile.runNow(m_tower.database, *m_tower.wallet, m_tower.reader));
}

QFuture<WalletState> ConsoleControl::wallet()
{
    return futureOf(walletState(m_tower));
}

QFuture<std::vector<PoolDay>> ConsoleControl::poolHistory(int days)
{
    return m_tower.reader.run([now = m_tower.clock.now(), days](Database &database) {
        return GenerosityPool::history(database, now, days);
    });
}

QFuture<Sats> ConsoleControl::earned(Millis since)
{
    Reader &reader = m_tower.reader;
    return reader.run([&reader, clock = m_tower.clock, since](Database &database) {
        Ledger ledger(database, clock);
        return earnedSince(ledger, since, [&reader] { return reader.isCancelled(); });
    });
}

QFuture<WorkTotals> ConsoleControl::workTotals(Millis since)
{
    Reader &reader = m_tower.reader;
    // The settings belong to the core thread: the sum takes its own.
    return reader.run([&reader, settings = m_tower.settings, since](Database &database) {
        JobStore jobs(database, {}); // only reads: nobody's
        const Pricing pricing(settings);
        return totalsOf([&jobs](const PageRequest &page) { return jobs.list({}, page); }, pricing, since,
                        [&reader] { return reader.isCancelled(); });
    });
}

QFuture<Refund> ConsoleControl::payRefund(RefundOwner kind, const QString &ownerId, const QString &bolt11,
                                          const QString &actor)
{
    noteRefund(m_tower, kind, ownerId, bolt11, actor);
    return futureOf(m_tower.refunds.pay(kind, ownerId, bolt11));
}

OutgoingPayment ConsoleControl::settlePayment(const QString &id, bool paid, const QString &reason,
                                              const QString &actor)
{
    if (reason.trimmed().isEmpty())
        throw badRequest("reason", QStringLiteral("A payment is settled by hand with a reason only."));
    Transaction transaction(m_tower.database);
    const OutgoingPayment payment = m_tower.outgoing.settleByHand(transaction, id, paid, reason);
    m_tower.activity.record(
        transaction, {actor, QStringLiteral("outgoing.settle"), id, reason,
                      QJsonObject{{QStringLiteral("state"), toText(OutgoingState::Unknown)}},
                      QJsonObject{{QStringLiteral("state"), toText(payment.state)},
                                  {QStringLiteral("sats"), static_cast<qint64>(payment.amount.value())},
                                  {QStringLiteral("paymentHash"), payment.paymentHash.text()}}});
    transaction.commit();
    return payment;
}

} // namespace tower
