// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/AdminRoutes.h"

#include "core/api/IdentityShape.h"
#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <memory>

namespace tower {

namespace {

IdentityFilter identityFilter(const HttpRequest &request)
{
    using Sort = IdentityFilter::Sort;
    IdentityFilter filter;
    if (const auto tier = request.queryValue("tier"); tier && !tier->isEmpty()) {
        filter.tier = tierFromText(*tier);
        if (!filter.tier)
            throw badRequest("tier", QStringLiteral("tier must be new, established, trusted or elite."));
    }
    filter.keyPrefix = queryText(request, "q").trimmed();
    QString sort = request.queryValue("sort").value_or(QString());
    filter.descending = sort.isEmpty() || sort.startsWith(QLatin1Char('-'));
    if (sort.startsWith(QLatin1Char('-')))
        sort.remove(0, 1);
    if (sort.isEmpty() || sort == QLatin1String("score"))
        filter.sort = Sort::Score;
    else if (sort == QLatin1String("lastSeen"))
        filter.sort = Sort::LastSeen;
    else if (sort == QLatin1String("memberSince"))
        filter.sort = Sort::Created;
    else if (sort == QLatin1String("pubkey"))
        filter.sort = Sort::Key;
    else
        throw badRequest(
            "sort",
            QStringLiteral(
                "sort must be score, lastSeen, memberSince or pubkey, with - before it for descending."));
    return filter;
}

} // namespace

void addIdentityAdminRoutes(Router &router, Identities &identities, Trust &trust, Vouches &vouches,
                            RelayAccounts &accounts, const Settings &settings)
{
    const auto add = [&router](HttpMethod method, const char *pattern, SyncHandler handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    const auto shape = std::make_shared<IdentityShape>(accounts, vouches, settings);
    add(HttpMethod::Get, "/api/admin/identities", [&identities, shape](const HttpRequest &request) {
        return HttpResponse::json(
            toJson(identities.list(identityFilter(request), pageOf(request)),
                   [&shape](const Identity &identity) { return shape->full(identity); }));
    });
    add(HttpMethod::Get, "/api/admin/identities/:pubkey",
        [&identities, &trust, &vouches, shape](const HttpRequest &request) {
            const PubKey key = parsePubKey(request.parameter("pubkey"));
            trust.applyDueDecay(key); // so that the history explains the score that is shown
            const auto identity = identities.find(key);
            if (!identity)
                throw notFound(QStringLiteral("No identity has this key."), "identity_not_found");
            QJsonObject out = shape->full(*identity);
            const QJsonObject history = toJson(identities.history(key, pageOf(request)));
            out.insert(QStringLiteral("history"), history.value(QStringLiteral("items")));
            out.insert(QStringLiteral("historyNextCursor"), history.value(QStringLiteral("nextCursor")));
            out.insert(QStringLiteral("vouches"), IdentityShape::graph(vouches.of(key)));
            return HttpResponse::json(out);
        });
    add(HttpMethod::Post, "/api/admin/identities/:pubkey/adjust",
        [&trust, shape](const HttpRequest &request) {
            const PubKey key = parsePubKey(request.parameter("pubkey"));
            const QJsonObject body = request.json();
            const Identity identity = trust.adjust(key, requiredInteger(body, "score"),
                                                   optionalText(body, "reason"), request.actor);
            return HttpResponse::json(shape->full(identity));
        });
    add(HttpMethod::Post, "/api/admin/identities/:pubkey/note", [&trust, shape](const HttpRequest &request) {
        const PubKey key = parsePubKey(request.parameter("pubkey"));
        const Identity identity = trust.note(key, optionalText(request.json(), "note"), request.actor);
        return HttpResponse::json(shape->full(identity));
    });
    add(HttpMethod::Post, "/api/admin/vouches/:id/revoke", [&vouches](const HttpRequest &request) {
        const QJsonObject body = optionalBody(request);
        return HttpResponse::json(IdentityShape::vouch(
            vouches.revoke(request.parameter("id"), optionalText(body, "reason"), request.actor)));
    });
}

} // namespace tower
