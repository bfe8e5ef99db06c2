// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/nostr/Event.h"
#include "core/trust/Tokens.h"
#include "core/trust/Trust.h"

#include <memory>

namespace tower {

class ChallengeStore;

/// Sign-in by a signed event: a nonce out, a signature over it back, a token for it. No private key ever
/// reaches the tower. Core thread.
class SignIn
{
public:
    static constexpr int maximumOpen = 10'000; ///< nonces that are neither used nor expired
    static constexpr int clockSkewSecs = 300;  ///< between the event's created_at and now
    static constexpr int httpAuthKind = 27'235;
    static constexpr int relayAuthKind = 22'242;

    SignIn(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
           Trust &trust, const Tokens &tokens);
    ~SignIn();

    struct Challenge
    {
        QString nonce; ///< 32 random bytes in hex
        Millis expiresAt;
    };
    /// Throws unavailable "too_many_challenges" when maximumOpen are open.
    Challenge challenge();

    struct SignedIn
    {
        Identity identity;
        Tokens::Issued token;
    };
    /// Checks in order: the event is well-formed, of a sign-in kind and of now (400, with the field); its id;
    /// its signature; its nonce, in the content or in a "challenge" tag (401). Then, in one transaction,
    /// consumes the nonce, creates the identity if it is new, marks it seen, and keeps the lightning address
    /// of a valid "lud16" tag. `claimed`: the key that the caller says the event is of.
    SignedIn verify(const EventParse &parsed, const std::optional<PubKey> &claimed = {});

private:
    [[nodiscard]] ServiceError nonceError(const QString &nonce);
    void keepLightningAddress(Transaction &transaction, const Event &event);

    std::unique_ptr<ChallengeStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    Trust &m_trust;
    const Tokens &m_tokens;
};

} // namespace tower
