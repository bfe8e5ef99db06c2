// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/api/Caller.h"
#include "core/outreach/Zaps.h"
#include "core/trust/SignIn.h"
#include "core/trust/Vouches.h"

namespace tower {

/// What the identity routes are a face of.
struct IdentityServices
{
    Caller &caller;
    SignIn &signIn;
    Vouches &vouches;
    Identities &identities;
    RelayAccounts &relayAccounts;
    const Settings &settings;
    Zaps &zaps;
};

/// /api/identity/challenge, /verify, /vouch, /me and /timmy.
void addIdentityRoutes(Router &router, const IdentityServices &services);

} // namespace tower
