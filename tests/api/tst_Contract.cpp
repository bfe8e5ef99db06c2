// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip98.h"
#include "tests/api/EveryRoute.h"

#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTest>

using namespace tower;

namespace {

/// "/a/:pubkey" as the contract writes it: "/a/{pubkey}".
QByteArray asTemplate(const QByteArray &pattern)
{
    QByteArrayList segments = pattern.split('/');
    for (QByteArray &segment : segments) {
        if (segment.startsWith(':'))
            segment = '{' + segment.mid(1) + '}';
    }
    return segments.join('/');
}

QByteArray nameOf(HttpMethod method)
{
    switch (method) {
    case HttpMethod::Get:
        return "GET";
    case HttpMethod::Post:
        return "POST";
    case HttpMethod::Put:
        return "PUT";
    case HttpMethod::Patch:
        return "PATCH";
    case HttpMethod::Delete:
        return "DELETE";
    default:
        return "?";
    }
}

/// The ways in, as the contract names them; "" is nobody in particular.
QStringList waysIn(Scope scope)
{
    const QStringList admin{QStringLiteral("adminSignature"), QStringLiteral("adminToken")};
    switch (scope) {
    case Scope::Public:
        return {}; // or what its handler asks for: a token, a macaroon, an admin's signature
    case Scope::Policy:
        return {QString(), QStringLiteral("policySecret")};
    case Scope::Admin:
        return admin;
    case Scope::Metrics:
        return QStringList{QString()} + admin;
    }
    Q_UNREACHABLE();
}

QStringList waysIn(const QJsonArray &security)
{
    QStringList out;
    for (const QJsonValue &way : security)
        out << (way.toObject().isEmpty() ? QString() : way.toObject().keys().join(u'+'));
    out.sort();
    return out;
}

/// Every object schema below `schema`, with its place.
void objectsOf(const QJsonObject &schema, const QString &at, QList<QPair<QString, QJsonObject>> &out)
{
    if (schema.contains(u"properties"))
        out.append({at, schema});
    const QJsonObject properties = schema.value(u"properties").toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it)
        objectsOf(it.value().toObject(), at + u'/' + it.key(), out);
    if (schema.contains(u"items"))
        objectsOf(schema.value(u"items").toObject(), at + QStringLiteral("[]"), out);
}

QJsonObject nodeReads(const QString &expression)
{
    QFile page(QStringLiteral(TOWER_SOURCE_DIR "/resources/web/docs.html"));
    if (!page.open(QIODevice::ReadOnly))
        return {};
    const QString html = QString::fromUtf8(page.readAll());
    const qsizetype start = html.indexOf(u"<script>") + 8;
    const QString script = html.mid(start, html.indexOf(u"</script>") - start);
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("node"), {QStringLiteral("-")});
    process.write(
        (script + QStringLiteral("\nconst contract = readYaml(require('fs').readFileSync('%1', 'utf8'));\n"
                                 "process.stdout.write(JSON.stringify(%2));\n")
                      .arg(QStringLiteral(TOWER_SOURCE_DIR "/resources/openapi.yaml"), expression))
            .toUtf8());
    process.closeWriteChannel();
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        return {};
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

} // namespace

