// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Shapes.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/nostr/Nip19.h"

#include <cmath>

namespace tower {

namespace {

QJsonValue npubOf(const PubKey &key)
{
    return QString::fromLatin1(toNpub(key));
}

QJsonArray tagsOf(const QByteArray &rawEvent)
{
    const EventParse parsed = parseEvent(rawEvent);
    return parsed.event ? parsed.event->toJsonObject().value(QStringLiteral("tags")).toArray() : QJsonArray();
}

} // namespace

QJsonValue isoOrNull(const std::optional<Millis> &at)
{
    return at ? QJsonValue(toIso(*at)) : QJsonValue(QJsonValue::Null);
}

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(text);
}

QJsonObject toJson(const RelayAccount &account)
{
    return {{QStringLiteral("pubkey"), account.pubkey.text()},
            {QStringLiteral("npub"), npubOf(account.pubkey)},
            {QStringLiteral("level"), toText(account.level)},
            {QStringLiteral("grantedBy"), toText(account.grantedBy)},
            {QStringLiteral("actor"), account.actor},
            {QStringLiteral("grantedAt"), toIso(account.grantedAt)},
            {QStringLiteral("revokedAt"), isoOrNull(account.revokedAt)},
            {QStringLiteral("expiresAt"), isoOrNull(account.expiresAt)},
            {QStringLiteral("notes"), account.notes},
            {QStringLiteral("tier"), toText(account.tier)},
            {QStringLiteral("score"), jsonNumber(account.score)}};
}

QJsonObject toJson(const Identity &identity)
{
    return {{QStringLiteral("pubkey"), identity.pubkey.text()},
            {QStringLiteral("npub"), npubOf(identity.pubkey)},
            {QStringLiteral("tier"), toText(identity.tier)},
            {QStringLiteral("score"), jsonNumber(identity.score)},
            {QStringLiteral("decayDue"), jsonNumber(identity.storedScore - identity.score)},
            {QStringLiteral("interactionCount"), jsonNumber(identity.interactionCount)},
            {QStringLiteral("satsAbsorbedToday"), jsonNumber(identity.satsAbsorbedToday)},
            {QStringLiteral("lightningAddress"), textOrNull(identity.lightningAddress)},
            {QStringLiteral("note"), identity.note},
            {QStringLiteral("memberSince"), toIso(identity.createdAt)},
            {QStringLiteral("lastSeen"), toIso(identity.lastSeen)}};
}

QJsonObject toJson(const ScoreChange &change)
{
    return {{QStringLiteral("id"), jsonNumber(change.id)}, {QStringLiteral("at"), toIso(change.at)},
            {QStringLiteral("why"), change.why},           {QStringLiteral("from"), jsonNumber(change.from)},
            {QStringLiteral("to"), jsonNumber(change.to)}, {QStringLiteral("ref"), textOrNull(change.ref)},
            {QStringLiteral("detail"), change.detail}};
}

QJsonObject toJson(const QueuedEvent &event)
{
    return {{QStringLiteral("eventId"), event.eventId.text()},
            {QStringLiteral("pubkey"), event.pubkey.text()},
            {QStringLiteral("npub"), npubOf(event.pubkey)},
            {QStringLiteral("kind"), event.kind},
            {QStringLiteral("status"), toText(event.status)},
            {QStringLiteral("tier"), toText(event.tier)},
            {QStringLiteral("content"), QString::fromUtf8(event.content)},
            {QStringLiteral("tags"), tagsOf(event.rawEvent)},
            {QStringLiteral("createdAt"), toIso(event.createdAt)},
            {QStringLiteral("decidedAt"), isoOrNull(event.decidedAt)},
            {QStringLiteral("reviewedBy"), textOrNull(event.reviewedBy)},
            {QStringLiteral("reviewReason"), textOrNull(event.reviewReason)},
            {QStringLiteral("publishState"), toText(event.publishState)},
            {QStringLiteral("publishTries"), event.publishTries},
            {QStringLiteral("publishAnswer"), textOrNull(event.publishAnswer)},
            {QStringLiteral("aiVerdict"), textOrNull(event.aiVerdict)},
            {QStringLiteral("aiReason"), textOrNull(event.aiReason)}};
}

