// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;

namespace {

using Verdict = QPair<QString, QString>;

const QByteArray policy = "/api/relay/policy";

QByteArray lineOf(const QByteArray &event)
{
    return R"({"type":"new","receivedAt":1800000000,"sourceType":"IP4","sourceInfo":"203.0.113.7","event":)" +
           event + '}';
}

QByteArray reasonOf(ApiFixture &api)
{
    return api.get("/api/admin/relay/decisions?limit=1")
        .items()
        .at(0)
        .toObject()
        .value("reason")
        .toString()
        .toLatin1();
}

/// bannedEvents, allowedKinds, disallowedKinds, blockedIps
QByteArray ruleLists(const QJsonObject &snapshot)
{
    return QJsonDocument(QJsonArray{snapshot.value("bannedEvents"), snapshot.value("allowedKinds"),
                                    snapshot.value("disallowedKinds"), snapshot.value("blockedIps")})
        .toJson(QJsonDocument::Compact);
}

} // namespace

/// What the relay asks, and what the operator sees of it.
class TestPolicyRoutes : public QObject
{
    Q_OBJECT

private:
    static void give(ApiFixture &api, const SecretKey &key, AccessLevel level, std::int64_t score = 0)
    {
        if (score > 0)
            api.trust.adjust(key.pubKey(), score, {}, QStringLiteral("test"));
        api.relayAccounts.grant(key.pubKey(), level, {}, QStringLiteral("test"));
    }

private slots:
    void theSecret()
    {
        const Ask asks[] = {
            {.target = policy},
            {.target = "/api/relay/accounts/snapshot"},
            {.method = "POST", .target = policy, .body = lineOf(signedEvent(testKey(1), 1, "x").toJson())},
            {.method = "POST", .target = policy + "/batch", .body = R"({"events":[]})"}};
        ApiFixture open(QStringLiteral("sqlite"));
        HttpHostOptions behindProxy;
        behindProxy.behindProxy = true;
        ApiFixture proxied(QStringLiteral("sqlite"), {}, behindProxy);
        for (const Ask &ask : asks) {
            // Absent: from loopback only.
            QCOMPARE(open.ask(ask).status, 200);
            QCOMPARE(proxied.ask(ask).brief(), QByteArray("401 bad_policy_secret"));
            QCOMPARE(proxied.ask(ask.with("X-Forwarded-For", "127.0.0.1")).brief(),
                     QByteArray("401 bad_policy_secret"));
            for (ApiFixture *api : {&open, &proxied}) {
                QCOMPARE(api->ask(ask.with("Authorization", "Bearer " + ApiFixture::policySecret)).status,
                         200);
                for (const QByteArray &wrong :
                     {QByteArray("Bearer wrong"), QByteArray("Bearer"), QByteArray("Basic eDp5"),
                      "Bearer " + ApiFixture::adminToken, ApiFixture::policySecret, QByteArray("Nostr e30=")})
                    QCOMPARE(api->ask(ask.with("Authorization", wrong)).brief(),
                             QByteArray("401 bad_policy_secret"));
            }
        }
    }

    void theOrderOfChecks_data() { TestDatabase::engineRows(); }
    void theOrderOfChecks()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const SecretKey timmy = testKey(40), elite = testKey(41), writer = testKey(42), reader = testKey(43),
                        stranger = testKey(44);
        api.relayAccounts.seedElite(timmy.pubKey());
        give(api, elite, AccessLevel::Write, 200);
        give(api, writer, AccessLevel::Write);
        give(api, reader, AccessLevel::Read);

