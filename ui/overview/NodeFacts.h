// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/overview/OverviewFacts.h"

namespace tower {

/// How the nodes stand.
struct NodeFacts
{
    std::int64_t awaiting = 0; ///< payment
    std::int64_t provisioning = 0;
    std::int64_t ready = 0;
    std::vector<QString> owed{}; ///< failed ones whose refund nobody has paid
    Sats owedAmount{};
    struct Going
    {
        QString id;
        Millis since;
    };
    std::vector<Going> goingDown{}; ///< being taken down at the provider
    std::int64_t orphans = 0;
    std::int64_t orphanCents = 0; ///< USD, a month
    bool cloudSimulated = true;
    bool walletSimulated = true;
};

/// Core thread.
NodeFacts readNodes(Services &services);

std::vector<Alert> alertsOf(const NodeFacts &facts, Millis now);

/// Keeps NodeFacts up: reads them when something about nodes has changed. GUI thread.
class NodeFactsWatch : public QObject
{
    Q_OBJECT

public:
    NodeFactsWatch(Core &core, QObject *parent);

    /// Reads again what may have changed.
    void look();
    [[nodiscard]] const std::optional<NodeFacts> &facts() const { return m_facts; }

signals:
    void changed();

private:
    Core &m_core;
    std::optional<NodeFacts> m_facts;
    bool m_stale = true;
    bool m_asking = false;
};

} // namespace tower
