// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/PosixFile.h"

#include "core/base/Error.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace tower {
namespace {

class Descriptor
{
public:
    explicit Descriptor(int number)
        : m_number(number)
    {
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    [[nodiscard]] int number() const { return m_number; }

private:
    int m_number;
};

bool writeAndSync(const QByteArray &path, QByteArrayView content)
{
    const Descriptor file(
        ::open(path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return file.number() >= 0 && writeAll(file.number(), content) && ::fsync(file.number()) == 0;
}

void syncFolder(const QString &folder)
{
    const Descriptor directory(
        ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.number() >= 0)
        ::fsync(directory.number()); // some file systems refuse this; the rename has happened all the same
}

} // namespace

bool writeAll(int descriptor, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), static_cast<size_t>(bytes.size()));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = bytes.sliced(written);
    }
    return true;
}

void replacePrivateFile(const QString &path, QByteArrayView content)
{
    const QByteArray target = QFile::encodeName(path);
    const QByteArray fresh = target + ".new";
    ::unlink(fresh.constData()); // what a crash may have left half-written
    if (!writeAndSync(fresh, content) || ::rename(fresh.constData(), target.constData()) != 0) {
        const int reason = errno;
        ::unlink(fresh.constData());
        throw internalError(QStringLiteral("%1 can't be written: %2").arg(path, qt_error_string(reason)),
                            "write_failed");
    }
    syncFolder(QFileInfo(path).absolutePath());
}

} // namespace tower
