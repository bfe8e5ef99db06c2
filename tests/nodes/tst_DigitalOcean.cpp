// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nodes/DigitalOceanHouse.h"

#include <QJsonArray>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString tag = nodeTag(QStringLiteral("0b5c0d6e-2f6a-4a55-9f0c-6d1c0b1c7a11"));
const QString otherTag = nodeTag(QStringLiteral("ffffffff-2f6a-4a55-9f0c-6d1c0b1c7a11"));
const QString nyc = QStringLiteral("nyc3");

} // namespace

class TestDigitalOcean : public QObject
{
    Q_OBJECT

private slots:
    void aKeyIsUploadedOnce()
    {
        DigitalOceanHouse house;
        const Awaited<QString> first = ended(house.cloud->uploadKey(tag, publicKeyOf(1)));
        QVERIFY(first.value);
        QCOMPARE(house.peer.keys().size(), 1);
        QCOMPARE(house.peer.keys().first().name, tag);
        QCOMPARE(house.peer.keys().first().publicKey, QString::fromLatin1(publicKeyOf(1)));
        QCOMPARE(*first.value, QString::number(house.peer.keys().first().id));
        QCOMPARE(house.peer.requests().first().bearer, DigitalOceanPeer::token().toLatin1());

        const Awaited<QString> second = ended(house.cloud->uploadKey(otherTag, publicKeyOf(1)));
        QCOMPARE(second.value, first.value);
        QCOMPARE(house.peer.keysMade(), 1);
        QCOMPARE(house.peer.count("GET /v2/account/keys/{id}"), 1);
    }

    void aKeyThatIsRefusedForAnotherReason()
    {
        DigitalOceanHouse house;
        house.peer.setFault("POST /v2/account/keys", RestPeer::Fault::Refused);
        house.peer.setRefusal(QStringLiteral("You have too many keys."));
        QVERIFY(messageOf(house.cloud->uploadKey(tag, publicKeyOf(1))).contains(u"You have too many keys."));
        QCOMPARE(ended(house.cloud->uploadKey(tag, publicKeyOf(1))).error, QByteArray("cloud_refused"));
    }

    void anotherKeyOfTheSameFingerprintIsNotTaken()
    {
        DigitalOceanHouse house;
        house.peer.addKey(QStringLiteral("other"), QString::fromLatin1(publicKeyOf(1)));
        const QByteArray other = quoted("{'ssh_key':{'id':7,'public_key':'" + publicKeyOf(2) + "'}}");
        house.peer.setAnswer("GET /v2/account/keys/{id}", 200, other);
        QCOMPARE(ended(house.cloud->uploadKey(tag, publicKeyOf(1))).error, QByteArray("cloud_refused"));
    }

    void aKeyThatTheProviderGaveAComment()
    {
        DigitalOceanHouse house;
        const qint64 id = house.peer.addKey(tag, QString::fromLatin1(publicKeyOf(1)) + " somebody@somewhere");
        QCOMPARE(ended(house.cloud->uploadKey(tag, publicKeyOf(1))).value, QString::number(id));
    }

    void volumesAreFoundBeforeTheyAreMadeTwice()
    {
        DigitalOceanHouse house;
        house.peer.addVolume(tag, QStringLiteral("fra1"), 10, {});
        house.peer.addVolume(otherTag, nyc, 10, {});
        const Awaited<std::optional<QString>> none = ended(house.cloud->findVolume(tag, nyc));
        QVERIFY(none.value && !*none.value);

        const QStringList tags{tag, commonNodeTag};
        const Awaited<QString> made = ended(house.cloud->createVolume(tag, nyc, 100, tags));
        QVERIFY(made.value);
        const DigitalOceanPeer::Volume volume = house.peer.volumes().last();
        QCOMPARE(volume.id, *made.value);
        QCOMPARE(volume.name, tag);
        QCOMPARE(volume.region, nyc);
        QCOMPARE(volume.gigabytes, 100);
        QCOMPARE(volume.fileSystem, QStringLiteral("ext4"));
        QCOMPARE(volume.tags, tags);

        QCOMPARE(ended(house.cloud->createVolume(tag, nyc, 100, tags)).value, made.value);
        QCOMPARE(ended(house.cloud->findVolume(tag, nyc)).value.value().value(), *made.value);
        QCOMPARE(house.peer.volumesMade(), 1);
    }

