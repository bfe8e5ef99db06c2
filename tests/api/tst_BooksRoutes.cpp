// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;

namespace {

QJsonObject named(const QJsonArray &items, const char *name)
{
    for (const QJsonValue &item : items) {
        if (item["name"].toString() == QLatin1String(name))
            return item.toObject();
    }
    return {};
}

void grant(ApiFixture &api, quint32 number)
{
    api.relayAccounts.grant(testPubKey(number), AccessLevel::Read, QStringLiteral("why"),
                            QStringLiteral("test"));
}

} // namespace

/// The record of decisions, the ledger with its checks, and the identities over HTTP.
class TestBooksRoutes : public QObject
{
    Q_OBJECT

private slots:
    void activityTellsWhoDidWhat_data() { TestDatabase::engineRows(); }
    void activityTellsWhoDidWhat()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray key = testPubKey(1).hex();
        const Millis start = api.clock.now();
        QCOMPARE(
            api.post("/api/admin/relay/accounts/" + key + "/grant", {{"level", "read"}, {"reason", "r1"}})
                .status,
            200);
        api.clock.advance(seconds(10));
        QCOMPARE(api.post("/api/admin/relay/accounts/" + key + "/revoke", {{"reason", "r2"}}).status, 200);
        api.clock.advance(seconds(10));
        QCOMPARE(
            api.post("/api/admin/identities/" + key + "/adjust", {{"score", 5}, {"reason", "r3"}}).status,
            200);

