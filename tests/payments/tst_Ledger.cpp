// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "tests/support/Expect.h"
#include "tests/support/QueryPlan.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

#include <rapidcheck.h>

#include <array>
#include <barrier>
#include <functional>
#include <map>
#include <set>
#include <thread>

using namespace tower;

namespace {

const QString id = QStringLiteral("42");
const QString hash = QString(64, u'a');

bool post(Database &db, Ledger &ledger, const Movement &movement)
{
    Transaction transaction(db);
    const bool posted = ledger.post(transaction, movement);
    transaction.commit();
    return posted;
}

Sats effectOn(const QString &account, const Movement &movement)
{
    const bool debitNormal = Account::parse(account).isDebitNormal();
    Sats out;
    if (movement.debit.name() == account)
        out += debitNormal ? movement.sats : -movement.sats;
    if (movement.credit.name() == account)
        out += debitNormal ? -movement.sats : movement.sats;
    return out;
}

/// Some movement, by two numbers; keys repeat, and accounts run dry.
Movement someMovement(int kind, int which, Sats sats)
{
    const QString ref = QString::number(which);
    switch (kind) {
    case 0:
        return movements::poolSeeded(sats);
    case 1:
        return movements::poolAdjusted(which, sats);
    case 2:
        return movements::poolAdjusted(which, -sats);
    case 3:
        return movements::workPaid(ref, sats);
    case 4:
        return movements::workKept(ref, sats);
    case 5:
        return movements::workRefundDue(ref, sats);
    case 6:
        return movements::depositPaid(ref, QStringLiteral("h") + ref, sats);
    case 7:
        return movements::sessionDebited(QString::number(which % 3), ref, sats);
    case 8:
        return movements::absorbedByPool(ref, sats);
    case 9:
        return movements::leaving(ref, Account::session(QString::number(which % 3)), sats);
    case 10:
        return movements::settled(ref, sats);
    case 11:
        return movements::returned(ref, Account::zaps(), sats);
    case 12:
        return movements::routingFee(ref, sats);
    default:
        return movements::corrected(which, which % 2 ? sats : -sats);
    }
}

} // namespace

