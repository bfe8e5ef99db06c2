// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Backup.h"

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/store/Migrations.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace tower {

namespace {

ServiceError cannot(const QString &what, const QString &path)
{
    return internalError(QStringLiteral("%1 %2 failed.").arg(what, path), "backup_failed");
}

/// 20261120T093000000Z
QString stamp(Millis at)
{
    return toIso(at).remove(u'-').remove(u':').remove(u'.');
}

/// `base`, or `base`-2, -3 … when that is taken.
QString freePath(const QString &base)
{
    QString path = base;
    for (int n = 2; QFileInfo::exists(path); ++n)
        path = QStringLiteral("%1-%2").arg(base).arg(n);
    return path;
}

void syncToDisk(const QString &path)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!synced)
        throw cannot(QStringLiteral("Syncing"), path);
}

void replaceFile(const QString &from, const QString &to)
{
    if (std::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        throw cannot(QStringLiteral("Renaming to"), to);
}

/// VACUUM INTO a private file that did not exist before; what was begun is removed on failure.
void vacuumInto(Database &database, const QString &target)
{
    QFile file(target);
    // VACUUM INTO takes an empty file, which keeps the mode it was made with.
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFile::ReadOwner | QFile::WriteOwner)) {
        if (QFileInfo::exists(target))
            throw conflict(QStringLiteral("%1 exists already; name a new file.").arg(target),
                           "target_exists");
        throw badRequest("target", QStringLiteral("%1 can't be written.").arg(target), "target_unwritable");
    }
    file.close();
    try {
        database.script(
            QStringLiteral("VACUUM INTO '%1'").arg(QString(target).replace(u'\'', QStringLiteral("''"))));
        syncToDisk(target);
        syncToDisk(QFileInfo(target).absolutePath());
    } catch (...) {
        QFile::remove(target);
        throw;
    }
}

void refusePostgres(const DatabaseUrl &url)
{
    if (url.engine == Engine::Postgres)
        throw conflict(QStringLiteral("The data is in PostgreSQL: back it up with pg_dump, for example "
                                      "pg_dump --format=custom --file=tower.dump %1")
                           .arg(url.name),
                       "use_pg_dump");
}

void verifySource(Database &source, const QString &path)
{
    const Migrations migrations(Engine::Sqlite);
    migrations.checkNotNewer(source);
    if (Migrations::version(source) == 0)
        throw conflict(QStringLiteral("%1 is not a Timmy Tower backup.").arg(path), "database_foreign");
    const auto verdict =
        source.one("PRAGMA integrity_check", {}, [](const Row &row) { return row.text("integrity_check"); });
    if (verdict != QStringLiteral("ok"))
        throw conflict(QStringLiteral("The backup %1 is damaged.").arg(path), "backup_damaged");
}

ServiceError inUseBy(const QString &databasePath)
{
    return conflict(QStringLiteral("A running program uses %1; stop it first.").arg(databasePath),
                    "database_in_use");
}

/// Takes the database for itself, also from programs with another data folder, and keeps it until the
/// connection returned is closed. What the log still holds comes into the file, so that the file kept aside
/// is whole by itself. A database that is too damaged for that is kept with its log: nullptr.
std::unique_ptr<Database> takeOver(const QString &databasePath)
{
    try {
        DatabaseUrl url;
        url.path = databasePath;
        auto old = std::make_unique<Database>(url);
        // SQLite leaves the write-ahead log, which BEGIN EXCLUSIVE shares with readers, only when it is
        // alone.
        old->script(QStringLiteral("PRAGMA journal_mode=DELETE"));
        old->script(QStringLiteral("BEGIN EXCLUSIVE"));
        return old;
    } catch (const ServiceError &error) {
        if (error.code() == "database_busy")
            throw inUseBy(databasePath);
        log::warning("store", QStringLiteral("the old database could not be opened before it was replaced"),
                     {{"error", error.message()}});
        return nullptr;
    }
}

} // namespace

void backupSqlite(const DatabaseUrl &url, const QString &target)
{
    refusePostgres(url);
    Database source(url, Database::Mode::ReadOnly);
    backupSqlite(source, target);
}

void backupSqlite(Database &database, const QString &target)
{
    refusePostgres(database.url());
    // query_only refuses VACUUM INTO although it changes nothing here; a read-only file stays read-only.
    database.script(QStringLiteral("PRAGMA query_only=OFF"));
    vacuumInto(database, target);
}

QString backupBeforeMigration(Database &database, int nextVersion, Millis now)
{
    const QString target = freePath(QStringLiteral("%1.before-%2-%3")
                                        .arg(database.url().path)
                                        .arg(nextVersion, 4, 10, QLatin1Char('0'))
                                        .arg(stamp(now)));
    vacuumInto(database, target);
    return target;
}

QString restoreSqlite(const QString &source, const QString &databasePath, Millis now,
                      const std::function<bool()> &inUse)
{
    if (!QFileInfo(source).isFile())
        throw notFound(QStringLiteral("There is no backup %1.").arg(source), "backup_not_found");
    if (QFileInfo(source).canonicalFilePath() == QFileInfo(databasePath).canonicalFilePath())
        throw badRequest("source", QStringLiteral("The backup is the database itself."));
    if (inUse())
        throw inUseBy(databasePath);

    const QString fresh = freePath(databasePath + QStringLiteral(".restoring"));
    {
        DatabaseUrl url;
        url.path = source;
        Database backup(url, Database::Mode::ReadOnly);
        verifySource(backup, source);
        backupSqlite(backup, fresh);
    }

    QString aside;
    std::unique_ptr<Database> taken;
    if (QFileInfo::exists(databasePath)) {
        try {
            taken = takeOver(databasePath);
        } catch (...) {
            QFile::remove(fresh);
            throw;
        }
        aside = freePath(QStringLiteral("%1.before-restore-%2").arg(databasePath, stamp(now)));
        // A second name for the old file: at no moment is there no database, which a start would create
        // empty.
        if (::link(QFile::encodeName(databasePath).constData(), QFile::encodeName(aside).constData()) != 0) {
            QFile::remove(fresh);
            throw cannot(QStringLiteral("Keeping the old database as"), aside);
        }
    }
    for (const QString &suffix : {QStringLiteral("-wal"), QStringLiteral("-shm")}) {
        if (QFileInfo::exists(databasePath + suffix))
            replaceFile(databasePath + suffix,
                        (aside.isEmpty() ? freePath(databasePath + QStringLiteral(".stray")) : aside) +
                            suffix);
    }
    replaceFile(fresh, databasePath);
    syncToDisk(QFileInfo(databasePath).absolutePath());
    log::info("store", QStringLiteral("backup restored"), {{"source", source}, {"kept", aside}});
    return aside;
}

} // namespace tower
