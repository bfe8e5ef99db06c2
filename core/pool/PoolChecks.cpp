// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What must always hold of the pool. Each statement reads one moment, and each state change writes all that
// it compares in one transaction, so a running tower passes at any time.
#include "core/pool/GenerosityPool.h"

namespace tower {

namespace {

/// What the pool's row says beside what ledger and reservations add up to.
constexpr std::string_view wrongFigures = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - summed)), 0) AS BIGINT) AS difference,
        min(figure) AS example
    FROM (
        SELECT 'balance' AS figure, coalesce((SELECT balance_sats FROM generosity_pool), 0) AS kept,
               coalesce((SELECT balance FROM ledger_balances WHERE account = 'pool'), 0) AS summed
        UNION ALL
        SELECT 'reserved', coalesce((SELECT reserved_sats FROM generosity_pool), 0),
               coalesce((SELECT sum(sats) FROM free_tier_reservations WHERE state = 'held'), 0)
        UNION ALL
        SELECT 'credited', coalesce((SELECT credited_sats FROM generosity_pool), 0),
               coalesce((SELECT sum(sats) FROM ledger WHERE kind = 'pool_credit'), 0)
        UNION ALL
        SELECT 'absorbed', coalesce((SELECT absorbed_sats FROM generosity_pool), 0),
               coalesce((SELECT sum(sats) FROM ledger WHERE kind = 'grant'), 0)
    ) figures
    WHERE kept <> summed)";

CheckResult checkPool(Database &database)
{
    return mustAgree(
        database, wrongFigures,
        QStringLiteral("The pool holds what the ledger says, and what is reserved of it."),
        QStringLiteral(
            "%1 figures of the pool differ from what ledger and reservations add up to; the first is %2."));
}

constexpr std::string_view strayReservations = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(held.sats), 0) AS BIGINT) AS difference,
        min(held.id) AS example
    FROM free_tier_reservations held
    LEFT JOIN jobs ON substr(held.ref, 1, 4) = 'job:' AND jobs.id = substr(held.ref, 5)
        AND jobs.state IN ('evaluating', 'awaiting_work_payment', 'executing')
    LEFT JOIN session_requests ON substr(held.ref, 1, 8) = 'request:'
        AND session_requests.id = substr(held.ref, 9) AND session_requests.state = 'running'
    WHERE held.state = 'held' AND jobs.id IS NULL AND session_requests.id IS NULL)";

CheckResult checkReservations(Database &database)
{
    return mustAgree(
        database, strayReservations,
        QStringLiteral("Every reservation has ended or belongs to work that is running."),
        QStringLiteral("%1 reservations are held for work that is not running; the first is %2."));
}

/// By reservation: what was granted, what left the pool, and what the reservation says.
constexpr std::string_view wrongGrants = R"(
    SELECT count(*) AS wrong,
        CAST(coalesce(sum(abs(granted - moved) + abs(granted - absorbed)), 0) AS BIGINT) AS difference,
        min(id) AS example
    FROM (
        SELECT id, sum(granted) AS granted, sum(moved) AS moved, sum(absorbed) AS absorbed
        FROM (
            SELECT reservation_id AS id, sats AS granted, 0 AS moved, 0 AS absorbed FROM free_tier_grants
            UNION ALL
            SELECT ref, 0, sats, 0 FROM ledger WHERE kind = 'grant'
            UNION ALL
            SELECT id, 0, 0, absorbed_sats FROM free_tier_reservations WHERE state = 'committed'
        ) parts
        GROUP BY id
    ) reservations
    WHERE granted <> moved OR granted <> absorbed)";

CheckResult checkGrants(Database &database)
{
    return mustAgree(
        database, wrongGrants, QStringLiteral("Every grant has its reservation and its movement."),
        QStringLiteral("%1 grants differ from their reservation or their movement; the first is %2."));
}

} // namespace

void addPoolChecks(Reconcile &reconcile)
{
    reconcile.add(Reconcile::balancesCheck, checkPool);
    reconcile.add(Reconcile::reservationsCheck, checkReservations);
    reconcile.add(Reconcile::reservationsCheck, checkGrants);
}

} // namespace tower
