// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/DataDir.h"

#include "core/base/Error.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace tower {

QString defaultDataDir()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
           QStringLiteral("/timmy-tower");
}

void prepareDataDir(const QString &path)
{
    constexpr auto ownerOnly = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
    const bool existed = QFileInfo::exists(path);
    const bool made = existed || (QDir().mkpath(path) && QFile::setPermissions(path, ownerOnly));
    const QFileInfo info(path);
    if (!made || !info.isDir() || !info.isWritable())
        throw unavailable(
            QStringLiteral("The data folder %1 can't be used: it can't be made, or not written to.")
                .arg(path),
            "data_dir_unusable");
    if (existed && info.permissions() & (QFile::ReadGroup | QFile::ReadOther))
        QFile::setPermissions(path, ownerOnly);
}

QString keychainService(const QString &dataDir)
{
    const QString path = QDir(dataDir).absolutePath();
    if (path == QDir(defaultDataDir()).absolutePath())
        return QStringLiteral("timmy-tower");
    return QStringLiteral("timmy-tower ") + path;
}

} // namespace tower
