// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/PolicyStore.h"

namespace tower {

namespace {

/// "-" stands for NULL.
std::optional<Millis> optionalTime(const QString &word)
{
    if (word == QLatin1String("-"))
        return std::nullopt;
    return Millis(word.toLongLong());
}

PolicyStore::Standing standingFrom(const Row &row)
{
    PolicyStore::Standing out;
    if (const QStringList identity = row.text("identity").split(u' '); identity.size() == 4) {
        out.hasIdentity = true;
        out.score = identity[0].toLongLong();
        out.lastSeen = Millis(identity[1].toLongLong());
        out.decayDaysTaken = identity[2].toLongLong();
        out.decayExempt = identity[3] != QLatin1String("0");
    }
    if (const QStringList account = row.text("account").split(u' '); account.size() == 4) {
        out.access = StoredAccess{accessFromText(account[0]).value_or(AccessLevel::None),
                                  grantedByFromText(account[1]).value_or(GrantedBy::AutoTier),
                                  optionalTime(account[2]), optionalTime(account[3])};
    }
    if (const QStringList queued = row.text("queued").split(u' '); queued.size() == 4) {
        out.queueStatus = queueStatusFromText(queued[0]);
        out.publishState =
            queued[1] == toText(PublishState::Published) ? PublishState::Published : PublishState::None;
        out.approvedRevocation = optionalTime(queued[2]);
        out.publishEnded = queued[3] != QLatin1String("0");
    }
    return out;
}

} // namespace

PolicyStore::Standing PolicyStore::standing(const PubKey &author, const EventId &event)
{
    // Three columns, not eleven: QtSql describes each anew at every run, which would cost more than the
    // look-up. A row that is not there makes its column NULL.
    return m_database
        .one(R"sql(
        SELECT i.trust_score || ' ' || i.last_seen || ' ' || i.decay_days_taken || ' ' || i.decay_exempt AS identity,
               a.access_level || ' ' || a.granted_by || ' ' || COALESCE(CAST(a.revoked_at AS TEXT), '-') || ' '
                   || COALESCE(CAST(a.expires_at AS TEXT), '-') AS account,
               q.status || ' ' || q.publish_state || ' ' || COALESCE(CAST(q.approved_revocation AS TEXT), '-')
                   || ' ' || q.publish_ended AS queued
        FROM (SELECT 1 AS one) base
        LEFT JOIN nostr_identities i ON i.pubkey = ?
        LEFT JOIN relay_accounts a ON a.pubkey = i.pubkey
        LEFT JOIN relay_event_queue q ON q.event_id = ?)sql",
             {author, event}, standingFrom)
        .value_or(Standing{});
}

void PolicyLogStore::append(const PolicyLogEntry &entry)
{
    m_database.execute(R"sql(
        INSERT INTO relay_decisions (at, event_id, pubkey, kind, action, reason, source, micros)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql",
                       {entry.at, entry.eventId, entry.pubkey, entry.kind, entry.action, entry.reason,
                        entry.source, entry.micros});
}

void PolicyLogStore::trim(int keep)
{
    m_database.execute("DELETE FROM relay_decisions WHERE id <= (SELECT MAX(id) FROM relay_decisions) - ?",
                       {keep});
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
    KeysetQuery query("id, at, event_id, pubkey, kind, action, reason, source, micros", "relay_decisions",
                      "id", KeysetQuery::Key::Integer);
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
