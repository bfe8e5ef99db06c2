// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/PaymentHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Pay = ScriptedWallet::Pay;

namespace {

constexpr Sats funds(1'000);
constexpr Sats amount(100);

} // namespace

/// What a crash, or a wallet that does not say what it did, leaves behind, and how it ends.
class TestOutgoingRecovery : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    /// The program dies at every step of a payment, the wallet does what it likes; then it starts again.
    void aRestartAtEveryStep_data()
    {
        QTest::addColumn<int>("step");
        QTest::addColumn<Pay>("mode");
        QTest::addColumn<OutgoingState>("end");
        const auto row = [](const char *name, Crash step, Pay mode, OutgoingState end) {
            QTest::newRow(name) << static_cast<int>(step) << mode << end;
        };
        using enum OutgoingState;
        row("after the intent", Crash::AfterIntent, Pay::Succeeds, Paid);
        row("after the intent, refused", Crash::AfterIntent, Pay::IsRefused, Failed);
        row("after the intent, unknown but paid", Crash::AfterIntent, Pay::UnknownButPaid, Paid);
        row("before the call", Crash::BeforeCall, Pay::Succeeds, Paid);
        row("before the call, unknown and not paid", Crash::BeforeCall, Pay::UnknownNotPaid, Failed);
        row("before the call, refused then", Crash::BeforeCall, Pay::IsRefused, Failed);
        row("in the call, paid", Crash::InCall, Pay::HangsButPaid, Paid);
        row("in the call, not paid", Crash::InCall, Pay::HangsNotPaid, Paid);
        row("before the settlement, paid", Crash::BeforeSettlement, Pay::Succeeds, Paid);
        row("before the settlement, refused", Crash::BeforeSettlement, Pay::IsRefused, Paid);
        row("after a 520, paid", Crash::AfterAnswer, Pay::FailedButPaid, Paid);
        row("after a 520, not paid", Crash::AfterAnswer, Pay::FailedNotPaid, Failed);
        row("after a timeout, paid", Crash::AfterAnswer, Pay::UnknownButPaid, Paid);
        row("after a timeout, not paid", Crash::AfterAnswer, Pay::UnknownNotPaid, Paid);
        row("while pending, paid", Crash::AfterAnswer, Pay::StaysPending, Paid);
        row("while pending without an answer", Crash::AfterAnswer, Pay::UnknownAndPending, Paid);
    }
    void aRestartAtEveryStep()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, step);
        QFETCH(Pay, mode);
        QFETCH(OutgoingState, end);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = mode;
        const OutgoingPayment intent =
            house.intend(house.wallet.foreignInvoice(amount, seconds(300)), amount);
        crashAt(static_cast<Crash>(step), house, intent);
        QCOMPARE(house.wrongInBooks(), QString());

        house.wallet.unreachable = true;
        house.start();
        house->watcher.start();
        const auto state = [&] { return house->outgoing.find(intent.id)->state; };
        if (static_cast<Crash>(step) != Crash::AfterIntent) {
            QTRY_COMPARE(state(), OutgoingState::Unknown); // and shown as such
            QCOMPARE(house.wrongInBooks(), QString());
        }
        house.wallet.unreachable = false;
        if (mode == Pay::HangsNotPaid || mode == Pay::HangsButPaid ||
            static_cast<Crash>(step) == Crash::AfterAnswer)
            house.wallet.payMode = Pay::Succeeds;
        if (house.wallet.records.contains(intent.paymentHash) &&
            house.wallet.records[intent.paymentHash].state == WalletPayment::State::Pending)
            house.wallet.settle(intent.paymentHash, true);
        for (int i = 0; i < 12 && state() != end; ++i) {
            house.clock.advance(seconds(60));
            house->watcher.wake();
            QVERIFY(QTest::qWaitFor([&] { return state() == end || !isDue(house, intent.id); }, 10'000));
        }
        QCOMPARE(state(), end);
        QCOMPARE(house.wallet.sent[intent.paymentHash], end == OutgoingState::Paid ? 1 : 0);
        QCOMPARE(house.sessionBalance(), end == OutgoingState::Paid ? funds - amount : funds);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    /// An order after another one: its refusal says nothing about the first.
    void aRefusalOfASecondOrderIsNotTheEnd()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = Pay::UnknownNotPaid;
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        house.pay(intent);
        house.wallet.payMode = Pay::IsRefused;
        QCOMPARE(house.resolve(intent).state, OutgoingState::Unknown);
        house.clock.set(intent.expiresAt + Outgoing::failedGrace);
        QCOMPARE(house.resolve(intent).state, OutgoingState::Unknown);
        QCOMPARE(house.wallet.orders[intent.paymentHash], 2); // none once it has expired
        house.clock.advance(Millis(1));
        QCOMPARE(house.resolve(intent).state, OutgoingState::Failed);
        QCOMPARE(house.sessionBalance(), funds);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void anExpiredIntentIsNotPaid()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount, seconds(60)), amount);
        house.clock.advance(seconds(60));
        QCOMPARE(house.resolve(intent).state, OutgoingState::Failed);
        QVERIFY(house.wallet.orders.empty());
        QCOMPARE(house.sessionBalance(), funds);
    }

    /// Who was away so long that another program took the payment over can't end it by a refusal; a payment
    /// it can.
    void aLeaseThatRanOut_data()
    {
        QTest::addColumn<Pay>("mode");
        QTest::newRow("refused") << Pay::HangsNotPaid;
        QTest::newRow("paid") << Pay::HangsButPaid;
    }
    void aLeaseThatRanOut()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Pay, mode);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = mode;
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        const auto first = begun(house->outgoing.carryOut(intent.id));
        const int lookups = house.wallet.lookups;
        const auto db = house.test.another();
        PaymentServices second(*db, house.clock, house.wallet, QStringLiteral("two"));
        house.wallet.payMode = Pay::StaysPending;
        const auto resolved = [&] { return ended(second.outgoing.resolve(intent.id)).value.value().state; };
        QCOMPARE(resolved(), OutgoingState::Paying);
        QCOMPARE(house.wallet.lookups, lookups); // not its own, and the lease holds
        second.outgoing.recover();
        QCOMPARE(resolved(), OutgoingState::Paying);
        QCOMPARE(house.wallet.lookups, lookups);
        house.clock.advance(Outgoing::lease);
        const bool paid = mode == Pay::HangsButPaid;
        QCOMPARE(resolved(), paid ? OutgoingState::Paid : OutgoingState::Paying);
        house.wallet.letGo();
        QVERIFY(first->isDone());
        QCOMPARE(first->value->state, paid ? OutgoingState::Paid : OutgoingState::Paying);
        if (!paid)
            house.wallet.settle(intent.paymentHash, true);
        house.clock.advance(Outgoing::lease);
        QCOMPARE(resolved(), OutgoingState::Paid);
        QCOMPARE(house.wallet.sent[intent.paymentHash], 1);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

