// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"
#include "core/relay/RelayManagement.h"
#include "core/relay/RelayPolicy.h"
#include "core/store/Reader.h"

namespace tower {

/// What the relay asks: /api/relay/policy (one line, a batch, its health) and the accounts' snapshot.
void addPolicyRoutes(Router &router, RelayPolicy &policy, PolicyLog &log, RelayAccounts &accounts,
                     RelayManagement &management, const Settings &settings, const Clock &clock,
                     Reader &reader);

} // namespace tower
