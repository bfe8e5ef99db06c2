// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/RelayHouse.h"
#include "tests/support/Expect.h"

#include <QEventLoop>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <ctime>
#include <thread>

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
    EventId add(int author, int n)
    {
        clock.advance(seconds(1));
        const Event event = signedEvent(author, 1, QByteArray::number(n));
        decide(event);
        return event.id;
    }
    /// Rows as the queue writes them, without the events that belong to them: what they hold does not matter.
    void fill(int author, int rows)
    {
        Transaction transaction(*database);
        for (int n = 0; n < rows; ++n) {
            const auto hash = sha256(QByteArray::number(author) + ':' + QByteArray::number(n));
            database->execute(
                "INSERT INTO relay_event_queue (event_id, pubkey, kind, raw_event, status, created_at) "
                "VALUES (?, ?, 1, '{}', 'pending', ?)",
                {EventId(hash), keyOf(author), clock.now()});
        }
        database->execute("UPDATE relay_queue_counts SET n = n + ? WHERE status = 'pending'", {rows});
        transaction.commit();
    }
    std::int64_t counted(const char *status)
    {
        return count("relay_event_queue", QStringLiteral("status = '%1'").arg(QLatin1String(status)));
    }
};

/// Time that this thread has worked.
qint64 threadMs()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1'000 + time.tv_nsec / 1'000'000;
}

} // namespace

