// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Shapes.h"
#include "core/api/WorkShapes.h"

namespace tower {

namespace {

QJsonObject toJson(const FreeTierDecision &decision)
{
    return {{QStringLiteral("serve"), toText(decision.serve)},
            {QStringLiteral("absorbSats"), jsonNumber(decision.absorb)},
            {QStringLiteral("chargeSats"), jsonNumber(decision.charge)}};
}

/// The pool as far as a customer may see it. Its whole status takes sums, which are the operator's to ask
/// for.
QJsonObject pool(const WorkServices &services)
{
    QJsonObject budgets;
    for (const Tier tier : {Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
        budgets.insert(toText(tier), jsonNumber(dailyBudget(tier, services.settings)));
    return {{QStringLiteral("balanceSats"), jsonNumber(services.ledger.balance(Account::pool()))},
            {QStringLiteral("dailyBudgets"), budgets}};
}

QCoro::Task<HttpResponse> estimate(WorkServices services, HttpRequest request)
{
    const QString text = queryText(request, "request");
    services.pricing.checkRequest(text);
    const std::optional<PubKey> key = services.caller.identityIfAny(request, LimitClass::Public);
    QCoro::Task<BtcPrice> asking = services.oracle.price();
    const BtcPrice price = co_await asking;

    const Quote quote = services.pricing.quote(text, price);
    const FreeTierDecision decision = services.pool.decide(key, quote.sats);
    const QJsonObject out{
        {QStringLiteral("estimatedSats"), jsonNumber(quote.sats)},
        {QStringLiteral("model"), services.pricing.modelName(ModelUse::Work)},
        {QStringLiteral("btcPriceUsd"), jsonUsd(price.usd)},
        {QStringLiteral("btcPriceSource"), toText(price.origin)},
        {QStringLiteral("tokenEstimate"),
         QJsonObject{{QStringLiteral("inputTokens"), jsonNumber(quote.estimate.inputTokens)},
                     {QStringLiteral("outputTokens"), jsonNumber(quote.estimate.outputTokens)}}},
        {QStringLiteral("identity"),
         QJsonObject{{QStringLiteral("trust_tier"), toText(WorkShape(services).tierOf(key))},
                     {QStringLiteral("free_tier"), toJson(decision)}}},
        {QStringLiteral("pool"), pool(services)},
        {QStringLiteral("stubMode"), services.stubMode()}};
    co_return HttpResponse::json(out);
}

} // namespace

void addEstimateRoute(Router &router, const WorkServices &services)
{
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/estimate",
                .handler = AsyncHandler(
                    [services](HttpRequest request) { return estimate(services, std::move(request)); })});
}

} // namespace tower
