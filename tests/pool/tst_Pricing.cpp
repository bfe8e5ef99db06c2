// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/Pricing.h"
#include "tests/support/Expect.h"

#include <QTest>

#include <limits>

using namespace tower;

namespace {

Settings settingsWith(const QMap<QString, QString> &values)
{
    Settings::Values config;
    for (auto it = values.begin(); it != values.end(); ++it)
        config[it.key()] = it.value();
    return Settings({}, {}, config);
}

constexpr MicroUsd fallback(100'000'000'000); // 100,000 USD

} // namespace

class TestPricing : public QObject
{
    Q_OBJECT

private slots:
    void estimates_data()
    {
        QTest::addColumn<QString>("request");
        QTest::addColumn<int>("input");
        QTest::addColumn<int>("output");
        QTest::addColumn<int>("micro"); // computed by hand, rounded up
        QTest::addColumn<int>("sats");
        const auto row = [](const char *name, const QString &request, int input, int output, int micro,
                            int sats) { QTest::newRow(name) << request << input << output << micro << sats; };
        const auto a = [](int n) { return QString(n, QChar(u'a')); };
        // (202 × 3 + 200 × 15) / 10^6 + 24 / 1000 = 0.027606; × 1.4 = 0.0386484 USD
        row("5", a(5), 202, 200, 38'649, 39);
        // (201 × 3 + 200 × 15) / 10^6 + 0.024 = 0.027603; × 1.4 = 0.0386442
        row("1", a(1), 201, 200, 38'645, 39);
        row("4", a(4), 201, 200, 38'645, 39);
        // (225 × 3 + 3000) / 10^6 + 0.024 = 0.027675; × 1.4 = 0.038745
        row("100", a(100), 225, 200, 38'745, 39);
        // (226 × 3 + 400 × 15) / 10^6 + 0.024 = 0.030678; × 1.4 = 0.0429492
        row("101", a(101), 226, 400, 42'950, 43);
        // (275 × 3 + 6000) / 10^6 + 0.024 = 0.030825; × 1.4 = 0.043155
        row("300", a(300), 275, 400, 43'155, 44);
        // (276 × 3 + 800 × 15) / 10^6 + 0.024 = 0.036828; × 1.4 = 0.0515592
        row("301", a(301), 276, 800, 51'560, 52);
        // (325 × 3 + 12000) / 10^6 + 0.024 = 0.036975; × 1.4 = 0.051765
        row("500", a(500), 325, 800, 51'765, 52);
        // A character is a character, however many units or bytes it takes.
        row("100 umlauts", QString(100, QChar(0xe4)), 225, 200, 38'745, 39);
        row("100 emoji", QString::fromUtf8("\xf0\x9f\x98\x80").repeated(100), 225, 200, 38'745, 39);
    }
    void estimates()
    {
        QFETCH(QString, request);
        QFETCH(int, input);
        QFETCH(int, output);
        QFETCH(int, micro);
        QFETCH(int, sats);
        const Settings settings;
        const Pricing pricing(settings);
        const CostEstimate estimate = pricing.estimateRequestCost(request, ModelUse::Work);
        QCOMPARE(estimate.inputTokens, input);
        QCOMPARE(estimate.outputTokens, output);
        QCOMPARE(estimate.cost, MicroUsd(micro));
        const Quote quote = pricing.quote(request, {fallback, PriceOrigin::Stale, Millis(7)});
        QCOMPARE(quote.sats, Sats(sats));
        QCOMPARE(quote.marginPct, 40);
        QCOMPARE(quote.estimate.cost, MicroUsd(micro));
        QCOMPARE(quote.price.usd, fallback);
        QCOMPARE(quote.price.origin, PriceOrigin::Stale);
        // Actual usage that is what was estimated costs what was estimated.
        QCOMPARE(pricing.calculateActualCost(input, output, ModelUse::Work), estimate.cost);
    }

    void costs_data()
    {
        QTest::addColumn<QMap<QString, QString>>("values");
        QTest::addColumn<std::int64_t>("input");
        QTest::addColumn<std::int64_t>("output");
        QTest::addColumn<bool>("works");
        QTest::addColumn<std::int64_t>("micro");
        QTest::addColumn<std::int64_t>("own");
        using Values = QMap<QString, QString>;
        const auto row = [](const char *name, const Values &values, std::int64_t input, std::int64_t output,
                            bool works, std::int64_t micro, std::int64_t own) {
            QTest::newRow(name) << values << input << output << works << micro << own;
        };
        const auto q = [](const char *text) { return QString::fromLatin1(text); };
        const Values bare{{q("INFRA_MONTHLY_USD"), q("0")}, {q("WORK_MARGIN_PCT"), q("0")}};
        row("nothing but infrastructure", {}, 0, 0, true, 33'600, 24'000);
        row("a million each", {}, 1'000'000, 1'000'000, true, 25'233'600, 18'024'000);
        row("the evaluating model", {}, 1'000'000, 1'000'000, false, 8'433'600, 6'024'000);
        row("rates alone", bare, 1'000, 100, true, 4'500, 4'500);
        row("less than a millionth is one",
            {{q("INFRA_MONTHLY_USD"), q("0")}, {q("HAIKU_INPUT_USD_PER_MTOK"), q("0.01")}}, 1, 0, false, 1,
            1);
        row("free", bare, 0, 0, true, 0, 0);
        // 1 USD / 3 requests = 0.333333..., × 1.4 = 0.466666...: rounded once
        row("rounded at the end only",
            {{q("INFRA_MONTHLY_USD"), q("1")}, {q("INFRA_MONTHLY_REQUESTS"), q("3")}}, 0, 0, true, 466'667,
            333'334);
        row("negative usage is none", {}, -5, std::numeric_limits<std::int64_t>::min(), true, 33'600, 24'000);
        row("the most of everything",
            {{q("SONNET_INPUT_USD_PER_MTOK"), q("10000")},
             {q("SONNET_OUTPUT_USD_PER_MTOK"), q("10000")},
             {q("INFRA_MONTHLY_USD"), q("1000000")},
             {q("INFRA_MONTHLY_REQUESTS"), q("1000000000")},
             {q("WORK_MARGIN_PCT"), q("10000")}},
            std::numeric_limits<std::int64_t>::max(), 0, true, 1'010'000'000'000'101'000,
            10'000'000'000'001'000);
    }
    void costs()
    {
        using Values = QMap<QString, QString>;
        QFETCH(Values, values);
        QFETCH(std::int64_t, input);
        QFETCH(std::int64_t, output);
        QFETCH(bool, works);
        QFETCH(std::int64_t, micro);
        QFETCH(std::int64_t, own);
        const Settings settings = settingsWith(values);
        const Pricing pricing(settings);
        const ModelUse use = works ? ModelUse::Work : ModelUse::Evaluate;
        QCOMPARE(pricing.calculateActualCost(input, output, use).value(), micro);
        QCOMPARE(pricing.ownCost(input, output, use).value(), own);
    }

    void sats_data()
    {
        QTest::addColumn<std::int64_t>("micro");
        QTest::addColumn<std::int64_t>("price"); // in millionths
        QTest::addColumn<std::int64_t>("sats");
        const auto row = [](const char *name, std::int64_t micro, std::int64_t price, std::int64_t sats) {
            QTest::newRow(name) << micro << price << sats;
        };
        constexpr std::int64_t million = 1'000'000;
        row("exact", 39'000, 100'000 * million, 39);
        row("a millionth more", 39'001, 100'000 * million, 40);
        row("a millionth less", 38'999, 100'000 * million, 39);
        row("at least one", 0, 100'000 * million, 1);
        row("negative", -5, 100'000 * million, 1);
        row("one bitcoin", 65'000 * million, 65'000 * million, 100'000'000);
        row("a price with decimals", 38'649, 65'000'123'456, 60); // 59.4599...
        row("beyond 64 bits on the way", million * million, 100'000 * million, 1'000'000'000);
        row("no more than there are", 9'000'000 * million * million, 1, 2'100'000'000'000'000);
    }
    void sats()
    {
        QFETCH(std::int64_t, micro);
        QFETCH(std::int64_t, price);
        QFETCH(std::int64_t, sats);
        QCOMPARE(Pricing::usdToSats(MicroUsd(micro), MicroUsd(price)).value(), sats);
    }

    void aPriceOfNothingIsRefused()
    {
        QCOMPARE(errorCodeOf([] { Pricing::usdToSats(MicroUsd(1), MicroUsd(0)); }),
                 QByteArray("internal_error"));
    }

    void settingsChangeAtOnce()
    {
        Settings settings;
        const Pricing pricing(settings);
        settings.setSaved(Setting::EstimateCharsPerToken, QStringLiteral("1"));
        settings.setSaved(Setting::EstimatePromptTokens, QStringLiteral("0"));
        settings.setSaved(Setting::EstimateOutputTokensShort, QStringLiteral("7"));
        const CostEstimate estimate =
            pricing.estimateRequestCost(QStringLiteral("abcde"), ModelUse::Evaluate);
        QCOMPARE(estimate.inputTokens, 5);
        QCOMPARE(estimate.outputTokens, 7);
        QCOMPARE(estimate.cost, MicroUsd(33'656)); // (5 × 1 + 7 × 5 + 24000) × 1.4
    }

    void requests_data()
    {
        QTest::addColumn<QString>("request");
        QTest::addColumn<bool>("ok");
        QTest::newRow("empty") << QString() << false;
        QTest::newRow("blank") << QStringLiteral(" \n\t ") << false;
        QTest::newRow("short") << QStringLiteral("x") << true;
        QTest::newRow("500") << QString(500, QChar(u'a')) << true;
        QTest::newRow("501") << QString(501, QChar(u'a')) << false;
        QTest::newRow("500 emoji") << QString::fromUtf8("\xf0\x9f\x98\x80").repeated(500) << true;
        QTest::newRow("501 emoji") << QString::fromUtf8("\xf0\x9f\x98\x80").repeated(501) << false;
        QTest::newRow("NUL") << QStringLiteral("a") + QChar::Null + QStringLiteral("b") << false;
    }
    void requests()
    {
        QFETCH(QString, request);
        QFETCH(bool, ok);
        const Settings settings;
        const Pricing pricing(settings);
        QByteArray field;
        try {
            pricing.checkRequest(request);
        } catch (const ServiceError &error) {
            field = error.field();
        }
        QCOMPARE(field, ok ? QByteArray() : QByteArray("request"));
    }

    void modelNames()
    {
        const Settings settings;
        const Pricing pricing(settings);
        QCOMPARE(pricing.modelName(ModelUse::Evaluate), QStringLiteral("claude-haiku-4-5"));
        QCOMPARE(pricing.modelName(ModelUse::Work), QStringLiteral("claude-sonnet-4-6"));
    }
};

QTEST_GUILESS_MAIN(TestPricing)
#include "tst_Pricing.moc"
