// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeSweep.h"

#include "core/nodes/SimulatedCloud.h"
#include "tests/nodes/ProvisionHouse.h"
#include "tests/support/Expect.h"

#include <QSignalSpy>

using namespace tower;
using namespace tower::test;

namespace {

using Call = SimulatedCloud::Call;
using Fault = SimulatedCloud::Fault;

struct SweepHouse : ProvisionHouse
{
    explicit SweepHouse(const QString &engine)
        : ProvisionHouse(engine)
    {
        use(provider, &tailscale);
        sweep = std::make_unique<NodeSweep>(program->house);
    }
    ~SweepHouse()
    {
        sweep.reset();
        end();
    }

    /// Of a machine that was made by nobody here, some time ago; its id.
    QString stray(const QString &name, const QStringList &tags)
    {
        DropletOrder order;
        order.name = name;
        order.tags = tags;
        order.region = QStringLiteral("nyc3");
        order.size = QStringLiteral("s-4vcpu-8gb");
        return ended(provider.createDroplet(order)).value.value().id;
    }
    QString strayOf(const QString &jobId) { return stray(nodeTag(jobId), {nodeTag(jobId), commonNodeTag}); }
    void grow() { clock.advance(NodeSweep::youngFor); }
    SweepReport swept() { return ended(sweep->sweep()).value.value(); }
    QStringList orphans()
    {
        QStringList out;
        for (const Orphan &orphan : swept().orphans)
            out << toText(orphan.thing.kind) + u' ' + orphan.thing.id;
        out.sort();
        return out;
    }
    int told(const QString &action)
    {
        ActivityFilter filter;
        filter.action = action;
        return static_cast<int>(program->activity.list(filter, {100, {}}).items.size());
    }

    SimulatedCloud provider{*database, clock};
    SimulatedTailnet tailscale;
    std::unique_ptr<NodeSweep> sweep;
};

QString anyId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

} // namespace

class tst_NodeSweep : public QObject
{
    Q_OBJECT

private slots:
    void findsNothingWhereNothingIs_data() { TestDatabase::engineRows(); }
    void findsNothingWhereNothingIs();
    void accountsForNodes_data() { TestDatabase::engineRows(); }
    void accountsForNodes();
    void findsWhatNobodyKnows_data() { TestDatabase::engineRows(); }
    void findsWhatNobodyKnows();
    void findsASecondMachine();
    void findsWhatATakenDownNodeLeft();
    void leavesWhatIsAtWork();
    void leavesASharedKey();
    void readsHostileNames_data();
    void readsHostileNames();
    void tellsEachOnce();
    void tellsOfAProviderThatIsAway();
    void sharesOneSweep();
    void removes_data() { TestDatabase::engineRows(); }
    void removes();
    void removesOrphansOnly();
    void triesAgainToRemove();
    void sweepsByItself();
    void isGoneInTheMiddle();
};

void tst_NodeSweep::findsNothingWhereNothingIs()
{
    QFETCH(const QString, engine);
    SweepHouse house(engine);
    QVERIFY(!house.sweep->report().at);
    const SweepReport report = house.swept();
    QVERIFY(report.orphans.empty() && report.problem.isEmpty());
    QCOMPARE(report.at.value(), house.clock.now());
    QCOMPARE(report.monthlyCents, 0);
}

void tst_NodeSweep::accountsForNodes()
{
    QFETCH(const QString, engine);
    SweepHouse house(engine);
    house->paidNode(100);
    house->paidNode(0, publicKeyOf(3));
    QVERIFY(house->waitUntilIdle());
    house.grow();
    QCOMPARE(house.orphans(), QStringList());
}

void tst_NodeSweep::findsWhatNobodyKnows()
{
    QFETCH(const QString, engine);
    SweepHouse house(engine);
    const QString id = anyId();
    const QString droplet = house.strayOf(id);
    const QString volume = ended(house.provider.createVolume(nodeTag(id), QStringLiteral("nyc3"), 100,
                                                             {nodeTag(id), commonNodeTag}))
                               .value.value();
    const QString key = ended(house.provider.uploadKey(nodeTag(id), publicKeyOf(1))).value.value();
    QCOMPARE(house.orphans().filter(QStringLiteral("droplet")), QStringList()); // too young
    house.grow();
    const SweepReport report = house.swept();
    QCOMPARE(report.orphans.size(), std::size_t(3));
    std::int64_t cents = 0;
    for (const Orphan &orphan : report.orphans) {
        QCOMPARE(orphan.jobId, id);
        QCOMPARE(orphan.reason, QStringLiteral("No node of ours is known by this tag."));
        QVERIFY((QStringList{droplet, volume, key}.contains(orphan.thing.id)));
        cents += orphan.thing.monthlyCents;
    }
    QCOMPARE(report.monthlyCents, cents);
    QVERIFY(cents > 0);
}

