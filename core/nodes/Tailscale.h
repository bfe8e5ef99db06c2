// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/Cloud.h"
#include "core/nodes/RestClient.h"

#include <QJsonObject>

#include <vector>

namespace tower {

/// Tailscale's API v2 at TAILSCALE_API_URL, with TAILSCALE_API_KEY: an access token (tskey-api-...), or the
/// secret of an OAuth client (tskey-client-...), for which a token is got before each call. Core thread.
class Tailscale final : public Tailnet
{
public:
    /// Without `wait` it waits by timers of its own.
    Tailscale(const Settings &settings, const Secrets &secrets, Wait wait = {});

    QCoro::Task<TailnetKey> createKey(QString description) override;
    QCoro::Task<QStringList> findKeys(QString description) override;
    QCoro::Task<bool> removeKey(QString id) override;
    QCoro::Task<QString> hostName(QString host) override;
    QCoro::Task<bool> removeHost(QString host) override;
    void abort() override { m_client.abort(); }

    void setPatience(Millis call) { m_client.setPatience(call); }

    /// What a description may have; longer ones are cut.
    static constexpr qsizetype maximumDescription = 50;

private:
    QCoro::Task<SecretBytes> authorize();
    QCoro::Task<RestAnswer> ask(RestCall call);
    QCoro::Task<std::vector<QJsonObject>> listOf(QString what);
    /// The machines that call themselves so.
    QCoro::Task<std::vector<QJsonObject>> machines(QString host);
    /// The key, as long as it works.
    QCoro::Task<std::optional<QJsonObject>> workingKey(QString id);
    [[nodiscard]] QString tailnetPath(const QString &what) const;
    [[nodiscard]] QString readId(const QJsonValue &value) const;

    const Settings &m_settings;
    const Secrets &m_secrets;
    RestClient m_client;
};

} // namespace tower
