// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/Wallet.h"
#include "core/store/Database.h"
#include "core/store/Reader.h"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace tower {

struct CheckResult
{
    QString name;
    bool ok = true;
    std::optional<Sats> difference = Sats(); ///< by how much what should be equal differs; nullopt: unknown
    QString detail;                          ///< a sentence
};

struct ReconcileReport
{
    bool ok = true;
    std::vector<CheckResult> checks;
};

/// A part of a check: `sql` counts what differs (columns `wrong`, `difference` in sats, `example`). `unlike`:
/// %1 is how many, %2 one of them.
CheckResult mustAgree(Database &database, std::string_view sql, const QString &alike, const QString &unlike);

/// What the wallet holds, asked at some moment.
struct WalletBalance
{
    WalletBalance(std::nullopt_t) {}
    WalletBalance(Msat balance)
        : held(balance)
    {
    }
    WalletBalance(std::optional<Msat> balance)
        : held(balance)
    {
    }

    std::optional<Msat> held; ///< nullopt when it could not be asked
    /// The ledger's last row at that moment: what was booked later may be in it, or not. Nullopt: nothing
    /// was.
    std::optional<std::int64_t> lastMovement;
};

/// What must always hold of the books, checked over any connection, so that it can run off the core thread on
/// a read-only one. The report has the five checks of data.md, always and only those; each is made of parts,
/// one for each module whose tables it compares. The ledger's, the payments' and the wallet's are there from
/// the start.
class Reconcile
{
public:
    /// One part of a check. In one statement, so that it sees one moment.
    using Check = std::function<CheckResult(Database &)>;

    static inline const QString ledgerCheck = QStringLiteral("ledger");
    static inline const QString balancesCheck = QStringLiteral("balances");
    static inline const QString invoicesCheck = QStringLiteral("invoices");
    static inline const QString reservationsCheck = QStringLiteral("reservations");
    static inline const QString walletCheck = QStringLiteral("wallet");

    Reconcile();

    /// Adds a part to the check of that name (one of the five; internalError for another). The check is right
    /// when all its parts are; their differences add up, their details follow one another.
    void add(const QString &name, Check part);
    /// Runs all. A part that throws is one that failed.
    [[nodiscard]] ReconcileReport run(Database &database, const WalletBalance &balance) const;
    /// Asks the wallet, then runs all on the reader's connection.
    QCoro::Task<ReconcileReport> runNow(Database &database, Wallet &wallet, Reader &reader) const;

    /// The wallet's balance; nullopt when it can't be reached.
    static QCoro::Task<std::optional<Msat>> askBalance(Wallet &wallet);

private:
    using Part = std::function<CheckResult(Database &, const WalletBalance &)>;
    struct Named
    {
        QString name;
        std::vector<Part> parts;
    };
    Named &named(const QString &name);

    std::vector<Named> m_checks;
};

} // namespace tower
