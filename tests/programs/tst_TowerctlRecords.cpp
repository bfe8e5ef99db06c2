// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// towerctl's export, reconcile, verify-activity, backup and restore.
#include "core/base/Clock.h"
#include "core/base/InstanceLock.h"
#include "core/store/Database.h"
#include "core/store/Migrations.h"
#include "tests/programs/TowerctlProcess.h"

#include <QDir>
#include <QTest>

using namespace tower;
using namespace tower::test;

class TestTowerctlRecords : public QObject
{
    Q_OBJECT

    Towerctl m_towerctl;

private slots:
    void exports()
    {
        FakeApi api([](const FakeApi::Request &request) {
            const QJsonObject first{{"id", 1},
                                    {"at", "2026-11-20T09:30:00.000Z"},
                                    {"reason", "=1+1"},
                                    {"sats", -5},
                                    {"after", QJsonObject{{"level", "read"}}}};
            const QJsonObject second{{"id", 2},
                                     {"at", "2026-11-20T09:31:00.000Z"},
                                     {"reason", "a \"b\", c"},
                                     {"sats", qint64(9007199254740991)},
                                     {"after", QJsonValue::Null}};
            return json(request.target.contains("cursor") ? page({second}) : page({first}, "n"));
        });
        const Ran csv = m_towerctl.run({"export", "activity", "--format", "csv", "--url", api.url()});
        QCOMPARE(csv.exitCode, 0);
        QCOMPARE(csv.out,
                 QByteArray("id,at,reason,after,sats\r\n"
                            "1,2026-11-20T09:30:00.000Z,'=1+1,\"{\"\"level\"\":\"\"read\"\"}\",-5\r\n"
                            "2,2026-11-20T09:31:00.000Z,\"a \"\"b\"\", c\",,9007199254740991\r\n"));
        QCOMPARE(api.requests().constFirst().target, QByteArray("/api/admin/activity?limit=500"));
        const Ran asJson = m_towerctl.run({"export", "ledger", "--format", "json", "--url", api.url()});
        QCOMPARE(QJsonDocument::fromJson(asJson.out).array().size(), 2);
    }

    void exportOfNothing()
    {
        FakeApi api([](const FakeApi::Request &) { return json(page({})); });
        QCOMPARE(m_towerctl.run({"export", "ledger", "--format", "json", "--url", api.url()}).out,
                 QByteArray("[]\n"));
        QCOMPARE(m_towerctl.run({"export", "ledger", "--url", api.url()}).out, QByteArray());
    }

    void checks_data()
    {
        QTest::addColumn<bool>("ok");
        QTest::newRow("ok") << true;
        QTest::newRow("not ok") << false;
    }
    void checks()
    {
        QFETCH(bool, ok);
        FakeApi api([ok](const FakeApi::Request &request) {
            if (request.target == "/api/admin/reconcile")
                return json({{"ok", ok},
                             {"checks", QJsonArray{QJsonObject{{"name", "balanced"},
                                                               {"ok", ok},
                                                               {"differenceSats", ok ? 0 : 7},
                                                               {"detail", "d"}}}}});
            return json({{"ok", ok},
                         {"rows", 12},
                         {"firstBadId", ok ? QJsonValue() : QJsonValue(5)},
                         {"detail", "hash differs"},
                         {"head", "ab"}});
        });
        const Ran books = m_towerctl.run({"reconcile", "--url", api.url()});
        QCOMPARE(books.exitCode, ok ? 0 : 1);
        QVERIFY(books.out.contains(ok ? "balanced  ok      0 sats" : "balanced  FAILED  7 sats"));
        const Ran record = m_towerctl.run({"verify-activity", "--url", api.url()});
        QCOMPARE(record.exitCode, ok ? 0 : 1);
        QVERIFY(record.out.contains(ok ? "12 rows, head ab" : "CHANGED at row 5: hash differs"));
        QCOMPARE(m_towerctl.run({"--json", "reconcile", "--url", api.url()}).exitCode, ok ? 0 : 1);
    }

