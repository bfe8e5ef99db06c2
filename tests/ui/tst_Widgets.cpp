// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Icons.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/Looks.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Tile.h"
#include "ui/widgets/Words.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace tower;

namespace {

double luminance(const QColor &colour)
{
    const auto part = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

bool hasInk(const QImage &image)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixelColor(x, y).alpha() > 128)
                return true;
        }
    }
    return false;
}

} // namespace

class tst_Widgets : public QObject
{
    Q_OBJECT

private slots:
    void contrastHolds_data();
    void contrastHolds();
    void themeFollowsScheme();
    void everyIconPaints();
    void statesHaveWordAndShape();
    void npubIsCopiedWhole();
    void filterSpeaksWhenTypingPauses();
    void escapeEmptiesTheFilter();
    void undoWorksOnce();
    void undoBarGoesAway();
    void confirmStartsOnCancel();
    void confirmWantsTheWord();
    void relativeTimes_data();
    void relativeTimes();
    void csvCells_data();
    void csvCells();
    void groupsFigures();
    void tileSaysItAll();
};

void tst_Widgets::contrastHolds_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void tst_Widgets::contrastHolds()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? Theme::night() : Theme::light();
    for (const QColor &ground : {theme.window, theme.card, theme.raised}) {
        QVERIFY(contrast(theme.text, ground) >= 4.5);
        QVERIFY(contrast(theme.secondary, ground) >= 4.5);
        for (const Tone tone : {Tone::Accent, Tone::Good, Tone::Warn, Tone::Bad, Tone::Info})
            QVERIFY2(contrast(theme.colour(tone), ground) >= 3.0, qPrintable(theme.colour(tone).name()));
    }
    QVERIFY(contrast(theme.onAccent, theme.accent) >= 4.5);
    for (const Tone tone :
         {Tone::Neutral, Tone::Accent, Tone::Good, Tone::Warn, Tone::Bad, Tone::Info, Tone::Elite})
        QVERIFY(contrast(theme.text, theme.ground(tone)) >= 4.5);
}

void tst_Widgets::themeFollowsScheme()
{
    auto *control = new ThemeControl(*qApp, Scheme::Dark);
    QVERIFY(Theme::of(QWidget().palette()).dark);
    QCOMPARE(QWidget().palette().color(QPalette::Window), Theme::night().window);
    control->setScheme(Scheme::Light);
    QVERIFY(!Theme::of(QWidget().palette()).dark);
    QCOMPARE(QWidget().palette().color(QPalette::Window), Theme::light().window);
    delete control;
}

void tst_Widgets::everyIconPaints()
{
    QVERIFY(!appIcon().isNull());
    const QStringList names = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
    QVERIFY(names.size() > 20);
    for (const QString &name : names) {
        const QImage image = icon(name.chopped(4)).pixmap(20, 20).toImage();
        QVERIFY2(hasInk(image), qPrintable(name));
    }
}

void tst_Widgets::statesHaveWordAndShape()
{
    QList<PillLook> looks;
    for (const Tier tier : {Tier::Anonymous, Tier::New, Tier::Established, Tier::Trusted, Tier::Elite})
        looks.append(lookOf(tier));
    for (const AccessLevel level : {AccessLevel::None, AccessLevel::Read, AccessLevel::Write})
        looks.append(lookOf(level));
    for (const PillLook &look : looks) {
        QVERIFY(!look.word.isEmpty());
        Pill pill(look);
        QCOMPARE(pill.accessibleName(), look.word);
        QVERIFY(pill.sizeHint().width() > pillSize({{}, look.shape, look.tone}).width());
    }
    // Access levels differ in shape too, not in colour alone.
    QVERIFY(lookOf(AccessLevel::None).shape != lookOf(AccessLevel::Write).shape);
    QVERIFY(lookOf(AccessLevel::Read).shape != lookOf(AccessLevel::Write).shape);
}

