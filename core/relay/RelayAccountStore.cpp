// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayAccountStore.h"

#include "core/identity/IdentityStore.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    a.pubkey, a.access_level, a.granted_by, a.actor, a.granted_at, a.revoked_at, a.expires_at, a.notes,
    i.trust_score, i.last_seen, i.decay_days_taken, i.decay_exempt)sql";

constexpr std::string_view from = "relay_accounts a JOIN nostr_identities i ON i.pubkey = a.pubkey";

/// Rows without an expiry sort after all that have one (the index is on the same expression).
constexpr std::string_view expiryKey = "COALESCE(a.expires_at, 9007199254740991)";

RelayAccountStore::Stored fromRow(const Row &row, Millis now, const AccessRules &rules)
{
    RelayAccountStore::Stored out;
    out.access = {accessFromText(row.text("access_level")).value_or(AccessLevel::None),
                  grantedByFromText(row.text("granted_by")).value_or(GrantedBy::AutoTier),
                  row.optionalMillis("revoked_at"), row.optionalMillis("expires_at")};
    RelayAccount &account = out.account;
    account.pubkey = row.pubKey("pubkey");
    account.grantedBy = out.access.grantedBy;
    account.actor = row.text("actor");
    account.grantedAt = row.millis("granted_at");
    account.revokedAt = out.access.revokedAt;
    account.expiresAt = out.access.expiresAt;
    account.notes = row.text("notes");
    account.score = row.integer("trust_score");
    if (!row.flag("decay_exempt")) {
        account.score =
            decayed(account.score, row.millis("last_seen"), row.integer("decay_days_taken"), now, rules.trust)
                .score;
    }
    account.tier = tierOf(account.score, rules.trust);
    account.level = accessInForce(out.access, account.tier, now, rules);
    return out;
}

/// LIKE with the pattern's own wildcards taken literally.
QString likePattern(const QString &words)
{
    QString escaped = words.toLower();
    escaped.replace(QLatin1Char('\\'), QLatin1String("\\\\"))
        .replace(QLatin1Char('%'), QLatin1String("\\%"))
        .replace(QLatin1Char('_'), QLatin1String("\\_"));
    return QLatin1Char('%') + escaped + QLatin1Char('%');
}

} // namespace

std::optional<RelayAccountStore::Stored> RelayAccountStore::find(const PubKey &key, Millis now,
                                                                 const AccessRules &rules, bool lock)
{
    static const std::string read =
        "SELECT " + std::string(columns) + " FROM " + std::string(from) + " WHERE a.pubkey = ?";
    // The account alone: who holds the identity (a grant) and who does not (a revocation) can't wait in a
    // circle.
    static const std::string readLocked = read + " FOR UPDATE OF a";
    const bool rowLocks = lock && m_database.engine() == Engine::Postgres;
    return m_database.one(rowLocks ? readLocked : read, {key},
                          [&](const Row &row) { return fromRow(row, now, rules); });
}

KeysetQuery RelayAccountStore::listQuery(const RelayAccountFilter &filter)
{
    using Sort = RelayAccountFilter::Sort;
    KeysetQuery query(columns, from, "a.pubkey");
    Sort sort = filter.sort;
    if (filter.level)
        query.where("a.access_level = ?", {toText(*filter.level)});
    if (!filter.query.isEmpty()) {
        if (const std::optional<QString> prefix = filter.keyPrefix()) {
            query.where("a.pubkey >= ? AND a.pubkey < ?", {*prefix, afterPrefix(*prefix)});
            sort = Sort::Key; // the range on the key is what keeps this from scanning
        } else {
            query.where(R"(LOWER(a.notes) LIKE ? ESCAPE '\')", {likePattern(filter.query)});
        }
    }
    switch (sort) {
    case Sort::GrantedAt:
        query.orderBy("a.granted_at", KeysetQuery::Key::Integer, filter.descending);
        break;
    case Sort::Level:
        query.orderBy("a.access_level", KeysetQuery::Key::Text, filter.descending);
        break;
    case Sort::ExpiresAt:
        query.orderBy(expiryKey, KeysetQuery::Key::Integer, filter.descending);
        break;
    case Sort::Key:
        query.orderById(filter.descending);
        break;
    }
    return query;
}

Page<RelayAccount> RelayAccountStore::list(const RelayAccountFilter &filter, const PageRequest &page,
                                           Millis now, const AccessRules &rules)
{
    return listQuery(filter).run(m_database, page,
                                 [&](const Row &row) { return fromRow(row, now, rules).account; });
}

std::int64_t RelayAccountStore::count()
{
    return m_database.number("SELECT COUNT(*) AS n FROM relay_accounts");
}

