// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is owed for nodes that failed is paid back: exactly, once, to whom it belongs.
#include "tests/nodes/NodeTestHouse.h"
#include "tests/payments/ScriptedWallet.h"
#include "tests/peers/LnurlPeer.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString me = QStringLiteral("admin:console");
const QString address = QStringLiteral("me@example.com");

/// A node that was paid for and failed; nothing is left of it elsewhere.
QString failedNode(NodeTestHouse &house, const QString &refundAddress)
{
    const BootstrapJob job = house->order(refundAddress, customersKey()).job;
    house->pay(job);
    return house->steps.fail(house->claim(), QStringLiteral("no")) ? job.id : QString();
}

/// A tower with a real wallet, and the customer's service.
struct RealHouse : NodeTestHouse
{
    explicit RealHouse(const QString &engine)
        : NodeTestHouse(engine, {{QStringLiteral("LNURL_ALLOW_PRIVATE"), QStringLiteral("1")}})
        , wallet(clock)
        , peer(clock)
    {
        useWallet(wallet);
        Transaction transaction(*database);
        program->ledger.post(transaction, movements::corrected(1, Sats(100'000)));
        transaction.commit();
        wallet.held += Msat(100'000'000);
        program->lnurl.setPatience(Millis(300));
    }
    ~RealHouse() { crash(); }

    QString failedNode()
    {
        const BootstrapJob job = program->order(peer.address(), customersKey()).job;
        wallet.receive(job.paymentHash);
        (void)ended(program->looking(job.paymentHash));
        return program->steps.fail(program->claim(), QStringLiteral("no")) ? job.id : QString();
    }
    [[nodiscard]] int sent() const
    {
        int times = 0;
        for (const auto &[hash, count] : wallet.sent)
            times += count;
        return times;
    }

    ScriptedWallet wallet;
    LnurlPeer peer;
};

} // namespace

class TestNodeRefunds : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void byItselfAfterAFailure()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        house.world.cloud.setFault(SimulatedCloud::Call::CreateDroplet, SimulatedCloud::Fault::Refused);
        house->nodes.start();
        const BootstrapJob job = house->order(address, customersKey()).job;
        house->pay(job);
        QTRY_COMPARE(house->job(job.id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house->job(job.id).state, BootstrapState::Failed);
        QCOMPARE(house->job(job.id).refundAmount, job.amount);
        QVERIFY(house->waitUntilIdle());
        QCOMPARE(house->balance(Account::wallet()), Sats(0));
        QCOMPARE(house->booksProblem(true), QString());
    }
    void aLatePaymentToo()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        house->nodes.start();
        const BootstrapJob job = house->order(address).job;
        house->wallet.payInvoice(job.paymentHash);
        house.clock.advance(Invoices::lifetime + seconds(1));
        // The wallet was not asked before, and says now when it was paid.
        house->invoices.book(job.paymentHash, std::nullopt);
        QCOMPARE(house->job(job.id).state, BootstrapState::Failed);
        (void)ended(house->looking(job.paymentHash));
        QTRY_COMPARE(house->job(job.id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house->booksProblem(true), QString());
    }
    void atAStart()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, address);
        house.restart();
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        house->nodes.start();
        QTRY_COMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house->booksProblem(true), QString());
    }
    void notWithoutAnAddress()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, {});
        NodeRefunds payer(house->house, house->store);
        payer.start();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        QCOMPARE(ended(house->nodes.refundAs(me, id, {})).error, QByteArray("invalid_request"));
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.fail auto")});
    }

    void notAgainAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, address);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::PayFails);
        NodeRefunds payer(house->house, house->store);
        payer.start();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(tries(house), 1);
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        house.clock.advance(NodeRefunds::retryAfter - Millis(1));
        payer.wake();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(tries(house), 1);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        house.clock.advance(Millis(1));
        payer.wake();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(tries(house), 2);
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house->booksProblem(true), QString());
    }
    /// As long as nobody knows what became of a payment, there is no other one.
    void anUnknownOutcomeIsWaitedFor()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, address);
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::PayUnknownButPaid);
        NodeRefunds payer(house->house, house->store);
        payer.start();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Paying));
        house.clock.advance(days(1));
        payer.wake();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(tries(house), 1);
        QCOMPARE(ended(house->nodes.refundAs(me, id, {})).error, QByteArray("nothing_owed"));
        house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        const QString intent = house->refunds.of(RefundOwner::Node, id).at(0).intentId;
        (void)ended(house->outgoing.resolve(intent));
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house->booksProblem(true), QString());
    }

    void toTheCustomersInvoice()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, {});
        for (const Sats wrong : {Sats(9'999), Sats(10'001)}) {
            const QString invoice = customersInvoice(wrong, house.clock.now());
            QCOMPARE(ended(house->nodes.refund(id, invoice)).error, QByteArray("invalid_invoice"));
        }
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        const QString invoice = customersInvoice(Sats(10'000), house.clock.now());
        QCOMPARE(ended(house->nodes.refund(id, invoice)).value.value().refundState,
                 std::optional(RefundState::Paid));
        // The same again tells how it stands; another one is refused.
        QCOMPARE(ended(house->nodes.refund(id, invoice)).value.value().refundState,
                 std::optional(RefundState::Paid));
        const QString another = customersInvoice(Sats(10'000), house.clock.now());
        QCOMPARE(ended(house->nodes.refund(id, another)).error, QByteArray("nothing_owed"));
        QCOMPARE(tries(house), 1);
        QCOMPARE(house->job(id).state, BootstrapState::Failed);
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.fail auto")});
        QCOMPARE(house->booksProblem(true), QString());
    }
    void nothingIsOwedForOthers()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString waiting = house->order(address).job.id;
        const QString making = house->paidOrder(address, customersKey());
        for (const QString &id : {waiting, making}) {
            const QString invoice = customersInvoice(Sats(10'000), house.clock.now());
            QCOMPARE(ended(house->nodes.refund(id, invoice)).error, QByteArray("nothing_owed"));
            QCOMPARE(ended(house->nodes.refundAs(me, id, {})).error, QByteArray("nothing_owed"));
        }
    }
    void byTheOperator_data()
    {
        QTest::addColumn<bool>("toAnInvoice");
        QTest::newRow("to an invoice") << true;
        QTest::newRow("to the address") << false;
    }
    void byTheOperator()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, toAnInvoice);
        NodeTestHouse house(engine);
        const QString id = failedNode(house, address);
        const QString invoice = toAnInvoice ? customersInvoice(Sats(10'000), house.clock.now()) : QString();
        QCOMPARE(ended(house->nodes.refundAs(me, id, invoice)).value.value().refundState,
                 std::optional(RefundState::Paid));
        const QStringList told{QStringLiteral("node.fail auto"), QStringLiteral("node.refund ") + me};
        QCOMPARE(house->actions(id), told);
        QCOMPARE(ended(house->nodes.refundAs(me, id, {})).error, QByteArray("nothing_owed"));
        QCOMPARE(house->actions(id), told);
        QCOMPARE(house->booksProblem(true), QString());
    }

    void comments_data()
    {
        QTest::addColumn<int>("allowed");
        QTest::addColumn<bool>("given");
        QTest::newRow("none") << 0 << false;
        QTest::newRow("too short") << 20 << false;
        QTest::newRow("long enough") << 100 << true;
    }
    void comments()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, allowed);
        QFETCH(bool, given);
        RealHouse house(engine);
        house.peer.commentAllowed = allowed;
        const QString id = house.failedNode();
        NodeRefunds payer(house->house, house->store);
        payer.start();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house.sent(), 1);
        const QUrlQuery query = house.peer.requests().back().query;
        QCOMPARE(query.queryItemValue(QStringLiteral("amount")), QStringLiteral("10000000"));
        QVERIFY(!query.hasQueryItem(QStringLiteral("nostr")));
        QCOMPARE(query.queryItemValue(QStringLiteral("comment"), QUrl::FullyDecoded),
                 given ? QStringLiteral("Refund of node ") + id : QString());
        QCOMPARE(house->booksProblem(true), QString());
    }
    void faultsOfTheService_data()
    {
        QTest::addColumn<LnurlPeer::Fault>("fault");
        using enum LnurlPeer::Fault;
        QTest::newRow("another amount") << AmountChanged;
        QTest::newRow("no amount") << NoAmount;
        QTest::newRow("another network") << OtherNetwork;
        QTest::newRow("expired") << Expired;
        QTest::newRow("garbled") << GarbledInvoice;
        QTest::newRow("no invoice") << NoInvoice;
        QTest::newRow("no offer") << OfferError;
        QTest::newRow("no order") << OrderError;
        QTest::newRow("silent") << OfferSilent;
        QTest::newRow("silent at the order") << OrderSilent;
        QTest::newRow("no JSON") << OfferNoJson;
        QTest::newRow("status 500") << OfferStatus500;
        QTest::newRow("elsewhere") << CallbackElsewhere;
    }
    void faultsOfTheService()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(LnurlPeer::Fault, fault);
        RealHouse house(engine);
        const QString id = house.failedNode();
        house.peer.fault = fault;
        NodeRefunds payer(house->house, house->store);
        payer.start();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
        QCOMPARE(house.sent(), 0);
        QCOMPARE(house->booksProblem(true), QString());

        house.peer.fault = LnurlPeer::Fault::None;
        house.clock.advance(NodeRefunds::retryAfter);
        payer.wake();
        QTRY_VERIFY(!payer.isRunning());
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house.sent(), 1);
        QCOMPARE(house->booksProblem(true), QString());
    }
    void tooMuchForTheService()
    {
        QFETCH_GLOBAL(QString, engine);
        RealHouse house(engine);
        house.peer.most = Msat(9'999'999);
        const QString id = house.failedNode();
        QCOMPARE(ended(house->nodes.refundAs(me, id, {})).error, QByteArray("lnurl_failed"));
        QCOMPARE(house.peer.orders(), 0);
        QCOMPARE(house->job(id).refundState, std::optional(RefundState::Pending));
    }
    void theProgramGoesWhileItAsks()
    {
        QFETCH_GLOBAL(QString, engine);
        RealHouse house(engine);
        const QString id = house.failedNode();
        house.peer.fault = LnurlPeer::Fault::OfferSilent;
        house->nodes.start();
        QTRY_COMPARE(house.peer.silent(), 1);
        house.peer.fault = LnurlPeer::Fault::None;
        house.restart();
        house->nodes.start();
        QTRY_COMPARE(house->job(id).refundState, std::optional(RefundState::Paid));
        QCOMPARE(house.sent(), 1);
        QCOMPARE(house->booksProblem(true), QString());
    }

private:
    static int tries(NodeTestHouse &house)
    {
        return static_cast<int>(house.database->number("SELECT COUNT(*) AS n FROM outgoing_payments"));
    }
};

QTEST_GUILESS_MAIN(TestNodeRefunds)
#include "tst_NodeRefunds.moc"
