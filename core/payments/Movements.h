// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"
#include "core/payments/Account.h"

namespace tower {

/// One row of the ledger to be: `debit` is debited, `credit` credited. `uniqueKey` makes a repeat impossible.
struct Movement
{
    Account debit;
    Account credit;
    Sats sats;
    QString kind; ///< which line of the table of movements it is
    QString ref;  ///< the id of what it belongs to
    QString uniqueKey;
};

/// Every movement that there is. Nothing else writes the ledger.
namespace movements {

// The generosity pool and the operator
Movement poolSeeded(Sats sats);
/// Positive: the operator adds; negative: takes. `number` is Ledger::nextPoolAdjustment().
Movement poolAdjusted(std::int64_t number, Sats sats);
/// Positive: the operator pays in; negative: withdraws. `number` is Ledger::nextCorrection().
Movement corrected(std::int64_t number, Sats sats);

// A job
Movement evalFeePaid(const QString &jobId, Sats sats);
Movement evalRefundDue(const QString &jobId, Sats sats);
Movement workPaid(const QString &jobId, Sats sats);
Movement workKept(const QString &jobId, Sats sats);
Movement workRefundDue(const QString &jobId, Sats sats);

// What the pool gives and gets; `ref` names the work
Movement absorbedByPool(const QString &reservationId, Sats sats);
Movement poolCredited(const QString &ref, Sats sats);
Movement borneByTower(const QString &ref, Sats sats);

// A session
Movement depositPaid(const QString &sessionId, const QString &paymentHash, Sats sats);
Movement sessionDebited(const QString &sessionId, const QString &requestId, Sats sats);

// A node
Movement nodePaid(const QString &nodeId, Sats sats);
Movement nodeReady(const QString &nodeId, Sats sats);
Movement nodeRefundDue(const QString &nodeId, Sats sats);

/// A payment of an invoice that had expired: owed back.
Movement latePayment(const QString &paymentHash, Sats sats);

// Money that leaves. `from`: a refund, session or zaps account; throws internalError for any other.
Movement leaving(const QString &intentId, const Account &from, Sats sats);
Movement settled(const QString &intentId, Sats sats);
Movement routingFee(const QString &intentId, Sats sats);
Movement returned(const QString &intentId, const Account &to, Sats sats);

} // namespace movements

} // namespace tower
