// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/Router.h"

#include "core/http/Origins.h"
#include "core/http/RouterState.h"

#include "core/base/Log.h"

#include <algorithm>

namespace tower {

namespace {

QByteArray nameOf(HttpMethod method)
{
    switch (method) {
    case HttpMethod::Get:
        return "GET";
    case HttpMethod::Head:
        return "HEAD";
    case HttpMethod::Post:
        return "POST";
    case HttpMethod::Put:
        return "PUT";
    case HttpMethod::Patch:
        return "PATCH";
    case HttpMethod::Delete:
        return "DELETE";
    case HttpMethod::Options:
        return "OPTIONS";
    case HttpMethod::Other:
        break;
    }
    return {};
}

QByteArray methodsOf(const RouteTable::Match &match)
{
    QByteArrayList names;
    for (const auto &[method, route] : *match.routes) {
        names << nameOf(method);
        if (method == HttpMethod::Get && !match.routes->contains(HttpMethod::Head))
            names << "HEAD";
    }
    names << "OPTIONS";
    return names.join(", ");
}

/// The media type of a body, without its parameters.
bool hasType(const HttpRequest &request, const QByteArray &type)
{
    QByteArrayView sent(request.header("content-type"));
    // `sent` views the header inside the request, which outlives this.
    const qsizetype semicolon = sent.indexOf(';');
    if (semicolon >= 0)
        sent = sent.first(semicolon);
    return sent.trimmed().compare(type, Qt::CaseInsensitive) == 0;
}

HttpResponse tooMany(int retryAfterSecs, const QByteArray &code, const QString &sentence)
{
    HttpResponse response = HttpResponse::error(429, code, sentence);
    response.headers.emplace_back("Retry-After", QByteArray::number(retryAfterSecs));
    return response;
}

HttpResponse internalFailure(const QByteArray &id)
{
    return HttpResponse::error(500, "internal_error",
                               QStringLiteral("Something went wrong here. The log has it under the id %1.")
                                   .arg(QString::fromLatin1(id)));
}

} // namespace

Router::Router(const Clock &clock, RateLimit &limits)
    : m_state(std::make_shared<State>())
    , m_clock(clock)
    , m_limits(limits)
{
}

Router::~Router() = default;

void Router::add(Route route)
{
    m_table.add(route.method, route.pattern, m_state->routes.size());
    RouteStats stats;
    stats.method = nameOf(route.method);
    stats.pattern = route.pattern;
    stats.scope = route.scope;
    m_state->counters.emplace_back(std::move(stats));
    m_state->parameterNames.push_back(RouteTable::parameterNames(route.pattern));
    m_state->routes.push_back(std::move(route));
}

void Router::handle(HttpRequest request, Reply reply)
{
    auto call = std::make_shared<Call>();
    call->state = m_state;
    call->request = std::move(request);
    call->reply = std::move(reply);
    call->startedAt = m_clock.now();
    call->timer.start();
    if (call->request.id.isEmpty())
        call->request.id = newRequestId();
    try {
        dispatch(call);
    } catch (...) {
        call->fail(std::current_exception());
    }
}

void Router::dispatch(const std::shared_ptr<Call> &call)
{
    HttpRequest &request = call->request;
    checkHost(request);
    if (!findRoute(*call))
        return;
    const Route &route = *call->route;
    checkOrigin(*call, route.scope);
    takeFromBucket(request, route);
    authorise(request, route.scope);
    if (!request.body.isEmpty() && !route.bodyType.isEmpty() && !hasType(request, route.bodyType)) {
        call->finish(HttpResponse::error(
            415, "unsupported_media_type",
            QStringLiteral("The body must be of Content-Type %1.").arg(QString::fromLatin1(route.bodyType))));
        return;
    }
    if (const auto *handler = std::get_if<SyncHandler>(&route.handler))
        call->finish((*handler)(request));
    else
        wait(call);
}

void Router::checkHost(const HttpRequest &request) const
{
    const QByteArray host = request.header("host");
    if (!host.isNull() && !isOurHost(host, m_options.allowedHosts))
        throw forbidden(QStringLiteral("The Host header names another server."), "host_not_allowed");
}

/// Finds the route and fills the parameters; what needs no handler (OPTIONS, 404, 405) is answered here.
bool Router::findRoute(Call &call) const
{
    HttpRequest &request = call.request;
    const RouteTable::Match match = m_table.find(request.path);
    if (!match.routes) {
        call.isPublic = true;
        throw notFound(QStringLiteral("There is nothing at this path."));
    }
    auto found = match.routes->find(request.method);
    if (found == match.routes->end() && request.method == HttpMethod::Head)
        found = match.routes->find(HttpMethod::Get);
    if (found == match.routes->end()) {
        call.finish(answerWithoutHandler(call, match));
        return false;
    }
    call.index = found->second;
    call.route = &m_state->routes[call.index];
    const std::vector<QByteArray> &names = m_state->parameterNames[call.index];
    for (std::size_t i = 0; i < names.size(); ++i)
        request.parameters.emplace_back(names[i], match.values[i]);
    return true;
}

/// OPTIONS, or 405.
HttpResponse Router::answerWithoutHandler(Call &call, const RouteTable::Match &match) const
{
    const HttpRequest &request = call.request;
    // A path's methods may differ in scope: a preflight asks for one of them.
    const QByteArray wanted = request.header("access-control-request-method");
    Scope scope = m_state->routes[match.routes->begin()->second].scope;
    for (const auto &[method, index] : *match.routes) {
        if (nameOf(method) == wanted)
            scope = m_state->routes[index].scope;
    }
    checkOrigin(call, scope);
    const QByteArray methods = methodsOf(match);
    HttpResponse response;
    if (request.method == HttpMethod::Options) {
        response = HttpResponse::text({}, {}, 204);
        addPreflightHeaders(response, methods);
    } else {
        response = HttpResponse::error(
            405, "method_not_allowed",
            QStringLiteral("%1 is not possible here.").arg(QString::fromLatin1(request.methodName)));
    }
    response.headers.emplace_back("Allow", methods);
    return response;
}

void Router::checkOrigin(Call &call, Scope scope) const
{
    call.isPublic = scope == Scope::Public;
    call.isOwnOrigin = !isForeignOrigin(call.request, m_options.ownOrigins);
    if (!call.isPublic && !call.isOwnOrigin)
        throw forbidden(QStringLiteral("Pages of other origins may not call this."), "foreign_origin");
}

void Router::takeFromBucket(const HttpRequest &request, const Route &route)
{
    if (route.scope != Scope::Public || route.limit == LimitClass::None)
        return;
    const int limitClass = static_cast<int>(route.limit);
    const QByteArray key = QByteArray::number(limitClass) + ':' + addressKey(request.peer);
    if (const int wait = m_limits.take(key, m_limits.rate(limitClass)); wait > 0)
        throw RateLimited(wait, QStringLiteral("Too many requests: try again in %1 s.").arg(wait));
}

void Router::authorise(HttpRequest &request, Scope scope) const
{
    if (scope == Scope::Public)
        return;
    if (!m_authoriser)
        throw forbidden(QStringLiteral("Nobody may call this."));
    m_authoriser(request, scope);
}

// Static, and all it needs in its frame: the handler may still wait when the router is gone.
QCoro::Task<void> Router::wait(std::shared_ptr<Call> call)
{
    ++call->state->running;
    std::exception_ptr failure;
    HttpResponse response;
    try {
        const auto &handler = std::get<AsyncHandler>(call->route->handler);
        HttpRequest request = call->request;
        QCoro::Task<HttpResponse> answer = handler(std::move(request));
        response = co_await answer;
    } catch (...) {
        failure = std::current_exception();
    }
    --call->state->running;
    if (failure)
        call->fail(failure);
    else
        call->finish(std::move(response));
}

void Router::Call::fail(const std::exception_ptr &failure)
{
    if (!reply)
        return; // it answered before it threw
    HttpResponse response;
    try {
        std::rethrow_exception(failure);
    } catch (const ServiceError &error) {
        if (error.kind() == ErrorKind::Internal)
            log::error(
                "http", QStringLiteral("failed"),
                {{"id", QString::fromLatin1(request.id)}, {"reason", QString::fromUtf8(error.what())}});
        response = error.kind() == ErrorKind::Internal ? internalFailure(request.id) : errorResponse(error);
    } catch (const std::exception &error) {
        log::error("http", QStringLiteral("failed"),
                   {{"id", QString::fromLatin1(request.id)}, {"reason", QString::fromUtf8(error.what())}});
        response = internalFailure(request.id);
    } catch (...) {
        log::error("http", QStringLiteral("failed"),
                   {{"id", QString::fromLatin1(request.id)}, {"reason", QStringLiteral("unknown")}});
        response = internalFailure(request.id);
    }
    finish(std::move(response));
}

int Router::running() const
{
    return m_state->running;
}

const std::deque<Route> &Router::routes() const
{
    return m_state->routes;
}

const std::deque<RequestLogEntry> &Router::log() const
{
    return m_state->log;
}

std::vector<RouteStats> Router::stats() const
{
    std::vector<RouteStats> all;
    all.reserve(m_state->counters.size());
    for (const RouteCounter &counter : m_state->counters)
        all.push_back(counter.stats());
    return all;
}

int Router::statusOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::BadRequest:
        return 400;
    case ErrorKind::Unauthorized:
        return 401;
    case ErrorKind::PaymentRequired:
        return 402;
    case ErrorKind::Forbidden:
        return 403;
    case ErrorKind::NotFound:
        return 404;
    case ErrorKind::Conflict:
        return 409;
    case ErrorKind::Gone:
        return 410;
    case ErrorKind::TooLarge:
        return 413;
    case ErrorKind::Unprocessable:
        return 422;
    case ErrorKind::RateLimited:
        return 429;
    case ErrorKind::Internal:
        return 500;
    case ErrorKind::Upstream:
        return 502;
    case ErrorKind::Unavailable:
        return 503;
    }
    return 500;
}

HttpResponse Router::errorResponse(const ServiceError &error)
{
    if (const auto *limited = dynamic_cast<const RateLimited *>(&error))
        return tooMany(limited->retryAfterSecs(), error.code(), error.message());
    switch (error.kind()) {
    case ErrorKind::RateLimited:
        return tooMany(1, error.code(), error.message());
    case ErrorKind::Internal:
        return HttpResponse::error(500, "internal_error", QStringLiteral("Something went wrong here."));
    default:
        break;
    }
    HttpResponse response =
        HttpResponse::error(statusOf(error.kind()), error.code(), error.message(), error.field());
    if (error.kind() == ErrorKind::Unauthorized)
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace tower
