// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/Origins.h"

#include <algorithm>

namespace tower {

namespace {

struct HostPort
{
    QByteArray name;
    QByteArray port; ///< "" when there is none
};

std::optional<HostPort> split(QByteArrayView text)
{
    qsizetype colon = text.lastIndexOf(':');
    if (text.startsWith('[')) {
        const qsizetype end = text.indexOf(']');
        if (end < 0 || (end + 1 < text.size() && text[end + 1] != ':'))
            return std::nullopt;
        colon = end + 1 < text.size() ? end + 1 : -1;
    }
    HostPort parts;
    parts.name = (colon < 0 ? text : text.first(colon)).toByteArray().toLower();
    if (colon >= 0)
        parts.port = text.sliced(colon + 1).toByteArray();
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (parts.name.isEmpty() || parts.port.size() > 5 ||
        !std::all_of(parts.port.begin(), parts.port.end(), isDigit))
        return std::nullopt;
    return parts;
}

} // namespace

bool isOurHost(QByteArrayView host, const QStringList &allowed)
{
    const std::optional<HostPort> asked = split(host);
    if (!asked)
        return false;
    if (asked->name == "127.0.0.1" || asked->name == "localhost" || asked->name == "[::1]")
        return true;
    return std::any_of(allowed.begin(), allowed.end(), [&asked](const QString &entry) {
        const std::optional<HostPort> ours = split(entry.toLatin1());
        if (!ours || ours->name != asked->name)
            return false;
        if (ours->port.isEmpty() || ours->port == asked->port)
            return true;
        // Clients leave a scheme's own port out.
        return asked->port.isEmpty() && (ours->port == "80" || ours->port == "443");
    });
}

bool isForeignOrigin(const HttpRequest &request, const QStringList &own)
{
    const QByteArray origin = request.header("origin");
    return !origin.isNull() && !own.contains(QString::fromLatin1(origin), Qt::CaseInsensitive);
}

void addCorsHeaders(HttpResponse &response, const HttpRequest &request, bool isPublic)
{
    if (isPublic) {
        response.headers.emplace_back("Access-Control-Allow-Origin", "*");
        response.headers.emplace_back("Access-Control-Expose-Headers", "X-Nostr-Token, X-Request-Id");
        return;
    }
    response.headers.emplace_back("Vary", "Origin");
    if (const QByteArray origin = request.header("origin"); !origin.isNull()) {
        response.headers.emplace_back("Access-Control-Allow-Origin", origin);
        response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-Id");
    }
}

void addPreflightHeaders(HttpResponse &response, const QByteArray &methods)
{
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "X-Nostr-Token, Authorization, Idempotency-Key, Content-Type");
    response.headers.emplace_back("Access-Control-Max-Age", "86400");
}

} // namespace tower
