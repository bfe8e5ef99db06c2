// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SimulatedCloud.h"
#include "tests/nodes/DigitalOceanHouse.h"
#include "tests/support/TestDatabase.h"

#include <QHostAddress>
#include <QTest>

#include <set>

using namespace tower;
using namespace tower::test;

using Call = SimulatedCloud::Call;
using Fault = SimulatedCloud::Fault;

namespace {

const QString tag = nodeTag(QStringLiteral("0b5c0d6e-2f6a-4a55-9f0c-6d1c0b1c7a11"));
const QString otherTag = nodeTag(QStringLiteral("ffffffff-2f6a-4a55-9f0c-6d1c0b1c7a11"));
const QString nyc = QStringLiteral("nyc3");

struct SimulatedHouse
{
    explicit SimulatedHouse(const QString &engine)
        : database(engine)
    {
    }
    Droplet order(const QString &name, const QString &size = QStringLiteral("s-4vcpu-8gb"))
    {
        DropletOrder order = DigitalOceanHouse::order(name);
        order.size = size;
        return ended(cloud.createDroplet(order)).value.value();
    }
    std::optional<Droplet> droplet(const QString &id) { return ended(cloud.droplet(id)).value.value(); }
    std::vector<CloudThing> list() { return ended(cloud.list()).value.value(); }

