// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the pool did: for the operator who looks at it.
#include "core/pool/GenerosityPool.h"

#include <algorithm>
#include <array>

namespace tower {

namespace {

constexpr int longestHistory = 3660; // days
constexpr std::int64_t daysPerWeek = 7;
constexpr Sats nothing(0);

Millis midnightOf(Millis at)
{
    return at - Millis(at.value() % days(1).value());
}

void addTo(PoolDay &day, const PoolStore::Flow &flow)
{
    if (flow.kind == QLatin1String("pool_credit")) {
        day.credited += flow.sats;
    } else if (flow.kind == QLatin1String("grant")) {
        day.absorbed += -flow.sats;
        day.grants += flow.count;
    } else {
        day.adjusted += flow.sats;
    }
}

} // namespace

PoolStatus GenerosityPool::status()
{
    const Millis now = m_clock.now();
    const auto flow = [&](const char *kind, Sats ever) {
        const QString name = QString::fromLatin1(kind);
        return PoolFlow{m_store.moved(name, midnightOf(now)), m_store.moved(name, now - days(daysPerWeek)),
                        ever};
    };
    const PoolStore::Balance pool = m_store.balance().value_or(PoolStore::Balance{});
    PoolStatus out;
    out.balance = pool.balance;
    out.reserved = pool.reserved;
    out.credited = flow("pool_credit", pool.credited);
    out.absorbed = flow("grant", pool.absorbed);
    out.grantsToday = m_store.countGrants(midnightOf(now));
    for (const Tier tier : {Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
        out.dailyBudgets.emplace_back(tier, dailyBudget(tier, m_settings));
    if (out.absorbed.week > nothing)
        out.daysLeft =
            pool.balance.value() / out.absorbed.week.value() * daysPerWeek +
            pool.balance.value() % out.absorbed.week.value() * daysPerWeek / out.absorbed.week.value();
    return out;
}

std::vector<PoolDay> GenerosityPool::history(Database &database, Millis now, int count)
{
    const auto wanted = static_cast<std::size_t>(std::clamp(count, 1, longestHistory));
    const Millis first = midnightOf(now) - days(static_cast<std::int64_t>(wanted) - 1);
    std::vector<PoolDay> out(wanted);
    for (std::size_t i = 0; i < wanted; ++i)
        out[i].day = first + days(static_cast<std::int64_t>(i));

    const PoolStore::Flows flows = PoolStore(database).flows(first);
    for (const PoolStore::Flow &flow : flows.flows) {
        // What lies ahead, since the clock was set back, counts for today.
        const auto index = static_cast<std::size_t>(flow.day - first.value() / days(1).value());
        addTo(out[std::min(index, wanted - 1)], flow);
    }
    Sats balance = flows.balance;
    for (auto day = out.rbegin(); day != out.rend(); ++day) {
        day->balance = balance;
        balance -= day->credited - day->absorbed + day->adjusted;
    }
    return out;
}

} // namespace tower
