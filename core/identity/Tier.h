// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/base/Types.h"

#include <QString>

#include <optional>

namespace tower {

/// How far an identity is trusted. `Anonymous` is nobody's identity; it is never stored.
enum class Tier { Anonymous, New, Established, Trusted, Elite };

QString toText(Tier tier); ///< anonymous, new, established, trusted, elite
std::optional<Tier> tierFromText(const QString &text);

/// The numbers behind tiers and decay (TRUST_* settings).
struct TrustRules
{
    std::int64_t established = 10; ///< inclusive lower bounds
    std::int64_t trusted = 50;
    std::int64_t elite = 200;
    std::int64_t decayAbsentDays = 30;
    std::int64_t decayPerDay = 1;

    static TrustRules from(const Settings &settings);
};

Tier tierOf(std::int64_t score, const TrustRules &rules);

/// What the tower absorbs for an identity of this tier in a UTC day (FREE_TIER_BUDGET_* settings).
Sats dailyBudget(Tier tier, const Settings &settings);

/// The score after soft decay: `perDay` for each full day of absence beyond `absentDays`, floor 0, where
/// absence counts from `lastSeen`. `daysTaken`: how many such days were taken since lastSeen already, so that
/// a second look the same day takes nothing more. Pure.
struct Decayed
{
    std::int64_t score = 0;
    std::int64_t daysTaken = 0;
};
Decayed decayed(std::int64_t score, Millis lastSeen, std::int64_t daysTaken, Millis now,
                const TrustRules &rules);

} // namespace tower
