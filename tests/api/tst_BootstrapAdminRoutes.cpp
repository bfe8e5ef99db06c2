// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/NodeOrders.h"

#include <QTest>

#include <algorithm>

using namespace tower;

namespace {

const QByteArray list = "/api/admin/bootstrap";
const QByteArray orphans = "/api/admin/bootstrap/orphans";

QStringList idsIn(const Answer &page)
{
    QStringList out;
    for (const QJsonValue &item : page.items())
        out << item[u"id"].toString();
    return out;
}

QStringList valuesOf(const QJsonValue &array, QStringView name)
{
    QStringList out;
    for (const QJsonValue &item : array.toArray())
        out << item[name].toString();
    return out;
}

/// Actor and reason of the newest decision of that name.
QStringList decision(ApiFixture &api, const QString &action)
{
    for (const QJsonValue &row : api.get("/api/admin/activity").items()) {
        if (row[u"action"].toString() == action)
            return {row[u"actor"].toString(), row[u"reason"].toString()};
    }
    return {};
}

/// How many things of a node are left at the provider, as its story tells.
int leftOf(ApiFixture &api, const Answer &node)
{
    int left = 0;
    for (const QJsonValue &thing : api.get(adminPathOf(node)).at("things").toArray())
        left += thing[u"removedAt"].isNull() ? 1 : 0;
    return left;
}

} // namespace

/// Nodes as the operator sees them and looks after them.
class TestBootstrapAdminRoutes : public QObject
{
    Q_OBJECT

private slots:
    void isTheOperatorsAlone();
    void lists_data() { TestDatabase::engineRows(); }
    void lists();
    void tellsTheWholeStory_data() { TestDatabase::engineRows(); }
    void tellsTheWholeStory();
    void storyOfAFailure();
    void unknownNodes();
    void retries_data() { TestDatabase::engineRows(); }
    void retries();
    void endsOneInTheMaking_data() { TestDatabase::engineRows(); }
    void endsOneInTheMaking();
    void takesDownOneThatIsReady_data() { TestDatabase::engineRows(); }
    void takesDownOneThatIsReady();
    void refunds_data() { TestDatabase::engineRows(); }
    void refunds();
    void refundsToTheAddress();
    void findsAndDeletesOrphans_data() { TestDatabase::engineRows(); }
    void findsAndDeletesOrphans();
    void providerThatCannotBeAsked();
};

void TestBootstrapAdminRoutes::isTheOperatorsAlone()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = stuckNode(api);
    for (const QByteArray &target : {list, orphans, adminPathOf(made)})
        QCOMPARE(api.ask({.target = target}).brief(), QByteArray("401 admin_required"));
    const QByteArray before = api.state();
    for (const char *what : {"/retry", "/destroy", "/refund"})
        QCOMPARE(api.say(adminPathOf(made) + what, {}).brief(), QByteArray("401 admin_required"));
    QCOMPARE(api.say(orphans + "/delete", {{"kind", "droplet"}, {"id", "1"}}).brief(),
             QByteArray("401 admin_required"));
    QCOMPARE(api.state(), before);
}

