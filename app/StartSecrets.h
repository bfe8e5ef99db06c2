// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/publish/TimmyIdentity.h"
#include "core/store/Database.h"

namespace tower {

/// Throws "invalid_secret" when TIMMY_NOSTR_NSEC is set and no private key.
void checkTimmyKey(const Secrets &secrets);

/// Makes the secrets that a first start makes, and holds the others against what the database remembers of
/// them: one that is missing or different stops the start with what to do ("secret_missing",
/// "secret_changed"), unless its name is among `acceptedChanges`. Nothing is ever silently regenerated.
/// Returns who Timmy is: with TIMMY_NOSTR_EPHEMERAL=1 and no nsec a key that is kept nowhere.
TimmyIdentity settleSecrets(Secrets &secrets, const Settings &settings, Database &database,
                            const Clock &clock, Activity &activity, const QStringList &acceptedChanges);

/// Makes a new value for a secret that is generated, remembers it, and writes the activity row.
void rotateSecret(Secrets &secrets, Secret secret, Database &database, const Clock &clock, Activity &activity,
                  const QString &actor);

/// Keeps another key of Timmy's (nsec or hex), remembers it for the next start, which takes it, and writes
/// the activity row. A crash between leaves either of the two keys, and both are taken. Returns whose key it
/// is. Throws badRequest("nsec"), conflict "secret_fixed".
PubKey replaceTimmyKey(Secrets &secrets, const SecretBytes &key, Database &database, const Clock &clock,
                       Activity &activity, const QString &actor);

} // namespace tower
