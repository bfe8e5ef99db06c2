// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/nodes/BootstrapStore.h"
#include "core/nodes/NodeHouse.h"

#include "core/base/Error.h"
#include "core/nodes/NodeThingStore.h"

#include <QObject>

#include <set>

class QTimer;

namespace tower {

/// Something at the provider that no node of ours accounts for.
struct Orphan
{
    CloudThing thing;
    QString jobId{}; ///< the node that its tag or name tells; "" when it tells none
    QString reason;  ///< a sentence: "No node of ours is known by this tag."

    friend bool operator==(const Orphan &, const Orphan &) = default;
};

struct SweepReport
{
    std::vector<Orphan> orphans;
    std::int64_t monthlyCents = 0; ///< of all of them, USD
    std::optional<Millis> at{};    ///< nullopt: not swept yet
    QString problem{};             ///< why the last sweep failed; "" when it did not
};

/// Compares what carries our tag at the provider with what the database knows. A thing that was ordered
/// within the last minutes, and all of a node that is at work, is no orphan. Deleting is the operator's. Core
/// thread.
class NodeSweep : public QObject
{
    Q_OBJECT

public:
    NodeSweep(const NodeHouse &house, QObject *parent = nullptr);
    ~NodeSweep() override;

    /// Hourly, and a minute after the start. New orphans are told in the activity log.
    void start();
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

    /// What the last sweep found.
    [[nodiscard]] const SweepReport &report() const { return m_report; }
    /// Sweeps now; callers at the same time share one. Never throws: a provider that can't be asked is a
    /// problem of the report.
    QCoro::Task<SweepReport> sweep();
    /// Removes one thing, if a fresh sweep still calls it an orphan. Throws conflict "no_orphan", and what
    /// Cloud does.
    QCoro::Task<SweepReport> remove(CloudKind kind, QString id, QString actor);

    /// What was made so recently may belong to an order that is being written down.
    static constexpr Millis youngFor = seconds(600);

signals:
    void swept();

private:
    void judge(const std::vector<CloudThing> &things);
    std::optional<Orphan> orphanOf(const CloudThing &thing);
    void tellNew();
    void note(const QString &actor, const char *action, const Orphan &orphan);

    NodeHouse m_house;
    BootstrapStore m_store;
    NodeThingStore m_things;
    QTimer *m_timer = nullptr;
    bool m_running = false;
    std::vector<Later<bool>> m_waiting; ///< for the sweep that runs
    SweepReport m_report;
    std::optional<ServiceError> m_failure; ///< of the last sweep
    std::set<std::pair<CloudKind, QString>> m_told;
};

} // namespace tower