        const auto list = [&](const QByteArray &query) {
            return api.get("/api/admin/activity?" + query).items();
        };
        const QJsonArray all = list("actor=admin:token&subject=" + key);
        QCOMPARE(all.size(), 3);
        QCOMPARE(all.at(0)["action"].toString(), QStringLiteral("identity.adjust"));
        QCOMPARE(all.at(2)["reason"].toString(), QStringLiteral("r1"));
        QCOMPARE(all.at(1)["before"]["level"].toString(), QStringLiteral("read"));
        QCOMPARE(all.at(1)["after"]["level"].toString(), QStringLiteral("none"));
        QCOMPARE(list("action=relay.revoke").size(), 1);
        QCOMPARE(list("action=relay.&actor=admin:token").size(), 2);
        QCOMPARE(list("subject=" + key + "&actor=admin:token&since=" + toIso(start + seconds(5)).toLatin1() +
                      "&until=" + toIso(start + seconds(15)).toLatin1())
                     .size(),
                 1);
        QCOMPARE(list("actor=nobody").size(), 0);
        const Answer first = api.get("/api/admin/activity?limit=1");
        QVERIFY(!first.text("nextCursor").isEmpty());
        QVERIFY(
            api.get("/api/admin/activity?limit=1&cursor=" + first.text("nextCursor").toLatin1()).items() !=
            first.items());
        for (const char *query :
             {"since=today", "until=1", "actor=%00", "action=a%00", "subject=%00", "limit=0", "cursor=x"}) {
            const Answer answer = api.get(QByteArray("/api/admin/activity?") + query);
            QCOMPARE(answer.status, 400);
            QCOMPARE(answer.text("field").toLatin1(), QByteArray(query).split('=').first());
        }
    }

    void aChangedRecordShows()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (quint32 i = 1; i <= 3; ++i)
            grant(api, i);
        const QJsonObject good = api.get("/api/admin/activity/verify").json();
        QCOMPARE(good.value("ok").toBool(), true);
        QCOMPARE(good.value("firstBadId").isNull(), true);
        api.database->script(QStringLiteral("DROP TRIGGER activity_no_update"));
        api.database->execute("UPDATE activity SET reason = 'another' WHERE id = 2");
        const QJsonObject bad = api.get("/api/admin/activity/verify").json();
        QCOMPARE(bad.value("ok").toBool(), false);
        QCOMPARE(bad.value("firstBadId").toInt(), 2);
    }

    void theBooks_data() { TestDatabase::engineRows(); }
    void theBooks()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        for (int i = 0; i < 3; ++i) {
            Transaction transaction(*api.database);
            const std::int64_t number = api.ledger.nextCorrection(transaction);
            QVERIFY(api.ledger.post(transaction, movements::corrected(number, Sats(100 + i))));
            transaction.commit();
            api.clock.advance(seconds(10));
        }
        const QJsonArray rows = api.get("/api/admin/ledger").items();
        QCOMPARE(rows.size(), 4); // with the pool's opening balance
        QCOMPARE(rows.at(0)["sats"].toInt(), 102);
        QCOMPARE(rows.at(0)["uniqueKey"].toString(), QStringLiteral("correct:3"));
        QCOMPARE(api.get("/api/admin/ledger?account=operator").items().size(), 4);
        QCOMPARE(api.get("/api/admin/ledger?account=pool").items().size(), 1);
        QCOMPARE(api.get("/api/admin/ledger?account=zaps").items().size(), 0);
        QCOMPARE(api.get("/api/admin/ledger?kind=" + rows.at(0)["kind"].toString().toLatin1()).items().size(),
                 3);
        QCOMPARE(api.get("/api/admin/ledger?since=" + toIso(api.clock.now() - seconds(15)).toLatin1())
                     .items()
                     .size(),
                 1);
        QCOMPARE(api.get("/api/admin/ledger?limit=2").json().value("total").toInt(), 4);
        for (const char *query : {"since=x", "until=x", "account=%00", "kind=%00", "limit=501"})
            QCOMPARE(api.get(QByteArray("/api/admin/ledger?") + query).text("field").toLatin1(),
                     QByteArray(query).split('=').first());

        const QJsonObject report = api.get("/api/admin/reconcile").json();
        QJsonArray names;
        bool ok = true;
        for (const QJsonValue &check : report.value("checks").toArray()) {
            names.append(check["name"]);
            ok = ok && check["ok"].toBool();
        }
        QCOMPARE(names.size(), 5);
        QCOMPARE(report.value("ok").toBool(), ok);
        QCOMPARE(named(report.value("checks").toArray(), "ledger").value("ok").toBool(), true);
    }

    void booksThatDoNotAgree()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        QCOMPARE(api.get("/api/admin/reconcile").json().value("ok").toBool(), true);
        api.database->execute("INSERT INTO ledger_balances (account, balance) VALUES ('revenue', 7)");
        const QJsonObject report = api.get("/api/admin/reconcile").json();
        QCOMPARE(report.value("ok").toBool(), false);
        const QJsonObject ledger = named(report.value("checks").toArray(), "ledger");
        QCOMPARE(ledger.value("ok").toBool(), false);
        QCOMPARE(ledger.value("differenceSats").toInt(), 7);
    }

    void identitiesAreListedAndChanged_data() { TestDatabase::engineRows(); }
    void identitiesAreListedAndChanged()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray list = "/api/admin/identities";
        const int scores[] = {0, 10, 50, 200, 70};
        for (quint32 i = 0; i < 5; ++i) {
            QCOMPARE(api.post(list + '/' + testPubKey(i + 1).hex() + "/adjust",
                              {{"score", scores[i]}, {"reason", "start"}})
                         .status,
                     200);
            api.clock.advance(seconds(60));
        }
        const auto scoresOf = [&](const QByteArray &query) {
            QList<int> out;
            for (const QJsonValue &item : api.get(list + query).items())
                out << item["score"].toInt();
            return out;
        };
        QCOMPARE(scoresOf(""), QList<int>({200, 70, 50, 10, 0}));
        QCOMPARE(scoresOf("?sort=score&limit=2"), QList<int>({0, 10}));
        QCOMPARE(scoresOf("?sort=-memberSince"), QList<int>({70, 200, 50, 10, 0}));
        QCOMPARE(scoresOf("?tier=trusted"), QList<int>({70, 50}));
        QCOMPARE(scoresOf("?q=" + toNpub(testPubKey(4)).left(30)), QList<int>({200}));
        QCOMPARE(scoresOf("?q=" + testPubKey(2).hex().left(10)), QList<int>({10}));
        const QByteArray cursor = api.get(list + "?limit=3").text("nextCursor").toLatin1();
        QCOMPARE(scoresOf("?limit=3&cursor=" + cursor), QList<int>({10, 0}));

        const QJsonObject elite = api.get(list + '/' + toNpub(testPubKey(4))).json();
        QCOMPARE(elite.value("relayAccess").toString(), QStringLiteral("write"));
        QCOMPARE(elite.value("dailyBudget").toInt(), 1000);
        QCOMPARE(elite.value("history").toArray().at(0)["detail"].toString(), QStringLiteral("start"));
        const QByteArray four = list + '/' + testPubKey(4).hex();
        QCOMPARE(api.post(four + "/adjust", {{"score", 9}}).text("relayAccess"), QStringLiteral("read"));
        const QJsonObject page = api.get(four + "?limit=1").json();
        QCOMPARE(page.value("history").toArray().at(0)["from"].toInt(), 200);
        const QByteArray next = page.value("historyNextCursor").toString().toLatin1();
        QCOMPARE(
            api.get(four + "?limit=1&cursor=" + next).json().value("history").toArray().at(0)["to"].toInt(),
            200);

        QCOMPARE(api.post(four + "/note", {{"note", "met in person"}}).text("note"),
                 QStringLiteral("met in person"));
        QCOMPARE(api.post(four + "/note", QJsonObject()).text("note"), QString());
        const QByteArray before = api.state();
        const auto refused = [&](const QByteArray &target, const QJsonObject &body) {
            return api.post(target, body).brief();
        };
        for (const QJsonValue &score : {QJsonValue(-1), QJsonValue(1'000'001), QJsonValue(1.5),
                                        QJsonValue("5"), QJsonValue(1e300), QJsonValue()})
            QCOMPARE(refused(four + "/adjust", {{"score", score}}), QByteArray("400 invalid_request score"));
        QCOMPARE(refused(four + "/adjust", QJsonObject()), QByteArray("400 invalid_request score"));
        QCOMPARE(refused(four + "/adjust", {{"score", 5}, {"reason", QString(10'000, u'x')}}),
                 QByteArray("400 invalid_request reason"));
        QCOMPARE(refused(four + "/note", {{"note", QString(2'001, u'x')}}),
                 QByteArray("400 invalid_request note"));
        QCOMPARE(refused(four + "/note", {{"note", 5}}), QByteArray("400 invalid_request note"));
        QCOMPARE(refused(list + '/' + testPubKey(99).hex() + "/note", {{"note", "x"}}),
                 QByteArray("404 identity_not_found"));
        QCOMPARE(refused(list + "/xyz/adjust", {{"score", 5}}), QByteArray("400 invalid_request pubkey"));
        QCOMPARE(refused("/api/admin/vouches/no-such-id/revoke", QJsonObject()),
                 QByteArray("404 vouch_not_found"));
        QCOMPARE(api.get(list + '/' + testPubKey(99).hex()).brief(), QByteArray("404 identity_not_found"));
        for (const char *query : {"tier=anonymous1", "sort=name", "q=words", "q=%00", "limit=0", "cursor=x"})
            QCOMPARE(api.get(list + '?' + query).text("field").toLatin1(),
                     QByteArray(query).split('=').first());
        QCOMPARE(api.state(), before);
    }
};

QTEST_GUILESS_MAIN(TestBooksRoutes)
#include "tst_BooksRoutes.moc"
