// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip98.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

using namespace tower;

namespace {

const SecretKey &adminKey()
{
    static const SecretKey key = testKey(77);
    return key;
}

Settings::Values withAdminKey()
{
    return {{QStringLiteral("ADMIN_PUBKEYS"), testPubKey(78).text() + u',' + adminKey().pubKey().text()}};
}

/// A path of the pattern, with a key in the place of each parameter.
QByteArray pathOf(QByteArray pattern)
{
    QByteArrayList segments = pattern.split('/');
    for (QByteArray &segment : segments) {
        if (segment.startsWith(':'))
            segment = testPubKey(5).hex();
    }
    return segments.join('/');
}

QByteArray methodOf(const Route &route)
{
    return route.method == HttpMethod::Get ? "GET" : route.method == HttpMethod::Patch ? "PATCH" : "POST";
}

/// One ask of each admin route; none of them would do anything but be let in.
QList<Ask> adminAsks(const ApiFixture &api)
{
    QList<Ask> out;
    for (const Route &route : api.api->router().routes()) {
        if (route.scope != Scope::Admin)
            continue;
        const QByteArray method = methodOf(route);
        out.append({.method = method, .target = pathOf(route.pattern), .body = method == "GET" ? "" : "{}"});
    }
    return out;
}

struct Signing
{
    QByteArray method = "GET";
    QByteArray target = "/api/admin/relay/stats";
    QByteArray body{};
};

} // namespace

