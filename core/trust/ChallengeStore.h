// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

namespace tower {

/// The SQL of identity_challenges.
class ChallengeStore
{
public:
    struct Challenge
    {
        Millis expiresAt;
        std::optional<Millis> usedAt;
    };

    explicit ChallengeStore(Database &database)
        : m_database(database)
    {
    }

    void insert(const QString &nonce, Millis expiresAt);
    std::optional<Challenge> find(const QString &nonce);
    /// Neither used nor expired at `now`; counts to `limit` and no further.
    std::int64_t countOpen(Millis now, std::int64_t limit);
    /// True for the one caller whom the nonce is for: known, not used, not expired.
    bool consume(const QString &nonce, Millis now);
    /// Removes those that expired before `until`.
    void sweep(Millis until);

private:
    Database &m_database;
};

} // namespace tower
