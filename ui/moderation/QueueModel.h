// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"
#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using QueueModel = KeyedModel<QueuedEvent>;

/// Waits for a decision: pending or flagged.
bool isOpen(QueueStatus status);

/// The events that `filter` asks for; change it, then restart() the model. `context` is the page.
QueueModel *makeQueueModel(Core &core, std::shared_ptr<QueueFilter> filter, QObject *context);

} // namespace tower
