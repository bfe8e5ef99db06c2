// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/CommandLine.h"
#include "core/activity/Changes.h"
#include "core/activity/SavedSettings.h"
#include "core/agent/Agent.h"
#include "core/api/ApiServer.h"
#include "core/base/InstanceLock.h"
#include "core/base/Pauses.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/Bootstrap.h"
#include "core/nodes/NodeSweep.h"
#include "core/outreach/Engagement.h"
#include "core/outreach/ZapReceipts.h"
#include "core/outreach/ZapsByHand.h"
#include "core/publish/Publisher.h"
#include "core/receipts/ReceiptIntake.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/PublishStore.h"
#include "core/relay/RelayPolicy.h"
#include "core/relay/Reviewer.h"
#include "core/store/Reader.h"
#include "core/trust/SignIn.h"
#include "core/trust/Vouches.h"
#include "core/work/Sessions.h"

#include <QObject>

#include <functional>
#include <memory>

class QTimer;

namespace tower {

/// The composition root: everything that runs, in order of need. Built and destroyed on the core thread.
///
/// The constructor is the start up to serving: lock, database and migrations, secrets, seeds. Throws
/// ServiceError with one clear sentence; nothing has been changed then but what was complete.
class Tower : public QObject
{
    Q_OBJECT

    // Declared first: whatever follows may need it, and goes before it.
    std::unique_ptr<InstanceLock> m_lock;

    QString m_instance; ///< the same after a restart, and another's nowhere

public:
    explicit Tower(TowerOptions options, QObject *parent = nullptr);
    ~Tower() override;

    /// Serves the API where the options say.
    void listen();
    void listen(const QHostAddress &address, quint16 port);
    [[nodiscard]] bool isListening() const { return api.host().isListening(); }

    /// Stops accepting, finishes or parks what runs (at most 5 s), then calls `done`. What is committed stays
    /// committed whether this is called or not.
    void stop(std::function<void()> done);

    TowerOptions options;
    SystemClock clock;
    Settings &settings;
    Secrets secrets;
    Database database;
    Reader reader;
    Activity activity;
    Changes changes;
    SavedSettings savedSettings;
    TimmyIdentity timmy;
    EventLog eventLog;
    Ledger ledger;
    Reconcile reconcile;
    std::unique_ptr<Wallet> wallet;
    Outgoing outgoing;
    Refunds refunds;
    Invoices invoices;
    PaymentWatcher watcher;
    Identities identities;
    RelayAccounts relayAccounts;
    Trust trust;
    Tokens tokens;
    SignIn signIn;
    Vouches vouches;
    PolicyLog policyLog;
    ModerationQueue queue;
    RelayManagement relayManagement;
    RelayPolicy relayPolicy;
    std::unique_ptr<Agent> agent;
    RelayClient relayClient;
    PublishStore approvedEvents;
    Publisher publisher;
    Outbox outbox;
    Publisher outboxPublisher;
    Reviewer reviewer;
    PriceOracle oracle;
    Pricing pricing;
    GenerosityPool pool;
    Zaps zaps;
    LnurlPay lnurl;
    ZapPayer zapPayer;
    ZapsByHand zapsByHand;
    ZapReceipts zapReceipts;
    Pauses nodePauses;
    std::unique_ptr<Cloud> cloud;
    std::unique_ptr<Tailnet> tailnet;
    Bootstrap bootstrap;
    NodeSweep nodeSweep;
    MintKeys mintKeys;
    Receipts receipts;
    ReceiptIntake receiptIntake;
    Engagement engagement;
    Jobs jobs;
    SessionMacaroons sessionMacaroons;
    Sessions sessions;
    ApiServer api;

private:
    WorkHouse workHouse();
    ZapHouse zapHouse();
    NodeHouse nodeHouse();
    [[nodiscard]] Sats poolSats();
    void warnOfMixture();
    [[nodiscard]] SimulatedWallet *simulatedWallet() const;
    void startOutside();
    [[nodiscard]] bool runs() const;
    void sweep();
    void sweepDecay();
    void reloadSettings();
    void followRules();

    QTimer *m_sweep = nullptr;
    Millis m_decaySweptAt;
    bool m_stopping = false;
    bool m_following = false;
    bool m_outsideStarted = false;
};

} // namespace tower
