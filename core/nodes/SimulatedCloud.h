// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/nodes/Cloud.h"
#include "core/nodes/SimulatedCloudStore.h"
#include "core/store/Database.h"

#include <map>

namespace tower {

/// The provider without an account anywhere: durable, in tables of its own. A machine is active, with an
/// address of RFC 5737, two seconds after it was ordered. Nobody answers there: what it hands out is fake.
/// It charges nothing, but says what the real one would. Core thread.
class SimulatedCloud final : public Cloud
{
public:
    SimulatedCloud(Database &database, const Clock &clock);

    QCoro::Task<QString> uploadKey(QString name, QByteArray openSshPublicKey) override;
    QCoro::Task<std::optional<QString>> findVolume(QString name, QString region) override;
    QCoro::Task<QString> createVolume(QString name, QString region, int gigabytes, QStringList tags) override;
    QCoro::Task<std::optional<Droplet>> findDroplet(QString name, QString tag) override;
    QCoro::Task<Droplet> createDroplet(DropletOrder order) override;
    QCoro::Task<std::optional<Droplet>> droplet(QString id) override;
    QCoro::Task<CloudAction> action(QString id) override;
    QCoro::Task<void> ensureFirewall() override;
    QCoro::Task<std::vector<CloudThing>> list() override;
    QCoro::Task<bool> remove(CloudKind kind, QString id) override;
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override { m_stopped = true; }

    /// What it can be told to do wrong, for tests and for practice.
    enum class Call { UploadKey, Find, CreateVolume, CreateDroplet, Action, Droplet, Firewall, List, Remove };
    enum class Fault {
        None,
        Unavailable,        ///< "cloud_unavailable", and nothing happened
        UnavailableButDone, ///< "cloud_unavailable", and it happened
        RateLimited,        ///< "cloud_rate_limited"
        Refused,            ///< "cloud_refused"
        Errored,            ///< Action: the creation failed; Droplet: it has no address; Remove: not yet
    };
    /// The next `times` calls of that kind; -1: all of them.
    void setFault(Call call, Fault fault, int times = -1);

    static constexpr Millis creationTime = seconds(2);

private:
    struct Plan
    {
        Fault fault = Fault::None;
        int times = 0;
    };
    /// Throws what happens before anything is done; what is to be thrown afterwards is for throwAfter().
    Fault begin(Call call);
    static void throwAfter(Fault fault);
    void store(const CloudThing &thing, const QString &region);
    [[nodiscard]] Droplet asDroplet(const CloudThing &thing) const;

    Database &m_database;
    const Clock &m_clock;
    SimulatedCloudStore m_store;
    std::map<Call, Plan> m_plans;
    bool m_stopped = false;
};

/// The tailnet of the simulated cloud: a plausible name for every machine, at once.
class SimulatedTailnet final : public Tailnet
{
public:
    QCoro::Task<TailnetKey> createKey(QString description) override;
    QCoro::Task<QStringList> findKeys(QString description) override;
    QCoro::Task<bool> removeKey(QString id) override;
    QCoro::Task<QString> hostName(QString host) override;
    QCoro::Task<bool> removeHost(QString host) override;
    void abort() override {}
};

} // namespace tower
