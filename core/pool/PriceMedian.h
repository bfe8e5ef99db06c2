// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <optional>
#include <vector>

namespace tower {

/// Which of the sources' answers count, and their median.
struct PriceVerdict
{
    std::vector<bool> dropped; ///< one for each answer: it was there, and does not count
    std::optional<MicroUsd> median;
};

/// An answer more than 20 % off the last good median is dropped unless another one, as far off, agrees with
/// it (is within 20 % of it). `answers`: one for each source, nullopt where it gave none. Pure.
PriceVerdict judgePrices(const std::vector<std::optional<MicroUsd>> &answers,
                         std::optional<MicroUsd> lastGood);

} // namespace tower
