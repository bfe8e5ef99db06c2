// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Keys.h"

namespace tower {

/// The content of an encrypted direct message of kind 4 (NIP-04: AES-256-CBC, no authentication). `text` is
/// UTF-8. Throws badRequest("pubkey") for a key that is not on the curve.
QByteArray encryptNip04(const SecretKey &own, const PubKey &recipient, QByteArrayView text);

/// What another one wrote, as bytes: nothing says that they are UTF-8, nor that nobody changed them. Throws
/// badRequest "decryption_failed".
QByteArray decryptNip04(const SecretKey &own, const PubKey &sender, QByteArrayView content);

} // namespace tower
