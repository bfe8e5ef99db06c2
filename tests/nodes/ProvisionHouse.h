// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/NodeChecks.h"
#include "core/nodes/Provisioner.h"
#include "core/payments/Reconcile.h"
#include "tests/lightning/Awaited.h"
#include "tests/support/TestDatabase.h"
#include "tests/support/TurningWait.h"

#include <QDeadlineTimer>
#include <QUuid>

#include <atomic>
#include <chrono>

namespace tower::test {

/// A public key of OpenSSH's form, ssh-ed25519 (RFC 8709), another one for each number.
inline QByteArray publicKeyOf(quint32 number)
{
    QByteArray blob("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    blob += QByteArray(28, 'k') + QByteArray(reinterpret_cast<const char *>(&number), 4);
    return "ssh-ed25519 " + blob.toBase64();
}

/// As QTest::qWaitFor, without its naps: a node's way is a thousand turns of the event loop.
template <class Predicate>
bool waitUntil(Predicate &&isSo, std::chrono::milliseconds patience = std::chrono::seconds(30))
{
    QTimer ticks; // so that nothing is waited for that does not come
    ticks.start(20);
    const QDeadlineTimer deadline(patience);
    while (!isSo()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

/// Key pairs in no time. Called on the thread pool.
inline SshKeyPair quickKeyPair()
{
    static std::atomic<quint32> made = 0;
    return {SecretBytes("-----BEGIN RSA PRIVATE KEY-----\n"), publicKeyOf(++made)};
}

inline const auto quickKeys = [] { return quickKeyPair(); };

/// What provisioning works with over one connection, as a program has it; a crash destroys it.
struct ProvisionProgram
{
    ProvisionProgram(Database &connection, ManualClock &now, const Settings &settings, const Secrets &secrets,
                     Cloud &cloud, Tailnet *tailnet, const QString &instance)
        : database(connection)
        , clock(now)
        , activity(connection, clock)
        , wallet(connection, clock, secrets)
        , ledger(connection, clock)
        , outgoing(connection, clock, wallet, ledger, instance)
        , refunds(connection, clock, outgoing)
        , invoices(connection, clock, wallet, ledger, refunds)
        , watcher(clock, wallet, invoices, outgoing)
        , lnurl(settings)
        , house{connection, clock,   settings, secrets,          invoices, refunds,
                watcher,    ledger,  activity, wallet,           &wallet,  lnurl,
                cloud,      tailnet, instance, turningWait(now), {}}
        , store(connection, instance)
        , steps(house, store)
        , provisioner(house, store, steps)
    {
        provisioner.setMakeKeys(quickKeys);
        invoices.serve(
            InvoicePurpose::Node,
            [this](Transaction &transaction, const Invoice &invoice, Sats received) {
                return steps.paid(transaction, invoice, received);
            },
            [this](Transaction &transaction, const Invoice &invoice) { steps.lapse(transaction, invoice); });
        refunds.follow(RefundOwner::Node,
                       [this](Transaction &transaction, const QString &id, const Refunds::Owed &owed) {
                           store.setRefund(transaction, id, owed.amount, owed.state, clock.now());
                       });
        addNodeChecks(reconcile);
    }

    Database &database;
    ManualClock &clock;
    Activity activity;
    SimulatedWallet wallet;
    Ledger ledger;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    LnurlPay lnurl;
    NodeHouse house;
    BootstrapStore store;
    BootstrapSteps steps;
    Provisioner provisioner;
    Reconcile reconcile;

    /// A node that was ordered and paid for; its id. `ownKey`: the customer's; "" to have a pair made.
    QString paidNode(int volumeGb = 0, const QByteArray &ownKey = {}, Sats overpaid = {})
    {
        BootstrapJob job;
        job.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
        job.amount = Sats(10'000);
        job.sshPublicKey = ownKey;
        job.ownKey = !ownKey.isEmpty();
        job.spec.region = QStringLiteral("nyc3");
        job.spec.size = QStringLiteral("s-4vcpu-8gb");
        job.spec.image = QStringLiteral("debian-12-x64");
        job.spec.volumeGb = volumeGb;
        job.spec.simulated = house.cloud.isSimulated();
        job.createdAt = job.updatedAt = clock.now();
        const QString memo = QStringLiteral("node %1").arg(job.id);
        const WalletInvoice issued =
            ended(invoices.request(job.amount, memo, Invoices::lifetime)).value.value();
        job.paymentHash = issued.paymentHash;
        job.paymentRequest = issued.paymentRequest;
        steps.create(job, "the hash of a delivery token", issued);
        WalletPayment payment;
        payment.state = WalletPayment::State::Paid;
        payment.amount = toMsat(job.amount + overpaid);
        invoices.book(job.paymentHash, payment);
        provisioner.wake();
        return job.id;
    }

    BootstrapJob job(const QString &id) { return store.find(id).value(); }
    QString stateOf(const QString &id) { return toText(job(id).state); }
    std::optional<NodeThing> thing(const QString &id, CloudKind kind)
    {
        for (const NodeThing &each : store.things(id)) {
            if (each.kind == kind)
                return each;
        }
        return std::nullopt;
    }
    /// Whether all that was ordered for it counts as removed.
    bool isTakenDown(const QString &id)
    {
        for (const NodeThing &each : store.things(id)) {
            if (!each.removedAt)
                return false;
        }
        return !job(id).atWork;
    }
    /// Until nothing runs, and nothing waits to be done.
    bool waitUntilIdle()
    {
        const auto waiting = [this] {
            return database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE lease_until IS NOT NULL");
        };
        return waitUntil([&] { return waiting() == 0 && !provisioner.isRunning(); }, std::chrono::minutes(1));
    }
    QStringList actions(const QString &subject)
    {
        ActivityFilter filter;
        filter.subject = subject;
        QStringList out;
        for (const ActivityRow &row : activity.list(filter, {100, {}}).items)
            out.prepend(row.entry.action);
        return out;
    }
    /// What is wrong with the books; empty when nothing is.
    QString booksProblem()
    {
        QStringList out;
        for (const CheckResult &check : reconcile.run(database, std::nullopt).checks) {
            if (!check.ok && check.name != Reconcile::walletCheck)
                out << check.name + QStringLiteral(": ") + check.detail;
        }
        return out.join(u'\n');
    }
    /// What is not as it should be with the money of a node at its end: "" when all is owed back, or earned.
    QString moneyProblem(const QString &id, Sats paid = Sats(10'000))
    {
        const BootstrapJob node = job(id);
        const Sats owed = refunds.owed(RefundOwner::Node, id).value_or(Refunds::Owed{}).amount;
        const Sats due = node.state == BootstrapState::Ready ? paid - node.amount : paid;
        if (ledger.balance(Account::node(id)) != Sats(0))
            return QStringLiteral("the node still holds money");
        if (owed != due || node.refundAmount != due)
            return QStringLiteral("%1 sats are owed back, not %2").arg(owed.value()).arg(due.value());
        return booksProblem();
    }
};

/// A provider, and programs that come and go over one database, with a clock that the test turns.
struct ProvisionHouse
{
    explicit ProvisionHouse(const QString &engine, Settings::Values values = {})
        : database(engine)
        , settings(std::move(values), {}, {})
    {
    }
    ~ProvisionHouse() { end(); }
    /// Nothing waits for the clock any more.
    void end()
    {
        crash();
        QCoreApplication::processEvents();
    }
    /// Takes the provider into use; begins a program.
    void use(Cloud &provider, Tailnet *network)
    {
        cloud = &provider;
        tailnet = network;
        restart();
    }
    /// The program is gone, whatever it was doing; another one begins over a connection of its own.
    void restart(const QString &instance = QStringLiteral("this-program"))
    {
        crash();
        connection = database.another();
        program = std::make_unique<ProvisionProgram>(*connection, clock, settings, secrets, *cloud, tailnet,
                                                     instance);
        program->provisioner.start();
    }
    void crash()
    {
        program.reset();
        connection.reset();
    }

    ProvisionProgram *operator->() { return program.get(); }

    static QProcessEnvironment environment()
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, u't'));
        out.insert(QStringLiteral("TOWER_DATA_KEY"), QString(64, u'd'));
        return out;
    }

    TestDatabase database;
    ManualClock clock{days(20'000)};
    Settings settings;
    Secrets secrets{environment(), [this] { return openSecretsFile(database.dir()); }};
    Cloud *cloud = nullptr;
    Tailnet *tailnet = nullptr;
    std::unique_ptr<Database> connection;
    std::unique_ptr<ProvisionProgram> program;
};

} // namespace tower::test
