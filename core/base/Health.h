// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tower {

/// How the last call of something outside went.
enum class Health {
    Unknown, ///< it was not asked yet
    Up,
    Down, ///< no answer, one of its own faults (5xx), or it does not take our credentials
};

/// `status`: of an HTTP answer; 0: none came.
inline Health healthOf(int status)
{
    return status == 0 || status >= 500 || status == 401 || status == 403 ? Health::Down : Health::Up;
}

} // namespace tower
