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

class TestSettingsParse : public QObject
{
    Q_OBJECT

private slots:
    void defaultsAreTheSpecified_data();
    void defaultsAreTheSpecified();
    void everyDefaultLiesInItsRange();
    void namesAreUnique();
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
    void errorsHideWhatMayBeSecret_data();
    void errorsHideWhatMayBeSecret();
    void typedValues();
};

void TestSettingsParse::defaultsAreTheSpecified_data()
{
    QTest::addColumn<QString>("text");
    const std::vector<std::pair<const char *, const char *>> rows{
        {"TIMMY_NOSTR_PUBKEY", ""},
        {"TIMMY_NOSTR_EPHEMERAL", "0"},
        {"NOSTR_TOKEN_TTL_SECS", "86400"},
        {"NOSTR_CHALLENGE_TTL_SECS", "300"},
        {"NOSTR_RELAY_URL", ""},
        {"TRUST_TIER_ESTABLISHED", "10"},
        {"TRUST_TIER_TRUSTED", "50"},
        {"TRUST_TIER_ELITE", "200"},
        {"TRUST_SCORE_PER_SUCCESS", "2"},
        {"TRUST_SCORE_PER_FAILURE", "5"},
        {"TRUST_SCORE_PER_TOWER_FAULT", "0"},
        {"TRUST_DECAY_ABSENT_DAYS", "30"},
        {"TRUST_DECAY_PER_DAY", "1"},
        {"VOUCH_TRUST_BOOST", "20"},
        {"FREE_TIER_BUDGET_NEW", "0"},
        {"FREE_TIER_BUDGET_ESTABLISHED", "50"},
        {"FREE_TIER_BUDGET_TRUSTED", "200"},
        {"FREE_TIER_BUDGET_ELITE", "1000"},
        {"FREE_TIER_POOL_INITIAL_SATS", "10000"},
        {"FREE_TIER_POOL_CREDIT_PCT", "10"},
        {"EVAL_FEE_SATS", "10"},
        {"EVAL_MODEL", "claude-haiku-4-5"},
        {"WORK_MODEL", "claude-sonnet-4-6"},
        {"HAIKU_INPUT_USD_PER_MTOK", "1"},
        {"HAIKU_OUTPUT_USD_PER_MTOK", "5"},
        {"SONNET_INPUT_USD_PER_MTOK", "3"},
        {"SONNET_OUTPUT_USD_PER_MTOK", "15"},
        {"INFRA_MONTHLY_USD", "24"},
        {"INFRA_MONTHLY_REQUESTS", "1000"},
        {"WORK_MARGIN_PCT", "40"},
        {"ESTIMATE_CHARS_PER_TOKEN", "4"},
        {"ESTIMATE_PROMPT_TOKENS", "200"},
        {"ESTIMATE_OUTPUT_TOKENS_SHORT", "200"},
        {"ESTIMATE_OUTPUT_TOKENS_MEDIUM", "400"},
        {"ESTIMATE_OUTPUT_TOKENS_LONG", "800"},
        {"JOB_MAX_REQUEST_CHARS", "500"},
        {"BTC_PRICE_CACHE_SECS", "60"},
        {"BTC_PRICE_USD_FALLBACK", "100000"},
        {"BTC_PRICE_SOURCES", "coingecko,coinbase,kraken"},
        {"SESSION_MIN_DEPOSIT_SATS", "100"},
        {"SESSION_MAX_DEPOSIT_SATS", "10000"},
        {"SESSION_MIN_BALANCE_SATS", "50"},
        {"SESSION_EXPIRY_HOURS", "24"},
        {"LNBITS_URL", ""},
        {"ANTHROPIC_BASE_URL", "https://api.anthropic.com"},
        {"ZAP_PCT_DEFAULT", "0"},
        {"ZAP_MIN_SATS", "10"},
        {"ZAP_MAX_SATS_PER_DAY", "10000"},
        {"ENGAGEMENT_INTERVAL_DAYS", "0"},
        {"ENGAGEMENT_ABSENT_DAYS", "14"},
        {"ENGAGEMENT_APPROVAL", "1"},
        {"RELAY_ACCESS_NEW", "read"},
        {"RELAY_ACCESS_ESTABLISHED", "write"},
        {"RELAY_ACCESS_TRUSTED", "write"},
        {"RELAY_ACCESS_ELITE", "write"},
        {"RELAY_UNMODERATED_KINDS", "0,3,10002"},
        {"RELAY_OPEN_KINDS", "1059,9735"},
        {"MODERATION_POLL_MS", "30000"},
        {"MODERATION_BATCH", "10"},
        {"MODERATION_AUTO_APPROVE_TIERS", "trusted"},
        {"RATE_LIMIT_SIGNIN_PER_MIN", "30"},
        {"RATE_LIMIT_CREATE_PER_MIN", "30"},
        {"RATE_LIMIT_PUBLIC_PER_MIN", "300"},
        {"HTTP_MAX_CONNECTIONS", "1024"},
        {"HTTP_MAX_PER_ADDRESS", "256"},
        {"HTTP_MAX_BODY_BYTES", "262144"},
        {"HTTP_IDLE_SECS", "15"},
        {"HTTP_REQUEST_SECS", "30"},
        {"PUBLIC_URL", ""},
        {"ADMIN_PUBKEYS", ""},
        {"COINGECKO_URL", "https://api.coingecko.com"},
        {"COINBASE_URL", "https://api.coinbase.com"},
        {"KRAKEN_URL", "https://api.kraken.com"},
        {"DO_API_URL", "https://api.digitalocean.com"},
        {"TAILSCALE_API_URL", "https://api.tailscale.com"},
        {"LNURL_ALLOW_PRIVATE", "0"},
        {"BOOTSTRAP_FEE_SATS", "10000"},
        {"DO_REGION", "nyc3"},
        {"DO_SIZE", "s-4vcpu-8gb"},
        {"DO_IMAGE", "debian-12-x64"},
        {"DO_VOLUME_SIZE_GB", "0"},
        {"NODE_KEY_REDELIVERY_SECS", "600"},
        {"NODE_LEASE_SECS", "2592000"},
        {"TAILSCALE_TAILNET", "-"},
        {"TAILSCALE_TAG", "tag:timmy-node"},
        {"RECEIPT_EVENT_KIND", "38385"},
        {"RECEIPT_MIN_CONSUMER_DAYS", "30"},
        {"RECEIPT_MAX_SHARE", "0.20"},
    };
    QCOMPARE(rows.size(), Settings::catalogue().size());
    for (const auto &[name, text] : rows)
        QTest::newRow(name) << QString::fromLatin1(text);
}

