// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnbitsWallet.h"
#include "core/lightning/SimulatedWallet.h"
#include "tests/payments/PaymentHouse.h"
#include "tests/peers/LnbitsPeer.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using CreateFault = LnbitsPeer::CreateFault;
using PayFault = LnbitsPeer::PayFault;
using LookupFault = LnbitsPeer::LookupFault;

namespace {

constexpr Sats funds(1'000);
constexpr Sats amount(100);
const QString sessionId = QStringLiteral("s");

Secrets secretsFor(const QString &dir)
{
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("TIMMY_TOKEN_SECRET"),
                       QStringLiteral("the-token-secret-of-this-test-is-long"));
    environment.insert(QStringLiteral("LNBITS_API_KEY"), LnbitsPeer::adminKey());
    return Secrets(environment, [dir] { return openSecretsFile(dir); });
}

/// A program and its wallet, on a database with one session.
struct FlowHouse
{
    explicit FlowHouse(const QString &engine)
        : test(engine)
        , secrets(secretsFor(test.dir()))
    {
        test->execute(R"(
            INSERT INTO sessions (id, state, deposit_payment_hash, expires_at, created_at, updated_at)
            VALUES (?, 'active', '', 0, 0, 0))",
                      {sessionId});
    }
    void start(Wallet &wallet)
    {
        program = std::make_unique<PaymentServices>(*test, clock, wallet);
        program->watcher.start();
    }
    Invoice invoice(Sats sats)
    {
        const WalletInvoice issued =
            ended(program->invoices.request(sats, QStringLiteral("memo"), Invoices::lifetime)).value.value();
        Transaction transaction(*test);
        const Invoice added =
            program->invoices.add(transaction, issued, InvoicePurpose::Topup, sats, sessionId);
        transaction.commit();
        return added;
    }
    Sats balance() { return program->ledger.balance(Account::session(sessionId)); }
    OutgoingPayment intend(const QString &bolt11)
    {
        Transaction transaction(*test);
        const Outgoing::Order order{OutgoingPurpose::Withdrawal, sessionId, Account::session(sessionId),
                                    amount, bolt11};
        OutgoingPayment payment = program->outgoing.intend(transaction, order);
        transaction.commit();
        return payment;
    }
    OutgoingState pay(const OutgoingPayment &payment)
    {
        return ended(program->outgoing.carryOut(payment.id)).value.value().state;
    }
    OutgoingState state(const OutgoingPayment &payment) { return program->outgoing.find(payment.id)->state; }
    /// Time passes, and the watcher looks, until the payment is there or an hour has gone by.
    void passUntil(const OutgoingPayment &payment, OutgoingState wanted)
    {
        for (int i = 0; i < 60 && state(payment) != wanted; ++i) {
            clock.advance(seconds(60));
            program->watcher.wake();
            const auto isQuiet = [&] {
                return !program->watcher.isRunning() && program->outgoing.store().nextDue() > clock.now();
            };
            static_cast<void>(QTest::qWaitFor([&] { return state(payment) == wanted || isQuiet(); }, 5'000));
        }
    }
    QString wrongWith(Wallet &wallet)
    {
        const auto held = ended(Reconcile::askBalance(wallet)).value.value();
        for (const CheckResult &check : Reconcile().run(*test, held).checks) {
            if (!held || !check.ok || check.difference != Sats())
                return check.name + QStringLiteral(": ") + check.detail;
        }
        return {};
    }

    ManualClock clock{days(20'000)};
    TestDatabase test;
    Secrets secrets;
    std::unique_ptr<PaymentServices> program;
};

struct LnbitsHouse : FlowHouse
{
    explicit LnbitsHouse(const QString &engine)
        : FlowHouse(engine)
        , peer(clock)
    {
        settings.setSaved(Setting::LnbitsUrl, peer.url());
        restart();
    }
    void restart()
    {
        program.reset();
        wallet = std::make_unique<LnbitsWallet>(settings, secrets);
        wallet->start();
        start(*wallet);
    }
    void fund()
    {
        const Invoice topUp = invoice(funds);
        peer.payInvoice(topUp.paymentHash);
        QVERIFY(ended(asked(topUp)).value.value());
        QCOMPARE(balance(), funds);
    }
    QCoro::Task<bool> asked(Invoice topUp)
    {
        QCoro::Task<void> checking = program->watcher.check(topUp.paymentHash, true);
        co_await checking;
        co_return true;
    }

    LnbitsPeer peer;
    Settings settings;
    std::unique_ptr<LnbitsWallet> wallet;
};

} // namespace

/// The whole way, with the wallets that there are.
class TestPaymentFlows : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void theSimulatedWallet_data()
    {
        using Behaviour = SimulatedWallet::Behaviour;
        QTest::addColumn<Behaviour>("behaviour");
        QTest::addColumn<OutgoingState>("at first");
        QTest::addColumn<OutgoingState>("end");
        QTest::newRow("pays") << Behaviour::Normal << OutgoingState::Paid << OutgoingState::Paid;
        QTest::newRow("pending") << Behaviour::PayPending << OutgoingState::Paying << OutgoingState::Failed;
        QTest::newRow("refuses") << Behaviour::PayFails << OutgoingState::Failed << OutgoingState::Failed;
        QTest::newRow("paid without an answer")
            << Behaviour::PayUnknownButPaid << OutgoingState::Unknown << OutgoingState::Paid;
        QTest::newRow("no answer, not paid")
            << Behaviour::PayUnknownNotPaid << OutgoingState::Unknown << OutgoingState::Paid;
        QTest::newRow("unreachable") << Behaviour::Unreachable << OutgoingState::Unknown
                                     << OutgoingState::Paid;
    }
    void theSimulatedWallet()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(SimulatedWallet::Behaviour, behaviour);
        QFETCH(OutgoingState, end);
        FlowHouse house(engine);
        SimulatedWallet wallet(*house.test, house.clock, house.secrets);
        wallet.setRoutingFee(Msat(1'001));
        house.start(wallet);
        const Invoice topUp = house.invoice(funds);
        wallet.payInvoice(topUp.paymentHash);
        QTRY_COMPARE(house.balance(), funds);

        wallet.setBehaviour(behaviour);
        const ScriptedWallet other(house.clock, LightningNetwork::Signet);
        const OutgoingPayment payment = house.intend(other.foreignInvoice(amount, seconds(600)));
        QTEST(house.pay(payment), "at first");
        wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        house.passUntil(payment, end);
        QCOMPARE(house.state(payment), end);
        QCOMPARE(house.balance(), end == OutgoingState::Paid ? funds - amount : funds);
        QCOMPARE(house.wrongWith(wallet), QString());
        house.program.reset();
    }

    void theSimulatedWalletPaysItself()
    {
        QFETCH_GLOBAL(QString, engine);
        FlowHouse house(engine);
        SimulatedWallet wallet(*house.test, house.clock, house.secrets);
        house.start(wallet);
        wallet.payInvoice(house.invoice(funds).paymentHash);
        QTRY_COMPARE(house.balance(), funds);
        const Invoice own = house.invoice(amount);
        QCOMPARE(house.pay(house.intend(own.paymentRequest)), OutgoingState::Paid);
        QTRY_COMPARE(house.balance(), funds); // out by the one, in by the other
        QCOMPARE(house.wrongWith(wallet), QString());
        house.program.reset();
    }

    void lnbitsPays_data()
    {
        QTest::addColumn<PayFault>("fault");
        QTest::addColumn<OutgoingState>("at first");
        QTest::addColumn<OutgoingState>("end");
        const auto row = [](const char *name, PayFault fault, OutgoingState first, OutgoingState end) {
            QTest::newRow(name) << fault << first << end;
        };
        using enum OutgoingState;
        row("pays", PayFault::None, Paid, Paid);
        row("pending", PayFault::Pending, Paying, Paid);
        row("520, but paid", PayFault::FailedButPaid, Unknown, Paid);
        row("520, but paid by the node", PayFault::FailedButPaidByNode, Unknown, Paid);
        row("520, not paid", PayFault::FailedNotPaid, Unknown, Failed);
        row("201, failed", PayFault::AcceptedAsFailed, Unknown, Failed);
        row("hangs up, but pays", PayFault::HangsUpButPaid, Unknown, Paid);
        row("balance too low", PayFault::InsufficientBalance, Failed, Failed);
        row("already paid, it says", PayFault::AlreadyPaid, Unknown, Paid);
        row("wrong key", PayFault::Unauthorized, Failed, Failed);
        row("error before it tried", PayFault::ServerError, Unknown, Paid);
    }
    void lnbitsPays()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(PayFault, fault);
        QFETCH(OutgoingState, end);
        LnbitsHouse house(engine);
        house.fund();
        house.peer.setPayFault(fault);
        const OutgoingPayment payment =
            house.intend(house.peer.foreignInvoice(toMsat(amount), {}, seconds(600)));
        QTEST(house.pay(payment), "at first");
        const Msat held = house.peer.balance();
        house.peer.setPayFault(PayFault::None);
        house.restart();
        if (fault == PayFault::Pending)
            house.peer.settle(payment.paymentHash, true);
        house.passUntil(payment, end);
        QCOMPARE(house.state(payment), end);
        QCOMPARE(house.balance(), end == OutgoingState::Paid ? funds - amount : funds);
        // Nothing left the wallet that had left before, and nothing twice.
        QVERIFY(house.peer.balance() >= toMsat(funds - amount) - Msat(2'000));
        QVERIFY(held >= house.peer.balance());
        QCOMPARE(house.wrongWith(*house.wallet), QString());
        house.program.reset();
    }

    /// The program goes away while LNbits is silent.
    void lnbitsIsSilent_data()
    {
        QTest::addColumn<PayFault>("fault");
        QTest::newRow("but pays") << PayFault::SilentButPaid;
        QTest::newRow("and does not pay") << PayFault::SilentNotPaid;
    }
    void lnbitsIsSilent()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(PayFault, fault);
        LnbitsHouse house(engine);
        house.fund();
        house.peer.setPayFault(fault);
        const OutgoingPayment payment = house.intend(house.peer.foreignInvoice(toMsat(amount)));
        const auto paying = begun(house.program->outgoing.carryOut(payment.id));
        QTRY_COMPARE(house.peer.ordersToPay(), 1);
        QVERIFY(!paying->isDone());
        house.peer.setPayFault(PayFault::None);
        house.restart();
        house.passUntil(payment, OutgoingState::Paid);
        QCOMPARE(house.state(payment), OutgoingState::Paid);
        QCOMPARE(house.peer.ordersToPay(), fault == PayFault::SilentButPaid ? 1 : 2);
        QCOMPARE(house.wrongWith(*house.wallet), QString());
        house.program.reset();
    }

    void lnbitsInvoices()
    {
        QFETCH_GLOBAL(QString, engine);
        LnbitsHouse house(engine);
        house.invoice(Sats(1)); // so that the network is known
        const QByteArray wrong("wallet_wrong_invoice");
        const QByteArray unavailable("wallet_unavailable");
        const std::vector<std::pair<CreateFault, QByteArray>> cases{
            {CreateFault::None, {}},
            {CreateFault::OldField, {}},
            {CreateFault::WrongAmount, wrong},
            {CreateFault::OtherNetwork, wrong},
            {CreateFault::OtherHash, wrong},
            {CreateFault::Garbage, unavailable},
            {CreateFault::NoInvoice, unavailable},
            {CreateFault::Unauthorized, unavailable},
            {CreateFault::ServerError, unavailable},
        };
        for (const auto &[fault, error] : cases) {
            house.peer.setCreateFault(fault);
            const auto asked =
                ended(house.program->invoices.request(amount, QStringLiteral("memo"), Invoices::lifetime));
            QCOMPARE(asked.error, error);
        }
        house.program.reset();
    }

    /// What LNbits says of a paid invoice; once it can be asked again, it counts once.
    void lnbitsLookups()
    {
        QFETCH_GLOBAL(QString, engine);
        LnbitsHouse house(engine);
        Sats credited;
        for (const LookupFault fault :
             {LookupFault::Unreachable, LookupFault::ServerError, LookupFault::NoAmount,
              LookupFault::NoDetails, LookupFault::OtherHash, LookupFault::Garbage}) {
            const Invoice topUp = house.invoice(amount);
            house.peer.setLookupFault(fault);
            house.peer.payInvoice(topUp.paymentHash);
            QVERIFY(ended(house.asked(topUp)).value.value());
            QCOMPARE(house.balance(), credited);
            QCOMPARE(house.program->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
            house.peer.setLookupFault(LookupFault::None);
            for (int i = 0; i < 3; ++i)
                QVERIFY(ended(house.asked(topUp)).value.value());
            credited += amount;
            QCOMPARE(house.balance(), credited);
        }
        QCOMPARE(house.program->taken, 6);
        QCOMPARE(house.wrongWith(*house.wallet), QString());
        house.program.reset();
    }

    void lnbitsReceivesTooLittle()
    {
        QFETCH_GLOBAL(QString, engine);
        LnbitsHouse house(engine);
        const Invoice topUp = house.invoice(amount);
        house.peer.payInvoice(topUp.paymentHash, toMsat(amount) - Msat(1));
        QVERIFY(ended(house.asked(topUp)).value.value());
        QCOMPARE(house.balance(), Sats());
        QCOMPARE(house.program->refunds.owed(RefundOwner::Session, sessionId)->amount, Sats(99));
        QCOMPARE(house.wrongWith(*house.wallet), QString());
        house.program.reset();
    }

    void lnbitsWakesAndCanBeForged()
    {
        QFETCH_GLOBAL(QString, engine);
        LnbitsHouse house(engine);
        const Invoice topUp = house.invoice(amount);
        QTRY_COMPARE(house.peer.listeners(), 1);
        const auto asks = [&] {
            return std::count_if(house.peer.requests().begin(), house.peer.requests().end(),
                                 [&](const LnbitsPeer::Request &request) {
                                     return request.target.contains(topUp.paymentHash.hex());
                                 });
        };
        QTRY_VERIFY(asks() > 0 || !house.program->watcher.isRunning());
        const auto before = asks();
        house.peer.say(QStringLiteral(R"({"wallet_balance": 999999, "payment": {"payment_hash": "%1", )"
                                      R"("amount": 100000, "status": "success", "paid": true}})")
                           .arg(topUp.paymentHash.text()));
        QTRY_VERIFY(asks() > before);
        QTRY_VERIFY(!house.program->watcher.isRunning());
        QCOMPARE(house.balance(), Sats());
        QCOMPARE(house.program->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
        house.peer.payInvoice(topUp.paymentHash); // says so itself
        QTRY_COMPARE(house.balance(), amount);
        house.program.reset();
    }
};

QTEST_GUILESS_MAIN(TestPaymentFlows)
#include "tst_PaymentFlows.moc"
