// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Statement.h"

#include "core/base/Error.h"

#include <QSqlRecord>

namespace tower {

Row::Statement::Use::Use(Statement &statement)
    : m_statement(statement)
{
    if (statement.inUse)
        throw internalError(QStringLiteral("A statement was run while its own rows were being read."));
    statement.inUse = true;
}

Row::Statement::Use::~Use()
{
    m_statement.query.finish();
    m_statement.inUse = false;
}

void Row::Statement::nameColumns()
{
    const QSqlRecord record = query.record();
    for (int i = 0; i < record.count(); ++i)
        columns.push_back(record.fieldName(i).toStdString());
}

int Row::Statement::indexOf(std::string_view column) const
{
    const std::size_t count = columns.size();
    for (std::size_t step = 0; step < count; ++step) {
        const std::size_t index = (next + step) % count;
        if (columns[index] == column) {
            next = index + 1;
            return static_cast<int>(index);
        }
    }
    throw internalError(QStringLiteral("A result has no column \"%1\".")
                            .arg(QLatin1String(column.data(), static_cast<qsizetype>(column.size()))));
}

QVariant Row::value(std::string_view column) const
{
    return m_statement.query.value(m_statement.indexOf(column));
}

bool Row::isNull(std::string_view column) const
{
    return m_statement.query.isNull(m_statement.indexOf(column));
}

std::int64_t Row::integer(std::string_view column) const
{
    const QVariant found = value(column);
    bool ok = false;
    const qlonglong number = found.toLongLong(&ok);
    if (!ok && !found.isNull())
        throw internalError(QStringLiteral("A column that should hold a number holds something else."));
    return number;
}

QString Row::text(std::string_view column) const
{
    const QVariant found = value(column);
    if (found.isNull())
        return {};
    const QString text = found.toString();
    return text.isNull() ? QStringLiteral("") : text;
}

QByteArray Row::utf8(std::string_view column) const
{
    return text(column).toUtf8();
}

std::optional<Millis> Row::optionalMillis(std::string_view column) const
{
    if (isNull(column))
        return std::nullopt;
    return millis(column);
}

namespace {

template <class Key>
Key keyFrom(const QString &hex)
{
    if (const auto key = Key::fromHex(hex))
        return *key;
    throw internalError(QStringLiteral("A column that should hold a key holds something else."));
}

} // namespace

PubKey Row::pubKey(std::string_view column) const
{
    return keyFrom<PubKey>(text(column));
}

EventId Row::eventId(std::string_view column) const
{
    return keyFrom<EventId>(text(column));
}

} // namespace tower
