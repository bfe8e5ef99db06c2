// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QTest>

using namespace tower;

namespace {

QStringList idsOf(const Answer &page)
{
    QStringList ids;
    for (const QJsonValue &item : page.items())
        ids << item["id"].toString();
    return ids;
}

/// All pages of two items each.
QStringList pagewise(ApiFixture &api, const QByteArray &target)
{
    QStringList ids;
    QString cursor;
    do {
        const QByteArray rest = cursor.isNull() ? QByteArray() : "&cursor=" + cursor.toLatin1();
        const Answer page = api.get(target + "?limit=2" + rest);
        ids += idsOf(page);
        cursor = page.text("nextCursor");
    } while (!cursor.isEmpty());
    return ids;
}

} // namespace

/// Jobs and sessions as the operator lists them.
class TestWorkLists : public QObject
{
    Q_OBJECT

private slots:
    void jobs_data() { TestDatabase::engineRows(); }
    void jobs()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray list = "/api/admin/jobs";
        QStringList all;
        const auto make = [&](const char *request, const QByteArray &token) {
            const Answer job = api.evaluatedJob(QLatin1String(request), token);
            all.prepend(job.text("id"));
            api.clock.advance(seconds(1));
            return job;
        };
        const QByteArray token = api.tokenOf(1, 60);
        make("one", {});
        make("[[reject]] two", {});
        const Answer third = make("three", token);
        make("[[reject]] four", token);
        const Answer fifth = api.say("/api/jobs", {{"request", "five"}});
        all.prepend(fifth.text("id"));

        QCOMPARE(idsOf(api.get(list)), all);
        QCOMPARE(pagewise(api, list), all);
        QCOMPARE(api.get(list + "?limit=2").at("total").toInteger(), 5);
        QCOMPARE(idsOf(api.get(list + "?state=rejected")), QStringList({all[1], all[3]}));
        QCOMPARE(idsOf(api.get(list + "?state=complete")), QStringList({all[2]}));
        QCOMPARE(idsOf(api.get(list + "?state=expired")), QStringList());
        QCOMPARE(idsOf(api.get(list + "?pubkey=" + testPubKey(1).hex())), QStringList({all[1], all[2]}));
        QCOMPARE(idsOf(api.get(list + "?state=rejected&pubkey=" + toNpub(testPubKey(1)))),
                 QStringList({all[1]}));
        QCOMPARE(idsOf(api.get(list + "?pubkey=" + testPubKey(2).hex())), QStringList());

        // An item has all that the public answer has, and more.
        QJsonObject item = api.get(list + "?state=complete").items().at(0).toObject();
        QCOMPARE(item.take("request").toString(), QStringLiteral("three"));
        QCOMPARE(item.take("pubkey").toString(), testPubKey(1).text());
        QCOMPARE(item.take("npub").toString().toLatin1(), toNpub(testPubKey(1)));
        QCOMPARE(item, api.ask({.target = "/api/jobs/" + third.text("id").toLatin1()}).json());
        QCOMPARE(api.get(list).items().at(0)["pubkey"].isNull(), true);
        QCOMPARE(api.get(list).items().at(0)["evalInvoice"].toObject(), fifth.at("evalInvoice").toObject());
    }

    void sessions_data() { TestDatabase::engineRows(); }
    void sessions()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray list = "/api/admin/sessions";
        QStringList all;
        for (int i = 0; i < 4; ++i) {
            all.prepend(api.fundedSession(100 + i, i == 2 ? api.tokenOf(1, 10) : QByteArray()).text("id"));
            api.clock.advance(seconds(1));
        }
        all.prepend(api.say("/api/sessions", {{"amount_sats", 500}}).text("id"));
        QCOMPARE(api.post(list + '/' + all[4].toLatin1() + "/close", QJsonObject()).status, 200);

        QCOMPARE(idsOf(api.get(list)), all);
        QCOMPARE(pagewise(api, list), all);
        QCOMPARE(api.get(list + "?limit=2").at("total").toInteger(), 5);
        QCOMPARE(idsOf(api.get(list + "?state=active")), QStringList({all[1], all[2], all[3]}));
        QCOMPARE(idsOf(api.get(list + "?state=closed")), QStringList({all[4]}));
        QCOMPARE(idsOf(api.get(list + "?state=awaiting_payment")), QStringList({all[0]}));
        QCOMPARE(idsOf(api.get(list + "?pubkey=" + testPubKey(1).hex())), QStringList({all[2]}));

        QJsonObject item = api.get(list + "?pubkey=" + toNpub(testPubKey(1))).items().at(0).toObject();
        QCOMPARE(item.take("pubkey").toString(), testPubKey(1).text());
        QCOMPARE(item.take("npub").toString().toLatin1(), toNpub(testPubKey(1)));
        QCOMPARE(item.take("depositedSats").toInteger(), 102);
        QCOMPARE(item.take("debitedSats").toInteger(), 0);
        QCOMPARE(item, api.ask({.target = "/api/sessions/" + all[2].toLatin1()}).json());
    }

    void refuse()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        for (const char *list : {"/api/admin/jobs", "/api/admin/sessions"}) {
            QCOMPARE(api.ask({.target = list}).brief(), QByteArray("401 admin_required"));
            for (const char *query :
                 {"state=done", "pubkey=x", "limit=0", "limit=501", "limit=x", "cursor=x"})
                QCOMPARE(api.get(QByteArray(list) + '?' + query).text("field").toLatin1(),
                         QByteArray(query).split('=').first());
        }
    }
};

QTEST_GUILESS_MAIN(TestWorkLists)
#include "tst_WorkLists.moc"
