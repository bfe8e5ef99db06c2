// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Secrets.h"
#include "core/lightning/Macaroon.h"
#include "core/work/Session.h"

namespace tower {

/// The bearer credential of a session: a macaroon whose root key is derived from TIMMY_TOKEN_SECRET and the
/// session's id (HKDF-SHA-256, RFC 5869). Its identifier is version and session id, its caveats are
/// `session = <id>` and `expires = <epoch seconds>`; a customer may add `max_sats_per_request = <n>` and an
/// earlier `expires`. Any other caveat fails closed.
class SessionMacaroons
{
public:
    SessionMacaroons(const Secrets &secrets, const Clock &clock);

    [[nodiscard]] QByteArray mint(const Session &session) const;

    struct Allowance
    {
        std::optional<Sats> maximumPerRequest;
        bool isWhole = true; ///< nobody has narrowed it
    };
    /// `authorization`: the header's value, "Bearer <macaroon>" or "L402 <macaroon>:<preimage>" ("LSAT" too).
    /// Throws unauthorized "macaroon_required", "macaroon_invalid", "macaroon_expired". To pay out, the
    /// expiry that it was made with is not looked at, since the balance stays the customer's; what was added
    /// to it holds all the same.
    enum class Use { Spend, Payout };
    Allowance check(const QByteArray &authorization, const Session &session, Use use) const;
    /// What to answer somebody who was let in with `authorization`: the session's newest macaroon, unless a
    /// narrowed one was shown: then that.
    [[nodiscard]] QByteArray renewed(const QByteArray &authorization, const Session &session) const;

private:
    [[nodiscard]] SecretBytes rootKey(const QString &sessionId) const;

    const Secrets &m_secrets;
    const Clock &m_clock;
};

} // namespace tower