void TestBootstrapAdminRoutes::lists()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer ready = api.finishedNode(withOwnKey());
    const QString token = QString::fromLatin1(api.tokenOf(1));
    const Answer failed = failedNode(api, withOwnKey({{"nostr_token", token}}));
    api.clock.advance(seconds(1));
    const Answer waiting = api.orderedNode();
    const auto id = [](const Answer &node) { return node.text("bootstrapJobId"); };

    const Answer all = api.get(list);
    QCOMPARE(idsIn(all), QStringList({id(waiting), id(failed), id(ready)}));
    QCOMPARE(all.at("total").toInteger(), 3);
    QCOMPARE(idsIn(api.get(list + "?state=ready")), QStringList(id(ready)));
    QCOMPARE(idsIn(api.get(list + "?state=failed")), QStringList(id(failed)));
    QCOMPARE(idsIn(api.get(list + "?state=awaiting_payment")), QStringList(id(waiting)));
    QCOMPARE(idsIn(api.get(list + "?state=provisioning")), QStringList());
    QCOMPARE(idsIn(api.get(list + "?state=")).size(), 3);
    for (const QByteArray &key : {testPubKey(1).hex(), toNpub(testPubKey(1))})
        QCOMPARE(idsIn(api.get(list + "?pubkey=" + key)), QStringList(id(failed)));
    QCOMPARE(idsIn(api.get(list + "?state=ready&pubkey=" + testPubKey(1).hex())), QStringList());
    QCOMPARE(api.get(list + "?state=sleeping").brief(), QByteArray("400 invalid_request state"));
    QCOMPARE(api.get(list + "?pubkey=xyz").text("field"), QStringLiteral("pubkey"));
    QCOMPARE(api.get(list + "?limit=0").text("field"), QStringLiteral("limit"));

    const Answer first = api.get(list + "?limit=2");
    QCOMPARE(idsIn(first), QStringList({id(waiting), id(failed)}));
    const Answer second = api.get(list + "?limit=2&cursor=" + first.text("nextCursor").toLatin1());
    QCOMPARE(idsIn(second), QStringList(id(ready)));
    QVERIFY(second.at("nextCursor").isNull());

    const QJsonObject item = all.items().at(1).toObject();
    QCOMPARE(item.value(u"pubkey").toString(), testPubKey(1).text());
    QCOMPARE(item.value(u"npub").toString().toLatin1(), toNpub(testPubKey(1)));
    QCOMPARE(item.value(u"bootstrapJobId").toString(), id(failed));
    QVERIFY(!item.value(u"errorMessage").toString().isEmpty());
    QCOMPARE(item.value(u"refund").toObject(), QJsonObject({{"amountSats", 10'000}, {"state", "due"}}));
    QCOMPARE(all.items().at(0).toObject().value(u"invoice").toObject(), waiting.at("invoice").toObject());
}

void TestBootstrapAdminRoutes::tellsTheWholeStory()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, {{QStringLiteral("DO_VOLUME_SIZE_GB"), QStringLiteral("50")},
                            {QStringLiteral("DO_REGION"), QStringLiteral("fra1")}});
    const Answer ready = api.finishedNode(withOwnKey({{"refundAddress", "me@example.com"}}));
    QCOMPARE(ready.text("state"), QStringLiteral("ready"));
    QCOMPARE(valuesOf(ready.at("stages"), u"stage"), QStringList({"paid", "key_pair", "key", "tailnet_key",
                                                                  "volume", "droplet", "address", "ready"}));
    QStringList times = valuesOf(ready.at("stages"), u"at");
    QCOMPARE(times.first(), ready.text("paidAt"));
    QCOMPARE(times.last(), ready.text("readyAt"));
    QVERIFY(std::is_sorted(times.begin(), times.end()));
    QStringList kinds = valuesOf(ready.at("things"), u"kind");
    kinds.sort();
    QCOMPARE(kinds, QStringList({"droplet", "key", "tailnet_key", "volume"}));
    QVERIFY(!valuesOf(ready.at("things"), u"providerId").contains(QString()));
    QCOMPARE(ready.at("invoice.state").toString(), QStringLiteral("paid"));
    QCOMPARE(ready.at("invoice.receivedMsat").toInteger(), 10'000'000);
    QCOMPARE(ready.at("invoice.simulated").toBool(), true);
    QCOMPARE(ready.text("region"), QStringLiteral("fra1"));
    QCOMPARE(ready.at("volumeGb").toInt(), 50);
    QVERIFY(ready.at("monthlyCostUsd").toDouble() > 5);
    QCOMPARE(ready.text("sshPublicKey"), keyOfNobody);
    QCOMPARE(ready.at("ownKey").toBool(), true);
    QCOMPARE(ready.text("refundAddress"), QStringLiteral("me@example.com"));
    QCOMPARE(ready.text("dropletId"), api.bootstrap.find(ready.text("id"))->dropletId);
    QCOMPARE(ready.at("credentials.nodeIp"), ready.at("nodeIp"));
    QVERIFY(ready.at("pubkey").isNull());
    // How far it has come up shows as soon as somebody has knocked.
    QTRY_VERIFY(!api.get(adminPathOf(ready)).at("sshSeenAt").isNull());
}

void TestBootstrapAdminRoutes::storyOfAFailure()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer failed = failedNode(api);
    QCOMPARE(failed.text("state"), QStringLiteral("failed"));
    QVERIFY(!failed.at("failedAt").isNull());
    QTRY_COMPARE(leftOf(api, failed), 0);
    QTRY_COMPARE(api.get(adminPathOf(failed)).at("atWork").toBool(), false);
    QCOMPARE(kept(api, CloudKind::Key).size(), std::size_t(0));
}

void TestBootstrapAdminRoutes::unknownNodes()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const QByteArray unknown = list + "/00000000-0000-4000-8000-000000000000";
    QCOMPARE(api.get(unknown).brief(), QByteArray("404 node_not_found"));
    QCOMPARE(api.get(list + "/x").brief(), QByteArray("400 invalid_request id"));
    for (const char *what : {"/retry", "/destroy", "/refund"}) {
        QCOMPARE(api.post(unknown + what, QByteArray()).brief(), QByteArray("404 node_not_found"));
        QCOMPARE(api.post(list + "/x" + what, QByteArray()).brief(), QByteArray("400 invalid_request id"));
    }
}

