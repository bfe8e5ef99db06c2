// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/ManagedHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// Kinds and addresses that the operator refuses, and how the policy keeps up with them.
class TestRelayRules : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void disallowedKindsAreRefused()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.score(keyOf(1), 500);
        house.management.disallowKind(7, boss);
        QCOMPARE(house.decide(signedEvent(1, 7)).reason, QByteArray("kind-not-allowed"));
        QCOMPARE(house.decide(signedEvent(timmy, 7)).reason, QByteArray("timmy"));
        QVERIFY(house.decide(signedEvent(1, 1)).reason != "kind-not-allowed");
        QVERIFY(house.management.allowedKinds().empty());
        // Allowing it again undoes this, and no more: other kinds are taken as before.
        house.management.allowKind(7, boss);
        QVERIFY(house.decide(signedEvent(1, 7)).reason != "kind-not-allowed");
        QVERIFY(house.decide(signedEvent(1, 1, "x")).reason != "kind-not-allowed");
        QVERIFY(house.management.allowedKinds().empty());
        QCOMPARE(house.actionsOn(QStringLiteral("7")),
                 (QStringList{"relay.disallow_kind", "relay.allow_kind"}));
    }

    void allowedKindsShutOutTheOthers()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.score(keyOf(1), 500);
        house.management.allowKind(30023, boss);
        house.management.allowKind(1, boss);
        QCOMPARE(house.management.allowedKinds(), (std::vector<int>{1, 30023}));
        const std::int64_t rows = house.rows();
        house.management.allowKind(1, boss);
        QCOMPARE(house.rows(), rows);
        QCOMPARE(house.decide(signedEvent(1, 7)).reason, QByteArray("kind-not-allowed"));
        QCOMPARE(house.decide(signedEvent(5, 24133)).reason,
                 QByteArray("kind-not-allowed")); // an open kind, too
        QVERIFY(house.decide(signedEvent(1, 1)).reason != "kind-not-allowed");
        house.management.disallowKind(30023, boss);
        QCOMPARE(house.management.allowedKinds(), std::vector<int>{1});
        QCOMPARE(house.decide(signedEvent(1, 30023)).reason, QByteArray("kind-not-allowed"));
        house.management.disallowKind(1, boss); // the list is empty: all are taken but the two
        QCOMPARE(house.decide(signedEvent(1, 1)).reason, QByteArray("kind-not-allowed"));
        QVERIFY(house.decide(signedEvent(1, 7, "x")).reason != "kind-not-allowed");
        for (const int bad : {-1, 65536})
            QCOMPARE(errorCodeOf([&] { house.management.allowKind(bad, boss); }),
                     QByteArray("invalid_request"));
    }

    void anApprovedEventPassesTheRules()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.grant(keyOf(1));
        house.management.allowEvent(house.queued(1, "hello"), {}, boss);
        house.management.disallowKind(1, boss);
        house.management.blockIp("203.0.113.7", {}, boss);
        QCOMPARE(house.reasonFor(signedEvent(1), "IP4 203.0.113.7"), QByteArray("approved"));
    }

    void blockedAddresses()
    {
        QFETCH_GLOBAL(QString, engine);
        struct Case
        {
            const char *blocked;
            QByteArray source;
            bool refused;
        };
        const std::vector<Case> cases{
            {"203.0.113.7", "IP4 203.0.113.7", true},
            {"203.0.113.7", "IP4 203.0.113.70", false},
            {"203.0.113.7", "? 203.0.113.7", true}, // a type that we don't know
            {"203.0.113.7", "IP6 ::ffff:203.0.113.7", true},
            {"::ffff:203.0.113.7", "IP4 203.0.113.7", true},
            {"2001:db8::1", "IP6 2001:db8::1", true},
            {"2001:DB8:0:0::1", "IP6 2001:0db8::0001", true},
            {"203.0.113.7", "Stream wss://203.0.113.7/", false},
            {"203.0.113.7", "", false},
            {"203.0.113.7", "IP4", false},
            {"0.0.0.0", "IP4 ", false},
        };
        ManagedHouse house(engine);
        house.score(keyOf(1), 500);
        int number = 0;
        for (const Case &one : cases) {
            const QString blocked = QString::fromLatin1(one.blocked);
            house.management.blockIp(blocked, "abuse", boss);
            const auto note = [&number](int author) {
                return signedEvent(author, 1, QByteArray::number(++number));
            };
            QVERIFY2((house.reasonFor(note(1), one.source) == "blocked-ip") == one.refused, one.source);
            QCOMPARE(house.reasonFor(note(timmy), one.source), QByteArray("timmy"));
            house.management.unblockIp(blocked, boss);
            QVERIFY(house.reasonFor(note(1), one.source) != "blocked-ip");
            QVERIFY(house.list(ManagementList::BlockedIps).empty());
        }
    }

    void blockingIsOnRecord()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.management.blockIp(" 203.0.113.7 ", "abuse", boss);
        house.management.blockIp("::ffff:203.0.113.7", "the same", boss);
        const auto blocked = house.list(ManagementList::BlockedIps);
        QCOMPARE(blocked.size(), std::size_t{1});
        QCOMPARE(blocked[0].item, QStringLiteral("203.0.113.7"));
        QCOMPARE(blocked[0].reason, QStringLiteral("abuse"));
        house.management.unblockIp("203.0.113.7", boss);
        house.management.unblockIp("203.0.113.7", boss);
        QCOMPARE(house.actionsOn(QStringLiteral("203.0.113.7")),
                 (QStringList{"relay.block_ip", "relay.unblock_ip"}));
        const std::int64_t rows = house.rows();
        for (const char *bad :
             {"", "1", "203.0.113", "010.0.0.1", "203.0.113.0/24", "example.com", "fe80::1%eth0", "::g"}) {
            QCOMPARE(errorCodeOf([&] { house.management.blockIp(QString::fromLatin1(bad), {}, boss); }),
                     QByteArray("invalid_request"));
        }
        QCOMPARE(errorCodeOf([&] { house.management.blockIp("203.0.113.8", QString(1'001, u'x'), boss); }),
                 QByteArray("invalid_request"));
        QCOMPARE(house.rows(), rows);
    }

    void rulesSurviveARestart()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.management.disallowKind(7, boss);
        house.management.blockIp("203.0.113.7", {}, boss);
        house.management.banEvent(signedEvent(1).id, {}, boss);
        RelayManagement again(*house.database, house.clock, house.accounts, house.queue, house.activity,
                              house.changes);
        QVERIFY(again.isBanned(signedEvent(1).id));
        QCOMPARE(QByteArray(again.refusal(7, {}).value().reason), QByteArray("kind-not-allowed"));
        QCOMPARE(QByteArray(again.refusal(1, "IP4 203.0.113.7").value().reason), QByteArray("blocked-ip"));
        QVERIFY(!again.refusal(1, "IP4 203.0.113.8"));
    }

    /// Another program on the same database (PostgreSQL) is followed.
    void anotherProgramsRulesHoldHere()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        if (!house.database.isPostgres())
            return;
        QVERIFY(!house.management.isBanned(signedEvent(1).id));
        const auto other = house.database.another();
        Changes theirChanges(*other);
        Activity theirActivity(*other, house.clock);
        Identities theirIdentities(*other, house.clock, house.settings);
        RelayAccounts theirAccounts(*other, house.clock, house.settings, theirIdentities, theirActivity);
        ModerationQueue theirQueue(*other, house.clock, theirIdentities, theirActivity);
        RelayManagement theirs(*other, house.clock, theirAccounts, theirQueue, theirActivity, theirChanges);
        theirs.banEvent(signedEvent(1).id, {}, boss);
        QTRY_VERIFY(house.management.isBanned(signedEvent(1).id));
        theirs.allowEvent(signedEvent(1).id, {}, boss);
        QTRY_VERIFY(!house.management.isBanned(signedEvent(1).id));
    }

    /// Nothing is read from the database for an event when nothing changed.
    void theHotPathReadsNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.management.disallowKind(7, boss);
        QVERIFY(house.management.refusal(7, {}));
        house.database->execute("DELETE FROM relay_rules"); // behind everybody's back
        QVERIFY(house.management.refusal(7, {}));
        house.management.blockIp("203.0.113.7", {}, boss);
        QVERIFY(!house.management.refusal(7, {}));
    }

    void explainNamesTheRules()
    {
        QFETCH_GLOBAL(QString, engine);
        ManagedHouse house(engine);
        house.score(keyOf(1), 500);
        house.management.disallowKind(1, boss);
        const PolicyExplanation kind = house.policy.explain(keyOf(1));
        QCOMPARE(kind.decision.reason, QByteArray("kind-not-allowed"));
        QCOMPARE(kind.steps.back().check, QStringLiteral("operator's rules"));
        QVERIFY(kind.steps.back().decides);
        house.management.banEvent(signedEvent(1).id, {}, boss);
        const PolicyExplanation banned = house.policy.explain(signedEvent(1));
        QCOMPARE(banned.steps.back().check, QStringLiteral("banned event"));
    }
};

QTEST_GUILESS_MAIN(TestRelayRules)
#include "tst_RelayRules.moc"
