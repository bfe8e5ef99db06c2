// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/PaymentHouse.h"
#include "tests/payments/Race.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Pay = ScriptedWallet::Pay;

namespace {

constexpr Sats amount(100);
constexpr auto session = RefundOwner::Session;
const QString &owner = PaymentHouse::sessionId;

} // namespace

class TestRefunds : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void exactlyWhatIsOwedIsPaidOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50)); // pays the routing fee
        QVERIFY(!house->refunds.owed(session, owner));
        QCOMPARE(pay(house, house.wallet.foreignInvoice(amount)).error, QByteArray("nothing_owed"));
        house.owe(amount);
        const Account account = house->refunds.of(session, owner).front().account;

        QCOMPARE(pay(house, QStringLiteral("nonsense")).error, QByteArray("invalid_invoice"));
        for (const Sats wrong : {Sats(99), Sats(101), Sats(1)})
            QCOMPARE(pay(house, house.wallet.foreignInvoice(wrong)).error, QByteArray("invalid_invoice"));
        const QString ofPractice =
            ScriptedWallet(house.clock, LightningNetwork::Signet).foreignInvoice(amount);
        QCOMPARE(pay(house, ofPractice).error, QByteArray("invalid_invoice"));
        QCOMPARE(state(house), RefundState::Pending);
        QCOMPARE(house.balance(account), amount);
        QVERIFY(house.wallet.orders.empty());
        QVERIFY(house->outgoing.list({}, {}).items.empty());

        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const Refund paid = pay(house, bolt11).value.value();
        QCOMPARE(paid.state, RefundState::Paid);
        QCOMPARE(paid.paidAt, std::optional(house.clock.now()));
        QCOMPARE(house->outgoing.find(paid.intentId)->subject, account.name());
        QCOMPARE(house.balance(account), Sats(0));
        QCOMPARE(pay(house, bolt11).value->state, RefundState::Paid); // the same again
        QCOMPARE(pay(house, house.wallet.foreignInvoice(amount)).error, QByteArray("nothing_owed"));
        QCOMPARE(house.wallet.sent.size(), std::size_t(1));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void whatIsRefusedIsOwedAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        house.owe(amount);
        house.wallet.payMode = Pay::IsRefused;
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const Refund refused = pay(house, bolt11).value.value();
        QCOMPARE(refused.state, RefundState::Pending);
        QCOMPARE(house.balance(refused.account), amount);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
        house.wallet.payMode = Pay::Succeeds;
        QCOMPARE(pay(house, bolt11).value->state, RefundState::Paid); // its payment had failed for good
        QCOMPARE(pay(house, bolt11).value->state, RefundState::Paid);
        QCOMPARE(house.wallet.sent.size(), std::size_t(1));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void anOutcomeThatIsOpenIsNoReasonToPayAgain_data()
    {
        QTest::addColumn<Pay>("mode");
        QTest::newRow("pending") << Pay::StaysPending;
        QTest::newRow("unknown but paid") << Pay::UnknownButPaid;
        QTest::newRow("unknown and not paid") << Pay::UnknownNotPaid;
        QTest::newRow("520 but paid") << Pay::FailedButPaid;
    }
    void anOutcomeThatIsOpenIsNoReasonToPayAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Pay, mode);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        house.owe(amount);
        house.wallet.payMode = mode;
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const Refund open = pay(house, bolt11).value.value();
        QCOMPARE(open.state, RefundState::Paying);
        QCOMPARE(house.balance(open.account), Sats(0));
        QCOMPARE(house.balance(Account::outgoing(open.intentId)), amount);
        QCOMPARE(pay(house, bolt11).value->state, RefundState::Paying);
        QCOMPARE(pay(house, house.wallet.foreignInvoice(amount)).error, QByteArray("refund_in_progress"));
        QCOMPARE(house.wrongInBooks(), QString());

        house.wallet.payMode = Pay::Succeeds;
        const OutgoingPayment payment = house->outgoing.find(open.intentId).value();
        if (mode == Pay::StaysPending)
            house.wallet.settle(payment.paymentHash, true);
        QCOMPARE(house.resolve(payment).state, OutgoingState::Paid);
        QCOMPARE(state(house), RefundState::Paid);
        QCOMPARE(house.wallet.sent.size(), std::size_t(1));
        QCOMPARE(house.wallet.sent[payment.paymentHash], 1);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void anInvoiceIsForOnePaymentOnly()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(500));
        house.owe(amount);
        house.owe(amount);
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        house.pay(house.intend(bolt11, amount));
        QCOMPARE(pay(house, bolt11).error, QByteArray("invoice_used"));
        const QString second = house.wallet.foreignInvoice(amount);
        QCOMPARE(pay(house, second).value->state, RefundState::Paid);
        QCOMPARE(pay(house, second).value->state, RefundState::Paid);
        const auto ofAnother = ended(house->refunds.pay(RefundOwner::Job, owner, second));
        QCOMPARE(ofAnother.error, QByteArray("invoice_used"));
        QCOMPARE(house->refunds.owed(session, owner)->state, RefundState::Pending); // one of two
    }

    void severalAreOwed()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        std::vector<Refunds::Owed> told;
        const auto follow = [&](Transaction &, const QString &id, const Refunds::Owed &owed) {
            QCOMPARE(id, owner);
            told.push_back(owed);
        };
        house->refunds.follow(session, follow);
        house.owe(Sats(30));
        house.clock.advance(Millis(1));
        house.owe(Sats(70));
        const auto last = [&](Sats sats, RefundState is) {
            return told.back().amount == sats && told.back().state == is;
        };
        QVERIFY(last(Sats(100), RefundState::Pending));
        QCOMPARE(told.size(), std::size_t(2));
        QCOMPARE(pay(house, house.wallet.foreignInvoice(amount)).error, QByteArray("invalid_invoice"));
        QCOMPARE(pay(house, house.wallet.foreignInvoice(Sats(70))).value->amount, Sats(70));
        QVERIFY(last(Sats(100), RefundState::Pending));
        house.wallet.payMode = Pay::StaysPending;
        QCOMPARE(pay(house, house.wallet.foreignInvoice(Sats(30))).value->state, RefundState::Paying);
        QVERIFY(last(Sats(100), RefundState::Paying));
        const std::vector<Refund> refunds = house->refunds.of(session, owner);
        QCOMPARE(refunds.size(), std::size_t(2));
        QCOMPARE(refunds.front().amount, Sats(30)); // oldest first
        const OutgoingPayment payment = house->outgoing.find(refunds.front().intentId).value();
        house.wallet.settle(payment.paymentHash, true);
        house.resolve(payment);
        QVERIFY(last(Sats(100), RefundState::Paid));

        const auto count = [&](const RefundFilter &filter) {
            return house->refunds.list(filter, {}).items.size();
        };
        QCOMPARE(count({}), std::size_t(2));
        QCOMPARE(count({RefundState::Paid}), std::size_t(2));
        QCOMPARE(count({RefundState::Pending}), std::size_t(0));
        QCOMPARE(house->refunds.list({}, {}).items.front().amount, Sats(70)); // newest first
    }

    void oneAccountIsOwedOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Movement movement = movements::latePayment(QString(64, u'a'), amount);
        const auto owe = [&] {
            Transaction transaction(*house.test);
            house->refunds.owe(transaction, session, owner, movement);
            house->ledger.post(transaction, movement);
            transaction.commit();
        };
        owe();
        QCOMPARE(errorCodeOf(owe), QByteArray("internal_error"));
        QCOMPARE(house->refunds.owed(session, owner)->amount, amount);
    }

    void manyAskAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        house.owe(amount);
        house.wallet.payMode = Pay::HangsButPaid;
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        std::vector<std::shared_ptr<Awaited<Refund>>> same;
        for (int i = 0; i < 20; ++i)
            same.push_back(begun(house->refunds.pay(session, owner, bolt11)));
        QCOMPARE(pay(house, house.wallet.foreignInvoice(amount)).error, QByteArray("refund_in_progress"));
        house.wallet.letGo();
        QCOMPARE(same.front()->value->state, RefundState::Paid);
        for (const auto &asked : same)
            QVERIFY(asked->value);
        QCOMPARE(house.wallet.orders.begin()->second, 1);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void severalProgramsPayOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        house.owe(amount);
        const int payers = race(house.test, [&](Database &db, const auto &) {
            ScriptedWallet wallet(house.clock);
            PaymentServices program(db, house.clock, wallet, QString::number(quintptr(&db)));
            static_cast<void>(ended(program.refunds.pay(session, owner, wallet.foreignInvoice(amount))));
            return !wallet.sent.empty();
        });
        QCOMPARE(payers, 1);
        QCOMPARE(state(house), RefundState::Paid);
    }

    /// The program goes away while the wallet pays.
    void aCrashInTheMiddle()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(50));
        house.owe(amount);
        house.wallet.payMode = Pay::HangsButPaid;
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const auto paying = begun(house->refunds.pay(session, owner, bolt11));
        house.crash();
        house.wallet.letGo();
        QCOMPARE(paying->error, QByteArray("wallet_stopped"));
        house.start();
        QCOMPARE(pay(house, bolt11).value->state, RefundState::Paying);
        house->watcher.start();
        QTRY_COMPARE(state(house), RefundState::Paid);
        QCOMPARE(house.wallet.sent.begin()->second, 1);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

private:
    static Awaited<Refund> pay(PaymentHouse &house, const QString &bolt11)
    {
        return ended(house->refunds.pay(session, owner, bolt11));
    }
    static RefundState state(PaymentHouse &house) { return house->refunds.owed(session, owner)->state; }
};

QTEST_GUILESS_MAIN(TestRefunds)
#include "tst_Refunds.moc"
