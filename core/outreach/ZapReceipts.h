// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/outreach/Zaps.h"
#include "core/publish/RelayPoll.h"

namespace tower {

/// Looks on the relay for the receipts of zaps that were paid in the last day, and attaches them. A receipt
/// changes nothing else: it is no proof of payment, and many services send none. Core thread.
class ZapReceipts : public RelayPoll
{
    Q_OBJECT

public:
    ZapReceipts(Database &database, const Clock &clock, const Settings &settings, Zaps &zaps,
                EventLog &events, RelayClient &relay, QObject *parent = nullptr);

    static constexpr Millis lookedFor = days(1);
    static constexpr int atOnce = 50;

private:
    QCoro::Task<void> look() override;

    const Clock &m_clock;
    Zaps &m_zaps;
    EventLog &m_events;
    ZapStore m_store;
};

} // namespace tower
