// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/JsonNumber.h"
#include "core/lightning/Bolt11.h"
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QTest>

using namespace tower;

namespace {

QByteArray pathOf(const Answer &job)
{
    return "/api/jobs/" + job.text("jobId").toLatin1();
}

Answer refund(ApiFixture &api, const Answer &job, const QJsonValue &bolt11)
{
    return api.say(pathOf(job) + "/refund", {{"bolt11", bolt11}});
}

} // namespace

/// Jobs over HTTP, from the evaluation fee to the refund.
class TestJobRoutes : public QObject
{
    Q_OBJECT

private slots:
    void paidFromEndToEnd_data() { TestDatabase::engineRows(); }
    void paidFromEndToEnd();
    void refusesAtOnce();
    void unknownJobs_data() { TestDatabase::engineRows(); }
    void unknownJobs();
    void rejected_data() { TestDatabase::engineRows(); }
    void rejected();
    void workThatFails_data() { TestDatabase::engineRows(); }
    void workThatFails();
    void evaluationThatFails();
    void freeForTheTrusted_data() { TestDatabase::engineRows(); }
    void freeForTheTrusted();
    void partlyFree_data() { TestDatabase::engineRows(); }
    void partlyFree();
    void refundIsPaidOnce_data() { TestDatabase::engineRows(); }
    void refundIsPaidOnce();
    void refundThatDoesNotArrive();
    void expires_data() { TestDatabase::engineRows(); }
    void expires();
    void aHundredPollsStartItOnce_data() { TestDatabase::engineRows(); }
    void aHundredPollsStartItOnce();
    void tierIsAfterDecay();
    void walletThatCannotBeReached();
    void creatingIsLimited();
};

