// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/QueryPlan.h"
#include "tests/trust/TrustHouse.h"

#include <QSignalSpy>
#include <QTest>

using namespace tower;
using namespace tower::test;

class TestTrustScores : public QObject
{
    Q_OBJECT

private slots:
    void successAndFailure_data() { TestDatabase::engineRows(); }
    void successAndFailure();
    void towersOwnFault();
    void stepsAreSettings();
    void accessFollowsTheTier_data() { TestDatabase::engineRows(); }
    void accessFollowsTheTier();
    void rollsBackWithItsTransaction();
    void whoWatchesIsToldAfterCommit();
    void decayComesFirst();
    void readingIsNotBeingSeen();
    void seenOnceAMinute();
    void sweep_data() { TestDatabase::engineRows(); }
    void sweep();
    void sweepLeavesOthersAlone();
    void sweepReadsAnIndex();
    void absorbedSatsAreOfToday();
};

void TestTrustScores::successAndFailure()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    house.trust.recordSuccess(keyOf(1), Sats(12), QStringLiteral("job:a"));
    house.trust.recordSuccess(keyOf(1), Sats(7), QStringLiteral("job:b"));
    house.trust.recordSuccess(keyOf(1), Sats(7), QStringLiteral("job:c"));
    house.trust.recordFailure(keyOf(1), QStringLiteral("refused"), QStringLiteral("job:d"), false);
    QCOMPARE(house.identity(keyOf(1)).score, 1);
    QCOMPARE(house.identity(keyOf(1)).interactionCount, 3);
    house.trust.recordFailure(keyOf(1), QStringLiteral("refused"), QStringLiteral("job:e"), false);
    QCOMPARE(house.identity(keyOf(1)).score, 0);

    const auto history = house.history(keyOf(1));
    QCOMPARE(history.size(), std::size_t(5));
    QCOMPARE(history[0].why, QStringLiteral("failure"));
    QCOMPARE(history[0].from, 1);
    QCOMPARE(history[0].to, 0);
    QCOMPARE(history[0].ref, QStringLiteral("job:e"));
    QCOMPARE(history[0].detail, QStringLiteral("refused"));
    QCOMPARE(history[4].why, QStringLiteral("success"));
    QCOMPARE(history[4].detail, QStringLiteral("12 sats"));
}

void TestTrustScores::towersOwnFault()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(1), 10);
    house.trust.recordFailure(keyOf(1), QStringLiteral("agent unreachable"), QStringLiteral("job:a"), true);
    QCOMPARE(house.identity(keyOf(1)).score, 10);

    TrustHouse strict(QStringLiteral("sqlite"),
                      {{QStringLiteral("TRUST_SCORE_PER_TOWER_FAULT"), QStringLiteral("5")}});
    strict.setScore(keyOf(1), 10);
    strict.trust.recordFailure(keyOf(1), QStringLiteral("agent unreachable"), QStringLiteral("job:a"), true);
    QCOMPARE(strict.identity(keyOf(1)).score, 5);
}

void TestTrustScores::stepsAreSettings()
{
    TrustHouse house(QStringLiteral("sqlite"),
                     {{QStringLiteral("TRUST_SCORE_PER_SUCCESS"), QStringLiteral("30")},
                      {QStringLiteral("TRUST_SCORE_PER_FAILURE"), QStringLiteral("4")}});
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    house.trust.recordFailure(keyOf(1), {}, {}, false);
    QCOMPARE(house.identity(keyOf(1)).score, 26);
}

