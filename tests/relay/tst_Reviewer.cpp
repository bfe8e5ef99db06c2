// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/SimulatedAgent.h"
#include "core/base/Error.h"
#include "core/relay/Reviewer.h"
#include "tests/relay/RelayHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString byAdmin = QStringLiteral("admin:token");

/// Answers when the test says so.
class PatientAgent final : public Agent
{
public:
    ~PatientAgent() override { answer(-1); }
    QCoro::Task<Review> review(ReviewRequest request) override
    {
        seen << request.content;
        Later<int> later;
        waiting.push_back(later);
        const int verdict = co_await later;
        if (verdict < 0)
            throw ServiceError(ErrorKind::Upstream, failure, QStringLiteral("The agent failed."));
        Review review;
        review.verdict = static_cast<ReviewVerdict>(verdict);
        review.reason = QStringLiteral("a reason");
        co_return review;
    }
    QCoro::Task<Evaluation> evaluate(QString) override { co_return Evaluation{}; }
    QCoro::Task<Execution> execute(QString) override { co_return Execution{}; }
    QCoro::Task<ChatReply> chatReply(ChatContext) override { co_return ChatReply{}; }
    [[nodiscard]] bool isSimulated() const override { return false; }
    void abort() override { answer(-1); }

    void answer(int verdict)
    {
        for (const Later<int> &later : std::exchange(waiting, {}))
            later.give(verdict);
    }
    void answer(ReviewVerdict verdict) { answer(static_cast<int>(verdict)); }

    QStringList seen;
    QByteArray failure = "agent_unavailable";
    std::vector<Later<int>> waiting;
};

struct ReviewHouse : RelayHouse
{
    explicit ReviewHouse(const QString &engine)
        : RelayHouse(engine)
    {
        score(keyOf(1), 60); // trusted
        score(keyOf(2), 60);
        score(keyOf(3), 20); // established
        score(keyOf(4), 20);
        grant(keyOf(5)); // new, let in by hand
    }
    Event add(int author, const QByteArray &content)
    {
        clock.advance(seconds(1));
        const Event event = signedEvent(author, 1, content);
        decide(event);
        return event;
    }
    QueuedEvent row(const Event &event) { return *queue.find(event.id); }

    PatientAgent agent;
    Reviewer reviewer{queue, settings, agent};
};

} // namespace

