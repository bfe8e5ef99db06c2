// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Error.h"
#include "core/base/Types.h"

#include <QString>
#include <QStringList>

#include <QCoroTask>

#include <optional>
#include <vector>

namespace tower {

/// Everything that is created carries the node's own tag, "timmy-node-<job id>", and this one, by which the
/// sweep lists.
inline const QString commonNodeTag = QStringLiteral("timmy-node");
inline QString nodeTag(const QString &jobId)
{
    return QStringLiteral("timmy-node-") + jobId;
}

/// USD per GB and month of a volume, in cents.
inline constexpr std::int64_t volumeCents = 10;

/// What is kept elsewhere for a node. A tailnet key is the tailnet's, all others are the cloud's.
enum class CloudKind { Key, TailnetKey, Volume, Droplet };
QString toText(CloudKind kind); ///< key, tailnet_key, volume, droplet
std::optional<CloudKind> cloudKindFromText(const QString &text);

struct DropletOrder
{
    QString name; ///< the node's tag
    QString region, size, image;
    QString keyId;
    QString volumeId; ///< "" for none
    QStringList tags;
    QByteArray userData; ///< at most 64 KiB
};

struct Droplet
{
    enum class State { New, Active, Off, Archived };
    QString id;
    State state = State::New;
    QString publicIp{};            ///< IPv4; "" as long as there is none
    QString actionId{};            ///< of its creation, when it was just ordered
    std::int64_t monthlyCents = 0; ///< USD; 0 when the provider does not say
};

enum class CloudAction { InProgress, Completed, Errored };

/// Something under our tag that the provider keeps, and mostly charges for.
struct CloudThing
{
    CloudKind kind = CloudKind::Droplet;
    QString id;
    QString name;
    QStringList tags;
    QString description;           ///< region and size, for a person
    std::int64_t monthlyCents = 0; ///< USD
    Millis createdAt;

    friend bool operator==(const CloudThing &, const CloudThing &) = default;
};

/// A provider that takes no more calls for now.
class CloudBusy final : public ServiceError
{
public:
    CloudBusy(const QByteArray &code, const QString &message, Millis pause)
        : ServiceError(ErrorKind::Unavailable, code, message)
        , m_pause(pause)
    {
    }
    /// For how long, as it says itself.
    [[nodiscard]] Millis pause() const { return m_pause; }

    void raise() const override { throw *this; }
    [[nodiscard]] CloudBusy *clone() const override { return new CloudBusy(*this); }

private:
    Millis m_pause;
};

/// A provider of machines. Core thread. Nothing here has an idempotency key: find before you create.
///
/// Calls throw ServiceError: "cloud_unavailable" (no answer in time, or 5xx: it may have happened or not),
/// "cloud_rate_limited" (CloudBusy; a question has waited as told, if that was not long), "cloud_refused"
/// (4xx, with the provider's own message), "cloud_stopped" after abort().
class Cloud
{
public:
    virtual ~Cloud() = default;

    /// The id of the key; one that is there already is found by its fingerprint.
    virtual QCoro::Task<QString> uploadKey(QString name, QByteArray openSshPublicKey) = 0;
    /// ext4. The id.
    virtual QCoro::Task<std::optional<QString>> findVolume(QString name, QString region) = 0;
    virtual QCoro::Task<QString> createVolume(QString name, QString region, int gigabytes,
                                              QStringList tags) = 0;
    /// By tag and by name: tags apply only after the creation.
    virtual QCoro::Task<std::optional<Droplet>> findDroplet(QString name, QString tag) = 0;
    virtual QCoro::Task<Droplet> createDroplet(DropletOrder order) = 0;
    /// Nullopt: there is none with this id.
    virtual QCoro::Task<std::optional<Droplet>> droplet(QString id) = 0;
    virtual QCoro::Task<CloudAction> action(QString id) = 0;
    /// One firewall for all that carries the common tag; inbound 22, 8333 and 9735 tcp, 41641 udp. Left alone
    /// when it is there.
    virtual QCoro::Task<void> ensureFirewall() = 0;

    /// All droplets, volumes and keys under the common tag (keys, which have no tags, by the beginning of
    /// their name).
    virtual QCoro::Task<std::vector<CloudThing>> list() = 0;
    /// Orders the removal. True when the provider says that it is gone (or was never there); false when it is
    /// on its way, or in the way of something else: ask again later.
    virtual QCoro::Task<bool> remove(CloudKind kind, QString id) = 0;

    [[nodiscard]] virtual bool isSimulated() const = 0;
    virtual void abort() = 0;
};

/// A key with which one machine may join the tailnet, once.
struct TailnetKey
{
    QString id;
    QByteArray key; ///< a secret
};

/// A network that nodes join. Throws as Cloud does, with "tailnet_..." codes.
class Tailnet
{
public:
    virtual ~Tailnet() = default;
    /// Single use, pre-authorised, tagged, for an hour. `description`: the node's tag, cut to what is
    /// allowed.
    virtual QCoro::Task<TailnetKey> createKey(QString description) = 0;
    /// The ids of keys of this description that still work.
    virtual QCoro::Task<QStringList> findKeys(QString description) = 0;
    /// True when it is gone, or was.
    virtual QCoro::Task<bool> removeKey(QString id) = 0;
    /// The name under which the machine that called itself `host` is reached in the tailnet, or "" as long as
    /// it has not joined.
    virtual QCoro::Task<QString> hostName(QString host) = 0;
    /// The machine leaves the tailnet. True when it is not in there.
    virtual QCoro::Task<bool> removeHost(QString host) = 0;
    virtual void abort() = 0;
};

} // namespace tower
