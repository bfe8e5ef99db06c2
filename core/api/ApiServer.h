// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/SavedSettings.h"
#include "core/api/Auth.h"
#include "core/api/BootstrapRoutes.h"
#include "core/api/Caller.h"
#include "core/api/ChangeFeed.h"
#include "core/api/ReceiptRoutes.h"
#include "core/api/ZapRoutes.h"
#include "core/http/HttpHost.h"
#include "core/http/RateLimit.h"
#include "core/http/Router.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/nostr/RelayClient.h"
#include "core/payments/Ledger.h"
#include "core/payments/Reconcile.h"
#include "core/relay/RelayManagement.h"
#include "core/relay/RelayPolicy.h"
#include "core/relay/Reviewer.h"
#include "core/store/Reader.h"
#include "core/trust/SignIn.h"
#include "core/trust/Vouches.h"
#include "core/work/Jobs.h"
#include "core/work/Sessions.h"

namespace tower {

/// The services that the API is a face of.
struct ApiServices
{
    Database &database;
    const Clock &clock;
    Settings &settings;
    Secrets &secrets;
    SavedSettings &savedSettings;
    Reader &reader;
    Activity &activity;
    Changes &changes;
    Ledger &ledger;
    Reconcile &reconcile;
    Identities &identities;
    Trust &trust;
    Tokens &tokens;
    SignIn &signIn;
    Vouches &vouches;
    RelayAccounts &relayAccounts;
    RelayManagement &relayManagement;
    RelayPolicy &relayPolicy;
    PolicyLog &policyLog;
    ModerationQueue &queue;
    Wallet &wallet;
    SimulatedWallet *simulatedWallet; ///< the same wallet; nullptr when it is a real one
    PaymentWatcher &watcher;
    Invoices &invoices;
    Outgoing &outgoing;
    Refunds &refunds;
    PriceOracle &oracle;
    const Pricing &pricing;
    GenerosityPool &pool;
    Jobs &jobs;
    Sessions &sessions;
    Agent &agent;
    Bootstrap &bootstrap;
    NodeSweep &nodeSweep;
    QString dataDir;
    const Reviewer *reviewer;           ///< nullptr: the statistics say that it is off
    const RelayClient *relay = nullptr; ///< nullptr: how the relay is, is not known
    ZapServices zaps;
    ReceiptServices receipts;
};

/// The HTTP API: all routes behind one router, and the server in front of it. Core thread.
class ApiServer
{
public:
    explicit ApiServer(const ApiServices &services);
    ~ApiServer();

    /// Starts serving (see HttpHost::listen for what it throws). Can be called again after stop().
    void listen(HttpHostOptions options);
    /// Stops accepting, sends those home who wait for changes; answers under way are still written.
    void stopAccepting();
    void close();

    [[nodiscard]] const HttpHost &host() const { return m_host; }
    [[nodiscard]] const Router &router() const { return m_router; }
    [[nodiscard]] const HttpHostOptions &options() const { return m_options; }
    /// PUBLIC_URL, or the bound address.
    [[nodiscard]] QString baseUrl() const;

private:
    void applyLimits();
    /// Host names, origins and signed URLs that are ours, from PUBLIC_URL and the bound address.
    void applyAddresses();

    ApiServices m_services;
    RateLimit m_limits;
    Router m_router;
    Auth m_auth;
    Caller m_caller;
    ChangeFeed m_feed;
    HttpHost m_host;
    HttpHostOptions m_options;
};

} // namespace tower
