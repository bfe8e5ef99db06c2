// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/receipts/Receipt.h"

#include <array>
#include <span>
#include <variant>

namespace tower {

/// A compressed point of secp256k1.
using CurvePoint = std::array<std::uint8_t, 33>;

/// A blind signature of a Cashu mint's swap (NUT-03) with the proof that the mint's key made it (NUT-12).
struct CashuProof
{
    QString keysetId;
    std::uint64_t amount = 0;
    CurvePoint blinded{};        ///< B_
    CurvePoint blindSignature{}; ///< C_
    std::array<std::uint8_t, 32> e{}, s{};
};

/// A Lightning payment: whose preimage hashes to its payment hash.
struct LightningProof
{
    PaymentHash paymentHash;
};

using PaymentProof = std::variant<CashuProof, LightningProof>;

/// Throws badRequest "bad_payment_proof": not base64url of the JSON that belongs to its mint_url, points that
/// are not on the curve, a preimage that hashes to something else. Whether the payment is real is not known
/// yet.
PaymentProof readPaymentProof(const PaymentProofText &proof);

/// The same for every way to write one payment down: one proof serves one receipt.
QByteArray paymentProofId(const PaymentProof &proof);

/// NUT-12: the key that signed C_ is that of `mintKey`, the mint's public key for keyset and amount.
bool holdsDleq(const CashuProof &proof, const CurvePoint &mintKey);

/// NUT-12's hash_e: SHA-256 of the points in hex, uncompressed, one after the other. Nullopt when one is not
/// on the curve.
std::optional<std::array<std::uint8_t, 32>> dleqHash(std::span<const CurvePoint> points);

/// 66 hex digits of a point on the curve; nullopt for anything else.
std::optional<CurvePoint> curvePointFromHex(QByteArrayView hex);

} // namespace tower
