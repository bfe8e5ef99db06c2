// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/Ledger.h"
#include "core/pool/Pricing.h"
#include "core/work/Session.h"

#include <functional>
#include <optional>

namespace tower {

/// What finished work brought in, from customer and pool, and what it cost us at the price of its quote. The
/// evaluation is not in it: its own fee is meant to cover it.
struct WorkMargin
{
    Sats earned;
    Sats ownCost;

    [[nodiscard]] Sats margin() const { return earned - ownCost; }
    friend bool operator==(const WorkMargin &, const WorkMargin &) = default;
};

/// Nullopt while nothing has been done for it.
std::optional<WorkMargin> marginOf(const Job &job, const Pricing &pricing);
std::optional<WorkMargin> marginOf(const SessionRequest &request, const Pricing &pricing);

struct WorkTotals
{
    std::int64_t finished = 0; ///< jobs that were worked on
    WorkMargin margin;
};

/// Over the jobs since then. `list` gives them newest first, page by page; `cancelled` is asked before each.
WorkTotals totalsOf(const std::function<Page<Job>(const PageRequest &)> &list, const Pricing &pricing,
                    Millis since, const std::function<bool()> &cancelled = {});

/// What customers' payments came to since then: revenue, without what the pool absorbed, what the tower bore
/// itself and what was owed back.
Sats earnedSince(Ledger &ledger, Millis since, const std::function<bool()> &cancelled = {});

/// The midnight UTC that `now` follows.
Millis startOfDay(Millis now);

} // namespace tower
