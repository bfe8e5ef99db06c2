// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/lightning/Bolt11.h"
#include "core/lightning/Bolt11Parts.h"
#include "core/nostr/Bech32.h"
#include "tests/nostr/NostrSamples.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace tower::samples {

/// BOLT 11's examples; empty when the folder is not there.
inline QJsonArray bolt11Vectors()
{
    QFile file(vectorFile(QStringLiteral("bolt11.json")));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).array() : QJsonArray();
}

/// The key that signed BOLT 11's examples, and its public half.
inline SecretKey nodeKey()
{
    return *SecretKey::fromText("e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734");
}
constexpr char nodeId[] = "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad";

inline std::array<std::uint8_t, 32> bytes32(const char *hex)
{
    return PaymentHash::fromHex(QByteArrayView(hex)).value().bytes();
}
/// The payment hash and the secret of BOLT 11's examples.
inline PaymentHash exampleHash()
{
    return PaymentHash(bytes32("0001020304050607080900010203040506070809000102030405060708090102"));
}
inline std::array<std::uint8_t, 32> exampleSecret()
{
    std::array<std::uint8_t, 32> out{};
    out.fill(0x11);
    return out;
}

/// What some of them say.
constexpr char support[] = "Please consider supporting this project";
constexpr char cakeHash[] = "3925b6f67e2c340036ed12093dd44e0368df1b6ea26c53dbe4811f58fd5db8c1";

/// The draft of the first of them, without its description.
inline Bolt11Draft draft()
{
    Bolt11Draft out;
    out.network = LightningNetwork::Bitcoin;
    out.createdAt = seconds(1'496'314'658);
    out.paymentHash = exampleHash();
    out.paymentSecret = exampleSecret();
    return out;
}

/// One tagged field with this value, in 5-bit groups.
inline QByteArray field(char tag, const QByteArray &groups)
{
    return QByteArray{} + tag + static_cast<char>(groups.size() >> 5) +
           static_cast<char>(groups.size() & 31) + groups;
}
inline QByteArray hashField(char tag, const std::array<std::uint8_t, 32> &value)
{
    return field(tag, groupsOfBytes(QByteArrayView(value.data(), 32)));
}
inline QByteArray textField(const QByteArray &description)
{
    return field(bolt11::DescriptionField, groupsOfBytes(description));
}

/// The timestamp of BOLT 11's first example.
inline QByteArray timestamp()
{
    return {"\x01\x0c\x12\x1f\x1c\x19\x02", 7};
}
/// The fields that every invoice must have.
inline QByteArray required()
{
    return hashField(bolt11::PaymentHashField, exampleHash().bytes()) +
           hashField(bolt11::PaymentSecretField, exampleSecret());
}
/// An invoice that says this, rightly signed.
inline QString invoice(const QByteArray &fields, const QByteArray &hrp = "lntbs20n")
{
    return QString::fromLatin1(bolt11::signedText(hrp, timestamp() + fields, nodeKey()));
}

/// The sentence with which an invoice is refused; "" when it is not.
inline QString refusal(const QString &text)
{
    try {
        decodeBolt11(text, "invoice");
    } catch (const ServiceError &error) {
        if (error.kind() == ErrorKind::BadRequest && error.code() == "invalid_invoice" &&
            error.field() == "invoice")
            return error.message();
        return QStringLiteral("the wrong kind of error: ") + QString::fromLatin1(error.code());
    }
    return {};
}

} // namespace tower::samples