/// openapi.yaml beside the route table, beside real answers, and as the page at /api/docs shows it.
class TestContract : public QObject
{
    Q_OBJECT

private slots:
    void everyRouteIsInTheContract()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (const Route &route : api.api->router().routes()) {
            const QByteArray name = nameOf(route.method) + ' ' + asTemplate(route.pattern);
            const Contract::Operation *found = nullptr;
            for (const Contract::Operation &operation : api.contract.operations()) {
                if (operation.method + ' ' + operation.path == name)
                    found = &operation;
            }
            QVERIFY2(found, name);
            QVERIFY2(found->object.contains(u"security"), name);
            QStringList ways = waysIn(found->object.value(u"security").toArray());
            if (route.scope == Scope::Public) {
                for (const char *own : {"", "nostrToken", "sessionMacaroon"})
                    ways.removeOne(QLatin1String(own));
                if (route.bodyType != "application/json")
                    ways.removeOne(QStringLiteral("adminSignature"));
            }
            QCOMPARE(ways, waysIn(route.scope));
        }
    }

    void everythingInTheContractIsARoute()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QSet<QByteArray> routes;
        for (const Route &route : api.api->router().routes())
            routes.insert(nameOf(route.method) + ' ' + asTemplate(route.pattern));
        for (const Contract::Operation &operation : api.contract.operations())
            QVERIFY2(routes.contains(operation.method + ' ' + operation.path),
                     operation.method + ' ' + operation.path);
        QCOMPARE(api.contract.operations().size(), routes.size());
    }

    void pathParametersAreDescribed()
    {
        const Contract contract;
        for (const Contract::Operation &operation : contract.operations()) {
            QSet<QString> described;
            for (const QJsonValue &value : operation.object.value(u"parameters").toArray()) {
                QJsonObject parameter = value.toObject();
                if (parameter.contains(u"$ref"))
                    parameter = contract.schema().resolve(parameter.value(u"$ref").toString());
                QVERIFY2(!parameter.value(u"description").toString().isEmpty(), operation.path);
                if (parameter.value(u"in").toString() == u"path")
                    described.insert(parameter.value(u"name").toString());
            }
            QSet<QString> wanted;
            for (const QByteArray &segment : operation.path.split('/')) {
                if (segment.startsWith('{'))
                    wanted.insert(QString::fromLatin1(segment.mid(1).chopped(1)));
            }
            QCOMPARE(described, wanted);
        }
    }

    /// What we answer is closed: a field that is renamed, added or dropped fails the tests that read it.
    void schemasAreStrict()
    {
        const Contract contract;
        const QStringList given{QStringLiteral("NostrEvent"), QStringLiteral("PolicyLine")};
        const QJsonObject schemas = contract.schema().resolve(QStringLiteral("#/components/schemas"));
        QList<QPair<QString, QJsonObject>> objects;
        for (auto it = schemas.begin(); it != schemas.end(); ++it) {
            if (!given.contains(it.key()))
                objectsOf(it.value().toObject(), it.key(), objects);
        }
        QVERIFY(objects.size() > 20);
        for (const auto &[at, schema] : objects) {
            QVERIFY2(schema.value(u"additionalProperties").isBool(), qPrintable(at));
            QCOMPARE(schema.value(u"additionalProperties").toBool(), false);
            QVERIFY2(!schema.value(u"required").toArray().isEmpty(), qPrintable(at));
        }
    }

    /// The check itself can fail.
    void aRenamedFieldIsNoticed()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Read, QStringLiteral("why"),
                                QStringLiteral("test"));
        const Answer answer = api.get("/api/admin/relay/accounts");
        const auto problems = [&](const QByteArray &body) {
            return api.contract.problems("GET", "/api/admin/relay/accounts", 200, "application/json", body);
        };
        QCOMPARE(problems(answer.body), QStringList());
        QVERIFY(!problems(QByteArray(answer.body).replace("\"grantedBy\"", "\"granted_by\"")).isEmpty());
        QVERIFY(!problems(QByteArray(answer.body).replace("\"read\"", "\"reader\"")).isEmpty());
        QVERIFY(!problems(QByteArray(answer.body).replace("\"total\":1", "\"total\":\"1\"")).isEmpty());
        QVERIFY(
            !problems(
                 QByteArray(answer.body).replace("\"totalIsExact\":true", "\"totalIsExact\":true,\"more\":1"))
                 .isEmpty());
        QVERIFY(!problems(QByteArray(answer.body).replace("\"notes\":\"why\",", "")).isEmpty());
        QVERIFY(!api.contract.problems("GET", "/api/admin/relay/accounts", 418, "application/json", "{}")
                     .isEmpty());
        QVERIFY(!api.contract.problems("GET", "/api/admin/relay/accounts", 200, "text/plain", answer.body)
                     .isEmpty());
        QVERIFY(!api.contract.problems("GET", "/api/unknown", 200, "application/json", "{}").isEmpty());
    }

    void everyRouteAnswersAsDescribed_data() { TestDatabase::engineRows(); }
    void everyRouteAnswersAsDescribed()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, {{QStringLiteral("ADMIN_PUBKEYS"), testPubKey(40).text()}});
        const SecretKey writer = testKey(1);
        const QByteArray key = writer.pubKey().hex();
        const QByteArray accounts = "/api/admin/relay/accounts/";
        const QByteArray identities = "/api/admin/identities/";

        for (const char *open : {"/", "/timmy-id-card.js", "/api/docs", "/api/openapi.yaml", "/api/healthz",
                                 "/api/testkit", "/metrics"})
            QCOMPARE(api.ask({.target = open}).status, 200);

        QCOMPARE(api.post(accounts + key + "/grant",
                          {{"level", "write"}, {"reason", "r"}, {"expiresAt", "2099-01-01T00:00:00Z"}})
                     .status,
                 200);
        QCOMPARE(api.get(accounts + key).text("level"), QStringLiteral("write"));
        QCOMPARE(api.post(accounts + "bulk", {{"action", "grant"},
                                              {"pubkeys", QJsonArray{testPubKey(2).text(), "no"}},
                                              {"level", "read"}})
                     .status,
                 200);
        QCOMPARE(api.post(accounts + "import",
                          {{"content", QString::fromLatin1(toNpub(testPubKey(3))) + "\nno key"},
                           {"level", "read"}})
                     .status,
                 200);
        QCOMPARE(api.get("/api/admin/relay/accounts").items().size(), 3);

        const Event event = signedEvent(writer, 1, "hello \"there\" \\ \xc3\xa9\n", {{"t", "tower"}});
        QCOMPARE(api.decide(event).first, QStringLiteral("shadowReject"));
        QCOMPARE(api.decide(signedEvent(testKey(9), 1, "no")).first, QStringLiteral("reject"));
        const Ask batch{.method = "POST",
                        .target = "/api/relay/policy/batch",
                        .body = "{\"events\":[" + event.toJson() + "]}"};
        QCOMPARE(api.ask(batch).array().size(), 1);
        QCOMPARE(api.ask({.target = "/api/relay/policy"}).status, 200);
        QCOMPARE(api.ask({.target = "/api/relay/accounts/snapshot"}).status, 200);

        QCOMPARE(api.get("/api/admin/relay/queue").items().size(), 1);
        QCOMPARE(api.get("/api/admin/relay/stats").status, 200);
        QCOMPARE(api.get("/api/admin/relay/decisions").items().size(), 3);
        QCOMPARE(api.post("/api/admin/relay/policy/explain", {{"pubkey", writer.pubKey().text()}}).status,
                 200);
        QCOMPARE(api.post("/api/admin/relay/policy/explain", {{"event", event.toJsonObject()}}).status, 200);
        const QByteArray queued = "/api/admin/relay/queue/" + event.id.hex();
        QCOMPARE(api.post(queued + "/reject", {{"reason", "no"}}).text("status"), QStringLiteral("rejected"));
        QCOMPARE(api.post(queued + "/approve", QJsonObject()).text("publishState"),
                 QStringLiteral("waiting"));
        const QJsonArray ids{event.id.text(), "no"};
        QCOMPARE(api.post("/api/admin/relay/queue/bulk", {{"action", "approve"}, {"eventIds", ids}})
                     .json()
                     .value("decided")
                     .toInt(),
                 1);
        QCOMPARE(api.post(accounts + key + "/revoke", {{"reason", "enough"}}).status, 200);

        QCOMPARE(
            api.post(identities + key + "/adjust", {{"score", 60}, {"reason", "good work"}}).text("tier"),
            QStringLiteral("trusted"));
        QCOMPARE(api.post(identities + key + "/note", {{"note", "known"}}).text("note"),
                 QStringLiteral("known"));
        QCOMPARE(api.get("/api/admin/identities").items().size(), 3);
        QCOMPARE(api.get(identities + key).json().value("history").toArray().size(), 1);

        api.relayAccounts.seedElite(testPubKey(40));
        QCOMPARE(api.ask({.target = "/api/identity/timmy"}).text("pubkeyHex"), testPubKey(40).text());
        const QByteArray nonce =
            api.ask({.method = "POST", .target = "/api/identity/challenge"}).text("nonce").toLatin1();
        const Event signIn = signedEvent(testKey(40), 27235, nonce);
        const Answer in = api.ask({.method = "POST",
                                   .target = "/api/identity/verify",
                                   .body = "{\"event\":" + signIn.toJson() + '}'});
        const QByteArray token = in.headers.value("x-nostr-token");
        QCOMPARE(in.text("nostr_token").toLatin1(), token);
        QCOMPARE(api.ask(Ask{.target = "/api/identity/me"}.with("X-Nostr-Token", token)).text("tier"),
                 QStringLiteral("elite"));
        const Event word = signedEvent(testKey(40), 1, "I know them", {{"p", key}});
        const Ask vouching =
            Ask{.method = "POST",
                .target = "/api/identity/vouch",
                .body = "{\"voucheePubkey\":\"" + key + "\",\"event\":" + word.toJson() + '}'}
                .with("X-Nostr-Token", token);
        const Answer vouched = api.ask(vouching);
        QCOMPARE(vouched.status, 201);
        QCOMPARE(api.ask(vouching).status, 409);
        const QJsonObject vouches = api.get(identities + key).json().value("vouches").toObject();
        QCOMPARE(vouches.value("received").toArray().size(), 1);
        QCOMPARE(
            api.post("/api/admin/vouches/" + vouched.text("id").toLatin1() + "/revoke", {{"reason", "no"}})
                .status,
            200);

        {
            Transaction transaction(*api.database);
            const std::int64_t number = api.ledger.nextPoolAdjustment(transaction);
            QVERIFY(api.ledger.post(transaction, movements::poolAdjusted(number, Sats(21))));
            transaction.commit();
        }
        QCOMPARE(api.get("/api/admin/ledger?kind=pool_adjust").items().size(), 1);
        QCOMPARE(api.get("/api/admin/activity").status, 200);
        QCOMPARE(api.get("/api/admin/activity/verify").json().value("ok").toBool(), true);
        QCOMPARE(api.get("/api/admin/reconcile").status, 200);
        QCOMPARE(api.patch("/api/admin/settings", {{"EVAL_FEE_SATS", 12}}).status, 200);
        QCOMPARE(api.get("/api/admin/settings").status, 200);
        QCOMPARE(api.get("/api/admin/changes?since=0").status, 200);
        QCOMPARE(api.post("/api/admin/backup", {{"file", "copy.db"}}).status,
                 api.database.isPostgres() ? 409 : 200);

        for (const char *target : {"/", "/api/relay/manage"}) {
            const QByteArray body = R"({"method":"supportedmethods","params":[]})";
            const QByteArray signature = makeNip98(
                testKey(40), "POST", api.api->baseUrl() + QLatin1String(target), body, api.clock.now());
            const Ask managing{.method = "POST", .target = target, .body = body};
            QCOMPARE(api.ask(managing.with("Authorization", signature)
                                 .with("Content-Type", "application/nostr+json+rpc"))
                         .status,
                     200);
        }

        workAnswersAsDescribed(api);
        nodesAnswerAsDescribed(api);
        receiptsAnswerAsDescribed(api);
        zapsAnswerAsDescribed(api);

        QSet<QByteArray> missing;
        for (const Contract::Operation &operation : api.contract.operations()) {
            const QByteArray name = operation.method + ' ' + operation.path;
            const bool sqliteOnly = name == "POST /api/admin/backup";
            if (!api.served().contains(name) && !(sqliteOnly && api.database.isPostgres()))
                missing.insert(name);
        }
        QVERIFY2(missing.isEmpty(), missing.values().join(", "));
    }

    void thePageReadsWhatLibyamlReads()
    {
        const QJsonObject read = nodeReads(QStringLiteral("contract"));
        const QJsonObject document = Contract().document();
        QCOMPARE(read.keys(), document.keys());
        for (const QString &key : document.keys())
            QVERIFY2(read.value(key) == document.value(key), qPrintable(key));
    }

    void thePageShowsEveryRoute()
    {
        const QJsonObject page = nodeReads(QStringLiteral("rendered(contract)"));
        const QString text = page.value(u"main").toString();
        QVERIFY(!text.contains(u"undefined"));
        QVERIFY(!text.contains(u"[object"));
        const Contract contract;
        for (const Contract::Operation &operation : contract.operations()) {
            const QString id = operation.object.value(u"operationId").toString();
            const qsizetype start = text.indexOf(QStringLiteral("id=\"%1\"").arg(id));
            QVERIFY2(!id.isEmpty() && start > 0, operation.path);
            const QString card = text.mid(start, text.indexOf(u"</section>", start) - start);
            QVERIFY2(
                card.contains(QStringLiteral("<code>%1</code>").arg(QString::fromLatin1(operation.path))),
                operation.path);
            QVERIFY2(card.contains(operation.object.value(u"summary")
                                       .toString()
                                       .toHtmlEscaped()
                                       .replace(u'\'', QStringLiteral("&#39;"))),
                     operation.path);
            for (const char *part :
                 {"class=\"method", "<p class=\"who\">For ", "<h4>Answers</h4>", "<pre>curl"})
                QVERIFY2(card.contains(QLatin1String(part)), operation.path + ' ' + part);
            QCOMPARE(card.contains(u"<h4>Body"), operation.object.contains(u"requestBody"));
            QCOMPARE(card.contains(u"<h4>Parameters"), operation.object.contains(u"parameters"));
            const QJsonObject responses = operation.object.value(u"responses").toObject();
            for (const QString &status : responses.keys())
                QVERIFY2(card.contains(QStringLiteral("<code>%1</code>").arg(status)), operation.path);
            QVERIFY2(page.value(u"nav").toString().contains(QStringLiteral("href=\"#%1\"").arg(id)),
                     operation.path);
        }
    }

    void thePageLoadsNothingFromElsewhere()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (const char *target : {"/", "/api/docs"}) {
            const Answer answer = api.ask({.target = target});
            QCOMPARE(answer.status, 200);
            QCOMPARE(answer.headers.value("content-type"), QByteArray("text/html; charset=utf-8"));
            QVERIFY(answer.headers.value("content-security-policy").startsWith("default-src 'none'"));
            QVERIFY(answer.headers.value("content-security-policy").contains("frame-ancestors 'none'"));
            QCOMPARE(answer.headers.value("x-content-type-options"), QByteArray("nosniff"));
            for (const char *remote : {"src=", "http://", "https://", "//cdn", "@import", " url(", ":url("})
                QVERIFY2(!answer.body.contains(remote), remote);
        }
        const Answer card = api.ask({.target = "/timmy-id-card.js"});
        QCOMPARE(card.headers.value("content-type"), QByteArray("text/javascript; charset=utf-8"));
        QCOMPARE(card.headers.value("cache-control"), QByteArray("public, max-age=300"));
        QCOMPARE(card.headers.value("access-control-allow-origin"), QByteArray("*"));
        QVERIFY(!card.body.contains("innerHTML"));
        const Answer contract = api.ask({.target = "/api/openapi.yaml"});
        QVERIFY(contract.headers.value("content-type").startsWith("application/yaml"));
        QFile file(QStringLiteral(TOWER_SOURCE_DIR "/resources/openapi.yaml"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(contract.body, file.readAll());
    }
};

QTEST_GUILESS_MAIN(TestContract)
#include "tst_Contract.moc"
