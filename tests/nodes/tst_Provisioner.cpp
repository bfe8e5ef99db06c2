// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SealedKey.h"
#include "tests/nodes/SimulatedHouse.h"

#include <QSqlQuery>
#include <QSqlRecord>

using namespace tower;
using namespace tower::test;

using Call = SimulatedCloud::Call;
using Fault = SimulatedCloud::Fault;

class tst_Provisioner : public QObject
{
    Q_OBJECT

private slots:
    void takesANodeToReady_data() { TestDatabase::engineRows(); }
    void takesANodeToReady();
    void passesOverWhatIsNotWanted();
    void keepsTheKeySealed();
    void usesTheCustomersKey();
    void owesWhatWasPaidTooMuch();
    void handsTheTailnetKeyToTheMachineOnly();
    void takesEightAtOnce();
    void failsAndTakesDown_data();
    void failsAndTakesDown();
    void goesOnAfterTrouble_data();
    void goesOnAfterTrouble();
    void waitsForAMachineThatShowsLate();
    void losesPatience();
    void startsPatienceAnew();
    void backsOff();
    void stopsAndGoesOn();
    void renewsItsClaim();
    void losesItsClaim();
    void worksForItsOwnProvider_data() { TestDatabase::engineRows(); }
    void worksForItsOwnProvider();
    void survivesADatabaseThatIsAway();
};

void tst_Provisioner::takesANodeToReady()
{
    QFETCH(const QString, engine);
    SimulatedHouse house(engine);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    const BootstrapJob job = house->job(id);
    QCOMPARE(toText(job.state), QStringLiteral("ready"));
    QCOMPARE(house.stagesOf(id), QStringList({"paid", "key_pair", "key", "tailnet_key", "volume", "droplet",
                                              "address", "ready"}));
    QVERIFY(!job.dropletId.isEmpty() && !job.nodeIp.isEmpty() && job.keyKept && !job.ownKey);
    QCOMPARE(house.left(id), QStringList({"droplet", "key", "tailnet_key", "volume"}));
    QCOMPARE(house->thing(id, CloudKind::Droplet).value().providerId, job.dropletId);
    QCOMPARE(house->ledger.balance(Account::revenue()), Sats(10'000));
    QCOMPARE(house->moneyProblem(id), QString());
    QVERIFY(!house->provisioner.isRunning());
    QCOMPARE(house.cloudOfTest.dropletsMade, 1);
}

void tst_Provisioner::passesOverWhatIsNotWanted()
{
    SimulatedHouse house(QStringLiteral("sqlite"), false);
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.stagesOf(id), QStringList({"paid", "key_pair", "key", "droplet", "address", "ready"}));
    QCOMPARE(house.left(id), QStringList({"droplet", "key"}));
}

void tst_Provisioner::keepsTheKeySealed()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    const QByteArray sealed = house->store.sealedKey(id).value();
    QVERIFY(!sealed.contains("PRIVATE KEY"));
    const SecretBytes opened = unsealKey(house.secrets.value(Secret::DataKey), sealed, id);
    QCOMPARE(opened.view().toByteArray(), QByteArray("-----BEGIN RSA PRIVATE KEY-----\n"));
}

void tst_Provisioner::usesTheCustomersKey()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house->provisioner.setMakeKeys([]() -> SshKeyPair { throw internalError(QStringLiteral("not wanted")); });
    const QString id = house->paidNode(0, publicKeyOf(7));
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QVERIFY(!house->job(id).keyKept);
    QVERIFY(house.stagesOf(id).contains(QStringLiteral("key_pair")));
}

void tst_Provisioner::owesWhatWasPaidTooMuch()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode(0, {}, Sats(23));
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house->moneyProblem(id, Sats(10'023)), QString());
}

void tst_Provisioner::handsTheTailnetKeyToTheMachineOnly()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QVERIFY(house.cloudOfTest.orders.value(0).contains("tskey-auth-k1"));
    QVERIFY(house.cloudOfTest.orders.value(0).contains(nodeTag(id).toLatin1()));
    for (const char *table : {"bootstrap_jobs", "bootstrap_things", "activity"}) {
        const QString sql = QStringLiteral("SELECT * FROM %1").arg(QLatin1String(table));
        QSqlQuery query(sql, house.database->connection());
        while (query.next()) {
            for (int i = 0; i < query.record().count(); ++i)
                QVERIFY2(!query.value(i).toString().contains(QStringLiteral("tskey")), table);
        }
    }
}

