// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/TowerProcess.h"

#include <QJsonArray>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace tower::test;

namespace {

constexpr int clients = 3;
constexpr int deposit = 5'000;

/// No AI and no price from outside, no limits.
Variables variables()
{
    Variables out = allSecrets();
    for (const char *absent : {"ANTHROPIC_API_KEY", "LNBITS_API_KEY", "DO_API_TOKEN", "TAILSCALE_API_KEY"})
        out.remove(QLatin1String(absent));
    out.insert("BTC_PRICE_SOURCES", "");
    out.insert("RATE_LIMIT_CREATE_PER_MIN", "0");
    out.insert("RATE_LIMIT_PUBLIC_PER_MIN", "0");
    return out;
}

/// What the tower said yes to.
struct Said
{
    QMap<QByteArray, QString> ended;   ///< job -> its final state
    QMap<QByteArray, QString> paid;    ///< job -> what was paid last: eval or work
    QMap<QByteArray, int> debited;     ///< session -> sats, over the requests that were answered
    QMap<QByteArray, int> requests;    ///< session -> how many were answered
    QMap<QByteArray, QByteArray> keys; ///< session -> macaroon

    void add(const Said &other)
    {
        ended.insert(other.ended);
        paid.insert(other.paid);
        for (auto it = other.debited.begin(); it != other.debited.end(); ++it)
            debited[it.key()] += it.value();
        for (auto it = other.requests.begin(); it != other.requests.end(); ++it)
            requests[it.key()] += it.value();
        keys.insert(other.keys);
    }
};

bool isFinal(const QString &state)
{
    return state == "complete" || state == "failed" || state == "rejected" || state == "expired";
}

/// What is not as it was said, of a job that is `state` now.
QString wrongOfJob(const Said &said, const QByteArray &job, const QString &state)
{
    if (said.ended.contains(job) && said.ended[job] != state)
        return QString("job %1 is %2, not %3").arg(QString(job), state, said.ended[job]);
    const QString paid = said.paid.value(job);
    if (paid == "eval" && (state == "awaiting_eval_payment" || state == "expired"))
        return QString("the evaluation of job %1 was paid, and it is %2").arg(QString(job), state);
    if (paid == "work" && state != "complete" && state != "failed" && state != "executing")
        return QString("the work of job %1 was paid, and it is %2").arg(QString(job), state);
    return {};
}

/// What is not as it was said, of a session with this balance and so many requests now. One request at a time
/// was under way, so one at most was debited and not answered.
QString wrongOfSession(const Said &said, const QByteArray &session, int balance, int reserved, int requests)
{
    const int most = deposit - said.debited.value(session);
    const int answered = said.requests.value(session);
    if (balance > most || balance < 0)
        return QString("session %1 has %2 sats, not %3 at most").arg(QString(session)).arg(balance).arg(most);
    if (requests < answered)
        return QString("session %1 lost a request").arg(QString(session));
    if (requests == answered && balance != most)
        return QString("session %1 lost %2 sats").arg(QString(session)).arg(most - balance);
    if (reserved != 0)
        return QString("session %1 holds %2 sats for nothing").arg(QString(session)).arg(reserved);
    return {};
}

/// One customer: jobs of all kinds from invoice to result, and a session, until the tower dies.
class Customer
{
public:
    Customer(QString url, int round, int number)
        : m_url(std::move(url))
        , m_round(round)
        , m_number(number)
    {
    }

    void run(std::atomic<int> &answers)
    {
        HttpClient client(m_url);
        QByteArray session;
        if (!openSession(client, session))
            return;
        HttpClient spender(m_url, m_said.keys[session]);
        static const char *kinds[] = {"", "[[reject]]", "", "[[fail]]"};
        for (int n = 0; n < 10'000; ++n) {
            const QString text =
                QString("round %1, %2 by %3 %4").arg(m_round).arg(n).arg(m_number).arg(kinds[n % 4]);
            if (!work(client, text) || !spend(spender, session, text))
                return;
            ++answers;
        }
    }
    [[nodiscard]] const Said &said() const { return m_said; }

private:
    static bool pay(HttpClient &client, const QJsonValue &invoice)
    {
        const QByteArray hash = invoice["paymentHash"].toString().toLatin1();
        return client.post("/api/dev/stub/pay/" + hash, QJsonObject()).status == 200;
    }

    bool openSession(HttpClient &client, QByteArray &id)
    {
        const Reply opened = client.post("/api/sessions", QJsonObject{{"amount_sats", deposit}});
        if (opened.status != 201 || !pay(client, opened["invoice"]))
            return false;
        id = opened["sessionId"].toString().toLatin1();
        const Reply active = client.get("/api/sessions/" + id);
        m_said.keys[id] = active["macaroon"].toString().toLatin1();
        return active["state"].toString() == "active";
    }

    bool spend(HttpClient &client, const QByteArray &session, const QString &text)
    {
        const Reply answer =
            client.post("/api/sessions/" + session + "/request", QJsonObject{{"request", text}});
        if (answer.status == 402)
            return true;
        if (answer.status != 200)
            return false;
        m_said.debited[session] += answer["debitedSats"].toInt();
        ++m_said.requests[session];
        return true;
    }

