// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/nodes/BootstrapSteps.h"

#include "core/nodes/ProvisionRun.h"

#include <QObject>

#include <map>
#include <set>

class QTimer;

namespace tower {

/// Takes nodes that are paid for through their steps, and takes down what failed or destroyed ones left at
/// the provider. Every step is written down before the next begins; what is ordered is written down before
/// the order, and looked up by tag and name before it is ordered again: after a crash at any point nothing is
/// made twice and nothing is forgotten. What the provider could not do now is tried again with a back-off;
/// what it refuses, or does not do within its time, fails the node. Core thread.
class Provisioner : public QObject
{
    Q_OBJECT

public:
    Provisioner(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps,
                QObject *parent = nullptr);
    ~Provisioner() override;

    void start();
    void stop();
    /// Looks for what is due, from the event loop.
    void wake();
    [[nodiscard]] bool isRunning() const { return !m_atHand.empty(); }

    /// How key pairs are made, if not by generateSshKeyPair(). Called on the thread pool.
    void setMakeKeys(ProvisionRun::MakeKeys makeKeys) { m_makeKeys = std::move(makeKeys); }

    /// How long a run keeps its claim without a sign of life.
    static constexpr Millis lease = seconds(60);
    /// How long a machine may take from its order to an address.
    static constexpr Millis addressPatience = ProvisionRun::addressPatience;
    /// For so long after an order without an answer it is looked for before it is ordered again.
    static constexpr Millis grace = NodeWork::grace;
    /// A provider that can't be reached for so long since the last stage, or the start of this program, fails
    /// the node.
    static constexpr Millis patience = seconds(900);
    /// The same for one that can be reached, and asks for long pauses.
    static constexpr Millis limitedPatience = seconds(4 * 3'600);
    /// What was not taken down for so long is told in the activity log.
    static constexpr Millis leftBehindAfter = seconds(3'600);

private:
    struct AtHand
    {
        NodeRun run;
        Millis leaseUntil;
    };
    /// What went wrong since the node's last stage.
    struct Trouble
    {
        std::optional<NodeStage> stage;
        int times = 0;
        std::optional<Millis>
            limitedAt{}; ///< the provider last asked to be left alone, which costs no patience
    };

    void look();
    void claimNext();
    void renewLeases();
    QCoro::Task<void> run(NodeRun run, Millis leaseUntil);
    QCoro::Task<void> work(NodeRun run);
    QCoro::Task<void> provision(NodeRun run, BootstrapJob job);
    QCoro::Task<void> takeDown(NodeRun run, BootstrapJob job);
    /// `asked`: for how long the provider wants to be left alone.
    void handle(const NodeRun &run, const ServiceError &error, std::optional<Millis> asked);
    void fail(const NodeRun &run, const QString &sentence);
    void later(const NodeRun &run, const BootstrapJob &job, Millis longest, const QString &problem,
               Millis atLeast = {});
    void putOff(const NodeRun &run, Millis pause);
    QCoro::Task<void> wakeIn(Millis pause);
    void tellLeftBehind(const BootstrapJob &job, const QString &problem);
    [[nodiscard]] bool isOutOfPatience(const BootstrapJob &job, Millis longest);

    NodeHouse m_house;
    BootstrapStore &m_store;
    BootstrapSteps &m_steps;
    ProvisionRun::MakeKeys m_makeKeys;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_woken = false;
    Millis m_startedAt;
    std::shared_ptr<RunScope> m_scope = std::make_shared<RunScope>(RunScope::Open);
    std::map<QString, AtHand> m_atHand;
    std::map<QString, Trouble> m_troubles;
    std::set<QString> m_toldOf; ///< left behind
};

} // namespace tower
