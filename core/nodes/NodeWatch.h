// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/nodes/BootstrapStore.h"
#include "core/nodes/NodeHouse.h"

#include <QObject>

class QTimer;

namespace tower {

/// Looks how far nodes are that have just become ready: whether SSH answers, under which name they have
/// joined the tailnet, whether LNbits answers there. Information only. Also erases keys whose time for
/// redelivery is over. Core thread.
class NodeWatch : public QObject
{
    Q_OBJECT

public:
    NodeWatch(const NodeHouse &house, BootstrapStore &store, QObject *parent = nullptr);
    ~NodeWatch() override;

    void start();
    void stop();
    void wake();
    [[nodiscard]] bool isRunning() const { return m_running; }

    /// A node is watched for so long.
    static constexpr Millis watchFor = days(14);

private:
    QCoro::Task<void> run();
    void eraseDeliveredKeys();
    /// What is known of those nodes at the provider that this program works with.
    std::vector<BootstrapJob> comingUp();
    QCoro::Task<void> lookForNames();
    QCoro::Task<void> lookForAnswers();
    void setSeen(const QString &id, bool ssh, bool lnbits);

    NodeHouse m_house;
    BootstrapStore &m_store;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    bool m_again = false; ///< woken while running
};

} // namespace tower
