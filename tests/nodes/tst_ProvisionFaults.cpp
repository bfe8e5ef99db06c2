// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Against stand-ins of DigitalOcean and Tailscale, over real sockets: whatever they do, a node ends ready
// with one machine, or failed, paid back and with nothing left.
#include "core/nodes/DigitalOcean.h"
#include "core/nodes/Tailscale.h"
#include "tests/nodes/ProvisionHouse.h"
#include "tests/peers/DigitalOceanPeer.h"
#include "tests/peers/TailscalePeer.h"

using namespace tower;
using namespace tower::test;

namespace {

using Fault = RestPeer::Fault;

/// The stand-ins, their clients, and a program between them.
struct PeerHouse
{
    explicit PeerHouse(const QString &engine)
        : clock{days(20'000)}
        , ocean(clock)
        , tailscale(clock)
        , house(engine, {{QStringLiteral("DO_API_URL"), ocean.url()},
                         {QStringLiteral("TAILSCALE_API_URL"), tailscale.url()}})
        , secrets(environment(), [this] { return openSecretsFile(house.database.dir()); })
        , cloud(house.settings, secrets, turningWait(house.clock))
        , tailnet(house.settings, secrets, turningWait(house.clock))
    {
        house.use(cloud, &tailnet);
    }
    /// Before a fault of silence, which takes its time.
    void losePatienceOver(Fault fault)
    {
        if (fault != Fault::Silent && fault != Fault::DoneButSilent)
            return;
        cloud.setPatience(Millis(400));
        tailnet.setPatience(Millis(400));
    }
    ~PeerHouse()
    {
        house.crash();
        cloud.abort();
        tailnet.abort();
        house.end();
    }
    ProvisionProgram *operator->() { return house.program.get(); }

    /// What is left at both, of a node.
    QStringList left() const { return ocean.left() + tailscale.left(); }
    QStringList leftOf(const QString &id) const { return left().filter(nodeTag(id)); }
    static QStringList whole(const QString &id)
    {
        return {QStringLiteral("droplet ") + nodeTag(id), QStringLiteral("key ") + nodeTag(id),
                QStringLiteral("volume ") + nodeTag(id), QStringLiteral("tailnet key ") + nodeTag(id)};
    }
    /// What is wrong with a node at its end, "" when nothing is.
    QString problemOf(const QString &id)
    {
        const BootstrapJob job = house->job(id);
        const QString found = toText(job.state) + QStringLiteral(": ") + left().join(QStringLiteral(", "));
        if (job.atWork)
            return found + QStringLiteral(", and still at work");
        if (job.state == BootstrapState::Ready) {
            const bool isWhole =
                left() == whole(id) && ocean.droplets().value(0).id == job.dropletId.toLongLong();
            return isWhole ? house->moneyProblem(id) : found;
        }
        const bool isGone = job.state == BootstrapState::Failed && left().isEmpty() && house->isTakenDown(id);
        return isGone ? house->moneyProblem(id) : found;
    }

    static QProcessEnvironment environment()
    {
        QProcessEnvironment out = ProvisionHouse::environment();
        out.insert(QStringLiteral("DO_API_TOKEN"), DigitalOceanPeer::token());
        out.insert(QStringLiteral("TAILSCALE_API_KEY"), TailscalePeer::token());
        return out;
    }

    ManualClock clock; ///< the stand-ins': creation times only
    DigitalOceanPeer ocean;
    TailscalePeer tailscale;
    ProvisionHouse house;
    Secrets secrets;
    DigitalOcean cloud;
    Tailscale tailnet;
};

const QList<QByteArray> oceanRoutes{"POST /v2/account/keys", "GET /v2/volumes",       "POST /v2/volumes",
                                    "GET /v2/firewalls",     "POST /v2/firewalls",    "GET /v2/droplets",
                                    "POST /v2/droplets",     "GET /v2/droplets/{id}", "GET /v2/actions/{id}"};
const QList<QByteArray> tailscaleRoutes{"POST /api/v2/tailnet/-/keys"};

} // namespace

class tst_ProvisionFaults : public QObject
{
    Q_OBJECT

private slots:
    void takesANodeToReady_data() { TestDatabase::engineRows(); }
    void takesANodeToReady();
    void fewFaults_data();
    void fewFaults();
    void lastingFaults_data();
    void lastingFaults();
    void faultsWhileTakingDown_data();
    void faultsWhileTakingDown();
    void slowMachine_data();
    void slowMachine();
    void lateTags();
    void erroredAction();
    void vanishingMachine();
    void honoursRetryAfter();
    void honoursALongPause();
    void tellsTheProvidersOwnWords();
    void everythingIsDown();
};

void tst_ProvisionFaults::takesANodeToReady()
{
    QFETCH(const QString, engine);
    PeerHouse house(engine);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.problemOf(id), QString());
    const DigitalOceanPeer::Droplet droplet = house.ocean.droplets().value(0);
    QCOMPARE(droplet.name, nodeTag(id));
    QCOMPARE(droplet.tags, QStringList({nodeTag(id), commonNodeTag}));
    QVERIFY(droplet.userData.contains(house.tailscale.keys().value(0).key));
    QCOMPARE(house.ocean.volumes().value(0).dropletId, droplet.id);
    QCOMPARE(house.ocean.firewalls().size(), 1);
    QCOMPARE(house->job(id).nodeIp, droplet.ip);
}

void tst_ProvisionFaults::fewFaults_data()
{
    QTest::addColumn<QByteArray>("route");
    QTest::addColumn<int>("fault");
    const std::vector<std::pair<const char *, Fault>> faults{{"5xx", Fault::ServerError},
                                                             {"5xx, but done", Fault::DoneButServerError},
                                                             {"hangs up", Fault::HangsUp},
                                                             {"hangs up, but done", Fault::DoneButHangsUp},
                                                             {"silent", Fault::Silent},
                                                             {"silent, but done", Fault::DoneButSilent},
                                                             {"429", Fault::RateLimited},
                                                             {"garbage", Fault::Garbage},
                                                             {"garbage, but done", Fault::DoneButGarbage}};
    for (const QByteArray &route : oceanRoutes + tailscaleRoutes) {
        for (const auto &[name, fault] : faults)
            QTest::addRow("%s: %s", route.constData(), name) << route << static_cast<int>(fault);
    }
}

/// So often that calls fail, and not for ever: nothing is made twice, and nothing is left over.
void tst_ProvisionFaults::fewFaults()
{
    QFETCH(const QByteArray, route);
    QFETCH(const int, fault);
    PeerHouse house(QStringLiteral("sqlite"));
    RestPeer &peer = tailscaleRoutes.contains(route) ? static_cast<RestPeer &>(house.tailscale) : house.ocean;
    house.losePatienceOver(static_cast<Fault>(fault));
    peer.setFault(route, static_cast<Fault>(fault), 2);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.problemOf(id), QString());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.ocean.volumesMade(), 1);
    QCOMPARE(house.ocean.keysMade(), 1);
    QCOMPARE(house.ocean.firewalls().size(), 1);
    QVERIFY(house.ocean.dropletsMade() == 1);
}

