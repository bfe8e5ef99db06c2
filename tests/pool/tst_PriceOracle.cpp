// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/CoinGecko.h"
#include "core/pool/Coinbase.h"
#include "core/pool/Kraken.h"
#include "core/pool/PriceMedian.h"
#include "core/pool/PriceOracle.h"
#include "core/pool/PriceText.h"
#include "tests/peers/PricePeer.h"

#include <QCoroTask>

#include <QTest>

#include <memory>

using namespace tower;
using namespace tower::test;

namespace {

const QString coingecko = QStringLiteral("coingecko");
const QString coinbase = QStringLiteral("coinbase");
const QString kraken = QStringLiteral("kraken");

constexpr MicroUsd usd(std::int64_t dollars, std::int64_t millionths = 0)
{
    return MicroUsd(dollars * 1'000'000 + millionths);
}

/// An oracle whose sources are all the stand-in.
struct PriceHouse
{
    explicit PriceHouse(Millis patience = PriceOracle::defaultPatience)
        : settings({}, {},
                   {{QStringLiteral("COINGECKO_URL"), peer.url()},
                    {QStringLiteral("COINBASE_URL"), peer.url()},
                    {QStringLiteral("KRAKEN_URL"), peer.url()}})
        , oracle(std::make_unique<PriceOracle>(settings, clock, nullptr, patience))
    {
    }

    BtcPrice price() { return QCoro::waitFor(oracle->price()); }
    [[nodiscard]] QString problemOf(const QString &source) const
    {
        for (const PriceOracle::Answer &answer : oracle->answers()) {
            if (answer.source == source)
                return answer.problem;
        }
        return QStringLiteral("not asked");
    }