void tst_Provisioner::takesEightAtOnce()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house->provisioner.stop();
    QStringList ids;
    for (int i = 0; i < 20; ++i)
        ids << house->paidNode();
    std::int64_t most = 0;
    const auto claimed = [&] {
        most = std::max(most, house->database.number(
                                  "SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE owner IS NOT NULL AND "
                                  "lease_until IS NOT NULL"));
        return house->database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE state <> 'ready'") == 0;
    };
    house->provisioner.start();
    while (!claimed())
        QTest::qWait(0);
    QVERIFY2(most > 1 && most <= 8, qPrintable(QString::number(most)));
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.cloudOfTest.dropletsMade, 20);
    for (const QString &id : ids)
        QCOMPARE(house->moneyProblem(id), QString());
}

void tst_Provisioner::failsAndTakesDown_data()
{
    QTest::addColumn<QString>("engine");
    QTest::addColumn<int>("call");
    QTest::addColumn<int>("fault");
    for (const QString &engine : TestDatabase::engines()) {
        const auto row = [&](const char *what, Call call, Fault fault) {
            QTest::addRow("%s, %s", qPrintable(engine), what)
                << engine << static_cast<int>(call) << static_cast<int>(fault);
        };
        row("the key is refused", Call::UploadKey, Fault::Refused);
        row("the volume is refused", Call::CreateVolume, Fault::Refused);
        row("the firewall is refused", Call::Firewall, Fault::Refused);
        row("the machine is refused", Call::CreateDroplet, Fault::Refused);
        row("the creation failed", Call::Action, Fault::Errored);
        row("the machine gets no address", Call::Droplet, Fault::Errored);
        row("the machine can't be asked about", Call::Droplet, Fault::Refused);
    }
}

void tst_Provisioner::failsAndTakesDown()
{
    QFETCH(const QString, engine);
    QFETCH(const int, call);
    QFETCH(const int, fault);
    SimulatedHouse house(engine);
    house.provider.setFault(static_cast<Call>(call), static_cast<Fault>(fault));
    const QString id = house->paidNode(100, {}, Sats(5));
    QVERIFY(house->waitUntilIdle());
    const BootstrapJob job = house->job(id);
    QCOMPARE(toText(job.state), QStringLiteral("failed"));
    QVERIFY2(job.error.endsWith(u'.') && !job.error.contains(QStringLiteral("_")), qPrintable(job.error));
    QCOMPARE(house.left(id), QStringList());
    QVERIFY(house->isTakenDown(id));
    QVERIFY(!job.keyKept);
    QCOMPARE(house->moneyProblem(id, Sats(10'005)), QString());
    QVERIFY(house->actions(id).contains(QStringLiteral("node.fail")));
}

void tst_Provisioner::goesOnAfterTrouble_data()
{
    QTest::addColumn<int>("call");
    QTest::addColumn<int>("fault");
    const auto rows = [](const char *what, Fault fault) {
        QTest::addRow("%s key", what) << static_cast<int>(Call::UploadKey) << static_cast<int>(fault);
        QTest::addRow("%s volume", what) << static_cast<int>(Call::CreateVolume) << static_cast<int>(fault);
        QTest::addRow("%s firewall", what) << static_cast<int>(Call::Firewall) << static_cast<int>(fault);
        QTest::addRow("%s machine", what) << static_cast<int>(Call::CreateDroplet) << static_cast<int>(fault);
        QTest::addRow("%s action", what) << static_cast<int>(Call::Action) << static_cast<int>(fault);
        QTest::addRow("%s look", what) << static_cast<int>(Call::Droplet) << static_cast<int>(fault);
    };
    rows("unavailable", Fault::Unavailable);
    rows("lost answer", Fault::UnavailableButDone);
    rows("rate limit", Fault::RateLimited);
}

/// Twice, and then it works: nothing was made twice.
void tst_Provisioner::goesOnAfterTrouble()
{
    QFETCH(const int, call);
    QFETCH(const int, fault);
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(static_cast<Call>(call), static_cast<Fault>(fault), 2);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.left(id), QStringList({"droplet", "key", "tailnet_key", "volume"}));
    QCOMPARE(house->moneyProblem(id), QString());
}

/// Its order got no answer, and it is found by neither tag nor name for half a minute.
void tst_Provisioner::waitsForAMachineThatShowsLate()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::CreateDroplet, Fault::UnavailableButDone, 1);
    house.cloudOfTest.looksThatMiss = 7; // one of them before the order
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.cloudOfTest.looksThatMiss, 0);
    QCOMPARE(house.cloudOfTest.dropletsMade, 1);
    QCOMPARE(house.left(id), QStringList({"droplet", "key", "tailnet_key", "volume"}));
}

void tst_Provisioner::losesPatience()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const Millis begin = house.clock.now();
    house.provider.setFault(Call::Firewall, Fault::Unavailable);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house->job(id).error, QStringLiteral("The provider could not be reached in time."));
    const Millis took = house->job(id).failedAt.value() - begin;
    QVERIFY(took >= Provisioner::patience && took < Provisioner::patience + seconds(120));
    QCOMPARE(house.left(id), QStringList());
    QCOMPARE(house->moneyProblem(id), QString());
}

