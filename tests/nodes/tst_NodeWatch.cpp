// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How far nodes are that have just become ready, and the keys whose time is over.
#include "tests/nodes/NodeTestHouse.h"

using namespace tower;
using namespace tower::test;

namespace {

/// A tailnet that a machine joins when the test wants it to.
class ScriptedTailnet final : public Tailnet
{
public:
    QCoro::Task<TailnetKey> createKey(QString) override { co_return TailnetKey{}; }
    QCoro::Task<QStringList> findKeys(QString) override { co_return QStringList(); }
    QCoro::Task<bool> removeKey(QString) override { co_return true; }
    QCoro::Task<QString> hostName(QString host) override
    {
        asked << host;
        if (unreachable)
            throw unavailable(QStringLiteral("The tailnet does not answer."), "tailnet_unavailable");
        co_return name;
    }
    QCoro::Task<bool> removeHost(QString) override { co_return true; }
    void abort() override {}

    QStringList asked;
    QString name;
    bool unreachable = false;
};

const QString ssh = QStringLiteral("192.0.2.7:22");
const QString host = QStringLiteral("node-1.tail1234.ts.net");

} // namespace

class TestNodeWatch : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void stepByStep()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        ScriptedTailnet tailnet;
        begin(house, &tailnet);
        const QString id = house->readyNode("a secret");
        const QString lnbits = host + QStringLiteral(":5000");
        house.world.silent = {ssh, lnbits};
        NodeWatch watch(house->house, house->store);
        watch.start();
        QTRY_VERIFY(!watch.isRunning());
        QCOMPARE(tailnet.asked, QStringList{nodeTag(id)});
        QCOMPARE(house.world.probed, QStringList{ssh});
        QCOMPARE(house->job(id).lnbitsUrl, QStringLiteral("http://127.0.0.1:5000"));
        QVERIFY(!house->job(id).sshSeenAt);

        house.clock.advance(seconds(30));
        const Millis first = house.clock.now();
        house.world.silent = {lnbits};
        look(watch);
        QCOMPARE(house->job(id).sshSeenAt, std::optional(first));

        house.clock.advance(seconds(30));
        tailnet.name = host;
        house.world.probed.clear();
        look(watch);
        QCOMPARE(house->job(id).tailscaleHostname, host);
        QCOMPARE(house->job(id).lnbitsUrl, QStringLiteral("http://") + lnbits);
        QCOMPARE(house.world.probed, QStringList{lnbits});
        QVERIFY(!house->job(id).lnbitsSeenAt);

        house.clock.advance(seconds(30));
        house.world.silent.clear();
        tailnet.asked.clear();
        look(watch);
        QCOMPARE(house->job(id).lnbitsSeenAt, std::optional(house.clock.now()));
        QCOMPARE(house->job(id).sshSeenAt, std::optional(first));
        QVERIFY(tailnet.asked.isEmpty());

        // And then no more.
        house.world.probed.clear();
        look(watch);
        QVERIFY(house.world.probed.isEmpty() && tailnet.asked.isEmpty());
    }
    /// Whoever sees that it is ready sees its name.
    void aSimulatedNodeIsThereAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        house->nodes.start();
        const QString id = house->paidOrder({}, customersKey());
        const BootstrapJob job = house->waitFor(id, BootstrapState::Ready);
        QCOMPARE(job.state, BootstrapState::Ready);
        QVERIFY(!job.tailscaleHostname.isEmpty());
        QCOMPARE(job.lnbitsUrl, QStringLiteral("http://%1:5000").arg(job.tailscaleHostname));
        QTRY_VERIFY(house->job(id).sshSeenAt && house->job(id).lnbitsSeenAt);
    }
    void withoutATailnet()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        begin(house, nullptr);
        const QString id = house->readyNode("a secret");
        NodeWatch watch(house->house, house->store);
        watch.start();
        QTRY_VERIFY(!watch.isRunning());
        QCOMPARE(house.world.probed, QStringList{ssh});
        QVERIFY(house->job(id).sshSeenAt && !house->job(id).lnbitsSeenAt);
        QVERIFY(house->job(id).tailscaleHostname.isEmpty());
    }
    void aTailnetThatDoesNotAnswerHidesNoMachine()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        ScriptedTailnet tailnet;
        tailnet.unreachable = true;
        begin(house, &tailnet);
        const QString id = house->readyNode("a secret");
        NodeWatch watch(house->house, house->store);
        watch.start();
        QTRY_VERIFY(!watch.isRunning());
        QVERIFY(house->job(id).sshSeenAt.has_value());
    }

    void whoIsNotLookedAt_data()
    {
        QTest::addColumn<QString>("which");
        for (const char *which : {"made two weeks ago", "taken down", "in the making", "of another provider"})
            QTest::newRow(which) << QString::fromLatin1(which);
    }
    void whoIsNotLookedAt()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, which);
        NodeTestHouse house(engine);
        ScriptedTailnet tailnet;
        begin(house, &tailnet);
        const QString id = which == u"in the making" ? house->paidOrder() : house->readyNode("a secret");
        if (which == u"made two weeks ago")
            house.clock.advance(NodeWatch::watchFor);
        else if (which == u"taken down")
            house->nodes.destroy(id, QStringLiteral("admin:console"), {});
        else if (which == u"of another provider")
            house.database->execute("UPDATE bootstrap_jobs SET simulated_cloud = 0");
        NodeWatch watch(house->house, house->store);
        watch.start();
        QTRY_VERIFY(!watch.isRunning());
        QVERIFY(house.world.probed.isEmpty() && tailnet.asked.isEmpty());
    }
    void theNewestFirst()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString older = house->readyNode("a secret");
        house.clock.advance(seconds(1));
        const QString newer = house->readyNode("a secret");
        const std::vector<BootstrapJob> both = house->store.comingUp(Millis(0), 10);
        QCOMPARE(both.size(), std::size_t(2));
        QCOMPARE(both.at(0).id, newer);
        QCOMPARE(house->store.comingUp(Millis(0), 1).size(), std::size_t(1));
        QCOMPARE(house->store.comingUp(house.clock.now() - seconds(1), 10).size(), std::size_t(1));
    }

    void deliveredKeysAreErased()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString delivered = house->readyNode("a secret");
        const QString waiting = house->readyNode("another secret");
        QVERIFY(house->nodes.deliverKey(house->job(delivered)).privateKey);
        NodeWatch watch(house->house, house->store);
        watch.start();
        house.clock.advance(seconds(600));
        look(watch);
        QVERIFY(house->job(delivered).keyKept);
        house.clock.advance(Millis(1));
        look(watch);
        QVERIFY(!house->job(delivered).keyKept);
        QVERIFY(house->job(waiting).keyKept);
        house.clock.advance(days(30));
        look(watch);
        QVERIFY(house->job(waiting).keyKept);
    }
    void alsoAtAStart()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        const QString id = house->readyNode("a secret");
        QVERIFY(house->nodes.deliverKey(house->job(id)).privateKey);
        house.crash();
        house.clock.advance(days(1));
        house.restart();
        QVERIFY(house->job(id).keyKept);
        house->nodes.start();
        QTRY_VERIFY(!house->job(id).keyKept);
    }
    void aStoppedOneLooksNoMore()
    {
        QFETCH_GLOBAL(QString, engine);
        NodeTestHouse house(engine);
        NodeWatch watch(house->house, house->store);
        watch.start();
        watch.stop();
        (void)house->readyNode("a secret");
        watch.wake();
        QVERIFY(!watch.isRunning() && house.world.probed.isEmpty());
    }

private:
    static void begin(NodeTestHouse &house, Tailnet *tailnet)
    {
        house.world.tailnet = tailnet;
        house.restart();
    }
    static void look(NodeWatch &watch)
    {
        watch.wake();
        QTRY_VERIFY(!watch.isRunning());
    }
};

QTEST_GUILESS_MAIN(TestNodeWatch)
#include "tst_NodeWatch.moc"
