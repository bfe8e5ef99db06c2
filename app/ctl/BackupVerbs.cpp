// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// backup, restore: copies of the database.
#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"
#include "core/base/Clock.h"
#include "core/base/InstanceLock.h"
#include "core/store/Backup.h"

#include <QDir>
#include <QFileInfo>

namespace tower {

namespace {

QString databaseIn(const Command &command)
{
    return QDir(command.dataDir()).filePath("tower.db");
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
    const QString database = databaseIn(command);
    if (!QFileInfo(database).isFile())
        throw Refused("there is no database " + database);
    DatabaseUrl url;
    url.path = database;
    backupSqlite(url, target);
    report(command, {{"file", target}}, "written to " + target);
    return 0;
}

} // namespace

int backupDatabase(const Command &command)
{
    const QString file = command.arguments().constFirst();
    if (file.contains('/')) {
        if (!command.has("--data-dir"))
            throw UsageError(
                "give a plain name (the copy is put into the tower's data folder), or --data-dir DIR with "
                "the folder whose database is to be copied");
        return backupHere(command);
    }
    AdminClient client(command);
    const QJsonObject answer = client.post("/api/admin/backup", {{"file", file}});
    report(command, answer, "written to " + answer["file"].toString(file));
    return 0;
}

int restoreDatabase(const Command &command)
{
    QString source = command.arguments().constFirst();
    const QDir folder(command.dataDir());
    if (!folder.exists())
        throw Refused("there is no data folder " + folder.path());
    if (!QFileInfo::exists(source) && !source.contains('/'))
        source = folder.filePath(source); // where backup puts it

    // Held to the end, so that nothing starts in the middle of it.
    InstanceLock lock(folder.path());
    const auto inUse = [&lock] { return !lock.acquire(); };
    const QString aside = restoreSqlite(source, databaseIn(command), SystemClock().now(), inUse);
    report(command, {{"restored", databaseIn(command)}, {"kept", aside}},
           aside.isEmpty()
               ? "restored " + databaseIn(command)
               : QString("restored %1; what was there is kept as %2").arg(databaseIn(command), aside));
    return 0;
}

} // namespace tower
