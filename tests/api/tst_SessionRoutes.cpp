// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/JsonNumber.h"
#include "core/lightning/Bolt11.h"
#include "core/lightning/Macaroon.h"
#include "tests/api/Customer.h"

#include <QTest>

using namespace tower;

/// Sessions over HTTP, from the deposit to the withdrawal.
class TestSessionRoutes : public QObject
{
    Q_OBJECT

private slots:
    void opens_data() { TestDatabase::engineRows(); }
    void opens();
    void refusesDeposits();
    void unknownSessions_data() { TestDatabase::engineRows(); }
    void unknownSessions();
    void answersAndDebits_data() { TestDatabase::engineRows(); }
    void answersAndDebits();
    void rejectedAndFailed_data() { TestDatabase::engineRows(); }
    void rejectedAndFailed();
    void freeForTheTrusted();
    void needsItsMacaroon();
    void tooLittle_data() { TestDatabase::engineRows(); }
    void tooLittle();
    void topUp_data() { TestDatabase::engineRows(); }
    void topUp();
    void withdraw_data() { TestDatabase::engineRows(); }
    void withdraw();
    void expires();
    void operatorCloses_data() { TestDatabase::engineRows(); }
    void operatorCloses();
};

void TestSessionRoutes::opens()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = api.say("/api/sessions", {{"amount_sats", 500}}, "X-Nostr-Token", api.tokenOf(1, 10));
    QCOMPARE(made.status, 201);
    QCOMPARE(made.text("state"), QStringLiteral("awaiting_payment"));
    QCOMPARE(made.text("trust_tier"), QStringLiteral("established"));
    QCOMPARE(made.sats("invoice.amountSats"), Sats(500));
    const Bolt11 invoice = decodeBolt11(made.at("invoice.paymentRequest").toString());
    QCOMPARE(invoice.amount, std::optional(Msat(500'000)));
    QCOMPARE(invoice.paymentHash.text(), made.at("invoice.paymentHash").toString());
    QVERIFY(made.at("macaroon").isUndefined());
    QVERIFY(fromIso(made.text("expiresAt")) > std::optional(api.clock.now()));
    QCOMPARE(made.at("stubMode").toBool(), true);
    const QByteArray path = "/api/sessions/" + made.text("sessionId").toLatin1();
    QCOMPARE(api.ask({.target = path}).body, made.body);

    QCOMPARE(api.pay(made, "invoice").status, 200);
    const Answer active = api.ask({.target = path});
    QCOMPARE(active.text("state"), QStringLiteral("active"));
    QCOMPARE(active.sats("balanceSats"), Sats(500));
    QCOMPARE(active.sats("reservedSats"), Sats(0));
    QCOMPARE(active.at("requests").toInteger(), 0);
    QCOMPARE(fromIso(active.text("expiresAt")), std::optional(api.clock.now() + seconds(24 * 3'600)));
    QVERIFY(active.at("invoice").isUndefined());
    QVERIFY(Macaroon::decode(active.text("macaroon").toLatin1()));
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::refusesDeposits()
{
    ApiFixture api(QStringLiteral("sqlite"));
    for (const QJsonValue &amount : {QJsonValue(99), QJsonValue(10'001), QJsonValue(0), QJsonValue(-100),
                                     QJsonValue(100.5), QJsonValue("500"), QJsonValue()}) {
        const Answer refused = api.say("/api/sessions", {{"amount_sats", amount}});
        QCOMPARE(refused.brief(), QByteArray("400 invalid_request amount_sats"));
    }
    const QString says = api.say("/api/sessions", {{"amount_sats", 99}}).text("error");
    QVERIFY2(says.contains(u"100") && says.contains(QRegularExpression("10.?000")), qPrintable(says));
    QCOMPARE(api.say("/api/sessions", {{"amount_sats", 500}, {"nostr_token", "forged"}}).brief(),
             QByteArray("401 invalid_token"));
    QCOMPARE(api.get("/api/admin/sessions").items().size(), 0);
}

void TestSessionRoutes::unknownSessions()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const QByteArray token = "Bearer x";
    for (const char *id : {"00000000-0000-4000-8000-000000000000", "x", "%F0%9F%98%80"}) {
        const QByteArray path = QByteArray("/api/sessions/") + id;
        const auto post = [&](const char *what, const QJsonObject &body) {
            return api.say(path + what, body, "Authorization", token).brief();
        };
        QCOMPARE(api.ask({.target = path}).brief(), QByteArray("404 session_not_found"));
        QCOMPARE(post("/request", {{"request", "hello"}}), QByteArray("404 session_not_found"));
        QCOMPARE(post("/topup", {{"amount_sats", 500}}), QByteArray("404 session_not_found"));
        QCOMPARE(post("/withdraw", {{"bolt11", api.foreignInvoice(Sats(5))}}),
                 QByteArray("404 session_not_found"));
        QCOMPARE(api.post("/api/admin/sessions/" + QByteArray(id) + "/close", QJsonObject()).brief(),
                 QByteArray("404 session_not_found"));
    }
}

void TestSessionRoutes::answersAndDebits()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api);
    const Answer answer = customer.ask(QStringLiteral("hello"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.text("state"), QStringLiteral("complete"));
    QVERIFY(answer.text("result").endsWith(u"hello"));
    const Sats debited = answer.sats("debitedSats");
    QVERIFY(debited > Sats(0) && debited <= Sats(39));
    QCOMPARE(answer.sats("costLedger.actualAmountSats"), debited);
    QCOMPARE(answer.sats("balanceRemaining"), Sats(1'000) - debited);
    QCOMPARE(answer.at("free_tier").toBool(true), false);
    QCOMPARE(answer.sats("absorbed_sats"), Sats(0));
    QCOMPARE(answer.at("costLedger.refundState").isNull(), true);
    QCOMPARE(answer.text("trust_tier"), QStringLiteral("anonymous"));
    const Answer after = customer.look();
    QCOMPARE(after.sats("balanceSats"), Sats(1'000) - debited);
    QCOMPARE(after.sats("reservedSats"), Sats(0));
    QCOMPARE(after.at("requests").toInteger(), 1);
    QVERIFY(api.booksAgree());

    for (const QJsonValue &request :
         {QJsonValue(""), QJsonValue(QString(501, u'x')), QJsonValue(5), QJsonValue()})
        QCOMPARE(customer.post("/request", {{"request", request}}).brief(),
                 QByteArray("400 invalid_request request"));
    QCOMPARE(customer.look().body, after.body);
}

void TestSessionRoutes::rejectedAndFailed()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api, 1'000, api.tokenOf(1, 9));
    const Answer rejected = customer.ask(QStringLiteral("[[reject]]"));
    QCOMPARE(rejected.status, 200);
    QCOMPARE(rejected.text("state"), QStringLiteral("rejected"));
    QCOMPARE(rejected.text("reason"), QStringLiteral("The request holds [[reject]]."));
    QCOMPARE(rejected.at("result").isNull(), true);
    QVERIFY(rejected.sats("debitedSats") > Sats(0));
    QCOMPARE(rejected.sats("balanceRemaining"), Sats(1'000) - rejected.sats("debitedSats"));
    QCOMPARE(api.identities.find(testPubKey(1))->score, 4);

    const Answer failed = customer.ask(QStringLiteral("[[fail]]"));
    QCOMPARE(failed.status, 200);
    QCOMPARE(failed.text("state"), QStringLiteral("failed"));
    QCOMPARE(failed.text("errorMessage"), QStringLiteral("The request holds [[fail]]."));
    QCOMPARE(failed.sats("debitedSats"), Sats(0));
    QCOMPARE(failed.sats("balanceRemaining"), rejected.sats("balanceRemaining"));
    QCOMPARE(customer.look().sats("reservedSats"), Sats(0));
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::freeForTheTrusted()
{
    ApiFixture api(QStringLiteral("sqlite"));
    Customer customer(api, 1'000, api.tokenOf(1, 60));
    const Answer answer = customer.ask(QStringLiteral("hello"));
    QCOMPARE(answer.at("free_tier").toBool(), true);
    QCOMPARE(answer.sats("debitedSats"), Sats(0));
    QCOMPARE(answer.sats("absorbed_sats"), answer.sats("costLedger.actualAmountSats"));
    QCOMPARE(answer.sats("balanceRemaining"), Sats(1'000));
    QCOMPARE(answer.text("trust_tier"), QStringLiteral("trusted"));
    QCOMPARE(api.get("/api/admin/pool/grants").items().at(0)["ref"].toString(),
             QStringLiteral("request:") + answer.text("requestId"));
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::needsItsMacaroon()
{
    ApiFixture api(QStringLiteral("sqlite"));
    Customer customer(api);
    Customer other(api);
    const QByteArray target = customer.path() + "/request";
    const auto ask = [&](const QByteArray &authorization) {
        return api.say(target, {{"request", "hello"}}, "Authorization", authorization);
    };
    const Answer none = api.say(target, {{"request", "hello"}});
    QCOMPARE(none.brief(), QByteArray("401 macaroon_required"));
    QVERIFY(!none.headers.value("www-authenticate").isEmpty());
    for (const QByteArray &wrong :
         {other.bearer(), customer.bearer().chopped(2), QByteArray("Bearer x"), "Bearer " + api.adminToken,
          QByteArray("Basic eDp5"), QByteArray("L402 :")}) {
        const Answer refused = ask(wrong);
        QCOMPARE(refused.status, 401);
        QVERIFY(!refused.headers.value("www-authenticate").isEmpty());
    }
    for (const char *what : {"/topup", "/withdraw"})
        QCOMPARE(api.say(customer.path() + what, {{"amount_sats", 500}, {"bolt11", "x"}}).status, 401);
    QCOMPARE(customer.look().sats("balanceSats"), Sats(1'000));

    QCOMPARE(ask("L402 " + customer.macaroon() + ':' + QByteArray(64, '0')).status, 200);
    Macaroon narrower = *Macaroon::decode(customer.macaroon());
    narrower.add("max_sats_per_request = 1");
    const QByteArray narrowed = "Bearer " + narrower.encode();
    QCOMPARE(ask(narrowed).status, 403);
    const Answer topUp =
        api.say(customer.path() + "/topup", {{"amount_sats", 500}}, "Authorization", narrowed);
    QCOMPARE("Bearer " + topUp.at("macaroon").toString().toLatin1(), narrowed); // and not the whole one
    QCOMPARE(api.say(customer.path() + "/withdraw", {{"bolt11", "lnbc1"}}, "Authorization", narrowed).brief(),
             QByteArray("403 macaroon_narrowed"));
    narrower.add("day = friday");
    QCOMPARE(ask("Bearer " + narrower.encode()).status, 401);
}

void TestSessionRoutes::tooLittle()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, spendAll());
    Customer customer(api, 100);
    QCOMPARE(customer.ask(QStringLiteral("hello")).status, 200);
    QCOMPARE(customer.ask(QStringLiteral("hello")).status, 200);
    const Answer before = customer.look();
    const Answer refused = customer.ask(QStringLiteral("hello"));
    QCOMPARE(refused.brief(), QByteArray("402 payment_required"));
    QCOMPARE(refused.sats("balanceSats"), before.sats("balanceSats"));
    QCOMPARE(refused.sats("neededSats"), Sats(39));
    QVERIFY(refused.sats("topupInvoice.amountSats") >= Sats(39) - before.sats("balanceSats"));
    const QByteArray challenge = refused.headers.value("www-authenticate");
    QCOMPARE(challenge, "L402 version=\"0\", token=\"" + customer.macaroon() + "\", macaroon=\"" +
                            customer.macaroon() + "\", invoice=\"" +
                            refused.at("topupInvoice.paymentRequest").toString().toLatin1() + '"');
    QCOMPARE(customer.look().at("topupInvoice").toObject(), refused.at("topupInvoice").toObject());

    QCOMPARE(api.pay(refused, "topupInvoice").status, 200);
    QCOMPARE(customer.look().sats("balanceSats"),
             before.sats("balanceSats") + refused.sats("topupInvoice.amountSats"));
    QCOMPARE(customer.ask(QStringLiteral("hello")).status, 200);
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::topUp()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api);
    for (const int amount : {99, 10'001, -1})
        QCOMPARE(customer.post("/topup", {{"amount_sats", amount}}).brief(),
                 QByteArray("400 invalid_request amount_sats"));
    api.clock.advance(seconds(3'600));
    const Answer offered = customer.post("/topup", {{"amount_sats", 200}});
    QCOMPARE(offered.status, 200);
    QCOMPARE(offered.sats("invoice.amountSats"), Sats(200));
    QCOMPARE(offered.sats("balanceSats"), Sats(1'000));
    QCOMPARE(customer.look().at("topupInvoice").toObject(), offered.at("invoice").toObject());
    for (int i = 0; i < 3; ++i)
        QCOMPARE(api.pay(offered, "invoice").status, 200);
    const Answer after = customer.look();
    QCOMPARE(after.sats("balanceSats"), Sats(1'200));
    QVERIFY(after.at("topupInvoice").isUndefined());
    QCOMPARE(fromIso(after.text("expiresAt")), std::optional(api.clock.now() + seconds(24 * 3'600)));
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::withdraw()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api);
    const Sats left = customer.ask(QStringLiteral("hello")).sats("balanceRemaining");
    const auto withdraw = [&](const QString &bolt11) {
        return customer.post("/withdraw", {{"bolt11", bolt11}});
    };
    for (const Sats other : {left - Sats(1), left + Sats(1)})
        QCOMPARE(withdraw(api.foreignInvoice(other)).text("field"), QStringLiteral("bolt11"));
    QCOMPARE(withdraw(QStringLiteral("lntbs1nonsense")).text("field"), QStringLiteral("bolt11"));
    QCOMPARE(customer.post("/withdraw", QJsonObject()).text("field"), QStringLiteral("bolt11"));
    QCOMPARE(customer.look().sats("balanceSats"), left);

    const QString invoice = api.foreignInvoice(left);
    const Answer paid = withdraw(invoice);
    QCOMPARE(paid.status, 200);
    QCOMPARE(paid.text("state"), QStringLiteral("closed"));
    QCOMPARE(paid.sats("balanceSats"), Sats(0));
    QCOMPARE(paid.at("withdrawal").toObject(),
             QJsonObject({{"amountSats", jsonNumber(left)}, {"state", "paid"}}));
    const QByteArray state = api.state();
    QCOMPARE(withdraw(invoice).at("withdrawal.state").toString(), QStringLiteral("paid"));
    QCOMPARE(withdraw(api.foreignInvoice(left)).brief(), QByteArray("409 nothing_to_withdraw"));
    QCOMPARE(customer.ask(QStringLiteral("hello")).brief(), QByteArray("409 session_not_active"));
    QCOMPARE(api.state(), state);
    QVERIFY(api.booksAgree());
}

void TestSessionRoutes::expires()
{
    ApiFixture api(QStringLiteral("sqlite"));
    Customer customer(api);
    api.clock.advance(seconds(24 * 3'600));
    QCOMPARE(customer.ask(QStringLiteral("hello")).brief(), QByteArray("410 session_expired"));
    QCOMPARE(customer.look().text("state"), QStringLiteral("expired"));
    // The balance stays the customer's.
    const Answer paid = customer.post("/withdraw", {{"bolt11", api.foreignInvoice(Sats(1'000))}});
    QCOMPARE(paid.at("withdrawal.state").toString(), QStringLiteral("paid"));
}

void TestSessionRoutes::operatorCloses()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api);
    const QByteArray id = customer.path().mid(QByteArray("/api/sessions/").size());
    const QByteArray target = "/api/admin/sessions/" + id + "/close";
    QCOMPARE(api.say(target, {{"reason", "abuse"}}).brief(), QByteArray("401 admin_required"));
    const Answer closed = api.post(target, {{"reason", "abuse"}});
    QCOMPARE(closed.text("state"), QStringLiteral("closed"));
    QCOMPARE(closed.sats("balanceSats"), Sats(1'000));
    QCOMPARE(closed.sats("depositedSats"), Sats(1'000));
    const QJsonObject row = api.get("/api/admin/activity?limit=1").items().at(0).toObject();
    QCOMPARE(row.value("reason").toString(), QStringLiteral("abuse"));
    QCOMPARE(row.value("subject").toString().toLatin1(), id);
    QCOMPARE(api.post(target, QJsonObject()).status, 409);
    QCOMPARE(customer.ask(QStringLiteral("hello")).brief(), QByteArray("409 session_not_active"));
    QCOMPARE(customer.post("/withdraw", {{"bolt11", api.foreignInvoice(Sats(1'000))}})
                 .at("withdrawal.state")
                 .toString(),
             QStringLiteral("paid"));
}

QTEST_GUILESS_MAIN(TestSessionRoutes)
#include "tst_SessionRoutes.moc"
