// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "tests/app/TowerProcess.h"
#include "tests/support/TestDatabase.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

QString urlText(const DatabaseUrl &url)
{
    return QString("postgresql://%1:%2@%3:%4/%5")
        .arg(url.user, url.password, url.host)
        .arg(url.port)
        .arg(url.name);
}

QByteArray policyLine(const SecretKey &author, const QByteArray &content)
{
    Event event;
    event.pubkey = author.pubKey();
    event.createdAt = 1'700'000'000;
    event.kind = 1;
    event.content = content;
    event.id = event.computedId();
    event.signature = author.sign(event.id.bytes(), {});
    return R"({"type":"new","event":)" + event.toJson() +
           R"(,"receivedAt":1700000001,"sourceType":"IP4","sourceInfo":"203.0.113.7"})";
}

/// Two real programs on one fresh database, started at the same moment.
struct Pair
{
    Pair()
        : database("postgresql", TestDatabase::Schema::Empty)
        , one(folder.filePath("one"), {"--database", urlText(database.url())})
        , two(folder.filePath("two"), {"--database", urlText(database.url())})
    {
        one.start();
        two.start();
        served = one.awaitServing() && two.awaitServing();
    }

    QTemporaryDir folder;
    TestDatabase database;
    Towerd one, two;
    bool served = false;
};

bool hasPostgres()
{
    return TestDatabase::engines().contains("postgresql"); // prints a note, or ends the program, when not
}

} // namespace

/// Several towers over the same data: what one does holds at the others at once.
class TestTwoTowers : public QObject
{
    Q_OBJECT

private slots:
    void grantAtOneDecidesAtTheOther()
    {
        if (!hasPostgres())
            return;
        Pair pair;
        QVERIFY2(pair.served, pair.one.errors() + pair.two.errors());
        HttpClient here(pair.one.url(), adminToken), there(pair.two.url(), adminToken);
        HttpClient relayThere(pair.two.url(), policySecret);
        const SecretKey author = *SecretKey::fromText(QByteArray(64, '7'));
        const QByteArray account = "/api/admin/relay/accounts/" + author.pubKey().hex();
        const auto actionThere = [&](const char *content) {
            return relayThere.post("/api/relay/policy", policyLine(author, content))["action"].toString();
        };

        QCOMPARE(actionThere("one"), QString("reject"));
        const int latest = there.get("/api/admin/changes?since=0")["latest"].toInt();
        auto news = std::async(std::launch::async, [url = pair.two.url(), latest] {
            HttpClient waiting(url, adminToken, 30'000);
            return waiting.get("/api/admin/changes?since=" + QByteArray::number(latest)).json();
        });
        QCOMPARE(here.post(account + "/grant", QJsonObject{{"level", "write"}}).status, 200);
        QCOMPARE(actionThere("two"), QString("shadowReject"));
        QVERIFY(news.wait_for(std::chrono::seconds(1)) == std::future_status::ready);
        bool seen = false;
        const QJsonArray items = news.get()["items"].toArray();
        for (const QJsonValue &change : items)
            seen = seen ||
                   (change["kind"] == "relay_account" && change["id"].toString() == author.pubKey().text());
        QVERIFY(seen);
        QCOMPARE(here.get("/api/admin/relay/queue")["items"].toArray().size(), 1); // queued at the other

        QCOMPARE(there
                     .post("/api/admin/identities/" + author.pubKey().hex() + "/adjust",
                           QJsonObject{{"score", 200}})
                     .status,
                 200);
        HttpClient relayHere(pair.one.url(), policySecret);
        QCOMPARE(relayHere.post("/api/relay/policy", policyLine(author, "three"))["action"].toString(),
                 QString("accept"));
        QCOMPARE(here.post(account + "/revoke", QJsonObject{}).status, 200);
        QCOMPARE(actionThere("four"), QString("reject"));
        QVERIFY(pair.one.stop() && pair.two.stop());
    }

    void racesLeaveOneTruth()
    {
        if (!hasPostgres())
            return;
        Pair pair;
        QVERIFY2(pair.served, pair.one.errors() + pair.two.errors());
        constexpr int rounds = 40;
        const QByteArray contested = "/api/admin/relay/accounts/" + QByteArray(64, '3');
        HttpClient first(pair.one.url(), adminToken);
        QCOMPARE(first.post(contested + "/grant", QJsonObject{{"level", "read"}}).status, 200);
        const SecretKey author = *SecretKey::fromText(QByteArray(64, '7'));
        QCOMPARE(first
                     .post("/api/admin/relay/accounts/" + author.pubKey().hex() + "/grant",
                           QJsonObject{{"level", "write"}})
                     .status,
                 200);

        std::atomic<int> failed = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                const QString url = t % 2 == 0 ? pair.one.url() : pair.two.url();
                HttpClient client(url, adminToken), relay(url, policySecret);
                for (int i = 0; i < rounds; ++i) {
                    const bool grants = t < 2;
                    const Reply access = client.post(contested + (grants ? "/grant" : "/revoke"),
                                                     QJsonObject{{"level", "write"}});
                    const Reply fresh =
                        client.post("/api/admin/relay/accounts/" +
                                        QByteArray::number(i).rightJustified(64, '0') + "/grant",
                                    QJsonObject{{"level", "read"}});
                    // The same events at both: one row each.
                    const Reply queued =
                        relay.post("/api/relay/policy", policyLine(author, QByteArray::number(i)));
                    failed += (access.status != 200) + (fresh.status != 200) +
                              (queued["action"].toString() != "shadowReject");
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY2(failed == 0, pair.one.errors().right(3'000) + pair.two.errors().right(3'000));
        const QJsonObject stats = first.get("/api/admin/relay/stats").json();
        QCOMPARE(stats["pending"].toInt(), rounds);
        QCOMPARE(first.get("/api/admin/relay/queue?limit=500")["items"].toArray().size(), rounds);
        QCOMPARE(stats["totalAccounts"].toInt(), rounds + 3); // and Timmy
        const QString here = first.get(contested)["level"].toString();
        QCOMPARE(HttpClient(pair.two.url(), adminToken).get(contested)["level"].toString(), here);
        const Reply chain = first.get("/api/admin/activity/verify");
        QVERIFY2(chain["ok"].toBool(), chain.body);
    }
};

QTEST_GUILESS_MAIN(TestTwoTowers)
#include "tst_TwoTowers.moc"
