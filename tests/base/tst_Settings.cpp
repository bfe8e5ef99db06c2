// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Settings.h"

#include <QTest>

using namespace tower;

namespace {

QProcessEnvironment environmentOf(const Settings::Values &values)
{
    QProcessEnvironment environment;
    for (const auto &[name, text] : values)
        environment.insert(name, text);
    return environment;
}

Settings withEnvironment(const Settings::Values &values)
{
    return Settings({}, environmentOf(values), {});
}

/// The ServiceError that `action` throws; a test failure when it throws none.
template <class Action>
ServiceError errorOf(Action action)
{
    try {
        action();
    } catch (const ServiceError &e) {
        return e;
    }
    return internalError(QStringLiteral("nothing was thrown"), "nothing_thrown");
}

} // namespace

class TestSettings : public QObject
{
    Q_OBJECT

private slots:
    void precedence();
    void aliases();
    void unknownConfigKeys_data();
    void unknownConfigKeys();
    void secretsInTheConfigFileAreRefused_data();
    void secretsInTheConfigFileAreRefused();
    void rulesBetweenSettings_data();
    void rulesBetweenSettings();
    void fixedSettingsConflict();
    void savedValuesUnderFixedOnesAreIgnored();
    void badSavedLayerChangesNothing();
    void severalChangeTogether();
    void listenersHearWhatChanged();
};

void TestSettings::precedence()
{
    const Settings::Values layer[] = {{{"EVAL_FEE_SATS", "11"}},
                                      {{"EVAL_FEE_SATS", "12"}},
                                      {{"EVAL_FEE_SATS", "13"}},
                                      {{"EVAL_FEE_SATS", "14"}}};
    struct Case
    {
        bool saved, config, environment, commandLine;
        int expected;
        SettingSource source;
    };
    const Case cases[] = {
        {false, false, false, false, 10, SettingSource::Default},
        {true, false, false, false, 11, SettingSource::Saved},
        {true, true, false, false, 12, SettingSource::ConfigFile},
        {true, true, true, false, 13, SettingSource::Environment},
        {true, true, true, true, 14, SettingSource::CommandLine},
        {false, true, true, false, 13, SettingSource::Environment},
        {false, true, false, true, 14, SettingSource::CommandLine},
        {true, false, true, false, 13, SettingSource::Environment},
        {true, false, false, true, 14, SettingSource::CommandLine},
    };
    for (const Case &c : cases) {
        Settings settings(c.commandLine ? layer[3] : Settings::Values(),
                          environmentOf(c.environment ? layer[2] : Settings::Values()),
                          c.config ? layer[1] : Settings::Values());
        settings.load(c.saved ? layer[0] : Settings::Values());
        QCOMPARE(settings.integer(Setting::EvalFeeSats), c.expected);
        QCOMPARE(settings.source(Setting::EvalFeeSats), c.source);
        QCOMPARE(settings.isFixed(Setting::EvalFeeSats), c.expected >= 12);
    }
}

void TestSettings::aliases()
{
    QCOMPARE(withEnvironment({{"POOL_CREDIT_PCT", "33"}}).integer(Setting::FreeTierPoolCreditPct), 33);
    QCOMPARE(Settings({}, {}, {{"POOL_CREDIT_PCT", "34"}}).integer(Setting::FreeTierPoolCreditPct), 34);
    withEnvironment({{"POOL_CREDIT_PCT", "5"}, {"FREE_TIER_POOL_CREDIT_PCT", "5"}});
    const ServiceError e = errorOf([] {
        withEnvironment({{"POOL_CREDIT_PCT", "5"}, {"FREE_TIER_POOL_CREDIT_PCT", "6"}});
    });
    QCOMPARE(e.field(), QByteArray("FREE_TIER_POOL_CREDIT_PCT"));
    QVERIFY(e.message().contains(QStringLiteral("POOL_CREDIT_PCT (environment)")));
}

void TestSettings::unknownConfigKeys_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("typing slip") << "TRUST_TEIR_ELITE"
                                 << "TRUST_TIER_ELITE";
    QTest::newRow("missing letter") << "EVAL_FE_SATS"
                                    << "EVAL_FEE_SATS";
    QTest::newRow("lower case") << "eval_fee_sats"
                                << "EVAL_FEE_SATS";
    QTest::newRow("near an alias") << "POOL_CREDT_PCT"
                                   << "POOL_CREDIT_PCT";
    QTest::newRow("plural") << "HTTP_MAX_BODYBYTES"
                            << "HTTP_MAX_BODY_BYTES";
}

void TestSettings::unknownConfigKeys()
{
    QFETCH(QString, key);
    QFETCH(QString, nearest);
    const Settings settings({}, {}, {{key, "7"}});
    QCOMPARE(settings.warnings(),
             QStringList(QStringLiteral("%1 (config file) is not a setting; the nearest known name is %2")
                             .arg(key, nearest)));
}

void TestSettings::secretsInTheConfigFileAreRefused_data()
{
    QTest::addColumn<QString>("key");
    for (const char *key :
         {"ADMIN_TOKEN", "admin_token", "TIMMY_NOSTR_NSEC", "LNBITS_API_KEY_FILE", "TOWER_DATA_KEY"})
        QTest::newRow(key) << QString::fromLatin1(key);
}

void TestSettings::secretsInTheConfigFileAreRefused()
{
    QFETCH(QString, key);
    const ServiceError e = errorOf([&] { Settings({}, {}, {{key, "hunter2hunter2"}}); });
    QCOMPARE(e.code(), QByteArray("secret_in_config"));
    QVERIFY(e.message().contains(key.toUpper()));
    QVERIFY(!e.message().contains(QStringLiteral("hunter2")));
}

