// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpMessage.h"

namespace tower {

struct MessageStyle
{
    bool isHead;   ///< answers HEAD: everything but the body
    bool closes;   ///< the connection ends with it
    bool isHttp10; ///< the client must be told when the connection stays
};

/// The bytes of an answer. Control characters in header values become blanks, so that no value can start
/// another header.
QByteArray httpMessage(const HttpResponse &response, MessageStyle style);

} // namespace tower
