// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/lightning/Wallet.h"
#include "core/store/Database.h"

#include <optional>
#include <vector>

namespace tower {

enum class InvoicePurpose { Eval, Work, Deposit, Topup, Node };
QString toText(InvoicePurpose purpose);

enum class InvoiceState { Open, Paid, Expired, PaidLate };
QString toText(InvoiceState state);

struct Invoice
{
    PaymentHash paymentHash;
    QString paymentRequest;
    InvoicePurpose purpose = InvoicePurpose::Eval;
    Sats amount;
    InvoiceState state = InvoiceState::Open;
    bool simulated = false;
    Msat received;
    std::optional<Millis> paidAt;
    QString ownerId; ///< the job's, session's or node's
    Millis createdAt;
    Millis expiresAt;
};

/// The SQL of the table invoices. Knows no rule.
class InvoiceStore
{
public:
    explicit InvoiceStore(Database &database)
        : m_database(database)
    {
    }

    /// False when there is an invoice of this payment hash already.
    bool insert(Transaction &transaction, const Invoice &invoice, Millis firstCheckAt);
    std::optional<Invoice> find(const PaymentHash &paymentHash);
    /// The row, locked for this transaction.
    std::optional<Invoice> lock(Transaction &transaction, const PaymentHash &paymentHash);
    /// Guarded by `from`. False when it was in another state.
    bool settle(Transaction &transaction, const PaymentHash &paymentHash, InvoiceState from, InvoiceState to,
                Msat received, Millis paidAt);
    bool expire(Transaction &transaction, const PaymentHash &paymentHash);

    /// The network's prefix of the newest invoice of the real (or simulated) wallet; "" without one.
    QString lastPrefix(bool simulated);

    /// Whether the real (or the simulated) wallet has ever been paid.
    bool hasPaid(bool simulated);

    /// Takes up to `limit` invoices that are due to be looked up, each for one caller only: the next look is
    /// put off by the back-off (2 s doubling to 60 s; the moment of expiry is never passed over) before they
    /// are handed out. An expired one is not due any more `lateWatch` past its expiry; an open one always is.
    std::vector<PaymentHash> claimDue(Millis now, Millis lateWatch, int limit);
    /// Due at once: this one, or all open ones (the wallet says that something happened).
    void wake(const std::optional<PaymentHash> &paymentHash, Millis now);
    std::optional<Millis> nextDue();

private:
    Database &m_database;
};

} // namespace tower
