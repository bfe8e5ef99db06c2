// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/Reconcile.h"

namespace tower {

/// A node that is being made holds what was paid for it, and no other node holds anything.
void addNodeChecks(Reconcile &reconcile);

} // namespace tower
