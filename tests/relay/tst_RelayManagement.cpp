// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayManagementStore.h"
#include "tests/relay/ManagedHouse.h"
#include "tests/support/Expect.h"
#include "tests/support/QueryPlan.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// Relay management of accounts, events and the relay's profile.
class TestRelayManagement : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void banningTakesAccess()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        house.management.banPubkey(keyOf(1), "spam", boss);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::None);
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("no-access"));
        const auto banned = house.list(ManagementList::BannedPubkeys);
        QCOMPARE(banned.size(), std::size_t{1});
        QCOMPARE(banned[0].item, keyOf(1).text());
        QCOMPARE(banned[0].reason, QStringLiteral("spam"));
        QCOMPARE(house.actionsOn(keyOf(1)), QStringList{"relay.revoke"});
        const std::int64_t rows = house.rows();
        house.management.banPubkey(keyOf(1), "again", boss);
        QCOMPARE(house.rows(), rows);
    }

    /// A ban of somebody unknown must hold when they come and earn trust.
    void banningAStrangerHoldsLater()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.management.banPubkey(keyOf(2), {}, boss);
        QVERIFY(house.score(keyOf(2), 500) == false);
        QCOMPARE(house.accounts.getAccess(keyOf(2)), AccessLevel::None);
        QCOMPARE(house.items(ManagementList::BannedPubkeys), QStringList{keyOf(2).text()});
        QCOMPARE(house.actionsOn(keyOf(2)), QStringList{"relay.revoke"});
    }

    void timmyIsNotBanned()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        const std::int64_t rows = house.rows();
        QCOMPARE(errorCodeOf([&] { house.management.banPubkey(keyOf(timmy), {}, boss); }),
                 QByteArray("timmy_own_key"));
        QCOMPARE(house.accounts.getAccess(keyOf(timmy)), AccessLevel::Write);
        QCOMPARE(house.rows(), rows);
    }

    /// Lifting a ban gives what the tier earns, neither more nor what was granted before.
    void unbanningGivesWhatTheTierEarns()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        house.management.banPubkey(keyOf(1), {}, boss);
        house.management.unbanPubkey(keyOf(1), "sorry", boss);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::Read); // tier new
        QCOMPARE(house.accounts.find(keyOf(1))->grantedBy, GrantedBy::AutoTier);
        QVERIFY(house.list(ManagementList::BannedPubkeys).empty());
        QCOMPARE(house.actionsOn(keyOf(1)), (QStringList{"relay.revoke", "relay.lift_revocation"}));
        QVERIFY(house.score(keyOf(1), 500)); // follows the tier again
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::Write);

        const std::int64_t rows = house.rows();
        house.management.unbanPubkey(keyOf(1), {}, boss);
        house.management.unbanPubkey(keyOf(77), {}, boss); // nobody
        QCOMPARE(house.rows(), rows);
        QVERIFY(!house.accounts.find(keyOf(77)));
    }

    void unbanningTimmyBringsItsSeedBack()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.revoke(keyOf(timmy), true);
        house.set(Setting::RelayAccessElite, "read");
        house.management.unbanPubkey(keyOf(timmy), {}, boss);
        QCOMPARE(house.accounts.find(keyOf(timmy))->grantedBy, GrantedBy::Seed);
        QCOMPARE(house.accounts.getAccess(keyOf(timmy)), AccessLevel::Write);
    }

    void allowingGrantsWrite()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.score(keyOf(3), 500); // write by tier: not on the list
        house.management.allowPubkey(keyOf(1), "friend", boss);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::Write);
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("queued"));
        const auto allowed = house.list(ManagementList::AllowedPubkeys);
        QCOMPARE(allowed.size(), std::size_t{1});
        QCOMPARE(allowed[0].item, keyOf(1).text());
        QCOMPARE(allowed[0].reason, QStringLiteral("friend"));
        QCOMPARE(house.actionsOn(keyOf(1)), QStringList{"relay.grant"});
    }

    void unallowingLeavesWhatTheTierEarns()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.management.allowPubkey(keyOf(1), {}, boss);
        house.management.unallowPubkey(keyOf(1), "over", boss);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::Read);
        QVERIFY(house.list(ManagementList::AllowedPubkeys).empty());
        QCOMPARE(house.actionsOn(keyOf(1)), (QStringList{"relay.grant", "relay.withdraw"}));

        const std::int64_t rows = house.rows();
        house.management.unallowPubkey(keyOf(1), {}, boss);
        house.management.unallowPubkey(keyOf(77), {}, boss);
        QCOMPARE(house.rows(), rows);
        // What was not granted as write by hand is not taken away: a ban, a decision for none, an earned
        // level.
        house.management.banPubkey(keyOf(1), {}, boss);
        house.grant(keyOf(2), AccessLevel::None);
        house.score(keyOf(3), 500);
        for (int n = 1; n <= 3; ++n)
            house.management.unallowPubkey(keyOf(n), {}, boss);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), AccessLevel::None);
        QCOMPARE(house.accounts.getAccess(keyOf(2)), AccessLevel::None);
        QCOMPARE(house.accounts.getAccess(keyOf(3)), AccessLevel::Write);
    }

    void anExpiredGrantIsNotListed()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1), AccessLevel::Write, start + seconds(10));
        QCOMPARE(house.list(ManagementList::AllowedPubkeys).size(), std::size_t{1});
        house.clock.advance(seconds(10));
        QVERIFY(house.list(ManagementList::AllowedPubkeys).empty());
    }

    void eventsThatWait()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        std::vector<EventId> ids;
        for (int n = 0; n < 4; ++n) {
            house.clock.advance(seconds(1));
            ids.push_back(house.queued(1, QByteArray::number(n)));
        }
        house.queue.takeReview(ids[2], {ReviewVerdict::Flag, QStringLiteral("looks odd"), {}}, {});
        house.queue.reject(ids[3], {}, boss);
        const auto waiting = house.list(ManagementList::EventsNeedingModeration);
        QCOMPARE(waiting.size(), std::size_t{3});
        QCOMPARE(waiting[0].item, ids[2].text());
        QCOMPARE(waiting[0].reason, QStringLiteral("looks odd"));
        QCOMPARE(waiting[1].item, ids[0].text());
        QCOMPARE(waiting[2].item, ids[1].text());
    }

    void allowingAnEventApprovesIt()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        const EventId id = house.queued(1, "hello");
        house.management.allowEvent(id, {}, boss);
        QCOMPARE(house.queue.find(id)->status, QueueStatus::Approved);
        QCOMPARE(house.queue.find(id)->reviewedBy, boss);
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("approved"));
        QCOMPARE(house.actionsOn(id), QStringList{"queue.approve"});
        QCOMPARE(errorCodeOf([&] { house.management.allowEvent(signedEvent(2).id, {}, boss); }),
                 QByteArray("event_not_found"));
    }

    void banningAQueuedEventRejectsIt()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        const EventId id = house.queued(1, "hello");
        house.management.banEvent(id, "rude", boss);
        QCOMPARE(house.queue.find(id)->status, QueueStatus::Rejected);
        QCOMPARE(house.queue.find(id)->reviewReason, QStringLiteral("rude"));
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("already-rejected"));
        QCOMPARE(house.actionsOn(id), QStringList{"queue.reject"});
        QCOMPARE(house.count("relay_rules"), 0);
        const auto banned = house.list(ManagementList::BannedEvents);
        QCOMPARE(banned.size(), std::size_t{1});
        QCOMPARE(banned[0].item, id.text());
        QCOMPARE(banned[0].reason, QStringLiteral("rude"));
    }

    void banningAnyOtherEventIsRemembered()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.score(keyOf(1), 500);
        const Event event = signedEvent(1);
        house.management.banEvent(event.id, "known elsewhere", boss);
        QCOMPARE(house.decide(event).reason, QByteArray("banned-event"));
        QCOMPARE(house.decide(event).action, PolicyAction::Reject);
        QVERIFY(house.decide(event).message.startsWith("blocked: "));
        QCOMPARE(house.items(ManagementList::BannedEvents), QStringList{event.id.text()});
        QVERIFY(house.decide(signedEvent(1, 1, "another")).reason != "banned-event");
        const std::int64_t rows = house.rows();
        house.management.banEvent(event.id, "again", boss);
        QCOMPARE(house.rows(), rows);

        house.management.allowEvent(event.id, {}, boss); // not in the queue: only no longer banned
        QVERIFY(house.list(ManagementList::BannedEvents).empty());
        QVERIFY(house.decide(event).reason != "banned-event");
        QCOMPARE(house.actionsOn(event.id), (QStringList{"relay.ban_event", "relay.unban_event"}));
    }

    /// Stronger than an approval, and than Timmy's own key.
    void aBannedEventIsRefusedWhoeverPostsIt()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        const EventId approved = house.queued(1, "hello");
        house.management.allowEvent(approved, {}, boss);
        house.management.banEvent(approved, "second thoughts", boss);
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("banned-event"));
        house.management.banEvent(signedEvent(timmy).id, {}, boss);
        QCOMPARE(house.decide(signedEvent(timmy)).reason, QByteArray("banned-event"));
        QCOMPARE(house.decide(signedEvent(timmy, 1, "another")).reason, QByteArray("timmy"));
        house.management.allowEvent(approved, {}, boss);
        QCOMPARE(house.decide(signedEvent(1)).reason, QByteArray("approved"));
    }

    void profile()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        QVERIFY(!house.management.profile().name.isEmpty());
        QVERIFY(!house.management.profile().description.isEmpty());
        QVERIFY(house.management.profile().icon.isEmpty());
        const QString name = house.management.profile().name;
        house.management.changeProfile(ProfileField::Name, " The Tower ", boss);
        house.management.changeProfile(ProfileField::Description, "For members", boss);
        house.management.changeProfile(ProfileField::Icon, "https://example.com/icon.png", boss);
        QCOMPARE(house.management.profile().name, QStringLiteral("The Tower"));
        QCOMPARE(house.management.profile().description, QStringLiteral("For members"));
        QCOMPARE(house.management.profile().icon, QStringLiteral("https://example.com/icon.png"));
        const std::int64_t rows = house.rows();
        house.management.changeProfile(ProfileField::Name, "The Tower", boss);
        QCOMPARE(house.rows(), rows);
        house.management.changeProfile(ProfileField::Name, "", boss);
        QCOMPARE(house.management.profile().name, name);
        QCOMPARE(house.actionsOn(QStringLiteral("name")),
                 (QStringList{"relay.change_name", "relay.change_name"}));
        QCOMPARE(house.actionsOn(QStringLiteral("description")), QStringList{"relay.change_description"});
        const auto icon = house.activityOf(QStringLiteral("icon"));
        QCOMPARE(icon.size(), std::size_t{1});
        QCOMPARE(icon[0].entry.after, (QJsonObject{{"icon", "https://example.com/icon.png"}}));

        for (const char *bad : {"javascript:alert(1)", "data:image/png;base64,AA", "icon.png", "https://",
                                "file:///etc/passwd"}) {
            QCOMPARE(errorCodeOf([&] {
                         house.management.changeProfile(ProfileField::Icon, QString::fromLatin1(bad), boss);
                     }),
                     QByteArray("invalid_request"));
        }
        QCOMPARE(errorCodeOf(
                     [&] { house.management.changeProfile(ProfileField::Name, QString(101, u'x'), boss); }),
                 QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] {
                     house.management.changeProfile(ProfileField::Description, QString(4'001, u'x'), boss);
                 }),
                 QByteArray("invalid_request"));
    }

    void listsUseAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        if (house.database.isPostgres())
            return; // the plan of a small table says nothing there
        for (const auto list : {ManagementList::BannedPubkeys, ManagementList::AllowedPubkeys,
                                ManagementList::EventsNeedingModeration, ManagementList::BannedEvents,
                                ManagementList::BlockedIps}) {
            for (const auto &[sql, binds] : RelayManagementStore::listQueries(list, house.clock.now())) {
                QStringList plan;
                house.database->read("EXPLAIN QUERY PLAN " + sql, binds, [&plan](const Row &row) {
                    plan << row.text("detail");
                    return true;
                });
                QVERIFY2(!readsEverything(plan), qPrintable(plan.join(u'\n')));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestRelayManagement)
#include "tst_RelayManagement.moc"
