// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Later.h"
#include "core/base/Settings.h"
#include "core/pool/PriceClient.h"
#include "core/pool/PriceSource.h"

#include <QCoroTask>
#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace tower {

/// Where a quote's bitcoin price came from.
enum class PriceOrigin {
    Live,
    Stale,    ///< the last good one, up to an hour old
    Fallback, ///< BTC_PRICE_USD_FALLBACK
};
QString toText(PriceOrigin origin); ///< live, stale, fallback
std::optional<PriceOrigin> priceOriginFromText(const QString &text);

struct BtcPrice
{
    MicroUsd usd; ///< of one bitcoin
    PriceOrigin origin = PriceOrigin::Fallback;
    Millis at;
};

/// BTC/USD: the median of the sources that answer within 5 s, kept for BTC_PRICE_CACHE_SECS; callers share
/// one flight. An answer that is no number, not above 0, or more than 20 % off the last good median while no
/// other source agrees with it, is dropped and logged. Never fails: without a source the last good price up
/// to an hour old, then the fallback; the sources are then left alone for a while (10 s to a minute, as
/// BTC_PRICE_CACHE_SECS says), so that not every request waits for them. Core thread.
class PriceOracle : public QObject
{
    Q_OBJECT

public:
    static constexpr Millis defaultPatience = seconds(5);

    /// The sources of BTC_PRICE_SOURCES, looked at each time. `patience`: how long they are waited for.
    PriceOracle(const Settings &settings, const Clock &clock, QObject *parent = nullptr,
                Millis patience = defaultPatience);
    ~PriceOracle() override;

    QCoro::Task<BtcPrice> price();
    /// What price() would give without asking anybody.
    [[nodiscard]] BtcPrice known() const;
    /// What each source said last, for the console: name, price or what was wrong.
    struct Answer
    {
        QString source;
        std::optional<MicroUsd> usd;
        QString problem;
        Millis at;
    };
    [[nodiscard]] const std::vector<Answer> &answers() const { return m_answers; }
    /// For good: who waits gets what is known, and nobody is asked any more.
    void abort();

private:
    struct Good
    {
        MicroUsd usd;
        Millis at;
    };

    [[nodiscard]] bool isDue() const;
    [[nodiscard]] std::vector<const PriceSource *> enabledSources() const;
    /// How long ago that was; nullopt for never, and for what lies ahead since the clock was set back.
    [[nodiscard]] std::optional<Millis> ageOf(const std::optional<Millis> &at) const;
    [[nodiscard]] std::optional<Millis> ageOfLastGood() const;
    QCoro::Task<void> fly();
    Answer read(const PriceSource &source, const PriceClient::Got &got) const;
    void land(std::vector<Answer> answers);
    void noteProblems(const std::vector<Answer> &answers) const;

    const Settings &m_settings;
    const Clock &m_clock;
    const Millis m_patience;
    std::vector<std::unique_ptr<PriceSource>> m_sources;
    PriceClient m_client;
    bool m_flying = false;
    bool m_stopped = false;
    std::vector<Later<BtcPrice>> m_waiting;
    std::optional<Good> m_lastGood;
    std::optional<Millis> m_failedAt; ///< the last flight found no price
    std::vector<Answer> m_answers;
};

} // namespace tower