void TestSettingsParse::defaultsAreTheSpecified()
{
    QFETCH(QString, text);
    const SettingSpec *spec = Settings::find(QString::fromLatin1(QTest::currentDataTag()));
    QVERIFY(spec);
    QCOMPARE(Settings().text(spec->setting), text);
    QCOMPARE(Settings().source(spec->setting), SettingSource::Default);
}

void TestSettingsParse::everyDefaultLiesInItsRange()
{
    const Settings settings;
    for (const SettingSpec &spec : Settings::catalogue()) {
        QCOMPARE(settings.check(spec.setting, QString::fromLatin1(spec.defaultText)),
                 QString::fromLatin1(spec.defaultText));
        QVERIFY2(qstrlen(spec.meaning) > 10, spec.name);
    }
}

void TestSettingsParse::namesAreUnique()
{
    QStringList names;
    for (const SettingSpec &spec : Settings::catalogue()) {
        names.append(QString::fromLatin1(spec.name));
        if (spec.alias)
            names.append(QString::fromLatin1(spec.alias));
    }
    QCOMPARE(names.removeDuplicates(), 0);
}

void TestSettingsParse::parses_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("normal");
    const QString key(64, u'a');
    const QString npub = QStringLiteral("npub1") + QString(58, u'q');
    QTest::newRow("integer") << "EVAL_FEE_SATS"
                             << "25"
                             << "25";
    QTest::newRow("integer with zeros and blanks") << "EVAL_FEE_SATS"
                                                   << " 007 "
                                                   << "7";
    QTest::newRow("integer at its minimum") << "TRUST_TIER_ESTABLISHED"
                                            << "1"
                                            << "1";
    QTest::newRow("integer at its maximum") << "TRUST_TIER_ELITE"
                                            << "1000000"
                                            << "1000000";
    QTest::newRow("decimal") << "RECEIPT_MAX_SHARE"
                             << "0.333333"
                             << "0.333333";
    QTest::newRow("whole decimal") << "INFRA_MONTHLY_USD"
                                   << "100"
                                   << "100";
    QTest::newRow("flag") << "ENGAGEMENT_APPROVAL"
                          << "0"
                          << "0";
    QTest::newRow("text") << "DO_REGION"
                          << "fra1"
                          << "fra1";
    QTest::newRow("http url") << "LNBITS_URL"
                              << "http://127.0.0.1:5000"
                              << "http://127.0.0.1:5000";
    QTest::newRow("url with path and slash") << "LNBITS_URL"
                                             << "https://w.example/ln/"
                                             << "https://w.example/ln";
    QTest::newRow("url off") << "LNBITS_URL"
                             << ""
                             << "";
    QTest::newRow("IPv6 url") << "PUBLIC_URL"
                              << "http://[::1]:8337"
                              << "http://[::1]:8337";
    QTest::newRow("relay url") << "NOSTR_RELAY_URL"
                               << "wss://relay.example"
                               << "wss://relay.example";
    QTest::newRow("list") << "BTC_PRICE_SOURCES"
                          << "kraken, coinbase"
                          << "kraken,coinbase";
    QTest::newRow("list with repeats") << "BTC_PRICE_SOURCES"
                                       << "kraken,kraken"
                                       << "kraken";
    QTest::newRow("list off") << "MODERATION_AUTO_APPROVE_TIERS"
                              << ""
                              << "";
    QTest::newRow("kinds") << "RELAY_OPEN_KINDS"
                           << "1059, 9735,01059,65535"
                           << "1059,9735,65535";
    QTest::newRow("kinds off") << "RELAY_UNMODERATED_KINDS"
                               << ""
                               << "";
    QTest::newRow("choice") << "RELAY_ACCESS_NEW"
                            << "none"
                            << "none";
    QTest::newRow("pubkey") << "TIMMY_NOSTR_PUBKEY" << key.toUpper() << key;
    QTest::newRow("pubkeys") << "ADMIN_PUBKEYS" << key + u',' + npub << key + u',' + npub;
}

