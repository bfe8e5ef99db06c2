// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/KeysetQuery.h"

#include "core/base/Error.h"

namespace tower {

namespace {

Bind keyValue(const QString &text, KeysetQuery::Key type)
{
    if (type == KeysetQuery::Key::Text)
        return text;
    bool ok = false;
    const std::int64_t number = text.toLongLong(&ok);
    if (!ok)
        throw badRequest("cursor", QStringLiteral("This cursor does not belong to this list."),
                         "invalid_cursor");
    return number;
}

} // namespace

KeysetQuery::KeysetQuery(std::string_view columns, std::string_view from, std::string_view id, Key idType)
    : m_columns(columns)
    , m_from(from)
    , m_id(id)
    , m_idType(idType)
{
}

void KeysetQuery::where(std::string_view condition, const Binds &binds)
{
    m_where += m_where.empty() ? " WHERE (" : " AND (";
    m_where += condition;
    m_where += ")";
    m_binds.insert(m_binds.end(), binds.begin(), binds.end());
}

void KeysetQuery::orderBy(std::string_view column, Key type, bool descending)
{
    m_sort = column;
    m_sortType = type;
    m_descending = descending;
}

void KeysetQuery::orderById(bool descending)
{
    m_sort.clear();
    m_descending = descending;
}

std::string KeysetQuery::pageSql(const PageRequest &request, Binds &binds) const
{
    if (request.limit < 1 || request.limit > PageRequest::maximumLimit)
        throw badRequest("limit", QStringLiteral("limit must be between 1 and 500."));
    const std::string direction = m_descending ? " DESC" : " ASC";
    const std::string sort = m_sort.empty() ? m_id : m_sort;
    std::string sql = "SELECT " + m_columns + ", " + sort + " AS keyset_key, " + m_id +
                      " AS keyset_id FROM " + m_from + m_where;
    binds = m_binds;
    if (!request.cursor.isEmpty()) {
        const Cursor cursor = Cursor::decode(request.cursor);
        const char *compare = m_descending ? " < " : " > ";
        sql += m_where.empty() ? " WHERE " : " AND ";
        if (m_sort.empty()) {
            sql += m_id + compare + "?";
        } else {
            sql += "(" + m_sort + ", " + m_id + ")" + compare + "(?, ?)";
            binds.push_back(keyValue(cursor.key, m_sortType));
        }
        binds.push_back(keyValue(cursor.id, m_idType));
    }
    sql += " ORDER BY " + sort + direction;
    if (!m_sort.empty())
        sql += ", " + m_id + direction;
    sql += " LIMIT ?";
    binds.push_back(request.limit + 1);
    return sql;
}

std::string KeysetQuery::countSql() const
{
    return "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM " + m_from + m_where + " LIMIT ?) counted";
}

} // namespace tower
