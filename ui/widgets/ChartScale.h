// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <vector>

namespace tower {

/// A value axis from `low` to `high` with a line at each `step`, which is 1, 2 or 5 times a power of ten;
/// both ends are multiples of it.
struct ChartScale
{
    std::int64_t low = 0;
    std::int64_t high = 1;
    std::int64_t step = 1;

    /// Holds `least` and `most`, with about `lines` steps. It begins at 0 unless `fromZero` is false and the
    /// values keep well away from it.
    static ChartScale over(std::int64_t least, std::int64_t most, int lines, bool fromZero);

    [[nodiscard]] std::vector<std::int64_t> lines() const;
    /// Where a value lies between low (0) and high (1).
    [[nodiscard]] double share(std::int64_t value) const;
};

/// Short enough for an axis: "950", "12 k", "1.5 M".
QString axisText(std::int64_t value);

} // namespace tower
