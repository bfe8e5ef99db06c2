// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/Zaps.h"
#include "tests/identity/IdentityHouse.h"

#include <QTest>

#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

const QString address = QStringLiteral("me@example.com");

struct ZapHouse : IdentityHouse
{
    explicit ZapHouse(const QString &engine)
        : IdentityHouse(engine)
    {
        settings.setSaved(Setting::ZapPctDefault, QStringLiteral("10"));
        customer(1, 50);
    }
    void customer(int n, std::int64_t score, const QString &lightningAddress = address)
    {
        setScore(numbered(n), score);
        Transaction transaction(*database);
        identities.setLightningAddress(transaction, numbered(n), lightningAddress);
        transaction.commit();
    }
    /// A job of that name is complete.
    void intend(const QString &job, Sats workSats, int who = 1)
    {
        Transaction transaction(*database);
        database->execute(R"(
            INSERT INTO jobs (id, request, state, eval_payment_hash, eval_amount_sats, created_at, updated_at)
            VALUES (?, 'x', 'complete', '', 10, 0, 0) ON CONFLICT DO NOTHING)",
                          {job});
        zaps.intend(transaction, job, numbered(who), workSats);
        transaction.commit();
    }
    struct Row
    {
        QString state, reason, lightningAddress, recipient;
        std::int64_t amount = 0;
    };
    std::optional<Row> zapOf(const QString &job)
    {
        return database->one(
            "SELECT state, reason, lightning_address, recipient, amount_sats FROM zaps WHERE job_id = ?",
            {job}, [](const tower::Row &row) {
                return Row{row.text("state"), row.text("reason"), row.text("lightning_address"),
                           row.text("recipient"), row.integer("amount_sats")};
            });
    }

    Zaps zaps{*database, clock, settings, identities};
};

} // namespace

