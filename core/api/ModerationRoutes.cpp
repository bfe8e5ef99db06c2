// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ModerationRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QCoroFuture>

#include <algorithm>

namespace tower {

namespace {

/// reviewed_by is admin:<who>; who calls with the token has no key of their own.
QString decider(const HttpRequest &request)
{
    return request.actor.startsWith(QLatin1String("admin:")) ? request.actor : QStringLiteral("admin:token");
}

QueueFilter queueFilter(const HttpRequest &request)
{
    QueueFilter filter;
    if (const auto status = request.queryValue("status"); status && !status->isEmpty()) {
        filter.status = queueStatusFromText(*status);
        if (!filter.status)
            throw badRequest(
                "status",
                QStringLiteral("status must be pending, flagged, approved, auto_approved or rejected."));
    }
    if (const auto author = request.queryValue("pubkey"); author && !author->isEmpty())
        filter.author = parsePubKey(*author);
    return filter;
}

QueueAction requiredAction(const QJsonObject &body)
{
    const QString action = requiredText(body, "action");
    if (action == QLatin1String("approve"))
        return QueueAction::Approve;
    if (action == QLatin1String("reject"))
        return QueueAction::Reject;
    throw badRequest("action", QStringLiteral("action must be approve or reject."));
}

/// The answer about everything of one author: all are counted, the first are listed.
HttpResponse decidedJson(const std::vector<EventId> &ids)
{
    QJsonArray results;
    const std::size_t listed = std::min(ids.size(), static_cast<std::size_t>(ModerationQueue::maximumBulk));
    for (std::size_t i = 0; i < listed; ++i)
        results.append(QJsonObject{{QStringLiteral("eventId"), ids[i].text()}, {QStringLiteral("ok"), true}});
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("results"), results},
                    {QStringLiteral("decided"), jsonNumber(static_cast<std::int64_t>(ids.size()))}});
}

HttpResponse resultsJson(const std::vector<QueueResult> &results)
{
    QJsonArray items;
    std::int64_t decided = 0;
    for (const QueueResult &result : results) {
        QJsonObject item{{QStringLiteral("eventId"), result.eventId}, {QStringLiteral("ok"), result.ok}};
        if (result.ok)
            ++decided;
        else
            item.insert(QStringLiteral("error"), result.error);
        items.append(item);
    }
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("results"), items}, {QStringLiteral("decided"), jsonNumber(decided)}});
}

/// Whole events, up to 64 KiB each: read and written down by the reader.
QCoro::Task<HttpResponse> list(RelayAccounts &accounts, const Clock &clock, Reader &reader,
                               HttpRequest request)
{
    const auto work = [filter = queueFilter(request), page = pageOf(request), rules = accounts.rules().trust,
                       now = clock.now()](Database &database) {
        return HttpResponse::json(toJson(ModerationQueue::listOn(database, rules, now, filter, page)));
    };
    QFuture<HttpResponse> reading = reader.run(work);
    HttpResponse response = co_await reading;
    co_return response;
}

QCoro::Task<HttpResponse> bulk(ModerationQueue &queue, HttpRequest request)
{
    const QJsonObject body = request.json();
    const QueueAction action = requiredAction(body);
    const QString reason = optionalText(body, "reason");
    const QString actor = decider(request);
    const bool byAuthor = body.contains(QLatin1String("author"));
    if (byAuthor == body.contains(QLatin1String("eventIds")))
        throw badRequest("eventIds", QStringLiteral("Give either eventIds or an author."));
    if (byAuthor) {
        const PubKey author = parsePubKey(requiredText(body, "author"), "author");
        QFuture<std::vector<EventId>> deciding = action == QueueAction::Approve
                                                     ? queue.approveAllOf(author, actor)
                                                     : queue.rejectAllOf(author, reason, actor);
        const std::vector<EventId> decided = co_await deciding;
        co_return decidedJson(decided);
    }
    QFuture<std::vector<QueueResult>> deciding =
        queue.decideEach(action, requiredTexts(body, "eventIds"), reason, actor);
    const std::vector<QueueResult> results = co_await deciding;
    co_return resultsJson(results);
}

HttpResponse stats(ModerationQueue &queue, RelayAccounts &accounts, PolicyLog &log, const Reviewer *reviewer,
                   const Clock &clock)
{
    const QueueStats stats = queue.stats();
    const std::int64_t oldest = stats.oldestPending ? (clock.now() - *stats.oldestPending).value() / 1000 : 0;
    return HttpResponse::json(QJsonObject{
        {QStringLiteral("pending"), jsonNumber(stats.pending)},
        {QStringLiteral("flagged"), jsonNumber(stats.flagged)},
        {QStringLiteral("approved"), jsonNumber(stats.approved)},
        {QStringLiteral("autoApproved"), jsonNumber(stats.autoApproved)},
        {QStringLiteral("rejected"), jsonNumber(stats.rejected)},
        {QStringLiteral("approvedToday"), jsonNumber(stats.approvedToday)},
        {QStringLiteral("totalAccounts"), jsonNumber(accounts.count())},
        {QStringLiteral("decisionsPerMinute"), jsonNumber(log.health().lastMinute)},
        {QStringLiteral("oldestPendingSeconds"), jsonNumber(oldest)},
        {QStringLiteral("aiReviewer"), toText(reviewer ? reviewer->state() : Reviewer::State::Off)}});
}

} // namespace

void addModerationRoutes(Router &router, ModerationQueue &queue, RelayAccounts &accounts, PolicyLog &log,
                         const Reviewer *reviewer, const Clock &clock, Reader &reader)
{
    const auto add = [&router](HttpMethod method, const char *pattern,
                               std::variant<SyncHandler, AsyncHandler> handler) {
        router.add({.method = method,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    add(HttpMethod::Get, "/api/admin/relay/queue",
        AsyncHandler([&](HttpRequest request) { return list(accounts, clock, reader, std::move(request)); }));
    add(HttpMethod::Post, "/api/admin/relay/queue/bulk",
        AsyncHandler([&](HttpRequest request) { return bulk(queue, std::move(request)); }));
    add(HttpMethod::Post, "/api/admin/relay/queue/:eventId/approve",
        SyncHandler([&](const HttpRequest &request) {
            return HttpResponse::json(
                toJson(queue.approve(parseEventId(request.parameter("eventId")), decider(request))));
        }));
    add(HttpMethod::Post, "/api/admin/relay/queue/:eventId/reject",
        SyncHandler([&](const HttpRequest &request) {
            const EventId id = parseEventId(request.parameter("eventId"));
            const QJsonObject body = optionalBody(request);
            return HttpResponse::json(
                toJson(queue.reject(id, optionalText(body, "reason"), decider(request))));
        }));
    add(HttpMethod::Get, "/api/admin/relay/stats", SyncHandler([&, reviewer](const HttpRequest &) {
            return stats(queue, accounts, log, reviewer, clock);
        }));
}

} // namespace tower
