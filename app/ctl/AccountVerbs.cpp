// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// grant, revoke, list, explain: who may use the relay.
#include "app/ctl/AdminClient.h"
#include "app/ctl/Command.h"
#include "app/ctl/Lists.h"
#include "app/ctl/Output.h"
#include "app/ctl/Verbs.h"
#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

namespace tower {

namespace {

constexpr std::size_t bulkLimit = 1000;

PubKey keyFrom(const QString &text)
{
    try {
        return parsePubKey(text);
    } catch (const ServiceError &problem) {
        throw UsageError(problem.message());
    }
}

/// All keys are read before anything is sent, so that a slip of the pen changes nothing.
const QStringList levels{"none", "read", "write"};

std::vector<PubKey> keysFrom(const Command &command)
{
    std::vector<PubKey> keys;
    for (const QString &text : command.arguments()) {
        if (command.verb() != "grant" || !levels.contains(text))
            keys.push_back(keyFrom(text));
    }
    if (keys.empty())
        throw UsageError(command.verb() + " needs a key");
    return keys;
}

QString npub(const PubKey &key)
{
    return shortened(QString::fromLatin1(toNpub(key)));
}

QString accountPath(const PubKey &key, const char *action)
{
    return QString("/api/admin/relay/accounts/%1/%2").arg(key.text(), QLatin1String(action));
}

QString sentence(const QJsonObject &account, const PubKey &key)
{
    QString text = QString("%1: %2").arg(npub(key), account["level"].toString());
    if (account["expiresAt"].isString())
        text += " until " + account["expiresAt"].toString();
    return plain(text) + '\n';
}

int changeOne(AdminClient &client, const Command &command, const PubKey &key, const QJsonObject &body)
{
    const bool granting = command.verb() == "grant";
    const QJsonObject account = client.post(accountPath(key, granting ? "grant" : "revoke"), body);
    if (command.json())
        printJson(account);
    else
        print(sentence(account, key));
    return 0;
}

int changeMany(AdminClient &client, const Command &command, const std::vector<PubKey> &keys, QJsonObject body)
{
    body.insert("action", command.verb());
    QJsonArray results;
    for (std::size_t start = 0; start < keys.size(); start += bulkLimit) {
        QJsonArray chunk;
        for (std::size_t i = start; i < std::min(keys.size(), start + bulkLimit); ++i)
            chunk.append(keys[i].text());
        body.insert("pubkeys", chunk);
        const QJsonArray answered = client.post("/api/admin/relay/accounts/bulk", body)["results"].toArray();
        for (const QJsonValue &result : answered)
            results.append(result);
    }
    bool allDone = results.size() == static_cast<qsizetype>(keys.size());
    Table table({"KEY", "RESULT"});
    for (const QJsonValue &result : std::as_const(results)) {
        const bool ok = result["ok"].toBool();
        allDone &= ok;
        const auto key = PubKey::fromHex(result["pubkey"].toString());
        table.add({key ? npub(*key) : result["pubkey"].toString(), ok ? "done" : result["error"].toString()});
    }
    if (command.json())
        printJson({{"results", results}});
    else
        table.print();
    return allDone ? 0 : 1;
}

int change(const Command &command, const QJsonObject &body)
{
    const std::vector<PubKey> keys = keysFrom(command);
    AdminClient client(command);
    if (keys.size() > 1 && !command.has("--force"))
        return changeMany(client, command, keys, body);
    for (const PubKey &key : keys) // the bulk form has no force
        changeOne(client, command, key, body);
    return 0;
}

QJsonObject explainQuestion(QString given)
{
    if (given == "-") {
        QFile input;
        if (!input.open(stdin, QIODevice::ReadOnly))
            throw Refused("standard input can't be read");
        given = QString::fromUtf8(input.readAll()).trimmed();
    }
    if (!given.startsWith('{'))
        return {{"pubkey", keyFrom(given).text()}};
    QJsonObject object = QJsonDocument::fromJson(given.toUtf8()).object();
    if (object.isEmpty())
        throw UsageError("the event is no JSON object");
    if (object.value("event").isObject()) // a whole line of the relay's
        object = object.value("event").toObject();
    return {{"event", object}};
}

/// By --level, or as a word among the keys: "grant npub1... write".
QString levelOf(const Command &command)
{
    for (const QString &argument : command.arguments()) {
        if (!command.has("--level") && levels.contains(argument))
            return argument;
    }
    return command.choice("--level", levels);
}

} // namespace

int grantAccess(const Command &command)
{
    QJsonObject body{{"level", levelOf(command)}, {"reason", command.value("--reason")}};
    if (command.has("--expires")) {
        if (!fromIso(command.value("--expires")))
            throw UsageError("--expires must be ISO 8601 with an offset, like 2027-01-31T12:00:00Z");
        body.insert("expiresAt", command.value("--expires"));
    }
    return change(command, body);
}

int revokeAccess(const Command &command)
{
    QJsonObject body{{"reason", command.value("--reason")}};
    if (command.has("--force"))
        body.insert("force", true);
    return change(command, body);
}

int listAccounts(const Command &command)
{
    QUrlQuery query;
    if (command.has("--level"))
        addQuery(query, "level", command.choice("--level", levels));
    if (command.has("--query"))
        addQuery(query, "q", command.value("--query"));
    return printList(command, "/api/admin/relay/accounts", query,
                     {"KEY", "LEVEL", "TIER", "SCORE", "HOW", "BY", "GRANTED", "UNTIL", "NOTES"},
                     [](const QJsonObject &account) -> QStringList {
                         return {shortened(account["npub"].toString()),
                                 cell(account["level"]),
                                 cell(account["tier"]),
                                 cell(account["score"]),
                                 cell(account["grantedBy"]),
                                 shortened(cell(account["actor"])),
                                 cell(account["grantedAt"]),
                                 account["revokedAt"].isString() ? "revoked" : cell(account["expiresAt"]),
                                 cell(account["notes"])};
                     });
}

int explainPolicy(const Command &command)
{
    const QJsonObject question = explainQuestion(command.arguments().constFirst());
    AdminClient client(command);
    const QJsonObject answer = client.post("/api/admin/relay/policy/explain", question);
    if (command.json()) {
        printJson(answer);
        return 0;
    }
    print(plain(QString("%1 %2").arg(answer["action"].toString(), answer["msg"].toString())) + '\n');
    print(QString("tier %1, access %2\n\n")
              .arg(plain(answer["tier"].toString()), plain(answer["access"].toString())));
    Table table({"CHECK", "OUTCOME", "WHY"});
    const QJsonArray steps = answer["steps"].toArray();
    for (const QJsonValue &step : steps)
        table.add({cell(step["check"]), cell(step["outcome"]), cell(step["detail"])});
    table.print();
    return 0;
}

} // namespace tower
