// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/trust/TrustHouse.h"

#include <QSet>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

/// A change to a sign-in event, and whether it is signed again after that.
using Edit = std::function<void(Event &, const TrustHouse &)>;

} // namespace

Q_DECLARE_METATYPE(Edit)

class TestSignIn : public QObject
{
    Q_OBJECT

private slots:
    void challenges();
    void challengesAreBounded();
    void expiredOnesAreSwept();
    void signsIn_data() { TestDatabase::engineRows(); }
    void signsIn();
    void nonceInATag();
    void accepted_data();
    void accepted();
    void refused_data();
    void refused();
    void aRefusalChangesNothing();
    void malformed_data();
    void malformed();
    void nonceWorksOnce_data() { TestDatabase::engineRows(); }
    void nonceWorksOnce();
    void oneOfTwoProcessesGetsTheNonce_data() { TestDatabase::engineRows(); }
    void oneOfTwoProcessesGetsTheNonce();
    void claimedKeyMustBeTheSigner();
    void lightningAddress_data();
    void lightningAddress();
    void dueDecayIsTakenBeforeLastSeenMoves();
};

void TestSignIn::challenges()
{
    TrustHouse house(QStringLiteral("sqlite"));
    QSet<QString> nonces;
    for (int i = 0; i < 200; ++i) {
        const SignIn::Challenge made = house.signIn.challenge();
        QVERIFY(EventId::fromHex(made.nonce));
        QCOMPARE(made.expiresAt, house.clock.now() + seconds(300));
        nonces.insert(made.nonce);
    }
    QCOMPARE(nonces.size(), 200);
}

void TestSignIn::challengesAreBounded()
{
    TrustHouse house(QStringLiteral("sqlite"));
    {
        Transaction transaction(*house.database);
        for (int i = 1; i < SignIn::maximumOpen; ++i) {
            house.database->execute("INSERT INTO identity_challenges (nonce, expires_at) VALUES (?, ?)",
                                    {QStringLiteral("n%1").arg(i), house.clock.now() + seconds(300)});
        }
        transaction.commit();
    }
    const SignIn::Challenge last = house.signIn.challenge();
    QCOMPARE(refusalOf([&] { house.signIn.challenge(); }), QByteArray("503 too_many_challenges"));
    // One that is used is open no longer.
    house.signIn.verify(parsed(house.answer(secretOf(1), last.nonce)));
    house.signIn.challenge();
    QCOMPARE(refusalOf([&] { house.signIn.challenge(); }), QByteArray("503 too_many_challenges"));
    house.clock.advance(seconds(300));
    house.signIn.challenge();
}

void TestSignIn::expiredOnesAreSwept()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const QString nonce = house.signIn.challenge().nonce;
    house.clock.advance(seconds(301));
    house.signIn.challenge();
    QCOMPARE(refusalOf([&] { house.signIn.verify(parsed(house.answer(secretOf(1), nonce))); }),
             QByteArray("401 nonce_expired"));
    house.clock.advance(seconds(2 * 3'600));
    house.signIn.challenge();
    QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM identity_challenges"), 1);
    QCOMPARE(refusalOf([&] { house.signIn.verify(parsed(house.answer(secretOf(1), nonce))); }),
             QByteArray("401 nonce_not_found"));
}

void TestSignIn::signsIn()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    const SignIn::SignedIn first =
        house.signIn.verify(parsed(house.answer(secretOf(1), house.signIn.challenge().nonce)));
    QCOMPARE(first.identity.pubkey, keyOf(1));
    QCOMPARE(first.identity.tier, Tier::New);
    QCOMPARE(first.identity.createdAt, start);
    QCOMPARE(house.tokens.verify(first.token.text), std::optional(keyOf(1)));
    // A new identity gets what its tier earns at once.
    QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::Read);

    house.setScore(keyOf(1), 60);
    house.clock.advance(days(3));
    const SignIn::SignedIn again =
        house.signIn.verify(parsed(house.answer(secretOf(1), house.signIn.challenge().nonce)));
    QCOMPARE(again.identity.score, 60);
    QCOMPARE(again.identity.tier, Tier::Trusted);
    QCOMPARE(again.identity.createdAt, start);
    QCOMPARE(again.identity.lastSeen, start + days(3));
}

void TestSignIn::nonceInATag()
{
    TrustHouse house(QStringLiteral("sqlite"));
    Event event = house.answer(secretOf(1), {});
    event.kind = SignIn::relayAuthKind;
    event.tags = {{"relay", "wss://relay.example"}, {"challenge", house.signIn.challenge().nonce.toLatin1()}};
    house.signIn.verify(parsed(signedBy(secretOf(1), event)));
    QVERIFY(house.identities.find(keyOf(1)));
}

void TestSignIn::accepted_data()
{
    QTest::addColumn<int>("secs");
    QTest::newRow("five minutes ago") << -300;
    QTest::newRow("in five minutes") << 300;
}

void TestSignIn::accepted()
{
    QFETCH(int, secs);
    TrustHouse house(QStringLiteral("sqlite"));
    Event event = house.answer(secretOf(1), house.signIn.challenge().nonce);
    event.createdAt += secs;
    house.signIn.verify(parsed(signedBy(secretOf(1), event)));
    QVERIFY(house.identities.find(keyOf(1)));
}

