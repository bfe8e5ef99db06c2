// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/work/JobStore.h"
#include "core/work/Settlement.h"
#include "core/work/WorkHouse.h"

namespace tower {

/// The steps of a job, each one transaction: the guarded transition, and all that must happen with it to the
/// money, the pool, the customer's score and the zap. What a run finds out is dropped when the run is not
/// this program's any more. Locks: invoice, identity, job, pool, ledger. Core thread; nothing waits here.
class JobSteps
{
public:
    JobSteps(const WorkHouse &house, JobStore &store);

    /// The job, and the invoice for its evaluation.
    void create(const Job &job, const WalletInvoice &issued);

    // What Invoices asks of the owner of an invoice: the movement and the transition in its transaction.
    bool evalPaid(Transaction &transaction, const Invoice &invoice, Sats received);
    bool workPaid(Transaction &transaction, const Invoice &invoice, Sats received);
    void lapse(Transaction &transaction, const Invoice &invoice);

    /// The run goes on from where another one was cut off; the job, or nullopt when it is not ours.
    std::optional<Job> resume(const JobRun &run);

    void reject(const JobRun &run, const Evaluation &evaluation);
    /// Prices an accepted request and reserves what the pool takes on. A free one is executing after this.
    std::optional<FreeTierDecision> accept(const JobRun &run, const Evaluation &evaluation,
                                           const Quote &quote);
    /// The customer is to pay `charge` before the work begins.
    void askForWork(const JobRun &run, const WalletInvoice &issued, Sats charge);
    void complete(const JobRun &run, const Execution &execution);

    /// Why an evaluation or the work came to nothing.
    struct Failure
    {
        QString message;         ///< a sentence for the customer
        bool towerFault = false; ///< the tower's own, not the request's
        bool mayBeBilled = false;
    };
    /// All that was paid for the evaluation, or for the work, is owed back.
    void fail(const JobRun &run, const Failure &failure);

private:
    std::optional<Job> lock(Transaction &transaction, const JobRun &run);
    void lockIdentity(Transaction &transaction, const std::optional<PubKey> &key);
    void finish(Transaction &transaction, const JobRun &run, Job &job, JobState state);
    void dropReservation(Transaction &transaction, Job &job);
    void keepReservation(Transaction &transaction, Job &job);
    void oweEvalFee(Transaction &transaction, const Job &job, Sats keep);
    void owe(Transaction &transaction, const Job &job, const Movement &movement);
    [[nodiscard]] WorkCost costOf(const Job &job, const AgentUsage &usage) const;

    WorkHouse m_house;
    JobStore &m_store;
    Settlement m_settlement;
};

} // namespace tower
