// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/Caller.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/payments/PaymentWatcher.h"
#include "core/payments/Refunds.h"
#include "core/pool/GenerosityPool.h"
#include "core/pool/Pricing.h"
#include "core/work/Jobs.h"
#include "core/work/Sessions.h"

namespace tower {

/// What the routes of paid work are a face of.
struct WorkServices
{
    Caller &caller;
    const Settings &settings;
    Identities &identities;
    Ledger &ledger;
    Wallet &wallet;
    SimulatedWallet *simulatedWallet; ///< nullptr when the wallet is a real one
    const Agent &agent;
    PaymentWatcher &watcher;
    Refunds &refunds;
    PriceOracle &oracle;
    const Pricing &pricing;
    GenerosityPool &pool;
    Jobs &jobs;
    Sessions &sessions;

    /// Whether an answer about work rests on a simulated part.
    [[nodiscard]] bool stubMode() const { return wallet.isSimulated() || agent.isSimulated(); }
};

/// GET /api/estimate.
void addEstimateRoute(Router &router, const WorkServices &services);
/// /api/jobs, and /api/admin/jobs.
void addJobRoutes(Router &router, const WorkServices &services);
/// /api/sessions.
void addSessionRoutes(Router &router, const WorkServices &services);
/// /api/admin/sessions: list, close.
void addSessionAdminRoutes(Router &router, const WorkServices &services);
/// POST /api/dev/stub/pay/:paymentHash.
void addStubRoute(Router &router, const WorkServices &services);
/// /api/admin/pool: status, grants, adjust.
void addPoolRoutes(Router &router, GenerosityPool &pool);

} // namespace tower
