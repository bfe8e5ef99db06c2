// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RateLimit.h"

#include <QtTest>

using namespace tower;

class TestRateLimit : public QObject
{
    Q_OBJECT

private slots:
    void givesAMinutesWorthThenRefills();
    void zeroIsNoLimit();
    void keysAreApart();
    void aClockSetBackTakesNothing();
    void staysBounded();
    void countsIpv6BySubscriber();
};

void TestRateLimit::givesAMinutesWorthThenRefills()
{
    ManualClock clock(Millis(1'000'000));
    RateLimit limit(clock);
    for (int i = 0; i < 30; ++i)
        QCOMPARE(limit.take("a", 30), 0);
    QCOMPARE(limit.take("a", 30), 2);
    clock.advance(Millis(1000));
    QCOMPARE(limit.take("a", 30), 1);
    clock.advance(Millis(1000));
    QCOMPARE(limit.take("a", 30), 0);
    QVERIFY(limit.take("a", 30) > 0);
    clock.advance(seconds(3600));
    int taken = 0;
    while (limit.take("a", 30) == 0)
        ++taken;
    QCOMPARE(taken, 30);
}

void TestRateLimit::zeroIsNoLimit()
{
    ManualClock clock(Millis(0));
    RateLimit limit(clock);
    QCOMPARE(limit.rate(3), 0);
    limit.setRate(3, 7);
    QCOMPARE(limit.rate(3), 7);
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(limit.take("a", 0), 0);
    QCOMPARE(limit.size(), 0);
}

void TestRateLimit::keysAreApart()
{
    ManualClock clock(Millis(0));
    RateLimit limit(clock);
    QCOMPARE(limit.take("a", 1), 0);
    QCOMPARE(limit.take("a", 1), 60);
    QCOMPARE(limit.take("b", 1), 0);
}

void TestRateLimit::aClockSetBackTakesNothing()
{
    ManualClock clock(Millis(1'000'000));
    RateLimit limit(clock);
    QCOMPARE(limit.take("a", 2), 0);
    clock.set(Millis(0));
    QCOMPARE(limit.take("a", 2), 0);
    QVERIFY(limit.take("a", 2) > 0);
}

void TestRateLimit::staysBounded()
{
    ManualClock clock(Millis(0));
    RateLimit limit(clock);
    for (int i = 0; i < 250'000; ++i) {
        clock.advance(Millis(1));
        limit.take(QByteArray::number(i), 10);
    }
    QVERIFY(limit.size() <= 100'000);
    // The newest is still known.
    for (int i = 0; i < 9; ++i)
        QCOMPARE(limit.take("249999", 10), 0);
    QVERIFY(limit.take("249999", 10) > 0);
}

void TestRateLimit::countsIpv6BySubscriber()
{
    const auto key = [](const char *address) {
        return addressKey(QHostAddress(QString::fromLatin1(address)));
    };
    QCOMPARE(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    QVERIFY(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"));
    QCOMPARE(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    QVERIFY(key("10.0.0.1") != key("10.0.0.2"));
}

QTEST_GUILESS_MAIN(TestRateLimit)
#include "tst_RateLimit.moc"