void TestSignIn::refused_data()
{
    QTest::addColumn<Edit>("edit");
    QTest::addColumn<bool>("signAgain");
    QTest::addColumn<QByteArray>("refusal");
    const auto row = [](const char *name, bool signAgain, const char *refusal, Edit edit) {
        QTest::newRow(name) << edit << signAgain << QByteArray(refusal);
    };
    row("another kind", true, "400 wrong_kind kind", [](Event &e, const TrustHouse &) { e.kind = 1; });
    row("too old", true, "400 created_at_out_of_range created_at",
        [](Event &e, const TrustHouse &) { e.createdAt -= 301; });
    row("from the future", true, "400 created_at_out_of_range created_at",
        [](Event &e, const TrustHouse &) { e.createdAt += 301; });
    row("content altered", false, "401 bad_event_id", [](Event &e, const TrustHouse &) { e.content += ' '; });
    row("tag added", false, "401 bad_event_id", [](Event &e, const TrustHouse &) {
        e.tags = {{"lud16", "a@b.example"}};
    });
    row("key exchanged", false, "401 bad_event_id",
        [](Event &e, const TrustHouse &) { e.pubkey = keyOf(2); });
    row("key exchanged, id made fit", false, "401 bad_signature", [](Event &e, const TrustHouse &) {
        e.pubkey = keyOf(2);
        e.id = e.computedId();
    });
    row("signature altered", false, "401 bad_signature",
        [](Event &e, const TrustHouse &) { e.signature[63] ^= 1; });
    row("signature of zeros", false, "401 bad_signature",
        [](Event &e, const TrustHouse &) { e.signature = {}; });
    row("no such nonce", true, "401 nonce_not_found",
        [](Event &e, const TrustHouse &) { e.content = QByteArray(64, 'a'); });
    row("no nonce", true, "401 nonce_not_found", [](Event &e, const TrustHouse &) { e.content.clear(); });
    row("upper-case nonce", true, "401 nonce_not_found",
        [](Event &e, const TrustHouse &) { e.content = e.content.toUpper(); });
    row("nonce with a blank", true, "401 nonce_not_found",
        [](Event &e, const TrustHouse &) { e.content += ' '; });
}

void TestSignIn::refused()
{
    QFETCH(Edit, edit);
    QFETCH(bool, signAgain);
    QFETCH(QByteArray, refusal);
    TrustHouse house(QStringLiteral("sqlite"));
    const QString nonce = house.signIn.challenge().nonce;
    Event event = house.answer(secretOf(1), nonce);
    edit(event, house);
    if (signAgain)
        event = signedBy(secretOf(1), event);
    QCOMPARE(refusalOf([&] { house.signIn.verify(parsed(event)); }), refusal);
    QVERIFY(!house.identities.find(keyOf(1)));
    // The nonce is as good as before.
    house.signIn.verify(parsed(house.answer(secretOf(1), nonce)));
}

void TestSignIn::aRefusalChangesNothing()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.signIn.verify(parsed(house.answer(secretOf(1), house.signIn.challenge().nonce)));
    house.clock.advance(days(1));
    const std::int64_t changes = house.database->number("SELECT MAX(seq) AS n FROM changes");
    QCOMPARE(refusalOf([&] { house.signIn.verify(parsed(house.answer(secretOf(1), QString(64, u'b')))); }),
             QByteArray("401 nonce_not_found"));
    QCOMPARE(house.identity(keyOf(1)).lastSeen, start);
    QCOMPARE(house.database->number("SELECT MAX(seq) AS n FROM changes"), changes);
}

void TestSignIn::malformed_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("field");
    TrustHouse house(QStringLiteral("sqlite"));
    const QByteArray good = house.answer(secretOf(1), QString(64, u'c')).toJson();
    const auto row = [&](const char *name, const QByteArray &from, const QByteArray &to, const char *field) {
        QByteArray json = good;
        QVERIFY2(json.contains(from), name);
        QTest::newRow(name) << json.replace(from, to) << QByteArray(field);
    };
    row("no kind", "\"kind\":27235,", "", "kind");
    row("kind is a string", "\"kind\":27235", "\"kind\":\"27235\"", "kind");
    row("kind is a fraction", "\"kind\":27235", "\"kind\":27235.0", "kind");
    row("no tags", "\"tags\":[],", "", "tags");
    row("tags of numbers", "\"tags\":[]", "\"tags\":[[1]]", "tags");
    row("short id", "\"id\":\"", "\"id\":\"0", "id");
    row("no pubkey", "\"pubkey\"", "\"pub_key\"", "pubkey");
    row("created_at is a string", "\"created_at\":", "\"created_at\":\"1\",\"x\":", "created_at");
    row("content is null", "\"content\":\"" + QByteArray(64, 'c') + '"', "\"content\":null", "content");
    row("no signature", "\"sig\":", "\"signature\":", "sig");
    QTest::newRow("no JSON") << QByteArray("{") << QByteArray("event");
    QTest::newRow("not an object") << QByteArray("[]") << QByteArray("event");
}

