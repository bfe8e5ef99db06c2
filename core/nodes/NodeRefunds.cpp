// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeRefunds.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/nostr/Keys.h"

#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

constexpr std::chrono::minutes lookEvery{5};
constexpr Millis simulatedExpiry = seconds(3'600);
constexpr int atOnce = 1'000;

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

std::vector<Refund> pendingOf(Refunds &refunds, const QString &id)
{
    std::vector<Refund> pending = refunds.of(RefundOwner::Node, id);
    std::erase_if(pending, [](const Refund &refund) { return refund.state != RefundState::Pending; });
    return pending;
}

} // namespace

NodeRefunds::NodeRefunds(const NodeHouse &house, BootstrapStore &store, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(store)
    , m_timer(new QTimer(this))
{
    connect(m_timer, &QTimer::timeout, this, &NodeRefunds::wake);
}

NodeRefunds::~NodeRefunds() = default;

void NodeRefunds::start()
{
    m_started = true;
    m_timer->start(lookEvery);
    wake();
}

void NodeRefunds::stop()
{
    m_started = false;
    m_timer->stop();
}

void NodeRefunds::wake()
{
    if (!m_started)
        return;
    m_again = true;
    if (!m_running)
        run();
}

QCoro::Task<void> NodeRefunds::run()
{
    const QPointer<NodeRefunds> self(this);
    m_running = true;
    while (self && m_started && m_again) {
        m_again = false;
        try {
            QCoro::Task<void> paying = payAll();
            co_await paying;
        } catch (const ServiceError &error) {
            log::error("nodes", QStringLiteral("refunds can't be paid now"), {{"error", error.message()}});
        }
    }
    if (self)
        m_running = false;
}

QCoro::Task<void> NodeRefunds::payAll()
{
    const QPointer<NodeRefunds> self(this);
    const std::vector<BootstrapJob> owed = m_store.owed(atOnce);
    for (const BootstrapJob &job : owed) {
        const Millis now = m_house.clock.now();
        const auto tried = m_triedAt.find(job.id);
        if (tried != m_triedAt.end() && now < tried->second + retryAfter)
            continue;
        m_triedAt[job.id] = now;
        try {
            QCoro::Task<void> paying = pay(job);
            co_await paying;
        } catch (const ServiceError &error) {
            log::warning("nodes", QStringLiteral("a refund waits"),
                         {{"node", job.id}, {"error", error.message()}});
        }
        if (!self || !m_started)
            co_return;
    }
    std::erase_if(m_triedAt, [now = m_house.clock.now()](const auto &tried) {
        return now >= tried.second + retryAfter;
    });
}

QCoro::Task<void> NodeRefunds::pay(BootstrapJob job)
{
    const QPointer<NodeRefunds> self(this);
    const std::vector<Refund> pending = pendingOf(m_house.refunds, job.id);
    if (pending.empty())
        throw conflict(QStringLiteral("Nothing is owed that is not being paid already."), "nothing_owed");
    if (job.refundAddress.isEmpty())
        throw badRequest("bolt11", QStringLiteral("There is no refund address: an invoice is needed."));
    for (const Refund &refund : pending) {
        QCoro::Task<QString> billing = bill(job, refund.amount);
        const QString invoice = co_await billing;
        if (!self)
            throw stopping();
        QCoro::Task<Refund> paying = m_house.refunds.pay(RefundOwner::Node, job.id, invoice);
        co_await paying;
        if (!self)
            throw stopping();
    }
}

QCoro::Task<QString> NodeRefunds::bill(BootstrapJob job, Sats amount)
{
    LnurlOrder order;
    order.amount = toMsat(amount);
    order.comment = QStringLiteral("Refund of node %1").arg(job.id);
    QString invoice;
    if (m_house.simulatedWallet) {
        invoice = m_house.simulatedWallet
                      ->issueForRecipient(amount, sha256(order.comment.toUtf8()), simulatedExpiry)
                      .paymentRequest;
    } else {
        QCoro::Task<QString> asking = billOfService(job, order);
        invoice = co_await asking;
    }
    co_return invoice;
}

QCoro::Task<QString> NodeRefunds::billOfService(BootstrapJob job, LnurlOrder order)
{
    const QPointer<NodeRefunds> self(this);
    const QUrl url = lnurlOfAddress(job.refundAddress, m_house.settings.flag(Setting::LnurlAllowPrivate));
    QCoro::Task<LnurlOffer> offering = m_house.lnurl.offer(url);
    const LnurlOffer offer = co_await offering;
    if (!self)
        throw stopping();
    const QString problem = lnurlLimitsProblem(offer, order.amount);
    if (!problem.isEmpty())
        throw lnurlFailed(problem);
    if (order.comment.size() > offer.commentAllowed)
        order.comment.clear();
    const QUrl orderUrl = lnurlOrderUrl(offer, order);
    QCoro::Task<QString> asking = m_house.lnurl.invoice(orderUrl);
    const QString invoice = co_await asking;
    co_return invoice;
}

} // namespace tower
