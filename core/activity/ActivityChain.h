// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"

namespace tower::activitychain {

/// previous_hash of the first row: 32 zero bytes, in hex.
QByteArray genesis();
/// Hex of SHA-256 over the bytes of row.previousHash and the canonical JSON of {id, at, actor, action,
/// subject, reason, before, after}.
QByteArray hashOf(const ActivityRow &row);
/// The action up to its first dot, with the dot ("relay." of "relay.grant"): what filters by prefix look up.
QString topicOf(const QString &action);
/// As the columns before and after hold it.
QString toText(const QJsonObject &object);

} // namespace tower::activitychain
