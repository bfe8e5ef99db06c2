// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/SimulatedWallet.h"
#include "tests/lightning/Awaited.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QSignalSpy>
#include <QTest>

#include <rapidcheck.h>

#include <thread>

using namespace tower;
using namespace tower::test;

using Behaviour = SimulatedWallet::Behaviour;
using Kind = PayOutcome::Kind;
using State = WalletPayment::State;

namespace {

constexpr Millis start = days(20'000);
const QString tokenSecret = QStringLiteral("the-token-secret-of-this-test-is-long");

Secrets secretsWith(const QString &secret, const QString &dir)
{
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), secret);
    return Secrets(environment, [dir] { return openSecretsFile(dir); });
}

/// An invoice of another node.
struct Foreign
{
    PaymentHash paymentHash;
    QString bolt11;
};

Foreign foreign(Msat amount, const QString &description = {}, Millis createdAt = start,
                LightningNetwork network = LightningNetwork::Signet,
                std::optional<PaymentHash> paymentHash = {})
{
    Bolt11Draft draft;
    draft.network = network;
    draft.amount = amount;
    draft.createdAt = createdAt;
    draft.paymentHash = paymentHash.value_or(PaymentHash(SecretKey::generate().bytes()));
    draft.description = description;
    draft.paymentSecret = SecretKey::generate().bytes();
    return {draft.paymentHash, encodeBolt11(draft, SecretKey::generate())};
}

struct WalletHouse
{
    explicit WalletHouse(const QString &engine)
        : database(engine)
    {
        open();
    }
    void open() { wallet = std::make_unique<SimulatedWallet>(*database, clock, secrets); }
    void restart()
    {
        wallet.reset();
        database.reopen();
        open();
    }

    WalletInvoice invoice(Sats amount, const QString &memo = QStringLiteral("a memo"))
    {
        return ended(wallet->createInvoice(amount, memo, seconds(900))).value.value();
    }
    /// Puts so much into the wallet.
    void fund(Sats amount) { wallet->payInvoice(invoice(amount).paymentHash); }
    PayOutcome pay(const QString &bolt11, Sats maximumFee = Sats(10))
    {
        return ended(wallet->pay(bolt11, maximumFee)).value.value();
    }
    std::optional<WalletPayment> lookup(const PaymentHash &hash)
    {
        return ended(wallet->lookup(hash)).value.value();
    }
    std::int64_t balance() { return ended(wallet->balance()).value.value().value(); }

    TestDatabase database;
    ManualClock clock{start};
    Secrets secrets = secretsWith(tokenSecret, database.dir());
    std::unique_ptr<SimulatedWallet> wallet;
};

/// Pays with a database connection and a wallet of the calling thread's own.
PayOutcome payElsewhere(const TestDatabase &shared, const QString &bolt11)
{
    const std::unique_ptr<Database> database = shared.another();
    const QTemporaryDir dir;
    const ManualClock clock(start);
    const Secrets secrets = secretsWith(tokenSecret, dir.path());
    SimulatedWallet wallet(*database, clock, secrets);
    const auto paid = begun(wallet.pay(bolt11, Sats(10))); // it does not wait
    return paid->value.value();
}

} // namespace

