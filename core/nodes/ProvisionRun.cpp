// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/ProvisionRun.h"

#include "core/base/Log.h"
#include "core/nodes/CloudInit.h"

#include <QCoroFuture>
#include <QtConcurrentRun>

namespace tower {

namespace {

constexpr Millis pollEvery = seconds(2);
/// A machine that was there a moment ago is believed to be gone when it is missed so often in a row: a 404
/// may be transient.
constexpr int timesMissed = 3;

ServiceError lost(const QString &sentence)
{
    return {ErrorKind::Upstream, "node_lost", sentence};
}

/// On the thread pool: a pair takes seconds.
QCoro::Task<std::shared_ptr<SshKeyPair>> madeAside(ProvisionRun::MakeKeys makeKeys)
{
    QFuture<std::shared_ptr<SshKeyPair>> making =
        QtConcurrent::run([makeKeys] { return std::make_shared<SshKeyPair>(makeKeys()); });
    co_return co_await making;
}

} // namespace

ProvisionRun::ProvisionRun(const NodeHouse &house, BootstrapStore &store, BootstrapSteps &steps, NodeRun run,
                           std::shared_ptr<const RunScope> scope, MakeKeys makeKeys)
    : NodeWork(house, store, steps, std::move(run), std::move(scope))
    , m_makeKeys(std::move(makeKeys))
{
}

QCoro::Task<void> ProvisionRun::take(BootstrapJob job)
{
    m_job = std::move(job);
    QCoro::Task<void> makingPair = makeKeyPair();
    co_await makingPair;
    QCoro::Task<QString> uploading = uploadKey();
    const QString keyId = co_await uploading;
    if (idOf(CloudKind::Droplet).isEmpty()) {
        QCoro::Task<void> ordering = findOrOrderDroplet(keyId);
        co_await ordering;
    }
    QCoro::Task<void> waiting = waitForAddress();
    co_await waiting;
    keep(m_steps.ready(m_run));
}

QCoro::Task<void> ProvisionRun::makeKeyPair()
{
    if (m_job.sshPublicKey.isEmpty()) {
        QCoro::Task<std::shared_ptr<SshKeyPair>> making = ask(madeAside(m_makeKeys));
        const std::shared_ptr<SshKeyPair> pair = co_await making;
        keep(m_steps.keepKeyPair(m_run, pair->publicKey, pair->privateKey));
        m_job.sshPublicKey = pair->publicKey;
    }
    // A customer's own key is there from the beginning.
    keep(m_steps.reached(m_run, NodeStage::KeyPair));
}

QCoro::Task<QString> ProvisionRun::uploadKey()
{
    QString id = idOf(CloudKind::Key);
    if (id.isEmpty()) {
        keep(m_steps.order(m_run, CloudKind::Key));
        QCoro::Task<QString> uploading = ask(m_house.cloud.uploadKey(tag(), m_job.sshPublicKey));
        id = co_await uploading;
        keep(m_steps.made(m_run, CloudKind::Key, id));
    }
    co_return id;
}

QCoro::Task<void> ProvisionRun::findOrOrderDroplet(QString keyId)
{
    QCoro::Task<std::optional<Droplet>> looking = lookForDroplet(orderedAt(CloudKind::Droplet));
    std::optional<Droplet> droplet = co_await looking;
    const bool isNew = !droplet;
    if (isNew) {
        QCoro::Task<Droplet> ordering = orderDroplet(keyId);
        droplet = co_await ordering;
    } else if (!thing(CloudKind::Droplet)) {
        keep(m_steps.order(m_run, CloudKind::Droplet));
    }
    m_action = droplet->actionId;
    if (!m_steps.madeDroplet(m_run, *droplet)) {
        // Somebody else has the node in hand, or has taken it down, and knows nothing of a new machine.
        QCoro::Task<void> undoing = undo(CloudKind::Droplet, isNew ? droplet->id : QString());
        co_await undoing;
        throw RunOver();
    }
    throwIfStopping();
}

QCoro::Task<Droplet> ProvisionRun::orderDroplet(QString keyId)
{
    QCoro::Task<QByteArray> makingKey = makeTailnetKey();
    const QByteArray tailnetKey = co_await makingKey;
    QCoro::Task<QString> makingVolume = makeVolume();
    const QString volumeId = co_await makingVolume;
    QCoro::Task<void> securing = ask(m_house.cloud.ensureFirewall());
    co_await securing;

    NodeScript script;
    script.nodeId = tag();
    script.volume = volumeId.isEmpty() ? QString() : tag();
    script.tailnetKey = tailnetKey;
    DropletOrder order;
    order.name = tag();
    order.region = m_job.spec.region;
    order.size = m_job.spec.size;
    order.image = m_job.spec.image;
    order.keyId = keyId;
    order.volumeId = volumeId;
    order.tags = {tag(), commonNodeTag};
    order.userData = nodeUserData(script);
    keep(m_steps.order(m_run, CloudKind::Droplet));
    QCoro::Task<Droplet> ordering = ask(m_house.cloud.createDroplet(order));
    co_return co_await ordering;
}

/// The key itself is kept nowhere: a run that has none at hand makes another.
QCoro::Task<QByteArray> ProvisionRun::makeTailnetKey()
{
    if (!m_house.tailnet)
        co_return {};
    QCoro::Task<void> removing = removeOldTailnetKeys();
    co_await removing;
    keep(m_steps.order(m_run, CloudKind::TailnetKey));
    QCoro::Task<TailnetKey> making = ask(m_house.tailnet->createKey(tag()));
    const TailnetKey key = co_await making;
    keep(m_steps.made(m_run, CloudKind::TailnetKey, key.id));
    co_return key.key;
}

QCoro::Task<void> ProvisionRun::removeOldTailnetKeys()
{
    if (!thing(CloudKind::TailnetKey))
        co_return;
    QCoro::Task<QStringList> finding = ask(m_house.tailnet->findKeys(tag()));
    QStringList old = co_await finding;
    const QString stored = idOf(CloudKind::TailnetKey);
    if (!stored.isEmpty() && !old.contains(stored))
        old << stored;
    for (const QString &id : old) {
        QCoro::Task<bool> removing = ask(m_house.tailnet->removeKey(id));
        if (!co_await removing)
            throw unavailable(QStringLiteral("An old key of the tailnet is still there."),
                              "tailnet_unavailable");
    }
}

/// The id; "" for a node without one.
QCoro::Task<QString> ProvisionRun::makeVolume()
{
    if (m_job.spec.volumeGb == 0)
        co_return QString();
    QString id = idOf(CloudKind::Volume);
    if (id.isEmpty()) {
        const QString region = m_job.spec.region;
        QCoro::Task<std::optional<QString>> looking = lookForVolume(orderedAt(CloudKind::Volume), region);
        const std::optional<QString> found = co_await looking;
        if (!found || !thing(CloudKind::Volume))
            keep(m_steps.order(m_run, CloudKind::Volume));
        if (found) {
            id = *found;
        } else {
            const QStringList tags{tag(), commonNodeTag};
            QCoro::Task<QString> creating =
                ask(m_house.cloud.createVolume(tag(), region, m_job.spec.volumeGb, tags));
            id = co_await creating;
        }
        if (!m_steps.made(m_run, CloudKind::Volume, id)) {
            QCoro::Task<void> undoing = undo(CloudKind::Volume, found ? QString() : id);
            co_await undoing;
            throw RunOver();
        }
        throwIfStopping();
    }
    co_return id;
}

/// What could not be undone is the sweep's to find.
QCoro::Task<void> ProvisionRun::undo(CloudKind kind, QString id)
{
    if (id.isEmpty())
        co_return;
    log::warning("nodes", QStringLiteral("made for nobody, and removed"),
                 {{"node", m_run.id}, {"kind", toText(kind)}, {"id", id}});
    QCoro::Task<bool> removing = ask(m_house.cloud.remove(kind, id));
    co_await removing;
}

QCoro::Task<void> ProvisionRun::waitForAddress()
{
    const Millis since = reachedAt(NodeStage::Droplet);
    int missed = 0;
    for (;;) {
        const bool last = now() - since >= addressPatience;
        QCoro::Task<void> following = followAction();
        co_await following;
        QCoro::Task<std::optional<Droplet>> looking = lookAtDroplet();
        const std::optional<Droplet> droplet = co_await looking;
        missed = droplet ? 0 : missed + 1;
        if (missed == timesMissed)
            throw lost(QStringLiteral("The machine is not at the provider any more."));
        if (droplet && droplet->state == Droplet::State::Active && !droplet->publicIp.isEmpty())
            co_return;
        if (last)
            throw lost(QStringLiteral("The machine did not get an address in time."));
        QCoro::Task<void> pausing = pause(pollEvery);
        co_await pausing;
    }
}

QCoro::Task<std::optional<Droplet>> ProvisionRun::lookAtDroplet()
{
    QCoro::Task<std::optional<Droplet>> asking = ask(m_house.cloud.droplet(idOf(CloudKind::Droplet)));
    const std::optional<Droplet> droplet = co_await asking;
    if (droplet && !droplet->publicIp.isEmpty())
        keep(m_steps.addressed(m_run, droplet->publicIp));
    co_return droplet;
}

/// An action that can't be asked about tells nothing: the machine itself does.
QCoro::Task<void> ProvisionRun::followAction()
{
    if (m_action.isEmpty())
        co_return;
    CloudAction state = CloudAction::Completed;
    try {
        QCoro::Task<CloudAction> asking = ask(m_house.cloud.action(m_action));
        state = co_await asking;
    } catch (const ServiceError &error) {
        if (error.code() != "cloud_refused")
            throw;
    }
    if (state == CloudAction::Errored)
        throw lost(QStringLiteral("The provider could not create the machine."));
    if (state == CloudAction::Completed)
        m_action.clear();
}

/// Long ago for what was not ordered yet.
Millis ProvisionRun::orderedAt(CloudKind kind)
{
    const std::optional<NodeThing> ordered = thing(kind);
    return ordered ? ordered->orderedAt : Millis(0);
}

QString ProvisionRun::idOf(CloudKind kind)
{
    const std::optional<NodeThing> ordered = thing(kind);
    return ordered ? ordered->providerId : QString();
}

Millis ProvisionRun::reachedAt(NodeStage stage)
{
    for (const StageTime &reached : m_store.stages(m_run.id)) {
        if (reached.stage == stage)
            return reached.at;
    }
    return now();
}

} // namespace tower
