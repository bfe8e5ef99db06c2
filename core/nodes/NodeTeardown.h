// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/NodeThingStore.h"
#include "core/nodes/NodeWork.h"

namespace tower {

/// Takes down what a node that failed or was destroyed has at the provider. A thing counts as removed when
/// the provider says that it is gone; one whose order got no answer, when it did not turn up within the
/// grace.
class NodeTeardown : public NodeWork
{
public:
    NodeTeardown(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
                 std::shared_ptr<const RunScope> scope);

    /// Tries everything once. True when nothing is left. Throws RunOver and what "..._stopped" is.
    QCoro::Task<bool> take(BootstrapJob job);
    /// Nothing of it is anywhere: what a simulated provider had that is not there any more.
    void forget();

    /// What is in the way: a sentence.
    [[nodiscard]] const QString &problem() const { return m_problem; }

private:
    /// True when it is gone, or there never was one.
    QCoro::Task<bool> remove(CloudKind kind);
    QCoro::Task<bool> removeAsked(NodeThing thing);
    QCoro::Task<bool> removeDroplet(NodeThing thing);
    QCoro::Task<bool> removeVolume(NodeThing thing);
    QCoro::Task<bool> removeKey(NodeThing thing);
    QCoro::Task<bool> removeTailnetKeys(NodeThing thing);
    QCoro::Task<bool> leaveTailnet();
    /// The node's key under our tag: by its id, or by its name when that is not known.
    QCoro::Task<std::optional<QString>> findKey(QString id);

    NodeThingStore m_things;
    BootstrapJob m_job;
    QString m_problem;
};

} // namespace tower
