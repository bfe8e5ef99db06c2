// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RouterState.h"

#include "core/base/Log.h"
#include "core/http/Origins.h"

#include <QJsonDocument>

#include <algorithm>

namespace tower {

namespace {

constexpr std::size_t maxLog = 1000;
constexpr qsizetype maxLogged = 200;

/// A method or a path may be as long as a whole head; both are ASCII.
QByteArray shortened(const QByteArray &text)
{
    return text.size() <= maxLogged ? text : text.first(maxLogged) + "…";
}

QByteArray codeOf(const HttpResponse &response)
{
    if (response.status < 400 || response.contentType != "application/json")
        return {};
    return QJsonDocument::fromJson(response.body).object().value(QLatin1String("code")).toString().toLatin1();
}

double percentile(std::vector<float> values, double share)
{
    if (values.empty())
        return 0;
    const auto rank =
        values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), rank, values.end());
    return static_cast<double>(*rank);
}

} // namespace

bool LogBudget::take(Millis now)
{
    const std::int64_t second = now.value() / 1000;
    if (second != m_second) {
        m_second = second;
        m_taken = 0;
    }
    if (m_taken < perSecond) {
        ++m_taken;
        return true;
    }
    ++m_refused;
    return false;
}

void RouteCounter::count(int status, double milliseconds)
{
    ++m_stats.calls;
    if (status >= 500)
        ++m_stats.serverErrors;
    else if (status >= 400)
        ++m_stats.clientErrors;
    if (m_latencies.size() < kept) {
        m_latencies.push_back(static_cast<float>(milliseconds));
        return;
    }
    m_latencies[m_next] = static_cast<float>(milliseconds);
    m_next = (m_next + 1) % kept;
}

RouteStats RouteCounter::stats() const
{
    RouteStats stats = m_stats;
    stats.p50Ms = percentile(m_latencies, 0.50);
    stats.p99Ms = percentile(m_latencies, 0.99);
    return stats;
}

void Router::Call::finish(HttpResponse response)
{
    if (!reply)
        return;
    response.headers.emplace_back("X-Request-Id", request.id);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    // Answers hold balances, tokens and keys: only what says otherwise may be kept.
    if (!response.hasHeader("Cache-Control"))
        response.headers.emplace_back("Cache-Control", "no-store");
    if (isPublic || isOwnOrigin)
        addCorsHeaders(response, request, isPublic);
    record(response, static_cast<double>(timer.nsecsElapsed()) / 1e6);
    const Reply answer = std::exchange(reply, nullptr);
    answer(std::move(response));
}

void Router::Call::record(const HttpResponse &response, double milliseconds) const
{
    if (route)
        state->counters[index].count(response.status, milliseconds);
    if (route && route->quiet && response.status < 400) {
        // Thousands a second: no more than tells the call.
        if (log::isVerbose())
            log::debug("http", QStringLiteral("served"), {{"id", QString::fromLatin1(request.id)}});
        return;
    }
    const bool isStray = !route || response.status == 429;
    if (isStray && !state->strays.take(startedAt))
        return;
    RequestLogEntry entry;
    entry.id = request.id;
    entry.method = shortened(request.methodName);
    entry.path = shortened(request.path);
    entry.peer = request.peer.toString();
    entry.status = response.status;
    entry.milliseconds = milliseconds;
    entry.errorCode = codeOf(response);
    if (const std::int64_t unlogged = state->strays.takeRefused(); unlogged > 0)
        log::warning("http", QStringLiteral("requests without a route or over a limit were not logged"),
                     {{"count", QString::number(unlogged)}});
    log::info("http", QStringLiteral("served"),
              {{"method", QString::fromUtf8(entry.method)},
               {"path", QString::fromUtf8(entry.path)},
               {"status", QString::number(entry.status)},
               {"ms", QString::number(milliseconds, 'f', 2)},
               {"peer", entry.peer},
               {"id", QString::fromLatin1(entry.id)},
               {"code", QString::fromLatin1(entry.errorCode)}});
    entry.number = ++state->logged;
    entry.at = startedAt;
    if (route)
        entry.route = route->pattern;
    state->log.push_back(std::move(entry));
    if (state->log.size() > maxLog)
        state->log.pop_front();
}

} // namespace tower
