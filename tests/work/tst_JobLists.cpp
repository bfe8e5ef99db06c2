// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/JobStore.h"
#include "tests/identity/IdentityHouse.h"
#include "tests/identity/ListPlans.h"

#include <QTest>

#include <array>
#include <barrier>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

constexpr JobState states[] = {
    JobState::AwaitingEvalPayment, JobState::Evaluating, JobState::Rejected, JobState::AwaitingWorkPayment,
    JobState::Executing,           JobState::Complete,   JobState::Failed,   JobState::Expired};

/// 48 jobs: six in each state, of three customers, each eight of the same moment.
struct ListHouse : IdentityHouse
{
    explicit ListHouse(const QString &engine)
        : IdentityHouse(engine)
    {
        for (int customer = 1; customer < 3; ++customer)
            setScore(numbered(customer), 1);
        Transaction transaction(*database);
        for (int i = 0; i < 48; ++i) {
            Job job;
            job.id = QStringLiteral("job-%1").arg(i * 29 % 48, 2, 10, QLatin1Char('0'));
            job.request = QStringLiteral("request");
            job.state = states[i % 8];
            if (i % 3 > 0)
                job.pubkey = numbered(i % 3);
            job.createdAt = start + seconds(i / 8);
            store.insert(transaction, job);
        }
        database->execute("UPDATE jobs SET lease_until = 0 WHERE state IN ('evaluating', 'executing')");
        database->execute(
            "UPDATE jobs SET finished_at = 1 WHERE state IN ('rejected', 'complete', 'failed', 'expired')");
        transaction.commit();
    }

    JobStore store{*database, QStringLiteral("this-program")};
};

bool isOpen(JobState state)
{
    return state == JobState::AwaitingEvalPayment || state == JobState::Evaluating ||
           state == JobState::AwaitingWorkPayment || state == JobState::Executing;
}

std::vector<Job> all(JobStore &store, const JobFilter &filter, int limit)
{
    std::vector<Job> out;
    PageRequest request{limit, {}};
    do {
        const Page<Job> page = store.list(filter, request);
        out.insert(out.end(), page.items.begin(), page.items.end());
        request.cursor = page.nextCursor;
    } while (!request.cursor.isEmpty() && out.size() < 1'000);
    return out;
}

} // namespace

Q_DECLARE_METATYPE(tower::JobFilter)

class TestJobLists : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void filters_data()
    {
        QTest::addColumn<JobFilter>("filter");
        QTest::newRow("all") << JobFilter{};
        QTest::newRow("a state") << JobFilter{.state = JobState::Complete};
        QTest::newRow("a customer") << JobFilter{.pubkey = numbered(1)};
        QTest::newRow("open") << JobFilter{.open = true};
        QTest::newRow("a customer's open ones") << JobFilter{.pubkey = numbered(2), .open = true};
        QTest::newRow("a customer's in a state")
            << JobFilter{.state = JobState::Failed, .pubkey = numbered(1)};
        QTest::newRow("a state and open") << JobFilter{.state = JobState::Executing, .open = true};
    }
    void filters()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(JobFilter, filter);
        ListHouse house(engine);
        std::vector<Job> expected = house.store.list({}, {100, {}}).items;
        QCOMPARE(expected.size(), std::size_t(48));
        std::erase_if(expected, [&](const Job &job) {
            return (filter.state && job.state != filter.state) ||
                   (filter.pubkey && job.pubkey != filter.pubkey) || (filter.open && !isOpen(job.state));
        });
        std::sort(expected.begin(), expected.end(), [](const Job &a, const Job &b) {
            return std::pair(b.createdAt, b.id) < std::pair(a.createdAt, a.id);
        });
        QVERIFY(!expected.empty());
        const std::vector<Job> listed = all(house.store, filter, 3);
        QCOMPARE(listed.size(), expected.size());
        for (std::size_t i = 0; i < listed.size(); ++i)
            QCOMPARE(listed[i].id, expected[i].id);
        QCOMPARE(house.store.list(filter, {3, {}}).total, static_cast<std::int64_t>(expected.size()));
    }

    void plansWalkAnIndex_data() { filters_data(); }
    void plansWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return; // the plan of a small table says nothing there
        QFETCH(JobFilter, filter);
        ListHouse house(engine);
        const QString cursor = house.store.list(filter, {1, {}}).nextCursor;
        QVERIFY(!cursor.isEmpty());
        const QStringList wasteful = wastefulPlans(*house.database, JobStore::listQuery(filter), cursor);
        QVERIFY2(wasteful.isEmpty(), qPrintable(wasteful.join(u'\n')));
    }

    void runningJobsAreFoundByTheirLease()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        ListHouse house(engine);
        const QStringList plan = queryPlan(
            *house.database, QStringLiteral("SELECT id, state, attempts FROM jobs WHERE lease_until <= 1 "
                                            "ORDER BY lease_until LIMIT 1"));
        QVERIFY2(!readsEverything(plan) && plan.join(u' ').contains(u"jobs_running"),
                 qPrintable(plan.join(u'\n')));
    }

    void programsClaimSideBySide()
    {
        QFETCH_GLOBAL(QString, engine);
        ListHouse house(engine);
        constexpr int count = 4;
        std::array<QStringList, count> claimed;
        std::barrier together(count);
        std::vector<std::thread> programs;
        for (int n = 0; n < count; ++n) {
            programs.emplace_back([&, n] {
                const auto connection = house.database.another();
                JobStore store(*connection, QStringLiteral("program-%1").arg(n));
                together.arrive_and_wait();
                while (const auto run = store.claim(start, start + seconds(120)))
                    claimed.at(static_cast<std::size_t>(n)) << run->id;
            });
        }
        for (std::thread &program : programs)
            program.join();
        QStringList all;
        for (const QStringList &ids : claimed)
            all += ids;
        QCOMPARE(all.size(), 12);
        QCOMPARE(all.removeDuplicates(), 0);
        QCOMPARE(house.database->number("SELECT SUM(attempts) AS n FROM jobs"), 12);
    }

    void claimsGoRound()
    {
        QFETCH_GLOBAL(QString, engine);
        ListHouse house(engine);
        JobStore other(*house.database, QStringLiteral("another-program"));
        QStringList claimed;
        for (int i = 0; i < 12; ++i) {
            const auto run = (i % 2 ? house.store : other).claim(start, start + seconds(120));
            QVERIFY(run);
            QCOMPARE(run->attempt, 1);
            QVERIFY(!claimed.contains(run->id));
            claimed << run->id;
        }
        QVERIFY(!house.store.claim(start, start + seconds(120)));
        house.store.recover(); // what was this program's, not the other's
        QVERIFY(house.store.claim(start, start + seconds(120)));
        for (int i = 0; i < 5; ++i)
            QCOMPARE(house.store.claim(start, start + seconds(120)).value().attempt, 2);
        QVERIFY(!house.store.claim(start + seconds(119), start + seconds(300)));
        for (int i = 0; i < 12; ++i)
            QVERIFY(house.store.claim(start + seconds(120), start + seconds(300)));
    }
};

QTEST_GUILESS_MAIN(TestJobLists)
#include "tst_JobLists.moc"
