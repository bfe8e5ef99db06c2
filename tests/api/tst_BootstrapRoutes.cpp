// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Bolt11.h"
#include "tests/api/NodeOrders.h"

#include <QTest>

using namespace tower;

namespace {

Answer refund(ApiFixture &api, const Answer &node, const QJsonValue &bolt11)
{
    return api.say(pathOf(node) + "/refund", {{"bolt11", bolt11}});
}

QStringList textsOf(const QJsonValue &array)
{
    QStringList out;
    for (const QJsonValue &text : array.toArray())
        out << text.toString();
    return out;
}

/// What does not belong to the state is left out.
void hasNone(const Answer &node, const QStringList &names)
{
    for (const QString &name : names)
        QVERIFY2(node.at(name).isUndefined(), qPrintable(name));
}

} // namespace

/// Nodes as their customers order and follow them.
class TestBootstrapRoutes : public QObject
{
    Q_OBJECT

private slots:
    void orders_data() { TestDatabase::engineRows(); }
    void orders();
    void ordersWithoutABody();
    void refusesBadOrders();
    void unknownNodes_data() { TestDatabase::engineRows(); }
    void unknownNodes();
    void isMade_data() { TestDatabase::engineRows(); }
    void isMade();
    void showsItsProgress();
    void fails_data() { TestDatabase::engineRows(); }
    void fails();
    void refundThatDoesNotArrive();
    void refundAddressIsPaidByItself_data() { TestDatabase::engineRows(); }
    void refundAddressIsPaidByItself();
    void overpaidIsOwedBack();
    void lapsesUnpaid_data() { TestDatabase::engineRows(); }
    void lapsesUnpaid();
    void aHundredPollsMakeOneNode_data() { TestDatabase::engineRows(); }
    void aHundredPollsMakeOneNode();
    void walletThatCannotBeReached();
    void orderingIsLimited();
};

