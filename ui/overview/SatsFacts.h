// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/overview/OverviewFacts.h"

namespace tower {

/// How the sats stand. What takes long or the network comes later than the rest, and is absent until then.
struct SatsFacts
{
    PoolStatus pool;
    Sats zappedToday;
    std::int64_t openJobs = 0;
    std::int64_t openSessions = 0;
    std::int64_t unknownPayments = 0;
    BtcPrice price;
    bool priceFailing = false; ///< sources were asked, and none gave a price
    std::optional<Sats> earnedToday{};
    std::vector<PoolDay> poolDays{};
    std::optional<WalletState> wallet{};
};

/// Core thread. Leaves out what comes later.
SatsFacts readSats(Services &services);

std::vector<Alert> alertsOf(const SatsFacts &facts);

/// Keeps SatsFacts up: reads them when something about sats has changed, and now and then. GUI thread.
class SatsWatch : public QObject
{
    Q_OBJECT

public:
    explicit SatsWatch(Core &core, QObject *parent);

    /// Reads again what may have changed; slow things only when their time has come.
    void look();
    [[nodiscard]] const std::optional<SatsFacts> &facts() const { return m_facts; }

signals:
    void changed();

private:
    void lookAtBooks();
    void lookAtWallet();
    [[nodiscard]] bool isDue(Millis &last, Millis every) const;

    Core &m_core;
    std::optional<SatsFacts> m_facts;
    bool m_stale = true; ///< something about sats has changed since the last look
    bool m_booksStale = true;
    bool m_asking = false;
    Millis m_readAt;
    Millis m_booksAt;
    Millis m_walletAt;
};

} // namespace tower
