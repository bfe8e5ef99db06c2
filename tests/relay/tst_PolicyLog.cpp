// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/RelayHouse.h"

#include <QSignalSpy>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

PolicyLogEntry entry(int n, const char *action = "accept", const char *reason = "elite", int author = 1)
{
    PolicyLogEntry out;
    out.at = start + Millis(n);
    out.eventId = QString::number(n);
    out.pubkey = keyOf(author).text();
    out.kind = 1;
    out.action = QLatin1String(action);
    out.reason = QLatin1String(reason);
    out.micros = n;
    return out;
}

} // namespace

class TestPolicyLog : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void newestFirstWithWhatIsNotWrittenYet()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        constexpr int many = 450; // more than one slice of writing
        for (int n = 0; n < many; ++n)
            house.log.add(entry(n));
        const Page<PolicyLogEntry> page = house.log.list({}, {100, {}});
        QCOMPARE(page.total, many);
        for (std::size_t i = 0; i < page.items.size(); ++i)
            QCOMPARE(page.items[i].eventId, QString::number(many - 1 - static_cast<int>(i)));
        const PolicyLogEntry &newest = page.items.front();
        QCOMPARE(newest.at, start + Millis(many - 1));
        QCOMPARE(newest.pubkey, keyOf(1).text());
        QCOMPARE(newest.micros, many - 1);
    }

    void flushWritesAll()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        for (int n = 0; n < 1'234; ++n)
            house.log.add(entry(n));
        house.log.flush();
        QCOMPARE(house.count("relay_decisions"), 1'234);
        house.log.flush();
        QCOMPARE(house.count("relay_decisions"), 1'234);
    }

    void ringIsBoundedAndCountersAreExact()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        constexpr int many = PolicyLog::ringSize + 777;
        for (int n = 0; n < many; ++n) {
            house.log.add(entry(n, n % 3 == 0 ? "reject" : "accept", n % 3 == 0 ? "no-access" : "elite"));
            if (n % 500 == 0)
                house.log.flush();
        }
        house.log.flush();
        QCOMPARE(house.count("relay_decisions"), PolicyLog::ringSize);
        const Page<PolicyLogEntry> page = house.log.list({}, {1, {}});
        QCOMPARE(page.items.front().eventId, QString::number(many - 1));
        const auto counters = house.log.counters();
        QCOMPARE(counters.at({QStringLiteral("reject"), QStringLiteral("no-access")}), (many + 2) / 3);
        QCOMPARE(counters.at({QStringLiteral("accept"), QStringLiteral("elite")}), many - (many + 2) / 3);
        PolicyLog afterRestart(*house.database, house.clock);
        QCOMPARE(afterRestart.counters(), counters);
        QCOMPARE(afterRestart.health().accepted, many - (many + 2) / 3);
    }

    void burstBeyondTheRingIsStillCounted()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        for (int n = 0; n < 3 * PolicyLog::ringSize; ++n)
            house.log.add(entry(n));
        QCOMPARE(house.log.health().accepted, 3 * PolicyLog::ringSize);
        house.log.flush();
        QCOMPARE(house.count("relay_decisions"), PolicyLog::ringSize);
        QCOMPARE(house.log.health().accepted, 3 * PolicyLog::ringSize);
    }

    void writesByItself()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QSignalSpy added(&house.log, &PolicyLog::added);
        for (int n = 0; n < 500; ++n)
            house.log.add(entry(n));
        QTRY_COMPARE(house.count("relay_decisions"), 500);
        QVERIFY(added.size() >= 1);
    }

    void unwrittenWhenTheDatabaseFailsAndWrittenLater()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        house.database->script(QStringLiteral("ALTER TABLE relay_decisions RENAME TO gone"));
        house.log.add(entry(1));
        house.log.flush();
        QVERIFY(house.log.hasUnwritten());
        house.database->script(QStringLiteral("ALTER TABLE gone RENAME TO relay_decisions"));
        house.log.flush();
        QCOMPARE(house.count("relay_decisions"), 1);
        QCOMPARE(house.log.health().accepted, 1);
    }

    void aRowThatCannotBeKeptDoesNotHoldTheOthersUp()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        PolicyLogEntry bad = entry(1);
        bad.source = QStringLiteral("IP4 ") + QChar(0);
        house.log.add(bad);
        house.log.add(entry(2));
        house.log.flush();
        QVERIFY(!house.log.hasUnwritten());
        QCOMPARE(house.count("relay_decisions"), 1);
        QCOMPARE(house.log.health().accepted, 2); // counted all the same
    }

    void filters()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        for (int n = 0; n < 20; ++n)
            house.log.add(entry(n, n % 2 == 0 ? "accept" : "shadowReject", "x", 1 + n % 5));
        QCOMPARE(house.log.list({.action = QStringLiteral("shadowReject"), .pubkey = {}}, {}).total, 10);
        QCOMPARE(house.log.list({.action = {}, .pubkey = keyOf(2).text()}, {}).total, 4);
        QCOMPARE(house.log.list({.action = QStringLiteral("accept"), .pubkey = keyOf(2).text()}, {}).total,
                 2);
        QCOMPARE(house.log.list({.action = QStringLiteral("reject"), .pubkey = {}}, {}).total, 0);
    }

    void healthOfTheLastThousand()
    {
        QFETCH_GLOBAL(QString, engine);
        RelayHouse house(engine);
        QCOMPARE(house.log.health().p99Ms, 0.0);
        PolicyLogEntry slow = entry(0);
        slow.micros = 500'000;
        for (int n = 0; n < 1'000; ++n)
            house.log.add(slow);
        for (int n = 0; n < 1'000; ++n)
            house.log.add(entry(n)); // pushes the slow ones out
        const PolicyHealth health = house.log.health();
        QVERIFY(qAbs(health.p50Ms - 0.5) < 0.01);
        QVERIFY(qAbs(health.p99Ms - 0.99) < 0.01);
        house.clock.set(start + seconds(30));
        for (int n = 0; n < 7; ++n)
            house.log.add(entry(30'000 + n));
        QCOMPARE(house.log.health().lastMinute, 2'007);
        house.clock.set(start + seconds(70));
        QCOMPARE(house.log.health().lastMinute, 7);
    }
};

QTEST_GUILESS_MAIN(TestPolicyLog)
#include "tst_PolicyLog.moc"
