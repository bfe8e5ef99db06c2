// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ManagedApi.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// Relay management over HTTP: what each method does, and what a bad call gets.
class TestRelayManagementRoutes : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void supportedMethods()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        QStringList names;
        for (const QJsonValue &name : api.result("supportedmethods").toArray())
            names << name.toString();
        names.sort();
        QCOMPARE(names, (QStringList{"allowevent",
                                     "allowkind",
                                     "allowpubkey",
                                     "banevent",
                                     "banpubkey",
                                     "blockip",
                                     "changerelaydescription",
                                     "changerelayicon",
                                     "changerelayname",
                                     "disallowkind",
                                     "listallowedkinds",
                                     "listallowedpubkeys",
                                     "listbannedevents",
                                     "listbannedpubkeys",
                                     "listblockedips",
                                     "listeventsneedingmoderation",
                                     "supportedmethods",
                                     "unallowpubkey",
                                     "unbanpubkey",
                                     "unblockip"}));
        // Each of them is one: what is missing in a call without parameters is a parameter.
        for (const QString &name : names) {
            const QString error = api.call(name.toLatin1()).text("error");
            QVERIFY2(!error.contains(QStringLiteral("no such method")), qPrintable(name + u' ' + error));
        }
    }

    void contentType()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const QByteArray body = callBody("supportedmethods");
        for (const char *type : {"application/json", "text/plain", "application/nostr+json"}) {
            api.clock.advance(seconds(1));
            const Ask ask = Ask{.method = "POST", .target = "/", .body = body}
                                .with("Content-Type", type)
                                .with("Authorization", Header(api, "/", body).text());
            QCOMPARE(api.ask(ask).status, 415);
        }
        api.clock.advance(seconds(1));
        const Ask ask = Ask{.method = "POST", .target = "/", .body = body}
                            .with("Content-Type", "Application/Nostr+JSON+RPC; charset=utf-8")
                            .with("Authorization", Header(api, "/", body).text());
        QCOMPARE(api.ask(ask).status, 200);
    }

    void badBodies_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::newRow("empty") << QByteArray() << 400;
        QTest::newRow("not JSON") << QByteArray("nonsense") << 400;
        QTest::newRow("a list") << QByteArray("[]") << 400;
        QTest::newRow("no method") << QByteArray("{}") << 200;
        QTest::newRow("unknown") << QByteArray(R"({"method":"createrole","params":[]})") << 200;
        QTest::newRow("another case") << QByteArray(R"({"method":"BanPubkey","params":[]})") << 200;
        QTest::newRow("method is no text") << QByteArray(R"({"method":1,"params":[]})") << 200;
        QTest::newRow("params is no list")
            << QByteArray(R"({"method":"banpubkey","params":{"0":"x"}})") << 200;
        QTest::newRow("no params") << QByteArray(R"({"method":"banpubkey"})") << 200;
        QTest::newRow("no key") << QByteArray(R"({"method":"banpubkey","params":["npub1"]})") << 200;
        QTest::newRow("key is a number") << QByteArray(R"({"method":"allowpubkey","params":[1]})") << 200;
        QTest::newRow("reason is a number") << callBody("allowpubkey", {testPubKey(1).text(), 1}) << 200;
        QTest::newRow("reason with NUL")
            << callBody("allowpubkey", {testPubKey(1).text(), QString(QChar(u'\0'))}) << 200;
        QTest::newRow("reason too long")
            << callBody("allowpubkey", {testPubKey(1).text(), QString(1'001, u'x')}) << 200;
        QTest::newRow("unknown event") << callBody("allowevent", {QString(64, u'a')}) << 200;
        QTest::newRow("bad event") << callBody("banevent", {"abc"}) << 200;
        QTest::newRow("kind as text") << callBody("allowkind", {"1"}) << 200;
        QTest::newRow("kind 1.5") << callBody("allowkind", {1.5}) << 200;
        QTest::newRow("kind 65536") << callBody("disallowkind", {65'536}) << 200;
        QTest::newRow("kind -1") << callBody("disallowkind", {-1}) << 200;
        QTest::newRow("no kind") << callBody("disallowkind") << 200;
        QTest::newRow("no address") << callBody("blockip", {"example.com"}) << 200;
        QTest::newRow("icon") << callBody("changerelayicon", {"javascript:alert(1)"}) << 200;
        QTest::newRow("Timmy") << callBody("banpubkey", {testPubKey(timmyNumber).text()}) << 200;
    }
    void badBodies()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        ManagedApi &api = untouched(engine);
        const QByteArray state = api.state();
        const Answer answer = api.send(manage, body, Header(api, manage, body).text());
        QCOMPARE(answer.status, status);
        QVERIFY(!answer.text("error").isEmpty());
        if (status == 200)
            QVERIFY(answer.json().value("result").isNull());
        QCOMPARE(api.state(), state);
    }

    void pubkeys()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const QString key = testPubKey(1).text();
        QCOMPARE(api.result("allowpubkey", {key, "friend"}), QJsonValue(true));
        QCOMPARE(api.relayAccounts.getAccess(testPubKey(1)), AccessLevel::Write);
        QCOMPARE(api.result("listallowedpubkeys"),
                 (QJsonArray{QJsonObject{{"pubkey", key}, {"reason", "friend"}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "hello")).first, QStringLiteral("shadowReject"));
        QCOMPARE(api.result("unallowpubkey", {key}), QJsonValue(true));
        QCOMPARE(api.relayAccounts.getAccess(testPubKey(1)), AccessLevel::Read);
        QCOMPARE(api.result("listallowedpubkeys"), QJsonArray());

        // As an npub, and with the empty reason that some clients send.
        QCOMPARE(api.result("banpubkey", {QString::fromLatin1(toNpub(testPubKey(1))), ""}), QJsonValue(true));
        QCOMPARE(api.result("listbannedpubkeys"), (QJsonArray{QJsonObject{{"pubkey", key}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "hello again")).first, QStringLiteral("reject"));
        QCOMPARE(api.get("/api/admin/relay/accounts/" + key.toLatin1()).text("level"),
                 QStringLiteral("none"));
        QCOMPARE(api.result("unbanpubkey", {key, QJsonValue::Null}), QJsonValue(true));
        QCOMPARE(api.result("listbannedpubkeys"), QJsonArray());
        QCOMPARE(api.actionsOn(key),
                 (QStringList{"relay.grant", "relay.withdraw", "relay.revoke", "relay.lift_revocation"}));
    }

    void events()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        api.result("allowpubkey", {testPubKey(1).text()});
        const Event good = signedEvent(testKey(1), 1, "good");
        const Event bad = signedEvent(testKey(1), 1, "bad");
        const Event unseen = signedEvent(testKey(1), 1, "unseen");
        api.decide(good);
        api.clock.advance(seconds(1));
        api.decide(bad);
        QCOMPARE(api.result("listeventsneedingmoderation"),
                 (QJsonArray{QJsonObject{{"id", good.id.text()}}, QJsonObject{{"id", bad.id.text()}}}));
        QCOMPARE(api.result("allowevent", {good.id.text()}), QJsonValue(true));
        QCOMPARE(api.result("banevent", {bad.id.text(), "rude"}), QJsonValue(true));
        QCOMPARE(api.result("banevent", {unseen.id.text(), "seen elsewhere"}), QJsonValue(true));
        QCOMPARE(api.result("listeventsneedingmoderation"), QJsonArray());
        QCOMPARE(api.result("listbannedevents"),
                 (QJsonArray{QJsonObject{{"id", unseen.id.text()}, {"reason", "seen elsewhere"}},
                             QJsonObject{{"id", bad.id.text()}, {"reason", "rude"}}}));
        QCOMPARE(api.decide(good).first, QStringLiteral("accept"));
        QCOMPARE(api.decide(bad).first, QStringLiteral("reject"));
        QCOMPARE(api.decide(unseen).first, QStringLiteral("reject"));
        QCOMPARE(api.actionsOn(good.id.text()), QStringList{"queue.approve"});
        QCOMPARE(api.actionsOn(bad.id.text()), QStringList{"queue.reject"});
        QCOMPARE(api.actionsOn(unseen.id.text()), QStringList{"relay.ban_event"});
    }

    void kinds()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Write, {}, QStringLiteral("test"));
        QCOMPARE(api.result("listallowedkinds"), QJsonArray());
        QCOMPARE(api.result("allowkind", {1}), QJsonValue(true));
        QCOMPARE(api.result("allowkind", {30'023}), QJsonValue(true));
        QCOMPARE(api.result("listallowedkinds"), (QJsonArray{1, 30'023}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 7, "+")),
                 qMakePair(QStringLiteral("reject"),
                           QStringLiteral("blocked: this relay does not take events of kind 7")));
        QCOMPARE(api.result("disallowkind", {1}), QJsonValue(true));
        QCOMPARE(api.result("listallowedkinds"), QJsonArray{30'023});
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("reject"));
        QCOMPARE(api.actionsOn(QStringLiteral("1")),
                 (QStringList{"relay.allow_kind", "relay.disallow_kind"}));
    }

    void addresses()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Write, {}, QStringLiteral("test"));
        QCOMPARE(api.result("blockip", {"203.0.113.7", "abuse"}),
                 QJsonValue(true)); // where decide() comes from
        QCOMPARE(api.result("listblockedips"),
                 (QJsonArray{QJsonObject{{"ip", "203.0.113.7"}, {"reason", "abuse"}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("reject"));
        QCOMPARE(api.result("unblockip", {"203.0.113.7"}), QJsonValue(true));
        QCOMPARE(api.result("listblockedips"), QJsonArray());
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("shadowReject"));
        QCOMPARE(api.actionsOn(QStringLiteral("203.0.113.7")),
                 (QStringList{"relay.block_ip", "relay.unblock_ip"}));
    }

    void relayInformation()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const Ask ask = Ask{.target = "/"}.with("Accept", "text/html;q=0.5, Application/Nostr+JSON");
        const Answer before = api.ask(ask);
        QCOMPARE(before.status, 200);
        QCOMPARE(before.headers.value("content-type"), QByteArray("application/nostr+json"));
        for (const char *header :
             {"access-control-allow-origin", "access-control-allow-headers", "access-control-allow-methods"})
            QVERIFY2(!before.headers.value(header).isEmpty(), header);
        QCOMPARE(before.headers.value("access-control-allow-origin"), QByteArray("*"));
        QCOMPARE(before.headers.value("vary"), QByteArray("Accept"));
        QCOMPARE(before.text("pubkey"), testPubKey(timmyNumber).text());
        QCOMPARE(before.json().value("limitation").toObject().value("restricted_writes"), QJsonValue(true));
        QVERIFY(before.json().value("supported_nips").toArray().contains(11));
        QVERIFY(!before.json().contains("icon"));

        QCOMPARE(api.result("changerelayname", {"The Tower"}), QJsonValue(true));
        QCOMPARE(api.result("changerelaydescription", {"For members"}), QJsonValue(true));
        QCOMPARE(api.result("changerelayicon", {"https://example.com/icon.png"}), QJsonValue(true));
        const Answer after = api.ask(ask);
        QCOMPARE(after.text("name"), QStringLiteral("The Tower"));
        QCOMPARE(after.text("description"), QStringLiteral("For members"));
        QCOMPARE(after.text("icon"), QStringLiteral("https://example.com/icon.png"));
        QCOMPARE(api.result("changerelayname", {""}), QJsonValue(true));
        QCOMPARE(api.ask(ask).text("name"), before.text("name"));
        QCOMPARE(api.actionsOn(QStringLiteral("icon")), QStringList{"relay.change_icon"});

        for (const char *accept : {"text/html", "application/json", "*/*"}) {
            const Answer page = api.ask(Ask{.target = "/"}.with("Accept", accept));
            QVERIFY(page.headers.value("content-type").startsWith("text/html"));
            QCOMPARE(page.headers.value("vary"), QByteArray("Accept"));
        }
    }

private:
    UntouchedApis untouched;
};

QTEST_GUILESS_MAIN(TestRelayManagementRoutes)
#include "tst_RelayManagementRoutes.moc"
