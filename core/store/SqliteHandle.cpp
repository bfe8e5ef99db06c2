// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/SqliteHandle.h"

#include <QLibrary>
#include <QSqlDriver>
#include <QSqlQuery>
#include <QVariant>

namespace tower {

SqliteHandle::SqliteHandle(const QSqlDatabase &connection)
{
    const QVariant handle = connection.driver()->handle();
    if (qstrcmp(handle.typeName(), "sqlite3*") != 0)
        return;

    // The driver has it loaded already, so nothing is loaded here; a handle must not be given to another one.
    QLibrary library(QStringLiteral("sqlite3"), 0);
    const auto sourceId = reinterpret_cast<const char *(*)()>(library.resolve("sqlite3_sourceid"));
    QSqlQuery query(connection);
    if (!sourceId || !query.exec(QStringLiteral("SELECT sqlite_source_id()")) || !query.next() ||
        query.value(0).toString() != QLatin1String(sourceId()))
        return;
    m_interrupt = reinterpret_cast<Interrupt>(library.resolve("sqlite3_interrupt"));
    m_handle = *static_cast<void *const *>(handle.constData());
}

void SqliteHandle::interrupt() const
{
    if (m_interrupt && m_handle)
        m_interrupt(m_handle);
}

} // namespace tower