void TestSettingsParse::parses()
{
    QFETCH(QString, name);
    QFETCH(QString, given);
    QFETCH(QString, normal);
    const Settings settings = withEnvironment({{name, given}});
    QCOMPARE(settings.text(Settings::find(name)->setting), normal);
    QCOMPARE(settings.source(Settings::find(name)->setting), SettingSource::Environment);
}

void TestSettingsParse::refuses_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("message");
    const QString elite = QStringLiteral("TRUST_TIER_ELITE=%1 is not a whole number between 1 and 1000000");
    for (const char *bad : {"abc", "", "0", "-5", "1000001", "1e3", "0x10", "1_000", "+7", "7.0", "1,000",
                            "99999999999999999999", "٣", "1 2"})
        QTest::newRow(qPrintable(QStringLiteral("integer '%1'").arg(QString::fromUtf8(bad))))
            << "TRUST_TIER_ELITE" << QString::fromUtf8(bad) << elite.arg(QString::fromUtf8(bad));
    const QString share =
        QStringLiteral("RECEIPT_MAX_SHARE=%1 is not a number between 0 and 1 with at most six decimals");
    for (const char *bad :
         {"1.000001", "-0.1", ".5", "5.", "0.1234567", "0,2", "1e-1", "nan", "", "9999999999999"})
        QTest::newRow(qPrintable(QStringLiteral("decimal '%1'").arg(QLatin1String(bad))))
            << "RECEIPT_MAX_SHARE" << QString::fromLatin1(bad) << share.arg(QLatin1String(bad));
    for (const char *bad : {"yes", "2", "", "true"})
        QTest::newRow(qPrintable(QStringLiteral("flag '%1'").arg(QLatin1String(bad))))
            << "ENGAGEMENT_APPROVAL" << QString::fromLatin1(bad)
            << QStringLiteral("ENGAGEMENT_APPROVAL=%1 is not 0 or 1").arg(QLatin1String(bad));
    QTest::newRow("choice") << "RELAY_ACCESS_NEW"
                            << "admin"
                            << "RELAY_ACCESS_NEW=admin is not one of none, read, write";
    QTest::newRow("list") << "BTC_PRICE_SOURCES"
                          << "kraken,mtgox"
                          << "BTC_PRICE_SOURCES=kraken,mtgox is not a comma-separated list of coingecko, "
                             "coinbase, kraken (or empty)";
    const QString kinds = QStringLiteral("RELAY_OPEN_KINDS=%1 is not a comma-separated list of whole numbers "
                                         "between 0 and 65535 (or empty)");
    for (const char *bad : {"65536", "-1", "1,,2", "1,", "a"})
        QTest::newRow(qPrintable(QStringLiteral("kinds '%1'").arg(QLatin1String(bad))))
            << "RELAY_OPEN_KINDS" << QString::fromLatin1(bad) << kinds.arg(QLatin1String(bad));
    const QString url = QStringLiteral("LNBITS_URL=%1 is not an http or https URL with a host, without "
                                       "credentials, query or fragment (or empty)");
    for (const char *bad :
         {"wallet.example", "ftp://wallet.example", "https://", "http:///x", "https://a?b=c", "https://a#b",
          "https://a b", "https://a:99999", "javascript:alert(1)"})
        QTest::newRow(qPrintable(QStringLiteral("url '%1'").arg(QLatin1String(bad))))
            << "LNBITS_URL" << QString::fromLatin1(bad) << url.arg(QLatin1String(bad));
    QTest::newRow("relay url") << "NOSTR_RELAY_URL"
                               << "https://relay.example"
                               << "NOSTR_RELAY_URL=https://relay.example is not a ws or wss URL with a host, "
                                  "without credentials, query or fragment (or empty)";
    QTest::newRow("vendor url")
        << "KRAKEN_URL"
        << ""
        << "KRAKEN_URL= is not an http or https URL with a host, without credentials, "
           "query or fragment";
    QTest::newRow("text") << "DO_REGION"
                          << "nyc 3"
                          << "DO_REGION=nyc 3 is not one word of 1 to 100 characters";
    QTest::newRow("no text") << "EVAL_MODEL"
                             << ""
                             << "EVAL_MODEL= is not one word of 1 to 100 characters";
    QTest::newRow("line break") << "DO_REGION"
                                << "a\nb"
                                << "DO_REGION=a?b is not one word of 1 to 100 characters";
    QTest::newRow("endless")
        << "DO_REGION" << QString(5000, u'x')
        << QStringLiteral("DO_REGION=%1... is not one word of 1 to 100 characters").arg(QString(80, u'x'));
    const QString pubkey =
        QStringLiteral("TIMMY_NOSTR_PUBKEY=%1 is not a public key, 64 hex digits or npub1... (or empty)");
    const QString npub = QStringLiteral("npub1") + QString(58, u'b');
    QTest::newRow("pubkey") << "TIMMY_NOSTR_PUBKEY"
                            << "abc" << pubkey.arg(QStringLiteral("abc"));
    QTest::newRow("npub with a letter that bech32 lacks") << "TIMMY_NOSTR_PUBKEY" << npub << pubkey.arg(npub);
}

