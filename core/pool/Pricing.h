// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/pool/PriceOracle.h"

namespace tower {

enum class ModelUse { Evaluate, Work };

struct CostEstimate
{
    std::int64_t inputTokens = 0;
    std::int64_t outputTokens = 0;
    MicroUsd cost; ///< with infrastructure and margin
};

/// A priced request: what its quote was made of.
struct Quote
{
    CostEstimate estimate;
    std::int64_t marginPct = 0;
    BtcPrice price;
    Sats sats;
};

/// The one place that prices. Integer arithmetic throughout; rounded up at the end only.
class Pricing
{
public:
    explicit Pricing(const Settings &settings)
        : m_settings(settings)
    {
    }

    /// (tokens at the model's rates + infrastructure per request) × (1 + margin).
    [[nodiscard]] CostEstimate estimateRequestCost(const QString &request, ModelUse use) const;
    /// The same formula on actual usage.
    [[nodiscard]] MicroUsd calculateActualCost(std::int64_t inputTokens, std::int64_t outputTokens,
                                               ModelUse use) const;
    /// The same without margin: what it costs us.
    [[nodiscard]] MicroUsd ownCost(std::int64_t inputTokens, std::int64_t outputTokens, ModelUse use) const;
    /// The estimate for the working model at this price.
    [[nodiscard]] Quote quote(const QString &request, const BtcPrice &price) const;

    /// ceil(usd × 10^8 ÷ price), at least 1.
    static Sats usdToSats(MicroUsd usd, MicroUsd btcPrice);

    [[nodiscard]] QString modelName(ModelUse use) const;
    /// Throws badRequest("request") for an empty or over-long one (JOB_MAX_REQUEST_CHARS, in characters).
    void checkRequest(const QString &request) const;

private:
    const Settings &m_settings;
};

} // namespace tower
