// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QTest>

using namespace tower;

using Behaviour = SimulatedWallet::Behaviour;

namespace {

const QByteArray zapsPath = "/api/admin/zaps";
const QByteArray eventsPath = "/api/admin/events";
const QString address = QStringLiteral("me@example.com");

/// A tower on the simulated wallet that holds sats, and a trusted customer with a lightning address.
struct ZapApi : ApiFixture
{
    explicit ZapApi(const QString &engine)
        : ApiFixture(engine, {{QStringLiteral("ZAP_PCT_DEFAULT"), QStringLiteral("50")},
                              {QStringLiteral("ZAP_MIN_SATS"), QStringLiteral("1")}})
    {
        relayAccounts.seedElite(timmy.pubKey());
        tokenOf(1, 60);
        Transaction transaction(*database);
        identities.setLightningAddress(transaction, testPubKey(1), address);
        transaction.commit();
        fundedSession(5'000);
    }
    Answer send(const QJsonObject &body) { return post(zapsPath, body); }
    Answer send(const QString &recipient, int sats)
    {
        return send(QJsonObject{{"recipient", recipient}, {"amountSats", sats}});
    }
    QString npub() const { return QString::fromLatin1(toNpub(testPubKey(1))); }
};

} // namespace

class TestZapRoutes : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aJobsZap()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapApi api(engine);
        QCOMPARE(api.get(zapsPath).items().size(), 0);
        // Of work that the pool pays for nothing is kept, and nothing is zapped.
        api.settings.setSaved(Setting::FreeTierBudgetTrusted, QStringLiteral("0"));
        const Answer job = api.finishedJob(QStringLiteral("hello"), api.tokenOf(1, 60));
        const Sats kept = job.sats("costLedger.actualAmountSats");
        QVERIFY(kept > Sats(1));
        const auto state = [&] { return api.get(zapsPath).items().at(0)["state"].toString(); };
        QTRY_COMPARE(state(), QStringLiteral("paid"));
        const QJsonValue zap = api.get(zapsPath).items().at(0);
        QCOMPARE(zap["jobId"].toString(), job.text("jobId"));
        QCOMPARE(zap["recipient"].toString(), testPubKey(1).text());
        QCOMPARE(Sats(zap["amountSats"].toInteger()), Sats(kept.value() / 2));
        QCOMPARE(zap["lightningAddress"].toString(), address);
        QCOMPARE(zap["simulated"].toBool(), true);
        QCOMPARE(zap["reason"].isNull(), true);

        const QJsonArray events = api.get(eventsPath).items();
        QCOMPARE(events.size(), 1);
        QCOMPARE(events[0]["kind"].toInt(), 9'734);
        QCOMPARE(events[0]["purpose"].toString(), QStringLiteral("zap_request"));
        QCOMPARE(events[0]["recipient"].toString(), testPubKey(1).text());
        QCOMPARE(events[0]["amountSats"], zap["amountSats"]);
        QCOMPARE(events[0]["publishState"].toString(), QStringLiteral("none"));
        const EventParse parsed = parseEvent(QByteArrayView(events[0]["rawEvent"].toString().toUtf8()));
        QCOMPARE(checkEvent(parsed.event.value()), QByteArray());
        QCOMPARE(parsed.event->id.text(), events[0]["eventId"].toString());
        QCOMPARE(api.ask({.target = "/api/identity/timmy"}).at("zapCount").toInteger(), 1);
        QCOMPARE(api.get("/api/admin/reconcile").at("ok").toBool(), true);
    }

    void byHand()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapApi api(engine);
        const Answer preview =
            api.send({{"recipient", api.npub()}, {"amountSats", 21}, {"comment", "tea"}, {"preview", true}});
        QCOMPARE(preview.status, 200);
        QCOMPARE(preview.json(), QJsonObject({{"preview", true},
                                              {"recipient", testPubKey(1).text()},
                                              {"lightningAddress", address},
                                              {"amountSats", 21},
                                              {"maxFeeSats", 2},
                                              {"comment", "tea"},
                                              {"isZap", true},
                                              {"simulated", true},
                                              {"problem", QJsonValue::Null}}));
        QCOMPARE(api.get(zapsPath).items().size(), 0);
        QCOMPARE(api.get(eventsPath).items().size(), 0);

        const QString foreign = api.foreignInvoice(Sats(40));
        const std::vector<std::pair<QJsonObject, int>> orders{
            {{{"recipient", api.npub()}, {"amountSats", 21}}, 21},
            {{{"recipient", testPubKey(1).text()}, {"amountSats", 22}}, 22},
            {{{"recipient", QStringLiteral("You@EXAMPLE.com").toLower()}, {"amountSats", 23}}, 23},
            {{{"recipient", foreign}}, 40}};
        for (const auto &[body, sats] : orders) {
            const Answer sent = api.send(body);
            QCOMPARE(sent.status, 201);
            QCOMPARE(sent.text("state"), QStringLiteral("paid"));
            QCOMPARE(sent.sats("amountSats"), Sats(sats));
            QCOMPARE(sent.at("jobId").isNull(), true);
        }
        QCOMPARE(api.get(zapsPath).items().size(), 4);
        QCOMPARE(api.get(zapsPath + "?recipient=" + testPubKey(1).hex()).items().size(), 2);
        QCOMPARE(api.get(zapsPath + "?state=failed").items().size(), 0);
        QCOMPARE(api.get(zapsPath + "?limit=3").items().size(), 3);
        QCOMPARE(api.get(eventsPath).items().size(), 2); // those whose recipient is known
        QCOMPARE(api.get(eventsPath + "?purpose=zap_request&publishState=none").items().size(), 2);
        QCOMPARE(api.get(eventsPath + "?publishState=waiting").items().size(), 0);
        QCOMPARE(api.get(eventsPath + "?recipient=" + testPubKey(2).hex()).items().size(), 0);
        QCOMPARE(api.get("/api/admin/reconcile").at("ok").toBool(), true);
        const QJsonValue row = api.get("/api/admin/activity?action=zap.send").items().at(0);
        QCOMPARE(row["actor"].toString(), QStringLiteral("admin:token"));
        QCOMPARE(row["after"]["amountSats"].toInt(), 40);

