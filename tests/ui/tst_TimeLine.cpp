// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/QrCode.h"
#include "ui/widgets/TimeLine.h"
#include "ui/widgets/Words.h"

#include <QApplication>
#include <QClipboard>
#include <QImage>
#include <QTest>

using namespace tower;

/// The small pictures of details: stages on a line, QR codes.
class tst_TimeLine : public QObject
{
    Q_OBJECT

private slots:
    void tellsItsStages();
    void stagesDifferInShape();
    void codeHasItsPatterns();
    void codePaintsItsModules();
    void invoiceIsPackedInUpperCase();
    void codeIsCopied();
    void tooMuchIsNoCode();
    void dollars_data();
    void dollars();
};

void tst_TimeLine::tellsItsStages()
{
    TimeLine line;
    line.setStages({{QStringLiteral("Asked"), Stage::State::Done, Millis(1'763'000'000'000)},
                    {QStringLiteral("Paid"), Stage::State::Now},
                    {QStringLiteral("Done"), Stage::State::Next}});
    const QString says = line.accessibleName();
    QVERIFY2(says.contains(QLatin1String("Asked: done, ")), qPrintable(says));
    QVERIFY(says.contains(QLatin1String("Paid: now")));
    QVERIFY(says.contains(QLatin1String("Done: to come")));
    QVERIFY(line.minimumSizeHint().width() >= 3 * 48);
}

void tst_TimeLine::stagesDifferInShape()
{
    // In one colour, so that the shape alone makes the difference.
    QList<QImage> seen;
    for (const Stage::State state :
         {Stage::State::Done, Stage::State::Now, Stage::State::Next, Stage::State::Failed}) {
        TimeLine line;
        line.resize(80, 22); // the dot alone
        line.setStages({{QString(), state}});
        const QImage grey = line.grab().toImage().convertToFormat(QImage::Format_Mono, Qt::ThresholdDither);
        QVERIFY(!seen.contains(grey));
        seen.append(grey);
    }
}

void tst_TimeLine::codeHasItsPatterns()
{
    QrCode code;
    code.setText(QStringLiteral("npub1example"), QStringLiteral("Timmy"));
    const int last = code.modules() - 1;
    QVERIFY(code.modules() >= 21);
    QCOMPARE(code.modules() % 4, 1); // 17 + 4 for each version
    // The three finders: a dark ring of 7, a light one, a dark heart.
    for (const QPoint corner : {QPoint(0, 0), QPoint(last - 6, 0), QPoint(0, last - 6)}) {
        for (int i = 0; i < 7; ++i) {
            QVERIFY(code.isDark(corner.y(), corner.x() + i));
            QVERIFY(code.isDark(corner.y() + i, corner.x()));
        }
        QVERIFY(!code.isDark(corner.y() + 1, corner.x() + 1));
        QVERIFY(code.isDark(corner.y() + 3, corner.x() + 3));
    }
    QVERIFY(code.accessibleName().contains(QLatin1String("Timmy")));
    QVERIFY(code.accessibleName().contains(QLatin1String("npub1example")));
}

void tst_TimeLine::codePaintsItsModules()
{
    QrCode code;
    code.setText(QStringLiteral("npub1example"), QStringLiteral("Timmy"));
    const int across = code.modules() + 8;
    const int module = 4;
    code.resize(across * module, across * module);
    const QImage image = code.grab().toImage();
    for (int i = 0; i < across * module; ++i) {
        QCOMPARE(image.pixelColor(i, 2 * module), QColor(Qt::white)); // the quiet zone, in any scheme
        QCOMPARE(image.pixelColor(2 * module, i), QColor(Qt::white));
    }
    for (int row = 0; row < code.modules(); ++row) {
        for (int column = 0; column < code.modules(); ++column) {
            const QColor middle = image.pixelColor((column + 4) * module + 2, (row + 4) * module + 2);
            QCOMPARE(middle, QColor(code.isDark(row, column) ? Qt::black : Qt::white));
        }
    }
}

void tst_TimeLine::invoiceIsPackedInUpperCase()
{
    const QString invoice = QStringLiteral("lntb10u1p") + QString(250, QLatin1Char('q'));
    QrCode code;
    code.setInvoice(invoice, QStringLiteral("Invoice"));
    QCOMPARE(code.payload(), QStringLiteral("LIGHTNING:") + invoice.toUpper());
    QrCode lower;
    lower.setText(code.payload().toLower(), QStringLiteral("Invoice"));
    QVERIFY(code.modules() < lower.modules());
}

void tst_TimeLine::codeIsCopied()
{
    QrCode code;
    code.setInvoice(QStringLiteral("lntb1abc"), QStringLiteral("Invoice"));
    QApplication::clipboard()->clear();
    QTest::mouseClick(&code, Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("lntb1abc"));
    QApplication::clipboard()->clear();
    QTest::keyClick(&code, Qt::Key_Space);
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("lntb1abc"));
}

void tst_TimeLine::tooMuchIsNoCode()
{
    QrCode code;
    code.resize(200, 200);
    code.setText(QString(8'000, QLatin1Char('x')), QStringLiteral("Much"));
    QCOMPARE(code.modules(), 0);
    QVERIFY(!code.grab().isNull());
}

void tst_TimeLine::dollars_data()
{
    QTest::addColumn<qint64>("micro");
    QTest::addColumn<QString>("text");
    const QString thin(QChar(0x2009));
    QTest::newRow("none") << qint64(0) << "0.00 USD";
    QTest::newRow("millionths") << qint64(312) << "0.000312 USD";
    QTest::newRow("cents") << qint64(1'500'000) << "1.50 USD";
    QTest::newRow("a bitcoin") << qint64(100'000'000'000)
                               << QStringLiteral("100") + thin + QStringLiteral("000.00 USD");
    QTest::newRow("less than none") << qint64(-20'000) << "-0.02 USD";
    QTest::newRow("less still") << qint64(-1'020'000) << "-1.02 USD";
}

void tst_TimeLine::dollars()
{
    QFETCH(qint64, micro);
    QFETCH(QString, text);
    QCOMPARE(words::dollars(MicroUsd(micro), QLocale::c()), text);
}

QTEST_MAIN(tst_TimeLine)
#include "tst_TimeLine.moc"