class TestLedger : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void movementsAreThoseOfTheTable_data()
    {
        QTest::addColumn<std::function<Movement()>>("make");
        QTest::addColumn<QString>("debit");
        QTest::addColumn<QString>("credit");
        QTest::addColumn<QString>("key");
        using namespace movements;
        const Sats s(5);
        const auto row = [](const char *name, std::function<Movement()> make, const char *debit,
                            const QString &credit, const QString &key) {
            QTest::newRow(name) << std::move(make) << QString::fromLatin1(debit) << credit << key;
        };
        const auto q = [](const char *text) { return QString::fromLatin1(text); };
        row(
            "pool seeded", [=] { return poolSeeded(s); }, "operator", q("pool"), q("pool:seed"));
        row(
            "operator adds", [=] { return poolAdjusted(3, s); }, "operator", q("pool"), q("pool:adjust:3"));
        row(
            "operator takes", [=] { return poolAdjusted(3, -s); }, "pool", q("operator"), q("pool:adjust:3"));
        row(
            "eval fee", [=] { return evalFeePaid(id, s); }, "wallet", q("revenue"), q("job:42:eval-paid"));
        row(
            "eval failed", [=] { return evalRefundDue(id, s); }, "revenue", q("refund:job:42:eval"),
            q("job:42:eval-refund-due"));
        row(
            "work paid", [=] { return workPaid(id, s); }, "wallet", q("job:42"), q("job:42:work-paid"));
        row(
            "kept", [=] { return workKept(id, s); }, "job:42", q("revenue"), q("job:42:kept"));
        row(
            "work refund", [=] { return workRefundDue(id, s); }, "job:42", q("refund:job:42"),
            q("job:42:refund-due"));
        row(
            "absorbed", [=] { return absorbedByPool(id, s); }, "pool", q("revenue"), q("grant:42"));
        row(
            "pool credit", [=] { return poolCredited(id, s); }, "revenue", q("pool"), q("credit:42"));
        row(
            "bear", [=] { return borneByTower(id, s); }, "operator", q("revenue"), q("bear:42"));
        row(
            "deposit", [=] { return depositPaid(id, hash, s); }, "wallet", q("session:42"),
            q("invoice:") + hash);
        row(
            "session debit", [=] { return sessionDebited(id, q("r1"), s); }, "session:42", q("revenue"),
            q("request:r1"));
        row(
            "node paid", [=] { return nodePaid(id, s); }, "wallet", q("node:42"), q("node:42:paid"));
        row(
            "node ready", [=] { return nodeReady(id, s); }, "node:42", q("revenue"), q("node:42:ready"));
        row(
            "node failed", [=] { return nodeRefundDue(id, s); }, "node:42", q("refund:node:42"),
            q("node:42:refund-due"));
        row(
            "late", [=] { return latePayment(hash, s); }, "wallet", q("refund:invoice:") + hash,
            q("invoice:") + hash);
        row(
            "leaving", [=] { return leaving(id, Account::zaps(), s); }, "zaps", q("outgoing:42"),
            q("intent:42"));
        row(
            "settled", [=] { return settled(id, s); }, "outgoing:42", q("wallet"), q("settled:42"));
        row(
            "fee", [=] { return routingFee(id, s); }, "routing_fees", q("wallet"), q("fee:42"));
        row(
            "returned", [=] { return returned(id, Account::session(q("1")), s); }, "outgoing:42",
            q("session:1"), q("returned:42"));
        row(
            "paid in", [=] { return corrected(2, s); }, "wallet", q("operator"), q("correct:2"));
        row(
            "withdrawn", [=] { return corrected(2, -s); }, "operator", q("wallet"), q("correct:2"));
    }
    void movementsAreThoseOfTheTable()
    {
        QFETCH(std::function<Movement()>, make);
        QFETCH(QString, debit);
        QFETCH(QString, credit);
        QFETCH(QString, key);
        const Movement movement = make();
        QCOMPARE(movement.debit.name(), debit);
        QCOMPARE(movement.credit.name(), credit);
        QCOMPARE(movement.uniqueKey, key);
        QCOMPARE(movement.sats, Sats(5));
    }

    void accounts()
    {
        for (const char *bad :
             {"", "cash", "session:", "session:a b", "session:a'b", "Wallet", "wallet ", "job:\xc3\xa9"})
            QCOMPARE(errorCodeOf([&] { Account::parse(QString::fromUtf8(bad)); }),
                     QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([] { movements::leaving(id, Account::pool(), Sats(1)); }),
                 QByteArray("internal_error"));
    }

    void aKeyMovesOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        QVERIFY(post(*test, ledger, movements::workPaid(id, Sats(100))));
        QVERIFY(!post(*test, ledger, movements::workPaid(id, Sats(100))));
        QCOMPARE(ledger.balance(Account::job(id)), Sats(100));
        QCOMPARE(ledger.balance(Account::wallet()), Sats(100));
        QVERIFY(ledger.has(QStringLiteral("job:42:work-paid")));
        QCOMPARE(test->number("SELECT count(*) AS n FROM ledger"), 1);
    }

    void whatIsNotThereCantBeMoved()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        post(*test, ledger, movements::workPaid(id, Sats(100)));
        Transaction transaction(*test);
        QCOMPARE(errorCodeOf([&] { ledger.post(transaction, movements::workKept(id, Sats(101))); }),
                 QByteArray("insufficient_balance"));
        QCOMPARE(errorCodeOf([&] { ledger.post(transaction, movements::workKept(id, Sats(0))); }),
                 QByteArray("internal_error"));
        QCOMPARE(errorCodeOf([&] { ledger.post(transaction, movements::workKept(id, Sats(-5))); }),
                 QByteArray("internal_error"));
        QCOMPARE(errorCodeOf([&] { ledger.post(transaction, movements::absorbedByPool(id, Sats(1))); }),
                 QByteArray("insufficient_balance"));
        QVERIFY(ledger.post(transaction, movements::workKept(id, Sats(60)))); // a refusal has written nothing
        QVERIFY(ledger.post(transaction, movements::workRefundDue(id, Sats(40))));
        QVERIFY(
            ledger.post(transaction, movements::borneByTower(id, Sats(7)))); // the operator may be negative
        transaction.commit();
        QCOMPARE(ledger.balance(Account::job(id)), Sats(0));
        QCOMPARE(ledger.balance(Account::operatorAccount()), Sats(-7));
        QCOMPARE(ledger.balance(Account::revenue()), Sats(67));
        const auto refunds = ledger.balances(QStringLiteral("refund:"));
        QCOMPARE(refunds.size(), std::size_t(1));
        QCOMPARE(refunds[0].account.name(), QStringLiteral("refund:job:42"));
        QCOMPARE(ledger.balances(QString()).size(), std::size_t(4));
    }

    void overflowIsRefused()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        const Sats most(std::numeric_limits<std::int64_t>::max());
        QVERIFY(post(*test, ledger, movements::workPaid(id, most)));
        QCOMPARE(
            errorCodeOf([&] { post(*test, ledger, movements::workPaid(QStringLiteral("43"), Sats(1))); }),
            QByteArray("internal_error"));
    }

    void numbersOfAdjustments()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        for (const std::int64_t sats : {50, -20, 5}) {
            Transaction transaction(*test);
            const auto number = ledger.nextPoolAdjustment(transaction);
            QVERIFY(ledger.post(transaction, movements::poolAdjusted(number, Sats(sats))));
            transaction.commit();
        }
        QVERIFY(ledger.has(QStringLiteral("pool:adjust:3")));
        QCOMPARE(ledger.balance(Account::pool()), Sats(35));
    }

    void racingCallers()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        {
            Ledger ledger(*test, clock);
            post(*test, ledger, movements::depositPaid(id, hash, Sats(70)));
        }
        constexpr int callers = 4;
        constexpr int each = 5;
        std::barrier start(callers);
        std::array<int, callers> paid{};
        std::vector<std::thread> threads;
        for (int caller = 0; caller < callers; ++caller) {
            threads.emplace_back([&, caller] {
                const auto db = test.another();
                Ledger ledger(*db, clock);
                start.arrive_and_wait();
                for (int i = 0; i < each; ++i) {
                    const QString request = QStringLiteral("%1-%2").arg(caller).arg(i);
                    if (errorCodeOf([&] {
                            post(*db, ledger, movements::sessionDebited(id, request, Sats(10)));
                        }).isEmpty())
                        ++paid[static_cast<std::size_t>(caller)];
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(paid[0] + paid[1] + paid[2] + paid[3], 7);
        Ledger ledger(*test, clock);
        QCOMPARE(ledger.balance(Account::session(id)), Sats(0));
        QCOMPARE(ledger.balance(Account::revenue()), Sats(70));
    }

    void whateverHappensTheBooksBalance()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        std::map<QString, Sats> model;
        std::set<QString> keys;
        test->script(test.isPostgres() ? QStringLiteral("SET synchronous_commit = off")
                                       : QStringLiteral("PRAGMA synchronous = OFF"));
        QVERIFY(rc::check("books", [&] {
            const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
                rc::gen::tuple(rc::gen::inRange(0, 14), rc::gen::inRange(0, 200), rc::gen::inRange(1, 500)));
            for (const auto &[kind, which, sats] : steps) {
                const Movement movement = someMovement(kind, which, Sats(sats));
                bool enough = true;
                for (const Account &account : {movement.debit, movement.credit})
                    enough =
                        enough && (account.mayBeNegative() ||
                                   model[account.name()] + effectOn(account.name(), movement) >= Sats(0));
                const bool repeat = keys.contains(movement.uniqueKey);
                bool posted = false;
                const QByteArray error = errorCodeOf([&] { posted = post(*test, ledger, movement); });
                RC_ASSERT(posted == (!repeat && enough));
                RC_ASSERT(error == (repeat || enough ? "" : "insufficient_balance"));
                if (posted) {
                    keys.insert(movement.uniqueKey);
                    for (const Account &account : {movement.debit, movement.credit})
                        model[account.name()] += effectOn(account.name(), movement);
                }
            }
            for (const auto &[account, balance] : model)
                RC_ASSERT(ledger.balance(Account::parse(account)) == balance);
            RC_ASSERT(Reconcile().run(*test, std::nullopt).checks.front().ok);
        }));
        QVERIFY(keys.size() > 20);
    }

    void listsAndPages()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Ledger ledger(*test, clock);
        for (int i = 0; i < 12; ++i) {
            post(*test, ledger, movements::workPaid(QString::number(i), Sats(10)));
            post(*test, ledger, movements::workKept(QString::number(i), Sats(4)));
            clock.advance(Millis(i % 3 ? 0 : 1000));
        }
        const auto count = [&](const LedgerFilter &filter) {
            QStringList keys;
            PageRequest request{5, {}};
            for (int pages = 0; pages < 20; ++pages) {
                const Page<LedgerRow> page = ledger.list(filter, request);
                std::int64_t last = std::numeric_limits<std::int64_t>::max();
                for (const LedgerRow &row : page.items) {
                    if (row.at.value() > last)
                        return qsizetype(-1);
                    last = row.at.value();
                    keys << row.movement.uniqueKey;
                }
                if (page.nextCursor.isNull())
                    return page.total == keys.size() && keys.removeDuplicates() == 0 ? keys.size()
                                                                                     : qsizetype(-2);
                request.cursor = page.nextCursor;
            }
            return qsizetype(-3);
        };
        QCOMPARE(count({}), 24);
        QCOMPARE(count({.account = QStringLiteral("wallet")}), 12);
        QCOMPARE(count({.account = QStringLiteral("job:3")}), 2);
        QCOMPARE(count({.account = QStringLiteral("job:3"), .kind = QStringLiteral("work_kept")}), 1);
        QCOMPARE(count({.kind = QStringLiteral("work_kept")}), 12);
        QCOMPARE(count({.since = Millis(1001)}), 22);
        QCOMPARE(count({.account = QStringLiteral("revenue"), .until = Millis(1000)}), 1);
        QCOMPARE(errorCodeOf([&] { ledger.list({.account = QStringLiteral("x")}, {}); }),
                 QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] {
                     ledger.list({.account = QStringLiteral("pool")}, {5, QStringLiteral("x")});
                 }),
                 QByteArray("invalid_request"));
    }

    void accountListsWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        TestDatabase test(engine);
        for (const char *side : {"debit", "credit", "kind"}) {
            const QStringList plan =
                queryPlan(*test, QStringLiteral("SELECT id, sats FROM ledger WHERE %1 = 'x' AND "
                                                "(at, id) < (5, 5) AND at >= 0 "
                                                "ORDER BY at DESC, id DESC LIMIT 51")
                                     .arg(QLatin1String(side)));
            QVERIFY2(!readsEverything(plan), qPrintable(plan.join(u'\n')));
        }
        QVERIFY(readsEverything(queryPlan(*test, QStringLiteral("SELECT id FROM ledger WHERE sats = 5"))));
    }
};

QTEST_GUILESS_MAIN(TestLedger)
#include "tst_Ledger.moc"