        // 1. malformed, id, signature
        Event forged = signedEvent(elite, 1, "one");
        forged.content = "two";
        QVERIFY(api.decide(forged).second.startsWith(QLatin1String("invalid: ")));
        Event unsigned_ = signedEvent(elite, 1, "one");
        unsigned_.signature[0] ^= 1;
        QCOMPARE(api.decide(unsigned_).first, QStringLiteral("reject"));
        QCOMPARE(reasonOf(api), QByteArray("invalid"));
        // 3. Timmy
        QCOMPARE(api.decide(signedEvent(timmy, 1, "mine")), Verdict("accept", ""));
        QCOMPARE(reasonOf(api), QByteArray("timmy"));
        // 4. open kinds: zap receipts of anyone; gift wraps for members only
        QCOMPARE(api.decide(signedEvent(stranger, 9735, "")), Verdict("accept", ""));
        QCOMPARE(reasonOf(api), QByteArray("open-kind"));
        QCOMPARE(api.decide(signedEvent(stranger, 1059, "", {{"p", reader.pubKey().hex()}})).first,
                 QStringLiteral("accept"));
        QCOMPARE(api.decide(signedEvent(stranger, 1059, "", {{"p", testPubKey(99).hex()}})).first,
                 QStringLiteral("reject"));
        QCOMPARE(api.decide(signedEvent(stranger, 1059, "")).first, QStringLiteral("reject"));
        // 5. no access, read access
        QVERIFY(api.decide(signedEvent(stranger, 1, "hi")).second.startsWith(QLatin1String("blocked: ")));
        QCOMPARE(reasonOf(api), QByteArray("no-access"));
        QVERIFY(api.decide(signedEvent(reader, 1, "hi")).second.startsWith(QLatin1String("restricted: ")));
        QCOMPARE(reasonOf(api), QByteArray("read-only"));
        // 6. ephemeral and unmoderated kinds
        QCOMPARE(api.decide(signedEvent(writer, 20'001, "")), Verdict("accept", ""));
        QCOMPARE(reasonOf(api), QByteArray("ephemeral"));
        QCOMPARE(api.decide(signedEvent(writer, 0, "{}")), Verdict("accept", ""));
        QCOMPARE(reasonOf(api), QByteArray("unmoderated-kind"));
        // 7. elite
        QCOMPARE(api.decide(signedEvent(elite, 1, "hi")), Verdict("accept", ""));
        QCOMPARE(reasonOf(api), QByteArray("elite"));
        QCOMPARE(api.get("/api/admin/relay/queue").items().size(), 0);
        // 8. the queue, once
        const Event queued = signedEvent(writer, 1, "please");
        QCOMPARE(api.decide(queued), Verdict("shadowReject", ""));
        QCOMPARE(reasonOf(api), QByteArray("queued"));
        QCOMPARE(api.get("/api/admin/relay/queue?status=pending").items().size(), 1);
        QCOMPARE(api.decide(queued), Verdict("shadowReject", ""));
        QCOMPARE(reasonOf(api), QByteArray("already-pending"));
        QCOMPARE(api.get("/api/admin/relay/queue").items().size(), 1);
        // The author's next try after a rejection
        QCOMPARE(api.post("/api/admin/relay/queue/" + queued.id.hex() + "/reject", {{"reason", "no"}}).status,
                 200);
        QCOMPARE(api.decide(queued).first, QStringLiteral("reject"));
        QCOMPARE(reasonOf(api), QByteArray("already-rejected"));
        // A revocation comes first of all but Timmy's force.
        QCOMPARE(
            api.post("/api/admin/relay/accounts/" + elite.pubKey().hex() + "/revoke", QJsonObject()).status,
            200);
        QVERIFY(api.decide(signedEvent(elite, 1, "again")).second.startsWith(QLatin1String("blocked: ")));
        QCOMPARE(api.post("/api/admin/relay/accounts/" + timmy.pubKey().hex() + "/revoke", {{"force", true}})
                     .status,
                 200);
        QVERIFY(api.decide(signedEvent(timmy, 1, "again")).second.startsWith(QLatin1String("blocked: ")));
    }

    void theDecayedTierCounts()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const SecretKey elite = testKey(41);
        give(api, elite, AccessLevel::Write, 200);
        QCOMPARE(api.decide(signedEvent(elite, 1, "hi")).first, QStringLiteral("accept"));
        api.clock.advance(days(31) + seconds(1));
        QCOMPARE(api.decide(signedEvent(elite, 1, "later")).first, QStringLiteral("shadowReject"));
    }

    void malformedEventsAreRejectedAndMalformedRequestsAre400_data()
    {
        const QByteArray good = signedEvent(testKey(1), 1, "x").toJson();
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        const auto row = [](const char *name, const QByteArray &body, int status) {
            QTest::newRow(name) << body << status;
        };
        row("no object", "[]", 400);
        row("text", "\"x\"", 400);
        row("no JSON", "{", 400);
        row("empty object", "{}", 400);
        row("event null", R"({"event":null})", 400);
        row("event a list", R"({"event":[]})", 400);
        row("event a text", R"({"event":"x"})", 400);
        row("two objects", lineOf(good) + lineOf(good), 400);
        row("invalid UTF-8", lineOf(QByteArray(good).replace("\"x\"", "\"\xff\"")), 400);
        row("empty event", lineOf("{}"), 200);
        row("no signature", lineOf(QByteArray(good).replace("\"sig\"", "\"gis\"")), 200);
        row("kind too high", lineOf(QByteArray(good).replace("\"kind\":1", "\"kind\":65536")), 200);
        row("kind a text", lineOf(QByteArray(good).replace("\"kind\":1", "\"kind\":\"1\"")), 200);
        row("tags no lists", lineOf(QByteArray(good).replace("\"tags\":[]", "\"tags\":[1]")), 200);
        row("upper-case id", lineOf(QByteArray(good).replace(good.mid(7, 64), good.mid(7, 64).toUpper())),
            200);
        row("over 64 KiB", lineOf(signedEvent(testKey(1), 1, QByteArray(66'000, 'x')).toJson()), 200);
    }
    void malformedEventsAreRejectedAndMalformedRequestsAre400()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        ApiFixture api(QStringLiteral("sqlite"));
        give(api, testKey(1), AccessLevel::Write, 200);
        const Answer answer = api.ask({.method = "POST", .target = policy, .body = body});
        QCOMPARE(answer.status, status);
        if (status == 200) {
            QCOMPARE(answer.text("action"), QStringLiteral("reject"));
            QVERIFY(answer.text("msg").startsWith(QLatin1String("invalid: ")));
        } else {
            QCOMPARE(answer.brief(), QByteArray("400 not_a_policy_line event"));
        }
    }

    void batches_data() { TestDatabase::engineRows(); }
    void batches()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        give(api, testKey(1), AccessLevel::Write);
        give(api, testKey(2), AccessLevel::Write, 200);
        const QList<Event> events{signedEvent(testKey(1), 1, "a"), signedEvent(testKey(2), 1, "b"),
                                  signedEvent(testKey(3), 1, "c"), signedEvent(testKey(1), 1, "a")};
        const QByteArrayList expected{"shadowReject", "accept", "reject", "shadowReject", "reject"};
        for (const bool asLines : {false, true}) {
            QByteArrayList elements;
            for (const Event &event : events)
                elements << (asLines ? lineOf(event.toJson()) : event.toJson());
            elements << (asLines ? lineOf("{\"id\":\"nonsense\"}") : QByteArray("{\"id\":\"nonsense\"}"));
            const QJsonArray answers = api.ask({.method = "POST",
                                                .target = policy + "/batch",
                                                .body = "{\"events\":[" + elements.join(',') + "]}"})
                                           .array();
            QCOMPARE(answers.size(), expected.size());
            for (qsizetype i = 0; i < expected.size(); ++i) {
                QCOMPARE(answers.at(i).toObject().value("action").toString().toLatin1(), expected[i]);
                if (i < events.size())
                    QCOMPARE(answers.at(i).toObject().value("id").toString().toLatin1(), events[i].id.hex());
            }
        }
        QCOMPARE(api.get("/api/admin/relay/queue").items().size(), 1);

        const auto batch = [&](const QByteArray &body) {
            return api.ask({.method = "POST", .target = policy + "/batch", .body = body});
        };
        QCOMPARE(batch(R"({"events":[]})").body, QByteArray("[]"));
        for (const char *body :
             {"{}", "[]", R"({"events":{}})", R"({"events":[1]})", R"({"events":null})", "{"})
            QCOMPARE(batch(body).brief(), QByteArray("400 not_a_policy_batch events"));
        QCOMPARE(batch("{\"events\":[" + QByteArray("{},").repeated(500) + "{}]}").brief(),
                 QByteArray("400 invalid_request events"));
    }

    void healthCounts()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        give(api, testKey(1), AccessLevel::Write);
        api.decide(signedEvent(testKey(1), 1, "a"));
        api.decide(signedEvent(testKey(1), 0, "b"));
        api.decide(signedEvent(testKey(2), 1, "c"));
        api.decide(signedEvent(testKey(3), 1, "d"));
        const QJsonObject health = api.ask({.target = policy}).json();
        QCOMPARE(health.value("counts").toObject(),
                 QJsonObject({{"accept", 1}, {"reject", 2}, {"shadowReject", 1}}));
        QCOMPARE(health.value("decisionsLastMinute").toInt(), 4);
        QVERIFY(health.value("p99Ms").toDouble() >= health.value("p50Ms").toDouble());
        QVERIFY(health.value("p50Ms").toDouble() > 0);
        api.clock.advance(seconds(120));
        QCOMPARE(api.ask({.target = policy}).json().value("decisionsLastMinute").toInt(), 0);
        QCOMPARE(api.ask({.target = policy}).json().value("counts"), health.value("counts"));
    }

    void theSnapshot_data() { TestDatabase::engineRows(); }
    void theSnapshot()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        QCOMPARE(api.ask({.target = "/api/relay/accounts/snapshot"}).json().value("timmy").isNull(), true);
        api.relayAccounts.seedElite(testPubKey(40));
        give(api, testKey(1), AccessLevel::Write, 60);
        give(api, testKey(2), AccessLevel::None);
        api.relayAccounts.grant(testPubKey(3), AccessLevel::Write, {}, QStringLiteral("test"),
                                api.clock.now() + seconds(5));
        api.clock.advance(seconds(10));
        QCOMPARE(ruleLists(api.ask({.target = "/api/relay/accounts/snapshot"}).json()),
                 QByteArray("[[],[],[],[]]"));
        const QString actor = QStringLiteral("test"), id(64, u'a');
        api.relayManagement.banEvent(*EventId::fromHex(id), {}, actor);
        api.relayManagement.allowKind(30023, actor);
        api.relayManagement.allowKind(1, actor);
        api.relayManagement.disallowKind(4, actor);
        api.relayManagement.blockIp(QStringLiteral("203.0.113.7"), {}, actor);
        api.relayManagement.blockIp(QStringLiteral("2001:db8::1"), {}, actor);
        const QJsonObject snapshot = api.ask({.target = "/api/relay/accounts/snapshot"}).json();
        QCOMPARE(snapshot.value("timmy").toString(), testPubKey(40).text());
        QCOMPARE(snapshot.value("generatedAt").toString(), toIso(api.clock.now()));
        QCOMPARE(snapshot.value("openKinds").toArray(), QJsonArray({1059, 9735}));
        QCOMPARE(snapshot.value("unmoderatedKinds").toArray(), QJsonArray({0, 3, 10002}));
        QCOMPARE(ruleLists(snapshot),
                 "[[\"" + id.toLatin1() + "\"],[1,30023],[4],[\"2001:db8::1\",\"203.0.113.7\"]]");
        QHash<QString, QString> access;
        for (const QJsonValue &account : snapshot.value("accounts").toArray())
            access.insert(account["pubkey"].toString(),
                          account["access"].toString() + u' ' + account["tier"].toString());
        const QHash<QString, QString> expected{{testPubKey(40).text(), "write elite"},
                                               {testPubKey(1).text(), "write trusted"},
                                               {testPubKey(3).text(), "read new"}};
        QCOMPARE(access, expected);
        api.relayAccounts.revoke(testPubKey(40), {}, QStringLiteral("test"), true);
        QVERIFY(api.ask({.target = "/api/relay/accounts/snapshot"}).json().value("timmy").isNull());
    }

    void explanations()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        give(api, testKey(1), AccessLevel::Write, 60);
        const QByteArray before = api.state();
        const auto explain = [&](const QJsonObject &body) {
            return api.post("/api/admin/relay/policy/explain", body).json();
        };
        const QJsonObject byKey = explain({{"pubkey", QString::fromLatin1(toNpub(testPubKey(1)))}});
        QCOMPARE(byKey.value("action").toString(), QStringLiteral("shadowReject"));
        QCOMPARE(byKey.value("reason").toString(), QStringLiteral("queued"));
        QCOMPARE(byKey.value("tier").toString(), QStringLiteral("trusted"));
        QCOMPARE(byKey.value("access").toString(), QStringLiteral("write"));
        const QJsonArray steps = byKey.value("steps").toArray();
        for (qsizetype i = 0; i < steps.size(); ++i)
            QCOMPARE(steps.at(i).toObject().value("decides").toBool(), i == steps.size() - 1);

        QCOMPARE(explain({{"pubkey", testPubKey(9).text()}}).value("reason").toString(),
                 QStringLiteral("no-access"));
        Event event = signedEvent(testKey(1), 0, "{}");
        QCOMPARE(explain({{"event", event.toJsonObject()}}).value("reason").toString(),
                 QStringLiteral("unmoderated-kind"));
        event.signature[5] ^= 1;
        QCOMPARE(explain({{"event", event.toJsonObject()}}).value("reason").toString(),
                 QStringLiteral("invalid"));
        QCOMPARE(explain({{"event", QJsonObject({{"id", "x"}})}}).value("reason").toString(),
                 QStringLiteral("invalid"));

        for (const QJsonObject &body : {QJsonObject(), QJsonObject({{"event", 1}}),
                                        QJsonObject({{"pubkey", "npub1x"}}), QJsonObject({{"pubkey", 5}})})
            QCOMPARE(api.post("/api/admin/relay/policy/explain", body).brief(),
                     QByteArray("400 invalid_request pubkey"));
        QCOMPARE(api.state(), before);
        QCOMPARE(api.get("/api/admin/relay/decisions").items().size(), 0);
        QCOMPARE(api.get("/api/admin/relay/queue").items().size(), 0);
    }