void RelayAccountStore::put(const RelayAccount &account)
{
    m_database.execute(R"sql(
        INSERT INTO relay_accounts
            (pubkey, access_level, granted_by, actor, granted_at, revoked_at, expires_at, notes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (pubkey) DO UPDATE SET
            access_level = excluded.access_level, granted_by = excluded.granted_by, actor = excluded.actor,
            granted_at = excluded.granted_at, revoked_at = excluded.revoked_at,
            expires_at = excluded.expires_at, notes = excluded.notes)sql",
                       {account.pubkey, toText(account.level), toText(account.grantedBy), account.actor,
                        account.grantedAt, account.revokedAt, account.expiresAt, account.notes});
}

void RelayAccountStore::remove(const PubKey &key)
{
    m_database.execute("DELETE FROM relay_accounts WHERE pubkey = ?", {key});
}

bool RelayAccountStore::setAutomatic(const PubKey &key, AccessLevel level, Millis now)
{
    return m_database.execute(R"sql(
        INSERT INTO relay_accounts (pubkey, access_level, granted_by, actor, granted_at)
        VALUES (?, ?, 'auto-tier', 'auto', ?)
        ON CONFLICT (pubkey) DO UPDATE SET access_level = excluded.access_level, granted_at = excluded.granted_at
        WHERE relay_accounts.granted_by = 'auto-tier' AND relay_accounts.revoked_at IS NULL
          AND relay_accounts.access_level <> excluded.access_level)sql",
                              {key, toText(level), now}) == 1;
}

void RelayAccountStore::endAllowances(const PubKey &key)
{
    m_database.execute(R"sql(
        UPDATE relay_event_queue
        SET publish_state = 'failed', publish_ended = 1, publish_answer = 'the author''s access was revoked'
        WHERE pubkey = ? AND status IN ('approved', 'auto_approved') AND publish_state IN ('waiting', 'failed')
          AND publish_ended = 0)sql",
                       {key});
}

std::vector<PubKey> RelayAccountStore::seeded()
{
    return m_database.all("SELECT pubkey FROM relay_accounts WHERE granted_by = 'seed' ORDER BY pubkey", {},
                          [](const Row &row) { return row.pubKey("pubkey"); });
}

void RelayAccountStore::unseed(const PubKey &key)
{
    m_database.execute(R"sql(
        UPDATE relay_accounts SET granted_by = 'auto-tier', actor = 'auto' WHERE pubkey = ? AND granted_by = 'seed')sql",
                       {key});
}

std::vector<PubKey> RelayAccountStore::outOfStep(const AccessRules &rules, int limit)
{
    return m_database.all(R"sql(
        SELECT i.pubkey AS pubkey
        FROM nostr_identities i LEFT JOIN relay_accounts a ON a.pubkey = i.pubkey
        WHERE i.tier <> CASE WHEN i.trust_score >= ? THEN 'elite' WHEN i.trust_score >= ? THEN 'trusted'
                             WHEN i.trust_score >= ? THEN 'established' ELSE 'new' END
           OR (a.granted_by = 'auto-tier' AND a.revoked_at IS NULL
               AND a.access_level <> CASE i.tier WHEN 'elite' THEN ? WHEN 'trusted' THEN ?
                                                 WHEN 'established' THEN ? ELSE ? END)
        LIMIT ?)sql",
                          {rules.trust.elite, rules.trust.trusted, rules.trust.established,
                           toText(rules.earnedBy(Tier::Elite)), toText(rules.earnedBy(Tier::Trusted)),
                           toText(rules.earnedBy(Tier::Established)), toText(rules.earnedBy(Tier::New)),
                           limit},
                          [](const Row &row) { return row.pubKey("pubkey"); });
}

std::vector<PubKey> RelayAccountStore::expired(Millis now, int limit)
{
    return m_database.all(R"sql(
        SELECT a.pubkey AS pubkey FROM relay_accounts a
        WHERE COALESCE(a.expires_at, 9007199254740991) <= ? AND a.granted_by = 'manual' AND a.revoked_at IS NULL
        ORDER BY COALESCE(a.expires_at, 9007199254740991) LIMIT ?)sql",
                          {now, limit}, [](const Row &row) { return row.pubKey("pubkey"); });
}

bool RelayAccountStore::expire(const PubKey &key, AccessLevel earned, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE relay_accounts
        SET access_level = ?, granted_by = 'auto-tier', actor = 'auto', granted_at = ?, expires_at = NULL
        WHERE pubkey = ? AND granted_by = 'manual' AND revoked_at IS NULL AND expires_at <= ?)sql",
                              {toText(earned), now, key, now}) == 1;
}

} // namespace tower
