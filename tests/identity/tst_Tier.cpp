// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/Tier.h"

#include <QTest>

#include <limits>

using namespace tower;

namespace {

constexpr Millis seen = days(20'000);

/// 30 days of grace, then 1 a day, unless said otherwise.
TrustRules decayBy(std::int64_t perDay, std::int64_t absentDays = 30)
{
    TrustRules rules;
    rules.decayPerDay = perDay;
    rules.decayAbsentDays = absentDays;
    return rules;
}

} // namespace

/// Tiers and decay, which are functions of their arguments alone.
class TestTier : public QObject
{
    Q_OBJECT

private slots:
    void bounds_data()
    {
        QTest::addColumn<qint64>("score");
        QTest::addColumn<QString>("tier");
        QTest::newRow("zero") << qint64(0) << "new";
        QTest::newRow("below established") << qint64(9) << "new";
        QTest::newRow("established") << qint64(10) << "established";
        QTest::newRow("below trusted") << qint64(49) << "established";
        QTest::newRow("trusted") << qint64(50) << "trusted";
        QTest::newRow("below elite") << qint64(199) << "trusted";
        QTest::newRow("elite") << qint64(200) << "elite";
        QTest::newRow("largest") << std::numeric_limits<qint64>::max() << "elite";
    }
    void bounds()
    {
        QFETCH(qint64, score);
        QTEST(toText(tierOf(score, TrustRules())), "tier");
    }

    void boundsFollowTheSettings()
    {
        Settings settings;
        settings.setSaved({{Setting::TrustTierEstablished, QStringLiteral("1")},
                           {Setting::TrustTierTrusted, QStringLiteral("2")},
                           {Setting::TrustTierElite, QStringLiteral("3")},
                           {Setting::TrustDecayAbsentDays, QStringLiteral("7")},
                           {Setting::TrustDecayPerDay, QStringLiteral("4")}});
        const TrustRules rules = TrustRules::from(settings);
        QCOMPARE(tierOf(0, rules), Tier::New);
        QCOMPARE(tierOf(1, rules), Tier::Established);
        QCOMPARE(tierOf(2, rules), Tier::Trusted);
        QCOMPARE(tierOf(3, rules), Tier::Elite);
        QCOMPARE(rules.decayAbsentDays, 7);
        QCOMPARE(rules.decayPerDay, 4);
    }

    void names()
    {
        for (const Tier tier : {Tier::Anonymous, Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
            QCOMPARE(tierFromText(toText(tier)), std::optional(tier));
        for (const char *wrong : {"", "Elite", "elite ", "admin"})
            QVERIFY(!tierFromText(QString::fromLatin1(wrong)));
    }

    void decay_data()
    {
        QTest::addColumn<qint64>("score");
        QTest::addColumn<qint64>("absent"); // milliseconds
        QTest::addColumn<qint64>("perDay");
        QTest::addColumn<qint64>("after");
        const qint64 day = days(1).value();
        QTest::newRow("just seen") << qint64(200) << qint64(0) << qint64(1) << qint64(200);
        QTest::newRow("30 days") << qint64(200) << 30 * day << qint64(1) << qint64(200);
        QTest::newRow("31 days less 1 ms") << qint64(200) << 31 * day - 1 << qint64(1) << qint64(200);
        QTest::newRow("31 days") << qint64(200) << 31 * day << qint64(1) << qint64(199);
        QTest::newRow("32 days less 1 ms") << qint64(200) << 32 * day - 1 << qint64(1) << qint64(199);
        QTest::newRow("130 days") << qint64(200) << 130 * day << qint64(1) << qint64(100);
        QTest::newRow("3 a day") << qint64(200) << 40 * day << qint64(3) << qint64(170);
        QTest::newRow("to the floor") << qint64(5) << 35 * day << qint64(1) << qint64(0);
        QTest::newRow("below the floor") << qint64(5) << 400 * day << qint64(1) << qint64(0);
        QTest::newRow("uneven step to the floor") << qint64(5) << 32 * day << qint64(3) << qint64(0);
        QTest::newRow("nothing to lose") << qint64(0) << 400 * day << qint64(1) << qint64(0);
        QTest::newRow("decay off") << qint64(200) << 4000 * day << qint64(0) << qint64(200);
        QTest::newRow("clock set back") << qint64(200) << -90 * day << qint64(1) << qint64(200);
        QTest::newRow("no overflow") << qint64(1'000'000) << 20'000 * day
                                     << std::numeric_limits<qint64>::max() << qint64(0);
        QTest::newRow("no overflow, one day") << std::numeric_limits<qint64>::max() << 31 * day
                                              << std::numeric_limits<qint64>::max() << qint64(0);
    }
    void decay()
    {
        QFETCH(qint64, score);
        QFETCH(qint64, absent);
        QFETCH(qint64, perDay);
        const Decayed result = decayed(score, seen, 0, seen + Millis(absent), decayBy(perDay));
        QTEST(qint64(result.score), "after");
    }

    void takesEachDayOnce()
    {
        const TrustRules rules = decayBy(1);
        const Millis noon = seen + days(41) + Millis(days(1).value() / 2);
        const Decayed first = decayed(200, seen, 0, noon, rules);
        QCOMPARE(first.score, 189);
        const Decayed again = decayed(first.score, seen, first.daysTaken, noon, rules);
        QCOMPARE(again.score, 189);
        const Decayed later = decayed(again.score, seen, again.daysTaken, noon + Millis(1000), rules);
        QCOMPARE(later.score, 189);
        // The twelfth day is full half a day on, though less than a day passed since the last look.
        const Decayed next = decayed(later.score, seen, later.daysTaken, seen + days(42), rules);
        QCOMPARE(next.score, 188);
    }

    void manyLooksTakeWhatOneTakes()
    {
        const TrustRules rules = decayBy(2, 3);
        std::int64_t score = 500;
        std::int64_t taken = 0;
        for (int hour = 0; hour <= 24 * 60; hour += 5) {
            const Millis now = seen + Millis(std::int64_t(hour) * 3'600'000);
            const Decayed stepped = decayed(score, seen, taken, now, rules);
            score = stepped.score;
            taken = stepped.daysTaken;
            QCOMPARE(score, decayed(500, seen, 0, now, rules).score);
        }
        QCOMPARE(score, 500 - 2 * 57);
    }

    void beingSeenBeginsAnew()
    {
        const TrustRules rules = decayBy(1);
        const Millis back = seen + days(40);
        const Decayed away = decayed(200, seen, 0, back, rules);
        QCOMPARE(away.score, 190);
        QCOMPARE(decayed(190, back, 0, back + days(30), rules).score, 190);
        QCOMPARE(decayed(190, back, 0, back + days(31), rules).score, 189);
    }
};

QTEST_GUILESS_MAIN(TestTier)
#include "tst_Tier.moc"
