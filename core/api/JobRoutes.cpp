// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Shapes.h"
#include "core/api/WorkShapes.h"
#include "core/base/Error.h"

namespace tower {

namespace {

QCoro::Task<HttpResponse> create(WorkServices services, HttpRequest request)
{
    const std::optional<PubKey> key = services.caller.identityOf(request, LimitClass::Create);
    const QString text = requiredText(request.json(), "request");
    QCoro::Task<Job> creating = services.jobs.create(text, key);
    const Job job = co_await creating;
    co_return HttpResponse::json(WorkShape(services).job(job), 201);
}

QCoro::Task<HttpResponse> show(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    QCoro::Task<Job> polling = services.jobs.poll(request.parameter("id"));
    const Job job = co_await polling;
    co_return HttpResponse::json(WorkShape(services).job(job));
}

QCoro::Task<HttpResponse> refund(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const QString bolt11 = requiredText(request.json(), "bolt11");
    QCoro::Task<Job> refunding = services.jobs.refund(request.parameter("id"), bolt11);
    const Job job = co_await refunding;
    co_return HttpResponse::json(WorkShape(services).job(job));
}

JobFilter jobFilter(const HttpRequest &request)
{
    JobFilter filter;
    if (const auto state = request.queryValue("state"); state && !state->isEmpty()) {
        filter.state = jobStateFromText(*state);
        if (!filter.state)
            throw badRequest("state", QStringLiteral("state must be one that jobs have."));
    }
    filter.pubkey = queryKey(request, "pubkey");
    return filter;
}

HttpResponse list(const WorkServices &services, const HttpRequest &request)
{
    WorkShape shape(services);
    return HttpResponse::json(toJson(services.jobs.list(jobFilter(request), pageOf(request)),
                                     [&shape](const Job &job) { return shape.adminJob(job); }));
}

} // namespace

void addJobRoutes(Router &router, const WorkServices &services)
{
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/jobs",
                .limit = LimitClass::Create,
                .handler = AsyncHandler(
                    [services](HttpRequest request) { return create(services, std::move(request)); })});
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/jobs/:id",
                .handler = AsyncHandler(
                    [services](HttpRequest request) { return show(services, std::move(request)); })});
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/jobs/:id/refund",
                .handler = AsyncHandler(
                    [services](HttpRequest request) { return refund(services, std::move(request)); })});
    router.add(
        {.method = HttpMethod::Get,
         .pattern = "/api/admin/jobs",
         .scope = Scope::Admin,
         .limit = LimitClass::None,
         .handler = SyncHandler([services](const HttpRequest &request) { return list(services, request); })});
}

} // namespace tower
