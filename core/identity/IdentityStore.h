// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/identity/Identities.h"
#include "core/store/KeysetQuery.h"

namespace tower {

/// The SQL of nostr_identities and trust_changes. Knows no rule.
class IdentityStore
{
public:
    /// A row as stored, before decay that is due.
    struct Stored
    {
        Identity identity;
        std::int64_t decayDaysTaken = 0; ///< since last_seen
        Millis absorbedResetAt;          ///< within the UTC day that the sats absorbed belong to
    };

    explicit IdentityStore(Database &database)
        : m_database(database)
    {
    }

    std::optional<Stored> find(const PubKey &key, bool lock);
    /// False when it was there already.
    bool insert(const PubKey &key, Millis now);
    void setScore(const PubKey &key, std::int64_t score, Tier tier, std::int64_t decayDaysTaken);
    void addHistory(const PubKey &key, const ScoreChange &change);
    void setNote(const PubKey &key, const QString &note);
    void setDecayExempt(const PubKey &key, bool exempt);
    void markSeen(const PubKey &key, Millis now);
    void countInteraction(const PubKey &key);
    /// False when there is no such row.
    bool absorb(const PubKey &key, Sats sats, Millis now);
    void setLightningAddress(const PubKey &key, const QString &address);

    /// The statement behind list(): tests look at its plan.
    static KeysetQuery listQuery(const IdentityFilter &filter);
    /// Not exempt, with a score, and absent for more full days (beyond `absentDays`) than decay was taken
    /// for.
    std::vector<PubKey> withDueDecay(Millis now, std::int64_t absentDays, int limit);

    Page<Stored> list(const IdentityFilter &filter, const PageRequest &page);
    Page<ScoreChange> history(const PubKey &key, const PageRequest &page);
    std::vector<std::pair<Tier, std::int64_t>> countByTier();

private:
    Database &m_database;
};

/// The hex digits that every key written as `text` begins with: `text` is the beginning of a hex key or of an
/// npub (each of its characters holds five bits). Nullopt when it is neither.
std::optional<QString> hexPrefix(const QString &text);
/// The smallest string after all those that begin with `prefix` (hex digits).
QString afterPrefix(const QString &prefix);

} // namespace tower
