// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/nostr/RelayClient.h"
#include "core/relay/PublishStore.h"

#include <QCoroTask>
#include <QObject>

class QTimer;

namespace tower {

/// Brings approved events to the relay (NOSTR_RELAY_URL): EVENT, then read back by REQ, and only then
/// published. What fails is tried again after 1 s, doubling to 5 min, and at once after a start; what can't
/// succeed (the relay has a newer version, the author deleted it or was revoked since) is not, until it is
/// approved anew. Core thread.
///
/// What is due stands in the database and is judged by the clock; timers only wake. Several programs on one
/// database share the work by leases. `instance` names this one and must be the same after a restart, so that
/// it takes up its own unfinished work without waiting for its lease.
class QueuePublisher : public QObject
{
    Q_OBJECT

public:
    QueuePublisher(Database &database, const Clock &clock, const Settings &settings, RelayClient &relay,
                   const QString &instance, QObject *parent = nullptr);
    ~QueuePublisher() override;

    void start();
    /// Looks for what is due now.
    void wake();
    /// Ends what runs; nothing is sent any more.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

private:
    QCoro::Task<void> run();
    void settle(const PublishStore::Claimed &row, const PublishOutcome &outcome, Presence seen);
    void sleepUntilDue();

    PublishStore m_store;
    const Clock &m_clock;
    const Settings &m_settings;
    RelayClient &m_relay;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    bool m_again = false; ///< woken while running
};

} // namespace tower
