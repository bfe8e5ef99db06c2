// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/outreach/EngagementStore.h"
#include "core/outreach/ZapStore.h"
#include "core/publish/EventLogStore.h"
#include "ui/widgets/Pill.h"

namespace tower {

/// Outreach in the words, shapes and tones of the windows.
PillLook lookOf(ZapState state);
PillLook lookOf(EngagementState state);
/// How far an event of Timmy's has come on its way to the relay.
PillLook lookOf(const LoggedEvent &event);
/// What an event was signed for; what is new there keeps its name.
QString wordOfPurpose(const QString &purpose);
QStringList eventPurposes();

/// Whom a zap is for, whole: an npub, a lightning address, or what was paid to an invoice.
QString recipientText(const Zap &zap);
/// The same for a sentence, short.
QString recipientInWords(const Zap &zap);

} // namespace tower
