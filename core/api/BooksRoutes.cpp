// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/AdminRoutes.h"

#include "core/api/Shapes.h"

#include <QCoroFuture>

namespace tower {

namespace {

ActivityFilter activityFilter(const HttpRequest &request)
{
    return {queryText(request, "actor"), queryText(request, "action"), queryText(request, "subject"),
            queryTime(request, "since"), queryTime(request, "until")};
}

LedgerFilter ledgerFilter(const HttpRequest &request)
{
    LedgerFilter filter;
    filter.account = queryText(request, "account");
    filter.kind = queryText(request, "kind");
    filter.since = queryTime(request, "since");
    filter.until = queryTime(request, "until");
    return filter;
}

QCoro::Task<HttpResponse> verify(Reader &reader)
{
    const auto work = [&reader](Database &database) {
        return Activity::verify(database, [&reader] { return reader.isCancelled(); });
    };
    QFuture<ChainReport> checking = reader.run(work);
    const ChainReport report = co_await checking;
    co_return HttpResponse::json(toJson(report));
}

QCoro::Task<HttpResponse> reconciled(const Reconcile &reconcile, Database &database, Wallet &wallet,
                                     Reader &reader)
{
    QCoro::Task<ReconcileReport> running = reconcile.runNow(database, wallet, reader);
    const ReconcileReport report = co_await running;
    co_return HttpResponse::json(toJson(report));
}

} // namespace

void addBooksRoutes(Router &router, Activity &activity, Ledger &ledger, Reconcile &reconcile,
                    Database &database, Wallet &wallet, Reader &reader)
{
    const auto get = [&router](const char *pattern, std::variant<SyncHandler, AsyncHandler> handler) {
        router.add({.method = HttpMethod::Get,
                    .pattern = pattern,
                    .scope = Scope::Admin,
                    .limit = LimitClass::None,
                    .handler = std::move(handler)});
    };
    get("/api/admin/activity", SyncHandler([&](const HttpRequest &request) {
            return HttpResponse::json(toJson(activity.list(activityFilter(request), pageOf(request))));
        }));
    get("/api/admin/activity/verify", AsyncHandler([&](HttpRequest) { return verify(reader); }));
    get("/api/admin/ledger", SyncHandler([&](const HttpRequest &request) {
            return HttpResponse::json(toJson(ledger.list(ledgerFilter(request), pageOf(request))));
        }));
    get("/api/admin/reconcile",
        AsyncHandler([&](HttpRequest) { return reconciled(reconcile, database, wallet, reader); }));
}

} // namespace tower