class TestSimulatedWallet : public QObject
{
    Q_OBJECT

private slots:
    void invoicesAreReal_data() { TestDatabase::engineRows(); }
    void invoicesAreReal()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        house.clock.advance(Millis(123));
        const WalletInvoice issued = house.invoice(Sats(1'234), QStringLiteral("Café"));
        QVERIFY(issued.paymentRequest.startsWith(QStringLiteral("lntbs")));
        const Bolt11 read = decodeBolt11(issued.paymentRequest);
        QCOMPARE(read.network, LightningNetwork::Signet);
        QCOMPARE(read.amount.value().value(), 1'234'000);
        QCOMPARE(read.paymentHash, issued.paymentHash);
        QCOMPARE(read.description, QStringLiteral("Café"));
        QCOMPARE(read.expiresAt(), start + seconds(900));

        const Bolt11 second = decodeBolt11(house.invoice(Sats(1)).paymentRequest);
        QVERIFY(second.paymentHash != read.paymentHash);
        QVERIFY(second.paymentSecret != read.paymentSecret);
        QCOMPARE(second.payee, read.payee);

        house.restart();
        QCOMPARE(decodeBolt11(house.invoice(Sats(1)).paymentRequest).payee, read.payee);

        const Secrets others =
            secretsWith(QStringLiteral("another-token-secret-that-is-long-too"), house.database.dir());
        SimulatedWallet other(*house.database, house.clock, others);
        const WalletInvoice foreignOne =
            ended(other.createInvoice(Sats(1), QString(), seconds(60))).value.value();
        QVERIFY(decodeBolt11(foreignOne.paymentRequest).payee != read.payee);
    }

    void theNodeKeyIsDerivedAsSaid()
    {
        // HKDF-SHA-256 without a salt; computed with Python's hmac for this secret and info.
        WalletHouse house(QStringLiteral("sqlite"));
        const auto key =
            SecretKey::fromText("5509507b101c440bc18f58c91fcacd1f302bccdcfe583c2e5da31ceaeef16a22");
        QVERIFY(key);
        const Bolt11 ours = decodeBolt11(house.invoice(Sats(1)).paymentRequest);
        QCOMPARE(ours.payee.mid(1).toHex(), key->pubKey().hex());
    }

    void aPayerPaysOnce_data() { TestDatabase::engineRows(); }
    void aPayerPaysOnce()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        const WalletInvoice issued = house.invoice(Sats(500));
        QCOMPARE(house.lookup(issued.paymentHash)->state, State::Pending);
        QCOMPARE(house.balance(), 0);

        QList<std::optional<PaymentHash>> told;
        connect(house.wallet.get(), &Wallet::changed, this, [&](const std::optional<PaymentHash> &hash) {
            QVERIFY(!(*house.database).inTransaction());
            told << hash;
        });
        const QByteArray preimage = house.wallet->payInvoice(issued.paymentHash);
        QCOMPARE(PaymentHash(sha256(QByteArray::fromHex(preimage))), issued.paymentHash);
        QCOMPARE(told, QList<std::optional<PaymentHash>>{issued.paymentHash});

        const auto found = house.lookup(issued.paymentHash);
        QCOMPARE(found->state, State::Paid);
        QVERIFY(!found->outgoing);
        QCOMPARE(found->amount, Msat(500'000));
        QCOMPARE(house.balance(), 500'000);

        house.clock.advance(days(1));
        QCOMPARE(house.wallet->payInvoice(issued.paymentHash), preimage);
        QCOMPARE(house.balance(), 500'000);
    }

    void whatCantBePaidByAPayer_data() { TestDatabase::engineRows(); }
    void whatCantBePaidByAPayer()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        QCOMPARE(errorCodeOf([&] { house.wallet->payInvoice(PaymentHash()); }),
                 QByteArray("invoice_not_found"));
        const WalletInvoice issued = house.invoice(Sats(1));
        house.clock.advance(seconds(900) - Millis(1));
        house.wallet->payInvoice(issued.paymentHash);
        const WalletInvoice late = house.invoice(Sats(1));
        house.clock.advance(seconds(900));
        QCOMPARE(errorCodeOf([&] { house.wallet->payInvoice(late.paymentHash); }),
                 QByteArray("invoice_expired"));
        QCOMPARE(house.balance(), 1'000);
    }

    void orders_data()
    {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("description");
        QTest::addColumn<Behaviour>("behaviour");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<int>("state"); // -1: no record
        const auto add = [](const char *name, const char *description, Behaviour behaviour, Kind kind,
                            int state) {
            for (const QString &engine : TestDatabase::engines())
                QTest::newRow(qPrintable(QLatin1String(name) + u' ' + engine))
                    << engine << QString::fromLatin1(description) << behaviour << kind << state;
        };
        const int paid = static_cast<int>(State::Paid);
        const int pending = static_cast<int>(State::Pending);
        add("paid", "a refund", Behaviour::Normal, Kind::Paid, paid);
        add("told to fail", "see [[fail]]", Behaviour::Normal, Kind::Refused, -1);
        add("told to wait", "see [[pending]]", Behaviour::Normal, Kind::Pending, pending);
        add("behaves failing", "", Behaviour::PayFails, Kind::Refused, -1);
        add("behaves pending", "", Behaviour::PayPending, Kind::Pending, pending);
        add("unknown but paid", "", Behaviour::PayUnknownButPaid, Kind::Unknown, paid);
        add("unknown, not paid", "", Behaviour::PayUnknownNotPaid, Kind::Unknown, -1);
        add("unreachable", "", Behaviour::Unreachable, Kind::Unknown, -1);
    }
    void orders()
    {
        QFETCH(QString, engine);
        QFETCH(QString, description);
        QFETCH(Behaviour, behaviour);
        QFETCH(Kind, kind);
        QFETCH(int, state);
        WalletHouse house(engine);
        house.fund(Sats(100));
        house.wallet->setRoutingFee(Msat(1'500));
        const Foreign invoice = foreign(Msat(40'001), description);

        house.wallet->setBehaviour(behaviour);
        const PayOutcome outcome = house.pay(invoice.bolt11);
        house.wallet->setBehaviour(Behaviour::Normal);
        QCOMPARE(outcome.kind, kind);
        QCOMPARE(outcome.fee, kind == Kind::Paid ? Msat(1'500) : Msat());
        QCOMPARE(outcome.reason.isEmpty(), kind == Kind::Paid || kind == Kind::Pending);
        const auto found = house.lookup(invoice.paymentHash);
        QCOMPARE(found ? static_cast<int>(found->state) : -1, state);
        QCOMPARE(house.balance(), state < 0 ? 100'000 : 100'000 - 40'001 - 1'500);
        if (found) {
            QVERIFY(found->outgoing);
            QCOMPARE(found->amount, Msat(40'001));
            QCOMPARE(found->fee, Msat(1'500));
            // The same invoice is the same payment, after a restart too.
            const std::int64_t balance = house.balance();
            house.restart();
            QCOMPARE(house.pay(invoice.bolt11).kind, state == 0 ? Kind::Pending : Kind::Paid);
            QCOMPARE(house.balance(), balance);
        }
    }

    void whatItRefuses()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        house.fund(Sats(100));
        const auto kindOf = [&](const QString &bolt11) {
            const PayOutcome outcome = house.pay(bolt11);
            return outcome.reason.isEmpty() ? Kind::Paid : outcome.kind;
        };
        QCOMPARE(kindOf(QStringLiteral("lntbs1garbage")), Kind::Refused);
        QCOMPARE(kindOf(foreign(Msat(1'000), {}, start, LightningNetwork::Bitcoin).bolt11), Kind::Refused);
        QCOMPARE(kindOf(foreign(Msat()).bolt11), Kind::Refused);
        QCOMPARE(kindOf(foreign(Msat(1'000), {}, start - seconds(3'600)).bolt11), Kind::Refused);
        const Foreign tooMuch = foreign(Msat(100'001));
        QCOMPARE(kindOf(tooMuch.bolt11), Kind::Refused);
        QVERIFY(!house.lookup(tooMuch.paymentHash));
        house.wallet->setRoutingFee(Msat(10'001));
        QCOMPARE(kindOf(foreign(Msat(1'000)).bolt11), Kind::Refused);
        house.wallet->setRoutingFee(Msat(1));
        QCOMPARE(kindOf(foreign(Msat(100'000)).bolt11), Kind::Refused); // not even the fee is left
        QCOMPARE(house.balance(), 100'000);

        house.fund(Sats(1)); // what was refused for want of money can be ordered again
        QCOMPARE(house.pay(tooMuch.bolt11).kind, Kind::Paid);
    }

    void whatIsUnderWayEnds_data() { TestDatabase::engineRows(); }
    void whatIsUnderWayEnds()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        house.fund(Sats(100));
        const Foreign first = foreign(Msat(10'000), QStringLiteral("[[pending]]"));
        const Foreign second = foreign(Msat(20'000), QStringLiteral("[[pending]]"));
        QCOMPARE(house.pay(first.bolt11).kind, Kind::Pending);
        QCOMPARE(house.pay(second.bolt11).kind, Kind::Pending);
        QCOMPARE(house.balance(), 70'000);
        QList<std::optional<PaymentHash>> told;
        connect(house.wallet.get(), &Wallet::changed, this,
                [&](const std::optional<PaymentHash> &hash) { told << hash; });

        QVERIFY(house.wallet->settle(second.paymentHash, true));
        QVERIFY(!house.wallet->settle(second.paymentHash, false)); // it has ended
        QVERIFY(!house.wallet->settle(PaymentHash(), true));
        QCOMPARE(house.lookup(second.paymentHash)->state, State::Paid);

        house.clock.advance(seconds(3'600) - Millis(1));
        QCOMPARE(house.lookup(first.paymentHash)->state, State::Pending);
        house.clock.advance(Millis(1));
        QCOMPARE(house.lookup(first.paymentHash)->state, State::Failed);
        QCOMPARE(house.balance(), 80'000);
        QCOMPARE(told, (QList<std::optional<PaymentHash>>{second.paymentHash, first.paymentHash}));
        QCOMPARE(house.pay(first.bolt11).kind, Kind::Refused);
        QCOMPARE(house.balance(), 80'000);
    }

    void itPaysItsOwn_data() { TestDatabase::engineRows(); }
    void itPaysItsOwn()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        house.wallet->setRoutingFee(Msat(1'000));
        const WalletInvoice own = house.invoice(Sats(60));
        QCOMPARE(house.pay(own.paymentRequest).kind, Kind::Refused); // nobody pays without money
        QCOMPARE(house.lookup(own.paymentHash)->state, State::Pending);
        house.fund(Sats(60));
        QSignalSpy changed(house.wallet.get(), &Wallet::changed);
        const PayOutcome outcome = house.pay(own.paymentRequest);
        QCOMPARE(outcome.kind, Kind::Paid);
        QCOMPARE(outcome.fee, Msat());
        QCOMPARE(changed.count(), 1);
        const auto found = house.lookup(own.paymentHash);
        QCOMPARE(found->state, State::Paid);
        QVERIFY(!found->outgoing);
        QVERIFY(found->internal);
        QCOMPARE(house.balance(), 60'000);
        QCOMPARE(house.pay(own.paymentRequest).kind, Kind::Paid);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(house.balance(), 60'000);

        const WalletInvoice paidByOther = house.invoice(Sats(5));
        house.wallet->payInvoice(paidByOther.paymentHash);
        QVERIFY(!house.lookup(paidByOther.paymentHash)->internal);
        QCOMPARE(house.pay(paidByOther.paymentRequest).kind, Kind::Refused);

        const WalletInvoice forged = house.invoice(Sats(5'000));
        const Foreign cheaper = foreign(Msat(1'000), {}, start, LightningNetwork::Signet, forged.paymentHash);
        QCOMPARE(house.pay(cheaper.bolt11).kind, Kind::Refused);
        QCOMPARE(house.lookup(forged.paymentHash)->state, State::Pending);
    }

    void slowTakesItsTime()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        house.fund(Sats(10));
        house.wallet->setSlowness(Millis(20));
        const Foreign invoice = foreign(Msat(1'000), QStringLiteral("[[slow]]"));
        const auto paying = begun(house.wallet->pay(invoice.bolt11, Sats(1)));
        QVERIFY(!paying->isDone());
        QVERIFY(!house.lookup(invoice.paymentHash));
        QTRY_VERIFY(paying->isDone());
        QCOMPARE(paying->value->kind, Kind::Paid);
        QCOMPARE(house.balance(), 9'000);
    }

    void abortEndsWhatRuns()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        house.fund(Sats(10));
        const WalletInvoice issued = house.invoice(Sats(1));
        const Foreign slow = foreign(Msat(1'000), QStringLiteral("[[slow]]"));
        const auto paying = begun(house.wallet->pay(slow.bolt11, Sats(1)));
        QVERIFY(!paying->isDone());
        house.wallet->abort();
        QVERIFY(paying->isDone());
        QCOMPARE(paying->value->kind, Kind::Unknown);

        const QByteArray stopped = "wallet_stopped";
        QCOMPARE(ended(house.wallet->createInvoice(Sats(1), QString(), seconds(60))).error, stopped);
        QCOMPARE(ended(house.wallet->lookup(issued.paymentHash)).error, stopped);
        QCOMPARE(ended(house.wallet->balance()).error, stopped);
        QCOMPARE(errorCodeOf([&] { house.wallet->payInvoice(issued.paymentHash); }), stopped);
        QCOMPARE(house.pay(foreign(Msat(1'000)).bolt11).kind, Kind::Unknown);
        QCOMPARE(house.pay(slow.bolt11).kind, Kind::Unknown);

        house.restart();
        QVERIFY(!house.lookup(slow.paymentHash));
        QCOMPARE(house.balance(), 10'000);
    }

    void itGoesWithAPaymentUnderWay()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        const Foreign slow = foreign(Msat(1'000), QStringLiteral("[[slow]]"));
        const auto paying = begun(house.wallet->pay(slow.bolt11, Sats(1)));
        QVERIFY(!paying->isDone());
        house.wallet.reset();
        QCOMPARE(paying->value->kind, Kind::Unknown);
    }

    void unreachable()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        const WalletInvoice issued = house.invoice(Sats(7));
        house.wallet->setBehaviour(Behaviour::Unreachable);
        const QByteArray away = "wallet_unavailable";
        QCOMPARE(ended(house.wallet->createInvoice(Sats(1), QString(), seconds(60))).error, away);
        QCOMPARE(ended(house.wallet->lookup(issued.paymentHash)).error, away);
        QCOMPARE(ended(house.wallet->balance()).error, away);
        house.wallet->payInvoice(issued.paymentHash); // a payer reaches the node all the same
        house.wallet->setBehaviour(Behaviour::Normal);
        QCOMPARE(house.lookup(issued.paymentHash)->state, State::Paid);
    }

    void aRestartForgetsNothing_data() { TestDatabase::engineRows(); }
    void aRestartForgetsNothing()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        const WalletInvoice open = house.invoice(Sats(3));
        const WalletInvoice paid = house.invoice(Sats(50));
        const QByteArray preimage = house.wallet->payInvoice(paid.paymentHash);
        const Foreign sent = foreign(Msat(20'000));
        QCOMPARE(house.pay(sent.bolt11).kind, Kind::Paid);
        house.restart();
        QCOMPARE(house.balance(), 30'000);
        QCOMPARE(house.lookup(open.paymentHash)->state, State::Pending);
        QCOMPARE(house.wallet->payInvoice(paid.paymentHash), preimage);
        QCOMPARE(house.lookup(sent.paymentHash)->state, State::Paid);
        house.wallet->payInvoice(open.paymentHash);
        QCOMPARE(house.balance(), 33'000);
    }

    void manyAtOncePayOnce_data() { TestDatabase::engineRows(); }
    void manyAtOncePayOnce()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        house.fund(Sats(100));
        const Foreign invoice = foreign(Msat(30'000));
        std::array<Kind, 4> kinds{};
        kinds.fill(Kind::Unknown);
        std::vector<std::thread> threads;
        for (Kind &kind : kinds)
            threads.emplace_back([&] { kind = payElsewhere(house.database, invoice.bolt11).kind; });
        for (std::thread &thread : threads)
            thread.join();
        for (const Kind kind : kinds)
            QCOMPARE(kind, Kind::Paid);
        QCOMPARE(house.balance(), 70'000);
    }

    void manyAtOnceSpendNoSatTwice_data() { TestDatabase::engineRows(); }
    void manyAtOnceSpendNoSatTwice()
    {
        QFETCH(QString, engine);
        WalletHouse house(engine);
        house.fund(Sats(100));
        std::array<Kind, 5> kinds{};
        kinds.fill(Kind::Unknown);
        std::vector<std::thread> threads;
        for (Kind &kind : kinds)
            threads.emplace_back(
                [&] { kind = payElsewhere(house.database, foreign(Msat(40'000)).bolt11).kind; });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(std::count(kinds.begin(), kinds.end(), Kind::Paid), 2);
        QCOMPARE(std::count(kinds.begin(), kinds.end(), Kind::Refused), 3);
        QCOMPARE(house.balance(), 20'000);
    }

    void theBalanceIsWhatCameLessWhatWent()
    {
        WalletHouse house(QStringLiteral("sqlite"));
        std::int64_t expected = 0; // each sequence goes on where the last one ended
        QVERIFY(rc::check("any sequence of orders", [&] {
            const auto anySats = rc::gen::distinctFrom(rc::gen::inRange(-60, 61), 0);
            const auto amounts = *rc::gen::resize(12, rc::gen::container<std::vector<int>>(anySats));
            for (const int sats : amounts) {
                const std::int64_t msat = std::abs(sats) * 1'000LL;
                const bool staysUnderWay = sats % 3 == 0;
                if (sats > 0) {
                    house.fund(Sats(sats));
                    expected += msat;
                } else {
                    const Foreign invoice =
                        foreign(Msat(msat), staysUnderWay ? QStringLiteral("[[pending]]") : QString());
                    const Kind kind = house.pay(invoice.bolt11).kind;
                    const Kind possible = staysUnderWay ? Kind::Pending : Kind::Paid;
                    RC_ASSERT(kind == (msat <= expected ? possible : Kind::Refused));
                    if (kind != Kind::Refused)
                        expected -= msat;
                    if (kind == Kind::Pending && sats % 2 == 0) {
                        house.wallet->settle(invoice.paymentHash, false);
                        expected += msat;
                    }
                }
                RC_ASSERT(house.balance() == expected);
                RC_ASSERT(expected >= 0);
            }
        }));
    }
};

QTEST_GUILESS_MAIN(TestSimulatedWallet)
#include "tst_SimulatedWallet.moc"
