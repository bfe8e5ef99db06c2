// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SealedKey.h"

#include "core/base/Error.h"
#include "core/base/KeyDerivation.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

namespace tower {
namespace {

constexpr int nonceSize = 12;
constexpr int tagSize = 16;
constexpr int largestSecret = 64 * 1024;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char *bytesOf(QByteArray &array)
{
    return reinterpret_cast<unsigned char *>(array.data());
}

const unsigned char *bytesOf(QByteArrayView view)
{
    return reinterpret_cast<const unsigned char *>(view.data());
}

enum class Direction { Open = 0, Seal = 1 };

/// A cipher that has taken the key, the nonce and the context; nullptr when OpenSSL refuses.
CipherContext begin(const SecretBytes &dataKey, QByteArrayView nonce, const QString &context,
                    Direction direction)
{
    const SecretBytes key = deriveKey(dataKey, "node ssh private key");
    CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    const QByteArray bound = context.toUtf8();
    int written = 0;
    // GCM's nonce is 96 bits long unless another length is set.
    if (!cipher ||
        EVP_CipherInit_ex2(cipher.get(), EVP_aes_256_gcm(), bytesOf(key.view()), bytesOf(nonce),
                           static_cast<int>(direction), nullptr) != 1 ||
        EVP_CipherUpdate(cipher.get(), nullptr, &written, bytesOf(QByteArrayView(bound)),
                         static_cast<int>(bound.size())) != 1)
        cipher.reset();
    return cipher;
}

[[noreturn]] void throwUnreadable()
{
    throw internalError(
        QStringLiteral("The private key that is kept for this node can't be read with this data key."),
        "key_unreadable");
}

} // namespace

QByteArray sealKey(const SecretBytes &dataKey, QByteArrayView secret, const QString &context)
{
    if (secret.size() > largestSecret)
        throw internalError(QStringLiteral("This is too large for a private key."));
    QByteArray nonce(nonceSize, '\0');
    QByteArray encrypted(secret.size(), '\0');
    QByteArray tag(tagSize, '\0');
    int written = 0;
    const bool hasNonce = RAND_bytes(bytesOf(nonce), nonceSize) == 1;
    const CipherContext cipher = begin(dataKey, nonce, context, Direction::Seal);
    // GCM is a stream: nothing is left to write at the end.
    if (!hasNonce || !cipher ||
        EVP_CipherUpdate(cipher.get(), bytesOf(encrypted), &written, bytesOf(secret),
                         static_cast<int>(secret.size())) != 1 ||
        EVP_CipherFinal_ex(cipher.get(), bytesOf(tag), &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, tagSize, tag.data()) != 1)
        throw internalError(QStringLiteral("The private key could not be encrypted."));
    return (nonce + encrypted + tag).toBase64();
}

SecretBytes unsealKey(const SecretBytes &dataKey, const QByteArray &sealed, const QString &context)
{
    const auto decoded = QByteArray::fromBase64Encoding(sealed, QByteArray::AbortOnBase64DecodingErrors);
    const QByteArray &all = decoded.decoded;
    // Decoders pass over the last bits; here every bit counts.
    if (!decoded || all.toBase64() != sealed || all.size() < nonceSize + tagSize ||
        all.size() > nonceSize + largestSecret + tagSize)
        throwUnreadable();
    const QByteArrayView encrypted = QByteArrayView(all).sliced(nonceSize).chopped(tagSize);
    QByteArray tag = all.last(tagSize);
    QByteArray plain(encrypted.size(), '\0');
    int written = 0;
    const CipherContext cipher = begin(dataKey, all.first(nonceSize), context, Direction::Open);
    const bool isOpen = cipher &&
                        EVP_CipherUpdate(cipher.get(), bytesOf(plain), &written, bytesOf(encrypted),
                                         static_cast<int>(encrypted.size())) == 1 &&
                        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tagSize, tag.data()) == 1 &&
                        EVP_CipherFinal_ex(cipher.get(), bytesOf(tag), &written) == 1;
    SecretBytes secret(std::move(plain)); // also wipes what did not prove genuine
    if (!isOpen)
        throwUnreadable();
    return secret;
}

} // namespace tower
