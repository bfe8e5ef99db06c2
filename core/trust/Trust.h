// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/identity/Identities.h"
#include "core/relay/RelayAccounts.h"

#include <QObject>

namespace tower {

/// The rules by which scores move. Every change takes due decay first, is explained in the history, and
/// brings relay access along in the same transaction. Core thread.
class Trust : public QObject
{
    Q_OBJECT

public:
    Trust(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
          RelayAccounts &relayAccounts, Activity &activity, QObject *parent = nullptr);

    static constexpr std::int64_t maximumScore = 1'000'000;
    /// Requests of one identity within this span count as one sighting, to spare the disk.
    static constexpr Millis seenGrain = seconds(60);

    /// The operator sets a score (0 to maximumScore) with a reason; an unknown key becomes an identity first.
    Identity adjust(const PubKey &key, std::int64_t score, const QString &reason, const QString &actor);
    /// The operator's note on an identity (up to 2,000 characters). 404 for an unknown key.
    Identity note(const PubKey &key, const QString &text, const QString &actor);

    /// A job or session request was completed: +TRUST_SCORE_PER_SUCCESS, one interaction more. `ref`: what it
    /// was ("job:<id>"). Once for each success: the caller's guarded transition sees to that.
    void recordSuccess(Transaction &transaction, const PubKey &key, Sats cost, const QString &ref);
    void recordSuccess(const PubKey &key, Sats cost, const QString &ref);
    /// It ended rejected or failed: -TRUST_SCORE_PER_FAILURE, or -TRUST_SCORE_PER_TOWER_FAULT when the fault
    /// was the tower's own.
    void recordFailure(Transaction &transaction, const PubKey &key, const QString &reason, const QString &ref,
                       bool towerFault);
    void recordFailure(const PubKey &key, const QString &reason, const QString &ref, bool towerFault);

    /// Any other change by a rule (vouches): `change` gets the score after decay and returns the new one.
    Identities::ScoreResult change(Transaction &transaction, const PubKey &key, const QString &why,
                                   const QString &ref, const QString &detail,
                                   const std::function<std::int64_t(std::int64_t)> &change);

    /// The identity's row, locked; a new one starts with the access that the tier new earns.
    Identity ensure(Transaction &transaction, const PubKey &key);
    /// The identity was here (sign-in): created when unknown, its due decay stored, then last_seen set.
    void seen(Transaction &transaction, const PubKey &key);
    /// The same for a request with a valid token; writes at most once in seenGrain.
    void seen(const PubKey &key);

    /// Stores decay that is due of up to `limit` absent identities, so that lists by tier and by access stay
    /// true although nobody reads these. Returns how many; fewer than `limit` means that none is left.
    /// Idempotent.
    int applyDueDecay(int limit);
    /// Stores the decay that is due for one identity, with its history, if there is any.
    void applyDueDecay(const PubKey &key);
    /// Brings tier and automatic access of these identities in step with the rules
    /// (RelayAccounts::outOfStep).
    void followRules(std::vector<PubKey> keys);

signals:
    /// After commit. A new identity comes from anonymous.
    void tierChanged(const tower::PubKey &key, tower::Tier before, tower::Tier after);

private:
    void follow(Transaction &transaction, const PubKey &key, const Identities::ScoreResult &result);

    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    RelayAccounts &m_relayAccounts;
    Activity &m_activity;
};

} // namespace tower
