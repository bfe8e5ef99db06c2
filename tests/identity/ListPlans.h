// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/KeysetQuery.h"
#include "tests/support/QueryPlan.h"

namespace tower::test {

/// The statements of a list (first page, the page after `cursor`, the count) that read more of a table than
/// they show, with SQLite's plan; empty when each walks an index.
inline QStringList wastefulPlans(Database &database, const KeysetQuery &list, const QString &cursor)
{
    Binds first, next;
    const std::string firstSql = list.pageSql({2, {}}, first);
    const std::string nextSql = list.pageSql({2, cursor}, next);
    const std::vector<std::pair<std::string, Binds>> statements{
        {firstSql, first}, {nextSql, next}, {list.countSql(), first}};
    QStringList out;
    for (const auto &[sql, binds] : statements) {
        QStringList plan;
        database.read("EXPLAIN QUERY PLAN " + sql, binds, [&](const Row &row) {
            plan << row.text("detail");
            return true;
        });
        if (readsEverything(plan))
            out << QString::fromStdString(sql) + u'\n' + plan.join(u'\n');
    }
    return out;
}

} // namespace tower::test
