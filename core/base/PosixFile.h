// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

namespace tower {

/// Writes all of `bytes`, through interruptions. False (and errno) when that can't be done.
bool writeAll(int descriptor, QByteArrayView bytes);

/// Puts `content` into `path` so that a crash leaves the old content or the new, never less: a file beside
/// it, readable by its owner only from the start, synced, renamed over it. Throws ServiceError
/// "write_failed".
void replacePrivateFile(const QString &path, QByteArrayView content);

} // namespace tower
