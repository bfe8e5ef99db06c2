// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"
#include "core/store/KeysetQuery.h"

#include <array>

namespace tower {

/// How many rows came to and left each status in one transaction. Written once, at its end: the counts are
/// locked after all rows of the queue, so that two programs can't wait for each other in a circle.
class QueueCounts
{
public:
    void add(QueueStatus status, std::int64_t by = 1) { m_by[static_cast<std::size_t>(status)] += by; }
    void moved(QueueStatus before, QueueStatus after)
    {
        add(before, -1);
        add(after);
    }
    [[nodiscard]] std::int64_t of(QueueStatus status) const { return m_by[static_cast<std::size_t>(status)]; }

private:
    std::array<std::int64_t, 5> m_by{};
};

/// The SQL of relay_event_queue (but for its publishing, see PublishStore) and the counts kept beside it.
/// Knows no rule but which row may move where.
class ModerationStore
{
public:
    explicit ModerationStore(Database &database)
        : m_database(database)
    {
    }

    /// False when the event is in the queue already. `rank`: whose events are reviewed first (0: trusted).
    bool insert(const Event &event, const QByteArray &rawEvent, int rank, Millis now);
    std::optional<QueuedEvent> find(const EventId &id, Millis now, const TrustRules &rules,
                                    bool lock = false);
    /// The statement behind list(): tests look at its plan.
    static KeysetQuery listQuery(const QueueFilter &filter);
    Page<QueuedEvent> list(const QueueFilter &filter, const PageRequest &page, Millis now,
                           const TrustRules &rules);

    /// What decides about a decision; locks the row.
    struct Standing
    {
        QueueStatus status = QueueStatus::Pending;
        PublishState publishState = PublishState::None;
        bool sent = false;         ///< to the relay, which may have stored it
        bool publishEnded = false; ///< it is not tried any more
        std::optional<Millis> authorRevokedAt;
        std::optional<Millis> approvedRevocation; ///< the author's revocation that the approval passed over
    };
    std::optional<Standing> lockStanding(const EventId &id);

    /// Ids of what is pending or flagged and was queued up to `until`.
    std::vector<EventId> open(const std::optional<PubKey> &author, Millis until, int limit);

    /// How many events of the author are pending or flagged; counts no further than `limit`.
    int openCount(const PubKey &author, int limit);

    /// Guarded: moves the row only from `before`; false when it is no longer there. An approval waits for its
    /// publishing from now on; any other decision takes it out of publishing. `revocation`: the author's,
    /// which an approval passes over.
    bool decide(const EventId &id, QueueStatus before, QueueStatus after, const QString &by,
                const QString &reason, Millis now, std::optional<Millis> revocation);
    /// What is on its way to the relay is not tried any more, until it is approved anew.
    void endPublishing(const EventId &id, const QString &why);
    /// Back to pending, as if nobody had decided. Guarded: only from `before`, and only while nothing was
    /// sent.
    bool reopen(const EventId &id, QueueStatus before);

    /// The next event that no reviewer has seen or has at hand: by rank, then age. `onlyRank`: of that rank
    /// alone. It is the caller's until `leaseUntil`.
    std::optional<QueuedEvent> claimForReview(std::optional<int> onlyRank, Millis now, Millis leaseUntil,
                                              const TrustRules &rules);
    /// Hands it back; `last`: behind all that was not tried as often.
    void releaseReview(const EventId &id, bool last);
    /// What the reviewer said; guarded: only once, and only while the event is pending.
    bool noteReview(const EventId &id, const QString &verdict, const QString &reason, Millis now);
    /// Guarded: only from pending. A flag is no decision: decided_at stays empty.
    bool flag(const EventId &id, const QString &by, const QString &reason);

    void count(const QueueCounts &counts);
    QueueStats stats(Millis startOfDay);

private:
    Database &m_database;
};

} // namespace tower
