// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sessions when much happens at once, and when programs end in the middle of it.
#include "tests/work/SessionHouse.h"

#include <QTest>
#include <QThread>

#include <array>
#include <atomic>
#include <barrier>
#include <functional>

using namespace tower;
using namespace tower::test;

namespace {

const QString hello = QStringLiteral("hello");
const QString once = QStringLiteral("once");
constexpr int requests = 100;
constexpr int affordable = 7;
const Settings::Values tight{{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("1")},
                             {QStringLiteral("FREE_TIER_POOL_CREDIT_PCT"), QStringLiteral("50")}};

struct Count
{
    int complete = 0;
    int needMore = 0;
    int other = 0;

    void add(const Result<Asked> &result)
    {
        if (!result.value)
            ++other;
        else if (const auto *answer = std::get_if<Sessions::Answer>(&*result.value))
            ++(answer->request.state == RequestState::Complete ? complete : other);
        else
            ++needMore;
    }
};

/// Deposits what pays for 7 requests, with something left over.
Session sessionForSeven(SessionHouse &house)
{
    const Sats price = house->priceOf(hello);
    return house->paid(Sats(price.value() * affordable + price.value() / 2));
}

/// So many programs at once, each with a connection and an event loop of its own.
void inPrograms(SessionHouse &house, int programs, const std::function<void(SessionServices &, int)> &work)
{
    std::barrier begin(programs);
    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < programs; ++i) {
        threads.emplace_back(QThread::create([&, i] {
            const auto db = house.database.another();
            SessionServices program(*db, house.clock, house.settings, house.secrets,
                                    QStringLiteral("program %1").arg(i));
            begin.arrive_and_wait();
            work(program, i);
        }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        thread->wait();
}

/// How the reservation must not be made: read, wait, then write what was read and more.
QCoro::Task<int> reserveUnguarded(SessionServices &services, QString id, Sats sats, Later<bool> wait)
{
    const Session read = services.session(id);
    if (read.available() < sats)
        co_return 0;
    co_await wait;
    services.db.execute("UPDATE sessions SET reserved_sats = ? WHERE id = ?", {read.reserved + sats, id});
    co_return 1;
}

} // namespace

class TestSessionRaces : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aHundredRequestsForSeven_data();
    void aHundredRequestsForSeven();
    void withoutTheGuardTheyOverspend();
    void aHundredRequestsFromSeveralPrograms();
    void oneKeyFromSeveralPrograms();
    void anotherProgramAnswers();
    void anotherProgramDies();
    void aCrashDebitsNothing();
    void aLeaseIsHeld();
    void stopping();
};

void TestSessionRaces::aHundredRequestsForSeven_data()
{
    QTest::addColumn<bool>("holds");
    QTest::newRow("all at once") << true;
    QTest::newRow("one after another") << false;
}
void TestSessionRaces::aHundredRequestsForSeven()
{
    QFETCH_GLOBAL(QString, engine);
    QFETCH(bool, holds);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    house->agent.holds = holds;
    std::vector<Pending<Asked>> asked;
    for (int i = 0; i < requests; ++i)
        asked.push_back(house->ask(session, hello));
    if (holds) {
        QTRY_COMPARE(house->agent.held(), std::size_t(affordable));
        QCOMPARE(house->session(session.id).reserved, Sats(house->priceOf(hello).value() * affordable));
        house->agent.letGo();
    }
    Count count;
    for (const auto &one : asked)
        count.add(outcomeOf(one));
    QCOMPARE(count.complete, affordable);
    QCOMPARE(count.needMore, requests - affordable);
    QCOMPARE(house->agent.executed, affordable);
    QCOMPARE(house->session(session.id).balance, Sats(house->priceOf(hello).value() / 2));
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QCOMPARE(house->session(session.id).requestCount, affordable);
    QCOMPARE(house.wrong(), QStringList());
}

/// The negative control: what the guarded update is there for.
void TestSessionRaces::withoutTheGuardTheyOverspend()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    std::vector<Later<bool>> waits(requests);
    std::vector<Pending<int>> asked;
    for (const Later<bool> &wait : waits)
        asked.push_back(begun(reserveUnguarded(*house, session.id, house->priceOf(hello), wait)));
    for (const Later<bool> &wait : waits)
        wait.give(true);
    int reserved = 0;
    for (const auto &one : asked)
        reserved += outcomeOf(one).value.value();
    QVERIFY(reserved > affordable);
}

void TestSessionRaces::aHundredRequestsFromSeveralPrograms()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    constexpr int programs = 4;
    std::array<Count, programs> counts;
    inPrograms(house, programs, [&](SessionServices &program, int number) {
        std::vector<Pending<Asked>> asked;
        for (int i = 0; i < requests / programs; ++i)
            asked.push_back(program.ask(session, hello));
        for (const auto &one : asked)
            counts[static_cast<std::size_t>(number)].add(outcomeOf(one));
    });
    Count all;
    for (const Count &count : counts) {
        all.complete += count.complete;
        all.needMore += count.needMore;
        all.other += count.other;
    }
    QCOMPARE(all.other, 0);
    QCOMPARE(all.complete, affordable);
    QCOMPARE(all.needMore, requests - affordable);
    QCOMPARE(house->session(session.id).balance, Sats(house->priceOf(hello).value() / 2));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRaces::oneKeyFromSeveralPrograms()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    constexpr int programs = 4;
    std::array<QString, programs> ids;
    std::atomic<int> executed = 0;
    inPrograms(house, programs, [&](SessionServices &program, int number) {
        const auto result = program.answerTo(session, hello, once);
        if (result.value)
            ids[static_cast<std::size_t>(number)] = std::get<Sessions::Answer>(*result.value).request.id;
        executed += program.agent.executed;
    });
    QCOMPARE(executed, 1);
    QVERIFY(!ids[0].isEmpty());
    for (const QString &id : ids)
        QCOMPARE(id, ids[0]);
}

