// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/BootstrapSteps.h"
#include "core/nodes/NodeRefunds.h"
#include "core/nodes/NodeWatch.h"
#include "core/nodes/Provisioner.h"

#include <QObject>

#include <map>

namespace tower {

/// What a customer asks for.
struct NodeRequest
{
    QString sshPublicKey{};  ///< "" to have a pair made
    QString refundAddress{}; ///< a lightning address (LUD-16), or ""
    std::optional<PubKey> pubkey{};
};

/// Nodes: pay an invoice, get a Bitcoin node. Of any number of payments, polls and programs one provisions;
/// the private key is handed over once; what fails is owed back and taken down again. Core thread.
class Bootstrap : public QObject
{
    Q_OBJECT

public:
    explicit Bootstrap(const NodeHouse &house, QObject *parent = nullptr);
    ~Bootstrap() override;

    struct Created
    {
        BootstrapJob job;
        QByteArray deliveryToken; ///< shown once; kept as a hash
    };
    /// Throws badRequest("sshPublicKey"), badRequest("refundAddress"), and what Invoices::request() does.
    QCoro::Task<Created> create(NodeRequest request);
    /// The job, its open payment looked up first. Throws badRequest("id"), notFound "node_not_found".
    QCoro::Task<BootstrapJob> poll(QString id);
    [[nodiscard]] std::optional<BootstrapJob> find(const QString &id);
    [[nodiscard]] Page<BootstrapJob> list(const BootstrapFilter &filter, const PageRequest &page);
    [[nodiscard]] std::int64_t count(BootstrapState state);
    [[nodiscard]] std::vector<StageTime> stages(const QString &id);
    [[nodiscard]] std::vector<NodeThing> things(const QString &id);

    /// The private key of a node that is ready, for the first who reads it.
    struct KeyDelivery
    {
        std::optional<SecretBytes> privateKey; ///< PKCS#1 PEM
        QString note;                          ///< why there is none
    };
    KeyDelivery deliverKey(const BootstrapJob &job);
    /// Once more, for a reader whose answer got lost, within NODE_KEY_REDELIVERY_SECS. Throws forbidden
    /// "wrong_delivery_token", conflict "not_delivered_yet", gone "key_gone", and as poll().
    SecretBytes redeliver(const QString &id, const QString &deliveryToken);

    /// Pays what is owed to the customer's invoice (Refunds::pay). Throws as poll(), and conflict
    /// "nothing_owed".
    QCoro::Task<BootstrapJob> refund(QString id, QString bolt11);
    /// The operator pays what is owed: to `bolt11`, or, when that is empty, to the refund address; throws
    /// badRequest("bolt11") when there is neither.
    QCoro::Task<BootstrapJob> refundAs(QString actor, QString id, QString bolt11);
    /// The operator wants it tried now: the provisioning that waits, or the taking down. Throws conflict
    /// "nothing_to_retry".
    BootstrapJob retry(const QString &id, const QString &actor);
    /// The operator ends a node: one in the making fails (and is paid back), one that is ready is taken down
    /// at the provider. Throws conflict "nothing_to_destroy".
    BootstrapJob destroy(const QString &id, const QString &actor, const QString &reason);

    void start();
    void stop();
    [[nodiscard]] bool isRunning() const;

    /// How key pairs are made, if not by generateSshKeyPair(). Called on the thread pool.
    void setMakeKeys(ProvisionRun::MakeKeys makeKeys) { m_provisioner.setMakeKeys(std::move(makeKeys)); }

private:
    BootstrapJob existing(const QString &id);
    void takePayments();
    void followRefunds();
    QCoro::Task<void> pay(BootstrapJob job, QString bolt11);

    NodeHouse m_house;
    BootstrapStore m_store;
    BootstrapSteps m_steps;
    Provisioner m_provisioner;
    NodeRefunds m_refunds;
    NodeWatch m_watch;
    std::map<QString, QString> m_payers; ///< who of the operators is paying what is owed for which node
};

} // namespace tower
