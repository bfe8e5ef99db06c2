// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/outreach/EngagementHouse.h"
#include "tests/support/Expect.h"

using namespace tower;
using namespace tower::test;

namespace {

const QString byAdmin = QStringLiteral("admin:console");

} // namespace

class TestEngagement : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whoIsWrittenTo_data()
    {
        QTest::addColumn<int>("score");
        QTest::addColumn<int>("absentDays");
        QTest::addColumn<bool>("written");
        QTest::newRow("trusted, absent") << 50 << 14 << true;
        QTest::newRow("not quite trusted") << 49 << 14 << false;
        QTest::newRow("not quite absent") << 50 << 13 << false;
        QTest::newRow("elite, long absent") << 5'000 << 200 << true;
        QTest::newRow("before decay bites") << 50 << 30 << true;
        QTest::newRow("decayed below") << 50 << 31 << false;
        QTest::newRow("decayed to the bound") << 60 << 40 << true;
        QTest::newRow("decayed past it") << 60 << 41 << false;
    }
    void whoIsWrittenTo()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, score);
        QFETCH(int, absentDays);
        QFETCH(bool, written);
        EngagementHouse house(engine, 0);
        house.addMember(keyOf(1), score);
        house.clock.advance(days(absentDays));
        const EngagementPreview preview = house.engagement().preview();
        QCOMPARE(preview.recipients.size(), std::size_t(written));
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(written));
        QCOMPARE(house.letters().size(), std::size_t(written));
    }

    void decayThatWasTakenCountsOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 0);
        house.addMember(keyOf(1), 60);
        house.clock.advance(days(38));
        house.addMember(keyOf(2), 0); // somebody else
        Transaction transaction(*house.database);
        house.program->identities.changeScore(transaction, keyOf(1), QStringLiteral("decay"), {}, {},
                                              [](std::int64_t score) { return score; });
        transaction.commit();
        house.clock.advance(days(2)); // 60 - 8 taken - 2 due
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(1));
    }

    void neverTimmyItself()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 0);
        house.addMember(keyOf(0), 5'000);
        house.addMember(keyOf(1), 5'000); // a former key, exempt from decay
        Transaction transaction(*house.database);
        house.program->identities.setDecayExempt(transaction, keyOf(1), true);
        transaction.commit();
        PubKey noPoint; // which nobody could read a message with
        noPoint.data()[31] = 5;
        house.addMember(noPoint, 5'000);
        house.clock.advance(days(21));
        house.engagement().poll();
        QVERIFY(house.agent.asked.empty());
        QVERIFY(house.messages().empty() && house.letters().empty());
    }

    void offByDefault()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.settings.resetSaved(Setting::EngagementIntervalDays);
        QVERIFY(!house.engagement().preview().at);
        house.engagement().poll();
        QVERIFY(house.messages().empty());
        house.settings.setSaved(Setting::EngagementIntervalDays, QStringLiteral("1"));
        house.engagement().poll(); // without a restart
        QCOMPARE(house.messages().size(), std::size_t(1));
    }

    void theLetter()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.engagement().poll();
        const EngagementMessage message = house.messages().at(0);
        QCOMPARE(message.state, EngagementState::Sent);
        QCOMPARE(message.pubkey, keyOf(1));
        QCOMPARE(message.slot, 2'860);
        QCOMPARE(message.decidedAt, std::optional(house.clock.now()));
        const LoggedEvent letter = house.letters().at(0);
        QCOMPARE(message.eventId, std::optional(letter.eventId));
        QCOMPARE(letter.kind, 4);
        QCOMPARE(letter.purpose, QStringLiteral("engagement"));
        QCOMPARE(letter.recipient, std::optional(keyOf(1)));
        QCOMPARE(letter.publishState, PublishState::Waiting);
        QCOMPARE(house.opened(letter, 1), QStringLiteral("message 1"));
        const Event event = *parseEvent(letter.rawEvent).event;
        QVERIFY(checkEvent(event).isEmpty());
        QCOMPARE(event.pubkey, house.timmy.pubKey());
        QCOMPARE(event.tag("p"), std::optional(keyOf(1).hex()));
        QVERIFY(!letter.rawEvent.contains("message 1"));
        QCOMPARE(house.activities("engagement.send"), std::size_t(1));
    }

    void withoutARelayItIsLogged()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.settings.setSaved(Setting::NostrRelayUrl, {});
        house.engagement().poll();
        QCOMPARE(house.letters().at(0).publishState, PublishState::None);
    }

    void theAgentKnowsTheMember()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        const auto addJob = [&house](int number, const char *request, const char *state) {
            house.database->execute(R"(
                INSERT INTO jobs (id, request, state, nostr_pubkey, eval_payment_hash, eval_amount_sats,
                                  created_at, updated_at)
                VALUES (?, ?, ?, ?, '', 1, ?, 0))",
                                    {QString::number(number), request, state, keyOf(1), number});
        };
        addJob(1, "the oldest", "complete");
        addJob(2, "was refused", "rejected");
        for (int n = 3; n <= 5; ++n)
            addJob(n, qPrintable(QStringLiteral("request %1").arg(n)), "complete");
        house.engagement().poll();
        const ChatContext context = house.agent.asked.at(0);
        QCOMPARE(context.tier, QStringLiteral("trusted"));
        QCOMPARE(context.did, (QStringList{"request 5", "request 4", "request 3"}));
        QCOMPARE(context.absentDays, 21);
        QCOMPARE(context.memberDays, 21);
        QCOMPARE(context.poolSats, 777);
    }

    void onceInAnInterval()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        for (int hour = 0; hour < 7 * 24; ++hour) {
            house.engagement().poll();
            if (hour % 30 == 0)
                house.restart();
            house.clock.advance(seconds(3'600));
        }
        QCOMPARE(house.messages().size(), std::size_t(1));
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(2));
        QCOMPARE(house.messages().at(0).slot, house.messages().at(1).slot + 1);
        QCOMPARE(house.letters().size(), std::size_t(2));
        QCOMPARE(house.agent.asked.size(), std::size_t(2)); // nor is the agent asked in vain
    }

    void atMostFiftyARun()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 60);
        QCOMPARE(house.engagement().preview().recipients.size(), std::size_t(50));
        house.engagement().poll();
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(50));
        house.clock.advance(days(7));
        house.engagement().poll(); // those who got none come first
        QCOMPARE(house.messages().size(), std::size_t(100));
        for (int n = 1; n <= 60; ++n)
            QVERIFY(!house.messages({.pubkey = keyOf(n)}).empty());
    }

    void theNextRun()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 2);
        house.restart();
        QCOMPARE(house.engagement().preview().at, std::optional(house.clock.now() + seconds(60)));
        QCOMPARE(house.engagement().preview().recipients.size(), std::size_t(2));
        QVERIFY(!house.engagement().preview().needsApproval);
        house.clock.advance(seconds(60));
        house.engagement().poll();
        QCOMPARE(house.engagement().preview().at, std::optional(days(19'999 + 28)));
        QCOMPARE(house.engagement().preview().recipients.size(), std::size_t(2));
        house.comesBack(keyOf(1));
        house.clock.advance(days(1));
        QCOMPARE(house.engagement().preview().recipients.size(), std::size_t(1));
    }

    void nothingByHalves()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.database->script(QStringLiteral("ALTER TABLE timmy_nostr_events RENAME TO elsewhere"));
        house.engagement().poll();
        QVERIFY(!house.engagement().isRunning());
        QVERIFY(house.messages().empty());
        house.database->script(QStringLiteral("ALTER TABLE elsewhere RENAME TO timmy_nostr_events"));
        house.restart();
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(1));
        QCOMPARE(house.letters().size(), std::size_t(1));
    }

    void killedWhileTheAgentWrites()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 3);
        house.agent.holds = true;
        house.engagement().poll();
        QVERIFY(house.engagement().isRunning());
        house.program.reset();
        house.agent.give(true); // too late
        house.agent.holds = false;
        house.restart();
        QVERIFY(house.messages().empty());
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(3));
        QCOMPARE(house.letters().size(), std::size_t(3));
    }

    void stopsInTheMiddle()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 3);
        house.agent.holds = true;
        house.engagement().poll();
        house.agent.give(true); // the first is written, the second is on its way
        house.engagement().stop();
        house.agent.abort();
        QVERIFY(!house.engagement().isRunning());
        QCOMPARE(house.messages().size(), std::size_t(1));
    }

    void twoProgramsAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 5);
        const auto connection = house.database.another();
        EngagementHouse::Program other(house, *connection);
        house.agent.holds = true;
        house.engagement().poll();
        other.engagement.poll();
        QCOMPARE(house.agent.held.size(), std::size_t(2)); // both write to the same member
        while (!house.agent.held.empty())
            house.agent.give(true);
        QVERIFY(!house.engagement().isRunning() && !other.engagement.isRunning());
        QCOMPARE(house.messages().size(), std::size_t(5));
        QCOMPARE(house.letters().size(), std::size_t(5));
        for (int n = 1; n <= 5; ++n)
            QCOMPARE(house.messages({.pubkey = keyOf(n)}).size(), std::size_t(1));
    }

    void comesBackWhileTheAgentWrites()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.agent.holds = true;
        house.engagement().poll();
        house.comesBack(keyOf(1));
        house.agent.give(true);
        QVERIFY(house.messages().empty() && house.letters().empty());
    }

    void anAgentThatIsAwayPausesTheRun()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 60);
        house.agent.failsAt = 21;
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(20));
        house.clock.advance(seconds(599));
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(20));
        house.clock.advance(seconds(1));
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(50)); // it is one run
    }

    void oneThatTheAgentWillNotWriteTo()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 5);
        house.agent.failsAt = 2;
        house.agent.failure = "agent_refused";
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(4));
    }

    void waitsForTheOperator()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 2);
        house.settings.resetSaved(Setting::EngagementApproval); // on
        QVERIFY(house.engagement().preview().needsApproval);
        house.engagement().poll();
        QCOMPARE(house.messages({.state = EngagementState::Proposed}).size(), std::size_t(2));
        QVERIFY(house.letters().empty());
        house.restart();
        house.engagement().poll();
        QCOMPARE(house.messages().size(), std::size_t(2));

        const EngagementMessage message = house.messages({.pubkey = keyOf(1)}).at(0);
        const EngagementMessage sent = house.engagement().send(message.id, message.text, byAdmin);
        QCOMPARE(sent.state, EngagementState::Sent);
        QCOMPARE(house.letters().size(), std::size_t(1));
        QCOMPARE(house.opened(house.letters().at(0), 1), message.text); // what was previewed
        QCOMPARE(errorCodeOf([&] { house.engagement().send(message.id, message.text, byAdmin); }),
                 QByteArray("engagement_decided"));
        QCOMPARE(errorCodeOf([&] { house.engagement().skip(message.id, byAdmin); }),
                 QByteArray("engagement_decided"));
        QCOMPARE(house.letters().size(), std::size_t(1));

        const EngagementMessage other = house.messages({.pubkey = keyOf(2)}).at(0);
        QCOMPARE(house.engagement().skip(other.id, byAdmin).state, EngagementState::Skipped);
        QCOMPARE(house.engagement().skip(other.id, byAdmin).state, EngagementState::Skipped);
        QCOMPARE(errorCodeOf([&] { house.engagement().send(other.id, other.text, byAdmin); }),
                 QByteArray("engagement_decided"));
        house.restart();
        house.engagement().poll(); // not this interval
        QCOMPARE(house.messages().size(), std::size_t(2));
        QCOMPARE(house.activities("engagement.send"), std::size_t(1));
        QCOMPARE(house.activities("engagement.skip"), std::size_t(1));
        QCOMPARE(errorCodeOf([&] { house.engagement().skip(QStringLiteral("none"), byAdmin); }),
                 QByteArray("engagement_not_found"));
    }

    void theOperatorsOwnWords()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine);
        house.settings.resetSaved(Setting::EngagementApproval);
        house.engagement().poll();
        const EngagementMessage message = house.messages().at(0);
        const QString words = QStringLiteral("Dear friend,\nsee https://example.com");
        QCOMPARE(house.engagement().edit(message.id, message.text, words + u'\n', byAdmin).text, words);
        // Whoever saw the old text sends nothing, and changes nothing.
        QCOMPARE(errorCodeOf([&] { house.engagement().send(message.id, message.text, byAdmin); }),
                 QByteArray("engagement_changed"));
        QCOMPARE(errorCodeOf([&] {
                     house.engagement().edit(message.id, message.text, QStringLiteral("mine"), byAdmin);
                 }),
                 QByteArray("engagement_changed"));
        QVERIFY(house.letters().empty());
        house.engagement().send(message.id, words, byAdmin);
        QCOMPARE(house.opened(house.letters().at(0), 1), words);
        QCOMPARE(house.activities("engagement.edit"), std::size_t(1));
        QCOMPARE(errorCodeOf([&] { house.engagement().edit(message.id, words, words, byAdmin); }),
                 QByteArray("engagement_decided"));
    }

    void wordsThatAreNone_data()
    {
        QTest::addColumn<QString>("words");
        QTest::newRow("nothing") << "";
        QTest::newRow("blanks") << " \n ";
        QTest::newRow("too long") << QString(601, u'x');
        QTest::newRow("a control character") << QStringLiteral("a") + QChar(0) + u'b';
        QTest::newRow("half a character") << QStringLiteral("a") + QChar(0xd800);
    }
    void wordsThatAreNone()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, words);
        EngagementHouse house(engine);
        house.settings.resetSaved(Setting::EngagementApproval);
        house.engagement().poll();
        const EngagementMessage message = house.messages().at(0);
        QCOMPARE(errorCodeOf([&] { house.engagement().edit(message.id, message.text, words, byAdmin); }),
                 QByteArray("invalid_request"));
        QCOMPARE(house.messages().at(0).text, message.text);
    }

    void approvalIsTurnedOff()
    {
        QFETCH_GLOBAL(QString, engine);
        EngagementHouse house(engine, 3);
        house.settings.resetSaved(Setting::EngagementApproval);
        house.engagement().poll();
        house.comesBack(keyOf(2));
        const EngagementMessage first = house.messages({.pubkey = keyOf(1)}).at(0);
        house.settings.setSaved(Setting::EngagementApproval, QStringLiteral("0"));
        house.restart();
        house.engagement().poll();
        QCOMPARE(house.engagement().find(first.id)->state, EngagementState::Sent);
        QCOMPARE(house.engagement().find(first.id)->text, first.text); // as it was proposed
        QCOMPARE(house.messages({.pubkey = keyOf(2)}).at(0).state, EngagementState::Skipped);
        QCOMPARE(house.messages({.pubkey = keyOf(3)}).at(0).state, EngagementState::Sent);
        QCOMPARE(house.messages().size(), std::size_t(3));
        QCOMPARE(house.letters().size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestEngagement)
#include "tst_Engagement.moc"
