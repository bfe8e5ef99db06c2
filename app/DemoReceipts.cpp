// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/DemoReceipts.h"

#include "core/base/Error.h"
#include "core/nostr/Event.h"
#include "core/nostr/Nip19.h"

#include <QCoroTask>
#include <QJsonDocument>

#include <algorithm>

namespace tower {

namespace {

constexpr int providers = 5;

SecretKey providerKey(int number)
{
    // Fixed keys, known to everyone: nothing of worth may ever be sent to them.
    const auto seed = sha256(QByteArray("timmy-tower demo provider ") + QByteArray::number(number));
    auto key = SecretKey::fromBytes(QByteArrayView(reinterpret_cast<const char *>(seed.data()), 32));
    if (!key)
        throw internalError(QStringLiteral("A demo key is no key."));
    return std::move(*key);
}

QByteArray signatureOf(const SecretKey &key, const Receipt &receipt)
{
    const std::array<std::uint8_t, 64> signature = key.sign(receipt.digest());
    return QByteArray(reinterpret_cast<const char *>(signature.data()), 64).toHex();
}

PaymentProofText proofOf(const DemoSats::Paid &paid)
{
    const QJsonObject proof{{QStringLiteral("preimage"), QString::fromLatin1(paid.preimage)},
                            {QStringLiteral("payment_hash"), paid.paymentHash.text()}};
    const QByteArray text = QJsonDocument(proof)
                                .toJson(QJsonDocument::Compact)
                                .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    return {QStringLiteral("lightning:"), QString::fromLatin1(text)};
}

} // namespace

DemoReceipts::DemoReceipts(DemoSats &sats, Database &database, const Clock &clock, Activity &activity)
    : m_sats(sats)
    , m_clock(clock)
    , m_timmy(*SecretKey::fromText(sats.secrets.value(Secret::TimmyNostrNsec).view()))
    , m_events(database, clock, sats.settings, m_timmy, activity)
    , m_mints(sats.settings, clock)
    , m_receipts(database, clock, sats.settings, m_timmy, m_events, m_mints)
{
}

void DemoReceipts::leave(const SecretKey &consumer, int number)
{
    const std::optional<DemoSats::Paid> paid = m_sats.takePaid();
    if (!paid)
        return;
    const int which = number / 2 % 7 % providers; // some have more customers than others
    const SecretKey provider = providerKey(which);
    Receipt receipt;
    receipt.leaseId = QStringLiteral("lease-%1").arg(number, 4, 10, QLatin1Char('0'));
    receipt.providerNpub = toNpub(provider.pubKey());
    receipt.consumerNpub = toNpub(consumer.pubKey());
    receipt.durationPaid = 3'600LL * (1 + number % 48);
    // One of them is out of order now and then.
    const bool isWhole = which != 3 || number % 3 == 0;
    receipt.durationDelivered = isWhole ? receipt.durationPaid : receipt.durationPaid / 4;
    receipt.successFlag = isWhole ? 1 : 0.25;
    receipt.paymentProof = proofOf(*paid);
    receipt.completedAt = m_clock.now().value() / 1'000;
    receipt.consumerSignature = signatureOf(consumer, receipt);
    receipt.providerCoSignature = signatureOf(provider, receipt);
    QCoro::waitFor(m_receipts.take(receipt));
}

void DemoReceipts::confirm(const SecretKey &customer, const BootstrapJob &node)
{
    const std::optional<DemoSats::Paid> paid = m_sats.takePaid(node.paymentHash);
    if (!paid || node.state != BootstrapState::Ready)
        return;
    Receipt receipt;
    receipt.leaseId = node.id;
    receipt.providerNpub = m_timmy.npub();
    receipt.consumerNpub = toNpub(customer.pubKey());
    receipt.durationPaid = node.leaseSecs;
    receipt.successFlag = 1;
    receipt.paymentProof = proofOf(*paid);
    receipt.completedAt = m_clock.now().value() / 1'000;
    const Millis delivered = node.destroyedAt.value_or(m_clock.now()) - *node.readyAt;
    receipt.durationDelivered = std::clamp<std::int64_t>(delivered.value() / 1'000, 0, receipt.durationPaid);
    receipt.consumerSignature = signatureOf(customer, receipt);
    QCoro::waitFor(m_receipts.take(receipt));
}

} // namespace tower
