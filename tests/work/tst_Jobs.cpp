// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/work/JobHouse.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString request = QStringLiteral("hello");

} // namespace

class TestJobs : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aPaidJob()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        const Job created = house->create(request);
        QCOMPARE(created.state, JobState::AwaitingEvalPayment);
        QCOMPARE(created.evalAmount, Sats(10));
        const Invoice evalInvoice = house->jobs.openInvoice(created).value();
        QCOMPARE(evalInvoice.amount, Sats(10));
        QCOMPARE(evalInvoice.expiresAt, start + seconds(900));
        QCOMPARE(evalInvoice.ownerId, created.id);

        house->pay(evalInvoice.paymentHash);
        Job job = house->waitFor(created.id, JobState::AwaitingWorkPayment);
        QCOMPARE(job.state, JobState::AwaitingWorkPayment);
        QCOMPARE(job.quote.value().sats, Sats(39));
        QCOMPARE(job.quote->estimate.inputTokens, 202);
        QCOMPARE(job.quote->estimate.outputTokens, 200);
        QCOMPARE(job.quote->marginPct, 40);
        QCOMPARE(job.quote->price.usd, MicroUsd(100'000'000'000));
        QCOMPARE(job.quote->price.origin, PriceOrigin::Fallback);
        QCOMPARE(job.workAmount, std::optional(Sats(39)));
        QVERIFY(!job.freeTier);
        QVERIFY(job.evalUsage.inputTokens > 0 && job.evalUsage.outputTokens > 0);
        const Invoice workInvoice = house->jobs.openInvoice(job).value();
        QCOMPARE(workInvoice.amount, Sats(39));
        QVERIFY(workInvoice.paymentHash != evalInvoice.paymentHash);

        house->pay(workInvoice.paymentHash);
        job = house->waitFor(job.id, JobState::Complete);
        QCOMPARE(job.state, JobState::Complete);
        QVERIFY(job.result.contains(request));
        QVERIFY(!house->jobs.openInvoice(job));
        QCOMPARE(job.actual.value().amount, Sats(35));
        QVERIFY(job.actual->known);
        QCOMPARE(job.actual->cost, house->pricing.calculateActualCost(
                                       job.actual->inputTokens, job.actual->outputTokens, ModelUse::Work));
        QCOMPARE(job.kept, Sats(35));
        QCOMPARE(job.absorbed, Sats(0));
        QCOMPARE(job.refundAmount, Sats(4));
        QCOMPARE(job.refundState, std::optional(RefundState::Pending));
        QCOMPARE(job.finishedAt, std::optional(start));
        QCOMPARE(house->balance(Account::job(job.id)), Sats(0));
        QCOMPARE(house->balance(Account::refund(QStringLiteral("job:") + job.id)), Sats(4));
        QCOMPARE(house->balance(Account::revenue()), Sats(10 + 35 - 3)); // a tenth went to the pool
        QCOMPARE(house->booksProblem(), QString());
        QCOMPARE(house->agent.evaluations, 1);
        QCOMPARE(house->agent.executions, 1);
    }

    void theRefundIsPaidOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        const QString id = house->begin(request);
        QCOMPARE(errorOf(*house, id, customersInvoice(Sats(4), house.clock.now())),
                 QByteArray("nothing_owed"));
        house->waitFor(id, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        house->waitFor(id, JobState::Complete);

        QCOMPARE(errorOf(*house, id, customersInvoice(Sats(5), house.clock.now())),
                 QByteArray("invalid_invoice"));
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        const QString invoice = customersInvoice(Sats(4), house.clock.now());
        const Job paid = ended(house->jobs.refund(id, invoice)).value.value();
        QCOMPARE(paid.refundState, std::optional(RefundState::Paid));
        QCOMPARE(paid.refundAmount, Sats(4));
        QCOMPARE(house->balance(Account::wallet()), Sats(10 + 39 - 4));
        QCOMPARE(ended(house->jobs.refund(id, invoice)).value.value().refundState,
                 std::optional(RefundState::Paid));
        QCOMPARE(errorOf(*house, id, customersInvoice(Sats(4), house.clock.now(), 2)),
                 QByteArray("nothing_owed"));
        QCOMPARE(house->balance(Account::wallet()), Sats(10 + 39 - 4));
        QCOMPARE(house->booksProblem(), QString());
    }

    void whoPays_data()
    {
        QTest::addColumn<int>("score");
        QTest::addColumn<QString>("budget"); // of the tier established
        QTest::addColumn<int>("asked");      // 0: free
        QTest::addColumn<int>("absorbed");
        QTest::addColumn<int>("kept");
        QTest::addColumn<int>("refund");
        QTest::newRow("new: gated") << 0 << "50" << 39 << 0 << 35 << 4;
        QTest::newRow("established: free") << 10 << "50" << 0 << 35 << 0 << 0;
        QTest::newRow("established: partial") << 10 << "20" << 19 << 20 << 15 << 4;
        QTest::newRow("established: partial, the pool bears it all") << 10 << "38" << 1 << 35 << 0 << 1;
        QTest::newRow("established: no budget") << 10 << "0" << 39 << 0 << 35 << 4;
        QTest::newRow("trusted: free") << 50 << "0" << 0 << 35 << 0 << 0;
    }
    void whoPays()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, score);
        QFETCH(int, asked);
        QFETCH(int, absorbed);
        QFETCH(int, kept);
        QFETCH(QString, budget);
        JobHouse house(engine, {{QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), budget}});
        house.setScore(keyOf(1), score);
        const QString id = house->begin(request, keyOf(1));
        if (asked > 0) {
            const Job waiting = house->waitFor(id, JobState::AwaitingWorkPayment);
            QCOMPARE(waiting.workAmount, std::optional(Sats(asked)));
            QCOMPARE(waiting.absorbed, Sats(39 - asked));
            QCOMPARE(house->pool.status().reserved, Sats(39 - asked));
            house->payOpenInvoice(id);
        }
        const Job job = house->waitFor(id, JobState::Complete);
        QCOMPARE(job.state, JobState::Complete);
        QCOMPARE(job.workAmount, std::optional(Sats(asked)));
        QCOMPARE(job.freeTier, asked < 39);
        QCOMPARE(job.absorbed, Sats(absorbed));
        QCOMPARE(job.kept, Sats(kept));
        QTEST(static_cast<int>(job.refundAmount.value()), "refund");
        QCOMPARE(house.scoreOf(keyOf(1)), score + 2);
        const PoolStatus pool = house->pool.status();
        QCOMPARE(pool.reserved, Sats(0));
        QCOMPARE(pool.balance, Sats(10'000 - absorbed + kept / 10));
        QCOMPARE(house->balance(Account::revenue()), Sats(10 + absorbed + kept - kept / 10));
        QCOMPARE(house->trust.identities.find(keyOf(1))->interactionCount, 1);
        QCOMPARE(house->trust.identities.find(keyOf(1))->satsAbsorbedToday, Sats(absorbed));
        QCOMPARE(house->booksProblem(), QString());
    }

    void rejected()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        house.setScore(keyOf(1), 30);
        const QString id = house->begin(QStringLiteral("a [[reject]] b"), keyOf(1));
        const Job job = house->waitFor(id, JobState::Rejected);
        QCOMPARE(job.state, JobState::Rejected);
        QCOMPARE(job.reason, QStringLiteral("The request holds [[reject]]."));
        QVERIFY(!job.quote && !job.workAmount && !job.refundState);
        QCOMPARE(house.scoreOf(keyOf(1)), 25);
        QCOMPARE(house->balance(Account::revenue()), Sats(10)); // the evaluation was done
        QCOMPARE(house->booksProblem(), QString());
    }

    void zapsAreIntended()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine, {{QStringLiteral("ZAP_PCT_DEFAULT"), QStringLiteral("50")},
                                {QStringLiteral("FREE_TIER_BUDGET_TRUSTED"), QStringLiteral("0")}});
        house.setScore(keyOf(1), 49); // the success itself makes it trusted
        {
            Transaction transaction(*house.database);
            house->trust.identities.setLightningAddress(transaction, keyOf(1),
                                                        QStringLiteral("me@example.com"));
            transaction.commit();
        }
        house.settings.setSaved(Setting::FreeTierBudgetEstablished, QStringLiteral("0"));
        const QString id = house->begin(request, keyOf(1));
        house->waitFor(id, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        QCOMPARE(house->waitFor(id, JobState::Complete).kept, Sats(35));
        QCOMPARE(house.database->number("SELECT amount_sats AS n FROM zaps WHERE job_id = ?", {id}), 17);
    }

    void badRequests_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << "";
        QTest::newRow("blanks") << " \n";
        QTest::newRow("too long") << QString(501, u'x');
        QTest::newRow("a NUL") << QString(QChar::Null) + u'x';
    }
    void badRequests()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, text);
        JobHouse house(engine);
        QCOMPARE(ended(house->jobs.create(text, {})).error, QByteArray("invalid_request"));
        QCOMPARE(house->jobs.list({}, {}).total, 0);
    }

    void noInvoiceNoJob()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
        QCOMPARE(ended(house->jobs.create(request, keyOf(1))).error, QByteArray("wallet_unavailable"));
        QCOMPARE(house->jobs.list({}, {}).total, 0);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        QCOMPARE(house->create(request, keyOf(1)).pubkey, std::optional(keyOf(1)));
    }

    void unknownJobs()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        QVERIFY(!house->jobs.find(QStringLiteral("x")));
        QCOMPARE(ended(house->jobs.poll(QStringLiteral("x"))).error, QByteArray("job_not_found"));
        QCOMPARE(errorOf(*house, QStringLiteral("x"), QStringLiteral("lnbc")), QByteArray("job_not_found"));
    }

    void manyPollsStartTheWorkOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        house->agent.holdEvaluations = true;
        const Job job = house->create(request);
        house->wallet.payInvoice(job.evalPaymentHash);
        std::vector<std::shared_ptr<Awaited<Job>>> polls;
        for (int i = 0; i < 100; ++i)
            polls.push_back(begun(house->jobs.poll(job.id)));
        QTRY_VERIFY(std::all_of(polls.begin(), polls.end(), [](const auto &poll) { return poll->isDone(); }));
        for (const auto &poll : polls)
            QCOMPARE(poll->value.value().state, JobState::Evaluating);
        QTRY_COMPARE(house->agent.evaluations, 1);
        house->jobs.wake();
        house->agent.release();
        QCOMPARE(house->waitFor(job.id, JobState::AwaitingWorkPayment).state, JobState::AwaitingWorkPayment);
        QCOMPARE(house->agent.evaluations, 1);
        QCOMPARE(house->booksProblem(), QString());
    }

    void twoProgramsDoItOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        const auto connection = house.database.another();
        JobProgram other(*connection, house.clock, house.settings, house.secrets,
                         QStringLiteral("another-program"));
        other.jobs.start();
        QStringList ids;
        for (int i = 0; i < 10; ++i)
            ids << house->create(request).id;
        for (int step = 0; step < 2; ++step) {
            for (const QString &id : ids) {
                const PaymentHash hash = house->jobs.openInvoice(house->job(id)).value().paymentHash;
                house->wallet.payInvoice(hash);
                // Both have heard of it.
                const auto first = begun(house->looking(hash));
                const auto second = begun(other.looking(hash));
                QTRY_VERIFY(first->isDone() && second->isDone());
                house->jobs.wake();
                other.jobs.wake();
            }
            for (const QString &id : ids) {
                const JobState expected = step == 0 ? JobState::AwaitingWorkPayment : JobState::Complete;
                QCOMPARE(other.waitFor(id, expected).state, expected);
            }
        }
        QCOMPARE(house->agent.evaluations + other.agent.evaluations, 10);
        QCOMPARE(house->agent.executions + other.agent.executions, 10);
        QCOMPARE(house->booksProblem(), QString());
    }

    void whatOnlyWatchesIsTold()
    {
        QFETCH_GLOBAL(QString, engine);
        JobHouse house(engine);
        const QString id = house->begin(request);
        house->waitFor(id, JobState::AwaitingWorkPayment);
        house->payOpenInvoice(id);
        house->waitFor(id, JobState::Complete);
        // Created, paid, priced, asked for, paid, done (with its refund).
        QCOMPARE(
            house.database->number("SELECT COUNT(*) AS n FROM changes WHERE kind = 'job' AND id = ?", {id}),
            6);
    }

private:
    static QByteArray errorOf(JobProgram &program, const QString &id, const QString &bolt11)
    {
        return ended(program.jobs.refund(id, bolt11)).error;
    }
};

QTEST_GUILESS_MAIN(TestJobs)
#include "tst_Jobs.moc"
