// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip98.h"

#include "core/base/Error.h"
#include "core/nostr/Keys.h"

#include <algorithm>

namespace tower {

namespace {

constexpr int authKind = 27'235;
constexpr std::int64_t toleranceSeconds = 60;
constexpr qsizetype maximumHeader = 16 * 1024;

/// Base64 of either alphabet, padded or not; nullopt for anything that is not that.
std::optional<QByteArray> fromBase64(QByteArrayView text)
{
    QByteArrayView bare = text;
    while (bare.endsWith('=') && text.size() - bare.size() < 2)
        bare.chop(1);
    if (bare.isEmpty() || bare.size() % 4 == 1 || (bare.size() != text.size() && text.size() % 4 != 0))
        return std::nullopt;
    QByteArray standard = bare.toByteArray();
    standard.replace('-', '+').replace('_', '/');
    const auto result = QByteArray::fromBase64Encoding(standard, QByteArray::AbortOnBase64DecodingErrors);
    if (!result)
        return std::nullopt;
    return result.decoded;
}

/// A URL in the form in which two spellings of the same place are equal: ws as http, scheme and host in lower
/// case, an empty path as "/". Path and query stay as they are.
QByteArray comparable(QByteArray url)
{
    const qsizetype colon = url.indexOf("://");
    if (colon < 0)
        return url;
    QByteArray scheme = url.first(colon).toLower();
    if (scheme == "ws" || scheme == "wss")
        scheme.replace(0, 2, "http");
    const QByteArrayView rest = QByteArrayView(url).sliced(colon + 3);
    const auto end =
        std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?' || c == '#'; });
    const QByteArray host = rest.first(end - rest.begin()).toByteArray().toLower();
    QByteArray path = rest.sliced(end - rest.begin()).toByteArray();
    if (!path.startsWith('/'))
        path.prepend('/');
    return scheme + "://" + host + path;
}

bool isOneOf(const QByteArray &url, const QStringList &expected)
{
    const QByteArray given = comparable(url);
    return std::any_of(expected.begin(), expected.end(),
                       [&](const QString &one) { return comparable(one.toUtf8()) == given; });
}

QByteArray hexOfHash(const QByteArray &body)
{
    return EventId(sha256(body)).hex();
}

Event readHeader(QByteArrayView authorization)
{
    if (authorization.isEmpty())
        throw unauthorized(QStringLiteral("The Authorization header is missing."));
    if (authorization.size() > maximumHeader)
        throw unauthorized(QStringLiteral("The Authorization header is too long."));
    constexpr QByteArrayView scheme = "Nostr ";
    if (authorization.size() < scheme.size() ||
        authorization.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
        throw unauthorized(
            QStringLiteral("The Authorization header does not use the Nostr scheme (NIP-98)."));
    const auto json = fromBase64(authorization.sliced(scheme.size()).trimmed());
    if (!json)
        throw unauthorized(QStringLiteral("The Authorization header is not base64."));
    EventParse parse = parseEvent(*json);
    if (!parse.event)
        throw unauthorized(QStringLiteral("The authorization event is malformed: %1.")
                               .arg(QString::fromLatin1(parse.problem)));
    return std::move(*parse.event);
}

void checkPayload(const Event &event, const Nip98Expectation &expected)
{
    const auto payload = event.tag("payload");
    if (!payload) {
        if (expected.payloadRequired || !expected.body.isEmpty())
            throw unauthorized(QStringLiteral("The authorization event has no payload tag."));
        return;
    }
    if (payload->compare(hexOfHash(expected.body), Qt::CaseInsensitive) != 0)
        throw unauthorized(QStringLiteral("The authorization event's payload is not the body's SHA-256."));
}

} // namespace

PubKey verifyNip98(QByteArrayView authorization, const Nip98Expectation &expected,
                   const std::function<bool(const EventId &)> &firstSeen)
{
    const Event event = readHeader(authorization);
    if (event.kind != authKind)
        throw unauthorized(QStringLiteral("The authorization event is not of kind 27235."));
    if (std::abs(event.createdAt - expected.now.value() / 1000) > toleranceSeconds)
        throw unauthorized(QStringLiteral("The authorization event is not from within 60 seconds of now."));
    const auto url = event.tag("u");
    if (!url || !isOneOf(*url, expected.urls))
        throw unauthorized(QStringLiteral("The authorization event is for another URL."));
    const auto method = event.tag("method");
    if (!method || method->compare(expected.method, Qt::CaseInsensitive) != 0)
        throw unauthorized(QStringLiteral("The authorization event is for another method."));
    checkPayload(event, expected);
    if (!checkEvent(event).isEmpty())
        throw unauthorized(QStringLiteral("The authorization event's id or signature is not valid."));
    if (!firstSeen(event.id))
        throw unauthorized(QStringLiteral("The authorization event was used before."));
    return event.pubkey;
}

QByteArray makeNip98(const SecretKey &key, const QByteArray &method, const QString &url,
                     const QByteArray &body, Millis now)
{
    Event event;
    event.pubkey = key.pubKey();
    event.createdAt = now.value() / 1000;
    event.kind = authKind;
    event.tags = {{"u", url.toUtf8()}, {"method", method}};
    if (!body.isEmpty())
        event.tags.push_back({"payload", hexOfHash(body)});
    event.id = event.computedId();
    event.signature = key.sign(event.id.bytes());
    return "Nostr " + event.toJson().toBase64();
}

} // namespace tower