class TestModerationDecisions : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void approving()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        QSignalSpy approved(&house.queue, &ModerationQueue::approved);
        QCOMPARE(errorCodeOf([&] { house.queue.approve(signedEvent(2).id, byAdmin); }),
                 QByteArray("event_not_found"));
        const EventId id = house.add(1, 1);
        const QueuedEvent first = house.queue.approve(id, byAdmin);
        QCOMPARE(first.status, QueueStatus::Approved);
        QCOMPARE(first.publishState, PublishState::Waiting);
        QCOMPARE(first.reviewedBy, byAdmin);
        QCOMPARE(first.decidedAt, house.clock.now());
        QCOMPARE(house.queue.stats().approved, 1);
        QCOMPARE(house.queue.stats().approvedToday, 1);
        QCOMPARE(house.queue.stats().pending, 0);
        house.clock.advance(seconds(1));
        const QueuedEvent again = house.queue.approve(id, QStringLiteral("admin:other"));
        QCOMPARE(again.decidedAt, first.decidedAt);
        QCOMPARE(again.reviewedBy, byAdmin);
        QCOMPARE(errorCodeOf([&] { house.queue.reject(id, {}, byAdmin); }), QByteArray("already_decided"));
        QCOMPARE(approved.size(), 1);

        const std::vector<ActivityRow> rows = house.activityOf(id.text());
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].entry.action, QStringLiteral("queue.approve"));
        QCOMPARE(rows[0].entry.before.value(u"status").toString(), QStringLiteral("pending"));
        QCOMPARE(rows[0].entry.after.value(u"status").toString(), QStringLiteral("approved"));

        // Of a flagged one, and of one that was rejected: the operator may change their mind.
        const EventId flagged = house.add(1, 2);
        house.queue.takeReview(flagged, Review(), {});
        QCOMPARE(house.queue.approve(flagged, byAdmin).status, QueueStatus::Approved);
        const EventId rejected = house.add(1, 3);
        house.queue.reject(rejected, QStringLiteral("spam"), byAdmin);
        QCOMPARE(house.decide(signedEvent(1, 1, "3")).action, PolicyAction::Reject);
        QCOMPARE(house.queue.approve(rejected, byAdmin).status, QueueStatus::Approved);
        QCOMPARE(house.decide(signedEvent(1, 1, "3")).action, PolicyAction::Accept);
        // What is published stays as it is.
        house.setQueueRow(id, "approved", "published", first.decidedAt);
        QCOMPARE(house.queue.approve(id, byAdmin).publishState, PublishState::Published);
        house.revoke(keyOf(1));
        QCOMPARE(house.queue.approve(id, byAdmin).publishState, PublishState::Published);
        const QueueStats stats = house.queue.stats();
        QCOMPARE(stats.approved, house.counted("approved"));
        QCOMPARE(stats.rejected + stats.flagged + stats.pending, 0);
    }

    void undoing()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        QCOMPARE(errorCodeOf([&] { house.queue.undo(signedEvent(2).id, byAdmin); }),
                 QByteArray("event_not_found"));
        const EventId id = house.add(1, 1);
        QCOMPARE(errorCodeOf([&] { house.queue.undo(id, byAdmin); }), QByteArray("not_decided"));
        house.queue.reject(id, QStringLiteral("spam"), byAdmin);
        const QueuedEvent back = house.queue.undo(id, byAdmin);
        QCOMPARE(back.status, QueueStatus::Pending);
        QVERIFY(back.reviewReason.isEmpty());
        QVERIFY(!back.decidedAt);
        QCOMPARE(house.decide(signedEvent(1, 1, "1")).action, PolicyAction::ShadowReject);
        QCOMPARE(house.queue.stats().pending, 1);
        QCOMPARE(house.queue.stats().rejected, 0);
        QCOMPARE(house.activityOf(id.text()).size(), std::size_t(2));
    }

    void eachForItself()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        const EventId first = house.add(1, 1);
        const EventId second = house.add(2, 2);
        const EventId approved = house.add(3, 3);
        house.queue.approve(approved, byAdmin);
        const EventId unknown = signedEvent(2, 1, "nowhere").id;
        const QStringList ids{first.text(),   QStringLiteral("no id"), approved.text(),
                              unknown.text(), second.text(),           first.text()};
        const auto results =
            waitFor(house.queue.decideEach(QueueAction::Reject, ids, QStringLiteral("off topic"), byAdmin));
        QCOMPARE(results.size(), std::size_t(6));
        for (std::size_t i = 0; i < results.size(); ++i) {
            QCOMPARE(results[i].eventId, ids[static_cast<qsizetype>(i)]);
            QCOMPARE(results[i].ok, i == 0 || i == 4 || i == 5);
            QCOMPARE(results[i].error.isEmpty(), results[i].ok);
        }
        QCOMPARE(house.queue.find(second)->reviewReason, QStringLiteral("off topic"));
        QCOMPARE(house.queue.stats().rejected, 2);
        QCOMPARE(house.activityOf(first.text()).size(), std::size_t(1));
        QCOMPARE(waitFor(house.queue.decideEach(QueueAction::Approve, {}, {}, byAdmin)).size(),
                 std::size_t(0));
        QStringList many;
        for (int n = 0; n <= ModerationQueue::maximumBulk; ++n)
            many << first.text();
        QCOMPARE(errorCodeOf([&] { house.queue.decideEach(QueueAction::Approve, many, {}, byAdmin); }),
                 QByteArray("invalid_request"));
    }

    void allOfAnAuthor()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        for (int n = 0; n < 5; ++n) {
            house.add(1, n);
            house.add(2, n);
        }
        const EventId flagged = house.add(1, 9);
        house.queue.takeReview(flagged, Review(), {});
        QCOMPARE(waitFor(house.queue.approveAllOf(keyOf(1), byAdmin)).size(), std::size_t(6));
        QCOMPARE(house.counted("approved"), 6);
        QCOMPARE(waitFor(house.queue.approveAllOf(keyOf(1), byAdmin)).size(), std::size_t(0));

        QCOMPARE(
            waitFor(house.queue.revokeAndRejectAll(house.accounts, keyOf(2), QStringLiteral("spam"), byAdmin))
                .size(),
            std::size_t(5));
        QCOMPARE(house.accounts.getAccess(keyOf(2)), AccessLevel::None);
        QCOMPARE(house.counted("rejected"), 5);
        QCOMPARE(house.decide(signedEvent(2, 1, "new")).action, PolicyAction::Reject);
        QCOMPARE(errorCodeOf([&] { house.queue.revokeAndRejectAll(house.accounts, keyOf(9), {}, byAdmin); }),
                 QByteArray("account_not_found"));
        for (int n = 0; n < 3; ++n)
            house.add(3, n);
        QCOMPARE(waitFor(house.queue.rejectAllOf({}, {}, byAdmin)).size(), std::size_t(3));
        QVERIFY(Activity::verify(*house.database).ok);
    }

    void aHundredApprovalsAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        const EventId id = house.add(1, 1);
        constexpr int threads = 10;
        constexpr int each = 10;
        std::atomic<int> ready = 0;
        std::atomic<int> approved = 0;
        std::vector<std::thread> operators;
        operators.reserve(threads);
        for (int t = 0; t < threads; ++t) {
            operators.emplace_back([&house, &ready, &approved, id] {
                const auto connection = house.database.another();
                Settings settings;
                const ManualClock clock(start + days(1));
                Activity activity(*connection, clock);
                Identities identities(*connection, clock, settings);
                ModerationQueue queue(*connection, clock, identities, activity);
                ++ready;
                while (ready < threads)
                    std::this_thread::yield();
                for (int n = 0; n < each; ++n) {
                    if (queue.approve(id, byAdmin).status == QueueStatus::Approved)
                        ++approved;
                }
            });
        }
        for (std::thread &one : operators)
            one.join();
        QCOMPARE(approved.load(), threads * each);
        QCOMPARE(house.activityOf(id.text()).size(), std::size_t(1));
        QCOMPARE(house.queue.stats().approved, 1);
        QCOMPARE(house.queue.stats().pending, 0);
    }

    void crossedBatchesDoNotDeadlock()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        house.fill(1, 600);
        std::vector<std::thread> operators;
        std::atomic<int> decided = 0;
        for (int t = 0; t < 4; ++t) {
            operators.emplace_back([&house, &decided, t] {
                const QEventLoop events; // gives this thread its timers
                const auto connection = house.database.another();
                Settings settings;
                const ManualClock clock(start + days(1));
                Activity activity(*connection, clock);
                Identities identities(*connection, clock, settings);
                ModerationQueue queue(*connection, clock, identities, activity);
                const std::optional<PubKey> author = t % 2 == 0 ? std::optional(keyOf(1)) : std::nullopt;
                decided += static_cast<int>(waitFor(queue.rejectAllOf(author, {}, byAdmin)).size());
            });
        }
        for (std::thread &one : operators)
            one.join();
        QCOMPARE(decided.load(), 600);
        QCOMPARE(house.queue.stats().rejected, 600);
        QCOMPARE(house.count("activity", QStringLiteral("action = 'queue.reject'")), 600);
    }

    void aHundredThousandAtOnce_data()
    {
        QTest::addColumn<bool>("approve");
        QTest::newRow("approve") << true;
        QTest::newRow("reject") << false;
    }
    void aHundredThousandAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, approve);
        // The rule does not depend on the engine; a server's round trips only make it take longer.
        const int rows = engine != u"sqlite" ? 3'000 : approve ? 20'000 : 100'000;
        QueueHouse house(engine);
        house.fill(1, rows);
        // A tick that is due each millisecond shows for how long the loop was away, counted in this thread's
        // own time, so that what else the machine does is not in it.
        qint64 longest = 0;
        qint64 last = threadMs();
        QTimer ticks;
        connect(&ticks, &QTimer::timeout, this, [&] {
            const qint64 now = threadMs();
            longest = std::max(longest, now - std::exchange(last, now));
        });
        ticks.start(1);
        const auto ids =
            waitFor(approve ? house.queue.approveAllOf(keyOf(1), byAdmin)
                            : house.queue.rejectAllOf(keyOf(1), QStringLiteral("spam"), byAdmin));
        QCOMPARE(ids.size(), static_cast<std::size_t>(rows));
        QCOMPARE(house.counted(approve ? "approved" : "rejected"), rows);
        QCOMPARE(house.queue.stats().pending, 0);
        qInfo("longest turn of the event loop: %lld ms", static_cast<long long>(longest));
        QVERIFY2(longest < 100, "the event loop stood still");

        // The control: the same in one go does stand still.
        house.fill(2, 500);
        const std::vector<QueuedEvent> waiting = house.queue.list({{}, keyOf(2)}, {500, {}}).items;
        const qint64 before = threadMs();
        for (const QueuedEvent &event : waiting)
            house.queue.reject(event.eventId, {}, byAdmin);
        QVERIFY(threadMs() - before > 2 * longest);
    }

    void theEndOfTheProgramCutsABatchShort()
    {
        QFETCH_GLOBAL(QString, engine);
        QueueHouse house(engine);
        house.fill(1, 3'000);
        auto queue =
            std::make_unique<ModerationQueue>(*house.database, house.clock, house.identities, house.activity);
        QFuture<std::vector<EventId>> rejecting = queue->rejectAllOf({}, {}, byAdmin);
        QVERIFY(!rejecting.isFinished());
        queue.reset();
        QVERIFY(rejecting.isFinished());
        QCOMPARE(errorCodeOf([&] { rejecting.waitForFinished(); }), QByteArray("stopping"));
        const std::int64_t rejected = house.counted("rejected");
        QVERIFY(rejected > 0 && rejected < 3'000);
        QCOMPARE(house.queue.stats().rejected, rejected); // what was done is whole
        QCOMPARE(house.count("activity", QStringLiteral("action = 'queue.reject'")), rejected);
    }
};

QTEST_GUILESS_MAIN(TestModerationDecisions)
#include "tst_ModerationDecisions.moc"
