// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeTeardown.h"

#include <algorithm>

namespace tower {

namespace {

/// A key of the tailnet works for so long.
constexpr Millis tailnetKeyLife = seconds(3'600);

/// How long ago what has an id was ordered does not matter.
Millis orderedWithoutAnswer(const NodeThing &thing)
{
    return thing.providerId.isEmpty() ? thing.orderedAt : Millis(0);
}

QString words(CloudKind kind)
{
    switch (kind) {
    case CloudKind::Droplet:
        return QStringLiteral("The machine");
    case CloudKind::Volume:
        return QStringLiteral("The volume");
    case CloudKind::Key:
        return QStringLiteral("The SSH key");
    case CloudKind::TailnetKey:
        break;
    }
    return QStringLiteral("The key of the tailnet");
}

} // namespace

NodeTeardown::NodeTeardown(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
                           std::shared_ptr<const RunScope> scope)
    : NodeWork(house, store, steps, std::move(run), std::move(scope))
    , m_things(house.database)
{
}

QCoro::Task<bool> NodeTeardown::take(BootstrapJob job)
{
    m_job = std::move(job);
    // What hangs on the machine goes after it; what does not, goes anyway.
    QCoro::Task<bool> removingDroplet = remove(CloudKind::Droplet);
    bool gone = co_await removingDroplet;
    if (gone) {
        QCoro::Task<bool> removingVolume = remove(CloudKind::Volume);
        gone = co_await removingVolume;
    }
    for (const CloudKind kind : {CloudKind::Key, CloudKind::TailnetKey}) {
        QCoro::Task<bool> removing = remove(kind);
        const bool removed = co_await removing;
        gone = gone && removed;
    }
    QCoro::Task<bool> leaving = leaveTailnet();
    const bool left = co_await leaving;
    co_return gone &&left;
}

void NodeTeardown::forget()
{
    for (const NodeThing &thing : m_store.things(m_run.id)) {
        if (!thing.removedAt)
            keep(m_steps.removed(m_run, thing.kind));
    }
}

QCoro::Task<bool> NodeTeardown::remove(CloudKind kind)
{
    const std::optional<NodeThing> ordered = thing(kind);
    if (!ordered || ordered->removedAt)
        co_return true;
    bool gone = false;
    try {
        QCoro::Task<bool> removing = removeAsked(*ordered);
        gone = co_await removing;
        if (!gone)
            m_problem = QStringLiteral("%1 is still there.").arg(words(kind));
    } catch (const ServiceError &error) {
        if (isStopping(error))
            throw;
        m_problem = error.message();
    }
    if (gone)
        keep(m_steps.removed(m_run, kind));
    co_return gone;
}

QCoro::Task<bool> NodeTeardown::removeAsked(NodeThing thing)
{
    switch (thing.kind) {
    case CloudKind::Droplet:
        return removeDroplet(thing);
    case CloudKind::Volume:
        return removeVolume(thing);
    case CloudKind::Key:
        return removeKey(thing);
    case CloudKind::TailnetKey:
        break;
    }
    return removeTailnetKeys(thing);
}

/// Looked for even after the one we know is gone: an order that got no answer may have made another.
QCoro::Task<bool> NodeTeardown::removeDroplet(NodeThing thing)
{
    if (!thing.providerId.isEmpty()) {
        QCoro::Task<bool> removing = ask(m_house.cloud.remove(CloudKind::Droplet, thing.providerId));
        if (!co_await removing)
            co_return false;
    }
    QCoro::Task<std::optional<Droplet>> looking = lookForDroplet(orderedWithoutAnswer(thing));
    const std::optional<Droplet> found = co_await looking;
    if (!found)
        co_return true;
    QCoro::Task<bool> removing = ask(m_house.cloud.remove(CloudKind::Droplet, found->id));
    co_await removing;
    co_return false; // until it is not found any more
}

QCoro::Task<bool> NodeTeardown::removeVolume(NodeThing thing)
{
    QString id = thing.providerId;
    if (id.isEmpty()) {
        QCoro::Task<std::optional<QString>> looking = lookForVolume(thing.orderedAt, m_job.spec.region);
        const std::optional<QString> found = co_await looking;
        if (!found)
            co_return true;
        id = *found;
    }
    QCoro::Task<bool> removing = ask(m_house.cloud.remove(CloudKind::Volume, id));
    co_return co_await removing;
}

/// A customer's own key stays for the others that use it; and so does one that was at the provider before.
QCoro::Task<bool> NodeTeardown::removeKey(NodeThing thing)
{
    QString id = thing.providerId;
    if (id.isEmpty() || m_job.ownKey) {
        const Find<QString> find = [this, id] { return findKey(id); };
        QCoro::Task<std::optional<QString>> looking = lookFor(orderedWithoutAnswer(thing), find);
        const std::optional<QString> found = co_await looking;
        if (!found)
            co_return true;
        id = *found;
    }
    if (m_things.isKeyShared(id, m_job.sshPublicKey, m_run.id))
        co_return true;
    QCoro::Task<bool> removing = ask(m_house.cloud.remove(CloudKind::Key, id));
    co_return co_await removing;
}

QCoro::Task<std::optional<QString>> NodeTeardown::findKey(QString id)
{
    QCoro::Task<std::vector<CloudThing>> listing = m_house.cloud.list();
    const std::vector<CloudThing> things = co_await listing;
    const QString name = tag();
    const auto found = std::find_if(things.begin(), things.end(), [&](const CloudThing &each) {
        return each.kind == CloudKind::Key && (id.isEmpty() ? each.name == name : each.id == id);
    });
    co_return found == things.end() ? std::nullopt : std::optional(found->id);
}

QCoro::Task<bool> NodeTeardown::removeTailnetKeys(NodeThing thing)
{
    // Without the tailnet's key here nothing can be removed there; but it lapses by itself.
    if (!m_house.tailnet)
        co_return now() - thing.orderedAt > tailnetKeyLife;
    QCoro::Task<QStringList> finding = ask(m_house.tailnet->findKeys(tag()));
    QStringList ids = co_await finding;
    if (!thing.providerId.isEmpty() && !ids.contains(thing.providerId))
        ids << thing.providerId;
    bool gone = true;
    for (const QString &id : ids) {
        QCoro::Task<bool> removing = ask(m_house.tailnet->removeKey(id));
        const bool removed = co_await removing;
        gone = gone && removed;
    }
    co_return gone;
}

QCoro::Task<bool> NodeTeardown::leaveTailnet()
{
    if (!m_house.tailnet || !thing(CloudKind::Droplet))
        co_return true;
    try {
        QCoro::Task<bool> leaving = ask(m_house.tailnet->removeHost(tag()));
        const bool left = co_await leaving;
        if (!left)
            m_problem = QStringLiteral("The machine is still in the tailnet.");
        co_return left;
    } catch (const ServiceError &error) {
        if (isStopping(error))
            throw;
        m_problem = error.message();
    }
    co_return false;
}

} // namespace tower
