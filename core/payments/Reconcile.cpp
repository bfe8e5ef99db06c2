// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Reconcile.h"

#include "core/base/Error.h"

#include <algorithm>

namespace tower {

namespace {

/// Balances as the rows of the ledger give them, beside those kept; the accounts where the two differ, or
/// that are below 0 and may not be. One statement, so one moment.
constexpr auto wrongAccounts = R"(
    SELECT count(*) AS wrong, CAST(coalesce(sum(abs(kept - summed)), 0) AS BIGINT) AS difference, min(account) AS example
    FROM (
        SELECT account, sum(kept) AS kept, sum(summed) AS summed
        FROM (
            SELECT account, balance AS kept, 0 AS summed FROM ledger_balances
            UNION ALL
            SELECT debit, 0, CASE WHEN debit IN ('wallet', 'zaps', 'routing_fees') THEN sats ELSE -sats END FROM ledger
            UNION ALL
            SELECT credit, 0, CASE WHEN credit IN ('wallet', 'zaps', 'routing_fees') THEN -sats ELSE sats END FROM ledger
        ) sides
        GROUP BY account
    ) accounts
    WHERE kept <> summed OR (summed < 0 AND account NOT IN ('operator', 'revenue')))";

CheckResult checkLedger(Database &database)
{
    struct Found
    {
        std::int64_t wrong;
        Sats difference;
        QString example;
    };
    const auto found = database.one(wrongAccounts, {}, [](const Row &row) {
        return Found{row.integer("wrong"), row.sats("difference"), row.text("example")};
    });
    CheckResult result;
    result.ok = found->wrong == 0;
    result.difference = found->difference;
    result.detail = result.ok
                        ? QStringLiteral("Debits equal credits, and no account is below 0 that may not be.")
                        : QStringLiteral("%1 accounts do not hold what their movements add up to, or are "
                                         "below 0; the first is %2.")
                              .arg(found->wrong)
                              .arg(found->example);
    return result;
}

/// `sql` counts what must not be there (columns: found, sats).
CheckResult mustBeNone(Database &database, std::string_view sql, const QString &none, const QString &some)
{
    CheckResult result;
    const auto rows = database.one(sql, {}, [&](const Row &row) {
        result.difference = row.sats("sats");
        return row.integer("found");
    });
    result.ok = rows.value_or(0) == 0;
    result.detail = result.ok ? none : some.arg(rows.value_or(0));
    return result;
}

CheckResult checkBalances(Database &database)
{
    return mustBeNone(
        database, R"(
        SELECT count(*) AS found, CAST(coalesce(sum(balance), 0) AS BIGINT) AS sats FROM ledger_balances
        WHERE balance <> 0 AND (account = 'pool' OR (account >= 'session:' AND account < 'session;')))",
        QStringLiteral("There is no pool and no session yet, and none in the ledger."),
        QStringLiteral("The ledger has %1 pool or session accounts with a balance that belong to nothing."));
}

CheckResult checkInvoices(Database &database)
{
    return mustBeNone(database, R"(
        SELECT count(*) AS found, CAST(coalesce(sum(sats), 0) AS BIGINT) AS sats FROM ledger
        WHERE kind IN ('eval_paid', 'work_paid', 'deposit', 'node_paid', 'late_payment'))",
                      QStringLiteral("There are no invoices yet, and no movement that needs one."),
                      QStringLiteral("The ledger has %1 movements that need an invoice, and there is none."));
}

CheckResult checkReservations(Database &database)
{
    return mustBeNone(
        database,
        "SELECT count(*) AS found, CAST(coalesce(sum(sats), 0) AS BIGINT) AS sats FROM ledger WHERE kind = "
        "'grant'",
        QStringLiteral("There are no reservations yet, and no movement that needs one."),
        QStringLiteral("The ledger has %1 movements that need a reservation, and there is none."));
}

CheckResult checkWallet(Database &database)
{
    return mustBeNone(database, R"(
        SELECT count(*) AS found, CAST(coalesce(sum(balance), 0) AS BIGINT) AS sats FROM ledger_balances
        WHERE balance <> 0 AND account = 'wallet')",
                      QStringLiteral("There is no wallet yet, and the ledger holds nothing in one."),
                      QStringLiteral("The ledger holds sats in a wallet, and there is none (%1 account)."));
}

} // namespace

Reconcile::Reconcile()
{
    set(ledgerCheck, checkLedger);
    set(balancesCheck, checkBalances);
    set(invoicesCheck, checkInvoices);
    set(reservationsCheck, checkReservations);
    set(walletCheck, checkWallet);
}

void Reconcile::set(const QString &name, Check check)
{
    const auto found = std::find_if(m_checks.begin(), m_checks.end(),
                                    [&](const auto &entry) { return entry.first == name; });
    if (found == m_checks.end())
        m_checks.emplace_back(name, std::move(check));
    else
        found->second = std::move(check);
}

ReconcileReport Reconcile::run(Database &database) const
{
    ReconcileReport report;
    for (const auto &[name, check] : m_checks) {
        CheckResult result;
        try {
            result = check(database);
        } catch (const ServiceError &error) {
            result.ok = false;
            result.detail = error.message();
        }
        result.name = name;
        report.ok = report.ok && result.ok;
        report.checks.push_back(std::move(result));
    }
    return report;
}

} // namespace tower
