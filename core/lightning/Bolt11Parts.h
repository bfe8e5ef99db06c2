// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/Bolt11.h"

/// What the reader and the writer of invoices share. An invoice's data is a row of 5-bit groups, one per byte
/// here: timestamp, tagged fields (type, length in two groups, value), signature.
namespace tower::bolt11 {

constexpr qsizetype timestampGroups = 7;
constexpr qsizetype signatureGroups = 104;
constexpr qsizetype hashGroups = 52;
constexpr qsizetype publicKeyGroups = 53;
constexpr qsizetype maximumFieldGroups = 1'023;

enum Field : char {
    PaymentHashField = 1,
    FeaturesField = 5,
    ExpiryField = 6,
    DescriptionField = 13,
    PaymentSecretField = 16,
    PayeeField = 19,
    DescriptionHashField = 23,
    FinalCltvField = 24,
    MetadataField = 27,
};

/// 21 million bitcoin.
constexpr std::int64_t maximumMsat = 21'000'000LL * 100'000'000 * 1'000;
/// The largest timestamp that an invoice has room for; no expiry may be longer either.
constexpr std::int64_t maximumSeconds = (1LL << 35) - 1;

/// Multipliers of amounts, the largest unit first. Pico is a tenth of a millisatoshi and stands apart.
struct Unit
{
    char letter;
    std::int64_t msat;
};
constexpr std::array<Unit, 4> units{
    {{'\0', 100'000'000'000}, {'m', 100'000'000}, {'u', 100'000}, {'n', 100}}};

/// What the payee signs: the prefix and the groups before the signature, filled up with 0 bits to whole
/// bytes.
std::array<std::uint8_t, 32> digest(QByteArrayView hrp, QByteArrayView groups);

/// The text of an invoice of this prefix and these groups, whatever they say, with its signature.
QByteArray signedText(QByteArrayView hrp, const QByteArray &groups, const SecretKey &nodeKey);

} // namespace tower::bolt11
