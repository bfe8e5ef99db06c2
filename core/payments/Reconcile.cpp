// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/payments/Reconcile.h"

#include "core/base/Error.h"
#include "core/payments/ReconcileStore.h"

#include <QCoroFuture>
#include <QStringList>

#include <algorithm>

namespace tower {

namespace {

using reconcilestore::Misfits;

CheckResult resultOf(const Misfits &found, const QString &right, const QString &wrong)
{
    CheckResult result;
    result.ok = found.count == 0;
    result.difference = found.difference;
    result.detail = result.ok ? right : wrong.arg(found.count).arg(found.example);
    return result;
}

CheckResult checkLedger(Database &database)
{
    return resultOf(
        reconcilestore::wrongAccounts(database),
        QStringLiteral("Debits equal credits, and no account is below 0 that may not be."),
        QStringLiteral("%1 accounts do not hold what their movements add up to, or are below 0; the "
                       "first is %2."));
}

CheckResult checkRefunds(Database &database)
{
    return resultOf(reconcilestore::wrongRefunds(database),
                    QStringLiteral("What is owed back is in the ledger."),
                    QStringLiteral("%1 refunds differ from their accounts; the first is %2."));
}

CheckResult checkOutgoing(Database &database)
{
    return resultOf(reconcilestore::wrongOutgoing(database),
                    QStringLiteral("What is on its way is in the ledger."),
                    QStringLiteral("%1 payments on their way differ from their accounts; the first is %2."));
}

CheckResult checkInvoices(Database &database)
{
    return resultOf(
        reconcilestore::wrongInvoices(database),
        QStringLiteral("Every paid invoice has its one movement, and every such movement its invoice."),
        QStringLiteral("%1 payments are not in the ledger as their invoices are, or have no invoice; "
                       "the first is %2."));
}

CheckResult checkFees(Database &database)
{
    return resultOf(
        reconcilestore::unbookedFees(database), QStringLiteral("Every routing fee is booked."),
        QStringLiteral("%1 routing fees can't be booked before the ledger's wallet holds as much; "
                       "the first is that of payment %2."));
}

/// In whole sats, away from 0: what differs at all is not shown as nothing.
Sats inSats(Msat amount)
{
    const std::int64_t msat = amount.value();
    return Sats(msat < 0 ? (msat - 999) / 1'000 : (msat + 999) / 1'000);
}

CheckResult checkWallet(Database &database, const WalletBalance &balance)
{
    CheckResult result;
    if (!balance.held) {
        result.difference.reset();
        result.detail = QStringLiteral("Unknown: the wallet can't be asked for its balance.");
        return result;
    }
    const reconcilestore::ExpectedWallet expected =
        reconcilestore::expectedWallet(database, balance.lastMovement);
    const Msat difference = *balance.held - expected.balance;
    result.difference = inSats(difference);
    if (difference == Msat()) {
        result.detail = QStringLiteral("The wallet holds what the ledger says.");
        return result;
    }
    result.ok = difference <= expected.mayHaveArrived + expected.leftSince &&
                difference >= -(expected.mayHaveLeft + expected.arrivedSince);
    const QString what = QStringLiteral("The wallet holds %1 msat, the books say %2.")
                             .arg(balance.held->value())
                             .arg(expected.balance.value());
    if (!result.ok)
        result.detail = what;
    else if (expected.leftSince + expected.arrivedSince > Msat())
        result.detail = what + QStringLiteral(" Payments were booked while the wallet was asked.");
    else if (difference > Msat())
        result.detail =
            what + QStringLiteral(" Payments of %1 open invoices may have arrived and not be booked yet.")
                       .arg(expected.openInvoices);
    else
        result.detail =
            what + QStringLiteral(" The outcome of %1 payments is open.").arg(expected.openPayments);
    return result;
}

CheckResult joined(const QString &name, const std::vector<CheckResult> &parts)
{
    CheckResult whole;
    whole.name = name;
    QStringList details;
    for (const CheckResult &part : parts) {
        whole.ok = whole.ok && part.ok;
        if (whole.difference && part.difference)
            whole.difference = *whole.difference + *part.difference;
        else
            whole.difference.reset();
        details.push_back(part.detail);
    }
    whole.detail = parts.empty() ? QStringLiteral("There is nothing to check.") : details.join(u' ');
    return whole;
}

} // namespace

CheckResult mustAgree(Database &database, std::string_view sql, const QString &alike, const QString &unlike)
{
    return resultOf(reconcilestore::misfits(database, sql), alike, unlike);
}

Reconcile::Reconcile()
    : m_checks{{ledgerCheck, {}},
               {balancesCheck, {}},
               {invoicesCheck, {}},
               {reservationsCheck, {}},
               {walletCheck, {}}}
{
    add(ledgerCheck, checkLedger);
    add(balancesCheck, checkRefunds);
    add(balancesCheck, checkOutgoing);
    add(invoicesCheck, checkInvoices);
    named(walletCheck).parts.emplace_back(checkWallet);
    add(walletCheck, checkFees);
}

void Reconcile::add(const QString &name, Check part)
{
    named(name).parts.emplace_back(
        [part = std::move(part)](Database &database, const WalletBalance &) { return part(database); });
}

Reconcile::Named &Reconcile::named(const QString &name)
{
    const auto found = std::find_if(m_checks.begin(), m_checks.end(),
                                    [&](const Named &check) { return check.name == name; });
    if (found == m_checks.end())
        throw internalError(QStringLiteral("There is no check %1.").arg(name));
    return *found;
}

ReconcileReport Reconcile::run(Database &database, const WalletBalance &balance) const
{
    ReconcileReport report;
    for (const Named &check : m_checks) {
        std::vector<CheckResult> parts;
        for (const Part &part : check.parts) {
            try {
                parts.push_back(part(database, balance));
            } catch (const ServiceError &error) {
                parts.push_back({check.name, false, Sats(), error.message()});
            }
        }
        report.checks.push_back(joined(check.name, parts));
        report.ok = report.ok && report.checks.back().ok;
    }
    return report;
}

QCoro::Task<ReconcileReport> Reconcile::runNow(Database &database, Wallet &wallet, Reader &reader) const
{
    const Reconcile self = *this; // this may be gone before the answers are there
    const std::int64_t last = reconcilestore::lastMovement(database);
    QCoro::Task<std::optional<Msat>> asking = askBalance(wallet);
    WalletBalance balance = co_await asking;
    balance.lastMovement = last;
    const auto work = [self, balance](Database &source) { return self.run(source, balance); };
    QFuture<ReconcileReport> running = reader.run(work);
    const ReconcileReport report = co_await running;
    co_return report;
}

QCoro::Task<std::optional<Msat>> Reconcile::askBalance(Wallet &wallet)
{
    std::optional<Msat> balance;
    try {
        QCoro::Task<Msat> asking = wallet.balance();
        const Msat told = co_await asking;
        balance = told;
    } catch (const ServiceError &) {
        // It stays unknown.
    }
    co_return balance;
}

} // namespace tower
