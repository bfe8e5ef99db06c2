// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonValue>

namespace tower {

/// The canonical JSON of RFC 8785 (JCS), UTF-8: what hashes and signatures over JSON are made from. Keys
/// sorted by UTF-16 code units, strings with the least escaping, numbers as ECMAScript writes them (an
/// integer beyond 2^53 as the double nearest to it). Throws ServiceError "invalid_json" for what has no
/// canonical form: lone surrogates, infinities, NaN.
QByteArray canonicalJson(const QJsonValue &value);

/// A double as ECMAScript's Number::toString writes it (RFC 8785, section 3.2.2.3): 1, 0.000001, 1e+21 ...
QByteArray ecmaScriptNumber(double value);

} // namespace tower
