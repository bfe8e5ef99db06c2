// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/AdminRelayRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"
#include "core/relay/KeyImport.h"

#include <QCoroFuture>
#include <QCoroTimer>
#include <QJsonDocument>

namespace tower {

namespace {

RelayAccountFilter accountFilter(const HttpRequest &request)
{
    using Sort = RelayAccountFilter::Sort;
    RelayAccountFilter filter;
    if (const auto level = request.queryValue("level"); level && !level->isEmpty()) {
        filter.level = accessFromText(*level);
        if (!filter.level)
            throw badRequest("level", QStringLiteral("level must be none, read or write."), "invalid_level");
    }
    filter.query = queryText(request, "q").trimmed();
    if (filter.query.size() > 200)
        throw badRequest("q", QStringLiteral("q is longer than 200 characters."));
    QString sort = request.queryValue("sort").value_or(QString());
    filter.descending = sort.isEmpty() || sort.startsWith(QLatin1Char('-'));
    if (sort.startsWith(QLatin1Char('-')))
        sort.remove(0, 1);
    if (sort.isEmpty() || sort == QLatin1String("grantedAt"))
        filter.sort = Sort::GrantedAt;
    else if (sort == QLatin1String("pubkey"))
        filter.sort = Sort::Key;
    else if (sort == QLatin1String("level"))
        filter.sort = Sort::Level;
    else if (sort == QLatin1String("expiresAt"))
        filter.sort = Sort::ExpiresAt;
    else
        throw badRequest(
            "sort",
            QStringLiteral(
                "sort must be grantedAt, pubkey, level or expiresAt, with - before it for descending."));
    return filter;
}

QCoro::Task<HttpResponse> listAccounts(RelayAccounts &accounts, const Clock &clock, Reader &reader,
                                       HttpRequest request)
{
    const RelayAccountFilter filter = accountFilter(request);
    const PageRequest page = pageOf(request);
    accounts.expireDue(); // the filter looks at what is stored
    if (filter.query.isEmpty() || filter.keyPrefix())
        co_return HttpResponse::json(toJson(accounts.list(filter, page)));
    // Words in the notes: reads every row, so not here.
    const AccessRules rules = accounts.rules();
    const Millis now = clock.now();
    const auto work = [rules, now, filter, page](Database &database) {
        return RelayAccounts::listOn(database, rules, now, filter, page);
    };
    QFuture<Page<RelayAccount>> reading = reader.run(work);
    const Page<RelayAccount> read = co_await reading;
    co_return HttpResponse::json(toJson(read));
}

/// Judged once for all keys: the same sentence a thousand times would help nobody.
std::optional<Millis> endOfGrants(const QJsonObject &body, const Clock &clock)
{
    const std::optional<Millis> at = optionalTime(body, "expiresAt");
    if (at && *at <= clock.now())
        throw badRequest(
            "expiresAt",
            QStringLiteral("The grants would end before they begin: give a time in the future."));
    return at;
}

HttpResponse bulk(RelayAccounts &accounts, const Clock &clock, const HttpRequest &request)
{
    const QJsonObject body = request.json();
    const QString action = requiredText(body, "action");
    const QStringList keys = requiredTexts(body, "pubkeys");
    const QString reason = optionalText(body, "reason");
    std::vector<BulkResult> results;
    if (action == QLatin1String("grant")) {
        results = accounts.bulk(RelayAccounts::BulkAction::Grant, keys, requiredLevel(body), reason,
                                request.actor, endOfGrants(body, clock));
    } else if (action == QLatin1String("revoke")) {
        results =
            accounts.bulk(RelayAccounts::BulkAction::Revoke, keys, AccessLevel::None, reason, request.actor);
    } else {
        throw badRequest("action", QStringLiteral("action must be grant or revoke."));
    }
    QJsonArray out;
    for (const BulkResult &result : results) {
        QJsonObject item{{QStringLiteral("pubkey"), result.pubkey}, {QStringLiteral("ok"), result.ok}};
        if (!result.ok)
            item.insert(QStringLiteral("error"), result.error);
        out.append(item);
    }
    return HttpResponse::json(QJsonObject{{QStringLiteral("results"), out}});
}

/// In slices, so that the relay gets its answers in between.
QCoro::Task<HttpResponse> import(RelayAccounts &accounts, const Clock &clock, HttpRequest request)
{
    constexpr qsizetype slice = 200;
    const QJsonObject body = request.json();
    const KeyImport read = readKeyList(requiredText(body, "content").toUtf8());
    const AccessLevel level = requiredLevel(body);
    const QString reason = optionalText(body, "reason");
    const std::optional<Millis> expiresAt = endOfGrants(body, clock);
    int granted = 0;
    QStringList problems = read.problems;
    QStringList keys;
    for (const PubKey &key : read.keys)
        keys << key.text();
    for (qsizetype done = 0; done < keys.size(); done += slice) {
        const std::vector<BulkResult> results = accounts.bulk(
            RelayAccounts::BulkAction::Grant, keys.mid(done, slice), level, reason, request.actor, expiresAt);
        for (const BulkResult &result : results) {
            if (result.ok)
                ++granted;
            else
                problems << QStringLiteral("%1: %2").arg(result.pubkey, result.error);
        }
        const std::chrono::milliseconds aMoment(0);
        co_await QCoro::sleepFor(aMoment);
    }
    co_return HttpResponse::json(
        QJsonObject{{QStringLiteral("granted"), granted},
                    {QStringLiteral("problems"), QJsonArray::fromStringList(problems)}});
}

HttpResponse explain(RelayPolicy &policy, const HttpRequest &request)
{
    const QJsonObject body = request.json();
    if (body.value(QStringLiteral("event")).isObject()) {
        const EventParse parsed = parseEvent(body.value(QStringLiteral("event")).toObject());
        if (parsed.event)
            return HttpResponse::json(toJson(policy.explain(*parsed.event)));
        PolicyExplanation out;
        out.decision.message = "invalid: " + parsed.problem;
        out.decision.reason = "invalid";
        out.steps.push_back({QStringLiteral("event"), QStringLiteral("decides: reject"),
                             QString::fromUtf8(parsed.problem), true});
        return HttpResponse::json(toJson(out));
    }
    if (!body.contains(QStringLiteral("pubkey")))
        throw badRequest("pubkey", QStringLiteral("Give a pubkey or an event."));
    return HttpResponse::json(toJson(policy.explain(parsePubKey(requiredText(body, "pubkey")))));
}

PolicyLogFilter decisionFilter(const HttpRequest &request)
{
    PolicyLogFilter filter;
    filter.action = request.queryValue("action").value_or(QString());
    if (!QStringList{QString(), QStringLiteral("accept"), QStringLiteral("reject"),
                     QStringLiteral("shadowReject")}
             .contains(filter.action))
        throw badRequest("action", QStringLiteral("action must be accept, reject or shadowReject."));
    if (const auto key = request.queryValue("pubkey"); key && !key->isEmpty())
        filter.pubkey = parsePubKey(*key).text();
    return filter;
}

} // namespace

void addAdminRelayRoutes(Router &router, RelayAccounts &accounts, RelayPolicy &policy, PolicyLog &log,
                         const Clock &clock, Reader &reader)
{
    const auto add = [&router](HttpMethod method, const char *pattern,
                               std::variant<SyncHandler, AsyncHandler> handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    const auto get = [&add](const char *pattern, SyncHandler handler) {
        add(HttpMethod::Get, pattern, std::move(handler));
    };
    const auto post = [&add](const char *pattern, SyncHandler handler) {
        add(HttpMethod::Post, pattern, std::move(handler));
    };

    add(HttpMethod::Get, "/api/admin/relay/accounts", AsyncHandler([&](HttpRequest request) {
            return listAccounts(accounts, clock, reader, std::move(request));
        }));
    post("/api/admin/relay/accounts/bulk",
         [&](const HttpRequest &request) { return bulk(accounts, clock, request); });
    add(HttpMethod::Post, "/api/admin/relay/accounts/import",
        AsyncHandler([&](HttpRequest request) { return import(accounts, clock, std::move(request)); }));
    get("/api/admin/relay/accounts/:pubkey", [&](const HttpRequest &request) {
        const auto account = accounts.find(parsePubKey(request.parameter("pubkey")));
        if (!account)
            throw notFound(QStringLiteral("No relay account has this key."), "account_not_found");
        return HttpResponse::json(toJson(*account));
    });
    post("/api/admin/relay/accounts/:pubkey/grant", [&](const HttpRequest &request) {
        const PubKey key = parsePubKey(request.parameter("pubkey"));
        const QJsonObject body = request.json();
        return HttpResponse::json(
            toJson(accounts.grant(key, requiredLevel(body), optionalText(body, "reason"), request.actor,
                                  optionalTime(body, "expiresAt"))));
    });
    post("/api/admin/relay/accounts/:pubkey/revoke", [&](const HttpRequest &request) {
        const PubKey key = parsePubKey(request.parameter("pubkey"));
        const QJsonObject body = optionalBody(request);
        return HttpResponse::json(toJson(
            accounts.revoke(key, optionalText(body, "reason"), request.actor, optionalFlag(body, "force"))));
    });

    get("/api/admin/relay/decisions", [&](const HttpRequest &request) {
        return HttpResponse::json(toJson(log.list(decisionFilter(request), pageOf(request))));
    });
    post("/api/admin/relay/policy/explain",
         [&](const HttpRequest &request) { return explain(policy, request); });
}

} // namespace tower
