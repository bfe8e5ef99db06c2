// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/TowerParts.h"

#include "app/StartSecrets.h"
#include "core/agent/AnthropicAgent.h"
#include "core/agent/SimulatedAgent.h"
#include "core/base/DataDir.h"
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/lightning/LnbitsWallet.h"
#include "core/lightning/SimulatedWallet.h"
#include "core/nodes/DigitalOcean.h"
#include "core/nodes/SimulatedCloud.h"
#include "core/nodes/Tailscale.h"
#include "core/payments/InvoiceStore.h"
#include "core/store/Migrations.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QUuid>

namespace tower {

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

std::unique_ptr<Wallet> walletFor(const Settings &settings, const Secrets &secrets, Database &database,
                                  const Clock &clock)
{
    const bool real = !settings.text(Setting::LnbitsUrl).isEmpty() && secrets.isSet(Secret::LnbitsApiKey);
    if (InvoiceStore(database).hasPaid(real)) {
        throw conflict(
            real ? QStringLiteral("The books of this data folder are of the simulated wallet, and real sats "
                                  "must not mix with them. Start on an empty data folder (--data-dir) with "
                                  "LNBITS_URL, or remove LNBITS_URL to go on here.")
                 : QStringLiteral("The books of this data folder are of a real wallet. Give LNBITS_URL and "
                                  "LNBITS_API_KEY to go on, or start on an empty data folder (--data-dir)."),
            "wallet_changed");
    }
    if (real)
        return std::make_unique<LnbitsWallet>(settings, secrets);
    return std::make_unique<SimulatedWallet>(database, clock, secrets);
}

std::unique_ptr<Cloud> cloudFor(const Settings &settings, const Secrets &secrets, Database &database,
                                const Clock &clock, Wait wait)
{
    if (secrets.isSet(Secret::DoApiToken))
        return std::make_unique<DigitalOcean>(settings, secrets, std::move(wait));
    return std::make_unique<SimulatedCloud>(database, clock);
}

std::unique_ptr<Tailnet> tailnetFor(const Settings &settings, const Secrets &secrets, Wait wait)
{
    if (!secrets.isSet(Secret::DoApiToken))
        return std::make_unique<SimulatedTailnet>();
    if (secrets.isSet(Secret::TailscaleApiKey))
        return std::make_unique<Tailscale>(settings, secrets, std::move(wait));
    return nullptr;
}

Wait waitsOf(Pauses &pauses)
{
    return [&pauses](Millis duration) { return pauses.begin(duration); };
}

/// Made once and kept in the data folder, which one program locks. (What names a machine is the same in every
/// container of an image.)
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

} // namespace tower
