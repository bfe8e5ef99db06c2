// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/PageWidget.h"

namespace tower {

/// The pages of the console, in the order of the navigation.
std::vector<PageSpec> consolePages();

} // namespace tower
