// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/Receipt.h"

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/base/JsonNumber.h"
#include "core/nostr/Curve.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"

#include <QHash>
#include <QtConcurrentMap>

#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

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

/// Absent, null and "" are the same: "".
QString readOptionalText(const QJsonObject &json, const char *name, qsizetype maximum)
{
    const QJsonValue value = json.value(QLatin1String(name));
    if (value.isUndefined() || value.isNull() || (value.isString() && value.toString().isEmpty()))
        return {};
    return readText(json, name, name, maximum);
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

/// Keys on the curve by their npubs. Finding the point of a key takes a tenth of a check's time, and a few
/// providers and consumers have signed most receipts.
class KeyRing
{
public:
    /// nullptr when it is no key, or not written as toNpub() does: the same one in capitals would count as
    /// somebody else.
    const secp256k1_xonly_pubkey *find(const QByteArray &npub)
    {
        auto found = m_keys.constFind(npub);
        if (found == m_keys.constEnd())
            found = m_keys.insert(npub, parsed(npub));
        return *found ? &**found : nullptr;
    }

private:
    using Point = std::optional<secp256k1_xonly_pubkey>;

    static Point parsed(const QByteArray &npub)
    {
        const auto isCapital = [](char c) { return c >= 'A' && c <= 'Z'; };
        const std::optional<PubKey> key = fromNpub(npub);
        secp256k1_xonly_pubkey point;
        if (!key || std::any_of(npub.begin(), npub.end(), isCapital) ||
            !secp256k1_xonly_pubkey_parse(curveContext(), &point, key->data()))
            return std::nullopt;
        return point;
    }

    QHash<QByteArray, Point> m_keys;
};

bool holds(KeyRing &keys, const QByteArray &npub, const QByteArray &signature,
           const std::array<std::uint8_t, 32> &digest)
{
    const secp256k1_xonly_pubkey *key = keys.find(npub);
    if (!key || signature.size() != 128)
        return false;
    const QByteArray bytes = QByteArray::fromHex(signature);
    return bytes.toHex() == signature &&
           secp256k1_schnorrsig_verify(curveContext(),
                                       reinterpret_cast<const unsigned char *>(bytes.constData()),
                                       digest.data(), digest.size(), key);
}

bool bothHold(KeyRing &keys, const Receipt &receipt)
{
    const std::array<std::uint8_t, 32> digest = receipt.digest();
    return holds(keys, receipt.consumerNpub, receipt.consumerSignature, digest) &&
           holds(keys, receipt.providerNpub, receipt.providerCoSignature, digest);
}

/// ASCII that JSON writes as it is.
template <class Text>
bool isPlain(const Text &text)
{
    return std::all_of(text.begin(), text.end(),
                       [](auto c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

QByteArray canonicalText(const QString &text)
{
    const QStringView view(text);
    return isPlain(std::u16string_view(view.utf16(), static_cast<std::size_t>(view.size())))
               ? '"' + text.toLatin1() + '"'
               : canonicalJson(text);
}

QByteArray canonicalText(const QByteArray &utf8)
{
    return isPlain(utf8) ? '"' + utf8 + '"' : canonicalJson(QString::fromUtf8(utf8));
}

QByteArray canonicalNumber(std::int64_t number)
{
    return ecmaScriptNumber(static_cast<double>(number));
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
    // In the order of RFC 8785. Going through QJsonObject took a third of a signature's time.
    return "{\"consumer_npub\":" + canonicalText(consumerNpub) +
           ",\"duration_delivered\":" + canonicalNumber(durationDelivered) +
           ",\"duration_paid\":" + canonicalNumber(durationPaid) + ",\"lease_id\":" + canonicalText(leaseId) +
           ",\"payment_proof\":{\"mint_url\":" + canonicalText(paymentProof.mintUrl) +
           ",\"swap_response_signature\":" + canonicalText(paymentProof.swapResponseSignature) +
           "},\"provider_npub\":" + canonicalText(providerNpub) +
           ",\"success_flag\":" + ecmaScriptNumber(successFlag) + ",\"version\":" + canonicalNumber(version) +
           '}';
}

std::array<std::uint8_t, 32> Receipt::digest() const
{
    return sha256(signedText());
}

bool Receipt::hasConsumerSignature() const
{
    KeyRing keys;
    return holds(keys, consumerNpub, consumerSignature, digest());
}

bool Receipt::hasProviderSignature() const
{
    KeyRing keys;
    return holds(keys, providerNpub, providerCoSignature, digest());
}

bool Receipt::hasValidSignatures() const
{
    KeyRing keys;
    return bothHold(keys, *this);
}

QJsonObject Receipt::toJson() const
{
    return {{QStringLiteral("lease_id"), leaseId},
            {QStringLiteral("provider_npub"), QString::fromUtf8(providerNpub)},
            {QStringLiteral("consumer_npub"), QString::fromUtf8(consumerNpub)},
            {QStringLiteral("duration_paid"), jsonNumber(durationPaid)},
            {QStringLiteral("duration_delivered"), jsonNumber(durationDelivered)},
            {QStringLiteral("success_flag"), successFlag},
            {QStringLiteral("payment_proof"),
             QJsonObject{{QStringLiteral("mint_url"), paymentProof.mintUrl},
                         {QStringLiteral("swap_response_signature"), paymentProof.swapResponseSignature}}},
            {QStringLiteral("version"), jsonNumber(version)},
            {QStringLiteral("completed_at"), jsonNumber(completedAt)},
            {QStringLiteral("consumer_signature"), QString::fromUtf8(consumerSignature)},
            {QStringLiteral("provider_co_signature"), QString::fromUtf8(providerCoSignature)}};
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
    out.providerCoSignature = readOptionalText(json, "provider_co_signature", aSignature).toUtf8();
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
        KeyRing keys;
        for (std::size_t i = start * block; i < end; ++i)
            out[i] = bothHold(keys, receipts[i]) ? 1 : 0;
    });
    return out;
}

} // namespace tower
