// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <QSqlQuery>
#include <QStringList>

namespace tower {

/// The lines of a SQLite statement's query plan.
inline QStringList queryPlan(Database &database, const QString &sql)
{
    QStringList lines;
    QSqlQuery query(database.connection());
    if (!query.exec(QStringLiteral("EXPLAIN QUERY PLAN ") + sql))
        return {QStringLiteral("SCAN: the statement can't be explained")};
    while (query.next())
        lines << query.value(3).toString();
    return lines;
}

/// True when the plan reads a whole table or sorts what it has read, instead of walking an index.
inline bool readsEverything(const QStringList &plan)
{
    for (const QString &line : plan) {
        const bool scan = line.contains(QStringLiteral("SCAN ")) && !line.contains(QStringLiteral("INDEX")) &&
                          !line.contains(QStringLiteral("SCAN counted"));
        if (scan || line.contains(QStringLiteral("SCAN:")) || line.contains(QStringLiteral("TEMP B-TREE")))
            return true;
    }
    return plan.isEmpty();
}

} // namespace tower
