// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Clock.h"

#include <QTest>

using namespace tower;

class TestClock : public QObject
{
    Q_OBJECT

private slots:
    void isoText();
    void readsIso_data();
    void readsIso();
    void manualClockMovesOnlyWhenTold();
};

void TestClock::isoText()
{
    QCOMPARE(toIso(Millis(0)), QStringLiteral("1970-01-01T00:00:00.000Z"));
    QCOMPARE(toIso(Millis(1'795'167'000'007)), QStringLiteral("2026-11-20T09:30:00.007Z"));
}

void TestClock::readsIso_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<qint64>("millis");
    QTest::newRow("UTC") << "2026-11-20T09:30:00.007Z" << true << qint64(1'795'167'000'007);
    QTest::newRow("without milliseconds") << "2026-11-20T09:30:00Z" << true << qint64(1'795'167'000'000);
    QTest::newRow("offset") << "2026-11-20T11:30:00+02:00" << true << qint64(1'795'167'000'000);
    QTest::newRow("local time") << "2026-11-20T09:30:00" << false << qint64(0);
    QTest::newRow("no such day") << "2026-02-30T09:30:00Z" << false << qint64(0);
    QTest::newRow("empty") << "" << false << qint64(0);
    QTest::newRow("words") << "tomorrow" << false << qint64(0);
}

void TestClock::readsIso()
{
    QFETCH(QString, text);
    QFETCH(bool, valid);
    QFETCH(qint64, millis);
    const auto read = fromIso(text);
    QCOMPARE(read.has_value(), valid);
    if (valid)
        QCOMPARE(read->value(), millis);
}

void TestClock::manualClockMovesOnlyWhenTold()
{
    ManualClock clock(Millis(5));
    QCOMPARE(clock.now(), Millis(5));
    clock.advance(seconds(2));
    QCOMPARE(clock.now(), Millis(2005));
    clock.set(Millis(1));
    QCOMPARE(clock.now(), Millis(1));
}

QTEST_GUILESS_MAIN(TestClock)
#include "tst_Clock.moc"