void TestSettingsParse::refuses()
{
    QFETCH(QString, name);
    QFETCH(QString, given);
    QFETCH(QString, message);
    const ServiceError e = errorOf([&] { withEnvironment({{name, given}}); });
    QCOMPARE(e.message(), message);
    QCOMPARE(e.code(), QByteArray("invalid_setting"));
    QCOMPARE(e.field(), name.toLatin1());
    QCOMPARE(e.kind(), ErrorKind::BadRequest);
    QCOMPARE(errorOf([&] { (void)Settings().check(Settings::find(name)->setting, given); }).message(),
             message);
}

void TestSettingsParse::errorsHideWhatMayBeSecret_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("hidden");
    QTest::newRow("password in a URL") << "LNBITS_URL"
                                       << "https://me:hunter2@wallet.example"
                                       << "hunter2";
    QTest::newRow("user in a relay URL") << "NOSTR_RELAY_URL"
                                         << "wss://tok3n@relay.example"
                                         << "tok3n";
    QTest::newRow("nsec as a pubkey") << "TIMMY_NOSTR_PUBKEY"
                                      << "nsec1vl029mgpspedva04g"
                                      << "vl029mgpspedva04g";
    QTest::newRow("nsec among pubkeys") << "ADMIN_PUBKEYS"
                                        << "NSEC1VL029MGPSPEDVA04G"
                                        << "VL029MGPSPEDVA04G";
}

void TestSettingsParse::errorsHideWhatMayBeSecret()
{
    QFETCH(QString, name);
    QFETCH(QString, given);
    QFETCH(QString, hidden);
    const ServiceError e = errorOf([&] { withEnvironment({{name, given}}); });
    QCOMPARE(e.code(), QByteArray("invalid_setting"));
    QVERIFY(!e.message().contains(hidden));
    QVERIFY(e.message().startsWith(name + QStringLiteral("=(not shown) is not ")));
}

void TestSettingsParse::typedValues()
{
    const Settings settings = withEnvironment({{"RECEIPT_MAX_SHARE", "0.05"},
                                               {"BTC_PRICE_USD_FALLBACK", "97123.456789"},
                                               {"RELAY_OPEN_KINDS", "7,1,7"},
                                               {"MODERATION_AUTO_APPROVE_TIERS", "trusted,elite"},
                                               {"LNURL_ALLOW_PRIVATE", "1"}});
    QCOMPARE(settings.millionths(Setting::ReceiptMaxShare), 50'000);
    QCOMPARE(settings.millionths(Setting::BtcPriceUsdFallback), 97'123'456'789);
    QCOMPARE(settings.kinds(Setting::RelayOpenKinds), (QList<int>{7, 1}));
    QCOMPARE(settings.list(Setting::ModerationAutoApproveTiers), QStringList({"trusted", "elite"}));
    QVERIFY(settings.flag(Setting::LnurlAllowPrivate));
    QCOMPARE(settings.sats(Setting::BootstrapFeeSats), Sats(10'000));
}

QTEST_GUILESS_MAIN(TestSettingsParse)
#include "tst_SettingsParse.moc"
