// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/nodes/BootstrapStore.h"
#include "core/nodes/NodeHouse.h"

#include <QObject>

#include <map>

class QTimer;

namespace tower {

/// Pays what is owed for nodes that failed to the lightning address that their customers gave: by itself soon
/// after the failure, then now and then, until it is paid. A new invoice is asked for only when no payment is
/// under way (Refunds::pay sees to that), so nothing is paid twice. With the simulated wallet no service is
/// asked: the wallet issues the invoice, and pays it. Core thread.
class NodeRefunds : public QObject
{
    Q_OBJECT

public:
    NodeRefunds(const NodeHouse &house, BootstrapStore &store, QObject *parent = nullptr);
    ~NodeRefunds() override;

    void start();
    void stop();
    void wake();
    [[nodiscard]] bool isRunning() const { return m_running; }

    /// To the refund address, now. Throws what LnurlPay and Refunds::pay do, and badRequest("bolt11") when
    /// there is no such address.
    QCoro::Task<void> pay(BootstrapJob job);

    /// What could not be paid is tried again so late at the earliest.
    static constexpr Millis retryAfter = seconds(600);

private:
    QCoro::Task<void> run();
    QCoro::Task<void> payAll();
    QCoro::Task<QString> bill(BootstrapJob job, Sats amount);
    QCoro::Task<QString> billOfService(BootstrapJob job, LnurlOrder order);

    NodeHouse m_house;
    BootstrapStore &m_store;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    bool m_again = false; ///< woken while running
    std::map<QString, Millis> m_triedAt;
};

} // namespace tower
