// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/PaymentHouse.h"
#include "tests/payments/Race.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Tamper = std::function<void(Bolt11Draft &)>;
using Swap = std::function<void(WalletInvoice &)>;
using State = WalletPayment::State;

class TestInvoices : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whatTheWalletGivesIsChecked()
    {
        QFETCH_GLOBAL(QString, engine);
        using Network = LightningNetwork;
        struct Case
        {
            const char *name;
            Network network;
            bool good;
            Tamper draft{};
            Swap invoice{};
        };
        const auto make = [](Network network) { return [network](Bolt11Draft &d) { d.network = network; }; };
        const auto expiry = [](Millis span) { return [span](Bolt11Draft &d) { d.expiry = span; }; };
        const auto later = [](Millis by) { return [by](Bolt11Draft &d) { d.createdAt += by; }; };
        const auto more = [](Msat by) { return [by](Bolt11Draft &d) { d.amount += by; }; };
        const std::vector<Case> cases{
            {"real", Network::Bitcoin, true},
            {"real, on regtest", Network::Regtest, true},
            {"simulated", Network::Signet, true},
            {"a sat too little", Network::Bitcoin, false, more(-Msat(1'000))},
            {"a millisat too much", Network::Bitcoin, false, more(Msat(1))},
            {"practice sats of a real wallet", Network::Bitcoin, false, make(Network::Signet)},
            {"real sats of the simulated wallet", Network::Signet, false, make(Network::Bitcoin)},
            {"test sats of the simulated wallet", Network::Signet, false, make(Network::Testnet)},
            {"expired", Network::Bitcoin, false, later(-seconds(900))},
            {"nearly expired", Network::Bitcoin, false, expiry(seconds(449))},
            {"an hour", Network::Bitcoin, true, expiry(seconds(3'600))},
            {"a week", Network::Bitcoin, false, expiry(days(7))},
            {"from the future", Network::Bitcoin, false, later(seconds(301))},
            {"another hash",
             Network::Bitcoin,
             false,
             {},
             [](WalletInvoice &i) { i.paymentHash = PaymentHash(SecretKey::generate().bytes()); }},
            {"no invoice",
             Network::Bitcoin,
             false,
             {},
             [](WalletInvoice &i) { i.paymentRequest = QStringLiteral("lnbc1"); }},
            {"nothing", Network::Bitcoin, false, {}, [](WalletInvoice &i) { i.paymentRequest.clear(); }},
            {"a changed letter",
             Network::Bitcoin,
             false,
             {},
             [](WalletInvoice &i) { i.paymentRequest[40] = i.paymentRequest[40] == u'q' ? u'p' : u'q'; }},
        };
        TestDatabase test(engine);
        const ManualClock clock(days(20'000));
        for (const Case &each : cases) {
            ScriptedWallet wallet(clock, each.network);
            wallet.tamperDraft = each.draft;
            wallet.tamperInvoice = each.invoice;
            PaymentServices program(*test, clock, wallet);
            const auto asked =
                ended(program.invoices.request(Sats(250), QStringLiteral("memo"), Invoices::lifetime));
            QVERIFY2(asked.error == (each.good ? "" : "wallet_wrong_invoice"), each.name);
        }
    }

    void theNetworkStays()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.invoice(Sats(10));
        QCOMPARE(house->invoices.store().lastPrefix(false), QStringLiteral("lnbc"));
        QCOMPARE(house->invoices.store().lastPrefix(true), QString());
        house.wallet.tamperDraft = [](Bolt11Draft &draft) { draft.network = LightningNetwork::Testnet; };
        const auto asked = ended(house->invoices.request(Sats(250), {}, Invoices::lifetime));
        QCOMPARE(asked.error, QByteArray("wallet_wrong_invoice"));
    }

    void noInvoiceIsGivenTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice first = house.invoice(Sats(250));
        house.wallet.tamperDraft = [&](Bolt11Draft &draft) { draft.paymentHash = first.paymentHash; };
        const auto asked = ended(house->invoices.request(Sats(250), {}, Invoices::lifetime));
        QCOMPARE(asked.error, QByteArray("wallet_wrong_invoice"));
        const QByteArray error = errorCodeOf([&] {
            Transaction transaction(*house.test);
            house->invoices.add(transaction, {first.paymentHash, first.paymentRequest}, InvoicePurpose::Topup,
                                Sats(250), PaymentHouse::sessionId);
        });
        QCOMPARE(error, QByteArray("wallet_wrong_invoice"));
    }

    void anUnreachableWalletGivesNone()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.wallet.unreachable = true;
        const auto asked = ended(house->invoices.request(Sats(250), {}, Invoices::lifetime));
        QCOMPARE(asked.error, QByteArray("wallet_unavailable"));
    }

    void whatIsStored()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.addJob(QStringLiteral("j"));
        house.wallet.tamperDraft = [](Bolt11Draft &draft) { draft.expiry = seconds(1'000); };
        const Invoice added = house.invoice(Sats(250), InvoicePurpose::Work, QStringLiteral("j"));
        const Invoice found = house->invoices.find(added.paymentHash).value();
        QCOMPARE(found.paymentRequest, added.paymentRequest);
        QVERIFY(found.purpose == InvoicePurpose::Work && found.state == InvoiceState::Open &&
                !found.simulated);
        QCOMPARE(found.amount, Sats(250));
        QCOMPARE(found.ownerId, QStringLiteral("j"));
        QCOMPARE(found.createdAt, house.clock.now());
        QCOMPARE(found.expiresAt, house.clock.now() + seconds(1'000));
        QVERIFY(!found.paidAt);
        QVERIFY(!house->invoices.find(PaymentHash()));
    }

    void aHundredNoticesAreOneCredit()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.receive(topUp.paymentHash);
        for (int i = 0; i < 100; ++i)
            house.book(topUp);
        QCOMPARE(house->taken, 1);
        QCOMPARE(house.sessionBalance(), Sats(250));
        const Invoice paid = house->invoices.find(topUp.paymentHash).value();
        QCOMPARE(paid.state, InvoiceState::Paid);
        QCOMPARE(paid.received, Msat(250'000));
        QCOMPARE(paid.paidAt, std::optional(house.clock.now()));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void whatIsNotPaidIsNotCredited()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        const auto isNothing = [&](const char *name, const std::optional<WalletPayment> &record) {
            house->invoices.book(topUp.paymentHash, record);
            const bool open = house->invoices.find(topUp.paymentHash)->state == InvoiceState::Open;
            QVERIFY2(open && house->taken == 0 && house.balance(Account::wallet()) == Sats(), name);
        };
        WalletPayment record;
        record.amount = Msat(250'000);
        isNothing("not known", std::nullopt);
        isNothing("pending", record);
        record.state = State::Failed;
        isNothing("failed", record);
        record.state = State::Paid;
        record.outgoing = true;
        isNothing("paid by us", record);
        record.outgoing = false;
        record.amount = Msat();
        isNothing("paid, but not how much", record);
        record.amount = Msat(999);
        isNothing("less than a sat", record);
    }

    /// One of the tower's invoices that its own wallet paid has come in, too.
    void whatTheWalletPaidItself()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        WalletPayment record;
        record.state = State::Paid;
        record.outgoing = record.internal = true;
        record.amount = Msat(250'000);
        house->invoices.book(topUp.paymentHash, record);
        QCOMPARE(house.sessionBalance(), Sats(250));
    }

    void whatIsReceived_data()
    {
        QTest::addColumn<Msat>("received");
        QTest::addColumn<bool>("enough");
        QTest::addColumn<Sats>("booked");
        QTest::newRow("exactly") << Msat(250'000) << true << Sats(250);
        QTest::newRow("more") << Msat(260'000) << true << Sats(260);
        QTest::newRow("a part of a sat more") << Msat(250'999) << true << Sats(250);
        QTest::newRow("a millisat less") << Msat(249'999) << false << Sats(249);
        QTest::newRow("one sat") << Msat(1'000) << false << Sats(1);
    }
    void whatIsReceived()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Msat, received);
        QFETCH(bool, enough);
        QFETCH(Sats, booked);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.receive(topUp.paymentHash, received);
        house.book(topUp);
        house.book(topUp);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state,
                 enough ? InvoiceState::Paid : InvoiceState::PaidLate);
        QCOMPARE(house->taken, enough ? 1 : 0);
        QCOMPARE(house->lapsed, enough ? 0 : 1);
        QCOMPARE(house.sessionBalance(), enough ? booked : Sats(0));
        const auto owed = house->refunds.owed(RefundOwner::Session, PaymentHouse::sessionId);
        QCOMPARE(owed.has_value(), !enough);
        QCOMPARE(owed ? owed->amount : Sats(0), enough ? Sats(0) : booked);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void whatNobodyWantsIsOwedBack()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        house.owe(Sats(80));
        QCOMPARE(house.sessionBalance(), Sats(0));
        const std::vector<Refund> refunds = house->refunds.of(RefundOwner::Session, PaymentHouse::sessionId);
        QCOMPARE(refunds.size(), std::size_t(1));
        QCOMPARE(house.balance(refunds.front().account), Sats(80));
        QVERIFY(refunds.front().account.name().startsWith(u"refund:invoice:"));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());

        // The same for a purpose that nobody serves.
        house.addJob(QStringLiteral("j"));
        const Invoice fee = house.invoice(Sats(30), InvoicePurpose::Eval, QStringLiteral("j"));
        house.wallet.receive(fee.paymentHash);
        house.book(fee);
        QCOMPARE(house->refunds.owed(RefundOwner::Job, QStringLiteral("j"))->amount, Sats(30));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void anUnpaidOneLapsesOnceAndALatePaymentIsKept()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.clock.set(topUp.expiresAt - Millis(1));
        house.book(topUp);
        QCOMPARE(house->lapsed, 0);
        house.clock.advance(Millis(1));
        house->invoices.book(topUp.paymentHash, record(house, topUp), topUp.expiresAt - Millis(1));
        QCOMPARE(house->lapsed, 0); // it was asked before the expiry: it may have been paid since
        house.book(topUp);
        house.book(topUp);
        QCOMPARE(house->lapsed, 1);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::Expired);
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());

        house.wallet.receive(topUp.paymentHash);
        house.book(topUp);
        house.book(topUp);
        QCOMPARE(house->taken, 0);
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::PaidLate);
        QCOMPARE(house->refunds.owed(RefundOwner::Session, PaymentHouse::sessionId)->amount, Sats(250));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    /// Paid in time, noticed late: it counts, as long as nobody was told that it lapsed.
    void aPaymentNoticedLateCounts()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.receive(topUp.paymentHash);
        house.clock.set(topUp.expiresAt + seconds(1'800));
        house.book(topUp);
        QCOMPARE(house.sessionBalance(), Sats(250));
    }

    void whatFailsInTheMiddleLeavesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.receive(topUp.paymentHash);
        house->invoices.serve(
            InvoicePurpose::Topup,
            [&](Transaction &transaction, const Invoice &invoice, Sats received) -> bool {
                house->ledger.post(transaction, movements::depositPaid(invoice.ownerId,
                                                                       invoice.paymentHash.text(), received));
                throw unavailable(QStringLiteral("the disk is full"), "database_full");
            },
            {});
        QCOMPARE(errorCodeOf([&] { house.book(topUp); }), QByteArray("database_full"));
        QCOMPARE(house.sessionBalance(), Sats(0));
        QCOMPARE(house->invoices.find(topUp.paymentHash)->state, InvoiceState::Open);
        house.crash();
        house.start();
        house.book(topUp);
        QCOMPARE(house.sessionBalance(), Sats(250));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }

    void severalProgramsBookOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        house.wallet.receive(topUp.paymentHash);
        const auto record = house.record(topUp.paymentHash);
        const int credits = race(house.test, [&](Database &db, const auto &) {
            PaymentServices program(db, house.clock, house.wallet);
            program.invoices.book(topUp.paymentHash, record);
            return program.taken == 1;
        });
        QCOMPARE(credits, 1);
        QCOMPARE(house.sessionBalance(), Sats(250));
        QCOMPARE(house.wrongWhenAllIsSettled(), QString());
    }
    /// The race is one: who reads and then writes wins several times.
    void readThenWriteWouldBookTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        PaymentHouse house(engine);
        const Invoice topUp = house.invoice(Sats(250));
        const int credits = race(house.test, [&](Database &db, const auto &meet) {
            const bool open = InvoiceStore(db).find(topUp.paymentHash)->state == InvoiceState::Open;
            meet();
            if (open)
                db.execute("UPDATE invoices SET state = 'paid' WHERE payment_hash = ?", {topUp.paymentHash});
            return open;
        });
        QVERIFY(credits > 1);
    }

private:
    static std::optional<WalletPayment> record(PaymentHouse &house, const Invoice &invoice)
    {
        return house.record(invoice.paymentHash);
    }
};

QTEST_GUILESS_MAIN(TestInvoices)
#include "tst_Invoices.moc"
