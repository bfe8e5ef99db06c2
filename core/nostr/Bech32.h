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

/// The same without regrouping: each byte of `groups` is one 5-bit value, as BOLT 11 counts its data.
Bech32Problem readBech32Groups(QByteArrayView text, QByteArray &hrp, QByteArray &groups);
/// The text of 5-bit values, in lower case with its checksum.
QByteArray writeBech32Groups(QByteArrayView hrp, QByteArrayView groups);

/// Bytes as 5-bit values, the last one filled up with 0 bits.
QByteArray groupsOfBytes(QByteArrayView bytes);
/// The way back. Padding when what is left over is a whole group or not 0.
Bech32Problem bytesOfGroups(QByteArrayView groups, QByteArray &bytes);

} // namespace tower
