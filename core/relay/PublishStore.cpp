// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/PublishStore.h"

namespace tower {

std::optional<PublishQueue::Claimed> PublishStore::claim(Millis now, Millis leaseUntil)
{
    struct Due
    {
        Claimed row;
        bool authorRevoked = false; ///< after the approval
    };
    const auto map = [](const Row &row) {
        return Due{Claimed{row.eventId("event_id"), row.utf8("raw_event"),
                           static_cast<int>(row.integer("publish_tries"))},
                   row.flag("author_revoked")};
    };
    for (;;) {
        const auto due = m_database.one(R"sql(
            SELECT q.event_id, q.raw_event, q.publish_tries,
                   CASE WHEN a.revoked_at <> COALESCE(q.approved_revocation, -1) THEN 1 ELSE 0 END AS author_revoked
            FROM relay_event_queue q LEFT JOIN relay_accounts a ON a.pubkey = q.pubkey
            WHERE q.publish_state IN ('waiting', 'failed') AND q.publish_ended = 0 AND q.publish_next_at <= ?
              AND q.publish_lease_until <= ?
            ORDER BY q.publish_next_at, q.event_id LIMIT 1)sql",
                                        {now, now}, map);
        if (!due)
            return std::nullopt;
        if (due->authorRevoked) {
            endRevoked(due->row.id, now);
            continue;
        }
        const bool ours = m_database.execute(R"sql(
            UPDATE relay_event_queue SET publish_owner = ?, publish_lease_until = ?, publish_sent = 1
            WHERE event_id = ? AND publish_state IN ('waiting', 'failed') AND publish_ended = 0
              AND publish_next_at <= ? AND publish_lease_until <= ?)sql",
                                             {m_owner, leaseUntil, due->row.id, now, now}) == 1;
        if (ours)
            return due->row;
    }
}

void PublishStore::endRevoked(const EventId &id, Millis now)
{
    Transaction transaction(m_database);
    const bool ended = m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET publish_state = 'failed', publish_ended = 1,
            publish_answer = 'not published: the author''s access was revoked after the approval'
        WHERE event_id = ? AND publish_state IN ('waiting', 'failed') AND publish_lease_until <= ?
          AND EXISTS (SELECT 1 FROM relay_accounts a WHERE a.pubkey = relay_event_queue.pubkey
                      AND a.revoked_at <> COALESCE(relay_event_queue.approved_revocation, -1)))sql",
                                          {id, now}) == 1;
    if (ended)
        transaction.changed("queue_event", id.text());
    transaction.commit();
}

bool PublishStore::published(const EventId &id, const QString &answer)
{
    Transaction transaction(m_database);
    const bool ours = m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET publish_state = 'published', publish_answer = ?, publish_owner = NULL, publish_lease_until = 0
        WHERE event_id = ? AND publish_owner = ? AND publish_state IN ('waiting', 'failed'))sql",
                                         {answer, id, m_owner}) == 1;
    if (ours)
        transaction.changed("queue_event", id.text());
    transaction.commit();
    return ours;
}

bool PublishStore::failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer,
                          bool sent)
{
    Transaction transaction(m_database);
    const bool ours =
        m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET publish_state = 'failed', publish_tries = ?, publish_next_at = ?, publish_ended = publish_ended | ?,
            publish_answer = ?, publish_sent = ?, publish_owner = NULL, publish_lease_until = 0
        WHERE event_id = ? AND publish_owner = ? AND publish_state IN ('waiting', 'failed'))sql",
                           {tries, nextAt.value_or(Millis()), !nextAt, answer, sent, id, m_owner}) == 1;
    if (ours)
        transaction.changed("queue_event", id.text());
    transaction.commit();
    return ours;
}

void PublishStore::release(const EventId &id, bool sent)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue SET publish_owner = NULL, publish_lease_until = 0, publish_sent = ?
        WHERE event_id = ? AND publish_owner = ? AND publish_state IN ('waiting', 'failed'))sql",
                       {sent, id, m_owner});
}

void PublishStore::recover(Millis now)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue SET publish_owner = NULL, publish_lease_until = 0, publish_next_at = 0
        WHERE publish_state IN ('waiting', 'failed')
          AND (publish_owner IS NULL OR publish_owner = ? OR publish_lease_until <= ?))sql",
                       {m_owner, now});
}

void PublishStore::explainWaiting(const QString &answer)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue SET publish_answer = ?
        WHERE publish_state IN ('waiting', 'failed') AND publish_answer = '')sql",
                       {answer});
}

std::optional<Millis> PublishStore::nextDue()
{
    return m_database.one(R"sql(
        SELECT publish_next_at FROM relay_event_queue
        WHERE publish_state IN ('waiting', 'failed') AND publish_ended = 0
        ORDER BY publish_next_at, event_id LIMIT 1)sql",
                          {}, [](const Row &row) { return row.millis("publish_next_at"); });
}

} // namespace tower
