// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lightning/Wallet.h"
#include "core/store/Database.h"

#include <optional>
#include <vector>

namespace tower {

/// An invoice that the simulated wallet issued.
struct SimulatedInvoice
{
    PaymentHash paymentHash;
    QByteArray preimage; ///< 64 hex digits
    Msat amount;
    Millis createdAt;
    Millis expiresAt;
    std::optional<Millis> paidAt;
};

/// A payment that it was ordered to make.
struct SimulatedPayment
{
    PaymentHash paymentHash;
    Msat amount;
    Msat fee;
    WalletPayment::State state = WalletPayment::State::Pending;
    Millis createdAt;
    Millis expiresAt; ///< of the invoice
    std::optional<Millis> settledAt;
};

/// SQL of the simulated wallet: simulated_invoices, simulated_payments, and simulated_wallet with its
/// balance. Locks: payment, invoice, balance. What changes money is to be called inside a Transaction.
class SimulatedWalletStore
{
public:
    explicit SimulatedWalletStore(Database &database)
        : m_database(database)
    {
    }

    void add(const SimulatedInvoice &invoice);
    std::optional<SimulatedInvoice> invoice(const PaymentHash &paymentHash);
    /// False: it was paid before.
    bool markPaid(const PaymentHash &paymentHash, Millis now);

    /// False: there is one for this hash.
    bool add(const SimulatedPayment &payment);
    std::optional<SimulatedPayment> payment(const PaymentHash &paymentHash);
    /// Ends one that is pending; false: it is not.
    bool settle(const PaymentHash &paymentHash, bool paid, Millis now);
    /// Those pending whose invoice has expired, at most `limit`.
    std::vector<SimulatedPayment> overdue(Millis now, int limit);

    Msat balance();
    void credit(Msat amount);
    /// False, and nothing is taken: there is not so much.
    bool debit(Msat amount);

private:
    Database &m_database;
};

} // namespace tower
