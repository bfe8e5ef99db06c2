// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Cipher.h"

#include "core/base/Error.h"
#include "core/nostr/Curve.h"

#include <openssl/evp.h>
#include <secp256k1_ecdh.h>

#include <algorithm>
#include <memory>

namespace tower {

namespace {

int copyX(unsigned char *output, const unsigned char *x32, const unsigned char *, void *)
{
    std::memcpy(output, x32, 32);
    return 1;
}

} // namespace

SecretBytes sharedX(const SecretKey &own, const PubKey &other)
{
    std::array<unsigned char, 33> compressed{2}; // the even one of the two points, as BIP-340 has it
    std::copy(other.data(), other.data() + PubKey::size, compressed.data() + 1);
    secp256k1_pubkey point;
    if (!secp256k1_ec_pubkey_parse(curveContext(), &point, compressed.data(), compressed.size()))
        throw badRequest("pubkey", QStringLiteral("This public key is not on the curve."));
    QByteArray out(32, Qt::Uninitialized);
    if (!secp256k1_ecdh(curveContext(), reinterpret_cast<unsigned char *>(out.data()), &point,
                        own.bytes().data(), copyX, nullptr))
        throw internalError(QStringLiteral("A private key was used after it was moved."));
    return SecretBytes(std::move(out));
}

std::optional<QByteArray> runCipher(const EVP_CIPHER *cipher, CipherUse use, QByteArrayView key,
                                    QByteArrayView iv, QByteArrayView data)
{
    const auto bytesOf = [](QByteArrayView view) {
        return reinterpret_cast<const unsigned char *>(view.data());
    };
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free);
    if (!context || key.size() != EVP_CIPHER_get_key_length(cipher) ||
        iv.size() != EVP_CIPHER_get_iv_length(cipher) ||
        !EVP_CipherInit_ex2(context.get(), cipher, bytesOf(key), bytesOf(iv), use == CipherUse::Encrypt,
                            nullptr))
        throw internalError(QStringLiteral("The cipher does not work."));
    QByteArray out(data.size() + EVP_CIPHER_get_block_size(cipher), Qt::Uninitialized);
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    int written = 0;
    int rest = 0;
    if (!EVP_CipherUpdate(context.get(), to, &written, bytesOf(data), static_cast<int>(data.size())) ||
        !EVP_CipherFinal_ex(context.get(), to + written, &rest))
        return std::nullopt;
    out.truncate(written + rest);
    return out;
}

std::optional<QByteArray> strictBase64(QByteArrayView text)
{
    const auto result =
        QByteArray::fromBase64Encoding(text.toByteArray(), QByteArray::AbortOnBase64DecodingErrors);
    if (!result || result.decoded.toBase64() != text)
        return std::nullopt;
    return result.decoded;
}

void throwUnreadable()
{
    throw badRequest("content", QStringLiteral("This message can't be decrypted."), "decryption_failed");
}

} // namespace tower
