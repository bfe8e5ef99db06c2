// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeWatch.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

constexpr std::chrono::seconds lookEvery{30};
constexpr int atOnce = 100;
constexpr quint16 sshPort = 22;
constexpr quint16 lnbitsPort = 5000;

} // namespace

NodeWatch::NodeWatch(const NodeHouse &house, BootstrapStore &store, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(store)
    , m_timer(new QTimer(this))
{
    connect(m_timer, &QTimer::timeout, this, [this] {
        // Machines that don't answer take their time; the keys don't wait for them.
        if (m_running)
            eraseDeliveredKeys();
        else
            wake();
    });
}

NodeWatch::~NodeWatch() = default;

void NodeWatch::start()
{
    m_started = true;
    m_timer->start(lookEvery);
    wake();
}

void NodeWatch::stop()
{
    m_started = false;
    m_timer->stop();
}

void NodeWatch::wake()
{
    if (!m_started)
        return;
    m_again = true;
    if (!m_running)
        run();
}

QCoro::Task<void> NodeWatch::run()
{
    const QPointer<NodeWatch> self(this);
    m_running = true;
    while (self && m_started && m_again) {
        m_again = false;
        eraseDeliveredKeys();
        try {
            // Names first: a node that has just become ready is told with its name.
            QCoro::Task<void> naming = lookForNames();
            co_await naming;
            if (!self || !m_started)
                break;
            QCoro::Task<void> answering = lookForAnswers();
            co_await answering;
        } catch (const ServiceError &error) {
            log::warning("nodes", QStringLiteral("new nodes can't be looked at now"),
                         {{"error", error.message()}});
        }
    }
    if (self)
        m_running = false;
}

void NodeWatch::eraseDeliveredKeys()
{
    const Millis kept = seconds(m_house.settings.integer(Setting::NodeKeyRedeliverySecs));
    try {
        const int erased = m_store.eraseDeliveredBefore(m_house.clock.now() - kept);
        if (erased > 0)
            log::info("nodes", QStringLiteral("delivered private keys erased"),
                      {{"keys", QString::number(erased)}});
    } catch (const ServiceError &error) {
        log::error("nodes", QStringLiteral("delivered private keys are not erased yet"),
                   {{"error", error.message()}});
    }
}

std::vector<BootstrapJob> NodeWatch::comingUp()
{
    std::vector<BootstrapJob> jobs = m_store.comingUp(m_house.clock.now() - watchFor, atOnce);
    std::erase_if(jobs, [simulated = m_house.cloud.isSimulated()](const BootstrapJob &job) {
        return job.spec.simulated != simulated;
    });
    return jobs;
}

QCoro::Task<void> NodeWatch::lookForNames()
{
    const QPointer<NodeWatch> self(this);
    if (!m_house.tailnet)
        co_return;
    const std::vector<BootstrapJob> jobs = comingUp();
    for (const BootstrapJob &job : jobs) {
        if (!job.tailscaleHostname.isEmpty())
            continue;
        const QString host = nodeTag(job.id);
        QString name;
        try {
            QCoro::Task<QString> asking = m_house.tailnet->hostName(host);
            name = co_await asking;
        } catch (const ServiceError &error) {
            log::warning("nodes", QStringLiteral("a node's name in the tailnet is not known yet"),
                         {{"node", job.id}, {"error", error.message()}});
        }
        if (!self || !m_started)
            co_return;
        if (name.isEmpty())
            continue;
        Transaction transaction(m_house.database);
        m_store.setTailnetName(transaction, job.id, name,
                               QStringLiteral("http://%1:%2").arg(name).arg(lnbitsPort), m_house.clock.now());
        transaction.commit();
    }
}

QCoro::Task<void> NodeWatch::lookForAnswers()
{
    const QPointer<NodeWatch> self(this);
    const std::vector<BootstrapJob> jobs = comingUp();
    for (const BootstrapJob &job : jobs) {
        bool ssh = false;
        bool lnbits = false;
        if (!job.sshSeenAt) {
            Later<bool> probing = m_house.probe(job.nodeIp, sshPort);
            ssh = co_await probing;
            if (!self || !m_started)
                co_return;
        }
        if (!job.lnbitsSeenAt && !job.tailscaleHostname.isEmpty()) {
            Later<bool> probing = m_house.probe(job.tailscaleHostname, lnbitsPort);
            lnbits = co_await probing;
            if (!self || !m_started)
                co_return;
        }
        if (ssh || lnbits)
            setSeen(job.id, ssh, lnbits);
        if (m_again)
            co_return;
    }
}

void NodeWatch::setSeen(const QString &id, bool ssh, bool lnbits)
{
    Transaction transaction(m_house.database);
    m_store.setSeen(transaction, id, ssh, lnbits, m_house.clock.now());
    transaction.commit();
}

} // namespace tower
