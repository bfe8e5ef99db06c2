// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/OutgoingStore.h"
#include "core/payments/Refunds.h"
#include "core/pool/PriceOracle.h"
#include "core/work/Session.h"
#include "ui/widgets/Pill.h"

namespace tower {

/// The states of work and payments in the words, shapes and tones of the windows.
PillLook lookOf(JobState state);
PillLook lookOf(SessionState state);
PillLook lookOf(RequestState state);
PillLook lookOf(InvoiceState state);
PillLook lookOf(OutgoingState state);
PillLook lookOf(RefundState state);
/// Who pays for it: "free" when the pool takes on all, "partial" for a part, nothing when the customer does.
PillLook lookOfFreeTier(bool freeTier, Sats charged);
QString wordOf(OutgoingPurpose purpose);
QString wordOf(PriceOrigin origin);
/// The ledger's kinds of movements, by their names there; what is new there keeps its name.
QString wordOfMovement(const QString &kind);
QStringList movementKinds();
/// An account in words: "session 1f2e…", "Generosity pool".
QString wordOfAccount(const QString &account);

} // namespace tower
