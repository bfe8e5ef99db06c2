// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Reader.h"
#include "tests/support/Expect.h"
#include "tests/support/TestDatabase.h"

#include <QElapsedTimer>
#include <QTest>

#include <semaphore>

using namespace tower;

class TestReader : public QObject
{
    Q_OBJECT

private slots:
    void answersFromItsOwnThread_data() { TestDatabase::engineRows(); }
    void answersFromItsOwnThread()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine);
        Reader reader(test.url());
        QFuture<bool> elsewhere = reader.run([main = QThread::currentThread()](Database &database) {
            return database.number("SELECT 1 AS n") == 1 && QThread::currentThread() != main;
        });
        QVERIFY(elsewhere.result());
    }

    void theEndStopsAStatement()
    {
        TestDatabase test;
        QByteArray code;
        std::binary_semaphore started(0);
        {
            Reader reader(test.url());
            reader.run([&](Database &database) {
                started.release();
                code = errorCodeOf([&] { // hours, if it were left to run
                    database.number(
                        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < "
                        "1000000000000) SELECT COUNT(*) AS n FROM c");
                });
            });
            started.acquire();
        }
        QCOMPARE(code, QByteArray("database_unavailable"));
    }

    void theEndStopsALoop_data() { TestDatabase::engineRows(); }
    void theEndStopsALoop()
    {
        QFETCH(QString, engine);
        TestDatabase test(engine);
        std::binary_semaphore started(0);
        QFuture<std::int64_t> endless;
        {
            Reader reader(test.url());
            endless = reader.run([&](Database &database) {
                started.release();
                for (;;)
                    database.number("SELECT 1 AS n");
                return std::int64_t(0);
            });
            started.acquire();
        }
        QCOMPARE(errorCodeOf([&] { endless.waitForFinished(); }), QByteArray("database_unavailable"));
    }

    void postgresEndsAStatementByItself()
    {
        if (!TestDatabase::engines().contains(QStringLiteral("postgresql")))
            return;
        TestDatabase test(QStringLiteral("postgresql"));
        const auto timeout = [](Database &database) {
            return database.one("SELECT current_setting('statement_timeout') AS t", {},
                                [](const Row &row) { return row.text("t"); });
        };
        QCOMPARE(timeout(*test), QStringLiteral("10s"));
        Reader reader(test.url());
        QCOMPARE(reader.run(timeout).result(), QStringLiteral("5s"));
    }
};

QTEST_GUILESS_MAIN(TestReader)
#include "tst_Reader.moc"
