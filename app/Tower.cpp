// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Tower.h"

#include "app/StartSecrets.h"
#include "app/TowerParts.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/lightning/LnbitsWallet.h"
#include "core/nodes/NodeChecks.h"
#include "core/nodes/TcpProbe.h"
#include "core/nostr/Nip19.h"

#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>

namespace tower {

namespace {

constexpr int sweepMs = 30'000;
constexpr int stopPatienceMs = 5'000;
constexpr int followBatch = 100;
constexpr int decayBatch = 100;
constexpr int reservationBatch = 100;
constexpr Millis decaySweepInterval = seconds(3'600);

} // namespace

Tower::Tower(TowerOptions given, QObject *parent)
    : QObject(parent)
    , m_lock(lockDataDir(given))
    , m_instance(instanceName(given.dataDir))
    , options(std::move(given))
    , settings(options.settings)
    , secrets(options.environment, secretStoreOf(options))
    , database(migrated(options, secrets, clock))
    , reader(options.database)
    , activity(database, clock)
    , changes(database)
    , savedSettings(database, clock, settings, activity)
    , timmy(settleSecrets(secrets, settings, database, clock, activity, options.acceptedSecretChanges))
    , eventLog(database, clock, settings, timmy, activity)
    , ledger(database, clock)
    , wallet(walletFor(settings, secrets, database, clock))
    , outgoing(database, clock, *wallet, ledger, m_instance)
    , refunds(database, clock, outgoing)
    , invoices(database, clock, *wallet, ledger, refunds)
    , watcher(clock, *wallet, invoices, outgoing)
    , identities(database, clock, settings)
    , relayAccounts(database, clock, settings, identities, activity)
    , trust(database, clock, settings, identities, relayAccounts, activity)
    , tokens(clock, settings, secrets)
    , signIn(database, clock, settings, identities, trust, tokens)
    , vouches(database, clock, settings, identities, relayAccounts, trust, activity)
    , policyLog(database, clock)
    , queue(database, clock, identities, activity)
    , relayManagement(database, clock, relayAccounts, queue, activity, changes)
    , relayPolicy(database, clock, settings, relayAccounts, queue, relayManagement, policyLog)
    , agent(agentFor(settings, secrets, clock))
    , relayClient(clock)
    , approvedEvents(database, m_instance)
    , publisher(approvedEvents, clock, settings, relayClient)
    , outbox(database, m_instance)
    , outboxPublisher(outbox, clock, settings, relayClient)
    , reviewer(queue, settings, *agent)
    , oracle(settings, clock)
    , pricing(settings)
    , pool(database, clock, settings, identities, ledger, activity)
    , zaps(database, clock, settings, identities)
    , lnurl(settings)
    , zapPayer(zapHouse())
    , zapsByHand(zapHouse(), zapPayer, identities, activity)
    , zapReceipts(database, clock, settings, zaps, eventLog, relayClient)
    , cloud(cloudFor(settings, secrets, database, clock, waitsOf(nodePauses)))
    , tailnet(tailnetFor(settings, secrets, waitsOf(nodePauses)))
    , bootstrap(nodeHouse())
    , nodeSweep(nodeHouse())
    , mintKeys(settings, clock)
    , receipts(database, clock, settings, timmy, eventLog, mintKeys)
    , receiptIntake(clock, settings, receipts, relayClient)
    , engagement(database, clock, settings, identities, timmy, eventLog, *agent, activity,
                 [this] { return poolSats(); })
    , jobs(workHouse())
    , sessionMacaroons(secrets, clock)
    , sessions(workHouse(), sessionMacaroons)
    , api({.database = database,
           .clock = clock,
           .settings = settings,
           .secrets = secrets,
           .savedSettings = savedSettings,
           .reader = reader,
           .activity = activity,
           .changes = changes,
           .ledger = ledger,
           .reconcile = reconcile,
           .identities = identities,
           .trust = trust,
           .tokens = tokens,
           .signIn = signIn,
           .vouches = vouches,
           .relayAccounts = relayAccounts,
           .relayManagement = relayManagement,
           .relayPolicy = relayPolicy,
           .policyLog = policyLog,
           .queue = queue,
           .wallet = *wallet,
           .simulatedWallet = simulatedWallet(),
           .watcher = watcher,
           .invoices = invoices,
           .outgoing = outgoing,
           .refunds = refunds,
           .oracle = oracle,
           .pricing = pricing,
           .pool = pool,
           .jobs = jobs,
           .sessions = sessions,
           .agent = *agent,
           .bootstrap = bootstrap,
           .nodeSweep = nodeSweep,
           .dataDir = options.dataDir,
           .reviewer = &reviewer,
           .relay = &relayClient,
           .zaps = ZapServices{zaps, zapsByHand, eventLog},
           .receipts = ReceiptServices{receipts, timmy}})
    , m_sweep(new QTimer(this))
{
    for (const QString &warning : settings.warnings())
        log::warning("settings", warning);

    const QString configured = settings.text(Setting::TimmyNostrPubkey);
    const PubKey key = configured.isEmpty() ? timmy.pubKey() : parsePubKey(configured, "TIMMY_NOSTR_PUBKEY");
    if (key != timmy.pubKey()) {
        log::warning("identity", QStringLiteral("TIMMY_NOSTR_PUBKEY is not the key that Timmy signs with"),
                     {{"signs_with", QString::fromLatin1(timmy.npub())}});
    }
    for (const QString &admin : settings.list(Setting::AdminPubkeys))
        static_cast<void>(parsePubKey(admin, "ADMIN_PUBKEYS"));
    relayAccounts.seedElite(key);
    log::info("identity", QStringLiteral("Timmy"), {{"npub", QString::fromLatin1(toNpub(key))}});

    options.environment.clear(); // it holds secrets in clear

    settings.onChange([this](Setting setting) {
        relayPolicy.settingsChanged();
        if (setting == Setting::NostrRelayUrl) {
            publisher.wake();
            outboxPublisher.wake();
        }
        followRules();
    });
    connect(&changes, &Changes::changed, this, [this](const std::vector<Change> &changed) {
        const auto isSetting = [](const Change &change) { return change.kind == QLatin1String("setting"); };
        if (std::any_of(changed.begin(), changed.end(), isSetting))
            reloadSettings();
    });
    // Queued: a decision is answered before its publishing begins.
    connect(&queue, &ModerationQueue::approved, &publisher, &Publisher::wake, Qt::QueuedConnection);
    connect(&eventLog, &EventLog::waiting, &outboxPublisher, &Publisher::wake, Qt::QueuedConnection);
    relayPolicy.settingsChanged();
    relayAccounts.expireDue();
    pool.seed();
    addPoolChecks(reconcile);
    addSessionChecks(reconcile);
    addNodeChecks(reconcile);
    log::info("wallet", wallet->isSimulated() ? QStringLiteral("simulated wallet: no real sats move")
                                              : QStringLiteral("LNbits wallet"));
    m_sweep->setInterval(sweepMs);
    connect(m_sweep, &QTimer::timeout, this, &Tower::sweep);
    m_sweep->start();
}

Tower::~Tower() = default;

WorkHouse Tower::workHouse()
{
    return {database, clock, settings,   invoices, outgoing, refunds, watcher,  ledger,    oracle,
            pricing,  pool,  identities, trust,    zaps,     *agent,  activity, m_instance};
}

ZapHouse Tower::zapHouse()
{
    return {database, clock, settings, simulatedWallet(), outgoing, eventLog, lnurl, zaps, m_instance};
}

NodeHouse Tower::nodeHouse()
{
    // A simulated machine answers as a real one would.
    const auto answers = [](const QString &, quint16) {
        const Later<bool> yes;
        yes.give(true);
        return yes;
    };
    NodeHouse house{database, clock,         settings,          secrets,
                    invoices, refunds,       watcher,           ledger,
                    activity, *wallet,       simulatedWallet(), lnurl,
                    *cloud,   tailnet.get(), m_instance,        waitsOf(nodePauses),
                    tcpProbe};
    if (cloud->isSimulated())
        house.probe = answers;
    return house;
}

/// Both are allowed, for trying one of them out; neither should be a surprise.
void Tower::warnOfMixture()
{
    log::info("nodes", cloud->isSimulated() ? QStringLiteral("simulated cloud: nodes are fake")
                                            : QStringLiteral("DigitalOcean"));
    if (wallet->isSimulated() && !cloud->isSimulated()) {
        log::warning("nodes", QStringLiteral("nodes are sold for play money, and the cloud is real: it costs "
                                             "real money"));
    } else if (!wallet->isSimulated() && cloud->isSimulated()) {
        log::warning("nodes", QStringLiteral("nodes are sold for real sats, and the cloud is simulated: set "
                                             "DO_API_TOKEN"));
    }
}

/// What the pool can give now.
Sats Tower::poolSats()
{
    const PoolStatus status = pool.status();
    return status.balance - status.reserved;
}

SimulatedWallet *Tower::simulatedWallet() const
{
    return qobject_cast<SimulatedWallet *>(wallet.get());
}

void Tower::listen()
{
    listen(options.address, options.port);
}

void Tower::listen(const QHostAddress &address, quint16 port)
{
    HttpHostOptions host;
    host.address = address;
    host.port = port;
    host.tlsCertificate = options.tlsCertificate;
    host.tlsKey = options.tlsKey;
    host.behindProxy = options.behindProxy;
    api.listen(host);
    log::info("http", QStringLiteral("listening"), {{"url", api.host().url()}});
    if (!std::exchange(m_outsideStarted, true))
        QTimer::singleShot(0, this, &Tower::startOutside);
}

/// What needs the network: after listening, since the relay asks back whether to take what is published.
void Tower::startOutside()
{
    if (m_stopping)
        return;
    followRules();
    if (auto *lnbits = qobject_cast<LnbitsWallet *>(wallet.get()))
        lnbits->start();
    watcher.start();
    jobs.start();
    sessions.start();
    publisher.start();
    outboxPublisher.start();
    zapPayer.start();
    zapReceipts.start();
    receiptIntake.start();
    bootstrap.start();
    nodeSweep.start();
    engagement.start();
    if (agent->isSimulated())
        log::info("relay", QStringLiteral("no AI reviewer: everything waits for the operator"));
    else
        reviewer.start();
}

/// Decay moves by the day, so once an hour is often enough; a batch that was full is followed up at once.
void Tower::sweepDecay()
{
    const Millis now = clock.now();
    if (now - m_decaySweptAt < decaySweepInterval)
        return;
    if (trust.applyDueDecay(decayBatch) < decayBatch)
        m_decaySweptAt = now;
}

/// What another console or towerd on the same database saved.
void Tower::reloadSettings()
{
    try {
        savedSettings.reload();
    } catch (const ServiceError &error) {
        log::warning("settings", QStringLiteral("what was saved elsewhere is not in force here"),
                     {{"error", error.message()}});
    }
}

/// Looks for rows that the rules have left behind, away from this thread, and brings them in step, a few at a
/// time, until there are none.
void Tower::followRules()
{
    if (m_stopping || std::exchange(m_following, true))
        return;
    const AccessRules rules = relayAccounts.rules();
    reader.run([rules](Database &source) { return RelayAccounts::outOfStep(source, rules, followBatch); })
        .then(this,
              [this](const std::vector<PubKey> &keys) {
                  m_following = false;
                  trust.followRules(keys);
                  if (!keys.empty())
                      followRules();
              })
        .onFailed(this, [this](const ServiceError &error) {
            m_following = false;
            log::warning("relay", QStringLiteral("tiers and access not brought in step yet"),
                         {{"error", error.message()}});
        });
}

void Tower::sweep()
{
    try {
        relayAccounts.expireDue();
        pool.expireDue(reservationBatch);
        sweepDecay();
    } catch (const ServiceError &error) {
        log::warning("tower", QStringLiteral("what has run out was not swept yet"),
                     {{"error", error.message()}});
    }
}

bool Tower::runs() const
{
    return api.router().running() > 0 || publisher.isRunning() || outboxPublisher.isRunning() ||
           engagement.isRunning() || reviewer.isRunning() || jobs.isRunning() || sessions.isRunning() ||
           watcher.isRunning() || zapPayer.isRunning() || zapReceipts.isRunning() ||
           receiptIntake.isRunning() || bootstrap.isRunning() || nodeSweep.isRunning();
}

void Tower::stop(std::function<void()> done)
{
    if (std::exchange(m_stopping, true))
        return;
    m_sweep->stop();
    api.stopAccepting();
    publisher.stop();
    outboxPublisher.stop();
    zapPayer.stop();
    zapReceipts.stop();
    receiptIntake.stop();
    bootstrap.stop();
    nodeSweep.stop();
    engagement.stop();
    reviewer.stop();
    jobs.stop();
    sessions.stop();
    watcher.stop();
    agent->abort();
    wallet->abort();
    oracle.abort();
    lnurl.abort();
    cloud->abort();
    if (tailnet)
        tailnet->abort();
    nodePauses.abort();
    mintKeys.abort();
    queue.flush();
    auto *poll = new QTimer(this);
    QElapsedTimer since;
    since.start();
    connect(poll, &QTimer::timeout, this, [this, poll, since, done = std::move(done)] {
        if (runs() && since.elapsed() < stopPatienceMs)
            return;
        poll->stop();
        queue.flush();
        policyLog.flush();
        api.close();
        done();
    });
    poll->start(10);
}

} // namespace tower
