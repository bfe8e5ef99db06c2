// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/outreach/Zaps.h"

#include "core/nostr/RelayClient.h"

#include <QCoroTask>
#include <QObject>

class QTimer;

namespace tower {

/// Looks on the relay (NOSTR_RELAY_URL) for the receipts of zaps that were paid in the last day, and attaches
/// them. A receipt changes nothing else: it is no proof of payment, and many services send none. Core thread.
class ZapReceipts : public QObject
{
    Q_OBJECT

public:
    ZapReceipts(Database &database, const Clock &clock, const Settings &settings, Zaps &zaps,
                EventLog &events, RelayClient &relay, QObject *parent = nullptr);

    void start();
    /// Looks now.
    void wake();
    /// Asks no more; what is under way ends by itself (or by RelayClient::abort()).
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

    static constexpr Millis lookedFor = days(1);
    static constexpr int atOnce = 50;

private:
    QCoro::Task<void> look();

    const Clock &m_clock;
    const Settings &m_settings;
    Zaps &m_zaps;
    EventLog &m_events;
    RelayClient &m_relay;
    ZapStore m_store;
    QTimer *m_timer = nullptr;
    bool m_running = false;
};

} // namespace tower
