// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/ManagedApi.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// Relay management over HTTP: who may call.
class TestRelayManagementCallers : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void bothPathsAndSpellings_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<int>("status");
        QTest::newRow("root") << QByteArray("/") << QByteArray("http://HOST/") << 200;
        QTest::newRow("root without slash") << QByteArray("/") << QByteArray("http://HOST") << 200;
        QTest::newRow("root as websocket") << QByteArray("/") << QByteArray("ws://HOST") << 200;
        QTest::newRow("root as websocket with slash") << QByteArray("/") << QByteArray("ws://HOST/") << 200;
        QTest::newRow("manage") << manage << QByteArray("http://HOST/api/relay/manage") << 200;
        QTest::newRow("root for manage")
            << QByteArray("/") << QByteArray("http://HOST/api/relay/manage") << 401;
        QTest::newRow("manage for root") << manage << QByteArray("http://HOST/") << 401;
        QTest::newRow("manage with slash") << manage << QByteArray("http://HOST/api/relay/manage/") << 401;
        QTest::newRow("with a query") << manage << QByteArray("http://HOST/api/relay/manage?a=1") << 401;
        QTest::newRow("https") << QByteArray("/") << QByteArray("https://HOST/") << 401;
        QTest::newRow("another host") << QByteArray("/") << QByteArray("http://evil.example/") << 401;
        QTest::newRow("a longer host") << QByteArray("/") << QByteArray("http://HOST.evil.example/") << 401;
    }
    void bothPathsAndSpellings()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, url);
        ManagedApi &api = untouched(engine);
        const QByteArray body = callBody("supportedmethods");
        Header header(api, path, body);
        header.url = url.replace("HOST", api.host());
        QTEST(api.send(path, body, header.text()).status, "status");
    }

    /// The public URL counts, not what the Host header says.
    void publicUrl()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine, {{QStringLiteral("PUBLIC_URL"), QStringLiteral("https://tower.example.com")}});
        const QByteArray body = callBody("supportedmethods");
        Header header(api, "/", body);
        QCOMPARE(api.send("/", body, header.text()).status, 401);
        for (const char *url :
             {"https://tower.example.com", "https://tower.example.com/", "wss://tower.example.com"}) {
            api.clock.advance(seconds(1));
            Header good(api, "/", body);
            good.url = url;
            QCOMPARE(api.send("/", body, good.text()).status, 200);
        }
    }

    void refusals_data()
    {
        using Spoil = std::function<void(Header &)>;
        QTest::addColumn<Spoil>("spoil");
        const auto row = [](const char *name, Spoil spoil) { QTest::newRow(name) << std::move(spoil); };
        row("another signer", [](Header &h) { h.signer = 1; });
        row("bad signature", [](Header &h) { h.withGoodSignature = false; });
        row("no payload", [](Header &h) { h.withPayload = false; });
        row("payload of another body", [](Header &h) { h.body += ' '; });
        row("another method", [](Header &h) { h.method = "GET"; });
        row("another kind", [](Header &h) { h.kind = 27'236; });
        row("stale", [](Header &h) { h.at = h.at - seconds(61); });
        row("from the future", [](Header &h) { h.at = h.at + seconds(61); });
    }
    void refusals()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(std::function<void(Header &)>, spoil);
        ManagedApi &api = untouched(engine);
        const QByteArray state = api.state();
        const QByteArray body = callBody("banpubkey", {testPubKey(1).text(), "echo-me"});
        for (const QByteArray &path : {QByteArray("/"), manage}) {
            Header header(api, path, body);
            spoil(header);
            const Answer answer = api.send(path, body, header.text());
            QCOMPARE(answer.status, 401);
            QVERIFY(!answer.text("error").isEmpty());
            QVERIFY(!answer.body.contains("echo-me"));
            QVERIFY(!answer.body.contains(testPubKey(header.signer).hex()));
        }
        QCOMPARE(api.state(), state);
        QVERIFY(!api.relayAccounts.find(testPubKey(1)));
    }

    void theLastSecondCounts()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi &api = untouched(engine);
        const QByteArray body = callBody("listallowedkinds");
        for (const Millis shift : {seconds(-60), seconds(60)}) {
            Header header(api, manage, body);
            header.at = header.at + shift;
            QCOMPARE(api.send(manage, body, header.text()).status, 200);
        }
    }

    void refusedHeaders_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("the admin token") << "Bearer " + ApiFixture::adminToken;
        QTest::newRow("another scheme") << QByteArray("Basic echo-me");
        QTest::newRow("nothing after it") << QByteArray("Nostr");
        QTest::newRow("not base64") << QByteArray("Nostr echo-me!!!");
        QTest::newRow("not JSON") << "Nostr " + QByteArray("echo-me").toBase64();
        QTest::newRow("no event") << "Nostr " + QByteArray(R"({"echo-me":"echo-me"})").toBase64();
        QTest::newRow("a bad field") << "Nostr " +
                                            QByteArray(R"({"id":"echo-me","kind":"echo-me"})").toBase64();
    }
    void refusedHeaders()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, header);
        ManagedApi &api = untouched(engine);
        const QByteArray state = api.state();
        const Answer answer = api.send(manage, callBody("supportedmethods"), header);
        QCOMPARE(answer.status, 401);
        QVERIFY(!answer.body.contains("echo-me"));
        QVERIFY(!answer.json().contains("result"));
        QCOMPARE(api.state(), state);
    }

    void alteredBody()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const QByteArray body = callBody("banpubkey", {testPubKey(1).text()});
        const QByteArray signedFor = Header(api, manage, body).text();
        QCOMPARE(api.send(manage, callBody("banpubkey", {testPubKey(2).text()}), signedFor).status, 401);
        QVERIFY(!api.relayAccounts.find(testPubKey(2)));
        QCOMPARE(api.send(manage, body, signedFor).status, 200); // the header itself was good, and unused
    }

    void replay()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine, {{QStringLiteral("PUBLIC_URL"), QStringLiteral("https://tower.example.com")}});
        const QByteArray body = callBody("supportedmethods");
        Header header(api, "/", body);
        header.url = "https://tower.example.com/";
        QCOMPARE(api.send("/", body, header.text()).status, 200);
        QCOMPARE(api.send("/", body, header.text()).text("code"), QStringLiteral("replayed"));
        api.restartApi();
        QCOMPARE(api.send("/", body, header.text()).text("code"), QStringLiteral("replayed"));
        header.at = header.at + seconds(1);
        QCOMPARE(api.send("/", body, header.text()).status, 200);
    }

    void timmyMayManage()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const QByteArray body = callBody("supportedmethods");
        Header header(api, manage, body);
        header.signer = timmyNumber;
        QCOMPARE(api.send(manage, body, header.text()).status, 200);
    }

    /// A page of another origin may manage: what it may do is in the signature.
    void otherOrigins()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const Answer preflight =
            api.ask(Ask{.method = "OPTIONS", .target = "/"}
                        .with("Origin", "https://client.example")
                        .with("Access-Control-Request-Method", "POST")
                        .with("Access-Control-Request-Headers", "authorization, content-type"));
        QCOMPARE(preflight.status, 204);
        QCOMPARE(preflight.headers.value("access-control-allow-origin"), QByteArray("*"));
        QVERIFY(preflight.headers.value("access-control-allow-headers").contains("Authorization"));
        QVERIFY(preflight.headers.value("access-control-allow-methods").contains("POST"));
        const QByteArray body = callBody("supportedmethods");
        const Answer answer = api.ask(Ask{.method = "POST", .target = "/", .body = body}
                                          .with("Origin", "https://client.example")
                                          .with("Content-Type", "application/nostr+json+rpc")
                                          .with("Authorization", Header(api, "/", body).text()));
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.headers.value("access-control-allow-origin"), QByteArray("*"));
    }

private:
    UntouchedApis untouched;
};

QTEST_GUILESS_MAIN(TestRelayManagementCallers)
#include "tst_RelayManagementCallers.moc"
