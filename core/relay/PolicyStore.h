// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"
#include "core/store/KeysetQuery.h"

namespace tower {

/// All that a policy decision needs of the database, in one statement.
class PolicyStore
{
public:
    struct Standing
    {
        bool hasIdentity = false;
        std::int64_t score = 0;
        Millis lastSeen;
        std::int64_t decayDaysTaken = 0;
        bool decayExempt = false;
        std::optional<StoredAccess> access;
        std::optional<QueueStatus> queueStatus;
        PublishState publishState = PublishState::None;
        bool publishEnded = false;                ///< what was approved is not to be published any more
        std::optional<Millis> approvedRevocation; ///< the author's revocation that the approval passed over
    };

    explicit PolicyStore(Database &database)
        : m_database(database)
    {
    }

    Standing standing(const PubKey &author, const EventId &event);

private:
    Database &m_database;
};

/// The SQL of relay_decisions and relay_decision_counts.
class PolicyLogStore
{
public:
    explicit PolicyLogStore(Database &database)
        : m_database(database)
    {
    }

    void append(const PolicyLogEntry &entry);
    void trim(int keep);
    void count(const QString &action, const QString &reason, std::int64_t by);
    /// The statement behind list(): tests look at its plan.
    static KeysetQuery listQuery(const PolicyLogFilter &filter);
    Page<PolicyLogEntry> list(const PolicyLogFilter &filter, const PageRequest &page);
    std::map<std::pair<QString, QString>, std::int64_t> counts();

private:
    Database &m_database;
};

} // namespace tower
