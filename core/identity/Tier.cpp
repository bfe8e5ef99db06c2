// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/Tier.h"

#include <algorithm>
#include <array>

namespace tower {

namespace {

constexpr std::array<const char *, 5> names = {"anonymous", "new", "established", "trusted", "elite"};

/// Full days of absence beyond the grace, as of `until`.
std::int64_t decayDays(Millis lastSeen, Millis until, const TrustRules &rules)
{
    const std::int64_t absentDays = (until - lastSeen).value() / days(1).value();
    return std::max<std::int64_t>(0, absentDays - rules.decayAbsentDays);
}

} // namespace

QString toText(Tier tier)
{
    return QString::fromLatin1(names[static_cast<std::size_t>(tier)]);
}

std::optional<Tier> tierFromText(const QString &text)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (text == QLatin1String(names[i]))
            return static_cast<Tier>(i);
    }
    return std::nullopt;
}

TrustRules TrustRules::from(const Settings &settings)
{
    return {
        .established = settings.integer(Setting::TrustTierEstablished),
        .trusted = settings.integer(Setting::TrustTierTrusted),
        .elite = settings.integer(Setting::TrustTierElite),
        .decayAbsentDays = settings.integer(Setting::TrustDecayAbsentDays),
        .decayPerDay = settings.integer(Setting::TrustDecayPerDay),
    };
}

Tier tierOf(std::int64_t score, const TrustRules &rules)
{
    if (score >= rules.elite)
        return Tier::Elite;
    if (score >= rules.trusted)
        return Tier::Trusted;
    if (score >= rules.established)
        return Tier::Established;
    return Tier::New;
}

Sats dailyBudget(Tier tier, const Settings &settings)
{
    switch (tier) {
    case Tier::Anonymous:
        return Sats(0);
    case Tier::New:
        return settings.sats(Setting::FreeTierBudgetNew);
    case Tier::Established:
        return settings.sats(Setting::FreeTierBudgetEstablished);
    case Tier::Trusted:
        return settings.sats(Setting::FreeTierBudgetTrusted);
    case Tier::Elite:
        return settings.sats(Setting::FreeTierBudgetElite);
    }
    Q_UNREACHABLE();
}

Decayed decayed(std::int64_t score, Millis lastSeen, std::int64_t daysTaken, Millis now,
                const TrustRules &rules)
{
    const std::int64_t due = decayDays(lastSeen, now, rules);
    if (due <= daysTaken)
        return {score, daysTaken};
    // A long absence at a high rate may exceed any score; compare before multiplying.
    const std::int64_t newDays = due - daysTaken;
    const std::int64_t loss =
        rules.decayPerDay > 0 && newDays > score / rules.decayPerDay ? score : newDays * rules.decayPerDay;
    return {score - loss, due};
}

} // namespace tower
