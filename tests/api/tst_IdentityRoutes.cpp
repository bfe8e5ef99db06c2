// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;

namespace {

/// A body that holds this event.
QByteArray holding(const QByteArray &event)
{
    return "{\"event\":" + event + '}';
}

/// A client that holds a key.
class User
{
public:
    User(ApiFixture &api, quint32 number)
        : m_api(api)
        , m_key(testKey(number))
    {
    }

    [[nodiscard]] PubKey pubkey() const { return m_key.pubKey(); }
    [[nodiscard]] QByteArray hex() const { return pubkey().hex(); }

    Answer post(const QByteArray &path, const QByteArray &body, const QByteArray &token = {})
    {
        Ask ask{.method = "POST", .target = "/api/identity/" + path, .body = body};
        return m_api.ask(token.isNull() ? ask : ask.with("X-Nostr-Token", token));
    }
    Answer me(const QByteArray &token)
    {
        return m_api.ask(Ask{.target = "/api/identity/me"}.with("X-Nostr-Token", token));
    }
    QByteArray challenge() { return post("challenge", {}).text("nonce").toLatin1(); }

    Event signedNow(int kind, const QByteArray &content, std::vector<std::vector<QByteArray>> tags = {})
    {
        Event event;
        event.kind = kind;
        event.createdAt = m_api.clock.now().value() / 1000;
        event.content = content;
        event.tags = std::move(tags);
        event.pubkey = pubkey();
        event.id = event.computedId();
        event.signature = m_key.sign(event.id.bytes(), {});
        return event;
    }
    Answer verify(const Event &event) { return post("verify", holding(event.toJson())); }
    QByteArray token() { return verify(signedNow(27'235, challenge())).text("nostr_token").toLatin1(); }

    QByteArray vouchBody(const User &vouchee)
    {
        const Event event = signedNow(1, "I know them", {{"p", vouchee.hex()}});
        return "{\"voucheePubkey\":\"" + vouchee.hex() + "\",\"event\":" + event.toJson() + '}';
    }

private:
    ApiFixture &m_api;
    SecretKey m_key;
};

/// Without the limits, which other tests are about.
Settings::Values unlimited()
{
    return {{QStringLiteral("RATE_LIMIT_SIGNIN_PER_MIN"), QStringLiteral("0")}};
}

} // namespace

class TestIdentityRoutes : public QObject
{
    Q_OBJECT

private slots:
    void signsIn_data() { TestDatabase::engineRows(); }
    void signsIn();
    void verifyRefuses();
    void eventIsReadStrictly();
    void meSaysAll_data() { TestDatabase::engineRows(); }
    void meSaysAll();
    void badTokens();
    void tokenMovesLastSeen();
    void timmy();
    void vouching_data() { TestDatabase::engineRows(); }
    void vouching();
    void vouchRefuses();
    void tokenInTheBody();
    void aHundredAtOnce_data() { TestDatabase::engineRows(); }
    void aHundredAtOnce();
    void adminSeesAndRevokes_data() { TestDatabase::engineRows(); }
    void adminSeesAndRevokes();
    void limitedByAddress();
    void limitedByIdentity();
    void otherPagesMayCall();
};

void TestIdentityRoutes::signsIn()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    User user(api, 1);
    const Answer challenge = user.post("challenge", "{}");
    QCOMPARE(challenge.status, 200);
    QCOMPARE(fromIso(challenge.text("expiresAt")), std::optional(api.clock.now() + seconds(300)));

    const Event event =
        user.signedNow(27'235, challenge.text("nonce").toLatin1(), {{"lud16", "alice@example.com"}});
    const Answer in = user.verify(event);
    QCOMPARE(in.brief(), QByteArray("200"));
    QCOMPARE(in.text("pubkey").toLatin1(), user.hex());
    QCOMPARE(in.text("npub").toLatin1(), toNpub(user.pubkey()));
    QCOMPARE(in.headers.value("x-nostr-token"), in.text("nostr_token").toLatin1());
    QCOMPARE(fromIso(in.text("expiresAt")), std::optional(api.clock.now() + seconds(86'400)));
    const QJsonObject trust = in.json().value(u"trust").toObject();
    QCOMPARE(trust.value(u"tier").toString(), QStringLiteral("new"));
    QCOMPARE(trust.value(u"score").toInt(), 0);
    QCOMPARE(fromIso(trust.value(u"memberSince").toString()), std::optional(api.clock.now()));

    const Answer me = user.me(in.text("nostr_token").toLatin1());
    QCOMPARE(me.text("lightningAddress"), QStringLiteral("alice@example.com"));
    QCOMPARE(me.text("relayAccess"), QStringLiteral("read"));

    // Once, even after a restart.
    QCOMPARE(user.verify(event).brief(), QByteArray("401 nonce_used"));
    api.restartApi();
    QCOMPARE(user.verify(event).brief(), QByteArray("401 nonce_used"));
}

void TestIdentityRoutes::verifyRefuses()
{
    ApiFixture api(QStringLiteral("sqlite"), unlimited());
    User user(api, 1);
    const QByteArray nonce = user.challenge();
    const QByteArray good = user.signedNow(27'235, nonce).toJson();
    const auto verify = [&](const QByteArray &body) { return user.post("verify", body).brief(); };

    const Answer unknown = user.verify(user.signedNow(27'235, QByteArray(64, 'a')));
    QCOMPARE(unknown.brief(), QByteArray("401 nonce_not_found"));
    QCOMPARE(unknown.text("error"), QStringLiteral("Nonce not found"));
    QCOMPARE(verify("[]"), QByteArray("400 invalid_request body"));
    QCOMPARE(verify("{"), QByteArray("400 invalid_request body"));
    QCOMPARE(verify("{}"), QByteArray("400 event_required event"));
    QCOMPARE(verify("{\"event\":null}"), QByteArray("400 event_required event"));
    QCOMPARE(verify("{\"event\":\"x\"}"), QByteArray("400 event_required event"));
    QCOMPARE(verify("{\"event\":{}}").left(19), QByteArray("400 malformed_event"));
    QCOMPARE(verify(holding(QByteArray(good).replace("27235", "27234"))), QByteArray("400 wrong_kind kind"));
    QCOMPARE(verify(holding(QByteArray(good).replace("\"sig\"", "\"sign\""))),
             QByteArray("400 malformed_event sig"));
    QCOMPARE(verify(holding(QByteArray(good).replace("\"tags\":[]", "\"tags\":[[\"a\"]]"))),
             QByteArray("401 bad_event_id"));
    QCOMPARE(verify("{\"pubkey\":\"" + testPubKey(2).hex() + "\",\"event\":" + good + '}'),
             QByteArray("400 pubkey_mismatch pubkey"));
    QCOMPARE(verify("{\"pubkey\":\"zz\",\"event\":" + good + '}').left(3), QByteArray("400"));
    QCOMPARE(verify("{\"pubkey\":5,\"event\":" + good + '}'), QByteArray("400 invalid_request pubkey"));
    QCOMPARE(user.verify(user.signedNow(27'235, nonce)).status, 200); // none of it used the nonce up

    // hex or npub, as long as it is the signer's
    const QByteArray again = user.signedNow(22'242, {}, {{"challenge", user.challenge()}}).toJson();
    QCOMPARE(verify("{\"pubkey\":\"" + toNpub(user.pubkey()) + "\",\"event\":" + again + '}'),
             QByteArray("200"));
    api.clock.advance(seconds(10));
    const QByteArray late = user.challenge();
    api.clock.advance(seconds(300));
    QCOMPARE(user.verify(user.signedNow(27'235, late)).brief(), QByteArray("401 nonce_expired"));
}

void TestIdentityRoutes::eventIsReadStrictly()
{
    ApiFixture api(QStringLiteral("sqlite"), unlimited());
    User user(api, 1);
    const QByteArray good = user.signedNow(27'235, user.challenge()).toJson();
    // A lenient reader would take each of these for the event that was signed.
    QCOMPARE(user.post("verify", holding(QByteArray(good).replace("27235", "27235.0"))).brief(),
             QByteArray("400 malformed_event kind"));
    QCOMPARE(
        user.post("verify", holding(QByteArray(good).replace("{\"id\"", "{\"kind\":27235,\"id\""))).status,
        400);
    QCOMPARE(user.post("verify", "{\"event\":{},\"event\":" + good + '}').brief(),
             QByteArray("400 event_required event"));
    QCOMPARE(user.post("verify", "{\"event\":" + good + ",\"\\u0065vent\":{}}").brief(),
             QByteArray("400 event_required event"));
    QCOMPARE(user.post("verify", "{\"other\":{\"event\":{}},  \"event\" : " + good + "\n ,\"x\":{}}").status,
             200);
}

void TestIdentityRoutes::meSaysAll()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    User user(api, 1);
    const QByteArray token = user.token();
    api.trust.adjust(user.pubkey(), 60, {}, QStringLiteral("admin"));
    api.trust.recordSuccess(user.pubkey(), Sats(5), QStringLiteral("job:x"));
    const Answer me = user.me(token);
    QCOMPARE(me.brief(), QByteArray("200"));
    const QJsonObject expected{{QStringLiteral("pubkey"), QString::fromLatin1(user.hex())},
                               {QStringLiteral("npub"), QString::fromLatin1(toNpub(user.pubkey()))},
                               {QStringLiteral("tier"), QStringLiteral("trusted")},
                               {QStringLiteral("score"), 62},
                               {QStringLiteral("interactionCount"), 1},
                               {QStringLiteral("satsAbsorbedToday"), 0},
                               {QStringLiteral("dailyBudget"), 200},
                               {QStringLiteral("relayAccess"), QStringLiteral("write")},
                               {QStringLiteral("lightningAddress"), QJsonValue::Null},
                               {QStringLiteral("vouchesGiven"), 0},
                               {QStringLiteral("vouchesReceived"), 0},
                               {QStringLiteral("memberSince"), toIso(api.clock.now())},
                               {QStringLiteral("lastSeen"), toIso(api.clock.now())}};
    QCOMPARE(me.json(), expected);
}

void TestIdentityRoutes::badTokens()
{
    ApiFixture api(QStringLiteral("sqlite"));
    User user(api, 1);
    const QByteArray token = user.token();
    QCOMPARE(user.me({}).brief(), QByteArray("401 token_required"));
    for (const QByteArray &bad :
         {token.chopped(1), token + 'A', QByteArray("x"), QByteArray("Bearer ") + token}) {
        const Answer answer = user.me(bad);
        QCOMPARE(answer.brief(), QByteArray("401 invalid_token"));
        QCOMPARE(answer.text("error"), QStringLiteral("Invalid or expired nostr_token"));
        QCOMPARE(user.post("vouch", "{}", bad).brief(), QByteArray("401 invalid_token"));
    }
    QCOMPARE(user.me(token).status, 200);
    api.clock.advance(seconds(86'400));
    QCOMPARE(user.me(token).brief(), QByteArray("401 invalid_token"));
}

void TestIdentityRoutes::tokenMovesLastSeen()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("NOSTR_TOKEN_TTL_SECS"), QStringLiteral("31536000")}});
    User user(api, 1);
    const QByteArray token = user.token();
    api.trust.adjust(user.pubkey(), 100, {}, QStringLiteral("admin"));
    api.clock.advance(days(40));
    // Seen by the operator is not seen; decay that is due is stored, and explained, before the absence ends.
    const QJsonObject looked = api.get("/api/admin/identities/" + user.hex()).json();
    QCOMPARE(looked.value(u"score").toInt(), 90);
    QCOMPARE(looked.value(u"decayDue").toInt(), 0);
    QCOMPARE(looked.value(u"history").toArray().at(0)["why"].toString(), QStringLiteral("decay"));
    QVERIFY(looked.value(u"lastSeen").toString() != toIso(api.clock.now()));
    const Answer me = user.me(token);
    QCOMPARE(me.json().value(u"score").toInt(), 90);
    QCOMPARE(me.text("lastSeen"), toIso(api.clock.now()));
    api.clock.advance(days(30));
    QCOMPARE(user.me(token).json().value(u"score").toInt(), 90);
}

void TestIdentityRoutes::timmy()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("NOSTR_RELAY_URL"), QStringLiteral("wss://relay.example")}});
    QCOMPARE(api.ask({.target = "/api/identity/timmy"}).status, 503);
    api.relayAccounts.seedElite(testPubKey(9));
    const Answer answer = api.ask({.target = "/api/identity/timmy"});
    QCOMPARE(answer.text("npub").toLatin1(), toNpub(testPubKey(9)));
    QCOMPARE(answer.text("pubkeyHex").toLatin1(), testPubKey(9).hex());
    QCOMPARE(answer.json().value(u"zapCount").toInt(-1), 0);
    QCOMPARE(answer.text("relayUrl"), QStringLiteral("wss://relay.example"));
    QCOMPARE(answer.headers.value("cache-control"), QByteArray("max-age=5"));
}

void TestIdentityRoutes::vouching()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    User voucher(api, 1), vouchee(api, 2);
    const QByteArray token = voucher.token();
    const QByteArray body = voucher.vouchBody(vouchee);
    QCOMPARE(voucher.post("vouch", body).brief(), QByteArray("401 token_required"));
    QCOMPARE(voucher.post("vouch", body, token).brief(), QByteArray("403 elite_required"));
    api.trust.adjust(voucher.pubkey(), 200, {}, QStringLiteral("admin"));

    const Answer made = voucher.post("vouch", body, token);
    QCOMPARE(made.brief(), QByteArray("201"));
    QCOMPARE(made.text("voucheePubkey").toLatin1(), vouchee.hex());
    QCOMPARE(made.json().value(u"boost").toInt(), 20);
    QCOMPARE(made.json().value(u"trust").toObject().value(u"score").toInt(), 20);
    QCOMPARE(made.json().value(u"trust").toObject().value(u"tier").toString(), QStringLiteral("established"));

    const Answer again = voucher.post("vouch", body, token);
    QCOMPARE(again.brief(), QByteArray("409 already_vouched"));
    QCOMPARE(again.text("id"), made.text("id"));
    QCOMPARE(again.json().value(u"trust").toObject().value(u"score").toInt(), 20);
    QCOMPARE(voucher.me(token).json().value(u"vouchesGiven").toInt(), 1);
    QCOMPARE(vouchee.me(vouchee.token()).json().value(u"vouchesReceived").toInt(), 1);
}

void TestIdentityRoutes::vouchRefuses()
{
    ApiFixture api(QStringLiteral("sqlite"), unlimited());
    User voucher(api, 1), vouchee(api, 2), other(api, 3);
    const QByteArray token = voucher.token();
    api.trust.adjust(voucher.pubkey(), 200, {}, QStringLiteral("admin"));
    const auto vouch = [&](const QByteArray &body) { return voucher.post("vouch", body, token).brief(); };
    QCOMPARE(vouch("{}"), QByteArray("400 invalid_request voucheePubkey"));
    QCOMPARE(vouch("{\"voucheePubkey\":\"" + vouchee.hex() + "\"}"), QByteArray("400 event_required event"));
    QCOMPARE(vouch("{\"voucheePubkey\":\"npub1xyz\",\"event\":{}}").left(3), QByteArray("400"));
    QCOMPARE(vouch(voucher.vouchBody(voucher)), QByteArray("400 self_vouch voucheePubkey"));
    QCOMPARE(vouch(other.vouchBody(vouchee)), QByteArray("400 invalid_vouch_event pubkey"));
    QCOMPARE(vouch(voucher.vouchBody(other).replace("\"voucheePubkey\":\"" + other.hex(),
                                                    "\"voucheePubkey\":\"" + vouchee.hex())),
             QByteArray("400 invalid_vouch_event tags"));
    QCOMPARE(vouch(voucher.vouchBody(vouchee).replace("I know", "I knew")),
             QByteArray("400 invalid_vouch_event event"));
    QVERIFY(!api.identities.find(vouchee.pubkey()));
    QCOMPARE(vouch(voucher.vouchBody(vouchee).replace("\"voucheePubkey\":\"" + vouchee.hex(),
                                                      "\"voucheePubkey\":\"" + toNpub(vouchee.pubkey()))),
             QByteArray("201"));
}

void TestIdentityRoutes::tokenInTheBody()
{
    ApiFixture api(QStringLiteral("sqlite"));
    User voucher(api, 1), vouchee(api, 2);
    const QByteArray token = voucher.token();
    api.trust.adjust(voucher.pubkey(), 200, {}, QStringLiteral("admin"));
    const auto with = [&](const QByteArray &value) {
        return voucher.vouchBody(vouchee).replace(0, 1, "{\"nostr_token\":" + value + ',');
    };
    QCOMPARE(voucher.post("vouch", with("\"nonsense\"")).brief(), QByteArray("401 invalid_token"));
    QCOMPARE(voucher.post("vouch", with("7")).brief(), QByteArray("401 invalid_token"));
    QCOMPARE(voucher.post("vouch", with("null")).brief(), QByteArray("401 token_required"));
    QCOMPARE(voucher.post("vouch", with('"' + token + '"')).brief(), QByteArray("201"));
}

void TestIdentityRoutes::aHundredAtOnce()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, unlimited());
    User voucher(api, 1), vouchee(api, 2);
    const QByteArray token = voucher.token();
    api.trust.adjust(voucher.pubkey(), 200, {}, QStringLiteral("admin"));
    const Ask ask =
        Ask{.method = "POST", .target = "/api/identity/vouch", .body = voucher.vouchBody(vouchee)}.with(
            "X-Nostr-Token", token);
    std::vector<std::unique_ptr<OpenCall>> calls;
    for (int i = 0; i < 100; ++i)
        calls.push_back(std::make_unique<OpenCall>(api.port(), ask));
    QMap<int, int> statuses;
    for (const auto &call : calls)
        ++statuses[call->answer().status];
    QCOMPARE(statuses, (QMap<int, int>{{201, 1}, {409, 99}}));
    QCOMPARE(api.identities.find(vouchee.pubkey())->score, 20);
    QCOMPARE(api.identities.history(vouchee.pubkey(), {}).total, 1);
}

void TestIdentityRoutes::adminSeesAndRevokes()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    User voucher(api, 1), vouchee(api, 2);
    const QByteArray token = voucher.token();
    api.trust.adjust(voucher.pubkey(), 200, {}, QStringLiteral("admin"));
    const Answer made = voucher.post("vouch", voucher.vouchBody(vouchee), token);
    const QByteArray revoke = "/api/admin/vouches/" + made.text("id").toLatin1() + "/revoke";

    const QJsonObject given =
        api.get("/api/admin/identities/" + voucher.hex()).json().value(u"vouches").toObject();
    QCOMPARE(given.value(u"received").toArray().size(), 0);
    const QJsonObject edge = given.value(u"given").toArray().first().toObject();
    QCOMPARE(edge.value(u"id").toString(), made.text("id"));
    QCOMPARE(edge.value(u"other").toObject().value(u"score").toInt(), 20);
    QCOMPARE(edge.value(u"other").toObject().value(u"relayAccess").toString(), QStringLiteral("write"));

    QCOMPARE(api.ask({.method = "POST", .target = revoke}).status, 401);
    const Answer revoked = api.post(revoke, QJsonObject{{QStringLiteral("reason"), QStringLiteral("a bot")}});
    QCOMPARE(revoked.brief(), QByteArray("200"));
    QCOMPARE(revoked.text("revokeReason"), QStringLiteral("a bot"));
    QCOMPARE(revoked.text("revokedAt"), toIso(api.clock.now()));
    const QByteArray state = api.state();
    QCOMPARE(api.post(revoke, QByteArray()).text("revokeReason"), QStringLiteral("a bot"));
    QCOMPARE(api.state(), state);
    for (const char *id : {"none", "%00", "%7Ba%7D", "00000000-0000-4000-8000-000000000000"}) {
        const Answer none = api.post(QByteArray("/api/admin/vouches/") + id + "/revoke", QByteArray());
        QCOMPARE(none.status, 404);
    }

    const QJsonObject detail = api.get("/api/admin/identities/" + vouchee.hex()).json();
    QCOMPARE(detail.value(u"score").toInt(), 0);
    QCOMPARE(detail.value(u"vouchesReceived").toInt(), 0);
    QCOMPARE(detail.value(u"vouches").toObject().value(u"received").toArray().size(), 1);
    QCOMPARE(detail.value(u"history").toArray().first().toObject().value(u"why").toString(),
             QStringLiteral("vouch-revoked"));
    // What was taken back is not to be had again.
    QCOMPARE(voucher.post("vouch", voucher.vouchBody(vouchee), token).brief(),
             QByteArray("409 already_vouched"));
}

void TestIdentityRoutes::limitedByAddress()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("RATE_LIMIT_SIGNIN_PER_MIN"), QStringLiteral("5")}});
    User user(api, 1);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(user.post("challenge", {}).status, 200);
    const Answer limited = user.post("challenge", {});
    QCOMPARE(limited.brief(), QByteArray("429 rate_limited"));
    QVERIFY(limited.headers.value("retry-after").toInt() > 0);
    QCOMPARE(user.post("verify", "{}").status, 429); // one bucket for all that signs in
    api.clock.advance(seconds(12));
    QCOMPARE(user.post("challenge", {}).status, 200);
}

void TestIdentityRoutes::limitedByIdentity()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("RATE_LIMIT_SIGNIN_PER_MIN"), QStringLiteral("3")}});
    User user(api, 1);
    const QByteArray token = user.token(); // takes two of the address's three
    QCOMPARE(user.post("vouch", "{}", token).brief(), QByteArray("403 elite_required"));
    // Behind other addresses the identity is still the same: its own bucket had three.
    RateLimit limits(api.clock);
    limits.setRate(static_cast<int>(LimitClass::SignIn), 3);
    Caller caller(api.tokens, api.trust, limits);
    HttpRequest request;
    request.headers.emplace_back("x-nostr-token", token);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(caller.identityOf(request, LimitClass::SignIn), std::optional(user.pubkey()));
    QVERIFY_EXCEPTION_THROWN(caller.identityOf(request, LimitClass::SignIn), RateLimited);
    QCOMPARE(caller.identityOf(HttpRequest(), LimitClass::SignIn), std::nullopt);
}

void TestIdentityRoutes::otherPagesMayCall()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer answer = api.ask(
        Ask{.method = "POST", .target = "/api/identity/challenge"}.with("Origin", "https://page.example"));
    QCOMPARE(answer.headers.value("access-control-allow-origin"), QByteArray("*"));
    QVERIFY(answer.headers.value("access-control-expose-headers").contains("X-Nostr-Token"));
    QCOMPARE(answer.headers.value("cache-control"), QByteArray("no-store"));
}

QTEST_GUILESS_MAIN(TestIdentityRoutes)
#include "tst_IdentityRoutes.moc"
