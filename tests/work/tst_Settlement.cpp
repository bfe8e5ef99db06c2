// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/payments/Movements.h"
#include "core/work/Settlement.h"
#include "tests/pool/PoolHouse.h"

#include <QTest>

#include <array>
#include <barrier>
#include <mutex>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

const PubKey customer = numbered(1);

/// What completes a job: the settlement, and the caller's own movements in their place.
Settled complete(PoolServices &services, const WorkDone &work)
{
    Settlement settlement(services.pool, services.ledger, services.activity);
    return services.inTransaction([&](Transaction &transaction) {
        Settled settled = settlement.settle(transaction, work);
        const QString job = work.ref.mid(4);
        if (settled.kept > Sats(0))
            services.ledger.post(transaction, movements::workKept(job, settled.kept));
        if (work.available > settled.kept)
            services.ledger.post(transaction, movements::workRefundDue(job, work.available - settled.kept));
        settlement.credit(transaction, work, settled);
        return settled;
    });
}

void pay(PoolServices &services, const QString &job, Sats sats)
{
    services.inTransaction([&](Transaction &transaction) {
        return sats > Sats(0) && services.ledger.post(transaction, movements::workPaid(job, sats));
    });
}

/// A job whose work is done: reserved and paid for, and perhaps what was reserved has run out.
WorkDone prepared(PoolHouse &house, const QString &job, int promised, bool ranOut, int available, int actual)
{
    WorkDone work{.ref = text("job:") + job,
                  .reservationId = {},
                  .promised = Sats(promised),
                  .available = Sats(available),
                  .actual = Sats(actual)};
    if (promised > 0)
        work.reservationId = house.services.reserve(customer, work.promised, work.ref).reservationId;
    pay(house.services, job, work.available);
    if (ranOut) {
        house.clock.advance(GenerosityPool::holdFor);
        house.services.pool.expireDue(10);
    }
    return work;
}

/// What is wrong with the books. Payments come from nowhere here: no invoice and no refund belongs to them.
QString booksOf(PoolHouse &house)
{
    if (house.services.ledger.balance(Account::pool()) != house.services.pool.status().balance)
        return text("the pool is not what the ledger says");
    return house.wrong({Reconcile::balancesCheck, Reconcile::invoicesCheck});
}

struct Balances
{
    explicit Balances(Ledger &ledger)
        : pool(ledger.balance(Account::pool()))
        , operators(ledger.balance(Account::operatorAccount()))
        , revenue(ledger.balance(Account::revenue()))
    {
    }
    Sats pool, operators, revenue;
};

} // namespace

