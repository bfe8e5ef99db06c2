// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/DigitalOceanPeer.h"

#include <algorithm>

namespace tower::test {

namespace {

/// One fewer; true as long as it was not over. -1 never ends.
bool takePoll(int &polls)
{
    if (polls > 0)
        return polls-- > 0;
    return polls < 0;
}

} // namespace

qint64 DigitalOceanPeer::addDroplet(const QString &name, const QStringList &tags)
{
    Droplet droplet;
    droplet.id = ++m_lastId;
    droplet.actionId = ++m_lastId;
    droplet.name = name;
    droplet.tags = tags;
    droplet.region = QStringLiteral("nyc3");
    droplet.size = QStringLiteral("s-4vcpu-8gb");
    droplet.createdAt = m_clock.now();
    droplet.ip = QStringLiteral("203.0.113.%1").arg(droplet.id % 250 + 1);
    m_droplets.append(droplet);
    return droplet.id;
}

DigitalOceanPeer::Droplet *DigitalOceanPeer::droplet(qint64 id)
{
    const auto found = std::find_if(m_droplets.begin(), m_droplets.end(),
                                    [id](const Droplet &droplet) { return droplet.id == id; });
    return found == m_droplets.end() ? nullptr : &*found;
}

void DigitalOceanPeer::addDropletRoutes()
{
    addRoute("POST /v2/droplets",
             [this](const Request &request, const QString &) { return createDroplet(request); });
    addRoute("GET /v2/droplets",
             [this](const Request &request, const QString &) { return listDroplets(request); });
    addRoute("GET /v2/droplets/{id}", [this](const Request &, const QString &id) { return getDroplet(id); });
    addRoute("DELETE /v2/droplets/{id}",
             [this](const Request &, const QString &id) { return deleteDroplet(id); });
    addRoute("GET /v2/actions/{id}", [this](const Request &, const QString &id) { return getAction(id); });
}

RestPeer::Answer DigitalOceanPeer::createDroplet(const Request &request)
{
    const QJsonObject &order = request.json;
    const QString userData = order.value(u"user_data").toString();
    if (order.value(u"name").toString().isEmpty() || order.value(u"size").toString().isEmpty())
        return error(422, QStringLiteral("Name can't be blank."));
    if (userData.toUtf8().size() > 64 * 1024)
        return error(422, QStringLiteral("User data cannot be more than 64KiB."));
    QList<qint64> keyIds;
    for (const QJsonValue &id : order.value(u"ssh_keys").toArray()) {
        keyIds << id.toInteger();
        if (std::none_of(m_keys.begin(), m_keys.end(),
                         [&id](const Key &key) { return key.id == id.toInteger(); }))
            return error(422, QStringLiteral("%1 are invalid key identifiers for Droplet creation.")
                                  .arg(id.toVariant().toString()));
    }
    const QStringList volumes = textsOf(order.value(u"volumes"));
    for (const QString &id : volumes) {
        if (std::none_of(m_volumes.begin(), m_volumes.end(), [&id](const Volume &v) { return v.id == id; }))
            return error(422, QStringLiteral("failed to find volume"));
    }

    addDroplet(order.value(u"name").toString(), textsOf(order.value(u"tags")));
    ++m_dropletsMade;
    Droplet &droplet = m_droplets.last();
    droplet.region = order.value(u"region").toString();
    droplet.size = order.value(u"size").toString();
    droplet.image = order.value(u"image").toString();
    droplet.userData = userData;
    droplet.keyIds = keyIds;
    droplet.actionPolls = m_actionPolls;
    droplet.addressPolls = m_addressPolls;
    droplet.tagPolls = m_tagPolls;
    droplet.errored = m_actionErrors;
    for (Volume &volume : m_volumes) {
        if (volumes.contains(volume.id))
            volume.dropletId = droplet.id;
    }
    QJsonObject answer = toJson(droplet);
    answer.insert(QStringLiteral("status"), QStringLiteral("new"));
    answer.insert(QStringLiteral("networks"), QJsonObject{{QStringLiteral("v4"), QJsonArray()}});
    const QJsonObject action{{QStringLiteral("id"), droplet.actionId},
                             {QStringLiteral("rel"), QStringLiteral("create")},
                             {QStringLiteral("href"), QStringLiteral("http://192.0.2.66/v2/actions/1")}};
    return json(202,
                {{QStringLiteral("droplet"), answer},
                 {QStringLiteral("links"), QJsonObject{{QStringLiteral("actions"), QJsonArray{action}}}}});
}

RestPeer::Answer DigitalOceanPeer::listDroplets(const Request &request)
{
    const QString tag = request.query.queryItemValue(QStringLiteral("tag_name"));
    const QString name = request.query.queryItemValue(QStringLiteral("name"));
    if (!tag.isEmpty() && !name.isEmpty())
        return error(422, QStringLiteral("name can not be combined with tag_name"));
    QJsonArray all;
    for (Droplet &droplet : m_droplets) {
        if (!tag.isEmpty() && (!droplet.tags.contains(tag) || takePoll(droplet.tagPolls)))
            continue;
        if (name.isEmpty() || droplet.name.compare(name, Qt::CaseInsensitive) == 0)
            all.append(toJson(droplet));
    }
    return page(request, QStringLiteral("droplets"), all);
}

RestPeer::Answer DigitalOceanPeer::getDroplet(const QString &id)
{
    Droplet *found = droplet(id.toLongLong());
    if (found && found->removalPolls >= 0 && !takePoll(found->removalPolls)) {
        takeAway(found->id);
        found = nullptr;
    }
    if (!found)
        return notFound();
    const QJsonObject answer = toJson(*found);
    (void)takePoll(found->addressPolls);
    return json(200, {{QStringLiteral("droplet"), answer}});
}

RestPeer::Answer DigitalOceanPeer::deleteDroplet(const QString &id)
{
    Droplet *found = droplet(id.toLongLong());
    if (!found)
        return notFound();
    if (found->removalPolls < 0)
        found->removalPolls = m_removalPolls;
    if (found->removalPolls == 0)
        takeAway(found->id);
    return Answer{204};
}

RestPeer::Answer DigitalOceanPeer::getAction(const QString &id)
{
    const auto found = std::find_if(m_droplets.begin(), m_droplets.end(), [&id](const Droplet &droplet) {
        return QString::number(droplet.actionId) == id;
    });
    if (found == m_droplets.end())
        return notFound();
    QString status = QStringLiteral("in-progress");
    if (!takePoll(found->actionPolls))
        status = found->errored ? QStringLiteral("errored") : QStringLiteral("completed");
    return json(200,
                {{QStringLiteral("action"), QJsonObject{{QStringLiteral("id"), found->actionId},
                                                        {QStringLiteral("status"), status},
                                                        {QStringLiteral("type"), QStringLiteral("create")},
                                                        {QStringLiteral("resource_id"), found->id}}}});
}

void DigitalOceanPeer::takeAway(qint64 dropletId)
{
    for (Volume &volume : m_volumes) {
        if (volume.dropletId == dropletId)
            volume.dropletId = 0;
    }
    m_droplets.removeIf([dropletId](const Droplet &droplet) { return droplet.id == dropletId; });
}

QJsonObject DigitalOceanPeer::toJson(const Droplet &droplet) const
{
    const bool isUp = droplet.addressPolls == 0 && !droplet.errored;
    QString status = droplet.status;
    if (status.isEmpty())
        status = isUp ? QStringLiteral("active") : QStringLiteral("new");
    QJsonArray addresses;
    if (isUp) {
        const QString type = QStringLiteral("type");
        const QString address = QStringLiteral("ip_address");
        addresses.append(
            QJsonObject{{address, QStringLiteral("10.128.192.124")}, {type, QStringLiteral("private")}});
        addresses.append(QJsonObject{{address, droplet.ip}, {type, QStringLiteral("public")}});
    }
    const QJsonObject size{{QStringLiteral("slug"), droplet.size}, {QStringLiteral("price_monthly"), 48.0}};
    return {{QStringLiteral("id"), droplet.id},
            {QStringLiteral("name"), droplet.name},
            {QStringLiteral("status"), status},
            {QStringLiteral("tags"), QJsonArray::fromStringList(droplet.tags)},
            {QStringLiteral("region"), QJsonObject{{QStringLiteral("slug"), droplet.region}}},
            {QStringLiteral("size"), size},
            {QStringLiteral("size_slug"), droplet.size},
            {QStringLiteral("networks"), QJsonObject{{QStringLiteral("v4"), addresses}}},
            {QStringLiteral("created_at"), toIso(droplet.createdAt)}};
}

} // namespace tower::test
