// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Settings.h"
#include "core/trust/Vouches.h"

#include <QJsonObject>

namespace tower {

/// The JSON of an identity with all that is said of one elsewhere: access, budget, vouches. The public /me
/// and the admin routes show the same fields.
class IdentityShape
{
public:
    IdentityShape(RelayAccounts &accounts, Vouches &vouches, const Settings &settings)
        : m_accounts(accounts)
        , m_vouches(vouches)
        , m_settings(settings)
    {
    }

    /// What its owner may see.
    QJsonObject own(const Identity &identity);
    /// And what only the operator may: note, decay that is due.
    QJsonObject full(const Identity &identity);

    /// {tier, score, interactionCount, memberSince}
    static QJsonObject trust(const Identity &identity);
    static QJsonObject vouch(const Vouch &vouch);
    /// {given: [...], received: [...]}, each vouch with what became of the identity at its other end.
    static QJsonObject graph(const VouchGraph &graph);

private:
    RelayAccounts &m_accounts;
    Vouches &m_vouches;
    const Settings &m_settings;
};

} // namespace tower