void TestJobRoutes::paidFromEndToEnd()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = api.say("/api/jobs", {{"request", "hello"}});
    QCOMPARE(made.status, 201);
    QCOMPARE(made.text("id"), made.text("jobId"));
    QCOMPARE(made.text("state"), QStringLiteral("awaiting_eval_payment"));
    QCOMPARE(made.text("trust_tier"), QStringLiteral("anonymous"));
    QCOMPARE(made.at("stubMode").toBool(), true);
    QCOMPARE(made.at("free_tier").toBool(true), false);
    QCOMPARE(fromIso(made.text("createdAt")), std::optional(api.clock.now()));
    QCOMPARE(made.sats("evalInvoice.amountSats"), Sats(10));
    const Bolt11 invoice = decodeBolt11(made.at("evalInvoice.paymentRequest").toString());
    QCOMPARE(prefixOf(invoice.network), QStringLiteral("lntbs"));
    QCOMPARE(invoice.amount, std::optional(Msat(10'000)));
    QCOMPARE(invoice.paymentHash.text(), made.at("evalInvoice.paymentHash").toString());
    QCOMPARE(api.ask({.target = pathOf(made)}).body, made.body);

    QCOMPARE(api.pay(made, "evalInvoice").status, 200);
    const Answer priced = api.settledJob(made.text("jobId").toLatin1());
    QCOMPARE(priced.text("state"), QStringLiteral("awaiting_work_payment"));
    QVERIFY(priced.at("evalInvoice").isUndefined());
    QCOMPARE(priced.at("pricingBreakdown").toObject(), QJsonObject({{"estimatedCostUsd", 0.038649},
                                                                    {"marginPct", 40},
                                                                    {"btcPriceUsd", 100'000},
                                                                    {"btcPriceSource", "fallback"},
                                                                    {"estimatedInputTokens", 202},
                                                                    {"estimatedOutputTokens", 200},
                                                                    {"amountSats", 39}}));
    QCOMPARE(priced.sats("workInvoice.amountSats"), Sats(39));
    QCOMPARE(decodeBolt11(priced.at("workInvoice.paymentRequest").toString()).amount,
             std::optional(Msat(39'000)));
    QVERIFY(priced.at("costLedger").isUndefined());

    QCOMPARE(api.pay(priced, "workInvoice").status, 200);
    const Answer done = api.settledJob(made.text("jobId").toLatin1());
    QCOMPARE(done.text("state"), QStringLiteral("complete"));
    QVERIFY(done.text("result").endsWith(u"hello"));
    QVERIFY(done.at("workInvoice").isUndefined());
    QCOMPARE(fromIso(done.text("finishedAt")), std::optional(api.clock.now()));
    QCOMPARE(done.at("costLedger.totalTokens").toInteger(),
             done.at("costLedger.actualInputTokens").toInteger() +
                 done.at("costLedger.actualOutputTokens").toInteger());
    QVERIFY(done.at("costLedger.actualCostUsd").toDouble() > 0.024 * 1.4);
    const Sats actual = done.sats("costLedger.actualAmountSats");
    QVERIFY(actual > Sats(0) && actual < Sats(39));
    QCOMPARE(done.sats("costLedger.refundAmountSats"), Sats(39) - actual);
    QCOMPARE(done.at("costLedger.refundState").toString(), QStringLiteral("pending"));
    QCOMPARE(done.sats("costLedger.absorbedSats"), Sats(0));
    QCOMPARE(done.sats("refund.amountSats"), Sats(39) - actual);
    QCOMPARE(done.at("refund.state").toString(), QStringLiteral("pending"));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::refusesAtOnce()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const auto brief = [&](const QByteArray &body) {
        return api.ask({.method = "POST", .target = "/api/jobs", .body = body}).brief();
    };
    for (const QByteArray &body :
         {QByteArray("{}"), QByteArray(R"({"request":""})"), QByteArray(R"({"request":"  \n"})"),
          QByteArray(R"({"request":5})"), QByteArray(R"({"request":null})"),
          QByteArray(R"({"request":"a\u0000b"})"), "{\"request\":\"" + QByteArray(501, 'x') + "\"}"})
        QCOMPARE(brief(body), QByteArray("400 invalid_request request"));
    for (const QByteArray &body : {QByteArray("[]"), QByteArray("{"), QByteArray("\"request\"")})
        QCOMPARE(brief(body), QByteArray("400 invalid_request body"));
    QCOMPARE(brief(R"({"request":"hello","nostr_token":"forged"})"), QByteArray("401 invalid_token"));
    QCOMPARE(brief(R"({"request":"hello","nostr_token":7})"), QByteArray("401 invalid_token"));
    const Answer unauthorized = api.say("/api/jobs", {{"request", "hello"}}, "X-Nostr-Token", "forged");
    QCOMPARE(unauthorized.text("error"), QStringLiteral("Invalid or expired nostr_token"));
    QCOMPARE(unauthorized.headers.value("www-authenticate"), QByteArray("Bearer"));
    const Ask text{.method = "POST", .target = "/api/jobs", .body = R"({"request":"hello"})"};
    QCOMPARE(api.ask(text.with("Content-Type", "text/plain")).status, 415);
    QCOMPARE(api.get("/api/admin/jobs").items().size(), 0);
}

void TestJobRoutes::unknownJobs()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    for (const char *id : {"00000000-0000-4000-8000-000000000000", "x", "%F0%9F%98%80"}) {
        QCOMPARE(api.ask({.target = QByteArray("/api/jobs/") + id}).brief(), QByteArray("404 job_not_found"));
        QCOMPARE(
            api.say(QByteArray("/api/jobs/") + id + "/refund", {{"bolt11", api.foreignInvoice(Sats(10))}})
                .brief(),
            QByteArray("404 job_not_found"));
    }
}

void TestJobRoutes::rejected()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const QByteArray token = api.tokenOf(1, 60);
    const Answer job = api.evaluatedJob(QStringLiteral("please [[reject]] me"), token);
    QCOMPARE(job.text("state"), QStringLiteral("rejected"));
    QCOMPARE(job.text("reason"), QStringLiteral("The request holds [[reject]]."));
    for (const char *absent : {"workInvoice", "result", "errorMessage", "refund", "pricingBreakdown"})
        QVERIFY2(job.at(absent).isUndefined(), absent);
    QCOMPARE(api.identities.find(testPubKey(1))->score, 55);
    QCOMPARE(api.ledger.balance(Account::revenue()), Sats(10));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::workThatFails()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer job = api.finishedJob(QStringLiteral("please [[fail]]"));
    QCOMPARE(job.text("state"), QStringLiteral("failed"));
    QCOMPARE(job.text("errorMessage"), QStringLiteral("The request holds [[fail]]."));
    QVERIFY(job.at("result").isUndefined());
    QCOMPARE(job.sats("refund.amountSats"), job.sats("pricingBreakdown.amountSats"));
    QCOMPARE(job.at("refund.state").toString(), QStringLiteral("pending"));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::evaluationThatFails()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer job = api.evaluatedJob(QStringLiteral("[[undecided]]"));
    QCOMPARE(job.text("state"), QStringLiteral("failed"));
    QVERIFY(!job.text("errorMessage").isEmpty());
    QCOMPARE(job.sats("refund.amountSats"), Sats(10));
    QCOMPARE(refund(api, job, api.foreignInvoice(Sats(10))).at("refund.state").toString(),
             QStringLiteral("paid"));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::freeForTheTrusted()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const QByteArray token = api.tokenOf(1, 60);
    const Answer job = api.evaluatedJob(QStringLiteral("hello"), token);
    QCOMPARE(job.text("state"), QStringLiteral("complete"));
    QCOMPARE(job.text("trust_tier"), QStringLiteral("trusted"));
    QCOMPARE(job.at("free_tier").toBool(), true);
    QCOMPARE(job.sats("absorbed_sats"), job.sats("costLedger.actualAmountSats"));
    QCOMPARE(job.sats("costLedger.absorbedSats"), job.sats("absorbed_sats"));
    QCOMPARE(job.sats("costLedger.refundAmountSats"), Sats(0));
    QCOMPARE(job.at("costLedger.refundState").isNull(), true);
    QVERIFY(job.at("refund").isUndefined());
    QCOMPARE(api.identities.find(testPubKey(1))->satsAbsorbedToday, job.sats("absorbed_sats"));
    QCOMPARE(api.identities.find(testPubKey(1))->score, 62);
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::partlyFree()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, {{QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), QStringLiteral("20")}});
    // The token in the body this time.
    const QString token = QString::fromLatin1(api.tokenOf(1, 10));
    const Answer made = api.say("/api/jobs", {{"request", "hello"}, {"nostr_token", token}});
    QCOMPARE(made.text("trust_tier"), QStringLiteral("established"));
    api.pay(made, "evalInvoice");
    const Answer priced = api.settledJob(made.text("jobId").toLatin1());
    QCOMPARE(priced.sats("pricingBreakdown.amountSats"), Sats(39));
    QCOMPARE(priced.sats("workInvoice.amountSats"), Sats(19));
    QCOMPARE(priced.at("free_tier").toBool(), true);
    QCOMPARE(priced.sats("absorbed_sats"), Sats(20));
    api.pay(priced, "workInvoice");
    const Answer done = api.settledJob(made.text("jobId").toLatin1());
    const Sats actual = done.sats("costLedger.actualAmountSats");
    QVERIFY(actual > Sats(20));
    QCOMPARE(done.sats("absorbed_sats"), Sats(20));
    QCOMPARE(done.sats("refund.amountSats"), Sats(19) - (actual - Sats(20)));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::refundIsPaidOnce()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer failed = api.finishedJob(QStringLiteral("[[fail]]"));
    const Sats owed = failed.sats("refund.amountSats");
    const QByteArray before = api.state();
    for (const Sats other : {owed - Sats(1), owed + Sats(1)})
        QCOMPARE(refund(api, failed, api.foreignInvoice(other)).brief(),
                 QByteArray("400 invalid_invoice bolt11"));
    for (const QJsonValue &no : {QJsonValue("lntbs1nonsense"), QJsonValue(""), QJsonValue(5), QJsonValue()})
        QCOMPARE(refund(api, failed, no).text("field"), QStringLiteral("bolt11"));
    QCOMPARE(api.state(), before);

    const QString invoice = api.foreignInvoice(owed);
    const Answer paid = refund(api, failed, invoice);
    QCOMPARE(paid.status, 200);
    QCOMPARE(paid.at("refund").toObject(),
             QJsonObject({{"amountSats", jsonNumber(owed)}, {"state", "paid"}}));
    QCOMPARE(paid.text("state"), QStringLiteral("failed"));
    const QByteArray after = api.state();
    QCOMPARE(refund(api, failed, invoice).at("refund.state").toString(), QStringLiteral("paid"));
    QCOMPARE(refund(api, failed, api.foreignInvoice(owed)).brief(), QByteArray("409 nothing_owed"));
    QCOMPARE(api.state(), after);

    const Answer waiting = api.say("/api/jobs", {{"request", "hello"}});
    QCOMPARE(refund(api, waiting, api.foreignInvoice(Sats(10))).brief(), QByteArray("409 nothing_owed"));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::refundThatDoesNotArrive()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer failed = api.finishedJob(QStringLiteral("[[fail]]"));
    const Sats owed = failed.sats("refund.amountSats");
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::PayPending);
    const QString invoice = api.foreignInvoice(owed);
    QCOMPARE(refund(api, failed, invoice).at("refund.state").toString(), QStringLiteral("paying"));
    QCOMPARE(refund(api, failed, api.foreignInvoice(owed)).brief(), QByteArray("409 refund_in_progress"));
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::expires()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer unpaid = api.say("/api/jobs", {{"request", "hello"}});
    const Answer priced = api.evaluatedJob(QStringLiteral("hello"));
    api.clock.advance(Invoices::lifetime + seconds(1));
    for (const Answer &job : {unpaid, priced}) {
        const Answer now = api.ask({.target = pathOf(job)});
        QCOMPARE(now.text("state"), QStringLiteral("expired"));
        for (const char *absent : {"evalInvoice", "workInvoice", "refund"})
            QVERIFY2(now.at(absent).isUndefined(), absent);
    }
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::aHundredPollsStartItOnce()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = api.say("/api/jobs", {{"request", "hello"}}, "X-Nostr-Token", api.tokenOf(1, 60));
    // Paid behind the tower's back: the polls find it.
    const QByteArray hash = made.at("evalInvoice.paymentHash").toString().toLatin1();
    api.wallet.payInvoice(*PaymentHash::fromHex(QByteArrayView(hash)));
    std::vector<std::unique_ptr<OpenCall>> calls;
    for (int i = 0; i < 100; ++i)
        calls.push_back(std::make_unique<OpenCall>(api.port(), Ask{.target = pathOf(made)}));
    for (const auto &call : calls)
        QCOMPARE(call->answer().status, 200);
    QCOMPARE(api.settledJob(made.text("jobId").toLatin1()).text("state"), QStringLiteral("complete"));
    QCOMPARE(api.identities.find(testPubKey(1))->interactionCount, 1);
    QCOMPARE(api.get("/api/admin/pool/grants").items().size(), 1);
    QVERIFY(api.booksAgree());
}

void TestJobRoutes::tierIsAfterDecay()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = api.say("/api/jobs", {{"request", "hello"}}, "X-Nostr-Token", api.tokenOf(1, 50));
    QCOMPARE(made.text("trust_tier"), QStringLiteral("trusted"));
    api.clock.advance(days(31));
    QCOMPARE(api.ask({.target = pathOf(made)}).text("trust_tier"), QStringLiteral("established"));
}

void TestJobRoutes::walletThatCannotBeReached()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = api.say("/api/jobs", {{"request", "hello"}});
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
    QCOMPARE(api.say("/api/jobs", {{"request", "hello"}}).brief(), QByteArray("503 wallet_unavailable"));
    QCOMPARE(api.ask({.target = pathOf(made)}).text("state"), QStringLiteral("awaiting_eval_payment"));
    const Answer report = api.get("/api/admin/reconcile");
    QCOMPARE(report.at("ok").toBool(), true);
    QVERIFY(report.body.contains("nknown"));
}

void TestJobRoutes::creatingIsLimited()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("RATE_LIMIT_CREATE_PER_MIN"), QStringLiteral("2")}});
    const Answer made = api.say("/api/jobs", {{"request", "hello"}});
    QCOMPARE(api.say("/api/sessions", {{"amount_sats", 500}}).status, 201);
    const Answer refused = api.say("/api/jobs", {{"request", "hello"}});
    QCOMPARE(refused.status, 429);
    QVERIFY(refused.headers.value("retry-after").toInt() >= 1);
    QCOMPARE(api.ask({.target = pathOf(made)}).status, 200);
}

QTEST_GUILESS_MAIN(TestJobRoutes)
#include "tst_JobRoutes.moc"
