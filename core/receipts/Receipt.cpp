// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/Receipt.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/JsonNumber.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"

#include <QtConcurrentMap>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tower {

namespace {

constexpr std::int64_t maximumWhole = std::int64_t{1} << 53; // beyond it JSON's numbers have gaps

ServiceError malformed(const char *field, const QString &problem)
{
    return badRequest(field, QStringLiteral("%1 %2.").arg(QLatin1String(field), problem), "not_well_formed");
}

QString readText(const QJsonObject &json, const char *name, const char *field, qsizetype maximum)
{
    const QJsonValue value = json.value(QLatin1String(name));
    if (value.isUndefined() || value.isNull())
        throw malformed(field, QStringLiteral("is missing"));
    if (!value.isString())
        throw malformed(field, QStringLiteral("must be a string"));
    const QString text = value.toString();
    if (text.isEmpty())
        throw malformed(field, QStringLiteral("is missing"));
    if (text.size() > maximum)
        throw malformed(field, QStringLiteral("must have at most %1 characters").arg(maximum));
    const auto isControl = [](QChar c) { return c.unicode() < 0x20 || c.unicode() == 0x7f; };
    if (!text.isValidUtf16() || std::any_of(text.begin(), text.end(), isControl))
        throw malformed(field, QStringLiteral("holds characters that are no text"));
    return text;
}

double readNumber(const QJsonObject &json, const char *name)
{
    const QJsonValue value = json.value(QLatin1String(name));
    if (value.isUndefined() || value.isNull())
        throw malformed(name, QStringLiteral("is missing"));
    if (!value.isDouble())
        throw malformed(name, QStringLiteral("must be a number"));
    return value.toDouble();
}

std::int64_t readWhole(const QJsonObject &json, const char *name, std::int64_t least, std::int64_t most)
{
    const double number = readNumber(json, name);
    if (std::floor(number) != number || number < static_cast<double>(least) ||
        number > static_cast<double>(most))
        throw malformed(name, QStringLiteral("must be a whole number from %1 to %2").arg(least).arg(most));
    return static_cast<std::int64_t>(number);
}

PaymentProofText readProof(const QJsonObject &json)
{
    const QJsonValue value = json.value(u"payment_proof");
    if (!value.isObject())
        throw malformed("payment_proof", QStringLiteral("must be an object"));
    const QJsonObject proof = value.toObject();
    PaymentProofText out{readText(proof, "mint_url", "payment_proof.mint_url", Receipt::maximumMintUrl),
                         readText(proof, "swap_response_signature", "payment_proof.swap_response_signature",
                                  Receipt::maximumProof)};
    if (proof.size() != 2)
        throw malformed("payment_proof", QStringLiteral("has a field that is not of a receipt"));
    return out;
}

bool holds(const QByteArray &npub, const QByteArray &signature, const std::array<std::uint8_t, 32> &digest)
{
    // A key has one form here: the same one in capitals would count as somebody else.
    const std::optional<PubKey> key = fromNpub(npub);
    if (!key || toNpub(*key) != npub || signature.size() != 128)
        return false;
    const QByteArray bytes = QByteArray::fromHex(signature);
    if (bytes.toHex() != signature)
        return false;
    std::array<std::uint8_t, 64> raw{};
    std::copy(bytes.begin(), bytes.end(), raw.begin());
    return verifySchnorr(*key, digest, raw);
}

QJsonObject signedFields(const Receipt &receipt)
{
    return {{QStringLiteral("lease_id"), receipt.leaseId},
            {QStringLiteral("provider_npub"), QString::fromUtf8(receipt.providerNpub)},
            {QStringLiteral("consumer_npub"), QString::fromUtf8(receipt.consumerNpub)},
            {QStringLiteral("duration_paid"), jsonNumber(receipt.durationPaid)},
            {QStringLiteral("duration_delivered"), jsonNumber(receipt.durationDelivered)},
            {QStringLiteral("success_flag"), receipt.successFlag},
            {QStringLiteral("payment_proof"),
             QJsonObject{
                 {QStringLiteral("mint_url"), receipt.paymentProof.mintUrl},
                 {QStringLiteral("swap_response_signature"), receipt.paymentProof.swapResponseSignature}}},
            {QStringLiteral("version"), jsonNumber(receipt.version)}};
}

} // namespace