/// A machine that turned up after its order was given up, and another one was made.
void tst_NodeSweep::findsASecondMachine()
{
    SweepHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    const QString second = house.strayOf(id);
    house.grow();
    QCOMPARE(house.orphans(), QStringList(QStringLiteral("droplet ") + second));
    QCOMPARE(house.sweep->report().orphans.front().reason, QStringLiteral("Its node does not know of it."));
}

void tst_NodeSweep::findsWhatATakenDownNodeLeft()
{
    SweepHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::CreateDroplet, Fault::Refused);
    const QString failed = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    house.provider.setFault(Call::CreateDroplet, Fault::None);
    const QString destroyed = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    QVERIFY(house->steps.destroy(destroyed, QStringLiteral("admin:token"), {}));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QStringList left{QStringLiteral("droplet ") + house.strayOf(failed),
                     QStringLiteral("droplet ") + house.strayOf(destroyed)};
    left.sort();
    house.grow();
    QCOMPARE(house.orphans(), left);
    QCOMPARE(house.sweep->report().orphans.front().reason, QStringLiteral("Its node was taken down."));
}

void tst_NodeSweep::leavesWhatIsAtWork()
{
    SweepHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::Firewall, Fault::Unavailable);
    const QString id = house->paidNode(100);
    QTRY_VERIFY(house->thing(id, CloudKind::Volume).has_value());
    house->provisioner.stop();
    QTRY_VERIFY(!house->provisioner.isRunning());
    const QString droplet = house.strayOf(id); // ordered, and nobody has heard of it yet
    house.grow();
    QCOMPARE(house.orphans(), QStringList());
    QVERIFY(!droplet.isEmpty());
}

/// It was uploaded under the name of the first, which is gone.
void tst_NodeSweep::leavesASharedKey()
{
    SweepHouse house(QStringLiteral("sqlite"));
    const QString first = house->paidNode(0, publicKeyOf(5));
    QVERIFY(house->waitUntilIdle());
    house->paidNode(0, publicKeyOf(5));
    QVERIFY(house->waitUntilIdle());
    QVERIFY(house->steps.destroy(first, QStringLiteral("admin:token"), {}));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    house.grow();
    QCOMPARE(house.orphans(), QStringList());
}

void tst_NodeSweep::readsHostileNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addRow("empty") << QString();
    QTest::addRow("the common tag") << commonNodeTag;
    QTest::addRow("no id") << nodeTag({});
    QTest::addRow("half an id") << nodeTag(QStringLiteral("1234"));
    QTest::addRow("an id in braces") << nodeTag(QStringLiteral("{6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b}"));
    QTest::addRow("an id and more") << nodeTag(QStringLiteral("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b'--"));
    QTest::addRow("upper case") << nodeTag(QStringLiteral("6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B"));
    QTest::addRow("long") << nodeTag(QString(100'000, u'x'));
}

void tst_NodeSweep::readsHostileNames()
{
    QFETCH(const QString, name);
    SweepHouse house(QStringLiteral("sqlite"));
    house.stray(name, {name, commonNodeTag});
    house.grow();
    const SweepReport report = house.swept();
    QCOMPARE(report.problem, QString());
    QCOMPARE(report.orphans.size(), std::size_t(1));
    QCOMPARE(report.orphans.front().jobId, QString());
}

void tst_NodeSweep::tellsEachOnce()
{
    SweepHouse house(QStringLiteral("sqlite"));
    house.strayOf(anyId());
    house.grow();
    house.swept();
    house.swept();
    QCOMPARE(house.told(QStringLiteral("node.orphan_found")), 1);
    house.strayOf(anyId());
    house.grow();
    house.swept();
    QCOMPARE(house.told(QStringLiteral("node.orphan_found")), 2);
}

void tst_NodeSweep::tellsOfAProviderThatIsAway()
{
    SweepHouse house(QStringLiteral("sqlite"));
    house.strayOf(anyId());
    house.grow();
    const SweepReport before = house.swept();
    QSignalSpy told(house.sweep.get(), &NodeSweep::swept);
    house.provider.setFault(Call::List, Fault::Unavailable);
    const SweepReport report = house.swept();
    QVERIFY(!report.problem.isEmpty());
    QVERIFY(report.orphans == before.orphans); // what was known stays known
    QCOMPARE(report.at, before.at);
    QCOMPARE(told.size(), 1);
    house.provider.setFault(Call::List, Fault::None);
    QCOMPARE(house.swept().problem, QString());
}

void tst_NodeSweep::sharesOneSweep()
{
    SweepHouse house(QStringLiteral("sqlite"));
    house.strayOf(anyId());
    house.grow();
    QSignalSpy told(house.sweep.get(), &NodeSweep::swept);
    const auto first = begun(house.sweep->sweep());
    const auto second = begun(house.sweep->sweep());
    QTRY_VERIFY(first->isDone() && second->isDone());
    QCOMPARE(first->value.value().orphans.size(), std::size_t(1));
    QVERIFY(second->value.value().orphans == first->value.value().orphans);
    QVERIFY(told.size() <= 2);
    QVERIFY(!house.sweep->isRunning());
}

void tst_NodeSweep::removes()
{
    QFETCH(const QString, engine);
    SweepHouse house(engine);
    const QString wanted = house.strayOf(anyId());
    const QString other = house.strayOf(anyId());
    house.grow();
    house.swept();
    const QString actor = QStringLiteral("admin:console");
    const SweepReport report = ended(house.sweep->remove(CloudKind::Droplet, wanted, actor)).value.value();
    QCOMPARE(report.orphans.size(), std::size_t(1));
    QCOMPARE(report.orphans.front().thing.id, other);
    QVERIFY(!ended(house.provider.droplet(wanted)).value.value());
    ActivityFilter filter;
    filter.action = QStringLiteral("node.orphan_delete");
    const std::vector<ActivityRow> rows = house->activity.list(filter, {10, {}}).items;
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows.front().entry.actor, actor);
    QCOMPARE(rows.front().entry.before.value(u"id").toString(), wanted);
}

