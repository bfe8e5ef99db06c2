// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"
#include "core/store/Page.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;

class TestDatabaseUrl : public QObject
{
    Q_OBJECT

private slots:
    void sqlite()
    {
        const DatabaseUrl url = DatabaseUrl::parse(QStringLiteral("sqlite:/var/lib/a b/tower.db"));
        QCOMPARE(url.engine, Engine::Sqlite);
        QCOMPARE(url.path, QStringLiteral("/var/lib/a b/tower.db"));
        QCOMPARE(url.display(), QStringLiteral("sqlite:/var/lib/a b/tower.db"));
    }

    void postgres()
    {
        const DatabaseUrl url = DatabaseUrl::parse(
            QStringLiteral("postgresql://ti%40mmy:p%2Fw%3A%25@db.example:6543/tow%20er?sslmode=require"));
        QCOMPARE(url.engine, Engine::Postgres);
        QCOMPARE(url.user, QStringLiteral("ti@mmy"));
        QCOMPARE(url.password, QStringLiteral("p/w:%"));
        QCOMPARE(url.host, QStringLiteral("db.example"));
        QCOMPARE(url.port, 6543);
        QCOMPARE(url.name, QStringLiteral("tow er"));
        QCOMPARE(url.sslMode, QStringLiteral("require"));
        QVERIFY(!url.display().contains(url.password));
    }

    void defaultsAndSockets()
    {
        const DatabaseUrl url =
            DatabaseUrl::parse(QStringLiteral("postgres://tower@/tower?host=/run/postgresql"));
        QCOMPARE(url.port, 5432);
        QCOMPARE(url.host, QStringLiteral("/run/postgresql"));
    }

    void refused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"", "tower.db", "sqlite:", "sqlite::memory:", "mysql://a:hunter2@h/d",
                                 "postgresql://u:hunter2@h:5432", "postgresql://u:hunter2@h:99999/d",
                                 "postgresql://u:hunter2@h/a/b", "postgresql://u:hunter2@h/d?x=1",
                                 "postgresql://u:hunter2@h/d?sslmode=maybe", "postgresql://u:hunter2%00@h/d",
                                 "postgresql://u:hunter2@h/d#f"})
            QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
    }
    void refused()
    {
        QFETCH(QString, text);
        try {
            DatabaseUrl::parse(text);
        } catch (const ServiceError &error) {
            QCOMPARE(error.code(), QByteArray("invalid_database_url"));
            QVERIFY(!error.message().contains(QStringLiteral("hunter2")));
            return;
        }
        QFAIL("accepted");
    }

    void cursors()
    {
        const Cursor cursor{QStringLiteral("1763630000000"), QStringLiteral("a\nb \u00e9")};
        const Cursor read = Cursor::decode(cursor.encode());
        QCOMPARE(read.key, cursor.key);
        QCOMPARE(read.id, cursor.id);
        for (const char *bad : {"", "!", "e30", "W10", "WzEsMl0", "WyJhIl0"})
            QCOMPARE(errorCodeOf([&] { Cursor::decode(QString::fromLatin1(bad)); }),
                     QByteArray("invalid_request"));
        QCOMPARE(errorCodeOf([&] { Cursor::decode(QString(100'000, u'A')); }), QByteArray("invalid_request"));
    }
};

QTEST_GUILESS_MAIN(TestDatabaseUrl)
#include "tst_DatabaseUrl.moc"
