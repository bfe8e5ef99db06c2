// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace tower {

/// What is wrong with a bech32 text.
enum class Bech32Problem { None, Length, MixedCase, Character, Checksum, Padding };

/// bech32Decode with the reason: `hrp` in lower case and the 8-bit `data` are set only when it returns None.
/// What was decoded may be a private key: nothing of it is left behind elsewhere in memory.
Bech32Problem readBech32(QByteArrayView text, QByteArray &hrp, QByteArray &data);

} // namespace tower