void TestTrustScores::accessFollowsTheTier()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::Read);
    const auto storedLevel = [&] {
        return house.database
            ->one("SELECT access_level FROM relay_accounts WHERE pubkey = ?", {keyOf(1)},
                  [](const Row &row) { return row.text("access_level"); })
            .value_or(QString());
    };
    for (int i = 0; i < 4; ++i)
        house.trust.recordSuccess(keyOf(1), Sats(1), {});
    QCOMPARE(house.identity(keyOf(1)).tier, Tier::Established);
    QCOMPARE(storedLevel(), QStringLiteral("write"));
    house.trust.recordFailure(keyOf(1), {}, {}, false);
    QCOMPARE(storedLevel(), QStringLiteral("read"));

    // What the operator decided stays.
    house.relayAccounts.revoke(keyOf(1), {}, QStringLiteral("admin"));
    for (int i = 0; i < 5; ++i)
        house.trust.recordSuccess(keyOf(1), Sats(1), {});
    QCOMPARE(house.identity(keyOf(1)).tier, Tier::Established);
    QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::None);
}

void TestTrustScores::rollsBackWithItsTransaction()
{
    TrustHouse house(QStringLiteral("sqlite"));
    QSignalSpy told(&house.trust, &Trust::tierChanged);
    {
        Transaction transaction(*house.database);
        for (int i = 0; i < 5; ++i)
            house.trust.recordSuccess(transaction, keyOf(1), Sats(1), {});
    }
    QVERIFY(!house.identities.find(keyOf(1)));
    QVERIFY(!house.relayAccounts.find(keyOf(1)));
    QCOMPARE(told.size(), 0);
}

void TestTrustScores::whoWatchesIsToldAfterCommit()
{
    TrustHouse house(QStringLiteral("sqlite"));
    std::vector<std::pair<Tier, Tier>> told;
    connect(&house.trust, &Trust::tierChanged, this, [&](const PubKey &key, Tier before, Tier after) {
        QCOMPARE(key, keyOf(1));
        QVERIFY(!house.database->inTransaction());
        told.emplace_back(before, after);
    });
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    house.setScore(keyOf(1), 250);
    house.clock.advance(days(100));
    house.trust.seen(keyOf(1));
    const std::vector<std::pair<Tier, Tier>> expected{
        {Tier::Anonymous, Tier::New}, {Tier::New, Tier::Elite}, {Tier::Elite, Tier::Trusted}};
    QVERIFY(told == expected);
}

void TestTrustScores::decayComesFirst()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(1), 8);
    house.clock.advance(days(50)); // 20 days due, of which 8 can be taken
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    QCOMPARE(house.identity(keyOf(1)).score, 2);
    const auto history = house.history(keyOf(1));
    QCOMPARE(history[1].why, QStringLiteral("decay"));
    QCOMPARE(history[1].to, 0);
    // The same day nothing more is taken; the next day one is, since a success is no sighting.
    house.trust.recordSuccess(keyOf(1), Sats(1), {});
    QCOMPARE(house.identity(keyOf(1)).score, 4);
    house.clock.advance(days(1));
    QCOMPARE(house.identity(keyOf(1)).score, 3);
}

void TestTrustScores::readingIsNotBeingSeen()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.setScore(keyOf(1), 100);
    house.clock.advance(days(40));
    for (int i = 0; i < 5; ++i)
        QCOMPARE(house.identity(keyOf(1)).score, 90);
    QCOMPARE(house.identity(keyOf(1)).lastSeen, start);
    QCOMPARE(house.identity(keyOf(1)).storedScore, 100);
}

void TestTrustScores::seenOnceAMinute()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.trust.seen(keyOf(1));
    QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::Read);
    house.clock.advance(seconds(59));
    house.trust.seen(keyOf(1));
    QCOMPARE(house.identity(keyOf(1)).lastSeen, start);
    house.clock.advance(seconds(1));
    house.trust.seen(keyOf(1));
    QCOMPARE(house.identity(keyOf(1)).lastSeen, start + seconds(60));
}

