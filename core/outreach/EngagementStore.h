// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Tier.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace tower {

enum class EngagementState { Proposed, Sent, Skipped };
QString toText(EngagementState state); ///< proposed, sent, skipped
std::optional<EngagementState> engagementStateFromText(const QString &text);

/// A message to a member who stayed away.
struct EngagementMessage
{
    QString id;
    PubKey pubkey;
    std::int64_t slot = 0; ///< the interval that it is for, counted since the epoch
    QString text;
    EngagementState state = EngagementState::Proposed;
    std::optional<EventId> eventId; ///< sent: in the event log
    Millis createdAt;
    std::optional<Millis> decidedAt;
};

struct EngagementFilter
{
    std::optional<EngagementState> state{};
    std::optional<PubKey> pubkey{};
};

/// Whom a run may write to.
struct EngagementRule
{
    TrustRules trust;
    Millis at;           ///< the run
    Millis absentSince;  ///< last seen then or before
    Millis intervalFrom; ///< no message was made for them since
    PubKey except;       ///< Timmy
};

/// The SQL of engagement_messages, and what is known of its recipients. Knows no rule.
class EngagementStore
{
public:
    explicit EngagementStore(Database &database)
        : m_database(database)
    {
    }

    /// Those whose last message is the oldest come first, then the longest absent.
    std::vector<PubKey> recipients(const EngagementRule &rule, int limit);
    /// What they asked for that was done, the newest first.
    QStringList recentRequests(const PubKey &key, int limit);

    /// False when this identity has one in this interval already.
    bool insert(Transaction &transaction, const EngagementMessage &message);
    /// Guarded: only a proposed message whose text is still `was`.
    bool setText(Transaction &transaction, const QString &id, const QString &was, const QString &text);
    bool decide(Transaction &transaction, const EngagementMessage &message, EngagementState state, Millis at);
    void setEvent(Transaction &transaction, const QString &id, const EventId &event);

    std::optional<EngagementMessage> find(const QString &id);
    /// Newest first.
    Page<EngagementMessage> list(const EngagementFilter &filter, const PageRequest &page);
    /// Proposed since then, the oldest first.
    std::vector<EngagementMessage> proposedSince(Millis since, int limit);

private:
    Database &m_database;
};

} // namespace tower
