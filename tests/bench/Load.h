// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tower::bench {

struct LoadResult
{
    double seconds = 0;
    std::size_t answers = 0;
    std::size_t wrong = 0;   ///< answers without the expected text, and connections that broke
    std::vector<int> micros; ///< sorted; each request's time from its sending to its answer

    [[nodiscard]] double perSecond() const
    {
        return seconds > 0 ? static_cast<double>(answers) / seconds : 0;
    }
    [[nodiscard]] int percentile(double p) const
    {
        return micros.empty() ? 0
                              : micros[static_cast<std::size_t>(p * static_cast<double>(micros.size() - 1))];
    }
};

/// A whole HTTP request, ready to be sent.
std::string httpPost(const std::string &path, std::uint16_t port, const std::string &body);

/// Sends each request once over `connections` kept connections to 127.0.0.1, one in flight on each, from this
/// thread.
LoadResult load(std::uint16_t port, const std::vector<std::string> &requests, int connections,
                const std::string &expected);

} // namespace tower::bench
