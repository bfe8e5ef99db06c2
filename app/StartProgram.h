// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"

#include <functional>

namespace tower {

/// What towerd and tower-console do alike before and around their run: options, --print-settings, hardening,
/// the log, and one clear line on stderr (status 1, or 2 for wrong usage) when the start fails.
int startProgram(const QStringList &arguments, bool console, const std::function<int(TowerOptions)> &run);

} // namespace tower
