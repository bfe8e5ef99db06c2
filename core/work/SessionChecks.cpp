// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Reconcile.h"
#include "core/work/Sessions.h"

namespace tower {

namespace {

CheckResult checkBalances(Database &database)
{
    return mustAgree(
        database, R"sql(
        SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - booked)), 0) AS BIGINT) AS difference,
            min(id) AS example
        FROM (
            SELECT id, sum(kept) AS kept, sum(booked) AS booked
            FROM (
                SELECT id, balance_sats AS kept, 0 AS booked FROM sessions
                UNION ALL
                SELECT substr(account, 9), 0, balance FROM ledger_balances
                WHERE account >= 'session:' AND account < 'session;'
            ) sides
            GROUP BY id
        ) accounts
        WHERE kept <> booked)sql",
        QStringLiteral("Each session's balance equals its account."),
        QStringLiteral("%1 sessions do not have the balance of their account; the first is %2."));
}

CheckResult checkReservations(Database &database)
{
    return mustAgree(
        database, R"sql(
        SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - held)), 0) AS BIGINT) AS difference,
            min(id) AS example
        FROM (
            SELECT id, sum(kept) AS kept, sum(held) AS held
            FROM (
                SELECT id, reserved_sats AS kept, 0 AS held FROM sessions WHERE reserved_sats <> 0
                UNION ALL
                SELECT session_id, 0, reserved_sats FROM session_requests WHERE state = 'running'
            ) sides
            GROUP BY id
        ) accounts
        WHERE kept <> held)sql",
        QStringLiteral("What sessions hold back is what their running requests may cost."),
        QStringLiteral(
            "%1 sessions hold back other sums than their running requests may cost; the first is %2."));
}

} // namespace

void addSessionChecks(Reconcile &reconcile)
{
    reconcile.add(Reconcile::balancesCheck, checkBalances);
    reconcile.add(Reconcile::reservationsCheck, checkReservations);
}

} // namespace tower
