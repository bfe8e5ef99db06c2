// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/Changes.h"
#include "tests/support/TestDatabase.h"

#include <QSignalSpy>
#include <QTest>

using namespace tower;

namespace {

void commitChange(Database &db, const QString &id)
{
    Transaction transaction(db);
    transaction.changed("identity", id);
    transaction.commit();
}

/// What a Changes has told, in order.
class Told
{
public:
    explicit Told(Changes &changes)
    {
        QObject::connect(&changes, &Changes::changed, &changes, [this](const std::vector<Change> &batch) {
            for (const Change &change : batch)
                ids << change.id;
        });
    }
    QStringList ids;
};

} // namespace

class TestChanges : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void ownCommitsAreToldAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        commitChange(*test, QStringLiteral("before"));
        Changes changes(*test);
        Told told(changes);
        QVERIFY(changes.latest() >= 1);
        commitChange(*test, QStringLiteral("a"));
        commitChange(*test, QStringLiteral("b"));
        QCOMPARE(told.ids, (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        {
            Transaction transaction(*test);
            transaction.changed("identity", QStringLiteral("rolled back"));
        }
        QCOMPARE(told.ids.size(), 2);
    }

    void aReceiverMayChangeThings()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Changes changes(*test);
        Told first(changes);
        QObject::connect(&changes, &Changes::changed, &changes, [&](const std::vector<Change> &batch) {
            if (batch.front().id == u"a")
                commitChange(*test, QStringLiteral("b"));
        });
        Told last(changes);
        commitChange(*test, QStringLiteral("a"));
        const QStringList expected{QStringLiteral("a"), QStringLiteral("b")};
        QCOMPARE(first.ids, expected);
        QCOMPARE(last.ids, expected);
    }

    void readingOnFromANumber()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Changes changes(*test);
        for (int i = 1; i <= 5; ++i)
            commitChange(*test, QString::number(i));
        bool gap = true;
        const auto all = changes.since(0, 100, &gap);
        QVERIFY(!gap);
        QCOMPARE(all.size(), std::size_t(5));
        QCOMPARE(changes.since(all[1].seq, 2, &gap).front().id, QStringLiteral("3"));
        QVERIFY(!gap);
        QVERIFY(changes.since(changes.latest(), 10, &gap).empty());
        QVERIFY(!gap);
        test->execute("DELETE FROM changes WHERE seq <= ?", {all[2].seq});
        (void)changes.since(all[1].seq, 10, &gap);
        QVERIFY(gap);
        (void)changes.since(all[2].seq, 10, &gap);
        QVERIFY(!gap);
        (void)changes.since(changes.latest() + 1, 10, &gap); // numbers of another database
        QVERIFY(gap);
    }

    void otherConnectionsAreHeard()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine == u"sqlite")
            return; // one process at a time
        TestDatabase test(engine);
        Changes changes(*test);
        Told told(changes);
        const auto other = test.another();
        commitChange(*other, QStringLiteral("elsewhere"));
        QTRY_COMPARE_WITH_TIMEOUT(told.ids, QStringList{QStringLiteral("elsewhere")}, 1000);
        // The same in the midst of own work, which reads the notification off the socket with its answers.
        commitChange(*other, QStringLiteral("elsewhere again"));
        QCOMPARE(test->number("SELECT 1 AS n"), 1);
        QTRY_COMPARE_WITH_TIMEOUT(told.ids.size(), 2, 1000);
    }

    void aLostBackendIsListenedToAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine == u"sqlite")
            return; // has no backend
        TestDatabase test(engine);
        Changes changes(*test);
        Told told(changes);
        const auto other = test.another();
        const std::int64_t pid = test->number("SELECT pg_backend_pid() AS n");
        TestDatabase::server()->number("SELECT 1 AS n FROM pg_terminate_backend(?::int)", {pid});
        commitChange(*other, QStringLiteral("while gone"));
        QTRY_COMPARE_WITH_TIMEOUT(told.ids, QStringList{QStringLiteral("while gone")}, 15'000);
        commitChange(*other, QStringLiteral("back"));
        QTRY_COMPARE_WITH_TIMEOUT(told.ids.size(), 2, 1000);
        QVERIFY(test->number("SELECT pg_backend_pid() AS n") != pid);
    }
};

QTEST_GUILESS_MAIN(TestChanges)
#include "tst_Changes.moc"
