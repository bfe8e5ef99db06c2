// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionMacaroons.h"

#include "core/base/Error.h"
#include "core/base/KeyDerivation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

namespace tower {

namespace {

constexpr qsizetype maximumHeader = Macaroon::maximumText + 128;
constexpr qsizetype preimageDigits = 64;
constexpr qsizetype maximumDigits = 15;

QByteArray identifierOf(const QString &sessionId)
{
    return "v1 " + sessionId.toUtf8();
}

std::optional<std::int64_t> readNumber(const QByteArray &text)
{
    if (text.isEmpty() || text.size() > maximumDigits ||
        !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    return text.toLongLong();
}

bool isPreimage(const QByteArray &text)
{
    return text.size() == preimageDigits && std::all_of(text.begin(), text.end(), [](char c) {
               return std::isxdigit(static_cast<unsigned char>(c));
           });
}

/// "session" and "expires".
constexpr std::size_t mintedCaveats = 2;

ServiceError invalid()
{
    return unauthorized(QStringLiteral("This macaroon is not valid for this session."), "macaroon_invalid");
}

ServiceError expired()
{
    return unauthorized(QStringLiteral("This macaroon has expired. Ask for the session again: it has a new "
                                       "one after each payment."),
                        "macaroon_expired");
}

/// The macaroon's text in an Authorization header.
QByteArray macaroonIn(const QByteArray &authorization)
{
    const QByteArray header = authorization.trimmed();
    if (header.size() > maximumHeader)
        throw invalid();
    const qsizetype blank = header.indexOf(' ');
    const QByteArray scheme = header.left(blank).toLower();
    const QByteArray credentials = blank < 0 ? QByteArray() : header.mid(blank + 1).trimmed();
    if (scheme == "bearer" && !credentials.isEmpty())
        return credentials;
    if (scheme == "l402" || scheme == "lsat") {
        const qsizetype colon = credentials.indexOf(':');
        if (colon > 0 && isPreimage(credentials.mid(colon + 1)))
            return credentials.left(colon);
        throw invalid();
    }
    throw unauthorized(
        QStringLiteral("Send the session's macaroon: \"Authorization: Bearer <macaroon>\" or \"L402 "
                       "<macaroon>:<preimage>\"."),
        "macaroon_required");
}

} // namespace

SessionMacaroons::SessionMacaroons(const Secrets &secrets, const Clock &clock)
    : m_secrets(secrets)
    , m_clock(clock)
{
}

SecretBytes SessionMacaroons::rootKey(const QString &sessionId) const
{
    return deriveKey(m_secrets.value(Secret::TimmyTokenSecret), "session macaroon " + sessionId.toUtf8());
}

QByteArray SessionMacaroons::mint(const Session &session) const
{
    const SecretBytes key = rootKey(session.id);
    Macaroon macaroon = Macaroon::mint(key.view(), identifierOf(session.id));
    macaroon.add("session = " + session.id.toUtf8());
    // Rounded up: the macaroon must not end before its session does.
    const std::int64_t expires = (session.expiresAt.value() + 999) / 1000;
    macaroon.add("expires = " + QByteArray::number(static_cast<qint64>(expires)));
    return macaroon.encode();
}

SessionMacaroons::Allowance SessionMacaroons::check(const QByteArray &authorization, const Session &session,
                                                    Use use) const
{
    const std::optional<Macaroon> macaroon = Macaroon::decode(macaroonIn(authorization));
    if (!macaroon || macaroon->identifier() != identifierOf(session.id))
        throw invalid();
    const SecretBytes key = rootKey(session.id);
    if (!macaroon->isSignedBy(key.view()))
        throw invalid();

    Allowance allowance;
    allowance.isWhole = macaroon->caveats().size() <= mintedCaveats;
    bool isMinted = true; // the first expiry, which the tower itself wrote
    for (const QByteArray &caveat : macaroon->caveats()) {
        const qsizetype equals = caveat.indexOf('=');
        const QByteArray name = caveat.left(equals).trimmed();
        const QByteArray value = equals < 0 ? QByteArray() : caveat.mid(equals + 1).trimmed();
        const std::optional<std::int64_t> number = readNumber(value);
        if (name == "session" && value == session.id.toUtf8())
            continue;
        if (name == "expires" && number) {
            if (m_clock.now() >= seconds(*number) && !(isMinted && use == Use::Payout))
                throw expired();
            isMinted = false;
        } else if (name == "max_sats_per_request" && number)
            allowance.maximumPerRequest =
                std::min(Sats(*number), allowance.maximumPerRequest.value_or(Sats(*number)));
        else
            throw invalid();
    }
    return allowance;
}

QByteArray SessionMacaroons::renewed(const QByteArray &authorization, const Session &session) const
{
    return check(authorization, session, Use::Payout).isWhole ? mint(session) : macaroonIn(authorization);
}

} // namespace tower
