// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/RetryDelay.h"

#include <QTest>

using namespace tower;
using namespace std::chrono_literals;

class TestRetryDelay : public QObject
{
    Q_OBJECT

private slots:
    void waitsLongerAfterEachFailure()
    {
        RetryDelay delay;
        RetryDelay::Time now{1000h};
        QVERIFY(delay.mayTry(now));
        for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
            delay.failed(now);
            QVERIFY(!delay.mayTry(now));
            QVERIFY(!delay.mayTry(now + wait - 1ms));
            now += wait;
            QVERIFY(delay.mayTry(now));
        }
        delay.succeeded();
        delay.failed(now);
        QVERIFY(!delay.mayTry(now + 999ms));
        QVERIFY(delay.mayTry(now + 1s));
    }
};

QTEST_GUILESS_MAIN(TestRetryDelay)
#include "tst_RetryDelay.moc"
