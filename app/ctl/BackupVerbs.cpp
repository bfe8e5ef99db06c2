// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// backup, restore: copies of the database.
#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"
#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/InstanceLock.h"
#include "core/store/Backup.h"

#include <QDir>
#include <QFileInfo>
#include <QUuid>

namespace tower {

namespace {

/// The file that --database names, else the one in the data folder.
QString databaseFile(const Command &command, const char *postgresTool)
{
    if (!command.has("--database"))
        return QDir(command.dataDir()).filePath("tower.db");
    try {
        const DatabaseUrl url = DatabaseUrl::parse(command.value("--database"));
        if (url.engine == Engine::Postgres)
            throw Refused(QString("the data is in PostgreSQL: use its own %1").arg(postgresTool));
        return url.path;
    } catch (const ServiceError &problem) {
        throw UsageError("--database: " + problem.message());
    }
}

void report(const Command &command, const QJsonObject &answer, const QString &sentence)
{
    if (command.json())
        printJson(answer);
    else
        print(plain(sentence) + '\n');
}

/// To any place on this machine, past the API: a copy may be made while the tower serves.
int backupHere(const Command &command)
{
    const QString target = command.arguments().constFirst();
    const QString database = databaseFile(command, "pg_dump");
    if (!QFileInfo(database).isFile())
        throw Refused("there is no database " + database);
    DatabaseUrl url;
    url.path = database;
    backupSqlite(url, target);
    report(command, {{"file", target}}, "written to " + target);
    return 0;
}

/// By the tower, into its data folder, and from there to where it is wanted.
int backupThere(const Command &command)
{
    const QString target = command.arguments().constFirst();
    if (QFileInfo::exists(target))
        throw Refused(target + " is there already");
    AdminClient client(command);
    const QString name = "backup-" + QUuid::createUuid().toString(QUuid::Id128) + ".db";
    QJsonObject answer = client.post("/api/admin/backup", {{"file", name}});
    const QString made = answer["path"].toString();
    if (!QFileInfo(made).isFile())
        throw Refused("the copy is " + made + " on the tower's machine, and this is another");
    if (!QFile::rename(made, target))
        throw Refused(QString("the copy can't be moved to %1; it is %2").arg(target, made));
    answer.insert("file", target);
    answer.insert("path", QFileInfo(target).absoluteFilePath());
    report(command, answer, "written to " + target);
    return 0;
}

} // namespace

int backupDatabase(const Command &command)
{
    const QString file = command.arguments().constFirst();
    if (command.has("--database"))
        return backupHere(command);
    if (file.contains('/'))
        return command.has("--data-dir") ? backupHere(command) : backupThere(command);
    AdminClient client(command);
    const QJsonObject answer = client.post("/api/admin/backup", {{"file", file}});
    report(command, answer, "written to " + answer["file"].toString(file));
    return 0;
}

int restoreDatabase(const Command &command)
{
    QString source = command.arguments().constFirst();
    const QString database = databaseFile(command, "pg_restore");
    const QDir folder(command.dataDir());
    // A database somewhere else is not the business of whoever runs on the default folder.
    const bool usesFolder = !command.has("--database") || command.has("--data-dir");
    if (usesFolder && !folder.exists())
        throw Refused("there is no data folder " + folder.path());
    if (!command.has("--database") && !QFileInfo(database).isFile())
        throw Refused(QString("there is no database %1 to be replaced; to make it, say --database sqlite:%1")
                          .arg(database));
    if (usesFolder && !QFileInfo::exists(source) && !source.contains('/'))
        source = folder.filePath(source); // where backup puts it

    // Held to the end, so that nothing starts in the middle of it.
    InstanceLock lock(folder.path());
    const auto inUse = [&] { return usesFolder && !lock.acquire(); };
    const QString aside = restoreSqlite(source, database, SystemClock().now(), inUse);
    report(command, {{"restored", database}, {"kept", aside}},
           aside.isEmpty() ? "restored " + database
                           : QString("restored %1; what was there is kept as %2").arg(database, aside));
    return 0;
}

} // namespace tower
