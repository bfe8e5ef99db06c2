// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Secrets.h"

namespace tower {

/// HKDF-SHA-256 (RFC 5869) without a salt: 32 bytes for one use of a secret, which `info` names. Throws
/// internalError for an empty secret.
SecretBytes deriveKey(const SecretBytes &secret, QByteArrayView info);

} // namespace tower
