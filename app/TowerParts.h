// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "core/agent/Agent.h"
#include "core/base/Clock.h"
#include "core/base/InstanceLock.h"
#include "core/base/Pauses.h"
#include "core/base/Secrets.h"
#include "core/lightning/Wallet.h"
#include "core/nodes/Cloud.h"

#include <memory>

namespace tower {

/// The folder's lock; throws conflict "already_running".
std::unique_ptr<InstanceLock> lockDataDir(const TowerOptions &options);
/// A name that is the same after a restart, and another's nowhere.
QString instanceName(const QString &dataDir);
/// Brings the schema up to date before any service looks at it; not before what could refuse the start at
/// once.
DatabaseUrl migrated(const TowerOptions &options, const Secrets &secrets, const Clock &clock);
Secrets::OpenStore secretStoreOf(const TowerOptions &options);
/// The real ones where they are configured, the simulated ones otherwise. Throws conflict "wallet_changed"
/// when the books are of the other kind of wallet.
std::unique_ptr<Agent> agentFor(const Settings &settings, const Secrets &secrets, const Clock &clock);
std::unique_ptr<Wallet> walletFor(const Settings &settings, const Secrets &secrets, Database &database,
                                  const Clock &clock);
std::unique_ptr<Cloud> cloudFor(const Settings &settings, const Secrets &secrets, Database &database,
                                const Clock &clock, Wait wait);
/// Nullptr when nodes join none.
std::unique_ptr<Tailnet> tailnetFor(const Settings &settings, const Secrets &secrets, Wait wait);
/// Waits that last as long as `pauses` does.
Wait waitsOf(Pauses &pauses);

} // namespace tower
