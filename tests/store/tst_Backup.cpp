// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Backup.h"
#include "core/store/Migrations.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <thread>

using namespace tower;

namespace {

constexpr auto insert = "INSERT INTO settings (name, value, updated_at, actor) VALUES (?, 'v', 1, 'console')";
constexpr auto count = "SELECT count(*) AS n FROM settings";
constexpr Millis now(1'763'630'000'000);
bool notInUse()
{
    return false;
}

std::int64_t rowsIn(const QString &path)
{
    DatabaseUrl url;
    url.path = path;
    return Database(url, Database::Mode::ReadOnly).number(count);
}

} // namespace

class TestBackup : public QObject
{
    Q_OBJECT

private slots:
    void roundTrip()
    {
        TestDatabase test;
        test->execute(insert, {"a"});
        const QString backup = test.dir() + QStringLiteral("/it's a backup.db");
        {
            Transaction writing(*test); // while serving, and on another thread
            test->execute(insert, {"not committed"});
            std::thread([&] { backupSqlite(test.url(), backup); }).join();
            writing.commit();
        }
        QCOMPARE(rowsIn(backup), 1);
        QCOMPARE(QFile::permissions(backup) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());

        test->execute(insert, {"b"});
        QCOMPARE(test->number(count), 3);
        const QString path = test.url().path;
        QCOMPARE(errorCodeOf([&] { restoreSqlite(backup, path, now, [] { return true; }); }),
                 QByteArray("database_in_use"));
        QCOMPARE(test->number(count), 3);

        const QString target = test.dir() + QStringLiteral("/restored.db");
        QVERIFY(restoreSqlite(backup, target, now, notInUse).isEmpty());
        QCOMPARE(rowsIn(target), 1);
        {
            DatabaseUrl url;
            url.path = target;
            Database changed(url);
            changed.execute(insert, {"c"});
        }
        const QString aside = restoreSqlite(backup, target, now, notInUse);
        QCOMPARE(rowsIn(target), 1);
        QVERIFY(!aside.isEmpty());
        QCOMPARE(rowsIn(aside), 2);
        QVERIFY(QDir(test.dir()).entryList({QStringLiteral("*.restoring*")}).isEmpty());
    }

    void throughAnOpenConnection()
    {
        TestDatabase test;
        test->execute(insert, {"a"});
        const auto reader = test.another(Database::Mode::ReadOnly);
        const QString target = test.dir() + QStringLiteral("/copy.db");
        backupSqlite(*reader, target);
        QCOMPARE(rowsIn(target), 1);
        QVERIFY(!errorCodeOf([&] { reader->execute(insert, {"b"}); }).isEmpty());

        reader->cancel();
        const QString second = test.dir() + QStringLiteral("/second.db");
        QCOMPARE(errorCodeOf([&] { backupSqlite(*reader, second); }), QByteArray("database_unavailable"));
        QVERIFY(!QFile::exists(second));
    }

    void aDatabaseThatAnotherHasOpenIsNotReplaced_data()
    {
        QTest::addColumn<Database::Mode>("mode");
        QTest::newRow("writing") << Database::Mode::ReadWrite;
        QTest::newRow("reading") << Database::Mode::ReadOnly;
    }
    void aDatabaseThatAnotherHasOpenIsNotReplaced()
    {
        QFETCH(Database::Mode, mode);
        TestDatabase test;
        const QString backup = test.dir() + QStringLiteral("/backup.db");
        const QString target = test.dir() + QStringLiteral("/target.db");
        backupSqlite(test.url(), backup);
        restoreSqlite(backup, target, now, notInUse);
        DatabaseUrl url;
        url.path = target;
        {
            Database(url).execute(insert, {"kept"});
            Database other(url, mode); // idle, as a tower is most of the time
            QCOMPARE(other.number(count), 1);
            QCOMPARE(errorCodeOf([&] { restoreSqlite(backup, target, now, notInUse); }),
                     QByteArray("database_in_use"));
            QCOMPARE(other.number(count), 1);
        }
        QCOMPARE(rowsIn(target), 1);
        QVERIFY(QDir(test.dir())
                    .entryList({QStringLiteral("*.restoring*"), QStringLiteral("*.before-*")})
                    .isEmpty());
        QVERIFY(!restoreSqlite(backup, target, now, notInUse).isEmpty());
        QCOMPARE(rowsIn(target), 0);
    }

