// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Health.h"
#include "core/base/Types.h"
#include "core/lightning/Bolt11.h"

#include <QCoroTask>
#include <QObject>

#include <optional>

namespace tower {

struct WalletInvoice
{
    PaymentHash paymentHash;
    QString paymentRequest; ///< BOLT 11
};

/// A payment as the wallet has it, incoming or outgoing.
struct WalletPayment
{
    enum class State {
        Pending,
        Paid,
        Failed, ///< provisional: a node may still be paying what its wallet calls failed
    };
    State state = State::Pending;
    bool outgoing = false;
    bool internal = false; ///< the wallet's node paid an invoice of its own: incoming and outgoing in one
    Msat amount;           ///< without the fee, never negative; 0 when the wallet does not say
    Msat fee;
};

/// How an order to pay ended, as far as can be told.
struct PayOutcome
{
    enum class Kind {
        Paid,
        Pending, ///< under way
        Refused, ///< for good, and nothing was or will be sent: the wallet never tried
        Unknown, ///< timeout, 5xx, 520, a lost connection: only the wallet's own records can tell
    };
    Kind kind = Kind::Unknown;
    Msat fee;
    QString reason; ///< a sentence; no secret in it
};

/// A Lightning wallet. Core thread. createInvoice, lookup and balance throw ServiceError "wallet_unavailable"
/// (Unavailable) when the wallet can't be reached in 10 s or makes no sense, "wallet_stopped" after abort().
class Wallet : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// An invoice for whole sats. What comes back is as the wallet gave it: PaymentRequests checks it.
    virtual QCoro::Task<WalletInvoice> createInvoice(Sats amount, QString memo, Millis expiry) = 0;
    /// Nullopt: the wallet knows no such payment.
    virtual QCoro::Task<std::optional<WalletPayment>> lookup(PaymentHash paymentHash) = 0;
    /// Pays an invoice that carries its amount, once: again with the same invoice is the same payment. Never
    /// throws: what went wrong is the outcome.
    virtual QCoro::Task<PayOutcome> pay(QString bolt11, Sats maximumFee) = 0;
    virtual QCoro::Task<Msat> balance() = 0;

    [[nodiscard]] virtual bool isSimulated() const = 0;
    [[nodiscard]] virtual Health health() const { return Health::Unknown; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    virtual void abort() = 0;

signals:
    /// Something may have happened to this payment (to any, when null). Never believed: look it up.
    void changed(const std::optional<tower::PaymentHash> &paymentHash);
};

} // namespace tower
