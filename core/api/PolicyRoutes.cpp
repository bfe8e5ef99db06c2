// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/PolicyRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/base/Later.h"

#include <QCoroFuture>
#include <QJsonDocument>

#include <algorithm>

namespace tower {

namespace {

constexpr qsizetype maximumBatch = 500;

/// JSON string of bytes that are mostly plain ASCII (ids and our own texts).
QByteArray quoted(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size() + 2);
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    out += '"';
    return out;
}

/// Hand-written because it is the busiest answer of all; ids are printable ASCII (parsePolicyLine sees to
/// it).
QByteArray decisionJson(const PolicyDecision &decision)
{
    return "{\"id\":" + quoted(decision.id) + ",\"action\":\"" + toText(decision.action) +
           "\",\"msg\":" + quoted(decision.message) + '}';
}

QByteArray sourceOf(const PolicyLine &line)
{
    if (line.sourceInfo.isEmpty())
        return line.sourceType.left(200);
    return (line.sourceType + ' ' + line.sourceInfo).left(200);
}

/// The decision, at once or after a commit.
Later<PolicyDecision> decided(RelayPolicy &policy, const PolicyLine &line)
{
    Later<PolicyDecision> later;
    policy.decide(line.event, sourceOf(line),
                  [later](PolicyDecision decision) { later.give(std::move(decision)); });
    return later;
}

HttpResponse jsonBytes(QByteArray body)
{
    return HttpResponse::text(std::move(body), "application/json");
}

QCoro::Task<HttpResponse> decideOne(RelayPolicy &policy, HttpRequest request)
{
    const PolicyLine line = parsePolicyLine(request.body);
    if (!line.isObject || !line.hasEvent)
        throw badRequest("event", QStringLiteral("The body must be a JSON object with an event."),
                         "not_a_policy_line");
    Later<PolicyDecision> decision = decided(policy, line);
    const PolicyDecision made = co_await decision;
    co_return jsonBytes(decisionJson(made));
}

QCoro::Task<HttpResponse> decideBatch(RelayPolicy &policy, HttpRequest request)
{
    const std::optional<std::vector<PolicyLine>> lines = parsePolicyBatch(request.body);
    if (!lines)
        throw badRequest(
            "events", QStringLiteral("The body must be {\"events\": [...]}, each an event or a policy line."),
            "not_a_policy_batch");
    if (static_cast<qsizetype>(lines->size()) > maximumBatch)
        throw badRequest("events", QStringLiteral("At most 500 events at a time."));
    // All are asked before the first is awaited, so that those for the queue share one commit.
    std::vector<Later<PolicyDecision>> decisions;
    decisions.reserve(lines->size());
    for (const PolicyLine &line : *lines)
        decisions.push_back(decided(policy, line));
    QByteArray out = "[";
    for (Later<PolicyDecision> &decision : decisions) {
        const PolicyDecision made = co_await decision;
        if (out.size() > 1)
            out += ',';
        out += decisionJson(made);
    }
    out += ']';
    co_return jsonBytes(std::move(out));
}

HttpResponse health(PolicyLog &log)
{
    const PolicyHealth health = log.health();
    return HttpResponse::json(
        QJsonObject{{QStringLiteral("status"), QStringLiteral("ok")},
                    {QStringLiteral("counts"),
                     QJsonObject{{QStringLiteral("accept"), jsonNumber(health.accepted)},
                                 {QStringLiteral("reject"), jsonNumber(health.rejected)},
                                 {QStringLiteral("shadowReject"), jsonNumber(health.shadowRejected)}}},
                    {QStringLiteral("p50Ms"), health.p50Ms},
                    {QStringLiteral("p99Ms"), health.p99Ms},
                    {QStringLiteral("decisionsLastMinute"), jsonNumber(health.lastMinute)}});
}

QJsonArray kindsJson(const QList<int> &kinds)
{
    QJsonArray out;
    for (const int kind : kinds)
        out.append(kind);
    return out;
}

/// In order, so that the same rules are the same text.
QJsonArray sortedJson(QStringList items)
{
    items.sort();
    return QJsonArray::fromStringList(items);
}

/// What the operator refuses by relay management.
void addRules(QJsonObject &head, const RelayManagement::Rules &rules)
{
    const auto kinds = [](const QSet<int> &set) {
        QList<int> sorted(set.begin(), set.end());
        std::sort(sorted.begin(), sorted.end());
        return kindsJson(sorted);
    };
    QStringList events, addresses;
    for (const EventId &id : rules.bannedEvents)
        events << id.text();
    for (const QHostAddress &address : rules.blockedIps)
        addresses << address.toString();
    head.insert(QStringLiteral("bannedEvents"), sortedJson(events));
    head.insert(QStringLiteral("allowedKinds"), kinds(rules.allowedKinds));
    head.insert(QStringLiteral("disallowedKinds"), kinds(rules.disallowedKinds));
    head.insert(QStringLiteral("blockedIps"), sortedJson(addresses));
}

/// Every account with access, read page by page on the reader's thread.
QByteArray snapshotAccounts(Database &database, const AccessRules &rules, Millis now)
{
    QByteArray out = "[";
    PageRequest page{PageRequest::maximumLimit, {}};
    RelayAccountFilter filter;
    filter.sort = RelayAccountFilter::Sort::Key;
    filter.descending = false;
    do {
        const Page<RelayAccount> read = RelayAccounts::listOn(database, rules, now, filter, page);
        for (const RelayAccount &account : read.items) {
            if (account.level == AccessLevel::None)
                continue;
            if (out.size() > 1)
                out += ',';
            out += "{\"pubkey\":\"" + account.pubkey.hex() + "\",\"access\":\"" +
                   toText(account.level).toLatin1() + "\",\"tier\":\"" + toText(account.tier).toLatin1() +
                   "\"}";
        }
        page.cursor = read.nextCursor;
    } while (!page.cursor.isEmpty());
    return out + ']';
}

QCoro::Task<HttpResponse> snapshot(RelayAccounts &accounts, RelayManagement &management,
                                   const Settings &settings, const Clock &clock, Reader &reader)
{
    const AccessRules rules = accounts.rules();
    const Millis now = clock.now();
    QJsonObject head{
        {QStringLiteral("generatedAt"), toIso(now)},
        {QStringLiteral("timmy"),
         accounts.timmyStands() ? QJsonValue(accounts.timmy()->text()) : QJsonValue()},
        {QStringLiteral("openKinds"), kindsJson(settings.kinds(Setting::RelayOpenKinds))},
        {QStringLiteral("unmoderatedKinds"), kindsJson(settings.kinds(Setting::RelayUnmoderatedKinds))}};
    addRules(head, management.rules());
    const auto work = [rules, now](Database &database) { return snapshotAccounts(database, rules, now); };
    QFuture<QByteArray> reading = reader.run(work);
    const QByteArray list = co_await reading;
    QByteArray body = QJsonDocument(head).toJson(QJsonDocument::Compact);
    body.chop(1);
    body += ",\"accounts\":" + list + '}';
    co_return jsonBytes(std::move(body));
}

} // namespace

void addPolicyRoutes(Router &router, RelayPolicy &policy, PolicyLog &log, RelayAccounts &accounts,
                     RelayManagement &management, const Settings &settings, const Clock &clock,
                     Reader &reader)
{
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/relay/policy",
                .scope = Scope::Policy,
                .limit = LimitClass::None,
                .handler = AsyncHandler(
                    [&policy](HttpRequest request) { return decideOne(policy, std::move(request)); }),
                .quiet = true});
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/relay/policy/batch",
                .scope = Scope::Policy,
                .limit = LimitClass::None,
                .handler = AsyncHandler(
                    [&policy](HttpRequest request) { return decideBatch(policy, std::move(request)); }),
                .quiet = true});
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/relay/policy",
                .scope = Scope::Policy,
                .limit = LimitClass::None,
                .handler = SyncHandler([&log](const HttpRequest &) { return health(log); })});
    router.add({.method = HttpMethod::Get,
                .pattern = "/api/relay/accounts/snapshot",
                .scope = Scope::Policy,
                .limit = LimitClass::None,
                .handler = AsyncHandler(
                    [&](HttpRequest) { return snapshot(accounts, management, settings, clock, reader); })});
}

} // namespace tower
