// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace tower {

/// What a receipt names as proof that its lease was paid for, as its signers wrote it.
struct PaymentProofText
{
    QString mintUrl; ///< a Cashu mint, or "lightning:"
    QString swapResponseSignature;
};

/// A lease that has ended, as provider and consumer sign it. A plain value: nothing is checked by making one.
struct Receipt
{
    QString leaseId;
    QByteArray providerNpub;
    QByteArray consumerNpub;
    std::int64_t durationPaid = 0; ///< seconds
    std::int64_t durationDelivered = 0;
    double successFlag = 0; ///< 0 to 1
    PaymentProofText paymentProof;
    std::int64_t version = 1;
    std::int64_t completedAt = 0; ///< epoch seconds; not signed
    QByteArray consumerSignature; ///< hex; "" when there is none
    QByteArray providerCoSignature;

    static constexpr qsizetype maximumLeaseId = 256; ///< characters
    static constexpr qsizetype maximumMintUrl = 512;
    static constexpr qsizetype maximumProof = 8'192;
    static constexpr std::int64_t maximumDuration = 3'153'600'000; ///< a hundred years

    /// Both signatures are there, the success flag is a number from 0 to 1, the version above 0.
    [[nodiscard]] bool isWellFormed() const;
    /// The JSON that both sign, in its canonical form (RFC 8785): all fields but completed_at and the
    /// signatures.
    [[nodiscard]] QByteArray signedText() const;
    /// SHA-256 of signedText(): what BIP-340 signs, and what tells receipts apart.
    [[nodiscard]] std::array<std::uint8_t, 32> digest() const;
    [[nodiscard]] bool hasConsumerSignature() const;
    [[nodiscard]] bool hasProviderSignature() const;
    [[nodiscard]] bool hasValidSignatures() const;

    [[nodiscard]] QJsonObject toJson() const;
};

/// Reads a receipt from outside; only the co-signature may be absent, since Timmy may have it to add. Throws
/// badRequest(field) "not_well_formed": a field that is missing, of another type or out of its range. Unknown
/// fields are ignored, but for those of payment_proof, which are signed.
Receipt readReceipt(const QJsonObject &json);

/// Whether the signatures of each hold, on all cores.
std::vector<std::uint8_t> signaturesHold(std::span<const Receipt> receipts);

} // namespace tower
