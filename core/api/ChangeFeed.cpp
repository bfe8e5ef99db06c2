// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ChangeFeed.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"

#include <QCoroSignal>
#include <QElapsedTimer>

#include <chrono>

namespace tower {

namespace {

constexpr std::chrono::milliseconds patience = std::chrono::seconds(25);
constexpr int maximumChanges = 1'000;

} // namespace

ChangeFeed::ChangeFeed(Changes &changes, QObject *parent)
    : QObject(parent)
    , m_changes(changes)
{
    connect(&m_changes, &Changes::changed, this, &ChangeFeed::woken);
}

void ChangeFeed::addRoutes(Router &router)
{
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/admin/changes",
                .scope = Scope::Admin,
                .limit = LimitClass::None,
                .handler = AsyncHandler([this](HttpRequest request) { return wait(std::move(request)); }),
                .quiet = true});
}

void ChangeFeed::stop()
{
    m_stopped = true;
    emit woken();
}

QCoro::Task<HttpResponse> ChangeFeed::wait(HttpRequest request)
{
    std::int64_t since = m_changes.latest();
    if (const auto text = request.queryValue("since"); text && !text->isEmpty()) {
        bool ok = false;
        since = text->toLongLong(&ok);
        if (!ok || since < 0)
            throw badRequest("since", QStringLiteral("since must be a whole number, 0 or more."));
    }
    // A number that was never given out is one of another database: nothing to wait for, all to be read
    // again.
    bool gap = false;
    if (since > m_changes.latest())
        static_cast<void>(m_changes.since(since, 1, &gap));
    QElapsedTimer waited;
    waited.start();
    while (since >= m_changes.latest() && !gap && !m_stopped && !waited.hasExpired(patience.count())) {
        // Something may wake this that brings nothing new; then it waits on.
        const std::chrono::milliseconds rest(std::max<qint64>(1, patience.count() - waited.elapsed()));
        co_await qCoro(this, &ChangeFeed::woken, rest);
    }
    co_return answer(since);
}

HttpResponse ChangeFeed::answer(std::int64_t since)
{
    bool gap = false;
    const std::vector<Change> changes = m_changes.since(since, maximumChanges, &gap);
    QJsonArray items;
    for (const Change &change : changes) {
        items.append(QJsonObject{{QStringLiteral("seq"), jsonNumber(change.seq)},
                                 {QStringLiteral("kind"), change.kind},
                                 {QStringLiteral("id"), change.id}});
    }
    // After a gap the caller starts from what is now; without one, `since` may come from a server that saw
    // more.
    std::int64_t latest = gap ? m_changes.latest() : std::max(since, m_changes.latest());
    if (!changes.empty())
        latest = changes.back().seq;
    return HttpResponse::json(QJsonObject{{QStringLiteral("items"), items},
                                          {QStringLiteral("latest"), jsonNumber(latest)},
                                          {QStringLiteral("gap"), gap}});
}

} // namespace tower