void tst_ProvisionFaults::lastingFaults_data()
{
    QTest::addColumn<QByteArray>("route");
    QTest::addColumn<int>("fault");
    QTest::addColumn<QString>("error");
    const QString late = QStringLiteral("could not be reached in time.");
    for (const char *route : {"POST /v2/account/keys", "POST /v2/volumes", "POST /v2/droplets"}) {
        const auto row = [&](const char *name, Fault fault, const QString &error) {
            QTest::addRow("%s: %s", route, name) << QByteArray(route) << static_cast<int>(fault) << error;
        };
        row("refused", Fault::Refused, QStringLiteral("You can't have that."));
        row("wrong token", Fault::Unauthorized, QStringLiteral("token"));
        row("5xx", Fault::ServerError, late);
        row("429", Fault::RateLimited, late);
    }
    QTest::addRow("tailnet: refused")
        << QByteArray("POST /api/v2/tailnet/-/keys") << static_cast<int>(Fault::Refused)
        << QStringLiteral("You can't have that.");
    QTest::addRow("tailnet: 5xx") << QByteArray("POST /api/v2/tailnet/-/keys")
                                  << static_cast<int>(Fault::ServerError) << late;
}

void tst_ProvisionFaults::lastingFaults()
{
    QFETCH(const QByteArray, route);
    QFETCH(const int, fault);
    QFETCH(const QString, error);
    PeerHouse house(QStringLiteral("sqlite"));
    RestPeer &peer = tailscaleRoutes.contains(route) ? static_cast<RestPeer &>(house.tailscale) : house.ocean;
    peer.setFault(route, static_cast<Fault>(fault));
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QVERIFY2(house->job(id).error.contains(error), qPrintable(house->job(id).error));
    QVERIFY(!house->job(id).error.contains(DigitalOceanPeer::token()));
    QCOMPARE(house.problemOf(id), QString());
}

