// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/SavedSettings.h"
#include "core/base/Secrets.h"
#include "core/http/Router.h"
#include "core/lightning/Wallet.h"
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "core/store/Reader.h"
#include "core/trust/Vouches.h"

namespace tower {

/// /api/admin/identities...: list, one with its history and vouches, adjust, note;
/// /api/admin/vouches/:id/revoke.
void addIdentityAdminRoutes(Router &router, Identities &identities, Trust &trust, Vouches &vouches,
                            RelayAccounts &accounts, const Settings &settings);

/// /api/admin/activity, its check, and the ledger with reconcile.
void addBooksRoutes(Router &router, Activity &activity, Ledger &ledger, Reconcile &reconcile,
                    Database &database, Wallet &wallet, Reader &reader);

/// /api/admin/settings.
void addSettingsRoutes(Router &router, const Settings &settings, SavedSettings &saved,
                       const Secrets &secrets);

/// /api/admin/backup: a copy within the data folder.
void addBackupRoute(Router &router, const DatabaseUrl &database, const QString &dataDir, Reader &reader);

} // namespace tower
