// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"

#include <optional>

namespace tower {

/// A figure that is counted over a whole table: exact while the table is small, and counted again at most
/// once in half a minute when it is large, since the policy's answers wait while rows are counted.
template <class T>
class SlowCount
{
public:
    static constexpr std::int64_t small = 10'000;
    static constexpr Millis keep = seconds(30);

    /// `count` gives the figure, `sizeOf` how many rows it was counted over.
    template <class Count, class SizeOf>
    const T &get(Millis now, Count count, SizeOf sizeOf)
    {
        const bool isFresh = m_value && sizeOf(*m_value) > small && now - m_at < keep && now >= m_at;
        if (!isFresh) {
            m_value = count();
            m_at = now;
        }
        return *m_value;
    }

private:
    std::optional<T> m_value;
    Millis m_at;
};

} // namespace tower
