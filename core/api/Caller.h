// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/RateLimit.h"
#include "core/http/Router.h"
#include "core/trust/Tokens.h"
#include "core/trust/Trust.h"

#include <optional>

namespace tower {

/// Which identity a public request is of, by its token: header X-Nostr-Token, else "nostr_token" in a JSON
/// body. A request with a valid token counts as the identity being seen, and takes from the identity's own
/// bucket of the route's class beside the address's. Core thread.
class Caller
{
public:
    Caller(const Tokens &tokens, Trust &trust, RateLimit &limits)
        : m_tokens(tokens)
        , m_trust(trust)
        , m_limits(limits)
    {
    }

    /// Nullopt when there is no token (anonymous). Throws unauthorized for a bad or expired one, RateLimited.
    std::optional<PubKey> identityOf(const HttpRequest &request, LimitClass limit);
    /// The same where a token is required: 401 without one.
    PubKey require(const HttpRequest &request, LimitClass limit);
    /// For what costs nothing: the token may also be the query parameter "nostr_token", and a bad one is as
    /// good as none.
    std::optional<PubKey> identityIfAny(const HttpRequest &request, LimitClass limit);

private:
    /// The identity of a valid token was here.
    void admit(const PubKey &key, LimitClass limit);

    const Tokens &m_tokens;
    Trust &m_trust;
    RateLimit &m_limits;
};

} // namespace tower
