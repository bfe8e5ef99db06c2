// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/http/HttpMessage.h"
#include "core/http/RateLimit.h"
#include "core/http/RouteTable.h"

#include <QCoroTask>
#include <QStringList>

#include <deque>
#include <functional>
#include <memory>
#include <variant>

namespace tower {

/// Who may call a route. The router asks its authoriser, which knows the secrets.
enum class Scope { Public, Policy, Admin, Metrics };

/// Which token bucket a call takes from.
enum class LimitClass { None, SignIn, Create, Public };

using SyncHandler = std::function<HttpResponse(const HttpRequest &)>;
/// Takes the request by value: it lives as long as the coroutine.
using AsyncHandler = std::function<QCoro::Task<HttpResponse>(HttpRequest)>;

struct Route
{
    HttpMethod method;
    QByteArray pattern; ///< "/api/admin/relay/accounts/:pubkey/grant"
    Scope scope = Scope::Public;
    LimitClass limit = LimitClass::Public;
    std::variant<SyncHandler, AsyncHandler> handler;
    QByteArray bodyType = "application/json"; ///< required Content-Type of a body; "" takes any
    bool quiet = false; ///< logged at debug level only (the policy: thousands a second; /api/admin/changes)
};

/// Calls, errors and latency of one route since the start.
struct RouteStats
{
    QByteArray method;
    QByteArray pattern;
    Scope scope = Scope::Public;
    std::int64_t calls = 0;
    std::int64_t clientErrors = 0; ///< 4xx
    std::int64_t serverErrors = 0; ///< 5xx
    double p50Ms = 0;              ///< of the last 1,000 calls
    double p99Ms = 0;
};

/// One finished request, for the live log of the API page (never a header or a body). Anybody can make up
/// requests that reach no route (a foreign Host, an unknown path or method) or too many of them (429): of
/// these, ten a second are logged and the others counted, so that a flood neither fills the disk nor pushes
/// what matters out of the log.
struct RequestLogEntry
{
    std::int64_t number = 0; ///< counts up from the start
    Millis at;
    QByteArray id;
    QByteArray method;
    QByteArray path;  ///< cut after 200 bytes; no query: it could hold a token
    QByteArray route; ///< the pattern, "" when none matched
    QString peer;
    int status = 0;
    double milliseconds = 0;
    QByteArray errorCode;
};

/// What every request meets, in this order: host, origin, route, limit, authorisation, content type, handler;
/// and every answer: the error shape {"error", "code", "field"?}, CORS, X-Request-Id, one log line. Core
/// thread.
class Router
{
public:
    struct Options
    {
        QStringList allowedHosts; ///< "name" or "name:port", lower case; loopback names are always allowed
        QStringList ownOrigins;   ///< origins that admin and policy routes accept ("http://127.0.0.1:8337")
    };
    /// Throws ServiceError when `request` may not use a route of `scope`; sets request.actor.
    using Authoriser = std::function<void(HttpRequest &request, Scope scope)>;
    using Reply = std::function<void(HttpResponse)>;

    Router(const Clock &clock, RateLimit &limits);
    ~Router();
    Router(const Router &) = delete;
    Router &operator=(const Router &) = delete;

    void setOptions(Options options) { m_options = std::move(options); }
    void setAuthoriser(Authoriser authoriser) { m_authoriser = std::move(authoriser); }
    void add(Route route);

    /// Answers exactly once through `reply`, at once for a SyncHandler. Nothing thrown by a handler escapes:
    /// a ServiceError becomes its status; anything else a 500 that names only the request's id.
    void handle(HttpRequest request, Reply reply);

    /// Handlers that wait and have not answered yet. Shutdown waits for 0.
    [[nodiscard]] int running() const;

    /// In the order they were added.
    [[nodiscard]] const std::deque<Route> &routes() const;
    [[nodiscard]] std::vector<RouteStats> stats() const;
    /// Newest last, at most 1,000; without the successful calls of quiet routes.
    [[nodiscard]] const std::deque<RequestLogEntry> &log() const;

    /// A RateLimited error brings its Retry-After along. An Internal one says nothing of its cause.
    static HttpResponse errorResponse(const ServiceError &error);
    static int statusOf(ErrorKind kind);

private:
    struct State;
    struct Call;

    void dispatch(const std::shared_ptr<Call> &call);
    void checkHost(const HttpRequest &request) const;
    [[nodiscard]] bool findRoute(Call &call) const;
    void checkOrigin(Call &call, Scope scope) const;
    void takeFromBucket(const HttpRequest &request, const Route &route);
    void authorise(HttpRequest &request, Scope scope) const;
    [[nodiscard]] HttpResponse answerWithoutHandler(Call &call, const RouteTable::Match &match) const;
    static QCoro::Task<void> wait(std::shared_ptr<Call> call);

    std::shared_ptr<State> m_state; ///< shared with the handlers that wait
    RouteTable m_table;
    Options m_options;
    Authoriser m_authoriser;
    const Clock &m_clock;
    RateLimit &m_limits;
};

} // namespace tower