        // The invoice was paid: once is enough.
        const Answer again = api.send({{"recipient", foreign}});
        QCOMPARE(again.text("state"), QStringLiteral("failed"));
        QVERIFY(!again.text("reason").isEmpty());
    }

    void refusals()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapApi api(engine);
        const QByteArray before = api.state();
        QCOMPARE(api.send(QJsonObject{{"amountSats", 21}}).brief(), "400 invalid_request recipient");
        QCOMPARE(api.send(QJsonObject{{"recipient", api.npub()}}).brief(), "400 invalid_request amountSats");
        QCOMPARE(api.send(api.npub(), 0).brief(), "400 invalid_request amountSats");
        QCOMPARE(api.send(api.npub(), -5).brief(), "400 invalid_request amountSats");
        QCOMPARE(api.send({{"recipient", api.npub()}, {"amountSats", 1.5}}).status, 400);
        QCOMPARE(api.send({{"recipient", api.npub()}, {"amountSats", "21"}}).status, 400);
        QCOMPARE(api.send({{"recipient", 7}, {"amountSats", 21}}).status, 400);
        QCOMPARE(api.send({{"recipient", api.npub()}, {"amountSats", 21}, {"preview", "yes"}}).status, 400);
        QCOMPARE(api.send(testPubKey(2).text(), 21).brief(), "400 no_lightning_address recipient");
        QCOMPARE(api.send(QStringLiteral("a b@example.com"), 21).brief(), "400 invalid_recipient recipient");
        QCOMPARE(api.send(QStringLiteral("me@127.0.0.1"), 21).brief(), "400 invalid_recipient recipient");
        QCOMPARE(api.send(QStringLiteral("lntbs1x"), 21).brief(), "400 invalid_invoice recipient");
        QCOMPARE(api.send(QString::fromLatin1(bech32Encode("nsec", QByteArray(32, 5))), 21).status, 400);
        QCOMPARE(api.send(api.npub(), 10'001).brief(), "409 zap_ceiling");
        QCOMPARE(api.get(zapsPath + "?state=lost").brief(), "400 invalid_request state");
        QCOMPARE(api.get(zapsPath + "?recipient=x").status, 400);
        QCOMPARE(api.get(eventsPath + "?publishState=x").status, 400);
        QCOMPARE(api.post(zapsPath + "/nothing/retry", QByteArray()).brief(), "404 zap_not_found");
        QCOMPARE(
            api.post(zapsPath + "/nothing/resolve", QJsonObject{{"paid", true}, {"reason", "x"}}).brief(),
            "404 zap_not_found");
        for (const QByteArray &path : {zapsPath, eventsPath})
            QCOMPARE(api.ask({.target = path}).status, 401);
        QCOMPARE(api.say(zapsPath, {{"recipient", api.npub()}, {"amountSats", 21}}).status, 401);
        QCOMPARE(api.state(), before);
    }

    void retryAndResolve()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapApi api(engine);
        api.wallet.setBehaviour(Behaviour::PayFails);
        const Answer failed = api.send(api.npub(), 21);
        QCOMPARE(failed.text("state"), QStringLiteral("failed"));
        const QByteArray path = zapsPath + '/' + failed.text("id").toLatin1();
        api.wallet.setBehaviour(Behaviour::PayUnknownNotPaid);
        const Answer unknown = api.post(path + "/retry", QJsonObject{{"reason", "once more"}});
        QCOMPARE(unknown.text("state"), QStringLiteral("unknown"));
        QCOMPARE(api.post(path + "/retry", QByteArray()).brief(), "409 not_failed");
        QCOMPARE(api.post(path + "/resolve", QJsonObject{{"paid", true}}).brief(),
                 "400 invalid_request reason");
        QCOMPARE(api.post(path + "/resolve", QJsonObject{{"reason", "x"}}).brief(),
                 "400 invalid_request paid");
        const Answer settled =
            api.post(path + "/resolve", QJsonObject{{"paid", false}, {"reason", "not there"}});
        QCOMPARE(settled.text("state"), QStringLiteral("failed"));
        QCOMPARE(settled.text("reason"), QStringLiteral("not there"));
        QCOMPARE(api.post(path + "/resolve", QJsonObject{{"paid", false}, {"reason", "x"}}).brief(),
                 "409 not_unknown");
        api.wallet.setBehaviour(Behaviour::Normal);
        QCOMPARE(api.post(path + "/retry", QByteArray()).text("state"), QStringLiteral("paid"));
        QStringList actions;
        for (const QJsonValue &row : api.get("/api/admin/activity?action=zap.").items())
            actions.prepend(row["action"].toString());
        QCOMPARE(actions, QStringList({"zap.send", "zap.retry", "zap.resolve", "zap.retry"}));
        QCOMPARE(api.get("/api/admin/reconcile").at("ok").toBool(), true);
    }
};

QTEST_GUILESS_MAIN(TestZapRoutes)
#include "tst_ZapRoutes.moc"
