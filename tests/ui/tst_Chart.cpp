// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/Chart.h"

#include <QImage>
#include <QSignalSpy>
#include <QTest>

#include <rapidcheck.h>

using namespace tower;

class tst_Chart : public QObject
{
    Q_OBJECT

private slots:
    void scales_data();
    void scales();
    void anyScaleHolds();
    void axisTexts();
    void tellsAPoint();
    void keysWalk();
    void mouseWalks();
    void barsStack();
    void paintsInBothSchemes();
    void nothingToShow();
    void keepsItsPlaceWhenDataGrows();
};

namespace {

ChartData threeDays()
{
    return {.points = {QStringLiteral("18 Nov"), QStringLiteral("19 Nov"), QStringLiteral("20 Nov")},
            .ticks = {QStringLiteral("18"), QStringLiteral("19"), QStringLiteral("20")},
            .unit = QStringLiteral("sats"),
            .series = {{QStringLiteral("Balance"), Tone::Accent, {100, 250, 40}},
                       {QStringLiteral("Reserved"), Tone::Info, {0, 10, 0}}}};
}

int inked(const QImage &image, const QColor &colour)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            found += image.pixelColor(x, y) == colour ? 1 : 0;
    }
    return found;
}

} // namespace

void tst_Chart::scales_data()
{
    QTest::addColumn<qint64>("least");
    QTest::addColumn<qint64>("most");
    QTest::addColumn<bool>("fromZero");
    QTest::addColumn<qint64>("low");
    QTest::addColumn<qint64>("high");
    QTest::addColumn<qint64>("step");
    QTest::newRow("nothing") << qint64(0) << qint64(0) << false << qint64(0) << qint64(1) << qint64(1);
    QTest::newRow("small") << qint64(0) << qint64(7) << false << qint64(0) << qint64(8) << qint64(2);
    QTest::newRow("hundreds") << qint64(40) << qint64(250) << false << qint64(0) << qint64(300)
                              << qint64(100);
    QTest::newRow("far from 0") << qint64(9'900) << qint64(10'040) << false << qint64(9'900) << qint64(10'050)
                                << qint64(50);
    QTest::newRow("bars begin at 0") << qint64(9'900) << qint64(10'040) << true << qint64(0) << qint64(15'000)
                                     << qint64(5'000);
    QTest::newRow("below 0") << qint64(-30) << qint64(90) << true << qint64(-50) << qint64(100) << qint64(50);
}

void tst_Chart::scales()
{
    QFETCH(qint64, least);
    QFETCH(qint64, most);
    QFETCH(bool, fromZero);
    const ChartScale scale = ChartScale::over(least, most, 4, fromZero);
    QTEST(static_cast<qint64>(scale.low), "low");
    QTEST(static_cast<qint64>(scale.high), "high");
    QTEST(static_cast<qint64>(scale.step), "step");
}

void tst_Chart::anyScaleHolds()
{
    const bool ok = rc::check("every value lies on its axis, which has a few round lines", [] {
        const auto least = *rc::gen::inRange<std::int64_t>(-2'000'000'000, 2'000'000'000);
        const auto most = *rc::gen::inRange<std::int64_t>(least, 2'000'000'001);
        const int lines = *rc::gen::inRange(2, 9);
        const ChartScale scale = ChartScale::over(least, most, lines, *rc::gen::arbitrary<bool>());
        RC_ASSERT(scale.low <= least);
        RC_ASSERT(scale.high >= most);
        RC_ASSERT(scale.low % scale.step == 0 && scale.high % scale.step == 0);
        RC_ASSERT(scale.lines().size() >= 2U);
        RC_ASSERT(scale.lines().size() <= static_cast<std::size_t>(lines) + 3);
        RC_ASSERT(scale.share(scale.low) == 0.0 && scale.share(scale.high) == 1.0);
    });
    QVERIFY(ok);
}

void tst_Chart::axisTexts()
{
    QLocale::setDefault(QLocale::c());
    const QString thin(QChar(0x2009));
    QCOMPARE(axisText(0), QStringLiteral("0"));
    QCOMPARE(axisText(-250), QStringLiteral("-250"));
    QCOMPARE(axisText(9'500), QStringLiteral("9500"));
    QCOMPARE(axisText(20'000), QStringLiteral("20") + thin + QStringLiteral("k"));
    QCOMPARE(axisText(1'500'000), QStringLiteral("1.5") + thin + QStringLiteral("M"));
}

void tst_Chart::tellsAPoint()
{
    Chart chart(Chart::Kind::Lines, QStringLiteral("Balance of the pool"));
    chart.setData(threeDays());
    QCOMPARE(chart.sentence(1), QStringLiteral("19 Nov: Balance 250, Reserved 10 sats"));
    QVERIFY(chart.accessibleName().contains(QLatin1String("Balance of the pool")));
    QVERIFY(chart.accessibleName().contains(QLatin1String("3 points")));
}

void tst_Chart::keysWalk()
{
    Chart chart(Chart::Kind::Lines, QStringLiteral("Balance"));
    chart.setData(threeDays());
    chart.resize(400, 200);
    QSignalSpy walked(&chart, &Chart::currentChanged);
    QTest::keyClick(&chart, Qt::Key_Left); // begins with the newest
    QCOMPARE(chart.current(), 2);
    QCOMPARE(chart.accessibleDescription(), chart.sentence(2));
    QTest::keyClick(&chart, Qt::Key_Left);
    QCOMPARE(chart.current(), 1);
    QTest::keyClick(&chart, Qt::Key_Home);
    QCOMPARE(chart.current(), 0);
    QTest::keyClick(&chart, Qt::Key_Left); // no further
    QCOMPARE(chart.current(), 0);
    QTest::keyClick(&chart, Qt::Key_End);
    QTest::keyClick(&chart, Qt::Key_Right);
    QCOMPARE(chart.current(), 2);
    QTest::keyClick(&chart, Qt::Key_Escape);
    QCOMPARE(chart.current(), -1);
    QVERIFY(chart.accessibleDescription().isEmpty());
    QCOMPARE(walked.count(), 5);
}

void tst_Chart::mouseWalks()
{
    Chart chart(Chart::Kind::Bars, QStringLiteral("Flows"));
    chart.setData(threeDays());
    chart.resize(400, 200);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QTest::mouseMove(&chart, QPoint(390, 100));
    QTRY_COMPARE(chart.current(), 2);
    QTest::mouseMove(&chart, QPoint(220, 100));
    QTRY_COMPARE(chart.current(), 1);
    QTest::mouseMove(&chart, QPoint(2, 100)); // on the axis
    QTRY_COMPARE(chart.current(), -1);
}

void tst_Chart::barsStack()
{
    Chart chart(Chart::Kind::Bars, QStringLiteral("Flows"));
    chart.resize(400, 200);
    ChartData data = threeDays();
    data.series[0].values = {60, 0, 0};
    data.series[1].values = {60, -30, 0};
    chart.setData(data);
    QVERIFY(chart.scale().high >= 120); // one on the other
    QVERIFY(chart.scale().low <= -30);
}

void tst_Chart::paintsInBothSchemes()
{
    for (const Theme *theme : {&Theme::light(), &Theme::night()}) {
        for (const Chart::Kind kind : {Chart::Kind::Lines, Chart::Kind::Bars}) {
            Chart chart(kind, QStringLiteral("Balance"));
            chart.setPalette(theme->palette());
            chart.resize(400, 200);
            chart.setData(threeDays());
            const QImage image = chart.grab().toImage();
            QVERIFY(inked(image, theme->accent) > 20);
            QVERIFY(inked(image, theme->hairline) > 100); // the lines of the axis
            chart.setCurrent(1);
            QVERIFY(chart.grab().toImage() != image);
        }
    }
}

void tst_Chart::nothingToShow()
{
    Chart chart(Chart::Kind::Lines, QStringLiteral("Balance"));
    chart.resize(400, 200);
    QVERIFY(!chart.grab().isNull());
    QTest::keyClick(&chart, Qt::Key_Left);
    QTest::keyClick(&chart, Qt::Key_Home);
    QCOMPARE(chart.current(), -1);
    QTest::mouseMove(&chart, QPoint(200, 100));
    QCOMPARE(chart.current(), -1);
}

void tst_Chart::keepsItsPlaceWhenDataGrows()
{
    Chart chart(Chart::Kind::Lines, QStringLiteral("Balance"));
    chart.setData(threeDays());
    chart.setCurrent(2);
    ChartData more = threeDays();
    more.series[0].values[2] = 77;
    chart.setData(more);
    QCOMPARE(chart.current(), 2);
    QVERIFY(chart.accessibleDescription().contains(QLatin1String("77")));
    more.points.removeLast();
    more.ticks.removeLast();
    for (ChartData::Series &series : more.series)
        series.values.pop_back();
    chart.setData(more);
    QCOMPARE(chart.current(), -1);
}

QTEST_MAIN(tst_Chart)
#include "tst_Chart.moc"
