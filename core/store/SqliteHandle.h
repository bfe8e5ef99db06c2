// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSqlDatabase>

namespace tower {

/// SQLite's own handle of an open connection, for what Qt has no call for. Private to the store.
class SqliteHandle
{
public:
    explicit SqliteHandle(const QSqlDatabase &connection);

    /// Ends the statement that runs now, from any thread while the connection is open. Does nothing when Qt's
    /// driver brings a SQLite of its own along instead of using the system's.
    void interrupt() const;

private:
    using Interrupt = void (*)(void *handle);

    Interrupt m_interrupt = nullptr;
    void *m_handle = nullptr;
};

} // namespace tower
