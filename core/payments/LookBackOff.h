// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <algorithm>

namespace tower {

/// How long to wait before the wallet is asked again about a payment, after so many looks: 2 s doubling to
/// 60 s.
constexpr Millis lookBackOff(std::int64_t looks)
{
    return std::min(seconds(2LL << std::clamp<std::int64_t>(looks, 0, 5)), seconds(60));
}

} // namespace tower
