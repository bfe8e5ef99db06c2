// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/identity/Identities.h"
#include "core/relay/AccessRules.h"
#include "core/store/SlowCount.h"

#include <memory>
#include <optional>

namespace tower {

class RelayAccountStore;

/// One row of the whitelist, joined with its identity.
struct RelayAccount
{
    PubKey pubkey;
    AccessLevel level = AccessLevel::None; ///< in force now (an expired grant counts as what the tier earns)
    GrantedBy grantedBy = GrantedBy::AutoTier;
    QString actor;
    Millis grantedAt;
    std::optional<Millis> revokedAt;
    std::optional<Millis> expiresAt;
    QString notes;
    Tier tier = Tier::New;
    std::int64_t score = 0;

    friend bool operator==(const RelayAccount &, const RelayAccount &) = default;
};

struct RelayAccountFilter
{
    std::optional<AccessLevel> level;
    QString query; ///< beginning of a hex key or npub, or words in the notes
    enum class Sort { GrantedAt, Key, Level, ExpiresAt } sort = Sort::GrantedAt;
    bool descending = true;

    /// `query` as the hex digits that a key begins with (hex digits or the beginning of an npub); nullopt
    /// when it is words to look for in the notes.
    [[nodiscard]] std::optional<QString> keyPrefix() const;
};

struct BulkResult
{
    QString pubkey; ///< as given
    bool ok = false;
    QString error;
};

/// The relay's whitelist: who may read and write, by the operator's hand or by tier. The one place where
/// access changes; each change is one transaction with its activity row. Core thread.
///
/// Holds: a manual decision (grant or revocation) stands until the operator changes it or its time is over;
/// syncing from a tier touches automatic rows only. Timmy's own seed can be revoked by force only.
class RelayAccounts
{
public:
    RelayAccounts(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
                  Activity &activity);
    ~RelayAccounts();

    /// Access in force now.
    AccessLevel getAccess(const PubKey &key);
    std::optional<RelayAccount> find(const PubKey &key);
    Page<RelayAccount> list(const RelayAccountFilter &filter, const PageRequest &page);
    /// How many accounts there are (at most half a minute old when they are many).
    std::int64_t count();

    /// Grants `level` by hand (`none` is a decision too); the identity is created when unknown. `expiresAt`
    /// must lie in the future. Returns the account as it is now.
    RelayAccount grant(const PubKey &key, AccessLevel level, const QString &reason, const QString &actor,
                       std::optional<Millis> expiresAt = {});
    /// Takes access away until the operator gives it back. Unknown account: 404. Already revoked: nothing
    /// changes. Timmy's own key: 409 unless `force`.
    RelayAccount revoke(const PubKey &key, const QString &reason, const QString &actor, bool force = false);

    /// Like revoke(), also for a key that has no account yet: what it earns later does not lift the ban.
    RelayAccount ban(const PubKey &key, const QString &reason, const QString &actor);
    /// Takes back what was decided by hand, a revocation or a grant of write access: the account has what its
    /// tier earns (Timmy's own: its seed). False, and nothing changes, when no such decision stands.
    bool liftRevocation(const PubKey &key, const QString &reason, const QString &actor);
    bool withdrawWrite(const PubKey &key, const QString &reason, const QString &actor);

    /// What the window's Undo needs: puts the account back to what it was before a grant or revoke, if it has
    /// not changed since (409 otherwise). nullopt = there was none.
    void restore(const RelayAccount &current, const std::optional<RelayAccount> &previous,
                 const QString &actor);

    enum class BulkAction { Grant, Revoke };
    /// Each key for itself: one bad key does not stop the others. At most 1,000 keys.
    std::vector<BulkResult> bulk(BulkAction action, const QStringList &keys, AccessLevel level,
                                 const QString &reason, const QString &actor,
                                 std::optional<Millis> expiresAt = {});

    /// Turns manual grants whose time is over into what the tier earns, with an activity row each. Access in
    /// force never waited for this. Returns how many.
    int expireDue();

    /// Keys whose stored tier, or automatic access, is not what the rules say now (a setting changed, here or
    /// between two starts): at most `limit`. Reads every row: to be run on a read-only connection.
    static std::vector<PubKey> outOfStep(Database &database, const AccessRules &rules, int limit);

    /// Follows the tier, inside the caller's transaction. Returns true when access changed.
    bool syncFromTrustTier(Transaction &transaction, const PubKey &key);

    /// At each start: Timmy's key has write access (granted_by seed) and at least the elite score, exempt
    /// from decay. Idempotent. A forced revocation stands. A key that was Timmy's before loses both.
    void seedElite(const PubKey &key);
    [[nodiscard]] const std::optional<PubKey> &timmy() const { return m_timmy; }
    /// Whether the policy's "Timmy's own pubkey" check applies (false after a forced revocation).
    bool timmyStands();

    [[nodiscard]] AccessRules rules() const { return AccessRules::from(m_settings); }
    /// The same list over another connection: free-text search (`filter.query` that is no key) reads every
    /// row, so it runs on a read-only connection off the core thread.
    static Page<RelayAccount> listOn(Database &database, const AccessRules &rules, Millis now,
                                     const RelayAccountFilter &filter, const PageRequest &page);

private:
    void checkGrant(const QString &reason, std::optional<Millis> expiresAt) const;
    RelayAccount grantIn(Transaction &transaction, const PubKey &key, AccessLevel level,
                         const QString &reason, const QString &actor, std::optional<Millis> expiresAt);
    RelayAccount revokeIn(Transaction &transaction, const PubKey &key, const QString &reason,
                          const QString &actor, bool force);
    bool letTierDecide(const PubKey &key, const char *action, const QString &reason, const QString &actor,
                       bool (*stands)(const StoredAccess &));

    std::unique_ptr<RelayAccountStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    Activity &m_activity;
    std::optional<PubKey> m_timmy;
    SlowCount<std::int64_t> m_count;
};

} // namespace tower
