// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/Tokens.h"

#include "core/base/Error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace tower {

namespace {

constexpr QByteArray::Base64Options encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
constexpr qsizetype keyDigits = 64;
constexpr qsizetype macDigits = 64;
constexpr qsizetype maximumExpiryDigits = 12; // the year 33658
constexpr qsizetype maximumToken = 256;

/// Epoch seconds as issue() writes them: digits, none of them a leading zero.
std::optional<std::int64_t> readExpiry(QByteArrayView text)
{
    if (text.isEmpty() || text.size() > maximumExpiryDigits || text.front() == '0')
        return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

} // namespace

Tokens::Tokens(const Clock &clock, const Settings &settings, const Secrets &secrets)
    : m_clock(clock)
    , m_settings(settings)
    , m_secrets(secrets)
{
}

Tokens::Issued Tokens::issue(const PubKey &key) const
{
    const std::int64_t expiry = m_clock.now().value() / 1000 + m_settings.integer(Setting::NostrTokenTtlSecs);
    const QByteArray payload = key.hex() + ':' + QByteArray::number(static_cast<qint64>(expiry));
    return {(payload + ':' + mac(payload)).toBase64(encoding), seconds(expiry)};
}

std::optional<PubKey> Tokens::verify(QByteArrayView token) const
{
    if (token.size() > maximumToken)
        return std::nullopt;
    const QByteArray given = token.toByteArray();
    const auto decoded =
        QByteArray::fromBase64Encoding(given, encoding | QByteArray::AbortOnBase64DecodingErrors);
    // Several texts decode to the same bytes (spare bits, padding): only the one that we write counts.
    if (!decoded || (*decoded).toBase64(encoding) != given || (*decoded).size() < keyDigits + macDigits + 3)
        return std::nullopt;
    const QByteArrayView text(*decoded);
    const QByteArrayView payload = text.chopped(macDigits + 1);
    if (text[payload.size()] != ':' || payload[keyDigits] != ':')
        return std::nullopt;
    const QByteArray expected = mac(payload);
    if (CRYPTO_memcmp(text.last(macDigits).data(), expected.constData(),
                      static_cast<std::size_t>(macDigits)) != 0)
        return std::nullopt;
    const std::optional<std::int64_t> expiry = readExpiry(payload.sliced(keyDigits + 1));
    if (!expiry || m_clock.now() >= seconds(*expiry))
        return std::nullopt;
    return PubKey::fromHex(payload.first(keyDigits));
}

QByteArray Tokens::mac(QByteArrayView payload) const
{
    const QByteArrayView secret = m_secrets.value(Secret::TimmyTokenSecret).view();
    if (secret.isEmpty())
        throw internalError(QStringLiteral("There is no TIMMY_TOKEN_SECRET."));
    std::array<unsigned char, 32> digest{};
    unsigned int length = 0;
    if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
              reinterpret_cast<const unsigned char *>(payload.data()),
              static_cast<std::size_t>(payload.size()), digest.data(), &length) ||
        length != digest.size())
        throw internalError(QStringLiteral("HMAC-SHA256 failed."));
    return QByteArray(reinterpret_cast<const char *>(digest.data()), static_cast<qsizetype>(digest.size()))
        .toHex();
}

} // namespace tower
