// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/IdentityStore.h"

#include "core/base/Error.h"

namespace tower {

namespace {

constexpr std::string_view columns = R"sql(
    pubkey, trust_score, tier, interaction_count, sats_absorbed_today, absorbed_reset_at, lightning_address, note, decay_exempt,
    decay_days_taken, last_seen, created_at)sql";

IdentityStore::Stored fromRow(const Row &row)
{
    IdentityStore::Stored out;
    Identity &identity = out.identity;
    identity.pubkey = row.pubKey("pubkey");
    identity.storedScore = row.integer("trust_score");
    identity.score = identity.storedScore;
    identity.tier = tierFromText(row.text("tier")).value_or(Tier::New);
    identity.interactionCount = row.integer("interaction_count");
    identity.satsAbsorbedToday = row.sats("sats_absorbed_today");
    identity.lightningAddress = row.text("lightning_address");
    identity.note = row.text("note");
    identity.decayExempt = row.flag("decay_exempt");
    identity.lastSeen = row.millis("last_seen");
    identity.createdAt = row.millis("created_at");
    out.decayDaysTaken = row.integer("decay_days_taken");
    out.absorbedResetAt = row.millis("absorbed_reset_at");
    return out;
}

} // namespace

std::optional<QString> hexPrefix(const QString &text)
{
    static const QString hexDigits = QStringLiteral("0123456789abcdef");
    static const QString bech32 = QStringLiteral("qpzry9x8gf2tvdw0s3jn54khce6mua7l");
    const QString lower = text.trimmed().toLower();
    if (lower.startsWith(QLatin1String("npub1"))) {
        QString bits;
        for (const QChar c : QStringView(lower).mid(5)) {
            const auto five = bech32.indexOf(c);
            if (five < 0)
                return std::nullopt;
            bits += QString::number(five, 2).rightJustified(5, QLatin1Char('0'));
        }
        QString hex;
        for (qsizetype i = 0; i + 4 <= bits.size() && hex.size() < 64; i += 4)
            hex += hexDigits[QStringView(bits).mid(i, 4).toInt(nullptr, 2)];
        return hex;
    }
    if (lower.isEmpty() || lower.size() > 64)
        return std::nullopt;
    for (const QChar c : lower) {
        if (!hexDigits.contains(c))
            return std::nullopt;
    }
    return lower;
}

QString afterPrefix(const QString &prefix)
{
    // 'g' sorts after every hex digit.
    return prefix + QLatin1Char('g');
}

std::optional<IdentityStore::Stored> IdentityStore::find(const PubKey &key, bool lock)
{
    static const std::string read =
        "SELECT " + std::string(columns) + " FROM nostr_identities WHERE pubkey = ?";
    static const std::string readLocked = read + " FOR UPDATE";
    const bool rowLocks = lock && m_database.engine() == Engine::Postgres;
    return m_database.one(rowLocks ? readLocked : read, {key}, fromRow);
}

bool IdentityStore::insert(const PubKey &key, Millis now)
{
    return m_database.execute(R"sql(
        INSERT INTO nostr_identities (pubkey, last_seen, created_at)
        VALUES (?, ?, ?) ON CONFLICT DO NOTHING)sql",
                              {key, now, now}) == 1;
}

void IdentityStore::setScore(const PubKey &key, std::int64_t score, Tier tier, std::int64_t decayDaysTaken)
{
    m_database.execute(
        "UPDATE nostr_identities SET trust_score = ?, tier = ?, decay_days_taken = ? WHERE pubkey = ?",
        {score, toText(tier), decayDaysTaken, key});
}

void IdentityStore::addHistory(const PubKey &key, const ScoreChange &change)
{
    m_database.execute(R"sql(
        INSERT INTO trust_changes (pubkey, at, why, score_from, score_to, ref, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?))sql",
                       {key, change.at, change.why, change.from, change.to, change.ref, change.detail});
}

std::vector<PubKey> IdentityStore::withDueDecay(Millis now, std::int64_t absentDays, int limit)
{
    // In full days since last_seen, as decayed() counts them; / is integer division on both engines.
    return m_database.all(R"sql(
        SELECT pubkey FROM nostr_identities
        WHERE trust_score > 0 AND decay_exempt = 0 AND last_seen <= ?
          AND (? - last_seen) / 86400000 - ? > decay_days_taken
        ORDER BY last_seen LIMIT ?)sql",
                          {now - days(absentDays + 1), now, absentDays, limit},
                          [](const Row &row) { return row.pubKey("pubkey"); });
}

