// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/GenerosityPool.h"

#include "core/base/Error.h"
#include "core/base/JsonNumber.h"
#include "core/payments/Movements.h"

#include <QUuid>

#include <algorithm>
#include <array>

namespace tower {

namespace {

constexpr Sats nothing(0);
constexpr Sats largestAdjustment(100'000'000); // one bitcoin: more is a slip of the finger
constexpr qsizetype longestReason = 1000;
constexpr std::array<const char *, 3> serveNames = {"free", "partial", "gate"};

std::int64_t utcDay(Millis at)
{
    return at.value() / days(1).value();
}

QString newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

QJsonObject described(Sats balance)
{
    return {{QStringLiteral("balanceSats"), jsonNumber(balance)}};
}

FreeTierDecision decisionFor(Sats estimate, Sats absorb)
{
    if (absorb <= nothing)
        return {Serve::Gate, nothing, estimate};
    return {absorb == estimate ? Serve::Free : Serve::Partial, absorb, estimate - absorb};
}

void noteChanged(Transaction &transaction)
{
    transaction.changed("pool", QStringLiteral("pool"));
}

} // namespace

QString toText(Serve serve)
{
    return QString::fromLatin1(serveNames[static_cast<std::size_t>(serve)]);
}

GenerosityPool::GenerosityPool(Database &database, const Clock &clock, const Settings &settings,
                               Identities &identities, Ledger &ledger, Activity &activity)
    : m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_ledger(ledger)
    , m_activity(activity)
    , m_store(database)
{
}

void GenerosityPool::seed()
{
    if (m_store.balance())
        return;
    const Sats initial = m_settings.sats(Setting::FreeTierPoolInitialSats);
    Transaction transaction(m_database);
    if (!m_store.insertPool(transaction, initial))
        return; // another program was faster
    if (initial > nothing) {
        m_ledger.post(transaction, movements::poolSeeded(initial));
        m_activity.record(transaction, {QStringLiteral("system"),
                                        QStringLiteral("pool.seed"),
                                        QStringLiteral("pool"),
                                        {},
                                        described(nothing),
                                        described(initial)});
    }
    noteChanged(transaction);
    transaction.commit();
}

PoolStore::Balance GenerosityPool::locked(Transaction &transaction)
{
    const std::optional<PoolStore::Balance> pool = m_store.lockBalance(transaction);
    if (!pool)
        throw internalError(QStringLiteral("The generosity pool was never opened."));
    return *pool;
}

void GenerosityPool::move(Transaction &transaction, const PoolStore::Balance &by)
{
    if (!m_store.move(transaction, by))
        throw internalError(QStringLiteral("The generosity pool would fall below what is reserved."));
    noteChanged(transaction);
}

void GenerosityPool::record(Transaction &transaction, const char *action, const QString &ref, Sats before,
                            Sats after)
{
    m_activity.record(
        transaction,
        {QStringLiteral("auto"), QString::fromLatin1(action), ref, {}, described(before), described(after)});
}

Sats GenerosityPool::budgetLeft(const PubKey &key, const std::optional<Identity> &identity)
{
    const Sats budget = dailyBudget(identity ? identity->tier : Tier::New, m_settings);
    const Sats absorbed = identity ? identity->satsAbsorbedToday : nothing;
    return budget - absorbed - m_store.heldOf(key);
}

FreeTierDecision GenerosityPool::decide(const std::optional<PubKey> &key, Sats estimate)
{
    const std::optional<PoolStore::Balance> pool = m_store.balance();
    if (!key || !pool)
        return decisionFor(estimate, nothing);
    const Sats left = budgetLeft(*key, m_identities.find(*key));
    return decisionFor(estimate, std::min({estimate, left, pool->balance - pool->reserved}));
}

FreeTierDecision GenerosityPool::reserve(Transaction &transaction, const std::optional<PubKey> &key,
                                         Sats estimate, const QString &ref, const QString &requestHash)
{
    std::optional<Identity> identity;
    if (key)
        identity = m_identities.ensure(transaction, *key).identity;
    if (const std::optional<QString> before = m_store.heldFor(ref))
        release(transaction, *before);
    if (!key)
        return decisionFor(estimate, nothing);
    const Sats wanted = std::min(estimate, budgetLeft(*key, identity));
    if (wanted <= nothing)
        return decisionFor(estimate, nothing);

    const PoolStore::Balance pool = locked(transaction);
    FreeTierDecision decision = decisionFor(estimate, std::min(wanted, pool.balance - pool.reserved));
    if (decision.serve == Serve::Gate)
        return decision;
    const Millis now = m_clock.now();
    decision.reservationId = newId();
    move(transaction, {.balance = {}, .reserved = decision.absorb, .credited = {}, .absorbed = {}});
    m_store.insert(
        transaction,
        {decision.reservationId, *key, ref, requestHash, decision.absorb, utcDay(now), true, now + holdFor},
        now);
    return decision;
}

bool GenerosityPool::hold(Transaction &transaction, const QString &reservationId)
{
    return m_store.prolong(transaction, reservationId, m_clock.now() + holdFor);
}

Sats GenerosityPool::commit(Transaction &transaction, const QString &reservationId, Sats actual)
{
    const std::optional<Reservation> found = m_store.find(reservationId);
    if (!found)
        return nothing;
    m_identities.ensure(transaction, found->pubkey); // locked first, as everywhere
    const std::optional<Reservation> reservation = m_store.lock(transaction, reservationId);
    if (!reservation || !reservation->held)
        return nothing;
    const PoolStore::Balance pool = locked(transaction);
    const Sats absorbed = std::clamp(std::min(actual, pool.balance), nothing, reservation->sats);
    m_store.end(transaction, reservationId, "committed", absorbed, m_clock.now());
    move(transaction,
         {.balance = -absorbed, .reserved = -reservation->sats, .credited = {}, .absorbed = absorbed});
    if (absorbed > nothing)
        writeGrant(transaction, *reservation, absorbed, pool.balance);
    return absorbed;
}

void GenerosityPool::writeGrant(Transaction &transaction, const Reservation &reservation, Sats absorbed,
                                Sats poolBefore)
{
    const Sats poolAfter = poolBefore - absorbed;
    if (!m_ledger.post(transaction, movements::absorbedByPool(reservation.id, absorbed)))
        throw internalError(QStringLiteral("A reservation was absorbed before it was committed."));
    m_identities.absorb(transaction, reservation.pubkey, absorbed);
    const FreeTierGrant grant{newId(),         reservation.pubkey, reservation.requestHash,
                              reservation.ref, absorbed,           poolBefore,
                              poolAfter,       m_clock.now()};
    m_store.insertGrant(transaction, grant, reservation.id);
    record(transaction, "pool.absorb", reservation.ref, poolBefore, poolAfter);
    transaction.changed("grant", grant.id);
}

void GenerosityPool::release(Transaction &transaction, const QString &reservationId)
{
    const std::optional<Reservation> reservation = m_store.lock(transaction, reservationId);
    if (reservation && reservation->held)
        giveBack(transaction, *reservation, "released");
}

void GenerosityPool::giveBack(Transaction &transaction, const Reservation &reservation, const char *state)
{
    m_store.end(transaction, reservation.id, state, nothing, m_clock.now());
    move(transaction, {.balance = {}, .reserved = -reservation.sats, .credited = {}, .absorbed = {}});
}

void GenerosityPool::lock(Transaction &transaction)
{
    locked(transaction);
}

Sats GenerosityPool::credit(Transaction &transaction, Sats paid, const QString &ref)
{
    const std::int64_t percent = m_settings.integer(Setting::FreeTierPoolCreditPct);
    // Whole hundreds and the rest apart, so that nothing overflows.
    const Sats sats(paid.value() / 100 * percent + paid.value() % 100 * percent / 100);
    if (sats <= nothing)
        return nothing;
    const Sats before = locked(transaction).balance;
    if (!m_ledger.post(transaction, movements::poolCredited(ref, sats)))
        return nothing;
    move(transaction, {.balance = sats, .reserved = {}, .credited = sats, .absorbed = {}});
    record(transaction, "pool.credit", ref, before, before + sats);
    return sats;
}

PoolStatus GenerosityPool::adjust(Sats sats, const QString &reason, const QString &actor)
{
    if (sats == nothing || sats > largestAdjustment || sats < -largestAdjustment)
        throw badRequest(
            "sats",
            QStringLiteral("sats must be between -%1 and %1, and not 0.").arg(largestAdjustment.value()));
    if (reason.trimmed().isEmpty())
        throw badRequest("reason", QStringLiteral("Give the reason."));
    if (reason.size() > longestReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
    Transaction transaction(m_database);
    const PoolStore::Balance pool = locked(transaction);
    if (pool.balance - pool.reserved + sats < nothing)
        throw conflict(QStringLiteral("The pool has %1 sats that are not reserved.")
                           .arg((pool.balance - pool.reserved).value()),
                       "pool_too_low");
    m_ledger.post(transaction, movements::poolAdjusted(m_ledger.nextPoolAdjustment(transaction), sats));
    move(transaction, {.balance = sats, .reserved = {}, .credited = {}, .absorbed = {}});
    m_activity.record(transaction, {actor, QStringLiteral("pool.adjust"), QStringLiteral("pool"), reason,
                                    described(pool.balance), described(pool.balance + sats)});
    transaction.commit();
    return status();
}

int GenerosityPool::expireDue(int limit)
{
    const Millis now = m_clock.now();
    const std::vector<QString> due = m_store.due(now, limit);
    if (due.empty())
        return 0;
    int expired = 0;
    for (const QString &id : due) {
        // One transaction for each: whoever ends a reservation takes its row first, and then the pool's.
        Transaction transaction(m_database);
        // Read again under the lock: the work may have begun meanwhile.
        const std::optional<Reservation> reservation = m_store.lock(transaction, id);
        if (!reservation || !reservation->held || reservation->expiresAt > now)
            continue;
        giveBack(transaction, *reservation, "expired");
        transaction.commit();
        ++expired;
    }
    return expired;
}

Page<FreeTierGrant> GenerosityPool::grants(const GrantFilter &filter, const PageRequest &page)
{
    return m_store.grants(filter, page);
}

} // namespace tower
