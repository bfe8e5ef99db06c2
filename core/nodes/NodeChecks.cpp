// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeChecks.h"

namespace tower {

namespace {

/// What an account may hold is told by the node's own invoice.
CheckResult checkBalances(Database &database)
{
    return mustAgree(database, R"sql(
        SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - booked)), 0) AS BIGINT) AS difference,
            min(id) AS example
        FROM (
            SELECT id, CAST(sum(kept) AS BIGINT) AS kept, CAST(sum(booked) AS BIGINT) AS booked
            FROM (
                SELECT j.id, i.received_msat / 1000 AS kept, 0 AS booked
                FROM bootstrap_jobs j JOIN invoices i ON i.payment_hash = j.payment_hash
                WHERE j.state = 'provisioning'
                UNION ALL
                SELECT substr(account, 6), 0, balance FROM ledger_balances
                WHERE account >= 'node:' AND account < 'node;'
            ) sides
            GROUP BY id
        ) accounts
        WHERE kept <> booked)sql",
                     QStringLiteral("What was paid for nodes in the making is held for them."),
                     QStringLiteral("%1 nodes do not hold what was paid for them; the first is %2."));
}

} // namespace

void addNodeChecks(Reconcile &reconcile)
{
    reconcile.add(Reconcile::balancesCheck, checkBalances);
}

} // namespace tower
