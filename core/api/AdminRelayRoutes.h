// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"
#include "core/relay/RelayPolicy.h"
#include "core/store/Reader.h"

namespace tower {

/// /api/admin/relay/...: accounts (list, grant, revoke, bulk, import), decisions, explain.
void addAdminRelayRoutes(Router &router, RelayAccounts &accounts, RelayPolicy &policy, PolicyLog &log,
                         const Clock &clock, Reader &reader);

} // namespace tower
