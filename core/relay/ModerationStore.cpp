// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/ModerationStore.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    q.event_id, q.pubkey, q.kind, q.raw_event, q.status, q.reviewed_by, q.review_reason, q.publish_state,
    q.created_at, q.decided_at, q.ai_verdict, q.ai_reason, q.ai_at, q.publish_tries, q.publish_answer,
    q.publish_sent, i.trust_score, i.last_seen, i.decay_days_taken, i.decay_exempt, a.revoked_at)sql";

constexpr std::string_view from = R"sql(
    relay_event_queue q JOIN nostr_identities i ON i.pubkey = q.pubkey
    LEFT JOIN relay_accounts a ON a.pubkey = q.pubkey)sql";

constexpr int behindAllRanks = 10;

QueuedEvent fromRow(const Row &row, Millis now, const TrustRules &rules)
{
    QueuedEvent out;
    out.eventId = row.eventId("event_id");
    out.pubkey = row.pubKey("pubkey");
    out.kind = static_cast<int>(row.integer("kind"));
    out.rawEvent = row.utf8("raw_event");
    out.content = parseEvent(out.rawEvent).event.value_or(Event{}).content;
    out.status = queueStatusFromText(row.text("status")).value_or(QueueStatus::Pending);
    out.reviewedBy = row.text("reviewed_by");
    out.reviewReason = row.text("review_reason");
    out.publishState = publishStateFromText(row.text("publish_state"));
    out.createdAt = row.millis("created_at");
    out.decidedAt = row.optionalMillis("decided_at");
    out.aiVerdict = row.text("ai_verdict");
    out.aiReason = row.text("ai_reason");
    out.aiAt = row.optionalMillis("ai_at");
    out.publishTries = static_cast<int>(row.integer("publish_tries"));
    out.publishAnswer = row.text("publish_answer");
    out.publishSent = row.flag("publish_sent");
    out.authorRevokedAt = row.optionalMillis("revoked_at");
    std::int64_t score = row.integer("trust_score");
    if (!row.flag("decay_exempt"))
        score = decayed(score, row.millis("last_seen"), row.integer("decay_days_taken"), now, rules).score;
    out.tier = tierOf(score, rules);
    return out;
}

} // namespace

bool ModerationStore::insert(const Event &event, const QByteArray &rawEvent, int rank, Millis now)
{
    return m_database.execute(R"sql(
        INSERT INTO relay_event_queue (event_id, pubkey, kind, raw_event, status, review_rank, created_at)
        VALUES (?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT DO NOTHING)sql",
                              {event.id, event.pubkey, event.kind, rawEvent, rank, now}) == 1;
}

std::optional<QueuedEvent> ModerationStore::find(const EventId &id, Millis now, const TrustRules &rules,
                                                 bool lock)
{
    static const std::string read =
        "SELECT " + std::string(columns) + " FROM " + std::string(from) + " WHERE q.event_id = ?";
    static const std::string readLocked = std::string(read).append(" FOR UPDATE OF q");
    const bool rowLocks = lock && m_database.engine() == Engine::Postgres;
    return m_database.one(rowLocks ? readLocked : read, {id},
                          [&](const Row &row) { return fromRow(row, now, rules); });
}

KeysetQuery ModerationStore::listQuery(const QueueFilter &filter)
{
    KeysetQuery query(columns, from, "q.event_id");
    if (filter.status)
        query.where("q.status = ?", {toText(*filter.status)});
    if (filter.author)
        query.where("q.pubkey = ?", {*filter.author});
    const bool waits = filter.status == QueueStatus::Pending || filter.status == QueueStatus::Flagged;
    query.orderBy("q.created_at", KeysetQuery::Key::Integer, !waits);
    return query;
}

Page<QueuedEvent> ModerationStore::list(const QueueFilter &filter, const PageRequest &page, Millis now,
                                        const TrustRules &rules)
{
    return listQuery(filter).run(m_database, page, [&](const Row &row) { return fromRow(row, now, rules); });
}

