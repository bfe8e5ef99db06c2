// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/Router.h"
#include "core/receipts/Providers.h"
#include "core/receipts/Receipts.h"
#include "core/store/Reader.h"

namespace tower {

/// What the routes of receipts are a face of.
struct ReceiptServices
{
    Receipts &receipts;
    const TimmyIdentity &timmy;
};

/// POST /api/receipts; /api/providers: list, one, snapshot. Scores are read on `reader`.
void addReceiptRoutes(Router &router, const ReceiptServices &services, const Settings &settings,
                      const Clock &clock, Reader &reader);

} // namespace tower
