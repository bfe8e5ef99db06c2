// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/IdentityRoutes.h"

#include "core/api/IdentityShape.h"
#include "core/api/Shapes.h"
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"

namespace tower {

namespace {

/// The event of a body, read from its own text: the body's reader takes what an event may not hold.
EventParse requiredEvent(const HttpRequest &request)
{
    const auto raw = rawMember(request.body, "event");
    if (!raw)
        throw badRequest("event",
                         QStringLiteral("event is missing: the body must hold one signed Nostr event."),
                         "event_required");
    return parseEvent(*raw);
}

HttpResponse challenge(SignIn &signIn)
{
    const SignIn::Challenge made = signIn.challenge();
    return HttpResponse::json(QJsonObject{{QStringLiteral("nonce"), made.nonce},
                                          {QStringLiteral("expiresAt"), toIso(made.expiresAt)}});
}

HttpResponse verify(SignIn &signIn, const HttpRequest &request)
{
    const QString claimed = optionalText(request.json(), "pubkey");
    const EventParse event = requiredEvent(request);
    const SignIn::SignedIn in =
        signIn.verify(event, claimed.isEmpty() ? std::nullopt : std::optional(parsePubKey(claimed)));
    HttpResponse response = HttpResponse::json(
        QJsonObject{{QStringLiteral("pubkey"), in.identity.pubkey.text()},
                    {QStringLiteral("npub"), QString::fromLatin1(toNpub(in.identity.pubkey))},
                    {QStringLiteral("nostr_token"), QString::fromLatin1(in.token.text)},
                    {QStringLiteral("expiresAt"), toIso(in.token.expiresAt)},
                    {QStringLiteral("trust"), IdentityShape::trust(in.identity)}});
    response.headers.emplace_back("X-Nostr-Token", in.token.text);
    return response;
}

/// A repeat is told apart by its status and code; the state that it meets is in the same fields.
HttpResponse vouched(const Vouches::Outcome &outcome)
{
    QJsonObject out = IdentityShape::vouch(outcome.vouch);
    out.insert(QStringLiteral("npub"), QString::fromLatin1(toNpub(outcome.vouchee.pubkey)));
    out.insert(QStringLiteral("trust"), IdentityShape::trust(outcome.vouchee));
    if (!outcome.repeated)
        return HttpResponse::json(out, 201);
    out.insert(QStringLiteral("error"),
               QStringLiteral("This vouch was counted before; nothing was changed."));
    out.insert(QStringLiteral("code"), QStringLiteral("already_vouched"));
    return HttpResponse::json(out, 409);
}

HttpResponse vouch(const IdentityServices &services, const HttpRequest &request)
{
    const PubKey voucher = services.caller.require(request, LimitClass::SignIn);
    services.vouches.requireElite(voucher);
    const PubKey vouchee = parsePubKey(requiredText(request.json(), "voucheePubkey"), "voucheePubkey");
    return vouched(services.vouches.vouch(voucher, vouchee, requiredEvent(request)));
}

HttpResponse me(const IdentityServices &services, const HttpRequest &request)
{
    const PubKey key = services.caller.require(request, LimitClass::Public);
    const auto identity = services.identities.find(key);
    if (!identity)
        throw notFound(QStringLiteral("No identity has this key."), "identity_not_found");
    return HttpResponse::json(
        IdentityShape(services.relayAccounts, services.vouches, services.settings).own(*identity));
}

HttpResponse timmy(const IdentityServices &services)
{
    const std::optional<PubKey> &key = services.relayAccounts.timmy();
    if (!key)
        throw unavailable(QStringLiteral("Timmy's identity is not set up yet."), "no_timmy");
    HttpResponse response = HttpResponse::json(QJsonObject{
        {QStringLiteral("npub"), QString::fromLatin1(toNpub(*key))},
        {QStringLiteral("pubkeyHex"), key->text()},
        {QStringLiteral("zapCount"), jsonNumber(services.zaps.totals().paid)},
        {QStringLiteral("relayUrl"), textOrNull(services.settings.text(Setting::NostrRelayUrl))}});
    response.headers.emplace_back("Cache-Control", "max-age=5");
    return response;
}

} // namespace

void addIdentityRoutes(Router &router, const IdentityServices &services)
{
    const auto add = [&router](HttpMethod method, const char *pattern, LimitClass limit,
                               SyncHandler handler) {
        router.add({.method = method, .pattern = pattern, .limit = limit, .handler = std::move(handler)});
    };
    add(HttpMethod::Post, "/api/identity/challenge", LimitClass::SignIn,
        [services](const HttpRequest &) { return challenge(services.signIn); });
    add(HttpMethod::Post, "/api/identity/verify", LimitClass::SignIn,
        [services](const HttpRequest &request) { return verify(services.signIn, request); });
    add(HttpMethod::Post, "/api/identity/vouch", LimitClass::SignIn,
        [services](const HttpRequest &request) { return vouch(services, request); });
    add(HttpMethod::Get, "/api/identity/me", LimitClass::Public,
        [services](const HttpRequest &request) { return me(services, request); });
    add(HttpMethod::Get, "/api/identity/timmy", LimitClass::Public,
        [services](const HttpRequest &) { return timmy(services); });
}

} // namespace tower
