// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RateLimit.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tower {

namespace {

constexpr qsizetype maxBuckets = 100'000;
constexpr double millisPerMinute = 60'000.0;

} // namespace

QByteArray addressKey(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    if (isV4)
        return QByteArray::number(v4, 16);
    const Q_IPV6ADDR v6 = address.toIPv6Address();
    return "6:" + QByteArray(reinterpret_cast<const char *>(v6.c), 8).toHex();
}

int RateLimit::take(const QByteArray &key, int perMinute)
{
    if (perMinute <= 0)
        return 0;
    const Millis now = m_clock.now();
    auto it = m_buckets.find(key);
    if (it == m_buckets.end()) {
        if (m_buckets.size() >= maxBuckets)
            dropStalest();
        it = m_buckets.insert(key, Bucket{static_cast<double>(perMinute), now});
    }
    // A clock set back refills nothing, and must not take tokens away either.
    const auto elapsed = static_cast<double>(std::max<std::int64_t>(0, (now - it->at).value()));
    it->tokens = std::min<double>(perMinute, it->tokens + elapsed * perMinute / millisPerMinute);
    it->at = now;
    // The sum of many small refills may fall short of a whole token by a rounding error.
    constexpr double rounding = 1e-9;
    if (it->tokens + rounding >= 1.0) {
        it->tokens -= 1.0;
        return 0;
    }
    const double missingMillis = (1.0 - it->tokens) * millisPerMinute / perMinute;
    return std::max(1, static_cast<int>(std::ceil(missingMillis / 1000.0 - rounding)));
}

void RateLimit::setRate(int limitClass, int perMinute)
{
    m_rates[limitClass] = perMinute;
}

int RateLimit::rate(int limitClass) const
{
    return m_rates.value(limitClass, 0);
}

void RateLimit::dropStalest()
{
    // A tenth at once, so that a flood of new keys pays for the search rarely.
    std::vector<Millis> times;
    times.reserve(static_cast<std::size_t>(m_buckets.size()));
    for (const Bucket &bucket : std::as_const(m_buckets))
        times.push_back(bucket.at);
    const auto tenth = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 10);
    std::nth_element(times.begin(), tenth, times.end());
    const Millis limit = *tenth;
    qsizetype excess = maxBuckets / 10;
    m_buckets.removeIf([limit, &excess](auto item) { return item.value().at <= limit && excess-- > 0; });
}

} // namespace tower
