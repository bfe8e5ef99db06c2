// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/Plugin.h"

#include "core/base/Log.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace tower {

namespace {

constexpr qsizetype maximumAnswer = 8'192;
constexpr qsizetype maximumMessage = 500;

QByteArray lineFor(const QByteArray &id, const Verdict &verdict)
{
    const QJsonObject object{{"id", QString::fromUtf8(id)},
                             {"action", QString::fromLatin1(verdict.action)},
                             {"msg", QString::fromUtf8(verdict.message)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

/// The relay hands the message to its clients: one line, of bounded length.
QByteArray oneLine(QString text)
{
    for (QChar &c : text)
        if (c.category() == QChar::Other_Control || c == QChar::LineSeparator ||
            c == QChar::ParagraphSeparator)
            c = ' ';
    return text.simplified().left(maximumMessage).toUtf8();
}

/// The tower's answer, if it is one about this event.
std::optional<Verdict> verdictFrom(const QByteArray &body, const QByteArray &id)
{
    const QJsonObject object = QJsonDocument::fromJson(body).object();
    const QString action = object["action"].toString();
    const QJsonValue message = object["msg"];
    if (!object["id"].isString() || object["id"].toString().toUtf8() != id ||
        !(message.isString() || message.isNull() || message.isUndefined()))
        return std::nullopt;
    if (action == "accept" || action == "reject")
        return Verdict{action.toLatin1(), oneLine(message.toString())};
    if (action == "shadowReject") // strfry would show the author a message
        return Verdict{action.toLatin1(), {}};
    return std::nullopt;
}

} // namespace

Plugin::Plugin(HttpClient client, std::chrono::milliseconds timeout, const SnapshotKeeper *snapshots)
    : m_client(std::move(client))
    , m_timeout(timeout)
    , m_snapshots(snapshots)
{
}

QByteArray Plugin::answer(QByteArrayView line)
{
    const PolicyLine parsed = parsePolicyLine(line);
    if (!parsed.isObject || !parsed.hasEvent)
        return lineFor(parsed.event.id, Verdict::reject("invalid: not a line of the write-policy protocol"));
    if (parsed.event.id.isEmpty())
        return lineFor({}, Verdict::reject("invalid: the event has no readable id"));
    return lineFor(parsed.event.id, ask(line, parsed));
}

QByteArray Plugin::answerOversized()
{
    return lineFor({}, Verdict::reject("invalid: the line is too long"));
}

Verdict Plugin::ask(QByteArrayView line, const PolicyLine &parsed)
{
    const HttpAnswer answer =
        m_client.postJson("/api/relay/policy", line, maximumAnswer, Deadline(m_timeout));
    switch (answer.outcome) {
    case HttpAnswer::Outcome::Unreachable:
        trouble("no answer in time");
        return withoutTower(parsed);
    case HttpAnswer::Outcome::Garbled:
        return trouble("an answer that is no proper HTTP");
    case HttpAnswer::Outcome::Answered:
        break;
    }
    if (answer.status == 401)
        return trouble("401: the secret is missing or wrong");
    if (answer.status != 200)
        return trouble(QString("status %1").arg(answer.status));
    const auto verdict = verdictFrom(answer.body, parsed.event.id);
    return verdict ? *verdict : trouble("an answer that is not about this event");
}

Verdict Plugin::withoutTower(const PolicyLine &line) const
{
    const EventParse &parsed = line.event;
    const auto snapshot = m_snapshots ? m_snapshots->latest() : nullptr;
    if (!snapshot)
        return Verdict::unavailable();
    if (!parsed.event)
        return Verdict::reject("invalid: " + parsed.problem);
    if (const QByteArray problem = checkEvent(*parsed.event); !problem.isEmpty())
        return Verdict::reject("invalid: " + problem);
    return snapshot->judge(*parsed.event, line.sourceInfo);
}

/// Says so in the relay's log, though not for each event of a flood.
Verdict Plugin::trouble(const QString &what)
{
    const auto now = std::chrono::steady_clock::now();
    if (what != m_lastTrouble || !m_troubleLogged || now - *m_troubleLogged > std::chrono::seconds(30)) {
        log::warning("policy", "the tower can't be asked", {{"why", what}});
        m_lastTrouble = what;
        m_troubleLogged = now;
    }
    return Verdict::unavailable();
}

} // namespace tower
