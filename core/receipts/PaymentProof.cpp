// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/PaymentProof.h"

#include "core/base/Error.h"
#include "core/nostr/Curve.h"
#include "core/nostr/Keys.h"

#include <QJsonDocument>

#include <algorithm>
#include <cmath>

namespace tower {

namespace {

const char *const proofField = "payment_proof.swap_response_signature";

ServiceError badProof(const QString &sentence)
{
    return badRequest(proofField, sentence, "bad_payment_proof");
}

std::optional<secp256k1_pubkey> parsed(const CurvePoint &point)
{
    secp256k1_pubkey out;
    if (!secp256k1_ec_pubkey_parse(curveContext(), &out, point.data(), point.size()))
        return std::nullopt;
    return out;
}

CurvePoint compressed(const secp256k1_pubkey &key)
{
    CurvePoint out{};
    std::size_t length = out.size();
    secp256k1_ec_pubkey_serialize(curveContext(), out.data(), &length, &key, SECP256K1_EC_COMPRESSED);
    return out;
}

/// left - e * point; nullopt when that is no point, or e no scalar.
std::optional<CurvePoint> minus(const secp256k1_pubkey &left, const std::array<std::uint8_t, 32> &e,
                                secp256k1_pubkey point)
{
    if (!secp256k1_ec_pubkey_tweak_mul(curveContext(), &point, e.data()) ||
        !secp256k1_ec_pubkey_negate(curveContext(), &point))
        return std::nullopt;
    const std::array<const secp256k1_pubkey *, 2> terms{&left, &point};
    secp256k1_pubkey sum;
    if (!secp256k1_ec_pubkey_combine(curveContext(), &sum, terms.data(), terms.size()))
        return std::nullopt;
    return compressed(sum);
}

QJsonObject decoded(const QString &text)
{
    const auto raw = QByteArray::fromBase64Encoding(
        text.toLatin1(), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    if (!raw)
        throw badProof(QStringLiteral("The payment proof is not base64url."));
    const QJsonDocument document = QJsonDocument::fromJson(*raw);
    if (!document.isObject())
        throw badProof(QStringLiteral("The payment proof holds no JSON object."));
    return document.object();
}

CurvePoint requiredPoint(const QJsonObject &json, const char *name)
{
    const std::optional<CurvePoint> point =
        curvePointFromHex(json.value(QLatin1String(name)).toString().toLatin1());
    if (!point)
        throw badProof(
            QStringLiteral("%1 of the payment proof is no point of the curve.").arg(QLatin1String(name)));
    return *point;
}

using Scalar = Bytes32<struct ScalarTag>;

std::optional<Scalar> readBytes(const QJsonObject &json, const char *name)
{
    return Scalar::fromHex(json.value(QLatin1String(name)).toString().toLower());
}

std::array<std::uint8_t, 32> requiredScalar(const QJsonObject &json, const char *name)
{
    const std::optional<Scalar> bytes = readBytes(json, name);
    if (!bytes)
        throw badProof(
            QStringLiteral("dleq.%1 of the payment proof is not 64 hex digits.").arg(QLatin1String(name)));
    return bytes->bytes();
}

CashuProof readCashu(const QJsonObject &json)
{
    CashuProof out;
    out.keysetId = json.value(u"id").toString();
    if (out.keysetId.isEmpty() || out.keysetId.size() > 128)
        throw badProof(QStringLiteral("The payment proof names no keyset."));
    const double amount = json.value(u"amount").toDouble(-1);
    if (amount < 1 || amount > 9'007'199'254'740'992.0 || std::floor(amount) != amount)
        throw badProof(QStringLiteral("The payment proof has no amount."));
    out.amount = static_cast<std::uint64_t>(amount);
    out.blinded = requiredPoint(json, "B_");
    out.blindSignature = requiredPoint(json, "C_");
    const QJsonObject dleq = json.value(u"dleq").toObject();
    out.e = requiredScalar(dleq, "e");
    out.s = requiredScalar(dleq, "s");
    return out;
}

LightningProof readLightning(const QJsonObject &json)
{
    const std::optional<Scalar> preimage = readBytes(json, "preimage");
    const std::optional<Scalar> hash = readBytes(json, "payment_hash");
    if (!preimage || !hash)
        throw badProof(
            QStringLiteral("The payment proof needs preimage and payment_hash, 64 hex digits each."));
    if (sha256(QByteArrayView(preimage->data(), 32)) != hash->bytes())
        throw badProof(
            QStringLiteral("The preimage of the payment proof does not belong to its payment hash."));
    return {PaymentHash(hash->bytes())};
}

} // namespace

std::optional<CurvePoint> curvePointFromHex(QByteArrayView hex)
{
    if (hex.size() != 66)
        return std::nullopt;
    const QByteArray bytes = QByteArray::fromHex(hex.toByteArray());
    if (bytes.toHex() != hex.toByteArray().toLower())
        return std::nullopt;
    CurvePoint out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    if (!parsed(out))
        return std::nullopt;
    return out;
}

PaymentProof readPaymentProof(const PaymentProofText &proof)
{
    const QJsonObject json = decoded(proof.swapResponseSignature);
    if (proof.mintUrl == QLatin1String("lightning:"))
        return readLightning(json);
    return readCashu(json);
}

QByteArray paymentProofId(const PaymentProof &proof)
{
    if (const auto *lightning = std::get_if<LightningProof>(&proof))
        return "lightning:" + lightning->paymentHash.hex();
    // The points alone: e, s and the way a mint's address is written may differ for one and the same payment.
    const auto &cashu = std::get<CashuProof>(proof);
    QByteArray points;
    for (const CurvePoint &point : {cashu.blinded, cashu.blindSignature})
        points += QByteArrayView(point.data(), static_cast<qsizetype>(point.size()));
    return "cashu:" + Scalar(sha256(points)).hex();
}

std::optional<std::array<std::uint8_t, 32>> dleqHash(std::span<const CurvePoint> points)
{
    QByteArray text;
    for (const CurvePoint &point : points) {
        const std::optional<secp256k1_pubkey> key = parsed(point);
        if (!key)
            return std::nullopt;
        std::array<std::uint8_t, 65> whole{};
        std::size_t length = whole.size();
        secp256k1_ec_pubkey_serialize(curveContext(), whole.data(), &length, &*key,
                                      SECP256K1_EC_UNCOMPRESSED);
        text +=
            QByteArray(reinterpret_cast<const char *>(whole.data()), static_cast<qsizetype>(length)).toHex();
    }
    return sha256(text);
}

bool holdsDleq(const CashuProof &proof, const CurvePoint &mintKey)
{
    const std::optional<secp256k1_pubkey> key = parsed(mintKey);
    const std::optional<secp256k1_pubkey> blinded = parsed(proof.blinded);
    const std::optional<secp256k1_pubkey> blindSignature = parsed(proof.blindSignature);
    if (!key || !blinded || !blindSignature)
        return false;
    // R1 = s*G - e*A and R2 = s*B_ - e*C_
    secp256k1_pubkey sG;
    secp256k1_pubkey sB = *blinded;
    if (!secp256k1_ec_pubkey_create(curveContext(), &sG, proof.s.data()) ||
        !secp256k1_ec_pubkey_tweak_mul(curveContext(), &sB, proof.s.data()))
        return false;
    const std::optional<CurvePoint> r1 = minus(sG, proof.e, *key);
    const std::optional<CurvePoint> r2 = minus(sB, proof.e, *blindSignature);
    if (!r1 || !r2)
        return false;
    const std::array<CurvePoint, 4> points{*r1, *r2, mintKey, proof.blindSignature};
    return dleqHash(points) == proof.e;
}

} // namespace tower
