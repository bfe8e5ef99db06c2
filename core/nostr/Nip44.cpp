// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip44.h"

#include "core/base/Error.h"
#include "core/nostr/Cipher.h"

#include <QtEndian>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <bit>

namespace tower {

namespace {

constexpr char version = 2;
constexpr qsizetype nonceSize = 32;
constexpr qsizetype macSize = 32;
constexpr qsizetype messageKeysSize = 76;
constexpr qsizetype minimumPayload = 132;
/// From this length on a text has a longer prefix: two zeros and its length in four bytes.
constexpr qsizetype extendedLength = 65'536;

template <std::size_t Size>
QByteArrayView viewOf(const std::array<std::uint8_t, Size> &bytes)
{
    return {bytes.data(), static_cast<qsizetype>(Size)};
}

SecretBytes conversationKey(const SecretKey &own, const PubKey &other)
{
    // HKDF-extract (RFC 5869) is an HMAC under the salt.
    auto key = hmacSha256("nip44-v2", sharedX(own, other).view());
    SecretBytes out(viewOf(key).toByteArray());
    OPENSSL_cleanse(key.data(), key.size());
    return out;
}

/// ChaCha20 is its own inverse. OpenSSL's takes the counter, which begins at 0, before the nonce.
QByteArray chacha20(const Nip44Conversation::MessageKeys &keys, QByteArrayView data)
{
    const QByteArray iv = QByteArray(4, 0) + keys.cipherNonce().toByteArray();
    const auto out = runCipher(EVP_chacha20(), CipherUse::Encrypt, keys.cipherKey(), iv, data);
    if (!out)
        throw internalError(QStringLiteral("The cipher does not work."));
    return *out;
}

QByteArray macOf(const Nip44Conversation::MessageKeys &keys, QByteArrayView nonce, QByteArrayView encrypted)
{
    const auto mac = hmacSha256(keys.macKey(), nonce.toByteArray() + encrypted.toByteArray());
    return viewOf(mac).toByteArray();
}

QByteArray pad(QByteArrayView text)
{
    QByteArray out(2, Qt::Uninitialized);
    qToBigEndian(static_cast<quint16>(text.size()), out.data());
    out += text;
    return out.append(Nip44Conversation::paddedLength(text.size()) - text.size(), 0);
}

QByteArray unpad(QByteArrayView padded)
{
    qsizetype prefix = 2;
    qsizetype length = qFromBigEndian<quint16>(padded.data());
    if (length == 0) {
        prefix = 6;
        length = qFromBigEndian<quint32>(padded.data() + 2);
        if (length < extendedLength)
            throwUnreadable();
    }
    if (padded.size() != prefix + Nip44Conversation::paddedLength(length))
        throwUnreadable();
    return padded.sliced(prefix, length).toByteArray();
}

[[noreturn]] void throwUnsupported()
{
    throw badRequest("content", QStringLiteral("This message is encrypted in a way that is not known here."),
                     "encryption_unsupported");
}

} // namespace

Nip44Conversation::Nip44Conversation(const SecretKey &own, const PubKey &other)
    : m_key(conversationKey(own, other))
{
}

Nip44Conversation::Nip44Conversation(SecretBytes key)
    : m_key(std::move(key))
{
}

/// HKDF-expand (RFC 5869): each block is an HMAC of the one before, the nonce and a counter.
Nip44Conversation::MessageKeys Nip44Conversation::messageKeys(const Nonce &nonce) const
{
    QByteArray out;
    out.reserve(messageKeysSize + macSize); // never moved, so that no copy stays behind
    for (char counter = 1; out.size() < messageKeysSize; ++counter) {
        QByteArray input = out.last(qMin(out.size(), macSize)) + viewOf(nonce).toByteArray() + counter;
        auto block = hmacSha256(m_key.view(), input);
        out += viewOf(block);
        OPENSSL_cleanse(block.data(), block.size());
        OPENSSL_cleanse(input.data(), static_cast<std::size_t>(input.size()));
    }
    return MessageKeys(SecretBytes(std::move(out)));
}

qsizetype Nip44Conversation::paddedLength(qsizetype length)
{
    if (length <= 32)
        return 32;
    const auto nextPower = static_cast<qsizetype>(std::bit_ceil(static_cast<std::size_t>(length)));
    const qsizetype chunk = nextPower <= 256 ? 32 : nextPower / 8;
    return chunk * ((length - 1) / chunk + 1);
}

QByteArray Nip44Conversation::encrypt(QByteArrayView text) const
{
    Nonce nonce;
    if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1)
        throw internalError(QStringLiteral("The system's random generator does not work."));
    return encrypt(text, nonce);
}

QByteArray Nip44Conversation::encrypt(QByteArrayView text, const Nonce &nonce) const
{
    if (text.isEmpty() || text.size() > maximumText)
        throw badRequest("content", QStringLiteral("A message needs 1 to %1 bytes.").arg(maximumText));
    const MessageKeys keys = messageKeys(nonce);
    const QByteArray encrypted = chacha20(keys, pad(text));
    const QByteArray payload =
        version + viewOf(nonce).toByteArray() + encrypted + macOf(keys, viewOf(nonce), encrypted);
    return payload.toBase64();
}

QByteArray Nip44Conversation::decrypt(QByteArrayView payload) const
{
    if (payload.startsWith('#'))
        throwUnsupported();
    if (payload.size() < minimumPayload || payload.size() > maximumPayload)
        throwUnreadable();
    const auto bytes = strictBase64(payload);
    if (!bytes)
        throwUnreadable();
    if (bytes->front() != version)
        throwUnsupported();
    const auto rest = QByteArrayView(*bytes).sliced(1);
    if (rest.size() < nonceSize + 2 + 32 + macSize)
        throwUnreadable();
    Nonce nonce;
    std::copy_n(rest.begin(), nonceSize, nonce.begin());
    const QByteArrayView encrypted = rest.sliced(nonceSize).chopped(macSize);
    const MessageKeys keys = messageKeys(nonce);
    const QByteArray mac = macOf(keys, viewOf(nonce), encrypted);
    if (CRYPTO_memcmp(mac.constData(), rest.last(macSize).data(), macSize) != 0)
        throwUnreadable();
    return unpad(chacha20(keys, encrypted));
}

} // namespace tower
