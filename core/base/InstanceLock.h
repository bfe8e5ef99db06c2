// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// One program per data folder: tower.lock in it, held by the kernel for as long as the process lives, so
/// that nothing is left behind by a kill -9 (a lock that names a process id is fooled by containers, where
/// every start has the same one).
class InstanceLock
{
public:
    explicit InstanceLock(const QString &dataDir);
    ~InstanceLock();
    InstanceLock(const InstanceLock &) = delete;
    InstanceLock &operator=(const InstanceLock &) = delete;

    /// False when another process holds it. Throws ServiceError when the file can't be made.
    bool acquire();
    /// Whether some process runs on this data folder now.
    static bool isHeld(const QString &dataDir);
    /// False in a folder that no program has used yet.
    static bool wasEverTaken(const QString &dataDir);

private:
    QString m_path;
    int m_descriptor = -1;
};

} // namespace tower