void tst_NodeSweep::removesOrphansOnly()
{
    SweepHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    const QString young = house.strayOf(anyId());
    const QString actor = QStringLiteral("admin:console");
    for (const QString &thing : {house->job(id).dropletId, young, QStringLiteral("nothing")}) {
        QCOMPARE(ended(house.sweep->remove(CloudKind::Droplet, thing, actor)).error, QByteArray("no_orphan"));
        QCOMPARE(ended(house.sweep->remove(CloudKind::Volume, thing, actor)).error, QByteArray("no_orphan"));
    }
    house.provider.setFault(Call::List, Fault::Unavailable);
    QCOMPARE(ended(house.sweep->remove(CloudKind::Droplet, young, actor)).error,
             QByteArray("cloud_unavailable"));
    QVERIFY(ended(house.provider.droplet(young)).value.value().has_value());
    QCOMPARE(house.told(QStringLiteral("node.orphan_delete")), 0);
}

void tst_NodeSweep::triesAgainToRemove()
{
    SweepHouse house(QStringLiteral("sqlite"));
    const QString stray = house.strayOf(anyId());
    house.grow();
    const QString actor = QStringLiteral("admin:console");
    house.provider.setFault(Call::Remove, Fault::Unavailable);
    QCOMPARE(ended(house.sweep->remove(CloudKind::Droplet, stray, actor)).error,
             QByteArray("cloud_unavailable"));
    QVERIFY(ended(house.provider.droplet(stray)).value.value().has_value());
    house.provider.setFault(Call::Remove, Fault::None);
    QVERIFY(ended(house.sweep->remove(CloudKind::Droplet, stray, actor)).value.value().orphans.empty());
}

void tst_NodeSweep::sweepsByItself()
{
    SweepHouse house(QStringLiteral("sqlite"));
    QSignalSpy told(house.sweep.get(), &NodeSweep::swept);
    house.sweep->start();
    QTimer *timer = house.sweep->findChild<QTimer *>();
    QVERIFY(timer);
    QCOMPARE(timer->interval(), 60'000);
    timer->setInterval(1); // the minute is over
    QTRY_COMPARE(told.size(), 1);
    QCOMPARE(timer->interval(), 3'600'000);
    house.sweep->stop();
    QVERIFY(!timer->isActive());
}

/// Of both who asked at the same time nobody waits for ever.
void tst_NodeSweep::isGoneInTheMiddle()
{
    SweepHouse house(QStringLiteral("sqlite"));
    const auto first = begun(house.sweep->sweep());
    const auto second = begun(house.sweep->sweep());
    house.sweep.reset();
    QTRY_VERIFY(first->isDone() && second->isDone());
}

QTEST_GUILESS_MAIN(tst_NodeSweep)
#include "tst_NodeSweep.moc"
