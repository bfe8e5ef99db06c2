// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/SimulatedWallet.h"
#include "core/payments/Reconcile.h"
#include "core/work/Jobs.h"
#include "tests/lightning/Awaited.h"
#include "tests/trust/TrustHouse.h"
#include "tests/work/ScriptedAgent.h"

#include <QTest>

namespace tower::test {

/// All that jobs work with over one connection, as a program has it; a crash destroys it.
struct JobProgram
{
    JobProgram(Database &connection, const Clock &clock, const Settings &settings, const Secrets &secrets,
               const QString &instance)
        : database(connection)
        , trust(connection, clock, settings, secrets)
        , wallet(connection, clock, secrets)
        , ledger(connection, clock)
        , outgoing(connection, clock, wallet, ledger, instance)
        , refunds(connection, clock, outgoing)
        , invoices(connection, clock, wallet, ledger, refunds)
        , watcher(clock, wallet, invoices, outgoing)
        , oracle(settings, clock)
        , pricing(settings)
        , pool(connection, clock, settings, trust.identities, ledger, trust.activity)
        , zaps(connection, clock, settings, trust.identities)
        , house{connection,  clock,  settings, invoices,       outgoing, refunds,
                watcher,     ledger, oracle,   pricing,        pool,     trust.identities,
                trust.trust, zaps,   agent,    trust.activity, instance}
        , jobs(house)
    {
        pool.seed();
        addPoolChecks(reconcile);
    }

    Database &database;
    TrustServices trust;
    SimulatedWallet wallet;
    Ledger ledger;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    PriceOracle oracle;
    Pricing pricing;
    GenerosityPool pool;
    Zaps zaps;
    ScriptedAgent agent;
    WorkHouse house;
    Jobs jobs;
    Reconcile reconcile;

    Job create(const QString &request, const std::optional<PubKey> &key = {})
    {
        return ended(jobs.create(request, key)).value.value();
    }
    Job job(const QString &id) { return jobs.find(id).value(); }
    Job poll(const QString &id) { return ended(jobs.poll(id)).value.value(); }
    /// The job, when it is in that state, or as it is after some seconds.
    Job waitFor(const QString &id, JobState state)
    {
        (void)QTest::qWaitFor([&] { return job(id).state == state; }, 5'000);
        return job(id);
    }
    /// Until nothing runs, and nothing waits to be run.
    bool waitUntilIdle()
    {
        const auto waiting = [this] {
            return database.number(
                "SELECT COUNT(*) AS n FROM jobs WHERE state IN ('evaluating', 'executing')");
        };
        return QTest::qWaitFor([&] { return waiting() == 0 && !jobs.isRunning(); }, 5'000);
    }

    /// The customer pays, and the tower looks.
    void pay(const PaymentHash &hash)
    {
        wallet.payInvoice(hash);
        look(hash);
    }
    /// The tower asks the wallet about an invoice.
    QCoro::Task<bool> looking(PaymentHash hash)
    {
        QCoro::Task<void> checking = watcher.check(hash, true);
        co_await checking;
        co_return true;
    }
    void look(const PaymentHash &hash) { (void)ended(looking(hash)); }
    void payOpenInvoice(const QString &id) { pay(jobs.openInvoice(job(id)).value().paymentHash); }
    /// The wallet says that so much came.
    void book(const PaymentHash &hash, Msat received)
    {
        WalletPayment payment;
        payment.state = WalletPayment::State::Paid;
        payment.amount = received;
        invoices.book(hash, payment);
    }
    /// A job that was created and whose evaluation was paid.
    QString begin(const QString &request, const std::optional<PubKey> &key = {})
    {
        const QString id = create(request, key).id;
        payOpenInvoice(id);
        return id;
    }

    [[nodiscard]] Sats balance(const Account &account) { return ledger.balance(account); }
    /// What is wrong with the books; empty when nothing is. `asksWallet`: its own balance, too.
    QString booksProblem(bool asksWallet = true)
    {
        std::optional<Msat> held;
        if (asksWallet)
            held = ended(Reconcile::askBalance(wallet)).value.value();
        QStringList out;
        for (const CheckResult &check : reconcile.run(database, held).checks) {
            if (!check.ok)
                out << check.name + QStringLiteral(": ") + check.detail;
        }
        return out.join(u'\n');
    }
};

/// A program over a fresh database, with a clock that the test turns. No source of the price is asked: a
/// bitcoin is 100,000 USD, and a short request is estimated at 39 sats.
struct JobHouse
{
    explicit JobHouse(const QString &engine, Settings::Values values = {})
        : database(engine)
        , settings(withoutSources(std::move(values)), {}, {})
    {
        restart();
    }
    /// The program is gone, whatever it was doing, and begins anew.
    void restart(const QString &instance = QStringLiteral("this-program"))
    {
        crash();
        program = std::make_unique<JobProgram>(*database, clock, settings, secrets, instance);
        program->jobs.start();
    }
    void crash() { program.reset(); }

    JobProgram *operator->() { return program.get(); }
    JobProgram &operator*() { return *program; }

    void setScore(const PubKey &key, std::int64_t score)
    {
        program->trust.trust.adjust(key, score, {}, QStringLiteral("admin"));
    }
    std::int64_t scoreOf(const PubKey &key)
    {
        return program->trust.identities.find(key).value_or(Identity{}).score;
    }

    static Settings::Values withoutSources(Settings::Values values)
    {
        values.insert_or_assign(QStringLiteral("BTC_PRICE_SOURCES"), QString());
        return values;
    }

    TestDatabase database;
    ManualClock clock{start};
    Settings settings;
    Secrets secrets{TrustHouse::environment(), [this] { return openSecretsFile(database.dir()); }};
    std::unique_ptr<JobProgram> program;
};

/// A customer's own invoice, of another node.
inline QString customersInvoice(Sats amount, Millis createdAt, quint32 number = 1)
{
    Bolt11Draft draft;
    draft.amount = toMsat(amount);
    draft.createdAt = createdAt;
    draft.paymentHash = PaymentHash(secretOf(1'000'000 + number).bytes());
    draft.description = QStringLiteral("refund");
    draft.paymentSecret = secretOf(2'000'000 + number).bytes();
    return encodeBolt11(draft, secretOf(7));
}

} // namespace tower::test
