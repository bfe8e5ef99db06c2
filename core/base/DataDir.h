// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tower {

/// The platform's application-data folder, "timmy-tower" in it.
QString defaultDataDir();
/// Makes the folder, mode 0700, or tightens it. Throws ServiceError when that can't be.
void prepareDataDir(const QString &path);
/// Under which name the keychain keeps the secrets of a data folder: each folder has its own.
QString keychainService(const QString &dataDir);

} // namespace tower
