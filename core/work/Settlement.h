// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/pool/GenerosityPool.h"

namespace tower {

/// Finished work that is to be paid for.
struct WorkDone
{
    QString ref; ///< "job:<id>" or "request:<id>": each is settled once
    QString reservationId;
    Sats promised;  ///< what the pool was to absorb at most, when the work was quoted
    Sats available; ///< the customer's sats that are held for it
    Sats actual;    ///< what the work costs
};

struct Settled
{
    Sats absorbed; ///< by the pool
    Sats kept;     ///< of the customer's sats; the rest is the customer's
    Sats borne;    ///< by the tower
    Sats credited; ///< to the pool, out of what is kept
};

/// Who pays for finished work, for jobs and session requests alike: the pool what it promised, the customer
/// what is left of the actual cost (never more than is held), the tower whatever the two do not cover. A
/// quote stands even if the pool was drained meanwhile. Posts the pool's and the tower's movements; the
/// customer's is the caller's, with `kept`, before the pool is credited by credit().
class Settlement
{
public:
    Settlement(GenerosityPool &pool, Ledger &ledger, Activity &activity);

    /// In the transaction that completes the work, its row and identity locked before.
    Settled settle(Transaction &transaction, const WorkDone &work);
    /// The pool's share of what was kept, after the caller's movement.
    void credit(Transaction &transaction, const WorkDone &work, Settled &settled);

private:
    GenerosityPool &m_pool;
    Ledger &m_ledger;
    Activity &m_activity;
};

} // namespace tower
