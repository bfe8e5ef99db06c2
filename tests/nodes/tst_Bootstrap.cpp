// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The order of a node, and its payment.
#include "tests/nodes/NodeTestHouse.h"
#include "tests/payments/Race.h"
#include "tests/support/QueryPlan.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString missing = QStringLiteral("0c5be0a7-8c0e-4e3b-9d55-1f7a0a8f2d11");
const QString me = QStringLiteral("admin:console");

std::int64_t jobsIn(Database &database)
{
    return database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs");
}

/// The field that an order is refused for.
QCoro::Task<QByteArray> faultOf(Bootstrap &nodes, NodeRequest request)
{
    QByteArray fault = "none";
    try {
        QCoro::Task<Bootstrap::Created> creating = nodes.create(request);
        co_await creating;
    } catch (const ServiceError &error) {
        fault = (error.kind() == ErrorKind::BadRequest ? "400 " : "") + error.field();
    }
    co_return fault;
}

} // namespace

class TestBootstrap : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void anOrderIsKept()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine, {{QStringLiteral("BOOTSTRAP_FEE_SATS"), QStringLiteral("777")},
                                     {QStringLiteral("DO_REGION"), QStringLiteral("fra1")},
                                     {QStringLiteral("DO_VOLUME_SIZE_GB"), QStringLiteral("50")}});
        const Bootstrap::Created created = house->order(QStringLiteral(" me@Example.COM "));
        QCOMPARE(created.deliveryToken.size(), 64);
        const BootstrapJob job = house->job(created.job.id);
        QCOMPARE(job.state, BootstrapState::AwaitingPayment);
        QCOMPARE(job.amount, Sats(777));
        QCOMPARE(job.refundAddress, QStringLiteral("me@example.com"));
        QCOMPARE(job.spec.region, QStringLiteral("fra1"));
        QCOMPARE(job.spec.size, QStringLiteral("s-4vcpu-8gb"));
        QCOMPARE(job.spec.image, QStringLiteral("debian-12-x64"));
        QCOMPARE(job.spec.volumeGb, 50);
        QVERIFY(job.spec.simulated && !job.ownKey && !job.keyKept && !job.atWork && !job.stage);
        QCOMPARE(job.createdAt, house.clock.now());
        QCOMPARE(job.paymentHash, created.job.paymentHash);
        const Bolt11 invoice = decodeBolt11(job.paymentRequest);
        QCOMPARE(invoice.description, QStringLiteral("Timmy: Bitcoin node %1").arg(job.id));
        QCOMPARE(invoice.amount, std::optional(Msat(777'000)));
        QCOMPARE(invoice.expiresAt(), house.clock.now() + Invoices::lifetime);
        QCOMPARE(house->invoices.find(job.paymentHash)->ownerId, job.id);
        const QByteArray hash = house->store.deliveryTokenHash(job.id).value();
        QCOMPARE(hash.size(), 64);
        QVERIFY(hash != created.deliveryToken);
        QCOMPARE(house->nodes.count(BootstrapState::AwaitingPayment), std::int64_t(1));
    }
    void anOwnKeyIsKeptWithoutItsComment()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->order({}, customersKey() + QStringLiteral(" me@home")).job.id;
        QVERIFY(house->job(id).ownKey);
        QCOMPARE(QString::fromUtf8(house->job(id).sshPublicKey), customersKey());
    }

    void refusedOrders_data()
    {
        QTest::addColumn<QString>("refundAddress");
        QTest::addColumn<QString>("sshPublicKey");
        QTest::addColumn<QByteArray>("field");
        const QString good = QStringLiteral("me@example.com");
        QTest::newRow("no key") << good << QStringLiteral("hello") << QByteArray("sshPublicKey");
        QTest::newRow("a private key")
            << good << QStringLiteral("-----BEGIN RSA PRIVATE KEY-----") << QByteArray("sshPublicKey");
        QTest::newRow("two keys") << good << customersKey() + u'\n' + customersKey()
                                  << QByteArray("sshPublicKey");
        QTest::newRow("no address") << QStringLiteral("example.com") << customersKey()
                                    << QByteArray("refundAddress");
        QTest::newRow("a private address")
            << QStringLiteral("me@127.0.0.1") << QString() << QByteArray("refundAddress");
    }
    void refusedOrders()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, refundAddress);
        QFETCH(QString, sshPublicKey);
        QFETCH(QByteArray, field);
        NodeTestHouse house(engine);
        const NodeRequest request{sshPublicKey, refundAddress, {}};
        QCOMPARE(ended(faultOf(house->nodes, request)).value.value(), "400 " + field);
        QCOMPARE(jobsIn(*house.database), std::int64_t(0));
    }
    void withoutAWalletNothingIsKept()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
        const NodeRequest request;
        QCOMPARE(ended(house->nodes.create(request)).error, QByteArray("wallet_unavailable"));
        QCOMPARE(jobsIn(*house.database), std::int64_t(0));
    }

    void idsAreChecked()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        for (const char *bad : {"", "1", "../etc/passwd", "{0c5be0a7-8c0e-4e3b-9d55-1f7a0a8f2d11}",
                                "0c5be0a78c0e4e3b9d551f7a0a8f2d11", "0c5be0a7-8c0e-4e3b-9d55-1f7a0a8f2d1g"})
            QCOMPARE(ended(house->nodes.poll(QString::fromLatin1(bad))).error, QByteArray("invalid_request"));
        QCOMPARE(ended(house->nodes.poll(missing)).error, QByteArray("node_not_found"));
        QCOMPARE(errorCodeOf([&] { house->nodes.retry(missing, me); }), QByteArray("node_not_found"));
        QCOMPARE(errorCodeOf([&] { house->nodes.destroy(missing, me, {}); }), QByteArray("node_not_found"));
        QCOMPARE(errorCodeOf([&] { house->nodes.redeliver(missing, {}); }), QByteArray("node_not_found"));
        QCOMPARE(ended(house->nodes.refund(missing, {})).error, QByteArray("node_not_found"));
        const QString id = house->order().job.id;
        QCOMPARE(house->poll(id.toUpper()).id, id);
    }

    void pollsOfAPaidNodeProvisionOnce_data()
    {
        QTest::addColumn<int>("polls");
        QTest::newRow("5") << 5;
        QTest::newRow("100") << 100;
    }
    void pollsOfAPaidNodeProvisionOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, polls);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        house->wallet.payInvoice(job.paymentHash);
        std::vector<std::shared_ptr<Awaited<BootstrapJob>>> polled;
        for (int i = 0; i < polls; ++i)
            polled.push_back(begun(house->nodes.poll(job.id)));
        for (const auto &poll : polled) {
            QTRY_VERIFY(poll->isDone());
            QCOMPARE(poll->value.value().state, BootstrapState::Provisioning);
        }
        QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM ledger"), std::int64_t(1));
        QCOMPARE(house->balance(Account::node(job.id)), job.amount);
        (void)house->claim();
        QVERIFY(!house->store.claim(house.clock.now(), house.clock.now() + seconds(60)));
        QCOMPARE(house->booksProblem(true), QString());
    }
    /// The same from four programs at a time.
    void programsProvisionOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        const int taken = race(house.database, [&](Database &database, const auto &meet) {
            NodeProgram program(database, house.settings, house.secrets, house.world,
                                QStringLiteral("another"));
            meet();
            program.book(job.paymentHash, toMsat(job.amount));
            meet();
            return program.store.claim(house.clock.now(), house.clock.now() + seconds(60)).has_value();
        });
        QCOMPARE(taken, 1);
        QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM ledger"), std::int64_t(1));
        QCOMPARE(house->booksProblem(), QString());
    }
    /// The race is one: who reads and then writes wins several times.
    void readThenWriteWouldProvisionTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        const int taken = race(house.database, [&](Database &database, const auto &meet) {
            BootstrapStore store(database, QStringLiteral("another"));
            const bool waits = store.find(job.id)->state == BootstrapState::AwaitingPayment;
            meet();
            if (waits)
                database.execute("UPDATE bootstrap_jobs SET state = 'provisioning' WHERE id = ?", {job.id});
            return waits;
        });
        QVERIFY(taken > 1);
    }

    void tooLittleIsOwedBack()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        house->book(job.paymentHash, Msat(9'999'999));
        const BootstrapJob after = house->job(job.id);
        QCOMPARE(after.state, BootstrapState::Failed);
        QCOMPARE(after.error, QStringLiteral("The invoice was paid with too little."));
        QCOMPARE(after.refundAmount, Sats(9'999));
        QCOMPARE(after.refundState, std::optional(RefundState::Pending));
        QVERIFY(!after.atWork);
        QCOMPARE(house->booksProblem(), QString());
    }
    void tooMuchIsOwedBackWhenReady()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order({}, customersKey()).job;
        house->book(job.paymentHash, Msat(10'500'999));
        QCOMPARE(house->balance(Account::node(job.id)), Sats(10'500));
        QVERIFY(house->steps.ready(house->claim()));
        const BootstrapJob after = house->job(job.id);
        QCOMPARE(after.state, BootstrapState::Ready);
        QCOMPARE(house->balance(Account::revenue()), Sats(10'000));
        QCOMPARE(after.refundAmount, Sats(500));
        QCOMPARE(after.refundState, std::optional(RefundState::Pending));
        QCOMPARE(house->booksProblem(), QString());
    }
    void unpaidLapses()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        house.clock.advance(Invoices::lifetime - Millis(1));
        QCOMPARE(house->poll(job.id).state, BootstrapState::AwaitingPayment);
        house.clock.advance(seconds(2));
        const BootstrapJob after = house->poll(job.id);
        QCOMPARE(after.state, BootstrapState::Failed);
        QCOMPARE(after.error, QStringLiteral("The invoice expired before it was paid."));
        QVERIFY(!after.refundState && !after.atWork);
        QCOMPARE(after.refundAmount, Sats(0));
    }
    void lateIsOwedBackAndStaysFailed()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const BootstrapJob job = house->order().job;
        house.clock.advance(Invoices::lifetime + seconds(1));
        (void)house->poll(job.id);
        house->book(job.paymentHash, toMsat(job.amount));
        const BootstrapJob after = house->job(job.id);
        QCOMPARE(after.state, BootstrapState::Failed);
        QCOMPARE(after.refundAmount, job.amount);
        QCOMPARE(after.refundState, std::optional(RefundState::Pending));
        QVERIFY(!house->store.claim(house.clock.now(), house.clock.now()));
        QCOMPARE(house->booksProblem(), QString());
    }

    void listsAndCounts()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QStringList ids;
        for (int i = 0; i < 5; ++i) {
            house.clock.advance(seconds(1));
            ids.prepend(i % 2 == 0 ? house->paidOrder() : house->order().job.id);
        }
        QStringList listed;
        PageRequest request{2, {}};
        do {
            const Page<BootstrapJob> page = house->nodes.list({}, request);
            for (const BootstrapJob &job : page.items)
                listed << job.id;
            request.cursor = page.nextCursor;
        } while (!request.cursor.isEmpty());
        QCOMPARE(listed, ids);
        BootstrapFilter provisioning;
        provisioning.state = BootstrapState::Provisioning;
        QCOMPARE(house->nodes.list(provisioning, {10, {}}).total, std::int64_t(3));
        QCOMPARE(house->nodes.count(BootstrapState::AwaitingPayment), std::int64_t(2));
    }
    void plansWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return; // the plan of a small table says nothing there
        NodeTestHouse house(engine);
        const QStringList due = queryPlan(
            *house.database, QStringLiteral("SELECT id, attempts FROM bootstrap_jobs WHERE lease_until <= 1 "
                                            "ORDER BY lease_until LIMIT 1"));
        QVERIFY2(!readsEverything(due), qPrintable(due.join(u'\n')));
        BootstrapFilter filter;
        filter.state = BootstrapState::Failed;
        Binds binds;
        QString sql =
            QString::fromStdString(BootstrapStore::listQuery(filter).pageSql(PageRequest{2, {}}, binds));
        for (const Bind &bind : binds)
            sql.replace(sql.indexOf(u'?'), 1, QStringLiteral("'%1'").arg(bind.variant().toString()));
        const QStringList listed = queryPlan(*house.database, sql);
        QVERIFY2(!readsEverything(listed), qPrintable(listed.join(u'\n')));
    }

    void namesOfStatesAndStages()
    {
        using enum BootstrapState;
        for (const BootstrapState state : {AwaitingPayment, Provisioning, Ready, Failed})
            QCOMPARE(bootstrapStateFromText(toText(state)), std::optional(state));
        QVERIFY(!bootstrapStateFromText(QStringLiteral("done")));
        for (int stage = 0; stage <= static_cast<int>(NodeStage::Ready); ++stage) {
            const auto each = static_cast<NodeStage>(stage);
            QCOMPARE(nodeStageFromText(toText(each)), std::optional(each));
        }
        QVERIFY(!nodeStageFromText({}));
    }
};

QTEST_GUILESS_MAIN(TestBootstrap)
#include "tst_Bootstrap.moc"
