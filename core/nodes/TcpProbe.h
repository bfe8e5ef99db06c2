// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Later.h"

#include <QString>

namespace tower {

/// Whether somebody takes a connection at that address and port within five seconds. Nothing is sent. Core
/// thread.
Later<bool> tcpProbe(const QString &host, quint16 port);

} // namespace tower