/// Time in which nobody tried is nobody's fault.
void tst_Provisioner::startsPatienceAnew()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    house.crash();
    house.clock.advance(days(2));
    house.provider.setFault(Call::UploadKey, Fault::Unavailable, 3);
    house.restart();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
}

void tst_Provisioner::backsOff()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::UploadKey, Fault::RateLimited, 8);
    const Millis begin = house.clock.now();
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    // 2 + 4 + 8 + 16 + 32 + 60 + 60 + 60 s, each a tenth longer at most, and the machine's own time
    const Millis took = house.clock.now() - begin;
    QVERIFY2(took >= seconds(242) && took < seconds(290), qPrintable(QString::number(took.value())));
}

void tst_Provisioner::stopsAndGoesOn()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.provider.setFault(Call::Droplet, Fault::Errored); // it waits for an address
    house.cloudOfTest.whenOrdered = [&](const QString &) { house->provisioner.stop(); };
    const QString id = house->paidNode();
    QTRY_VERIFY(house.cloudOfTest.dropletsMade == 1 && !house->provisioner.isRunning());
    QCOMPARE(house->stateOf(id), QStringLiteral("provisioning"));
    QCOMPARE(house->database.number("SELECT COUNT(*) AS n FROM bootstrap_jobs WHERE owner IS NOT NULL"), 0);
    house.provider.setFault(Call::Droplet, Fault::None);
    house->provisioner.start();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.cloudOfTest.dropletsMade, 1);
}

/// A run that takes longer than its lease keeps it.
void tst_Provisioner::renewsItsClaim()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.fate.dieAt(1); // the first call is never answered
    const QString id = house->paidNode();
    QTRY_VERIFY(house.fate.isDead());
    for (int i = 0; i < 10; ++i) {
        house.clock.advance(seconds(30));
        house->provisioner.wake();
        QTest::qWait(0);
        BootstrapStore other(*house.database, QStringLiteral("another-program"));
        const Millis now = house.clock.now();
        QVERIFY(!other.claim(now, now + Provisioner::lease));
    }
    QVERIFY(house->provisioner.isRunning());
    QCOMPARE(house->stateOf(id), QStringLiteral("provisioning"));
    house.crash();
    house.fate.bury();
}

/// What a run finds out after its lease is another's to know.
void tst_Provisioner::losesItsClaim()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    house.fate.dieAt(1);
    const QString id = house->paidNode();
    QTRY_VERIFY(house.fate.isDead());
    BootstrapStore other(*house.database, QStringLiteral("another-program"));
    const Millis now = house.clock.now() + Provisioner::lease;
    QVERIFY(other.claim(now, now + Provisioner::lease));
    house.fate.dieAt(0);
    house.fate.bury();
    QTRY_VERIFY(!house->provisioner.isRunning());
    QCOMPARE(house->stateOf(id), QStringLiteral("provisioning"));
    QVERIFY(house->thing(id, CloudKind::Key).value().providerId.isEmpty());
}

void tst_Provisioner::worksForItsOwnProvider()
{
    QFETCH(const QString, engine);
    SimulatedHouse house(engine);
    const auto replaceBy = [&](bool real) {
        house.crash();
        house.cloudOfTest.isReal = real;
        house.restart();
    };

    // Ordered from the simulated one, which is replaced by a real one in the middle
    house.provider.setFault(Call::Firewall, Fault::Unavailable);
    const QString simulated = house->paidNode(100);
    QTRY_VERIFY(house->thing(simulated, CloudKind::Volume).has_value());
    house.provider.setFault(Call::Firewall, Fault::None);
    replaceBy(true);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(simulated), QStringLiteral("failed"));
    QVERIFY(house->isTakenDown(simulated));
    QCOMPARE(house->moneyProblem(simulated), QString());

    // A real one waits while the provider is simulated
    const QString wanted = house->paidNode();
    replaceBy(false);
    const Millis begin = house.clock.now();
    QVERIFY(waitUntil([&] { return house.clock.now() - begin > seconds(1'800); }));
    QCOMPARE(house->stateOf(wanted), QStringLiteral("provisioning"));
    QVERIFY(house->store.things(wanted).empty());
    replaceBy(true);
    house.clock.advance(seconds(600));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(wanted), QStringLiteral("ready"));
}

void tst_Provisioner::survivesADatabaseThatIsAway()
{
    SimulatedHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode();
    QTRY_VERIFY(house->thing(id, CloudKind::Key).has_value());
    house.connection->cancel();
    QTRY_VERIFY(!house->provisioner.isRunning());
    house.restart();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.cloudOfTest.dropletsMade, 1);
}

QTEST_GUILESS_MAIN(tst_Provisioner)
#include "tst_Provisioner.moc"
