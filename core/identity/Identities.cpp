// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/identity/Identities.h"

#include "core/base/Error.h"
#include "core/identity/IdentityStore.h"

#include <algorithm>

namespace tower {

namespace {

std::int64_t utcDay(Millis at)
{
    return at.value() / days(1).value();
}

/// What the stored row means at `now`.
Identity asOf(const IdentityStore::Stored &stored, Millis now, const TrustRules &rules)
{
    Identity out = stored.identity;
    if (!out.decayExempt)
        out.score = decayed(out.storedScore, out.lastSeen, stored.decayDaysTaken, now, rules).score;
    out.tier = tierOf(out.score, rules);
    if (utcDay(stored.absorbedResetAt) != utcDay(now))
        out.satsAbsorbedToday = Sats(0);
    return out;
}

IdentityStore::Stored locked(IdentityStore &store, const PubKey &key)
{
    auto stored = store.find(key, true);
    if (!stored)
        throw internalError(QStringLiteral("An identity vanished while it was being used."));
    return *std::move(stored);
}

/// What decay leaves of the score at `now`; a loss goes into the history, the caller stores the score.
Decayed takeDecay(IdentityStore &store, const IdentityStore::Stored &stored, Millis now,
                  const TrustRules &rules)
{
    const Identity &before = stored.identity;
    if (before.decayExempt)
        return {before.storedScore, stored.decayDaysTaken};
    const Decayed current = decayed(before.storedScore, before.lastSeen, stored.decayDaysTaken, now, rules);
    if (current.score != before.storedScore)
        store.addHistory(before.pubkey,
                         {0, now, QStringLiteral("decay"), before.storedScore, current.score, {}, {}});
    return current;
}

} // namespace

Identities::Identities(Database &database, const Clock &clock, const Settings &settings)
    : m_store(std::make_unique<IdentityStore>(database))
    , m_clock(clock)
    , m_settings(settings)
{
}

Identities::~Identities() = default;

std::optional<Identity> Identities::find(const PubKey &key)
{
    const auto stored = m_store->find(key, false);
    if (!stored)
        return std::nullopt;
    return asOf(*stored, m_clock.now(), rules());
}

Page<Identity> Identities::list(const IdentityFilter &filter, const PageRequest &page)
{
    const Page<IdentityStore::Stored> stored = m_store->list(filter, page);
    Page<Identity> out{{}, stored.nextCursor, stored.total, stored.totalIsExact};
    out.items.reserve(stored.items.size());
    for (const auto &item : stored.items)
        out.items.push_back(asOf(item, m_clock.now(), rules()));
    return out;
}

Page<ScoreChange> Identities::history(const PubKey &key, const PageRequest &page)
{
    return m_store->history(key, page);
}

TierCounts Identities::countByTier()
{
    const auto rows = [](const TierCounts &counts) {
        std::int64_t sum = 0;
        for (const auto &[tier, n] : counts)
            sum += n;
        return sum;
    };
    return m_counts.get(
        m_clock.now(), [this] { return m_store->countByTier(); }, rows);
}

Identities::Ensured Identities::ensure(Transaction &transaction, const PubKey &key)
{
    const Millis now = m_clock.now();
    const bool created = m_store->insert(key, now);
    if (created)
        transaction.changed("identity", key.text());
    return {asOf(locked(*m_store, key), now, rules()), created};
}

std::vector<PubKey> Identities::withDueDecay(int limit)
{
    if (rules().decayPerDay == 0)
        return {};
    return m_store->withDueDecay(m_clock.now(), rules().decayAbsentDays, limit);
}

Identities::ScoreResult Identities::changeScore(Transaction &transaction, const PubKey &key,
                                                const QString &why, const QString &ref, const QString &detail,
                                                const std::function<std::int64_t(std::int64_t)> &change)
{
    const bool created = m_store->insert(key, m_clock.now());
    const IdentityStore::Stored stored = locked(*m_store, key);
    const Decayed current = takeDecay(*m_store, stored, m_clock.now(), rules());
    const std::int64_t to = std::max<std::int64_t>(0, change(current.score));
    const Tier tier = tierOf(to, rules());
    m_store->setScore(key, to, tier, current.daysTaken);
    if (to != current.score || why == QLatin1String("adjust"))
        m_store->addHistory(key, {0, m_clock.now(), why, current.score, to, ref, detail});
    transaction.changed("identity", key.text());
    return {stored.identity.tier, tier, current.score, to, created};
}

Identities::ScoreResult Identities::markSeen(Transaction &transaction, const PubKey &key)
{
    const IdentityStore::Stored stored = locked(*m_store, key);
    const Decayed current = takeDecay(*m_store, stored, m_clock.now(), rules());
    const Tier tier = tierOf(current.score, rules());
    if (current.score != stored.identity.storedScore)
        m_store->setScore(key, current.score, tier, current.daysTaken);
    m_store->markSeen(key, m_clock.now());
    transaction.changed("identity", key.text());
    return {stored.identity.tier, tier, stored.identity.storedScore, current.score, false};
}

void Identities::setNote(Transaction &transaction, const PubKey &key, const QString &note)
{
    m_store->setNote(key, note);
    transaction.changed("identity", key.text());
}

void Identities::setDecayExempt(Transaction &transaction, const PubKey &key, bool exempt)
{
    m_store->setDecayExempt(key, exempt);
    transaction.changed("identity", key.text());
}

void Identities::countInteraction(Transaction &transaction, const PubKey &key)
{
    m_store->countInteraction(key);
    transaction.changed("identity", key.text());
}

void Identities::absorb(Transaction &transaction, const PubKey &key, Sats sats)
{
    if (!m_store->absorb(key, sats, m_clock.now()))
        throw internalError(QStringLiteral("An identity vanished while it was being used."));
    transaction.changed("identity", key.text());
}

void Identities::setLightningAddress(Transaction &transaction, const PubKey &key, const QString &address)
{
    m_store->setLightningAddress(key, address);
    transaction.changed("identity", key.text());
}

} // namespace tower
