// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoNodes.h"

#include "app/DemoTexts.h"
#include "core/nostr/Keys.h"

#include <QCoreApplication>
#include <QCoroTask>
#include <QTimer>

namespace tower {

namespace {

const QString operatorName = QStringLiteral("admin:console");

/// An ssh-ed25519 key (RFC 8709) of nobody.
QString sshKeyOf(const PubKey &customer)
{
    QByteArray blob("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    blob.append(reinterpret_cast<const char *>(customer.data()), PubKey::size);
    return QStringLiteral("ssh-ed25519 ") + QString::fromLatin1(blob.toBase64());
}

Later<bool> answered(const QString &, quint16)
{
    const Later<bool> yes;
    yes.give(true);
    return yes;
}

/// The demo's time goes on while something is waited for.
Wait turning(ManualClock &clock)
{
    return [&clock](Millis duration) {
        const Later<bool> later;
        QTimer::singleShot(0, QCoreApplication::instance(), [&clock, duration, later] {
            clock.advance(duration);
            later.give(true);
        });
        return later;
    };
}

} // namespace

DemoNodes::DemoNodes(DemoSats &sats, Database &database, ManualClock &clock, Activity &activity)
    : m_sats(sats)
    , m_clock(clock)
    , m_cloud(database, clock)
    , m_lnurl(sats.settings)
    , m_nodes({database, clock, sats.settings, sats.secrets, sats.invoices, sats.refunds, sats.watcher,
               sats.ledger, activity, sats.wallet, &sats.wallet, m_lnurl, m_cloud, &m_tailnet,
               DemoSats::instance, turning(clock), answered})
{
    m_nodes.start();
}

BootstrapJob DemoNodes::ordered(const PubKey &customer, const QString &refundAddress)
{
    const NodeRequest request{sshKeyOf(customer), refundAddress, customer};
    return QCoro::waitFor(m_nodes.create(request)).job;
}

void DemoNodes::carryThrough(const QString &id)
{
    while (m_nodes.find(id)->state == BootstrapState::Provisioning || m_nodes.find(id)->atWork)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
}

BootstrapJob DemoNodes::order(const PubKey &customer, int number)
{
    const BootstrapJob job = ordered(customer, number % 2 == 1 ? demo::lightningAddress(number) : QString());
    if (number % 7 == 6)
        return job; // never paid
    if (number % 7 == 2 || number % 7 == 3)
        m_cloud.setFault(SimulatedCloud::Call::CreateDroplet, SimulatedCloud::Fault::Refused, 1);
    m_sats.pay(job.paymentHash);
    carryThrough(job.id);
    if (number % 7 == 1) {
        m_nodes.destroy(job.id, operatorName, QStringLiteral("the customer is done with it"));
        carryThrough(job.id);
    }
    return *m_nodes.find(job.id);
}

void DemoNodes::orderLast(const PubKey &waiting, const PubKey &paying)
{
    leaveOrphan();
    ordered(waiting, {});
    m_clock.advance(seconds(60));
    m_sats.pay(ordered(paying, {}).paymentHash);
}

/// A machine of an earlier installation, say.
void DemoNodes::leaveOrphan()
{
    DropletOrder order;
    order.name = nodeTag(QStringLiteral("5f0c6d1e-8a44-4a39-9d3b-0f9d1c7ae2b6"));
    order.region = m_sats.settings.text(Setting::DoRegion);
    order.size = m_sats.settings.text(Setting::DoSize);
    order.tags = {order.name, commonNodeTag};
    const Millis now = m_clock.now();
    m_clock.set(now - days(1));
    QCoro::waitFor(m_cloud.createDroplet(order));
    m_clock.set(now);
}

} // namespace tower
