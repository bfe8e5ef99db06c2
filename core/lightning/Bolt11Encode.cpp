// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/lightning/Bolt11.h"
#include "core/lightning/Bolt11Parts.h"
#include "core/nostr/Bech32.h"
#include "core/nostr/Curve.h"

#include <secp256k1_recovery.h>

namespace tower {

namespace {

constexpr std::int64_t defaultExpiry = 3'600;
/// var_onion_optin and payment_secret, which every payer must understand: bits 8 and 14, in three groups.
constexpr char features[] = {16, 8, 0};

/// Which the draft of a careful program never makes happen.
[[noreturn]] void refuse(const char *what)
{
    throw internalError(QStringLiteral("No invoice can be made with such a %1.").arg(QLatin1String(what)));
}

/// In the largest unit that leaves no remainder.
QByteArray amountText(Msat amount)
{
    if (amount < Msat(0) || amount.value() > bolt11::maximumMsat)
        refuse("amount");
    if (amount == Msat(0))
        return {};
    for (const auto &[letter, msat] : bolt11::units) {
        if (amount.value() % msat == 0)
            return QByteArray::number(amount.value() / msat) +
                   (letter ? QByteArray(1, letter) : QByteArray());
    }
    return QByteArray::number(amount.value()) + "0p";
}

QByteArray numberGroups(std::int64_t value)
{
    QByteArray out;
    for (; value > 0; value >>= 5)
        out.prepend(static_cast<char>(value & 31));
    return out;
}

void appendField(QByteArray &out, bolt11::Field tag, const QByteArray &value)
{
    out += tag;
    out += static_cast<char>(value.size() >> 5);
    out += static_cast<char>(value.size() & 31);
    out += value;
}

QByteArray hashGroups(const std::array<std::uint8_t, 32> &hash)
{
    return groupsOfBytes(QByteArrayView(hash.data(), 32));
}

QByteArray unsignedGroups(const Bolt11Draft &draft)
{
    const std::int64_t createdAt = draft.createdAt.value() / 1'000;
    const std::int64_t expiry = draft.expiry.value() / 1'000;
    if (createdAt < 0 || createdAt > bolt11::maximumSeconds)
        refuse("time");
    if (expiry < 1 || expiry > bolt11::maximumSeconds)
        refuse("expiry");
    const QByteArray time = numberGroups(createdAt);
    QByteArray out = QByteArray(bolt11::timestampGroups - time.size(), 0) + time;
    appendField(out, bolt11::PaymentSecretField, hashGroups(draft.paymentSecret));
    appendField(out, bolt11::PaymentHashField, hashGroups(draft.paymentHash.bytes()));
    if (draft.descriptionHash) {
        appendField(out, bolt11::DescriptionHashField, hashGroups(*draft.descriptionHash));
    } else {
        const QByteArray description = groupsOfBytes(draft.description.toUtf8());
        if (description.size() > bolt11::maximumFieldGroups)
            refuse("long description");
        appendField(out, bolt11::DescriptionField, description);
    }
    if (expiry != defaultExpiry)
        appendField(out, bolt11::ExpiryField, numberGroups(expiry));
    appendField(out, bolt11::FeaturesField, QByteArray(features, sizeof features));
    return out;
}

QByteArray signatureOf(const std::array<std::uint8_t, 32> &digest, const SecretKey &key)
{
    secp256k1_ecdsa_recoverable_signature signature;
    std::array<unsigned char, 65> bytes{};
    int recoveryId = 0;
    if (!secp256k1_ecdsa_sign_recoverable(curveContext(), &signature, digest.data(), key.bytes().data(),
                                          nullptr, nullptr) ||
        !secp256k1_ecdsa_recoverable_signature_serialize_compact(curveContext(), bytes.data(), &recoveryId,
                                                                 &signature))
        throw internalError(QStringLiteral("Signing an invoice failed."));
    bytes[64] = static_cast<unsigned char>(recoveryId);
    return groupsOfBytes(QByteArrayView(bytes.data(), 65));
}

} // namespace

QByteArray bolt11::signedText(QByteArrayView hrp, const QByteArray &groups, const SecretKey &nodeKey)
{
    return writeBech32Groups(hrp, groups + signatureOf(digest(hrp, groups), nodeKey));
}

QString encodeBolt11(const Bolt11Draft &draft, const SecretKey &nodeKey)
{
    const QByteArray hrp = prefixOf(draft.network).toLatin1() + amountText(draft.amount);
    return QString::fromLatin1(bolt11::signedText(hrp, unsignedGroups(draft), nodeKey));
}

} // namespace tower
