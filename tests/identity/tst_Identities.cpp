// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/identity/IdentityHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

class TestIdentities : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void ensureCreatesOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const PubKey key = numbered(1);
        QVERIFY(!house.identities.find(key));
        const auto ensure = [&](Transaction &transaction) {
            return house.identities.ensure(transaction, key);
        };
        const Identities::Ensured first = house.inTransaction(ensure);
        QVERIFY(first.created);
        QCOMPARE(first.identity.tier, Tier::New);
        QCOMPARE(first.identity.score, 0);
        QCOMPARE(first.identity.createdAt, start);
        QCOMPARE(first.identity.lastSeen, start);
        house.clock.advance(days(3));
        const Identities::Ensured second = house.inTransaction(ensure);
        QVERIFY(!second.created);
        QCOMPARE(second.identity.createdAt, start);
        QCOMPARE(second.identity.lastSeen, start); // being looked at is not being seen
    }

    void whatIsRolledBackNeverWas()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        {
            Transaction transaction(*house.database);
            house.identities.ensure(transaction, numbered(1));
        }
        QVERIFY(!house.identities.find(numbered(1)));
    }

    void everyChangeIsExplained()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const PubKey key = numbered(1);
        const Identities::ScoreResult made = house.setScore(key, 60, "vouch", "vouch:7", "kind words");
        QVERIFY(made.created);
        QCOMPARE(made.tierBefore, Tier::New);
        QCOMPARE(made.tier, Tier::Trusted);
        house.clock.advance(days(35)); // five days beyond the grace
        const Identities::ScoreResult next = house.addScore(key, 2);
        QCOMPARE(next.from, 55);
        QCOMPARE(next.to, 57);
        QCOMPARE(next.tierBefore, Tier::Trusted);

        const std::vector<ScoreChange> history = house.identities.history(key, {}).items;
        QCOMPARE(history.size(), std::size_t(3));
        QCOMPARE(history[0].why, QStringLiteral("success"));
        QCOMPARE(history[0].from, 55);
        QCOMPARE(history[0].to, 57);
        QCOMPARE(history[0].at, start + days(35));
        QCOMPARE(history[1].why, QStringLiteral("decay"));
        QCOMPARE(history[1].from, 60);
        QCOMPARE(history[1].to, 55);
        QCOMPARE(history[2].why, QStringLiteral("vouch"));
        QCOMPARE(history[2].ref, QStringLiteral("vouch:7"));
        QCOMPARE(history[2].detail, QStringLiteral("kind words"));
    }

    void historyPages()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        for (int i = 1; i <= 7; ++i)
            house.addScore(numbered(1), i);
        house.addScore(numbered(2), 5);
        PageRequest request{3, {}};
        QList<std::int64_t> steps;
        for (int pages = 0; pages < 5; ++pages) {
            const Page<ScoreChange> page = house.identities.history(numbered(1), request);
            QCOMPARE(page.total, 7);
            for (const ScoreChange &change : page.items)
                steps << change.to - change.from;
            if (page.nextCursor.isEmpty())
                break;
            request.cursor = page.nextCursor;
        }
        QCOMPARE(steps, (QList<std::int64_t>{7, 6, 5, 4, 3, 2, 1}));
    }

    void floorIsZero()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        house.setScore(numbered(1), 3);
        QCOMPARE(house.addScore(numbered(1), -5, "failure").to, 0);
        QCOMPARE(house.identities.find(numbered(1))->score, 0);
        // A failure at zero changes nothing, so there is nothing to explain; an adjustment is always noted.
        house.addScore(numbered(1), -5, "failure");
        QCOMPARE(house.identities.history(numbered(1), {}).total, 2);
        house.setScore(numbered(1), 0, "adjust");
        QCOMPARE(house.identities.history(numbered(1), {}).total, 3);
    }

    void readingComputesDecayAndStoresNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        house.setScore(numbered(1), 210);
        house.clock.advance(days(45));
        for (int look = 0; look < 3; ++look) {
            const Identity read = *house.identities.find(numbered(1));
            QCOMPARE(read.score, 195);
            QCOMPARE(read.storedScore, 210);
            QCOMPARE(read.tier, Tier::Trusted);
        }
        QCOMPARE(house.identities.history(numbered(1), {}).total, 1);
        QCOMPARE(house.identities.list({}, {}).items.front().score, 195);
        // Taken once; the same day nothing more.
        QCOMPARE(house.addScore(numbered(1), 0).from, 195);
        QCOMPARE(house.addScore(numbered(1), 0).from, 195);
        QCOMPARE(house.identities.find(numbered(1))->storedScore, 195);
    }

    void absorbedSatsCountByTheDay()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        house.setScore(numbered(1), 10);
        house.setScore(numbered(2), 10);
        const auto absorb = [&](const PubKey &key, int sats) {
            house.inTransaction([&](Transaction &transaction) {
                house.identities.absorb(transaction, key, Sats(sats));
                return true;
            });
        };
        const auto today = [&](int n) { return house.identities.find(numbered(n))->satsAbsorbedToday; };
        absorb(numbered(1), 30);
        absorb(numbered(1), 12);
        QCOMPARE(today(1), Sats(42));
        QCOMPARE(today(2), Sats(0));
        house.clock.advance(days(1) - Millis(1)); // the last of the UTC day
        QCOMPARE(today(1), Sats(42));
        absorb(numbered(1), 1);
        QCOMPARE(today(1), Sats(43));
        house.clock.advance(Millis(1));
        QCOMPARE(today(1), Sats(0));
        absorb(numbered(1), 5);
        QCOMPARE(today(1), Sats(5));
        QCOMPARE(house.identities.list({}, {}).items.size(), std::size_t(2));
        QCOMPARE(errorCodeOf([&] { absorb(numbered(3), 5); }), QByteArray("internal_error"));
    }

    void exemptNeverDecays()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        house.setScore(numbered(1), 200);
        house.inTransaction([&](Transaction &transaction) {
            house.identities.setDecayExempt(transaction, numbered(1), true);
            return 0;
        });
        house.clock.advance(days(4'000));
        QCOMPARE(house.identities.find(numbered(1))->tier, Tier::Elite);
        QCOMPARE(house.addScore(numbered(1), 1).from, 200);
    }

    void comingBackEndsTheAbsenceAndUndoesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const PubKey key = numbered(1);
        house.setScore(key, 205);
        house.clock.advance(days(40));
        const auto see = [&](Transaction &transaction) {
            return house.identities.markSeen(transaction, key);
        };
        const Identities::ScoreResult back = house.inTransaction(see);
        QCOMPARE(back.from, 205);
        QCOMPARE(back.to, 195);
        QCOMPARE(back.tierBefore, Tier::Elite);
        QCOMPARE(back.tier, Tier::Trusted);
        const Identity read = *house.identities.find(key);
        QCOMPARE(read.score, 195);
        QCOMPARE(read.storedScore, 195);
        QCOMPARE(read.lastSeen, start + days(40));
        QCOMPARE(house.identities.history(key, {}).items.front().why, QStringLiteral("decay"));
        house.inTransaction(see);
        QCOMPARE(house.identities.find(key)->score, 195);
        house.clock.advance(days(31));
        QCOMPARE(house.identities.find(key)->score, 194);
    }

    void beingSeenNeverGoesBack()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        house.setScore(numbered(1), 1);
        house.clock.set(start - days(2));
        house.inTransaction(
            [&](Transaction &transaction) { return house.identities.markSeen(transaction, numbered(1)); });
        QCOMPARE(house.identities.find(numbered(1))->lastSeen, start);
    }

    void smallFields()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const PubKey key = numbered(1);
        house.setScore(key, 1);
        const QString note = QStringLiteral("a'; DROP TABLE nostr_identities; -- \u00e9\U0001F600");
        house.inTransaction([&](Transaction &transaction) {
            house.identities.setNote(transaction, key, note);
            house.identities.countInteraction(transaction, key);
            house.identities.countInteraction(transaction, key);
            house.identities.setLightningAddress(transaction, key, QStringLiteral("me@example.org"));
            return 0;
        });
        const Identity read = *house.identities.find(key);
        QCOMPARE(read.note, note);
        QCOMPARE(read.interactionCount, 2);
        QCOMPARE(read.lightningAddress, QStringLiteral("me@example.org"));
    }

    void countsByTier()
    {
        QFETCH_GLOBAL(QString, engine);
        IdentityHouse house(engine);
        const std::vector<std::int64_t> scores{0, 9, 10, 50, 60, 199, 200};
        for (std::size_t i = 0; i < scores.size(); ++i)
            house.setScore(numbered(static_cast<int>(i)), scores[i]);
        std::map<Tier, std::int64_t> counts;
        for (const auto &[tier, n] : house.identities.countByTier())
            counts[tier] = n;
        QCOMPARE(counts, (std::map<Tier, std::int64_t>{
                             {Tier::New, 2}, {Tier::Established, 1}, {Tier::Trusted, 3}, {Tier::Elite, 1}}));
    }
};

QTEST_GUILESS_MAIN(TestIdentities)
#include "tst_Identities.moc"