    void anExistingTargetIsKept()
    {
        TestDatabase test;
        const QString target = test.dir() + QStringLiteral("/taken");
        QFile file(target);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
        file.close();
        QCOMPARE(errorCodeOf([&] { backupSqlite(test.url(), target); }), QByteArray("target_exists"));
        QCOMPARE(QFile(target).size(), 4);
        QCOMPARE(errorCodeOf([&] { backupSqlite(test.url(), QStringLiteral("/nonexistent/x")); }),
                 QByteArray("target_unwritable"));
    }

    void badSourcesChangeNothing_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("absent") << QStringLiteral("absent") << QByteArray("backup_not_found");
        QTest::newRow("text") << QStringLiteral("text") << QByteArray("database_foreign");
        QTest::newRow("empty schema") << QStringLiteral("empty") << QByteArray("database_foreign");
        QTest::newRow("newer") << QStringLiteral("newer") << QByteArray("database_newer");
        QTest::newRow("damaged") << QStringLiteral("damaged") << QByteArray();
        QTest::newRow("itself") << QStringLiteral("itself") << QByteArray("invalid_request");
    }
    void badSourcesChangeNothing()
    {
        QFETCH(QString, what);
        QFETCH(QByteArray, code);
        TestDatabase test;
        test->execute(insert, {"a"});
        const QString target = test.url().path;
        QString source = test.dir() + QStringLiteral("/source.db");
        if (what == u"text") {
            QFile file(source);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray(10'000, 'x'));
        } else if (what == u"empty") {
            DatabaseUrl url;
            url.path = source;
            Database empty(url);
        } else if (what == u"newer" || what == u"damaged") {
            if (what == u"newer")
                test->execute("INSERT INTO schema_version (version, name, applied_at, checksum) VALUES (99, "
                              "'x', 1, '')");
            Transaction transaction(*test);
            for (int i = 0; i < 2000; ++i)
                test->execute(insert, {QStringLiteral("setting number %1").arg(i)});
            transaction.commit();
            backupSqlite(test.url(), source);
            if (what == u"damaged") {
                QFile file(source);
                QVERIFY(file.open(QIODevice::ReadWrite));
                QVERIFY(file.seek(file.size() - 40'000));
                file.write(QByteArray(20'000, 'x'));
            }
        } else if (what == u"itself") {
            source = target;
        }
        const std::int64_t before = test->number(count);
        const QByteArray got = errorCodeOf([&] { restoreSqlite(source, target, now, notInUse); });
        if (code.isEmpty())
            QVERIFY(!got.isEmpty());
        else
            QCOMPARE(got, code);
        test.reopen();
        QCOMPARE(test->number(count), before);
        QVERIFY(QDir(test.dir())
                    .entryList({QStringLiteral("*.restoring*"), QStringLiteral("*.before-*")})
                    .isEmpty());
    }

    void postgresNamesItsTool()
    {
        const DatabaseUrl url =
            DatabaseUrl::parse(QStringLiteral("postgresql://u:hunter2@127.0.0.1:1/tower"));
        try {
            backupSqlite(url, QStringLiteral("/nonexistent"));
            QFAIL("accepted");
        } catch (const ServiceError &error) {
            QVERIFY(error.message().contains(QStringLiteral("pg_dump")));
            QVERIFY(!error.message().contains(QStringLiteral("hunter2")));
        }
    }
};

QTEST_GUILESS_MAIN(TestBackup)
#include "tst_Backup.moc"