void tst_Widgets::npubIsCopiedWhole()
{
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(7);
    const PubKey key(bytes);
    NpubLabel label(key);
    label.resize(200, 24);
    const QString npub = QString::fromLatin1(toNpub(key));
    QVERIFY(label.text().size() < npub.size());
    QVERIFY(label.text().contains(QChar(0x2026)));
    QVERIFY(label.toolTip().contains(npub));
    QTest::mouseClick(&label, Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), npub);
    label.copyHex();
    QCOMPARE(QApplication::clipboard()->text(), key.text());
    QTest::keyClick(&label, Qt::Key_Space);
    QCOMPARE(QApplication::clipboard()->text(), npub);
}

void tst_Widgets::filterSpeaksWhenTypingPauses()
{
    FilterBox box;
    box.setPause(0);
    QSignalSpy spoken(&box, &FilterBox::filterChanged);
    QTest::keyClicks(&box, QStringLiteral("abc"));
    QTRY_COMPARE(spoken.count(), 1);
    QCOMPARE(spoken.first().first().toString(), QStringLiteral("abc"));
}

void tst_Widgets::escapeEmptiesTheFilter()
{
    FilterBox box;
    box.setPause(1'000'000);
    QSignalSpy spoken(&box, &FilterBox::filterChanged);
    QTest::keyClicks(&box, QStringLiteral("abc"));
    QCOMPARE(spoken.count(), 0);
    QTest::keyClick(&box, Qt::Key_Return);
    QCOMPARE(spoken.count(), 1);
    QTest::keyClick(&box, Qt::Key_Escape);
    QCOMPARE(spoken.count(), 2);
    QCOMPARE(spoken.last().first().toString(), QString());
    QVERIFY(box.text().isEmpty());
}

void tst_Widgets::undoWorksOnce()
{
    UndoBar bar;
    int undone = 0;
    bar.offer(QStringLiteral("Granted"), [&undone] { ++undone; });
    QVERIFY(bar.isVisibleTo(nullptr) || bar.isVisible());
    bar.undo();
    bar.undo();
    QCOMPARE(undone, 1);
    QVERIFY(!bar.isVisible());
}

void tst_Widgets::undoBarGoesAway()
{
    UndoBar bar;
    bar.setSpan(0);
    bar.tell(QStringLiteral("Done"));
    QTRY_VERIFY(!bar.isVisible());
}

void tst_Widgets::confirmStartsOnCancel()
{
    QWidget window;
    ConfirmBar bar(&window);
    window.show();
    bool done = false;
    bar.ask(QStringLiteral("Reject 3 events?"), QStringLiteral("Reject 3 events"), [&done] { done = true; });
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    const auto *focused = qobject_cast<QPushButton *>(window.focusWidget());
    QVERIFY(focused);
    QCOMPARE(focused->text(), ConfirmBar::tr("Cancel"));
    QTest::keyClick(window.focusWidget(), Qt::Key_Escape);
    QVERIFY(!bar.isVisible());
    QVERIFY(!done);
    bar.confirm();
    QVERIFY(done);
}

void tst_Widgets::confirmWantsTheWord()
{
    QWidget window;
    ConfirmBar bar(&window);
    window.show();
    int done = 0;
    bar.askTyped(QStringLiteral("Destroy 1 node? Type 5b1f6a1e."), QStringLiteral("Destroy this node"),
                 QStringLiteral("5b1f6a1e"), [&done] { ++done; });
    QVERIFY(bar.field()->isVisible());
    QVERIFY(!bar.button()->isEnabled());
    QTest::keyClicks(bar.field(), QStringLiteral("5b1f6a1"));
    QVERIFY(!bar.button()->isEnabled());
    QTest::keyClick(bar.field(), Qt::Key_Return);
    bar.confirm();
    QCOMPARE(done, 0);
    QTest::keyClicks(bar.field(), QStringLiteral("e"));
    QVERIFY(bar.button()->isEnabled());
    QTest::mouseClick(bar.button(), Qt::LeftButton);
    QCOMPARE(done, 1);
    QVERIFY(!bar.isVisible());
    bar.ask(QStringLiteral("Reject 3 events?"), QStringLiteral("Reject 3 events"), [&done] { ++done; });
    QVERIFY(!bar.field()->isVisible()); // and nothing of the question before is left
    QVERIFY(bar.button()->isEnabled());
}

