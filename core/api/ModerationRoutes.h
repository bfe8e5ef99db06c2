// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"
#include "core/relay/Reviewer.h"
#include "core/store/Reader.h"

namespace tower {

/// /api/admin/relay/queue... and /api/admin/relay/stats: the queue, its decisions one by one and in bulk.
void addModerationRoutes(Router &router, ModerationQueue &queue, RelayAccounts &accounts, PolicyLog &log,
                         const Reviewer *reviewer, const Clock &clock, Reader &reader);

} // namespace tower
