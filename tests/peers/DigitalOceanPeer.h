// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "tests/peers/RestPeer.h"

#include <QJsonArray>
#include <QStringList>

namespace tower::test {

/// A stand-in for DigitalOcean's API v2 with one account: keys, volumes, droplets, actions, firewalls, tags.
/// An order of a droplet is answered with 202 at once; the rest happens poll by poll, as told.
///
/// Routes, for faults and counts: POST /v2/account/keys, GET /v2/account/keys, GET /v2/account/keys/{id},
/// DELETE /v2/account/keys/{id}; the same four of /v2/volumes, /v2/droplets and /v2/firewalls;
/// GET /v2/actions/{id}; POST /v2/tags.
class DigitalOceanPeer final : public RestPeer
{
    Q_OBJECT

public:
    struct Key
    {
        qint64 id = 0;
        QString name;
        QString publicKey;
        QString fingerprint;
    };
    struct Volume
    {
        QString id;
        QString name;
        QString region;
        int gigabytes = 0;
        QString fileSystem;
        QStringList tags;
        qint64 dropletId = 0; ///< to which it is attached; 0: to none
        Millis createdAt{};
    };
    struct Droplet
    {
        qint64 id = 0;
        QString name;
        QStringList tags;
        QString region, size, image;
        QString userData;
        QList<qint64> keyIds;
        qint64 actionId = 0;
        int actionPolls = 0;   ///< so many more polls say "in-progress"; -1: for ever
        int addressPolls = 0;  ///< so many more polls say "new", without an address; -1: for ever
        int tagPolls = 0;      ///< so many more lists by tag do not have it
        int removalPolls = -1; ///< it is being removed, and so many more polls still find it; -1: it is not
        bool errored = false;
        QString status{}; ///< instead of new or active
        QString ip{};
        Millis createdAt{};
    };
    struct Firewall
    {
        QString id;
        QString name;
        QStringList tags;
        QJsonArray inbound;
        QJsonArray outbound;
    };

    explicit DigitalOceanPeer(const Clock &clock, QObject *parent = nullptr);

    static QString token() { return QStringLiteral("dop_v1_the-token-of-this-test"); }

    /// Of droplets that are ordered from now on; without these the first poll shows each done.
    void setActionPolls(int polls) { m_actionPolls = polls; }
    void setActionErrors(bool errors) { m_actionErrors = errors; }
    void setAddressPolls(int polls) { m_addressPolls = polls; }
    void setTagPolls(int polls) { m_tagPolls = polls; }
    /// A droplet whose deletion was ordered is still found by so many polls (of it alone); a thousand: for
    /// longer than anybody asks.
    void setRemovalPolls(int polls) { m_removalPolls = polls; }
    /// 404 for firewalls, as from an account or a service that has none.
    void setHasFirewalls(bool has) { m_hasFirewalls = has; }

    [[nodiscard]] const QList<Key> &keys() const { return m_keys; }
    [[nodiscard]] const QList<Volume> &volumes() const { return m_volumes; }
    [[nodiscard]] const QList<Droplet> &droplets() const { return m_droplets; }
    [[nodiscard]] const QList<Firewall> &firewalls() const { return m_firewalls; }
    /// Everything that is left and would be charged for or is a way in: "droplet NAME", "volume NAME", "key
    /// NAME", sorted. Firewalls stay.
    [[nodiscard]] QStringList left() const;
    /// How many were ever made.
    [[nodiscard]] int keysMade() const { return m_keysMade; }
    [[nodiscard]] int volumesMade() const { return m_volumesMade; }
    [[nodiscard]] int dropletsMade() const { return m_dropletsMade; }

    /// Something that nobody ordered through the API; the id.
    qint64 addKey(const QString &name, const QString &publicKey);
    QString addVolume(const QString &name, const QString &region, int gigabytes, const QStringList &tags);
    qint64 addDroplet(const QString &name, const QStringList &tags);
    /// The droplet, to change it.
    Droplet *droplet(qint64 id);

private:
    [[nodiscard]] Answer error(int status, const QString &message) const override;
    [[nodiscard]] std::optional<Answer> unauthorized(const Request &request) const override;

    void addKeyRoutes();
    void addVolumeRoutes();
    void addDropletRoutes();
    void addFirewallRoutes();
    Answer createKey(const Request &request);
    Answer createVolume(const Request &request);
    Answer createDroplet(const Request &request);
    Answer listDroplets(const Request &request);
    Answer getDroplet(const QString &id);
    Answer deleteDroplet(const QString &id);
    Answer createFirewall(const Request &request);
    Answer getAction(const QString &id);
    void takeAway(qint64 dropletId);
    [[nodiscard]] Answer notFound() const;
    [[nodiscard]] static QStringList textsOf(const QJsonValue &list);
    [[nodiscard]] static Answer page(const Request &request, const QString &name, const QJsonArray &all);
    [[nodiscard]] QJsonObject toJson(const Droplet &droplet) const;

    const Clock &m_clock;
    QList<Key> m_keys;
    QList<Volume> m_volumes;
    QList<Droplet> m_droplets;
    QList<Firewall> m_firewalls;
    QStringList m_tags;
    int m_keysMade = 0;
    int m_volumesMade = 0;
    int m_dropletsMade = 0;
    qint64 m_lastId = 500'000'000;
    int m_actionPolls = 0;
    bool m_actionErrors = false;
    int m_addressPolls = 0;
    int m_tagPolls = 0;
    int m_removalPolls = 0;
    bool m_hasFirewalls = true;
};

} // namespace tower::test