private:
    enum class Crash { AfterIntent, BeforeCall, InCall, BeforeSettlement, AfterAnswer };

    static void crashAt(Crash step, PaymentHouse &house, const OutgoingPayment &intent)
    {
        switch (step) {
        case Crash::AfterIntent:
            break;
        case Crash::BeforeCall: {
            Transaction transaction(*house.test);
            QVERIFY(house->outgoing.store().begin(transaction, intent.id, QStringLiteral("one"),
                                                  house.clock.now() + Outgoing::lease, house.clock.now()));
            transaction.commit();
            break;
        }
        case Crash::InCall: {
            const auto paying = begun(house->outgoing.carryOut(intent.id));
            QVERIFY(!paying->isDone());
            house.crash();
            house.wallet.letGo(); // the answer finds nobody
            break;
        }
        case Crash::BeforeSettlement: {
            // The answer is there, but what is to be written is not.
            const bool refused = house.wallet.payMode == Pay::IsRefused;
            house.wallet.payMode = refused ? Pay::HangsNotPaid : Pay::HangsButPaid;
            const auto paying = begun(house->outgoing.carryOut(intent.id));
            house.crash();
            house.wallet.letGo();
            QVERIFY(paying->isDone());
            house.wallet.payMode = Pay::Succeeds;
            break;
        }
        case Crash::AfterAnswer:
            house.pay(intent);
            break;
        }
        house.crash();
    }
    static bool isDue(PaymentHouse &house, const QString &id)
    {
        return house.test->number(
                   "SELECT count(*) AS n FROM outgoing_payments WHERE id = ? AND next_check_at <= ?",
                   {id, house.clock.now()}) > 0;
    }
};

QTEST_GUILESS_MAIN(TestOutgoingRecovery)
#include "tst_OutgoingRecovery.moc"
