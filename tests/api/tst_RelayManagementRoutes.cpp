// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "core/nostr/Nip98.h"
#include "tests/api/ApiFixture.h"

#include <QCryptographicHash>
#include <QTest>

using namespace tower;

namespace {

constexpr quint32 adminNumber = 100;
constexpr quint32 timmyNumber = 40;
const QByteArray manage = "/api/relay/manage";

QByteArray callBody(const char *method, const QJsonArray &params = {})
{
    return QJsonDocument(QJsonObject{{"method", method}, {"params", params}}).toJson(QJsonDocument::Compact);
}

/// What a NIP-98 event says; each test spoils one thing.
struct Header
{
    Header(const ApiFixture &api, const QByteArray &path, const QByteArray &sentBody)
        : at(api.clock.now()), url("http://" + api.host() + path), body(sentBody)
    {
    }

    Millis at;
    QByteArray url;
    QByteArray body;
    QByteArray method = "POST";
    int kind = 27'235;
    quint32 signer = adminNumber;
    bool withPayload = true;
    bool withGoodSignature = true;

    [[nodiscard]] Event event() const
    {
        Event out;
        out.pubkey = testPubKey(signer);
        out.createdAt = at.value() / 1000;
        out.kind = kind;
        out.tags = {{"u", url}, {"method", method}};
        if (withPayload)
            out.tags.push_back({"payload", QCryptographicHash::hash(body, QCryptographicHash::Sha256).toHex()});
        out.id = out.computedId();
        out.signature = testKey(withGoodSignature ? signer : signer + 1).sign(out.id.bytes(), {});
        return out;
    }
    [[nodiscard]] QByteArray text() const { return "Nostr " + event().toJson().toBase64(); }
};

struct ManagedApi : ApiFixture
{
    explicit ManagedApi(const QString &engine, Settings::Values values = {})
        : ApiFixture(engine, withAdmin(std::move(values)))
    {
        relayAccounts.seedElite(testPubKey(timmyNumber));
        restartApi();
    }
    static Settings::Values withAdmin(Settings::Values values)
    {
        values.insert({QStringLiteral("ADMIN_PUBKEYS"), testPubKey(adminNumber).text()});
        return values;
    }

    Answer send(const QByteArray &path, const QByteArray &body, const QByteArray &authorization)
    {
        return ask(Ask{.method = "POST", .target = path, .body = body}
                       .with("Content-Type", "application/nostr+json+rpc")
                       .with("Authorization", authorization));
    }
    /// A call as it should be. The clock goes on, so that no two are the same event.
    Answer call(const char *method, const QJsonArray &params = {}, const QByteArray &path = manage)
    {
        clock.advance(seconds(1));
        const QByteArray body = callBody(method, params);
        return send(path, body, Header(*this, path, body).text());
    }
    QJsonValue result(const char *method, const QJsonArray &params = {})
    {
        const Answer answer = call(method, params);
        if (answer.status != 200 || answer.json().contains("error"))
            return QString::fromUtf8(answer.body);
        return answer.json().value("result");
    }
    QStringList actionsOn(const QString &subject)
    {
        QStringList out;
        for (const ActivityRow &row : activity.list({.subject = subject}, {100, {}}).items) {
            if (row.entry.actor == QStringLiteral("admin:") + testPubKey(adminNumber).text())
                out.prepend(row.entry.action);
        }
        return out;
    }
};

/// One for all rows that change nothing: a database for each would take minutes. The clock goes on, so that no
/// two good headers are the same.
ManagedApi &untouched(const QString &engine)
{
    static std::map<QString, std::unique_ptr<ManagedApi>> all;
    std::unique_ptr<ManagedApi> &api = all[engine];
    if (!api)
        api = std::make_unique<ManagedApi>(engine);
    api->clock.advance(seconds(1));
    return *api;
}

} // namespace

