// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/PriceMedian.h"

#include <algorithm>
#include <cstdlib>

namespace tower {

namespace {

constexpr std::int64_t fifths = 5; // 20 %

bool isFar(MicroUsd price, MicroUsd from)
{
    return std::abs(price.value() - from.value()) > from.value() / fifths;
}

bool isAlone(std::size_t index, const std::vector<std::optional<MicroUsd>> &answers, MicroUsd lastGood)
{
    for (std::size_t other = 0; other < answers.size(); ++other) {
        const bool agrees = other != index && answers[other] && isFar(*answers[other], lastGood) &&
                            !isFar(*answers[other], *answers[index]);
        if (agrees)
            return false;
    }
    return true;
}

MicroUsd medianOf(std::vector<MicroUsd> prices)
{
    std::sort(prices.begin(), prices.end());
    const std::size_t middle = prices.size() / 2;
    if (prices.size() % 2 == 1)
        return prices[middle];
    return MicroUsd((prices[middle - 1].value() + prices[middle].value()) / 2);
}

} // namespace

PriceVerdict judgePrices(const std::vector<std::optional<MicroUsd>> &answers,
                         std::optional<MicroUsd> lastGood)
{
    PriceVerdict verdict;
    std::vector<MicroUsd> counting;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const bool dropped =
            answers[i] && lastGood && isFar(*answers[i], *lastGood) && isAlone(i, answers, *lastGood);
        verdict.dropped.push_back(dropped);
        if (answers[i] && !dropped)
            counting.push_back(*answers[i]);
    }
    if (!counting.empty())
        verdict.median = medianOf(std::move(counting));
    return verdict;
}

} // namespace tower
