// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/PriceOracle.h"

#include "core/base/Log.h"
#include "core/pool/CoinGecko.h"
#include "core/pool/Coinbase.h"
#include "core/pool/Kraken.h"
#include "core/pool/PriceMedian.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tower {

namespace {

constexpr Millis longestUse = seconds(3600); // of the last good price
constexpr Millis shortestPause = seconds(10);
constexpr Millis longestPause = seconds(60);
constexpr std::int64_t microPerDollar = 1'000'000;

constexpr std::array<const char *, 3> originNames = {"live", "stale", "fallback"};

QString dollars(MicroUsd usd)
{
    return QString::number(usd.value() / microPerDollar);
}

} // namespace

QString toText(PriceOrigin origin)
{
    return QString::fromLatin1(originNames[static_cast<std::size_t>(origin)]);
}

std::optional<PriceOrigin> priceOriginFromText(const QString &text)
{
    for (std::size_t i = 0; i < originNames.size(); ++i) {
        if (text == QLatin1String(originNames[i]))
            return static_cast<PriceOrigin>(i);
    }
    return std::nullopt;
}

PriceOracle::PriceOracle(const Settings &settings, const Clock &clock, QObject *parent, Millis patience)
    : QObject(parent)
    , m_settings(settings)
    , m_clock(clock)
    , m_patience(patience)
{
    m_sources.push_back(std::make_unique<CoinGecko>());
    m_sources.push_back(std::make_unique<Coinbase>());
    m_sources.push_back(std::make_unique<Kraken>());
}

PriceOracle::~PriceOracle()
{
    abort();
}

void PriceOracle::abort()
{
    m_stopped = true;
    m_client.abort(); // a flight lands inside this call
}

std::vector<const PriceSource *> PriceOracle::enabledSources() const
{
    const QStringList &names = m_settings.list(Setting::BtcPriceSources);
    std::vector<const PriceSource *> out;
    for (const auto &source : m_sources) {
        if (names.contains(source->name()))
            out.push_back(source.get());
    }
    return out;
}

std::optional<Millis> PriceOracle::ageOf(const std::optional<Millis> &at) const
{
    if (!at || *at > m_clock.now())
        return std::nullopt;
    return m_clock.now() - *at;
}

std::optional<Millis> PriceOracle::ageOfLastGood() const
{
    return m_lastGood ? ageOf(m_lastGood->at) : std::nullopt;
}

BtcPrice PriceOracle::known() const
{
    const std::optional<Millis> age = ageOfLastGood();
    const Millis cache = seconds(m_settings.integer(Setting::BtcPriceCacheSecs));
    if (age && !enabledSources().empty() && (*age < cache || *age <= longestUse))
        return {m_lastGood->usd, *age < cache ? PriceOrigin::Live : PriceOrigin::Stale, m_lastGood->at};
    return {MicroUsd(m_settings.millionths(Setting::BtcPriceUsdFallback)), PriceOrigin::Fallback,
            m_clock.now()};
}

bool PriceOracle::isDue() const
{
    if (m_stopped || enabledSources().empty())
        return false;
    const Millis cache = seconds(m_settings.integer(Setting::BtcPriceCacheSecs));
    if (const auto age = ageOfLastGood(); age && *age < cache)
        return false;
    const std::optional<Millis> sinceFailure = ageOf(m_failedAt);
    return !sinceFailure || *sinceFailure >= std::clamp(cache, shortestPause, longestPause);
}

QCoro::Task<BtcPrice> PriceOracle::price()
{
    if (!isDue())
        co_return known();
    Later<BtcPrice> landing;
    m_waiting.push_back(landing);
    if (!m_flying)
        fly();
    const BtcPrice price = co_await landing;
    co_return price;
}

QCoro::Task<void> PriceOracle::fly()
{
    m_flying = true;
    const std::vector<const PriceSource *> sources = enabledSources();
    std::vector<Later<PriceClient::Got>> asked;
    for (const PriceSource *source : sources)
        asked.push_back(m_client.get(source->url(m_settings), m_patience));
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const PriceClient::Got got = co_await asked[i];
        answers.push_back(read(*sources[i], got));
    }
    land(std::move(answers));
}

PriceOracle::Answer PriceOracle::read(const PriceSource &source, const PriceClient::Got &got) const
{
    Answer answer{source.name(), std::nullopt, got.problem, m_clock.now()};
    if (!got.problem.isEmpty())
        return answer;
    answer.usd = source.read(got.body);
    if (!answer.usd)
        answer.problem = QStringLiteral("no price in the answer");
    return answer;
}

void PriceOracle::land(std::vector<Answer> answers)
{
    std::vector<std::optional<MicroUsd>> prices;
    for (const Answer &answer : answers)
        prices.push_back(answer.usd);
    const std::optional<Millis> age = ageOfLastGood();
    const std::optional<MicroUsd> lastGood =
        age && *age <= longestUse ? std::optional(m_lastGood->usd) : std::nullopt;
    const PriceVerdict verdict = judgePrices(prices, lastGood);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (verdict.dropped[i])
            answers[i].problem = QStringLiteral("%1 USD is too far from %2, and no other source agrees")
                                     .arg(dollars(*answers[i].usd), dollars(*lastGood));
    }
    if (!m_stopped)
        noteProblems(answers);
    m_answers = std::move(answers);

    BtcPrice price;
    if (verdict.median) {
        m_lastGood = Good{*verdict.median, m_clock.now()};
        m_failedAt.reset();
        price = {*verdict.median, PriceOrigin::Live, m_clock.now()};
    } else {
        m_failedAt = m_clock.now();
        price = known();
    }
    m_flying = false;
    const std::vector<Later<BtcPrice>> waiting = std::exchange(m_waiting, {});
    for (const Later<BtcPrice> &one : waiting)
        one.give(price);
}

void PriceOracle::noteProblems(const std::vector<Answer> &answers) const
{
    for (const Answer &answer : answers) {
        // A source that stays away is told of once, a price that was dropped each time.
        const bool isOld = std::any_of(m_answers.begin(), m_answers.end(), [&](const Answer &before) {
            return before.source == answer.source && before.problem == answer.problem;
        });
        if (!answer.problem.isEmpty() && (answer.usd || !isOld))
            log::warning("price", QStringLiteral("a source's price does not count"),
                         {{"source", answer.source}, {"problem", answer.problem}});
    }
}

} // namespace tower
