// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QString>

#include <optional>

namespace tower {

/// A lightning address (LUD-16): user of a-z, 0-9, "-", "_", ".", "+" (at most 64), "@", and a domain name,
/// which is returned in lower case. A bare number or name without a dot is no domain, and a port is refused,
/// unless `allowPrivate` (LNURL_ALLOW_PRIVATE). Nullopt for anything else.
std::optional<QString> readLightningAddress(QByteArrayView text, bool allowPrivate);

} // namespace tower
