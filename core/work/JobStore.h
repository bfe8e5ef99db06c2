// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"
#include "core/store/KeysetQuery.h"
#include "core/store/Page.h"
#include "core/work/Job.h"

namespace tower {

struct JobFilter
{
    std::optional<JobState> state{};
    std::optional<PubKey> pubkey{};
    bool open = false; ///< neither finished nor expired
};

/// The SQL of the table jobs. Knows no rule. A job that is evaluating or executing has a lease: until it
/// ends, the job belongs to the program that owns it; then to whoever claims it first.
class JobStore
{
public:
    JobStore(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    void insert(Transaction &transaction, const Job &job);
    std::optional<Job> find(const QString &id);
    Page<Job> list(const JobFilter &filter, const PageRequest &page);
    static KeysetQuery listQuery(const JobFilter &filter);

    /// awaiting_eval_payment → evaluating, or awaiting_work_payment → executing, for whoever claims it next.
    /// False when it does not wait for that any more.
    bool paid(Transaction &transaction, const QString &id, JobState from, JobState to, Millis now);
    /// Guarded by `from`.
    bool expire(Transaction &transaction, const QString &id, JobState from, Millis now);

    /// The running job whose lease ended longest ago: ours until `leaseUntil`, one attempt more.
    std::optional<JobRun> claim(Millis now, Millis leaseUntil);
    /// After a start: what this program left is to be claimed at once.
    void recover();
    /// False when the run is no longer ours.
    bool renew(const JobRun &run, Millis leaseUntil);
    /// Hands a run back as if it had not been begun.
    void park(const JobRun &run);

    /// The job, locked for this transaction, if the run is still ours.
    std::optional<Job> lock(Transaction &transaction, const JobRun &run);
    /// Writes what a run found out, guarded by the run. A job that still runs stays ours until `leaseUntil`,
    /// in its first attempt if the state is a new one.
    bool save(Transaction &transaction, const JobRun &run, const Job &job, Millis leaseUntil);

    void setReservation(Transaction &transaction, const QString &id, const QString &reservationId);
    void setRefund(Transaction &transaction, const QString &id, Sats amount, RefundState state, Millis now);

private:
    Database &m_database;
    QString m_owner;
};

} // namespace tower
