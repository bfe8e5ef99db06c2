// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/base/Settings.h"

#include "core/nostr/RelayClient.h"

#include <QCoroTask>
#include <QObject>

class QTimer;

namespace tower {

/// Looks on the relay (NOSTR_RELAY_URL) every minute, one look at a time; not at all while there is no relay.
/// Core thread.
class RelayPoll : public QObject
{
    Q_OBJECT

public:
    void start();
    /// Looks now.
    void wake();
    /// Asks no more; what is under way ends by itself (or by RelayClient::abort()).
    void stop();
    [[nodiscard]] bool isRunning() const { return m_running; }

protected:
    /// `name` tells in the log whose look it was that failed.
    RelayPoll(const char *name, const Settings &settings, RelayClient &relay, QObject *parent);

    /// One look, after which the relay's address may have changed and this may be gone.
    virtual QCoro::Task<void> look() = 0;
    [[nodiscard]] RelayClient &relay() const { return m_relay; }
    [[nodiscard]] const Settings &settings() const { return m_settings; }
    [[nodiscard]] bool isStarted() const;

private:
    QCoro::Task<void> run();

    const char *m_name;
    const Settings &m_settings;
    RelayClient &m_relay;
    QTimer *m_timer;
    bool m_running = false;
};

} // namespace tower
