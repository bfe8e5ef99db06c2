// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/SystemRoutes.h"

#include "core/api/RelayManagementRoutes.h"
#include "core/base/Error.h"

#include <QFile>
#include <QRegularExpression>

/// Linked in from a library, which registers no resources by itself.
static void initResources()
{
    Q_INIT_RESOURCE(web);
}

namespace tower {

namespace {

QByteArray resource(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw internalError(QStringLiteral("A document that belongs to this program is missing."));
    return file.readAll();
}

/// Pages of ours load nothing from anywhere and run no script but their own.
HttpResponse page(const QString &path)
{
    HttpResponse response = HttpResponse::text(resource(path), "text/html; charset=utf-8");
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'; script-src "
                                  "'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'");
    return response;
}

} // namespace

void addDocumentRoutes(Router &router, RelayManagement &management, const RelayAccounts &accounts,
                       std::function<QString()> baseUrl)
{
    initResources();
    const auto get = [&router](const char *pattern, SyncHandler handler) {
        router.add({.method = HttpMethod::Get, .pattern = pattern, .handler = std::move(handler)});
    };
    get("/", [&](const HttpRequest &request) {
        HttpResponse response = wantsRelayInformation(request)
                                    ? relayInformation(management.profile(), accounts.timmy())
                                    : page(QStringLiteral(":/web/index.html"));
        response.headers.emplace_back("Vary", "Accept");
        return response;
    });
    get("/timmy-id-card.js", [](const HttpRequest &) {
        HttpResponse response = HttpResponse::text(resource(QStringLiteral(":/web/timmy-id-card.js")),
                                                   "text/javascript; charset=utf-8");
        response.headers.emplace_back("Cache-Control", "public, max-age=300");
        return response;
    });
    get("/api/docs", [](const HttpRequest &) { return page(QStringLiteral(":/web/docs.html")); });
    get("/api/openapi.yaml", [](const HttpRequest &) {
        return HttpResponse::text(resource(QStringLiteral(":/openapi.yaml")),
                                  "application/yaml; charset=utf-8");
    });
    get("/api/testkit", [baseUrl](const HttpRequest &) {
        QByteArray script = resource(QStringLiteral(":/testkit.sh"));
        // It stands in a shell script, so it must be nothing but an address.
        static const QRegularExpression address(QStringLiteral("^https?://[A-Za-z0-9.:_/\\[\\]-]+$"));
        if (const QString url = baseUrl(); address.match(url).hasMatch())
            script.replace("BASE_URL:-http://127.0.0.1:8337", "BASE_URL:-" + url.toLatin1());
        return HttpResponse::text(script, "text/x-shellscript; charset=utf-8");
    });
}

} // namespace tower
