// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/Bootstrap.h"
#include "core/nodes/NodeChecks.h"
#include "core/nodes/SimulatedCloud.h"
#include "core/payments/Reconcile.h"
#include "tests/lightning/Awaited.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"
#include "tests/support/TurningWait.h"

#include <QTest>

#include <set>

namespace tower::test {

/// What stays when a program goes: the provider, the tailnet, and the machines.
struct NodeWorld
{
    NodeWorld(Database &database, ManualClock &now)
        : clock(now)
        , cloud(database, now)
    {
    }

    Later<bool> probe(const QString &host, quint16 port)
    {
        const QString where = QStringLiteral("%1:%2").arg(host).arg(port);
        probed << where;
        const Later<bool> answer;
        answer.give(!silent.contains(where));
        return answer;
    }

    ManualClock &clock;
    SimulatedCloud cloud;
    SimulatedTailnet simulatedTailnet;
    Tailnet *tailnet = &simulatedTailnet;
    QStringList probed;
    std::set<QString> silent; ///< nobody answers there
};

/// All that nodes work with over one connection, as a program has it; a crash destroys it.
struct NodeProgram
{
    /// `purse`: a real wallet; nullptr for the simulated one.
    NodeProgram(Database &connection, const Settings &settings, const Secrets &secrets, NodeWorld &world,
                const QString &instance, Wallet *purse = nullptr)
        : database(connection)
        , clock(world.clock)
        , activity(connection, clock)
        , wallet(connection, clock, secrets)
        , used(purse ? *purse : wallet)
        , ledger(connection, clock)
        , outgoing(connection, clock, used, ledger, instance)
        , refunds(connection, clock, outgoing)
        , invoices(connection, clock, used, ledger, refunds)
        , watcher(clock, used, invoices, outgoing)
        , lnurl(settings)
        , house{connection,
                clock,
                settings,
                secrets,
                invoices,
                refunds,
                watcher,
                ledger,
                activity,
                used,
                purse ? nullptr : &wallet,
                lnurl,
                world.cloud,
                world.tailnet,
                instance,
                turningWait(world.clock),
                [&world](const QString &host, quint16 port) { return world.probe(host, port); }}
        , store(connection, instance)
        , steps(house, store)
        , nodes(house)
    {
        addNodeChecks(reconcile);
    }

    Database &database;
    ManualClock &clock;
    Activity activity;
    SimulatedWallet wallet;
    Wallet &used;
    Ledger ledger;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    LnurlPay lnurl;
    NodeHouse house;
    BootstrapStore store; ///< for tests that do the steps by hand
    BootstrapSteps steps;
    Bootstrap nodes;
    Reconcile reconcile;

