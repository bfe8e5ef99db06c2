// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Error.h"

#include <QByteArray>
#include <QHash>
#include <QHostAddress>

namespace tower {

/// "Too many": what an authoriser or a handler throws when it knows how long to wait; the router turns it
/// into a 429 with Retry-After.
class RateLimited : public ServiceError
{
public:
    RateLimited(int retryAfterSecs, QString message, QByteArray code = "rate_limited")
        : ServiceError(ErrorKind::RateLimited, std::move(code), std::move(message))
        , m_retryAfterSecs(retryAfterSecs)
    {
    }

    [[nodiscard]] int retryAfterSecs() const { return m_retryAfterSecs; }
    void raise() const override { throw *this; }
    [[nodiscard]] RateLimited *clone() const override { return new RateLimited(*this); }

private:
    int m_retryAfterSecs;
};

/// By what a client is counted: its IPv4 address, or the /64 of its IPv6 address, since one subscriber has
/// all of that.
QByteArray addressKey(const QHostAddress &address);

/// Token buckets by key (client address or identity): `perMinute` tokens, refilled evenly; 0 = no limit.
/// Bounded: the stalest buckets go first past 100,000 keys.
class RateLimit
{
public:
    explicit RateLimit(const Clock &clock)
        : m_clock(clock)
    {
    }

    /// Takes one token. Returns 0 when there was one, else the seconds until there will be (>= 1).
    int take(const QByteArray &key, int perMinute);
    /// Sets the rate of a class by name ("signin", "create", "public"): read live from the settings.
    void setRate(int limitClass, int perMinute);
    [[nodiscard]] int rate(int limitClass) const;
    [[nodiscard]] qsizetype size() const { return m_buckets.size(); }

private:
    struct Bucket
    {
        double tokens = 0;
        Millis at;
    };
    void dropStalest();

    const Clock &m_clock;
    QHash<QByteArray, Bucket> m_buckets;
    QHash<int, int> m_rates;
};

} // namespace tower
