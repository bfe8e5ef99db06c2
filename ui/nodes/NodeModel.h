// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using NodeModel = KeyedModel<BootstrapJob>;

/// Nodes, the latest order first. `filter` is read when rows are asked for.
NodeModel *makeNodeModel(Core &core, std::shared_ptr<BootstrapFilter> filter, QObject *context);

/// Whether a node belongs among the rows of this filter.
bool matches(const BootstrapFilter &filter, const BootstrapJob &job);

} // namespace tower
