// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/PaymentHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Pay = ScriptedWallet::Pay;

namespace {

const CheckResult &named(const ReconcileReport &report, const QString &name)
{
    for (const CheckResult &check : report.checks) {
        if (check.name == name)
            return check;
    }
    qFatal("no such check");
}

QStringList namesOf(const ReconcileReport &report)
{
    QStringList names;
    for (const CheckResult &check : report.checks)
        names << check.name;
    return names;
}

/// A house in which everything has happened once: a payment, a refund owed, one paid, a withdrawal.
void live(PaymentHouse &house)
{
    house.fund(Sats(1'000));
    house.owe(Sats(40));
    house.owe(Sats(50));
    static_cast<void>(ended(house->refunds.pay(RefundOwner::Session, PaymentHouse::sessionId,
                                               house.wallet.foreignInvoice(Sats(50)))));
    house.pay(house.intend(house.wallet.foreignInvoice(Sats(100)), Sats(100)));
    house.invoice(Sats(70));
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
        const ReconcileReport report = Reconcile().run(*reader, Msat());
        QVERIFY(report.ok);
        const QStringList five{QStringLiteral("ledger"), QStringLiteral("balances"),
                               QStringLiteral("invoices"), QStringLiteral("reservations"),
                               QStringLiteral("wallet")};
        QCOMPARE(namesOf(report), five);
        for (const CheckResult &check : report.checks)
            QVERIFY(check.ok && !check.detail.isEmpty());
    }

    /// Each check fails on what it is there for: put in with raw SQL, past the services.
    void eachCheckCanFail()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.addJob(QStringLiteral("j"));
        live(house);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
        const auto fails = [&](const QString &failing, std::int64_t difference, const char *sql) {
            const Transaction undone(*house.test);
            house.test->script(QString::fromLatin1(sql));
            const ReconcileReport report = Reconcile().run(*house.test, house.wallet.held);
            const CheckResult &check = named(report, failing);
            QVERIFY2(!report.ok && !check.ok && check.difference == Sats(difference), sql);
        };
        const QString &ledger = Reconcile::ledgerCheck;
        const QString &balances = Reconcile::balancesCheck;
        const QString &invoices = Reconcile::invoicesCheck;
        const QString &wallet = Reconcile::walletCheck;
        // A row without its balances; a balance without its rows.
        fails(ledger, 10,
              "INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) "
              "VALUES (1, 'operator', 'revenue', 5, 'bear', 'r', 'u')");
        fails(ledger, 9, "INSERT INTO ledger_balances (account, balance) VALUES ('job:1', 9)");

        // Refunds: another amount, forgotten, paid without money, owed again, and an account of nobody.
        fails(balances, 3, "UPDATE refunds SET amount_sats = 43 WHERE state = 'pending'");
        fails(balances, 40, "DELETE FROM refunds WHERE state = 'pending'");
        fails(balances, 40, "UPDATE refunds SET state = 'paid' WHERE state = 'pending'");
        fails(balances, 50, "UPDATE refunds SET state = 'pending' WHERE state = 'paid'");
        fails(balances, 3, "INSERT INTO ledger_balances (account, balance) VALUES ('refund:job:1', 3)");
        // Payments: one that is open again, and sats on their way for nobody.
        fails(balances, 100, "UPDATE outgoing_payments SET state = 'unknown' WHERE purpose = 'withdrawal'");
        fails(balances, 6, "INSERT INTO ledger_balances (account, balance) VALUES ('outgoing:1', 6)");

        // A movement without an invoice; invoices never paid, forgotten, of another amount or purpose.
        fails(invoices, 5,
              "INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) "
              "VALUES (1, 'wallet', 'node:1', 5, 'node_paid', 'r', 'node:1:paid')");
        fails(invoices, 70, "UPDATE invoices SET state = 'paid', received_msat = 70000 WHERE state = 'open'");
        fails(invoices, 1'000, "UPDATE invoices SET state = 'open' WHERE amount_sats = 1000");
        fails(invoices, 2, "UPDATE invoices SET received_msat = 1002000 WHERE amount_sats = 1000");
        fails(invoices, 2'000,
              "UPDATE invoices SET purpose = 'eval', session_id = NULL, job_id = 'j' "
              "WHERE amount_sats = 1000");

        // A fee that is not booked, and a movement that the wallet did not make.
        fails(wallet, 2, "UPDATE outgoing_payments SET id = 'x' WHERE purpose = 'withdrawal'");
        fails(wallet, -8, "UPDATE ledger_balances SET balance = balance + 8 WHERE account = 'wallet'");
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void theWalletIsComparedToTheMillisat()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(1'000));
        const Invoice odd = house.invoice(Sats(10));
        house.wallet.receive(odd.paymentHash, Msat(10'777));
        house.book(odd);
        house.pay(house.intend(house.wallet.foreignInvoice(Sats(100)), Sats(100)));
        const auto check = [&](std::optional<Msat> balance) {
            return named(Reconcile().run(*house.test, balance), Reconcile::walletCheck);
        };
        QCOMPARE(house.wallet.held, Msat(1'010'777 - 101'500));
        QVERIFY(check(house.wallet.held).ok);
        for (const Msat off : {Msat(1), Msat(-1), Msat(100'000), Msat(-100'000)}) {
            const CheckResult wrong = check(house.wallet.held + off);
            QVERIFY(!wrong.ok);
            QCOMPARE(wrong.difference.value() > Sats(), off > Msat());
        }
        const CheckResult unknown = check(std::nullopt);
        QVERIFY(unknown.ok && unknown.detail.contains(u"nknown"));
        QCOMPARE(unknown.difference, std::optional<Sats>());
    }

    /// The wallet answered, and then a payment was booked: nothing is wrong.
    void whatWasBookedMeanwhileIsAllowedFor()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(1'000));
        WalletBalance balance(std::optional(house.wallet.held));
        balance.lastMovement = house.test->number("SELECT max(id) AS n FROM ledger");
        const Invoice invoice = house.invoice(Sats(70));
        house.wallet.receive(invoice.paymentHash);
        house.book(invoice);
        const auto check = [&] {
            return named(Reconcile().run(*house.test, balance), Reconcile::walletCheck);
        };
        QVERIFY(check().ok);
        QVERIFY(check().detail.contains(u"were booked while"));
        balance.held = *balance.held - Msat(72'000);
        QVERIFY(!check().ok); // more than that is missing
        balance.held = house.wallet.held - Msat(70'000);
        balance.lastMovement.reset();
        QVERIFY(!check().ok); // and without a mark nothing is allowed for
    }

    void whatIsOnItsWayIsNamed()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(1'000));
        const auto check = [&](Msat more = {}) {
            return named(Reconcile().run(*house.test, house.wallet.held + more), Reconcile::walletCheck);
        };
        // A payment that arrived and is not booked yet; and no sat more.
        const Invoice open = house.invoice(Sats(70));
        house.wallet.receive(open.paymentHash);
        QVERIFY(check().ok);
        QCOMPARE(check().difference, std::optional(Sats(70)));
        QVERIFY(check().detail.contains(u"1 open invoice"));
        QVERIFY(!check(Msat(1)).ok);
        house.book(open);
        QCOMPARE(check().difference, std::optional(Sats(0)));
        QVERIFY(!check(Msat(1)).ok);

        // A payment whose outcome is open; its fee, and no more.
        house.wallet.payMode = Pay::UnknownButPaid;
        const OutgoingPayment payment = house.intend(house.wallet.foreignInvoice(Sats(100)), Sats(100));
        house.pay(payment);
        QVERIFY(check().ok);
        QCOMPARE(check().difference, std::optional(Sats(-102)));
        QVERIFY(check().detail.contains(u"outcome of 1 payment"));
        QVERIFY(check(-Msat(500)).ok);
        QVERIFY(!check(-Msat(501)).ok);
        house.resolve(payment);
        QCOMPARE(check().difference, std::optional(Sats(0)));
    }

    void modulesAddTheirParts()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Reconcile reconcile;
        const auto part = [](bool ok, Sats difference, const char *detail) {
            return [=](Database &) { return CheckResult{{}, ok, difference, QString::fromLatin1(detail)}; };
        };
        reconcile.add(Reconcile::reservationsCheck, part(true, Sats(), "All fine."));
        QVERIFY(reconcile.run(*test, Msat()).ok);
        reconcile.add(Reconcile::reservationsCheck, part(false, Sats(2), "Two are off."));
        reconcile.add(Reconcile::reservationsCheck, part(false, Sats(3), "Three are off."));
        reconcile.add(Reconcile::balancesCheck,
                      [](Database &) -> CheckResult { throw unavailable(QStringLiteral("Not now.")); });
        const ReconcileReport report = reconcile.run(*test, Msat());
        QVERIFY(!report.ok);
        QCOMPARE(report.checks.size(), std::size_t(5));
        const CheckResult &reservations = named(report, Reconcile::reservationsCheck);
        QVERIFY(!reservations.ok);
        QCOMPARE(reservations.difference, std::optional(Sats(5)));
        QCOMPARE(reservations.detail, QStringLiteral("All fine. Two are off. Three are off."));
        QVERIFY(!named(report, Reconcile::balancesCheck).ok);
        QVERIFY(named(report, Reconcile::balancesCheck).detail.endsWith(u"Not now."));
        QVERIFY(named(report, Reconcile::ledgerCheck).ok);
        QCOMPARE(errorCodeOf([&] { reconcile.add(QStringLiteral("a sixth"), part(true, Sats(), "")); }),
                 QByteArray("internal_error"));
    }

    void theBalanceIsAskedFirst()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.wallet.held = Msat(5);
        QCOMPARE(ended(Reconcile::askBalance(house.wallet)).value.value(), std::optional(Msat(5)));
        house.wallet.unreachable = true;
        QCOMPARE(ended(Reconcile::askBalance(house.wallet)).value.value(), std::optional<Msat>());
    }
};

QTEST_GUILESS_MAIN(TestReconcile)
#include "tst_Reconcile.moc"
