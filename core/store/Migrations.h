// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Database.h"

#include <QString>

#include <vector>

namespace tower {

struct MigrationReport
{
    int from = 0;       ///< version that was found; 0 for a new database
    int to = 0;         ///< version now
    QString backupPath; ///< the copy made before an existing SQLite database was migrated; else empty
};

/// The numbered steps of the schema: files NNNN_name.sql, or NNNN_name.sqlite.sql beside
/// NNNN_name.postgresql.sql, numbered from 1 without holes, statements separated by a line "-- ;;".
class Migrations
{
public:
    /// Reads the steps of `engine`; the default folder is the one built into the program.
    explicit Migrations(Engine engine, const QString &folder = QStringLiteral(":/migrations"));

    /// The newest version that this program knows.
    [[nodiscard]] int known() const { return static_cast<int>(m_steps.size()); }
    /// The version a database is at; 0 for an empty one.
    static int version(Database &database);
    /// Throws conflict "database_newer" for a database of a newer program, changing nothing.
    void checkNotNewer(Database &database) const;

    /// Brings the database to known(): each step in one transaction with its row in schema_version. Programs
    /// that start at once on one database wait for one another. An existing SQLite database is copied next to
    /// itself first.
    MigrationReport run(Database &database, const Clock &clock) const;

private:
    struct Step
    {
        int version = 0;
        QString name;
        QString checksum; ///< SHA-256 of the file, hex
        std::vector<QString> statements;
    };

    void apply(Database &database, const Step &step, Millis now) const;
    void warnAboutEditedSteps(Database &database) const;

    std::vector<Step> m_steps;
};

} // namespace tower
