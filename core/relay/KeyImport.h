// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QStringList>

#include <vector>

namespace tower {

/// Keys read from a file that somebody had: what was understood, and a sentence for each line that was not.
struct KeyImport
{
    std::vector<PubKey> keys; ///< in order, each once
    QStringList problems;
};

/// Reads a NIP-05 nostr.json ({"names": {"alice": "<hex>"}}), a list of keys (hex or npub, one a line), or a
/// CSV whose header names a column pubkey or npub (without a header: the first column that holds keys). At
/// most 10,000 keys.
KeyImport readKeyList(const QByteArray &content);

} // namespace tower
