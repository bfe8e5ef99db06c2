// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

using namespace tower;

namespace {

const CheckResult &named(const ReconcileReport &report, const QString &name)
{
    for (const CheckResult &check : report.checks) {
        if (check.name == name)
            return check;
    }
    qFatal("no such check");
}

} // namespace

class TestReconcile : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void emptyBooksAreFine()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        const auto reader = test.another(Database::Mode::ReadOnly);
        const ReconcileReport report = Reconcile().run(*reader);
        QVERIFY(report.ok);
        QCOMPARE(report.checks.size(), std::size_t(5));
        for (const CheckResult &check : report.checks)
            QVERIFY(check.ok && !check.detail.isEmpty());
    }

    /// Each check fails on what it is there for: put in with raw SQL, past the ledger.
    void eachCheckCanFail_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("failing");
        QTest::addColumn<std::int64_t>("difference");
        const QString row =
            QStringLiteral("INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) "
                           "VALUES (1, '%1', '%2', 5, '%3', 'r', 'u')");
        QTest::newRow("a row without its balances")
            << row.arg(QStringLiteral("operator"), QStringLiteral("revenue"), QStringLiteral("bear"))
            << Reconcile::ledgerCheck << std::int64_t(10);
        QTest::newRow("a balance without its rows")
            << QStringLiteral("INSERT INTO ledger_balances (account, balance) VALUES ('job:1', 9)")
            << Reconcile::ledgerCheck << std::int64_t(9);
        QTest::newRow("a session that is none")
            << QStringLiteral("INSERT INTO ledger_balances (account, balance) VALUES ('session:1', 3)")
            << Reconcile::balancesCheck << std::int64_t(3);
        QTest::newRow("a payment without an invoice")
            << row.arg(QStringLiteral("wallet"), QStringLiteral("node:1"), QStringLiteral("node_paid"))
            << Reconcile::invoicesCheck << std::int64_t(5);
        QTest::newRow("a grant without a reservation")
            << row.arg(QStringLiteral("operator"), QStringLiteral("revenue"), QStringLiteral("grant"))
            << Reconcile::reservationsCheck << std::int64_t(5);
        QTest::newRow("a wallet that is none")
            << QStringLiteral("INSERT INTO ledger_balances (account, balance) VALUES ('wallet', 8)")
            << Reconcile::walletCheck << std::int64_t(8);
    }
    void eachCheckCanFail()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, sql);
        QFETCH(QString, failing);
        QFETCH(std::int64_t, difference);
        TestDatabase test(engine);
        test->script(sql);
        const ReconcileReport report = Reconcile().run(*test);
        QVERIFY(!report.ok);
        QVERIFY(!named(report, failing).ok);
        QCOMPARE(named(report, failing).difference, Sats(difference));
    }

    void modulesPutTheirOwnChecksIn()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Reconcile reconcile;
        reconcile.set(Reconcile::walletCheck, [](Database &) {
            return CheckResult{{}, false, Sats(2), QStringLiteral("off")};
        });
        reconcile.set(QStringLiteral("extra"),
                      [](Database &) -> CheckResult { throw unavailable(QStringLiteral("not now")); });
        const ReconcileReport report = reconcile.run(*test);
        QCOMPARE(report.checks.size(), std::size_t(6));
        QCOMPARE(named(report, Reconcile::walletCheck).difference, Sats(2));
        QCOMPARE(named(report, QStringLiteral("extra")).detail, QStringLiteral("not now"));
        QVERIFY(!report.ok);
    }

    void movementsKeepTheBooksRight()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1));
        Ledger ledger(*test, clock);
        Transaction transaction(*test);
        ledger.post(transaction, movements::borneByTower(QStringLiteral("a"), Sats(5)));
        transaction.commit();
        QVERIFY(Reconcile().run(*test).ok);
    }
};

QTEST_GUILESS_MAIN(TestReconcile)
#include "tst_Reconcile.moc"
