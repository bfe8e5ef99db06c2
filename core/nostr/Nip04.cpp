// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip04.h"

#include "core/base/Error.h"
#include "core/nostr/Cipher.h"
#include "core/nostr/Event.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace tower {

namespace {

constexpr qsizetype blockSize = 16;
constexpr char separator[] = "?iv=";

} // namespace

QByteArray encryptNip04(const SecretKey &own, const PubKey &recipient, QByteArrayView text)
{
    const SecretBytes key = sharedX(own, recipient);
    QByteArray iv(blockSize, Qt::Uninitialized);
    if (RAND_bytes(reinterpret_cast<unsigned char *>(iv.data()), static_cast<int>(iv.size())) != 1)
        throw internalError(QStringLiteral("The system's random generator does not work."));
    const auto encrypted = runCipher(EVP_aes_256_cbc(), CipherUse::Encrypt, key.view(), iv, text);
    if (!encrypted)
        throw internalError(QStringLiteral("The cipher does not work."));
    return encrypted->toBase64() + separator + iv.toBase64();
}

QByteArray decryptNip04(const SecretKey &own, const PubKey &sender, QByteArrayView content)
{
    const qsizetype at = content.indexOf(separator);
    if (at < 0 || content.size() > Event::maximumBytes)
        throwUnreadable();
    const auto encrypted = strictBase64(content.first(at));
    const auto iv = strictBase64(content.sliced(at + qsizetype(sizeof separator) - 1));
    if (!encrypted || encrypted->isEmpty() || !iv || iv->size() != blockSize)
        throwUnreadable();
    const SecretBytes key = sharedX(own, sender);
    const auto text = runCipher(EVP_aes_256_cbc(), CipherUse::Decrypt, key.view(), *iv, *encrypted);
    if (!text)
        throwUnreadable();
    return *text;
}

} // namespace tower
