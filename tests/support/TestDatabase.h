// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Database.h"

#include <QStringList>
#include <QTemporaryDir>

#include <memory>

namespace tower {

/// A fresh, real database for one test: a SQLite file in a temporary folder, or a PostgreSQL database with a
/// random name on the server that TOWER_TEST_POSTGRES names (tests/support/postgres starts one).
class TestDatabase
{
public:
    enum class Schema { Migrated, Empty };

    explicit TestDatabase(const QString &engine = QStringLiteral("sqlite"), Schema schema = Schema::Migrated);
    ~TestDatabase();

    /// "sqlite", and "postgresql" when TOWER_TEST_POSTGRES is set. Without it a note is printed, or, with
    /// TOWER_REQUIRE_POSTGRES=1, the program ends: a run that must test both engines can't pass on one.
    static QStringList engines();
    /// Adds the column "engine" and one row for each engine to a test's table.
    static void engineRows();

    [[nodiscard]] Database &db() { return *m_database; }
    Database &operator*() { return *m_database; }
    Database *operator->() { return m_database.get(); }
    [[nodiscard]] const DatabaseUrl &url() const { return m_url; }
    [[nodiscard]] QString dir() const { return m_dir.path(); }
    [[nodiscard]] bool isPostgres() const { return m_url.engine == Engine::Postgres; }

    /// A second connection to the same database.
    [[nodiscard]] std::unique_ptr<Database> another(Database::Mode mode = Database::Mode::ReadWrite) const;
    /// A connection as the server's superuser, for pg_terminate_backend.
    [[nodiscard]] static std::unique_ptr<Database> server();
    /// Closes and opens again, as a restart does.
    void reopen();

private:
    QTemporaryDir m_dir;
    DatabaseUrl m_url;
    std::unique_ptr<Database> m_database;
};

} // namespace tower
