// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using ZapModel = KeyedModel<Zap>;

/// Zaps, newest first. `filter` is read when rows are asked for.
ZapModel *makeZapModel(Core &core, std::shared_ptr<ZapFilter> filter, QObject *context);

/// Whether a zap belongs among the rows of this filter.
bool matches(const ZapFilter &filter, const Zap &zap);

} // namespace tower
