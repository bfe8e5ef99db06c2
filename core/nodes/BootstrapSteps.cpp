// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/BootstrapSteps.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/nodes/SealedKey.h"
#include "core/store/Fingerprints.h"

namespace tower {

namespace {

const QString automatic = QStringLiteral("auto");

NodeStage stageOf(CloudKind kind)
{
    switch (kind) {
    case CloudKind::Key:
        return NodeStage::Key;
    case CloudKind::TailnetKey:
        return NodeStage::TailnetKey;
    case CloudKind::Volume:
        return NodeStage::Volume;
    case CloudKind::Droplet:
        break;
    }
    return NodeStage::Droplet;
}

} // namespace

BootstrapSteps::BootstrapSteps(const NodeHouse &house, BootstrapStore &store)
    : m_house(house)
    , m_store(store)
{
}

template <class Work>
bool BootstrapSteps::write(const NodeRun &run, Work &&work)
{
    Transaction transaction(m_house.database);
    const std::optional<BootstrapJob> job = m_store.lock(transaction, run);
    if (!job || !work(transaction, *job))
        return false;
    transaction.commit();
    return true;
}

template <class Work>
bool BootstrapSteps::provision(const NodeRun &run, Work &&work)
{
    return write(run, [&](Transaction &transaction, const BootstrapJob &job) {
        if (job.state != BootstrapState::Provisioning)
            return false;
        work(transaction, job);
        return true;
    });
}

void BootstrapSteps::create(const BootstrapJob &job, const QByteArray &deliveryTokenHash,
                            const WalletInvoice &issued)
{
    Transaction transaction(m_house.database);
    m_store.insert(transaction, job, deliveryTokenHash);
    m_house.invoices.add(transaction, issued, InvoicePurpose::Node, job.amount, job.id);
    transaction.commit();
}

bool BootstrapSteps::paid(Transaction &transaction, const Invoice &invoice, Sats received)
{
    const QString &id = invoice.ownerId;
    const Millis now = m_house.clock.now();
    if (!m_store.paid(transaction, id, now))
        return false;
    m_store.reach(transaction, id, NodeStage::Paid, now);
    m_house.ledger.post(transaction, movements::nodePaid(id, received));
    return true;
}

void BootstrapSteps::lapse(Transaction &transaction, const Invoice &invoice)
{
    const QString error = invoice.state == InvoiceState::Open
                              ? QStringLiteral("The invoice expired before it was paid.")
                              : QStringLiteral("The invoice was paid with too little.");
    m_store.lapse(transaction, invoice.ownerId, error, m_house.clock.now());
}

bool BootstrapSteps::keepKeyPair(const NodeRun &run, const QByteArray &publicKey,
                                 const SecretBytes &privateKey)
{
    if (!m_house.secrets.isSet(Secret::DataKey))
        throw internalError(QStringLiteral("There is no data key to seal a private key with."),
                            "data_key_missing");
    const QByteArray sealed = sealKey(m_house.secrets.value(Secret::DataKey), privateKey.view(), run.id);
    return provision(run, [&](Transaction &transaction, const BootstrapJob &job) {
        const Millis now = m_house.clock.now();
        m_store.setKeys(transaction, job.id, publicKey, sealed, now);
        reach(transaction, job, NodeStage::KeyPair);
        Fingerprints fingerprints(m_house.database);
        const QString name = QString::fromLatin1(Secrets::spec(Secret::DataKey).name);
        const QByteArray fingerprint = m_house.secrets.fingerprint(Secret::DataKey);
        if (fingerprints.check(name, fingerprint) == Fingerprints::Match::FirstSeen)
            fingerprints.remember(transaction, name, fingerprint, now);
    });
}

bool BootstrapSteps::order(const NodeRun &run, CloudKind kind)
{
    return provision(run, [&](Transaction &transaction, const BootstrapJob &job) {
        m_store.order(transaction, job.id, kind, m_house.clock.now());
    });
}

bool BootstrapSteps::made(const NodeRun &run, CloudKind kind, const QString &providerId)
{
    return write(run, [&](Transaction &transaction, const BootstrapJob &job) {
        m_store.setThing(transaction, job.id, kind, providerId);
        reach(transaction, job, stageOf(kind));
        return true;
    });
}

bool BootstrapSteps::madeDroplet(const NodeRun &run, const Droplet &droplet)
{
    return write(run, [&](Transaction &transaction, const BootstrapJob &job) {
        m_store.setThing(transaction, job.id, CloudKind::Droplet, droplet.id);
        const std::int64_t cents =
            droplet.monthlyCents == 0 ? 0 : droplet.monthlyCents + job.spec.volumeGb * volumeCents;
        m_store.setDroplet(transaction, job.id, droplet.id, cents, m_house.clock.now());
        reach(transaction, job, NodeStage::Droplet);
        return true;
    });
}

bool BootstrapSteps::reached(const NodeRun &run, NodeStage stage)
{
    return provision(
        run, [&](Transaction &transaction, const BootstrapJob &job) { reach(transaction, job, stage); });
}

bool BootstrapSteps::addressed(const NodeRun &run, const QString &ip)
{
    return provision(run, [&](Transaction &transaction, const BootstrapJob &job) {
        // Through ssh -L, until it has a name in the tailnet.
        m_store.setAddress(transaction, job.id, ip, QStringLiteral("http://127.0.0.1:5000"),
                           m_house.clock.now());
        reach(transaction, job, NodeStage::Address);
    });
}

bool BootstrapSteps::ready(const NodeRun &run)
{
    return provision(run, [&](Transaction &transaction, const BootstrapJob &job) {
        reach(transaction, job, NodeStage::Ready);
        m_store.finish(transaction, job.id, BootstrapState::Ready, {}, m_house.clock.now());
        const Sats held = m_house.ledger.balance(Account::node(job.id));
        m_house.ledger.post(transaction, movements::nodeReady(job.id, job.amount));
        oweBack(transaction, job, held - job.amount);
        record(transaction, automatic, "node.ready", job.id);
        if (m_whenReady)
            transaction.afterCommit(m_whenReady);
    });
}

bool BootstrapSteps::fail(const NodeRun &run, const QString &error)
{
    const bool failed = provision(run, [&](Transaction &transaction, const BootstrapJob &job) {
        giveUp(transaction, job, error);
        record(transaction, automatic, "node.fail", job.id, error);
    });
    if (failed)
        log::warning("nodes", QStringLiteral("a node failed"), {{"node", run.id}, {"error", error}});
    return failed;
}

bool BootstrapSteps::removed(const NodeRun &run, CloudKind kind)
{
    return write(run, [&](Transaction &transaction, const BootstrapJob &job) {
        m_store.setRemoved(transaction, job.id, kind, m_house.clock.now());
        return true;
    });
}

bool BootstrapSteps::destroy(const QString &id, const QString &actor, const QString &reason)
{
    const Millis now = m_house.clock.now();
    Transaction transaction(m_house.database);
    const std::optional<BootstrapJob> job = m_store.lock(transaction, id);
    if (!job)
        return false;
    if (job->state == BootstrapState::Provisioning) {
        giveUp(transaction, *job, QStringLiteral("The operator ended this order."));
        m_store.takeOver(transaction, id, now);
    } else if (job->state != BootstrapState::Ready || !m_store.destroy(transaction, id, now)) {
        return false;
    }
    record(transaction, actor, "node.destroy", id, reason);
    transaction.commit();
    return true;
}

void BootstrapSteps::reach(Transaction &transaction, const BootstrapJob &job, NodeStage stage)
{
    if (job.state == BootstrapState::Provisioning)
        m_store.reach(transaction, job.id, stage, m_house.clock.now());
}

void BootstrapSteps::giveUp(Transaction &transaction, const BootstrapJob &job, const QString &error)
{
    m_store.finish(transaction, job.id, BootstrapState::Failed, error, m_house.clock.now());
    oweBack(transaction, job, m_house.ledger.balance(Account::node(job.id)));
}

void BootstrapSteps::oweBack(Transaction &transaction, const BootstrapJob &job, Sats sats)
{
    if (sats <= Sats(0))
        return;
    const Movement movement = movements::nodeRefundDue(job.id, sats);
    if (m_house.ledger.post(transaction, movement))
        m_house.refunds.owe(transaction, RefundOwner::Node, job.id, movement);
}

void BootstrapSteps::record(Transaction &transaction, const QString &actor, const char *action,
                            const QString &id, const QString &reason)
{
    m_house.activity.record(transaction, {actor, QString::fromLatin1(action), id, reason, {}, {}});
}

} // namespace tower