std::optional<ModerationStore::Standing> ModerationStore::lockStanding(const EventId &id)
{
    constexpr std::string_view read = R"sql(
        SELECT q.status, q.publish_state, q.publish_sent, q.publish_ended, q.approved_revocation, a.revoked_at
        FROM relay_event_queue q LEFT JOIN relay_accounts a ON a.pubkey = q.pubkey
        WHERE q.event_id = ?)sql";
    static const std::string readLocked = std::string(read).append(" FOR UPDATE OF q");
    // SQLite's transaction is the only writer as it is.
    const std::string_view sql =
        m_database.engine() == Engine::Postgres ? std::string_view(readLocked) : read;
    return m_database.one(sql, {id}, [](const Row &row) {
        return Standing{queueStatusFromText(row.text("status")).value_or(QueueStatus::Pending),
                        publishStateFromText(row.text("publish_state")),
                        row.flag("publish_sent"),
                        row.flag("publish_ended"),
                        row.optionalMillis("revoked_at"),
                        row.optionalMillis("approved_revocation")};
    });
}

std::vector<EventId> ModerationStore::open(const std::optional<PubKey> &author, Millis until, int limit)
{
    const auto id = [](const Row &row) { return row.eventId("event_id"); };
    // One status at a time: each is a walk along an index, both together would be a sort.
    for (const QueueStatus status : {QueueStatus::Pending, QueueStatus::Flagged}) {
        std::vector<EventId> ids;
        if (author) {
            ids = m_database.all(R"sql(
                SELECT event_id FROM relay_event_queue WHERE pubkey = ? AND status = ? AND created_at <= ?
                ORDER BY created_at, event_id LIMIT ?)sql",
                                 {*author, toText(status), until, limit}, id);
        } else {
            ids = m_database.all(R"sql(
                SELECT event_id FROM relay_event_queue WHERE status = ? AND created_at <= ?
                ORDER BY created_at, event_id LIMIT ?)sql",
                                 {toText(status), until, limit}, id);
        }
        if (!ids.empty())
            return ids;
    }
    return {};
}

bool ModerationStore::decide(const EventId &id, QueueStatus before, QueueStatus after, const QString &by,
                             const QString &reason, Millis now, std::optional<Millis> revocation)
{
    const bool approved = after == QueueStatus::Approved || after == QueueStatus::AutoApproved;
    return m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET status = ?, reviewed_by = ?, review_reason = ?, decided_at = ?, publish_state = ?,
            approved_revocation = ?, publish_next_at = ?, publish_tries = 0, publish_answer = '',
            publish_sent = 0, publish_ended = 0
        WHERE event_id = ? AND status = ?)sql",
                              {toText(after), by, reason, now,
                               toText(approved ? PublishState::Waiting : PublishState::None), revocation, now,
                               id, toText(before)}) == 1;
}

bool ModerationStore::reopen(const EventId &id, QueueStatus before)
{
    return m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET status = 'pending', reviewed_by = NULL, review_reason = NULL, decided_at = NULL,
            publish_state = 'none', publish_next_at = 0, publish_tries = 0, publish_answer = '', publish_ended = 0
        WHERE event_id = ? AND status = ? AND publish_state <> 'published' AND publish_sent = 0)sql",
                              {id, toText(before)}) == 1;
}

int ModerationStore::openCount(const PubKey &author, int limit)
{
    return static_cast<int>(m_database.number(R"sql(
        SELECT COUNT(*) AS n FROM (
            SELECT 1 AS one FROM relay_event_queue
            WHERE pubkey = ? AND status IN ('pending', 'flagged') LIMIT ?) open)sql",
                                              {author, limit}));
}

void ModerationStore::endPublishing(const EventId &id, const QString &why)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue SET publish_state = 'failed', publish_ended = 1, publish_answer = ?
        WHERE event_id = ? AND publish_state IN ('waiting', 'failed'))sql",
                       {why, id});
}

