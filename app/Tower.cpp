// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/Tower.h"

#include "app/StartSecrets.h"
#include "core/agent/AnthropicAgent.h"
#include "core/agent/SimulatedAgent.h"
#include "core/base/DataDir.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/nostr/Nip19.h"
#include "core/store/Migrations.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QSaveFile>
#include <QTimer>
#include <QUuid>

#include <algorithm>

namespace tower {

namespace {

constexpr int sweepMs = 30'000;
constexpr int stopPatienceMs = 5'000;
constexpr int followBatch = 100;
constexpr int decayBatch = 100;
constexpr Millis decaySweepInterval = seconds(3'600);

std::unique_ptr<InstanceLock> lockDataDir(const TowerOptions &options)
{
    prepareDataDir(options.dataDir);
    auto lock = std::make_unique<InstanceLock>(options.dataDir);
    if (!lock->acquire()) {
        throw conflict(QStringLiteral("Another Timmy Tower runs on the data folder %1 already. Stop it "
                                      "first, or choose another folder with --data-dir.")
                           .arg(options.dataDir),
                       "already_running");
    }
    log::toFile(QDir(options.dataDir).filePath(QStringLiteral("tower.log")));
    return lock;
}

/// Brings the schema up to date before any service looks at it; not before what could refuse the start at
/// once.
DatabaseUrl migrated(const TowerOptions &options, const Secrets &secrets, const Clock &clock)
{
    checkTimmyKey(secrets);
    const Migrations migrations(options.database.engine);
    Database database(options.database);
    const MigrationReport report = migrations.run(database, clock);
    if (report.from != report.to) {
        log::info("store", QStringLiteral("migrated"),
                  {{"from", QString::number(report.from)},
                   {"to", QString::number(report.to)},
                   {"backup", report.backupPath}});
    }
    return options.database;
}

Secrets::OpenStore secretStoreOf(const TowerOptions &options)
{
    if (options.demo)
        return [dir = options.dataDir] { return openSecretsFile(dir); };
    return [dir = options.dataDir] { return openSecretStore(keychainService(dir), dir); };
}

std::unique_ptr<Agent> agentFor(const Settings &settings, const Secrets &secrets, const Clock &clock)
{
    if (secrets.isSet(Secret::AnthropicApiKey))
        return std::make_unique<AnthropicAgent>(settings, secrets, clock);
    return std::make_unique<SimulatedAgent>();
}

/// The same after a restart, and another's nowhere: made once and kept in the data folder, which is locked by
/// one program. (What names a machine is the same in every container of an image.)
QString instanceName(const QString &dataDir)
{
    const QString path = QDir(dataDir).filePath(QStringLiteral("instance.id"));
    QFile kept(path);
    if (kept.open(QIODevice::ReadOnly)) {
        const QString name = QString::fromLatin1(kept.read(64)).trimmed();
        if (!QUuid(name).isNull())
            return name;
    }
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(name.toLatin1()) < 0 || !file.commit())
        throw unavailable(QStringLiteral("%1 can't be written.").arg(path), "data_dir_unusable");
    return name;
}

} // namespace

Tower::Tower(TowerOptions given, QObject *parent)
    : QObject(parent)
    , m_lock(lockDataDir(given))
    , options(std::move(given))
    , settings(options.settings)
    , secrets(options.environment, secretStoreOf(options))
    , database(migrated(options, secrets, clock))
    , reader(options.database)
    , activity(database, clock)
    , changes(database)
    , savedSettings(database, clock, settings, activity)
    , ledger(database, clock)
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
    , publisher(database, clock, settings, relayClient, instanceName(options.dataDir))
    , reviewer(queue, settings, *agent)
    , api({database,        clock,
           settings,        secrets,
           savedSettings,   reader,
           activity,        changes,
           ledger,          reconcile,
           identities,      trust,
           tokens,          signIn,
           vouches,         relayAccounts,
           relayManagement, relayPolicy,
           policyLog,       queue,
           options.dataDir, [] { return std::int64_t{0}; },
           &reviewer})
    , m_sweep(new QTimer(this))
{
    savedSettings.load();
    for (const QString &warning : settings.warnings())
        log::warning("settings", warning);

    const StartIdentity timmy =
        settleSecrets(secrets, settings, database, clock, activity, options.acceptedSecretChanges);
    const QString configured = settings.text(Setting::TimmyNostrPubkey);
    const PubKey key = configured.isEmpty() ? timmy.pubkey : parsePubKey(configured, "TIMMY_NOSTR_PUBKEY");
    for (const QString &admin : settings.list(Setting::AdminPubkeys))
        static_cast<void>(parsePubKey(admin, "ADMIN_PUBKEYS"));
    relayAccounts.seedElite(key);
    log::info("identity", QStringLiteral("Timmy"), {{"npub", QString::fromLatin1(toNpub(key))}});

    options.environment.clear(); // it holds secrets in clear

    settings.onChange([this](Setting setting) {
        relayPolicy.settingsChanged();
        if (setting == Setting::NostrRelayUrl)
            publisher.wake();
        followRules();
    });
    connect(&changes, &Changes::changed, this, [this](const std::vector<Change> &changed) {
        const auto isSetting = [](const Change &change) { return change.kind == QLatin1String("setting"); };
        if (std::any_of(changed.begin(), changed.end(), isSetting))
            reloadSettings();
    });
    // Queued: a decision is answered before its publishing begins.
    connect(&queue, &ModerationQueue::approved, &publisher, &QueuePublisher::wake, Qt::QueuedConnection);
    relayPolicy.settingsChanged();
    relayAccounts.expireDue();
    m_sweep->setInterval(sweepMs);
    connect(m_sweep, &QTimer::timeout, this, &Tower::sweep);
    m_sweep->start();
}

Tower::~Tower() = default;

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
    publisher.start();
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
        sweepDecay();
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("expired grants and due decay not swept yet"),
                     {{"error", error.message()}});
    }
}

void Tower::stop(std::function<void()> done)
{
    if (std::exchange(m_stopping, true))
        return;
    m_sweep->stop();
    api.stopAccepting();
    publisher.stop();
    reviewer.stop();
    agent->abort();
    queue.flush();
    auto *poll = new QTimer(this);
    QElapsedTimer since;
    since.start();
    connect(poll, &QTimer::timeout, this, [this, poll, since, done = std::move(done)] {
        const bool runs = api.router().running() > 0 || publisher.isRunning() || reviewer.isRunning();
        if (runs && since.elapsed() < stopPatienceMs)
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
