// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/Bootstrap.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/identity/LightningAddress.h"
#include "core/nodes/SealedKey.h"
#include "core/nodes/SshKey.h"

#include <QCryptographicHash>
#include <QPointer>
#include <QScopeGuard>
#include <QUuid>

namespace tower {

namespace {

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

ServiceError keyGone()
{
    return ServiceError(ErrorKind::Gone, "key_gone",
                        QStringLiteral("The private key is not kept here any more."));
}

QByteArray hashOf(QByteArrayView token)
{
    return QCryptographicHash::hash(token.toByteArray(), QCryptographicHash::Sha256).toHex();
}

ActivityEntry told(const QString &actor, const char *action, const QString &id)
{
    return {actor, QString::fromLatin1(action), id, {}, {}, {}};
}

QString readRefundAddress(const QString &text, bool allowPrivate)
{
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return QStringLiteral("");
    const std::optional<QString> address = readLightningAddress(trimmed.toUtf8(), allowPrivate);
    if (!address)
        throw badRequest("refundAddress", QStringLiteral("This is no lightning address (name@domain)."));
    return *address;
}

} // namespace

Bootstrap::Bootstrap(const NodeHouse &house, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_store(house.database, house.instance)
    , m_steps(house, m_store)
    , m_provisioner(house, m_store, m_steps)
    , m_refunds(house, m_store)
    , m_watch(house, m_store)
{
    takePayments();
    followRefunds();
    m_steps.whenReady([this] { m_watch.wake(); });
}

Bootstrap::~Bootstrap() = default;

void Bootstrap::takePayments()
{
    m_house.invoices.serve(
        InvoicePurpose::Node,
        [this](Transaction &transaction, const Invoice &invoice, Sats received) {
            if (!m_steps.paid(transaction, invoice, received))
                return false;
            transaction.afterCommit([this] { m_provisioner.wake(); });
            return true;
        },
        [this](Transaction &transaction, const Invoice &invoice) { m_steps.lapse(transaction, invoice); });
}

void Bootstrap::followRefunds()
{
    m_house.refunds.follow(
        RefundOwner::Node, [this](Transaction &transaction, const QString &id, const Refunds::Owed &owed) {
            m_store.setRefund(transaction, id, owed.amount, owed.state, m_house.clock.now());
            const auto payer = m_payers.find(id);
            if (owed.state == RefundState::Paying && payer != m_payers.end())
                m_house.activity.record(transaction, told(payer->second, "node.refund", id));
            // Queued: what failed is over before its refund begins.
            if (owed.state == RefundState::Pending)
                transaction.afterCommit([this] {
                    QMetaObject::invokeMethod(&m_refunds, &NodeRefunds::wake, Qt::QueuedConnection);
                });
        });
}

QCoro::Task<Bootstrap::Created> Bootstrap::create(NodeRequest request)
{
    const QPointer<Bootstrap> self(this);
    const Settings &settings = m_house.settings;
    Created created;
    BootstrapJob &job = created.job;
    job.ownKey = !request.sshPublicKey.trimmed().isEmpty();
    if (job.ownKey)
        job.sshPublicKey = readSshPublicKey(request.sshPublicKey);
    job.refundAddress = readRefundAddress(request.refundAddress, settings.flag(Setting::LnurlAllowPrivate));
    job.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    job.pubkey = request.pubkey;
    job.amount = settings.sats(Setting::BootstrapFeeSats);
    job.spec = {settings.text(Setting::DoRegion), settings.text(Setting::DoSize),
                settings.text(Setting::DoImage), static_cast<int>(settings.integer(Setting::DoVolumeSizeGb)),
                m_house.cloud.isSimulated()};
    job.leaseSecs = settings.integer(Setting::NodeLeaseSecs);

    const QString memo = QStringLiteral("Timmy: Bitcoin node %1").arg(job.id);
    QCoro::Task<WalletInvoice> issuing = m_house.invoices.request(job.amount, memo, Invoices::lifetime);
    const WalletInvoice issued = co_await issuing;
    if (!self)
        throw stopping();
    job.paymentHash = issued.paymentHash;
    job.paymentRequest = issued.paymentRequest;
    job.createdAt = job.updatedAt = m_house.clock.now();
    const SecretBytes token = randomSecretHex();
    m_steps.create(job, hashOf(token.view()), issued);
    created.deliveryToken = token.view().toByteArray();
    co_return created;
}

QCoro::Task<BootstrapJob> Bootstrap::poll(QString id)
{
    const QPointer<Bootstrap> self(this);
    const BootstrapJob job = existing(id);
    if (job.state == BootstrapState::AwaitingPayment) {
        QCoro::Task<void> checking = m_house.watcher.check(job.paymentHash);
        co_await checking;
        if (!self)
            throw stopping();
    }
    co_return existing(job.id);
}

std::optional<BootstrapJob> Bootstrap::find(const QString &id)
{
    return m_store.find(id);
}

Page<BootstrapJob> Bootstrap::list(const BootstrapFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

std::int64_t Bootstrap::count(BootstrapState state)
{
    return m_store.count(state);
}

std::vector<StageTime> Bootstrap::stages(const QString &id)
{
    return m_store.stages(id);
}

std::vector<NodeThing> Bootstrap::things(const QString &id)
{
    return m_store.things(id);
}

Bootstrap::KeyDelivery Bootstrap::deliverKey(const BootstrapJob &job)
{
    if (job.state != BootstrapState::Ready)
        return {};
    if (job.destroyedAt)
        return {{}, QStringLiteral("The node has been taken down.")};
    if (job.ownKey)
        return {{}, QStringLiteral("The node opens to the SSH key that you gave.")};
    if (job.keyDeliveredAt)
        return {{}, QStringLiteral("The private key was delivered on first retrieval, and only then.")};
    const QString tooLate = QStringLiteral("The private key was delivered on a concurrent request.");
    const std::optional<QByteArray> sealed = m_store.sealedKey(job.id);
    if (!sealed)
        return {{}, tooLate};
    // Opened before it counts as delivered: one that can't be read has not been.
    SecretBytes key;
    try {
        key = unsealKey(m_house.secrets.value(Secret::DataKey), *sealed, job.id);
    } catch (const ServiceError &error) {
        log::error("nodes", error.message(), {{"node", job.id}});
        return {{},
                QStringLiteral("The private key can't be read here now. It was not delivered: ask the "
                               "operator.")};
    }
    const bool erase = m_house.settings.integer(Setting::NodeKeyRedeliverySecs) == 0;
    Transaction transaction(m_house.database);
    if (!m_store.deliver(transaction, job.id, erase, m_house.clock.now()))
        return {{}, tooLate};
    m_house.activity.record(transaction, told(QStringLiteral("auto"), "node.key_delivered", job.id));
    transaction.commit();
    return {std::move(key), {}};
}

SecretBytes Bootstrap::redeliver(const QString &id, const QString &deliveryToken)
{
    const BootstrapJob job = existing(id);
    const SecretBytes expected(m_store.deliveryTokenHash(job.id).value_or(QByteArray()));
    if (!expected.equals(hashOf(deliveryToken.toUtf8())))
        throw forbidden(QStringLiteral("This is not the delivery token of this node."),
                        "wrong_delivery_token");
    if (job.ownKey)
        throw conflict(QStringLiteral("The node opens to the SSH key that you gave."), "own_key");
    if (job.state == BootstrapState::Failed || job.destroyedAt)
        throw keyGone();
    if (!job.keyDeliveredAt)
        throw conflict(QStringLiteral("The private key has not been delivered a first time yet."),
                       "not_delivered_yet");
    const Millis keptUntil =
        *job.keyDeliveredAt + seconds(m_house.settings.integer(Setting::NodeKeyRedeliverySecs));
    const std::optional<QByteArray> sealed = m_store.sealedKey(job.id);
    if (!sealed || m_house.clock.now() >= keptUntil)
        throw keyGone();
    SecretBytes key = unsealKey(m_house.secrets.value(Secret::DataKey), *sealed, job.id);
    Transaction transaction(m_house.database);
    if (!m_store.eraseDelivered(transaction, job.id))
        throw keyGone();
    m_house.activity.record(transaction, told(QStringLiteral("auto"), "node.key_redelivered", job.id));
    transaction.commit();
    return key;
}

QCoro::Task<BootstrapJob> Bootstrap::refund(QString id, QString bolt11)
{
    const QPointer<Bootstrap> self(this);
    const BootstrapJob job = existing(id);
    QCoro::Task<Refund> paying = m_house.refunds.pay(RefundOwner::Node, job.id, bolt11);
    co_await paying;
    if (!self)
        throw stopping();
    co_return existing(job.id);
}

QCoro::Task<BootstrapJob> Bootstrap::refundAs(QString actor, QString id, QString bolt11)
{
    const QPointer<Bootstrap> self(this);
    const BootstrapJob job = existing(id);
    m_payers[job.id] = actor;
    const auto over = qScopeGuard([self, paid = job.id] {
        if (self)
            self->m_payers.erase(paid);
    });
    QCoro::Task<void> paying = pay(job, bolt11);
    co_await paying;
    if (!self)
        throw stopping();
    co_return existing(job.id);
}

QCoro::Task<void> Bootstrap::pay(BootstrapJob job, QString bolt11)
{
    if (bolt11.trimmed().isEmpty()) {
        QCoro::Task<void> paying = m_refunds.pay(job);
        co_await paying;
    } else {
        QCoro::Task<Refund> paying = m_house.refunds.pay(RefundOwner::Node, job.id, bolt11);
        co_await paying;
    }
}

BootstrapJob Bootstrap::retry(const QString &id, const QString &actor)
{
    const BootstrapJob job = existing(id);
    Transaction transaction(m_house.database);
    if (!m_store.wake(job.id, m_house.clock.now()))
        throw conflict(QStringLiteral("There is nothing to be done for this node."), "nothing_to_retry");
    m_house.activity.record(transaction, told(actor, "node.retry", job.id));
    transaction.afterCommit([this] { m_provisioner.wake(); });
    transaction.commit();
    return existing(job.id);
}

BootstrapJob Bootstrap::destroy(const QString &id, const QString &actor, const QString &reason)
{
    const BootstrapJob job = existing(id);
    if (!m_steps.destroy(job.id, actor, reason))
        throw conflict(QStringLiteral("There is nothing to be ended."), "nothing_to_destroy");
    m_provisioner.wake();
    return existing(job.id);
}

void Bootstrap::start()
{
    m_provisioner.start();
    m_refunds.start();
    m_watch.start();
}

void Bootstrap::stop()
{
    m_provisioner.stop();
    m_refunds.stop();
    m_watch.stop();
}

bool Bootstrap::isRunning() const
{
    return m_provisioner.isRunning() || m_refunds.isRunning() || m_watch.isRunning();
}

BootstrapJob Bootstrap::existing(const QString &id)
{
    const QString canonical = QUuid::fromString(id).toString(QUuid::WithoutBraces);
    if (canonical.compare(id, Qt::CaseInsensitive) != 0)
        throw badRequest("id", QStringLiteral("This is no id of a node (a UUID)."));
    std::optional<BootstrapJob> job = m_store.find(canonical);
    if (!job)
        throw notFound(QStringLiteral("There is no such node."), "node_not_found");
    return *job;
}

} // namespace tower
