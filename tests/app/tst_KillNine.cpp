// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "tests/app/TowerProcess.h"

#include <QJsonArray>
#include <QRandomGenerator>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int clients = 4;

/// So many that none of them ever has more open posts than the queue takes of one.
constexpr int authors = 200;

SecretKey author(int number)
{
    return *SecretKey::fromText(QByteArray::number(7'000 + number % authors).rightJustified(64, '7'));
}

/// What the tower said yes to, and what was under way when it died (which may have happened or not).
struct Acknowledged
{
    QMap<QByteArray, QString> levels;   ///< key -> level
    QMap<QByteArray, QString> underWay; ///< key -> level that may hold instead
    QSet<QByteArray> queued;            ///< event ids
    QMap<QByteArray, int> decisions;    ///< key -> how many of its grants and revocations were acknowledged

    void add(const Acknowledged &other)
    {
        levels.insert(other.levels);
        underWay.insert(other.underWay);
        queued.unite(other.queued);
        decisions.insert(other.decisions);
    }
};

/// What is there after the restart.
struct Found
{
    QMap<QByteArray, QString> levels;
    QSet<QByteArray> queued;
    QMap<QByteArray, int> decisions; ///< from the activity
};

/// Everything acknowledged that is not there.
QStringList lost(const Acknowledged &acknowledged, const Found &found)
{
    QStringList out;
    for (auto it = acknowledged.levels.begin(); it != acknowledged.levels.end(); ++it) {
        const QString level = found.levels.value(it.key(), "absent");
        if (level != it.value() && level != acknowledged.underWay.value(it.key(), it.value()))
            out << QString("%1 is %2, not %3").arg(QString::fromLatin1(it.key()), level, it.value());
    }
    for (const QByteArray &id : acknowledged.queued) {
        if (!found.queued.contains(id))
            out << "event " + QString::fromLatin1(id) + " is not in the queue";
    }
    for (auto it = acknowledged.decisions.begin(); it != acknowledged.decisions.end(); ++it) {
        if (found.decisions.value(it.key()) < it.value())
            out << "the activity misses a decision on " + QString::fromLatin1(it.key());
    }
    return out;
}

/// One client: grants keys of its own, takes some back, and has posts queued, until the tower dies.
class Load
{
public:
    Load(QString url, int round, int number)
        : m_url(std::move(url))
        , m_round(round)
        , m_number(number)
    {
    }

    void run(std::atomic<int> &answers)
    {
        HttpClient admin(m_url, adminToken), relay(m_url, policySecret);
        for (int n = 0; n < 100'000; ++n) {
            const QByteArray key =
                QByteArray::number(m_round * 10'000'000 + m_number * 1'000'000 + n).rightJustified(64, '0');
            if (!decide(admin, key, "write") || (n % 4 == 0 && !decide(admin, key, "none")))
                return;
            const SecretKey writer = author(m_number * (authors / clients) + n);
            Event event;
            event.pubkey = writer.pubKey();
            event.createdAt = 1'700'000'000;
            event.kind = 1;
            event.content = key;
            event.id = event.computedId();
            event.signature = writer.sign(event.id.bytes(), {});
            const Reply answer =
                relay.post("/api/relay/policy", R"({"type":"new","event":)" + event.toJson() + "}");
            if (answer.status != 200)
                return;
            if (answer["action"].toString() == "shadowReject")
                m_done.queued.insert(event.id.hex());
            ++answers;
        }
    }
    [[nodiscard]] const Acknowledged &done() const { return m_done; }

private:
    bool decide(HttpClient &admin, const QByteArray &key, const QString &level)
    {
        const QByteArray path = "/api/admin/relay/accounts/" + key;
        m_done.underWay.insert(key, level);
        const Reply reply =
            level == "none" ? admin.post(path + "/revoke", QJsonObject{{"reason", "load"}})
                            : admin.post(path + "/grant", QJsonObject{{"level", level}, {"reason", "load"}});
        if (reply.status != 200)
            return false;
        m_done.levels.insert(key, level);
        m_done.underWay.remove(key);
        ++m_done.decisions[key];
        return true;
    }

    QString m_url;
    int m_round;
    int m_number;
    Acknowledged m_done;
};

/// Visits every item of a list route.
template <class Visit>
void readAll(HttpClient &client, const QByteArray &path, Visit &&visit)
{
    QByteArray cursor;
    do {
        const QJsonObject page =
            client.get(path + "limit=500" + (cursor.isEmpty() ? "" : "&cursor=" + cursor)).json();
        const QJsonArray items = page["items"].toArray();
        for (const QJsonValue &item : items)
            visit(item.toObject());
        cursor = page["nextCursor"].toString().toLatin1();
    } while (!cursor.isEmpty());
}

Found findAll(const QString &url)
{
    HttpClient client(url, adminToken);
    Found found;
    readAll(client, "/api/admin/relay/accounts?sort=pubkey&", [&](const QJsonObject &account) {
        found.levels.insert(account["pubkey"].toString().toLatin1(), account["level"].toString());
    });
    readAll(client, "/api/admin/relay/queue?",
            [&](const QJsonObject &event) { found.queued.insert(event["eventId"].toString().toLatin1()); });
    readAll(client, "/api/admin/activity?action=relay.&",
            [&](const QJsonObject &row) { ++found.decisions[row["subject"].toString().toLatin1()]; });
    return found;
}

} // namespace

/// kill -9 at random moments under load, some of them during the start: what was acknowledged is there.
class TestKillNine : public QObject
{
    Q_OBJECT

private slots:
    void acknowledgedIsKept()
    {
        const int rounds = std::max(1, qEnvironmentVariable("TOWER_KILL_ROUNDS", "10").toInt());
        QRandomGenerator random(20'261'120);
        QTemporaryDir folder;
        const QString data = folder.filePath("data");
        Acknowledged all;
        for (int round = 0; round < rounds; ++round) {
            if (round % 3 == 2) { // killed while it starts, up to twice
                for (int i = 0; i < 2; ++i) {
                    Towerd starting(data);
                    starting.start();
                    starting.waitForStarted();
                    starting.waitForReadyRead(random.bounded(120));
                    starting.killNine();
                }
            }
            Towerd tower(data);
            QVERIFY2(tower.serve(), tower.errors().right(3'000));
            QJsonArray writers;
            for (int n = 0; n < authors; ++n)
                writers.append(author(n).pubKey().text());
            HttpClient(tower.url(), adminToken)
                .post("/api/admin/relay/accounts/bulk",
                      QJsonObject{{"action", "grant"}, {"level", "write"}, {"pubkeys", writers}});

            std::vector<Load> loads;
            for (int n = 0; n < clients; ++n)
                loads.emplace_back(tower.url(), round, n);
            std::atomic<int> answers = 0;
            std::vector<std::thread> threads;
            for (Load &load : loads)
                threads.emplace_back([&load, &answers] { load.run(answers); });
            const int enough = 20 + random.bounded(150);
            const bool busy = QTest::qWaitFor([&] { return answers >= enough; }, 30'000);
            tower.waitForFinished(random.bounded(20)); // and not right after an answer
            tower.killNine();
            for (std::thread &thread : threads)
                thread.join();
            for (const Load &load : loads)
                all.add(load.done());
            QVERIFY2(busy, tower.errors().right(3'000));

            Towerd after(data);
            QVERIFY2(after.serve(), after.errors().right(3'000));
            HttpClient client(after.url(), adminToken);
            const QStringList missing = lost(all, findAll(after.url()));
            QVERIFY2(missing.isEmpty(), qPrintable(missing.join('\n').left(3'000)));
            const Reply chain = client.get("/api/admin/activity/verify");
            QVERIFY2(chain["ok"].toBool(), chain.body);
            const Reply books = client.get("/api/admin/reconcile");
            QVERIFY2(books["ok"].toBool(), books.body);
            const QJsonObject stats = client.get("/api/admin/relay/stats").json();
            QVERIFY(stats["pending"].toInt() >= all.queued.size());
            if (round % 2 == 0)
                QVERIFY(after.stop());
            else
                after.killNine();
            // What was under way is settled now, one way or the other.
            for (auto it = all.underWay.begin(); it != all.underWay.end(); ++it)
                all.levels.remove(it.key());
            all.underWay.clear();
        }
        QVERIFY(all.levels.size() > 20 * rounds / 2 && all.queued.size() >= 20 * rounds);
        qInfo("kept over %d kills: %lld decisions, %lld queued events", rounds, qint64(all.levels.size()),
              qint64(all.queued.size()));
    }

    void theCheckCanFail()
    {
        Acknowledged said;
        said.levels = {{"a", "write"}, {"b", "none"}};
        said.underWay = {{"b", "write"}};
        said.queued = {"e1", "e2"};
        said.decisions = {{"a", 1}, {"b", 2}};
        Found found{{{"a", "write"}, {"b", "none"}, {"c", "read"}}, {"e1", "e2"}, {{"a", 1}, {"b", 2}}};
        QVERIFY(lost(said, found).isEmpty());
        found.levels["b"] = "write"; // under way: either is right
        QVERIFY(lost(said, found).isEmpty());

        Found without = found;
        without.levels.remove("a");
        QCOMPARE(lost(said, without).size(), 1);
        without = found;
        without.levels["a"] = "read";
        QCOMPARE(lost(said, without).size(), 1);
        without = found;
        without.queued.remove("e2");
        QCOMPARE(lost(said, without).size(), 1);
        without = found;
        without.decisions["b"] = 1;
        QCOMPARE(lost(said, without).size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestKillNine)
#include "tst_KillNine.moc"