    PricePeer peer;
    ManualClock clock{days(20'000)};
    Settings settings;
    std::unique_ptr<PriceOracle> oracle;
};

} // namespace

class TestPriceOracle : public QObject
{
    Q_OBJECT

private slots:
    void decimalText_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<std::int64_t>("micro"); // -1: refused
        const auto row = [](const char *text, std::int64_t micro) {
            QTest::newRow(*text ? text : "empty") << QByteArray(text) << micro;
        };
        row("65000", 65'000'000'000);
        row("65000.12", 65'000'120'000);
        row("65000.123456", 65'000'123'456);
        row("65000.1234569999", 65'000'123'456);
        row("0.000001", 1);
        row("1000000000", 1'000'000'000'000'000);
        row("0.0000009", -1);
        row("0", -1);
        row("0.0", -1);
        row("-5", -1);
        row("+5", -1);
        row("6.5e4", -1);
        row("6E4", -1);
        row("", -1);
        row(".5", -1);
        row("5.", -1);
        row("5.1.2", -1);
        row("1,000", -1);
        row(" 5", -1);
        row("0x10", -1);
        row("NaN", -1);
        row("Infinity", -1);
        row("1000000000.000001", -1);
        row("10000000000", -1);
        row("99999999999999999999", -1);
        row("1.0000000000000000000000000000000", -1);
    }
    void decimalText()
    {
        QFETCH(QByteArray, text);
        QFETCH(std::int64_t, micro);
        const auto parsed =
            parseUsd(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        QCOMPARE(parsed.value_or(MicroUsd(-1)).value(), micro);
    }

    /// Without a setting, the vendors' own addresses are asked.
    void vendorsAddresses()
    {
        const Settings settings;
        QCOMPARE(
            CoinGecko().url(settings).toString(),
            QStringLiteral("https://api.coingecko.com/api/v3/simple/price?ids=bitcoin&vs_currencies=usd"));
        QCOMPARE(Coinbase().url(settings).toString(),
                 QStringLiteral("https://api.coinbase.com/v2/prices/BTC-USD/spot"));
        QCOMPARE(Kraken().url(settings).toString(),
                 QStringLiteral("https://api.kraken.com/0/public/Ticker?pair=XBTUSD"));
    }

    void medianOfThree()
    {
        PriceHouse house;
        house.peer.setPrice(coingecko, "64000");
        house.peer.setPrice(coinbase, "66000.99");
        house.peer.setPrice(kraken, "65000.12");
        const BtcPrice price = house.price();
        QCOMPARE(price.usd, usd(65'000, 120'000));
        QCOMPARE(price.origin, PriceOrigin::Live);
        QCOMPARE(price.at, house.clock.now());
        QCOMPARE(house.oracle->answers().size(), std::size_t(3));
        QCOMPARE(house.oracle->known().usd, price.usd);
    }

    void meanOfTheMiddleTwo()
    {
        PriceHouse house;
        house.peer.setPrice(coingecko, "64000");
        house.peer.setPrice(coinbase, "66000.5");
        house.peer.setAnswer(kraken, {503, "{}"});
        QCOMPARE(house.price().usd, usd(65'000, 250'000));
        QCOMPARE(house.problemOf(kraken), QStringLiteral("status 503"));
        QCOMPARE(house.problemOf(coinbase), QString());
    }

    void onlyTheSourcesOfTheSetting()
    {
        PriceHouse house;
        house.settings.setSaved(Setting::BtcPriceSources, QStringLiteral("kraken"));
        house.peer.setPrice(kraken, "70000");
        QCOMPARE(house.price().usd, usd(70'000));
        QCOMPARE(house.peer.askedInAll(), 1);
        house.settings.setSaved(Setting::BtcPriceSources, QString());
        const BtcPrice none = house.price();
        QCOMPARE(none.origin, PriceOrigin::Fallback);
        QCOMPARE(none.usd, usd(100'000));
        QCOMPARE(house.peer.askedInAll(), 1);
    }

    void formsOfAPrice_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QByteArray>("written");
        for (const QString &source : PricePeer::sources) {
            for (const char *written :
                 {"65000.12", "65000.120", "\"65000.12\"", " 65000.12 ", "\"65000.120000000\""})
                QTest::addRow("%s %s", qPrintable(source), written) << source << QByteArray(written);
        }
    }
    void formsOfAPrice()
    {
        QFETCH(QString, source);
        QFETCH(QByteArray, written);
        PriceHouse house;
        house.settings.setSaved(Setting::BtcPriceSources, source);
        house.peer.setAnswer(source, {200, PricePeer::body(source, written)});
        QCOMPARE(house.price().usd, usd(65'000, 120'000));
    }

    void faults_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<bool>("hangsUp");
        const auto row = [](const char *name, int status, const QByteArray &body,
                            const QByteArray &headers = {}, bool hangsUp = false) {
            QTest::newRow(name) << status << body << headers << hangsUp;
        };
        const auto price = [](const QByteArray &text) { return PricePeer::body(kraken, text); };
        row("500", 500, price("\"1000\""));
        row("429", 429, "{}");
        row("no content", 204, "");
        row("redirect", 302, price("\"1000\""), "Location: /elsewhere\r\n");
        row("moved", 301, "", "Location: /v2/prices/BTC-USD/spot\r\n");
        row("garbage", 200, "<html>it is down</html>");
        row("empty", 200, "");
        row("cut off within", 200, price("\"65000\"").first(72));
        row("cut off behind", 200, price("\"65000\"").chopped(1));
        row("not an object", 200, "[65000]");
        row("vendor's error", 200, R"({"error":["EGeneral:Temporary lockout"]})");
        row("other pair", 200, R"({"error":[],"result":{"XETHZUSD":{"c":["65000"]}}})");
        row("null", 200, price("null"));
        row("true", 200, price("true"));
        row("nested", 200, price("[\"65000\"]"));
        row("0", 200, price("0"));
        row("\"0.00\"", 200, price("\"0.00\""));
        row("negative", 200, price("-65000"));
        row("negative text", 200, price("\"-65000\""));
        row("not a number", 200, price("\"NaN\""));
        row("exponent", 200, price("6.5e4"));
        row("absurd", 200, price("99999999999999999999999"));
        row("10 MB", 200, price('"' + QByteArray(10 * 1024 * 1024, '6') + '"'));
        row("10 MB behind a price", 200, price("\"1000\"") + QByteArray(10 * 1024 * 1024, ' '));
        row("hangs up", 200, "", "", true);
    }
    void faults()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, headers);
        QFETCH(bool, hangsUp);
        PriceHouse house;
        house.peer.setPrice(coingecko, "65000");
        house.peer.setPrice(coinbase, "65002");
        house.peer.setAnswer(kraken, {status, body, headers, false, hangsUp});
        const BtcPrice price = house.price();
        QCOMPARE(price.usd, usd(65'001));
        QCOMPARE(price.origin, PriceOrigin::Live);
        QVERIFY(!house.problemOf(kraken).isEmpty());
        QCOMPARE(house.peer.asked(coinbase), 1); // no redirect was followed
        QCOMPARE(house.peer.asked(QStringLiteral("other")), 0);
    }

    void aSilentSourceHoldsNobodyUp()
    {
        PriceHouse house(seconds(1));
        house.peer.setPrice("65000");
        house.peer.setAnswer(kraken, {.body = {}, .silent = true});
        QCOMPARE(house.price().usd, usd(65'000));
        QCOMPARE(house.problemOf(kraken), QStringLiteral("no answer in time"));
    }

    void aJumpOfOneIsDropped()
    {
        PriceHouse house;
        house.peer.setPrice("100000");
        house.price();
        house.clock.advance(seconds(60));
        house.peer.setPrice(coingecko, "130000");
        house.peer.setPrice(coinbase, "100100");
        house.peer.setPrice(kraken, "100300");
        QCOMPARE(house.price().usd, usd(100'200));
        QVERIFY(house.problemOf(coingecko).contains(QStringLiteral("no other source agrees")));
        // By itself it does not count either, until the last good price is too old to be used.
        house.settings.setSaved(Setting::BtcPriceSources, coingecko);
        house.clock.advance(seconds(60));
        const BtcPrice stale = house.price();
        QCOMPARE(stale.usd, usd(100'200));
        QCOMPARE(stale.origin, PriceOrigin::Stale);
        QCOMPARE(stale.at, house.clock.now() - seconds(60));
        house.clock.advance(seconds(3600));
        QCOMPARE(house.price().usd, usd(130'000));
    }

    void twoThatAgreeOnAJumpCount()
    {
        PriceHouse house;
        house.peer.setPrice("100000");
        house.price();
        house.clock.advance(seconds(60));
        house.peer.setPrice(coingecko, "130000");
        house.peer.setPrice(kraken, "131000");
        const BtcPrice price = house.price();
        QCOMPARE(price.usd, usd(130'000));
        QCOMPARE(price.origin, PriceOrigin::Live);
    }

    void verdicts_data()
    {
        QTest::addColumn<QList<int>>("answers"); // 0: none
        QTest::addColumn<int>("lastGood");
        QTest::addColumn<QList<bool>>("dropped");
        QTest::addColumn<int>("median");
        const auto row = [](const char *name, const QList<int> &answers, int lastGood,
                            const QList<bool> &dropped,
                            int median) { QTest::newRow(name) << answers << lastGood << dropped << median; };
        row("none", {}, 100, {}, 0);
        row("no answers", {0, 0}, 100, {false, false}, 0);
        row("first ever", {100, 500, 90}, 0, {false, false, false}, 100);
        row("20 % up is not too far", {120}, 100, {false}, 120);
        row("more is", {121}, 100, {true}, 0);
        row("20 % down is not too far", {80}, 100, {false}, 80);
        row("less is", {79}, 100, {true}, 0);
        row("a neighbour that did not jump agrees with none", {121, 119}, 100, {true, false}, 119);
        row("opposite jumps", {130, 70, 100}, 100, {true, true, false}, 100);
        row("both up", {125, 135, 0}, 100, {false, false, false}, 130);
        row("both up, far apart", {130, 200, 0}, 100, {true, true, false}, 0);
        row("both down", {50, 52, 100}, 100, {false, false, false}, 52);
    }
    void verdicts()
    {
        QFETCH(QList<int>, answers);
        QFETCH(int, lastGood);
        QFETCH(QList<bool>, dropped);
        QFETCH(int, median);
        std::vector<std::optional<MicroUsd>> prices;
        for (const int answer : answers)
            prices.push_back(answer == 0 ? std::nullopt : std::optional(usd(answer)));
        const PriceVerdict verdict =
            judgePrices(prices, lastGood == 0 ? std::nullopt : std::optional(usd(lastGood)));
        QCOMPARE(QList<bool>(verdict.dropped.begin(), verdict.dropped.end()), dropped);
        QCOMPARE(verdict.median.value_or(MicroUsd(0)), usd(median));
    }

    void keptAsLongAsTheSettingSays()
    {
        PriceHouse house;
        house.price();
        house.peer.setPrice("66000");
        house.clock.advance(seconds(60) - Millis(1));
        QCOMPARE(house.price().usd, usd(65'000));
        QCOMPARE(house.price().origin, PriceOrigin::Live);
        QCOMPARE(house.peer.asked(kraken), 1);
        house.clock.advance(Millis(1));
        QCOMPARE(house.price().usd, usd(66'000));
        QCOMPARE(house.peer.asked(kraken), 2);
        house.settings.setSaved(Setting::BtcPriceCacheSecs, QStringLiteral("0"));
        house.price();
        house.price();
        QCOMPARE(house.peer.asked(kraken), 4);
        QCOMPARE(house.oracle->known().origin, PriceOrigin::Stale);
    }

    void staleThenFallback()
    {
        PriceHouse house;
        house.price();
        for (const QString &source : PricePeer::sources)
            house.peer.setAnswer(source, {500, "{}"});
        house.clock.advance(seconds(60));
        QCOMPARE(house.price().origin, PriceOrigin::Stale);
        QCOMPARE(house.peer.asked(kraken), 2);
        // They are not asked again by each request.
        house.clock.advance(seconds(59));
        QCOMPARE(house.price().usd, usd(65'000));
        QCOMPARE(house.peer.asked(kraken), 2);
        house.clock.advance(seconds(1));
        QCOMPARE(house.price().origin, PriceOrigin::Stale);
        QCOMPARE(house.peer.asked(kraken), 3);
        house.clock.set(days(20'000) + seconds(3600));
        QCOMPARE(house.price().origin, PriceOrigin::Stale);
        house.clock.advance(Millis(1));
        const BtcPrice fallback = house.price();
        QCOMPARE(fallback.origin, PriceOrigin::Fallback);
        QCOMPARE(fallback.usd, usd(100'000));
        house.settings.setSaved(Setting::BtcPriceUsdFallback, QStringLiteral("90000.5"));
        QCOMPARE(house.price().usd, usd(90'000, 500'000));
        house.peer.setPrice("64000");
        house.clock.advance(seconds(60));
        QCOMPARE(house.price().origin, PriceOrigin::Live);
    }

    void theySleepTenSecondsAtLeast()
    {
        PriceHouse house;
        house.settings.setSaved(Setting::BtcPriceCacheSecs, QStringLiteral("0"));
        for (const QString &source : PricePeer::sources)
            house.peer.setAnswer(source, {.body = {}, .hangsUp = true});
        QCOMPARE(house.price().origin, PriceOrigin::Fallback);
        const int asked = house.peer.askedInAll(); // a request that was hung up on may be sent again
        house.clock.advance(seconds(10) - Millis(1));
        house.price();
        QCOMPARE(house.peer.askedInAll(), asked);
        house.clock.advance(Millis(1));
        house.price();
        QVERIFY(house.peer.askedInAll() > asked);
    }

    void aClockThatIsSetBackAsksAgain()
    {
        PriceHouse house;
        house.price();
        house.clock.advance(-days(1));
        house.peer.setPrice("30000"); // nothing that is known is near enough to tell whether this is wrong
        QCOMPARE(house.price().usd, usd(30'000));
    }

    void callersShareAFlight()
    {
        PriceHouse house;
        house.settings.setSaved(Setting::BtcPriceCacheSecs, QStringLiteral("0"));
        house.peer.hold();
        std::vector<QCoro::Task<BtcPrice>> tasks;
        for (int i = 0; i < 20; ++i)
            tasks.push_back(house.oracle->price());
        QTRY_COMPARE(house.peer.askedInAll(), 3);
        tasks.push_back(house.oracle->price());
        house.peer.letGo();
        for (auto &task : tasks)
            QCOMPARE(QCoro::waitFor(task).usd, usd(65'000));
        QCOMPARE(house.peer.askedInAll(), 3);
    }

    void whoeverWaitsAtTheEndIsAnswered()
    {
        PriceHouse house;
        house.peer.hold();
        QCoro::Task<BtcPrice> stopped = house.oracle->price();
        QTRY_COMPARE(house.peer.askedInAll(), 3);
        house.oracle->abort();
        QCOMPARE(QCoro::waitFor(stopped).origin, PriceOrigin::Fallback);
        QCOMPARE(house.price().origin, PriceOrigin::Fallback);
        QCOMPARE(house.peer.askedInAll(), 3);

        house.oracle = std::make_unique<PriceOracle>(house.settings, house.clock);
        QCoro::Task<BtcPrice> left = house.oracle->price();
        QTRY_COMPARE(house.peer.askedInAll(), 6);
        house.oracle.reset();
        QCOMPARE(QCoro::waitFor(left).origin, PriceOrigin::Fallback);
    }

    void names()
    {
        for (const PriceOrigin origin : {PriceOrigin::Live, PriceOrigin::Stale, PriceOrigin::Fallback})
            QCOMPARE(*priceOriginFromText(toText(origin)), origin);
        QVERIFY(!priceOriginFromText(QStringLiteral("guessed")));
    }
};

QTEST_GUILESS_MAIN(TestPriceOracle)
#include "tst_PriceOracle.moc"
