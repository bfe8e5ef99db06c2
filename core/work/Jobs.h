// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/work/JobRunner.h"
#include "core/work/JobSteps.h"
#include "core/work/JobStore.h"

#include <QObject>

namespace tower {

/// Paid jobs: pay to be evaluated, pay for the work, get the result. Each step is one guarded transition; the
/// one caller whose update matched acts. A running job carries this program's name and a lease; after a crash
/// it is run again, three times at most, then it fails and what was paid is owed back. Core thread.
class Jobs : public QObject
{
    Q_OBJECT

public:
    explicit Jobs(const WorkHouse &house, QObject *parent = nullptr);
    ~Jobs() override;

    /// Throws badRequest("request"), and what Invoices::request() does.
    QCoro::Task<Job> create(QString request, std::optional<PubKey> key);
    /// The job, its open payment looked up first. Throws notFound "job_not_found".
    QCoro::Task<Job> poll(QString id);
    [[nodiscard]] std::optional<Job> find(const QString &id);
    [[nodiscard]] Page<Job> list(const JobFilter &filter, const PageRequest &page);
    /// The invoice that a job waits for.
    [[nodiscard]] std::optional<Invoice> openInvoice(const Job &job);
    /// Pays what is owed (Refunds::pay). Throws notFound "job_not_found", conflict "nothing_owed".
    QCoro::Task<Job> refund(QString id, QString bolt11);

    /// Takes up what a crash left, and goes on doing so for what other programs leave.
    void start();
    /// No new work; what runs is parked when the agent is aborted.
    void stop();
    /// Looks for jobs that nobody runs, from the event loop; it is done now and then by itself.
    void wake();
    [[nodiscard]] bool isRunning() const { return m_runner.isRunning(); }

    static constexpr Millis lease = JobRun::lease;
    static constexpr int maximumAttempts = JobRun::maximumAttempts;

private:
    void serve(InvoicePurpose purpose, bool (JobSteps::*take)(Transaction &, const Invoice &, Sats));
    Job existing(const QString &id);

    WorkHouse m_house;
    JobStore m_store;
    JobSteps m_steps;
    JobRunner m_runner;
};

} // namespace tower