void tst_ProvisionFaults::faultsWhileTakingDown_data()
{
    QTest::addColumn<QByteArray>("route");
    QTest::addColumn<int>("fault");
    const std::vector<std::pair<const char *, Fault>> faults{
        {"5xx", Fault::ServerError},         {"5xx, but done", Fault::DoneButServerError},
        {"silent", Fault::Silent},           {"silent, but done", Fault::DoneButSilent},
        {"refused", Fault::Refused},         {"429", Fault::RateLimited},
        {"wrong token", Fault::Unauthorized}};
    for (const char *route :
         {"DELETE /v2/droplets/{id}", "DELETE /v2/volumes/{id}", "DELETE /v2/account/keys/{id}",
          "GET /v2/droplets", "DELETE /api/v2/tailnet/-/keys/{id}", "GET /api/v2/tailnet/-/devices"}) {
        for (const auto &[name, fault] : faults)
            QTest::addRow("%s: %s", route, name) << QByteArray(route) << static_cast<int>(fault);
    }
}

void tst_ProvisionFaults::faultsWhileTakingDown()
{
    QFETCH(const QByteArray, route);
    QFETCH(const int, fault);
    PeerHouse house(QStringLiteral("sqlite"));
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.problemOf(id), QString());
    house.tailscale.join(nodeTag(id));
    RestPeer &peer = route.contains("/api/") ? static_cast<RestPeer &>(house.tailscale) : house.ocean;
    house.losePatienceOver(static_cast<Fault>(fault));
    peer.setFault(route, static_cast<Fault>(fault), 3);
    QVERIFY(house->steps.destroy(id, QStringLiteral("admin:token"), {}));
    house->provisioner.wake();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house.left(), QStringList());
    QVERIFY(house->isTakenDown(id));
    QVERIFY(peer.count(route) > 0);
}

void tst_ProvisionFaults::slowMachine_data()
{
    QTest::addColumn<int>("actionPolls");
    QTest::addColumn<int>("addressPolls");
    QTest::addColumn<int>("removalPolls");
    QTest::addColumn<QString>("state");
    QTest::addRow("at once") << 0 << 0 << 0 << "ready";
    QTest::addRow("slow action") << 20 << 3 << 0 << "ready";
    QTest::addRow("slow address") << 1 << 40 << 0 << "ready";
    QTest::addRow("an action without an end") << -1 << 3 << 0 << "ready";
    QTest::addRow("no address") << 1 << -1 << 0 << "failed";
    QTest::addRow("no address, and slow to go") << 1 << -1 << 12 << "failed";
}

