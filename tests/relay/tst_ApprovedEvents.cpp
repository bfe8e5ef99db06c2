// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/PublishHouse.h"
#include "tests/support/Expect.h"

using namespace tower;
using namespace tower::test;
using Fault = TestRelay::Fault;

Q_DECLARE_METATYPE(tower::test::TestRelay::Fault)

namespace {

const QString byAdmin = QStringLiteral("admin:token");

} // namespace

class TestApprovedEvents : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void anApprovedEventIsStoredOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.queued();
        QVERIFY(house.publish());
        QVERIFY(!house.relay.has(event.id.text())); // nothing is published by default

        const QueuedEvent approved = house.queue.approve(event.id, byAdmin);
        QCOMPARE(approved.status, QueueStatus::Approved);
        QCOMPARE(approved.publishState, PublishState::Waiting);
        QCOMPARE(approved.reviewedBy, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);

        // The allowance has ended, and what is published is not sent again.
        QCOMPARE(house.decide(event).reason, QByteArray("already-published"));
        const int sent = house.relay.events();
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), sent);
    }

    void whatIsNoProofIsTriedAgain_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::addColumn<QString>("answer");
        QTest::newRow("refused") << Fault::Refuses << "blocked: go away";
        QTest::newRow("says duplicate, has nothing")
            << Fault::SaysDuplicate << "the relay took the event, but does not return it";
        QTest::newRow("says OK, has nothing")
            << Fault::LosesEvents << "the relay took the event, but does not return it";
        QTest::newRow("says OK, can't be asked")
            << Fault::ClosesQuestions << "the relay took the event, but could not be asked for it";
        QTest::newRow("silent") << Fault::Silent << "no answer in time";
        QTest::newRow("closes midway") << Fault::ClosesMidway << "";
        QTest::newRow("the OK is lost") << Fault::DropsOk << "no answer in time";
    }
    void whatIsNoProofIsTriedAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(Fault, fault);
        QFETCH(QString, answer);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.relay.setFault(fault, QStringLiteral("blocked: go away"));
        house.queue.approve(event.id, byAdmin);
        QVERIFY(house.publish());
        QueuedEvent row = house.row(event);
        QCOMPARE(row.publishState, PublishState::Failed);
        QCOMPARE(row.publishTries, 1);
        if (!answer.isEmpty())
            QCOMPARE(row.publishAnswer, answer);
        // Only a refusal proves that the relay has nothing, so that the decision may be taken back.
        QCOMPARE(row.publishSent, fault != Fault::Refuses);

        house.relay.setFault(Fault::None);
        house.clock.advance(Millis(999));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishTries, 1);
        QCOMPARE(house.row(event).publishState, PublishState::Failed);
        house.clock.advance(Millis(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
    }

    void backsOffToFiveMinutes()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.relay.setFault(Fault::Refuses, QStringLiteral("error: full"));
        house.queue.approve(event.id, byAdmin);
        const int before = house.relay.events();
        int tries = 0;
        for (const int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
            QVERIFY(house.publish());
            QCOMPARE(house.row(event).publishTries, ++tries);
            house.clock.advance(seconds(wait) - Millis(1));
            QVERIFY(house.publish());
            QCOMPARE(house.relay.events() - before, tries);
            house.clock.advance(Millis(1));
        }
    }

    void atOnceAfterAStart()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.relay.setFault(Fault::Refuses);
        house.queue.approve(event.id, byAdmin);
        for (int i = 0; i < 8; ++i) {
            QVERIFY(house.publish());
            house.clock.advance(seconds(128));
        }
        QVERIFY(house.row(event).publishTries > 5);
        house.relay.setFault(Fault::None);
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
    }

    void theRelayIsDownAtTheStart()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event first = house.queued("1");
        const Event second = house.queued("2");
        house.relay.stop();
        house.queue.approve(first.id, byAdmin);
        house.queue.approve(second.id, byAdmin);
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.row(first).publishTries + house.row(second).publishTries, 1); // one try tells enough
        // Nothing left this machine, so both may be taken back.
        QVERIFY(!house.row(first).publishSent && !house.row(second).publishSent);
        house.relay.start();
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(first).publishState, PublishState::Published);
        QCOMPARE(house.row(second).publishState, PublishState::Published);
    }

    void noRelayIsConfigured()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.settings.setSaved(Setting::NostrRelayUrl, {});
        house.queue.approve(event.id, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Waiting);
        QVERIFY(house.row(event).publishAnswer.contains(u"NOSTR_RELAY_URL"));
        house.settings.setSaved(Setting::NostrRelayUrl, house.relay.url());
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
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
        PublishHouse house(engine);
        const Event event = house.queued();
        const int before = house.relay.events();
        if (fault == Fault::None) {
            house.kill();
            house.queue.approve(event.id, byAdmin);
        } else {
            house.relay.setFault(fault);
            house.queue.approve(event.id, byAdmin);
            house.running->publisher.wake();
            QTRY_COMPARE(house.relay.events(), before + 1);
            house.kill();
            QVERIFY(house.row(event).publishSent);
        }
        QVERIFY(house.row(event).publishState != PublishState::Published);
        house.relay.setFault(Fault::None);
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
    }

    void aCrashLeavesALease()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.kill();
        house.queue.approve(event.id, byAdmin);
        // As a process that was killed while it waited for the relay's answer leaves it.
        const auto leftBehind = [&](const QString &owner) {
            PublishStore store(*house.database, owner);
            return store.claim(house.clock.now(), house.clock.now() + seconds(60)).has_value();
        };
        QVERIFY(leftBehind(QStringLiteral("another")));
        QVERIFY(!leftBehind(QStringLiteral("a third")));
        house.restart();
        house.clock.advance(seconds(59));
        QVERIFY(house.publish());
        QVERIFY(!house.relay.has(event.id.text())); // the other may be at it yet
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);

        const Event own = house.queued("own");
        house.kill();
        house.queue.approve(own.id, byAdmin);
        QVERIFY(leftBehind(QStringLiteral("instance-1")));
        house.restart(); // its own it takes up at once
        QVERIFY(house.publish());
        QCOMPARE(house.row(own).publishState, PublishState::Published);
    }

    void twoPublishersSendOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        std::vector<Event> events;
        for (int i = 0; i < 20; ++i)
            events.push_back(house.queued(QByteArray::number(i)));
        const auto connection = house.database.another();
        PublishHouse::Running other(*connection, house.clock, house.settings, QStringLiteral("instance-2"));
        other.publisher.start();
        const int before = house.relay.events();
        for (const Event &event : events)
            house.queue.approve(event.id, byAdmin);
        house.running->publisher.wake();
        other.publisher.wake();
        QTRY_VERIFY(!house.running->publisher.isRunning() && !other.publisher.isRunning());
        QCOMPARE(house.relay.events() - before, 20);
        for (const Event &event : events)
            QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(house.relay.connections(), 20 + 2); // 20 clients' and one for each publisher: both took part
    }

    void revocationEndsTheAllowance()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.approved();
        house.revoke(keyOf(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Failed);
        QVERIFY(house.row(event).publishAnswer.contains(u"revoked"));
        QVERIFY(!house.relay.has(event.id.text()));
        QCOMPARE(house.decide(event).reason, QByteArray("no-access"));
        house.neverTriedAgain(event);
        // The operator approves this one post all the same.
        const QueuedEvent again = house.queue.approve(event.id, byAdmin);
        QCOMPARE(again.publishState, PublishState::Waiting);
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(house.activityOf(event.id.text()).size(), std::size_t(2));
    }

    void whatCannotSucceedIsNotTriedAgain_data()
    {
        QTest::addColumn<QString>("answer");
        QTest::newRow("replaced") << "replaced: have newer event";
        QTest::newRow("deleted") << "deleted: user requested deletion";
    }
    void whatCannotSucceedIsNotTriedAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, answer);
        PublishHouse house(engine);
        const Event event = house.queued();
        house.relay.setFault(Fault::Refuses, answer);
        house.queue.approve(event.id, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Failed);
        QCOMPARE(house.row(event).publishAnswer, answer);
        house.neverTriedAgain(event);
        // The operator may ask for one more try.
        house.relay.setFault(Fault::None);
        QCOMPARE(house.queue.approve(event.id, byAdmin).publishState, PublishState::Waiting);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
    }

    void aBanEndsIt()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event event = house.approved();
        house.management.banEvent(event.id, {}, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Failed);
        QVERIFY(house.row(event).publishAnswer.contains(u"banned"));
        house.neverTriedAgain(event);
        house.management.allowEvent(event.id, {}, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
    }

    void theRelayIsTakenAwayBetweenTwoEvents()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        const Event first = house.queued("1");
        const Event second = house.queued("2");
        house.relay.setPolicy([&house](const QByteArray &, const std::function<void(QByteArray)> &answer) {
            house.settings.setSaved(Setting::NostrRelayUrl, {});
            answer(R"({"action":"accept","msg":""})");
        });
        const int before = house.relay.events();
        house.queue.approve(first.id, byAdmin);
        house.queue.approve(second.id, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.relay.events(), before + 1);
        QVERIFY((house.row(first).publishState == PublishState::Waiting) !=
                (house.row(second).publishState == PublishState::Waiting));
    }

    void undoUntilItIsSent()
    {
        QFETCH_GLOBAL(QString, engine);
        PublishHouse house(engine);
        house.relay.setFault(Fault::None);
        const Event event = house.queued();
        house.kill();
        house.queue.approve(event.id, byAdmin);
        const QueuedEvent back = house.queue.undo(event.id, byAdmin);
        QCOMPARE(back.status, QueueStatus::Pending);
        QCOMPARE(back.publishState, PublishState::None);
        QVERIFY(back.reviewedBy.isEmpty());
        QVERIFY(!back.decidedAt);
        house.restart();
        QVERIFY(house.publish());
        QVERIFY(!house.relay.has(event.id.text()));
        QCOMPARE(house.decide(event).action, PolicyAction::ShadowReject); // the allowance went with it

        // Refused by the relay: it is not there, so it can be taken back too.
        house.relay.setFault(Fault::Refuses);
        house.queue.approve(event.id, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(house.queue.undo(event.id, byAdmin).status, QueueStatus::Pending);
        // No answer: it may be there.
        house.relay.setFault(Fault::Silent);
        house.queue.approve(event.id, byAdmin);
        QVERIFY(house.publish());
        QCOMPARE(errorCodeOf([&] { house.queue.undo(event.id, byAdmin); }), QByteArray("already_sent"));
        house.relay.setFault(Fault::None);
        house.clock.advance(seconds(1));
        QVERIFY(house.publish());
        QCOMPARE(house.row(event).publishState, PublishState::Published);
        QCOMPARE(errorCodeOf([&] { house.queue.undo(event.id, byAdmin); }), QByteArray("already_sent"));
    }
};

QTEST_GUILESS_MAIN(TestApprovedEvents)
#include "tst_ApprovedEvents.moc"
