// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What many connections do to one pool at once; and that these tests would notice a pool that reads first and
// writes later.
#include "core/base/Error.h"
#include "tests/pool/PoolHouse.h"

#include <QTest>

#include <atomic>
#include <barrier>
#include <functional>
#include <mutex>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int threads = 4;
constexpr int decisions = 100;
constexpr int each = decisions / threads;
constexpr Sats estimate(39);
constexpr const char *poolForSeven = "273";

/// Runs `work(services, thread)` on as many threads, each with a connection and services of its own, all
/// beginning at once. What one of them throws, or "".
QString together(PoolHouse &house, const std::function<void(PoolServices &, int)> &work)
{
    std::barrier ready(threads);
    std::mutex mutex;
    QString problem;
    std::vector<std::thread> running;
    for (int thread = 0; thread < threads; ++thread) {
        running.emplace_back([&, thread] {
            const auto connection = house.database.another();
            PoolServices services(*connection, house.clock, house.settings);
            ready.arrive_and_wait();
            try {
                work(services, thread);
            } catch (const ServiceError &error) {
                const std::scoped_lock lock(mutex);
                problem = error.message();
            }
        });
    }
    for (std::thread &one : running)
        one.join();
    return problem;
}

QString refOf(int thread, int i)
{
    return QStringLiteral("job:%1-%2").arg(thread).arg(i);
}

void setJobs(PoolHouse &house)
{
    Transaction transaction(*house.database);
    for (int thread = 0; thread < threads; ++thread) {
        for (int i = 0; i < each; ++i)
            setJob(*house.database, refOf(thread, i).mid(4), "executing");
    }
    transaction.commit();
}

} // namespace

class TestPoolRaces : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aPoolForSevenServesSeven()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, poolForSeven);
        setJobs(house);
        for (int i = 0; i < decisions; ++i)
            house.services.setScore(numbered(i), 200);
        std::atomic<int> free = 0;
        std::atomic<int> gated = 0;
        const QString problem = together(house, [&](PoolServices &services, int thread) {
            for (int i = 0; i < each; ++i) {
                const PubKey key = numbered(thread * each + i);
                const Serve serve = services.reserve(key, estimate, refOf(thread, i)).serve;
                free += serve == Serve::Free ? 1 : 0;
                gated += serve == Serve::Gate ? 1 : 0;
            }
        });
        QCOMPARE(problem, QString());
        QCOMPARE(free, 7);
        QCOMPARE(gated, decisions - 7);
        QCOMPARE(house.services.pool.status().reserved, Sats(273));
        QCOMPARE(house.wrong(), QString());
    }

    /// The negative control: everybody decides on what was read, and writes it afterwards.
    void readingFirstServesMore()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, poolForSeven);
        for (int i = 0; i < decisions; ++i)
            house.services.setScore(numbered(i), 200);
        std::atomic<int> free = 0;
        std::barrier round(threads);
        const QString problem = together(house, [&](PoolServices &services, int thread) {
            for (int i = 0; i < each; ++i) {
                const PubKey key = numbered(thread * each + i);
                const Sats reserved = PoolStore(services.database).balance()->reserved;
                const FreeTierDecision decision = services.pool.decide(key, estimate);
                round.arrive_and_wait();
                if (decision.serve == Serve::Free) {
                    services.database.execute("UPDATE generosity_pool SET reserved_sats = ?",
                                              {reserved + decision.absorb});
                    ++free;
                }
                round.arrive_and_wait();
            }
        });
        QCOMPARE(problem, QString());
        QVERIFY2(free > 7, "this test can't tell a guarded reservation from an unguarded one");
    }

    void aBudgetIsSpentOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        setJobs(house);
        house.services.setScore(numbered(1), 10); // 50 sats a day
        std::atomic<std::int64_t> absorbed = 0;
        std::atomic<std::int64_t> promised = 0;
        const QString problem = together(house, [&](PoolServices &services, int thread) {
            for (int i = 0; i < each; ++i) {
                const FreeTierDecision decision = services.reserve(numbered(1), Sats(7), refOf(thread, i));
                promised += decision.absorb.value();
                if (i % 2 == 0)
                    absorbed += services.commit(decision.reservationId, Sats(7)).value();
            }
        });
        QCOMPARE(problem, QString());
        QCOMPARE(promised, 50);
        QCOMPARE(house.services.identities.find(numbered(1))->satsAbsorbedToday, Sats(absorbed));
        QCOMPARE(house.services.pool.status().balance, Sats(10'000 - absorbed));
        QCOMPARE(house.services.pool.status().reserved, Sats(50 - absorbed));
        QCOMPARE(house.wrong(), QString());
    }

    void oneReservationEndsOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(numbered(1), 200);
        for (int i = 0; i < 10; ++i) {
            const QString id = house.services.reserve(numbered(1), Sats(30), refOf(0, i)).reservationId;
            house.clock.advance(GenerosityPool::holdFor);
            std::atomic<std::int64_t> absorbed = 0;
            const QString problem = together(house, [&](PoolServices &services, int thread) {
                if (thread == 0)
                    services.release(id);
                else if (thread == 1)
                    services.pool.expireDue(10);
                else
                    absorbed += services.commit(id, Sats(30)).value();
            });
            QCOMPARE(problem, QString());
            QVERIFY(absorbed == 0 || absorbed == 30);
            QCOMPARE(house.services.pool.status().reserved, Sats(0));
        }
        QCOMPARE(house.wrong(), QString());
    }

    void oneRefIsCreditedOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "0");
        std::atomic<std::int64_t> credited = 0;
        const QString problem = together(house, [&](PoolServices &services, int) {
            for (int i = 0; i < each; ++i)
                credited += services.credit(Sats(100), refOf(0, i)).value();
        });
        QCOMPARE(problem, QString());
        QCOMPARE(credited, 10 * each);
        QCOMPARE(house.services.pool.status().balance, Sats(10 * each));
        QCOMPARE(house.wrong(), QString());
    }

    void openedOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, PoolHouse::notOpened);
        const QString problem = together(house, [](PoolServices &services, int) { services.pool.seed(); });
        QCOMPARE(problem, QString());
        QCOMPARE(house.services.pool.status().balance, Sats(10'000));
        QCOMPARE(house.count("SELECT count(*) AS n FROM ledger"), 1);
        QCOMPARE(house.wrong(), QString());
    }

    void everythingAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "400");
        setJobs(house);
        for (int i = 0; i < 3; ++i)
            house.services.setScore(numbered(i), 200);
        const QString problem = together(house, [&](PoolServices &services, int thread) {
            for (int i = 0; i < each; ++i) {
                const PubKey key = numbered((thread + i) % 3);
                const QString id = services.reserve(key, Sats(20 + i), refOf(thread, i)).reservationId;
                if (i % 3 == 0)
                    services.release(id);
                else if (i % 3 == 1)
                    services.commit(id, Sats(15 + i));
                services.credit(Sats(50), refOf(thread, i));
                if (i % 5 == 0)
                    services.pool.adjust(Sats(1), text("one more"), text("admin"));
            }
        });
        QCOMPARE(problem, QString());
        const PoolStatus status = house.services.pool.status();
        QCOMPARE(status.balance, Sats(400 + decisions * 5 + threads * 5) - status.absorbed.ever);
        QVERIFY(status.reserved <= status.balance);
        QCOMPARE(house.wrong(), QString());
        QVERIFY(Activity::verify(*house.database).ok);
    }
};

QTEST_GUILESS_MAIN(TestPoolRaces)
#include "tst_PoolRaces.moc"