/// Who gets in, and what every answer has in common.
class TestAdminAuth : public QObject
{
    Q_OBJECT

private:
    static QByteArray signedFor(const ApiFixture &api, const Signing &signing,
                                const SecretKey &key = adminKey(), Millis shift = {})
    {
        return makeNip98(key, signing.method, api.api->baseUrl() + QString::fromLatin1(signing.target),
                         signing.body, api.clock.now() + shift);
    }

private slots:
    void everyAdminRouteAsksForTheToken()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray before = api.state();
        const QList<Ask> asks = adminAsks(api);
        QVERIFY(asks.size() > 20);
        for (const Ask &ask : asks) {
            const Answer none = api.ask(ask);
            QCOMPARE(none.brief(), QByteArray("401 admin_required"));
            QVERIFY(!none.headers.value("www-authenticate").isEmpty());
            QCOMPARE(api.ask(ask.with("Authorization", "Basic YWRtaW46YWRtaW4=")).brief(),
                     QByteArray("401 admin_required"));
            QCOMPARE(api.ask(ask.with("Authorization", "Bearer wrong")).brief(),
                     QByteArray("401 bad_admin_token"));
            QCOMPARE(api.ask(ask.with("Authorization", "Bearer " + ApiFixture::policySecret)).brief(),
                     QByteArray("401 bad_admin_token"));
            // The right one forgets the wrong ones; a listener that waits is let in too.
            if (!ask.target.endsWith("/changes"))
                QVERIFY(api.ask(ApiFixture::asAdmin(ask)).status != 401);
            else
                QCOMPARE(api.get("/api/admin/relay/stats").status, 200);
        }
        QCOMPARE(api.queue.stats().pending, 0);
        QVERIFY(!before.isEmpty());
    }

    void wrongTokensChangeNothing()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray before = api.state();
        const QByteArray target = "/api/admin/relay/accounts/" + testPubKey(1).hex() + "/grant";
        const Ask ask{.method = "POST", .target = target, .body = R"({"level":"write"})"};
        for (const QByteArray &token : {QByteArray("Bearer x"), QByteArray("Bearer"),
                                        QByteArray("Bearer " + ApiFixture::adminToken + "x"),
                                        QByteArray("bearer " + ApiFixture::adminToken.chopped(1))})
            QCOMPARE(api.ask(ask.with("Authorization", token)).status, 401);
        QCOMPARE(api.state(), before);
        QVERIFY(!api.relayAccounts.find(testPubKey(1)));
        QCOMPARE(api.ask(ask.with("Authorization", "bEaReR " + ApiFixture::adminToken)).status, 200);
    }

    void fiveWrongTokensCostAWait()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const Ask ask{.target = "/api/admin/relay/stats"};
        const Ask wrong = ask.with("Authorization", "Bearer wrong");
        for (int i = 0; i < 5; ++i)
            QCOMPARE(api.ask(wrong).status, 401);
        const Answer refused = api.ask(ApiFixture::asAdmin(ask));
        QCOMPARE(refused.brief(), QByteArray("429 rate_limited"));
        const int wait = refused.headers.value("retry-after").toInt();
        QVERIFY(wait >= 1);
        api.clock.advance(seconds(wait));

        // Each further wrong one costs more.
        QCOMPARE(api.ask(wrong).status, 401);
        const int longer = api.ask(wrong).headers.value("retry-after").toInt();
        QVERIFY2(longer > wait, QByteArray::number(longer));
        api.clock.advance(seconds(longer));
        QCOMPARE(api.ask(ApiFixture::asAdmin(ask)).status, 200);
        // And the right one ends it.
        QCOMPARE(api.ask(wrong).status, 401);
        QCOMPARE(api.ask(ApiFixture::asAdmin(ask)).status, 200);
    }

    void theWaitIsTheAddressesOwn()
    {
        HttpHostOptions behindProxy;
        behindProxy.behindProxy = true;
        ApiFixture api(QStringLiteral("sqlite"), {}, behindProxy);
        const Ask wrong = Ask{.target = "/api/admin/relay/stats"}.with("Authorization", "Bearer wrong");
        for (int i = 0; i < 5; ++i)
            QCOMPARE(
                api.ask(wrong.with("X-Forwarded-For", "2001:db8:1::" + QByteArray::number(i + 1))).status,
                401);
        const Ask right = ApiFixture::asAdmin({.target = "/api/admin/relay/stats"});
        // An IPv6 subscriber has all of a /64.
        QCOMPARE(api.ask(right.with("X-Forwarded-For", "2001:db8:1::99")).status, 429);
        QCOMPARE(api.ask(right.with("X-Forwarded-For", "2001:db8:2::1")).status, 200);
    }

    void anAdminKeySigns_data() { TestDatabase::engineRows(); }
    void anAdminKeySigns()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, withAdminKey());
        const Signing get;
        const Ask ask{.target = get.target};
        QCOMPARE(api.ask(ask.with("Authorization", signedFor(api, get))).status, 200);

        const QByteArray target = "/api/admin/relay/accounts/" + testPubKey(1).hex() + "/grant";
        const Signing grant{.method = "POST", .target = target, .body = R"({"level":"read"})"};
        const Answer granted = api.ask(Ask{.method = "POST", .target = target, .body = grant.body}.with(
            "Authorization", signedFor(api, grant)));
        QCOMPARE(granted.text("actor"), QStringLiteral("admin:") + adminKey().pubKey().text());

        const Signing query{.target = "/api/admin/relay/accounts?limit=1"};
        QCOMPARE(api.ask(Ask{.target = query.target}.with("Authorization", signedFor(api, query))).status,
                 200);
    }

    void aSignatureWorksOnce_data() { TestDatabase::engineRows(); }
    void aSignatureWorksOnce()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, {{QStringLiteral("ADMIN_PUBKEYS"), adminKey().pubKey().text()},
                                {QStringLiteral("PUBLIC_URL"), QStringLiteral("http://tower.example")}});
        const Ask ask = Ask{.target = "/api/admin/relay/stats"}.with("Authorization", signedFor(api, {}));
        QCOMPARE(api.ask(ask).status, 200);
        QCOMPARE(api.ask(ask).brief(), QByteArray("401 replayed"));
        api.restartApi();
        QCOMPARE(api.ask(ask).brief(), QByteArray("401 replayed"));
        api.clock.advance(seconds(61));
        QCOMPARE(api.ask(ask).status, 401);
        QCOMPARE(api.ask(Ask{.target = ask.target}.with("Authorization", signedFor(api, {}))).status, 200);
    }

    void signaturesThatAreRefused()
    {
        ApiFixture api(QStringLiteral("sqlite"), withAdminKey());
        const QByteArray before = api.state();
        const Ask get{.target = "/api/admin/relay/stats"};
        const auto refused = [&](const Ask &ask, const QByteArray &header) {
            const Answer answer = api.ask(ask.with("Authorization", header));
            return answer.status == 401 && (header.size() < 10 || !answer.body.contains(header.mid(6)));
        };
        QVERIFY(refused(get, signedFor(api, {}, testKey(5))));
        QVERIFY(refused(get, signedFor(api, {}, adminKey(), seconds(-61))));
        QVERIFY(refused(get, signedFor(api, {}, adminKey(), seconds(61))));
        QVERIFY(refused(get, signedFor(api, {.target = "/api/admin/relay/decisions"})));
        QVERIFY(refused(get, signedFor(api, {.target = "/api/admin/relay/stats?x=1"})));
        QVERIFY(refused(get, signedFor(api, {.method = "POST"})));
        QVERIFY(refused(get, "Nostr "));
        QVERIFY(refused(get, "Nostr bm90IGpzb24="));
        QVERIFY(refused(get, "Nostr !!!!"));
        QVERIFY(refused(get, makeNip98(adminKey(), "GET",
                                       QStringLiteral("http://elsewhere.example/api/admin/relay/stats"), {},
                                       api.clock.now())));

        const QByteArray target = "/api/admin/relay/accounts/" + testPubKey(1).hex() + "/grant";
        const Ask post{.method = "POST", .target = target, .body = R"({"level":"write"})"};
        QVERIFY(refused(post,
                        signedFor(api, {.method = "POST", .target = target, .body = R"({"level":"read"})"})));
        QVERIFY(refused(post, signedFor(api, {.method = "POST", .target = target})));
        QByteArray broken = QByteArray::fromBase64(signedFor(api, {}).mid(6));
        broken.replace(broken.indexOf("\"sig\":\"") + 7, 2, "00");
        QVERIFY(refused(get, "Nostr " + broken.toBase64()));
        QCOMPARE(api.state(), before);
        // Signatures are no guesses at the token: nobody has to wait.
        QCOMPARE(api.ask(get.with("Authorization", signedFor(api, {}))).status, 200);
    }

    void withoutAdminKeysNobodySigns()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QCOMPARE(api.ask(Ask{.target = "/api/admin/relay/stats"}.with("Authorization", signedFor(api, {})))
                     .brief(),
                 QByteArray("401 not_an_admin"));
    }

    void metricsFromLoopbackUnlessBehindAProxy()
    {
        ApiFixture open(QStringLiteral("sqlite"));
        QCOMPARE(open.ask({.target = "/metrics"}).status, 200);
        HttpHostOptions behindProxy;
        behindProxy.behindProxy = true;
        ApiFixture api(QStringLiteral("sqlite"), {}, behindProxy);
        QCOMPARE(api.ask({.target = "/metrics"}).status, 401);
        QCOMPARE(api.get("/metrics").status, 200);
    }

    void foreignOrigins()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (const Ask &ask : adminAsks(api)) {
            QCOMPARE(api.ask(ApiFixture::asAdmin(ask).with("Origin", "https://evil.example")).brief(),
                     QByteArray("403 foreign_origin"));
            const Answer preflight = api.ask(Ask{.method = "OPTIONS", .target = ask.target}
                                                 .with("Origin", "https://evil.example")
                                                 .with("Access-Control-Request-Method", ask.method));
            QVERIFY(!preflight.headers.contains("access-control-allow-origin"));
        }
        for (const char *target : {"/api/relay/policy", "/api/relay/accounts/snapshot", "/metrics"})
            QCOMPARE(api.ask(Ask{.target = target}.with("Origin", "null")).brief(),
                     QByteArray("403 foreign_origin"));

        const Ask own =
            ApiFixture::asAdmin({.target = "/api/admin/relay/stats"}).with("Origin", "http://" + api.host());
        const Answer answer = api.ask(own);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.headers.value("access-control-allow-origin"), "http://" + api.host());
    }

    void publicRoutesTakeAnyOrigin()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const Answer answer = api.ask(Ask{.target = "/api/healthz"}.with("Origin", "https://anyone.example"));
        QCOMPARE(answer.headers.value("access-control-allow-origin"), QByteArray("*"));
        const QByteArray exposed = answer.headers.value("access-control-expose-headers");
        QVERIFY(exposed.contains("X-Nostr-Token") && exposed.contains("X-Request-Id"));

        const Answer preflight = api.ask(Ask{.method = "OPTIONS", .target = "/api/healthz"}
                                             .with("Origin", "https://anyone.example")
                                             .with("Access-Control-Request-Method", "GET"));
        QCOMPARE(preflight.status, 204);
        const QByteArray allowed = preflight.headers.value("access-control-allow-headers");
        for (const char *name : {"X-Nostr-Token", "Authorization", "Idempotency-Key", "Content-Type"})
            QVERIFY2(allowed.contains(name), name);
        QVERIFY(preflight.headers.value("access-control-allow-methods").contains("GET"));
    }

    void theHostHeaderMustBeOurs()
    {
        ApiFixture api(QStringLiteral("sqlite"),
                       {{QStringLiteral("PUBLIC_URL"), QStringLiteral("https://tower.example")}});
        for (const char *host :
             {"evil.example", "tower.example.evil.example", "127.0.0.1.evil.example", "evil.example:8337"}) {
            QCOMPARE(api.ask(Ask{.target = "/api/healthz"}.with("Host", host)).brief(),
                     QByteArray("403 host_not_allowed"));
            QCOMPARE(
                api.ask(ApiFixture::asAdmin({.target = "/api/admin/relay/stats"}).with("Host", host)).brief(),
                QByteArray("403 host_not_allowed"));
        }
        for (const QByteArray &host :
             {QByteArray("tower.example"), QByteArray("localhost"), QByteArray("LOCALHOST:1"), api.host()})
            QCOMPARE(api.ask(Ask{.target = "/api/healthz"}.with("Host", host)).status, 200);
    }

    void everyAnswerHasAnId()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        static const QRegularExpression uuid(
            QStringLiteral("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
        QSet<QByteArray> ids;
        const QList<Ask> asks{{.target = "/api/healthz"},
                              {.target = "/nowhere"},
                              {.method = "DELETE", .target = "/api/healthz"},
                              {.method = "OPTIONS", .target = "/api/healthz"},
                              {.method = "HEAD", .target = "/api/healthz"},
                              {.target = "/api/admin/relay/stats"},
                              Ask{.target = "/api/healthz"}.with("Host", "evil.example")};
        for (const Ask &ask : asks) {
            const QByteArray id = api.ask(ask).headers.value("x-request-id");
            QVERIFY2(uuid.match(QString::fromLatin1(id)).hasMatch(), ask.target);
            ids.insert(id);
        }
        QCOMPARE(ids.size(), asks.size());
    }

    void methodsAndPaths()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QHash<QByteArray, QByteArrayList> methods;
        for (const Route &route : api.api->router().routes())
            methods[pathOf(route.pattern)] << methodOf(route);
        for (auto it = methods.begin(); it != methods.end(); ++it) {
            const Answer answer = api.ask({.method = "DELETE", .target = it.key()});
            QCOMPARE(answer.brief(), QByteArray("405 method_not_allowed"));
            for (const QByteArray &method : it.value())
                QVERIFY2(answer.headers.value("allow").contains(method), it.key());
            QVERIFY(answer.headers.value("allow").contains("OPTIONS"));
            QCOMPARE(api.ask({.method = "OPTIONS", .target = it.key()}).status, 204);
        }
        for (const char *target :
             {"/nowhere", "/api", "/api/", "/api/admin/relay/accounts/", "/api/admin/relay/accounts//grant",
              "/api/healthz/", "/API/healthz", "/api/admin/relay/queue/x/y/z", "/..%2f..%2fetc/passwd"})
            QCOMPARE(api.get(target).brief(), QByteArray("404 not_found"));
        const Answer head = api.ask({.method = "HEAD", .target = "/api/healthz"});
        QCOMPARE(head.status, 200);
        QVERIFY(head.body.isEmpty());
    }

    void bodiesMustBeJson()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray before = api.state();
        for (const Ask &plain : adminAsks(api)) {
            if (!api.contract.find(plain.method, plain.target)->object.contains(u"requestBody"))
                continue;
            Ask ask = ApiFixture::asAdmin(plain);
            for (const char *type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                                     "multipart/form-data; boundary=x"})
                QCOMPARE(api.ask(ask.with("Content-Type", type)).brief(),
                         QByteArray("415 unsupported_media_type"));
            QCOMPARE(api.ask(ask.with("Content-Type", QByteArray())).brief(),
                     QByteArray("415 unsupported_media_type"));
            for (const QByteArray &body : {QByteArray("not json"), QByteArray("[]"), QByteArray("null"),
                                           QByteArray("\"text\""), QByteArray("{"), QByteArray("{\"a\":1} x"),
                                           QByteArray("{\"a\":\"\xff\"}"), QByteArray(5'000, '[')}) {
                ask.body = body;
                const Answer answer = api.ask(ask);
                QVERIFY2(answer.brief() == "400 invalid_request body",
                         ask.target + ' ' + body.left(20) + ": " + answer.brief());
            }
            ask.body = QByteArray(300'000, ' ');
            QCOMPARE(api.ask(ask).status, 413);
        }
        QCOMPARE(api.state(), before);
    }

    void publicRoutesAreLimited()
    {
        ApiFixture api(QStringLiteral("sqlite"),
                       {{QStringLiteral("RATE_LIMIT_PUBLIC_PER_MIN"), QStringLiteral("3")}});
        for (int i = 0; i < 3; ++i)
            QCOMPARE(api.ask({.target = "/api/healthz"}).status, 200);
        const Answer refused = api.ask({.target = "/api/docs"});
        QCOMPARE(refused.brief(), QByteArray("429 rate_limited"));
        QVERIFY(refused.headers.value("retry-after").toInt() >= 1);
        QCOMPARE(api.get("/api/admin/relay/stats").status, 200);
        QCOMPARE(api.ask({.target = "/api/relay/policy"}).status, 200);
        api.clock.advance(seconds(60));
        QCOMPARE(api.ask({.target = "/api/healthz"}).status, 200);
    }
};

QTEST_GUILESS_MAIN(TestAdminAuth)
#include "tst_AdminAuth.moc"
