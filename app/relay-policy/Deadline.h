// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

namespace tower {

/// Until when something may take, over all the waits that it consists of. A requested stop ends it at once.
class Deadline
{
public:
    explicit Deadline(std::chrono::milliseconds span, std::stop_token stop = {})
        : m_end(std::chrono::steady_clock::now() + span)
        , m_stop(std::move(stop))
    {
    }

    [[nodiscard]] bool passed() const { return remaining() <= std::chrono::nanoseconds::zero(); }

    [[nodiscard]] std::chrono::nanoseconds remaining() const
    {
        if (m_stop.stop_requested())
            return std::chrono::nanoseconds::zero();
        return m_end - std::chrono::steady_clock::now();
    }

    /// How long one wait may be: what remains, in slices short enough to notice a stop.
    [[nodiscard]] std::chrono::nanoseconds slice() const
    {
        const std::chrono::nanoseconds left = std::max(remaining(), std::chrono::nanoseconds::zero());
        return m_stop.stop_possible()
                   ? std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(50))
                   : left;
    }

private:
    std::chrono::steady_clock::time_point m_end;
    std::stop_token m_stop;
};

} // namespace tower
