// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/payments/Race.h"
#include "tests/publish/OutboxHouse.h"
#include "tests/support/Expect.h"

#include <QSignalSpy>

using namespace tower;
using namespace tower::test;
using Send = EventLog::Send;

namespace {

const QString byAdmin = QStringLiteral("admin:token");

} // namespace

class TestEventLog : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whereAnEventBegins_data()
    {
        QTest::addColumn<bool>("relay");
        QTest::addColumn<bool>("toRelay");
        QTest::addColumn<PublishState>("state");
        QTest::newRow("for the relay") << true << true << PublishState::Waiting;
        QTest::newRow("not for it") << true << false << PublishState::None;
        QTest::newRow("no relay") << false << true << PublishState::None;
        QTest::newRow("neither") << false << false << PublishState::None;
    }
    void whereAnEventBegins()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, relay);
        QFETCH(bool, toRelay);
        QFETCH(PublishState, state);
        OutboxHouse house(engine);
        house.kill();
        if (!relay)
            house.settings.setSaved(Setting::NostrRelayUrl, {});
        QSignalSpy waiting(&house.log, &EventLog::waiting);
        const PubKey recipient = secretKey(2).pubKey();
        Transaction transaction(*house.database);
        const Event event = house.log.log(transaction, {9734, {{"p", recipient.hex()}}, "thanks"},
                                          {QStringLiteral("a purpose"), recipient, Sats(21)},
                                          toRelay ? Send::ToRelay : Send::No);
        QVERIFY(waiting.isEmpty()); // before it is committed there is nothing to send
        transaction.commit();
        QCOMPARE(waiting.size(), state == PublishState::Waiting ? 1 : 0);

        QVERIFY(checkEvent(event).isEmpty());
        const LoggedEvent row = house.row(event);
        QCOMPARE(row.kind, 9734);
        QCOMPARE(row.purpose, QStringLiteral("a purpose"));
        QCOMPARE(row.recipient, std::optional(recipient));
        QCOMPARE(row.amount, std::optional(Sats(21)));
        QCOMPARE(row.publishState, state);
        QCOMPARE(row.tries, 0);
        QCOMPARE(row.relayAnswer, QString());
        QCOMPARE(row.rawEvent, event.toJson());
        QCOMPARE(row.createdAt, house.clock.now());
    }

    void aRollbackLeavesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        QSignalSpy waiting(&house.log, &EventLog::waiting);
        Event event;
        {
            Transaction transaction(*house.database);
            event =
                house.log.log(transaction, {1, {}, "never mind"}, {QStringLiteral("receipt")}, Send::ToRelay);
        }
        QVERIFY(!house.log.find(event.id));
        QVERIFY(waiting.isEmpty());
    }

    void theSameIsLoggedOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        const Event event = house.said("hello", Send::No);
        QCOMPARE(house.said("hello", Send::No).id, event.id);
        QCOMPARE(house.log.list({}, {}).items.size(), std::size_t(1));
        QVERIFY(house.said("hello again", Send::No).id != event.id);
        house.clock.advance(seconds(1));
        QVERIFY(house.said("hello", Send::No).id != event.id);
        QCOMPARE(house.log.list({}, {}).items.size(), std::size_t(3));
    }

    void severalProgramsSignAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.kill();
        constexpr int each = 20;
        std::atomic<int> next = 0;
        const int done = race(house.database, [&](Database &database, const std::function<void()> &meet) {
            meet();
            Activity activity(database, house.clock);
            EventLog log(database, house.clock, house.settings, house.timmy, activity);
            for (int i = 0; i < each; ++i) {
                Transaction transaction(database);
                log.log(transaction, {1, {}, QByteArray::number(++next)}, {QStringLiteral("receipt")},
                        Send::No);
                transaction.commit();
            }
            return true;
        });
        const std::int64_t rows = done * each;
        QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM timmy_nostr_events"), rows);
        QCOMPARE(house.database->number("SELECT MAX(seq) AS n FROM timmy_nostr_events"), rows); // no gap
    }

    void lists()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.kill();
        std::vector<EventId> ids;
        for (int i = 0; i < 5; ++i) {
            ids.push_back(house
                              .said(QByteArray::number(i), i % 2 ? Send::No : Send::ToRelay,
                                    i < 3 ? QStringLiteral("receipt") : QStringLiteral("nip98"))
                              .id);
            house.clock.advance(seconds(1));
        }
        const PubKey recipient = secretKey(2).pubKey();
        Transaction transaction(*house.database);
        const Event toOne = house.log.log(transaction, {4, {}, "x"},
                                          {QStringLiteral("engagement"), recipient}, Send::ToRelay);
        transaction.commit();

        const auto idsOf = [&house](const EventLogFilter &filter) {
            std::vector<EventId> out;
            QString cursor;
            do { // page by page
                const Page<LoggedEvent> page = house.log.list(filter, {2, cursor});
                for (const LoggedEvent &event : page.items)
                    out.push_back(event.eventId);
                cursor = page.nextCursor;
            } while (!cursor.isNull());
            return out;
        };
        using Ids = std::vector<EventId>;
        QCOMPARE(idsOf({}), (Ids{toOne.id, ids[4], ids[3], ids[2], ids[1], ids[0]})); // newest first
        QCOMPARE(idsOf({.publishState = PublishState::None}), (Ids{ids[3], ids[1]}));
        QCOMPARE(idsOf({.purpose = QStringLiteral("nip98")}), (Ids{ids[4], ids[3]}));
        QCOMPARE(idsOf({.recipient = recipient}), (Ids{toOne.id}));
        QCOMPARE(idsOf({.publishState = PublishState::Published}), Ids{});
    }

    void theOperatorSends()
    {
        QFETCH_GLOBAL(QString, engine);
        OutboxHouse house(engine);
        house.settings.setSaved(Setting::NostrRelayUrl, {});
        const Event event = house.said("hello");
        QCOMPARE(errorCodeOf([&] { house.log.send(event.id, byAdmin); }), QByteArray("no_relay"));
        house.settings.setSaved(Setting::NostrRelayUrl, house.relay.url());
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::None); // not by itself

        QSignalSpy waiting(&house.log, &EventLog::waiting);
        QCOMPARE(house.log.send(event.id, byAdmin).publishState, PublishState::Waiting);
        QCOMPARE(waiting.size(), 1);
        QCOMPARE(errorCodeOf([&] { house.log.send(event.id, byAdmin); }), QByteArray("event_not_idle"));
        const auto rows = house.activity.list({.action = QStringLiteral("event.send")}, {}).items;
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].entry.actor, byAdmin);
        QCOMPARE(rows[0].entry.subject, event.id.text());

        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::Published);
        QCOMPARE(errorCodeOf([&] { house.log.send(event.id, byAdmin); }), QByteArray("event_not_idle"));
        QCOMPARE(errorCodeOf([&] { house.log.send(EventId(), byAdmin); }), QByteArray("event_not_found"));
    }

    void whatIsNotForTheRelayNeverGoesThere_data()
    {
        QTest::addColumn<QString>("purpose");
        QTest::newRow("zap request") << "zap_request";
        QTest::newRow("NIP-98") << "nip98";
    }
    void whatIsNotForTheRelayNeverGoesThere()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, purpose);
        OutboxHouse house(engine);
        const Event event = house.said("secret", Send::No, purpose);
        QCOMPARE(errorCodeOf([&] { house.log.send(event.id, byAdmin); }), QByteArray("never_sent"));
        house.restart();
        QVERIFY(house.publish());
        QCOMPARE(house.state(event), PublishState::None);
        QCOMPARE(house.relay.events(), 0);
    }
};

QTEST_GUILESS_MAIN(TestEventLog)
#include "tst_EventLog.moc"