    void answerWithoutAVerdictIsNotOk()
    {
        FakeApi api([](const FakeApi::Request &) { return json({}); });
        QCOMPARE(m_towerctl.run({"reconcile", "--url", api.url()}).exitCode, 1);
        QCOMPARE(m_towerctl.run({"verify-activity", "--url", api.url()}).exitCode, 1);
    }

    void backupOverTheApi()
    {
        FakeApi api([](const FakeApi::Request &) { return json({{"file", "/data/today.db"}}); });
        const Ran ran = m_towerctl.run({"backup", "today.db", "--url", api.url()});
        QCOMPARE(ran.exitCode, 0);
        QCOMPARE(ran.out, QByteArray("written to /data/today.db\n"));
        QCOMPARE(bodyOf(api.requests().constFirst()), (QJsonObject{{"file", "today.db"}}));
    }

    void backupToAPlaceOfOnesOwn()
    {
        QTemporaryDir dir;
        const QString made = dir.filePath("made.db"), wanted = dir.filePath("wanted.db");
        QFile file(made);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("a copy") > 0);
        file.close();
        FakeApi api([&](const FakeApi::Request &) {
            return json({{"file", "made.db"}, {"path", made}, {"bytes", 6}});
        });
        QCOMPARE(m_towerctl.run({"backup", wanted, "--url", api.url()}).exitCode, 0);
        QVERIFY(QFile::exists(wanted) && !QFile::exists(made));
        // What is there is never overwritten, and nothing is asked for then.
        QCOMPARE(m_towerctl.run({"backup", wanted, "--url", api.url()}).exitCode, 1);
        QCOMPARE(api.requests().size(), 1);
    }

    void backupAndRestoreOfFiles()
    {
        QTemporaryDir dir;
        const QString data = dir.filePath("data");
        QVERIFY(QDir().mkpath(data));
        const auto open = [&] {
            auto database = std::make_unique<Database>(DatabaseUrl::parse("sqlite:" + data + "/tower.db"));
            Migrations(Engine::Sqlite).run(*database, SystemClock());
            return database;
        };
        const auto setSetting = [&](Database &database, const char *value) {
            database.execute("DELETE FROM settings", {});
            database.execute("INSERT INTO settings (name, value, updated_at, actor) VALUES (?, ?, 0, '')",
                             {"X", value});
        };
        const auto setting = [&](Database &database) {
            return *database.one("SELECT value FROM settings", {},
                                 [](const Row &row) { return row.text("value"); });
        };
        {
            const auto database = open();
            setSetting(*database, "before");
            // While it is in use:
            const Ran ran = m_towerctl.run({"backup", dir.filePath("copy.db"), "--data-dir", data});
            QVERIFY2(ran.exitCode == 0, ran.err);
            QCOMPARE(m_towerctl.run({"backup", dir.filePath("copy.db"), "--data-dir", data}).exitCode,
                     1); // never over a file
            setSetting(*database, "after");
        }
        const QStringList restore{"restore", dir.filePath("copy.db"), "--data-dir", data};
        {
            InstanceLock lock(data);
            QVERIFY(lock.acquire());
            const Ran refused = m_towerctl.run(restore);
            QCOMPARE(refused.exitCode, 1);
            QVERIFY2(refused.err.contains("stop it first"), refused.err);
            QCOMPARE(setting(*open()), QString("after"));
        }
        const Ran ran = m_towerctl.run(restore);
        QVERIFY2(ran.exitCode == 0, ran.err);
        QVERIFY(ran.out.contains("before-restore"));
        QCOMPARE(setting(*open()), QString("before"));

        QCOMPARE(m_towerctl.run({"restore", dir.filePath("nothing.db"), "--data-dir", data}).exitCode, 1);
        QCOMPARE(m_towerctl.run({"restore", QStringLiteral(TOWER_BIN_DIR "/towerctl"), "--data-dir", data})
                     .exitCode,
                 1);
        QCOMPARE(setting(*open()), QString("before"));
    }

    void restoreMakesNoDatabaseByMistake()
    {
        QTemporaryDir dir;
        const QString copy = makeDatabase(dir.filePath("copy.db"), 3);
        const QString data = dir.filePath("data");
        QVERIFY(QDir().mkpath(data));
        const Ran refused = m_towerctl.run({"restore", copy, "--data-dir", data});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.err.contains("--database sqlite:" + data.toUtf8() + "/tower.db"), refused.err);
        QVERIFY(!QFile::exists(data + "/tower.db"));

        const Ran meant = m_towerctl.run(
            {"restore", copy, "--data-dir", data, "--database", "sqlite:" + data + "/tower.db"});
        QVERIFY2(meant.exitCode == 0, meant.err);
        QCOMPARE(settingsIn(data + "/tower.db"), 3);
    }

    void backupAndRestoreOfANamedDatabase()
    {
        QTemporaryDir dir;
        const QString file = makeDatabase(dir.filePath("elsewhere.db"), 2);
        const QString copy = dir.filePath("copy.db");
        const QString url = "sqlite:" + file;
        const Ran made = m_towerctl.run({"backup", copy, "--database", url});
        QVERIFY2(made.exitCode == 0, made.err);
        QCOMPARE(settingsIn(copy), 2);

        {
            Database tower(DatabaseUrl::parse(url)); // one that runs with a data folder we know nothing of
            tower.execute("DELETE FROM settings");
            const Ran refused = m_towerctl.run({"restore", copy, "--database", url});
            QCOMPARE(refused.exitCode, 1);
            QVERIFY2(refused.err.contains("stop it first"), refused.err);
        }
        QCOMPARE(settingsIn(file), 0);

        const QString data = dir.filePath("data"); // a tower's that was started with this database
        QVERIFY(QDir().mkpath(data));
        {
            InstanceLock lock(data);
            QVERIFY(lock.acquire());
            QCOMPARE(m_towerctl.run({"restore", copy, "--database", url, "--data-dir", data}).exitCode, 1);
        }
        QCOMPARE(settingsIn(file), 0);
        const Ran ran = m_towerctl.run({"restore", copy, "--database", url, "--data-dir", data});
        QVERIFY2(ran.exitCode == 0, ran.err);
        QCOMPARE(settingsIn(file), 2);
        QVERIFY(!QFile::exists(data + "/tower.db"));
    }

    void postgresHasItsOwnTools()
    {
        const QString url = "postgresql://u:hunter2@127.0.0.1:1/tower";
        const Ran backup = m_towerctl.run({"backup", "/nonexistent/x", "--database", url});
        QCOMPARE(backup.exitCode, 1);
        QVERIFY2(backup.err.contains("pg_dump"), backup.err);
        const Ran restore = m_towerctl.run({"restore", "/nonexistent/x", "--database", url});
        QCOMPARE(restore.exitCode, 1);
        QVERIFY2(restore.err.contains("pg_restore"), restore.err);
        QCOMPARE(m_towerctl.run({"backup", "x", "--database", "mysql:x"}).exitCode, 2);
        QVERIFY(!(backup.err + restore.err).contains("hunter2"));
    }

private:
    static QString makeDatabase(const QString &path, int settings)
    {
        Database database(DatabaseUrl::parse("sqlite:" + path));
        Migrations(Engine::Sqlite).run(database, SystemClock());
        for (int i = 0; i < settings; ++i)
            database.execute("INSERT INTO settings (name, value, updated_at, actor) VALUES (?, 'v', 0, '')",
                             {QString::number(i)});
        return path;
    }
    static std::int64_t settingsIn(const QString &path)
    {
        return Database(DatabaseUrl::parse("sqlite:" + path), Database::Mode::ReadOnly)
            .number("SELECT COUNT(*) AS n FROM settings");
    }
};

QTEST_GUILESS_MAIN(TestTowerctlRecords)
#include "tst_TowerctlRecords.moc"
