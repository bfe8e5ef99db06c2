// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/outreach/Zaps.h"
#include "core/payments/PaymentWatcher.h"
#include "core/pool/GenerosityPool.h"
#include "core/pool/Pricing.h"
#include "core/trust/Trust.h"

namespace tower {

/// What jobs and sessions work with.
struct WorkHouse
{
    Database &database;
    const Clock &clock;
    const Settings &settings;
    Invoices &invoices;
    Outgoing &outgoing;
    Refunds &refunds;
    PaymentWatcher &watcher;
    Ledger &ledger;
    PriceOracle &oracle;
    const Pricing &pricing;
    GenerosityPool &pool;
    Identities &identities;
    Trust &trust;
    Zaps &zaps;
    Agent &agent;
    Activity &activity;
    QString instance; ///< names this program, the same after a restart
};

} // namespace tower
