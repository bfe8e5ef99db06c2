// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Tier.h"

#include <QString>

#include <array>
#include <optional>

namespace tower {

enum class AccessLevel { None, Read, Write };
QString toText(AccessLevel level); ///< none, read, write
std::optional<AccessLevel> accessFromText(const QString &text);

/// How an account came by its level.
enum class GrantedBy { Manual, AutoTier, Seed };
QString toText(GrantedBy by); ///< manual, auto-tier, seed
std::optional<GrantedBy> grantedByFromText(const QString &text);

/// What each tier earns (RELAY_ACCESS_* settings) and the bounds of the tiers: a value, so that it can be
/// handed to another thread.
struct AccessRules
{
    TrustRules trust;
    std::array<AccessLevel, 5> earned{}; ///< by Tier; anonymous earns none

    static AccessRules from(const Settings &settings);
    [[nodiscard]] AccessLevel earnedBy(Tier tier) const { return earned[static_cast<std::size_t>(tier)]; }
};

/// The columns that decide about access, as stored.
struct StoredAccess
{
    AccessLevel level = AccessLevel::None;
    GrantedBy grantedBy = GrantedBy::AutoTier;
    std::optional<Millis> revokedAt;
    std::optional<Millis> expiresAt;
};

/// Access in force at `now` for an author of (decayed) tier `tier`: a revocation stands; a manual grant
/// counts until it expires and then, like an automatic one, is what the tier earns. Pure.
AccessLevel accessInForce(const StoredAccess &stored, Tier tier, Millis now, const AccessRules &rules);

} // namespace tower
