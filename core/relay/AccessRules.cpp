// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/AccessRules.h"

namespace tower {

QString toText(AccessLevel level)
{
    switch (level) {
    case AccessLevel::None:
        return QStringLiteral("none");
    case AccessLevel::Read:
        return QStringLiteral("read");
    case AccessLevel::Write:
        return QStringLiteral("write");
    }
    Q_UNREACHABLE();
}

std::optional<AccessLevel> accessFromText(const QString &text)
{
    for (const AccessLevel level : {AccessLevel::None, AccessLevel::Read, AccessLevel::Write}) {
        if (text == toText(level))
            return level;
    }
    return std::nullopt;
}

QString toText(GrantedBy by)
{
    switch (by) {
    case GrantedBy::Manual:
        return QStringLiteral("manual");
    case GrantedBy::AutoTier:
        return QStringLiteral("auto-tier");
    case GrantedBy::Seed:
        return QStringLiteral("seed");
    }
    Q_UNREACHABLE();
}

std::optional<GrantedBy> grantedByFromText(const QString &text)
{
    for (const GrantedBy by : {GrantedBy::Manual, GrantedBy::AutoTier, GrantedBy::Seed}) {
        if (text == toText(by))
            return by;
    }
    return std::nullopt;
}

AccessRules AccessRules::from(const Settings &settings)
{
    const auto earned = [&](Setting s) {
        return accessFromText(settings.text(s)).value_or(AccessLevel::None);
    };
    return {TrustRules::from(settings),
            {AccessLevel::None, earned(Setting::RelayAccessNew), earned(Setting::RelayAccessEstablished),
             earned(Setting::RelayAccessTrusted), earned(Setting::RelayAccessElite)}};
}

AccessLevel accessInForce(const StoredAccess &stored, Tier tier, Millis now, const AccessRules &rules)
{
    if (stored.revokedAt)
        return AccessLevel::None;
    if (stored.grantedBy == GrantedBy::AutoTier)
        return rules.earnedBy(tier);
    if (stored.expiresAt && *stored.expiresAt <= now)
        return rules.earnedBy(tier);
    return stored.level;
}

} // namespace tower
