// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/Activity.h"
#include "tests/support/Expect.h"
#include "tests/support/QueryPlan.h"
#include "tests/support/TestDatabase.h"

#include <QCryptographicHash>
#include <QTest>

using namespace tower;

namespace {

ActivityEntry entry(const QString &action, const QString &subject,
                    const QString &actor = QStringLiteral("admin"))
{
    return {actor,
            action,
            subject,
            QStringLiteral("because \u20ac"),
            {{QStringLiteral("level"), QStringLiteral("none")}},
            {{QStringLiteral("level"), QStringLiteral("write")}, {QStringLiteral("n"), 0.1}}};
}

void dropTriggers(Database &db)
{
    if (db.engine() == Engine::Postgres) {
        db.script(QStringLiteral("ALTER TABLE activity DISABLE TRIGGER ALL"));
        return;
    }
    db.script(QStringLiteral("DROP TRIGGER activity_no_update"));
    db.script(QStringLiteral("DROP TRIGGER activity_no_delete"));
}

} // namespace

class TestActivity : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void rowsAreChained()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1'763'630'000'000));
        Activity activity(*test, clock);
        QVERIFY(Activity::verify(*test).ok);
        {
            Transaction transaction(*test);
            activity.record(transaction, entry(QStringLiteral("relay.grant"), QStringLiteral("k1")));
            QCOMPARE(test->number("SELECT count(*) AS n FROM activity"), 0); // at the very end only
            activity.record(transaction, entry(QStringLiteral("relay.revoke"), QStringLiteral("k2")));
            transaction.commit();
        }
        {
            Transaction transaction(*test);
            activity.record(transaction, entry(QStringLiteral("relay.grant"), QStringLiteral("rolled back")));
        }
        {
            Transaction transaction(*test);
            // Recorded by a hook that itself runs at the end: still part of the same transaction.
            transaction.beforeCommit([&] {
                activity.record(transaction, entry(QStringLiteral("identity.adjust"), QStringLiteral("k3")));
            });
            activity.record(transaction, entry(QStringLiteral("setting.change"), QStringLiteral("X")));
            transaction.commit();
        }
        const ChainReport report = Activity::verify(*test);
        QVERIFY2(report.ok, qPrintable(report.detail));
        QCOMPARE(report.rows, std::int64_t(4));
        const auto second = activity.find(2);
        QVERIFY(second);
        QCOMPARE(second->previousHash, activity.find(1)->hash);
        QCOMPARE(second->entry.after, entry(QString(), QString()).after);
        QCOMPARE(second->at, clock.now());
        QCOMPARE(activity.find(4)->hash, report.head);
        QCOMPARE(test->number("SELECT count(*) AS n FROM changes WHERE kind = 'activity'"), 4);
        QVERIFY(!activity.find(5));
    }

    /// The formula, written out: another program must be able to check the chain.
    void theHashIsWhatTheDocumentsSay()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Activity activity(*test, clock);
        Transaction transaction(*test);
        activity.record(transaction, {QStringLiteral("admin"),
                                      QStringLiteral("a.b"),
                                      QStringLiteral("s"),
                                      QStringLiteral("r"),
                                      {},
                                      {{QStringLiteral("z"), 1}, {QStringLiteral("a"), 2}}});
        transaction.commit();
        const QByteArray json =
            R"({"action":"a.b","actor":"admin","after":{"a":2,"z":1},"at":1000,"before":{},)"
            R"("id":1,"reason":"r","subject":"s"})";
        QCOMPARE(activity.find(1)->hash,
                 QCryptographicHash::hash(QByteArray(32, '\0') + json, QCryptographicHash::Sha256).toHex());
    }

    void tamperingShows_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<std::int64_t>("firstBad");
        QTest::newRow("nothing") << QString() << std::int64_t(0);
        for (const char *column : {"actor", "action", "topic", "subject", "reason", "hash", "previous_hash"})
            QTest::newRow(column)
                << QStringLiteral("UPDATE activity SET %1 = 'x' WHERE id = 3").arg(QLatin1String(column))
                << std::int64_t(3);
        QTest::newRow("at") << QStringLiteral("UPDATE activity SET at = at + 1 WHERE id = 3")
                            << std::int64_t(3);
        QTest::newRow("before") << QStringLiteral("UPDATE activity SET before = '{}' WHERE id = 3")
                                << std::int64_t(3);
        QTest::newRow("after") << QStringLiteral("UPDATE activity SET after = 'nonsense' WHERE id = 3")
                               << std::int64_t(3);
        QTest::newRow("removed") << QStringLiteral("DELETE FROM activity WHERE id = 2") << std::int64_t(2);
        QTest::newRow("first removed")
            << QStringLiteral("DELETE FROM activity WHERE id = 1") << std::int64_t(1);
        QTest::newRow("tail removed")
            << QStringLiteral("DELETE FROM activity WHERE id >= 4") << std::int64_t(4);
        QTest::newRow("all removed") << QStringLiteral("DELETE FROM activity") << std::int64_t(1);
        QTest::newRow("renumbered") << QStringLiteral("UPDATE activity SET id = 6 WHERE id = 5")
                                    << std::int64_t(5);
        QTest::newRow("row added") << QStringLiteral(
                                          "INSERT INTO activity (id, at, actor, action, topic, subject, "
                                          "reason, before, after, previous_hash, hash) "
                                          "VALUES (6, 1, 'a', 'b', '', '', '', '{}', '{}', '', '')")
                                   << std::int64_t(6);
        QTest::newRow("head changed")
            << QStringLiteral("UPDATE activity_head SET last_hash = 'x'") << std::int64_t(5);
        QTest::newRow("head removed") << QStringLiteral("DELETE FROM activity_head") << std::int64_t(1);
    }
    void tamperingShows()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, sql);
        QFETCH(std::int64_t, firstBad);
        TestDatabase test(engine);
        ManualClock clock(Millis(1'763'630'000'000));
        Activity activity(*test, clock);
        for (int i = 0; i < 5; ++i) {
            Transaction transaction(*test);
            activity.record(transaction, entry(QStringLiteral("relay.grant"), QString::number(i)));
            transaction.commit();
        }
        if (!sql.isEmpty()) {
            dropTriggers(*test);
            test->script(sql);
        }
        const auto reader = test.another(Database::Mode::ReadOnly);
        const ChainReport report = Activity::verify(*reader);
        QCOMPARE(report.ok, firstBad == 0);
        QCOMPARE(report.firstBadId, firstBad);
        QVERIFY(!report.detail.isEmpty());
    }

    void verifyingCanBeCancelled()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1));
        Activity activity(*test, clock);
        Transaction transaction(*test);
        activity.record(transaction, entry(QStringLiteral("a.b"), QStringLiteral("s")));
        transaction.commit();
        const ChainReport report = Activity::verify(*test, [] { return true; });
        QVERIFY(!report.ok);
        QCOMPARE(report.firstBadId, std::int64_t(0));
    }

    void filters()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000));
        Activity activity(*test, clock);
        const auto add = [&](const char *action, const char *subject, const char *actor) {
            Transaction transaction(*test);
            activity.record(transaction,
                            entry(QLatin1String(action), QLatin1String(subject), QLatin1String(actor)));
            transaction.commit();
            clock.advance(Millis(1000));
        };
        add("relay.grant", "k1", "admin");    // at 1000
        add("relay.revoke", "k1", "auto");    // at 2000
        add("relay.x.one", "k2", "admin");    // at 3000
        add("relays.other", "k3", "admin");   // at 4000
        add("identity.adjust", "k1", "auto"); // at 5000
        const auto ids = [&](const ActivityFilter &filter) {
            QList<std::int64_t> out;
            for (const ActivityRow &row : activity.list(filter, {}).items)
                out << row.id;
            return out;
        };
        using Ids = QList<std::int64_t>;
        QCOMPARE(ids({}), (Ids{5, 4, 3, 2, 1}));
        QCOMPARE(ids({.actor = QStringLiteral("auto")}), (Ids{5, 2}));
        QCOMPARE(ids({.action = QStringLiteral("relay.grant")}), (Ids{1}));
        QCOMPARE(ids({.action = QStringLiteral("relay.")}), (Ids{3, 2, 1}));
        QCOMPARE(ids({.action = QStringLiteral("relay.x.")}), (Ids{3}));
        QCOMPARE(ids({.actor = QStringLiteral("auto"), .subject = QStringLiteral("k1")}), (Ids{5, 2}));
        QCOMPARE(ids({.since = Millis(2000), .until = Millis(4000)}), (Ids{4, 3, 2}));
        QCOMPARE(ids({.subject = QStringLiteral("' OR 1=1 --")}), Ids());
    }

    void pagesAcrossInserts()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        ManualClock clock(Millis(1000)); // stands still: all rows share one moment
        Activity activity(*test, clock);
        const auto add = [&](int count) {
            Transaction transaction(*test);
            for (int i = 0; i < count; ++i)
                activity.record(transaction, entry(QStringLiteral("relay.grant"), QStringLiteral("s")));
            transaction.commit();
        };
        add(25);
        PageRequest request{10, {}};
        QList<std::int64_t> seen;
        for (int pages = 0; pages < 10; ++pages) {
            const Page<ActivityRow> page = activity.list({.subject = QStringLiteral("s")}, request);
            for (const ActivityRow &row : page.items)
                seen << row.id;
            if (page.nextCursor.isNull())
                break;
            request.cursor = page.nextCursor;
            add(3); // newer rows shift nothing
        }
        QCOMPARE(seen.size(), 25);
        for (qsizetype i = 0; i < seen.size(); ++i)
            QCOMPARE(seen[i], 25 - i);
        QCOMPARE(errorCodeOf([&] {
                     activity.list({}, {10, QStringLiteral("nonsense")});
                 }),
                 QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] { activity.list({}, {0, {}}); }), QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] { activity.list({}, {501, {}}); }), QByteArray("invalid_request"));
    }

    void listsWalkAnIndex_data()
    {
        QTest::addColumn<QString>("where");
        QTest::addColumn<bool>("indexed");
        QTest::newRow("all") << QString() << true;
        for (const char *column : {"actor", "action", "topic", "subject"})
            QTest::newRow(column) << QStringLiteral("WHERE (%1 = 'x')").arg(QLatin1String(column)) << true;
        QTest::newRow("dates") << QStringLiteral("WHERE (at >= 1) AND (at <= 2)") << true;
        QTest::newRow("subject, dates, later page")
            << QStringLiteral("WHERE (subject = 'x') AND (at >= 1) AND (at, id) < (5, 5)") << true;
        QTest::newRow("control: sorted") << QStringLiteral("WHERE (actor >= 'x')") << false;
    }
    void listsWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        QFETCH(QString, where);
        QFETCH(bool, indexed);
        TestDatabase test(engine);
        const QString order = indexed ? QStringLiteral("at DESC, id DESC") : QStringLiteral("reason");
        const QStringList plan = queryPlan(
            *test,
            QStringLiteral("SELECT id, reason FROM activity %1 ORDER BY %2 LIMIT 51").arg(where, order));
        QVERIFY2(readsEverything(plan) == !indexed, qPrintable(plan.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(TestActivity)
#include "tst_Activity.moc"
