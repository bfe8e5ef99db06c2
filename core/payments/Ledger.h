// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/payments/Movements.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <vector>

namespace tower {

struct LedgerRow
{
    std::int64_t id = 0;
    Millis at;
    Movement movement;
};

struct LedgerFilter
{
    QString account{}; ///< debited or credited; empty: all
    QString kind{};    ///< with an account, too, of that kind
    std::optional<Millis> since{}, until{};
};

struct AccountBalance
{
    Account account;
    Sats balance; ///< on the account's normal side
};

/// Every sat is one row: double entry, append-only. Balances are kept beside the rows in the same
/// transaction, so that reading one costs the same at any size. Core thread.
class Ledger
{
public:
    Ledger(Database &database, const Clock &clock);

    /// Writes one movement in the transaction of the state change that it belongs to. False, and nothing
    /// written, when its unique key is there already. Throws conflict "insufficient_balance", nothing
    /// written, when an account would become negative that may not; internalError on sats <= 0.
    bool post(Transaction &transaction, const Movement &movement);

    [[nodiscard]] Sats balance(const Account &account);
    /// All accounts whose name begins with `prefix` and whose balance is not 0, by name; at most `limit`.
    std::vector<AccountBalance> balances(const QString &prefix, int limit = PageRequest::maximumLimit);
    /// Newest first.
    Page<LedgerRow> list(const LedgerFilter &filter, const PageRequest &page);
    [[nodiscard]] bool has(const QString &uniqueKey);
    /// The balance, which nobody else changes until the transaction ends.
    Sats lockBalance(Transaction &transaction, const Account &account);

    /// The next N of pool:adjust:N and correct:N. Locks the operator's account, so that two callers get two.
    std::int64_t nextPoolAdjustment(Transaction &transaction);
    std::int64_t nextCorrection(Transaction &transaction);

private:
    Page<LedgerRow> listOfAccount(const LedgerFilter &filter, const PageRequest &page);
    Sats lock(Database &database, const Account &account);
    std::int64_t nextNumber(Transaction &transaction, const char *kind);

    Database &m_database;
    const Clock &m_clock;
};

} // namespace tower
