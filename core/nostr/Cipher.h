// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"
#include "core/nostr/Keys.h"

#include <openssl/types.h>

#include <optional>

/// What NIP-04 and NIP-44 share.
namespace tower {

/// The x coordinate of the point that two people share, not hashed. Throws badRequest("pubkey") for a key
/// that is not on the curve.
SecretBytes sharedX(const SecretKey &own, const PubKey &other);

enum class CipherUse { Encrypt, Decrypt };
/// Nullopt when the padding of what is decrypted is broken.
std::optional<QByteArray> runCipher(const EVP_CIPHER *cipher, CipherUse use, QByteArrayView key,
                                    QByteArrayView iv, QByteArrayView data);

/// Base64 (RFC 4648) as an encoder writes it, padded; nullopt for anything else.
std::optional<QByteArray> strictBase64(QByteArrayView text);

/// A message that can't be read. It says nothing about where it broke, so that nobody learns by trying.
[[noreturn]] void throwUnreadable();

} // namespace tower
