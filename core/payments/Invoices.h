// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/lightning/Wallet.h"
#include "core/payments/InvoiceStore.h"
#include "core/payments/Ledger.h"
#include "core/payments/Refunds.h"

#include <functional>
#include <map>
#include <memory>

namespace tower {

/// Invoices that we issue, from the wallet's paper to the booked payment. A payment counts once, when the
/// wallet says that it is paid and at least the amount asked has come; the owner of the invoice (a job, a
/// session, a node) makes its state change in the same transaction. What comes when nobody waits for it any
/// more, or is too little, is owed back. Core thread.
///
/// Locks: invoice, then job or session, then ledger.
class Invoices
{
public:
    Invoices(Database &database, const Clock &clock, Wallet &wallet, Ledger &ledger, Refunds &refunds);

    /// A fresh invoice of the wallet's, checked when it comes back: it decodes, amount, network and payment
    /// hash are what was asked and given. Nothing is stored. Throws what Wallet does, and
    /// "wallet_wrong_invoice" (Upstream).
    QCoro::Task<WalletInvoice> request(Sats amount, QString memo, Millis expiry);
    /// Stores it with what it is for, in the transaction that creates or advances that.
    Invoice add(Transaction &transaction, const WalletInvoice &issued, InvoicePurpose purpose, Sats amount,
                const QString &ownerId);

    /// What a purpose's owner does with the money, inside the transaction: it posts the one movement and
    /// makes its state change. `received`: whole sats, at least the amount. False: it does not want it any
    /// more.
    using Take = std::function<bool(Transaction &, const Invoice &, Sats received)>;
    /// The invoice will not be waited for any longer: unpaid past its expiry, or paid with too little.
    using Lapse = std::function<void(Transaction &, const Invoice &)>;
    void serve(InvoicePurpose purpose, Take take, Lapse lapse);

    /// Books what the wallet says of an invoice, if there is anything to book: safe to repeat and to race. An
    /// unpaid one lapses when the wallet was asked at or past its expiry (and is looked at for another hour).
    /// `askedAt`: when that was; now, unless given.
    void book(const PaymentHash &paymentHash, const std::optional<WalletPayment> &payment,
              std::optional<Millis> askedAt = std::nullopt);

    [[nodiscard]] std::optional<Invoice> find(const PaymentHash &paymentHash);
    [[nodiscard]] Wallet &wallet() { return m_wallet; }
    [[nodiscard]] InvoiceStore &store() { return m_store; }

    /// How long a customer has to pay.
    static constexpr Millis lifetime = seconds(900);
    /// For how long after its expiry a late payment is looked for.
    static constexpr Millis lateWatch = seconds(3'600);

private:
    /// What an invoice of the wallet's decodes to, if it is what was asked for. Throws
    /// "wallet_wrong_invoice".
    Bolt11 checked(const WalletInvoice &issued, Sats amount);
    void bookPaid(Transaction &transaction, Invoice invoice, Msat received);
    void owe(Transaction &transaction, const Invoice &invoice, Sats received);
    void lapse(Transaction &transaction, const Invoice &invoice);

    struct Owner
    {
        Take take;
        Lapse lapse;
    };

    Database &m_database;
    const Clock &m_clock;
    Wallet &m_wallet;
    Ledger &m_ledger;
    Refunds &m_refunds;
    InvoiceStore m_store;
    std::map<InvoicePurpose, Owner> m_owners;
    /// Lets a coroutine see after a wait whether this is still there.
    std::shared_ptr<const bool> m_alive = std::make_shared<const bool>(true);
};

} // namespace tower
