// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ZapRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"

namespace tower {

namespace {

QJsonValue keyOrNull(const std::optional<PubKey> &key)
{
    return key ? QJsonValue(key->text()) : QJsonValue(QJsonValue::Null);
}

QJsonObject shapeOf(const Zap &zap)
{
    return {{QStringLiteral("id"), zap.id},
            {QStringLiteral("jobId"), textOrNull(zap.jobId)},
            {QStringLiteral("recipient"), keyOrNull(zap.recipient)},
            {QStringLiteral("amountSats"), jsonNumber(zap.amount)},
            {QStringLiteral("lightningAddress"), textOrNull(zap.lightningAddress)},
            {QStringLiteral("state"), toText(zap.state)},
            {QStringLiteral("reason"), textOrNull(zap.reason)},
            {QStringLiteral("simulated"), zap.simulated},
            {QStringLiteral("createdAt"), toIso(zap.createdAt)}};
}

QJsonObject shapeOf(const ZapsByHand::Preview &preview)
{
    return {
        {QStringLiteral("preview"), true},
        {QStringLiteral("recipient"), keyOrNull(preview.recipient)},
        {QStringLiteral("lightningAddress"), textOrNull(preview.lightningAddress)},
        {QStringLiteral("amountSats"), jsonNumber(preview.amount)},
        {QStringLiteral("maxFeeSats"), jsonNumber(preview.maximumFee)},
        {QStringLiteral("comment"), preview.comment},
        {QStringLiteral("isZap"), preview.isZap ? QJsonValue(*preview.isZap) : QJsonValue(QJsonValue::Null)},
        {QStringLiteral("simulated"), preview.simulated},
        {QStringLiteral("problem"), textOrNull(preview.problem)}};
}

QJsonObject shapeOf(const LoggedEvent &event)
{
    return {{QStringLiteral("eventId"), event.eventId.text()},
            {QStringLiteral("kind"), event.kind},
            {QStringLiteral("purpose"), event.purpose},
            {QStringLiteral("recipient"), keyOrNull(event.recipient)},
            {QStringLiteral("amountSats"),
             event.amount ? jsonNumber(*event.amount) : QJsonValue(QJsonValue::Null)},
            {QStringLiteral("publishState"), toText(event.publishState)},
            {QStringLiteral("tries"), event.tries},
            {QStringLiteral("relayAnswer"), textOrNull(event.relayAnswer)},
            {QStringLiteral("rawEvent"), QString::fromUtf8(event.rawEvent)},
            {QStringLiteral("createdAt"), toIso(event.createdAt)}};
}

HttpResponse listZaps(Zaps &zaps, const HttpRequest &request)
{
    ZapFilter filter;
    if (const QString state = queryText(request, "state"); !state.isEmpty()) {
        filter.state = zapStateFromText(state);
        if (!filter.state)
            throw badRequest("state", QStringLiteral("state must be one that zaps have."));
    }
    filter.recipient = queryKey(request, "recipient");
    return HttpResponse::json(
        toJson(zaps.list(filter, pageOf(request)), [](const Zap &zap) { return shapeOf(zap); }));
}

HttpResponse listEvents(EventLog &events, const HttpRequest &request)
{
    EventLogFilter filter;
    if (const QString state = queryText(request, "publishState"); !state.isEmpty())
        filter.publishState = publishStateFromText(state);
    filter.purpose = queryText(request, "purpose");
    filter.recipient = queryKey(request, "recipient");
    return HttpResponse::json(toJson(events.list(filter, pageOf(request)),
                                     [](const LoggedEvent &event) { return shapeOf(event); }));
}

QCoro::Task<HttpResponse> send(ZapServices services, HttpRequest request)
{
    const QJsonObject body = request.json();
    ZapsByHand::Order order;
    order.recipient = requiredText(body, "recipient");
    if (!body.value(QLatin1String("amountSats")).isUndefined())
        order.amount = Sats(requiredInteger(body, "amountSats"));
    order.comment = optionalText(body, "comment");
    if (optionalFlag(body, "preview")) {
        QCoro::Task<ZapsByHand::Preview> previewing = services.byHand.preview(order);
        const ZapsByHand::Preview preview = co_await previewing;
        co_return HttpResponse::json(shapeOf(preview));
    }
    QCoro::Task<Zap> sending = services.byHand.send(order, request.actor);
    const Zap zap = co_await sending;
    co_return HttpResponse::json(shapeOf(zap), 201);
}

QCoro::Task<HttpResponse> retry(ZapServices services, HttpRequest request)
{
    const QJsonObject body = optionalBody(request);
    const QString reason = optionalText(body, "reason");
    QCoro::Task<Zap> retrying = services.byHand.retry(request.parameter("id"), reason, request.actor);
    const Zap zap = co_await retrying;
    co_return HttpResponse::json(shapeOf(zap));
}

HttpResponse resolve(ZapsByHand &byHand, const HttpRequest &request)
{
    const QJsonObject body = request.json();
    if (!body.value(QLatin1String("paid")).isBool())
        throw badRequest("paid", QStringLiteral("paid must be true or false."));
    return HttpResponse::json(shapeOf(byHand.resolve(request.parameter("id"), optionalFlag(body, "paid"),
                                                     requiredText(body, "reason"), request.actor)));
}

} // namespace

void addZapRoutes(Router &router, const ZapServices &services)
{
    const auto add = [&router](HttpMethod method, const char *pattern,
                               std::variant<SyncHandler, AsyncHandler> handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    add(HttpMethod::Get, "/api/admin/zaps",
        SyncHandler([services](const HttpRequest &request) { return listZaps(services.zaps, request); }));
    add(HttpMethod::Post, "/api/admin/zaps",
        AsyncHandler([services](HttpRequest request) { return send(services, std::move(request)); }));
    add(HttpMethod::Post, "/api/admin/zaps/:id/retry",
        AsyncHandler([services](HttpRequest request) { return retry(services, std::move(request)); }));
    add(HttpMethod::Post, "/api/admin/zaps/:id/resolve",
        SyncHandler([services](const HttpRequest &request) { return resolve(services.byHand, request); }));
    add(HttpMethod::Get, "/api/admin/events",
        SyncHandler([services](const HttpRequest &request) { return listEvents(services.events, request); }));
}

} // namespace tower
