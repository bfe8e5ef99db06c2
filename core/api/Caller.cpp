// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Caller.h"

#include "core/base/Error.h"

#include <QJsonDocument>

namespace tower {

namespace {

/// Nullopt when the request has none; "" for one that can't be a token.
std::optional<QByteArray> tokenOf(const HttpRequest &request)
{
    if (const QByteArray header = request.header("x-nostr-token"); !header.isNull())
        return header;
    const QJsonValue member =
        QJsonDocument::fromJson(request.body).object().value(QStringLiteral("nostr_token"));
    if (member.isUndefined() || member.isNull())
        return std::nullopt;
    return member.toString().toUtf8();
}

} // namespace

std::optional<PubKey> Caller::identityOf(const HttpRequest &request, LimitClass limit)
{
    const std::optional<QByteArray> token = tokenOf(request);
    if (!token)
        return std::nullopt;
    const std::optional<PubKey> key = m_tokens.verify(*token);
    if (!key)
        throw unauthorized(QStringLiteral("Invalid or expired nostr_token"), "invalid_token");
    admit(*key, limit);
    return key;
}

std::optional<PubKey> Caller::identityIfAny(const HttpRequest &request, LimitClass limit)
{
    std::optional<QByteArray> token = tokenOf(request);
    if (!token)
        token = request.queryValue("nostr_token").value_or(QString()).toUtf8();
    const std::optional<PubKey> key = m_tokens.verify(*token);
    if (key)
        admit(*key, limit);
    return key;
}

void Caller::admit(const PubKey &key, LimitClass limit)
{
    const int limitClass = static_cast<int>(limit);
    const QByteArray bucket = QByteArray::number(limitClass) + ":identity:" + key.hex();
    if (const int wait = m_limits.take(bucket, m_limits.rate(limitClass)); wait > 0)
        throw RateLimited(wait,
                          QStringLiteral("Too many requests of this identity: try again in %1 s.").arg(wait));
    m_trust.seen(key);
}

PubKey Caller::require(const HttpRequest &request, LimitClass limit)
{
    const std::optional<PubKey> key = identityOf(request, limit);
    if (!key)
        throw unauthorized(QStringLiteral("This needs an identity token (header X-Nostr-Token)."),
                           "token_required");
    return *key;
}

} // namespace tower