void TestSignIn::malformed()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, field);
    TrustHouse house(QStringLiteral("sqlite"));
    QCOMPARE(refusalOf([&] { house.signIn.verify(parseEvent(QByteArrayView(json))); }),
             "400 malformed_event " + field);
}

void TestSignIn::nonceWorksOnce()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    const EventParse event = parsed(house.answer(secretOf(1), house.signIn.challenge().nonce));
    house.signIn.verify(event);
    house.clock.advance(seconds(100));
    for (int i = 0; i < 10'000; ++i) {
        // Across restarts too: nothing of this is in memory.
        if (i == 5'000)
            house.database.reopen();
        TrustServices fresh(*house.database, house.clock, house.settings, house.secrets);
        if (refusalOf([&] { fresh.signIn.verify(event); }) != "401 nonce_used")
            QFAIL("a used nonce was not refused as used");
    }
}

void TestSignIn::oneOfTwoProcessesGetsTheNonce()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    const auto connection = house.database.another();
    TrustServices other(*connection, house.clock, house.settings, house.secrets);
    for (quint32 i = 0; i < 50; ++i) {
        const EventParse event = parsed(house.answer(secretOf(i + 1), house.signIn.challenge().nonce));
        SignIn &first = i % 2 ? house.signIn : other.signIn;
        SignIn &second = i % 2 ? other.signIn : house.signIn;
        first.verify(event);
        QCOMPARE(refusalOf([&] { second.verify(event); }), QByteArray("401 nonce_used"));
    }
}

void TestSignIn::claimedKeyMustBeTheSigner()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const EventParse event = parsed(house.answer(secretOf(1), house.signIn.challenge().nonce));
    QCOMPARE(refusalOf([&] { house.signIn.verify(event, keyOf(2)); }),
             QByteArray("400 pubkey_mismatch pubkey"));
    house.signIn.verify(event, keyOf(1));
}

void TestSignIn::lightningAddress_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<QString>("kept");
    const auto row = [](const char *tag, const char *kept) {
        QTest::newRow(tag) << QByteArray(tag) << QString::fromLatin1(kept);
    };
    row("alice@example.com", "alice@example.com");
    row("a-b_c.d+e9@pay.example.co.uk", "a-b_c.d+e9@pay.example.co.uk");
    row("alice@EXAMPLE.com", "alice@example.com");
    for (const char *bad :
         {"", "alice", "@example.com", "alice@", "Alice@example.com", "al ice@example.com", "alice@example",
          "alice@10.0.0.1", "alice@localhost", "alice@example.com:80", "alice@exa mple.com",
          "alice@-example.com", "alice@example..com", "alice@example.com/x", "alice@b@example.com",
          "\xc3\xa4@example.com", "alice@ex\xc3\xa4mple.com"})
        row(bad, "");
    QTest::newRow("long user") << QByteArray(65, 'a') + "@example.com" << QString();
    QTest::newRow("long domain") << "a@" + QByteArray("abcdefg.").repeated(40) + "com" << QString();
}

void TestSignIn::lightningAddress()
{
    QFETCH(QByteArray, tag);
    QFETCH(QString, kept);
    TrustHouse house(QStringLiteral("sqlite"));
    Event event = house.answer(secretOf(1), house.signIn.challenge().nonce);
    event.tags = {{"lud16", tag}};
    house.signIn.verify(parsed(signedBy(secretOf(1), event)));
    QCOMPARE(house.identity(keyOf(1)).lightningAddress, kept);

    // Where private addresses are allowed, so are names and ports of a closed network.
    TrustHouse closed(QStringLiteral("sqlite"),
                      {{QStringLiteral("LNURL_ALLOW_PRIVATE"), QStringLiteral("1")}});
    Event local = closed.answer(secretOf(1), closed.signIn.challenge().nonce);
    local.tags = {{"lud16", "alice@127.0.0.1:8080"}};
    closed.signIn.verify(parsed(signedBy(secretOf(1), local)));
    QCOMPARE(closed.identity(keyOf(1)).lightningAddress, QStringLiteral("alice@127.0.0.1:8080"));
    // A sign-in without the tag, or with a bad one, keeps what is there.
    closed.signIn.verify(parsed(closed.answer(secretOf(1), closed.signIn.challenge().nonce)));
    QCOMPARE(closed.identity(keyOf(1)).lightningAddress, QStringLiteral("alice@127.0.0.1:8080"));
}

void TestSignIn::dueDecayIsTakenBeforeLastSeenMoves()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(1), 12);
    house.clock.advance(days(35));
    const SignIn::SignedIn in =
        house.signIn.verify(parsed(house.answer(secretOf(1), house.signIn.challenge().nonce)));
    QCOMPARE(in.identity.score, 7);
    QCOMPARE(in.identity.storedScore, 7);
    QCOMPARE(in.identity.tier, Tier::New);
    QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::Read);
    QCOMPARE(house.history(keyOf(1)).front().why, QStringLiteral("decay"));
}

QTEST_GUILESS_MAIN(TestSignIn)
#include "tst_SignIn.moc"
