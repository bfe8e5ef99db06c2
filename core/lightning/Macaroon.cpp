// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Macaroon.h"

#include "core/nostr/Keys.h"

#include <openssl/crypto.h>

namespace tower {

namespace {

constexpr qsizetype signatureSize = 32;
constexpr char version = 2;
/// Packets of the binary format; each but the first is followed by a length and that many bytes.
enum Packet : char { End = 0, Location = 1, Identifier = 2, Signature = 6 };

QByteArray hmac(QByteArrayView key, QByteArrayView data)
{
    const auto out = hmacSha256(key, data);
    return QByteArray(reinterpret_cast<const char *>(out.data()), signatureSize);
}

/// The signature of a macaroon without caveats.
QByteArray firstSignature(QByteArrayView rootKey, const QByteArray &identifier)
{
    auto key = hmacSha256("macaroons-key-generator", rootKey);
    QByteArray out = hmac(QByteArrayView(key.data(), signatureSize), identifier);
    OPENSSL_cleanse(key.data(), key.size());
    return out;
}

void appendPacket(QByteArray &out, Packet type, const QByteArray &value)
{
    out += type;
    auto size = static_cast<std::size_t>(value.size());
    for (; size > 0x7f; size >>= 7)
        out += static_cast<char>(0x80 | (size & 0x7f));
    out += static_cast<char>(size);
    out += value;
}

/// Takes packets off the front of a text, as long as they are well-formed.
class PacketReader
{
public:
    explicit PacketReader(QByteArrayView bytes)
        : m_rest(bytes)
    {
    }

    [[nodiscard]] bool isAt(char byte) const { return !m_rest.isEmpty() && m_rest.front() == byte; }
    bool skip(char byte)
    {
        if (!isAt(byte))
            return false;
        m_rest = m_rest.sliced(1);
        return true;
    }
    std::optional<QByteArray> take(Packet type)
    {
        if (!skip(type))
            return std::nullopt;
        const auto size = length();
        if (!size || *size > m_rest.size())
            return std::nullopt;
        const QByteArray out = m_rest.first(*size).toByteArray();
        m_rest = m_rest.sliced(*size);
        return out;
    }
    [[nodiscard]] bool atEnd() const { return m_rest.isEmpty(); }

private:
    /// Two bytes hold every length that fits into the longest text. A length has one spelling: the shortest.
    std::optional<qsizetype> length()
    {
        if (m_rest.isEmpty())
            return std::nullopt;
        const auto low = static_cast<unsigned char>(m_rest.front());
        m_rest = m_rest.sliced(1);
        if (low < 0x80)
            return low;
        if (m_rest.isEmpty())
            return std::nullopt;
        const auto high = static_cast<unsigned char>(m_rest.front());
        m_rest = m_rest.sliced(1);
        if (high == 0 || high >= 0x80)
            return std::nullopt;
        return (low & 0x7f) | high << 7;
    }

    QByteArrayView m_rest;
};

/// Empty for what is not base64, or not spelled as an encoder would: one macaroon has one text.
QByteArray fromEitherBase64(QByteArrayView text)
{
    const qsizetype whole = text.size();
    while (text.endsWith('='))
        text.chop(1);
    if (whole - text.size() > 2 || (whole != text.size() && whole % 4 != 0))
        return {};
    const bool isUrl = !text.contains('+') && !text.contains('/');
    const auto options = (isUrl ? QByteArray::Base64UrlEncoding : QByteArray::Base64Encoding) |
                         QByteArray::OmitTrailingEquals | QByteArray::AbortOnBase64DecodingErrors;
    const auto result = QByteArray::fromBase64Encoding(text.toByteArray(), options);
    if (!result || result.decoded.toBase64(options) != text)
        return {};
    return result.decoded;
}

} // namespace

Macaroon Macaroon::mint(QByteArrayView rootKey, const QByteArray &identifier, const QByteArray &location)
{
    Macaroon out;
    out.m_location = location;
    out.m_identifier = identifier;
    out.m_signature = firstSignature(rootKey, identifier);
    return out;
}

std::optional<Macaroon> Macaroon::decode(QByteArrayView text)
{
    if (text.size() > maximumText)
        return std::nullopt;
    const QByteArray bytes = fromEitherBase64(text);
    PacketReader reader(bytes);
    if (!reader.skip(version))
        return std::nullopt;
    Macaroon out;
    if (reader.isAt(Location)) {
        const auto location = reader.take(Location);
        if (!location)
            return std::nullopt;
        out.m_location = *location;
    }
    const auto identifier = reader.take(Identifier);
    if (!identifier || !reader.skip(End))
        return std::nullopt;
    out.m_identifier = *identifier;
    while (!reader.skip(End)) {
        // A caveat of a third party has a location before its identifier and a key after it.
        const auto caveat = reader.take(Identifier);
        if (!caveat || !reader.skip(End) || out.m_caveats.size() == maximumCaveats)
            return std::nullopt;
        out.m_caveats.push_back(*caveat);
    }
    const auto signature = reader.take(Signature);
    if (!signature || signature->size() != signatureSize || !reader.atEnd())
        return std::nullopt;
    out.m_signature = *signature;
    return out;
}

void Macaroon::add(const QByteArray &caveat)
{
    m_caveats.push_back(caveat);
    m_signature = hmac(m_signature, caveat);
}

QByteArray Macaroon::encode() const
{
    QByteArray out(1, version);
    if (!m_location.isEmpty())
        appendPacket(out, Location, m_location);
    appendPacket(out, Identifier, m_identifier);
    out += char(End);
    for (const QByteArray &caveat : m_caveats) {
        appendPacket(out, Identifier, caveat);
        out += char(End);
    }
    out += char(End);
    appendPacket(out, Signature, m_signature);
    return out.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

bool Macaroon::isSignedBy(QByteArrayView rootKey) const
{
    QByteArray expected = firstSignature(rootKey, m_identifier);
    for (const QByteArray &caveat : m_caveats)
        expected = hmac(expected, caveat);
    return m_signature.size() == expected.size() &&
           CRYPTO_memcmp(m_signature.constData(), expected.constData(), signatureSize) == 0;
}

} // namespace tower