class TestSettlement : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whoPays()
    {
        QFETCH_GLOBAL(QString, engine);
        struct Case
        {
            const char *name;
            int promised;
            bool ranOut;
            int available;
            int actual;
            Settled expected;
        };
        const auto settled = [](int absorbed, int kept, int borne, int credited) {
            return Settled{Sats(absorbed), Sats(kept), Sats(borne), Sats(credited)};
        };
        const std::array cases{
            Case{"paid, as quoted", 0, false, 100, 100, settled(0, 100, 0, 10)},
            Case{"paid, cheaper", 0, false, 100, 64, settled(0, 64, 0, 6)},
            Case{"paid, dearer", 0, false, 100, 130, settled(0, 100, 30, 10)},
            Case{"paid, nothing used", 0, false, 100, 0, settled(0, 0, 0, 0)},
            Case{"free, as quoted", 40, false, 0, 40, settled(40, 0, 0, 0)},
            Case{"free, cheaper", 40, false, 0, 25, settled(25, 0, 0, 0)},
            Case{"free, dearer", 40, false, 0, 55, settled(40, 0, 15, 0)},
            Case{"free, nothing used", 40, false, 0, 0, settled(0, 0, 0, 0)},
            Case{"partial, as quoted", 40, false, 60, 100, settled(40, 60, 0, 6)},
            Case{"partial, cheaper", 40, false, 60, 70, settled(40, 30, 0, 3)},
            Case{"partial, cheaper than the pool's part", 40, false, 60, 30, settled(30, 0, 0, 0)},
            Case{"partial, dearer", 40, false, 60, 110, settled(40, 60, 10, 6)},
            // The quote stands: what the pool does not give any more is not the customer's.
            Case{"free, ran out", 40, true, 0, 40, settled(0, 0, 40, 0)},
            Case{"partial, ran out", 40, true, 60, 100, settled(0, 60, 40, 6)},
            Case{"partial, ran out, cheaper", 40, true, 60, 70, settled(0, 30, 40, 3)},
            Case{"partial, ran out, very cheap", 40, true, 60, 30, settled(0, 0, 30, 0)},
        };
        PoolHouse house(engine);
        house.services.setScore(customer, 200);
        int n = 0;
        for (const Case &one : cases) {
            const QString job = QString::number(++n);
            setJob(*house.database, job, "executing");
            const WorkDone work = prepared(house, job, one.promised, one.ranOut, one.available, one.actual);
            const Balances before(house.services.ledger);
            const Settled got = complete(house.services, work);
            QVERIFY2(got.absorbed == one.expected.absorbed, one.name);
            QVERIFY2(got.kept == one.expected.kept, one.name);
            QVERIFY2(got.borne == one.expected.borne, one.name);
            QVERIFY2(got.credited == one.expected.credited, one.name);

            // Every sat has its place.
            const Balances after(house.services.ledger);
            QVERIFY2(after.pool - before.pool == got.credited - got.absorbed, one.name);
            QVERIFY2(after.operators - before.operators == -got.borne, one.name);
            QVERIFY2(after.revenue - before.revenue == work.actual - got.credited, one.name);
            QCOMPARE(house.services.ledger.balance(Account::job(job)), Sats(0));
            QCOMPARE(house.services.ledger.balance(Account::refund(work.ref)), work.available - got.kept);
            QCOMPARE(house.services.pool.status().reserved, Sats(0));
            QCOMPARE(booksOf(house), QString());

            // The operator learns when the pool gave less than was quoted, and only then.
            const auto told =
                house.services.activity.list({.action = text("pool.bear"), .subject = work.ref}, {}).items;
            QVERIFY2(told.size() == std::size_t(one.ranOut ? 1 : 0), one.name);
            if (one.ranOut) {
                QCOMPARE(told[0].entry.actor, text("auto"));
                QCOMPARE(told[0].entry.after.value(text("borneSats")).toInteger(), got.borne.value());
            }
        }
    }

    /// Completions lock identities, pool and accounts in one order, whatever each of them needs: they wait
    /// for one another, and none is refused.
    void manyAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        constexpr int threads = 4;
        constexpr int each = 15;
        for (int key = 0; key < threads; ++key)
            house.services.setScore(numbered(key), 200);
        std::barrier ready(threads);
        std::mutex mutex;
        QString problem;
        Sats actual;
        Sats credited;
        std::vector<std::thread> running;
        for (int thread = 0; thread < threads; ++thread) {
            running.emplace_back([&, thread] {
                const auto connection = house.database.another();
                PoolServices services(*connection, house.clock, house.settings);
                ready.arrive_and_wait();
                try {
                    for (int i = 0; i < each; ++i) {
                        const QString job = QStringLiteral("%1-%2").arg(thread).arg(i);
                        // In turn: paid, free, partial, and one that the tower bears.
                        WorkDone work{.ref = text("job:") + job,
                                      .reservationId = {},
                                      .promised = Sats(i % 4 == 0 ? 0 : 12),
                                      .available = Sats(i % 2 == 0 ? 30 : 0),
                                      .actual = Sats(5 * (i % 9))};
                        if (i % 4 != 0 && i % 4 != 3)
                            work.reservationId =
                                services.reserve(numbered((thread + i) % threads), work.promised, work.ref)
                                    .reservationId;
                        pay(services, job, work.available);
                        const Settled settled = complete(services, work);
                        const std::scoped_lock lock(mutex);
                        actual += work.actual;
                        credited += settled.credited;
                    }
                } catch (const ServiceError &error) {
                    const std::scoped_lock lock(mutex);
                    problem = error.message();
                }
            });
        }
        for (std::thread &one : running)
            one.join();
        QCOMPARE(problem, QString());
        QCOMPARE(house.services.ledger.balance(Account::revenue()), actual - credited);
        QCOMPARE(booksOf(house), QString());
    }
};

QTEST_GUILESS_MAIN(TestSettlement)
#include "tst_Settlement.moc"
