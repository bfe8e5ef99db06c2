// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/Auth.h"

#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

#include <QUrl>

#include <algorithm>

namespace tower {

namespace {

constexpr int freeTries = 5;
constexpr std::int64_t maximumWaitSecs = 60;
constexpr int rememberedAddresses = 10'000;
/// A NIP-98 event is good for 60 s on either side of now; an id is remembered for as long as it could be.
constexpr Millis signatureLife = seconds(180);

/// The value after "Bearer "; null when the header is another scheme or absent.
QByteArray bearer(const HttpRequest &request)
{
    const QByteArray value = request.header("authorization");
    if (value.size() > 7 && value.first(7).compare("bearer ", Qt::CaseInsensitive) == 0)
        return value.mid(7).trimmed();
    return {};
}

bool isNostr(const HttpRequest &request)
{
    return request.header("authorization").left(6).compare("nostr ", Qt::CaseInsensitive) == 0;
}

} // namespace

Auth::Auth(Database &database, const Clock &clock, const Settings &settings, const Secrets &secrets)
    : m_replays(database, clock)
    , m_clock(clock)
    , m_settings(settings)
    , m_secrets(secrets)
{
}

void Auth::authorise(HttpRequest &request, Scope scope)
{
    switch (scope) {
    case Scope::Public:
        return;
    case Scope::Policy:
        return authorisePolicy(request);
    case Scope::Admin:
        return authoriseAdmin(request);
    case Scope::Metrics:
        if (request.loopback && !m_behindProxy)
            return;
        return authoriseAdmin(request);
    }
}

void Auth::authorisePolicy(HttpRequest &request)
{
    const QByteArray given = bearer(request);
    const bool anything = !request.header("authorization").isNull();
    if (!anything && request.loopback && !m_behindProxy) {
        request.actor = QStringLiteral("policy");
        return;
    }
    if (given.isEmpty() || !m_secrets.value(Secret::RelayPolicySecret).equals(given))
        throw unauthorized(QStringLiteral("The relay policy secret is missing or wrong."),
                           "bad_policy_secret");
    request.actor = QStringLiteral("policy");
}

void Auth::authoriseAdmin(HttpRequest &request)
{
    const QByteArray address = addressKey(request.peer);
    refuseIfWaiting(address);
    if (isNostr(request)) {
        request.actor =
            QStringLiteral("admin:") + requireAdminSignature(request, Signers::Admins, false).text();
        return;
    }
    const QByteArray given = bearer(request);
    if (given.isEmpty())
        throw unauthorized(QStringLiteral("This needs the admin token (Authorization: Bearer …) or a NIP-98 "
                                          "signature of an admin key."),
                           "admin_required");
    if (!m_secrets.value(Secret::AdminToken).equals(given)) {
        noteFailure(address);
        throw unauthorized(QStringLiteral("The admin token is wrong."), "bad_admin_token");
    }
    m_failures.remove(address);
    request.actor = QStringLiteral("admin:token");
}

PubKey Auth::requireAdminSignature(const HttpRequest &request, Signers signers, bool payloadRequired)
{
    Nip98Expectation expected;
    QString url = m_baseUrl + QString::fromLatin1(request.path);
    if (!request.query.isEmpty())
        url += QLatin1Char('?') + QString::fromLatin1(request.query);
    expected.urls = {url};
    // "https://host" and "https://host/" name the same resource.
    if (request.path == "/" && request.query.isEmpty())
        expected.urls << m_baseUrl;
    expected.method = request.methodName;
    expected.body = request.body;
    expected.payloadRequired = payloadRequired;
    expected.now = m_clock.now();

    // The id is remembered only for administrators: nobody else can make this write to the database.
    EventId id;
    const PubKey signer = verifyNip98(request.header("authorization"), expected, [&](const EventId &seen) {
        id = seen;
        return true;
    });
    const QStringList &admins = m_settings.list(Setting::AdminPubkeys);
    const bool isAdmin = (signers == Signers::AdminsAndTimmy && m_timmy == signer) ||
                         std::any_of(admins.begin(), admins.end(),
                                     [&](const QString &text) { return parsePubKey(text) == signer; });
    if (!isAdmin)
        throw unauthorized(QStringLiteral("This key is not one of the administrators (ADMIN_PUBKEYS)."),
                           "not_an_admin");
    if (!m_replays.firstSeen(id, m_clock.now() + signatureLife))
        throw unauthorized(QStringLiteral("This signed request was used before."), "replayed");
    return signer;
}

void Auth::refuseIfWaiting(const QByteArray &address) const
{
    const auto found = m_failures.constFind(address);
    if (found == m_failures.constEnd() || found->until <= m_clock.now())
        return;
    const auto wait = static_cast<int>(((found->until - m_clock.now()).value() + 999) / 1000);
    throw RateLimited(
        wait, QStringLiteral("Too many wrong admin tokens from this address. Try again in %1 s.").arg(wait));
}

void Auth::noteFailure(const QByteArray &address)
{
    if (m_failures.size() >= rememberedAddresses && !m_failures.contains(address))
        m_failures.erase(m_failures.begin());
    Failures &failures = m_failures[address];
    if (++failures.count < freeTries)
        return;
    const std::int64_t wait =
        std::min<std::int64_t>(maximumWaitSecs, 1LL << std::min(failures.count - freeTries, 6));
    failures.until = m_clock.now() + seconds(wait);
}

} // namespace tower
