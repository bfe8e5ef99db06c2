// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/work/JobHouse.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString request = QStringLiteral("hello");

/// The customer 1 pays 19 sats for the work; the pool takes on 20.
struct RecoveryHouse : JobHouse
{
    explicit RecoveryHouse(const QString &engine)
        : JobHouse(engine, {{QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), QStringLiteral("20")}})
    {
        setScore(keyOf(1), 30);
    }
    PaymentHash openHash(const QString &id)
    {
        return program->jobs.openInvoice(program->job(id)).value().paymentHash;
    }
    std::int64_t attemptsOf(const QString &id)
    {
        return database->number("SELECT attempts AS n FROM jobs WHERE id = ?", {id});
    }
};

/// Where the program is when it is gone from one moment to the next.
enum CrashAt {
    Created,
    EvalPaidUnseen, ///< the wallet has the money, the tower does not know yet
    EvalBooked,
    EvaluatingNow,
    Reserved, ///< accepted and reserved, the work invoice not there yet
    AskedForWork,
    WorkPaidUnseen,
    WorkBooked,
    ExecutingNow,
    Done,
};

} // namespace

/// Crashes, stops, and programs that do another one's work.
class TestJobRecovery : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void crashesAtEachStep_data()
    {
        QTest::addColumn<int>("at");
        QTest::newRow("created") << int(Created);
        QTest::newRow("evaluation paid, not seen") << int(EvalPaidUnseen);
        QTest::newRow("evaluation booked") << int(EvalBooked);
        QTest::newRow("evaluating") << int(EvaluatingNow);
        QTest::newRow("reserved") << int(Reserved);
        QTest::newRow("asked for the work") << int(AskedForWork);
        QTest::newRow("work paid, not seen") << int(WorkPaidUnseen);
        QTest::newRow("work booked") << int(WorkBooked);
        QTest::newRow("executing") << int(ExecutingNow);
        QTest::newRow("done") << int(Done);
    }
    void crashesAtEachStep()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, at);
        RecoveryHouse house(engine);
        const auto crashAt = [&](CrashAt here) {
            if (at == here)
                house.restart();
            QCOMPARE(house->booksProblem(), QString());
        };
        const QString id = house->create(request, keyOf(1)).id;
        crashAt(Created);
        PaymentHash hash = house.openHash(id);
        house->wallet.payInvoice(hash);
        crashAt(EvalPaidUnseen);
        house->agent.holdEvaluations = at == EvaluatingNow || at == Reserved;
        house->look(hash);
        crashAt(EvalBooked);
        if (at == EvaluatingNow || at == Reserved) {
            QTRY_COMPARE(house->agent.held(), std::size_t(1));
            if (at == Reserved)
                reserveOnly(*house, id);
            house.restart();
        }
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        QCOMPARE(house->pool.status().reserved, Sats(20));
        crashAt(AskedForWork);
        hash = house.openHash(id);
        house->wallet.payInvoice(hash);
        crashAt(WorkPaidUnseen);
        house->agent.holdExecutions = at == ExecutingNow;
        house->look(hash);
        crashAt(WorkBooked);
        if (at == ExecutingNow) {
            QTRY_COMPARE(house->agent.held(), std::size_t(1));
            house.restart();
        }
        QCOMPARE(house->waitFor(id, JobState::Complete).state, JobState::Complete);
        crashAt(Done);

        const Job job = house->job(id);
        QCOMPARE(job.kept, Sats(15));
        QCOMPARE(job.absorbed, Sats(20));
        QCOMPARE(job.refundAmount, Sats(4));
        QCOMPARE(house.scoreOf(keyOf(1)), 32);
        QCOMPARE(house->balance(Account::wallet()), Sats(10 + 19));
        QCOMPARE(house->balance(Account::revenue()), Sats(10 + 35 - 1));
        QCOMPARE(house->booksProblem(), QString());
    }

    void threeAttempts_data()
    {
        QTest::addColumn<bool>("evaluates");
        QTest::newRow("evaluation") << true;
        QTest::newRow("work") << false;
    }
    void threeAttempts()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, evaluates);
        RecoveryHouse house(engine);
        house->agent.holdEvaluations = evaluates;
        house->agent.holdExecutions = true;
        const QString id = house->begin(request, keyOf(1));
        if (!evaluates) {
            house->waitFor(id, JobState::AwaitingWorkPayment);
            house->payOpenInvoice(id);
        }
        for (int attempt = 1; attempt <= 3; ++attempt) {
            QTRY_COMPARE(house->agent.held(), std::size_t(1));
            QCOMPARE(house.attemptsOf(id), attempt);
            house.restart();
            house->agent.holdEvaluations = house->agent.holdExecutions = true;
        }
        const Job job = house->waitFor(id, JobState::Failed);
        QCOMPARE(job.state, JobState::Failed);
        QCOMPARE(house->agent.evaluations + house->agent.executions, 0);
        QCOMPARE(job.refundAmount, Sats(evaluates ? 10 : 19));
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house.scoreOf(keyOf(1)), 30); // the tower's own fault
        QCOMPARE(house->booksProblem(), QString());
    }

    void aStopIsNoAttempt()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        house->agent.holdEvaluations = true;
        const QString id = house->begin(request, keyOf(1));
        for (int i = 0; i < 5; ++i) {
            QTRY_COMPARE(house->agent.held(), std::size_t(1));
            house->jobs.stop();
            QVERIFY(house->jobs.isRunning());
            house->agent.abort();
            QVERIFY(!house->jobs.isRunning());
            QCOMPARE(house->job(id).state, JobState::Evaluating);
            QCOMPARE(house.attemptsOf(id), 0);
            house.restart();
            house->agent.holdEvaluations = i < 4;
        }
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        house->agent.holdExecutions = true;
        house->payOpenInvoice(id);
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        house->agent.abort();
        QCOMPARE(house->job(id).state, JobState::Executing);
        // What was let go so may be done by anybody.
        house.restart(QStringLiteral("another-program"));
        QCOMPARE(house->waitFor(id, JobState::Complete).state, JobState::Complete);
        QCOMPARE(house->booksProblem(), QString());
    }

    void aWalletThatStopsParks()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        house->agent.holdEvaluations = true;
        const QString id = house->begin(request, keyOf(1));
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        house->jobs.stop();
        house->wallet.abort();
        house->agent.release();
        QTRY_VERIFY(!house->jobs.isRunning());
        QCOMPARE(house->job(id).state, JobState::Evaluating);
        house.restart();
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        QCOMPARE(house->pool.status().reserved, Sats(20));
        QCOMPARE(house->booksProblem(), QString());
    }

    void paymentsBookedWhileStopped()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        house->jobs.stop();
        const QString id = house->begin(request, keyOf(1));
        QTest::qWait(1);
        QCOMPARE(house->job(id).state, JobState::Evaluating);
        QCOMPARE(house->agent.evaluations, 0);
        house->jobs.start();
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
    }

    void anotherTakesOverWhenTheLeaseIsOver()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        const auto connection = house.database.another();
        JobProgram other(*connection, house.clock, house.settings, house.secrets,
                         QStringLiteral("another-program"));
        other.jobs.start();
        house->agent.holdExecutions = true;
        const QString id = house->begin(request, keyOf(1));
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        QTRY_COMPARE(house->agent.held(), std::size_t(1));

        house.clock.advance(seconds(100));
        house->jobs.wake(); // which renews the lease
        lookOf(other);
        house.clock.advance(seconds(100));
        lookOf(other);
        QCOMPARE(other.agent.executions, 0);
        house.clock.advance(seconds(20));
        other.jobs.wake();
        QCOMPARE(other.waitFor(id, JobState::Complete).state, JobState::Complete);
        QCOMPARE(other.agent.executions, 1);
        const Millis updatedAt = house->job(id).updatedAt;

        // The first one comes late, and changes nothing.
        house.clock.advance(seconds(1));
        house->agent.usage = AgentUsage{1, 1};
        house->agent.release();
        QTRY_VERIFY(!house->jobs.isRunning());
        const Job job = house->job(id);
        QCOMPARE(job.updatedAt, updatedAt);
        QCOMPARE(job.refundAmount, Sats(4));
        QCOMPARE(house.scoreOf(keyOf(1)), 32);
        QCOMPARE(house->booksProblem(), QString());
    }

    void whoIsLateHasNoSay_data()
    {
        QTest::addColumn<QString>("comes");
        QTest::newRow("a result") << "result";
        QTest::newRow("a failure") << "failure";
        QTest::newRow("a stop") << "stop";
    }
    void whoIsLateHasNoSay()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, comes);
        RecoveryHouse house(engine);
        const auto connection = house.database.another();
        JobProgram other(*connection, house.clock, house.settings, house.secrets,
                         QStringLiteral("another-program"));
        other.jobs.start();
        house->agent.holdExecutions = other.agent.holdExecutions = true;
        const QString id = house->begin(request, keyOf(1));
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        lookOf(*house);
        house.clock.advance(Jobs::lease);
        other.jobs.wake();
        QTRY_COMPARE(other.agent.held(), std::size_t(1)); // now it is the other's

        house->agent.usage = AgentUsage{1, 1};
        if (comes == u"failure")
            house->agent.executionFault = "agent_refused";
        if (comes == u"stop")
            house->agent.abort();
        else
            house->agent.release();
        QTRY_VERIFY(!house->jobs.isRunning());
        QCOMPARE(house->job(id).state, JobState::Executing);
        QCOMPARE(house.attemptsOf(id), 2);
        other.agent.release();
        const Job job = other.waitFor(id, JobState::Complete);
        QCOMPARE(job.state, JobState::Complete);
        QCOMPARE(job.kept, Sats(15));
        QCOMPARE(house->booksProblem(), QString());
    }

    void aFailureThatComesLateChangesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        const auto connection = house.database.another();
        JobProgram other(*connection, house.clock, house.settings, house.secrets,
                         QStringLiteral("another-program"));
        other.jobs.start();
        house->agent.holdEvaluations = true;
        const QString id = house->begin(request, keyOf(1));
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        lookOf(*house);
        house.clock.advance(Jobs::lease);
        other.jobs.wake();
        QCOMPARE(other.waitFor(id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
        house->agent.release();
        QTRY_VERIFY(!house->jobs.isRunning());
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        QCOMPARE(house->job(id).state, JobState::AwaitingWorkPayment);
        QVERIFY(!house->job(id).refundState);
        QCOMPARE(house.scoreOf(keyOf(1)), 30);
        QCOMPARE(house->booksProblem(), QString());
    }

    void thePoolIsAskedAgainAfterALongStop()
    {
        QFETCH_GLOBAL(QString, engine);
        RecoveryHouse house(engine);
        house->agent.holdExecutions = true;
        const QString id = house->begin(request, keyOf(1));
        house->waitFor(id, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        house.crash();
        house.clock.advance(seconds(3'600));
        house.program = std::make_unique<JobProgram>(*house.database, house.clock, house.settings,
                                                     house.secrets, QStringLiteral("this-program"));
        QCOMPARE(house->pool.expireDue(100), 1);
        house->jobs.start();
        const Job job = house->waitFor(id, JobState::Complete);
        QCOMPARE(job.absorbed, Sats(20));
        QCOMPARE(job.kept, Sats(15));
        QCOMPARE(house->booksProblem(), QString());
    }

private:
    /// A program looks for work, and has had the time to.
    static void lookOf(JobProgram &program)
    {
        program.jobs.wake();
        QTest::qWait(1);
    }
    /// What a run does before it asks the wallet for the invoice of the work.
    static void reserveOnly(JobProgram &program, const QString &id)
    {
        JobStore store(program.database, QStringLiteral("this-program"));
        JobSteps steps(program.house, store);
        const BtcPrice price = ended(program.oracle.price()).value.value();
        const auto decision =
            steps.accept({id, JobState::Evaluating, 1}, {}, program.pricing.quote(request, price));
        QCOMPARE(decision.value().absorb, Sats(20));
    }
};

QTEST_GUILESS_MAIN(TestJobRecovery)
#include "tst_JobRecovery.moc"
