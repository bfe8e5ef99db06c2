// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/TestDatabase.h"

#include "core/base/Error.h"
#include "core/store/Migrations.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

namespace tower {

namespace {

const char *const serverVariable = "TOWER_TEST_POSTGRES";

DatabaseUrl serverUrl()
{
    return DatabaseUrl::parse(qEnvironmentVariable(serverVariable));
}

void createDatabase(Database &server, const QString &name, const QString &from)
{
    server.script(QStringLiteral("CREATE DATABASE %1 TEMPLATE %2 ENCODING 'UTF8'").arg(name, from));
}

/// A database on the server that has all migrations, to copy from: much faster than migrating each. Named by
/// what the migrations say, and made by whichever test program comes first.
QString migratedTemplate()
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const Migrations migrations(Engine::Postgres); // brings the resources in
    QDirIterator files(QStringLiteral(":/migrations"));
    QStringList paths;
    while (files.hasNext())
        paths << files.next();
    paths.sort();
    for (const QString &path : paths) {
        QFile file(path);
        if (file.open(QIODevice::ReadOnly))
            hash.addData(path.toUtf8() + file.readAll());
    }
    DatabaseUrl url = serverUrl();
    url.name = QStringLiteral("tower_template_") + QString::fromLatin1(hash.result().toHex().left(16));
    const QString making = url.name + QStringLiteral("_making");

    const auto server = TestDatabase::server();
    constexpr auto exists = "SELECT count(*) AS n FROM pg_database WHERE datname = ?";
    server->number("SELECT 1 AS n FROM pg_advisory_lock(?)", {std::int64_t(0x746f77657274)});
    if (server->number(exists, {url.name}) == 0) {
        server->script(QStringLiteral("DROP DATABASE IF EXISTS %1 WITH (FORCE)").arg(making));
        createDatabase(*server, making, QStringLiteral("template0"));
        DatabaseUrl made = url;
        made.name = making;
        {
            Database database(made);
            migrations.run(database, SystemClock());
        }
        server->script(QStringLiteral("ALTER DATABASE %1 RENAME TO %2").arg(making, url.name));
    }
    return url.name; // the lock goes with the connection
}

} // namespace

TestDatabase::TestDatabase(const QString &engine, Schema schema)
{
    if (engine == u"postgresql") {
        m_url = serverUrl();
        m_url.name = QStringLiteral("tower_test_%1")
                         .arg(QRandomGenerator::system()->generate64(), 16, 16, QChar(u'0'));
        static const QString migrated = migratedTemplate();
        createDatabase(*server(), m_url.name,
                       schema == Schema::Migrated ? migrated : QStringLiteral("template0"));
    } else {
        m_url.path = m_dir.filePath(QStringLiteral("tower.db"));
    }
    m_database = std::make_unique<Database>(m_url);
    if (!isPostgres() && schema == Schema::Migrated)
        Migrations(m_database->engine()).run(*m_database, SystemClock());
}

TestDatabase::~TestDatabase()
{
    m_database.reset();
    if (!isPostgres())
        return;
    try {
        server()->script(QStringLiteral("DROP DATABASE %1 WITH (FORCE)").arg(m_url.name));
    } catch (const ServiceError &error) {
        qWarning("a test database was left behind: %s", error.what());
    }
}

QStringList TestDatabase::engines()
{
    QStringList out{QStringLiteral("sqlite")};
    if (!qEnvironmentVariableIsEmpty(serverVariable)) {
        out << QStringLiteral("postgresql");
    } else if (qEnvironmentVariableIntValue("TOWER_REQUIRE_POSTGRES") == 1) {
        qFatal("TOWER_REQUIRE_POSTGRES is set, but %s names no server", serverVariable);
    } else {
        static const bool noted = [] {
            qInfo("note: %s is not set, so only SQLite is tested (see tests/support/postgres)",
                  serverVariable);
            return true;
        }();
        Q_UNUSED(noted)
    }
    return out;
}

void TestDatabase::engineRows()
{
    QTest::addColumn<QString>("engine");
    for (const QString &engine : engines())
        QTest::newRow(qPrintable(engine)) << engine;
}

std::unique_ptr<Database> TestDatabase::another(Database::Mode mode) const
{
    return std::make_unique<Database>(m_url, mode);
}

std::unique_ptr<Database> TestDatabase::server()
{
    return std::make_unique<Database>(serverUrl());
}

void TestDatabase::reopen()
{
    m_database.reset();
    m_database = std::make_unique<Database>(m_url);
}

} // namespace tower
