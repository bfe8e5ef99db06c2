// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trust/Trust.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"

#include <algorithm>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 1'000;
constexpr qsizetype maximumNote = 2'000;

QJsonObject standing(std::int64_t score, Tier tier)
{
    return {{QStringLiteral("score"), jsonNumber(score)}, {QStringLiteral("tier"), toText(tier)}};
}

} // namespace

Trust::Trust(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
             RelayAccounts &relayAccounts, Activity &activity, QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_relayAccounts(relayAccounts)
    , m_activity(activity)
{
}

Identity Trust::adjust(const PubKey &key, std::int64_t score, const QString &reason, const QString &actor)
{
    if (score < 0 || score > maximumScore)
        throw badRequest("score", QStringLiteral("score must be a whole number between 0 and 1000000."));
    if (reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));

    Transaction transaction(m_database);
    const Identities::ScoreResult result = change(transaction, key, QStringLiteral("adjust"), {}, reason,
                                                  [score](std::int64_t) { return score; });
    // Also when the tier stays: the operator expects access to be right after this.
    m_relayAccounts.syncFromTrustTier(transaction, key);
    m_activity.record(transaction,
                      {actor, QStringLiteral("identity.adjust"), key.text(), reason,
                       standing(result.from, result.tierBefore), standing(result.to, result.tier)});
    transaction.commit();
    return *m_identities.find(key);
}

Identity Trust::note(const PubKey &key, const QString &text, const QString &actor)
{
    if (text.size() > maximumNote)
        throw badRequest("note", QStringLiteral("The note is longer than 2,000 characters."));
    Transaction transaction(m_database);
    const auto before = m_identities.find(key);
    if (!before)
        throw notFound(QStringLiteral("No identity has this key."), "identity_not_found");
    m_identities.setNote(transaction, key, text);
    m_activity.record(transaction, {actor,
                                    QStringLiteral("identity.note"),
                                    key.text(),
                                    {},
                                    {{QStringLiteral("note"), before->note}},
                                    {{QStringLiteral("note"), text}}});
    transaction.commit();
    return *m_identities.find(key);
}

void Trust::recordSuccess(Transaction &transaction, const PubKey &key, Sats cost, const QString &ref)
{
    const std::int64_t step = m_settings.integer(Setting::TrustScorePerSuccess);
    change(transaction, key, QStringLiteral("success"), ref, QStringLiteral("%1 sats").arg(cost.value()),
           [step](std::int64_t score) { return score + step; });
    m_identities.countInteraction(transaction, key);
}

void Trust::recordSuccess(const PubKey &key, Sats cost, const QString &ref)
{
    Transaction transaction(m_database);
    recordSuccess(transaction, key, cost, ref);
    transaction.commit();
}

void Trust::recordFailure(Transaction &transaction, const PubKey &key, const QString &reason,
                          const QString &ref, bool towerFault)
{
    const std::int64_t step =
        m_settings.integer(towerFault ? Setting::TrustScorePerTowerFault : Setting::TrustScorePerFailure);
    change(transaction, key, QStringLiteral("failure"), ref, reason.left(maximumReason),
           [step](std::int64_t score) { return score - step; });
}

void Trust::recordFailure(const PubKey &key, const QString &reason, const QString &ref, bool towerFault)
{
    Transaction transaction(m_database);
    recordFailure(transaction, key, reason, ref, towerFault);
    transaction.commit();
}

Identities::ScoreResult Trust::change(Transaction &transaction, const PubKey &key, const QString &why,
                                      const QString &ref, const QString &detail,
                                      const std::function<std::int64_t(std::int64_t)> &change)
{
    const Identities::ScoreResult result =
        m_identities.changeScore(transaction, key, why, ref, detail, change);
    follow(transaction, key, result);
    return result;
}

Identity Trust::ensure(Transaction &transaction, const PubKey &key)
{
    const Identities::Ensured ensured = m_identities.ensure(transaction, key);
    if (ensured.created)
        follow(transaction, key, {.tierBefore = Tier::New, .tier = Tier::New, .created = true});
    return ensured.identity;
}

void Trust::seen(Transaction &transaction, const PubKey &key)
{
    ensure(transaction, key);
    follow(transaction, key, m_identities.markSeen(transaction, key));
}

void Trust::seen(const PubKey &key)
{
    const auto identity = m_identities.find(key);
    if (identity && m_clock.now() - identity->lastSeen < seenGrain)
        return;
    Transaction transaction(m_database);
    seen(transaction, key);
    transaction.commit();
}

int Trust::applyDueDecay(int limit)
{
    std::vector<PubKey> due = m_identities.withDueDecay(limit);
    if (due.empty())
        return 0;
    std::sort(due.begin(), due.end()); // whoever locks several identities does it in this order
    Transaction transaction(m_database);
    for (const PubKey &key : due)
        change(transaction, key, QStringLiteral("decay"), {}, {}, [](std::int64_t score) { return score; });
    transaction.commit();
    return static_cast<int>(due.size());
}

void Trust::applyDueDecay(const PubKey &key)
{
    const auto identity = m_identities.find(key);
    if (!identity || identity->score == identity->storedScore)
        return;
    Transaction transaction(m_database);
    change(transaction, key, QStringLiteral("decay"), {}, {}, [](std::int64_t score) { return score; });
    transaction.commit();
}

void Trust::followRules(std::vector<PubKey> keys)
{
    if (keys.empty())
        return;
    std::sort(keys.begin(), keys.end());
    Transaction transaction(m_database);
    for (const PubKey &key : keys) {
        change(transaction, key, QStringLiteral("rules"), {}, {}, [](std::int64_t score) { return score; });
        m_relayAccounts.syncFromTrustTier(transaction, key);
    }
    transaction.commit();
}

/// Creating an identity counts as a change of its tier.
void Trust::follow(Transaction &transaction, const PubKey &key, const Identities::ScoreResult &result)
{
    if (!result.created && result.tier == result.tierBefore)
        return;
    m_relayAccounts.syncFromTrustTier(transaction, key);
    const Tier before = result.created ? Tier::Anonymous : result.tierBefore;
    transaction.afterCommit(
        [this, key, before, after = result.tier] { emit tierChanged(key, before, after); });
}

} // namespace tower
