// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"
#include "core/store/Page.h"

#include <string>

namespace tower {

/// A list read page by page by key: filters, one sort column with the row's id as tie-break, and a total that
/// stops counting at Page::countLimit. All text given to it is the program's own; values are bound.
class KeysetQuery
{
public:
    enum class Key { Text, Integer };

    /// `from`: a table or a join; `id`: the unique column that breaks ties. `columns` must include neither
    /// sort column nor id by another name: they are added as "keyset_key" and "keyset_id".
    KeysetQuery(std::string_view columns, std::string_view from, std::string_view id, Key idType = Key::Text);

    /// Adds a condition, joined by AND.
    void where(std::string_view condition, const Binds &binds);
    void orderBy(std::string_view column, Key type, bool descending);
    void orderById(bool descending);

    /// Throws badRequest("limit") or ("cursor").
    template <class Mapper>
    auto run(Database &database, const PageRequest &request, Mapper &&mapper)
        -> Page<std::invoke_result_t<Mapper, const Row &>>
    {
        Page<std::invoke_result_t<Mapper, const Row &>> page;
        Binds binds;
        const std::string sql = pageSql(request, binds);
        Cursor last;
        bool more = false;
        database.read(sql, binds, [&](const Row &row) {
            if (page.items.size() == static_cast<std::size_t>(request.limit)) {
                more = true;
                return false;
            }
            page.items.push_back(mapper(row));
            last = {row.text("keyset_key"), row.text("keyset_id")};
            return true;
        });
        if (more)
            page.nextCursor = last.encode();
        binds = m_binds;
        binds.push_back(Page<int>::countLimit + 1);
        const std::int64_t counted = database.number(countSql(), binds);
        page.totalIsExact = counted <= Page<int>::countLimit;
        page.total = std::min(counted, Page<int>::countLimit);
        return page;
    }

    /// The statement of one page, with its values: for running it, and for tests that look at its plan. Its
    /// text is the same for every page but the first, whatever the limit.
    std::string pageSql(const PageRequest &request, Binds &binds) const;
    /// Takes the values that the first page takes: those of the conditions, then how far to count.
    [[nodiscard]] std::string countSql() const;

private:
    std::string m_columns, m_from, m_id, m_sort, m_where;
    Binds m_binds;
    Key m_idType;
    Key m_sortType = Key::Text;
    bool m_descending = true;
};

} // namespace tower
