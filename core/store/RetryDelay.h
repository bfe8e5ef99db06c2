// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace tower {

/// When to try something again that blocks while it fails: a second after the first failure, then twice as
/// long after each further one, 30 seconds at most.
class RetryDelay
{
public:
    using Time = std::chrono::steady_clock::time_point;

    [[nodiscard]] bool mayTry(Time now) const { return !m_next || now >= *m_next; }
    /// `now`: when the attempt ended.
    void failed(Time now)
    {
        m_next = now + m_delay;
        m_delay = std::min(m_delay * 2, longest);
    }
    void succeeded() { *this = {}; }

private:
    static constexpr std::chrono::seconds shortest{1};
    static constexpr std::chrono::seconds longest{30};

    std::optional<Time> m_next;
    std::chrono::seconds m_delay = shortest;
};

} // namespace tower