    void aDropletIsOrderedWithAllThatItNeeds()
    {
        DigitalOceanHouse house;
        house.peer.setAddressPolls(1);
        house.peer.setActionPolls(1);
        DropletOrder order = house.orderWithKey(tag);
        order.volumeId = house.peer.addVolume(tag, nyc, 100, order.tags);
        const Awaited<Droplet> made = ended(house.cloud->createDroplet(order));
        QVERIFY(made.value);

        const DigitalOceanPeer::Droplet droplet = house.peer.droplets().first();
        QCOMPARE(made.value->id, QString::number(droplet.id));
        QCOMPARE(made.value->actionId, QString::number(droplet.actionId));
        QCOMPARE(made.value->state, Droplet::State::New);
        QCOMPARE(made.value->publicIp, QString());
        QCOMPARE(made.value->monthlyCents, 4'800);
        QCOMPARE(droplet.name, tag);
        QCOMPARE(droplet.tags, order.tags);
        QCOMPARE(droplet.region, order.region);
        QCOMPARE(droplet.size, order.size);
        QCOMPARE(droplet.image, order.image);
        QCOMPARE(droplet.userData.toUtf8(), order.userData);
        QCOMPARE(house.peer.volumes().first().dropletId, droplet.id);
        const QJsonObject sent = house.peer.requests().last().json;
        QVERIFY(sent.value(u"ssh_keys").toArray().at(0).isDouble());
        QCOMPARE(sent.value(u"monitoring"), QJsonValue(true));

        QCOMPARE(ended(house.cloud->action(made.value->actionId)).value, CloudAction::InProgress);
        QCOMPARE(ended(house.cloud->action(made.value->actionId)).value, CloudAction::Completed);
        QCOMPARE(ended(house.cloud->droplet(made.value->id)).value.value()->publicIp, QString());
        const Droplet up = ended(house.cloud->droplet(made.value->id)).value.value().value();
        QCOMPARE(up.state, Droplet::State::Active);
        QCOMPARE(up.publicIp, droplet.ip);
    }

    void withoutAVolumeNoneIsAskedFor()
    {
        DigitalOceanHouse house;
        QVERIFY(ended(house.cloud->createDroplet(house.orderWithKey(tag))).value);
        QVERIFY(!house.peer.requests().last().json.contains(u"volumes"));
    }

    void aScriptThatIsTooLongIsNotSent()
    {
        DigitalOceanHouse house;
        DropletOrder order = house.orderWithKey(tag);
        order.userData = QByteArray(64 * 1024 + 1, 'x');
        QCOMPARE(ended(house.cloud->createDroplet(order)).error, QByteArray("internal_error"));
        QCOMPARE(house.peer.count(), 0);
    }

    void anOrderWithoutAnAnswerIsSentOnceAndFound_data()
    {
        QTest::addColumn<int>("fault");
        QTest::newRow("hangs up") << int(RestPeer::Fault::DoneButHangsUp);
        QTest::newRow("silent") << int(RestPeer::Fault::DoneButSilent);
        QTest::newRow("server error") << int(RestPeer::Fault::DoneButServerError);
        QTest::newRow("garbage") << int(RestPeer::Fault::DoneButGarbage);
    }
    void anOrderWithoutAnAnswerIsSentOnceAndFound()
    {
        QFETCH(int, fault);
        DigitalOceanHouse house;
        house.cloud->setPatience(Millis(300));
        const DropletOrder order = house.orderWithKey(tag);
        // A connection rests open, which a client may be tempted to use for the order.
        (void)ended(house.cloud->droplet(QStringLiteral("1")));
        house.peer.setFault("POST /v2/droplets", RestPeer::Fault(fault), 1);
        house.peer.setTagPolls(1);
        QCOMPARE(ended(house.cloud->createDroplet(order)).error, QByteArray("cloud_unavailable"));
        QCOMPARE(house.peer.count("POST /v2/droplets"), 1);
        QCOMPARE(house.peer.dropletsMade(), 1);
        house.cloud->setPatience(Millis(5'000));
        const Droplet found = ended(house.cloud->findDroplet(tag, tag)).value.value().value();
        QCOMPARE(found.id, QString::number(house.peer.droplets().first().id));
    }

    void dropletsAreFoundByTagAndByName()
    {
        DigitalOceanHouse house;
        const auto find = [&house] { return ended(house.cloud->findDroplet(tag, tag)).value.value(); };
        house.peer.addDroplet(otherTag, {otherTag, commonNodeTag});
        house.peer.addDroplet(tag.toUpper(), {}); // names are compared without case over there
        QVERIFY(!find());
        const qint64 archived = house.peer.addDroplet(tag, {tag});
        house.peer.droplet(archived)->status = QStringLiteral("archive");
        QVERIFY(!find());
        const qint64 named = house.peer.addDroplet(tag, {});
        QCOMPARE(find().value().id, QString::number(named));
        const qint64 tagged = house.peer.addDroplet(QStringLiteral("renamed"), {tag});
        QCOMPARE(find().value().id, QString::number(tagged));
    }

    void whatIsNotThere()
    {
        DigitalOceanHouse house;
        QVERIFY(!ended(house.cloud->droplet(QStringLiteral("404"))).value.value());
        QCOMPARE(ended(house.cloud->action(QStringLiteral("404"))).value, CloudAction::InProgress);
    }

    void anActionThatFailed()
    {
        DigitalOceanHouse house;
        house.peer.setActionErrors(true);
        const Droplet droplet = ended(house.cloud->createDroplet(house.orderWithKey(tag))).value.value();
        QCOMPARE(ended(house.cloud->action(droplet.actionId)).value, CloudAction::Errored);
        QCOMPARE(ended(house.cloud->droplet(droplet.id)).value.value()->publicIp, QString());
    }

    void theFirewallIsMadeOnce()
    {
        DigitalOceanHouse house;
        QVERIFY(ended(done(house.cloud->ensureFirewall())).value);
        QVERIFY(ended(done(house.cloud->ensureFirewall())).value);
        QCOMPARE(house.peer.firewalls().size(), 1);
        QCOMPARE(house.peer.count("POST /v2/tags"), 1); // the tag was not there yet
        const DigitalOceanPeer::Firewall firewall = house.peer.firewalls().first();
        QCOMPARE(firewall.name, commonNodeTag);
        QCOMPARE(firewall.tags, QStringList{commonNodeTag});
        QStringList inbound;
        for (const QJsonValue &rule : firewall.inbound) {
            inbound << rule[u"protocol"].toString() + ' ' + rule[u"ports"].toString();
            QCOMPARE(rule[u"sources"][u"addresses"], QJsonValue(QJsonArray{"0.0.0.0/0", "::/0"}));
        }
        QCOMPARE(inbound, (QStringList{"tcp 22", "tcp 8333", "tcp 9735", "udp 41641"}));
        QStringList outbound;
        for (const QJsonValue &rule : firewall.outbound) {
            outbound << rule[u"protocol"].toString() + ' ' + rule[u"ports"].toString();
            QCOMPARE(rule[u"destinations"][u"addresses"], QJsonValue(QJsonArray{"0.0.0.0/0", "::/0"}));
        }
        QCOMPARE(outbound, (QStringList{"tcp 0", "udp 0", "icmp 0"}));
    }

    void aFirewallThatAnotherMadeMeanwhile()
    {
        DigitalOceanHouse house;
        house.peer.setHasFirewalls(false); // no list of them
        QVERIFY(ended(done(house.cloud->ensureFirewall())).value);
        QVERIFY(ended(done(house.cloud->ensureFirewall())).value); // 409
        QCOMPARE(house.peer.firewalls().size(), 1);
    }

    void aFirewallThatIsRefused()
    {
        DigitalOceanHouse house;
        house.peer.setFault("POST /v2/firewalls", RestPeer::Fault::Refused);
        QCOMPARE(ended(done(house.cloud->ensureFirewall())).error, QByteArray("cloud_refused"));
    }

    void theListFollowsPagesButNotLinks()
    {
        DigitalOceanHouse house;
        constexpr int many = 450;
        for (int i = 0; i < many; ++i)
            house.peer.addDroplet(nodeTag(QString::number(i)), {commonNodeTag});
        house.peer.addDroplet(QStringLiteral("mail"), {});
        const QString volume = house.peer.addVolume(tag, nyc, 100, {tag, commonNodeTag});
        house.peer.addVolume(QStringLiteral("backups"), nyc, 500, {});
        const qint64 key = house.peer.addKey(tag, QString::fromLatin1(publicKeyOf(1)));
        house.peer.addKey(QStringLiteral("timmy-nodes-of-another"), QString::fromLatin1(publicKeyOf(2)));

        const std::vector<CloudThing> things = ended(house.cloud->list()).value.value();
        QCOMPARE(things.size(), std::size_t(many + 2));
        QCOMPARE(house.peer.count("GET /v2/droplets"), 3);
        QCOMPARE(things.front().kind, CloudKind::Droplet);
        QCOMPARE(things.front().monthlyCents, 4'800);
        QCOMPARE(things.front().description, QStringLiteral("nyc3, s-4vcpu-8gb"));
        QCOMPARE(things.front().createdAt, house.clock.now());
        const CloudThing expectedVolume{
            CloudKind::Volume, volume, tag, {tag, commonNodeTag}, "nyc3, 100 GB", 1'000, house.clock.now()};
        QCOMPARE(things[many], expectedVolume);
        const CloudThing expectedKey{CloudKind::Key, QString::number(key), tag, {}, {}, 0, Millis()};
        QCOMPARE(things[many + 1], expectedKey);
    }

    void whoKnowsNoListsIsNotBelieved()
    {
        DigitalOceanHouse house;
        house.settings.setSaved(Setting::DoApiUrl, house.peer.url() + QStringLiteral("/elsewhere"));
        QCOMPARE(ended(house.cloud->findDroplet(tag, tag)).error, QByteArray("cloud_refused"));
        QCOMPARE(ended(house.cloud->findVolume(tag, nyc)).error, QByteArray("cloud_refused"));
        QCOMPARE(ended(house.cloud->list()).error, QByteArray("cloud_refused"));
    }

    void aListThatDoesNotEnd()
    {
        DigitalOceanHouse house;
        house.peer.setAnswer(
            "GET /v2/volumes", 200,
            quoted("{'volumes':[{'id':'a'}],'links':{'pages':{'next':'http://192.0.2.1/'}}}"));
        QCOMPARE(ended(house.cloud->findVolume(tag, nyc)).error, QByteArray("cloud_unavailable"));
        QVERIFY(house.peer.count() <= 50);
    }

    void whatIsRemovedIsGoneOnlyWhenTheProviderSaysSo()
    {
        DigitalOceanHouse house;
        house.peer.setRemovalPolls(1);
        DropletOrder order = house.orderWithKey(tag);
        order.volumeId = house.peer.addVolume(tag, nyc, 100, order.tags);
        const Droplet droplet = ended(house.cloud->createDroplet(order)).value.value();
        const auto remove = [&house](CloudKind kind, const QString &id) {
            return ended(house.cloud->remove(kind, id)).value.value();
        };
        QVERIFY(!remove(CloudKind::Volume, order.volumeId)); // attached
        QVERIFY(!remove(CloudKind::Droplet, droplet.id));    // accepted, and still there
        QCOMPARE(house.peer.droplets().size(), 1);
        QVERIFY(remove(CloudKind::Droplet, droplet.id));
        QVERIFY(remove(CloudKind::Volume, order.volumeId));
        QVERIFY(remove(CloudKind::Key, order.keyId));
        QCOMPARE(house.peer.left(), QStringList());
        QVERIFY(remove(CloudKind::Droplet, droplet.id)); // was gone before
        QVERIFY(remove(CloudKind::Volume, order.volumeId));
        QVERIFY(remove(CloudKind::Key, order.keyId));
    }

    void whatIsNotTheCloudsOrNoIdIsNotAskedFor()
    {
        DigitalOceanHouse house;
        QCOMPARE(ended(house.cloud->remove(CloudKind::TailnetKey, QStringLiteral("k1"))).error,
                 QByteArray("internal_error"));
        const QStringList hostile{QString(), QStringLiteral("1/../../account"), QStringLiteral("1?x=1"),
                                  QStringLiteral("%2e%2e"), QString(65, u'1')};
        for (const QString &id : hostile) {
            QCOMPARE(ended(house.cloud->remove(CloudKind::Droplet, id)).error, QByteArray("invalid_request"));
            QCOMPARE(ended(house.cloud->droplet(id)).error, QByteArray("invalid_request"));
        }
        QCOMPARE(house.peer.count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestDigitalOcean)
#include "tst_DigitalOcean.moc"