void TestBootstrapRoutes::orders()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, {{QStringLiteral("BOOTSTRAP_FEE_SATS"), QStringLiteral("1234")}});
    const QByteArray token = api.tokenOf(1);
    const Answer made = api.say("/api/bootstrap", withOwnKey(), "X-Nostr-Token", token);
    QCOMPARE(made.status, 201);
    QCOMPARE(made.text("state"), QStringLiteral("awaiting_payment"));
    QCOMPARE(made.sats("amountSats"), Sats(1'234));
    QCOMPARE(made.at("stubMode").toBool(), true);
    QCOMPARE(fromIso(made.text("createdAt")), std::optional(api.clock.now()));
    QVERIFY(made.text("deliveryToken").size() >= 32);
    QCOMPARE(made.sats("invoice.amountSats"), Sats(1'234));
    const Bolt11 invoice = decodeBolt11(made.at("invoice.paymentRequest").toString());
    QCOMPARE(invoice.amount, std::optional(Msat(1'234'000)));
    QCOMPARE(invoice.paymentHash.text(), made.at("invoice.paymentHash").toString());
    QVERIFY(invoice.description.contains(made.text("bootstrapJobId")));
    QVERIFY(made.text("message").contains(QStringLiteral("POST /api/dev/stub/pay/") +
                                          made.at("invoice.paymentHash").toString()));

    const Answer waiting = api.ask({.target = pathOf(made)});
    QCOMPARE(waiting.status, 200);
    QCOMPARE(waiting.text("state"), QStringLiteral("awaiting_payment"));
    QCOMPARE(waiting.text("message"), QStringLiteral("Waiting for Lightning payment"));
    QCOMPARE(waiting.at("invoice"), made.at("invoice"));
    hasNone(waiting, {"deliveryToken", "progress", "credentials", "nextSteps", "errorMessage", "refund",
                      "paidAt", "readyAt", "leaseSecs"});
    QCOMPARE(api.bootstrap.find(made.text("bootstrapJobId"))->pubkey, std::optional(testPubKey(1)));

    const Answer other = api.orderedNode({{"nostr_token", QString::fromLatin1(api.tokenOf(2))}});
    QCOMPARE(api.bootstrap.find(other.text("bootstrapJobId"))->pubkey, std::optional(testPubKey(2)));
    QVERIFY(other.text("deliveryToken") != made.text("deliveryToken"));
}

void TestBootstrapRoutes::ordersWithoutABody()
{
    ApiFixture api(QStringLiteral("sqlite"));
    for (const QByteArray &body : {QByteArray(), QByteArray("{}"), QByteArray(R"({"sshPublicKey":null})"),
                                   QByteArray(R"({"sshPublicKey":"","refundAddress":"","more":1})")}) {
        const Answer made = api.ask({.method = "POST", .target = "/api/bootstrap", .body = body});
        QCOMPARE(made.status, 201);
        QCOMPARE(made.sats("amountSats"), Sats(10'000));
        const std::optional<BootstrapJob> job = api.bootstrap.find(made.text("bootstrapJobId"));
        QCOMPARE(job->ownKey, false);
        QCOMPARE(job->pubkey, std::nullopt);
    }
}

void TestBootstrapRoutes::refusesBadOrders()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const auto brief = [&](const QByteArray &body) {
        return api.ask({.method = "POST", .target = "/api/bootstrap", .body = body}).brief();
    };
    for (const QByteArray &key : {QByteArray(R"("ssh-ed25519")"), QByteArray(R"("ssh-dss AAAA")"),
                                  QByteArray(R"("x\u0000y")"), QByteArray("5"), QByteArray("[]")})
        QCOMPARE(brief("{\"sshPublicKey\":" + key + '}'), QByteArray("400 invalid_request sshPublicKey"));
    for (const QByteArray &address : {QByteArray(R"("nobody")"), QByteArray(R"("a@b@c")"), QByteArray("5")})
        QCOMPARE(brief("{\"refundAddress\":" + address + '}'),
                 QByteArray("400 invalid_request refundAddress"));
    for (const QByteArray &body : {QByteArray("[]"), QByteArray("{"), QByteArray("\"x\"")})
        QCOMPARE(brief(body), QByteArray("400 invalid_request body"));
    QCOMPARE(brief(R"({"nostr_token":"forged"})"), QByteArray("401 invalid_token"));
    QCOMPARE(api.say("/api/bootstrap", {}, "X-Nostr-Token", "forged").brief(),
             QByteArray("401 invalid_token"));
    const Ask text{.method = "POST", .target = "/api/bootstrap", .body = "{}"};
    QCOMPARE(api.ask(text.with("Content-Type", "text/plain")).status, 415);
    QCOMPARE(api.get("/api/admin/bootstrap").items().size(), 0);
}

void TestBootstrapRoutes::unknownNodes()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const auto briefs = [&](const QByteArray &id) {
        const QByteArray path = "/api/bootstrap/" + id;
        return QByteArrayList{api.ask({.target = path}).brief(),
                              api.say(path + "/refund", {{"bolt11", api.foreignInvoice(Sats(10))}}).brief(),
                              api.say(path + "/redeliver", {{"deliveryToken", "x"}}).brief()};
    };
    const auto three = [](const QByteArray &brief) { return QByteArrayList{brief, brief, brief}; };
    QCOMPARE(briefs("00000000-0000-4000-8000-000000000000"), three("404 node_not_found"));
    for (const char *id : {"x", "%F0%9F%98%80", "00000000-0000-4000-8000-00000000000",
                           "%7B00000000-0000-4000-8000-000000000000%7D"})
        QCOMPARE(briefs(id), three("400 invalid_request id"));
    const Answer made = api.orderedNode();
    QCOMPARE(api.say(pathOf(made) + "/refund", {}).brief(), QByteArray("400 invalid_request bolt11"));
    QCOMPARE(api.say(pathOf(made) + "/redeliver", {}).brief(),
             QByteArray("400 invalid_request deliveryToken"));
    const Ask forged = Ask{.target = pathOf(made)}.with("X-Nostr-Token", "forged");
    QCOMPARE(api.ask(forged).brief(), QByteArray("401 invalid_token"));
}

void TestBootstrapRoutes::isMade()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, {{QStringLiteral("NODE_LEASE_SECS"), QStringLiteral("3600")}});
    const Answer made = api.orderedNode(withOwnKey());
    const Millis paidAt = api.clock.now();
    QCOMPARE(api.pay(made, "invoice").status, 200);
    // Paying answers once it is booked.
    QVERIFY(api.bootstrap.find(made.text("bootstrapJobId"))->state != BootstrapState::AwaitingPayment);
    QCOMPARE(api.ledger.balance(Account::wallet()), Sats(10'000));
    const QByteArray id = made.text("bootstrapJobId").toLatin1();
    QCOMPARE(api.settledNode(id).text("state"), QStringLiteral("ready"));

    const Answer ready = api.ask({.target = pathOf(made)});
    QCOMPARE(ready.status, 200);
    const std::optional<BootstrapJob> job = api.bootstrap.find(made.text("bootstrapJobId"));
    QCOMPARE(ready.at("stubMode").toBool(), true);
    QVERIFY(ready.text("message").contains(u"fake"));
    QCOMPARE(ready.at("credentials.nodeIp").toString(), job->nodeIp);
    QCOMPARE(ready.at("credentials.lnbitsUrl").toString(), job->lnbitsUrl);
    QVERIFY(ready.at("credentials.sshPrivateKey").isNull());
    QVERIFY(!ready.at("credentials.sshKeyNote").toString().isEmpty());
    QCOMPARE(fromIso(ready.text("paidAt")), std::optional(paidAt));
    QCOMPARE(fromIso(ready.text("readyAt")), job->readyAt);
    QCOMPARE(ready.at("leaseSecs").toInteger(), 3'600);
    const QStringList steps = textsOf(ready.at("nextSteps"));
    for (const QString &command :
         {QStringLiteral("ssh root@") + job->nodeIp, QStringLiteral("cat /root/node-credentials.txt"),
          QStringLiteral("bash /opt/timmy-node/ops.sh sync"), QStringLiteral("LNBITS_URL=") + job->lnbitsUrl,
          QStringLiteral("LNBITS_API_KEY")})
        QCOMPARE(steps.filter(command).size(), 1);
    hasNone(ready, {"invoice", "progress", "errorMessage", "refund", "destroyedAt", "deliveryToken"});
    QCOMPARE(api.ask({.target = pathOf(made)}).at("credentials"), ready.at("credentials"));
    QCOMPARE(api.say(pathOf(made) + "/redeliver", {{"deliveryToken", made.text("deliveryToken")}}).status,
             409);
    QCOMPARE(refund(api, ready, api.foreignInvoice(Sats(10'000))).brief(), QByteArray("409 nothing_owed"));
    QCOMPARE(api.ledger.balance(Account::revenue()), Sats(10'000));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::showsItsProgress()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = stuckNode(api);
    const Answer now = api.ask({.target = pathOf(made)});
    QCOMPARE(now.text("state"), QStringLiteral("provisioning"));
    QVERIFY(now.text("message").startsWith(u"Payment confirmed"));
    QVERIFY(now.text("message").contains(u"30 s"));
    QCOMPARE(now.at("progress.stage").toString(), QStringLiteral("tailnet_key"));
    const std::vector<StageTime> stages = api.bootstrap.stages(made.text("bootstrapJobId"));
    QCOMPARE(fromIso(now.at("progress.at").toString()), std::optional(stages.back().at));
    QCOMPARE(now.at("progress.next").toString(), QStringLiteral("The machine is ordered."));
    hasNone(now, {"invoice", "credentials", "nextSteps", "errorMessage", "refund", "leaseSecs"});
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::fails()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = failedNode(api);
    const Answer failed = api.ask({.target = pathOf(made)});
    QCOMPARE(failed.text("state"), QStringLiteral("failed"));
    QVERIFY(!failed.text("errorMessage").isEmpty());
    QCOMPARE(failed.at("refund").toObject(), QJsonObject({{"amountSats", 10'000}, {"state", "due"}}));
    QVERIFY(failed.text("message").contains(QStringLiteral("POST ") + QString::fromLatin1(pathOf(failed)) +
                                            QStringLiteral("/refund")));
    QVERIFY(failed.text("message").contains(u"operator"));
    hasNone(failed, {"invoice", "progress", "credentials", "nextSteps", "readyAt", "leaseSecs"});

    for (const Sats other : {Sats(9'999), Sats(10'001)})
        QCOMPARE(refund(api, failed, api.foreignInvoice(other)).brief(),
                 QByteArray("400 invalid_invoice bolt11"));
    for (const QJsonValue &no : {QJsonValue("lntbs1nonsense"), QJsonValue(""), QJsonValue(5), QJsonValue()})
        QCOMPARE(refund(api, failed, no).text("field"), QStringLiteral("bolt11"));

    const QString invoice = api.foreignInvoice(Sats(10'000));
    const Answer paid = refund(api, failed, invoice);
    QCOMPARE(paid.status, 200);
    QCOMPARE(paid.at("refund").toObject(), QJsonObject({{"amountSats", 10'000}, {"state", "paid"}}));
    QCOMPARE(paid.text("state"), QStringLiteral("failed"));
    QVERIFY(paid.text("message").contains(u"have been paid back"));
    QCOMPARE(refund(api, failed, invoice).at("refund.state").toString(), QStringLiteral("paid"));
    QCOMPARE(refund(api, failed, api.foreignInvoice(Sats(10'000))).brief(), QByteArray("409 nothing_owed"));
    QCOMPARE(api.ledger.balance(Account::wallet()), Sats(0));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::refundThatDoesNotArrive()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer failed = failedNode(api);
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::PayPending);
    const Answer paying = refund(api, failed, api.foreignInvoice(Sats(10'000)));
    QCOMPARE(paying.at("refund.state").toString(), QStringLiteral("paying"));
    QVERIFY(paying.text("message").contains(u"on their way back"));
    QCOMPARE(refund(api, failed, api.foreignInvoice(Sats(10'000))).brief(),
             QByteArray("409 refund_in_progress"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::refundAddressIsPaidByItself()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer failed = failedNode(api, withOwnKey({{"refundAddress", "me@example.com"}}));
    QTRY_COMPARE(api.ask({.target = pathOf(failed)}).at("refund.state").toString(), QStringLiteral("paid"));
    QVERIFY(!api.ask({.target = pathOf(failed)}).body.contains("example.com"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::overpaidIsOwedBack()
{
    ApiFixture api(QStringLiteral("sqlite"));
    api.finishedNode(withOwnKey()); // whose sats the wallet can pay with
    const Answer made = api.orderedNode(withOwnKey());
    const BootstrapJob ordered = *api.bootstrap.find(made.text("bootstrapJobId"));
    WalletPayment payment;
    payment.state = WalletPayment::State::Paid;
    payment.amount = Msat(12'000'999);
    api.invoices.book(ordered.paymentHash, payment);
    QCOMPARE(api.settledNode(ordered.id.toLatin1()).text("state"), QStringLiteral("ready"));
    const Answer ready = api.ask({.target = pathOf(made)});
    QCOMPARE(ready.at("refund").toObject(), QJsonObject({{"amountSats", 2'000}, {"state", "due"}}));
    QVERIFY(ready.text("message").contains(u"2000 sats are owed back"));
    const Answer paid = refund(api, made, api.foreignInvoice(Sats(2'000)));
    QCOMPARE(paid.status, 200);
    QCOMPARE(paid.text("state"), QStringLiteral("ready"));
    QCOMPARE(paid.at("refund.state").toString(), QStringLiteral("paid"));
    hasNone(paid, {"credentials", "nextSteps"});
    QCOMPARE(api.ledger.balance(Account::revenue()), Sats(20'000));
}

void TestBootstrapRoutes::lapsesUnpaid()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = api.orderedNode();
    api.clock.advance(Invoices::lifetime + seconds(1));
    const Answer lapsed = api.ask({.target = pathOf(made)});
    QCOMPARE(lapsed.text("state"), QStringLiteral("failed"));
    QCOMPARE(lapsed.text("errorMessage"), QStringLiteral("The invoice expired before it was paid."));
    QVERIFY(lapsed.text("message").contains(u"Nothing was paid"));
    hasNone(lapsed, {"refund", "invoice", "paidAt"});
    QCOMPARE(api.pay(made, "invoice").brief(), QByteArray("409 invoice_expired"));
    QCOMPARE(refund(api, lapsed, api.foreignInvoice(Sats(10'000))).brief(), QByteArray("409 nothing_owed"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::aHundredPollsMakeOneNode()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = api.orderedNode(withOwnKey());
    // Paid behind the tower's back: the polls find it.
    const QByteArray hash = made.at("invoice.paymentHash").toString().toLatin1();
    api.wallet.payInvoice(*PaymentHash::fromHex(QByteArrayView(hash)));
    std::vector<std::unique_ptr<OpenCall>> calls;
    for (int i = 0; i < 100; ++i)
        calls.push_back(std::make_unique<OpenCall>(api.port(), Ask{.target = pathOf(made)}));
    for (const auto &call : calls)
        QCOMPARE(call->answer().status, 200);
    QCOMPARE(api.settledNode(made.text("bootstrapJobId").toLatin1()).text("state"), QStringLiteral("ready"));
    QCOMPARE(kept(api, CloudKind::Droplet).size(), std::size_t(1));
    QCOMPARE(kept(api, CloudKind::Key).size(), std::size_t(1));
    QVERIFY(api.booksAgree());
}

void TestBootstrapRoutes::walletThatCannotBeReached()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = api.orderedNode();
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
    QCOMPARE(api.orderedNode().brief(), QByteArray("503 wallet_unavailable"));
    QCOMPARE(api.ask({.target = pathOf(made)}).text("state"), QStringLiteral("awaiting_payment"));
    QCOMPARE(api.get("/api/admin/bootstrap").items().size(), 1);
}

void TestBootstrapRoutes::orderingIsLimited()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("RATE_LIMIT_CREATE_PER_MIN"), QStringLiteral("2")}});
    const Answer made = api.orderedNode();
    QCOMPARE(api.orderedNode().status, 201);
    const Answer refused = api.orderedNode();
    QCOMPARE(refused.status, 429);
    QVERIFY(refused.headers.value("retry-after").toInt() >= 1);
    QCOMPARE(api.ask({.target = pathOf(made)}).status, 200);
}

QTEST_GUILESS_MAIN(TestBootstrapRoutes)
#include "tst_BootstrapRoutes.moc"
