// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// export, reconcile, verify-activity: what the tower has written down.
#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Lists.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace tower {

namespace {

/// A field of a CSV file. Text that a spreadsheet would take for a formula gets an apostrophe before it.
QString csvField(const QJsonValue &value)
{
    QString text = cell(value);
    if (value.isString() && !text.isEmpty() && QString("=+-@\t\r").contains(text.front()))
        text.prepend('\'');
    if (text.contains('"') || text.contains(',') || text.contains('\n') || text.contains('\r'))
        text = '"' + text.replace('"', "\"\"") + '"';
    return text;
}

/// The id first, then when and who; the rest by name.
QStringList columnsOf(const QJsonObject &item)
{
    QStringList columns;
    for (const char *first :
         {"id", "pubkey", "npub", "at", "eventId", "level", "actor", "action", "subject", "reason"})
        if (item.contains(QLatin1String(first)))
            columns << first;
    const QStringList keys = item.keys();
    for (const QString &key : keys)
        if (!columns.contains(key))
            columns << key;
    return columns;
}

void exportCsv(AdminClient &client, const QString &path, const QUrlQuery &query)
{
    QStringList columns;
    client.eachPage(path, query, [&](const QJsonObject &page) {
        QString out;
        const QJsonArray items = page["items"].toArray();
        for (const QJsonValue &item : items) {
            if (columns.isEmpty()) {
                columns = columnsOf(item.toObject());
                out += columns.join(',') + "\r\n";
            }
            QStringList fields;
            for (const QString &column : std::as_const(columns))
                fields << csvField(item[column]);
            out += fields.join(',') + "\r\n";
        }
        print(out);
    });
}

void exportJson(AdminClient &client, const QString &path, const QUrlQuery &query)
{
    QString before = "[";
    client.eachPage(path, query, [&](const QJsonObject &page) {
        QString out;
        const QJsonArray items = page["items"].toArray();
        for (const QJsonValue &item : items) {
            out += before + "\n" +
                   QString::fromUtf8(QJsonDocument(item.toObject()).toJson(QJsonDocument::Compact));
            before = ",";
        }
        print(out);
    });
    print(before == "[" ? "[]\n" : "\n]\n");
}

} // namespace

int exportRecords(const Command &command)
{
    static const QMap<QString, QString> paths{{"accounts", "/api/admin/relay/accounts"},
                                              {"activity", "/api/admin/activity"},
                                              {"decisions", "/api/admin/relay/decisions"},
                                              {"ledger", "/api/admin/ledger"}};
    const QString what = command.arguments().constFirst();
    if (!paths.contains(what))
        throw UsageError("export needs accounts|activity|decisions|ledger, not " + what);
    const bool csv =
        command.has("--format") ? command.choice("--format", {"csv", "json"}) == "csv" : !command.json();
    AdminClient client(command);
    QUrlQuery query;
    addQuery(query, "limit", "500");
    if (csv)
        exportCsv(client, paths[what], query);
    else
        exportJson(client, paths[what], query);
    return 0;
}

int reconcileBooks(const Command &command)
{
    AdminClient client(command);
    const QJsonObject report = client.get("/api/admin/reconcile");
    const bool ok = report["ok"].toBool();
    if (command.json()) {
        printJson(report);
    } else {
        Table table({"CHECK", "RESULT", "DIFFERENCE", "DETAIL"});
        const QJsonArray checks = report["checks"].toArray();
        for (const QJsonValue &check : checks) {
            const bool isKnown = check["differenceSats"].isDouble();
            table.add(
                {cell(check["name"]),
                 !check["ok"].toBool() ? "FAILED"
                 : isKnown             ? "ok"
                                       : "unknown",
                 check["differenceSats"].isDouble() ? cell(check["differenceSats"]) + " sats" : QString(),
                 cell(check["detail"])});
        }
        table.print();
        print(ok ? "the books are right\n" : "the books do NOT add up\n");
    }
    return ok ? 0 : 1;
}

int verifyActivity(const Command &command)
{
    AdminClient client(command);
    const QJsonObject report = client.get("/api/admin/activity/verify");
    const bool ok = report["ok"].toBool();
    if (command.json())
        printJson(report);
    else if (ok)
        print(plain(QString("the record is whole: %1 rows, head %2")
                        .arg(cell(report["rows"]), cell(report["head"]))) +
              '\n');
    else
        print(plain(QString("the record was CHANGED at row %1: %2")
                        .arg(cell(report["firstBadId"]), cell(report["detail"]))) +
              '\n');
    return ok ? 0 : 1;
}

} // namespace tower
