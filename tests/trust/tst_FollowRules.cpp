// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/trust/TrustHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// What a change of the rules, or of Timmy's key, does to those who are there already.
class TestFollowRules : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void tiersAndAutomaticAccessFollowTheRules()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.setScore(keyOf(1), 60); // trusted
        house.setScore(keyOf(2), 12); // established
        house.setScore(keyOf(3), 12);
        house.relayAccounts.grant(keyOf(3), AccessLevel::Read, {}, QStringLiteral("admin"));
        QVERIFY(outOfStep(house).empty());

        house.settings.setSaved(Setting::TrustTierTrusted, QStringLiteral("100"));
        house.settings.setSaved(Setting::RelayAccessEstablished, QStringLiteral("read"));
        QCOMPARE(outOfStep(house), (sorted({keyOf(1), keyOf(2)})));
        house.trust.followRules(outOfStep(house));
        QVERIFY(outOfStep(house).empty());

        IdentityFilter established;
        established.tier = Tier::Established;
        const auto establishedNow = house.identities.list(established, {}).items;
        QCOMPARE(establishedNow.size(), std::size_t(3));
        RelayAccountFilter readers;
        readers.level = AccessLevel::Read;
        const auto reading = house.relayAccounts.list(readers, {}).items;
        QCOMPARE(reading.size(), std::size_t(3));
        QCOMPARE(house.relayAccounts.find(keyOf(3))->grantedBy, GrantedBy::Manual);
        QCOMPARE(house.history(keyOf(1)).size(), std::size_t(1)); // the score did not move
    }

    void aRevocationIsNotOutOfStep()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.setScore(keyOf(1), 60);
        house.relayAccounts.revoke(keyOf(1), {}, QStringLiteral("admin"));
        QVERIFY(outOfStep(house).empty());
    }

    void aFormerKeyOfTimmyLosesWhatItWasGiven()
    {
        QFETCH_GLOBAL(QString, engine);
        TrustHouse house(engine);
        house.relayAccounts.seedElite(keyOf(1));
        house.relayAccounts.seedElite(keyOf(2));
        const auto former = house.relayAccounts.find(keyOf(1));
        QCOMPARE(former->grantedBy, GrantedBy::AutoTier);
        QVERIFY(!house.identity(keyOf(1)).decayExempt);
        QCOMPARE(house.relayAccounts.find(keyOf(2))->grantedBy, GrantedBy::Seed);
        QVERIFY(house.identity(keyOf(2)).decayExempt);
        ActivityFilter unseeded;
        unseeded.action = QStringLiteral("relay.unseed");
        QCOMPARE(house.services.activity.list(unseeded, {}).items.size(), std::size_t(1));
        house.relayAccounts.seedElite(keyOf(2));
        QCOMPARE(house.services.activity.list(unseeded, {}).items.size(), std::size_t(1));
    }

private:
    static std::vector<PubKey> sorted(std::vector<PubKey> keys)
    {
        std::sort(keys.begin(), keys.end());
        return keys;
    }
    static std::vector<PubKey> outOfStep(TrustHouse &house)
    {
        return sorted(RelayAccounts::outOfStep(*house.database, house.relayAccounts.rules(), 100));
    }
};

QTEST_GUILESS_MAIN(TestFollowRules)
#include "tst_FollowRules.moc"
