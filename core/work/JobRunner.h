// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/work/JobSteps.h"

#include <QObject>

#include <map>

class QTimer;

namespace tower {

/// Takes jobs that are evaluating or executing through their steps. Whoever claims one runs it: this program
/// what was just paid, what it left at its last end, and what another program let go. Leases are renewed
/// while a job runs. What is due stands in the database and is judged by the clock; the timer only wakes.
/// Core thread.
class JobRunner : public QObject
{
    Q_OBJECT

public:
    JobRunner(const WorkHouse &house, JobStore &store, JobSteps &steps, QObject *parent = nullptr);
    ~JobRunner() override;

    void start();
    void stop();
    /// Looks for what is due, from the event loop.
    void wake();
    [[nodiscard]] bool isRunning() const { return !m_atHand.empty(); }

private:
    void look();
    void claimNext();
    void renewLeases();
    QCoro::Task<void> run(JobRun run, Millis leaseUntil);
    QCoro::Task<void> takeThrough(JobRun run);
    QCoro::Task<bool> evaluate(JobRun run, QString request);
    QCoro::Task<void> execute(JobRun run, QString request);
    void giveUp(const JobRun &run, const ServiceError &error, bool towerFault);

    WorkHouse m_house;
    JobStore &m_store;
    JobSteps &m_steps;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_woken = false;
    struct AtHand
    {
        JobRun run;
        Millis leaseUntil;
    };
    std::map<QString, AtHand> m_atHand;
};

} // namespace tower
