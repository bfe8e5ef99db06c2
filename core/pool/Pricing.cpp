// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/Pricing.h"

#include "core/base/Error.h"

#include <algorithm>

namespace tower {

namespace {

/// Room for every product below: 10^12 tokens × 10^10 × 10^9 requests × 10^4 percent is 10^35, of 10^38.
using Wide = __int128;

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t mostTokens = million * million;
constexpr std::int64_t satsPerBitcoin = 100'000'000;
constexpr std::int64_t everySat = 21 * million * satsPerBitcoin; // there are no more

constexpr qsizetype shortUpTo = 100; // characters
constexpr qsizetype mediumUpTo = 300;

Wide ceilDivided(Wide dividend, Wide divisor)
{
    return (dividend + divisor - 1) / divisor;
}

/// Unicode characters; a pair of surrogates is one.
qsizetype charactersOf(const QString &text)
{
    return std::count_if(text.begin(), text.end(), [](QChar c) { return !c.isLowSurrogate(); });
}

Setting outputTokensFor(qsizetype characters)
{
    if (characters <= shortUpTo)
        return Setting::EstimateOutputTokensShort;
    return characters <= mediumUpTo ? Setting::EstimateOutputTokensMedium : Setting::EstimateOutputTokensLong;
}

/// (tokens × rate + infrastructure per request) × (100 + margin) / 100, as one fraction.
MicroUsd costOf(const Settings &settings, std::int64_t inputTokens, std::int64_t outputTokens, ModelUse use,
                std::int64_t marginPct)
{
    const bool works = use == ModelUse::Work;
    const Wide inputRate =
        settings.millionths(works ? Setting::SonnetInputUsdPerMtok : Setting::HaikuInputUsdPerMtok);
    const Wide outputRate =
        settings.millionths(works ? Setting::SonnetOutputUsdPerMtok : Setting::HaikuOutputUsdPerMtok);
    const Wide infrastructure = settings.millionths(Setting::InfraMonthlyUsd);
    const Wide requests = settings.integer(Setting::InfraMonthlyRequests);
    const Wide tokens = std::clamp<std::int64_t>(inputTokens, 0, mostTokens) * inputRate +
                        std::clamp<std::int64_t>(outputTokens, 0, mostTokens) * outputRate;
    const Wide dividend = (tokens * requests + infrastructure * million) * (100 + marginPct);
    return MicroUsd(static_cast<std::int64_t>(ceilDivided(dividend, requests * million * 100)));
}

} // namespace

CostEstimate Pricing::estimateRequestCost(const QString &request, ModelUse use) const
{
    const qsizetype characters = charactersOf(request);
    const std::int64_t perToken = m_settings.integer(Setting::EstimateCharsPerToken);
    CostEstimate out;
    out.inputTokens =
        (characters + perToken - 1) / perToken + m_settings.integer(Setting::EstimatePromptTokens);
    out.outputTokens = m_settings.integer(outputTokensFor(characters));
    out.cost = calculateActualCost(out.inputTokens, out.outputTokens, use);
    return out;
}

MicroUsd Pricing::calculateActualCost(std::int64_t inputTokens, std::int64_t outputTokens, ModelUse use) const
{
    return costOf(m_settings, inputTokens, outputTokens, use, m_settings.integer(Setting::WorkMarginPct));
}

MicroUsd Pricing::ownCost(std::int64_t inputTokens, std::int64_t outputTokens, ModelUse use) const
{
    return costOf(m_settings, inputTokens, outputTokens, use, 0);
}

Quote Pricing::quote(const QString &request, const BtcPrice &price) const
{
    const CostEstimate estimate = estimateRequestCost(request, ModelUse::Work);
    return {estimate, m_settings.integer(Setting::WorkMarginPct), price, usdToSats(estimate.cost, price.usd)};
}

Sats Pricing::usdToSats(MicroUsd usd, MicroUsd btcPrice)
{
    if (btcPrice <= MicroUsd(0))
        throw internalError(QStringLiteral("A bitcoin price must be above 0."));
    const Wide cost = std::max<std::int64_t>(0, usd.value());
    const Wide sats = ceilDivided(cost * satsPerBitcoin, btcPrice.value());
    return Sats(static_cast<std::int64_t>(std::clamp<Wide>(sats, 1, everySat)));
}

QString Pricing::modelName(ModelUse use) const
{
    return m_settings.text(use == ModelUse::Work ? Setting::WorkModel : Setting::EvalModel);
}

void Pricing::checkRequest(const QString &request) const
{
    if (request.trimmed().isEmpty())
        throw badRequest("request", QStringLiteral("A request needs some text."));
    const std::int64_t most = m_settings.integer(Setting::JobMaxRequestChars);
    if (charactersOf(request) > most)
        throw badRequest("request", QStringLiteral("A request has at most %1 characters.").arg(most));
    if (request.contains(QChar::Null))
        throw badRequest("request", QStringLiteral("A request can't hold a NUL character."));
}

} // namespace tower
