// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctl/Lists.h"

#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Output.h"

#include <QJsonArray>

namespace tower {

void addQuery(QUrlQuery &query, const char *name, const QString &value)
{
    query.addQueryItem(QLatin1String(name), QString::fromLatin1(QUrl::toPercentEncoding(value)));
}

int printList(const Command &command, const QString &path, QUrlQuery query, const QStringList &heading,
              const std::function<QStringList(const QJsonObject &)> &row)
{
    const bool all = command.has("--all");
    if (all && command.has("--limit"))
        throw UsageError("--all and --limit exclude one another");
    bool isNumber = true;
    const int limit = command.value("--limit", all ? "500" : "50").toInt(&isNumber);
    if (!isNumber || limit < 1 || limit > 500)
        throw UsageError("--limit must be a number from 1 to 500");
    addQuery(query, "limit", QString::number(limit));

    AdminClient client(command);
    QJsonObject answer;
    if (all) {
        QJsonArray items;
        client.eachPage(path, query, [&](const QJsonObject &page) {
            const QJsonArray some = page["items"].toArray();
            for (const QJsonValue &item : some)
                items.append(item);
        });
        answer = {{"items", items},
                  {"nextCursor", QJsonValue::Null},
                  {"total", items.size()},
                  {"totalIsExact", true}};
    } else {
        answer = client.get(path, query);
    }
    if (command.json()) {
        printJson(answer);
        return 0;
    }
    const QJsonArray items = answer["items"].toArray();
    Table table(heading);
    for (const QJsonValue &item : items)
        table.add(row(item.toObject()));
    table.print();
    if (answer["nextCursor"].isString())
        print(
            QString("%1 of %2; --all shows every one\n").arg(items.size()).arg(plain(cell(answer["total"]))));
    return 0;
}

} // namespace tower
