// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Migrations.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <barrier>
#include <thread>

using namespace tower;

namespace {

const ManualClock testClock(Millis(1'763'630'000'000));

/// A folder with its own steps.
class Steps
{
public:
    void add(const QString &name, const QByteArray &sql)
    {
        QFile file(m_dir.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(sql) != sql.size())
            qFatal("can't write a step");
    }
    [[nodiscard]] Migrations read(Engine engine) const { return Migrations(engine, m_dir.path()); }

private:
    QTemporaryDir m_dir;
};

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestMigrations : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aFreshDatabase()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        const Migrations migrations(test->engine());
        QVERIFY(migrations.known() >= 1);
        QCOMPARE(Migrations::version(*test), 0);
        const MigrationReport report = migrations.run(*test, testClock);
        QCOMPARE(report.from, 0);
        QCOMPARE(report.to, migrations.known());
        QVERIFY(report.backupPath.isEmpty());
        QCOMPARE(Migrations::version(*test), migrations.known());
        QCOMPARE(test->number("SELECT applied_at AS n FROM schema_version WHERE version = 1"),
                 testClock.now().value());
        QCOMPARE(test->number("SELECT last_id AS n FROM activity_head"), 0);
        QCOMPARE(migrations.run(*test, testClock).from, migrations.known());
    }

    void anExistingOneIsCopiedFirst()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        Steps steps;
        steps.add(QStringLiteral("0001_first.sql"),
                  "CREATE TABLE a (x BIGINT)\n-- ;;\nINSERT INTO a VALUES (7)\n");
        steps.read(test->engine()).run(*test, testClock);
        steps.add(QStringLiteral("0002_second.sql"), "UPDATE a SET x = 8");
        const MigrationReport report = steps.read(test->engine()).run(*test, testClock);
        QCOMPARE(report.from, 1);
        QCOMPARE(report.to, 2);
        QCOMPARE(test->number("SELECT x AS n FROM a"), 8);
        if (test.isPostgres()) {
            QVERIFY(report.backupPath.isEmpty());
            return;
        }
        QVERIFY2(report.backupPath.startsWith(test.url().path + QStringLiteral(".before-0002-")),
                 qPrintable(report.backupPath));
        DatabaseUrl url;
        url.path = report.backupPath;
        Database copy(url, Database::Mode::ReadOnly);
        QCOMPARE(copy.number("SELECT x AS n FROM a"), 7);
        QCOMPARE(QFile::permissions(report.backupPath) & (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
    }

    void aFailingStepLeavesTheOneBefore()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        Steps steps;
        steps.add(QStringLiteral("0001_first.sql"), "CREATE TABLE a (x BIGINT)");
        steps.add(QStringLiteral("0002_second.sql"),
                  "CREATE TABLE b (x BIGINT)\n-- ;;\nINSERT INTO nowhere VALUES (1)");
        QCOMPARE(errorCodeOf([&] { steps.read(test->engine()).run(*test, testClock); }),
                 QByteArray("database_error"));
        QCOMPARE(Migrations::version(*test), 1);
        steps.add(QStringLiteral("0002_second.sql"), "CREATE TABLE b (x BIGINT)");
        steps.read(test->engine()).run(*test, testClock);
        QCOMPARE(test->number("SELECT count(*) AS n FROM b"), 0);
    }

    void aNewerOneIsRefusedUntouched()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine);
        test->execute(
            "INSERT INTO schema_version (version, name, applied_at, checksum) VALUES (9999, 'later', 1, '')");
        test.reopen();
        if (!test.isPostgres())
            test->script(QStringLiteral("PRAGMA wal_checkpoint(TRUNCATE)"));
        const QByteArray before = contents(test.url().path);
        try {
            Migrations(test->engine()).run(*test, testClock);
            QFAIL("a newer database was accepted");
        } catch (const ServiceError &error) {
            QCOMPARE(error.code(), QByteArray("database_newer"));
            QVERIFY(error.message().contains(QStringLiteral("schema 9999")));
        }
        QCOMPARE(contents(test.url().path), before);
        QVERIFY(contents(test.url().path + QStringLiteral("-wal")).isEmpty());
        QCOMPARE(QDir(test.dir()).entryList({QStringLiteral("*.before-*")}).size(), 0);
    }

    void programsThatStartAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        TestDatabase test(engine, TestDatabase::Schema::Empty);
        Steps steps;
        steps.add(QStringLiteral("0001_first.sql"),
                  "CREATE TABLE a (x BIGINT)\n-- ;;\nINSERT INTO a VALUES (1)");
        steps.add(QStringLiteral("0002_second.sql"), "UPDATE a SET x = x + 1");
        constexpr int programs = 4;
        std::barrier start(programs);
        std::vector<QByteArray> errors(programs);
        std::vector<std::thread> threads;
        for (int i = 0; i < programs; ++i) {
            threads.emplace_back([&, i] {
                errors[static_cast<std::size_t>(i)] = errorCodeOf([&] {
                    const auto database = test.another();
                    start.arrive_and_wait();
                    steps.read(database->engine()).run(*database, testClock);
                });
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        for (const QByteArray &error : errors)
            QCOMPARE(error, QByteArray());
        QCOMPARE(test->number("SELECT x AS n FROM a"), 2);
        QCOMPARE(test->number("SELECT count(*) AS n FROM schema_version"), 2);
    }

    void aHoleInTheNumbersIsRefused()
    {
        QFETCH_GLOBAL(QString, engine);
        Steps steps;
        steps.add(QStringLiteral("0001_first.sql"), "SELECT 1");
        steps.add(QStringLiteral("0003_third.sql"), "SELECT 1");
        const Engine kind = engine == u"sqlite" ? Engine::Sqlite : Engine::Postgres;
        QCOMPARE(errorCodeOf([&] { (void)steps.read(kind); }), QByteArray("internal_error"));
    }

    void bothEnginesHaveTheSameTables()
    {
        QFETCH_GLOBAL(QString, engine);
        QCOMPARE(Migrations(Engine::Sqlite).known(), Migrations(Engine::Postgres).known());
        TestDatabase test(engine);
        for (const char *table : {"settings", "secret_fingerprints", "activity", "activity_head", "changes",
                                  "ledger", "ledger_balances", "schema_version"})
            QVERIFY(test->number(std::string("SELECT count(*) AS n FROM ") + table) >= 0);
    }

    void appendOnlyTablesRefuse_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("activity update") << QStringLiteral("UPDATE activity SET reason = 'x'");
        QTest::newRow("activity delete") << QStringLiteral("DELETE FROM activity");
        QTest::newRow("ledger update") << QStringLiteral("UPDATE ledger SET sats = 2");
        QTest::newRow("ledger delete") << QStringLiteral("DELETE FROM ledger");
        QTest::newRow("ledger replace") << QStringLiteral(
            "INSERT OR REPLACE INTO ledger (id, at, debit, credit, sats, kind, ref, unique_key) "
            "VALUES (1, 1, 'operator', 'pool', 9, 'k', 'r', 'u')");
        QTest::newRow("activity replace") << QStringLiteral(
            "INSERT OR REPLACE INTO activity (id, at, actor, action, topic, subject, reason, before, after, "
            "previous_hash, hash) VALUES (1, 1, 'x', 'b', '', '', '', '{}', '{}', '', '')");
        QTest::newRow("ledger upsert")
            << QStringLiteral("INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) VALUES "
                              "(1, 'operator', 'pool', 9, "
                              "'k', 'r', 'u') ON CONFLICT (unique_key) DO UPDATE SET sats = 9");
        QTest::newRow("ledger zero sats")
            << QStringLiteral("INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) VALUES "
                              "(1, 'a', 'b', 0, 'k', 'r', 'v')");
        QTest::newRow("negative pool") << QStringLiteral("INSERT INTO ledger_balances VALUES ('pool', -1)");
        QTest::newRow("truncate") << QStringLiteral("TRUNCATE ledger");
    }
    void appendOnlyTablesRefuse()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, sql);
        TestDatabase test(engine);
        test->execute("INSERT INTO ledger (at, debit, credit, sats, kind, ref, unique_key) "
                      "VALUES (1, 'operator', 'pool', 1, 'k', 'r', 'u')");
        test->execute("INSERT INTO activity (id, at, actor, action, topic, subject, reason, before, after, "
                      "previous_hash, hash) VALUES (1, 1, 'a', 'b', '', '', '', '{}', '{}', '', '')");
        QVERIFY(!errorCodeOf([&] { test->script(sql); }).isEmpty());
        QCOMPARE(test->number("SELECT sum(sats) AS n FROM ledger"), 1);
        QCOMPARE(test->number("SELECT count(*) AS n FROM activity WHERE actor = 'a'"), 1);
    }

    /// The pragma is what holds INSERT OR REPLACE back: without it the row is lost.
    void replaceSlipsPastWithoutRecursiveTriggers()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        TestDatabase test(engine);
        test->execute("INSERT INTO ledger (id, at, debit, credit, sats, kind, ref, unique_key) "
                      "VALUES (1, 1, 'operator', 'pool', 1, 'k', 'r', 'u')");
        test->script(QStringLiteral("PRAGMA recursive_triggers=OFF"));
        test->script(QStringLiteral(
            "INSERT OR REPLACE INTO ledger (id, at, debit, credit, sats, kind, ref, unique_key) "
            "VALUES (1, 1, 'operator', 'pool', 9, 'k', 'r', 'u')"));
        QCOMPARE(test->number("SELECT sum(sats) AS n FROM ledger"), 9);
    }
};

QTEST_GUILESS_MAIN(TestMigrations)
#include "tst_Migrations.moc"