void TestBootstrapAdminRoutes::retries()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = stuckNode(api);
    unstick(api);
    const Answer retried = api.post(adminPathOf(made) + "/retry", QByteArray());
    QCOMPARE(retried.status, 200);
    QCOMPARE(retried.at("atWork").toBool(), true);
    QCOMPARE(decision(api, QStringLiteral("node.retry")).value(0), QStringLiteral("admin:token"));
    QCOMPARE(api.settledNode(made.text("bootstrapJobId").toLatin1()).text("state"), QStringLiteral("ready"));
    QTRY_COMPARE(api.bootstrap.isRunning(), false);
    QCOMPARE(api.post(adminPathOf(made) + "/retry", QByteArray()).brief(),
             QByteArray("409 nothing_to_retry"));
    QCOMPARE(kept(api, CloudKind::Droplet).size(), std::size_t(1));
    const Answer unpaid = api.orderedNode();
    QCOMPARE(api.post(adminPathOf(unpaid) + "/retry", QByteArray()).brief(),
             QByteArray("409 nothing_to_retry"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapAdminRoutes::endsOneInTheMaking()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer made = stuckNode(api);
    QCOMPARE(api.post(adminPathOf(made) + "/destroy", {{"reason", 5}}).brief(),
             QByteArray("400 invalid_request reason"));
    unstick(api);
    const Answer ended = api.post(adminPathOf(made) + "/destroy", {{"reason", "a test"}});
    QCOMPARE(ended.text("state"), QStringLiteral("failed"));
    QCOMPARE(ended.at("refund").toObject(), QJsonObject({{"amountSats", 10'000}, {"state", "due"}}));
    QCOMPARE(decision(api, QStringLiteral("node.destroy")), QStringList({"admin:token", "a test"}));
    QTRY_COMPARE(leftOf(api, made), 0);
    QCOMPARE(kept(api, CloudKind::Key).size(), std::size_t(0));
    QCOMPARE(api.post(adminPathOf(made) + "/destroy", QByteArray()).brief(),
             QByteArray("409 nothing_to_destroy"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapAdminRoutes::takesDownOneThatIsReady()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer ready = api.finishedNode(withOwnKey());
    const Answer ended = api.post(adminPathOf(ready) + "/destroy", QByteArray());
    QCOMPARE(ended.text("state"), QStringLiteral("ready"));
    QVERIFY(!ended.at("destroyedAt").isNull());
    QVERIFY(ended.at("refund").isUndefined());
    QTRY_COMPARE(leftOf(api, ready), 0);
    QCOMPARE(kept(api, CloudKind::Droplet).size(), std::size_t(0));
    const Answer seen = api.ask({.target = pathOf(ready)});
    QCOMPARE(seen.text("state"), QStringLiteral("ready"));
    QVERIFY(seen.text("message").contains(u"taken down"));
    QVERIFY(fromIso(seen.text("destroyedAt")).has_value());
    for (const char *absent : {"credentials", "nextSteps", "refund"})
        QVERIFY2(seen.at(absent).isUndefined(), absent);
    QCOMPARE(api.post(adminPathOf(ready) + "/destroy", QByteArray()).brief(),
             QByteArray("409 nothing_to_destroy"));
    QCOMPARE(api.ledger.balance(Account::revenue()), Sats(10'000));
    QVERIFY(api.booksAgree());
}

void TestBootstrapAdminRoutes::refunds()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer failed = failedNode(api);
    const QByteArray target = adminPathOf(failed) + "/refund";
    QCOMPARE(api.post(target, QByteArray()).brief(), QByteArray("400 invalid_request bolt11"));
    QCOMPARE(api.post(target, {{"bolt11", 5}}).brief(), QByteArray("400 invalid_request bolt11"));
    QCOMPARE(api.post(target, {{"bolt11", api.foreignInvoice(Sats(9'999))}}).brief(),
             QByteArray("400 invalid_invoice bolt11"));
    const Answer paid = api.post(target, {{"bolt11", api.foreignInvoice(Sats(10'000))}});
    QCOMPARE(paid.at("refund").toObject(), QJsonObject({{"amountSats", 10'000}, {"state", "paid"}}));
    QCOMPARE(decision(api, QStringLiteral("node.refund")).value(0), QStringLiteral("admin:token"));
    QCOMPARE(api.post(target, {{"bolt11", api.foreignInvoice(Sats(10'000))}}).brief(),
             QByteArray("409 nothing_owed"));
    QCOMPARE(api.post(target, QByteArray()).brief(), QByteArray("409 nothing_owed"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapAdminRoutes::refundsToTheAddress()
{
    ApiFixture api(QStringLiteral("sqlite"));
    const Answer made = stuckNode(api, withOwnKey({{"refundAddress", "me@example.com"}}));
    unstick(api);
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::PayFails);
    QCOMPARE(api.post(adminPathOf(made) + "/destroy", QByteArray()).text("state"), QStringLiteral("failed"));
    // The first try is the tower's own.
    QTRY_COMPARE(api.bootstrap.isRunning(), false);
    QTRY_COMPARE(api.get(adminPathOf(made)).at("refund.state").toString(), QStringLiteral("due"));
    api.wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
    const Answer paid = api.post(adminPathOf(made) + "/refund", QByteArray());
    QCOMPARE(paid.status, 200);
    QCOMPARE(paid.at("refund.state").toString(), QStringLiteral("paid"));
    QVERIFY(api.booksAgree());
}

void TestBootstrapAdminRoutes::findsAndDeletesOrphans()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    const Answer ready = api.finishedNode(withOwnKey());
    const QString stranger = QStringLiteral("00000000-0000-4000-8000-000000000000");
    const QStringList tags{nodeTag(stranger), commonNodeTag};
    QCoro::Task<QString> creating =
        api.cloud.createVolume(nodeTag(stranger), QStringLiteral("nyc3"), 100, tags);
    const QString id = QCoro::waitFor(std::move(creating));
    api.clock.advance(seconds(3'600));

    const Answer notYet = api.get(orphans);
    QCOMPARE(notYet.at("orphans").toArray().size(), 0);
    QVERIFY(notYet.at("sweptAt").isNull());
    const Answer fresh = api.get(orphans + "?fresh=1");
    QCOMPARE(fromIso(fresh.text("sweptAt")), std::optional(api.clock.now()));
    QVERIFY(fresh.at("problem").isNull());
    QCOMPARE(fresh.at("orphans").toArray().size(), 1);
    const QJsonObject orphan = fresh.at("orphans").toArray().first().toObject();
    QCOMPARE(orphan.value(u"kind").toString(), QStringLiteral("volume"));
    QCOMPARE(orphan.value(u"id").toString(), id);
    QCOMPARE(orphan.value(u"bootstrapJobId").toString(), stranger);
    QVERIFY(orphan.value(u"tags").toArray().contains(commonNodeTag));
    QCOMPARE(orphan.value(u"monthlyCostUsd").toDouble(), 10.0);
    QCOMPARE(fresh.at("monthlyCostUsd").toDouble(), 10.0);
    QCOMPARE(api.get(orphans).body, fresh.body);
    QCOMPARE(api.get(orphans + "?fresh=x").brief(), QByteArray("400 invalid_request fresh"));

    const QByteArray remove = orphans + "/delete";
    const QString dropletId = ready.text("dropletId");
    QCOMPARE(api.post(remove, {{"kind", "house"}, {"id", id}}).brief(),
             QByteArray("400 invalid_request kind"));
    QCOMPARE(api.post(remove, {{"kind", "volume"}}).brief(), QByteArray("400 invalid_request id"));
    QCOMPARE(api.post(remove, {{"kind", "volume"}, {"id", "no such"}}).brief(), QByteArray("409 no_orphan"));
    QCOMPARE(api.post(remove, {{"kind", "droplet"}, {"id", dropletId}}).brief(), QByteArray("409 no_orphan"));
    const Answer removed = api.post(remove, {{"kind", "volume"}, {"id", id}});
    QCOMPARE(removed.status, 200);
    QCOMPARE(removed.at("orphans").toArray().size(), 0);
    QCOMPARE(removed.at("monthlyCostUsd").toDouble(), 0.0);
    QCOMPARE(kept(api, CloudKind::Volume).size(), std::size_t(0));
    QCOMPARE(kept(api, CloudKind::Droplet).size(), std::size_t(1));
}

void TestBootstrapAdminRoutes::providerThatCannotBeAsked()
{
    ApiFixture api(QStringLiteral("sqlite"));
    api.cloud.setFault(SimulatedCloud::Call::List, SimulatedCloud::Fault::Unavailable);
    const Answer answer = api.get(orphans + "?fresh=1");
    QCOMPARE(answer.status, 200);
    QVERIFY(!answer.text("problem").isEmpty());
    api.cloud.setFault(SimulatedCloud::Call::List, SimulatedCloud::Fault::None);
    QVERIFY(api.get(orphans + "?fresh=1").at("problem").isNull());
}

QTEST_GUILESS_MAIN(TestBootstrapAdminRoutes)
#include "tst_BootstrapAdminRoutes.moc"
