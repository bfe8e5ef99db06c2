// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/Core.h"

#include <QTimer>

namespace tower {

Core::Core(QObject *coreThread, Services *services, QObject *parent)
    : QObject(parent)
    , m_coreThread(coreThread)
    , m_services(services)
    , m_collect(new QTimer(this))
{
    qRegisterMetaType<std::vector<tower::Change>>();
    m_collect->setSingleShot(true);
    m_collect->setInterval(200);
    connect(m_collect, &QTimer::timeout, this, [this] {
        m_collectedIds.clear();
        emit changed(std::exchange(m_collected, {}));
    });
    connect(&services->changes, &Changes::changed, this, &Core::collect, Qt::QueuedConnection);
    connect(&services->policyLog, &PolicyLog::added, this, &Core::policyAnswered, Qt::QueuedConnection);
    connect(&services->nodeSweep, &NodeSweep::swept, this, &Core::swept, Qt::QueuedConnection);
}

void Core::setCollectMs(int ms)
{
    m_collect->setInterval(ms);
}

void Core::collect(const std::vector<Change> &changes)
{
    for (const Change &change : changes) {
        const std::pair itsId{change.kind, change.id};
        if (m_collectedIds.contains(itsId))
            continue;
        m_collectedIds.insert(itsId);
        m_collected.push_back(change);
    }
    if (!m_collect->isActive())
        m_collect->start();
}

void Core::tell(const QPointer<Core> &self, const QPointer<QObject> &alive, const Failed &failed,
                const ServiceError &error)
{
    if (failed && alive)
        failed(error);
    else if (!failed && self)
        emit self->failed(error.message());
}

} // namespace tower
