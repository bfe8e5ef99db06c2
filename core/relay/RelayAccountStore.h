// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/RelayAccounts.h"
#include "core/store/KeysetQuery.h"

namespace tower {

/// The SQL of relay_accounts. Knows no rule but what a row means at a given time.
class RelayAccountStore
{
public:
    struct Stored
    {
        RelayAccount account;
        StoredAccess access;
    };

    explicit RelayAccountStore(Database &database)
        : m_database(database)
    {
    }

    std::optional<Stored> find(const PubKey &key, Millis now, const AccessRules &rules, bool lock = false);
    /// The statement behind list(): tests look at its plan.
    static KeysetQuery listQuery(const RelayAccountFilter &filter);
    Page<RelayAccount> list(const RelayAccountFilter &filter, const PageRequest &page, Millis now,
                            const AccessRules &rules);
    std::int64_t count();

    /// Writes the whole row, new or not.
    void put(const RelayAccount &account);
    void remove(const PubKey &key);
    /// Changes the row only if it is still automatic: a manual decision made meanwhile stands.
    bool setAutomatic(const PubKey &key, AccessLevel level, Millis now);
    /// Whatever of this author was approved and is not on the relay yet stays off it, until it is approved
    /// anew.
    void endAllowances(const PubKey &key);
    std::vector<PubKey> seeded();
    /// Turns a seeded row into an automatic one.
    void unseed(const PubKey &key);
    std::vector<PubKey> outOfStep(const AccessRules &rules, int limit);
    /// Manual grants that expired by `now`, oldest first.
    std::vector<PubKey> expired(Millis now, int limit);
    /// Turns an expired manual row into an automatic one; false when it is no longer one.
    bool expire(const PubKey &key, AccessLevel earned, Millis now);

private:
    Database &m_database;
};

} // namespace tower
