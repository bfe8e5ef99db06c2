// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

namespace tower {

using OrphanModel = KeyedModel<Orphan>;

/// What the last sweep found. `seen` is given the whole report whenever it is read, before the rows change.
OrphanModel *makeOrphanModel(Core &core, std::function<void(const SweepReport &)> seen, QObject *context);

/// Deletes at the provider, one after the other. Stops at the first that can't be.
struct Removal
{
    int removed = 0;
    QString problem{}; ///< a sentence; "" when all went well
};
QCoro::Task<Removal> removeOrphans(NodeSweep &sweep, std::vector<CloudThing> things, QString actor);

} // namespace tower
