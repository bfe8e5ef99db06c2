// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace tower {

/// What bounds the embedded server (HTTP_* settings).
struct HttpLimits
{
    int maxConnections = 1024;
    int maxPerAddress = 256;
    qint64 maxBodyBytes = 262'144;
    int idleSecs = 15;
    int requestSecs = 30;
    int millisPerSecond = 1000; ///< tests shorten the second
};

} // namespace tower
