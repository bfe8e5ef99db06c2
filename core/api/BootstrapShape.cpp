// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/BootstrapShape.h"

#include "core/api/Shapes.h"
#include "core/api/WorkShapes.h"
#include "core/nostr/Nip19.h"

namespace tower {

namespace {

QJsonValue usdOfCents(std::int64_t cents)
{
    return jsonUsd(MicroUsd(cents * 10'000));
}

QJsonValue stageOrNull(const std::optional<NodeStage> &stage)
{
    return textOrNull(stage ? toText(*stage) : QString());
}

/// What follows a stage, for a person.
QString whatFollows(const BootstrapJob &job, NodeStage stage)
{
    switch (stage) {
    case NodeStage::Paid:
        return job.ownKey ? QStringLiteral("Your SSH public key goes to the cloud.")
                          : QStringLiteral("An SSH key pair is made.");
    case NodeStage::KeyPair:
        return QStringLiteral("The SSH public key goes to the cloud.");
    case NodeStage::Key:
        return QStringLiteral("The machine is ordered, with what it needs.");
    case NodeStage::TailnetKey:
        return job.spec.volumeGb > 0 ? QStringLiteral("The volume is ordered.")
                                     : QStringLiteral("The machine is ordered.");
    case NodeStage::Volume:
        return QStringLiteral("The machine is ordered.");
    case NodeStage::Droplet:
        return QStringLiteral("The machine gets its address.");
    case NodeStage::Address:
    case NodeStage::Ready:
        return QStringLiteral("The machine becomes active.");
    }
    Q_UNREACHABLE();
}

QString howToRefund(const BootstrapJob &job)
{
    return QStringLiteral("POST /api/bootstrap/%1/refund {\"bolt11\": an invoice of exactly %2 sats}, or ask "
                          "the operator.")
        .arg(job.id)
        .arg(job.refundAmount.value());
}

/// "" when nothing is or was owed.
QString refundMessage(const BootstrapJob &job)
{
    if (!job.refundState)
        return {};
    const QString amount = QStringLiteral("%1 sats").arg(job.refundAmount.value());
    switch (*job.refundState) {
    case RefundState::Pending:
        if (job.refundAddress.isEmpty())
            return QStringLiteral("%1 are owed back to you: %2").arg(amount, howToRefund(job));
        return QStringLiteral("%1 are owed back, and are sent to your lightning address; elsewhere: %2")
            .arg(amount, howToRefund(job));
    case RefundState::Paying:
        return QStringLiteral("%1 are on their way back to you.").arg(amount);
    case RefundState::Paid:
        return QStringLiteral("%1 have been paid back to you.").arg(amount);
    }
    Q_UNREACHABLE();
}

QString stateMessage(const BootstrapJob &job)
{
    switch (job.state) {
    case BootstrapState::AwaitingPayment:
        return QStringLiteral("Waiting for Lightning payment");
    case BootstrapState::Provisioning:
        return QStringLiteral("Payment confirmed. Your node is being made: look again in about 30 s.");
    case BootstrapState::Ready:
        if (job.destroyedAt)
            return QStringLiteral("This node has been taken down.");
        return job.spec.simulated
                   ? QStringLiteral("Ready, in a simulated cloud: no such machine exists, and the "
                                    "credentials are fake.")
                   : QStringLiteral("Your node is ready: nextSteps says how to go on.");
    case BootstrapState::Failed:
        return job.refundState
                   ? QStringLiteral("Your node could not be made.")
                   : QStringLiteral("There is no node. Nothing was paid, so nothing is owed back.");
    }
    Q_UNREACHABLE();
}

QString messageOf(const BootstrapJob &job)
{
    const QString refund = refundMessage(job);
    return refund.isEmpty() ? stateMessage(job) : stateMessage(job) + u' ' + refund;
}

QJsonObject refundOf(const BootstrapJob &job)
{
    const RefundState state = *job.refundState;
    return {{QStringLiteral("amountSats"), jsonNumber(job.refundAmount)},
            {QStringLiteral("state"), state == RefundState::Pending ? QStringLiteral("due") : toText(state)}};
}

QJsonArray nextSteps(const BootstrapJob &job)
{
    const QString key = job.ownKey ? QString() : QStringLiteral("-i timmy-node.pem ");
    QJsonArray out;
    if (!job.ownKey)
        out.append(QStringLiteral("Save sshPrivateKey as timmy-node.pem, then: chmod 600 timmy-node.pem"));
    out.append(QStringLiteral("Sign in: ssh %1root@%2").arg(key, job.nodeIp));
    out.append(QStringLiteral("Read the passwords and the seed words (there after some minutes): cat "
                              "/root/node-credentials.txt"));
    out.append(QStringLiteral("See how far the block chain is, which takes 1 to 2 weeks to reach 100 %: bash "
                              "/opt/timmy-node/ops.sh sync"));
    out.append(QStringLiteral("At 100 %, fund LND: send bitcoin to the address of: docker-compose -p "
                              "timmy-node -f /opt/timmy-node/compose.yaml exec lnd lncli newaddress p2wkh"));
    if (job.tailscaleHostname.isEmpty())
        out.append(QStringLiteral("Reach LNbits from your own machine: ssh %1-L 5000:127.0.0.1:5000 root@%2")
                       .arg(key, job.nodeIp));
    out.append(QStringLiteral("Open LNbits and create a wallet: %1").arg(job.lnbitsUrl));
    out.append(
        QStringLiteral("To let a tower use that wallet, set there: LNBITS_URL=%1 and LNBITS_API_KEY to "
                       "the wallet's admin key")
            .arg(job.lnbitsUrl));
    return out;
}

QJsonObject shapeOf(const StageTime &stage)
{
    return {{QStringLiteral("stage"), toText(stage.stage)}, {QStringLiteral("at"), toIso(stage.at)}};
}

QJsonObject shapeOf(const NodeThing &thing)
{
    return {{QStringLiteral("kind"), toText(thing.kind)},
            {QStringLiteral("providerId"), textOrNull(thing.providerId)},
            {QStringLiteral("orderedAt"), toIso(thing.orderedAt)},
            {QStringLiteral("removedAt"), isoOrNull(thing.removedAt)}};
}

QJsonObject shapeOf(const Orphan &orphan)
{
    const CloudThing &thing = orphan.thing;
    return {{QStringLiteral("kind"), toText(thing.kind)},
            {QStringLiteral("id"), thing.id},
            {QStringLiteral("name"), thing.name},
            {QStringLiteral("tags"), QJsonArray::fromStringList(thing.tags)},
            {QStringLiteral("description"), thing.description},
            {QStringLiteral("monthlyCostUsd"), usdOfCents(thing.monthlyCents)},
            {QStringLiteral("createdAt"),
             thing.createdAt == Millis() ? QJsonValue::Null : QJsonValue(toIso(thing.createdAt))},
            {QStringLiteral("bootstrapJobId"), textOrNull(orphan.jobId)},
            {QStringLiteral("reason"), orphan.reason}};
}

/// Its whole record; the customer sees less of it.
QJsonObject record(const Invoice &invoice)
{
    return {{QStringLiteral("paymentRequest"), invoice.paymentRequest},
            {QStringLiteral("paymentHash"), invoice.paymentHash.text()},
            {QStringLiteral("amountSats"), jsonNumber(invoice.amount)},
            {QStringLiteral("state"), toText(invoice.state)},
            {QStringLiteral("receivedMsat"), jsonNumber(invoice.received.value())},
            {QStringLiteral("simulated"), invoice.simulated},
            {QStringLiteral("createdAt"), toIso(invoice.createdAt)},
            {QStringLiteral("expiresAt"), toIso(invoice.expiresAt)},
            {QStringLiteral("paidAt"), isoOrNull(invoice.paidAt)}};
}

template <class T>
QJsonArray arrayOf(const std::vector<T> &all)
{
    QJsonArray out;
    for (const T &one : all)
        out.append(shapeOf(one));
    return out;
}

} // namespace

QJsonObject toJson(const SweepReport &report)
{
    return {{QStringLiteral("orphans"), arrayOf(report.orphans)},
            {QStringLiteral("monthlyCostUsd"), usdOfCents(report.monthlyCents)},
            {QStringLiteral("sweptAt"), isoOrNull(report.at)},
            {QStringLiteral("problem"), textOrNull(report.problem)}};
}

bool BootstrapShape::hasCredentials(const BootstrapJob &job)
{
    return job.state == BootstrapState::Ready && !job.destroyedAt;
}

std::optional<Invoice> BootstrapShape::invoiceOf(const BootstrapJob &job)
{
    return m_services.invoices.find(job.paymentHash);
}

QJsonObject BootstrapShape::progress(const BootstrapJob &job)
{
    StageTime reached{NodeStage::Paid, job.paidAt.value_or(job.updatedAt)};
    for (const StageTime &stage : m_services.bootstrap.stages(job.id)) {
        if (stage.stage >= reached.stage)
            reached = stage;
    }
    QJsonObject out = shapeOf(reached);
    out.insert(QStringLiteral("next"), whatFollows(job, reached.stage));
    return out;
}

QJsonObject BootstrapShape::node(const BootstrapJob &job)
{
    QJsonObject out{{QStringLiteral("bootstrapJobId"), job.id},
                    {QStringLiteral("state"), toText(job.state)},
                    {QStringLiteral("amountSats"), jsonNumber(job.amount)},
                    {QStringLiteral("stubMode"), job.spec.simulated},
                    {QStringLiteral("createdAt"), toIso(job.createdAt)},
                    {QStringLiteral("message"), messageOf(job)}};
    switch (job.state) {
    case BootstrapState::AwaitingPayment:
        if (const std::optional<Invoice> invoice = invoiceOf(job))
            out.insert(QStringLiteral("invoice"), toJson(*invoice));
        break;
    case BootstrapState::Provisioning:
        out.insert(QStringLiteral("progress"), progress(job));
        break;
    case BootstrapState::Ready:
        out.insert(QStringLiteral("readyAt"), isoOrNull(job.readyAt));
        out.insert(QStringLiteral("leaseSecs"), jsonNumber(job.leaseSecs));
        break;
    case BootstrapState::Failed:
        out.insert(QStringLiteral("errorMessage"), job.error);
        break;
    }
    if (job.paidAt)
        out.insert(QStringLiteral("paidAt"), toIso(*job.paidAt));
    if (job.destroyedAt)
        out.insert(QStringLiteral("destroyedAt"), toIso(*job.destroyedAt));
    if (job.refundState)
        out.insert(QStringLiteral("refund"), refundOf(job));
    return out;
}

QJsonObject BootstrapShape::nodeWithCredentials(const BootstrapJob &job,
                                                const Bootstrap::KeyDelivery &delivery)
{
    QJsonObject credentials{
        {QStringLiteral("nodeIp"), job.nodeIp},
        {QStringLiteral("tailscaleHostname"), textOrNull(job.tailscaleHostname)},
        {QStringLiteral("lnbitsUrl"), job.lnbitsUrl},
        {QStringLiteral("sshPrivateKey"),
         textOrNull(delivery.privateKey ? QString::fromLatin1(delivery.privateKey->view()) : QString())}};
    if (!delivery.note.isEmpty())
        credentials.insert(QStringLiteral("sshKeyNote"), delivery.note);
    QJsonObject out = node(job);
    out.insert(QStringLiteral("credentials"), credentials);
    out.insert(QStringLiteral("nextSteps"), nextSteps(job));
    return out;
}

QJsonObject BootstrapShape::created(const Bootstrap::Created &created)
{
    const BootstrapJob &job = created.job;
    QJsonObject out = node(job);
    const std::optional<Invoice> invoice = invoiceOf(job);
    const bool walletSimulated = invoice && invoice->simulated;
    QString message = walletSimulated
                          ? QStringLiteral("The wallet is simulated: POST /api/dev/stub/pay/%1 pays the "
                                           "invoice.")
                                .arg(job.paymentHash.text())
                          : QStringLiteral("Pay the invoice with any Lightning wallet.");
    message += QStringLiteral(" Then look at GET /api/bootstrap/%1.").arg(job.id);
    if (job.spec.simulated)
        message += QStringLiteral(" The cloud is simulated: the credentials will be fake.");
    out.insert(QStringLiteral("message"), message);
    out.insert(QStringLiteral("stubMode"), walletSimulated || job.spec.simulated);
    out.insert(QStringLiteral("deliveryToken"), QString::fromLatin1(created.deliveryToken));
    return out;
}

QJsonObject BootstrapShape::adminNode(const BootstrapJob &job)
{
    const Bootstrap::KeyDelivery withheld{std::nullopt,
                                          QStringLiteral("Only the customer is given the private key.")};
    QJsonObject out = hasCredentials(job) ? nodeWithCredentials(job, withheld) : node(job);
    const auto insert = [&out](const char *name, const QJsonValue &value) {
        out.insert(QLatin1String(name), value);
    };
    insert("id", job.id);
    insert("pubkey", textOrNull(job.pubkey ? job.pubkey->text() : QString()));
    insert("npub", textOrNull(job.pubkey ? QString::fromLatin1(toNpub(*job.pubkey)) : QString()));
    insert("refundAddress", textOrNull(job.refundAddress));
    insert("stage", stageOrNull(job.stage));
    insert("atWork", job.atWork);
    insert("region", job.spec.region);
    insert("size", job.spec.size);
    insert("image", job.spec.image);
    insert("volumeGb", job.spec.volumeGb);
    insert("monthlyCostUsd", job.monthlyCents > 0 ? usdOfCents(job.monthlyCents) : QJsonValue::Null);
    insert("dropletId", textOrNull(job.dropletId));
    insert("nodeIp", textOrNull(job.nodeIp));
    insert("sshPublicKey", textOrNull(QString::fromLatin1(job.sshPublicKey)));
    insert("ownKey", job.ownKey);
    insert("keyKept", job.keyKept);
    insert("keyDeliveredAt", isoOrNull(job.keyDeliveredAt));
    insert("updatedAt", toIso(job.updatedAt));
    insert("paidAt", isoOrNull(job.paidAt));
    insert("readyAt", isoOrNull(job.readyAt));
    insert("failedAt", isoOrNull(job.failedAt));
    insert("destroyedAt", isoOrNull(job.destroyedAt));
    insert("sshSeenAt", isoOrNull(job.sshSeenAt));
    insert("lnbitsSeenAt", isoOrNull(job.lnbitsSeenAt));
    return out;
}

QJsonObject BootstrapShape::story(const BootstrapJob &job)
{
    QJsonObject out = adminNode(job);
    if (const std::optional<Invoice> invoice = invoiceOf(job))
        out.insert(QStringLiteral("invoice"), record(*invoice));
    out.insert(QStringLiteral("stages"), arrayOf(m_services.bootstrap.stages(job.id)));
    out.insert(QStringLiteral("things"), arrayOf(m_services.bootstrap.things(job.id)));
    return out;
}

} // namespace tower
