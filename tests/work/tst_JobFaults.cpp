// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/work/JobHouse.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString request = QStringLiteral("hello");

/// The customer 1 is established, of whose requests the pool takes on 20 sats a day: 19 are left to pay.
struct FaultHouse : JobHouse
{
    explicit FaultHouse(const QString &engine)
        : JobHouse(engine, {{QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), QStringLiteral("20")},
                            {QStringLiteral("TRUST_SCORE_PER_TOWER_FAULT"), QStringLiteral("3")}})
    {
        setScore(keyOf(1), 30);
    }
    QString askedForWork()
    {
        const QString id = program->begin(request, keyOf(1));
        if (program->waitFor(id, JobState::AwaitingWorkPayment).workAmount != Sats(19))
            qFatal("the job is not at its work payment");
        return id;
    }
    QString executing()
    {
        const QString id = askedForWork();
        program->payOpenInvoice(id);
        return id;
    }
    PaymentHash openHash(const QString &id)
    {
        return program->jobs.openInvoice(program->job(id)).value().paymentHash;
    }
};

} // namespace

/// What goes wrong with a job, and what becomes of the money.
class TestJobFaults : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void evaluationFails_data()
    {
        QTest::addColumn<QByteArray>("fault"); // "": the agent does not decide
        QTest::addColumn<int>("score");        // of 30
        QTest::newRow("undecided") << QByteArray() << 25;
        QTest::newRow("unreachable") << QByteArray("agent_unavailable") << 27;
        QTest::newRow("timeout") << QByteArray("agent_timeout") << 27;
        QTest::newRow("not taken") << QByteArray("agent_bad_request") << 25;
    }
    void evaluationFails()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, fault);
        FaultHouse house(engine);
        house->agent.evaluationFault = fault;
        const QString id = house->begin(QStringLiteral("[[undecided]]"), keyOf(1));
        const Job job = house->waitFor(id, JobState::Failed);
        QCOMPARE(job.state, JobState::Failed);
        QVERIFY(!job.error.isEmpty());
        QTEST(static_cast<int>(house.scoreOf(keyOf(1))), "score");
        QCOMPARE(job.refundAmount, Sats(10));
        QCOMPARE(job.refundState, std::optional(RefundState::Pending));
        QCOMPARE(job.evalUsage.inputTokens > 0, fault == "agent_timeout"); // which may have been billed
        QCOMPARE(house->balance(Account::revenue()), Sats(0));
        QCOMPARE(house->booksProblem(), QString());
        const QString invoice = customersInvoice(Sats(10), house.clock.now());
        QCOMPARE(ended(house->jobs.refund(id, invoice)).value.value().refundState,
                 std::optional(RefundState::Paid));
        QCOMPARE(house->balance(Account::wallet()), Sats(0));
        QCOMPARE(house->booksProblem(), QString());
    }

    void workFails_data()
    {
        QTest::addColumn<QByteArray>("fault");
        QTest::addColumn<int>("score"); // of 30
        QTest::newRow("unreachable") << QByteArray("agent_unavailable") << 27;
        QTest::newRow("timeout") << QByteArray("agent_timeout") << 27;
        QTest::newRow("refused") << QByteArray("agent_refused") << 25;
    }
    void workFails()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, fault);
        FaultHouse house(engine);
        house->agent.executionFault = fault;
        const QString id = house.executing();
        const Job job = house->waitFor(id, JobState::Failed);
        QCOMPARE(job.state, JobState::Failed);
        QTEST(static_cast<int>(house.scoreOf(keyOf(1))), "score");
        QCOMPARE(job.error, QStringLiteral("The agent failed."));
        QCOMPARE(job.refundAmount, Sats(19));
        QCOMPARE(job.absorbed, Sats(0));
        QVERIFY(!job.freeTier);
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house->pool.status().balance, Sats(10'000));
        QCOMPARE(house->balance(Account::revenue()), Sats(10));
        QCOMPARE(job.actual.has_value(), fault == "agent_timeout");
        if (job.actual) {
            QVERIFY(!job.actual->known);
            QCOMPARE(job.actual->inputTokens, job.quote->estimate.inputTokens);
            QCOMPARE(job.actual->amount, job.quote->sats);
        }
        QCOMPARE(house->booksProblem(), QString());
    }

    void freeWorkFails()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        house.setScore(keyOf(1), 60);
        const QString id = house->begin(QStringLiteral("[[fail]]"), keyOf(1));
        const Job job = house->waitFor(id, JobState::Failed);
        QCOMPARE(job.state, JobState::Failed);
        QVERIFY(!job.refundState);
        QCOMPARE(house.scoreOf(keyOf(1)), 55);
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house->booksProblem(), QString());
    }

    void noInvoiceForTheWork()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        house->agent.holdEvaluations = true;
        const QString id = house->begin(request, keyOf(1));
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
        house->agent.release();
        const Job job = house->waitFor(id, JobState::Failed);
        QCOMPARE(job.state, JobState::Failed);
        QCOMPARE(job.refundAmount, Sats(10));
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house.scoreOf(keyOf(1)), 27); // the tower's own fault
        QCOMPARE(house->booksProblem(), QString());
    }

    void tooMuchIsOwedBack()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        const QString id = house->create(request, keyOf(1)).id;
        house->book(house.openHash(id), Msat(15'999));
        QCOMPARE(house->waitFor(id, JobState::AwaitingWorkPayment).refundAmount, Sats(5));
        house->book(house.openHash(id), Msat(30'001));
        const Job job = house->waitFor(id, JobState::Complete);
        QCOMPARE(job.kept, Sats(15));
        QCOMPARE(job.absorbed, Sats(20));
        QCOMPARE(job.refundAmount, Sats(5 + 15));
        QCOMPARE(house->balance(Account::refund(QStringLiteral("job:%1:eval").arg(id))), Sats(5));
        QCOMPARE(house->balance(Account::refund(QStringLiteral("job:%1").arg(id))), Sats(15));
        QCOMPARE(house->booksProblem(false), QString());
    }

    void tooMuchForAFailedEvaluation()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        const QString id = house->create(QStringLiteral("[[undecided]]")).id;
        house->book(house.openHash(id), Msat(15'000));
        QCOMPARE(house->waitFor(id, JobState::Failed).refundAmount, Sats(15));
        QCOMPARE(house->booksProblem(false), QString());
    }

    void tooLittleIsOwedBack()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        const QString id = house.askedForWork();
        house->book(house.openHash(id), Msat(18'999));
        const Job job = house->job(id);
        QCOMPARE(job.state, JobState::Expired);
        QCOMPARE(job.refundAmount, Sats(18));
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house->agent.executions, 0);
        QCOMPARE(house->booksProblem(false), QString());
    }

    void neverPaid_data()
    {
        QTest::addColumn<bool>("evaluated");
        QTest::newRow("the evaluation") << false;
        QTest::newRow("the work") << true;
    }
    void neverPaid()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, evaluated);
        FaultHouse house(engine);
        const QString id = evaluated ? house.askedForWork() : house->create(request, keyOf(1)).id;
        const PaymentHash hash = house.openHash(id);
        const JobState before = house->job(id).state;
        house.clock.advance(seconds(899));
        QCOMPARE(house->poll(id).state, before);
        house.clock.advance(seconds(1));
        const Job job = house->poll(id);
        QCOMPARE(job.state, JobState::Expired);
        QVERIFY(!job.freeTier && job.absorbed == Sats(0));
        QCOMPARE(job.finishedAt, std::optional(house.clock.now()));
        QCOMPARE(house->pool.status().reserved, Sats(0));
        QCOMPARE(house.scoreOf(keyOf(1)), 30); // not to pay is no failure
        QVERIFY(!job.refundState);

        // What comes too late is the customer's.
        house->book(hash, toMsat(Sats(evaluated ? 19 : 10)));
        const Job late = house->job(id);
        QCOMPARE(late.state, JobState::Expired);
        QCOMPARE(late.refundAmount, Sats(evaluated ? 19 : 10));
        QCOMPARE(late.refundState, std::optional(RefundState::Pending));
        QCOMPARE(house->booksProblem(false), QString());
    }

    void theQuoteStands_data()
    {
        QTest::addColumn<int>("left"); // in the pool, when the reservation has run out
        QTest::addColumn<int>("absorbed");
        QTest::newRow("nothing left") << 0 << 0;
        QTest::newRow("a little left") << 5 << 5;
        QTest::newRow("enough left") << 100 << 20;
    }
    void theQuoteStands()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, left);
        QFETCH(int, absorbed);
        FaultHouse house(engine);
        const QString id = house.askedForWork();
        house.clock.advance(seconds(900));
        QCOMPARE(house->pool.expireDue(100), 1);
        house->pool.adjust(Sats(left - 10'000), QStringLiteral("drained"), QStringLiteral("admin"));
        house->book(house.openHash(id), toMsat(Sats(19)));
        const Job job = house->waitFor(id, JobState::Complete);
        QCOMPARE(job.state, JobState::Complete);
        QCOMPARE(job.kept, Sats(15));
        QCOMPARE(job.refundAmount, Sats(4));
        QCOMPARE(job.absorbed, Sats(absorbed));
        const std::int64_t borne = house.database->number(
            "SELECT sats AS n FROM ledger WHERE kind = 'bear' AND ref = ?", {QStringLiteral("job:") + id});
        QCOMPARE(borne, 20 - absorbed);
        const std::int64_t rows = house.database->number(
            "SELECT COUNT(*) AS n FROM activity WHERE action = 'pool.bear' AND subject = ?",
            {QStringLiteral("job:") + id});
        QCOMPARE(rows, absorbed < 20 ? 1 : 0);
        QCOMPARE(house->booksProblem(false), QString());
    }

    void moreThanQuoted_data()
    {
        QTest::addColumn<int>("score");
        QTest::addColumn<int>("absorbed");
        QTest::addColumn<int>("kept");
        QTest::newRow("partial") << 30 << 20 << 19;
        QTest::newRow("free") << 60 << 39 << 0;
    }
    void moreThanQuoted()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, score);
        QFETCH(int, absorbed);
        QFETCH(int, kept);
        FaultHouse house(engine);
        house.setScore(keyOf(1), score);
        house->agent.usage = AgentUsage{10'000, 10'000};
        const QString id = house->begin(request, keyOf(1));
        if (kept > 0) {
            house->waitFor(id, JobState::AwaitingWorkPayment);
            house->payOpenInvoice(id);
        }
        const Job job = house->waitFor(id, JobState::Complete);
        QCOMPARE(job.actual.value().amount, Sats(286));
        QCOMPARE(job.absorbed, Sats(absorbed));
        QCOMPARE(job.kept, Sats(kept));
        QVERIFY(!job.refundState);
        QCOMPARE(house->balance(Account::operatorAccount()), Sats(-10'000 - (286 - absorbed - kept)));
        QCOMPARE(house->booksProblem(), QString());
    }

    void theDatabaseFailsAtTheEnd()
    {
        QFETCH_GLOBAL(QString, engine);
        FaultHouse house(engine);
        house->agent.holdExecutions = true;
        const QString id = house.executing();
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
        // Whatever is posted for this job is refused, and the step with it.
        house.database->execute("UPDATE ledger_balances SET balance = 9223372036854775807 WHERE account = ?",
                                {QStringLiteral("revenue")});
        house->agent.release();
        QTRY_VERIFY(!house->jobs.isRunning());
        QCOMPARE(house->job(id).state, JobState::Executing);
        QCOMPARE(house->job(id).refundAmount, Sats(0));
        house.database->execute("UPDATE ledger_balances SET balance = 10 WHERE account = ?",
                                {QStringLiteral("revenue")});
        house->agent.holdExecutions = false;
        house.clock.advance(Jobs::lease);
        house->jobs.wake();
        QCOMPARE(house->waitFor(id, JobState::Complete).state, JobState::Complete);
        QCOMPARE(house->agent.executions, 2);
        QCOMPARE(house->booksProblem(), QString());
    }
};

QTEST_GUILESS_MAIN(TestJobFaults)
#include "tst_JobFaults.moc"
