// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/lightning/Wallet.h"
#include "core/payments/Ledger.h"
#include "core/payments/OutgoingStore.h"

#include <functional>
#include <map>
#include <memory>

namespace tower {

/// Money that leaves. First a durable intent row and its movement, in the transaction of whoever owes it;
/// then the call; then the outcome. `unknown` is a state of its own: it is resolved by asking the wallet for
/// that payment hash, never by paying under another invoice. A payment is failed for good only when the
/// wallet refused the first order without trying, or says that it failed and the invoice has expired; one
/// that the wallet has never heard of, or calls failed before that, is ordered again with the same invoice.
/// Core thread.
class Outgoing
{
public:
    /// `instance` names this program, the same after a restart.
    Outgoing(Database &database, const Clock &clock, Wallet &wallet, Ledger &ledger, QString instance);

    struct Order
    {
        OutgoingPurpose purpose = OutgoingPurpose::Refund;
        QString subject; ///< what it belongs to, for its owner to find: a refund's account, a session, a zap
        Account from;
        Sats amount;
        QString bolt11;
    };

    /// Checks that the invoice decodes, is of the wallet's network, carries exactly `amount`, is not expired,
    /// and is none of ours (the simulated wallet pays those, too). Throws badRequest("bolt11").
    [[nodiscard]] Bolt11 checkInvoice(const QString &bolt11, Sats amount) const;
    /// The intent, and its movement out of `from`. Throws as checkInvoice(); conflict "invoice_used" when
    /// another intent has this payment hash, "insufficient_balance" when `from` holds too little, or the
    /// wallet does for this and all other open intents.
    OutgoingPayment intend(Transaction &transaction, const Order &order);
    /// Carries an intent out (once, whoever calls) and answers what is known then.
    QCoro::Task<OutgoingPayment> carryOut(QString id);
    /// Takes a payment up that is not final: an intent is carried out, and of one that was begun the wallet
    /// is asked what became of it. Does nothing while somebody else is at it. Throws only what the database
    /// does.
    QCoro::Task<OutgoingPayment> resolve(QString id);
    /// The operator's word on an unknown one (activity row by the caller). Throws notFound
    /// "payment_not_found", conflict "not_unknown", "payment_in_progress".
    OutgoingPayment settleByHand(Transaction &transaction, const QString &id, bool paid,
                                 const QString &reason);

    /// What the owner of a purpose does inside the transaction in which a payment is settled or comes back
    /// (its sats are in `from` again at the end of it; the ledger is locked last, so not before).
    using Outcome = std::function<void(Transaction &, const OutgoingPayment &)>;
    void serve(OutgoingPurpose purpose, Outcome outcome);
    /// The same for each state on the way there: paying, unknown.
    void follow(OutgoingPurpose purpose, Outcome step);

    std::optional<OutgoingPayment> find(const QString &id);
    std::optional<OutgoingPayment> findByHash(const PaymentHash &paymentHash);
    Page<OutgoingPayment> list(const OutgoingFilter &filter, const PageRequest &page);
    [[nodiscard]] OutgoingStore &store() { return m_store; }

    /// After a start: what this program left in the middle is due at once.
    void recover();

    /// What paying may cost: 1 % and at least 2 sats (LNbits' own reserve).
    static Sats maximumFee(Sats amount);

    /// For so long a payment is left to the program that is at it: longer than a look, an order and a look.
    static constexpr Millis lease = seconds(90);
    /// So long past its invoice's expiry a payment that the wallet calls failed is failed.
    static constexpr Millis failedGrace = seconds(60);
    /// So soon an intent that nobody carried out is taken up.
    static constexpr Millis intentGrace = seconds(5);

private:
    OutgoingPayment known(const QString &id); ///< throws notFound "payment_not_found"
    void checkFunds(Transaction &transaction, Sats amount);
    /// What became of a payment that was begun: from the wallet's record, or by ordering it again.
    QCoro::Task<PayOutcome> findOut(OutgoingPayment payment);
    QCoro::Task<std::optional<PayOutcome>> lookUp(OutgoingPayment payment, bool orderedAgain);
    /// What the wallet said last, in a transaction of its own; nothing if the payment is final already.
    void settle(const OutgoingPayment &asked, const PayOutcome &outcome);
    void write(const OutgoingPayment &asked, const PayOutcome &outcome);
    /// Nothing when another caller was faster.
    void paid(Transaction &transaction, OutgoingPayment payment, Msat fee, const QString &reason);
    void failed(Transaction &transaction, OutgoingPayment payment, const QString &reason);
    /// A fee that the ledger's wallet can't bear yet is booked later.
    void bookFee(Transaction &transaction, const OutgoingPayment &payment);
    void tellOwner(Transaction &transaction, const OutgoingPayment &payment);
    void tellFollower(Transaction &transaction, const QString &id);

    Database &m_database;
    const Clock &m_clock;
    Wallet &m_wallet;
    Ledger &m_ledger;
    QString m_instance;
    OutgoingStore m_store;
    std::map<OutgoingPurpose, Outcome> m_owners;
    std::map<OutgoingPurpose, Outcome> m_followers;
    /// Lets a coroutine see after a wait whether this is still there.
    std::shared_ptr<const bool> m_alive = std::make_shared<const bool>(true);
};

} // namespace tower
