// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/identity/Tier.h"
#include "core/store/Database.h"
#include "core/store/Page.h"
#include "core/store/SlowCount.h"

#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace tower {

class IdentityStore;

/// A Nostr user as the tower knows it. `score` and `tier` are after decay as of the reading.
struct Identity
{
    PubKey pubkey;
    std::int64_t score = 0;
    Tier tier = Tier::New;
    std::int64_t storedScore = 0; ///< before decay that is due but not yet taken
    std::int64_t interactionCount = 0;
    Sats satsAbsorbedToday; ///< since midnight UTC
    QString lightningAddress;
    QString note;             ///< the operator's
    bool decayExempt = false; ///< Timmy itself
    Millis lastSeen;
    Millis createdAt;
};

/// One change of a score: why, from, to, and what it belongs to ("job:<id>", "vouch:<id>", "").
struct ScoreChange
{
    std::int64_t id = 0;
    Millis at;
    QString why; ///< success, failure, decay, vouch, vouch-revoked, adjust, seed
    std::int64_t from = 0;
    std::int64_t to = 0;
    QString ref;
    QString detail; ///< the operator's reason, the failure's reason
};

struct IdentityFilter
{
    std::optional<Tier> tier;
    QString keyPrefix; ///< hex or npub, whole or its beginning
    enum class Sort { Score, LastSeen, Created, Key } sort = Sort::Score;
    bool descending = true;
};

using TierCounts = std::vector<std::pair<Tier, std::int64_t>>;

/// Table nostr_identities and the history of scores: reading, creating, and the one place where a score is
/// written. Rules (who may change it, and that relay access follows) are Trust's. Core thread.
class Identities
{
public:
    Identities(Database &database, const Clock &clock, const Settings &settings);
    ~Identities();

    /// Decay is computed, not stored, here.
    std::optional<Identity> find(const PubKey &key);
    Page<Identity> list(const IdentityFilter &filter, const PageRequest &page);
    Page<ScoreChange> history(const PubKey &key, const PageRequest &page);
    /// How many identities each tier has, as stored (at most half a minute old when they are many).
    TierCounts countByTier();

    /// The identity's row, locked for this transaction; created (tier new, score 0) when it is not there yet.
    struct Ensured
    {
        Identity identity;
        bool created = false;
    };
    Ensured ensure(Transaction &transaction, const PubKey &key);

    /// Up to `limit` identities whose stored score is more than decay leaves of it, the longest absent first.
    std::vector<PubKey> withDueDecay(int limit);

    /// Takes due decay, then sets the score to `change(scoreAfterDecay)` (floor 0), with tier and history.
    /// The caller synchronises relay access when `tierBefore` (the tier as stored) differs from `tier`.
    struct ScoreResult
    {
        Tier tierBefore = Tier::New;
        Tier tier = Tier::New;
        std::int64_t from = 0;
        std::int64_t to = 0;
        bool created = false;
    };
    ScoreResult changeScore(Transaction &transaction, const PubKey &key, const QString &why,
                            const QString &ref, const QString &detail,
                            const std::function<std::int64_t(std::int64_t)> &change);

    void setNote(Transaction &transaction, const PubKey &key, const QString &note);
    void setDecayExempt(Transaction &transaction, const PubKey &key, bool exempt);
    /// Sign-in and valid tokens count as being seen. Decay that is due is taken first: coming back ends the
    /// absence, it does not undo it. The caller synchronises relay access as after changeScore().
    ScoreResult markSeen(Transaction &transaction, const PubKey &key);
    void countInteraction(Transaction &transaction, const PubKey &key);
    /// The pool absorbed that much for it, today (UTC): the counter of another day begins anew.
    void absorb(Transaction &transaction, const PubKey &key, Sats sats);
    void setLightningAddress(Transaction &transaction, const PubKey &key, const QString &address);

    [[nodiscard]] TrustRules rules() const { return TrustRules::from(m_settings); }

private:
    std::unique_ptr<IdentityStore> m_store;
    const Clock &m_clock;
    const Settings &m_settings;
    SlowCount<TierCounts> m_counts;
};

} // namespace tower