QJsonObject toJson(const PolicyLogEntry &entry)
{
    return {{QStringLiteral("id"), jsonNumber(entry.id)},
            {QStringLiteral("at"), toIso(entry.at)},
            {QStringLiteral("eventId"), textOrNull(entry.eventId)},
            {QStringLiteral("pubkey"), textOrNull(entry.pubkey)},
            {QStringLiteral("kind"), entry.kind < 0 ? QJsonValue(QJsonValue::Null) : QJsonValue(entry.kind)},
            {QStringLiteral("action"), entry.action},
            {QStringLiteral("reason"), entry.reason},
            {QStringLiteral("source"), entry.source},
            {QStringLiteral("micros"), entry.micros}};
}

QJsonObject toJson(const PolicyExplanation &explanation)
{
    QJsonArray steps;
    for (const PolicyStep &step : explanation.steps) {
        steps.append(QJsonObject{{QStringLiteral("check"), step.check},
                                 {QStringLiteral("outcome"), step.outcome},
                                 {QStringLiteral("detail"), step.detail},
                                 {QStringLiteral("decides"), step.decides}});
    }
    return {{QStringLiteral("action"), QString::fromLatin1(toText(explanation.decision.action))},
            {QStringLiteral("msg"), QString::fromUtf8(explanation.decision.message)},
            {QStringLiteral("reason"), QString::fromLatin1(explanation.decision.reason)},
            {QStringLiteral("tier"), toText(explanation.tier)},
            {QStringLiteral("access"), toText(explanation.access)},
            {QStringLiteral("steps"), steps}};
}

QJsonObject toJson(const ActivityRow &row)
{
    return {{QStringLiteral("id"), jsonNumber(row.id)},
            {QStringLiteral("at"), toIso(row.at)},
            {QStringLiteral("actor"), row.entry.actor},
            {QStringLiteral("action"), row.entry.action},
            {QStringLiteral("subject"), row.entry.subject},
            {QStringLiteral("reason"), row.entry.reason},
            {QStringLiteral("before"), row.entry.before},
            {QStringLiteral("after"), row.entry.after},
            {QStringLiteral("previousHash"), QString::fromLatin1(row.previousHash)},
            {QStringLiteral("hash"), QString::fromLatin1(row.hash)}};
}

QJsonObject toJson(const ChainReport &report)
{
    return {{QStringLiteral("ok"), report.ok},
            {QStringLiteral("rows"), jsonNumber(report.rows)},
            {QStringLiteral("firstBadId"),
             report.firstBadId == 0 ? QJsonValue(QJsonValue::Null) : jsonNumber(report.firstBadId)},
            {QStringLiteral("detail"), report.detail},
            {QStringLiteral("head"), QString::fromLatin1(report.head)}};
}

QJsonObject toJson(const LedgerRow &row)
{
    return {{QStringLiteral("id"), jsonNumber(row.id)},
            {QStringLiteral("at"), toIso(row.at)},
            {QStringLiteral("debit"), row.movement.debit.name()},
            {QStringLiteral("credit"), row.movement.credit.name()},
            {QStringLiteral("sats"), jsonNumber(row.movement.sats)},
            {QStringLiteral("kind"), row.movement.kind},
            {QStringLiteral("ref"), row.movement.ref},
            {QStringLiteral("uniqueKey"), row.movement.uniqueKey}};
}

QJsonObject toJson(const ReconcileReport &report)
{
    QJsonArray checks;
    for (const CheckResult &check : report.checks) {
        checks.append(QJsonObject{{QStringLiteral("name"), check.name},
                                  {QStringLiteral("ok"), check.ok},
                                  {QStringLiteral("differenceSats"),
                                   check.difference ? jsonNumber(*check.difference) : QJsonValue::Null},
                                  {QStringLiteral("detail"), check.detail}});
    }
    return {{QStringLiteral("ok"), report.ok}, {QStringLiteral("checks"), checks}};
}

