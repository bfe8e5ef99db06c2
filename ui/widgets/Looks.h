// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Tier.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/RelayAccounts.h"
#include "ui/widgets/Pill.h"

namespace tower {

/// The services' states in the words, shapes and tones of the windows.
PillLook lookOf(Tier tier);
PillLook lookOf(AccessLevel level);
PillLook lookOf(QueueStatus status);
PillLook lookOf(PublishState state);
/// The state, or, once approved, how far it has come on its way to the relay.
PillLook progressOf(const QueuedEvent &event);
/// approve, flag, undecided: the reviewer's; empty for anything else
PillLook lookOfVerdict(const QString &verdict);
/// accept, reject, shadowReject
PillLook lookOfPolicyAction(const QString &action);
/// "by hand", "by tier", "seed"
QString wordOf(GrantedBy by);
/// "0 profile", "1 note" ...: the kind's number with its everyday name, where it has one.
QString wordOfKind(int kind);

} // namespace tower
