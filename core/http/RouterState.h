// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"

#include <QElapsedTimer>

#include <exception>
#include <utility>

namespace tower {

/// Calls, errors and the last latencies of one route.
class RouteCounter
{
public:
    explicit RouteCounter(RouteStats route)
        : m_stats(std::move(route))
    {
    }

    void count(int status, double milliseconds);
    [[nodiscard]] RouteStats stats() const;

private:
    static constexpr std::size_t kept = 1000;

    RouteStats m_stats;
    std::vector<float> m_latencies; ///< a ring: the oldest at m_next once it is full
    std::size_t m_next = 0;
};

/// Lets ten through in each second, and counts the others.
class LogBudget
{
public:
    bool take(Millis now);
    /// How many were refused since the last time this was asked.
    std::int64_t takeRefused() { return std::exchange(m_refused, 0); }

private:
    static constexpr int perSecond = 10;

    std::int64_t m_second = 0;
    int m_taken = 0;
    std::int64_t m_refused = 0;
};

/// What the router and the handlers that wait share. A deque, since a coroutine's captures live in its
/// handler, which must not move.
struct Router::State
{
    std::deque<Route> routes;
    std::deque<RouteCounter> counters;
    std::deque<std::vector<QByteArray>> parameterNames;
    std::deque<RequestLogEntry> log;
    std::int64_t logged = 0;
    LogBudget strays; ///< requests without a route, and those over a limit
    int running = 0;
};

/// One request on its way to its one answer.
struct Router::Call
{
    std::shared_ptr<State> state;
    HttpRequest request;
    Reply reply; ///< empty once answered
    Millis startedAt;
    QElapsedTimer timer;
    const Route *route = nullptr;
    std::size_t index = 0;
    bool isPublic = false;    ///< any page may read the answer
    bool isOwnOrigin = false; ///< no page calls, or one of ours

    /// Adds what every answer has, counts, logs, replies.
    void finish(HttpResponse response);
    void fail(const std::exception_ptr &failure);

private:
    void record(const HttpResponse &response, double milliseconds) const;
};

} // namespace tower
