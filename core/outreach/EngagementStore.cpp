// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/EngagementStore.h"

#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr std::string_view columns = "id, pubkey, slot, text, state, event_id, created_at, decided_at";

EngagementMessage fromRow(const Row &row)
{
    EngagementMessage out;
    out.id = row.text("id");
    out.pubkey = row.pubKey("pubkey");
    out.slot = row.integer("slot");
    out.text = row.text("text");
    out.state = engagementStateFromText(row.text("state")).value_or(EngagementState::Skipped);
    if (!row.isNull("event_id"))
        out.eventId = row.eventId("event_id");
    out.createdAt = row.millis("created_at");
    out.decidedAt = row.optionalMillis("decided_at");
    return out;
}

} // namespace

QString toText(EngagementState state)
{
    switch (state) {
    case EngagementState::Proposed:
        return QStringLiteral("proposed");
    case EngagementState::Sent:
        return QStringLiteral("sent");
    case EngagementState::Skipped:
        return QStringLiteral("skipped");
    }
    Q_UNREACHABLE();
}

std::optional<EngagementState> engagementStateFromText(const QString &text)
{
    for (const EngagementState state :
         {EngagementState::Proposed, EngagementState::Sent, EngagementState::Skipped}) {
        if (text == toText(state))
            return state;
    }
    return std::nullopt;
}

std::vector<PubKey> EngagementStore::recipients(const EngagementRule &rule, int limit)
{
    // The score as decayed() has it; / is integer division on both engines.
    return m_database.all(R"sql(
        SELECT pubkey FROM (
            SELECT i.pubkey, i.last_seen, i.trust_score, i.decay_days_taken,
                   (? - i.last_seen) / 86400000 - ? AS decay_days, coalesce(m.last_message, 0) AS last_message
            FROM nostr_identities i
            LEFT JOIN (SELECT pubkey, max(created_at) AS last_message FROM engagement_messages
                       GROUP BY pubkey) m ON m.pubkey = i.pubkey
            WHERE i.trust_score > 0 AND i.decay_exempt = 0 AND i.trust_score >= ? AND i.last_seen <= ?
              AND i.pubkey <> ?) absent
        WHERE last_message < ?
          AND trust_score - ? * CASE WHEN decay_days > decay_days_taken
                                     THEN decay_days - decay_days_taken ELSE 0 END >= ?
        ORDER BY last_message, last_seen, pubkey LIMIT ?)sql",
                          {rule.at, rule.trust.decayAbsentDays, rule.trust.trusted, rule.absentSince,
                           rule.except, rule.intervalFrom, rule.trust.decayPerDay, rule.trust.trusted, limit},
                          [](const Row &row) { return row.pubKey("pubkey"); });
}

QStringList EngagementStore::recentRequests(const PubKey &key, int limit)
{
    QStringList out;
    m_database.read(R"sql(
        SELECT request FROM (
            SELECT request, created_at FROM jobs WHERE nostr_pubkey = ? AND state = 'complete'
            UNION ALL
            SELECT r.request, r.created_at FROM session_requests r JOIN sessions s ON s.id = r.session_id
            WHERE s.nostr_pubkey = ? AND r.state = 'complete') done
        ORDER BY created_at DESC LIMIT ?)sql",
                    {key, key, limit}, [&out](const Row &row) {
                        out << row.text("request");
                        return true;
                    });
    return out;
}

bool EngagementStore::insert(Transaction &transaction, const EngagementMessage &message)
{
    const bool inserted =
        transaction.database().execute(R"sql(
        INSERT INTO engagement_messages (id, pubkey, slot, text, state, created_at, decided_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pubkey, slot) DO NOTHING)sql",
                                       {message.id, message.pubkey, message.slot, message.text,
                                        toText(message.state), message.createdAt, message.decidedAt}) == 1;
    if (inserted)
        transaction.changed("engagement", message.id);
    return inserted;
}

bool EngagementStore::setText(Transaction &transaction, const QString &id, const QString &was,
                              const QString &text)
{
    const bool set = transaction.database().execute(R"sql(
        UPDATE engagement_messages SET text = ? WHERE id = ? AND state = 'proposed' AND text = ?)sql",
                                                    {text, id, was}) == 1;
    if (set)
        transaction.changed("engagement", id);
    return set;
}

bool EngagementStore::decide(Transaction &transaction, const EngagementMessage &message,
                             EngagementState state, Millis at)
{
    const bool decided = transaction.database().execute(R"sql(
        UPDATE engagement_messages SET state = ?, decided_at = ?
        WHERE id = ? AND state = 'proposed' AND text = ?)sql",
                                                        {toText(state), at, message.id, message.text}) == 1;
    if (decided)
        transaction.changed("engagement", message.id);
    return decided;
}

void EngagementStore::setEvent(Transaction &transaction, const QString &id, const EventId &event)
{
    transaction.database().execute("UPDATE engagement_messages SET event_id = ? WHERE id = ?", {event, id});
}

std::optional<EngagementMessage> EngagementStore::find(const QString &id)
{
    static const std::string sql =
        "SELECT " + std::string(columns) + " FROM engagement_messages WHERE id = ?";
    return m_database.one(sql, {id}, fromRow);
}

Page<EngagementMessage> EngagementStore::list(const EngagementFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "engagement_messages", "id");
    if (filter.state)
        query.where("state = ?", {toText(*filter.state)});
    if (filter.pubkey)
        query.where("pubkey = ?", {*filter.pubkey});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, fromRow);
}

std::vector<EngagementMessage> EngagementStore::proposedSince(Millis since, int limit)
{
    static const std::string sql = "SELECT " + std::string(columns) + R"sql( FROM engagement_messages
        WHERE state = 'proposed' AND created_at >= ? ORDER BY created_at, id LIMIT ?)sql";
    return m_database.all(sql, {since, limit}, fromRow);
}

} // namespace tower
