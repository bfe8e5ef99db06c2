// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/JobSteps.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QCryptographicHash>

namespace tower {

namespace {

QString refOf(const Job &job)
{
    return QStringLiteral("job:") + job.id;
}

QString hashOf(const QString &request)
{
    return QString::fromLatin1(
        QCryptographicHash::hash(request.toUtf8(), QCryptographicHash::Sha256).toHex());
}

} // namespace

JobSteps::JobSteps(const WorkHouse &house, JobStore &store)
    : m_house(house)
    , m_store(store)
    , m_settlement(house.pool, house.ledger, house.activity)
{
}

void JobSteps::create(const Job &job, const WalletInvoice &issued)
{
    Transaction transaction(m_house.database);
    if (job.pubkey)
        m_house.trust.ensure(transaction, *job.pubkey);
    m_store.insert(transaction, job);
    m_house.invoices.add(transaction, issued, InvoicePurpose::Eval, job.evalAmount, job.id);
    transaction.commit();
}

bool JobSteps::evalPaid(Transaction &transaction, const Invoice &invoice, Sats received)
{
    const QString &id = invoice.ownerId;
    if (!m_store.paid(transaction, id, JobState::AwaitingEvalPayment, JobState::Evaluating,
                      m_house.clock.now()))
        return false;
    m_house.ledger.post(transaction, movements::evalFeePaid(id, received));
    return true;
}

bool JobSteps::workPaid(Transaction &transaction, const Invoice &invoice, Sats received)
{
    std::optional<Job> job = m_store.find(invoice.ownerId);
    if (!job)
        return false;
    lockIdentity(transaction, job->pubkey);
    if (!m_store.paid(transaction, job->id, JobState::AwaitingWorkPayment, JobState::Executing,
                      m_house.clock.now()))
        return false;
    keepReservation(transaction, *job);
    m_house.ledger.post(transaction, movements::workPaid(job->id, received));
    return true;
}

void JobSteps::lapse(Transaction &transaction, const Invoice &invoice)
{
    std::optional<Job> job = m_store.find(invoice.ownerId);
    if (!job)
        return;
    const JobState from = invoice.purpose == InvoicePurpose::Eval ? JobState::AwaitingEvalPayment
                                                                  : JobState::AwaitingWorkPayment;
    lockIdentity(transaction, job->pubkey);
    if (m_store.expire(transaction, job->id, from, m_house.clock.now()))
        dropReservation(transaction, *job);
}

std::optional<Job> JobSteps::resume(const JobRun &run)
{
    if (run.state == JobState::Evaluating || run.attempt == 1)
        return m_store.find(run.id);
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    // The tower may have stood still for longer than the pool holds what it promised.
    if (job)
        keepReservation(transaction, *job);
    transaction.commit();
    return job;
}

void JobSteps::reject(const JobRun &run, const Evaluation &evaluation)
{
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    if (!job)
        return;
    dropReservation(transaction, *job);
    oweEvalFee(transaction, *job, job->evalAmount);
    if (job->pubkey)
        m_house.trust.recordFailure(transaction, *job->pubkey, evaluation.reason, refOf(*job), false);
    job->evalUsage = evaluation.usage;
    job->reason = evaluation.reason;
    finish(transaction, run, *job, JobState::Rejected);
    transaction.commit();
}

std::optional<FreeTierDecision> JobSteps::accept(const JobRun &run, const Evaluation &evaluation,
                                                 const Quote &quote)
{
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    if (!job)
        return std::nullopt;
    const FreeTierDecision decision =
        m_house.pool.reserve(transaction, job->pubkey, quote.sats, refOf(*job), hashOf(job->request));
    job->evalUsage = evaluation.usage;
    job->quote = quote;
    job->reservationId = decision.reservationId;
    job->freeTier = decision.serve != Serve::Gate;
    job->absorbed = decision.absorb;
    job->updatedAt = m_house.clock.now();
    if (decision.serve == Serve::Free) {
        oweEvalFee(transaction, *job, job->evalAmount);
        job->state = JobState::Executing;
        job->workAmount = Sats(0);
    }
    m_store.save(transaction, run, *job, job->updatedAt + JobRun::lease);
    transaction.commit();
    return decision;
}

void JobSteps::askForWork(const JobRun &run, const WalletInvoice &issued, Sats charge)
{
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    if (!job)
        return;
    oweEvalFee(transaction, *job, job->evalAmount);
    job->state = JobState::AwaitingWorkPayment;
    job->workPaymentHash = issued.paymentHash;
    job->workAmount = charge;
    job->updatedAt = m_house.clock.now();
    m_store.save(transaction, run, *job, {});
    m_house.invoices.add(transaction, issued, InvoicePurpose::Work, charge, job->id);
    transaction.commit();
}

void JobSteps::complete(const JobRun &run, const Execution &execution)
{
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    if (!job)
        return;
    job->result = execution.text;
    job->actual = costOf(*job, execution.usage);
    const Sats held = m_house.ledger.balance(Account::job(job->id));
    const WorkDone work{refOf(*job), job->reservationId, job->absorbed, held, job->actual->amount};
    Settled settled = m_settlement.settle(transaction, work);
    job->absorbed = settled.absorbed;
    job->kept = settled.kept;
    if (settled.kept > Sats(0))
        m_house.ledger.post(transaction, movements::workKept(job->id, settled.kept));
    if (held > settled.kept)
        owe(transaction, *job, movements::workRefundDue(job->id, held - settled.kept));
    m_settlement.credit(transaction, work, settled);
    if (job->pubkey) {
        const Sats cost = settled.kept + settled.absorbed;
        m_house.trust.recordSuccess(transaction, *job->pubkey, cost, refOf(*job));
        m_house.zaps.intend(transaction, job->id, *job->pubkey, settled.kept);
    }
    finish(transaction, run, *job, JobState::Complete);
    transaction.commit();
}

void JobSteps::fail(const JobRun &run, const Failure &failure)
{
    Transaction transaction(m_house.database);
    std::optional<Job> job = lock(transaction, run);
    if (!job)
        return;
    dropReservation(transaction, *job);
    if (run.state == JobState::Evaluating) {
        oweEvalFee(transaction, *job, Sats(0));
        if (failure.mayBeBilled) {
            const CostEstimate estimate =
                m_house.pricing.estimateRequestCost(job->request, ModelUse::Evaluate);
            job->evalUsage = {estimate.inputTokens, estimate.outputTokens};
        }
    } else {
        const Sats held = m_house.ledger.balance(Account::job(job->id));
        if (held > Sats(0))
            owe(transaction, *job, movements::workRefundDue(job->id, held));
        if (failure.mayBeBilled && job->quote) {
            const CostEstimate &estimate = job->quote->estimate;
            job->actual =
                WorkCost{estimate.inputTokens, estimate.outputTokens, estimate.cost, job->quote->sats, false};
        }
    }
    if (job->pubkey)
        m_house.trust.recordFailure(transaction, *job->pubkey, failure.message, refOf(*job),
                                    failure.towerFault);
    job->error = failure.message;
    finish(transaction, run, *job, JobState::Failed);
    transaction.commit();
    log::warning("jobs", QStringLiteral("a job failed"),
                 {{"job", run.id}, {"during", toText(run.state)}, {"error", failure.message}});
}

/// The identity's row before the job's: whoever needs both takes them in this order.
std::optional<Job> JobSteps::lock(Transaction &transaction, const JobRun &run)
{
    const std::optional<Job> job = m_store.find(run.id);
    if (!job)
        return std::nullopt;
    lockIdentity(transaction, job->pubkey);
    return m_store.lock(transaction, run);
}

void JobSteps::lockIdentity(Transaction &transaction, const std::optional<PubKey> &key)
{
    if (key)
        m_house.identities.ensure(transaction, *key);
}

void JobSteps::finish(Transaction &transaction, const JobRun &run, Job &job, JobState state)
{
    job.state = state;
    job.updatedAt = m_house.clock.now();
    job.finishedAt = job.updatedAt;
    m_store.save(transaction, run, job, {});
}

void JobSteps::dropReservation(Transaction &transaction, Job &job)
{
    if (!job.reservationId.isEmpty())
        m_house.pool.release(transaction, job.reservationId);
    job.freeTier = false;
    job.absorbed = Sats(0);
}

/// What the pool promised is held while the work goes on. A reservation that ran out is made anew, for as
/// much as the pool can give now; the customer's quote stands in any case (Settlement).
void JobSteps::keepReservation(Transaction &transaction, Job &job)
{
    if (job.absorbed == Sats(0) ||
        (!job.reservationId.isEmpty() && m_house.pool.hold(transaction, job.reservationId)))
        return;
    const FreeTierDecision decision =
        m_house.pool.reserve(transaction, job.pubkey, job.absorbed, refOf(job), hashOf(job.request));
    job.reservationId = decision.reservationId;
    m_store.setReservation(transaction, job.id, job.reservationId);
}

/// What was paid for the evaluation beyond `keep`: all of it, or what was paid too much.
void JobSteps::oweEvalFee(Transaction &transaction, const Job &job, Sats keep)
{
    const std::optional<Invoice> invoice = m_house.invoices.find(job.evalPaymentHash);
    const Sats rest = Sats(invoice ? invoice->received.value() / 1000 : 0) - keep;
    if (rest > Sats(0))
        owe(transaction, job, movements::evalRefundDue(job.id, rest));
}

void JobSteps::owe(Transaction &transaction, const Job &job, const Movement &movement)
{
    if (m_house.ledger.post(transaction, movement))
        m_house.refunds.owe(transaction, RefundOwner::Job, job.id, movement);
}

WorkCost JobSteps::costOf(const Job &job, const AgentUsage &usage) const
{
    if (!job.quote)
        throw internalError(QStringLiteral("A job without a quote was worked on."));
    const MicroUsd cost =
        m_house.pricing.calculateActualCost(usage.inputTokens, usage.outputTokens, ModelUse::Work);
    return {usage.inputTokens, usage.outputTokens, cost, Pricing::usdToSats(cost, job.quote->price.usd),
            true};
}

} // namespace tower
