// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/trust/TrustHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString admin = QStringLiteral("admin");

}

/// What the operator does to an identity by hand.
class TestTrustAdjust : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void createsAndTierAndAccessFollow()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        const PubKey key = keyOf(1);
        const Identity made = house.trust.adjust(key, 60, QStringLiteral("known from before"), admin);
        QCOMPARE(made.tier, Tier::Trusted);
        QCOMPARE(made.createdAt, start);
        QCOMPARE(house.relayAccounts.getAccess(key), AccessLevel::Write);
        house.trust.adjust(key, 9, QStringLiteral("less so"), admin);
        QCOMPARE(house.relayAccounts.getAccess(key), AccessLevel::Read);

        const std::vector<ScoreChange> history = house.history(key);
        QCOMPARE(history.size(), std::size_t(2));
        QCOMPARE(history[0].why, QStringLiteral("adjust"));
        QCOMPARE(history[0].detail, QStringLiteral("less so"));
        QCOMPARE(history[0].from, 60);
        QCOMPARE(history[0].to, 9);
        const auto rows =
            house.services.activity.list({.action = QStringLiteral("identity.adjust")}, {}).items;
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].entry.before["tier"].toString(), QStringLiteral("trusted"));
        QCOMPARE(rows[0].entry.after["tier"].toString(), QStringLiteral("new"));
        QCOMPARE(rows[0].entry.after["score"].toInt(), 9);
        QVERIFY(Activity::verify(*house.database).ok);
    }

    void takesDecayFirst()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.setScore(keyOf(1), 210);
        house.clock.advance(days(50));
        QCOMPARE(house.trust.adjust(keyOf(1), 205, {}, admin).score, 205);
        const std::vector<ScoreChange> history = house.history(keyOf(1));
        QCOMPARE(history[0].from, 190);
        QCOMPARE(history[1].why, QStringLiteral("decay"));
        QCOMPARE(house.identity(keyOf(1)).score, 205); // those days are paid for
        house.clock.advance(days(1));
        QCOMPARE(house.identity(keyOf(1)).score, 204);
    }

    void leavesWhatTheOperatorDecided()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.relayAccounts.grant(keyOf(1), AccessLevel::Read, {}, admin);
        house.trust.adjust(keyOf(1), 500, {}, admin);
        QCOMPARE(house.relayAccounts.getAccess(keyOf(1)), AccessLevel::Read);
    }

    void refusesAndChangesNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        for (const std::int64_t wrong : {std::int64_t(-1), Trust::maximumScore + 1})
            QCOMPARE(refusalOf([&] { house.trust.adjust(keyOf(1), wrong, {}, admin); }),
                     QByteArray("400 invalid_request score"));
        const QString tooLong(1'001, u'x');
        QCOMPARE(refusalOf([&] { house.trust.adjust(keyOf(1), 5, tooLong, admin); }),
                 QByteArray("400 invalid_request reason"));
        QCOMPARE(refusalOf([&] { house.trust.note(keyOf(1), {}, admin); }),
                 QByteArray("404 identity_not_found"));
        QVERIFY(!house.identities.find(keyOf(1)));
        QCOMPARE(house.trust.adjust(keyOf(1), Trust::maximumScore, {}, admin).tier, Tier::Elite);
        QCOMPARE(house.trust.adjust(keyOf(1), 0, {}, admin).tier, Tier::New);
        QCOMPARE(refusalOf([&] { house.trust.note(keyOf(1), QString(2'001, u'x'), admin); }),
                 QByteArray("400 invalid_request note"));
    }

    void notes()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.setScore(keyOf(1), 1);
        QCOMPARE(house.trust.note(keyOf(1), QStringLiteral("met at a fair"), admin).note,
                 QStringLiteral("met at a fair"));
        const auto rows = house.services.activity.list({.action = QStringLiteral("identity.note")}, {}).items;
        QCOMPARE(rows.front().entry.after["note"].toString(), QStringLiteral("met at a fair"));
    }
};

QTEST_GUILESS_MAIN(TestTrustAdjust)
#include "tst_TrustAdjust.moc"