    void theQueueList_data() { TestDatabase::engineRows(); }
    void theQueueList()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        give(api, testKey(1), AccessLevel::Write, 60);
        give(api, testKey(2), AccessLevel::Write);
        QByteArrayList ids;
        for (int i = 0; i < 5; ++i) {
            const Event event =
                signedEvent(testKey(i % 2 ? 1 : 2), 1, "note " + QByteArray::number(i) + " \"é\" \n",
                            {{"t", "x"}, {"p", "y", ""}});
            QCOMPARE(api.decide(event).first, QStringLiteral("shadowReject"));
            ids << event.id.hex();
            api.clock.advance(seconds(60));
        }
        const QJsonArray items = api.get("/api/admin/relay/queue?status=pending").items();
        QCOMPARE(items.size(), 5);
        const QJsonObject oldest = items.at(0).toObject();
        QCOMPARE(oldest.value("eventId").toString().toLatin1(), ids[0]);
        QCOMPARE(oldest.value("content").toString(), QStringLiteral("note 0 \"é\" \n"));
        QCOMPARE(oldest.value("tags").toArray(),
                 QJsonArray({QJsonArray({"t", "x"}), QJsonArray({"p", "y", ""})}));
        QCOMPARE(oldest.value("tier").toString(), QStringLiteral("new"));
        QCOMPARE(oldest.value("publishState").toString(), QStringLiteral("none"));
        QVERIFY(oldest.value("reviewedBy").isNull());
        QCOMPARE(
            api.get("/api/admin/relay/queue?status=pending&pubkey=" + toNpub(testPubKey(1))).items().size(),
            2);
        const Answer first = api.get("/api/admin/relay/queue?status=pending&limit=3");
        QCOMPARE(api.get("/api/admin/relay/queue?status=pending&limit=3&cursor=" +
                         first.text("nextCursor").toLatin1())
                     .items()
                     .size(),
                 2);

