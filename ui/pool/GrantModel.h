// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/Core.h"
#include "ui/widgets/KeyedModel.h"

#include <memory>

namespace tower {

using GrantModel = KeyedModel<FreeTierGrant>;

/// What the pool absorbed, newest first.
GrantModel *makeGrantModel(Core &core, std::shared_ptr<GrantFilter> filter, QObject *context);

} // namespace tower
