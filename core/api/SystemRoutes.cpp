// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/SystemRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"

#include <QFile>

#include <unistd.h>

namespace tower {

namespace {

QString toText(Health health)
{
    switch (health) {
    case Health::Up:
        return QStringLiteral("ok");
    case Health::Down:
        return QStringLiteral("unavailable");
    case Health::Unknown:
        break;
    }
    return QStringLiteral("configured");
}

/// A component that can be the real thing or the built-in simulation.
QJsonObject component(bool simulated, Health health, const QString &name)
{
    return {{QStringLiteral("status"), simulated ? QStringLiteral("simulated") : toText(health)},
            {QStringLiteral("provider"), simulated ? QStringLiteral("simulated") : name}};
}

HttpResponse healthz(const SystemState &state)
{
    const bool databaseUp = state.database.ping();
    const bool walletSimulated = state.wallet.isSimulated();
    const bool agentSimulated = state.agent.isSimulated();
    const QString relay = state.settings.text(Setting::NostrRelayUrl);
    const Health wallet = state.wallet.health();
    const Health agent = state.agent.health();
    const Health relayHealth = state.relay ? state.relay->health() : Health::Unknown;
    const bool isWhole = databaseUp && wallet != Health::Down && agent != Health::Down &&
                         (relay.isEmpty() || relayHealth != Health::Down);

    QJsonObject queue{{QStringLiteral("status"), QStringLiteral("unknown")}};
    if (databaseUp) {
        const QueueStats stats = state.queue.stats();
        queue = {{QStringLiteral("status"), QStringLiteral("ok")},
                 {QStringLiteral("pending"), jsonNumber(stats.pending)},
                 {QStringLiteral("flagged"), jsonNumber(stats.flagged)}};
    }
    const QString engine =
        state.database.engine() == Engine::Sqlite ? QStringLiteral("sqlite") : QStringLiteral("postgresql");
    const QJsonObject body{
        {QStringLiteral("status"), isWhole ? QStringLiteral("ok") : QStringLiteral("degraded")},
        {QStringLiteral("version"), QStringLiteral(TOWER_VERSION)},
        {QStringLiteral("uptimeSeconds"), jsonNumber((state.clock.now() - state.startedAt).value() / 1000)},
        {QStringLiteral("stubMode"), walletSimulated || agentSimulated},
        {QStringLiteral("database"),
         QJsonObject{
             {QStringLiteral("status"), databaseUp ? QStringLiteral("ok") : QStringLiteral("unavailable")},
             {QStringLiteral("engine"), engine}}},
        {QStringLiteral("wallet"), component(walletSimulated, wallet, QStringLiteral("lnbits"))},
        {QStringLiteral("agent"), component(agentSimulated, agent, QStringLiteral("anthropic"))},
        {QStringLiteral("relay"),
         QJsonObject{{QStringLiteral("status"),
                      relay.isEmpty() ? QStringLiteral("not configured") : toText(relayHealth)},
                     {QStringLiteral("url"), textOrNull(relay)}}},
        {QStringLiteral("queue"), queue}};
    return HttpResponse::json(body, databaseUp ? 200 : 503);
}

/// Resident memory in bytes, as the kernel counts it.
std::int64_t residentBytes()
{
    QFile statm(QStringLiteral("/proc/self/statm"));
    if (!statm.open(QIODevice::ReadOnly))
        return 0;
    return statm.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

/// A label's value in the Prometheus text format.
QByteArray label(const QByteArray &text)
{
    QByteArray out = text;
    return out.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
}

HttpResponse metrics(const SystemState &state, const Router &router)
{
    QByteArray out;
    const auto head = [&out](const char *name, const char *type, const char *help) {
        out += QByteArray("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
    };
    const auto gauge = [&](const char *name, const char *help, std::int64_t value) {
        head(name, "gauge", help);
        out += QByteArray(name) + ' ' + QByteArray::number(static_cast<qint64>(value)) + '\n';
    };

    head("tower_http_requests_total", "counter", "Requests by route.");
    const std::vector<RouteStats> stats = router.stats();
    for (const RouteStats &route : stats) {
        out += "tower_http_requests_total{method=\"" + route.method + "\",route=\"" + label(route.pattern) +
               "\"} " + QByteArray::number(static_cast<qint64>(route.calls)) + '\n';
    }
    head("tower_http_errors_total", "counter", "Answers of 400 and more, by route and class.");
    for (const RouteStats &route : stats) {
        const QByteArray labels =
            "{method=\"" + route.method + "\",route=\"" + label(route.pattern) + "\",class=";
        out += "tower_http_errors_total" + labels + "\"4xx\"} " +
               QByteArray::number(static_cast<qint64>(route.clientErrors)) + '\n';
        out += "tower_http_errors_total" + labels + "\"5xx\"} " +
               QByteArray::number(static_cast<qint64>(route.serverErrors)) + '\n';
    }
    head("tower_policy_decisions_total", "counter", "Answers to the relay, by action and reason.");
    for (const auto &[key, n] : state.policyLog.counters()) {
        out += "tower_policy_decisions_total{action=\"" + key.first.toLatin1() + "\",reason=\"" +
               key.second.toLatin1() + "\"} " + QByteArray::number(static_cast<qint64>(n)) + '\n';
    }
    const PolicyHealth health = state.policyLog.health();
    head("tower_policy_decision_seconds", "gauge", "Time to decide, of the last 1,000 decisions.");
    out += "tower_policy_decision_seconds{quantile=\"0.5\"} " +
           QByteArray::number(health.p50Ms / 1000, 'g', 6) + '\n';
    out += "tower_policy_decision_seconds{quantile=\"0.99\"} " +
           QByteArray::number(health.p99Ms / 1000, 'g', 6) + '\n';

    const QueueStats queue = state.queue.stats();
    head("tower_queue_events", "gauge", "Events in the moderation queue, by status.");
    const std::pair<const char *, std::int64_t> byStatus[] = {{"pending", queue.pending},
                                                              {"flagged", queue.flagged},
                                                              {"approved", queue.approved},
                                                              {"auto_approved", queue.autoApproved},
                                                              {"rejected", queue.rejected}};
    for (const auto &[status, n] : byStatus)
        out += QByteArray("tower_queue_events{status=\"") + status + "\"} " +
               QByteArray::number(static_cast<qint64>(n)) + '\n';

    gauge("tower_http_connections", "Open connections.", state.host.connections());
    gauge("tower_uptime_seconds", "Seconds since the start.",
          (state.clock.now() - state.startedAt).value() / 1000);
    gauge("process_resident_memory_bytes", "Resident memory.", residentBytes());
    return HttpResponse::text(out, "text/plain; version=0.0.4; charset=utf-8");
}

} // namespace

void addSystemRoutes(Router &router, const SystemState &state)
{
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/healthz",
                .handler = SyncHandler([state](const HttpRequest &) { return healthz(state); })});
    router.add(
        {.method = HttpMethod::Get,
         .pattern = "/metrics",
         .scope = Scope::Metrics,
         .limit = LimitClass::None,
         .handler = SyncHandler([state, &router](const HttpRequest &) { return metrics(state, router); })});
}

} // namespace tower
