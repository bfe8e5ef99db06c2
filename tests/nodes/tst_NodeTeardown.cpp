// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is left of a node at the provider goes, all of it, and nothing else.
#include "tests/nodes/SimulatedHouse.h"

using namespace tower;
using namespace tower::test;

using Call = SimulatedCloud::Call;
using Fault = SimulatedCloud::Fault;

class tst_NodeTeardown : public QObject
{
    Q_OBJECT

private slots:
    void takesDownForEver_data() { TestDatabase::engineRows(); }
    void takesDownForEver();
    void destroysAReadyNode();
    void leavesASharedKey();
    void leavesAKeyThatWasThereBefore();
    void letsTheTailnetKeyLapse();
    void endsWithTheOperator();
    void waitsForAMachineThatShowsLate();
    void undoesWhatNobodyKnowsOf();
};

void tst_NodeTeardown::takesDownForEver()
{
    QFETCH(const QString, engine);
    SimulatedHouse house(engine);
    house.provider.setFault(Call::Action, Fault::Errored);
    house.provider.setFault(Call::Remove, Fault::Unavailable);
    const QString id = house->paidNode(100);
    const auto failed = [&] { return house->stateOf(id) == QStringLiteral("failed"); };
    QTRY_VERIFY(failed());
    const Millis begin = house.clock.now();
    QVERIFY(waitUntil([&] { return house.clock.now() - begin > days(1); }));
    QVERIFY(house->job(id).atWork);
    QVERIFY(house.left(id).contains(QStringLiteral("droplet")));
    QCOMPARE(house->actions(id).count(QStringLiteral("node.left_behind")), 1);
    house.restart();
    QVERIFY(waitUntil([&] { return house.clock.now() - begin > days(2); }));
    QCOMPARE(house->actions(id).count(QStringLiteral("node.left_behind")), 1);
    QCOMPARE(house->moneyProblem(id), QString()); // owed back at once all the same

    house.provider.setFault(Call::Remove, Fault::None);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.left(id), QStringList());
    QVERIFY(house->isTakenDown(id));
}

void tst_NodeTeardown::destroysAReadyNode()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    house.tailscale.hosts << nodeTag(id);
    QVERIFY(house->steps.destroy(id, QStringLiteral("admin:token"), {}));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.left(id), QStringList());
    QVERIFY(house.tailscale.hosts.isEmpty());
    QVERIFY(house->isTakenDown(id));
    QCOMPARE(house->moneyProblem(id), QString());
}

void tst_NodeTeardown::leavesASharedKey()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString first = house->paidNode(0, publicKeyOf(9));
    QVERIFY(house->waitUntilIdle());
    const QString second = house->paidNode(0, publicKeyOf(9));
    QVERIFY(house->waitUntilIdle());
    const QString keyId = house->thing(first, CloudKind::Key).value().providerId;
    QCOMPARE(house->thing(second, CloudKind::Key).value().providerId, keyId);
    const auto isThere = [&] {
        const std::vector<CloudThing> things = ended(house.provider.list()).value.value();
        return std::any_of(things.begin(), things.end(), [&](const CloudThing &thing) {
            return thing.kind == CloudKind::Key && thing.id == keyId;
        });
    };
    for (const QString &id : {first, second}) {
        QVERIFY(isThere());
        QVERIFY(house->steps.destroy(id, QStringLiteral("admin:token"), {}));
        house->provisioner.wake();
        QVERIFY(house->waitUntilIdle());
        QVERIFY(house->isTakenDown(id));
    }
    QVERIFY(!isThere());
}

/// The operator's own, say: its name does not carry our tag.
void tst_NodeTeardown::leavesAKeyThatWasThereBefore()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString keyId =
        ended(house.provider.uploadKey(QStringLiteral("the operator"), publicKeyOf(11))).value.value();
    const QString id = house->paidNode(0, publicKeyOf(11));
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->thing(id, CloudKind::Key).value().providerId, keyId);
    QVERIFY(house->steps.destroy(id, QStringLiteral("admin:token"), {}));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(ended(house.provider.uploadKey(QStringLiteral("again"), publicKeyOf(11))).value.value(), keyId);
}

void tst_NodeTeardown::letsTheTailnetKeyLapse()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    house.tailnet = nullptr;
    house.restart();
    QVERIFY(house->steps.destroy(id, QStringLiteral("admin:token"), {}));
    const Millis orderedAt = house->thing(id, CloudKind::TailnetKey).value().orderedAt;
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QVERIFY(house->thing(id, CloudKind::TailnetKey).value().removedAt.value() - orderedAt > seconds(3'600));
}

/// While its machine is being ordered, and the answer comes too late.
void tst_NodeTeardown::endsWithTheOperator()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.cloudOfTest.whenOrdered = [&](const QString &node) {
        QVERIFY(house->steps.destroy(node, QStringLiteral("admin:token"), {}));
    };
    const QString id = house->paidNode(100);
    QTRY_COMPARE(house.cloudOfTest.dropletsMade, 1);
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house.left(id), QStringList());
    QCOMPARE(house->moneyProblem(id), QString());
}

/// It is taken down all the same.
void tst_NodeTeardown::waitsForAMachineThatShowsLate()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::CreateDroplet, Fault::UnavailableButDone, 1);
    house.cloudOfTest.looksThatMiss = 7;
    house.cloudOfTest.whenOrdered = [&](const QString &node) {
        QVERIFY(house->steps.destroy(node, QStringLiteral("admin:token"), {}));
    };
    const QString id = house->paidNode(100);
    QTRY_COMPARE(house.cloudOfTest.dropletsMade, 1);
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house.left(id), QStringList());
}

/// Somebody else ended the node, looked, and found nothing: the order went out after that.
void tst_NodeTeardown::undoesWhatNobodyKnowsOf()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.cloudOfTest.whenOrdered = [&](const QString &node) {
        QVERIFY(house->steps.destroy(node, QStringLiteral("admin:token"), {}));
        Transaction transaction(house->database);
        for (const CloudKind kind :
             {CloudKind::Key, CloudKind::TailnetKey, CloudKind::Volume, CloudKind::Droplet})
            house->store.setRemoved(transaction, node, kind, house.clock.now());
        transaction.commit();
    };
    const QString id = house->paidNode();
    QTRY_COMPARE(house.cloudOfTest.dropletsMade, 1);
    QVERIFY(house->waitUntilIdle());
    QVERIFY(!house.left(id).contains(QStringLiteral("droplet")));
}

QTEST_GUILESS_MAIN(tst_NodeTeardown)
#include "tst_NodeTeardown.moc"
