// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/DemoSats.h"
#include "core/nodes/BootstrapJob.h"
#include "core/nostr/Keys.h"
#include "core/receipts/Receipts.h"

namespace tower {

/// The completion receipts of the demo: of a few providers that nobody knows, and of Timmy's own nodes. Each
/// rests on a payment that the demo's customers have made.
class DemoReceipts
{
public:
    DemoReceipts(DemoSats &sats, Database &database, const Clock &clock, Activity &activity);

    /// A consumer ends a lease with one of the providers.
    void leave(const SecretKey &consumer, int number);
    /// A customer confirms a node of Timmy's.
    void confirm(const SecretKey &customer, const BootstrapJob &node);

private:
    DemoSats &m_sats;
    const Clock &m_clock;
    TimmyIdentity m_timmy;
    EventLog m_events;
    MintKeys m_mints;
    Receipts m_receipts;
};

} // namespace tower
