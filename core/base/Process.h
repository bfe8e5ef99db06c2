// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tower {

/// First thing in every program that holds secrets: no core dumps, in release builds no debugger and no
/// reading of this process's memory by others of the same user, and no death by writing to a closed pipe.
void hardenProcess();

} // namespace tower
