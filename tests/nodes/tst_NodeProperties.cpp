// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever happens to nodes, in whatever order, the books balance after each step; and in the end every node
// that was paid for is ready, or its money is owed or paid back and nothing of it is left at the provider.
#include "tests/nodes/NodeTestHouse.h"

#include <rapidcheck.h>

#include <array>
#include <atomic>
#include <map>

using namespace tower;
using namespace tower::test;

namespace {

enum class Kind {
    Order,
    OrderWithOwnKey,
    Pay,
    PayTooMuch,
    PayTooLittle,
    PayLate,
    ClockOn,
    LetRun,
    CloudFails,
    CloudWorks,
    WalletFails,
    Crash,
    Stop,
    Destroy,
    Retry,
    Refund,
    ReadKey,
    ReadKeyOnceMore,
    Count
};

struct Step
{
    Kind kind = Kind::Order;
    int which = 0;
    int amount = 0;
};

rc::Gen<Step> anyStep()
{
    return rc::gen::build<Step>(
        rc::gen::set(&Step::kind, rc::gen::map(rc::gen::inRange(0, 12 + static_cast<int>(Kind::Count)),
                                               [](int kind) {
                                                   // Most of what happens is that customers come and pay.
                                                   const int count = static_cast<int>(Kind::Count);
                                                   return kind < count    ? static_cast<Kind>(kind)
                                                          : kind % 4 == 0 ? Kind::Order
                                                          : kind % 4 == 1 ? Kind::LetRun
                                                                          : Kind::Pay;
                                               })),
        rc::gen::set(&Step::which, rc::gen::inRange(0, 1'000)),
        rc::gen::set(&Step::amount, rc::gen::inRange(0, 100)));
}

/// Real ones take seconds.
SshKeyPair quickPair()
{
    static std::atomic<int> number = 0;
    const QByteArray mine = QByteArray::number(++number).rightJustified(60, '0');
    return {SecretBytes("private " + mine), "ssh-rsa " + mine.toBase64()};
}

/// What the stories came to.
struct Ends
{
    int ready = 0, failed = 0, destroyed = 0, refunded = 0, keys = 0, keysAgain = 0;
};

/// One story, told to a house in which others happened before.
class Story
{
public:
    Story(NodeTestHouse &house, Ends &ends)
        : m_house(house)
        , m_ends(ends)
    {
    }

    void take(const Step &step)
    {
        switch (step.kind) {
        case Kind::Order:
        case Kind::OrderWithOwnKey:
            return order(step);
        case Kind::Pay:
        case Kind::PayTooMuch:
        case Kind::PayTooLittle:
        case Kind::PayLate:
            return pay(step);
        case Kind::ClockOn:
            return m_house.clock.advance(seconds(step.amount < 90 ? step.amount : 1'000));
        case Kind::LetRun:
            for (int turns = 0; turns < step.amount; ++turns)
                QCoreApplication::processEvents();
            return;
        case Kind::CloudFails:
            return failCloud(step);
        case Kind::CloudWorks:
            return mendCloud();
        case Kind::WalletFails:
            return m_house->wallet.setBehaviour(step.which % 2 ? SimulatedWallet::Behaviour::PayFails
                                                               : SimulatedWallet::Behaviour::Normal);
        case Kind::Crash:
            return begin(m_house);
        case Kind::Stop:
            m_house->nodes.stop();
            return m_house->nodes.start();
        case Kind::Destroy:
            return decide(step, [this](const QString &id) {
                m_house->nodes.destroy(id, QStringLiteral("admin:console"), {});
            });
        case Kind::Retry:
            return decide(step, [this](const QString &id) {
                m_house->nodes.retry(id, QStringLiteral("admin:console"));
            });
        case Kind::Refund:
            return refund(step);
        case Kind::ReadKey:
            for (const QString &id : m_order)
                readKey(id);
            return;
        case Kind::ReadKeyOnceMore:
            for (const QString &id : m_order)
                readKeyOnceMore(id);
            return;
        case Kind::Count:
            break;
        }
    }

    void check()
    {
        const QString problem = m_house->booksProblem();
        RC_LOG(problem.toStdString());
        RC_ASSERT(problem.isEmpty());
        for (const QString &id : m_order) {
            const BootstrapJob job = m_house->job(id);
            const auto owed = m_house->refunds.owed(RefundOwner::Node, id);
            RC_ASSERT(job.refundAmount == (owed ? owed->amount : Sats(0)));
            RC_ASSERT(job.refundState.has_value() == owed.has_value());
            RC_ASSERT(job.state != BootstrapState::Provisioning || job.atWork);
            RC_ASSERT(job.state != BootstrapState::Failed || !job.keyKept);
        }
    }

    /// Everything works again, and time passes.
    void end()
    {
        mendCloud();
        begin(m_house);
        for (const QString &id : m_order)
            (void)ended(m_house->nodes.poll(id));
        RC_ASSERT(m_house->waitUntilIdle(30'000));
        m_house.clock.advance(seconds(1'000));
        for (const QString &id : m_order)
            (void)ended(m_house->nodes.poll(id));
        RC_ASSERT(QTest::qWaitFor([this] { return m_house->store.owed(1).empty(); }, 10'000));
        check();
        for (const QString &id : m_order) {
            readKey(id);
            readKeyOnceMore(id);
            checkEnd(m_house->job(id));
        }
        checkProvider();
    }

    /// The program is gone, whatever it was doing, and begins anew.
    static void begin(NodeTestHouse &house)
    {
        house.restart();
        house->nodes.setMakeKeys(quickPair);
        house->nodes.start();
    }

private:
    struct Order
    {
        QString token;
        Sats received;
        int keys = 0, keysAgain = 0;
    };

    std::optional<QString> chosen(const Step &step) const
    {
        if (m_order.isEmpty())
            return std::nullopt;
        return m_order.at(step.which % m_order.size());
    }

    void order(const Step &step)
    {
        NodeRequest request;
        if (step.kind == Kind::OrderWithOwnKey)
            request.sshPublicKey = customersKey(static_cast<char>('a' + step.which % 3));
        if (step.amount % 2 == 0)
            request.refundAddress = QStringLiteral("me@example.com");
        const auto created = ended(m_house->nodes.create(request));
        RC_ASSERT(created.value.has_value());
        m_order << created.value->job.id;
        m_orders[created.value->job.id].token = QString::fromLatin1(created.value->deliveryToken);
    }

    void pay(const Step &step)
    {
        const auto id = chosen(step);
        if (!id)
            return;
        const BootstrapJob job = m_house->job(*id);
        Sats sats = job.amount;
        if (step.kind == Kind::PayTooMuch)
            sats += Sats(1 + step.amount);
        else if (step.kind == Kind::PayTooLittle)
            sats -= Sats(1 + step.amount);
        else if (step.kind == Kind::PayLate)
            m_house->invoices.book(job.paymentHash, std::nullopt, job.createdAt + days(1));
        m_house->book(job.paymentHash, toMsat(sats));
        Order &order = m_orders[*id];
        if (order.received == Sats(0))
            order.received = sats;
    }

    void failCloud(const Step &step)
    {
        using Call = SimulatedCloud::Call;
        using Fault = SimulatedCloud::Fault;
        constexpr std::array calls{Call::UploadKey, Call::CreateVolume, Call::CreateDroplet, Call::Action,
                                   Call::Droplet,   Call::Firewall,     Call::List,          Call::Remove};
        constexpr std::array faults{Fault::Unavailable, Fault::UnavailableButDone, Fault::RateLimited,
                                    Fault::Refused, Fault::Errored};
        const auto index = static_cast<std::size_t>(step.which);
        m_house.world.cloud.setFault(calls[index % calls.size()],
                                     faults[index / calls.size() % faults.size()],
                                     step.amount % 4 == 0 ? -1 : 1 + step.amount % 3);
    }
    void mendCloud()
    {
        for (int call = 0; call <= static_cast<int>(SimulatedCloud::Call::Remove); ++call)
            m_house.world.cloud.setFault(static_cast<SimulatedCloud::Call>(call),
                                         SimulatedCloud::Fault::None);
    }

    template <class Decision>
    void decide(const Step &step, Decision &&decision)
    {
        const auto id = chosen(step);
        if (!id)
            return;
        try {
            decision(*id);
        } catch (const ServiceError &error) {
            RC_ASSERT(error.kind() == ErrorKind::Conflict);
        }
    }

    void refund(const Step &step)
    {
        const auto id = chosen(step);
        if (!id)
            return;
        for (const Refund &owed : m_house->refunds.of(RefundOwner::Node, *id)) {
            const Sats amount = step.amount % 3 == 0 ? owed.amount + Sats(1) : owed.amount;
            const QString invoice = customersInvoice(amount, m_house.clock.now());
            const auto paid = ended(m_house->nodes.refund(*id, invoice));
            RC_ASSERT(paid.value || !paid.error.isEmpty());
        }
    }

    void readKey(const QString &id)
    {
        const BootstrapJob job = m_house->job(id);
        const Bootstrap::KeyDelivery delivery = m_house->nodes.deliverKey(job);
        if (!delivery.privateKey)
            return;
        RC_ASSERT(job.state == BootstrapState::Ready && !job.ownKey && !job.destroyedAt);
        RC_ASSERT(delivery.privateKey->view().startsWith("private "));
        RC_ASSERT(++m_orders[id].keys == 1);
        ++m_ends.keys;
    }
    void readKeyOnceMore(const QString &id)
    {
        try {
            const SecretBytes key = m_house->nodes.redeliver(id, m_orders[id].token);
            RC_ASSERT(m_orders[id].keys == 1);
            RC_ASSERT(++m_orders[id].keysAgain == 1);
            ++m_ends.keysAgain;
        } catch (const ServiceError &error) {
            RC_ASSERT(error.kind() == ErrorKind::Conflict || error.kind() == ErrorKind::Gone);
        }
    }

    void checkEnd(const BootstrapJob &job)
    {
        const Order &order = m_orders[job.id];
        RC_ASSERT(job.state == BootstrapState::Ready || job.state == BootstrapState::Failed);
        RC_ASSERT(!job.atWork);
        RC_ASSERT(m_house->balance(Account::node(job.id)) == Sats(0));
        if (job.state == BootstrapState::Ready) {
            ++m_ends.ready;
            m_ends.destroyed += job.destroyedAt ? 1 : 0;
            RC_ASSERT(job.refundAmount == order.received - job.amount);
            RC_ASSERT(!job.nodeIp.isEmpty());
            RC_ASSERT(job.ownKey || job.destroyedAt || order.keys == 1);
            return;
        }
        ++m_ends.failed;
        RC_ASSERT(!job.error.isEmpty());
        RC_ASSERT(job.refundAmount == order.received);
        if (order.received > Sats(0) && !job.refundAddress.isEmpty()) {
            RC_ASSERT(job.refundState == RefundState::Paid);
            ++m_ends.refunded;
        }
        for (const NodeThing &thing : m_house->nodes.things(job.id))
            RC_ASSERT(thing.removedAt.has_value());
    }

    /// All that is at the provider belongs to a node that is ready, and each such node has its machine.
    void checkProvider()
    {
        const auto listed = ended(m_house.world.cloud.list());
        int machines = 0;
        for (const CloudThing &thing : listed.value.value()) {
            machines += thing.kind == CloudKind::Droplet ? 1 : 0;
            const std::int64_t owners = m_house.database->number(R"sql(
                SELECT COUNT(*) AS n FROM bootstrap_things t JOIN bootstrap_jobs j ON j.id = t.job_id
                WHERE t.kind = ? AND t.provider_id = ? AND t.removed_at IS NULL AND j.state = 'ready'
                  AND j.destroyed_at IS NULL)sql",
                                                                 {toText(thing.kind), thing.id});
            RC_LOG((toText(thing.kind) + u' ' + thing.name).toStdString());
            RC_ASSERT(owners >= 1);
        }
        const std::int64_t nodes = m_house.database->number(
            "SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE state = 'ready' AND destroyed_at IS NULL");
        RC_ASSERT(machines == static_cast<int>(nodes));
    }

    NodeTestHouse &m_house;
    Ends &m_ends;
    QStringList m_order;
    std::map<QString, Order> m_orders;
};

} // namespace

class TestNodeProperties : public QObject
{
    Q_OBJECT

private:
    /// What customers pay is told to the books alone: what is paid back has to come from somewhere.
    static void fund(SimulatedWallet &wallet)
    {
        const auto invoice =
            ended(wallet.createInvoice(Sats(10'000'000), QStringLiteral("sats"), seconds(3'600)));
        wallet.payInvoice(invoice.value.value().paymentHash);
    }

private slots:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "seed=1 max_success=40");
    }
    void anySequence_data() { TestDatabase::engineRows(); }
    void anySequence()
    {
        QFETCH(QString, engine);
        NodeTestHouse house(engine, {{QStringLiteral("DO_VOLUME_SIZE_GB"), QStringLiteral("10")}});
        Ends ends;
        QVERIFY(rc::check("any sequence of events", [&] {
            Story::begin(house);
            fund(house->wallet);
            Story story(house, ends);
            const auto steps = *rc::gen::container<std::vector<Step>>(anyStep());
            for (const Step &step : steps) {
                story.take(step);
                story.check();
            }
            story.end();
        }));
        QVERIFY(Activity::verify(*house.database).ok);
        // The stories tell of all that can happen.
        QVERIFY2(ends.ready > 0 && ends.failed > 0 && ends.destroyed > 0 && ends.refunded > 0 &&
                     ends.keys > 0 && ends.keysAgain > 0,
                 qPrintable(QStringLiteral("%1 %2 %3 %4 %5 %6")
                                .arg(ends.ready)
                                .arg(ends.failed)
                                .arg(ends.destroyed)
                                .arg(ends.refunded)
                                .arg(ends.keys)
                                .arg(ends.keysAgain)));
    }
};

QTEST_GUILESS_MAIN(TestNodeProperties)
#include "tst_NodeProperties.moc"