class TestReviewer : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whatAVerdictDoes_data()
    {
        QTest::addColumn<int>("author");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QString>("tiers");
        QTest::addColumn<QString>("status");
        const int approve = static_cast<int>(ReviewVerdict::Approve);
        const int flag = static_cast<int>(ReviewVerdict::Flag);
        const int undecided = static_cast<int>(ReviewVerdict::Undecided);
        QTest::newRow("trusted, approve") << 1 << approve << "trusted"
                                          << "auto_approved";
        QTest::newRow("trusted, flag") << 1 << flag << "trusted"
                                       << "flagged";
        QTest::newRow("trusted, undecided") << 1 << undecided << "trusted"
                                            << "flagged";
        QTest::newRow("established, approve") << 3 << approve << "trusted"
                                              << "pending";
        QTest::newRow("established, flag") << 3 << flag << "trusted"
                                           << "flagged";
        QTest::newRow("established, undecided") << 3 << undecided << "trusted"
                                                << "flagged";
        QTest::newRow("new, approve") << 5 << approve << "trusted"
                                      << "pending";
        QTest::newRow("new, flag") << 5 << flag << "trusted"
                                   << "flagged";
        QTest::newRow("established may too") << 3 << approve << "trusted,established"
                                             << "auto_approved";
        QTest::newRow("nobody may") << 1 << approve << ""
                                    << "pending";
    }
    void whatAVerdictDoes()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, author);
        QFETCH(int, verdict);
        QFETCH(QString, tiers);
        QFETCH(QString, status);
        ReviewHouse house(engine);
        house.settings.setSaved(Setting::ModerationAutoApproveTiers, tiers);
        const Event event = house.add(author, "x");
        house.reviewer.start();
        QCOMPARE(house.agent.seen, QStringList{QStringLiteral("x")});
        QCOMPARE(house.row(event).status, QueueStatus::Pending); // nothing without a verdict
        house.agent.answer(verdict);
        const QueuedEvent row = house.row(event);
        QCOMPARE(toText(row.status), status);
        QCOMPARE(row.aiVerdict, toText(static_cast<ReviewVerdict>(verdict)));
        QCOMPARE(row.aiReason, QStringLiteral("a reason"));
        QCOMPARE(row.reviewedBy, status == u"pending" ? QString() : QStringLiteral("timmy_ai"));
        QCOMPARE(row.publishState, status == u"auto_approved" ? PublishState::Waiting : PublishState::None);
        QCOMPARE(row.decidedAt.has_value(), status == u"auto_approved");
        QCOMPARE(house.activityOf(event.id.text()).size(), std::size_t(status == u"pending" ? 0 : 1));
        QCOMPARE(house.queue.stats().flagged, status == u"flagged" ? 1 : 0);
        QCOMPARE(house.queue.stats().pending, status == u"pending" ? 1 : 0);
        // Nobody is reviewed twice.
        house.reviewer.poll();
        QCOMPARE(house.agent.seen.size(), 1);
    }

    void trustedFirstThenByTierAndAge()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        house.settings.setSaved(Setting::ModerationBatch, QStringLiteral("100"));
        house.add(5, "new, oldest");
        house.add(3, "established, older");
        house.add(1, "trusted, older");
        house.add(4, "established, younger");
        house.add(2, "trusted, younger");
        house.reviewer.start();
        while (!house.agent.waiting.empty())
            house.agent.answer(ReviewVerdict::Flag);
        QCOMPARE(house.agent.seen, (QStringList{"trusted, older", "trusted, younger", "established, older",
                                                "established, younger", "new, oldest"}));
    }

    void trustedAtOnceTheOthersInBatches()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        house.settings.setSaved(Setting::ModerationBatch, QStringLiteral("2"));
        house.settings.setSaved(Setting::ModerationPollMs, QStringLiteral("86400000"));
        house.reviewer.start();
        for (const char *content : {"a", "b", "c", "d", "e"})
            house.add(3, content);
        QCOMPARE(house.agent.seen.size(), 0);
        house.add(1, "trusted");
        QCOMPARE(house.agent.seen, QStringList{"trusted"} + house.agent.seen.mid(1));
        while (!house.agent.waiting.empty())
            house.agent.answer(ReviewVerdict::Flag);
        const auto first = house.agent.seen.size(); // the batch that the start opened may be used as well
        QVERIFY(first <= 3);
        house.reviewer.poll();
        while (!house.agent.waiting.empty())
            house.agent.answer(ReviewVerdict::Flag);
        QCOMPARE(house.agent.seen.size(), first + 2);
    }

    void whatWasDecidedMeanwhileStands()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event event = house.add(1, "x");
        house.reviewer.start();
        house.queue.reject(event.id, QStringLiteral("no"), byAdmin);
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(event).status, QueueStatus::Rejected);
        QCOMPARE(house.row(event).reviewedBy, byAdmin);
        QVERIFY(house.row(event).aiVerdict.isEmpty());
    }

    void anAuthorWhoFellMeanwhileIsNotPublished()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event revoked = house.add(1, "revoked");
        house.reviewer.start();
        house.revoke(keyOf(1));
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(revoked).status, QueueStatus::Pending);
        QCOMPARE(house.row(revoked).aiVerdict, QStringLiteral("approve"));

        const Event fallen = house.add(2, "fallen");
        house.score(keyOf(2), 20);
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(fallen).status, QueueStatus::Pending);

        const Event decayed = house.add(3, "absent");
        house.score(keyOf(3), 60);
        house.reviewer.poll();
        house.clock.advance(days(60)); // 30 days beyond the grace: 60 - 30 is established
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(decayed).status, QueueStatus::Pending);
        QCOMPARE(house.row(decayed).aiVerdict, QStringLiteral("approve"));
    }

    void aFailingAgentDecidesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event event = house.add(1, "x");
        house.reviewer.start();
        house.agent.answer(-1);
        QCOMPARE(house.reviewer.state(), Reviewer::State::Failing);
        QCOMPARE(house.row(event).status, QueueStatus::Pending);
        QVERIFY(house.row(event).aiVerdict.isEmpty());
        house.add(2, "another"); // does not wake it
        QCOMPARE(house.agent.seen.size(), 1);
        house.reviewer.poll();
        QCOMPARE(house.agent.seen, (QStringList{"x", "x"}));
        // What the agent will never take goes to a person, and the rest goes on.
        house.agent.failure = "agent_bad_request";
        house.agent.answer(-1);
        QCOMPARE(house.row(event).status, QueueStatus::Flagged);
        QCOMPARE(house.row(event).aiVerdict, QStringLiteral("undecided"));
        QCOMPARE(house.agent.seen.last(), QStringLiteral("another"));
    }

    void anEventThatKeepsFailingDoesNotHoldTheOthersUp()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event bad = house.add(1, "bad");
        const Event good = house.add(1, "good");
        house.reviewer.start();
        for (int n = 0; n < 3; ++n) {
            QCOMPARE(house.agent.seen.size(), n + 1);
            QCOMPARE(house.agent.seen.last(), QStringLiteral("bad"));
            house.agent.answer(-1);
            house.reviewer.poll();
        }
        QCOMPARE(house.agent.seen.last(), QStringLiteral("good"));
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(good).status, QueueStatus::AutoApproved);
        QCOMPARE(house.agent.seen.last(), QStringLiteral("bad")); // and then it again
        house.agent.answer(ReviewVerdict::Flag);
        QCOMPARE(house.row(bad).status, QueueStatus::Flagged);
    }

    void anyReasonCanBeKept()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event event = house.add(1, "x");
        Review review;
        review.verdict = ReviewVerdict::Flag;
        review.reason = QStringLiteral("a") + QChar(0) + QStringLiteral("😀").left(1);
        QCOMPARE(house.queue.takeReview(event.id, review, {}), QueueStatus::Flagged);
        QCOMPARE(house.row(event).aiReason, QStringLiteral("a ") + QChar(QChar::ReplacementCharacter));
    }

    void twoTowersDoNotReviewTheSame()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const auto connection = house.database.another();
        Activity activity(*connection, house.clock);
        Identities identities(*connection, house.clock, house.settings);
        ModerationQueue queue(*connection, house.clock, identities, activity);
        Reviewer other(queue, house.settings, house.agent);
        const Event first = house.add(1, "first");
        house.add(1, "second");
        house.reviewer.start();
        other.start();
        QCOMPARE(house.agent.seen, (QStringList{"first", "second"}));
        QVERIFY(!house.queue.nextForReview(false));
        // One that crashed leaves its event for a while, not for ever.
        house.clock.advance(seconds(90));
        QCOMPARE(house.queue.nextForReview(false)->eventId, first.id);
    }

    void withoutAStartNothingHappens()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        house.add(1, "x");
        house.reviewer.poll();
        QCOMPARE(house.agent.seen.size(), 0);
        QCOMPARE(house.reviewer.state(), Reviewer::State::Off);
    }

    void stopsWithAReviewUnderWay()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event event = house.add(1, "x");
        house.reviewer.start();
        QVERIFY(house.reviewer.isRunning());
        house.reviewer.stop();
        house.agent.abort();
        QVERIFY(!house.reviewer.isRunning());
        QCOMPARE(house.row(event).status, QueueStatus::Pending);

        const auto gone = std::make_unique<Reviewer>(house.queue, house.settings, house.agent);
        gone->start();
        QCOMPARE(house.agent.seen.size(), 2);
    }

    void theAnswerComesAfterTheReviewerWent()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        const Event event = house.add(1, "x");
        auto gone = std::make_unique<Reviewer>(house.queue, house.settings, house.agent);
        gone->start();
        gone.reset();
        house.agent.answer(ReviewVerdict::Approve);
        QCOMPARE(house.row(event).status, QueueStatus::Pending);
    }

    void theSimulatedAgent()
    {
        QFETCH_GLOBAL(QString, engine);
        ReviewHouse house(engine);
        SimulatedAgent simulated;
        Reviewer reviewer(house.queue, house.settings, simulated);
        const Event good = house.add(1, "good morning");
        const Event bad = house.add(1, "bad [[flag]]");
        const Event odd = house.add(1, "odd [[undecided]]");
        reviewer.start();
        QCOMPARE(house.row(good).status, QueueStatus::AutoApproved);
        QCOMPARE(house.row(bad).status, QueueStatus::Flagged);
        QCOMPARE(house.row(odd).status, QueueStatus::Flagged);
        QCOMPARE(house.row(odd).aiVerdict, QStringLiteral("undecided"));
    }
};

QTEST_GUILESS_MAIN(TestReviewer)
#include "tst_Reviewer.moc"
