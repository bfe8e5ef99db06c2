// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/PolicyStore.h"

namespace tower {

PolicyStore::Standing PolicyStore::standing(const PubKey &author, const EventId &event)
{
    const auto fromRow = [](const Row &row) {
        Standing out;
        out.hasIdentity = !row.isNull("trust_score");
        if (out.hasIdentity) {
            out.score = row.integer("trust_score");
            out.lastSeen = row.millis("last_seen");
            out.decayedUntil = row.millis("decayed_until");
            out.decayExempt = row.flag("decay_exempt");
        }
        if (!row.isNull("access_level")) {
            out.access = StoredAccess{accessFromText(row.text("access_level")).value_or(AccessLevel::None),
                                      grantedByFromText(row.text("granted_by")).value_or(GrantedBy::AutoTier),
                                      row.optionalMillis("revoked_at"), row.optionalMillis("expires_at")};
        }
        if (!row.isNull("status")) {
            out.queueStatus = queueStatusFromText(row.text("status"));
            out.publishState = row.text("publish_state") == toText(PublishState::Published) ? PublishState::Published : PublishState::None;
            out.decidedAt = row.optionalMillis("decided_at");
        }
        return out;
    };
    return m_database.one(R"sql(
        SELECT i.trust_score, i.last_seen, i.decayed_until, i.decay_exempt,
               a.access_level, a.granted_by, a.revoked_at, a.expires_at,
               q.status, q.publish_state, q.decided_at
        FROM (SELECT 1 AS one) base
        LEFT JOIN nostr_identities i ON i.pubkey = ?
        LEFT JOIN relay_accounts a ON a.pubkey = i.pubkey
        LEFT JOIN relay_event_queue q ON q.event_id = ?)sql",
                          {author, event}, fromRow)
        .value_or(Standing{});
}

void PolicyLogStore::append(const PolicyLogEntry &entry)
{
    m_database.execute(R"sql(
        INSERT INTO relay_decisions (at, event_id, pubkey, kind, action, reason, source, micros)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql",
                       {entry.at, entry.eventId, entry.pubkey, entry.kind, entry.action, entry.reason, entry.source, entry.micros});
}

void PolicyLogStore::trim(int keep)
{
    m_database.execute("DELETE FROM relay_decisions WHERE id <= (SELECT MAX(id) FROM relay_decisions) - ?", {keep});
}

void PolicyLogStore::count(const QString &action, const QString &reason, std::int64_t by)
{
    m_database.execute(R"sql(
        INSERT INTO relay_decision_counts (action, reason, n) VALUES (?, ?, ?)
        ON CONFLICT (action, reason) DO UPDATE SET n = relay_decision_counts.n + excluded.n)sql",
                       {action, reason, by});
}

KeysetQuery PolicyLogStore::listQuery(const PolicyLogFilter &filter)
{
    KeysetQuery query("id, at, event_id, pubkey, kind, action, reason, source, micros", "relay_decisions", "id",
                      KeysetQuery::Key::Integer);
    if (!filter.action.isEmpty())
        query.where("action = ?", {filter.action});
    if (!filter.pubkey.isEmpty())
        query.where("pubkey = ?", {filter.pubkey});
    query.orderById(true);
    return query;
}

Page<PolicyLogEntry> PolicyLogStore::list(const PolicyLogFilter &filter, const PageRequest &page)
{
    return listQuery(filter).run(m_database, page, [](const Row &row) {
        return PolicyLogEntry{row.integer("id"),
                              row.millis("at"),
                              row.text("event_id"),
                              row.text("pubkey"),
                              static_cast<int>(row.integer("kind")),
                              row.text("action"),
                              row.text("reason"),
                              row.text("source"),
                              static_cast<int>(row.integer("micros"))};
    });
}

std::map<std::pair<QString, QString>, std::int64_t> PolicyLogStore::counts()
{
    std::map<std::pair<QString, QString>, std::int64_t> out;
    m_database.read("SELECT action, reason, n FROM relay_decision_counts", {}, [&](const Row &row) {
        out[{row.text("action"), row.text("reason")}] = row.integer("n");
        return true;
    });
    return out;
}

} // namespace tower
