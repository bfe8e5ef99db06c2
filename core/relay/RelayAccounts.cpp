// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayAccounts.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/identity/IdentityStore.h"
#include "core/nostr/Nip19.h"
#include "core/relay/RelayAccountStore.h"

#include <algorithm>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 1'000;
constexpr qsizetype maximumBulk = 1'000;
constexpr int expiryBatch = 200;

void checkReason(const QString &reason)
{
    if (reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
}

ServiceError timmyOwnKey()
{
    return conflict(
        QStringLiteral("This is Timmy's own key: without access Timmy can't post to its relay. Use force "
                       "to revoke it all the same."),
        "timmy_own_key");
}

/// What the activity log keeps of an account: what decides about access, and nothing that merely describes.
QJsonObject described(const std::optional<RelayAccount> &account)
{
    if (!account)
        return {};
    QJsonObject out{{QStringLiteral("level"), toText(account->level)},
                    {QStringLiteral("grantedBy"), toText(account->grantedBy)}};
    if (account->revokedAt)
        out.insert(QStringLiteral("revokedAt"), toIso(*account->revokedAt));
    if (account->expiresAt)
        out.insert(QStringLiteral("expiresAt"), toIso(*account->expiresAt));
    return out;
}

} // namespace

std::optional<QString> RelayAccountFilter::keyPrefix() const
{
    return hexPrefix(query);
}