bool Receipt::isWellFormed() const
{
    // NaN compares as neither.
    return !consumerSignature.isEmpty() && !providerCoSignature.isEmpty() && successFlag >= 0 &&
           successFlag <= 1 && version > 0;
}

QByteArray Receipt::signedText() const
{
    return canonicalJson(signedFields(*this));
}

std::array<std::uint8_t, 32> Receipt::digest() const
{
    return sha256(signedText());
}

bool Receipt::hasConsumerSignature() const
{
    return holds(consumerNpub, consumerSignature, digest());
}

bool Receipt::hasProviderSignature() const
{
    return holds(providerNpub, providerCoSignature, digest());
}

bool Receipt::hasValidSignatures() const
{
    const std::array<std::uint8_t, 32> signedDigest = digest(); // once: it takes a tenth of a check's time
    return holds(consumerNpub, consumerSignature, signedDigest) &&
           holds(providerNpub, providerCoSignature, signedDigest);
}

QJsonObject Receipt::toJson() const
{
    QJsonObject out = signedFields(*this);
    out.insert(QStringLiteral("completed_at"), jsonNumber(completedAt));
    out.insert(QStringLiteral("consumer_signature"), QString::fromUtf8(consumerSignature));
    out.insert(QStringLiteral("provider_co_signature"), QString::fromUtf8(providerCoSignature));
    return out;
}

Receipt readReceipt(const QJsonObject &json)
{
    constexpr qsizetype aKey = 100;
    constexpr qsizetype aSignature = 256; // of another length than 128 it fails as a signature
    Receipt out;
    out.leaseId = readText(json, "lease_id", "lease_id", Receipt::maximumLeaseId);
    out.providerNpub = readText(json, "provider_npub", "provider_npub", aKey).toUtf8();
    out.consumerNpub = readText(json, "consumer_npub", "consumer_npub", aKey).toUtf8();
    out.durationPaid = readWhole(json, "duration_paid", 0, Receipt::maximumDuration);
    out.durationDelivered = readWhole(json, "duration_delivered", 0, Receipt::maximumDuration);
    out.successFlag = readNumber(json, "success_flag");
    if (!(out.successFlag >= 0 && out.successFlag <= 1))
        throw malformed("success_flag", QStringLiteral("must be a number from 0 to 1"));
    out.paymentProof = readProof(json);
    out.version = readWhole(json, "version", 1, maximumWhole);
    out.completedAt = readWhole(json, "completed_at", 0, maximumWhole);
    out.consumerSignature = readText(json, "consumer_signature", "consumer_signature", aSignature).toUtf8();
    out.providerCoSignature =
        readText(json, "provider_co_signature", "provider_co_signature", aSignature).toUtf8();
    return out;
}

std::vector<std::uint8_t> signaturesHold(std::span<const Receipt> receipts)
{
    // In blocks: a signature takes some fifty microseconds, handing one out a few.
    constexpr std::size_t block = 256;
    std::vector<std::uint8_t> out(receipts.size());
    std::vector<std::size_t> starts((receipts.size() + block - 1) / block);
    std::iota(starts.begin(), starts.end(), std::size_t{0});
    QtConcurrent::blockingMap(starts, [&](const std::size_t &start) {
        const std::size_t end = std::min((start + 1) * block, receipts.size());
        for (std::size_t i = start * block; i < end; ++i)
            out[i] = receipts[i].hasValidSignatures() ? 1 : 0;
    });
    return out;
}

} // namespace tower