        QJsonObject stats = api.get("/api/admin/relay/stats").json();
        QCOMPARE(stats.value("pending").toInt(), 5);
        QCOMPARE(stats.value("oldestPendingSeconds").toInt(), 300);
        QCOMPARE(stats.value("totalAccounts").toInt(), 2);

        const QByteArray reject = "/api/admin/relay/queue/" + ids[0] + "/reject";
        const Answer rejected = api.post(reject, {{"reason", "advertising"}});
        QCOMPARE(rejected.text("status"), QStringLiteral("rejected"));
        QCOMPARE(rejected.text("reviewReason"), QStringLiteral("advertising"));
        QVERIFY(rejected.text("reviewedBy").startsWith(QLatin1String("admin:")));
        const QByteArray before = api.state();
        QCOMPARE(api.post(reject, {{"reason", "another"}}).json(), rejected.json());
        QCOMPARE(api.state(), before);
        stats = api.get("/api/admin/relay/stats").json();
        QCOMPARE(stats.value("pending").toInt(), 4);
        QCOMPARE(stats.value("rejected").toInt(), 1);

        QCOMPARE(api.post("/api/admin/relay/queue/" + QByteArray(64, 'a') + "/reject", QJsonObject()).brief(),
                 QByteArray("404 event_not_found"));
        QCOMPARE(api.post("/api/admin/relay/queue/xyz/reject", QJsonObject()).brief(),
                 QByteArray("400 invalid_request eventId"));
        QCOMPARE(api.post("/api/admin/relay/queue/" + ids[1] + "/reject", {{"reason", QString(10'000, u'x')}})
                     .brief(),
                 QByteArray("400 invalid_request reason"));
        QCOMPARE(api.get("/api/admin/relay/queue?status=open").brief(),
                 QByteArray("400 invalid_request status"));
        QCOMPARE(api.get("/api/admin/relay/queue?pubkey=me").brief(),
                 QByteArray("400 invalid_request pubkey"));
        QCOMPARE(api.state(), before);
    }

    void theDecisions_data() { TestDatabase::engineRows(); }
    void theDecisions()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        give(api, testKey(1), AccessLevel::Write);
        for (int i = 0; i < 4; ++i)
            api.decide(signedEvent(testKey(1), 0, QByteArray::number(i)));
        api.decide(signedEvent(testKey(2), 1, "x"));
        api.ask({.method = "POST", .target = policy, .body = lineOf("{}")});
        const QJsonArray all = api.get("/api/admin/relay/decisions").items();
        QCOMPARE(all.size(), 6);
        const QJsonObject newest = all.at(0).toObject();
        QCOMPARE(newest.value("reason").toString(), QStringLiteral("invalid"));
        QVERIFY(newest.value("eventId").isNull() && newest.value("pubkey").isNull() &&
                newest.value("kind").isNull());
        QCOMPARE(all.at(1).toObject().value("source").toString(), QStringLiteral("IP4 203.0.113.7"));
        QCOMPARE(api.get("/api/admin/relay/decisions?action=accept").items().size(), 4);
        QCOMPARE(api.get("/api/admin/relay/decisions?pubkey=" + toNpub(testPubKey(2))).items().size(), 1);
        QCOMPARE(api.get("/api/admin/relay/decisions?action=deny").brief(),
                 QByteArray("400 invalid_request action"));
        QCOMPARE(api.get("/api/admin/relay/decisions?pubkey=x").brief(),
                 QByteArray("400 invalid_request pubkey"));
        const Answer first = api.get("/api/admin/relay/decisions?limit=4");
        const QByteArray cursor = first.text("nextCursor").toLatin1();
        QVERIFY(!cursor.isEmpty());
        QCOMPARE(api.get("/api/admin/relay/decisions?limit=4&cursor=" + cursor).items().size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestPolicyRoutes)
#include "tst_PolicyRoutes.moc"
