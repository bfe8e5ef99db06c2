// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "core/receipts/PaymentProof.h"
#include "tests/fuzz/Must.h"

#include <QJsonDocument>

/// What the fuzzer runs, and what the suite runs again over the kept corpus: takes any bytes and aborts when
/// something that must always hold does not.
namespace tower::fuzz {

/// True when `work` throws nothing; what it throws is a bad request of one of these codes.
template <class Work>
bool isTaken(Work work, const QByteArrayList &codes)
{
    try {
        work();
        return true;
    } catch (const ServiceError &error) {
        must(error.kind() == ErrorKind::BadRequest && codes.contains(error.code()),
             "a bad receipt is a bad request");
        must(error.message().size() < 300, "and its reason is short");
        return false;
    }
}

inline void paymentProof(const PaymentProofText &text)
{
    PaymentProof proof;
    if (!isTaken([&] { proof = readPaymentProof(text); }, {"bad_payment_proof"}))
        return;
    must(paymentProofId(proof).size() > 64, "a payment has an id");
    if (const auto *cashu = std::get_if<CashuProof>(&proof)) {
        must(cashu->amount > 0 && !cashu->keysetId.isEmpty(), "a proof is of an amount and a keyset");
        holdsDleq(*cashu, cashu->blinded); // of anybody's making: it must only end
    } else {
        must(text.mintUrl == QLatin1String("lightning:"), "a preimage proves Lightning alone");
    }
}

inline void receipt(QByteArrayView input)
{
    paymentProof({QStringLiteral("lightning:"), QString::fromUtf8(input)});
    const QByteArray encoded = input.toByteArray().toBase64(QByteArray::Base64UrlEncoding);
    paymentProof({QStringLiteral("https://mint.example"), QString::fromLatin1(encoded)});

    const QJsonDocument document = QJsonDocument::fromJson(input.toByteArray());
    if (!document.isObject())
        return;
    Receipt read;
    if (!isTaken([&] { read = readReceipt(document.object()); }, {"not_well_formed"}))
        return;
    must(read.isWellFormed() || read.providerCoSignature.isEmpty(), "what is read is well-formed");
    const QByteArray text = read.signedText();
    must(canonicalJson(QJsonDocument::fromJson(text).object()) == text, "what is signed is canonical");
    must(readReceipt(read.toJson()).toJson() == read.toJson(), "written again it says the same");
    paymentProof(read.paymentProof);
    must(!read.hasValidSignatures() || read.digest() == readReceipt(read.toJson()).digest(),
         "what is signed survives");

    // Signatures keep most inputs out, so what it says is also signed rightly.
    const SecretKey key = *SecretKey::fromBytes(QByteArray(32, 7));
    read.consumerNpub = read.providerNpub = toNpub(key.pubKey());
    const std::array<std::uint8_t, 64> signature = key.sign(read.digest(), {});
    read.consumerSignature = read.providerCoSignature =
        QByteArray(reinterpret_cast<const char *>(signature.data()), 64).toHex();
    must(readReceipt(read.toJson()).hasValidSignatures(), "signed, written and read its signatures hold");
    read.version += 1;
    must(!read.hasConsumerSignature(), "and not for another receipt");
}

} // namespace tower::fuzz
