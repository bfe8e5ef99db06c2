// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/InstanceLock.h"

#include "core/base/Error.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace tower {

namespace {

QString pathIn(const QString &dataDir)
{
    return QDir(dataDir).filePath(QStringLiteral("tower.lock"));
}

} // namespace

InstanceLock::InstanceLock(const QString &dataDir)
    : m_path(pathIn(dataDir))
{
}

InstanceLock::~InstanceLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

bool InstanceLock::acquire()
{
    m_descriptor = ::open(QFile::encodeName(m_path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (m_descriptor < 0) {
        throw unavailable(QStringLiteral("The data folder can't be used: %1: %2.")
                              .arg(m_path, QString::fromLocal8Bit(std::strerror(errno))),
                          "data_dir_unusable");
    }
    if (::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0)
        return true;
    ::close(m_descriptor);
    m_descriptor = -1;
    return false;
}

bool InstanceLock::wasEverTaken(const QString &dataDir)
{
    return QFile::exists(pathIn(dataDir));
}

bool InstanceLock::isHeld(const QString &dataDir)
{
    if (!wasEverTaken(dataDir))
        return false;
    InstanceLock probe(dataDir);
    return !probe.acquire();
}

} // namespace tower
