// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/Provisioner.h"

#include "core/base/Log.h"
#include "core/nodes/NodeTeardown.h"

#include <QTimer>

#include <algorithm>
#include <chrono>

namespace tower {

namespace {

constexpr std::size_t mostAtOnce = 8;
/// What another program let go is found so late, and leases are renewed so often.
constexpr auto lookEvery = std::chrono::seconds(30);
constexpr Millis renewAfter = seconds(20);
/// When the database could not be asked.
constexpr auto retryAfter = std::chrono::seconds(1);
/// Between two tries: it doubles from the first to the longest.
constexpr Millis firstPause = seconds(2);
constexpr Millis longestPause = seconds(60);
constexpr Millis longestPauseTakingDown = seconds(600);

/// Why this error is the end of a node; "" when trying again may help.
QString verdict(const ServiceError &error)
{
    if (error.code() == "cloud_refused" || error.code() == "tailnet_refused")
        return QStringLiteral("The node could not be made. %1").arg(error.message());
    return error.code() == "node_lost" ? error.message() : QString();
}

bool isElsewhere(const ServiceError &error)
{
    return error.code().startsWith("cloud_") || error.code().startsWith("tailnet_");
}

Millis pauseAfter(int times, Millis longest)
{
    Millis pause = firstPause;
    for (int i = 1; i < times && pause < longest; ++i)
        pause += pause;
    return std::min(pause, longest);
}

} // namespace

Provisioner::Provisioner(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps,
                         QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(store)
    , m_steps(steps)
    , m_makeKeys(generateSshKeyPair)
    , m_timer(new QTimer(this))
{
    m_timer->setInterval(lookEvery);
    connect(m_timer, &QTimer::timeout, this, &Provisioner::wake);
}

Provisioner::~Provisioner()
{
    *m_scope = RunScope::Gone;
}

void Provisioner::start()
{
    if (m_started)
        return;
    try {
        // What still runs here after a stop() is not to be begun a second time.
        if (m_atHand.empty())
            m_store.recover();
    } catch (const ServiceError &error) {
        log::warning("nodes", QStringLiteral("nodes not recovered yet"), {{"error", error.message()}});
    }
    m_started = true;
    m_startedAt = m_house.clock.now();
    *m_scope = RunScope::Open;
    m_timer->start();
    wake();
}

void Provisioner::stop()
{
    m_started = false;
    *m_scope = RunScope::Stopping;
    m_timer->stop();
}

void Provisioner::wake()
{
    if (!m_started || std::exchange(m_woken, true))
        return;
    QMetaObject::invokeMethod(this, &Provisioner::look, Qt::QueuedConnection);
}

void Provisioner::look()
{
    m_woken = false;
    if (!m_started)
        return;
    try {
        renewLeases();
        claimNext();
    } catch (const ServiceError &error) {
        log::warning("nodes", QStringLiteral("nodes paused"), {{"error", error.message()}});
        QTimer::singleShot(retryAfter, this, &Provisioner::wake);
    }
}

/// One at a time, so that what else waits in the event loop has its turn.
void Provisioner::claimNext()
{
    if (m_atHand.size() >= mostAtOnce)
        return;
    const Millis now = m_house.clock.now();
    const Millis leaseUntil = now + lease;
    if (const std::optional<NodeRun> claimed = m_store.claim(now, leaseUntil)) {
        wake();
        run(*claimed, leaseUntil);
    }
}

void Provisioner::renewLeases()
{
    const Millis leaseUntil = m_house.clock.now() + lease;
    for (auto &[id, atHand] : m_atHand) {
        if (leaseUntil - atHand.leaseUntil < renewAfter)
            continue;
        m_store.renew(atHand.run, leaseUntil);
        atHand.leaseUntil = leaseUntil;
    }
}

QCoro::Task<void> Provisioner::run(NodeRun run, Millis leaseUntil)
{
    const std::shared_ptr<const RunScope> scope = m_scope;
    m_atHand[run.id] = {run, leaseUntil};
    std::optional<ServiceError> problem;
    std::optional<Millis> asked;
    try {
        QCoro::Task<void> working = work(run);
        co_await working;
    } catch (const RunOver &) {
    } catch (const CloudBusy &error) {
        problem.emplace(error);
        asked = error.pause();
    } catch (const ServiceError &error) {
        problem.emplace(error);
    } catch (const std::exception &error) {
        log::error("nodes", QStringLiteral("something unforeseen"),
                   {{"node", run.id}, {"error", QString::fromUtf8(error.what())}});
        problem.emplace(internalError(QStringLiteral("Something unforeseen happened to a node.")));
    }
    if (*scope == RunScope::Gone)
        co_return;
    if (problem)
        handle(run, *problem, asked);
    const auto atHand = m_atHand.find(run.id);
    if (atHand != m_atHand.end() && atHand->second.run.attempt == run.attempt)
        m_atHand.erase(atHand);
    wake();
}

QCoro::Task<void> Provisioner::work(NodeRun run)
{
    const std::optional<BootstrapJob> job = m_store.find(run.id);
    if (!job)
        co_return;
    if (!job->spec.simulated && m_house.cloud.isSimulated()) {
        log::warning("nodes", QStringLiteral("a node waits: the provider is a simulated one"),
                     {{"node", run.id}});
        putOff(run, longestPauseTakingDown);
    } else if (job->state == BootstrapState::Provisioning) {
        QCoro::Task<void> provisioning = provision(run, *job);
        co_await provisioning;
    } else if (job->state == BootstrapState::Failed || job->destroyedAt) {
        QCoro::Task<void> takingDown = takeDown(run, *job);
        co_await takingDown;
    } else {
        m_store.rest(run);
    }
}

QCoro::Task<void> Provisioner::provision(NodeRun run, BootstrapJob job)
{
    if (job.spec.simulated && !m_house.cloud.isSimulated()) {
        fail(run, QStringLiteral("This node was ordered from a simulated provider, which is gone."));
        co_return;
    }
    ProvisionRun provisioning(m_house, m_store, m_steps, run, m_scope, m_makeKeys);
    QCoro::Task<void> going = provisioning.take(job);
    co_await going;
    m_troubles.erase(run.id);
    log::info("nodes", QStringLiteral("a node is ready"), {{"node", run.id}});
}

QCoro::Task<void> Provisioner::takeDown(NodeRun run, BootstrapJob job)
{
    NodeTeardown teardown(m_house, m_store, m_steps, run, m_scope);
    bool gone = true;
    if (job.spec.simulated && !m_house.cloud.isSimulated()) {
        teardown.forget();
    } else {
        QCoro::Task<bool> going = teardown.take(job);
        gone = co_await going;
    }
    if (!gone) {
        later(run, job, longestPauseTakingDown, teardown.problem());
        tellLeftBehind(job, teardown.problem());
        co_return;
    }
    m_store.rest(run);
    m_troubles.erase(run.id);
}

void Provisioner::handle(const NodeRun &run, const ServiceError &error, std::optional<Millis> asked)
{
    try {
        if (NodeWork::isStopping(error)) {
            stop(); // or what is put back would be claimed again at once
            m_store.putOff(run, m_house.clock.now());
            return;
        }
        const std::optional<BootstrapJob> job = m_store.find(run.id);
        if (!job)
            return;
        const bool provisioning = job->state == BootstrapState::Provisioning;
        const QString refusal = verdict(error);
        if (provisioning && !refusal.isEmpty())
            fail(run, refusal);
        else if (provisioning && asked && *asked > longestPause && !isOutOfPatience(*job, limitedPatience)) {
            m_troubles[run.id].limitedAt = m_house.clock.now() + *asked;
            putOff(run, *asked);
        } else if (provisioning && isOutOfPatience(*job, patience))
            fail(run, isElsewhere(error) ? QStringLiteral("The provider could not be reached in time.")
                                         : QStringLiteral("The node could not be made in time."));
        else
            later(run, *job, provisioning ? longestPause : longestPauseTakingDown, error.message(),
                  asked.value_or(Millis()));
    } catch (const ServiceError &problem) {
        // It is claimed again when its lease is over.
        log::warning("nodes", QStringLiteral("a node is left alone for now"),
                     {{"node", run.id}, {"error", problem.message()}});
    }
}

/// What there is of it is taken down under the next claim.
void Provisioner::fail(const NodeRun &run, const QString &sentence)
{
    m_steps.fail(run, sentence);
    m_store.putOff(run, m_house.clock.now());
    m_troubles.erase(run.id);
}

void Provisioner::later(const NodeRun &run, const BootstrapJob &job, Millis longest, const QString &problem,
                        Millis atLeast)
{
    Trouble &trouble = m_troubles[run.id];
    if (trouble.stage != job.stage)
        trouble = {job.stage, 0, trouble.limitedAt};
    const Millis pause = std::max(atLeast, pauseAfter(++trouble.times, longest));
    log::warning(
        "nodes", QStringLiteral("a node is put off"),
        {{"node", run.id}, {"seconds", QString::number(pause.value() / 1000)}, {"problem", problem}});
    putOff(run, pause);
}

void Provisioner::putOff(const NodeRun &run, Millis pause)
{
    m_store.putOff(run, m_house.clock.now() + pause);
    wakeIn(pause);
}

QCoro::Task<void> Provisioner::wakeIn(Millis pause)
{
    const std::shared_ptr<const RunScope> scope = m_scope;
    // A little longer: timers may be early by a twentieth.
    Later<bool> waiting = m_house.wait(pause + Millis(pause.value() / 10));
    const bool whole = co_await waiting;
    if (whole && *scope == RunScope::Open)
        wake();
}

void Provisioner::tellLeftBehind(const BootstrapJob &job, const QString &problem)
{
    const Millis since = job.destroyedAt.value_or(job.failedAt.value_or(job.updatedAt));
    if (m_house.clock.now() - since <= leftBehindAfter || !m_toldOf.insert(job.id).second)
        return;
    const QString action = QStringLiteral("node.left_behind");
    ActivityFilter filter;
    filter.action = action;
    filter.subject = job.id;
    if (!m_house.activity.list(filter, {1, {}}).items.empty())
        return;
    Transaction transaction(m_house.database);
    m_house.activity.record(transaction, {QStringLiteral("auto"), action, job.id, problem, {}, {}});
    transaction.commit();
}

bool Provisioner::isOutOfPatience(const BootstrapJob &job, Millis longest)
{
    Millis since = m_startedAt;
    for (const StageTime &reached : m_store.stages(job.id))
        since = std::max(since, reached.at);
    if (const auto trouble = m_troubles.find(job.id); trouble != m_troubles.end() && longest == patience)
        since = std::max(since, trouble->second.limitedAt.value_or(since));
    return m_house.clock.now() - since >= longest;
}

} // namespace tower