/// Relay management over HTTP: who may call, what each method does, and what a bad call gets.
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
        QCOMPARE(names, (QStringList{"allowevent", "allowkind", "allowpubkey", "banevent", "banpubkey", "blockip",
                                     "changerelaydescription", "changerelayicon", "changerelayname", "disallowkind",
                                     "listallowedkinds", "listallowedpubkeys", "listbannedevents", "listbannedpubkeys",
                                     "listblockedips", "listeventsneedingmoderation", "supportedmethods",
                                     "unallowpubkey", "unbanpubkey", "unblockip"}));
        // Each of them is one: what is missing in a call without parameters is a parameter.
        for (const QString &name : names) {
            const QString error = api.call(name.toLatin1()).text("error");
            QVERIFY2(!error.contains(QStringLiteral("no such method")), qPrintable(name + u' ' + error));
        }
    }

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
        QTest::newRow("root for manage") << QByteArray("/") << QByteArray("http://HOST/api/relay/manage") << 401;
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
        for (const char *url : {"https://tower.example.com", "https://tower.example.com/", "wss://tower.example.com"}) {
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
        QTest::newRow("a bad field") << "Nostr " + QByteArray(R"({"id":"echo-me","kind":"echo-me"})").toBase64();
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
        QTest::newRow("params is no list") << QByteArray(R"({"method":"banpubkey","params":{"0":"x"}})") << 200;
        QTest::newRow("no params") << QByteArray(R"({"method":"banpubkey"})") << 200;
        QTest::newRow("no key") << QByteArray(R"({"method":"banpubkey","params":["npub1"]})") << 200;
        QTest::newRow("key is a number") << QByteArray(R"({"method":"allowpubkey","params":[1]})") << 200;
        QTest::newRow("reason is a number") << callBody("allowpubkey", {testPubKey(1).text(), 1}) << 200;
        QTest::newRow("reason with NUL") << callBody("allowpubkey", {testPubKey(1).text(), QString(QChar(u'\0'))}) << 200;
        QTest::newRow("reason too long") << callBody("allowpubkey", {testPubKey(1).text(), QString(1'001, u'x')}) << 200;
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
        QCOMPARE(api.result("listallowedpubkeys"), (QJsonArray{QJsonObject{{"pubkey", key}, {"reason", "friend"}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "hello")).first, QStringLiteral("shadowReject"));
        QCOMPARE(api.result("unallowpubkey", {key}), QJsonValue(true));
        QCOMPARE(api.relayAccounts.getAccess(testPubKey(1)), AccessLevel::Read);
        QCOMPARE(api.result("listallowedpubkeys"), QJsonArray());

        // As an npub, and with the empty reason that some clients send.
        QCOMPARE(api.result("banpubkey", {QString::fromLatin1(toNpub(testPubKey(1))), ""}), QJsonValue(true));
        QCOMPARE(api.result("listbannedpubkeys"), (QJsonArray{QJsonObject{{"pubkey", key}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "hello again")).first, QStringLiteral("reject"));
        QCOMPARE(api.get("/api/admin/relay/accounts/" + key.toLatin1()).text("level"), QStringLiteral("none"));
        QCOMPARE(api.result("unbanpubkey", {key, QJsonValue::Null}), QJsonValue(true));
        QCOMPARE(api.result("listbannedpubkeys"), QJsonArray());
        QCOMPARE(api.actionsOn(key), (QStringList{"relay.grant", "relay.withdraw", "relay.revoke", "relay.lift_revocation"}));
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
        QCOMPARE(api.decide(signedEvent(testKey(1), 7, "+")), qMakePair(QStringLiteral("reject"), QStringLiteral("blocked: this relay does not take events of kind 7")));
        QCOMPARE(api.result("disallowkind", {1}), QJsonValue(true));
        QCOMPARE(api.result("listallowedkinds"), QJsonArray{30'023});
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("reject"));
        QCOMPARE(api.actionsOn(QStringLiteral("1")), (QStringList{"relay.allow_kind", "relay.disallow_kind"}));
    }

    void addresses()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        api.relayAccounts.grant(testPubKey(1), AccessLevel::Write, {}, QStringLiteral("test"));
        QCOMPARE(api.result("blockip", {"203.0.113.7", "abuse"}), QJsonValue(true)); // where decide() comes from
        QCOMPARE(api.result("listblockedips"), (QJsonArray{QJsonObject{{"ip", "203.0.113.7"}, {"reason", "abuse"}}}));
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("reject"));
        QCOMPARE(api.result("unblockip", {"203.0.113.7"}), QJsonValue(true));
        QCOMPARE(api.result("listblockedips"), QJsonArray());
        QCOMPARE(api.decide(signedEvent(testKey(1), 1, "x")).first, QStringLiteral("shadowReject"));
        QCOMPARE(api.actionsOn(QStringLiteral("203.0.113.7")), (QStringList{"relay.block_ip", "relay.unblock_ip"}));
    }

    void relayInformation()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const Ask ask = Ask{.target = "/"}.with("Accept", "text/html;q=0.5, Application/Nostr+JSON");
        const Answer before = api.ask(ask);
        QCOMPARE(before.status, 200);
        QCOMPARE(before.headers.value("content-type"), QByteArray("application/nostr+json"));
        for (const char *header : {"access-control-allow-origin", "access-control-allow-headers", "access-control-allow-methods"})
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

    /// A page of another origin may manage: what it may do is in the signature.
    void otherOrigins()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedApi api(engine);
        const Answer preflight = api.ask(Ask{.method = "OPTIONS", .target = "/"}
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
};

QTEST_GUILESS_MAIN(TestRelayManagementRoutes)
#include "tst_RelayManagementRoutes.moc"
