// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// queue, approve, reject: the posts that wait for a decision.
#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Lists.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QJsonArray>

namespace tower {

namespace {

constexpr qsizetype previewLength = 60;

/// Decides each event in turn; one that is refused does not stop the others.
int decide(const Command &command, const char *action, const QJsonObject &body)
{
    std::vector<EventId> ids;
    for (const QString &text : command.arguments()) {
        try {
            ids.push_back(parseEventId(text));
        } catch (const ServiceError &problem) {
            throw UsageError(problem.message());
        }
    }
    AdminClient client(command);
    bool allDone = true;
    QJsonArray results;
    Table table({"EVENT", "RESULT"});
    for (const EventId &id : ids) {
        QJsonObject result{{"eventId", id.text()}, {"ok", true}};
        QString outcome;
        try {
            const QJsonObject event = client.post(
                QString("/api/admin/relay/queue/%1/%2").arg(id.text(), QLatin1String(action)), body);
            outcome = event["status"].toString();
            result.insert("event", event);
        } catch (const Refused &problem) {
            if (ids.size() == 1)
                throw;
            allDone = false;
            outcome = QString::fromUtf8(problem.what());
            result.insert("ok", false);
            result.insert("error", outcome);
        }
        results.append(result);
        table.add({shortened(id.text()), outcome});
    }
    if (command.json())
        printJson({{"results", results}});
    else
        table.print();
    return allDone ? 0 : 1;
}

} // namespace

int listQueue(const Command &command)
{
    QUrlQuery query;
    if (command.has("--status"))
        addQuery(query, "status",
                 command.choice("--status", {"pending", "flagged", "approved", "auto_approved", "rejected"}));
    return printList(command, "/api/admin/relay/queue", query,
                     {"EVENT", "STATUS", "PUBLISHED", "KIND", "TIER", "AUTHOR", "QUEUED", "CONTENT"},
                     [](const QJsonObject &event) -> QStringList {
                         const QString content = plain(event["content"].toString());
                         return {shortened(event["eventId"].toString()),
                                 cell(event["status"]),
                                 cell(event["publishState"]),
                                 cell(event["kind"]),
                                 cell(event["tier"]),
                                 shortened(event[event.contains("npub") ? "npub" : "pubkey"].toString()),
                                 cell(event["createdAt"]),
                                 content.size() > previewLength ? content.left(previewLength) + "…"
                                                                : content};
                     });
}

int approveEvents(const Command &command)
{
    return decide(command, "approve", {});
}

int rejectEvents(const Command &command)
{
    return decide(command, "reject", {{"reason", command.value("--reason")}});
}

} // namespace tower
