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

constexpr Sats funds(1'000);
constexpr Sats amount(100);

} // namespace

class TestOutgoing : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whatIsPaidMustFit()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        using Network = LightningNetwork;
        const auto error = [&](const QString &bolt11) {
            return errorCodeOf([&] { static_cast<void>(house->outgoing.checkInvoice(bolt11, amount)); });
        };
        const auto of = [&](Network network, Sats sats = amount, Millis expiry = seconds(60)) {
            return ScriptedWallet(house.clock, network).foreignInvoice(sats, expiry);
        };
        QCOMPARE(error(of(Network::Bitcoin)), QByteArray());
        QCOMPARE(error(of(Network::Bitcoin).toUpper()), QByteArray());
        QCOMPARE(error(QStringLiteral("lightning:") + of(Network::Bitcoin)), QByteArray());
        const QByteArray refused("invalid_invoice");
        QCOMPARE(error(QStringLiteral("nonsense")), refused);
        QCOMPARE(error(of(Network::Bitcoin, Sats(99))), refused);
        QCOMPARE(error(of(Network::Bitcoin, Sats(101))), refused);
        for (const Network other : {Network::Signet, Network::Testnet, Network::Regtest})
            QCOMPARE(error(of(other)), refused);
        const QString old = of(Network::Bitcoin);
        house.clock.advance(seconds(60));
        QCOMPARE(error(old), refused);
        QCOMPARE(error(house.invoice(amount).paymentRequest), refused); // the tower's own
        // The same payment hash in an invoice of somebody else.
        Bolt11Draft draft;
        draft.network = Network::Bitcoin;
        draft.amount = toMsat(amount);
        draft.createdAt = house.clock.now();
        draft.paymentHash = house.invoice(amount).paymentHash;
        QCOMPARE(error(encodeBolt11(draft, SecretKey::generate())), refused);
        draft.paymentHash = PaymentHash(SecretKey::generate().bytes());
        draft.amount = toMsat(amount) + Msat(1);
        QCOMPARE(error(encodeBolt11(draft, SecretKey::generate())), refused);
    }
    void theNetworkIsTheWallets()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse regtest(engine, LightningNetwork::Regtest);
        const auto error = [](PaymentHouse &house, const QString &bolt11) {
            return errorCodeOf([&] { static_cast<void>(house->outgoing.checkInvoice(bolt11, amount)); });
        };
        // Until it is known, the main network is what a real wallet is on.
        QCOMPARE(error(regtest, regtest.wallet.foreignInvoice(amount)), QByteArray("invalid_invoice"));
        regtest.invoice(amount);
        QCOMPARE(error(regtest, regtest.wallet.foreignInvoice(amount)), QByteArray());
        PaymentHouse simulated(engine, LightningNetwork::Signet);
        QCOMPARE(error(simulated, simulated.wallet.foreignInvoice(amount)), QByteArray());
        QCOMPARE(error(simulated, simulated.invoice(amount).paymentRequest), QByteArray());
        QCOMPARE(error(simulated, regtest.wallet.foreignInvoice(amount)), QByteArray("invalid_invoice"));
    }

    void theIntentComesFirst()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const OutgoingPayment intent = house.intend(bolt11.toUpper(), amount);
        QCOMPARE(intent.state, OutgoingState::Intent);
        QCOMPARE(intent.bolt11, bolt11);
        QCOMPARE(intent.maximumFee, Sats(2));
        QCOMPARE(Outgoing::maximumFee(Sats(100'001)), Sats(1'001));
        QCOMPARE(house.sessionBalance(), funds - amount);
        QCOMPARE(house.balance(Account::outgoing(intent.id)), amount);
        QVERIFY(house.wallet.orders.empty());
        QCOMPARE(house.wrongInBooks(), QString());

        const auto error = [&](const QString &invoice, Sats sats) {
            return errorCodeOf([&] { house.intend(invoice, sats); });
        };
        QCOMPARE(error(bolt11, amount), QByteArray("invoice_used"));
        QCOMPARE(error(house.wallet.foreignInvoice(funds), funds), QByteArray("insufficient_balance"));
        QCOMPARE(house.sessionBalance(), funds - amount);
        QCOMPARE(house->outgoing.list({}, {}).items.size(), std::size_t(1));
    }
    /// What the ledger's wallet does not hold could be sent and not be booked.
    void theWalletsSatsArePromisedOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(150));
        house.intend(house.wallet.foreignInvoice(amount), amount, Account::zaps());
        QCOMPARE(errorCodeOf(
                     [&] { house.intend(house.wallet.foreignInvoice(Sats(51)), Sats(51), Account::zaps()); }),
                 QByteArray("insufficient_balance"));
        house.intend(house.wallet.foreignInvoice(Sats(50)), Sats(50), Account::zaps());
    }

    void howItEnds_data()
    {
        QTest::addColumn<Pay>("mode");
        QTest::addColumn<OutgoingState>("state");
        QTest::newRow("paid") << Pay::Succeeds << OutgoingState::Paid;
        QTest::newRow("pending") << Pay::StaysPending << OutgoingState::Paying;
        QTest::newRow("refused") << Pay::IsRefused << OutgoingState::Failed;
        QTest::newRow("unknown") << Pay::UnknownButPaid << OutgoingState::Unknown;
        QTest::newRow("520 failed") << Pay::FailedButPaid << OutgoingState::Unknown;
    }
    void howItEnds()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Pay, mode);
        QFETCH(OutgoingState, state);
        PaymentHouse house(engine);
        house.fund(funds);
        int outcomes = 0;
        house->outgoing.serve(OutgoingPurpose::Withdrawal,
                              [&](Transaction &, const OutgoingPayment &payment) {
                                  ++outcomes;
                                  QCOMPARE(payment.state, state);
                                  QVERIFY(payment.settledAt);
                              });
        house.wallet.payMode = mode;
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        const OutgoingPayment done = house.pay(intent);
        QCOMPARE(done.state, state);
        QCOMPARE(house.pay(intent).state, state); // carried out once, whoever calls
        QCOMPARE(house.wallet.orders[intent.paymentHash], 1);
        const bool isFinal = state == OutgoingState::Paid || state == OutgoingState::Failed;
        QCOMPARE(outcomes, isFinal ? 1 : 0);
        QCOMPARE(done.settledAt.has_value(), isFinal);
        QCOMPARE(house.balance(Account::outgoing(intent.id)), isFinal ? Sats(0) : amount);
        QCOMPARE(house.sessionBalance(), state == OutgoingState::Failed ? funds : funds - amount);
        QCOMPARE(house.balance(Account::routingFees()), state == OutgoingState::Paid ? Sats(2) : Sats(0));
        QCOMPARE(house.wrongInBooks(), QString());
        if (isFinal)
            QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void anotherAmountIsNoEnd()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = Pay::UnknownButPaid;
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        house.pay(intent);
        house.wallet.records[intent.paymentHash].amount = toMsat(amount) + Msat(1'000);
        const OutgoingPayment asked = house.resolve(intent);
        QCOMPARE(asked.state, OutgoingState::Unknown);
        QVERIFY(asked.reason.contains(u"101000"));
        house.wallet.records[intent.paymentHash].amount = toMsat(amount);
        QCOMPARE(house.resolve(intent).state, OutgoingState::Paid);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    /// The simulated wallet's own: that it was paid does not say that it was paid by this.
    void anOwnInvoiceWhoseOutcomeIsUnknownStaysSo()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine, LightningNetwork::Signet);
        house.fund(funds);
        const Invoice own = house.invoice(amount);
        house.wallet.unreachable = true;
        const OutgoingPayment intent = house.intend(own.paymentRequest, amount);
        QCOMPARE(house.pay(intent).state, OutgoingState::Unknown);
        house.wallet.unreachable = false;
        house.wallet.receive(own.paymentHash);
        QCOMPARE(house.resolve(intent).state, OutgoingState::Unknown);
        house.clock.set(intent.expiresAt + days(1));
        QCOMPARE(house.resolve(intent).state, OutgoingState::Unknown);
        QCOMPARE(house.wallet.orders[own.paymentHash], 1);
        house.wallet.records[own.paymentHash].internal = true;
        QCOMPARE(house.resolve(intent).state, OutgoingState::Paid);
    }

    void aFeeThatCannotBeBookedYet()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(amount);
        house.wallet.held += Msat(5'000); // the operator's, which the books do not know
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        QCOMPARE(house.pay(intent).state, OutgoingState::Paid);
        QCOMPARE(house.balance(Account::wallet()), Sats(0));
        QCOMPARE(house.balance(Account::routingFees()), Sats(0));
        QVERIFY(house.wrongInBooks().contains(u"routing fee"));

        {
            Transaction transaction(*house.test);
            house->ledger.post(transaction, movements::corrected(1, Sats(5)));
            transaction.commit();
        }
        house.clock.advance(seconds(60));
        QCOMPARE(house->outgoing.store().claimDue(house.clock.now(), 10), std::vector<QString>{intent.id});
        QCOMPARE(house.resolve(intent).state, OutgoingState::Paid);
        QCOMPARE(house.balance(Account::routingFees()), Sats(2));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
        house.clock.advance(days(1));
        QVERIFY(house->outgoing.store().claimDue(house.clock.now(), 10).empty());
    }

    /// The operator took the sats out of the books while they were on their way.
    void aPaymentThatCannotBeBookedYet()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(amount);
        const auto correct = [&](std::int64_t number, Sats sats) {
            Transaction transaction(*house.test);
            house->ledger.post(transaction, movements::corrected(number, sats));
            transaction.commit();
        };
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        correct(1, -Sats(50));
        const OutgoingPayment paid = house.pay(intent);
        QCOMPARE(paid.state, OutgoingState::Unknown);
        QVERIFY(paid.reason.contains(u"correction"));
        correct(2, Sats(60));
        QCOMPARE(house.resolve(intent).state, OutgoingState::Paid);
        QCOMPARE(house.balance(Account::wallet()), Sats(8));
    }

    void byHand_data()
    {
        QTest::addColumn<bool>("paid");
        QTest::newRow("paid") << true;
        QTest::newRow("failed") << false;
    }
    void byHand()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, paid);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = Pay::UnknownNotPaid;
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        const auto settle = [&](const QString &id) {
            Transaction transaction(*house.test);
            const OutgoingPayment done =
                house->outgoing.settleByHand(transaction, id, paid, QStringLiteral("seen at the node"));
            transaction.commit();
            return done;
        };
        QCOMPARE(errorCodeOf([&] { settle(intent.id); }), QByteArray("not_unknown"));
        QCOMPARE(errorCodeOf([&] { settle(QStringLiteral("none")); }), QByteArray("payment_not_found"));
        house.pay(intent);
        house.wallet.lookupsHang = true;
        const auto asking = begun(house->outgoing.resolve(intent.id));
        QCOMPARE(errorCodeOf([&] { settle(intent.id); }), QByteArray("payment_in_progress"));
        house.wallet.lookupsHang = false;
        house.wallet.letGo();
        QVERIFY(asking->isDone());
        const OutgoingPayment done = settle(intent.id);
        QCOMPARE(done.state, paid ? OutgoingState::Paid : OutgoingState::Failed);
        QCOMPARE(done.reason, QStringLiteral("seen at the node"));
        QCOMPARE(house.sessionBalance(), paid ? funds - amount : funds);
        QCOMPARE(house.balance(Account::outgoing(intent.id)), Sats(0));
        QCOMPARE(house.resolve(intent).state, done.state);
    }

    void aFailedInvoiceCanBeUsedAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        house.wallet.payMode = Pay::IsRefused;
        const QString bolt11 = house.wallet.foreignInvoice(amount);
        const OutgoingPayment first = house.intend(bolt11, amount);
        house.pay(first);
        QCOMPARE(house->outgoing.findByHash(first.paymentHash)->id, first.id);
        house.wallet.payMode = Pay::Succeeds;
        const OutgoingPayment second = house.intend(bolt11, amount);
        QCOMPARE(house->outgoing.findByHash(first.paymentHash)->id, second.id);
        QCOMPARE(house.pay(second).state, OutgoingState::Paid);
        const auto count = [&](const OutgoingFilter &filter) {
            return house->outgoing.list(filter, {}).items.size();
        };
        QCOMPARE(count({}), std::size_t(2));
        QCOMPARE(count({OutgoingState::Failed, {}}), std::size_t(1));
        QCOMPARE(count({{}, OutgoingPurpose::Zap}), std::size_t(0));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void severalProgramsPayOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        const int payers = race(house.test, [&](Database &db, const auto &) {
            ScriptedWallet wallet(
                house.clock); // each its own door to the same node: what counts is the order
            PaymentServices program(db, house.clock, wallet, QString::number(quintptr(&db)));
            static_cast<void>(ended(program.outgoing.carryOut(intent.id)));
            return wallet.orders[intent.paymentHash] == 1;
        });
        QCOMPARE(payers, 1);
        QCOMPARE(house->outgoing.find(intent.id)->state, OutgoingState::Paid);
        QCOMPARE(house.balance(Account::wallet()), funds - amount - Sats(2));
    }
    /// The race is one: who reads and then writes would pay several times.
    void readThenWriteWouldPayTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(funds);
        const OutgoingPayment intent = house.intend(house.wallet.foreignInvoice(amount), amount);
        const int payers = race(house.test, [&](Database &db, const auto &meet) {
            const bool mine = OutgoingStore(db).find(intent.id)->state == OutgoingState::Intent;
            meet();
            if (mine)
                db.execute("UPDATE outgoing_payments SET state = 'paying' WHERE id = ?", {intent.id});
            return mine;
        });
        QVERIFY(payers > 1);
    }
    void severalProgramsPromiseTheWalletsSatsOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.fund(Sats(250));
        const int promises = race(house.test, [&](Database &db, const auto &) {
            ScriptedWallet wallet(house.clock);
            PaymentServices program(db, house.clock, wallet);
            return errorCodeOf([&] {
                       Transaction transaction(db);
                       const Outgoing::Order order{OutgoingPurpose::Zap, QStringLiteral("z"), Account::zaps(),
                                                   amount, wallet.foreignInvoice(amount)};
                       program.outgoing.intend(transaction, order);
                       transaction.commit();
                   })
                .isEmpty();
        });
        QCOMPARE(promises, 2);
    }
};

QTEST_GUILESS_MAIN(TestOutgoing)
#include "tst_Outgoing.moc"
