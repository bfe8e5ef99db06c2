// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/relay/RelayHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using enum AccessLevel;

/// Who has access, and why: each rule of the whitelist.
class TestRelayAccounts : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void startsEmpty()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QCOMPARE(house.accounts.count(), 0);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), None);
        QVERIFY(!house.accounts.find(keyOf(1)));
    }

    void grantCreatesTheIdentity()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const RelayAccount made =
            house.accounts.grant(keyOf(1), Write, QStringLiteral("a friend"), QStringLiteral("admin:x"));
        QCOMPARE(house.accounts.find(keyOf(1)), std::optional(made));
        QCOMPARE(made.level, Write);
        QCOMPARE(made.grantedBy, GrantedBy::Manual);
        QCOMPARE(made.actor, QStringLiteral("admin:x"));
        QCOMPARE(made.notes, QStringLiteral("a friend"));
        QCOMPARE(made.tier, Tier::New);
        QCOMPARE(house.identities.find(keyOf(1))->tier, Tier::New);

        const std::vector<ActivityRow> rows = house.activityOf(keyOf(1).text());
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].entry.action, QStringLiteral("relay.grant"));
        QCOMPARE(rows[0].entry.actor, QStringLiteral("admin:x"));
        QCOMPARE(rows[0].entry.reason, QStringLiteral("a friend"));
        QVERIFY(rows[0].entry.before.isEmpty());
        QCOMPARE(rows[0].entry.after["level"].toString(), QStringLiteral("write"));
    }

    void manualStandsOverTheTier_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<qint64>("score");
        for (const AccessLevel level : {None, Read, Write})
            for (const qint64 score : {0, 10, 50, 200})
                QTest::addRow("%s, score %lld", qPrintable(toText(level)), score) << int(level) << score;
    }
    void manualStandsOverTheTier()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, level);
        QFETCH(qint64, score);
        RelayHouse house(engine);
        const auto wanted = static_cast<AccessLevel>(level);
        house.grant(keyOf(1), wanted);
        QVERIFY(!house.score(keyOf(1), score));
        QCOMPARE(house.accounts.getAccess(keyOf(1)), wanted);
        QCOMPARE(house.accounts.find(keyOf(1))->grantedBy, GrantedBy::Manual);
    }

    void revocationIsNeverLiftedBySync()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.score(keyOf(1), 60);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Write);
        house.revoke(keyOf(1));
        for (const std::int64_t score : {0, 200, 10, 500}) {
            QVERIFY(!house.score(keyOf(1), score));
            QCOMPARE(house.accounts.getAccess(keyOf(1)), None);
        }
        // What the operator decided stays until the operator changes it.
        house.grant(keyOf(1), Read);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        QVERIFY(!house.accounts.find(keyOf(1))->revokedAt);
    }

    void automaticFollowsTheTier()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QVERIFY(house.score(keyOf(1), 0)); // created: access follows
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        QVERIFY(house.score(keyOf(1), 10));
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Write);
        QVERIFY(!house.score(keyOf(1), 300)); // write already
        QVERIFY(house.score(keyOf(1), 9));
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        QCOMPARE(house.accounts.find(keyOf(1))->grantedBy, GrantedBy::AutoTier);
        const std::vector<ActivityRow> rows = house.activityOf(keyOf(1).text());
        QCOMPARE(rows.size(), std::size_t(3));
        for (const ActivityRow &row : rows) {
            QCOMPARE(row.entry.action, QStringLiteral("relay.sync"));
            QCOMPARE(row.entry.actor, QStringLiteral("auto"));
        }
    }

    void decayLowersWhatIsInForce()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.score(keyOf(1), 12);
        house.clock.advance(days(33)); // three off: 9
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        QCOMPARE(house.accounts.find(keyOf(1))->tier, Tier::New);
        QCOMPARE(house.accounts.find(keyOf(1))->score, 9);
    }

    void expiryFallsBackToTheTier()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const Millis end = start + days(2);
        house.grant(keyOf(1), Write, end);
        house.grant(keyOf(2), None, end);
        house.score(keyOf(2), 50);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Write);
        QCOMPARE(house.accounts.expireDue(), 0);
        house.clock.set(end - Millis(1));
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Write);
        house.clock.set(end);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read); // without waiting for the sweep
        QCOMPARE(house.accounts.getAccess(keyOf(2)), Write);
        QCOMPARE(house.accounts.expireDue(), 2);
        QCOMPARE(house.accounts.expireDue(), 0);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        const RelayAccount after = *house.accounts.find(keyOf(1));
        QCOMPARE(after.grantedBy, GrantedBy::AutoTier);
        QVERIFY(!after.expiresAt);
        const ActivityRow row = house.activityOf(keyOf(1).text()).front();
        QCOMPARE(row.entry.action, QStringLiteral("relay.expire"));
        QCOMPARE(row.entry.before["level"].toString(), QStringLiteral("write"));
        QCOMPARE(row.entry.after["level"].toString(), QStringLiteral("read"));
        QVERIFY(house.score(keyOf(1), 10)); // automatic again: it follows
    }

    void manyExpiriesInOneSweep()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        for (int i = 1; i <= 20; ++i)
            house.grant(keyOf(i), Write, start + Millis(i));
        house.clock.advance(Millis(15));
        QCOMPARE(house.accounts.expireDue(), 15);
        QCOMPARE(house.accounts.getAccess(keyOf(16)), Write);
    }

    void revokedGrantDoesNotComeBackAtItsEnd()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.score(keyOf(1), 50);
        house.grant(keyOf(1), Write, start + days(1));
        house.revoke(keyOf(1));
        house.clock.advance(days(2));
        QCOMPARE(house.accounts.expireDue(), 0);
        QCOMPARE(house.accounts.getAccess(keyOf(1)), None);
    }

    void refusedGrantsChangeNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QCOMPARE(errorCodeOf([&] { house.grant(keyOf(1), Write, start); }), QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] { house.grant(keyOf(1), Write, start - days(1)); }),
                 QByteArray("invalid_request"));
        const QString tooLong(1'001, u'x');
        QCOMPARE(errorCodeOf([&] { house.accounts.grant(keyOf(1), Write, tooLong, admin); }),
                 QByteArray("invalid_request"));
        QVERIFY(!house.identities.find(keyOf(1)));
        QCOMPARE(house.count("activity"), 0);
        house.accounts.grant(keyOf(1), Write, tooLong.chopped(1), admin);
    }

    void revokeUnknownAndTwice()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QCOMPARE(errorCodeOf([&] { house.revoke(keyOf(1)); }), QByteArray("account_not_found"));
        house.grant(keyOf(1));
        const RelayAccount first = house.revoke(keyOf(1));
        QCOMPARE(first.level, None);
        QCOMPARE(first.revokedAt, std::optional(start));
        house.clock.advance(seconds(5));
        QCOMPARE(house.accounts.revoke(keyOf(1), QStringLiteral("another"), admin), first);
        QCOMPARE(house.activityOf(keyOf(1).text()).size(), std::size_t(2));
    }

    void seedIsIdempotent()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.accounts.seedElite(keyOf(9));
        const RelayAccount seeded = *house.accounts.find(keyOf(9));
        QCOMPARE(seeded.level, Write);
        QCOMPARE(seeded.grantedBy, GrantedBy::Seed);
        QCOMPARE(seeded.score, 200);
        QVERIFY(house.identities.find(keyOf(9))->decayExempt);
        QVERIFY(house.accounts.timmyStands());
        const std::int64_t rows = house.count("activity"), changes = house.count("changes");
        house.clock.advance(days(1'000));
        house.accounts.seedElite(keyOf(9));
        QCOMPARE(house.accounts.find(keyOf(9)), std::optional(seeded));
        QCOMPARE(house.count("activity"), rows);
        QCOMPARE(house.count("changes"), changes);
        QCOMPARE(house.identities.find(keyOf(9))->tier, Tier::Elite);
    }

    void seedRaisesAndNeverLowers()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.score(keyOf(9), 900);
        house.accounts.seedElite(keyOf(9));
        QCOMPARE(house.identities.find(keyOf(9))->score, 900);
        house.set(Setting::TrustTierElite, "1000");
        house.accounts.seedElite(keyOf(9));
        QCOMPARE(house.identities.find(keyOf(9))->score, 1'000);
        QCOMPARE(house.accounts.find(keyOf(9))->grantedBy, GrantedBy::Seed);
    }

    void timmyNeedsForce()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.accounts.seedElite(keyOf(9));
        QCOMPARE(errorCodeOf([&] { house.revoke(keyOf(9)); }), QByteArray("timmy_own_key"));
        QCOMPARE(house.accounts.getAccess(keyOf(9)), Write);
        const auto results =
            house.accounts.bulk(RelayAccounts::BulkAction::Revoke, {keyOf(9).text()}, None, {}, admin);
        QVERIFY(!results[0].ok);
        house.revoke(keyOf(9), true);
        QCOMPARE(house.accounts.getAccess(keyOf(9)), None);
        QVERIFY(!house.accounts.timmyStands());
        house.accounts.seedElite(keyOf(9)); // the next start
        QCOMPARE(house.accounts.getAccess(keyOf(9)), None);
        QVERIFY(!house.accounts.timmyStands());
        house.grant(keyOf(9), Write);
        QVERIFY(house.accounts.timmyStands());
    }

    void undoOfAGrant()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.score(keyOf(1), 10);
        const auto before = house.accounts.find(keyOf(1));
        house.clock.advance(seconds(1));
        const RelayAccount granted = house.grant(keyOf(1), Read);
        house.accounts.restore(granted, before, admin);
        QCOMPARE(house.accounts.find(keyOf(1)), before);
        QCOMPARE(house.activityOf(keyOf(1).text()).front().entry.action, QStringLiteral("relay.undo"));
    }

    void undoOfTheFirstGrant()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const RelayAccount granted = house.grant(keyOf(1), Write);
        house.accounts.restore(granted, std::nullopt, admin);
        // The identity stays, and its tier earns what it earns.
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Read);
        QCOMPARE(house.accounts.find(keyOf(1))->grantedBy, GrantedBy::AutoTier);
    }

    void undoOfARevocation()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const RelayAccount granted = house.grant(keyOf(1), Write, start + days(9));
        const RelayAccount revoked = house.revoke(keyOf(1));
        house.accounts.restore(revoked, granted, admin);
        QCOMPARE(house.accounts.find(keyOf(1)), std::optional(granted));
    }

    void undoLeavesWhatWasChangedSince()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const RelayAccount first = house.grant(keyOf(1), Write);
        const RelayAccount second = house.grant(keyOf(1), Read); // in the same millisecond
        QCOMPARE(errorCodeOf([&] { house.accounts.restore(first, std::nullopt, admin); }),
                 QByteArray("changed_since"));
        QCOMPARE(house.accounts.find(keyOf(1)), std::optional(second));
        house.accounts.restore(second, first, admin);
        QCOMPARE(errorCodeOf([&] { house.accounts.restore(second, first, admin); }),
                 QByteArray("changed_since"));
        QCOMPARE(house.accounts.getAccess(keyOf(1)), Write);
    }

    void bulkGoesOnAfterABadKey()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        const QStringList keys{QString::fromLatin1(toNpub(keyOf(1))), QStringLiteral("nonsense"),
                               keyOf(2).text(),
                               QString::fromLatin1(bech32Encode("nsec", QByteArray(32, 'k')))};
        using enum RelayAccounts::BulkAction;
        const auto granted = house.accounts.bulk(Grant, keys, Read, QStringLiteral("club"), admin);
        QCOMPARE(granted.size(), std::size_t(4));
        for (std::size_t i = 0; i < granted.size(); ++i) {
            QCOMPARE(granted[i].pubkey, keys[static_cast<qsizetype>(i)]);
            QCOMPARE(granted[i].ok, i % 2 == 0);
            QCOMPARE(granted[i].error.isEmpty(), granted[i].ok);
            QVERIFY(!granted[i].error.contains(QStringLiteral("nsec1")));
        }
        QCOMPARE(house.accounts.getAccess(keyOf(2)), Read);
        const auto revoked = house.accounts.bulk(Revoke, {keyOf(1).text(), keyOf(3).text()}, None, {}, admin);
        QVERIFY(revoked[0].ok);
        QVERIFY(!revoked[1].ok); // unknown
        QCOMPARE(errorCodeOf([&] { house.accounts.bulk(Grant, {}, Read, {}, admin); }),
                 QByteArray("invalid_request"));
        const QStringList tooMany(1'001, keyOf(1).text());
        QCOMPARE(errorCodeOf([&] { house.accounts.bulk(Grant, tooMany, Read, {}, admin); }),
                 QByteArray("invalid_request"));
    }

    void chainHolds()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.accounts.seedElite(keyOf(9));
        for (int i = 1; i < 8; ++i) {
            house.grant(keyOf(i), Write, start + days(i));
            house.score(keyOf(i), i * 30);
            if (i % 2 == 0)
                house.revoke(keyOf(i));
        }
        house.clock.advance(days(4));
        house.accounts.expireDue();
        const ChainReport report = Activity::verify(*house.database);
        QVERIFY2(report.ok, qPrintable(report.detail));
        QCOMPARE(report.rows, house.count("activity"));
        QVERIFY(report.rows > 10);
    }
};

QTEST_GUILESS_MAIN(TestRelayAccounts)
#include "tst_RelayAccounts.moc"
