// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"

#include <optional>

namespace tower {

/// Identity tokens: base64url("{pubkey}:{expiry}:{hmac}") without padding, where pubkey is 64 hex digits,
/// expiry is epoch *seconds*, and hmac is the hex of HMAC-SHA256 over "{pubkey}:{expiry}" under
/// TIMMY_TOKEN_SECRET. They are not stored: a token holds until it expires or the secret is rotated. Core
/// thread.
class Tokens
{
public:
    Tokens(const Clock &clock, const Settings &settings, const Secrets &secrets);

    struct Issued
    {
        QByteArray text;
        Millis expiresAt;
    };
    /// A token that lives NOSTR_TOKEN_TTL_SECS from now.
    [[nodiscard]] Issued issue(const PubKey &key) const;
    /// Whose token it is; nullopt when it is not exactly one of ours (compared in constant time) or expired.
    [[nodiscard]] std::optional<PubKey> verify(QByteArrayView token) const;

private:
    [[nodiscard]] QByteArray mac(QByteArrayView payload) const;

    const Clock &m_clock;
    const Settings &m_settings;
    const Secrets &m_secrets;
};

} // namespace tower
