// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/AccessRules.h"

#include <QTest>

using namespace tower;

namespace {

constexpr Millis now = days(20'000);

/// Different for each tier, so that a mix-up shows.
AccessRules rules()
{
    AccessRules out;
    out.earned = {AccessLevel::None, AccessLevel::None, AccessLevel::Read, AccessLevel::Write,
                  AccessLevel::Write};
    return out;
}

} // namespace

Q_DECLARE_METATYPE(tower::StoredAccess)

class TestAccessRules : public QObject
{
    Q_OBJECT

private slots:
    void truthTable_data()
    {
        QTest::addColumn<StoredAccess>("stored");
        QTest::addColumn<QString>("inForce"); // for new, established, trusted, elite
        const auto row = [](const char *name, AccessLevel level, GrantedBy by, std::optional<Millis> revoked,
                            std::optional<Millis> expires, const char *inForce) {
            QTest::newRow(name) << StoredAccess{level, by, revoked, expires} << QString::fromLatin1(inForce);
        };
        using enum AccessLevel;
        const char *earned = "none read write write";
        const Millis past = now - Millis(1), future = now + Millis(1);
        row("manual none", None, GrantedBy::Manual, {}, {}, "none none none none");
        row("manual read", Read, GrantedBy::Manual, {}, {}, "read read read read");
        row("manual write", Write, GrantedBy::Manual, {}, {}, "write write write write");
        row("manual write, to end", Write, GrantedBy::Manual, {}, future, "write write write write");
        row("manual write, ends now", Write, GrantedBy::Manual, {}, now, earned);
        row("manual write, over", Write, GrantedBy::Manual, {}, past, earned);
        row("manual none, over", None, GrantedBy::Manual, {}, past, earned);
        row("manual none, to end", None, GrantedBy::Manual, {}, future, "none none none none");
        row("automatic, stored low", None, GrantedBy::AutoTier, {}, {}, earned);
        row("automatic, stored high", Write, GrantedBy::AutoTier, {}, {}, earned);
        row("seed", Write, GrantedBy::Seed, {}, {}, "write write write write");
        row("revoked manual", None, GrantedBy::Manual, past, {}, "none none none none");
        row("revoked, level left behind", Write, GrantedBy::Manual, past, {}, "none none none none");
        row("revoked automatic", Write, GrantedBy::AutoTier, past, {}, "none none none none");
        row("revoked seed", Write, GrantedBy::Seed, now, {}, "none none none none");
        row("revoked, and over", Write, GrantedBy::Manual, past, past, "none none none none");
    }
    void truthTable()
    {
        QFETCH(StoredAccess, stored);
        QStringList inForce;
        for (const Tier tier : {Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
            inForce << toText(accessInForce(stored, tier, now, rules()));
        QTEST(inForce.join(u' '), "inForce");
    }

    void defaults()
    {
        const AccessRules byDefault = AccessRules::from(Settings());
        QCOMPARE(byDefault.earnedBy(Tier::Anonymous), AccessLevel::None);
        QCOMPARE(byDefault.earnedBy(Tier::New), AccessLevel::Read);
        QCOMPARE(byDefault.earnedBy(Tier::Established), AccessLevel::Write);
        QCOMPARE(byDefault.earnedBy(Tier::Trusted), AccessLevel::Write);
        QCOMPARE(byDefault.earnedBy(Tier::Elite), AccessLevel::Write);
    }

    void followTheSettings()
    {
        Settings settings;
        settings.setSaved(Setting::RelayAccessNew, QStringLiteral("none"));
        settings.setSaved(Setting::RelayAccessElite, QStringLiteral("read"));
        QCOMPARE(AccessRules::from(settings).earnedBy(Tier::New), AccessLevel::None);
        QCOMPARE(AccessRules::from(settings).earnedBy(Tier::Elite), AccessLevel::Read);
    }

    void names()
    {
        for (const AccessLevel level : {AccessLevel::None, AccessLevel::Read, AccessLevel::Write})
            QCOMPARE(accessFromText(toText(level)), std::optional(level));
        for (const GrantedBy by : {GrantedBy::Manual, GrantedBy::AutoTier, GrantedBy::Seed})
            QCOMPARE(grantedByFromText(toText(by)), std::optional(by));
        QCOMPARE(toText(GrantedBy::AutoTier), QStringLiteral("auto-tier"));
        QVERIFY(!accessFromText(QStringLiteral("WRITE")));
        QVERIFY(!grantedByFromText(QString()));
    }
};

QTEST_GUILESS_MAIN(TestAccessRules)
#include "tst_AccessRules.moc"
