// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Later.h"
#include "core/nodes/Cloud.h"

#include <functional>
#include <map>

namespace tower::test {

/// Whether the program dies at this point. A point is the moment before a call, the one after it (the answer
/// is lost), or the end of a transaction. What is dead hears nothing any more.
class Fate
{
public:
    /// Dies at the n-th point from now on; 0: never.
    void dieAt(int n)
    {
        m_left = n;
        m_points = 0;
        m_dead = false;
    }
    /// True when it is dead, or dies now.
    bool point()
    {
        ++m_points;
        if (!m_dead && m_left > 0 && --m_left == 0) {
            m_dead = true;
            if (m_whenDead)
                m_whenDead();
        }
        return m_dead;
    }
    void whenDead(std::function<void()> then) { m_whenDead = std::move(then); }
    [[nodiscard]] bool isDead() const { return m_dead; }
    [[nodiscard]] int points() const { return m_points; }

    /// A call of somebody who dies before it, or hears no answer.
    template <class T>
    QCoro::Task<T> call(std::function<QCoro::Task<T>()> inner)
    {
        if (point()) {
            Later<bool> silence = m_silent.emplace_back();
            co_await silence;
            throw unavailable(QStringLiteral("Nobody hears this."), "cloud_stopped");
        }
        QCoro::Task<T> calling = inner();
        T answer = co_await calling;
        if (point()) {
            Later<bool> silence = m_silent.emplace_back();
            co_await silence;
            throw unavailable(QStringLiteral("Nobody hears this."), "cloud_stopped");
        }
        co_return answer;
    }
    /// The calls that were left unanswered end: their callers are gone.
    void bury()
    {
        for (const Later<bool> &silence : std::exchange(m_silent, {}))
            silence.give(true);
    }

private:
    int m_left = 0;
    int m_points = 0;
    bool m_dead = false;
    std::function<void()> m_whenDead;
    std::vector<Later<bool>> m_silent;
};

/// A provider whose customer dies at a point of the test's choice. Counts what is made.
class FatalCloud final : public Cloud
{
public:
    FatalCloud(Cloud &cloud, Fate &fate)
        : m_cloud(cloud)
        , m_fate(fate)
    {
    }

    QCoro::Task<QString> uploadKey(QString name, QByteArray openSshPublicKey) override
    {
        return fatal<QString>([=, this] { return m_cloud.uploadKey(name, openSshPublicKey); });
    }
    QCoro::Task<std::optional<QString>> findVolume(QString name, QString region) override
    {
        return fatal<std::optional<QString>>([=, this] { return m_cloud.findVolume(name, region); });
    }
    QCoro::Task<QString> createVolume(QString name, QString region, int gigabytes, QStringList tags) override
    {
        return fatal<QString>([=, this] { return m_cloud.createVolume(name, region, gigabytes, tags); });
    }
    QCoro::Task<std::optional<tower::Droplet>> findDroplet(QString name, QString tag) override
    {
        if (looksThatMiss > 0) {
            --looksThatMiss;
            return fatal<std::optional<tower::Droplet>>([] { return nothing(); });
        }
        return fatal<std::optional<tower::Droplet>>([=, this] { return m_cloud.findDroplet(name, tag); });
    }
    QCoro::Task<tower::Droplet> createDroplet(DropletOrder order) override
    {
        return fatal<tower::Droplet>([=, this] {
            ++dropletsMade;
            orders << order.userData;
            if (whenOrdered)
                whenOrdered(order.name.mid(nodeTag(QString()).size()));
            return m_cloud.createDroplet(order);
        });
    }
    QCoro::Task<std::optional<tower::Droplet>> droplet(QString id) override
    {
        return fatal<std::optional<tower::Droplet>>([=, this] { return m_cloud.droplet(id); });
    }
    QCoro::Task<CloudAction> action(QString id) override
    {
        return fatal<CloudAction>([=, this] { return m_cloud.action(id); });
    }
    QCoro::Task<void> ensureFirewall() override
    {
        QCoro::Task<bool> ensuring = fatal<bool>([this] { return ensured(); });
        co_await ensuring;
    }
    QCoro::Task<std::vector<CloudThing>> list() override
    {
        return fatal<std::vector<CloudThing>>([this] { return m_cloud.list(); });
    }
    QCoro::Task<bool> remove(CloudKind kind, QString id) override
    {
        return fatal<bool>([=, this] { return m_cloud.remove(kind, id); });
    }
    [[nodiscard]] bool isSimulated() const override { return !isReal && m_cloud.isSimulated(); }
    void abort() override { m_cloud.abort(); }

    bool isReal = false;   ///< it says so
    int looksThatMiss = 0; ///< so many more times no machine is found, tag and name show late
    int dropletsMade = 0;
    std::function<void(const QString &jobId)> whenOrdered{}; ///< before the machine is there
    QList<QByteArray> orders;                                ///< their user data

private:
    template <class T>
    QCoro::Task<T> fatal(std::function<QCoro::Task<T>()> inner)
    {
        return m_fate.call<T>(inner);
    }
    static QCoro::Task<std::optional<tower::Droplet>> nothing() { co_return std::nullopt; }
    QCoro::Task<bool> ensured()
    {
        QCoro::Task<void> ensuring = m_cloud.ensureFirewall();
        co_await ensuring;
        co_return true;
    }

    Cloud &m_cloud;
    Fate &m_fate;
};

/// A tailnet in memory, whose customer dies as that of FatalCloud does.
class FatalTailnet final : public Tailnet
{
public:
    explicit FatalTailnet(Fate &fate)
        : m_fate(fate)
    {
    }

    QCoro::Task<TailnetKey> createKey(QString description) override
    {
        return m_fate.call<TailnetKey>([=, this] { return doCreateKey(description); });
    }
    QCoro::Task<QStringList> findKeys(QString description) override
    {
        return m_fate.call<QStringList>([=, this] { return doFindKeys(description); });
    }
    QCoro::Task<bool> removeKey(QString id) override
    {
        return m_fate.call<bool>([=, this] { return doRemoveKey(id); });
    }
    QCoro::Task<QString> hostName(QString host) override
    {
        co_return hosts.contains(host) ? host + QStringLiteral(".tail.ts.net") : QString();
    }
    QCoro::Task<bool> removeHost(QString host) override
    {
        return m_fate.call<bool>([=, this] { return doRemoveHost(host); });
    }
    void abort() override {}

    std::map<QString, QString> keys; ///< description by id
    QStringList hosts;
    int keysMade = 0;
    bool refuses = false;

private:
    QCoro::Task<TailnetKey> doCreateKey(QString description)
    {
        if (refuses)
            throw ServiceError(ErrorKind::Upstream, "tailnet_refused", QStringLiteral("No such tag."));
        const QString id = QStringLiteral("k%1").arg(++keysMade);
        keys[id] = description;
        TailnetKey key;
        key.id = id;
        key.key = "tskey-auth-" + id.toLatin1();
        co_return key;
    }
    QCoro::Task<QStringList> doFindKeys(QString description)
    {
        QStringList out;
        for (const auto &[id, each] : keys) {
            if (each == description)
                out << id;
        }
        co_return out;
    }
    QCoro::Task<bool> doRemoveKey(QString id)
    {
        keys.erase(id);
        co_return true;
    }
    QCoro::Task<bool> doRemoveHost(QString host)
    {
        hosts.removeAll(host);
        co_return true;
    }

    Fate &m_fate;
};

} // namespace tower::test
