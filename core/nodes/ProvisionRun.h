// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/NodeWork.h"
#include "core/nodes/SshKey.h"

namespace tower {

/// The steps of one node that is paid for, from wherever it stands to ready. A step that is written down is
/// passed over; one whose outcome is not known is looked up before it is done again.
class ProvisionRun : public NodeWork
{
public:
    using MakeKeys = std::function<SshKeyPair()>;

    ProvisionRun(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
                 std::shared_ptr<const RunScope> scope, MakeKeys makeKeys);

    /// Throws RunOver, what Cloud and Tailnet throw, "node_stopped", and "node_lost" (with a sentence) when
    /// the machine came to nothing.
    QCoro::Task<void> take(BootstrapJob job);

    /// How long a machine may take from its order to an address.
    static constexpr Millis addressPatience = seconds(120);

private:
    QCoro::Task<void> makeKeyPair();
    QCoro::Task<QString> uploadKey();
    QCoro::Task<void> findOrOrderDroplet(QString keyId);
    QCoro::Task<Droplet> orderDroplet(QString keyId);
    QCoro::Task<QByteArray> makeTailnetKey();
    QCoro::Task<void> removeOldTailnetKeys();
    QCoro::Task<QString> makeVolume();
    QCoro::Task<void> undo(CloudKind kind, QString id);
    QCoro::Task<void> waitForAddress();
    QCoro::Task<std::optional<Droplet>> lookAtDroplet();
    QCoro::Task<void> followAction();
    [[nodiscard]] Millis orderedAt(CloudKind kind);
    [[nodiscard]] QString idOf(CloudKind kind);
    [[nodiscard]] Millis reachedAt(NodeStage stage);

    MakeKeys m_makeKeys;
    BootstrapJob m_job;
    QString m_action; ///< of the machine's creation; "" when it is over or not known
};

} // namespace tower
