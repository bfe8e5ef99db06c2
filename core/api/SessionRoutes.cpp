// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Shapes.h"
#include "core/api/WorkShapes.h"
#include "core/base/Error.h"

namespace tower {

namespace {

Session known(const WorkServices &services, const QString &id)
{
    const std::optional<Session> session = services.sessions.find(id);
    if (!session)
        throw notFound(QStringLiteral("There is no session with this id."), "session_not_found");
    return *session;
}

QCoro::Task<HttpResponse> create(WorkServices services, HttpRequest request)
{
    const std::optional<PubKey> key = services.caller.identityOf(request, LimitClass::Create);
    const Sats amount(requiredInteger(request.json(), "amount_sats"));
    QCoro::Task<Session> creating = services.sessions.create(amount, key);
    const Session session = co_await creating;
    co_return HttpResponse::json(WorkShape(services).session(session), 201);
}

QCoro::Task<HttpResponse> show(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    QCoro::Task<Session> polling = services.sessions.poll(request.parameter("id"));
    const Session session = co_await polling;
    co_return HttpResponse::json(WorkShape(services).session(session));
}

/// 402 as L402 has it: what to pay, and the credential that the payment is for.
HttpResponse paymentRequired(const WorkServices &services, const Sessions::TopUpNeeded &topUp,
                             const QByteArray &macaroon)
{
    const Session &session = topUp.session;
    HttpResponse response = HttpResponse::json(
        QJsonObject{{QStringLiteral("error"),
                     QStringLiteral("This request needs %1 sats, and the session has fewer: pay the top-up "
                                    "invoice, then ask again.")
                         .arg(topUp.needed.value())},
                    {QStringLiteral("code"), QStringLiteral("payment_required")},
                    {QStringLiteral("balanceSats"), jsonNumber(session.balance)},
                    {QStringLiteral("reservedSats"), jsonNumber(session.reserved)},
                    {QStringLiteral("neededSats"), jsonNumber(topUp.needed)},
                    {QStringLiteral("topupInvoice"), toJson(topUp.invoice)},
                    {QStringLiteral("stubMode"), services.stubMode()}},
        402);
    response.headers.emplace_back("WWW-Authenticate", "L402 version=\"0\", token=\"" + macaroon +
                                                          "\", macaroon=\"" + macaroon + "\", invoice=\"" +
                                                          topUp.invoice.paymentRequest.toLatin1() + '"');
    return response;
}

QCoro::Task<HttpResponse> ask(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const QString text = requiredText(request.json(), "request");
    const QString idempotencyKey = QString::fromLatin1(request.header("idempotency-key"));
    QCoro::Task<std::variant<Sessions::Answer, Sessions::TopUpNeeded>> asking = services.sessions.request(
        request.parameter("id"), text, request.header("authorization"), idempotencyKey);
    const std::variant<Sessions::Answer, Sessions::TopUpNeeded> outcome = co_await asking;
    if (const auto *topUp = std::get_if<Sessions::TopUpNeeded>(&outcome))
        co_return paymentRequired(
            services, *topUp, services.sessions.macaroonFor(request.header("authorization"), topUp->session));
    co_return HttpResponse::json(WorkShape(services).answer(std::get<Sessions::Answer>(outcome)));
}

QCoro::Task<HttpResponse> topUp(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const Sats amount(requiredInteger(request.json(), "amount_sats"));
    const QString id = request.parameter("id");
    QCoro::Task<Invoice> asking = services.sessions.topUp(id, amount, request.header("authorization"));
    const Invoice invoice = co_await asking;
    const Session session = known(services, id);
    QJsonObject out = WorkShape(services).session(session);
    // Nobody gets a wider one for a narrowed one.
    out.insert(QStringLiteral("macaroon"),
               QString::fromLatin1(services.sessions.macaroonFor(request.header("authorization"), session)));
    out.insert(QStringLiteral("invoice"), toJson(invoice));
    co_return HttpResponse::json(out);
}

QCoro::Task<HttpResponse> withdraw(WorkServices services, HttpRequest request)
{
    services.caller.identityOf(request, LimitClass::Public);
    const QString bolt11 = requiredText(request.json(), "bolt11");
    QCoro::Task<Sessions::Withdrawal> withdrawing =
        services.sessions.withdraw(request.parameter("id"), bolt11, request.header("authorization"));
    const Sessions::Withdrawal withdrawal = co_await withdrawing;
    QJsonObject out = WorkShape(services).session(withdrawal.session);
    out.insert(QStringLiteral("withdrawal"),
               QJsonObject{{QStringLiteral("amountSats"), jsonNumber(withdrawal.payment.amount)},
                           {QStringLiteral("state"), toText(withdrawal.payment.state)}});
    co_return HttpResponse::json(out);
}

SessionFilter sessionFilter(const HttpRequest &request)
{
    SessionFilter filter;
    if (const auto state = request.queryValue("state"); state && !state->isEmpty()) {
        filter.state = sessionStateFromText(*state);
        if (!filter.state)
            throw badRequest("state", QStringLiteral("state must be one that sessions have."));
    }
    filter.pubkey = queryKey(request, "pubkey");
    return filter;
}

HttpResponse list(const WorkServices &services, const HttpRequest &request)
{
    WorkShape shape(services);
    return HttpResponse::json(
        toJson(services.sessions.list(sessionFilter(request), pageOf(request)),
               [&shape](const Session &session) { return shape.adminSession(session); }));
}

HttpResponse close(const WorkServices &services, const HttpRequest &request)
{
    const QJsonObject body = optionalBody(request);
    const Session session =
        services.sessions.close(request.parameter("id"), optionalText(body, "reason"), request.actor);
    return HttpResponse::json(WorkShape(services).adminSession(session));
}

} // namespace

void addSessionRoutes(Router &router, const WorkServices &services)
{
    using Handler = QCoro::Task<HttpResponse> (*)(WorkServices, HttpRequest);
    const auto add = [&](HttpMethod method, const char *pattern, LimitClass limit, Handler handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .limit = limit,
                    .handler = AsyncHandler([services, handler](HttpRequest request) {
                        return handler(services, std::move(request));
                    })});
    };
    add(HttpMethod::Post, "/api/sessions", LimitClass::Create, create);
    add(HttpMethod::Get, "/api/sessions/:id", LimitClass::Public, show);
    add(HttpMethod::Post, "/api/sessions/:id/request", LimitClass::Public, ask);
    add(HttpMethod::Post, "/api/sessions/:id/topup", LimitClass::Public, topUp);
    add(HttpMethod::Post, "/api/sessions/:id/withdraw", LimitClass::Public, withdraw);
}

void addSessionAdminRoutes(Router &router, const WorkServices &services)
{
    const auto add = [&router](HttpMethod method, const char *pattern, SyncHandler handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    add(HttpMethod::Get, "/api/admin/sessions",
        [services](const HttpRequest &request) { return list(services, request); });
    add(HttpMethod::Post, "/api/admin/sessions/:id/close",
        [services](const HttpRequest &request) { return close(services, request); });
}

} // namespace tower