PageRequest pageOf(const HttpRequest &request)
{
    return {request.queryInteger("limit", 50, 1, PageRequest::maximumLimit), queryText(request, "cursor")};
}

QString queryText(const HttpRequest &request, const char *name)
{
    QString text = request.queryValue(name).value_or(QString());
    if (text.contains(QChar(u'\0')))
        throw badRequest(name,
                         QStringLiteral("%1 must not contain a NUL character.").arg(QLatin1String(name)));
    return text;
}

std::optional<Millis> queryTime(const HttpRequest &request, const char *name)
{
    const auto text = request.queryValue(name);
    if (!text || text->isEmpty())
        return std::nullopt;
    const auto at = fromIso(*text);
    if (!at)
        throw badRequest(
            name, QStringLiteral("%1 must be a time like 2027-01-31T12:00:00Z.").arg(QLatin1String(name)));
    return at;
}

std::optional<PubKey> queryKey(const HttpRequest &request, const char *name)
{
    const auto text = request.queryValue(name);
    if (!text || text->isEmpty())
        return std::nullopt;
    return parsePubKey(*text, name);
}

QJsonObject optionalBody(const HttpRequest &request)
{
    return request.body.isEmpty() ? QJsonObject() : request.json();
}

QString requiredText(const QJsonObject &body, const char *field)
{
    const QString text = optionalText(body, field);
    if (text.isEmpty())
        throw badRequest(field, QStringLiteral("%1 is missing.").arg(QLatin1String(field)));
    return text;
}

QString optionalText(const QJsonObject &body, const char *field)
{
    const QJsonValue value = body.value(QLatin1String(field));
    if (value.isUndefined() || value.isNull())
        return {};
    if (!value.isString())
        throw badRequest(field, QStringLiteral("%1 must be a string.").arg(QLatin1String(field)));
    if (value.toString().contains(QChar(u'\0')))
        throw badRequest(field,
                         QStringLiteral("%1 must not contain a NUL character.").arg(QLatin1String(field)));
    return value.toString();
}

std::int64_t requiredInteger(const QJsonObject &body, const char *field)
{
    const QJsonValue value = body.value(QLatin1String(field));
    constexpr double exact = 9007199254740992.0;
    const double number = value.toDouble(std::nan(""));
    if (!value.isDouble() || std::trunc(number) != number || std::abs(number) > exact)
        throw badRequest(field, QStringLiteral("%1 must be a whole number.").arg(QLatin1String(field)));
    return static_cast<std::int64_t>(number);
}

bool optionalFlag(const QJsonObject &body, const char *field)
{
    const QJsonValue value = body.value(QLatin1String(field));
    if (value.isUndefined() || value.isNull())
        return false;
    if (!value.isBool())
        throw badRequest(field, QStringLiteral("%1 must be true or false.").arg(QLatin1String(field)));
    return value.toBool();
}

QStringList requiredTexts(const QJsonObject &body, const char *field)
{
    const QJsonValue value = body.value(QLatin1String(field));
    if (!value.isArray())
        throw badRequest(field, QStringLiteral("%1 must be a list of strings.").arg(QLatin1String(field)));
    QStringList out;
    for (const QJsonValue &item : value.toArray()) {
        if (!item.isString())
            throw badRequest(field,
                             QStringLiteral("%1 must be a list of strings.").arg(QLatin1String(field)));
        out << item.toString();
    }
    return out;
}

std::optional<Millis> optionalTime(const QJsonObject &body, const char *field)
{
    const QString text = optionalText(body, field);
    if (text.isEmpty())
        return std::nullopt;
    const auto at = fromIso(text);
    if (!at)
        throw badRequest(
            field, QStringLiteral("%1 must be a time like 2027-01-31T12:00:00Z.").arg(QLatin1String(field)));
    return at;
}

AccessLevel requiredLevel(const QJsonObject &body)
{
    const auto level = accessFromText(requiredText(body, "level"));
    if (!level)
        throw badRequest("level", QStringLiteral("level must be none, read or write."), "invalid_level");
    return *level;
}

} // namespace tower
