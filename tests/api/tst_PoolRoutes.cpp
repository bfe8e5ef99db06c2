// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/JsonNumber.h"
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QTest>

using namespace tower;

namespace {

const QByteArray poolPath = "/api/admin/pool";
const QByteArray grantsPath = "/api/admin/pool/grants";
const QByteArray adjustPath = "/api/admin/pool/adjust";

} // namespace

/// The generosity pool as its operator sees it.
class TestPoolRoutes : public QObject
{
    Q_OBJECT

private slots:
    void status_data() { TestDatabase::engineRows(); }
    void status()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const Answer fresh = api.get(poolPath);
        QCOMPARE(fresh.sats("balanceSats"), Sats(10'000));
        QCOMPARE(fresh.sats("reservedSats"), Sats(0));
        QCOMPARE(fresh.at("daysLeft").isNull(), true);
        QCOMPARE(fresh.at("dailyBudgets").toObject(),
                 QJsonObject({{"new", 0}, {"established", 50}, {"trusted", 200}, {"elite", 1'000}}));

        const Answer paid = api.finishedJob(QStringLiteral("for sats"));
        const Sats kept = paid.sats("costLedger.actualAmountSats");
        const Answer free = api.finishedJob(QStringLiteral("for free"), api.tokenOf(1, 60));
        const Sats absorbed = free.sats("absorbed_sats");
        const Sats credited(kept.value() * 10 / 100);
        QVERIFY(absorbed > Sats(0) && credited > Sats(0));
        const Answer after = api.get(poolPath);
        QCOMPARE(after.sats("balanceSats"), Sats(10'000) - absorbed + credited);
        for (const char *span : {"today", "sevenDays", "ever"}) {
            QCOMPARE(after.sats(QStringLiteral("absorbedSats.") + span), absorbed);
            QCOMPARE(after.sats(QStringLiteral("creditedSats.") + span), credited);
        }
        QCOMPARE(after.at("grantsToday").toInteger(), 1);
        QVERIFY(after.at("daysLeft").isDouble());
        api.clock.advance(days(1));
        const Answer tomorrow = api.get(poolPath);
        QCOMPARE(tomorrow.sats("absorbedSats.today"), Sats(0));
        QCOMPARE(tomorrow.sats("absorbedSats.sevenDays"), absorbed);
        QCOMPARE(tomorrow.at("grantsToday").toInteger(), 0);
        api.clock.advance(days(7));
        QCOMPARE(api.get(poolPath).sats("absorbedSats.sevenDays"), Sats(0));
        QCOMPARE(api.get(poolPath).sats("absorbedSats.ever"), absorbed);
    }

    void grants_data() { TestDatabase::engineRows(); }
    void grants()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        QStringList refs;
        const Millis start = api.clock.now();
        for (const quint32 number : {1U, 2U, 1U}) {
            const Answer job = api.finishedJob(QStringLiteral("hello"), api.tokenOf(number, 60));
            refs.prepend(QStringLiteral("job:") + job.text("jobId"));
            api.clock.advance(seconds(60));
        }
        const auto refsOf = [&](const QByteArray &query) {
            QStringList out;
            for (const QJsonValue &item : api.get(grantsPath + query).items())
                out << item["ref"].toString();
            return out;
        };
        QCOMPARE(refsOf(""), refs);
        QCOMPARE(refsOf("?pubkey=" + testPubKey(1).hex()), QStringList({refs[0], refs[2]}));
        QCOMPARE(refsOf("?pubkey=" + toNpub(testPubKey(2))), QStringList({refs[1]}));
        QCOMPARE(refsOf("?pubkey=" + testPubKey(3).hex()), QStringList());
        QCOMPARE(refsOf("?since=" + toIso(start + seconds(60)).toLatin1()), refs.mid(0, 2));
        QCOMPARE(refsOf("?until=" + toIso(start + seconds(59)).toLatin1()), refs.mid(2));
        const QByteArray cursor = api.get(grantsPath + "?limit=2").text("nextCursor").toLatin1();
        QCOMPARE(refsOf("?limit=2&cursor=" + cursor), refs.mid(2));
        QCOMPARE(api.get(grantsPath + "?limit=2").at("total").toInteger(), 3);

        const QJsonObject last = api.get(grantsPath).items().at(0).toObject();
        QCOMPARE(last.value("poolBefore").toInteger() - last.value("poolAfter").toInteger(),
                 last.value("sats").toInteger());
        QCOMPARE(last.value("npub").toString().toLatin1(), toNpub(testPubKey(1)));
        QCOMPARE(last.value("requestHash").toString(),
                 QStringLiteral("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
        for (const char *query : {"pubkey=x", "since=x", "until=x", "limit=0", "cursor=x"})
            QCOMPARE(api.get(grantsPath + '?' + query).text("field").toLatin1(),
                     QByteArray(query).split('=').first());
    }

    void adjust_data() { TestDatabase::engineRows(); }
    void adjust()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        QCOMPARE(api.post(adjustPath, {{"sats", 500}, {"reason", "a good month"}}).sats("balanceSats"),
                 Sats(10'500));
        QCOMPARE(api.post(adjustPath, {{"sats", -10'400}, {"reason", "rent"}}).sats("balanceSats"),
                 Sats(100));
        const QJsonObject row = api.get("/api/admin/activity?limit=1").items().at(0).toObject();
        QCOMPARE(row.value("actor").toString(), QStringLiteral("admin:token"));
        QCOMPARE(row.value("reason").toString(), QStringLiteral("rent"));
        QCOMPARE(api.ledger.balance(Account::pool()), Sats(100));

        // What is promised to work under way can't be taken.
        const Answer waiting =
            api.say("/api/jobs", {{"request", "[[slow]] hello"}}, "X-Nostr-Token", api.tokenOf(1, 60));
        api.pay(waiting, "evalInvoice");
        QTRY_COMPARE(api.slowRequests.size(), 1U);
        api.release();
        QTRY_COMPARE(api.slowRequests.size(), 1U); // and now it works on it
        const Sats reserved = api.get(poolPath).sats("reservedSats");
        QVERIFY(reserved > Sats(0));
        const QByteArray before = api.state();
        QCOMPARE(api.post(adjustPath, {{"sats", -100}, {"reason", "r"}}).brief(),
                 QByteArray("409 pool_too_low"));
        QCOMPARE(api.state(), before);
        const QJsonObject takeRest{{"sats", jsonNumber(reserved - Sats(100))}, {"reason", "r"}};
        QCOMPARE(api.post(adjustPath, takeRest).sats("balanceSats"), reserved);
        api.release();
        QCOMPARE(api.settledJob(waiting.text("jobId").toLatin1()).text("state"), QStringLiteral("complete"));
        QVERIFY(api.ledger.balance(Account::pool()) >= Sats(0));
    }

    void adjustRefuses()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray before = api.state();
        for (const QJsonValue &sats : {QJsonValue(0), QJsonValue(1.5), QJsonValue("5"), QJsonValue(1e300),
                                       QJsonValue(9007199254740993.0), QJsonValue()})
            QCOMPARE(api.post(adjustPath, {{"sats", sats}, {"reason", "r"}}).text("field"),
                     QStringLiteral("sats"));
        QCOMPARE(api.post(adjustPath, {{"sats", 5}}).brief(), QByteArray("400 invalid_request reason"));
        QCOMPARE(api.post(adjustPath, {{"sats", 5}, {"reason", QString(1'001, u'x')}}).brief(),
                 QByteArray("400 invalid_request reason"));
        QCOMPARE(api.post(adjustPath, {{"sats", 5}, {"reason", 5}}).brief(),
                 QByteArray("400 invalid_request reason"));
        QCOMPARE(api.state(), before);
    }

    void isTheOperatorsAlone()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QCOMPARE(api.ask({.target = poolPath}).brief(), QByteArray("401 admin_required"));
        QCOMPARE(api.ask({.target = grantsPath}).brief(), QByteArray("401 admin_required"));
        QCOMPARE(api.say(adjustPath, {{"sats", 5}, {"reason", "r"}}).brief(),
                 QByteArray("401 admin_required"));
        QCOMPARE(api.pool.status().balance, Sats(10'000));
    }
};

QTEST_GUILESS_MAIN(TestPoolRoutes)
#include "tst_PoolRoutes.moc"
