// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The steps of a node with what they do to the money, whose turn it is, and what the operator decides.
#include "tests/nodes/NodeTestHouse.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString me = QStringLiteral("admin:console");

} // namespace

class TestNodeSteps : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void stepsAreWrittenDown()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->paidOrder();
        const NodeRun run = house->claim();
        QVERIFY(house->job(id).atWork);
        house.clock.advance(seconds(1));
        QVERIFY(house->steps.keepKeyPair(run, "ssh-rsa AAAA", SecretBytes(QByteArray("a secret"))));
        QVERIFY(house->job(id).keyKept);
        QVERIFY(house->steps.order(run, CloudKind::Key));
        QCOMPARE(house->nodes.things(id).at(0).providerId, QString());
        QCOMPARE(house->job(id).stage, std::optional(NodeStage::KeyPair));
        QVERIFY(house->steps.made(run, CloudKind::Key, QStringLiteral("7")));
        QCOMPARE(house->job(id).stage, std::optional(NodeStage::Key));
        QVERIFY(house->steps.order(run, CloudKind::Droplet));
        Droplet droplet;
        droplet.id = QStringLiteral("1001");
        droplet.monthlyCents = 4'800;
        QVERIFY(house->steps.madeDroplet(run, droplet));
        QCOMPARE(house->store.findByDroplet(QStringLiteral("1001"))->id, id);
        QVERIFY(!house->store.findByDroplet(QStringLiteral("1002")));
        QVERIFY(!house->store.findByDroplet({}));
        // What was reached is not reached a second time.
        house.clock.advance(seconds(1));
        QVERIFY(house->steps.reached(run, NodeStage::Key));
        QCOMPARE(house->job(id).stage, std::optional(NodeStage::Droplet));
        QVERIFY(house->steps.addressed(run, QStringLiteral("192.0.2.7")));
        QVERIFY(house->steps.ready(run));
        const BootstrapJob job = house->job(id);
        QCOMPARE(job.state, BootstrapState::Ready);
        QCOMPARE(job.nodeIp, QStringLiteral("192.0.2.7"));
        QCOMPARE(job.lnbitsUrl, QStringLiteral("http://127.0.0.1:5000"));
        QCOMPARE(job.monthlyCents, std::int64_t(4'800));
        QVERIFY(!job.atWork);
        std::vector<NodeStage> stages;
        for (const StageTime &each : house->nodes.stages(id))
            stages.push_back(each.stage);
        using enum NodeStage;
        QCOMPARE(stages, (std::vector{Paid, KeyPair, Key, NodeStage::Droplet, Address, Ready}));
        QCOMPARE(house->nodes.stages(id).at(2).at, house.clock.now() - seconds(1));
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.ready auto")});
        QCOMPARE(house->balance(Account::revenue()), job.amount);
        QCOMPARE(house->booksProblem(), QString());
        // And it is nobody's any more.
        QVERIFY(!house->steps.fail(run, QStringLiteral("too late")));
        QVERIFY(!house->steps.order(run, CloudKind::Volume));
    }

    void aFailureOwesAllBack()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->paidOrder();
        const NodeRun run = house->claim();
        QVERIFY(house->steps.keepKeyPair(run, "ssh-rsa AAAA", SecretBytes(QByteArray("a secret"))));
        QVERIFY(house->steps.order(run, CloudKind::Droplet));
        QVERIFY(house->steps.fail(run, QStringLiteral("The provider refused: no")));
        const BootstrapJob job = house->job(id);
        QCOMPARE(job.state, BootstrapState::Failed);
        QCOMPARE(job.error, QStringLiteral("The provider refused: no"));
        QCOMPARE(job.refundAmount, job.amount);
        QVERIFY(!job.keyKept);
        // There may be a machine: it is to be looked for.
        QVERIFY(job.atWork);
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.fail auto")});
        QCOMPARE(house->booksProblem(), QString());
        QVERIFY(!house->steps.fail(run, QStringLiteral("again")));
        QVERIFY(!house->steps.ready(run));
        QVERIFY(house->steps.removed(run, CloudKind::Droplet));
        house->store.rest(run);
        QVERIFY(!house->job(id).atWork);
        QVERIFY(house->nodes.things(id).at(0).removedAt.has_value());
    }
    void aFailureBeforeAnyOrderLeavesNothingToDo()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->paidOrder();
        QVERIFY(house->steps.fail(house->claim(), QStringLiteral("The provider refused: no")));
        QVERIFY(!house->job(id).atWork);
        QCOMPARE(errorCodeOf([&] { house->nodes.retry(id, me); }), QByteArray("nothing_to_retry"));
    }

    void aLostRunIsDropped()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->paidOrder();
        const NodeRun lost = house->claim();
        house.clock.advance(Provisioner::lease);
        const NodeRun run = house->claim();
        QCOMPARE(run.id, lost.id);
        QVERIFY(!house->steps.order(lost, CloudKind::Key));
        QVERIFY(!house->steps.keepKeyPair(lost, "ssh-rsa AAAA", SecretBytes(QByteArray("a secret"))));
        QVERIFY(!house->steps.ready(lost));
        QVERIFY(!house->steps.fail(lost, QStringLiteral("no")));
        QVERIFY(!house->store.renew(lost, house.clock.now() + seconds(60)));
        house->store.putOff(lost, house.clock.now());
        house->store.rest(lost);
        QCOMPARE(house->job(id).state, BootstrapState::Provisioning);
        QVERIFY(house->store.renew(run, house.clock.now() + seconds(60)));
        QVERIFY(house->steps.order(run, CloudKind::Key));
        QCOMPARE(house->actions(id), QStringList());
    }
    void whoseTurnItIs()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        QVERIFY(!house->store.nextDue());
        const QString id = house->paidOrder();
        const NodeRun run = house->claim();
        // What somebody is at is not taken from him by a wake.
        QVERIFY(house->store.wake(id, house.clock.now()));
        QVERIFY(!house->store.claim(house.clock.now(), house.clock.now() + seconds(60)));
        house->store.putOff(run, house.clock.now() + seconds(600));
        QCOMPARE(house->store.nextDue(), std::optional(house.clock.now() + seconds(600)));
        QVERIFY(!house->store.claim(house.clock.now(), house.clock.now() + seconds(60)));
        QVERIFY(house->store.wake(id, house.clock.now()));
        QVERIFY(house->claim().attempt > run.attempt);
        // After a start at once, but only what was this program's.
        BootstrapStore other(*house.database, QStringLiteral("another-program"));
        other.recover();
        QVERIFY(!house->store.claim(house.clock.now(), house.clock.now() + seconds(60)));
        house->store.recover();
        QCOMPARE(house->claim().id, id);
    }

    void theOperatorRetries()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString waiting = house->order().job.id;
        QCOMPARE(errorCodeOf([&] { house->nodes.retry(waiting, me); }), QByteArray("nothing_to_retry"));
        const QString id = house->paidOrder();
        house->store.putOff(house->claim(), house.clock.now() + seconds(600));
        QCOMPARE(house->nodes.retry(id, me).id, id);
        QCOMPARE(house->store.nextDue(), std::optional(house.clock.now()));
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.retry ") + me});
    }

    void theOperatorEndsWhatIsInTheMaking()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->paidOrder();
        const NodeRun run = house->claim();
        QVERIFY(house->order(run, CloudKind::Key, QStringLiteral("7")));
        QVERIFY(house->steps.order(run, CloudKind::Droplet));
        const BootstrapJob job = house->nodes.destroy(id, me, QStringLiteral("a test"));
        QCOMPARE(job.state, BootstrapState::Failed);
        QCOMPARE(job.error, QStringLiteral("The operator ended this order."));
        QCOMPARE(job.refundAmount, job.amount);
        QCOMPARE(house->actions(id), QStringList{QStringLiteral("node.destroy ") + me});
        // Who was at it can write no more, and somebody takes down what he has ordered.
        QVERIFY(!house->steps.made(run, CloudKind::Droplet, QStringLiteral("1001")));
        QVERIFY(!house->steps.ready(run));
        QCOMPARE(house->claim().id, id);
        QCOMPARE(errorCodeOf([&] { house->nodes.destroy(id, me, {}); }), QByteArray("nothing_to_destroy"));
        QCOMPARE(house->booksProblem(), QString());
    }
    void theOperatorEndsWhatIsReady()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->readyNode("a secret");
        QVERIFY(house->job(id).keyKept);
        const BootstrapJob job = house->nodes.destroy(id, me, QStringLiteral("a test"));
        QCOMPARE(job.state, BootstrapState::Ready);
        QVERIFY(job.destroyedAt && job.atWork && !job.keyKept);
        QVERIFY(!job.refundState);
        QCOMPARE(house->claim().id, id);
        QCOMPARE(errorCodeOf([&] { house->nodes.destroy(id, me, {}); }), QByteArray("nothing_to_destroy"));
        QCOMPARE(house->booksProblem(), QString());
    }
    void whatIsNotPaidIsNotEnded()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->order().job.id;
        QCOMPARE(errorCodeOf([&] { house->nodes.destroy(id, me, {}); }), QByteArray("nothing_to_destroy"));
        QCOMPARE(house->actions(id), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestNodeSteps)
#include "tst_NodeSteps.moc"
