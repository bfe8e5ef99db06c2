// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"

namespace tower {

/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under a key derived from the data key for this
/// use alone, and bound to `context` (the job's id): a sealed key that is moved to another row does not open.
/// Base64 of nonce, ciphertext and tag.
QByteArray sealKey(const SecretBytes &dataKey, QByteArrayView secret, const QString &context);
/// Throws internalError "key_unreadable" when it was changed, is another row's, or was sealed under another
/// data key.
SecretBytes unsealKey(const SecretBytes &dataKey, const QByteArray &sealed, const QString &context);

} // namespace tower
