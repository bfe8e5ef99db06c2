// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeSweep.h"

#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>
#include <QUuid>

#include <algorithm>
#include <chrono>

namespace tower {

namespace {

constexpr auto firstSweepAfter = std::chrono::minutes(1);
constexpr auto sweepEvery = std::chrono::hours(1);
constexpr int removalTries = 10;
constexpr Millis askAgainAfter = seconds(2);

/// The node that a thing's tags or name tell.
QString nodeOf(const CloudThing &thing)
{
    const QString prefix = nodeTag({});
    const QStringList texts = thing.tags + QStringList(thing.name);
    for (const QString &text : texts) {
        const QString id = text.startsWith(prefix) ? text.mid(prefix.size()) : QString();
        const QUuid uuid = QUuid::fromString(id);
        if (!uuid.isNull() && uuid.toString(QUuid::WithoutBraces) == id)
            return id;
    }
    return {};
}

ServiceError notGoneYet()
{
    return unavailable(QStringLiteral("The provider has not removed it yet: look again in a while."),
                       "cloud_unavailable");
}

} // namespace

NodeSweep::NodeSweep(const NodeHouse &house, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(house.database, house.instance)
    , m_things(house.database)
    , m_timer(new QTimer(this))
{
    connect(m_timer, &QTimer::timeout, this, [this] {
        m_timer->setInterval(sweepEvery);
        sweep();
    });
}

NodeSweep::~NodeSweep()
{
    for (const Later<bool> &waiting : std::exchange(m_waiting, {}))
        waiting.give(false);
}

void NodeSweep::start()
{
    m_timer->start(firstSweepAfter);
}

void NodeSweep::stop()
{
    m_timer->stop();
}

QCoro::Task<SweepReport> NodeSweep::sweep()
{
    const QPointer<NodeSweep> self(this);
    if (m_running) {
        Later<bool> shared = m_waiting.emplace_back();
        const bool whole = co_await shared;
        co_return whole ? m_report : SweepReport();
    }
    m_running = true;
    std::vector<CloudThing> things;
    std::optional<ServiceError> failure;
    try {
        QCoro::Task<std::vector<CloudThing>> listing = m_house.cloud.list();
        things = co_await listing;
    } catch (const ServiceError &error) {
        failure.emplace(error);
    }
    if (!self)
        co_return SweepReport();
    try {
        if (!failure)
            judge(things);
    } catch (const ServiceError &error) {
        failure.emplace(error);
    }
    m_running = false;
    m_report.problem = failure ? failure->message() : QString();
    m_failure = failure;
    const SweepReport report = m_report;
    emit swept();
    // Whoever waited may be the end of this.
    if (self) {
        for (const Later<bool> &waiting : std::exchange(m_waiting, {}))
            waiting.give(!self.isNull());
    }
    co_return report;
}

QCoro::Task<SweepReport> NodeSweep::remove(CloudKind kind, QString id, QString actor)
{
    const QPointer<NodeSweep> self(this);
    const auto throwIfGone = [&self] {
        if (!self)
            throw unavailable(QStringLiteral("The program stops."), "cloud_stopped");
    };
    QCoro::Task<SweepReport> sweeping = sweep();
    const SweepReport before = co_await sweeping;
    throwIfGone();
    if (m_failure)
        m_failure->raise();
    const auto orphan = std::find_if(before.orphans.begin(), before.orphans.end(), [&](const Orphan &each) {
        return each.thing.kind == kind && each.thing.id == id;
    });
    if (orphan == before.orphans.end())
        throw conflict(QStringLiteral("This is no orphan (any more)."), "no_orphan");

    bool gone = false;
    for (int i = 0; i < removalTries && !gone; ++i) {
        if (i > 0) {
            Later<bool> waiting = m_house.wait(askAgainAfter);
            const bool whole = co_await waiting;
            if (!whole)
                break;
            throwIfGone();
        }
        QCoro::Task<bool> removing = m_house.cloud.remove(kind, id);
        gone = co_await removing;
        throwIfGone();
        if (i == 0)
            note(actor, "node.orphan_delete", *orphan);
    }
    QCoro::Task<SweepReport> again = sweep();
    const SweepReport after = co_await again;
    if (!gone)
        throw notGoneYet();
    co_return after;
}

void NodeSweep::judge(const std::vector<CloudThing> &things)
{
    SweepReport report;
    for (const CloudThing &thing : things) {
        if (const std::optional<Orphan> orphan = orphanOf(thing)) {
            report.orphans.push_back(*orphan);
            report.monthlyCents += thing.monthlyCents;
        }
    }
    report.at = m_house.clock.now();
    m_report = report;
    tellNew();
}

std::optional<Orphan> NodeSweep::orphanOf(const CloudThing &thing)
{
    if (m_house.clock.now() - thing.createdAt < youngFor || m_things.isHeld(thing.kind, thing.id))
        return std::nullopt;
    const QString id = nodeOf(thing);
    const std::optional<BootstrapJob> job = id.isEmpty() ? std::nullopt : m_store.find(id);
    if (!job)
        return Orphan{thing, id, QStringLiteral("No node of ours is known by this tag.")};
    if (job->atWork)
        return std::nullopt;
    if (job->state == BootstrapState::Failed || job->destroyedAt)
        return Orphan{thing, id, QStringLiteral("Its node was taken down.")};
    return Orphan{thing, id, QStringLiteral("Its node does not know of it.")};
}

/// Each once, as long as this program runs.
void NodeSweep::tellNew()
{
    for (const Orphan &orphan : m_report.orphans) {
        if (m_told.contains({orphan.thing.kind, orphan.thing.id}))
            continue;
        note(QStringLiteral("auto"), "node.orphan_found", orphan);
        m_told.emplace(orphan.thing.kind, orphan.thing.id);
        log::warning("nodes", QStringLiteral("an orphan at the provider"),
                     {{"kind", toText(orphan.thing.kind)}, {"id", orphan.thing.id}});
    }
}

void NodeSweep::note(const QString &actor, const char *action, const Orphan &orphan)
{
    const QJsonObject what{{QStringLiteral("kind"), toText(orphan.thing.kind)},
                           {QStringLiteral("id"), orphan.thing.id},
                           {QStringLiteral("name"), orphan.thing.name},
                           {QStringLiteral("monthlyCents"), static_cast<qint64>(orphan.thing.monthlyCents)}};
    Transaction transaction(m_house.database);
    m_house.activity.record(transaction,
                            {actor, QString::fromLatin1(action), orphan.jobId, orphan.reason, what, {}});
    transaction.commit();
}

} // namespace tower