RelayAccounts::RelayAccounts(Database &database, const Clock &clock, const Settings &settings,
                             Identities &identities, Activity &activity)
    : m_store(std::make_unique<RelayAccountStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_activity(activity)
{
}

RelayAccounts::~RelayAccounts() = default;

AccessLevel RelayAccounts::getAccess(const PubKey &key)
{
    const auto account = find(key);
    return account ? account->level : AccessLevel::None;
}

std::optional<RelayAccount> RelayAccounts::find(const PubKey &key)
{
    auto stored = m_store->find(key, m_clock.now(), rules());
    if (!stored)
        return std::nullopt;
    return std::move(stored->account);
}

Page<RelayAccount> RelayAccounts::list(const RelayAccountFilter &filter, const PageRequest &page)
{
    return listOn(m_database, rules(), m_clock.now(), filter, page);
}

Page<RelayAccount> RelayAccounts::listOn(Database &database, const AccessRules &rules, Millis now,
                                         const RelayAccountFilter &filter, const PageRequest &page)
{
    return RelayAccountStore(database).list(filter, page, now, rules);
}

std::vector<PubKey> RelayAccounts::outOfStep(Database &database, const AccessRules &rules, int limit)
{
    return RelayAccountStore(database).outOfStep(rules, limit);
}

std::int64_t RelayAccounts::count()
{
    return m_count.get(
        m_clock.now(), [this] { return m_store->count(); }, [](std::int64_t n) { return n; });
}

RelayAccount RelayAccounts::grant(const PubKey &key, AccessLevel level, const QString &reason,
                                  const QString &actor, std::optional<Millis> expiresAt)
{
    checkGrant(reason, expiresAt);
    Transaction transaction(m_database);
    const RelayAccount after = grantIn(transaction, key, level, reason, actor, expiresAt);
    transaction.commit();
    return after;
}

RelayAccount RelayAccounts::revoke(const PubKey &key, const QString &reason, const QString &actor, bool force)
{
    checkReason(reason);
    Transaction transaction(m_database);
    const RelayAccount after = revokeIn(transaction, key, reason, actor, force);
    transaction.commit();
    return after;
}

RelayAccount RelayAccounts::ban(const PubKey &key, const QString &reason, const QString &actor)
{
    checkReason(reason);
    Transaction transaction(m_database);
    m_identities.ensure(transaction, key);
    if (!find(key))
        syncFromTrustTier(transaction, key);
    const RelayAccount after = revokeIn(transaction, key, reason, actor, false);
    transaction.commit();
    return after;
}

bool RelayAccounts::liftRevocation(const PubKey &key, const QString &reason, const QString &actor)
{
    return letTierDecide(key, "relay.lift_revocation", reason, actor,
                         [](const StoredAccess &access) { return access.revokedAt.has_value(); });
}

bool RelayAccounts::withdrawWrite(const PubKey &key, const QString &reason, const QString &actor)
{
    return letTierDecide(key, "relay.withdraw", reason, actor, [](const StoredAccess &access) {
        return access.grantedBy == GrantedBy::Manual && access.level == AccessLevel::Write &&
               !access.revokedAt;
    });
}

bool RelayAccounts::letTierDecide(const PubKey &key, const char *action, const QString &reason,
                                  const QString &actor, bool (*stands)(const StoredAccess &))
{
    checkReason(reason);
    Transaction transaction(m_database);
    const auto stored = m_store->find(key, m_clock.now(), rules(), true);
    if (!stored || !stands(stored->access))
        return false;
    const bool isTimmy = m_timmy == key;
    RelayAccount after = stored->account;
    after.level = isTimmy ? AccessLevel::Write : rules().earnedBy(after.tier);
    after.grantedBy = isTimmy ? GrantedBy::Seed : GrantedBy::AutoTier;
    after.actor = actor;
    after.grantedAt = m_clock.now();
    after.revokedAt.reset();
    after.expiresAt.reset();
    after.notes = reason;
    m_store->put(after);
    m_activity.record(transaction, {actor, QString::fromLatin1(action), key.text(), reason,
                                    described(stored->account), described(after)});
    transaction.changed("relay_account", key.text());
    transaction.commit();
    return true;
}

void RelayAccounts::checkGrant(const QString &reason, std::optional<Millis> expiresAt) const
{
    checkReason(reason);
    if (expiresAt && *expiresAt <= m_clock.now())
        throw badRequest("expiresAt",
                         QStringLiteral("The grant would end before it begins: give a time in the future."));
}

RelayAccount RelayAccounts::grantIn(Transaction &transaction, const PubKey &key, AccessLevel level,
                                    const QString &reason, const QString &actor,
                                    std::optional<Millis> expiresAt)
{
    if (m_timmy == key && level != AccessLevel::Write)
        throw timmyOwnKey();
    const Millis now = m_clock.now();
    const Identities::Ensured ensured = m_identities.ensure(transaction, key);
    const auto stored = m_store->find(key, now, rules(), true);
    const std::optional<RelayAccount> before = stored ? std::optional(stored->account) : std::nullopt;
    RelayAccount after;
    after.pubkey = key;
    after.level = level;
    after.grantedBy = GrantedBy::Manual;
    after.actor = actor;
    after.grantedAt = now;
    after.expiresAt = expiresAt;
    after.notes = reason;
    after.tier = ensured.identity.tier;
    after.score = ensured.identity.score;
    m_store->put(after);
    m_activity.record(transaction, {actor, QStringLiteral("relay.grant"), key.text(), reason,
                                    described(before), described(after)});
    transaction.changed("relay_account", key.text());
    return after;
}

RelayAccount RelayAccounts::revokeIn(Transaction &transaction, const PubKey &key, const QString &reason,
                                     const QString &actor, bool force)
{
    const Millis now = m_clock.now();
    const auto stored = m_store->find(key, now, rules(), true);
    if (!stored)
        throw notFound(QStringLiteral("No relay account has this key."), "account_not_found");
    if (m_timmy == key && !force)
        throw timmyOwnKey();
    if (stored->access.revokedAt)
        return stored->account;

    RelayAccount after = stored->account;
    after.level = AccessLevel::None;
    after.grantedBy = GrantedBy::Manual;
    after.actor = actor;
    after.grantedAt = now;
    after.revokedAt = now;
    after.expiresAt.reset();
    after.notes = reason;
    m_store->put(after);
    m_store->endAllowances(key);
    m_activity.record(transaction, {actor, QStringLiteral("relay.revoke"), key.text(), reason,
                                    described(stored->account), described(after)});
    transaction.changed("relay_account", key.text());
    return after;
}

void RelayAccounts::restore(const RelayAccount &current, const std::optional<RelayAccount> &previous,
                            const QString &actor)
{
    Transaction transaction(m_database);
    const auto stored = m_store->find(current.pubkey, m_clock.now(), rules(), true);
    const bool unchanged =
        stored && stored->account.grantedAt == current.grantedAt &&
        stored->account.grantedBy == current.grantedBy && stored->account.revokedAt == current.revokedAt &&
        stored->account.expiresAt == current.expiresAt && stored->account.actor == current.actor &&
        stored->access.level == current.level && stored->account.notes == current.notes;
    if (!unchanged)
        throw conflict(QStringLiteral("This account has been changed since; it was left as it is."),
                       "changed_since");
    if (previous)
        m_store->put(*previous);
    else
        m_store->remove(current.pubkey);
    m_activity.record(transaction, {actor,
                                    QStringLiteral("relay.undo"),
                                    current.pubkey.text(),
                                    {},
                                    described(current),
                                    described(previous)});
    if (!previous)
        syncFromTrustTier(transaction, current.pubkey);
    transaction.changed("relay_account", current.pubkey.text());
    transaction.commit();
}

std::vector<BulkResult> RelayAccounts::bulk(BulkAction action, const QStringList &keys, AccessLevel level,
                                            const QString &reason, const QString &actor,
                                            std::optional<Millis> expiresAt)
{
    if (keys.isEmpty())
        throw badRequest("pubkeys", QStringLiteral("Name at least one key."));
    if (keys.size() > maximumBulk)
        throw badRequest("pubkeys", QStringLiteral("At most 1,000 keys at a time."));
    checkReason(reason);
    if (action == BulkAction::Grant)
        checkGrant(reason, expiresAt);

    std::vector<BulkResult> out;
    std::vector<std::pair<PubKey, std::size_t>> known; // with its place in the answer
    for (const QString &text : keys) {
        try {
            known.emplace_back(parsePubKey(text), out.size());
            out.push_back({text, true, {}});
        } catch (const ServiceError &error) {
            out.push_back({text, false, error.message()});
        }
    }
    // One commit for all; rows are locked in the order of the keys, so that two of these never wait for each
    // other. A key that is refused is refused before anything of it is written.
    std::sort(known.begin(), known.end());
    Transaction transaction(m_database);
    for (const auto &[key, place] : known) {
        try {
            if (action == BulkAction::Grant)
                grantIn(transaction, key, level, reason, actor, expiresAt);
            else
                revokeIn(transaction, key, reason, actor, false);
        } catch (const ServiceError &error) {
            if (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::Unavailable)
                throw;
            out[place] = {out[place].pubkey, false, error.message()};
        }
    }
    transaction.commit();
    return out;
}

bool RelayAccounts::syncFromTrustTier(Transaction &transaction, const PubKey &key)
{
    const auto identity = m_identities.find(key);
    if (!identity)
        return false;
    const Millis now = m_clock.now();
    const auto stored = m_store->find(key, now, rules(), true);
    const AccessLevel earned = rules().earnedBy(identity->tier);
    if (!m_store->setAutomatic(key, earned, now))
        return false;
    RelayAccount after = stored ? stored->account : RelayAccount{};
    after.level = earned;
    after.grantedBy = GrantedBy::AutoTier;
    QJsonObject before;
    if (stored)
        before = {{QStringLiteral("level"), toText(stored->access.level)},
                  {QStringLiteral("grantedBy"), toText(stored->access.grantedBy)}};
    m_activity.record(transaction,
                      {QStringLiteral("auto"), QStringLiteral("relay.sync"), key.text(),
                       QStringLiteral("tier %1").arg(toText(identity->tier)), before, described(after)});
    transaction.changed("relay_account", key.text());
    return true;
}

int RelayAccounts::expireDue()
{
    const Millis now = m_clock.now();
    std::vector<PubKey> keys = m_store->expired(now, expiryBatch);
    if (keys.empty())
        return 0;
    std::sort(keys.begin(), keys.end()); // whoever locks several rows does it in this order
    int done = 0;
    Transaction transaction(m_database);
    for (const PubKey &key : keys) {
        const auto identity = m_identities.find(key);
        const auto stored = m_store->find(key, now, rules(), true);
        if (!identity || !stored)
            continue;
        const AccessLevel earned = rules().earnedBy(identity->tier);
        if (!m_store->expire(key, earned, now))
            continue;
        QJsonObject before = described(stored->account);
        before.insert(QStringLiteral("level"), toText(stored->access.level));
        m_activity.record(transaction, {QStringLiteral("auto"),
                                        QStringLiteral("relay.expire"),
                                        key.text(),
                                        QStringLiteral("the grant's time is over"),
                                        before,
                                        {{QStringLiteral("level"), toText(earned)},
                                         {QStringLiteral("grantedBy"), toText(GrantedBy::AutoTier)}}});
        transaction.changed("relay_account", key.text());
        ++done;
    }
    transaction.commit();
    return done;
}

void RelayAccounts::seedElite(const PubKey &key)
{
    m_timmy = key;
    const Millis now = m_clock.now();
    Transaction transaction(m_database);
    const Identities::Ensured ensured = m_identities.ensure(transaction, key);
    const std::int64_t elite = rules().trust.elite;
    bool changed = false;
    if (!ensured.identity.decayExempt) {
        m_identities.setDecayExempt(transaction, key, true);
        changed = true;
    }
    if (ensured.identity.storedScore < elite) {
        m_identities.changeScore(transaction, key, QStringLiteral("seed"), {},
                                 QStringLiteral("Timmy's own key"),
                                 [elite](std::int64_t score) { return std::max(score, elite); });
        changed = true;
    }
    const auto stored = m_store->find(key, now, rules(), true);
    const bool seeded =
        stored && stored->access.grantedBy == GrantedBy::Seed && stored->access.level == AccessLevel::Write;
    const bool revoked = stored && stored->access.revokedAt;
    if (!seeded && !revoked) {
        RelayAccount account;
        account.pubkey = key;
        account.level = AccessLevel::Write;
        account.grantedBy = GrantedBy::Seed;
        account.actor = QStringLiteral("system");
        account.grantedAt = now;
        account.notes = QStringLiteral("Timmy's own key");
        m_store->put(account);
        m_activity.record(transaction,
                          {QStringLiteral("system"), QStringLiteral("relay.seed"), key.text(), account.notes,
                           described(stored ? std::optional(stored->account) : std::nullopt),
                           described(account)});
        transaction.changed("relay_account", key.text());
        changed = true;
    }
    // A key that Timmy had before: what it was given for being Timmy's goes.
    for (const PubKey &former : m_store->seeded()) {
        if (former == key)
            continue;
        m_identities.setDecayExempt(transaction, former, false);
        m_store->unseed(former);
        syncFromTrustTier(transaction, former);
        m_activity.record(transaction, {QStringLiteral("system"),
                                        QStringLiteral("relay.unseed"),
                                        former.text(),
                                        QStringLiteral("no longer Timmy's own key"),
                                        {},
                                        {}});
        transaction.changed("relay_account", former.text());
        changed = true;
    }
    if (changed)
        transaction.commit();
}

bool RelayAccounts::timmyStands()
{
    if (!m_timmy)
        return false;
    const auto account = find(*m_timmy);
    return account && !account->revokedAt;
}

} // namespace tower
