// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/payments/Account.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <optional>
#include <vector>

namespace tower {

enum class RefundState { Pending, Paying, Paid };
QString toText(RefundState state); ///< pending, paying, paid

enum class RefundOwner { Job, Session, Node };
QString toText(RefundOwner owner); ///< job, session, node

/// What is owed back to the customer of a job, session or node: one for each refund account of the ledger.
struct Refund
{
    Account account;
    RefundOwner ownerKind = RefundOwner::Job;
    QString ownerId;
    Sats amount;
    RefundState state = RefundState::Pending;
    QString intentId{}; ///< of the latest payment
    Millis createdAt;
    std::optional<Millis> paidAt{};
};

struct RefundFilter
{
    std::optional<RefundState> state{};
};

/// The SQL of the table refunds. Knows no rule.
class RefundStore
{
public:
    explicit RefundStore(Database &database)
        : m_database(database)
    {
    }

    /// False when the account is in the table already.
    bool insert(Transaction &transaction, const Refund &refund);
    std::optional<Refund> find(const Account &account);
    /// Oldest first.
    std::vector<Refund> of(RefundOwner kind, const QString &ownerId);
    Page<Refund> list(const RefundFilter &filter, const PageRequest &page);

    /// pending → paying, for one caller only.
    bool begin(Transaction &transaction, const Account &account);
    void setIntent(Transaction &transaction, const Account &account, const QString &intentId);
    /// paying → paid, or back to pending; only for the payment that it is at.
    bool end(Transaction &transaction, const Account &account, const QString &intentId, RefundState to,
             Millis now);

private:
    Database &m_database;
};

} // namespace tower
