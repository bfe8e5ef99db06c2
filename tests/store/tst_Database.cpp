// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

using namespace tower;

namespace {

QByteArray fileHash(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256);
}

void addThings(Database &db)
{
    db.script(QStringLiteral("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, weight BIGINT)"));
}

std::int64_t things(Database &db)
{
    return db.number("SELECT count(*) AS n FROM things");
}

} // namespace

class TestDatabaseClass : public QObject
{
    Q_OBJECT

private slots:
    void valuesComeBackAsTheyWere_data() { TestDatabase::engineRows(); }
    void valuesComeBackAsTheyWere()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        const QString odd = QStringLiteral("it's \"odd\" \\ ? \u20ac \U0001f600 $1 --\n;");
        const std::int64_t big = std::numeric_limits<std::int64_t>::max();
        QCOMPARE(test->execute("INSERT INTO things (id, name, weight) VALUES (?, ?, ?)", {1, odd, big}), 1);
        test->execute("INSERT INTO things (id, name, weight) VALUES (?, ?, ?)",
                      {2, std::nullopt, std::nullopt});
        test->execute("INSERT INTO things (id, name, weight) VALUES (?, ?, ?)", {3, QString(), -big - 1});

        struct Thing
        {
            QString name;
            bool nameIsNull;
            std::int64_t weight;
            std::optional<Millis> at;
        };
        const auto all = test->all("SELECT id, name, weight FROM things ORDER BY id", {}, [](const Row &row) {
            return Thing{row.text("name"), row.isNull("name"), row.integer("weight"),
                         row.optionalMillis("weight")};
        });
        QCOMPARE(all.size(), std::size_t(3));
        QCOMPARE(all[0].name, odd);
        QCOMPARE(all[0].weight, big);
        QVERIFY(all[1].name.isNull() && all[1].nameIsNull && !all[1].at);
        QVERIFY(!all[2].name.isNull() && all[2].name.isEmpty());
        QCOMPARE(all[2].weight, -big - 1);
        QCOMPARE(test->execute("UPDATE things SET name = 'x' WHERE id > ?", {1}), 2);
        QCOMPARE(test->execute("UPDATE things SET name = 'x?' WHERE id = ?", {99}), 0);
        QVERIFY(!test->one("SELECT id FROM things WHERE id = ?", {99},
                           [](const Row &row) { return row.integer("id"); }));
        QCOMPARE(test->number("SELECT max(id) AS n FROM things WHERE id > ?", {99}), std::int64_t(0));
    }

    void aConflictIsACount_data() { TestDatabase::engineRows(); }
    void aConflictIsACount()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        constexpr auto insert = "INSERT INTO things (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";
        Transaction transaction(*test);
        QCOMPARE(test->execute(insert, {1, "a"}), 1);
        QCOMPARE(test->execute(insert, {1, "b"}), 0);
        QCOMPARE(test->one("INSERT INTO things (id, name) VALUES (?, ?) RETURNING name", {2, "c"},
                           [](const Row &row) { return row.text("name"); }),
                 QStringLiteral("c"));
        transaction.commit();
        QCOMPARE(things(*test), 2);
    }

    void wrongUseIsRefused_data() { TestDatabase::engineRows(); }
    void wrongUseIsRefused()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        constexpr auto insert = "INSERT INTO things (id, name) VALUES (?, ?)";
        test->execute(insert, {1, "a"});
        // A value too few would else silently be the one of the call before.
        QCOMPARE(errorCodeOf([&] { test->execute(insert, {2}); }), QByteArray("internal_error"));
        QCOMPARE(errorCodeOf([&] { test->execute(insert, {2, "b", "c"}); }), QByteArray("internal_error"));
        QCOMPARE(errorCodeOf([&] {
                     test->execute(insert, {2, QString(QStringLiteral("a") + QChar(0))});
                 }),
                 QByteArray("invalid_text"));
        QCOMPARE(errorCodeOf([&] {
                     test->execute(insert, {2, QString(QChar(0xd800))});
                 }),
                 QByteArray("invalid_text"));
        QCOMPARE(errorCodeOf([&] {
                     test->one("SELECT id FROM things", {},
                               [](const Row &row) { return row.text("nothing"); });
                 }),
                 QByteArray("internal_error"));
        constexpr auto select = "SELECT id FROM things";
        QCOMPARE(errorCodeOf([&] {
                     test->read(select, {}, [&](const Row &) {
                         test->number(select);
                         return true;
                     });
                 }),
                 QByteArray("internal_error"));
        QCOMPARE(errorCodeOf([&] { test->execute("SELEKT 1"); }), QByteArray("database_error"));
        QCOMPARE(things(*test), 1);
    }

    void errorsTellNeitherSqlNorValues_data() { TestDatabase::engineRows(); }
    void errorsTellNeitherSqlNorValues()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        test->execute("INSERT INTO things (id, name) VALUES (1, 'a')");
        try {
            test->execute("INSERT INTO things (id, name) VALUES (?, ?)", {1, "hunter2"});
            QFAIL("a second row with the same key was accepted");
        } catch (const ServiceError &error) {
            QVERIFY(!error.message().contains(QStringLiteral("hunter2")));
            QVERIFY(!error.message().contains(QStringLiteral("things")));
        }
    }

    void readOnlyWritesNothing_data() { TestDatabase::engineRows(); }
    void readOnlyWritesNothing()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        const auto reader = test.another(Database::Mode::ReadOnly);
        QCOMPARE(things(*reader), 0);
        QVERIFY(!errorCodeOf([&] { reader->execute("INSERT INTO things (id) VALUES (1)"); }).isEmpty());
        QCOMPARE(things(*test), 0);
    }

    void preparedStatementsAreBounded_data() { TestDatabase::engineRows(); }
    void preparedStatementsAreBounded()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        for (int i = 1; i <= 3; ++i)
            test->execute("INSERT INTO things (id) VALUES (?)", {i});
        constexpr int texts = static_cast<int>(Database::maximumStatements) + 100;
        std::int64_t sum = 0;
        test->read("SELECT id FROM things ORDER BY id", {}, [&](const Row &row) {
            for (int i = 0; row.integer("id") == 1 && i < texts; ++i)
                test->number("SELECT " + std::to_string(i) + " AS n");
            sum += row.integer("id"); // its own statement is still there
            return true;
        });
        QCOMPARE(sum, 6);
        QVERIFY(test->keptStatements() <= Database::maximumStatements);
        if (test.isPostgres())
            QVERIFY(test->number("SELECT count(*) AS n FROM pg_prepared_statements") <=
                    static_cast<std::int64_t>(Database::maximumStatements));
        QCOMPARE(things(*test), 3);
    }

    void anUnreachableServerIsLeftAlone()
    {
        if (!TestDatabase::engines().contains(QStringLiteral("postgresql")))
            return;
        TestDatabase test(QStringLiteral("postgresql"), TestDatabase::Schema::Empty);
        const auto server = TestDatabase::server();
        const auto letIn = [&](const char *allowed) {
            server->script(QStringLiteral("ALTER DATABASE %1 ALLOW_CONNECTIONS %2")
                               .arg(test.url().name, QLatin1String(allowed)));
        };
        const auto pid = test->number("SELECT pg_backend_pid() AS n");
        letIn("false");
        server->number("SELECT 1 AS n FROM pg_terminate_backend(?::int)", {pid});
        QVERIFY(!test->ping()); // notices, and tries once
        letIn("true");
        QVERIFY(!test->ping()); // refused at once, though the server would answer
        QTRY_VERIFY(test->ping());
    }

    void aCancelledConnectionRunsNothing_data() { TestDatabase::engineRows(); }
    void aCancelledConnectionRunsNothing()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        for (int i = 1; i <= 3; ++i)
            test->execute("INSERT INTO things (id) VALUES (?)", {i});
        int rows = 0;
        QCOMPARE(errorCodeOf([&] {
                     test->read("SELECT id FROM things", {}, [&](const Row &) {
                         ++rows;
                         test->cancel();
                         return true;
                     });
                 }),
                 QByteArray("database_unavailable"));
        QCOMPARE(rows, 1);
        QCOMPARE(errorCodeOf([&] { things(*test); }), QByteArray("database_unavailable"));
    }

    void sqliteIsSetUpForDurability()
    {
        TestDatabase test;
        const auto pragma = [&](const char *name) {
            QSqlQuery query(test->connection());
            return query.exec(QStringLiteral("PRAGMA ") + QLatin1String(name)) && query.next()
                       ? query.value(0).toString()
                       : QString();
        };
        QCOMPARE(pragma("journal_mode"), QStringLiteral("wal"));
        QCOMPARE(pragma("synchronous"), QStringLiteral("2"));
        QCOMPARE(pragma("foreign_keys"), QStringLiteral("1"));
        QCOMPARE(pragma("recursive_triggers"), QStringLiteral("1"));
        QCOMPARE(pragma("busy_timeout"), QStringLiteral("5000"));
        QCOMPARE(pragma("application_id"), QString::number(0x544D4D59));
        for (const char *suffix : {"", "-wal", "-shm"})
            QCOMPARE(QFile::permissions(test.url().path + QLatin1String(suffix)) &
                         (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
                     QFile::Permissions());
    }

    void foreignFilesAreLeftAlone_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("another program's") << QStringLiteral("PRAGMA application_id = 12345");
        QTest::newRow("no program's, with tables") << QStringLiteral("CREATE TABLE other (x)");
        QTest::newRow("no database") << QString();
    }
    void foreignFilesAreLeftAlone()
    {
        QFETCH(QString, sql);
        QTemporaryDir dir;
        DatabaseUrl url;
        url.path = dir.filePath(QStringLiteral("other.db"));
        if (sql.isEmpty()) {
            QFile file(url.path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray(8192, 'x'));
        } else {
            QSqlDatabase other =
                QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("other"));
            other.setDatabaseName(url.path);
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec(sql));
            other.close();
            other = {};
            QSqlDatabase::removeDatabase(QStringLiteral("other"));
        }
        const QByteArray before = fileHash(url.path);
        QVERIFY(!before.isEmpty());
        QCOMPARE(errorCodeOf([&] { Database db(url); }), QByteArray("database_foreign"));
        QCOMPARE(fileHash(url.path), before);
        QVERIFY(!QFile::exists(url.path + QStringLiteral("-wal")));
    }

    void aMissingFolderIsSaid()
    {
        DatabaseUrl url;
        url.path = QStringLiteral("/nonexistent/folder/tower.db");
        QCOMPARE(errorCodeOf([&] { Database db(url); }), QByteArray("database_unavailable"));
    }

    void aFullDiskChangesNothing()
    {
        TestDatabase test(QStringLiteral("sqlite"), TestDatabase::Schema::Empty);
        addThings(*test);
        const std::int64_t pages =
            test->one("PRAGMA page_count", {}, [](const Row &row) { return row.integer("page_count"); })
                .value();
        test->script(QStringLiteral("PRAGMA max_page_count = %1").arg(pages + 2));
        const QString filler(3000, u'x');
        QByteArray code;
        {
            Transaction transaction(*test);
            code = errorCodeOf([&] {
                for (int i = 0; i < 100; ++i)
                    test->execute("INSERT INTO things (id, name) VALUES (?, ?)", {i, filler});
            });
            // SQLite has ended the transaction by itself: what follows must not be committed row by row.
            QCOMPARE(errorCodeOf([&] { test->execute("INSERT INTO things (id, name) VALUES (1000, 'y')"); }),
                     QByteArray("internal_error"));
            QCOMPARE(errorCodeOf([&] { transaction.commit(); }), QByteArray("internal_error"));
        }
        QCOMPARE(code, QByteArray("database_full"));
        QCOMPARE(things(*test), 0);
        test->execute("INSERT INTO things (id, name) VALUES (1, 'small')");
        QCOMPARE(things(*test), 1);
    }

    void aLockedDatabaseIsBusy_data() { TestDatabase::engineRows(); }
    void aLockedDatabaseIsBusy()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        addThings(*test);
        test->execute("INSERT INTO things (id, name) VALUES (1, 'a')");
        const auto other = test.another();
        other->script(test.isPostgres() ? QStringLiteral("SET lock_timeout = '50ms'")
                                        : QStringLiteral("PRAGMA busy_timeout = 50"));
        Transaction holder(*test);
        test->execute("UPDATE things SET name = 'b' WHERE id = 1");
        QCOMPARE(errorCodeOf([&] { other->execute("UPDATE things SET name = 'c' WHERE id = 1"); }),
                 QByteArray("database_busy"));
        holder.commit();
        QCOMPARE(other->execute("UPDATE things SET name = 'c' WHERE id = 1"), 1);
    }

    void aLostBackendIsReplaced()
    {
        if (!TestDatabase::engines().contains(QStringLiteral("postgresql")))
            return;
        TestDatabase test(QStringLiteral("postgresql"), TestDatabase::Schema::Empty);
        addThings(*test);
        int reopened = 0;
        test->onReopen([&] { ++reopened; });
        const auto kill = [&] {
            const auto pid = test->number("SELECT pg_backend_pid() AS n");
            TestDatabase::server()->number("SELECT 1 AS n FROM pg_terminate_backend(?::int)", {pid});
        };
        kill();
        QVERIFY(test->ping());
        QCOMPARE(reopened, 1);

        kill(); // nothing has happened in a transaction that only begins: it begins again
        {
            Transaction transaction(*test);
            test->execute("INSERT INTO things (id, name) VALUES (1, 'kept')");
            transaction.commit();
        }
        QCOMPARE(things(*test), 1);

        Transaction transaction(*test);
        test->execute("INSERT INTO things (id, name) VALUES (2, 'lost')");
        kill();
        QCOMPARE(errorCodeOf([&] { test->execute("INSERT INTO things (id, name) VALUES (3, 'lost')"); }),
                 QByteArray("database_unavailable"));
        QVERIFY(!errorCodeOf([&] { transaction.commit(); }).isEmpty());
        QVERIFY(!errorCodeOf([&] { test->number("SELECT 1 AS n"); }).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestDatabaseClass)
#include "tst_Database.moc"
