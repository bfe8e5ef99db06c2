// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpMessage.h"

#include <QStringList>

namespace tower {

/// True when a Host header names us: a loopback name with any port, or one of `allowed` ("name", which any
/// port fits, or "name:port"). Guards against DNS rebinding: a foreign name that resolves to loopback.
bool isOurHost(QByteArrayView host, const QStringList &allowed);

/// True when a browser says that the call comes from a page that is not of `own` origins.
bool isForeignOrigin(const HttpRequest &request, const QStringList &own);

/// What a page may read of the answer: everything of a public route, an own origin's page else.
void addCorsHeaders(HttpResponse &response, const HttpRequest &request, bool isPublic);

/// The headers of a preflight's answer that say what may be sent.
void addPreflightHeaders(HttpResponse &response, const QByteArray &methods);

} // namespace tower
