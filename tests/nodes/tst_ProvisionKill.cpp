// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The program dies at every point of a node's way: before and after each call of a provider, and after each
// transaction. Whoever comes next brings the node to its end: ready with exactly one machine, or failed, paid
// back and with nothing left.
#include "core/nodes/SimulatedCloud.h"
#include "tests/nodes/ProvisionHouse.h"
#include "tests/nodes/ScriptedProvider.h"

using namespace tower;
using namespace tower::test;

namespace {

/// A provider, a tailnet, and programs that die.
struct DeadlyHouse : ProvisionHouse
{
    explicit DeadlyHouse(const QString &engine)
        : ProvisionHouse(engine)
    {
        fate.whenDead([this] { connection->cancel(); });
        use(mortal, &tailscale);
    }
    ~DeadlyHouse()
    {
        crash();
        fate.bury();
        end();
    }
    /// Restarts; the program dies at the n-th point from now on.
    void restartToDieAt(int n, const QString &instance = QStringLiteral("this-program"))
    {
        crash();
        fate.bury();
        fate.dieAt(n);
        restart(instance);
        connection->onCommit([this] { fate.point(); });
    }
    /// How things named after a node are at the provider.
    int count(const QString &id, CloudKind kind)
    {
        int out = 0;
        const std::vector<CloudThing> things = ended(provider.list()).value.value();
        for (const CloudThing &thing : things) {
            if (thing.kind == kind && thing.name == nodeTag(id))
                ++out;
        }
        return out;
    }
    int tailnetKeys(const QString &id)
    {
        return static_cast<int>(std::count_if(tailscale.keys.begin(), tailscale.keys.end(),
                                              [&](const auto &key) { return key.second == nodeTag(id); }));
    }
    /// What is wrong with a node at its end, "" when nothing is.
    QString problemOf(const QString &id)
    {
        const BootstrapJob job = program->job(id);
        const int droplets = count(id, CloudKind::Droplet);
        const int volumes = count(id, CloudKind::Volume);
        const int keys = count(id, CloudKind::Key);
        const QString found =
            QStringLiteral("%1 with %2 machines, %3 volumes, %4 keys, %5 keys of the tailnet")
                .arg(toText(job.state))
                .arg(droplets)
                .arg(volumes)
                .arg(keys)
                .arg(tailnetKeys(id));
        if (job.atWork)
            return found + QStringLiteral(", and still at work");
        if (job.state == BootstrapState::Ready) {
            if (droplets != 1 || volumes != 1 || keys != 1 || tailnetKeys(id) != 1 || job.nodeIp.isEmpty())
                return found;
            const std::optional<tower::Droplet> machine =
                ended(provider.droplet(job.dropletId)).value.value();
            return machine ? program->moneyProblem(id) : QStringLiteral("the wrong machine");
        }
        if (job.state != BootstrapState::Failed || droplets + volumes + keys + tailnetKeys(id) != 0)
            return found;
        return program->moneyProblem(id);
    }

    Fate fate;
    SimulatedCloud provider{*database, clock};
    FatalCloud mortal{provider, fate};
    FatalTailnet tailscale{fate};
};

} // namespace

class tst_ProvisionKill : public QObject
{
    Q_OBJECT

private slots:
    void diesAtEveryPoint_data();
    void diesAtEveryPoint();
    void diesAgainAndAgain_data();
    void diesAgainAndAgain();
};

void tst_ProvisionKill::diesAtEveryPoint_data()
{
    QTest::addColumn<QString>("engine");
    QTest::addColumn<bool>("fails");
    QTest::addColumn<QString>("heir");
    const QString same = QStringLiteral("this-program");
    const QString other = QStringLiteral("another-program");
    for (const QString &engine : TestDatabase::engines()) {
        const auto row = [&](const char *what, bool fails, const QString &heir) {
            QTest::addRow("%s, %s", qPrintable(engine), what) << engine << fails << heir;
        };
        row("to ready", false, same);
        row("to ready, another goes on", false, other);
        row("to failed", true, same);
        row("to failed, another goes on", true, other);
    }
}

void tst_ProvisionKill::diesAtEveryPoint()
{
    QFETCH(const QString, engine);
    QFETCH(const bool, fails);
    QFETCH(const QString, heir);
    DeadlyHouse house(engine);
    int deaths = 0;
    for (int n = 1;; ++n) {
        QVERIFY2(n < 500, "a run has no end");
        const QString id = house->paidNode(100);
        if (fails)
            house.provider.setFault(SimulatedCloud::Call::Action, SimulatedCloud::Fault::Errored);
        house.mortal.dropletsMade = 0;
        house.restartToDieAt(n);
        QVERIFY(waitUntil([&] { return house.fate.isDead() || !house->job(id).atWork; }));
        const bool died = house.fate.isDead();
        if (died) {
            ++deaths;
            house.restartToDieAt(0, heir);
            if (heir != QStringLiteral("this-program")) {
                house.clock.advance(Provisioner::lease);
                house->provisioner.wake();
            }
        }
        QVERIFY2(house->waitUntilIdle(),
                 qPrintable(QStringLiteral("after point %1: %2").arg(n).arg(house.problemOf(id))));
        const QString problem = house.problemOf(id);
        QVERIFY2(problem.isEmpty(), qPrintable(QStringLiteral("after point %1: %2").arg(n).arg(problem)));
        QVERIFY2(house.mortal.dropletsMade <= 1,
                 qPrintable(QStringLiteral("after point %1: %2 machines were made")
                                .arg(n)
                                .arg(house.mortal.dropletsMade)));
        house.provider.setFault(SimulatedCloud::Call::Action, SimulatedCloud::Fault::None);
        house.restartToDieAt(0);
        if (!died)
            break;
    }
    QVERIFY2(deaths > 30, qPrintable(QStringLiteral("only %1 points were met").arg(deaths)));
}

void tst_ProvisionKill::diesAgainAndAgain_data()
{
    QTest::addColumn<QString>("engine");
    QTest::addColumn<int>("every");
    for (const QString &engine : TestDatabase::engines()) {
        for (const int every : {17, 19, 23, 29, 31})
            QTest::addRow("%s, every %d points", qPrintable(engine), every) << engine << every;
    }
}

/// No life is long enough for the whole way.
void tst_ProvisionKill::diesAgainAndAgain()
{
    QFETCH(const QString, engine);
    QFETCH(const int, every);
    DeadlyHouse house(engine);
    const QString id = house->paidNode(100);
    int deaths = 0;
    do {
        QVERIFY2(deaths < 100, "no life gets further than the one before");
        house.restartToDieAt(every);
        QVERIFY(waitUntil([&] { return house.fate.isDead() || !house->job(id).atWork; }));
        ++deaths;
    } while (house.fate.isDead());
    QVERIFY(deaths > 1);
    house.restartToDieAt(0);
    QCOMPARE(house.problemOf(id), QString());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.mortal.dropletsMade, 1);
}

QTEST_GUILESS_MAIN(tst_ProvisionKill)
#include "tst_ProvisionKill.moc"
