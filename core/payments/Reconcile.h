// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <functional>
#include <vector>

namespace tower {

struct CheckResult
{
    QString name;
    bool ok = true;
    Sats difference; ///< by how much what should be equal differs
    QString detail;  ///< a sentence
};

struct ReconcileReport
{
    bool ok = true;
    std::vector<CheckResult> checks;
};

/// What must always hold of the books, checked over any connection, so that it can run off the core thread on
/// a read-only one. The five checks are there from the start, computed from the ledger alone; a module whose
/// tables a check compares puts its own in the place of the one of the same name.
class Reconcile
{
public:
    using Check = std::function<CheckResult(Database &)>;

    static inline const QString ledgerCheck = QStringLiteral("ledger");
    static inline const QString balancesCheck = QStringLiteral("balances");
    static inline const QString invoicesCheck = QStringLiteral("invoices");
    static inline const QString reservationsCheck = QStringLiteral("reservations");
    static inline const QString walletCheck = QStringLiteral("wallet");

    Reconcile();

    /// Adds a check, or replaces the one of that name.
    void set(const QString &name, Check check);
    /// Runs all, in one snapshot each. A check that throws is a check that failed.
    [[nodiscard]] ReconcileReport run(Database &database) const;

private:
    std::vector<std::pair<QString, Check>> m_checks;
};

} // namespace tower
