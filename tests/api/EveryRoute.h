// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/api/NodeOrders.h"
#include "tests/receipts/ReceiptSamples.h"

#include <QTest>

namespace tower {

/// Zaps and Timmy's events: each of their routes once.
inline void zapsAnswerAsDescribed(ApiFixture &api)
{
    const QByteArray zaps = "/api/admin/zaps";
    const QJsonObject order{{"recipient", "me@example.com"}, {"amountSats", 2}};
    QJsonObject preview = order;
    preview.insert("preview", true);
    QCOMPARE(api.post(zaps, preview).status, 200);
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::PayFails);
    const QByteArray zap = zaps + '/' + api.post(zaps, order).text("id").toLatin1();
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::PayUnknownNotPaid);
    QCOMPARE(api.post(zap + "/retry", QByteArray()).text("state"), QStringLiteral("unknown"));
    QCOMPARE(api.post(zap + "/resolve", {{"paid", false}, {"reason", "not there"}}).status, 200);
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
    QCOMPARE(api.get(zaps).items().size(), 1);
    QCOMPARE(api.get("/api/admin/events").status, 200);
}

/// Jobs, sessions, the pool: each of their routes once.
inline void workAnswersAsDescribed(ApiFixture &api)
{
    QCOMPARE(api.ask({.target = "/api/estimate?request=hello"}).status, 200);
    QCOMPARE(api.finishedJob(QStringLiteral("hello"), api.tokenOf(50, 60)).text("state"),
             QStringLiteral("complete"));
    const Answer failed = api.finishedJob(QStringLiteral("[[fail]]"));
    const Sats owed = failed.sats("refund.amountSats");
    QCOMPARE(api.say("/api/jobs/" + failed.text("jobId").toLatin1() + "/refund",
                     {{"bolt11", api.foreignInvoice(owed)}})
                 .status,
             200);
    QCOMPARE(api.get("/api/admin/jobs").items().size(), 2);

    const Answer session = api.fundedSession(500);
    const QByteArray path = "/api/sessions/" + session.text("sessionId").toLatin1();
    const QByteArray macaroon = "Bearer " + session.text("macaroon").toLatin1();
    QCOMPARE(api.say(path + "/topup", {{"amount_sats", 100}}, "Authorization", macaroon).status, 200);
    const Answer answer = api.say(path + "/request", {{"request", "hello"}}, "Authorization", macaroon);
    QCOMPARE(answer.text("state"), QStringLiteral("complete"));
    const Sats left = answer.sats("balanceRemaining");
    QCOMPARE(
        api.say(path + "/withdraw", {{"bolt11", api.foreignInvoice(left)}}, "Authorization", macaroon).status,
        200);
    const QByteArray other = api.fundedSession(100).text("sessionId").toLatin1();
    QCOMPARE(api.post("/api/admin/sessions/" + other + "/close", {{"reason", "r"}}).status, 200);
    QCOMPARE(api.get("/api/admin/sessions").items().size(), 2);

    QCOMPARE(api.get("/api/admin/pool").status, 200);
    QCOMPARE(api.get("/api/admin/pool/grants").items().size(), 1);
    QCOMPARE(api.post("/api/admin/pool/adjust", {{"sats", 5}, {"reason", "r"}}).status, 200);
}

/// Nodes: each of their routes once.
inline void nodesAnswerAsDescribed(ApiFixture &api)
{
    const QByteArray admin = "/api/admin/bootstrap";
    const Answer made = api.orderedNode();
    api.pay(made, "invoice");
    const QByteArray id = made.text("bootstrapJobId").toLatin1();
    QCOMPARE(api.settledNode(id).text("state"), QStringLiteral("ready"));
    QVERIFY(api.ask({.target = pathOf(made)}).at("credentials.sshPrivateKey").isString());
    QCOMPARE(api.say(pathOf(made) + "/redeliver", {{"deliveryToken", made.text("deliveryToken")}}).status,
             200);
    QCOMPARE(api.post(adminPathOf(made) + "/destroy", {{"reason", "r"}}).status, 200);

    const Answer stuck = stuckNode(api);
    QCOMPARE(api.post(adminPathOf(stuck) + "/retry", QByteArray()).status, 200);
    api.nodesWait = false;
    QCOMPARE(api.post(adminPathOf(stuck) + "/destroy", QByteArray()).text("state"), QStringLiteral("failed"));
    const QJsonObject invoice{{"bolt11", api.foreignInvoice(Sats(10'000))}};
    QCOMPARE(api.post(adminPathOf(stuck) + "/refund", invoice).status, 200);
    QCOMPARE(api.say(pathOf(stuck) + "/refund", invoice).status, 200);
    QCOMPARE(api.get(admin).items().size(), 2);

    const QString name = commonNodeTag + QStringLiteral("-lost");
    QCoro::Task<QString> creating =
        api.cloud.createVolume(name, QStringLiteral("nyc3"), 1, QStringList(commonNodeTag));
    const QString volume = QCoro::waitFor(std::move(creating));
    api.clock.advance(seconds(3'600));
    QCOMPARE(api.get(admin + "/orphans?fresh=1").at("orphans").toArray().size(), 1);
    QCOMPARE(api.post(admin + "/orphans/delete", {{"kind", "volume"}, {"id", volume}}).status, 200);
}

/// Receipts and providers: each of their routes once.
inline void receiptsAnswerAsDescribed(ApiFixture &api)
{
    test::TestMint mint;
    api.settings.setSaved(Setting::LnurlAllowPrivate, QStringLiteral("1"));
    const Receipt receipt = test::signedBy(test::receiptOf(QStringLiteral("lease"), 1, mint.url()),
                                           test::keyNumber(1), test::keyNumber(2));
    QCOMPARE(api.say("/api/receipts", receipt.toJson()).status, 201);
    QCOMPARE(api.ask({.target = "/api/providers"}).items().size(), 1);
    QCOMPARE(api.ask({.target = "/api/providers/" + receipt.providerNpub}).status, 200);
    QCOMPARE(api.ask({.target = "/api/providers/snapshot"}).status, 200);
}

} // namespace tower