void TestSettings::rulesBetweenSettings_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("message");
    QTest::newRow("elite at trusted") << "TRUST_TIER_ELITE"
                                      << "50"
                                      << "TRUST_TIER_TRUSTED=50 must be less than TRUST_TIER_ELITE=50";
    QTest::newRow("established above trusted")
        << "TRUST_TIER_ESTABLISHED"
        << "60"
        << "TRUST_TIER_ESTABLISHED=60 must be less than TRUST_TIER_TRUSTED=50";
    QTest::newRow("minimum deposit above the maximum")
        << "SESSION_MIN_DEPOSIT_SATS"
        << "10001"
        << "SESSION_MIN_DEPOSIT_SATS=10001 must be at most SESSION_MAX_DEPOSIT_SATS=10000";
    QTest::newRow("minimum deposit at the maximum") << "SESSION_MIN_DEPOSIT_SATS"
                                                    << "10000" << QString();
    QTest::newRow("trusted just under elite") << "TRUST_TIER_TRUSTED"
                                              << "199" << QString();
}

void TestSettings::rulesBetweenSettings()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, message);
    if (message.isEmpty()) {
        withEnvironment({{name, value}});
        return;
    }
    QCOMPARE(errorOf([&] { withEnvironment({{name, value}}); }).message(), message);
    QCOMPARE(errorOf([&] { (void)Settings().check(Settings::find(name)->setting, value); }).message(),
             message);
    Settings settings;
    QCOMPARE(errorOf([&] { settings.load({{name, value}}); }).message(), message);
}

void TestSettings::fixedSettingsConflict()
{
    Settings settings = withEnvironment({{"EVAL_FEE_SATS", "25"}});
    const ServiceError e = errorOf([&] { settings.setSaved(Setting::EvalFeeSats, QStringLiteral("30")); });
    QCOMPARE(e.kind(), ErrorKind::Conflict);
    QCOMPARE(e.code(), QByteArray("setting_fixed"));
    QCOMPARE(e.message(),
             QStringLiteral("EVAL_FEE_SATS is fixed by the environment and can't be changed here"));
    QCOMPARE(settings.integer(Setting::EvalFeeSats), 25);
    QCOMPARE(errorOf([&] { (void)settings.check(Setting::EvalFeeSats, QStringLiteral("30")); }).kind(),
             ErrorKind::Conflict);
    QCOMPARE(errorOf([&] { settings.resetSaved(Setting::EvalFeeSats); }).kind(), ErrorKind::Conflict);
}

void TestSettings::savedValuesUnderFixedOnesAreIgnored()
{
    Settings settings = withEnvironment({{"EVAL_FEE_SATS", "25"}});
    settings.load({{"EVAL_FEE_SATS", "no longer valid"}, {"GONE_SETTING", "1"}});
    QCOMPARE(settings.integer(Setting::EvalFeeSats), 25);
    QCOMPARE(settings.warnings().size(), 1);
    QVERIFY(settings.warnings().first().startsWith(QStringLiteral("GONE_SETTING (saved)")));
}

void TestSettings::badSavedLayerChangesNothing()
{
    Settings settings;
    const ServiceError e = errorOf([&] {
        settings.load({{"EVAL_FEE_SATS", "20"}, {"VOUCH_TRUST_BOOST", "x"}});
    });
    QCOMPARE(e.field(), QByteArray("VOUCH_TRUST_BOOST"));
    QCOMPARE(settings.integer(Setting::EvalFeeSats), 10);
}

void TestSettings::severalChangeTogether()
{
    Settings settings;
    const Settings::Changes up{{Setting::TrustTierEstablished, QStringLiteral("0300")},
                               {Setting::TrustTierTrusted, QStringLiteral("400")},
                               {Setting::TrustTierElite, QStringLiteral("500")}};
    QCOMPARE(settings.check(up).at(Setting::TrustTierEstablished), QStringLiteral("300"));
    settings.setSaved(up);
    QCOMPARE(settings.integer(Setting::TrustTierEstablished), 300);
    QCOMPARE(settings.source(Setting::TrustTierElite), SettingSource::Saved);

    // Trusted alone can't go back to 50: established is at 300.
    QCOMPARE(errorOf([&] { settings.resetSaved(Setting::TrustTierTrusted); }).code(),
             QByteArray("invalid_setting"));
    QCOMPARE(settings.integer(Setting::TrustTierTrusted), 400);
    settings.setSaved(
        {{Setting::TrustTierTrusted, std::nullopt}, {Setting::TrustTierEstablished, std::nullopt}});
    QCOMPARE(settings.integer(Setting::TrustTierTrusted), 50);
    QCOMPARE(settings.source(Setting::TrustTierTrusted), SettingSource::Default);
}

void TestSettings::listenersHearWhatChanged()
{
    Settings settings;
    std::vector<Setting> heard;
    settings.onChange([&](Setting s) { heard.push_back(s); });
    settings.setSaved(
        {{Setting::EvalFeeSats, QStringLiteral("10")}, {Setting::WorkMarginPct, QStringLiteral("41")}});
    QCOMPARE(heard, std::vector<Setting>{Setting::WorkMarginPct});
    settings.resetSaved(Setting::WorkMarginPct);
    QCOMPARE(heard.size(), 2u);
}

QTEST_GUILESS_MAIN(TestSettings)
#include "tst_Settings.moc"
