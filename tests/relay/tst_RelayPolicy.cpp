// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/RelayHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using enum AccessLevel;

namespace {

constexpr int timmy = 9, elite = 1, writer = 2, reader = 3, revoked = 4, stranger = 5;

/// One person of each standing.
struct Village : RelayHouse
{
    explicit Village(const QString &engine)
        : RelayHouse(engine)
    {
        accounts.seedElite(keyOf(timmy));
        score(keyOf(elite), 200);
        grant(keyOf(writer), Write); // by hand; tier new
        score(keyOf(reader), 0);
        score(keyOf(revoked), 500);
        revoke(keyOf(revoked));
    }

    /// "action reason", as the log has it.
    QString verdict(const Event &event)
    {
        const PolicyDecision made = decide(event);
        return QString::fromLatin1(toText(made.action) + ' ' + made.reason);
    }
    /// A pending event of the writer.
    Event queued(const QByteArray &content = "queued")
    {
        const Event event = signedEvent(writer, 1, content);
        decide(event);
        return event;
    }
};

std::vector<std::vector<QByteArray>> pTag(int n)
{
    return {{"e", "x"}, {"p", keyOf(n).hex()}};
}

} // namespace

/// The order of checks, on real signed events.
class TestRelayPolicy : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void malformed_data()
    {
        QTest::addColumn<QByteArray>("event");
        Event event = signedEvent(elite);
        QTest::newRow("not an event") << QByteArray(R"({"id": 5})");
        QTest::newRow("empty") << QByteArray("{}");
        Event other = event;
        other.content = "changed";
        QTest::newRow("id is not the hash") << other.toJson();
        other = event;
        other.signature[5] ^= 1;
        QTest::newRow("bad signature") << other.toJson();
        other = signedEvent(writer);
        other.pubkey = keyOf(elite);
        other.id = other.computedId();
        QTest::newRow("signed by somebody else") << other.toJson();
        QTest::newRow("kind 65536") << QByteArray(event.toJson()).replace("\"kind\":1,", "\"kind\":65536,");
        QTest::newRow("negative kind") << QByteArray(event.toJson()).replace("\"kind\":1,", "\"kind\":-1,");
        QTest::newRow("over 64 KiB") << signedEvent(elite, 1, QByteArray(65'536, 'x')).toJson();
    }
    void malformed()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QByteArray, event);
        Village house(engine);
        const PolicyDecision made = house.decide(event);
        QCOMPARE(made.action, PolicyAction::Reject);
        QCOMPARE(made.reason, QByteArray("invalid"));
        QVERIFY2(made.message.startsWith("invalid: "), made.message.constData());
        QCOMPARE(house.count("relay_event_queue"), 0);
        QCOMPARE(house.log.counters()[(std::pair(QStringLiteral("reject"), QStringLiteral("invalid")))], 1);
    }

    void order_data()
    {
        QTest::addColumn<int>("author");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("to"); // p tag; 0 = none
        QTest::addColumn<QString>("verdict");
        const auto row = [](const char *name, int author, int kind, int to, const char *verdict) {
            QTest::newRow(name) << author << kind << to << QString::fromLatin1(verdict);
        };
        row("Timmy", timmy, 1, 0, "accept timmy");
        row("Timmy, any kind", timmy, 30'023, 0, "accept timmy");
        row("open kind, stranger", stranger, 9735, 0, "accept open-kind");
        row("open kind, revoked", revoked, 9735, 0, "accept open-kind");
        row("gift wrap to a writer", stranger, 1059, writer, "accept open-kind");
        row("gift wrap to a reader", stranger, 1059, reader, "accept open-kind");
        row("gift wrap to a stranger", stranger, 1059, stranger, "reject no-access");
        row("gift wrap to a revoked one", stranger, 1059, revoked, "reject no-access");
        row("gift wrap to nobody", stranger, 1059, 0, "reject no-access");
        row("gift wrap to a stranger, by an elite author", elite, 1059, stranger, "accept elite");
        row("stranger", stranger, 1, 0, "reject no-access");
        row("revoked", revoked, 1, 0, "reject no-access");
        row("stranger, ephemeral", stranger, 20'001, 0, "reject no-access");
        row("stranger, unmoderated kind", stranger, 0, 0, "reject no-access");
        row("reader", reader, 1, 0, "reject read-only");
        row("reader, ephemeral", reader, 20'001, 0, "reject read-only");
        row("reader, unmoderated kind", reader, 3, 0, "reject read-only");
        row("writer, first ephemeral kind", writer, 20'000, 0, "accept ephemeral");
        row("writer, last ephemeral kind", writer, 29'999, 0, "accept ephemeral");
        row("writer, before ephemeral", writer, 19'999, 0, "shadowReject queued");
        row("writer, after ephemeral", writer, 30'000, 0, "shadowReject queued");
        row("writer, profile", writer, 0, 0, "accept unmoderated-kind");
        row("writer, contacts", writer, 3, 0, "accept unmoderated-kind");
        row("writer, relay list", writer, 10'002, 0, "accept unmoderated-kind");
        row("writer, note", writer, 1, 0, "shadowReject queued");
        row("writer, highest kind", writer, 65'535, 0, "shadowReject queued");
        row("elite", elite, 1, 0, "accept elite");
        row("elite, ephemeral", elite, 20'001, 0, "accept ephemeral");
    }
    void order()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, author);
        QFETCH(int, kind);
        QFETCH(int, to);
        QFETCH(QString, verdict);
        Village house(engine);
        const Event event = signedEvent(author, kind, "hello", to == 0 ? decltype(Event::tags)() : pTag(to));
        // Asking why tells the same and changes nothing.
        const PolicyExplanation why = house.policy.explain(event);
        QCOMPARE(QString::fromLatin1(toText(why.decision.action) + ' ' + why.decision.reason), verdict);
        QVERIFY(!why.steps.empty() && why.steps.back().decides);
        QCOMPARE(
            std::count_if(why.steps.begin(), why.steps.end(), [](const PolicyStep &s) { return s.decides; }),
            1);
        QCOMPARE(house.count("relay_event_queue"), 0);
        QVERIFY(house.log.counters().empty());

        const PolicyDecision made = house.decide(event);
        QCOMPARE(QString::fromLatin1(toText(made.action) + ' ' + made.reason), verdict);
        QCOMPARE(made.id, event.id.hex());
        const bool toQueue = made.action == PolicyAction::ShadowReject;
        QCOMPARE(house.count("relay_event_queue"), toQueue ? 1 : 0);
        if (made.action == PolicyAction::Reject)
            QVERIFY(made.message.startsWith(made.reason == "read-only" ? "restricted: " : "blocked: "));
        else
            QCOMPARE(made.message, QByteArray());
        const PolicyLogEntry entry = house.log.list({}, {}).items.front();
        QCOMPARE(QString(entry.action + u' ' + entry.reason), verdict);
        QCOMPARE(entry.eventId, event.id.text());
        QCOMPARE(entry.kind, kind);
        QCOMPARE(entry.source, QStringLiteral("IP4 127.0.0.1"));
    }

    void everyTierButEliteQueues()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        for (const std::int64_t score : {10, 50, 199}) {
            house.score(keyOf(6), score);
            QCOMPARE(house.verdict(signedEvent(6, 1, QByteArray::number(qint64(score)))),
                     QStringLiteral("shadowReject queued"));
        }
        house.score(keyOf(6), 200);
        QCOMPARE(house.verdict(signedEvent(6)), QStringLiteral("accept elite"));
    }

    void emptyListsTurnKindsOff()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        house.set(Setting::RelayOpenKinds, "");
        house.set(Setting::RelayUnmoderatedKinds, "");
        QCOMPARE(house.verdict(signedEvent(stranger, 9735)), QStringLiteral("reject no-access"));
        QCOMPARE(house.verdict(signedEvent(stranger, 1059, "x", pTag(writer))),
                 QStringLiteral("reject no-access"));
        QCOMPARE(house.verdict(signedEvent(writer, 0)), QStringLiteral("shadowReject queued"));
        QCOMPARE(house.verdict(signedEvent(writer, 20'001)), QStringLiteral("accept ephemeral"));
        house.set(Setting::RelayOpenKinds, "1");
        QCOMPARE(house.verdict(signedEvent(stranger, 1)), QStringLiteral("accept open-kind"));
    }

    void repeatsAddNoRow()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        const Event event = house.queued();
        QCOMPARE(house.verdict(event), QStringLiteral("shadowReject already-pending"));
        house.setQueueRow(event.id, "flagged", "none", {});
        QCOMPARE(house.verdict(event), QStringLiteral("shadowReject already-pending"));
        house.setQueueRow(event.id, "rejected", "none", start);
        QCOMPARE(house.verdict(event), QStringLiteral("reject already-rejected"));
        for (const char *status : {"approved", "auto_approved"}) {
            for (const char *publishing : {"none", "waiting", "failed"}) {
                house.setQueueRow(event.id, status, publishing, start);
                QCOMPARE(house.verdict(event), QStringLiteral("accept approved"));
            }
            house.setQueueRow(event.id, status, "published", start);
            QCOMPARE(house.verdict(event), QStringLiteral("accept already-published"));
        }
        QCOMPARE(house.count("relay_event_queue"), 1);
    }

    void allowanceIsForThatEventAlone()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        const Event event = house.queued();
        house.setQueueRow(event.id, "approved", "waiting", start);
        QCOMPARE(house.verdict(signedEvent(writer, 1, "another")), QStringLiteral("shadowReject queued"));
    }

    void allowanceOutlivesALoweredLevel()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        const Event event = house.queued();
        house.setQueueRow(event.id, "approved", "waiting", start);
        house.grant(keyOf(writer), Read); // no revocation
        QCOMPARE(house.verdict(event), QStringLiteral("accept approved"));
        house.setQueueRow(event.id, "approved", "published", start); // confirmed: over
        QCOMPARE(house.verdict(event), QStringLiteral("reject read-only"));
    }

    void allowanceEndsWithTheAuthorsRevocation()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        const Event event = house.queued();
        house.setQueueRow(event.id, "approved", "waiting", start);
        house.clock.advance(seconds(1));
        house.revoke(keyOf(writer));
        QCOMPARE(house.verdict(event), QStringLiteral("reject no-access"));
        // Access that comes back does not bring the approval back.
        house.grant(keyOf(writer), Write);
        QCOMPARE(house.verdict(event), QStringLiteral("reject approval-ended"));
    }

    void noClockDecidesWhetherTheAuthorWasRevokedSince()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        const Event event = house.queued();
        house.clock.advance(seconds(60)); // this machine's clock is ahead
        house.queue.approve(event.id, admin);
        QCOMPARE(house.verdict(event), QStringLiteral("accept approved"));
        house.clock.set(start);
        house.revoke(keyOf(writer));
        QCOMPARE(house.verdict(event), QStringLiteral("reject no-access"));
        // Approved all the same: until the next revocation.
        house.queue.approve(event.id, admin);
        QCOMPARE(house.verdict(event), QStringLiteral("accept approved"));
        house.grant(keyOf(writer), Write);
        QCOMPARE(house.verdict(event), QStringLiteral("accept approved"));
        house.clock.advance(seconds(1));
        house.revoke(keyOf(writer));
        QCOMPARE(house.verdict(event), QStringLiteral("reject no-access"));
    }

    void aFullQueueTakesNoMoreOfThatAuthor()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        QHash<QByteArray, int> reasons;
        EventId first;
        for (int n = 0; n < ModerationQueue::maximumOpen + 20; ++n) {
            const Event event = signedEvent(writer, 1, QByteArray::number(n));
            if (n == 0)
                first = event.id;
            // Many at once, as the batch route asks: what has no row yet counts too.
            house.policy.decide(parseEvent(event.toJson()), {},
                                [&](const PolicyDecision &made) { ++reasons[made.reason]; });
        }
        QTRY_COMPARE(reasons.value("queued"), ModerationQueue::maximumOpen);
        QCOMPARE(reasons.value("queue-full"), 20);
        const PolicyDecision refused = house.decide(signedEvent(writer, 1, "one more"));
        QCOMPARE(refused.action, PolicyAction::Reject);
        QVERIFY(refused.message.startsWith("rate-limited: "));
        house.grant(keyOf(stranger), Write); // nobody else waits for that
        QCOMPARE(house.verdict(signedEvent(stranger, 1, "mine")), QStringLiteral("shadowReject queued"));
        house.queue.takeReview(first, Review(), {}); // flagged: still open
        QCOMPARE(house.verdict(signedEvent(writer, 1, "one more")), QStringLiteral("reject queue-full"));
        house.queue.reject(first, {}, admin);
        QCOMPARE(house.verdict(signedEvent(writer, 1, "one more")), QStringLiteral("shadowReject queued"));
    }

    void whatTheRelaySaysOfTheSenderIsFitToBeKept()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        QByteArray source("IP4 ");
        source += '\0';
        source += QByteArray(300, 'x') + "\xf0\x9f";
        house.policy.decide(parseEvent(signedEvent(elite).toJson()), source, [](const PolicyDecision &) {});
        const Page<PolicyLogEntry> page = house.log.list({}, {1, {}});
        QCOMPARE(page.items.size(), std::size_t(1));
        QCOMPARE(page.items.front().source, QStringLiteral("IP4  ") + QString(195, u'x'));
    }

    void forcedRevocationOfTimmyStands()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        house.revoke(keyOf(timmy), true);
        QCOMPARE(house.verdict(signedEvent(timmy)), QStringLiteral("reject no-access"));
        house.accounts.seedElite(keyOf(timmy)); // the next start
        QCOMPARE(house.verdict(signedEvent(timmy)), QStringLiteral("reject no-access"));
        house.grant(keyOf(timmy), Write);
        QCOMPARE(house.verdict(signedEvent(timmy)), QStringLiteral("accept timmy"));
    }

    void judgesTheDecayedTier()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        house.score(keyOf(6), 11);
        house.clock.advance(days(31));
        QCOMPARE(house.verdict(signedEvent(elite, 1, "a")), QStringLiteral("shadowReject queued")); // 199
        QCOMPARE(house.verdict(signedEvent(6, 1, "a")), QStringLiteral("shadowReject queued"));     // 10
        house.clock.advance(days(1));
        QCOMPARE(house.verdict(signedEvent(6, 1, "b")), QStringLiteral("reject read-only")); // 9
        QCOMPARE(house.verdict(signedEvent(timmy)), QStringLiteral("accept timmy"));
    }

    void judgesAnExpiredGrant()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        house.grant(keyOf(writer), Write, start + seconds(10));
        QCOMPARE(house.verdict(signedEvent(writer, 1, "a")), QStringLiteral("shadowReject queued"));
        house.clock.advance(seconds(10));
        QCOMPARE(house.verdict(signedEvent(writer, 1, "b")), QStringLiteral("reject read-only"));
    }

    void changedBoundsCountAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        house.set(Setting::TrustTierElite, "201");
        QCOMPARE(house.verdict(signedEvent(elite)), QStringLiteral("shadowReject queued"));
        house.set(Setting::RelayAccessTrusted, "read");
        QCOMPARE(house.verdict(signedEvent(elite)), QStringLiteral("reject read-only"));
    }

    void internalErrorsNeverAccept_data()
    {
        QTest::addColumn<QString>("broken");
        QTest::newRow("no queue") << "ALTER TABLE relay_event_queue RENAME TO gone";
        QTest::newRow("no accounts") << "ALTER TABLE relay_accounts RENAME TO gone";
        QTest::newRow("no counts, so that queueing fails") << "ALTER TABLE relay_queue_counts RENAME TO gone";
    }
    void internalErrorsNeverAccept()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, broken);
        Village house(engine);
        house.database->script(broken);
        const PolicyDecision made = house.decide(signedEvent(writer));
        QCOMPARE(made.action, PolicyAction::Reject);
        QCOMPARE(made.message, QByteArray("error: policy temporarily unavailable"));
        QCOMPARE(made.reason, QByteArray("internal"));
        QCOMPARE(made.id, signedEvent(writer).id.hex());
        const auto counters = house.log.counters();
        QCOMPARE(counters.size(), std::size_t(1));
        QCOMPARE(counters.begin()->first, std::pair(QStringLiteral("reject"), QStringLiteral("internal")));
    }

    void explainsAKey()
    {
        QFETCH_GLOBAL(QString, engine);
        Village house(engine);
        QCOMPARE(house.policy.explain(keyOf(writer)).decision.reason, QByteArray("queued"));
        const PolicyExplanation unknown = house.policy.explain(keyOf(stranger));
        QCOMPARE(unknown.decision.reason, QByteArray("no-access"));
        QCOMPARE(unknown.tier, Tier::Anonymous);
        QCOMPARE(unknown.access, None);
        QCOMPARE(house.policy.explain(keyOf(elite)).tier, Tier::Elite);
        QCOMPARE(house.count("relay_event_queue"), 0);
        QVERIFY(!house.identities.find(keyOf(stranger)));
    }
};

QTEST_GUILESS_MAIN(TestRelayPolicy)
#include "tst_RelayPolicy.moc"
