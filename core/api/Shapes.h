// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Clock.h"
#include "core/base/JsonNumber.h"
#include "core/http/HttpMessage.h"
#include "core/identity/Identities.h"
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"
#include "core/relay/RelayPolicy.h"
#include "core/store/Page.h"

#include <QJsonArray>
#include <QJsonObject>

namespace tower {

/// The JSON of each thing, written once: the field names of the specification, ISO 8601 times, null for what
/// is absent.
QJsonObject toJson(const RelayAccount &account);
QJsonObject toJson(const Identity &identity);
QJsonObject toJson(const ScoreChange &change);
QJsonObject toJson(const QueuedEvent &event);
QJsonObject toJson(const PolicyLogEntry &entry);
QJsonObject toJson(const PolicyExplanation &explanation);
QJsonObject toJson(const ActivityRow &row);
QJsonObject toJson(const ChainReport &report);
QJsonObject toJson(const LedgerRow &row);
QJsonObject toJson(const ReconcileReport &report);

QJsonValue isoOrNull(const std::optional<Millis> &at);
QJsonValue textOrNull(const QString &text);

/// {"items": [...], "nextCursor": "..."|null, "total": n|"10000+", "totalIsExact": bool}, each item as
/// `shape` writes it.
template <class T, class Shape>
QJsonObject toJson(const Page<T> &page, Shape shape)
{
    QJsonArray items;
    for (const T &item : page.items)
        items.append(shape(item));
    return {{QStringLiteral("items"), items},
            {QStringLiteral("nextCursor"), textOrNull(page.nextCursor)},
            {QStringLiteral("total"),
             page.totalIsExact ? jsonNumber(page.total) : QJsonValue(QStringLiteral("%1+").arg(page.total))},
            {QStringLiteral("totalIsExact"), page.totalIsExact}};
}

template <class T>
QJsonObject toJson(const Page<T> &page)
{
    return toJson(page, [](const T &item) { return toJson(item); });
}

/// limit (default 50, at most 500) and cursor of a list route.
PageRequest pageOf(const HttpRequest &request);

/// A query parameter as text, "" when absent; throws badRequest(name) for one that no column can hold.
QString queryText(const HttpRequest &request, const char *name);
/// A query parameter as a time or as a key; nullopt when absent or empty; throws badRequest(name).
std::optional<Millis> queryTime(const HttpRequest &request, const char *name);
std::optional<PubKey> queryKey(const HttpRequest &request, const char *name);

// Reading of bodies: each throws badRequest(field) with a sentence.
/// The body of a request that needs none: empty when there is none.
QJsonObject optionalBody(const HttpRequest &request);
QString requiredText(const QJsonObject &body, const char *field);
QString optionalText(const QJsonObject &body, const char *field);
std::int64_t requiredInteger(const QJsonObject &body, const char *field);
bool optionalFlag(const QJsonObject &body, const char *field);
QStringList requiredTexts(const QJsonObject &body, const char *field);
std::optional<Millis> optionalTime(const QJsonObject &body, const char *field);
AccessLevel requiredLevel(const QJsonObject &body);

} // namespace tower
