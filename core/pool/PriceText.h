// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QByteArrayView>

#include <optional>
#include <string_view>

namespace tower {

/// Dollars written as a plain decimal number ("65000.12"), without floating point on the way: no sign, no
/// exponent, above 0 and at most a billion. What follows the sixth decimal is cut off.
std::optional<MicroUsd> parseUsd(std::string_view text);

/// The price that a JSON document holds at `pointer` (RFC 6901), as a number or as a string.
std::optional<MicroUsd> usdIn(QByteArrayView json, std::string_view pointer);

} // namespace tower
