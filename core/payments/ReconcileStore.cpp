// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/ReconcileStore.h"

#include <limits>

namespace tower::reconcilestore {

namespace {

// Each is one statement, so that it sees one moment.

constexpr auto wrongAccountsSql = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - summed)), 0) AS BIGINT) AS difference,
        min(account) AS example
    FROM (
        SELECT account, sum(kept) AS kept, sum(summed) AS summed
        FROM (
            SELECT account, balance AS kept, 0 AS summed FROM ledger_balances
            UNION ALL
            SELECT debit, 0, CASE WHEN debit IN ('wallet', 'zaps', 'routing_fees') THEN sats
                ELSE -sats END FROM ledger
            UNION ALL
            SELECT credit, 0, CASE WHEN credit IN ('wallet', 'zaps', 'routing_fees') THEN -sats
                ELSE sats END FROM ledger
        ) sides
        GROUP BY account
    ) accounts
    WHERE kept <> summed OR (summed < 0 AND account NOT IN ('operator', 'revenue')))";

/// A refund that is being paid is on its way, in an outgoing account.
constexpr auto wrongRefundsSql = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(owed - held)), 0) AS BIGINT) AS difference,
        min(account) AS example
    FROM (
        SELECT account, sum(owed) AS owed, sum(held) AS held
        FROM (
            SELECT account, CASE WHEN state = 'pending' THEN amount_sats ELSE 0 END AS owed, 0 AS held
                FROM refunds
            UNION ALL
            SELECT account, 0, balance FROM ledger_balances WHERE account >= 'refund:' AND account < 'refund;'
        ) sides
        GROUP BY account
    ) accounts
    WHERE owed <> held)";

constexpr auto wrongOutgoingSql = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(sent - held)), 0) AS BIGINT) AS difference,
        min(account) AS example
    FROM (
        SELECT account, sum(sent) AS sent, sum(held) AS held
        FROM (
            SELECT 'outgoing:' || id AS account,
                   CASE WHEN state IN ('intent', 'paying', 'unknown') THEN amount_sats
                       ELSE 0 END AS sent, 0 AS held
            FROM outgoing_payments
            UNION ALL
            SELECT account, 0, balance FROM ledger_balances
                WHERE account >= 'outgoing:' AND account < 'outgoing;'
        ) sides
        GROUP BY account
    ) accounts
    WHERE sent <> held)";

/// An invoice's one movement is found by its unique key.
constexpr auto wrongInvoicesSql = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(received - booked)), 0) AS BIGINT) AS difference,
        min(unique_key) AS example
    FROM (
        SELECT unique_key, sum(invoices) AS invoices, sum(movements) AS movements, sum(received) AS received,
               sum(booked) AS booked
        FROM (
            SELECT CASE WHEN state = 'paid_late' OR purpose IN ('deposit', 'topup')
                THEN 'invoice:' || payment_hash
                        WHEN purpose = 'eval' THEN 'job:' || job_id || ':eval-paid'
                        WHEN purpose = 'work' THEN 'job:' || job_id || ':work-paid'
                        ELSE 'node:' || bootstrap_job_id || ':paid' END AS unique_key,
                   1 AS invoices, 0 AS movements, received_msat / 1000 AS received, 0 AS booked
            FROM invoices WHERE state IN ('paid', 'paid_late')
            UNION ALL
            SELECT unique_key, 0, 1, 0, sats FROM ledger
            WHERE kind IN ('eval_paid', 'work_paid', 'deposit', 'node_paid', 'late_payment')
        ) sides
        GROUP BY unique_key
    ) payments
    WHERE invoices <> 1 OR movements <> 1 OR received <> booked)";

constexpr auto unbookedFeesSql = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum((p.fee_msat + 999) / 1000), 0) AS BIGINT) AS difference,
           min(p.id) AS example
    FROM outgoing_payments p
    WHERE p.state = 'paid' AND p.fee_msat > 0
      AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.unique_key = 'fee:' || p.id))";

/// The ledger counts whole sats: what was received beyond them is in the wallet, what was booked as a fee
/// beyond the fee is, too.
constexpr auto expectedWalletSql = R"(
    SELECT
        coalesce((SELECT balance FROM ledger_balances WHERE account = 'wallet'), 0) * 1000
            + CAST(coalesce((SELECT sum(received_msat % 1000) FROM invoices
                WHERE state IN ('paid', 'paid_late')), 0) AS BIGINT)
            + 1000 * CAST(coalesce((SELECT sum(sats) FROM ledger WHERE kind = 'fee'), 0) AS BIGINT)
            - CAST(coalesce((SELECT sum(fee_msat) FROM outgoing_payments
                WHERE state = 'paid'), 0) AS BIGINT) AS balance,
        (SELECT count(*) FROM invoices WHERE next_check_at IS NOT NULL) AS open_invoices,
        1000 * CAST(coalesce((SELECT sum(amount_sats) FROM invoices
            WHERE next_check_at IS NOT NULL), 0) AS BIGINT) AS arrived,
        (SELECT count(*) FROM outgoing_payments
            WHERE state IN ('intent', 'paying', 'unknown')) AS open_payments,
        1000 * CAST(coalesce((SELECT sum(amount_sats + max_fee_sats) FROM outgoing_payments
                              WHERE state IN ('intent', 'paying', 'unknown')), 0) AS BIGINT) AS gone,
        1000 * CAST(coalesce((SELECT sum(sats + 1) FROM ledger
            WHERE id > ? AND debit = 'wallet'), 0) AS BIGINT) AS arrived_since,
        1000 * CAST(coalesce((SELECT sum(sats + 1) FROM ledger
            WHERE id > ? AND credit = 'wallet'), 0) AS BIGINT) AS left_since)";

} // namespace

Misfits misfits(Database &database, std::string_view sql)
{
    return database
        .one(sql, {},
             [](const Row &row) {
                 return Misfits{row.integer("wrong"), row.sats("difference"), row.text("example")};
             })
        .value_or(Misfits{});
}

Misfits wrongAccounts(Database &database)
{
    return misfits(database, wrongAccountsSql);
}

Misfits wrongRefunds(Database &database)
{
    return misfits(database, wrongRefundsSql);
}

Misfits wrongOutgoing(Database &database)
{
    return misfits(database, wrongOutgoingSql);
}

Misfits wrongInvoices(Database &database)
{
    return misfits(database, wrongInvoicesSql);
}

Misfits unbookedFees(Database &database)
{
    return misfits(database, unbookedFeesSql);
}

ExpectedWallet expectedWallet(Database &database, std::optional<std::int64_t> since)
{
    const std::int64_t last = since.value_or(std::numeric_limits<std::int64_t>::max());
    return database
        .one(expectedWalletSql, {last, last},
             [](const Row &row) {
                 return ExpectedWallet{Msat(row.integer("balance")),   row.integer("open_invoices"),
                                       Msat(row.integer("arrived")),   row.integer("open_payments"),
                                       Msat(row.integer("gone")),      Msat(row.integer("arrived_since")),
                                       Msat(row.integer("left_since"))};
             })
        .value_or(ExpectedWallet{});
}

std::int64_t lastMovement(Database &database)
{
    return database.number("SELECT max(id) AS n FROM ledger");
}

} // namespace tower::reconcilestore