    bool work(HttpClient &client, const QString &text)
    {
        const Reply made = client.post("/api/jobs", QJsonObject{{"request", text}});
        const QByteArray id = made["jobId"].toString().toLatin1();
        if (made.status != 201 || !pay(client, made["evalInvoice"]))
            return false;
        m_said.paid[id] = "eval";
        for (int i = 0; i < 200; ++i) {
            const Reply job = client.get("/api/jobs/" + id);
            if (job.status != 200)
                return false;
            const QString state = job["state"].toString();
            if (isFinal(state)) {
                m_said.ended[id] = state;
                return true;
            }
            if (state == "awaiting_work_payment") {
                if (!pay(client, job["workInvoice"]))
                    return false;
                m_said.paid[id] = "work";
            }
        }
        return true;
    }

    QString m_url;
    int m_round;
    int m_number;
    Said m_said;
};

/// Everything that is not as it was said, once nothing runs any more.
QStringList wrong(const QString &url, const Said &said)
{
    HttpClient client(url);
    QStringList out;
    for (auto it = said.paid.begin(); it != said.paid.end(); ++it) {
        QString state;
        const bool rests = QTest::qWaitFor(
            [&] {
                state = client.get("/api/jobs/" + it.key())["state"].toString();
                return isFinal(state) || state == "awaiting_work_payment";
            },
            20'000);
        if (!rests)
            out << "job " + QString(it.key()) + " is stuck in " + state;
        if (const QString what = wrongOfJob(said, it.key(), state); !what.isEmpty())
            out << what;
    }
    for (const QByteArray &id : said.keys.keys()) {
        const Reply session = client.get("/api/sessions/" + id);
        const QString what = wrongOfSession(said, id, session["balanceSats"].toInt(-1),
                                            session["reservedSats"].toInt(-1), session["requests"].toInt());
        if (!what.isEmpty())
            out << what;
    }
    return out;
}

} // namespace

/// kill -9 at random moments while customers pay and work is done: no sat is lost or made, nothing stays
/// stuck.
class TestKillMoney : public QObject
{
    Q_OBJECT

private slots:
    void noSatIsLost()
    {
        const int rounds = std::max(1, qEnvironmentVariable("TOWER_KILL_ROUNDS", "10").toInt());
        QRandomGenerator random(20'261'121);
        QTemporaryDir folder;
        const QString data = folder.filePath("data");
        int ended = 0;
        for (int round = 0; round < rounds; ++round) {
            Towerd tower(data, {}, variables());
            QVERIFY2(tower.serve(), tower.errors().right(3'000));
            std::vector<Customer> customers;
            for (int n = 0; n < clients; ++n)
                customers.emplace_back(tower.url(), round, n);
            std::atomic<int> answers = 0;
            std::vector<std::thread> threads;
            for (Customer &customer : customers)
                threads.emplace_back([&customer, &answers] { customer.run(answers); });
            const int enough = 5 + random.bounded(20);
            const bool busy = QTest::qWaitFor([&] { return answers >= enough; }, 30'000);
            tower.waitForFinished(random.bounded(30)); // and not right after an answer
            tower.killNine();
            for (std::thread &thread : threads)
                thread.join();
            Said said;
            for (const Customer &customer : customers)
                said.add(customer.said());
            QVERIFY2(busy, tower.errors().right(3'000));

            if (round % 3 == 2) { // killed while it recovers
                Towerd starting(data, {}, variables());
                starting.serve();
                starting.waitForFinished(random.bounded(30));
                starting.killNine();
            }
            Towerd after(data, {}, variables());
            QVERIFY2(after.serve(), after.errors().right(3'000));
            const QStringList found = wrong(after.url(), said);
            QVERIFY2(found.isEmpty(), qPrintable(found.join('\n').left(3'000)));
            HttpClient admin(after.url(), adminToken);
            const Reply books = admin.get("/api/admin/reconcile");
            QVERIFY2(books["ok"].toBool(), books.body);
            const Reply chain = admin.get("/api/admin/activity/verify");
            QVERIFY2(chain["ok"].toBool(), chain.body);
            ended += static_cast<int>(said.ended.size());
            QVERIFY(after.stop());
        }
        QVERIFY(ended >= 5 * rounds);
        qInfo("kept over %d kills: %d ended jobs", rounds, ended);
    }

    void theCheckCanFail()
    {
        Said said;
        said.paid = {{"a", "eval"}, {"b", "work"}};
        said.ended = {{"c", "complete"}};
        said.debited = {{"s", 100}};
        said.requests = {{"s", 2}};
        QCOMPARE(wrongOfJob(said, "a", "awaiting_work_payment"), QString());
        QVERIFY(!wrongOfJob(said, "a", "expired").isEmpty());
        QCOMPARE(wrongOfJob(said, "b", "failed"), QString());
        QVERIFY(!wrongOfJob(said, "b", "awaiting_work_payment").isEmpty());
        QVERIFY(!wrongOfJob(said, "c", "failed").isEmpty());
        QCOMPARE(wrongOfSession(said, "s", deposit - 100, 0, 2), QString());
        QCOMPARE(wrongOfSession(said, "s", deposit - 140, 0, 3), QString());
        QVERIFY(!wrongOfSession(said, "s", deposit - 140, 0, 2).isEmpty()); // debited for nothing
        QVERIFY(!wrongOfSession(said, "s", deposit - 60, 0, 2).isEmpty());  // sats made
        QVERIFY(!wrongOfSession(said, "s", deposit - 100, 0, 1).isEmpty());
        QVERIFY(!wrongOfSession(said, "s", deposit - 140, 40, 3).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestKillMoney)
#include "tst_KillMoney.moc"
