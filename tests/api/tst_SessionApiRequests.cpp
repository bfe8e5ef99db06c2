// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/Customer.h"

#include <QTest>

using namespace tower;

namespace {

/// Two steps: the evaluation, then the work.
void letGoOn(ApiFixture &api, std::size_t requests)
{
    for (int step = 0; step < 2; ++step) {
        QTRY_COMPARE(api.slowRequests.size(), requests);
        api.release();
    }
}

} // namespace

/// Requests of a session that run at the same time, come twice, take long, or lose their client.
class TestSessionRequests : public QObject
{
    Q_OBJECT

private slots:
    void idempotencyKeys_data() { TestDatabase::engineRows(); }
    void idempotencyKeys();
    void sameKeyAtTheSameTime();
    void aHundredAtOnce_data() { TestDatabase::engineRows(); }
    void aHundredAtOnce();
    void slowAnswersAreNotCutOff();
    void clientThatLeaves();
};

void TestSessionRequests::idempotencyKeys()
{
    QFETCH(QString, engine);
    ApiFixture api(engine);
    Customer customer(api);
    const Answer first = customer.ask(QStringLiteral("hello"), "key-1");
    const Answer after = customer.look();
    QCOMPARE(customer.ask(QStringLiteral("hello"), "key-1").body, first.body);
    QCOMPARE(customer.ask(QStringLiteral("hello there"), "key-1").brief(),
             QByteArray("422 idempotency_mismatch Idempotency-Key"));
    QCOMPARE(customer.look().body, after.body);
    QVERIFY(customer.ask(QStringLiteral("hello"), "key-2").text("requestId") != first.text("requestId"));
    // Another session's keys are its own.
    Customer other(api);
    QVERIFY(other.ask(QStringLiteral("hello"), "key-1").text("requestId") != first.text("requestId"));
}

void TestSessionRequests::sameKeyAtTheSameTime()
{
    ApiFixture api(QStringLiteral("sqlite"));
    Customer customer(api);
    const auto first = customer.begin(QStringLiteral("[[slow]]"), "key");
    QTRY_COMPARE(api.slowRequests.size(), 1U);
    const auto second = customer.begin(QStringLiteral("[[slow]]"), "key");
    letGoOn(api, 1);
    const Answer answer = first->answer();
    QCOMPARE(answer.text("state"), QStringLiteral("complete"));
    QCOMPARE(second->answer().body, answer.body);
    QCOMPARE(customer.look().at("requests").toInteger(), 1);
}

void TestSessionRequests::aHundredAtOnce()
{
    QFETCH(QString, engine);
    ApiFixture api(engine, spendAll());
    Customer customer(api, 7 * 39);
    std::vector<std::unique_ptr<OpenCall>> calls;
    // As long as "hello", so that each is held for 39 sats.
    for (int i = 0; i < 100; ++i)
        calls.push_back(customer.begin(QStringLiteral("[[slow]]")));
    letGoOn(api, 7);
    QMap<int, int> statuses;
    Sats debited;
    for (const auto &call : calls) {
        const Answer answer = call->answer();
        ++statuses[answer.status];
        if (answer.status == 200)
            debited += answer.sats("debitedSats");
    }
    QCOMPARE(statuses, (QMap<int, int>{{200, 7}, {402, 93}}));
    const Answer after = customer.look();
    QCOMPARE(after.sats("balanceSats"), Sats(7 * 39) - debited);
    QCOMPARE(after.sats("reservedSats"), Sats(0));
    QVERIFY(api.booksAgree());
}

/// The server's limits are for requests; what an agent needs for its answer is not theirs to cut.
void TestSessionRequests::slowAnswersAreNotCutOff()
{
    HttpHostOptions options;
    options.limits.millisPerSecond = 20;
    ApiFixture api(QStringLiteral("sqlite"), {}, options);
    const int longest =
        static_cast<int>(api.settings.integer(Setting::HttpRequestSecs)) * options.limits.millisPerSecond;
    Customer customer(api);
    QTcpSocket idle;
    idle.connectToHost(QHostAddress::LocalHost, api.port());
    QVERIFY(idle.waitForConnected());
    const auto call = customer.begin(QStringLiteral("[[slow]]"));
    QTRY_COMPARE(api.slowRequests.size(), 1U);
    QTest::qWait(3 * longest);
    // The limits were at work meanwhile.
    QTRY_COMPARE(idle.state(), QAbstractSocket::UnconnectedState);
    letGoOn(api, 1);
    QCOMPARE(call->answer().text("state"), QStringLiteral("complete"));
}

void TestSessionRequests::clientThatLeaves()
{
    ApiFixture api(QStringLiteral("sqlite"));
    Customer customer(api);
    constexpr int rounds = 20;
    for (int i = 0; i < rounds; ++i) {
        const QByteArray key = "key-" + QByteArray::number(i);
        const auto call = customer.begin(QStringLiteral("[[slow]]"), key);
        QTRY_COMPARE(api.slowRequests.size(), 1U);
        call->hangUp();
        QTRY_COMPARE(api.api->host().connections(), 0);
        letGoOn(api, 1);
        QTRY_COMPARE(api.api->router().running(), 0);
    }
    QCOMPARE(customer.look().at("requests").toInteger(), rounds);
    // Who comes back with the key finds the answer, and is debited nothing more.
    const Sats balance = customer.look().sats("balanceSats");
    QCOMPARE(customer.ask(QStringLiteral("[[slow]]"), "key-0").text("state"), QStringLiteral("complete"));
    QCOMPARE(customer.look().sats("balanceSats"), balance);
    QVERIFY(api.booksAgree());
}

QTEST_GUILESS_MAIN(TestSessionRequests)
#include "tst_SessionApiRequests.moc"
