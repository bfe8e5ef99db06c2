// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/api/ApiFixture.h"

#include <QCryptographicHash>
#include <QTest>

using namespace tower;

namespace {

Answer pay(ApiFixture &api, const QByteArray &hash)
{
    return api.ask({.method = "POST", .target = "/api/dev/stub/pay/" + hash});
}

InvoiceState stateOf(ApiFixture &api, const QByteArray &hash)
{
    return api.invoices.find(*PaymentHash::fromHex(QByteArrayView(hash)))->state;
}

QByteArray evalHash(ApiFixture &api)
{
    const Answer made = api.say("/api/jobs", {{"request", "hello"}});
    return made.at("evalInvoice.paymentHash").toString().toLatin1();
}

} // namespace

/// Paying an invoice of the simulated wallet.
class TestStubRoute : public QObject
{
    Q_OBJECT

private slots:
    void paysAndTellsThePreimage_data() { TestDatabase::engineRows(); }
    void paysAndTellsThePreimage()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const QByteArray hash = evalHash(api);
        const Answer paid = pay(api, hash);
        QCOMPARE(paid.status, 200);
        // It is booked by now.
        QCOMPARE(stateOf(api, hash), InvoiceState::Paid);
        QCOMPARE(api.ledger.balance(Account::wallet()), Sats(10));
        QCOMPARE(paid.at("ok").toBool(), true);
        QCOMPARE(paid.text("paymentHash").toLatin1(), hash);
        const QByteArray preimage = QByteArray::fromHex(paid.text("preimage").toLatin1());
        QCOMPARE(QCryptographicHash::hash(preimage, QCryptographicHash::Sha256).toHex(), hash);

        QCOMPARE(pay(api, hash).body, paid.body);
        QCOMPARE(pay(api, hash.toUpper()).body, paid.body);
        api.clock.advance(seconds(1'000));
        QCOMPARE(pay(api, hash).body, paid.body);
        QCOMPARE(api.ledger.balance(Account::wallet()), Sats(10));
    }

    void paysForANode()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const Answer made = api.orderedNode();
        const QByteArray hash = made.at("invoice.paymentHash").toString().toLatin1();
        const Answer paid = pay(api, hash);
        QCOMPARE(paid.status, 200);
        QCOMPARE(stateOf(api, hash), InvoiceState::Paid);
        QVERIFY(api.bootstrap.find(made.text("bootstrapJobId"))->state != BootstrapState::AwaitingPayment);
        QCOMPARE(api.ledger.balance(Account::wallet()), Sats(10'000));
        QCOMPARE(pay(api, hash).body, paid.body);
        QCOMPARE(api.ledger.balance(Account::wallet()), Sats(10'000));
    }

    void refuses_data() { TestDatabase::engineRows(); }
    void refuses()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        for (const QByteArray &unknown :
             {QByteArray(64, '0'), QByteArray("xyz"), QByteArray(63, '0'), QByteArray(64, 'g')})
            QCOMPARE(pay(api, unknown).brief(), QByteArray("404 invoice_not_found"));
        const QByteArray hash = evalHash(api);
        api.clock.advance(Invoices::lifetime);
        QCOMPARE(pay(api, hash).brief(), QByteArray("409 invoice_expired"));
        QCOMPARE(api.ledger.balance(Account::wallet()), Sats(0));
    }

    void isNotThereOnARealWallet()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray hash = evalHash(api);
        api.simulatedWallet = nullptr;
        api.restartApi();
        QCOMPARE(pay(api, hash).brief(), QByteArray("404 not_found"));
        QCOMPARE(stateOf(api, hash), InvoiceState::Open);
    }

    /// The payer's sats are gone whether or not we can be told of it.
    void walletThatCannotBeAsked()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray hash = evalHash(api);
        api.wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
        const Answer paid = pay(api, hash);
        QCOMPARE(paid.status, 200);
        QCOMPARE(stateOf(api, hash), InvoiceState::Open);
        api.wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        QCOMPARE(pay(api, hash).body, paid.body);
        QCOMPARE(stateOf(api, hash), InvoiceState::Paid);
    }
};

QTEST_GUILESS_MAIN(TestStubRoute)
#include "tst_StubRoute.moc"
