// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/RelayHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString byAdmin = QStringLiteral("admin:token");

struct QueueHouse : RelayHouse
{
    explicit QueueHouse(const QString &engine)
        : RelayHouse(engine)
    {
        for (int n = 1; n <= 3; ++n)
            grant(keyOf(n));
    }
    /// Queues the n-th event of an author, one second after the one before.
    EventId add(int author, int n)
    {
        clock.advance(seconds(1));
        const Event event = signedEvent(author, 1, QByteArray::number(n));
        decide(event);
        return event.id;
    }
    std::vector<EventId> ids(const QueueFilter &filter, int limit = 100)
    {
        std::vector<EventId> out;
        PageRequest request{limit, {}};
        do {
            const Page<QueuedEvent> page = queue.list(filter, request);
            for (const QueuedEvent &event : page.items)
                out.push_back(event.eventId);
            request.cursor = page.nextCursor;
        } while (!request.cursor.isEmpty() && out.size() < 1'000);
        return out;
    }
    std::int64_t counted(const char *status)
    {
        return count("relay_event_queue", QStringLiteral("status = '%1'").arg(QLatin1String(status)));
    }
};

} // namespace

class TestModerationQueue : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void oneCommitForAllThatWait()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        int commits = 0;
        house.database->onCommit([&] { ++commits; });
        const auto other = house.database.another();
        int answered = 0;
        bool earlier = false;
        for (int n = 0; n < 50; ++n) {
            house.policy.decide(parseEvent(signedEvent(1, 1, QByteArray::number(n)).toJson()), {},
                                [&](const PolicyDecision &decision) {
                                    ++answered;
                                    QCOMPARE(decision.reason, QByteArray("queued"));
                                    // Durable before the answer: another connection sees all of them.
                                    QCOMPARE(other->number("SELECT COUNT(*) AS n FROM relay_event_queue"),
                                             50);
                                });
            earlier = earlier || answered > 0;
        }
        QVERIFY(!earlier);
        QCOMPARE(house.count("relay_event_queue"), 0);
        while (answered < 50)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCOMPARE(commits, 1);
        QCOMPARE(house.queue.stats().pending, 50);
    }

    void sameEventTwiceInOneTurn()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        QByteArrayList reasons;
        for (int i = 0; i < 2; ++i) {
            house.policy.decide(parseEvent(signedEvent(1).toJson()), {},
                                [&](const PolicyDecision &decision) { reasons << toText(decision.action); });
        }
        while (reasons.size() < 2)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCOMPARE(reasons, (QByteArrayList{"shadowReject", "shadowReject"}));
        QCOMPARE(house.count("relay_event_queue"), 1);
        QCOMPARE(house.queue.stats().pending, 1);
    }

    void failedCommitFailsThemAll()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        int failed = 0;
        for (int n = 0; n < 3; ++n) {
            house.queue.enqueue(signedEvent(n == 1 ? 77 : 1, 1, QByteArray::number(n)), // 77 has no identity
                                [&](bool ok) { failed += ok ? 0 : 1; });
        }
        house.queue.flush();
        QCOMPARE(failed, 3);
        QCOMPARE(house.count("relay_event_queue"), 0);
        QCOMPARE(house.queue.stats().pending, 0);
        house.queue.enqueue(signedEvent(1), [&](bool ok) { failed += ok ? 0 : 1; });
        house.queue.flush();
        QCOMPARE(failed, 3); // and the next one works
    }

    void rowHoldsTheEvent()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        const Event event =
            signedEvent(1, 30'023, "caf\xc3\xa9 \\ \" \n \xf0\x9f\x98\x80", {{"t", "\xc3\xbc"}});
        house.decide(event);
        const QueuedEvent queued = *house.queue.find(event.id);
        QCOMPARE(queued.pubkey, event.pubkey);
        QCOMPARE(queued.kind, 30'023);
        QCOMPARE(queued.content, event.content);
        QCOMPARE(queued.status, QueueStatus::Pending);
        QCOMPARE(queued.publishState, PublishState::None);
        QCOMPARE(queued.createdAt, start);
        QCOMPARE(queued.tier, Tier::New);
        const EventParse parsed = parseEvent(queued.rawEvent);
        QVERIFY(parsed.event && checkEvent(*parsed.event).isEmpty());
        QCOMPARE(parsed.event->toJson(), event.toJson());
        QVERIFY(!house.queue.find(signedEvent(2).id));
    }

    void listOrder()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        std::vector<EventId> all;
        for (int n = 0; n < 9; ++n)
            all.push_back(house.add(1 + n % 3, n));
        house.setQueueRow(all[2], "flagged", "none", {});
        house.setQueueRow(all[5], "flagged", "none", {});
        house.setQueueRow(all[6], "approved", "published", house.clock.now());
        house.setQueueRow(all[7], "approved", "published", house.clock.now());
        using Ids = std::vector<EventId>;
        for (const int limit : {1, 2, 100}) {
            QCOMPARE(house.ids({}, limit), Ids(all.rbegin(), all.rend()));
            QCOMPARE(house.ids({.status = QueueStatus::Pending, .author = {}}, limit),
                     (Ids{all[0], all[1], all[3], all[4], all[8]}));
            QCOMPARE(house.ids({.status = QueueStatus::Flagged, .author = {}}, limit), (Ids{all[2], all[5]}));
            QCOMPARE(house.ids({.status = QueueStatus::Approved, .author = {}}, limit),
                     (Ids{all[7], all[6]}));
            QCOMPARE(house.ids({.status = {}, .author = keyOf(1)}, limit), (Ids{all[6], all[3], all[0]}));
            QCOMPARE(house.ids({.status = QueueStatus::Pending, .author = keyOf(3)}, limit), (Ids{all[8]}));
        }
    }

    void rejecting()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        const EventId id = house.add(1, 1);
        QCOMPARE(errorCodeOf([&] { house.queue.reject(signedEvent(2).id, {}, byAdmin); }),
                 QByteArray("event_not_found"));
        QCOMPARE(errorCodeOf([&] { house.queue.reject(id, QString(1'001, u'x'), byAdmin); }),
                 QByteArray("invalid_request"));
        house.clock.advance(seconds(60));
        const QueuedEvent rejected = house.queue.reject(id, QStringLiteral("spam"), byAdmin);
        QCOMPARE(rejected.status, QueueStatus::Rejected);
        QCOMPARE(rejected.reviewReason, QStringLiteral("spam"));
        QCOMPARE(rejected.reviewedBy, byAdmin);
        QCOMPARE(rejected.decidedAt, std::optional(house.clock.now()));
        house.clock.advance(seconds(60));
        QCOMPARE(house.queue.reject(id, QStringLiteral("again"), byAdmin).decidedAt, rejected.decidedAt);
        QCOMPARE(house.activityOf(id.text()).size(), std::size_t(1));
        QCOMPARE(house.decide(signedEvent(1, 1, "1")).reason, QByteArray("already-rejected"));
        for (const char *status : {"approved", "auto_approved"}) {
            const EventId done = house.add(1, status[1]);
            house.setQueueRow(done, status, "waiting", start);
            QCOMPARE(errorCodeOf([&] { house.queue.reject(done, {}, byAdmin); }),
                     QByteArray("already_decided"));
        }
        const EventId flagged = house.add(1, 5);
        house.setQueueRow(flagged, "flagged", "none", {});
        QCOMPARE(house.queue.reject(flagged, {}, byAdmin).status, QueueStatus::Rejected);
    }

    void rejectingAll()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        for (int n = 0; n < 12; ++n)
            house.add(1 + n % 3, n);
        const EventId flagged = house.ids({.status = {}, .author = keyOf(1)}).front();
        house.setQueueRow(flagged, "flagged", "none", {});
        house.database->execute("UPDATE relay_queue_counts SET n = n - 1 WHERE status = 'pending'");
        house.database->execute("UPDATE relay_queue_counts SET n = n + 1 WHERE status = 'flagged'");
        QCOMPARE(waitFor(house.queue.rejectAllOf(keyOf(1), QStringLiteral("gone"), byAdmin)).size(),
                 std::size_t(4));
        QCOMPARE(waitFor(house.queue.rejectAllOf(keyOf(1), QStringLiteral("gone"), byAdmin)).size(),
                 std::size_t(0));
        QCOMPARE(house.counted("pending"), 8);
        QCOMPARE(waitFor(house.queue.rejectAllOf({}, QStringLiteral("all"), byAdmin)).size(), std::size_t(8));
        QCOMPARE(house.counted("rejected"), 12);
        QCOMPARE(house.queue.stats().rejected, 12);
        QCOMPARE(house.count("activity", QStringLiteral("action = 'queue.reject'")), 12);
        QVERIFY(Activity::verify(*house.database).ok);
    }

    void statsEqualTheRows()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        QVERIFY(!house.queue.stats().oldestPending);
        std::vector<EventId> all;
        for (int n = 0; n < 10; ++n)
            all.push_back(house.add(1, n));
        for (std::size_t i = 0; i < 4; ++i)
            house.queue.reject(all[i], {}, byAdmin);
        house.decide(signedEvent(1, 1, "9")); // a repeat
        const QueueStats stats = house.queue.stats();
        QCOMPARE(stats.pending, house.counted("pending"));
        QCOMPARE(stats.rejected, house.counted("rejected"));
        QCOMPARE(stats.flagged, house.counted("flagged"));
        QCOMPARE(stats.approved, house.counted("approved"));
        QCOMPARE(stats.autoApproved, house.counted("auto_approved"));
        QCOMPARE(stats.pending, 6);
        QCOMPARE(stats.oldestPending, std::optional(house.queue.find(all[4])->createdAt));
    }

    void approvedTodayIsTheUtcDay()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        const Millis midnight = start + days(1);
        const EventId a = house.add(1, 1), b = house.add(1, 2), c = house.add(1, 3);
        house.setQueueRow(a, "approved", "published", midnight - Millis(1));
        house.setQueueRow(b, "approved", "published", midnight);
        house.setQueueRow(c, "auto_approved", "published", midnight + Millis(1));
        house.clock.set(midnight + days(1) - Millis(1));
        QCOMPARE(house.queue.stats().approvedToday, 2);
        house.clock.set(midnight + days(1));
        QCOMPARE(house.queue.stats().approvedToday, 0);
    }
};

QTEST_GUILESS_MAIN(TestModerationQueue)
#include "tst_ModerationQueue.moc"