class TestZapIntents : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void whatAJobEarns_data()
    {
        QTest::addColumn<QString>("pct");
        QTest::addColumn<int>("score");
        QTest::addColumn<int>("workSats");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("state"); // "": no zap at all
        QTest::addColumn<int>("amount");
        QTest::newRow("trusted") << "10" << 50 << 199 << address << "intent" << 19;
        QTest::newRow("elite") << "10" << 200 << 100 << address << "intent" << 10;
        QTest::newRow("everything") << "100" << 50 << 123 << address << "intent" << 123;
        QTest::newRow("a bitcoin") << "33" << 50 << 100'000'000 << address << "skipped" << 33'000'000;
        QTest::newRow("off") << "0" << 50 << 1'000 << address << "" << 0;
        QTest::newRow("established") << "10" << 49 << 1'000 << address << "" << 0;
        QTest::newRow("new") << "10" << 0 << 1'000 << address << "" << 0;
        QTest::newRow("too small") << "10" << 50 << 99 << address << "skipped" << 9;
        QTest::newRow("free work") << "10" << 50 << 0 << address << "skipped" << 0;
        QTest::newRow("no address") << "10" << 50 << 1'000 << ""
                                    << "skipped" << 100;
    }
    void whatAJobEarns()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, pct);
        QFETCH(int, score);
        QFETCH(int, workSats);
        QFETCH(QString, to);
        QFETCH(QString, state);
        ZapHouse house(engine);
        house.settings.setSaved(Setting::ZapPctDefault, pct);
        house.customer(1, score, to);
        house.intend(QStringLiteral("job"), Sats(workSats));
        const auto zap = house.zapOf(QStringLiteral("job"));
        QCOMPARE(zap.has_value(), !state.isEmpty());
        if (!zap)
            return;
        QCOMPARE(zap->state, state);
        QTEST(static_cast<int>(zap->amount), "amount");
        QCOMPARE(zap->reason.isEmpty(), state == u"intent");
        QCOMPARE(zap->lightningAddress, to);
        QCOMPARE(zap->recipient, numbered(1).text());
    }

    void strangersEarnNone()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapHouse house(engine);
        house.intend(QStringLiteral("job"), Sats(1'000), 2);
        QVERIFY(!house.zapOf(QStringLiteral("job")));
    }

    void oncePerJob()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapHouse house(engine);
        house.intend(QStringLiteral("job"), Sats(1'000));
        house.intend(QStringLiteral("job"), Sats(2'000));
        QCOMPARE(house.zapOf(QStringLiteral("job")).value().amount, 100);
        QCOMPARE(house.zaps.totals().zappedToday, Sats(100));
        QCOMPARE(house.zaps.totals().paid, 0);
    }

    void itGoesWithTheTransaction()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapHouse house(engine);
        house.intend(QStringLiteral("job"), Sats(0)); // too small: there is a job, and a zap that was skipped
        {
            Transaction transaction(*house.database);
            house.database->execute("DELETE FROM zaps");
            house.zaps.intend(transaction, QStringLiteral("job"), numbered(1), Sats(1'000));
        }
        QCOMPARE(house.zapOf(QStringLiteral("job")).value().amount, 0);
    }

    void theDaysCeiling()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapHouse house(engine);
        house.settings.setSaved(Setting::ZapMaxSatsPerDay, QStringLiteral("250"));
        house.customer(2, 200);
        house.intend(QStringLiteral("a"), Sats(1'000));
        house.intend(QStringLiteral("b"), Sats(1'000), 2);
        house.intend(QStringLiteral("c"), Sats(1'000));
        house.intend(QStringLiteral("d"), Sats(500));
        QCOMPARE(house.zapOf(QStringLiteral("b")).value().state, QStringLiteral("intent"));
        QCOMPARE(house.zapOf(QStringLiteral("c")).value().state, QStringLiteral("skipped"));
        QCOMPARE(house.zapOf(QStringLiteral("d")).value().state, QStringLiteral("intent")); // which fits
        QCOMPARE(house.zaps.totals().zappedToday, Sats(250));
        // What failed was not spent.
        house.database->execute("UPDATE zaps SET state = 'failed' WHERE job_id = 'a'");
        house.database->execute("UPDATE zaps SET state = 'paid' WHERE job_id = 'b'");
        house.intend(QStringLiteral("e"), Sats(1'000));
        QCOMPARE(house.zapOf(QStringLiteral("e")).value().state, QStringLiteral("intent"));
        QCOMPARE(house.zaps.totals().paid, 1);
        house.clock.advance(days(1) - Millis(1)); // the last moment of the UTC day
        house.intend(QStringLiteral("f"), Sats(1'000));
        QCOMPARE(house.zapOf(QStringLiteral("f")).value().state, QStringLiteral("skipped"));
        house.clock.advance(Millis(1));
        house.intend(QStringLiteral("g"), Sats(1'000));
        QCOMPARE(house.zapOf(QStringLiteral("g")).value().state, QStringLiteral("intent"));
        QCOMPARE(house.zaps.totals().zappedToday, Sats(100));
    }

    void theCeilingHoldsAcrossPrograms()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapHouse house(engine);
        house.settings.setSaved(Setting::ZapMaxSatsPerDay, QStringLiteral("350"));
        std::vector<std::thread> programs;
        for (int n = 0; n < 4; ++n) {
            house.customer(10 + n, 100);
            for (int i = 0; i < 5; ++i)
                house.intend(QStringLiteral("%1-%2").arg(n).arg(i), Sats(0), 99); // the jobs alone
        }
        for (int n = 0; n < 4; ++n) {
            programs.emplace_back([&house, n] {
                const auto connection = house.database.another();
                Identities identities(*connection, house.clock, house.settings);
                Zaps zaps(*connection, house.clock, house.settings, identities);
                for (int i = 0; i < 5; ++i) {
                    Transaction transaction(*connection);
                    zaps.intend(transaction, QStringLiteral("%1-%2").arg(n).arg(i), numbered(10 + n),
                                Sats(1'000));
                    transaction.commit();
                }
            });
        }
        for (std::thread &program : programs)
            program.join();
        QCOMPARE(house.zaps.totals().zappedToday, Sats(300));
        QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM zaps WHERE state = 'intent'"), 3);
        QCOMPARE(house.database->number("SELECT COUNT(*) AS n FROM zaps"), 20);
    }
};

QTEST_GUILESS_MAIN(TestZapIntents)
#include "tst_ZapIntents.moc"
