// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/publish/OutboxHouse.h"

using namespace tower;
using namespace tower::test;
using Fault = TestRelay::Fault;

Q_DECLARE_METATYPE(tower::test::TestRelay::Fault)

class TestOutbox : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void goesOutInOrderAndOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        const std::vector<EventId> ids = sayFive(house);
        QVERIFY(house.publish());
        QCOMPARE(house.arrived, ids);
        for (const EventId &id : ids) {
            QCOMPARE(house.log.find(id)->publishState, PublishState::Published);
            QCOMPARE(house.relay.timesStored(id.text()), 1);
        }
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), 5);
    }

    void anOutageKeepsTheOrder()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.relay.stop();
        const std::vector<EventId> ids = sayFive(house);
        for (int i = 0; i < 12; ++i) { // longer than any patience
            QVERIFY(house.publish());
            house.clock.advance(seconds(60));
        }
        QCOMPARE(house.log.find(ids[0])->publishState, PublishState::Failed);
        QVERIFY(house.log.find(ids[0])->tries > 5);
        QVERIFY(!house.log.find(ids[0])->relayAnswer.isEmpty());
        QCOMPARE(house.log.find(ids[1])->publishState, PublishState::Waiting);
        house.relay.start();
        QVERIFY(house.publish());
        QCOMPARE(house.arrived, ids);
    }

    void whatIsNoProofIsTriedAgain_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::newRow("refused") << Fault::Refuses;
        QTest::newRow("says duplicate, has nothing") << Fault::SaysDuplicate;
        QTest::newRow("says OK, has nothing") << Fault::LosesEvents;
        QTest::newRow("says OK, can't be asked") << Fault::ClosesQuestions;
        QTest::newRow("silent") << Fault::Silent;
        QTest::newRow("closes midway") << Fault::ClosesMidway;
        QTest::newRow("the OK is lost") << Fault::DropsOk;
    }
    void whatIsNoProofIsTriedAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Fault, fault);
        OutboxHouse house(engine);
        house.relay.setFault(fault, QStringLiteral("rate-limited: slow down"));
        const Event event = house.said("hello");
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Failed);
        QVERIFY(house.row(event).tries > 0);
        QVERIFY(!house.row(event).relayAnswer.isEmpty());

        house.relay.setFault(Fault::None);
        house.clock.advance(seconds(300));
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Published);
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
    }

    void isThereAlready()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.relay.setFault(Fault::DropsOk);
        const Event event = house.said("hello");
        QVERIFY(house.publish());
        QVERIFY(house.relay.has(event.id.text()));
        QCOMPARE(house.state(event), PublishState::Failed);
        house.relay.setFault(Fault::None);
        house.clock.advance(seconds(60));
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Published);
        QVERIFY(house.row(event).relayAnswer.startsWith(u"duplicate:"));
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
    }

    void aRefusedEventHoldsNobodyUp()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.relay.setFault(Fault::Refuses, QStringLiteral("blocked: not you"));
        const Event first = house.said("1");
        QVERIFY(house.publish());
        house.relay.setFault(Fault::None);
        const Event second = house.said("2");
        QVERIFY(house.publish());
        QCOMPARE(house.state(first), PublishState::Failed);
        QCOMPARE(house.row(first).relayAnswer, QStringLiteral("blocked: not you"));
        QCOMPARE(house.state(second), PublishState::Published);
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.state(first), PublishState::Published);
    }

    void aRefusalCanBeTheEnd_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<int>("tries");
        QTest::newRow("replaced") << "replaced: have newer event" << 1;
        QTest::newRow("deleted") << "deleted: author asked for it" << 1;
        QTest::newRow("said ten times") << "blocked: not you" << 10;
    }
    void aRefusalCanBeTheEnd()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, answer);
        QFETCH(int, tries);
        OutboxHouse house(engine);
        house.relay.setFault(Fault::Refuses, answer);
        const Event event = house.said("hello");
        for (int i = 0; i < 15; ++i) {
            QVERIFY(house.publish());
            house.clock.advance(seconds(300));
        }
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), tries);
        QCOMPARE(house.state(event), PublishState::Failed);
        QCOMPARE(house.row(event).tries, tries);

        // The operator may ask for one more try.
        house.relay.setFault(Fault::None);
        house.log.send(event.id, QStringLiteral("admin:token"));
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Published);
    }

    void killedAtAnyPoint_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::newRow("before it was sent") << Fault::None;
        QTest::newRow("sent, not stored") << Fault::Silent;
        QTest::newRow("stored, the OK on its way") << Fault::DropsOk;
    }
    void killedAtAnyPoint()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Fault, fault);
        OutboxHouse house(engine);
        std::vector<EventId> ids;
        if (fault == Fault::None) {
            house.kill();
            ids = sayFive(house);
        } else {
            house.relay.setFault(fault);
            ids = sayFive(house);
            house.running->publisher.wake();
            QTRY_COMPARE(house.relay.events(), 1);
            house.kill();
        }
        for (const EventId &id : ids)
            QVERIFY(house.log.find(id)->publishState != PublishState::Published);
        house.relay.setFault(Fault::None);
        house.restart();
        QVERIFY(house.publish());
        for (const EventId &id : ids) {
            QCOMPARE(house.log.find(id)->publishState, PublishState::Published);
            QCOMPARE(house.relay.timesStored(id.text()), 1);
        }
        QCOMPARE(house.arrived, ids);
    }

    void aCrashLeavesALease()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.kill();
        const std::vector<EventId> ids = sayFive(house);
        // As a process that was killed while it waited for the relay's answer leaves it.
        const auto leftBehind = [&](const QString &owner) {
            Outbox outbox(*house.database, owner);
            return outbox.claim(house.clock.now(), house.clock.now() + seconds(60)).has_value();
        };
        QVERIFY(leftBehind(QStringLiteral("another")));
        QVERIFY(!leftBehind(QStringLiteral("a third")));
        house.restart();
        house.clock.advance(seconds(59));
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), 0); // the other may be at it yet, and nothing overtakes
        QCOMPARE(house.running->outbox.nextDue(), std::optional(house.clock.now() + seconds(1)));
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.arrived, ids);

        house.kill();
        const Event own = house.said("own");
        QVERIFY(leftBehind(QStringLiteral("instance-1")));
        house.restart(); // its own it takes up at once
        QVERIFY(house.publish());
        QCOMPARE(house.state(own), PublishState::Published);
    }

    void twoInstancesShareTheWork()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        const auto connection = house.database.another();
        auto other = std::make_unique<OutboxHouse::Running>(*connection, house.clock, house.settings,
                                                            QStringLiteral("instance-2"));
        other->publisher.start();
        std::vector<EventId> ids;
        for (int i = 0; i < 4; ++i) {
            const auto more = sayFive(house);
            ids.insert(ids.end(), more.begin(), more.end());
            house.running->publisher.wake();
            other->publisher.wake();
            QTRY_VERIFY(!house.running->publisher.isRunning() && !other->publisher.isRunning());
        }
        QCOMPARE(house.arrived, ids);

        // Either goes on alone.
        house.kill();
        ids.push_back(house.said("while the first is down").id);
        QVERIFY(other->publish());
        other.reset();
        house.restart();
        ids.push_back(house.said("while the second is down").id);
        QVERIFY(house.publish());
        QCOMPARE(house.arrived, ids);
        for (const EventId &id : ids)
            QCOMPARE(house.relay.timesStored(id.text()), 1);
    }

    void withoutARelayNothingIsKeptForLater()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.settings.setSaved(Setting::NostrRelayUrl, {});
        const std::vector<EventId> ids = sayFive(house);
        QVERIFY(house.publish());
        house.settings.setSaved(Setting::NostrRelayUrl, house.relay.url());
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), 0);
        for (const EventId &id : ids)
            QCOMPARE(house.log.find(id)->publishState, PublishState::None);
        house.log.send(ids[2], QStringLiteral("admin:token"));
        QVERIFY(house.publish());
        QCOMPARE(house.arrived, std::vector<EventId>{ids[2]});
    }

    void theRelayIsTakenAway()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        const Event event = house.said("hello");
        house.settings.setSaved(Setting::NostrRelayUrl, {});
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Waiting);
        QVERIFY(house.row(event).relayAnswer.contains(u"NOSTR_RELAY_URL"));
        house.settings.setSaved(Setting::NostrRelayUrl, house.relay.url());
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Published);
    }

private:
    static std::vector<EventId> sayFive(OutboxHouse &house)
    {
        std::vector<EventId> ids;
        for (int i = 0; i < 5; ++i)
            ids.push_back(house.said(QByteArray::number(++m_said)).id);
        return ids;
    }
    static inline int m_said = 0; ///< so that no two are the same
};

QTEST_GUILESS_MAIN(TestOutbox)
#include "tst_Outbox.moc"
