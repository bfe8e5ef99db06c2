// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "core/base/Secrets.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/payments/PaymentWatcher.h"

#include <optional>
#include <vector>

namespace tower {

/// The payments of the demo, on the simulated wallet and under the demo's clock.
class DemoSats
{
public:
    DemoSats(const TowerOptions &options, Database &database, const Clock &clock);

    /// The customer pays, and the tower has booked it.
    void pay(const PaymentHash &paymentHash);

    /// What a payer has learnt by paying.
    struct Paid
    {
        PaymentHash paymentHash;
        QByteArray preimage; ///< 64 hex digits
    };
    /// A payment that nobody has taken yet: this one, or any.
    std::optional<Paid> takePaid(const std::optional<PaymentHash> &paymentHash = {});

    Settings settings; ///< nobody is asked for the price of a month ago; and Timmy zaps
    Secrets secrets;
    Ledger ledger;
    SimulatedWallet wallet;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;

    static inline const QString instance = QStringLiteral("demo");

private:
    static Settings settingsOf(const TowerOptions &options);

    std::vector<Paid> m_paid;
};

} // namespace tower
