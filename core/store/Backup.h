// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/store/Database.h"

#include <QString>

#include <functional>

namespace tower {

/// Writes a consistent copy of a database that is in use to `target`, which must not exist (mode 0600, synced
/// to the disk). Through a connection of its own: call it on any thread but the database's. Throws conflict
/// "target_exists", or, for PostgreSQL, "use_pg_dump". Secrets are in no database, so they are in no backup.
void backupSqlite(const DatabaseUrl &url, const QString &target);
/// The same through a connection that is open, on its thread; cancelling it ends the copy.
void backupSqlite(Database &database, const QString &target);

/// Puts the backup `source` in the place of the database at `databasePath`. The source is checked first
/// (whose file it is, its schema, its integrity); the old files are kept beside it under the name returned
/// (empty when there were none). `inUse` tells whether a program runs on it: then "database_in_use", as when
/// any other has the file open.
QString restoreSqlite(const QString &source, const QString &databasePath, Millis now,
                      const std::function<bool()> &inUse);

/// The copy that precedes a migration: path.before-NNNN-TIME, made on the database's own connection.
QString backupBeforeMigration(Database &database, int nextVersion, Millis now);

} // namespace tower