void IdentityStore::setNote(const PubKey &key, const QString &note)
{
    m_database.execute("UPDATE nostr_identities SET note = ? WHERE pubkey = ?", {note, key});
}

void IdentityStore::setDecayExempt(const PubKey &key, bool exempt)
{
    m_database.execute("UPDATE nostr_identities SET decay_exempt = ? WHERE pubkey = ?", {exempt, key});
}

void IdentityStore::markSeen(const PubKey &key, Millis now)
{
    m_database.execute(R"sql(
        UPDATE nostr_identities SET last_seen = ?, decay_days_taken = 0 WHERE pubkey = ? AND last_seen < ?)sql",
                       {now, key, now});
}

void IdentityStore::countInteraction(const PubKey &key)
{
    m_database.execute(
        "UPDATE nostr_identities SET interaction_count = interaction_count + 1 WHERE pubkey = ?", {key});
}

bool IdentityStore::absorb(const PubKey &key, Sats sats, Millis now)
{
    return m_database.execute(R"sql(
        UPDATE nostr_identities
        SET sats_absorbed_today =
                CASE WHEN absorbed_reset_at / 86400000 = ? THEN sats_absorbed_today + ? ELSE ? END,
            absorbed_reset_at = ?
        WHERE pubkey = ?)sql",
                              {now.value() / days(1).value(), sats, sats, now, key}) == 1;
}

void IdentityStore::setLightningAddress(const PubKey &key, const QString &address)
{
    m_database.execute("UPDATE nostr_identities SET lightning_address = ? WHERE pubkey = ?", {address, key});
}

KeysetQuery IdentityStore::listQuery(const IdentityFilter &filter)
{
    using Sort = IdentityFilter::Sort;
    KeysetQuery query(columns, "nostr_identities", "pubkey");
    if (filter.tier)
        query.where("tier = ?", {toText(*filter.tier)});
    Sort sort = filter.sort;
    if (!filter.keyPrefix.isEmpty()) {
        const std::optional<QString> prefix = hexPrefix(filter.keyPrefix);
        if (!prefix)
            throw badRequest("q", QStringLiteral("Give the beginning of a hex key or of an npub."));
        query.where("pubkey >= ? AND pubkey < ?", {*prefix, afterPrefix(*prefix)});
        sort = Sort::Key; // the range on the key is what keeps this from scanning
    }
    switch (sort) {
    case Sort::Score:
        query.orderBy("trust_score", KeysetQuery::Key::Integer, filter.descending);
        break;
    case Sort::LastSeen:
        query.orderBy("last_seen", KeysetQuery::Key::Integer, filter.descending);
        break;
    case Sort::Created:
        query.orderBy("created_at", KeysetQuery::Key::Integer, filter.descending);
        break;
    case Sort::Key:
        query.orderById(filter.descending);
        break;
    }
    return query;
}

Page<IdentityStore::Stored> IdentityStore::list(const IdentityFilter &filter, const PageRequest &page)
{
    return listQuery(filter).run(m_database, page, fromRow);
}

Page<ScoreChange> IdentityStore::history(const PubKey &key, const PageRequest &page)
{
    KeysetQuery query("id, at, why, score_from, score_to, ref, detail", "trust_changes", "id",
                      KeysetQuery::Key::Integer);
    query.where("pubkey = ?", {key});
    query.orderById(true);
    return query.run(m_database, page, [](const Row &row) {
        return ScoreChange{row.integer("id"),         row.millis("at"),        row.text("why"),
                           row.integer("score_from"), row.integer("score_to"), row.text("ref"),
                           row.text("detail")};
    });
}

std::vector<std::pair<Tier, std::int64_t>> IdentityStore::countByTier()
{
    return m_database.all(
        "SELECT tier, COUNT(*) AS n FROM nostr_identities GROUP BY tier", {}, [](const Row &row) {
            return std::pair(tierFromText(row.text("tier")).value_or(Tier::New), row.integer("n"));
        });
}

} // namespace tower
