// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/Caller.h"
#include "core/nodes/Bootstrap.h"
#include "core/nodes/NodeSweep.h"

namespace tower {

/// What the routes of nodes are a face of.
struct BootstrapServices
{
    Caller &caller;
    const Settings &settings;
    Invoices &invoices;
    Bootstrap &bootstrap;
    NodeSweep &sweep;
};

/// /api/bootstrap: order, look, refund, redeliver.
void addBootstrapRoutes(Router &router, const BootstrapServices &services);
/// /api/admin/bootstrap: list, one, retry, destroy, refund; and what nobody owns at the provider.
void addBootstrapAdminRoutes(Router &router, const BootstrapServices &services);

} // namespace tower
