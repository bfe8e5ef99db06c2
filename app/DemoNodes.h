// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/DemoSats.h"
#include "core/nodes/Bootstrap.h"
#include "core/nodes/SimulatedCloud.h"

namespace tower {

/// The nodes of the demo: in every state, on the simulated cloud. All open to keys of their customers, since
/// making a pair takes seconds.
class DemoNodes
{
public:
    DemoNodes(DemoSats &sats, Database &database, ManualClock &clock, Activity &activity);

    /// A customer orders a node; what has become of it.
    BootstrapJob order(const PubKey &customer, int number);
    /// What the operator finds: a node that waits to be paid, one that is being made, and an orphan.
    void orderLast(const PubKey &waiting, const PubKey &paying);

private:
    BootstrapJob ordered(const PubKey &customer, const QString &refundAddress);
    void carryThrough(const QString &id);
    void leaveOrphan();

    DemoSats &m_sats;
    ManualClock &m_clock;
    SimulatedCloud m_cloud;
    SimulatedTailnet m_tailnet;
    LnurlPay m_lnurl;
    Bootstrap m_nodes;
};

} // namespace tower
