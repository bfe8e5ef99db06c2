// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/Receipts.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"

#include <QJsonDocument>
#include <QPointer>

#include <algorithm>

namespace tower {

namespace {

const QByteArray namePrefix = QByteArrayLiteral("paygress:receipt:v1:");
const char *const proofField = "payment_proof.swap_response_signature";

ServiceError badSignature(const char *field)
{
    return badRequest(field,
                      QStringLiteral("%1 is not a signature of this receipt.").arg(QLatin1String(field)),
                      "bad_signature");
}

ServiceError badProof(const QString &sentence)
{
    return badRequest(proofField, sentence, "bad_payment_proof");
}

ServiceError notWellFormed(const char *field, const QString &sentence)
{
    return badRequest(field, sentence, "not_well_formed");
}

void checkConsumer(const Receipt &receipt)
{
    if (!receipt.hasConsumerSignature())
        throw badSignature("consumer_signature");
}

void checkSignatures(const Receipt &receipt)
{
    if (receipt.providerCoSignature.isEmpty())
        throw notWellFormed("provider_co_signature", QStringLiteral("provider_co_signature is missing."));
    if (!receipt.isWellFormed())
        throw notWellFormed("", QStringLiteral("The receipt is not well-formed."));
    checkConsumer(receipt);
    if (!receipt.hasProviderSignature())
        throw badSignature("provider_co_signature");
}

QByteArray hexDigest(const Receipt &receipt)
{
    return EventId(receipt.digest()).hex();
}

ServiceError leaseTaken()
{
    return conflict(QStringLiteral("There is another receipt of this lease."), "lease_taken");
}

} // namespace

Receipts::Receipts(Database &database, const Clock &clock, const Settings &settings,
                   const TimmyIdentity &timmy, EventLog &events, MintKeys &mints, QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_events(events)
    , m_mints(mints)
    , m_coSigner(database, clock, timmy)
    , m_store(database)
    , m_invoices(database)
{
}

QByteArray Receipts::eventName(const QString &leaseId)
{
    return namePrefix + leaseId.toUtf8();
}

bool Receipts::isKnown(const Event &event)
{
    const QByteArray name = event.tag("d").value_or(QByteArray());
    if (!name.startsWith(namePrefix))
        return false;
    const QByteArray leaseId = name.sliced(namePrefix.size());
    // No lease has such an id, and a database may choke on it.
    const auto isControl = [](char c) { return c >= 0 && c < ' '; };
    if (std::any_of(leaseId.begin(), leaseId.end(), isControl))
        return false;
    return find(QString::fromUtf8(leaseId)).has_value();
}

std::optional<StoredReceipt> Receipts::find(const QString &leaseId)
{
    return m_store.find(leaseId);
}

QCoro::Task<Receipts::Taken> Receipts::take(Receipt receipt)
{
    const QPointer<Receipts> self(this);
    if (m_coSigner.isAsked(receipt)) {
        checkConsumer(receipt); // before anybody is told anything of a lease
        if (const std::optional<StoredReceipt> stored = known(receipt))
            co_return Taken{*stored, false};
        receipt.providerCoSignature = m_coSigner.sign(receipt);
    }
    checkSignatures(receipt);
    if (const std::optional<StoredReceipt> stored = known(receipt))
        co_return Taken{*stored, false};
    const PaymentProof proof = readPaymentProof(receipt.paymentProof);
    const QByteArray proofId = paymentProofId(proof);
    refuseUsed(proofId);
    if (const auto *lightning = std::get_if<LightningProof>(&proof)) {
        checkInvoice(lightning->paymentHash);
    } else {
        const CashuProof cashu = std::get<CashuProof>(proof);
        QCoro::Task<void> checking = checkMint(cashu, receipt.paymentProof.mintUrl);
        co_await checking;
        if (!self)
            throw unavailable(QStringLiteral("The program is stopping."), "stopping");
    }
    co_return store(receipt, proofId);
}

void Receipts::checkInvoice(const PaymentHash &paymentHash)
{
    const std::optional<Invoice> invoice = m_invoices.find(paymentHash);
    if (!invoice || invoice->state != InvoiceState::Paid)
        throw badProof(QStringLiteral("The payment hash is not one of our settled payments."));
}

QCoro::Task<void> Receipts::checkMint(CashuProof proof, QString mintUrl)
{
    QCoro::Task<std::optional<CurvePoint>> asking = m_mints.key(mintUrl, proof.keysetId, proof.amount);
    const std::optional<CurvePoint> key = co_await asking;
    if (!key)
        throw badProof(QStringLiteral("The mint has no key for this keyset and amount."));
    if (!holdsDleq(proof, *key))
        throw badProof(QStringLiteral("The mint's key did not make this signature (NUT-12)."));
}

QCoro::Task<Receipts::Taken> Receipts::takeEvent(Event event)
{
    const auto refuse = [](const QString &sentence) { return badRequest({}, sentence, "not_a_receipt"); };
    if (event.kind != m_settings.integer(Setting::ReceiptEventKind))
        throw refuse(QStringLiteral("The event is not of the receipts' kind."));
    if (!checkEvent(event).isEmpty())
        throw refuse(QStringLiteral("The event's id or signature does not hold."));
    const QJsonDocument content = QJsonDocument::fromJson(event.content);
    if (!content.isObject())
        throw refuse(QStringLiteral("The event's content is no JSON object."));
    const Receipt receipt = readReceipt(content.object());
    if (event.tag("d") != eventName(receipt.leaseId))
        throw refuse(QStringLiteral("The event's d tag is not that of its receipt."));
    QCoro::Task<Taken> taking = take(receipt);
    Taken taken = co_await taking;
    co_return taken;
}

std::optional<StoredReceipt> Receipts::known(const Receipt &receipt)
{
    std::optional<StoredReceipt> stored = m_store.find(receipt.leaseId);
    if (stored && stored->digest != hexDigest(receipt))
        throw leaseTaken();
    return stored;
}

void Receipts::refuseUsed(const QByteArray &proofId)
{
    if (m_store.isProofUsed(proofId))
        throw badRequest(proofField, QStringLiteral("This payment has proved another receipt already."),
                         "payment_proof_used");
}

Receipts::Taken Receipts::store(const Receipt &receipt, const QByteArray &proofId)
{
    const Millis now = m_clock.now();
    const Millis completed = seconds(receipt.completedAt);
    const bool isBelieved = completed <= now && completed >= now - believedFor;
    const StoredReceipt stored{receipt, hexDigest(receipt), proofId, isBelieved ? completed : now, now};
    const Millis sight = m_store.earliestSight(*fromNpub(receipt.consumerNpub)).value_or(now);

    Transaction transaction(m_database);
    m_store.addConsumer(transaction, receipt.consumerNpub, std::min(sight, now));
    if (m_store.insert(transaction, stored)) {
        EventTemplate event;
        event.kind = static_cast<int>(m_settings.integer(Setting::ReceiptEventKind));
        event.tags = {{"d", eventName(receipt.leaseId)}};
        event.content = canonicalJson(receipt.toJson());
        EventPurpose purpose;
        purpose.purpose = QStringLiteral("receipt");
        m_events.log(transaction, event, purpose, EventLog::Send::ToRelay);
        transaction.changed("receipt", receipt.leaseId);
        transaction.commit();
        ++m_revision;
        return {stored, true};
    }
    // While the mint was asked, or in another program, the lease or the payment got its receipt.
    if (const std::optional<StoredReceipt> there = known(receipt))
        return {*there, false};
    refuseUsed(proofId);
    throw internalError(QStringLiteral("The receipt could not be stored."));
}

} // namespace tower
