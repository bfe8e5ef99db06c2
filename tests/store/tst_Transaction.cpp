// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

using namespace tower;

namespace {

constexpr auto insert = "INSERT INTO settings (name, value, updated_at, actor) VALUES (?, 'v', 1, 'console')";

std::int64_t saved(Database &db)
{
    return db.number("SELECT count(*) AS n FROM settings");
}

std::int64_t changes(Database &db)
{
    return db.number("SELECT count(*) AS n FROM changes");
}

} // namespace

class TestTransaction : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void committedOrRolledBack()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        {
            Transaction transaction(*test);
            QVERIFY(test->inTransaction());
            test->execute(insert, {"a"});
        }
        QVERIFY(!test->inTransaction());
        QCOMPARE(saved(*test), 0);
        {
            Transaction transaction(*test);
            test->execute(insert, {"a"});
            transaction.commit();
            QVERIFY(!test->inTransaction());
            QCOMPARE(errorCodeOf([&] { transaction.commit(); }), QByteArray("internal_error"));
        }
        QCOMPARE(saved(*test.another()), 1);
    }

    void nestingIsRefused()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        Transaction transaction(*test);
        test->execute(insert, {"a"});
        QCOMPARE(errorCodeOf([&] { Transaction inner(*test); }), QByteArray("internal_error"));
        transaction.commit();
        QCOMPARE(saved(*test), 1);
    }

    void hooksRunInOrder()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        QStringList order;
        test->onCommit([&] { order << QStringLiteral("listener"); });
        Transaction transaction(*test);
        transaction.beforeCommit([&] {
            order << QStringLiteral("first");
            test->execute(insert, {"in hook"});
            transaction.beforeCommit([&] { order << QStringLiteral("added by the first"); });
        });
        transaction.beforeCommit([&] { order << QStringLiteral("second"); });
        transaction.afterCommit([&] {
            order << (test->inTransaction() ? QStringLiteral("inside") : QStringLiteral("after"));
            Transaction another(*test); // one may follow
            another.commit();
        });
        transaction.changed("setting", QStringLiteral("a"));
        transaction.commit();
        QCOMPARE(order, (QStringList{QStringLiteral("first"), QStringLiteral("second"),
                                     QStringLiteral("added by the first"), QStringLiteral("after"),
                                     QStringLiteral("listener")}));
        QCOMPARE(saved(*test), 1);
    }

    void aFailingHookRollsBack()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        bool after = false;
        {
            Transaction transaction(*test);
            test->execute(insert, {"a"});
            transaction.changed("setting", QStringLiteral("a"));
            transaction.beforeCommit([] { throw conflict(QStringLiteral("no"), "hook_says_no"); });
            transaction.afterCommit([&] { after = true; });
            QCOMPARE(errorCodeOf([&] { transaction.commit(); }), QByteArray("hook_says_no"));
        }
        QVERIFY(!after);
        QCOMPARE(saved(*test), 0);
        QCOMPARE(changes(*test), 0);
    }

    void aFailureAfterCommitIsNotTheCallers()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        bool second = false;
        Transaction transaction(*test);
        test->execute(insert, {"a"});
        transaction.afterCommit([] { throw conflict(QStringLiteral("late"), "late"); });
        transaction.afterCommit([&] { second = true; });
        transaction.commit();
        QVERIFY(second);
        QCOMPARE(saved(*test), 1);
    }

    /// PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK.
    void aSwallowedFailureCantBeCommitted()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        {
            Transaction transaction(*test);
            test->execute(insert, {"a"});
            QVERIFY(!errorCodeOf([&] { test->execute(insert, {"a"}); }).isEmpty());
            QCOMPARE(errorCodeOf([&] { transaction.commit(); }), QByteArray("internal_error"));
        }
        QCOMPARE(saved(*test), 0);
    }

    void aRefusedCommitTellsNobody()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        test->script(QStringLiteral("CREATE TABLE parent (id BIGINT PRIMARY KEY)"));
        test->script(
            QStringLiteral("CREATE TABLE child (id BIGINT REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"));
        bool told = false;
        test->onCommit([&] { told = true; });
        {
            Transaction transaction(*test);
            test->execute("INSERT INTO child (id) VALUES (1)");
            transaction.changed("child", QStringLiteral("1"));
            transaction.afterCommit([&] { told = true; });
            QVERIFY(!errorCodeOf([&] { transaction.commit(); }).isEmpty());
        }
        QVERIFY(!told);
        QCOMPARE(test->number("SELECT count(*) AS n FROM child"), 0);
        QCOMPARE(changes(*test), 0);
        Transaction next(*test);
        test->execute(insert, {"a"});
        next.commit();
        QCOMPARE(saved(*test), 1);
    }

    void changesAreWrittenOnceWithTheCommit()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        int told = 0;
        test->onCommit([&] { ++told; });
        {
            Transaction transaction(*test);
            transaction.changed("identity", QStringLiteral("x"));
            transaction.changed("identity", QStringLiteral("y"));
            transaction.changed("identity", QStringLiteral("x"));
            QCOMPARE(changes(*test), 0);
            transaction.commit();
        }
        const auto ids = test->all("SELECT kind, id FROM changes ORDER BY seq", {},
                                   [](const Row &row) { return row.text("kind") + u'/' + row.text("id"); });
        QCOMPARE(ids, (std::vector<QString>{QStringLiteral("identity/x"), QStringLiteral("identity/y")}));
        {
            Transaction transaction(*test);
            test->execute(insert, {"a"});
            transaction.commit();
        }
        QCOMPARE(told, 1);
    }
};

QTEST_GUILESS_MAIN(TestTransaction)
#include "tst_Transaction.moc"
