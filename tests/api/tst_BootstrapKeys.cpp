// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SshKey.h"
#include "tests/api/NodeOrders.h"

#include <QTest>

using namespace tower;

namespace {

const QByteArray pemBegins = "-----BEGIN RSA PRIVATE KEY-----";

QString keyIn(const Answer &node)
{
    return node.at("credentials.sshPrivateKey").toString();
}

QString noteIn(const Answer &node)
{
    return node.at("credentials.sshKeyNote").toString();
}

Answer redeliver(ApiFixture &api, const Answer &node, const QString &token)
{
    return api.say(pathOf(node) + "/redeliver", {{"deliveryToken", token}});
}

/// A pair takes seconds to make: one serves all tests.
SshKeyPair theirPair()
{
    static const SshKeyPair pair = generateSshKeyPair();
    return {pair.privateKey.clone(), pair.publicKey};
}

/// A node that is ready, with a key that nobody has read; the answer to its order.
Answer readyNode(ApiFixture &api)
{
    api.bootstrap.setMakeKeys(theirPair);
    const Answer made = api.orderedNode();
    api.pay(made, "invoice");
    api.settledNode(made.text("bootstrapJobId").toLatin1());
    return made;
}

} // namespace

/// The one delivery of a node's private key, and the one after it.
class TestBootstrapKeys : public QObject
{
    Q_OBJECT

private slots:
    void aHundredReadersGetOneKey_data() { TestDatabase::engineRows(); }
    void aHundredReadersGetOneKey();
    void redeliveryEnds();
    void withoutRedelivery();
    void onlyAReaderTakesIt();
    void goesWithTheNode();
};

void TestBootstrapKeys::aHundredReadersGetOneKey()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = readyNode(api);
    const QString token = made.text("deliveryToken");
    std::vector<std::unique_ptr<OpenCall>> calls;
    for (int i = 0; i < 100; ++i)
        calls.push_back(std::make_unique<OpenCall>(api.port(), Ask{.target = pathOf(made)}));
    QStringList keys;
    for (const auto &call : calls) {
        const Answer answer = call->answer();
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.text("state"), QStringLiteral("ready"));
        QCOMPARE(keyIn(answer).isEmpty(), !noteIn(answer).isEmpty());
        if (!keyIn(answer).isEmpty())
            keys << keyIn(answer);
    }
    QCOMPARE(keys.size(), 1);
    QVERIFY(keys.first().toLatin1().startsWith(pemBegins));

    const Answer later = api.ask({.target = pathOf(made)});
    QVERIFY(keyIn(later).isEmpty());
    QVERIFY(noteIn(later).contains(u"on first retrieval"));
    QVERIFY(later.at("nextSteps").toArray().size() > 5);

    QCOMPARE(redeliver(api, made, QStringLiteral("forged")).brief(), QByteArray("403 wrong_delivery_token"));
    QCOMPARE(redeliver(api, made, token + u'x').brief(), QByteArray("403 wrong_delivery_token"));
    const Answer again = redeliver(api, made, token);
    QCOMPARE(again.status, 200);
    QCOMPARE(again.text("bootstrapJobId"), made.text("bootstrapJobId"));
    QCOMPARE(again.text("sshPrivateKey"), keys.first());
    QCOMPARE(again.headers.value("cache-control"), QByteArray("no-store"));
    QCOMPARE(redeliver(api, made, token).brief(), QByteArray("410 key_gone"));
    QVERIFY(keyIn(api.ask({.target = pathOf(made)})).isEmpty());
}

void TestBootstrapKeys::redeliveryEnds()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = readyNode(api);
    const QString token = made.text("deliveryToken");
    QCOMPARE(redeliver(api, made, token).brief(), QByteArray("409 not_delivered_yet"));
    QVERIFY(!keyIn(api.ask({.target = pathOf(made)})).isEmpty());
    api.clock.advance(seconds(600));
    QCOMPARE(redeliver(api, made, token).brief(), QByteArray("410 key_gone"));
}

void TestBootstrapKeys::withoutRedelivery()
{
    ApiFixture api(QStringLiteral("sqlite"),
                   {{QStringLiteral("NODE_KEY_REDELIVERY_SECS"), QStringLiteral("0")}});
    const Answer made = readyNode(api);
    QVERIFY(!keyIn(api.ask({.target = pathOf(made)})).isEmpty());
    QCOMPARE(redeliver(api, made, made.text("deliveryToken")).brief(), QByteArray("410 key_gone"));
}

/// Neither HEAD, nor the operator, nor a refund's answer uses up the delivery.
void TestBootstrapKeys::onlyAReaderTakesIt()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = readyNode(api);
    QCOMPARE(api.ask({.method = "HEAD", .target = pathOf(made)}).status, 200);
    for (const QByteArray &target : {adminPathOf(made), QByteArray("/api/admin/bootstrap")}) {
        const Answer seen = api.get(target);
        QCOMPARE(seen.status, 200);
        QVERIFY(!seen.body.contains("BEGIN RSA"));
        QVERIFY(!seen.body.contains(made.text("deliveryToken").toLatin1()));
    }
    QVERIFY(api.get(adminPathOf(made)).at("credentials.sshPrivateKey").isNull());
    QCOMPARE(api.get(adminPathOf(made)).at("keyKept").toBool(), true);
    QCOMPARE(api.say(pathOf(made) + "/refund", {{"bolt11", api.foreignInvoice(Sats(10'000))}}).brief(),
             QByteArray("409 nothing_owed"));

    const QByteArray key = keyIn(api.ask({.target = pathOf(made)})).toLatin1();
    QVERIFY(key.startsWith(pemBegins));
    QVERIFY(!api.get("/api/admin/activity").body.contains("BEGIN RSA"));
}

void TestBootstrapKeys::goesWithTheNode()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = readyNode(api);
    QCOMPARE(api.post(adminPathOf(made) + "/destroy", QByteArray()).status, 200);
    const Answer gone = api.ask({.target = pathOf(made)});
    QVERIFY(gone.at("credentials").isUndefined());
    QCOMPARE(redeliver(api, made, made.text("deliveryToken")).brief(), QByteArray("410 key_gone"));
    QCOMPARE(api.get(adminPathOf(made)).at("keyKept").toBool(true), false);
}

QTEST_GUILESS_MAIN(TestBootstrapKeys)
#include "tst_BootstrapKeys.moc"
