// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/AdminRoutes.h"

#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/store/Backup.h"

#include <QCoroFuture>
#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace tower {

namespace {

/// A plain file name: the copy stays in the data folder whoever asks.
QString fileName(const QJsonObject &body)
{
    const QString name = requiredText(body, "file");
    const bool plain = !name.startsWith(QLatin1Char('.')) && name.size() <= 120 &&
                       name.toUtf8().size() <= 200 && std::none_of(name.begin(), name.end(), [](QChar c) {
                           return c == u'/' || c == u'\\' || c.category() == QChar::Other_Control;
                       });
    if (!plain)
        throw badRequest(
            "file",
            QStringLiteral("file must be a plain file name; the backup is written into the data folder."));
    return name;
}

/// Names in the data folder that mean something to the program, there or not: a database called secrets.ini
/// would stop the next start.
void refuseOwnName(const QString &name, const DatabaseUrl &database)
{
    const QString own = QFileInfo(database.path).fileName();
    const bool taken = name == QLatin1String("secrets.ini") || name == QLatin1String("tower.lock") ||
                       name.startsWith(QLatin1String("tower.log")) ||
                       (!own.isEmpty() && name.startsWith(own + QLatin1Char('-')));
    if (taken)
        throw badRequest("file", QStringLiteral("The program uses this name itself; choose another."));
}

QCoro::Task<HttpResponse> backup(const DatabaseUrl url, QString dataDir, Reader &reader, HttpRequest request)
{
    const QString name = fileName(request.json());
    refuseOwnName(name, url);
    const QString path = QDir(dataDir).filePath(name);
    const auto work = [path](Database &database) {
        backupSqlite(database, path);
        return QFileInfo(path).size();
    };
    QFuture<qint64> writing = reader.run(work);
    const qint64 bytes = co_await writing;
    co_return HttpResponse::json(QJsonObject{
        {QStringLiteral("file"), name}, {QStringLiteral("path"), path}, {QStringLiteral("bytes"), bytes}});
}

} // namespace

void addBackupRoute(Router &router, const DatabaseUrl &database, const QString &dataDir, Reader &reader)
{
    router.add({.method = HttpMethod::Post,
                .pattern = "/api/admin/backup",
                .scope = Scope::Admin,
                .limit = LimitClass::None,
                .handler = AsyncHandler([database, dataDir, &reader](HttpRequest request) {
                    return backup(database, dataDir, reader, std::move(request));
                })});
}

} // namespace tower
