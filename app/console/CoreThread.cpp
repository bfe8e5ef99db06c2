// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/CoreThread.h"

#include "app/Tower.h"
#include "app/console/ConsoleControl.h"

#include <exception>
#include <future>

namespace tower {

CoreThread::CoreThread(TowerOptions options)
    : m_context(std::make_unique<QObject>())
{
    m_thread.setObjectName(QStringLiteral("core"));
    m_context->moveToThread(&m_thread);
    m_thread.start();

    std::promise<void> started;
    QMetaObject::invokeMethod(m_context.get(), [&] {
        try {
            m_tower = std::make_unique<Tower>(std::move(options));
            m_control = std::make_unique<ConsoleControl>(*m_tower);
            m_control->listenAtStart();
            Tower &t = *m_tower;
            m_services.reset(new Services{.identities = t.identities,
                                          .trust = t.trust,
                                          .vouches = t.vouches,
                                          .relayAccounts = t.relayAccounts,
                                          .relayPolicy = t.relayPolicy,
                                          .policyLog = t.policyLog,
                                          .moderationQueue = t.queue,
                                          .reviewer = t.reviewer,
                                          .activity = t.activity,
                                          .changes = t.changes,
                                          .settings = t.settings,
                                          .savedSettings = t.savedSettings,
                                          .ledger = t.ledger,
                                          .invoices = t.invoices,
                                          .outgoing = t.outgoing,
                                          .refunds = t.refunds,
                                          .oracle = t.oracle,
                                          .pricing = t.pricing,
                                          .pool = t.pool,
                                          .zaps = t.zaps,
                                          .jobs = t.jobs,
                                          .sessions = t.sessions,
                                          .zapsByHand = t.zapsByHand,
                                          .eventLog = t.eventLog,
                                          .engagement = t.engagement,
                                          .bootstrap = t.bootstrap,
                                          .nodeSweep = t.nodeSweep,
                                          .timmy = t.timmy.pubKey(),
                                          .control = *m_control});
            started.set_value();
        } catch (...) {
            m_tower.reset();
            started.set_exception(std::current_exception());
        }
    });
    try {
        started.get_future().get();
    } catch (...) {
        m_thread.quit();
        m_thread.wait();
        throw;
    }
}

CoreThread::~CoreThread()
{
    QMetaObject::invokeMethod(m_context.get(), [this] {
        m_tower->stop([this] {
            // Not inside the tower's own timer: it is destroyed here.
            QMetaObject::invokeMethod(
                m_context.get(),
                [this] {
                    m_services.reset();
                    m_control.reset();
                    m_tower.reset();
                    m_thread.quit();
                },
                Qt::QueuedConnection);
        });
    });
    m_thread.wait();
}

QObject *CoreThread::context() const
{
    return m_context.get();
}

} // namespace tower
