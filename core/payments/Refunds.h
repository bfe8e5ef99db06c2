// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/payments/Ledger.h"
#include "core/payments/Outgoing.h"
#include "core/payments/RefundStore.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace tower {

/// Sats owed back, and how they are paid: exactly what is owed, once. Core thread.
class Refunds
{
public:
    Refunds(Database &database, const Clock &clock, Outgoing &outgoing);

    /// Writes down that `movement`, which credits a refund account and is posted in the same transaction, is
    /// owed to that owner.
    void owe(Transaction &transaction, RefundOwner kind, const QString &ownerId, const Movement &movement);

    /// What an owner's refunds come to; nullopt when nothing is or was owed. With several the sum, and the
    /// state of the one that is least settled.
    struct Owed
    {
        Sats amount;
        RefundState state = RefundState::Pending;
    };
    std::optional<Owed> owed(RefundOwner kind, const QString &ownerId);
    std::vector<Refund> of(RefundOwner kind, const QString &ownerId);
    Page<Refund> list(const RefundFilter &filter, const PageRequest &page);

    /// Pays a pending refund of that owner, the oldest of the invoice's amount, to a BOLT 11 invoice of
    /// exactly that amount, and answers when the payment has an outcome (or none that is known yet). Throws
    /// badRequest("bolt11") for an invoice that does not fit (nothing changes), conflict "nothing_owed",
    /// "refund_in_progress", "invoice_used", "insufficient_balance". The same invoice again gives the refund
    /// as it stands, and is paid again only if its payment has failed for good.
    QCoro::Task<Refund> pay(RefundOwner kind, QString ownerId, QString bolt11);

    /// Called inside the transaction of every change of an owner's refunds, with what they come to now.
    using Follow = std::function<void(Transaction &, const QString &ownerId, const Owed &)>;
    void follow(RefundOwner kind, Follow follow);

private:
    /// The refund of that owner that an invoice of this hash is used for; nullopt when it is used for
    /// nothing. Throws conflict "invoice_used".
    std::optional<Refund> usedFor(RefundOwner kind, const QString &ownerId, const PaymentHash &paymentHash);
    /// The pending refund of that owner that an invoice of this amount is for; throws as pay().
    Refund chosen(RefundOwner kind, const QString &ownerId, const std::optional<Msat> &offered);
    void settled(Transaction &transaction, const OutgoingPayment &payment);
    void tellFollower(Transaction &transaction, RefundOwner kind, const QString &ownerId);

    Database &m_database;
    const Clock &m_clock;
    Outgoing &m_outgoing;
    RefundStore m_store;
    std::map<RefundOwner, Follow> m_followers;
    /// Lets a coroutine see after a wait whether this is still there.
    std::shared_ptr<const bool> m_alive = std::make_shared<const bool>(true);
};

} // namespace tower