std::optional<QueuedEvent> ModerationStore::claimForReview(std::optional<int> onlyRank, Millis now,
                                                           Millis leaseUntil, const TrustRules &rules)
{
    static const std::string all =
        "SELECT " + std::string(columns) + " FROM " + std::string(from) +
        " WHERE q.status = 'pending' AND q.ai_verdict IS NULL AND q.review_lease_until <= ?";
    static const std::string order = " ORDER BY q.review_rank, q.created_at, q.event_id LIMIT 1";
    static const std::string any = all + order;
    static const std::string ofRank = all + " AND q.review_rank = ?" + order;
    const auto map = [&](const Row &row) { return fromRow(row, now, rules); };
    for (;;) {
        auto next =
            onlyRank ? m_database.one(ofRank, {now, *onlyRank}, map) : m_database.one(any, {now}, map);
        if (!next)
            return std::nullopt;
        const bool ours = m_database.execute(R"sql(
            UPDATE relay_event_queue SET review_lease_until = ?
            WHERE event_id = ? AND status = 'pending' AND ai_verdict IS NULL AND review_lease_until <= ?)sql",
                                             {leaseUntil, next->eventId, now}) == 1;
        if (ours)
            return next;
    }
}

void ModerationStore::releaseReview(const EventId &id, bool last)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue SET review_lease_until = 0, review_rank = review_rank + ?
        WHERE event_id = ? AND status = 'pending' AND ai_verdict IS NULL)sql",
                       {last ? behindAllRanks : 0, id});
}

bool ModerationStore::noteReview(const EventId &id, const QString &verdict, const QString &reason, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE relay_event_queue SET ai_verdict = ?, ai_reason = ?, ai_at = ?
        WHERE event_id = ? AND status = 'pending' AND ai_verdict IS NULL)sql",
                              {verdict, reason, now, id}) == 1;
}

bool ModerationStore::flag(const EventId &id, const QString &by, const QString &reason)
{
    return m_database.execute(R"sql(
        UPDATE relay_event_queue SET status = 'flagged', reviewed_by = ?, review_reason = ?
        WHERE event_id = ? AND status = 'pending')sql",
                              {by, reason, id}) == 1;
}

QueueStats ModerationStore::stats(Millis startOfDay)
{
    QueueStats out;
    m_database.read("SELECT status, n FROM relay_queue_counts", {}, [&](const Row &row) {
        const std::int64_t n = row.integer("n");
        switch (queueStatusFromText(row.text("status")).value_or(QueueStatus::Pending)) {
        case QueueStatus::Pending:
            out.pending = n;
            break;
        case QueueStatus::Flagged:
            out.flagged = n;
            break;
        case QueueStatus::Approved:
            out.approved = n;
            break;
        case QueueStatus::AutoApproved:
            out.autoApproved = n;
            break;
        case QueueStatus::Rejected:
            out.rejected = n;
            break;
        }
        return true;
    });
    out.approvedToday = m_database.number(R"sql(
        SELECT COUNT(*) AS n FROM relay_event_queue
        WHERE status IN ('approved', 'auto_approved') AND decided_at >= ?)sql",
                                          {startOfDay});
    out.oldestPending = m_database.one("SELECT created_at FROM relay_event_queue WHERE status = 'pending' "
                                       "ORDER BY created_at, event_id LIMIT 1",
                                       {}, [](const Row &row) { return row.millis("created_at"); });
    return out;
}

void ModerationStore::count(const QueueCounts &counts)
{
    // Always in the same order, for the same reason.
    for (const QueueStatus status : {QueueStatus::Pending, QueueStatus::Flagged, QueueStatus::Approved,
                                     QueueStatus::AutoApproved, QueueStatus::Rejected}) {
        if (counts.of(status) != 0) {
            m_database.execute("UPDATE relay_queue_counts SET n = n + ? WHERE status = ?",
                               {counts.of(status), toText(status)});
        }
    }
}

} // namespace tower
