// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/JobRunner.h"

#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

/// What another program let go is found so late, and leases are renewed so often.
constexpr auto lookEvery = std::chrono::seconds(30);
constexpr Millis renewAfter = seconds(20);
/// When the database could not be asked.
constexpr auto retryAfter = std::chrono::seconds(1);

/// Not the request's own doing. A wallet that gives no invoice never is.
bool isTowersFault(const ServiceError &error)
{
    return error.code() == "agent_unavailable" || error.code() == "agent_timeout";
}

bool isStopping(const ServiceError &error)
{
    return error.code() == "agent_stopped" || error.code() == "wallet_stopped";
}

} // namespace

JobRunner::JobRunner(const WorkHouse &house, JobStore &store, JobSteps &steps, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(store)
    , m_steps(steps)
    , m_timer(new QTimer(this))
{
    m_timer->setInterval(lookEvery);
    connect(m_timer, &QTimer::timeout, this, &JobRunner::wake);
}

JobRunner::~JobRunner() = default;

void JobRunner::start()
{
    if (m_started)
        return;
    try {
        // What still runs here after a stop() is not to be begun a second time.
        if (m_atHand.empty())
            m_store.recover();
    } catch (const ServiceError &error) {
        log::warning("jobs", QStringLiteral("jobs not recovered yet"), {{"error", error.message()}});
    }
    m_started = true;
    m_timer->start();
    wake();
}

void JobRunner::stop()
{
    m_started = false;
    m_timer->stop();
}

void JobRunner::wake()
{
    if (!m_started || std::exchange(m_woken, true))
        return;
    QMetaObject::invokeMethod(this, &JobRunner::look, Qt::QueuedConnection);
}

void JobRunner::look()
{
    m_woken = false;
    if (!m_started)
        return;
    try {
        renewLeases();
        claimNext();
    } catch (const ServiceError &error) {
        log::warning("jobs", QStringLiteral("jobs paused"), {{"error", error.message()}});
        QTimer::singleShot(retryAfter, this, &JobRunner::wake);
    }
}

/// One at a time, so that what else waits in the event loop has its turn.
void JobRunner::claimNext()
{
    const Millis now = m_house.clock.now();
    const Millis leaseUntil = now + JobRun::lease;
    if (const std::optional<JobRun> claimed = m_store.claim(now, leaseUntil)) {
        wake();
        run(*claimed, leaseUntil);
    }
}

void JobRunner::renewLeases()
{
    const Millis leaseUntil = m_house.clock.now() + JobRun::lease;
    for (auto &[id, atHand] : m_atHand) {
        if (leaseUntil - atHand.leaseUntil < renewAfter)
            continue;
        m_store.renew(atHand.run, leaseUntil);
        atHand.leaseUntil = leaseUntil;
    }
}

QCoro::Task<void> JobRunner::run(JobRun run, Millis leaseUntil)
{
    const QPointer<JobRunner> self(this);
    m_atHand[run.id] = {run, leaseUntil};
    try {
        QCoro::Task<void> going = takeThrough(run);
        co_await going;
    } catch (const ServiceError &error) {
        // It is claimed again when its lease is over.
        log::warning("jobs", QStringLiteral("a job is put off"),
                     {{"job", run.id}, {"error", error.message()}});
    } catch (const std::exception &error) {
        log::error("jobs", QStringLiteral("a job is put off"),
                   {{"job", run.id}, {"error", QString::fromUtf8(error.what())}});
    }
    if (self)
        m_atHand.erase(run.id);
}

QCoro::Task<void> JobRunner::takeThrough(JobRun run)
{
    const QPointer<JobRunner> self(this);
    if (run.attempt > JobRun::maximumAttempts) {
        m_steps.fail(run, {QStringLiteral("The tower was interrupted too often."), true, false});
        co_return;
    }
    const std::optional<Job> job = m_steps.resume(run);
    if (!job)
        co_return;
    if (run.state == JobState::Evaluating) {
        QCoro::Task<bool> evaluating = evaluate(run, job->request);
        const bool goesOn = co_await evaluating;
        if (!self || !goesOn)
            co_return;
        run = {run.id, JobState::Executing, 1};
        m_atHand[run.id].run = run;
    }
    QCoro::Task<void> executing = execute(run, job->request);
    co_await executing;
}

/// True when the job is executing after it.
QCoro::Task<bool> JobRunner::evaluate(JobRun run, QString request)
{
    const QPointer<JobRunner> self(this);
    Evaluation evaluation;
    std::optional<ServiceError> problem;
    try {
        QCoro::Task<Evaluation> asking = m_house.agent.evaluate(request);
        evaluation = co_await asking;
    } catch (const ServiceError &error) {
        problem.emplace(error);
    }
    if (!self)
        co_return false;
    if (problem) {
        giveUp(run, *problem, isTowersFault(*problem));
        co_return false;
    }
    if (evaluation.verdict == EvalVerdict::Rejected)
        m_steps.reject(run, evaluation);
    else if (evaluation.verdict == EvalVerdict::Undecided)
        m_steps.fail(run, {evaluation.reason, false, false});
    if (evaluation.verdict != EvalVerdict::Accepted)
        co_return false;

    QCoro::Task<BtcPrice> pricing = m_house.oracle.price();
    const BtcPrice price = co_await pricing;
    if (!self)
        co_return false;
    const std::optional<FreeTierDecision> decision =
        m_steps.accept(run, evaluation, m_house.pricing.quote(request, price));
    if (!decision || decision->serve == Serve::Free)
        co_return decision.has_value();

    WalletInvoice issued;
    try {
        const QString memo = QStringLiteral("Timmy: work of job %1").arg(run.id);
        QCoro::Task<WalletInvoice> issuing =
            m_house.invoices.request(decision->charge, memo, Invoices::lifetime);
        issued = co_await issuing;
    } catch (const ServiceError &error) {
        problem.emplace(error);
    }
    if (!self)
        co_return false;
    if (problem)
        giveUp(run, *problem, true);
    else
        m_steps.askForWork(run, issued, decision->charge);
    co_return false;
}

QCoro::Task<void> JobRunner::execute(JobRun run, QString request)
{
    const QPointer<JobRunner> self(this);
    Execution execution;
    std::optional<ServiceError> problem;
    try {
        QCoro::Task<Execution> working = m_house.agent.execute(request);
        execution = co_await working;
    } catch (const ServiceError &error) {
        problem.emplace(error);
    }
    if (!self)
        co_return;
    if (problem)
        giveUp(run, *problem, isTowersFault(*problem));
    else
        m_steps.complete(run, execution);
}

void JobRunner::giveUp(const JobRun &run, const ServiceError &error, bool towerFault)
{
    if (isStopping(error)) {
        stop(); // or what is parked would be claimed again at once
        m_store.park(run);
    } else {
        m_steps.fail(run, {error.message(), towerFault, error.code() == "agent_timeout"});
    }
}

} // namespace tower
