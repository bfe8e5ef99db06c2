// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayAccounts.h"
#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using AccountModel = KeyedModel<RelayAccount>;

/// The accounts that `filter` asks for; change it, then restart() the model. `context` is the page.
AccountModel *makeAccountModel(Core &core, std::shared_ptr<RelayAccountFilter> filter, QObject *context);

/// Sort keys of the columns.
RelayAccountFilter::Sort accountSort(const QString &sortKey);

} // namespace tower
