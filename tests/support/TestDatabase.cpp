// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/TestDatabase.h"

#include "core/base/Error.h"
#include "core/store/Migrations.h"

#include <QRandomGenerator>
#include <QTest>

namespace tower {

namespace {

const char *const serverVariable = "TOWER_TEST_POSTGRES";

DatabaseUrl serverUrl()
{
    return DatabaseUrl::parse(qEnvironmentVariable(serverVariable));
}

} // namespace

TestDatabase::TestDatabase(const QString &engine, Schema schema)
{
    if (engine == u"postgresql") {
        m_url = serverUrl();
        m_url.name = QStringLiteral("tower_test_%1")
                         .arg(QRandomGenerator::system()->generate64(), 16, 16, QChar(u'0'));
        server()->script(
            QStringLiteral("CREATE DATABASE %1 TEMPLATE template0 ENCODING 'UTF8'").arg(m_url.name));
    } else {
        m_url.path = m_dir.filePath(QStringLiteral("tower.db"));
    }
    m_database = std::make_unique<Database>(m_url);
    if (schema == Schema::Migrated)
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