void TestSessionRaces::anotherProgramAnswers()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    const auto db = house.database.another();
    SessionServices other(*db, house.clock, house.settings, house.secrets, QStringLiteral("there"));
    other.agent.holds = true;
    const auto first = other.ask(session, hello, once);
    QTRY_COMPARE(other.agent.held(), std::size_t(1));
    house->sessions.start(); // ends nothing of what the other one does
    const auto repeat = house->ask(session, hello, once);
    QVERIFY(!QTest::qWaitFor([&] { return repeat->isThere(); }, 700));
    other.agent.letGo();
    const auto answer = std::get<Sessions::Answer>(outcomeOf(repeat).value.value());
    QCOMPARE(answer.request.state, RequestState::Complete);
    QCOMPARE(answer.request.id, std::get<Sessions::Answer>(outcomeOf(first).value.value()).request.id);
    QCOMPARE(house->agent.executed, 0);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRaces::anotherProgramDies()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const PubKey key = house->known(1, 30);
    const Session session = house->paid(Sats(500), key);
    {
        const auto db = house.database.another();
        SessionServices other(*db, house.clock, house.settings, house.secrets, QStringLiteral("there"));
        other.agent.holds = true;
        other.ask(session, hello, once);
        QTRY_COMPARE(other.agent.held(), std::size_t(1));
    }
    const auto repeat = house->ask(session, hello, once);
    QVERIFY(!QTest::qWaitFor([&] { return repeat->isThere(); }, 700)); // its lease is not over
    house.clock.advance(seconds(121));
    const auto answer = std::get<Sessions::Answer>(outcomeOf(repeat).value.value());
    QCOMPARE(answer.request.state, RequestState::Failed);
    QVERIFY(!answer.request.error.isEmpty());
    QCOMPARE(answer.session.balance, Sats(500));
    QCOMPARE(answer.session.reserved, Sats(0));
    QCOMPARE(house->identities.find(key)->score, 30);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRaces::aCrashDebitsNothing()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = house->paid(Sats(500), house->known(1, 20));
    house->agent.holds = true;
    std::vector<Pending<Asked>> asked;
    for (int i = 0; i < 3; ++i)
        asked.push_back(house->ask(session, hello));
    QTRY_COMPARE(house->agent.held(), std::size_t(3));
    QVERIFY(house->pool.status().reserved > Sats(0));
    QVERIFY(house->session(session.id).reserved > Sats(0));

    house.boot();
    for (const auto &one : asked)
        QCOMPARE(outcomeOf(one).code(), QByteArray("stopping"));
    QCOMPARE(house.wrong(), QStringList());
    QVERIFY(house->session(session.id).reserved > Sats(0));
    house->sessions.start();
    const Session after = house->session(session.id);
    QCOMPARE(after.reserved, Sats(0));
    QCOMPARE(after.balance, Sats(500));
    QCOMPARE(house->pool.status().reserved, Sats(0));
    for (const SessionRequest &request : house->sessions.requests(session.id, {}).items) {
        QCOMPARE(request.state, RequestState::Failed);
        QCOMPARE(request.debited, Sats(0));
    }
    QCOMPARE(house->identities.find(*session.pubkey)->score, 20);
    house->sessions.start(); // nothing twice
    QCOMPARE(house->session(session.id).requestCount, 3);
    QCOMPARE(house->answered(session, hello).state, RequestState::Complete);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRaces::aLeaseIsHeld()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    const auto db = house.database.another();
    SessionServices other(*db, house.clock, house.settings, house.secrets, QStringLiteral("there"));
    house->agent.holds = true;
    const auto running = house->ask(session, hello);
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    for (int i = 0; i < 3; ++i) {
        house.clock.advance(seconds(100));
        house->sessions.start(); // as its timer does
        other.sessions.start();
    }
    QVERIFY(house->session(session.id).reserved > Sats(0));
    house.clock.advance(seconds(121)); // but not for ever
    other.sessions.start();
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    house->agent.letGo(); // too late: it has ended, and the answer says so
    const auto answer = std::get<Sessions::Answer>(outcomeOf(running).value.value());
    QCOMPARE(answer.request.state, RequestState::Failed);
    QCOMPARE(answer.session.balance, session.balance);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRaces::stopping()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, tight);
    const Session session = sessionForSeven(house);
    house->sessions.start();
    house->agent.holds = true;
    const auto running = house->ask(session, hello, once);
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    const auto repeat = house->ask(session, hello, once);
    house->sessions.stop();
    QCOMPARE(outcomeOf(repeat).code(), QByteArray("stopping"));
    QCOMPARE(house->answerTo(session, hello).code(), QByteArray("stopping"));
    QVERIFY(house->sessions.isRunning());
    house->agent.abort();
    QTRY_VERIFY(!house->sessions.isRunning());
    const auto answer = std::get<Sessions::Answer>(outcomeOf(running).value.value());
    QCOMPARE(answer.request.state, RequestState::Failed);
    QCOMPARE(answer.request.debited, Sats(0));
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QCOMPARE(house.wrong(), QStringList());
}

QTEST_GUILESS_MAIN(TestSessionRaces)
#include "tst_SessionRaces.moc"
