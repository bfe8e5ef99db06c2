// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

#include <vector>

namespace tower {

/// One NAME=value line. The views point into the content that was parsed.
struct IniEntry
{
    int line = 0;
    QByteArrayView name;
    QByteArrayView value; ///< without surrounding blanks, and without double quotes around it
};

/// Reads NAME=value lines; [sections] are allowed and only group, lines that start with # or ; are comments.
/// (QSettings would split values at commas and read backslashes.) Names are letters, digits and _.
///
/// Throws ServiceError "invalid_file", which names `path` and the line but never shows the line: it may hold
/// a secret. A name that stands twice is an error.
std::vector<IniEntry> parseIni(QByteArrayView content, const QString &path);

} // namespace tower
