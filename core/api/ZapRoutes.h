// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"
#include "core/outreach/ZapsByHand.h"

namespace tower {

/// What the routes of zaps are a face of.
struct ZapServices
{
    Zaps &zaps;
    ZapsByHand &byHand;
    EventLog &events;
};

/// /api/admin/zaps: list, send, retry, resolve; /api/admin/events.
void addZapRoutes(Router &router, const ZapServices &services);

} // namespace tower
