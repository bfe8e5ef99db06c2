// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/IniFile.h"

#include "core/base/Error.h"

#include <algorithm>

namespace tower {
namespace {

[[noreturn]] void fail(const QString &path, int line, const QString &what)
{
    throw ServiceError(ErrorKind::BadRequest, "invalid_file",
                       QStringLiteral("%1, line %2: %3").arg(path).arg(line).arg(what));
}

bool isName(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

QByteArrayView withoutQuotes(QByteArrayView value)
{
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return quoted ? value.sliced(1, value.size() - 2) : value;
}

} // namespace

std::vector<IniEntry> parseIni(QByteArrayView content, const QString &path)
{
    constexpr QByteArrayView byteOrderMark("\xef\xbb\xbf");
    if (content.startsWith(byteOrderMark))
        content = content.sliced(byteOrderMark.size());

    std::vector<IniEntry> entries;
    for (int number = 1; !content.isEmpty(); ++number) {
        const qsizetype end = content.indexOf('\n');
        const QByteArrayView line = (end < 0 ? content : content.first(end)).trimmed();
        content = end < 0 ? QByteArrayView() : content.sliced(end + 1);

        if (line.isEmpty() || line.front() == '#' || line.front() == ';')
            continue;
        if (line.front() == '[' && line.back() == ']')
            continue;
        const qsizetype equals = line.indexOf('=');
        const QByteArrayView name = equals < 0 ? QByteArrayView() : line.first(equals).trimmed();
        if (!isName(name))
            fail(path, number, QStringLiteral("expected NAME=value, a [section] or a # comment"));
        const QByteArrayView value = withoutQuotes(line.sliced(equals + 1).trimmed());
        if (!value.isValidUtf8() || value.contains('\0'))
            fail(path, number, QStringLiteral("the value is not UTF-8 text"));
        const auto twin = std::find_if(entries.begin(), entries.end(),
                                       [&](const IniEntry &entry) { return entry.name == name; });
        if (twin != entries.end())
            fail(path, number,
                 QStringLiteral("%1 already stands on line %2").arg(QLatin1String(name)).arg(twin->line));
        entries.push_back({number, name, value});
    }
    return entries;
}

} // namespace tower