void tst_Widgets::relativeTimes_data()
{
    QTest::addColumn<qint64>("ago");
    QTest::addColumn<QString>("text");
    QTest::newRow("now") << qint64(0) << "now";
    QTest::newRow("seconds") << qint64(42'000) << "42 s";
    QTest::newRow("minutes") << qint64(3 * 60'000 + 59'000) << "3 min";
    QTest::newRow("hours") << qint64(2 * 3'600'000) << "2 h";
    QTest::newRow("days") << qint64(5 * 86'400'000LL) << "5 d";
    QTest::newRow("to come") << qint64(-3 * 60'000) << "in 3 min";
}

void tst_Widgets::relativeTimes()
{
    QFETCH(qint64, ago);
    QFETCH(QString, text);
    const Millis now(1'763'000'000'000);
    QCOMPARE(words::relative(now - Millis(ago), now, QLocale::c()), text);
}

void tst_Widgets::csvCells_data()
{
    QTest::addColumn<QString>("cell");
    QTest::addColumn<QByteArray>("written");
    QTest::newRow("plain") << "abc" << QByteArray("abc");
    QTest::newRow("empty") << "" << QByteArray();
    QTest::newRow("comma") << "a,b" << QByteArray("\"a,b\"");
    QTest::newRow("quote") << "a\"b" << QByteArray("\"a\"\"b\"");
    QTest::newRow("line") << "a\nb" << QByteArray("\"a\nb\"");
    QTest::newRow("formula") << "=1+1" << QByteArray("'=1+1");
    QTest::newRow("plus") << "+1 555" << QByteArray("'+1 555");
    QTest::newRow("minus") << "-x" << QByteArray("'-x");
    QTest::newRow("negative number") << "-12" << QByteArray("-12");
    QTest::newRow("at") << "@SUM(A1)" << QByteArray("'@SUM(A1)");
    QTest::newRow("tab") << "\t=1" << QByteArray("'\t=1");
    QTest::newRow("return") << "\r=1" << QByteArray("\"'\r=1\"");
    QTest::newRow("quoted formula") << "=HYPERLINK(\"x\",\"y\")"
                                    << QByteArray("\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

void tst_Widgets::csvCells()
{
    QFETCH(QString, cell);
    QFETCH(QByteArray, written);
    QCOMPARE(words::csvCell(cell), written);
}

void tst_Widgets::groupsFigures()
{
    const QString thin(QChar(0x2009));
    QCOMPARE(words::grouped(0), QStringLiteral("0"));
    QCOMPARE(words::grouped(999), QStringLiteral("999"));
    QCOMPARE(words::grouped(1'234'567),
             QStringLiteral("1") + thin + QStringLiteral("234") + thin + QStringLiteral("567"));
    QCOMPARE(words::grouped(-123'456), QStringLiteral("-123") + thin + QStringLiteral("456"));
    QCOMPARE(words::matches(10'000, false, QLocale::c()), QStringLiteral("10000+"));
    QCOMPARE(words::matches(1'234, true, QLocale(QLocale::English)), QStringLiteral("1,234"));
}

void tst_Widgets::tileSaysItAll()
{
    Tile tile(QStringLiteral("Pool"));
    tile.setFigure(QStringLiteral("12"), QStringLiteral("sats"));
    tile.setDelta(QStringLiteral("up 2 today"), 1);
    QCOMPARE(tile.accessibleName(), QStringLiteral("Pool 12 sats up 2 today"));
    QSignalSpy clicked(&tile, &QAbstractButton::clicked);
    QTest::keyClick(&tile, Qt::Key_Space);
    QCOMPARE(clicked.count(), 1);
}

QTEST_MAIN(tst_Widgets)
#include "tst_Widgets.moc"
