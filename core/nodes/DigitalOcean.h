// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/Cloud.h"
#include "core/nodes/RestClient.h"

#include <QJsonObject>

#include <vector>

namespace tower {

/// DigitalOcean's API v2 at DO_API_URL, with DO_API_TOKEN. Core thread.
class DigitalOcean final : public Cloud
{
public:
    /// Without `wait` it waits by timers of its own.
    DigitalOcean(const Settings &settings, const Secrets &secrets, Wait wait = {});

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
    [[nodiscard]] bool isSimulated() const override { return false; }
    void abort() override { m_client.abort(); }

    void setPatience(Millis call) { m_client.setPatience(call); }

private:
    QCoro::Task<RestAnswer> get(QString path, QList<int> expected = {});
    QCoro::Task<RestAnswer> post(QString path, QJsonObject body, QList<int> expected = {});
    /// What 404 for a list means: a tag that nothing carries is none, but who knows no droplets at all is not
    /// to be believed that there are none.
    enum class Missing { IsRefusal, IsEmpty };
    /// All pages of a list.
    QCoro::Task<std::vector<QJsonObject>> pages(QString path, QString name,
                                                Missing missing = Missing::IsRefusal);
    QCoro::Task<bool> hasFirewall();
    QCoro::Task<bool> isGone(QString path);

    const Secrets &m_secrets;
    RestClient m_client;
};

} // namespace tower
