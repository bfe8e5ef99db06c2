// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/DigitalOceanPeer.h"

#include <QCryptographicHash>
#include <QUuid>

#include <algorithm>

namespace tower::test {

namespace {

QString fingerprintOf(const QString &publicKey)
{
    const QByteArray blob = QByteArray::fromBase64(publicKey.split(u' ').value(1).toLatin1());
    return QString::fromLatin1(QCryptographicHash::hash(blob, QCryptographicHash::Md5).toHex(':'));
}

QString newUuid()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

QJsonObject keyJson(const DigitalOceanPeer::Key &key)
{
    return {{QStringLiteral("id"), key.id},
            {QStringLiteral("name"), key.name},
            {QStringLiteral("public_key"), key.publicKey},
            {QStringLiteral("fingerprint"), key.fingerprint}};
}

QJsonObject volumeJson(const DigitalOceanPeer::Volume &volume)
{
    QJsonArray attached;
    if (volume.dropletId != 0)
        attached.append(volume.dropletId);
    return {{QStringLiteral("id"), volume.id},
            {QStringLiteral("name"), volume.name},
            {QStringLiteral("region"), QJsonObject{{QStringLiteral("slug"), volume.region}}},
            {QStringLiteral("size_gigabytes"), volume.gigabytes},
            {QStringLiteral("filesystem_type"), volume.fileSystem},
            {QStringLiteral("tags"), QJsonArray::fromStringList(volume.tags)},
            {QStringLiteral("droplet_ids"), attached},
            {QStringLiteral("created_at"), toIso(volume.createdAt)}};
}

QJsonObject firewallJson(const DigitalOceanPeer::Firewall &firewall)
{
    return {{QStringLiteral("id"), firewall.id},
            {QStringLiteral("name"), firewall.name},
            {QStringLiteral("tags"), QJsonArray::fromStringList(firewall.tags)},
            {QStringLiteral("inbound_rules"), firewall.inbound},
            {QStringLiteral("outbound_rules"), firewall.outbound}};
}

} // namespace

DigitalOceanPeer::DigitalOceanPeer(const Clock &clock, QObject *parent)
    : RestPeer(parent)
    , m_clock(clock)
{
    addKeyRoutes();
    addVolumeRoutes();
    addDropletRoutes();
    addFirewallRoutes();
}

RestPeer::Answer DigitalOceanPeer::error(int status, const QString &message) const
{
    QString id = QStringLiteral("unprocessable_entity");
    if (status == 401)
        id = QStringLiteral("Unauthorized");
    else if (status == 404)
        id = QStringLiteral("not_found");
    else if (status == 409)
        id = QStringLiteral("conflict");
    else if (status == 429)
        id = QStringLiteral("too_many_requests");
    else if (status >= 500)
        id = QStringLiteral("service_unavailable");
    return json(status,
                {{QStringLiteral("id"), id},
                 {QStringLiteral("message"), message},
                 {QStringLiteral("request_id"), QStringLiteral("4d9d8375-3c56-4925-a3e7-eb137fed17e9")}});
}

RestPeer::Answer DigitalOceanPeer::notFound() const
{
    return error(404, QStringLiteral("The resource you requested could not be found."));
}

QStringList DigitalOceanPeer::textsOf(const QJsonValue &list)
{
    QStringList out;
    const QJsonArray entries = list.toArray();
    for (const QJsonValue &entry : entries)
        out << entry.toString();
    return out;
}

std::optional<RestPeer::Answer> DigitalOceanPeer::unauthorized(const Request &request) const
{
    if (request.bearer == token().toLatin1())
        return std::nullopt;
    return error(401, QStringLiteral("Unable to authenticate you"));
}

/// A page of a list, with the links that the API gives. `next` is another host's: nobody is to go there.
RestPeer::Answer DigitalOceanPeer::page(const Request &request, const QString &name, const QJsonArray &all)
{
    const auto number = [&request](const QString &key, int otherwise) {
        const int value = request.query.queryItemValue(key).toInt();
        return value > 0 ? value : otherwise;
    };
    const int size = std::min(number(QStringLiteral("per_page"), 20), 200);
    const int index = number(QStringLiteral("page"), 1);
    QJsonArray part;
    for (qsizetype i = qsizetype(index - 1) * size;
         i < std::min<qsizetype>(all.size(), qsizetype(index) * size); ++i)
        part.append(all.at(i));
    QJsonObject links;
    if (qsizetype(index) * size < all.size())
        links.insert(QStringLiteral("pages"),
                     QJsonObject{{QStringLiteral("next"), QStringLiteral("http://192.0.2.66/v2?page=2")}});
    return json(200, {{name, part},
                      {QStringLiteral("links"), links},
                      {QStringLiteral("meta"), QJsonObject{{QStringLiteral("total"), all.size()}}}});
}

QStringList DigitalOceanPeer::left() const
{
    QStringList out;
    for (const Droplet &droplet : m_droplets)
        out << QStringLiteral("droplet ") + droplet.name;
    for (const Volume &volume : m_volumes)
        out << QStringLiteral("volume ") + volume.name;
    for (const Key &key : m_keys)
        out << QStringLiteral("key ") + key.name;
    out.sort();
    return out;
}

qint64 DigitalOceanPeer::addKey(const QString &name, const QString &publicKey)
{
    m_keys.append({++m_lastId, name, publicKey, fingerprintOf(publicKey)});
    return m_lastId;
}

QString DigitalOceanPeer::addVolume(const QString &name, const QString &region, int gigabytes,
                                    const QStringList &tags)
{
    m_volumes.append({newUuid(), name, region, gigabytes, QStringLiteral("ext4"), tags, 0, m_clock.now()});
    return m_volumes.last().id;
}

void DigitalOceanPeer::addKeyRoutes()
{
    const auto find = [this](const QString &id) {
        return std::find_if(m_keys.begin(), m_keys.end(), [&id](const Key &key) {
            return QString::number(key.id) == id || key.fingerprint == id;
        });
    };
    const QString one = QStringLiteral("ssh_key");
    addRoute("POST /v2/account/keys",
             [this](const Request &request, const QString &) { return createKey(request); });
    addRoute("GET /v2/account/keys", [this](const Request &request, const QString &) {
        QJsonArray all;
        for (const Key &key : std::as_const(m_keys))
            all.append(keyJson(key));
        return page(request, QStringLiteral("ssh_keys"), all);
    });
    addRoute("GET /v2/account/keys/{id}", [this, find, one](const Request &, const QString &id) {
        const auto key = find(id);
        return key == m_keys.end() ? notFound() : json(200, {{one, keyJson(*key)}});
    });
    addRoute("DELETE /v2/account/keys/{id}", [this, find](const Request &, const QString &id) {
        const auto key = find(id);
        if (key == m_keys.end())
            return notFound();
        m_keys.erase(key);
        return Answer{204};
    });
}

RestPeer::Answer DigitalOceanPeer::createKey(const Request &request)
{
    const QString publicKey = request.json.value(u"public_key").toString();
    const QString name = request.json.value(u"name").toString();
    if (name.isEmpty() || publicKey.split(u' ').size() < 2)
        return error(422, QStringLiteral("Key invalid, key should be of the format `type key [comment]`"));
    for (const Key &key : std::as_const(m_keys)) {
        if (key.fingerprint == fingerprintOf(publicKey))
            return error(422, QStringLiteral("SSH Key is already in use on your account"));
    }
    addKey(name, publicKey);
    ++m_keysMade;
    return json(201, {{QStringLiteral("ssh_key"), keyJson(m_keys.last())}});
}

void DigitalOceanPeer::addVolumeRoutes()
{
    const auto find = [this](const QString &id) {
        return std::find_if(m_volumes.begin(), m_volumes.end(),
                            [&id](const Volume &volume) { return volume.id == id; });
    };
    addRoute("POST /v2/volumes",
             [this](const Request &request, const QString &) { return createVolume(request); });
    addRoute("GET /v2/volumes", [this](const Request &request, const QString &) {
        const QString name = request.query.queryItemValue(QStringLiteral("name"));
        const QString region = request.query.queryItemValue(QStringLiteral("region"));
        QJsonArray all;
        for (const Volume &volume : std::as_const(m_volumes)) {
            if ((name.isEmpty() || volume.name == name) && (region.isEmpty() || volume.region == region))
                all.append(volumeJson(volume));
        }
        return page(request, QStringLiteral("volumes"), all);
    });
    addRoute("GET /v2/volumes/{id}", [this, find](const Request &, const QString &id) {
        const auto volume = find(id);
        return volume == m_volumes.end() ? error(404, QStringLiteral("failed to find volume"))
                                         : json(200, {{QStringLiteral("volume"), volumeJson(*volume)}});
    });
    addRoute("DELETE /v2/volumes/{id}", [this, find](const Request &, const QString &id) {
        const auto volume = find(id);
        if (volume == m_volumes.end())
            return error(404, QStringLiteral("failed to find volume"));
        if (volume->dropletId != 0)
            return error(409, QStringLiteral("failed to delete volume: the volume is attached"));
        m_volumes.erase(volume);
        return Answer{204};
    });
}

RestPeer::Answer DigitalOceanPeer::createVolume(const Request &request)
{
    const QString name = request.json.value(u"name").toString();
    const QString region = request.json.value(u"region").toString();
    const int gigabytes = request.json.value(u"size_gigabytes").toInt();
    if (name.isEmpty() || region.isEmpty() || gigabytes < 1 || gigabytes > 16'384)
        return error(422, QStringLiteral("invalid size"));
    for (const Volume &volume : std::as_const(m_volumes)) {
        if (volume.name == name && volume.region == region)
            return error(409, QStringLiteral("failed to create volume: name already in use"));
    }
    addVolume(name, region, gigabytes, textsOf(request.json.value(u"tags")));
    m_volumes.last().fileSystem = request.json.value(u"filesystem_type").toString();
    ++m_volumesMade;
    return json(201, {{QStringLiteral("volume"), volumeJson(m_volumes.last())}});
}

void DigitalOceanPeer::addFirewallRoutes()
{
    addRoute("POST /v2/firewalls",
             [this](const Request &request, const QString &) { return createFirewall(request); });
    addRoute("GET /v2/firewalls", [this](const Request &request, const QString &) {
        if (!m_hasFirewalls)
            return notFound();
        QJsonArray all;
        for (const Firewall &firewall : std::as_const(m_firewalls))
            all.append(firewallJson(firewall));
        return page(request, QStringLiteral("firewalls"), all);
    });
    addRoute("POST /v2/tags", [this](const Request &request, const QString &) {
        const QString name = request.json.value(u"name").toString();
        m_tags << name;
        return json(201, {{QStringLiteral("tag"), QJsonObject{{QStringLiteral("name"), name}}}});
    });
}

RestPeer::Answer DigitalOceanPeer::createFirewall(const Request &request)
{
    const QString name = request.json.value(u"name").toString();
    for (const Firewall &firewall : std::as_const(m_firewalls)) {
        if (firewall.name == name)
            return error(409, QStringLiteral("duplicate name"));
    }
    const QStringList tags = textsOf(request.json.value(u"tags"));
    for (const QString &tag : tags) {
        const bool known = m_tags.contains(tag) ||
                           std::any_of(m_droplets.begin(), m_droplets.end(),
                                       [&tag](const Droplet &droplet) { return droplet.tags.contains(tag); });
        if (!known)
            return error(422, QStringLiteral("tag %1 does not exist").arg(tag));
    }
    m_firewalls.append({newUuid(), name, tags, request.json.value(u"inbound_rules").toArray(),
                        request.json.value(u"outbound_rules").toArray()});
    return json(202, {{QStringLiteral("firewall"), firewallJson(m_firewalls.last())}});
}

} // namespace tower::test
