// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/SatsFacts.h"

#include "ui/widgets/Words.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <array>

namespace tower {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(tower::Overview)
};

constexpr std::int64_t fewDays = 3;
constexpr int lineDays = 30;
constexpr Millis readEvery = seconds(15); ///< the price and the day move without a change in the database
constexpr Millis booksEvery = seconds(2);
constexpr Millis walletEvery = seconds(60);

Millis systemNow()
{
    return Millis(QDateTime::currentMSecsSinceEpoch());
}

bool isAboutSats(const Change &change)
{
    static constexpr std::array kinds{"pool", "grant", "job", "session", "outgoing", "zap", "ledger"};
    return std::any_of(kinds.begin(), kinds.end(),
                       [&change](const char *kind) { return change.kind == QLatin1String(kind); });
}

void addPool(const PoolStatus &pool, std::vector<Alert> &out)
{
    const Alert open{Tone::Warn, {}, Text::tr("Add sats"), Alert::Act::Open, QStringLiteral("pool"), {}};
    if (pool.balance - pool.reserved <= Sats(0)) {
        out.push_back(open);
        out.back().text = Text::tr("The generosity pool is empty: nobody's work is free until it is filled.");
    } else if (pool.daysLeft && *pool.daysLeft <= fewDays) {
        out.push_back(open);
        out.back().text = Text::tr("The generosity pool lasts for %n more day(s) at this week's rate.",
                                   nullptr, static_cast<int>(*pool.daysLeft));
    }
}

void addPrice(const SatsFacts &facts, std::vector<Alert> &out)
{
    if (!facts.priceFailing || facts.price.origin == PriceOrigin::Live)
        return;
    const QString price = words::dollars(facts.price.usd);
    const bool fallback = facts.price.origin == PriceOrigin::Fallback;
    out.push_back(
        {fallback ? Tone::Warn : Tone::Info,
         fallback ? Text::tr("No source gives the bitcoin price: quotes use the fallback, %1.").arg(price)
                  : Text::tr("The bitcoin price is not fresh: quotes use the last good one, %1.").arg(price),
         Text::tr("Show"), Alert::Act::Open, QStringLiteral("settings"),
         fallback ? QStringLiteral("BTC_PRICE_USD_FALLBACK") : QStringLiteral("BTC_PRICE_SOURCES")});
}

} // namespace

SatsFacts readSats(Services &services)
{
    SatsFacts out;
    out.pool = services.pool.status();
    out.zappedToday = services.zaps.totals().zappedToday;
    const PageRequest one{1, {}};
    JobFilter jobs;
    jobs.open = true;
    out.openJobs = services.jobs.list(jobs, one).total;
    SessionFilter sessions;
    sessions.open = true;
    out.openSessions = services.sessions.list(sessions, one).total;
    OutgoingFilter unknown;
    unknown.state = OutgoingState::Unknown;
    out.unknownPayments = services.outgoing.list(unknown, one).total;
    out.price = services.oracle.known();
    const std::vector<PriceOracle::Answer> answers = services.oracle.answers();
    out.priceFailing =
        !answers.empty() && std::none_of(answers.begin(), answers.end(),
                                         [](const auto &answer) { return answer.usd.has_value(); });
    return out;
}

std::vector<Alert> alertsOf(const SatsFacts &facts)
{
    std::vector<Alert> out;
    if (facts.unknownPayments > 0)
        out.push_back({Tone::Bad,
                       Text::tr("Nobody knows how %n payment(s) ended. The wallet is asked again by itself.",
                                nullptr, static_cast<int>(facts.unknownPayments)),
                       Text::tr("Show"), Alert::Act::Open, QStringLiteral("books"),
                       QStringLiteral("outgoing:unknown")});
    if (facts.wallet && !facts.wallet->balance)
        out.push_back({Tone::Bad,
                       Text::tr("The Lightning wallet can't be reached: nobody can pay or be paid. %1")
                           .arg(facts.wallet->problem),
                       Text::tr("Show"), Alert::Act::Open, QStringLiteral("settings"),
                       QStringLiteral("LNBITS_URL")});
    addPool(facts.pool, out);
    addPrice(facts, out);
    return out;
}

SatsWatch::SatsWatch(Core &core, QObject *parent)
    : QObject(parent)
    , m_core(core)
{
    connect(&core, &Core::changed, this, [this](const std::vector<Change> &changes) {
        if (std::any_of(changes.begin(), changes.end(), isAboutSats))
            m_stale = m_booksStale = true;
    });
}

bool SatsWatch::isDue(Millis &last, Millis every) const
{
    const Millis now = systemNow();
    if (now - last < every && now >= last)
        return false;
    last = now;
    return true;
}

void SatsWatch::look()
{
    if (m_facts && m_booksStale && isDue(m_booksAt, booksEvery))
        lookAtBooks();
    if (m_facts && isDue(m_walletAt, walletEvery))
        lookAtWallet();
    if (m_asking || (!m_stale && !isDue(m_readAt, readEvery)))
        return;
    m_asking = true;
    m_stale = false;
    m_readAt = systemNow();
    m_core.run(
        this, [](Services &s) { return readSats(s); },
        [this](SatsFacts facts) {
            m_asking = false;
            if (m_facts) {
                facts.earnedToday = m_facts->earnedToday;
                facts.poolDays = m_facts->poolDays;
                facts.wallet = m_facts->wallet;
            }
            const bool first = !m_facts;
            m_facts = std::move(facts);
            emit changed();
            if (first)
                look();
        },
        [this](const ServiceError &) {
            m_asking = false;
            m_stale = true;
        });
}

void SatsWatch::lookAtBooks()
{
    m_booksStale = false;
    const auto ignore = [](const ServiceError &) {}; // the next look asks again
    m_core.runLater(
        this, [](Services &s) { return s.control.poolHistory(lineDays); },
        [this](const std::vector<PoolDay> &days) {
            m_facts->poolDays = days;
            emit changed();
        },
        ignore);
    m_core.runLater(
        this, [today = startOfDay(systemNow())](Services &s) { return s.control.earned(today); },
        [this](Sats earned) {
            m_facts->earnedToday = earned;
            emit changed();
        },
        ignore);
}

void SatsWatch::lookAtWallet()
{
    m_core.runLater(
        this, [](Services &s) { return s.control.wallet(); },
        [this](const WalletState &wallet) {
            m_facts->wallet = wallet;
            emit changed();
        },
        [](const ServiceError &) {});
}

} // namespace tower
