// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/PaymentHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Pay = ScriptedWallet::Pay;

class TestPaymentWatcher : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void itLooksLessAndLessOften()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        InvoiceStore &store = house->invoices.store();
        std::vector<std::int64_t> looks;
        const Millis start = house.clock.now();
        while (const auto due = store.nextDue()) {
            house.clock.set(*due - Millis(1));
            QVERIFY(store.claimDue(house.clock.now(), Invoices::lateWatch, 10).empty());
            house.clock.set(*due);
            const auto claimed = store.claimDue(house.clock.now(), Invoices::lateWatch, 10);
            QCOMPARE(claimed, std::vector<PaymentHash>{topUp.paymentHash});
            house.book(topUp);
            looks.push_back((*due - start).value() / 1'000);
            QVERIFY(looks.size() < 200);
        }
        const std::vector<std::int64_t> first{2, 6, 14, 30, 62, 122, 182};
        QVERIFY(std::equal(first.begin(), first.end(), looks.begin()));
        QVERIFY(std::find(looks.begin(), looks.end(), 900) != looks.end()); // the moment of expiry
        QVERIFY(looks.back() >= 4'500 && looks.back() < 4'560);             // and an hour more
        QCOMPARE(house->lapsed, 1);
    }

    void anOpenOneIsNeverGivenUp()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.unreachable = true;
        house->watcher.start();
        for (int i = 0; i < 5; ++i) {
            house.clock.advance(seconds(3'600));
            const int before = house.wallet.lookups;
            house->watcher.wake();
            QTRY_VERIFY(house.wallet.lookups > before);
        }
        QCOMPARE(house->lapsed, 0);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
        house.wallet.unreachable = false;
        house.clock.advance(seconds(60));
        house->watcher.wake();
        QTRY_COMPARE(house->lapsed, 1);
    }

    void aPaymentIsNoticed_data()
    {
        QTest::addColumn<bool>("told");
        QTest::newRow("by the wallet's hint") << true;
        QTest::newRow("by looking") << false;
    }
    void aPaymentIsNoticed()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, told);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house->watcher.start();
        QTRY_COMPARE(house.wallet.lookups, 1);
        house.wallet.receive(topUp.paymentHash);
        if (told) {
            emit house.wallet.changed(topUp.paymentHash);
        } else {
            house.clock.advance(seconds(4));
            house->watcher.wake();
        }
        QTRY_COMPARE(house.sessionBalance(), Sats(250));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    /// Whoever knows an invoice can forge a message of LNbits' websocket.
    void aForgedHintCreditsNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house->watcher.start();
        for (int i = 0; i < 50; ++i) {
            emit house.wallet.changed(topUp.paymentHash);
            emit house.wallet.changed(PaymentHash(SecretKey::generate().bytes()));
            emit house.wallet.changed(std::nullopt);
            QTest::qWait(1);
        }
        QTRY_VERIFY(house.wallet.lookups > 0);
        QCOMPARE(house->taken, 0);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
        QCOMPARE(house.sessionBalance(), Sats(0));
    }
    void hintsAboutEverythingAreNotFollowedEndlessly()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.invoice(Sats(250));
        house->watcher.start();
        QTRY_COMPARE(house.wallet.lookups, 1);
        for (int i = 0; i < 50; ++i) {
            emit house.wallet.changed(std::nullopt);
            QTest::qWait(1);
        }
        QCOMPARE(house.wallet.lookups, 1);
        house.clock.advance(seconds(1)); // and yet none is lost
        QTRY_COMPARE(house.wallet.lookups, 2);
    }

    void callersShareOneQuestion()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.lookupsHang = true;
        int answered = 0;
        const auto ask = [&](bool force) {
            counted(house->watcher.check(topUp.paymentHash, force), answered);
        };
        for (int i = 0; i < 50; ++i)
            ask(false);
        QCOMPARE(house.wallet.lookups, 1);
        house.wallet.receive(topUp.paymentHash);
        house.wallet.lookupsHang = false;
        house.wallet.letGo();
        QCOMPARE(answered, 50);
        QCOMPARE(house.sessionBalance(), Sats(250));
        ask(true); // there is nothing more to know
        QCOMPARE(house.wallet.lookups, 1);
    }

    void anAnswerIsGoodForASecond()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        int answered = 0;
        const auto ask = [&](bool force) {
            counted(house->watcher.check(topUp.paymentHash, force), answered);
            return house.wallet.lookups;
        };
        QCOMPARE(ask(false), 1);
        QCOMPARE(ask(false), 1);
        QCOMPARE(ask(true), 2);
        house.clock.advance(Millis(999));
        QCOMPARE(ask(false), 2);
        house.clock.advance(Millis(1));
        QCOMPARE(ask(false), 3);
        QCOMPARE(answered, 5);
    }

    /// A question that was asked before the payment was made may be answered with no: who knows of the
    /// payment wants a newer one.
    void whoForcesGetsANewAnswer()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.lookupsHang = true;
        int answered = 0;
        counted(house->watcher.check(topUp.paymentHash), answered);
        for (int i = 0; i < 3; ++i)
            counted(house->watcher.check(topUp.paymentHash, true), answered);
        QCOMPARE(house.wallet.lookups, 1);
        house.wallet.letGo();
        QCOMPARE(answered, 1);
        QCOMPARE(house.wallet.lookups, 2); // one for all three
        house.wallet.receive(topUp.paymentHash);
        house.wallet.letGo();
        QCOMPARE(answered, 4);
        QCOMPARE(house.wallet.lookups, 2);
        QCOMPARE(house.sessionBalance(), Sats(250));
    }

    void anUnreachableWalletIsNoError()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.unreachable = true;
        int answered = 0;
        counted(house->watcher.check(topUp.paymentHash), answered);
        counted(house->watcher.check(PaymentHash()), answered);
        QCOMPARE(answered, 2);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
    }

    void manyAreAskedSideBySide()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        constexpr int many = 50;
        for (int i = 0; i < many; ++i)
            house.wallet.receive(house.invoice(Sats(2)).paymentHash);
        house.wallet.lookupsHang = true;
        house->watcher.start();
        QTRY_COMPARE(house.wallet.hanging(), std::size_t(PaymentWatcher::sideBySide));
        QVERIFY(house->watcher.isRunning());
        QTest::qWait(50);
        QCOMPARE(house.wallet.hanging(), std::size_t(PaymentWatcher::sideBySide));
        house.wallet.lookupsHang = false;
        house.wallet.letGo();
        QTRY_COMPARE(house.sessionBalance(), Sats(2 * many));
        QTRY_VERIFY(!house->watcher.isRunning());
        QCOMPARE(house.wallet.lookups, many);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void twoProgramsShareTheWork()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        for (int i = 0; i < 30; ++i)
            house.invoice(Sats(2));
        const auto db = house.test.another();
        house.clock.advance(seconds(2));
        const auto claim = [&](Database &database) {
            return InvoiceStore(database).claimDue(house.clock.now(), Invoices::lateWatch, 20);
        };
        const std::vector<PaymentHash> first = claim(*house.test);
        const std::vector<PaymentHash> second = claim(*db);
        QCOMPARE(first.size(), std::size_t(20));
        QCOMPARE(second.size(), std::size_t(10));
        for (const PaymentHash &hash : second)
            QVERIFY(std::find(first.begin(), first.end(), hash) == first.end());
        QVERIFY(claim(*house.test).empty());
    }

    /// An intent that a crash left is carried out; one that is just being carried out is left alone.
    void intentsAreTakenUp()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(200));
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(Sats(50)), Sats(50));
        house->watcher.start();
        house->watcher.wake();
        QTest::qWait(20);
        QVERIFY(house.wallet.orders.empty());
        house.clock.advance(Outgoing::intentGrace);
        house->watcher.wake();
        QTRY_COMPARE(house->outgoing.find(intent.id)->state, OutgoingState::Paid);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void itEndsWhileItAsks()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.lookupsHang = true;
        int answered = 0;
        house->watcher.start();
        QTRY_COMPARE(house.wallet.hanging(), std::size_t(1));
        counted(house->watcher.check(topUp.paymentHash, true), answered);
        house->watcher.stop();
        QVERIFY(house->watcher.isRunning());
        house.wallet.receive(topUp.paymentHash);
        house.crash();
        QCOMPARE(answered, 1); // who waits is not left waiting
        house.wallet.letGo();  // and the answer finds nobody
        house.start();
        QCOMPARE(house.sessionBalance(), Sats(0));
        house.wallet.lookupsHang = false;
        house->watcher.start();
        QTRY_COMPARE(house.sessionBalance(), Sats(250));
    }

    void stoppedItAsksNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        emit house.wallet.changed(topUp.paymentHash);
        house->watcher.wake();
        QTest::qWait(20);
        QCOMPARE(house.wallet.lookups, 0);
        house->watcher.start();
        QTRY_COMPARE(house.wallet.lookups, 1);
        house->watcher.stop();
        house.clock.advance(seconds(60));
        emit house.wallet.changed(topUp.paymentHash);
        house->watcher.wake();
        QTest::qWait(20);
        QCOMPARE(house.wallet.lookups, 1);
    }

private:
    static QCoro::Task<void> counted(QCoro::Task<void> task, int &ended)
    {
        co_await task;
        ++ended;
    }
};

QTEST_GUILESS_MAIN(TestPaymentWatcher)
#include "tst_PaymentWatcher.moc"
