// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Shapes.h"
#include "core/api/WorkShapes.h"

namespace tower {

void addPoolRoutes(Router &router, GenerosityPool &pool)
{
    const auto add = [&router](HttpMethod method, const char *pattern, SyncHandler handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    add(HttpMethod::Get, "/api/admin/pool",
        [&pool](const HttpRequest &) { return HttpResponse::json(toJson(pool.status())); });
    add(HttpMethod::Get, "/api/admin/pool/grants", [&pool](const HttpRequest &request) {
        const GrantFilter filter{queryKey(request, "pubkey"), queryTime(request, "since"),
                                 queryTime(request, "until")};
        return HttpResponse::json(toJson(pool.grants(filter, pageOf(request))));
    });
    add(HttpMethod::Post, "/api/admin/pool/adjust", [&pool](const HttpRequest &request) {
        const QJsonObject body = request.json();
        const Sats sats(requiredInteger(body, "sats"));
        return HttpResponse::json(toJson(pool.adjust(sats, optionalText(body, "reason"), request.actor)));
    });
}

} // namespace tower