    TestDatabase database;
    ManualClock clock{days(20'000)};
    SimulatedCloud cloud{*database, clock};
};

} // namespace

class TestSimulatedCloud : public QObject
{
    Q_OBJECT

private slots:
    void aMachineIsUpAfterTwoSeconds_data() { TestDatabase::engineRows(); }
    void aMachineIsUpAfterTwoSeconds()
    {
        QFETCH(QString, engine);
        SimulatedHouse house(engine);
        QVERIFY(house.cloud.isSimulated());
        const Droplet ordered = house.order(tag);
        QCOMPARE(ordered.state, Droplet::State::New);
        QCOMPARE(ordered.publicIp, QString());
        QCOMPARE(ordered.monthlyCents, 4'800);
        QVERIFY(!ordered.actionId.isEmpty());
        house.clock.advance(Millis(1'999));
        QCOMPARE(ended(house.cloud.action(ordered.actionId)).value, CloudAction::InProgress);
        QCOMPARE(house.droplet(ordered.id).value().publicIp, QString());
        house.clock.advance(Millis(1));
        QCOMPARE(ended(house.cloud.action(ordered.actionId)).value, CloudAction::Completed);
        const Droplet up = house.droplet(ordered.id).value();
        QCOMPARE(up.state, Droplet::State::Active);
        QVERIFY(!up.publicIp.isEmpty());
        QCOMPARE(house.droplet(ordered.id).value().publicIp, up.publicIp);
        QVERIFY(!house.droplet(QStringLiteral("another")));
    }

    void addressesAreNobodys()
    {
        SimulatedHouse house(QStringLiteral("sqlite"));
        std::set<QString> addresses;
        std::set<int> networks;
        for (int i = 0; i < 60; ++i) {
            const QString id = house.order(nodeTag(QString::number(i))).id;
            house.clock.advance(seconds(2));
            const QString ip = house.droplet(id).value().publicIp;
            const QHostAddress address(ip);
            int network = 0;
            for (const char *subnet : {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"}) {
                if (address.isInSubnet(QHostAddress::parseSubnet(QLatin1String(subnet))))
                    break;
                ++network;
            }
            QVERIFY(network < 3);
            QVERIFY(!ip.endsWith(QLatin1String(".0")) && !ip.endsWith(QLatin1String(".255")));
            networks.insert(network);
            addresses.insert(ip);
        }
        QCOMPARE(networks.size(), std::size_t(3));
        QVERIFY(addresses.size() > 40); // of 762 that there are
    }

    void whatWasOrderedIsFound_data() { TestDatabase::engineRows(); }
    void whatWasOrderedIsFound()
    {
        QFETCH(QString, engine);
        SimulatedHouse house(engine);
        const auto find = [&house](const QString &name, const QString &byTag) {
            return ended(house.cloud.findDroplet(name, byTag)).value.value();
        };
        QVERIFY(!find(tag, tag));
        const Droplet droplet = house.order(tag);
        QCOMPARE(find(tag, tag).value().id, droplet.id);
        QCOMPARE(find(QStringLiteral("renamed"), tag).value().id, droplet.id);
        QVERIFY(!find(otherTag, otherTag));
        QVERIFY(!find(tag.chopped(1), tag.chopped(1)));

        const QStringList tags{tag, commonNodeTag};
        QVERIFY(!ended(house.cloud.findVolume(tag, nyc)).value.value());
        const QString volume = ended(house.cloud.createVolume(tag, nyc, 100, tags)).value.value();
        QCOMPARE(ended(house.cloud.findVolume(tag, nyc)).value.value(), volume);
        QVERIFY(!ended(house.cloud.findVolume(tag, QStringLiteral("fra1"))).value.value());
        QCOMPARE(ended(house.cloud.createVolume(tag, nyc, 100, tags)).value, volume);

        const QString key = ended(house.cloud.uploadKey(tag, publicKeyOf(1))).value.value();
        QCOMPARE(ended(house.cloud.uploadKey(otherTag, publicKeyOf(1))).value, key);
        QVERIFY(ended(house.cloud.uploadKey(otherTag, publicKeyOf(2))).value.value() != key);
    }

    void whatItKeepsOutlivesIt_data() { TestDatabase::engineRows(); }
    void whatItKeepsOutlivesIt()
    {
        QFETCH(QString, engine);
        SimulatedHouse house(engine);
        const Droplet droplet = house.order(tag);
        const std::unique_ptr<Database> connection = house.database.another();
        SimulatedCloud after(*connection, house.clock);
        QCOMPARE(ended(after.findDroplet(tag, tag)).value.value().value().id, droplet.id);
    }

    void listsWhatIsItsOwnWithItsPrice_data() { TestDatabase::engineRows(); }
    void listsWhatIsItsOwnWithItsPrice()
    {
        QFETCH(QString, engine);
        SimulatedHouse house(engine);
        const QStringList tags{tag, commonNodeTag};
        const Droplet droplet = house.order(tag);
        house.clock.advance(seconds(1));
        const QString volume = ended(house.cloud.createVolume(tag, nyc, 100, tags)).value.value();
        house.clock.advance(seconds(1));
        const QString key = ended(house.cloud.uploadKey(tag, publicKeyOf(1))).value.value();
        QVERIFY(ended(house.cloud.uploadKey(QStringLiteral("mine"), publicKeyOf(2))).value);
        QVERIFY(ended(house.cloud.createVolume(QStringLiteral("mine"), nyc, 1, {})).value);

        const std::vector<CloudThing> things = house.list();
        QCOMPARE(things.size(), std::size_t(3));
        QCOMPARE(things[0].id, droplet.id);
        QCOMPARE(things[0].tags, tags);
        QCOMPARE(things[0].monthlyCents, 4'800);
        QCOMPARE(things[1].id, volume);
        QCOMPARE(things[1].monthlyCents, 1'000);
        QCOMPARE(things[2].id, key);
        QCOMPARE(things[2].monthlyCents, 0);

        for (const CloudThing &thing : things)
            QCOMPARE(ended(house.cloud.remove(thing.kind, thing.id)).value, true);
        QVERIFY(house.list().empty());
        QVERIFY(!house.droplet(droplet.id));
        QCOMPARE(ended(house.cloud.remove(CloudKind::Droplet, droplet.id)).value, true); // was gone
        QCOMPARE(ended(house.cloud.remove(CloudKind::TailnetKey, key)).error, QByteArray("internal_error"));
    }

    void sizesHaveTheirPrices()
    {
        SimulatedHouse house(QStringLiteral("sqlite"));
        QCOMPARE(house.order(tag, QStringLiteral("s-8vcpu-16gb")).monthlyCents, 9'600);
        QVERIFY(house.order(tag, QStringLiteral("unheard-of")).monthlyCents > 0);
    }

    void failsAsItIsTold_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<int>("done");
        QTest::newRow("unavailable") << int(Fault::Unavailable) << QByteArray("cloud_unavailable") << 0;
        QTest::newRow("unavailable but done")
            << int(Fault::UnavailableButDone) << QByteArray("cloud_unavailable") << 1;
        QTest::newRow("rate limited") << int(Fault::RateLimited) << QByteArray("cloud_rate_limited") << 0;
        QTest::newRow("refused") << int(Fault::Refused) << QByteArray("cloud_refused") << 0;
    }
    void failsAsItIsTold()
    {
        QFETCH(int, fault);
        QFETCH(QByteArray, code);
        QFETCH(int, done);
        SimulatedHouse house(QStringLiteral("sqlite"));
        for (const Call call : {Call::CreateDroplet, Call::CreateVolume, Call::UploadKey, Call::Firewall})
            house.cloud.setFault(call, Fault(fault), 1);
        QCOMPARE(ended(house.cloud.createDroplet(DigitalOceanHouse::order(tag))).error, code);
        QCOMPARE(ended(house.cloud.createVolume(tag, nyc, 1, {commonNodeTag})).error, code);
        QCOMPARE(ended(house.cloud.uploadKey(tag, publicKeyOf(1))).error, code);
        QCOMPARE(ended(::done(house.cloud.ensureFirewall())).error, code);
        QCOMPARE(house.list().size(), std::size_t(3 * done));

        QVERIFY(ended(house.cloud.createVolume(tag, nyc, 1, {commonNodeTag})).value); // once was asked for
        QVERIFY(ended(house.cloud.uploadKey(tag, publicKeyOf(1))).value);
        if (done == 0)
            (void)house.order(tag);
        QCOMPARE(house.list().size(), std::size_t(3));

        house.cloud.setFault(Call::Remove, Fault(fault));
        const QString volume = ended(house.cloud.findVolume(tag, nyc)).value.value().value();
        for (int i = 0; i < 3; ++i)
            QCOMPARE(ended(house.cloud.remove(CloudKind::Volume, volume)).error, code);
        QCOMPARE(house.list().size(), std::size_t(3 - done));
        house.cloud.setFault(Call::List, Fault(fault));
        QCOMPARE(ended(house.cloud.list()).error, code);
    }

    void machinesThatDoNotCome()
    {
        SimulatedHouse house(QStringLiteral("sqlite"));
        const Droplet droplet = house.order(tag);
        house.clock.advance(seconds(60));
        house.cloud.setFault(Call::Action, Fault::Errored, 1);
        QCOMPARE(ended(house.cloud.action(droplet.actionId)).value, CloudAction::Errored);
        QCOMPARE(ended(house.cloud.action(droplet.actionId)).value, CloudAction::Completed);
        house.cloud.setFault(Call::Droplet, Fault::Errored);
        QCOMPARE(house.droplet(droplet.id).value().publicIp, QString());
        house.cloud.setFault(Call::Remove, Fault::Errored, 1);
        QCOMPARE(ended(house.cloud.remove(CloudKind::Droplet, droplet.id)).value, false);
        QCOMPARE(house.list().size(), std::size_t(1));
        QCOMPARE(ended(house.cloud.remove(CloudKind::Droplet, droplet.id)).value, true);
    }

    void afterAbortNothingIsDone()
    {
        SimulatedHouse house(QStringLiteral("sqlite"));
        house.cloud.abort();
        QCOMPARE(ended(house.cloud.createDroplet(DigitalOceanHouse::order(tag))).error,
                 QByteArray("cloud_stopped"));
        QCOMPARE(ended(house.cloud.findDroplet(tag, tag)).error, QByteArray("cloud_stopped"));
    }

    void itsTailnet()
    {
        SimulatedTailnet tailnet;
        const TailnetKey first = ended(tailnet.createKey(tag)).value.value();
        const TailnetKey second = ended(tailnet.createKey(tag)).value.value();
        QVERIFY(first.id != second.id && first.key != second.key);
        QVERIFY(ended(tailnet.hostName(tag)).value.value().startsWith(tag));
        QVERIFY(ended(tailnet.hostName(tag)).value.value().endsWith(QLatin1String(".ts.net")));
        QCOMPARE(ended(tailnet.removeKey(first.id)).value, true);
        QCOMPARE(ended(tailnet.removeHost(tag)).value, true);
        QCOMPARE(ended(tailnet.findKeys(tag)).value, QStringList());
    }

    void kindsHaveTheirNames()
    {
        for (const CloudKind kind :
             {CloudKind::Key, CloudKind::TailnetKey, CloudKind::Volume, CloudKind::Droplet})
            QCOMPARE(cloudKindFromText(toText(kind)), kind);
        QVERIFY(!cloudKindFromText(QStringLiteral("Droplet")));
    }
};

QTEST_GUILESS_MAIN(TestSimulatedCloud)
#include "tst_SimulatedCloud.moc"