void tst_ProvisionFaults::slowMachine()
{
    QFETCH(const int, actionPolls);
    QFETCH(const int, addressPolls);
    QFETCH(const int, removalPolls);
    QFETCH(const QString, state);
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setActionPolls(actionPolls);
    house.ocean.setAddressPolls(addressPolls);
    house.ocean.setRemovalPolls(removalPolls);
    const Millis begin = house.house.clock.now();
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), state);
    QCOMPARE(house.problemOf(id), QString());
    if (state == QStringLiteral("failed")) {
        const Millis took = house->job(id).failedAt.value() - begin;
        QVERIFY(took >= Provisioner::addressPatience && took < Provisioner::addressPatience + seconds(10));
    }
}

/// The answer is lost, and its tag shows late: it is found by its name, and not made again.
void tst_ProvisionFaults::lateTags()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setTagPolls(1'000);
    house.ocean.setFault("POST /v2/droplets", Fault::DoneButHangsUp, 1);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QCOMPARE(house.ocean.dropletsMade(), 1);
    QCOMPARE(house.problemOf(id), QString());
}

void tst_ProvisionFaults::erroredAction()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setActionErrors(true);
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house->job(id).error, QStringLiteral("The provider could not create the machine."));
    QCOMPARE(house.problemOf(id), QString());
}

void tst_ProvisionFaults::vanishingMachine()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setAnswer("GET /v2/droplets/{id}", 404, R"({"id":"not_found","message":"Gone."})");
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house->job(id).error, QStringLiteral("The machine is not at the provider any more."));
    QCOMPARE(house.problemOf(id), QString());
}

void tst_ProvisionFaults::honoursRetryAfter()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setRateLimitHeaders("retry-after: 23\r\n");
    house.ocean.setFault("POST /v2/droplets", Fault::RateLimited, 1);
    const Millis begin = house.house.clock.now();
    const QString id = house->paidNode(100);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QVERIFY(house.house.clock.now() - begin >= seconds(23));
    QCOMPARE(house.problemOf(id), QString());
}

/// A pause that is longer than the patience with a provider that is away.
void tst_ProvisionFaults::honoursALongPause()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setRateLimitHeaders("retry-after: 1800\r\n");
    house.ocean.setFault("POST /v2/account/keys", Fault::RateLimited, 1);
    const Millis begin = house.house.clock.now();
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("ready"));
    QVERIFY(house.house.clock.now() - begin >= seconds(1'800));
    QCOMPARE(house.ocean.count("POST /v2/account/keys"), 2);
}

void tst_ProvisionFaults::tellsTheProvidersOwnWords()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setRefusal(QStringLiteral("Size is not available in this region."));
    house.ocean.setFault("POST /v2/droplets", Fault::Refused);
    const QString id = house->paidNode();
    QVERIFY(house->waitUntilIdle());
    QVERIFY2(house->job(id).error.contains(QStringLiteral("Size is not available in this region.")),
             qPrintable(house->job(id).error));
    QVERIFY(house->actions(id).contains(QStringLiteral("node.fail")));
}

/// From the middle on, and again while it is taken down.
void tst_ProvisionFaults::everythingIsDown()
{
    PeerHouse house(QStringLiteral("sqlite"));
    house.ocean.setAddressPolls(-1);
    const QString id = house->paidNode(100);
    QTRY_COMPARE(house.ocean.dropletsMade(), 1);
    house.ocean.setFaultEverywhere(Fault::ServerError, 40);
    house.tailscale.setFaultEverywhere(Fault::HangsUp, 10);
    QVERIFY(house->waitUntilIdle());
    QCOMPARE(house->stateOf(id), QStringLiteral("failed"));
    QCOMPARE(house.problemOf(id), QString());
}

QTEST_GUILESS_MAIN(tst_ProvisionFaults)
#include "tst_ProvisionFaults.moc"
