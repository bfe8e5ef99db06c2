// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <string_view>

namespace tower::reconcilestore {

/// What does not fit together somewhere in the books.
struct Misfits
{
    std::int64_t count = 0;
    Sats difference; ///< in all, by how much
    QString example; ///< one of them, by its name
};

/// What a statement with the columns `wrong` (how many), `difference` and `example` says.
Misfits misfits(Database &database, std::string_view sql);

/// Balances as the rows of the ledger give them, beside those kept; and accounts below 0 that may not be.
Misfits wrongAccounts(Database &database);
/// Refund and outgoing accounts, beside what the tables refunds and outgoing_payments say they hold.
Misfits wrongRefunds(Database &database);
Misfits wrongOutgoing(Database &database);
/// Paid invoices without their movement, movements without their invoice, and amounts that differ.
Misfits wrongInvoices(Database &database);
/// Routing fees that were paid and are not in the ledger.
Misfits unbookedFees(Database &database);

/// What the wallet should hold, and by how much it may differ while things are under way.
struct ExpectedWallet
{
    Msat balance;
    std::int64_t openInvoices = 0; ///< that may have been paid and not be booked yet
    Msat mayHaveArrived;
    std::int64_t openPayments = 0; ///< whose outcome is open
    Msat mayHaveLeft;
    Msat arrivedSince; ///< booked after a row of the ledger
    Msat leftSince;
};
/// `since`: the row of the ledger after which movements may be in the wallet's balance, or not.
ExpectedWallet expectedWallet(Database &database, std::optional<std::int64_t> since);
/// The number of the ledger's last row.
std::int64_t lastMovement(Database &database);

} // namespace tower::reconcilestore
