// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/SignIn.h"

#include "core/identity/LightningAddress.h"
#include "core/trust/ChallengeStore.h"

#include <cstdlib>

namespace tower {

namespace {

/// How long an expired nonce is still told apart from one that never was.
constexpr Millis remembered = seconds(3'600);
constexpr qsizetype nonceDigits = 64;

const Event &requireWellFormed(const EventParse &parsed, const std::optional<PubKey> &claimed, Millis now)
{
    if (!parsed.event) {
        throw badRequest(parsed.field.isEmpty() ? QByteArrayLiteral("event") : parsed.field,
                         QStringLiteral("The event is malformed: %1.").arg(QString::fromUtf8(parsed.problem)),
                         "malformed_event");
    }
    const Event &event = *parsed.event;
    if (claimed && *claimed != event.pubkey)
        throw badRequest("pubkey", QStringLiteral("pubkey is not the one that signed the event."),
                         "pubkey_mismatch");
    if (event.kind != SignIn::httpAuthKind && event.kind != SignIn::relayAuthKind)
        throw badRequest("kind", QStringLiteral("The event's kind must be 27235 or 22242."), "wrong_kind");
    if (std::llabs(event.createdAt - now.value() / 1000) > SignIn::clockSkewSecs) {
        throw badRequest("created_at",
                         QStringLiteral("The event's created_at is more than 5 minutes from the time here."),
                         "created_at_out_of_range");
    }
    return event;
}

void requireSignature(const Event &event)
{
    if (event.computedId() != event.id)
        throw unauthorized(QStringLiteral("The event's id is not the hash of its content."), "bad_event_id");
    if (!event.hasValidSignature())
        throw unauthorized(QStringLiteral("The event's signature is not valid."), "bad_signature");
}

bool looksLikeNonce(QByteArrayView text)
{
    return text.size() == nonceDigits && EventId::fromHex(text).has_value();
}

QString nonceOf(const Event &event)
{
    const QByteArray nonce =
        looksLikeNonce(event.content) ? event.content : event.tag("challenge").value_or(QByteArray());
    return looksLikeNonce(nonce) ? QString::fromLatin1(nonce) : QString();
}

} // namespace

SignIn::SignIn(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
               Trust &trust, const Tokens &tokens)
    : m_store(std::make_unique<ChallengeStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_trust(trust)
    , m_tokens(tokens)
{
}

SignIn::~SignIn() = default;

SignIn::Challenge SignIn::challenge()
{
    const Millis now = m_clock.now();
    const Challenge made{QString::fromLatin1(randomSecretHex().view()),
                         now + seconds(m_settings.integer(Setting::NostrChallengeTtlSecs))};
    Transaction transaction(m_database);
    m_store->sweep(now - remembered);
    if (m_store->countOpen(now, maximumOpen) >= maximumOpen)
        throw unavailable(QStringLiteral("Too many sign-ins are under way. Try again in a few minutes."),
                          "too_many_challenges");
    m_store->insert(made.nonce, made.expiresAt);
    transaction.commit();
    return made;
}

SignIn::SignedIn SignIn::verify(const EventParse &parsed, const std::optional<PubKey> &claimed)
{
    const Event &event = requireWellFormed(parsed, claimed, m_clock.now());
    requireSignature(event);

    const QString nonce = nonceOf(event);
    Transaction transaction(m_database);
    if (nonce.isEmpty() || !m_store->consume(nonce, m_clock.now()))
        throw nonceError(nonce);
    m_trust.seen(transaction, event.pubkey);
    keepLightningAddress(transaction, event);
    transaction.commit();
    return {*m_identities.find(event.pubkey), m_tokens.issue(event.pubkey)};
}

ServiceError SignIn::nonceError(const QString &nonce)
{
    const auto found = nonce.isEmpty() ? std::nullopt : m_store->find(nonce);
    if (!found)
        return unauthorized(QStringLiteral("Nonce not found"), "nonce_not_found");
    if (found->usedAt)
        return unauthorized(QStringLiteral("Nonce already used"), "nonce_used");
    return unauthorized(QStringLiteral("Nonce expired"), "nonce_expired");
}

void SignIn::keepLightningAddress(Transaction &transaction, const Event &event)
{
    const auto tag = event.tag("lud16");
    const auto address =
        tag ? readLightningAddress(*tag, m_settings.flag(Setting::LnurlAllowPrivate)) : std::nullopt;
    if (address)
        m_identities.setLightningAddress(transaction, event.pubkey, *address);
}

} // namespace tower
