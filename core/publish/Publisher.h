// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/nostr/RelayClient.h"
#include "core/publish/PublishQueue.h"

#include <QCoroTask>
#include <QObject>

class QTimer;

namespace tower {

/// Brings the events of a queue to the relay (NOSTR_RELAY_URL): EVENT, then read back by REQ, and only then
/// published. What fails is tried again after 1 s, doubling to 5 min, and at once after a start; what can't
/// succeed (the relay has a newer version, or its author deleted it) is not, until somebody decides so. Core
/// thread.
///
/// What is due stands in the database and is judged by the clock; timers only wake. Several programs on one
/// database share the work by leases.
class Publisher : public QObject
{
    Q_OBJECT

public:
    Publisher(PublishQueue &queue, const Clock &clock, const Settings &settings, RelayClient &relay,
              QObject *parent = nullptr);
    ~Publisher() override;

    void start();
    /// Looks for what is due now.
    void wake();
    /// Ends what runs; nothing is sent any more.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

private:
    QCoro::Task<void> run();
    void settle(const PublishQueue::Claimed &row, const PublishOutcome &outcome, Presence seen);
    [[nodiscard]] std::optional<Millis> nextTry(const PublishOutcome &outcome, int tries) const;
    void sleepUntilDue();

    PublishQueue &m_queue;
    const Clock &m_clock;
    const Settings &m_settings;
    RelayClient &m_relay;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    bool m_again = false; ///< woken while running
};

} // namespace tower
