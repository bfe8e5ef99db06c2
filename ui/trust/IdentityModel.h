// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using IdentityModel = KeyedModel<Identity>;

/// The identities that `filter` asks for; change it, then restart() the model. `context` is the page.
IdentityModel *makeIdentityModel(Core &core, std::shared_ptr<IdentityFilter> filter, QObject *context);
IdentityFilter::Sort identitySort(const QString &sortKey);

using HistoryModel = KeyedModel<ScoreChange>;

/// How one score came about, newest first.
HistoryModel *makeHistoryModel(Core &core, const PubKey &key, QObject *context);

} // namespace tower