void TestTrustScores::sweep()
{
    QFETCH(QString, engine);
    TrustHouse house(engine);
    for (quint32 i = 1; i <= 25; ++i)
        house.setScore(keyOf(i), 12);
    house.clock.advance(days(30));
    QCOMPARE(house.trust.applyDueDecay(100), 0);
    house.clock.advance(days(3));
    QCOMPARE(house.trust.applyDueDecay(10), 10);
    QCOMPARE(house.trust.applyDueDecay(10), 10);
    QCOMPARE(house.trust.applyDueDecay(10), 5);
    QCOMPARE(house.trust.applyDueDecay(10), 0);
    for (quint32 i = 1; i <= 25; ++i) {
        QCOMPARE(house.identity(keyOf(i)).storedScore, 9);
        QCOMPARE(house.relayAccounts.find(keyOf(i))->level, AccessLevel::Read);
    }
    const auto counts = house.identities.countByTier();
    QCOMPARE(counts.size(), std::size_t(1));
    QCOMPARE(counts[0].first, Tier::New);

    // Within the day nothing more; with each full day one more, until there is nothing left.
    house.clock.advance(days(1) - Millis(1));
    QCOMPARE(house.trust.applyDueDecay(100), 0);
    house.clock.advance(Millis(1));
    QCOMPARE(house.trust.applyDueDecay(100), 25);
    QCOMPARE(house.identity(keyOf(7)).storedScore, 8);
    house.clock.advance(days(400));
    QCOMPARE(house.trust.applyDueDecay(100), 25);
    QCOMPARE(house.identity(keyOf(7)).storedScore, 0);
    house.clock.advance(days(1));
    QCOMPARE(house.trust.applyDueDecay(100), 0);
}

void TestTrustScores::sweepLeavesOthersAlone()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.relayAccounts.seedElite(keyOf(1));
    house.setScore(keyOf(2), 50);
    house.setScore(keyOf(3), 50);
    house.relayAccounts.grant(keyOf(3), AccessLevel::Write, {}, QStringLiteral("admin"));
    house.clock.advance(days(20));
    house.trust.seen(keyOf(2));
    house.clock.advance(days(20));
    QCOMPARE(house.trust.applyDueDecay(100), 1);
    QCOMPARE(house.identity(keyOf(1)).score, 200);
    QCOMPARE(house.identity(keyOf(2)).score, 50);
    QCOMPARE(house.identity(keyOf(3)).score, 40);
    QCOMPARE(house.relayAccounts.getAccess(keyOf(3)), AccessLevel::Write);

    TrustHouse without(QStringLiteral("sqlite"),
                       {{QStringLiteral("TRUST_DECAY_PER_DAY"), QStringLiteral("0")}});
    without.setScore(keyOf(1), 50);
    without.clock.advance(days(400));
    QCOMPARE(without.trust.applyDueDecay(100), 0);
    QCOMPARE(without.identity(keyOf(1)).score, 50);
}

void TestTrustScores::sweepReadsAnIndex()
{
    TrustHouse house(QStringLiteral("sqlite"));
    const QStringList plan = queryPlan(
        *house.database, QStringLiteral("SELECT pubkey FROM nostr_identities WHERE trust_score > 0 AND "
                                        "decay_exempt = 0 AND last_seen <= 1 "
                                        "AND (2 - last_seen) / 86400000 - 30 > decay_days_taken "
                                        "ORDER BY last_seen LIMIT 3"));
    QVERIFY2(!readsEverything(plan), qPrintable(plan.join(u'\n')));
    QVERIFY2(plan.join(u' ').contains(QStringLiteral("nostr_identities_absent")),
             qPrintable(plan.join(u'\n')));
}

void TestTrustScores::absorbedSatsAreOfToday()
{
    TrustHouse house(QStringLiteral("sqlite"));
    house.trust.seen(keyOf(1));
    house.database->execute(
        "UPDATE nostr_identities SET sats_absorbed_today = 40, absorbed_reset_at = ? WHERE pubkey = ?",
        {start, keyOf(1)});
    house.clock.advance(days(1) - Millis(1)); // the test begins at midnight
    QCOMPARE(house.identity(keyOf(1)).satsAbsorbedToday, Sats(40));
    house.clock.advance(Millis(1));
    QCOMPARE(house.identity(keyOf(1)).satsAbsorbedToday, Sats(0));
}

QTEST_GUILESS_MAIN(TestTrustScores)
#include "tst_TrustScores.moc"