    Bootstrap::Created order(const QString &refundAddress = {}, const QString &sshPublicKey = {})
    {
        const NodeRequest request{sshPublicKey, refundAddress, {}};
        return ended(nodes.create(request)).value.value();
    }
    BootstrapJob job(const QString &id) { return nodes.find(id).value(); }
    BootstrapJob poll(const QString &id) { return ended(nodes.poll(id)).value.value(); }
    /// The node, when it is in that state, or as it is after some time.
    BootstrapJob waitFor(const QString &id, BootstrapState state)
    {
        (void)QTest::qWaitFor([&] { return job(id).state == state; }, 15'000);
        return job(id);
    }
    /// Until nothing runs, and nothing waits to be done.
    bool waitUntilIdle(int patience = 15'000)
    {
        const auto waiting = [this] {
            return database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE lease_until IS NOT NULL");
        };
        return QTest::qWaitFor([&] { return waiting() == 0 && !nodes.isRunning(); }, patience);
    }

    /// The wallet says that so much came.
    void book(const PaymentHash &hash, Msat received)
    {
        WalletPayment payment;
        payment.state = WalletPayment::State::Paid;
        payment.amount = received;
        invoices.book(hash, payment);
    }
    /// The customer pays, and the tower looks.
    void pay(const BootstrapJob &job)
    {
        wallet.payInvoice(job.paymentHash);
        (void)ended(looking(job.paymentHash));
    }
    QCoro::Task<bool> looking(PaymentHash hash)
    {
        QCoro::Task<void> checking = watcher.check(hash, true);
        co_await checking;
        co_return true;
    }

    // By hand, as far as nobody else does it
    QString paidOrder(const QString &refundAddress = {}, const QString &sshPublicKey = {})
    {
        const BootstrapJob job = order(refundAddress, sshPublicKey).job;
        book(job.paymentHash, toMsat(job.amount));
        return job.id;
    }
    NodeRun claim()
    {
        const Millis now = clock.now();
        return store.claim(now, now + Provisioner::lease).value();
    }
    /// A node that is ready, with this private key.
    QString readyNode(const QByteArray &privateKey)
    {
        const QString id = paidOrder();
        const NodeRun run = claim();
        const bool kept =
            steps.keepKeyPair(run, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAA", SecretBytes(privateKey)) &&
            order(run, CloudKind::Droplet, QStringLiteral("1001")) &&
            steps.addressed(run, QStringLiteral("192.0.2.7")) && steps.ready(run);
        return kept ? id : QString();
    }
    bool order(const NodeRun &run, CloudKind kind, const QString &providerId)
    {
        return steps.order(run, kind) && steps.made(run, kind, providerId);
    }

    [[nodiscard]] Sats balance(const Account &account) { return ledger.balance(account); }
    [[nodiscard]] QStringList actions(const QString &id)
    {
        ActivityFilter filter;
        filter.subject = id;
        QStringList out;
        for (const ActivityRow &row : activity.list(filter, {100, {}}).items)
            out.prepend(row.entry.action + u' ' + row.entry.actor);
        return out;
    }
    /// What is wrong with the books; empty when nothing is. `asksWallet`: its own balance, too.
    QString booksProblem(bool asksWallet = false)
    {
        std::optional<Msat> held;
        if (asksWallet)
            held = ended(Reconcile::askBalance(used)).value.value();
        QStringList out;
        for (const CheckResult &check : reconcile.run(database, held).checks) {
            if (!check.ok)
                out << check.name + QStringLiteral(": ") + check.detail;
        }
        return out.join(u'\n');
    }
};

/// A program over a fresh database, with a clock that the test turns, and the simulated provider.
struct NodeTestHouse
{
    explicit NodeTestHouse(const QString &engine, Settings::Values values = {})
        : database(engine)
        , settings(std::move(values), {}, {})
    {
        restart();
    }

    /// The program is gone, whatever it was doing, and another one is there, which does nothing by itself
    /// until nodes.start().
    void restart(const QString &instance = QStringLiteral("this-program"))
    {
        crash();
        program = std::make_unique<NodeProgram>(*database, settings, secrets, world, instance, purse);
    }
    void crash() { program.reset(); }
    /// With this wallet from now on, a real one.
    void useWallet(Wallet &wallet)
    {
        purse = &wallet;
        restart();
    }

    NodeProgram *operator->() { return program.get(); }
    NodeProgram &operator*() { return *program; }

    static QProcessEnvironment environment(char fill = 'd')
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, u't'));
        out.insert(QStringLiteral("TOWER_DATA_KEY"), QString(64, QLatin1Char(fill)));
        return out;
    }

    TestDatabase database;
    ManualClock clock{days(20'000)};
    Settings settings;
    Secrets secrets{environment(), [this] { return openSecretsFile(database.dir()); }};
    NodeWorld world{*database, clock};
    Wallet *purse = nullptr;
    std::unique_ptr<NodeProgram> program;
};

/// A customer's key, ssh-ed25519 (RFC 8709).
inline QString customersKey(char fill = 'k')
{
    const QByteArray blob = QByteArray("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19) + QByteArray(32, fill);
    return QStringLiteral("ssh-ed25519 ") + QString::fromLatin1(blob.toBase64());
}

/// The customer's own invoice, on the simulated wallet's network.
inline QString customersInvoice(Sats amount, Millis createdAt)
{
    Bolt11Draft draft;
    draft.amount = toMsat(amount);
    draft.createdAt = seconds(createdAt.value() / 1'000);
    draft.paymentHash = PaymentHash(SecretKey::generate().bytes());
    draft.description = QStringLiteral("refund");
    draft.paymentSecret = SecretKey::generate().bytes();
    return encodeBolt11(draft, SecretKey::generate());
}

} // namespace tower::test
