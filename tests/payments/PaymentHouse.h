// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/PaymentWatcher.h"
#include "core/payments/Reconcile.h"
#include "tests/lightning/Awaited.h"
#include "tests/payments/ScriptedWallet.h"
#include "tests/support/TestDatabase.h"

namespace tower::test {

/// The services of one program over one connection. It goes when the program crashes; wallet and database
/// stay.
struct PaymentServices
{
    PaymentServices(Database &db, const Clock &now, Wallet &purse,
                    const QString &instance = QStringLiteral("one"))
        : database(db)
        , ledger(db, now)
        , outgoing(db, now, purse, ledger, instance)
        , refunds(db, now, outgoing)
        , invoices(db, now, purse, ledger, refunds)
        , watcher(now, purse, invoices, outgoing)
    {
        const auto credit = [this](Transaction &transaction, const Invoice &invoice, Sats received) {
            if (!wanted)
                return false;
            ++taken;
            return ledger.post(transaction,
                               movements::depositPaid(invoice.ownerId, invoice.paymentHash.text(), received));
        };
        const auto lapse = [this](Transaction &, const Invoice &) { ++lapsed; };
        for (const InvoicePurpose purpose : {InvoicePurpose::Deposit, InvoicePurpose::Topup})
            invoices.serve(purpose, credit, lapse);
    }

    Database &database;
    Ledger ledger;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    bool wanted = true; ///< whether the sessions want their money
    int taken = 0;
    int lapsed = 0;
};

/// A database with a session "s", a wallet, and a program that uses them.
class PaymentHouse
{
public:
    explicit PaymentHouse(const QString &engine, LightningNetwork network = LightningNetwork::Bitcoin)
        : test(engine)
        , wallet(clock, network)
    {
        addSession(sessionId);
        start();
    }

    void start() { m_services = std::make_unique<PaymentServices>(*test, clock, wallet); }
    /// The program is gone, whatever it was doing.
    void crash() { m_services.reset(); }
    PaymentServices *operator->() { return m_services.get(); }

    void addSession(const QString &id)
    {
        test->execute(R"(
            INSERT INTO sessions (id, state, deposit_payment_hash, expires_at, created_at, updated_at)
            VALUES (?, 'awaiting_payment', '', 0, 0, 0))",
                      {id});
    }
    void addJob(const QString &id)
    {
        test->execute(R"(
            INSERT INTO jobs (id, request, state, eval_payment_hash, eval_amount_sats, created_at, updated_at)
            VALUES (?, '', 'awaiting_eval_payment', '', 1, 0, 0))",
                      {id});
    }

    Invoice invoice(Sats amount, InvoicePurpose purpose = InvoicePurpose::Topup,
                    const QString &owner = sessionId)
    {
        const WalletInvoice issued =
            ended(m_services->invoices.request(amount, QStringLiteral("memo"), Invoices::lifetime))
                .value.value();
        Transaction transaction(*test);
        const Invoice added = m_services->invoices.add(transaction, issued, purpose, amount, owner);
        transaction.commit();
        return added;
    }
    std::optional<WalletPayment> record(const PaymentHash &hash)
    {
        return ended(wallet.lookup(hash)).value.value();
    }
    /// What the wallet says of it is booked.
    void book(const Invoice &invoice)
    {
        m_services->invoices.book(invoice.paymentHash, record(invoice.paymentHash));
    }
    /// A customer pays a top-up of the session.
    void fund(Sats amount)
    {
        const Invoice topUp = invoice(amount);
        wallet.receive(topUp.paymentHash);
        book(topUp);
    }
    /// So much is owed back to the session.
    void owe(Sats amount)
    {
        m_services->wanted = false;
        fund(amount);
        m_services->wanted = true;
    }

    OutgoingPayment intend(const QString &bolt11, Sats amount,
                           const Account &from = Account::session(sessionId))
    {
        Transaction transaction(*test);
        const Outgoing::Order order{OutgoingPurpose::Withdrawal, sessionId, from, amount, bolt11};
        OutgoingPayment payment = m_services->outgoing.intend(transaction, order);
        transaction.commit();
        return payment;
    }
    OutgoingPayment pay(const OutgoingPayment &payment)
    {
        return ended(m_services->outgoing.carryOut(payment.id)).value.value();
    }
    OutgoingPayment resolve(const OutgoingPayment &payment)
    {
        return ended(m_services->outgoing.resolve(payment.id)).value.value();
    }
    Sats balance(const Account &account) { return m_services->ledger.balance(account); }
    Sats sessionBalance() { return balance(Account::session(sessionId)); }

    /// "" when all is right, else what is not.
    QString wrongInBooks()
    {
        const ReconcileReport report = Reconcile().run(*test, wallet.held);
        QString out;
        for (const CheckResult &check : report.checks)
            out += check.ok ? QString() : check.name + QStringLiteral(": ") + check.detail;
        return out;
    }
    /// The same, and the wallet holds exactly what the books say.
    QString wrongWhenAllIsSettled()
    {
        for (const CheckResult &check : Reconcile().run(*test, wallet.held).checks) {
            if (!check.ok || check.difference != Sats())
                return check.name + QStringLiteral(": ") + check.detail;
        }
        return {};
    }

    static inline const QString sessionId = QStringLiteral("s");

    ManualClock clock{days(20'000)};
    TestDatabase test;
    ScriptedWallet wallet;

private:
    std::unique_ptr<PaymentServices> m_services;
};

} // namespace tower::test
