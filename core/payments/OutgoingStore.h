// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/payments/Account.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <optional>
#include <vector>

namespace tower {

enum class OutgoingPurpose { Refund, Withdrawal, Zap };
QString toText(OutgoingPurpose purpose);

enum class OutgoingState { Intent, Paying, Paid, Failed, Unknown };
QString toText(OutgoingState state);

struct OutgoingPayment
{
    QString id;
    OutgoingPurpose purpose = OutgoingPurpose::Refund;
    QString subject;
    Account from = Account::zaps();
    Sats amount;
    Sats maximumFee;
    QString bolt11;
    PaymentHash paymentHash;
    Millis expiresAt; ///< the invoice's
    OutgoingState state = OutgoingState::Intent;
    Msat fee;
    QString reason;
    Millis leaseUntil;      ///< until when the program that is at it is left alone
    std::int64_t looks = 0; ///< how often the wallet was asked what became of it
    Millis createdAt;
    Millis updatedAt;
    std::optional<Millis> settledAt;
};

struct OutgoingFilter
{
    std::optional<OutgoingState> state{};
    std::optional<OutgoingPurpose> purpose{};
};

/// The SQL of the table outgoing_payments. Knows no rule.
class OutgoingStore
{
public:
    explicit OutgoingStore(Database &database)
        : m_database(database)
    {
    }

    /// False when another intent that has not failed has this payment hash.
    /// `nextCheckAt`: when it is taken up if nobody has carried it out.
    bool insert(Transaction &transaction, const OutgoingPayment &payment, std::optional<Millis> nextCheckAt);
    std::optional<OutgoingPayment> find(const QString &id);
    std::optional<OutgoingPayment> findByHash(const PaymentHash &paymentHash);
    /// The row, locked for this transaction.
    std::optional<OutgoingPayment> lock(Transaction &transaction, const QString &id);
    /// intent → paying for one caller only, who holds it until `leaseUntil`.
    bool begin(Transaction &transaction, const QString &id, const QString &owner, Millis leaseUntil,
               Millis now);
    /// A payment whose outcome is open, for one caller only, as begin(). False while somebody holds it.
    bool take(Transaction &transaction, const QString &id, const QString &owner, Millis leaseUntil,
              Millis now);
    /// Guarded by the state read before; ends the lease. `nextCheckAt`: when the wallet is asked again;
    /// nullopt: never.
    bool move(Transaction &transaction, const OutgoingPayment &from, OutgoingState to, Msat fee,
              const QString &reason, Millis now, std::optional<Millis> nextCheckAt);
    void checkAgain(Transaction &transaction, const QString &id, std::optional<Millis> nextCheckAt);
    /// What all intents come to whose outcome is open.
    Sats open();

    Page<OutgoingPayment> list(const OutgoingFilter &filter, const PageRequest &page);

    /// Up to `limit` payments that are due to be looked up, each for one caller only, as
    /// InvoiceStore::claimDue(). An intent that nobody carried out (a crash) is among them.
    std::vector<QString> claimDue(Millis now, int limit);
    /// After a start: what `owner` left is due at once.
    void recover(const QString &owner, Millis now);
    void wake(const std::optional<PaymentHash> &paymentHash, Millis now);
    std::optional<Millis> nextDue();

private:
    Database &m_database;
};

} // namespace tower
