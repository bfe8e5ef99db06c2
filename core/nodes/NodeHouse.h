// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// First: moc of Qt 6.4 stumbles over <coroutine> when it has met no header of Qt yet.
#include "core/activity/Activity.h"

#include "core/base/Pauses.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"
#include "core/lightning/LnurlPay.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/Cloud.h"
#include "core/payments/PaymentWatcher.h"

#include <functional>

namespace tower {

/// What nodes are made with.
struct NodeHouse
{
    Database &database;
    const Clock &clock;
    const Settings &settings;
    const Secrets &secrets;
    Invoices &invoices;
    Refunds &refunds;
    PaymentWatcher &watcher;
    Ledger &ledger;
    Activity &activity;
    Wallet &wallet;
    SimulatedWallet *simulatedWallet; ///< the same wallet; nullptr when it is a real one
    LnurlPay &lnurl;
    Cloud &cloud;
    Tailnet *tailnet; ///< nullptr: nodes join none
    QString instance; ///< names this program, the same after a restart
    Wait wait;
    /// Whether somebody answers at that address and port.
    std::function<Later<bool>(const QString &host, quint16 port)> probe;
};

} // namespace tower
