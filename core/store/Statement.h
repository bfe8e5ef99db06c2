// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <QSqlQuery>

#include <string>
#include <vector>

namespace tower {

/// A prepared statement with the names of its columns. Private to the store.
struct Row::Statement
{
    explicit Statement(QSqlQuery prepared)
        : query(std::move(prepared))
    {
    }

    void nameColumns();
    /// Where `column` stands; throws internalError when the result has none of that name.
    [[nodiscard]] int indexOf(std::string_view column) const;

    QSqlQuery query;
    std::size_t placeholders = 0;
    std::vector<std::string> columns;
    /// Columns are mostly read in the order in which they were selected: where the next look-up begins.
    mutable std::size_t next = 0;
    bool inUse = false;

    /// Marks a statement as running; resets it at the end, or SQLite would keep its read lock.
    class Use
    {
    public:
        explicit Use(Statement &statement);
        ~Use();
        Use(const Use &) = delete;
        Use &operator=(const Use &) = delete;

    private:
        Statement &m_statement;
    };
};

} // namespace tower
