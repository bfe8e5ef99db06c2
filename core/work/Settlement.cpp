// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/Settlement.h"

#include "core/base/JsonNumber.h"
#include "core/payments/Movements.h"

#include <algorithm>

namespace tower {

Settlement::Settlement(GenerosityPool &pool, Ledger &ledger, Activity &activity)
    : m_pool(pool)
    , m_ledger(ledger)
    , m_activity(activity)
{
}

Settled Settlement::settle(Transaction &transaction, const WorkDone &work)
{
    const Sats quoted = std::min(work.actual, work.promised); // what the pool is to absorb
    Settled out;
    out.absorbed = m_pool.commit(transaction, work.reservationId, quoted);
    m_pool.lock(transaction);
    out.kept = std::min(work.available, work.actual - quoted);
    out.borne = work.actual - out.absorbed - out.kept;
    if (out.borne > Sats(0))
        m_ledger.post(transaction, movements::borneByTower(work.ref, out.borne));
    if (out.absorbed < quoted)
        m_activity.record(transaction,
                          {QStringLiteral("auto"),
                           QStringLiteral("pool.bear"),
                           work.ref,
                           QStringLiteral("The pool gave less than was quoted; the tower bears the rest."),
                           {{QStringLiteral("promisedSats"), jsonNumber(quoted)}},
                           {{QStringLiteral("absorbedSats"), jsonNumber(out.absorbed)},
                            {QStringLiteral("borneSats"), jsonNumber(out.borne)}}});
    return out;
}

void Settlement::credit(Transaction &transaction, const WorkDone &work, Settled &settled)
{
    settled.credited = m_pool.credit(transaction, settled.kept, work.ref);
}

} // namespace tower
