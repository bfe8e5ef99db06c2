// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/BootstrapRoutes.h"

#include "core/api/BootstrapShape.h"
#include "core/api/Shapes.h"
#include "core/base/Error.h"

namespace tower {

namespace {

QCoro::Task<HttpResponse> create(BootstrapServices services, HttpRequest request)
{
    const std::optional<PubKey> key = services.caller.identityOf(request, LimitClass::Create);
    const QJsonObject body = optionalBody(request);
    const NodeRequest order{optionalText(body, "sshPublicKey"), optionalText(body, "refundAddress"), key};
    QCoro::Task<Bootstrap::Created> creating = services.bootstrap.create(order);
    const Bootstrap::Created created = co_await creating;
    co_return HttpResponse::json(BootstrapShape(services).created(created), 201);
}

/// An answer that nobody reads must not use up the one delivery of the key.
bool isRead(const HttpRequest &request)
{
    return request.method != HttpMethod::Head && !(request.client && request.client->isGone());
}

QCoro::Task<HttpResponse> show(BootstrapServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    QCoro::Task<BootstrapJob> polling = services.bootstrap.poll(request.parameter("id"));
    const BootstrapJob job = co_await polling;
    BootstrapShape shape(services);
    if (!BootstrapShape::hasCredentials(job) || !isRead(request))
        co_return HttpResponse::json(shape.node(job));
    const Bootstrap::KeyDelivery delivery = services.bootstrap.deliverKey(job);
    co_return HttpResponse::json(shape.nodeWithCredentials(job, delivery));
}

QCoro::Task<HttpResponse> refund(BootstrapServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const QString bolt11 = requiredText(request.json(), "bolt11");
    QCoro::Task<BootstrapJob> refunding = services.bootstrap.refund(request.parameter("id"), bolt11);
    const BootstrapJob job = co_await refunding;
    co_return HttpResponse::json(BootstrapShape(services).node(job));
}

HttpResponse redeliver(const BootstrapServices &services, const HttpRequest &request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const QString token = requiredText(request.json(), "deliveryToken");
    const QString id = request.parameter("id");
    const SecretBytes key = services.bootstrap.redeliver(id, token);
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("bootstrapJobId"), id.toLower()},
                    {QStringLiteral("sshPrivateKey"), QString::fromLatin1(key.view())}});
}

BootstrapFilter bootstrapFilter(const HttpRequest &request)
{
    BootstrapFilter filter;
    if (const QString state = queryText(request, "state"); !state.isEmpty()) {
        filter.state = bootstrapStateFromText(state);
        if (!filter.state)
            throw badRequest("state", QStringLiteral("state must be one that nodes have."));
    }
    filter.pubkey = queryKey(request, "pubkey");
    return filter;
}

HttpResponse list(const BootstrapServices &services, const HttpRequest &request)
{
    BootstrapShape shape(services);
    return HttpResponse::json(toJson(services.bootstrap.list(bootstrapFilter(request), pageOf(request)),
                                     [&shape](const BootstrapJob &job) { return shape.adminNode(job); }));
}

QCoro::Task<HttpResponse> story(BootstrapServices services, HttpRequest request)
{
    QCoro::Task<BootstrapJob> polling = services.bootstrap.poll(request.parameter("id"));
    const BootstrapJob job = co_await polling;
    co_return HttpResponse::json(BootstrapShape(services).story(job));
}

HttpResponse retry(const BootstrapServices &services, const HttpRequest &request)
{
    const BootstrapJob job = services.bootstrap.retry(request.parameter("id"), request.actor);
    return HttpResponse::json(BootstrapShape(services).adminNode(job));
}

HttpResponse destroy(const BootstrapServices &services, const HttpRequest &request)
{
    const QString reason = optionalText(optionalBody(request), "reason");
    const BootstrapJob job = services.bootstrap.destroy(request.parameter("id"), request.actor, reason);
    return HttpResponse::json(BootstrapShape(services).adminNode(job));
}

QCoro::Task<HttpResponse> refundAsOperator(BootstrapServices services, HttpRequest request)
{
    const QString bolt11 = optionalText(optionalBody(request), "bolt11");
    QCoro::Task<BootstrapJob> refunding =
        services.bootstrap.refundAs(request.actor, request.parameter("id"), bolt11);
    const BootstrapJob job = co_await refunding;
    co_return HttpResponse::json(BootstrapShape(services).adminNode(job));
}

QCoro::Task<HttpResponse> orphans(BootstrapServices services, HttpRequest request)
{
    if (request.queryInteger("fresh", 0, 0, 1) == 0)
        co_return HttpResponse::json(toJson(services.sweep.report()));
    QCoro::Task<SweepReport> sweeping = services.sweep.sweep();
    const SweepReport report = co_await sweeping;
    co_return HttpResponse::json(toJson(report));
}

QCoro::Task<HttpResponse> deleteOrphan(BootstrapServices services, HttpRequest request)
{
    const QJsonObject body = request.json();
    const std::optional<CloudKind> kind = cloudKindFromText(requiredText(body, "kind"));
    if (!kind)
        throw badRequest("kind", QStringLiteral("kind must be key, tailnet_key, volume or droplet."));
    const QString id = requiredText(body, "id");
    QCoro::Task<SweepReport> removing = services.sweep.remove(*kind, id, request.actor);
    const SweepReport report = co_await removing;
    co_return HttpResponse::json(toJson(report));
}

using Waiting = QCoro::Task<HttpResponse> (*)(BootstrapServices, HttpRequest);
using AtOnce = HttpResponse (*)(const BootstrapServices &, const HttpRequest &);

AsyncHandler handlerOf(const BootstrapServices &services, Waiting handler)
{
    return [services, handler](HttpRequest request) { return handler(services, std::move(request)); };
}

SyncHandler handlerOf(const BootstrapServices &services, AtOnce handler)
{
    return [services, handler](const HttpRequest &request) { return handler(services, request); };
}

} // namespace

void addBootstrapRoutes(Router &router, const BootstrapServices &services)
{
    const auto add = [&](HttpMethod method, const char *pattern, LimitClass limit, auto handler) {
        router.add(
            {.method = method, .pattern = pattern, .limit = limit, .handler = handlerOf(services, handler)});
    };
    add(HttpMethod::Post, "/api/bootstrap", LimitClass::Create, create);
    add(HttpMethod::Get, "/api/bootstrap/:id", LimitClass::Public, show);
    add(HttpMethod::Post, "/api/bootstrap/:id/refund", LimitClass::Public, refund);
    add(HttpMethod::Post, "/api/bootstrap/:id/redeliver", LimitClass::Public, redeliver);
}

void addBootstrapAdminRoutes(Router &router, const BootstrapServices &services)
{
    const auto add = [&](HttpMethod method, const char *pattern, auto handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = handlerOf(services, handler)});
    };
    add(HttpMethod::Get, "/api/admin/bootstrap", list);
    add(HttpMethod::Get, "/api/admin/bootstrap/orphans", orphans);
    add(HttpMethod::Post, "/api/admin/bootstrap/orphans/delete", deleteOrphan);
    add(HttpMethod::Get, "/api/admin/bootstrap/:id", story);
    add(HttpMethod::Post, "/api/admin/bootstrap/:id/retry", retry);
    add(HttpMethod::Post, "/api/admin/bootstrap/:id/destroy", destroy);
    add(HttpMethod::Post, "/api/admin/bootstrap/:id/refund", refundAsOperator);
}

} // namespace tower
