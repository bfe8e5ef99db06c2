// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/DigitalOcean.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/nodes/DigitalOceanAnswers.h"
#include "core/nodes/SshKey.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

#include <algorithm>
#include <array>

namespace tower {

namespace {

constexpr int maximumPages = 50;
constexpr qsizetype maximumUserData = 64 * 1024;
const QString firewallName = commonNodeTag;

QString query(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

/// Where one thing stands; the id comes from the database or from a caller.
QString pathOf(const QString &list, const QString &id)
{
    if (!digitalocean::isId(id))
        throw badRequest("id", QStringLiteral("The provider has no such id."));
    return list + u'/' + id;
}

QString listPath(CloudKind kind)
{
    switch (kind) {
    case CloudKind::Key:
        return QStringLiteral("/v2/account/keys");
    case CloudKind::Volume:
        return QStringLiteral("/v2/volumes");
    case CloudKind::Droplet:
        return QStringLiteral("/v2/droplets");
    case CloudKind::TailnetKey:
        break;
    }
    throw internalError(QStringLiteral("A tailnet key is not the cloud's."));
}

QJsonObject everywhere()
{
    return {{QStringLiteral("addresses"), QJsonArray{QStringLiteral("0.0.0.0/0"), QStringLiteral("::/0")}}};
}

QJsonObject firewallOrder()
{
    const auto rule = [](const char *protocol, const char *ports, const char *peers) {
        return QJsonObject{{QStringLiteral("protocol"), QLatin1String(protocol)},
                           {QStringLiteral("ports"), QLatin1String(ports)},
                           {QLatin1String(peers), everywhere()}};
    };
    const QJsonArray inbound{rule("tcp", "22", "sources"), rule("tcp", "8333", "sources"),
                             rule("tcp", "9735", "sources"), rule("udp", "41641", "sources")};
    // "0" is how the API writes all ports.
    const QJsonArray outbound{rule("tcp", "0", "destinations"), rule("udp", "0", "destinations"),
                              rule("icmp", "0", "destinations")};
    return {{QStringLiteral("name"), firewallName},
            {QStringLiteral("tags"), QJsonArray{commonNodeTag}},
            {QStringLiteral("inbound_rules"), inbound},
            {QStringLiteral("outbound_rules"), outbound}};
}

bool isNamedAsNode(const QJsonObject &thing)
{
    return thing.value(u"name").toString().startsWith(nodeTag({}));
}

/// "type base64", without the comment that the provider may have added.
QByteArray withoutComment(const QByteArray &publicKey)
{
    return publicKey.simplified().split(' ').mid(0, 2).join(' ');
}

} // namespace

DigitalOcean::DigitalOcean(const Settings &settings, const Secrets &secrets, Wait wait)
    : m_secrets(secrets)
    , m_client(settings,
               {"cloud", QStringLiteral("DigitalOcean"), QStringLiteral("DO_API_TOKEN"), Setting::DoApiUrl},
               std::move(wait))
{
}

QCoro::Task<RestAnswer> DigitalOcean::get(QString path, QList<int> expected)
{
    RestCall call;
    call.path = path;
    call.expected = expected;
    return m_client.ask(std::move(call), m_secrets.value(Secret::DoApiToken).clone());
}

QCoro::Task<RestAnswer> DigitalOcean::post(QString path, QJsonObject body, QList<int> expected)
{
    RestCall call;
    call.method = "POST";
    call.path = path;
    call.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    call.expected = expected;
    return m_client.ask(std::move(call), m_secrets.value(Secret::DoApiToken).clone());
}

QCoro::Task<std::vector<QJsonObject>> DigitalOcean::pages(QString path, QString name, Missing missing)
{
    const QList<int> expected = missing == Missing::IsEmpty ? QList<int>{404} : QList<int>();
    const QChar joint = path.contains(u'?') ? u'&' : u'?';
    std::vector<QJsonObject> all;
    for (int page = 1; page <= maximumPages; ++page) {
        const QString target =
            path + joint + QStringLiteral("page=%1&per_page=%2").arg(page).arg(digitalocean::pageSize);
        QCoro::Task<RestAnswer> asking = get(target, expected);
        const RestAnswer answer = co_await asking;
        if (answer.status == 404)
            co_return all;
        const std::vector<QJsonObject> entries = digitalocean::readList(answer.body, name);
        all.insert(all.end(), entries.begin(), entries.end());
        if (!digitalocean::hasMore(answer.body, entries.size()))
            co_return all;
    }
    throw unavailable(QStringLiteral("DigitalOcean's list does not end."), "cloud_unavailable");
}

QCoro::Task<QString> DigitalOcean::uploadKey(QString name, QByteArray openSshPublicKey)
{
    const QJsonObject order{{QStringLiteral("name"), name},
                            {QStringLiteral("public_key"), QString::fromLatin1(openSshPublicKey)}};
    const QString member = QStringLiteral("ssh_key");
    const QList<int> taken{422};
    QCoro::Task<RestAnswer> asking = post(listPath(CloudKind::Key), order, taken);
    const RestAnswer uploaded = co_await asking;
    if (uploaded.status != 422)
        co_return digitalocean::readId(digitalocean::readObject(uploaded.body, member).value(u"id"));

    const QString path = listPath(CloudKind::Key) + u'/' + sshFingerprint(openSshPublicKey);
    const QList<int> none{404};
    QCoro::Task<RestAnswer> looking = get(path, none);
    const RestAnswer found = co_await looking;
    if (found.status == 404)
        throw m_client.refusal(uploaded); // it was not that the key is there already
    const QJsonObject key = digitalocean::readObject(found.body, member);
    // MD5: another key can be made to have the same fingerprint.
    const QJsonValue there = key.value(u"public_key");
    if (there.isString() && withoutComment(there.toString().toUtf8()) != withoutComment(openSshPublicKey))
        throw m_client.refusal(uploaded);
    co_return digitalocean::readId(key.value(u"id"));
}

QCoro::Task<std::optional<QString>> DigitalOcean::findVolume(QString name, QString region)
{
    const QString path = listPath(CloudKind::Volume) + QStringLiteral("?name=") + query(name) +
                         QStringLiteral("&region=") + query(region);
    QCoro::Task<std::vector<QJsonObject>> asking = pages(path, QStringLiteral("volumes"));
    const std::vector<QJsonObject> volumes = co_await asking;
    std::optional<QString> found;
    for (const QJsonObject &volume : volumes) {
        const QJsonValue place = volume.value(u"region").toObject().value(u"slug");
        if (volume.value(u"name") == name && (place.isUndefined() || place == region)) {
            found = digitalocean::readId(volume.value(u"id"));
            break;
        }
    }
    co_return found;
}

QCoro::Task<QString> DigitalOcean::createVolume(QString name, QString region, int gigabytes, QStringList tags)
{
    const QJsonObject order{{QStringLiteral("size_gigabytes"), gigabytes},
                            {QStringLiteral("name"), name},
                            {QStringLiteral("region"), region},
                            {QStringLiteral("filesystem_type"), QStringLiteral("ext4")},
                            {QStringLiteral("tags"), QJsonArray::fromStringList(tags)}};
    const QList<int> duplicate{409};
    QCoro::Task<RestAnswer> asking = post(listPath(CloudKind::Volume), order, duplicate);
    const RestAnswer answer = co_await asking;
    if (answer.status != 409) {
        const QJsonObject volume = digitalocean::readObject(answer.body, QStringLiteral("volume"));
        co_return digitalocean::readId(volume.value(u"id"));
    }
    QCoro::Task<std::optional<QString>> looking = findVolume(name, region);
    const std::optional<QString> found = co_await looking;
    if (!found)
        throw m_client.refusal(answer);
    co_return *found;
}

QCoro::Task<std::optional<Droplet>> DigitalOcean::findDroplet(QString name, QString tag)
{
    const QString member = QStringLiteral("droplets");
    const QString list = listPath(CloudKind::Droplet);
    const QString byTag = list + QStringLiteral("?tag_name=") + query(tag);
    QCoro::Task<std::vector<QJsonObject>> askingByTag = pages(byTag, member, Missing::IsEmpty);
    std::vector<QJsonObject> candidates = co_await askingByTag;
    const QString byName = list + QStringLiteral("?name=") + query(name); // the two can't be combined
    QCoro::Task<std::vector<QJsonObject>> askingByName = pages(byName, member);
    const std::vector<QJsonObject> named = co_await askingByName;
    candidates.insert(candidates.end(), named.begin(), named.end());

    std::optional<Droplet> found;
    for (const QJsonObject &candidate : candidates) {
        if (!digitalocean::hasTag(candidate, tag) && candidate.value(u"name") != name)
            continue;
        Droplet droplet = digitalocean::readDroplet(candidate);
        if (droplet.state == Droplet::State::Archived)
            continue;
        found = droplet;
        break;
    }
    co_return found;
}

QCoro::Task<Droplet> DigitalOcean::createDroplet(DropletOrder order)
{
    if (order.userData.size() > maximumUserData)
        throw internalError(
            QStringLiteral("The first script of the node is longer than the provider takes."));
    bool isNumber = false;
    const qint64 number = order.keyId.toLongLong(&isNumber);
    const QJsonValue key = isNumber ? QJsonValue(number) : QJsonValue(order.keyId);
    QJsonObject body{{QStringLiteral("name"), order.name},
                     {QStringLiteral("region"), order.region},
                     {QStringLiteral("size"), order.size},
                     {QStringLiteral("image"), order.image},
                     {QStringLiteral("ssh_keys"), QJsonArray{key}},
                     {QStringLiteral("tags"), QJsonArray::fromStringList(order.tags)},
                     {QStringLiteral("user_data"), QString::fromUtf8(order.userData)},
                     {QStringLiteral("monitoring"), true}};
    if (!order.volumeId.isEmpty())
        body.insert(QStringLiteral("volumes"), QJsonArray{order.volumeId});
    QCoro::Task<RestAnswer> asking = post(listPath(CloudKind::Droplet), body);
    const RestAnswer answer = co_await asking;
    Droplet droplet =
        digitalocean::readDroplet(digitalocean::readObject(answer.body, QStringLiteral("droplet")));
    droplet.actionId = digitalocean::readActionId(answer.body);
    co_return droplet;
}

QCoro::Task<std::optional<Droplet>> DigitalOcean::droplet(QString id)
{
    const QString path = pathOf(listPath(CloudKind::Droplet), id);
    const QList<int> none{404};
    QCoro::Task<RestAnswer> asking = get(path, none);
    const RestAnswer answer = co_await asking;
    std::optional<Droplet> found;
    if (answer.status != 404)
        found = digitalocean::readDroplet(digitalocean::readObject(answer.body, QStringLiteral("droplet")));
    co_return found;
}

QCoro::Task<CloudAction> DigitalOcean::action(QString id)
{
    const QString path = pathOf(QStringLiteral("/v2/actions"), id);
    const QList<int> none{404};
    QCoro::Task<RestAnswer> asking = get(path, none);
    const RestAnswer answer = co_await asking;
    // An action can be unknown just after its order; whether the droplet comes is then told by the droplet.
    co_return answer.status == 404 ? CloudAction::InProgress : digitalocean::readAction(answer.body);
}

QCoro::Task<bool> DigitalOcean::hasFirewall()
{
    QCoro::Task<std::vector<QJsonObject>> asking =
        pages(QStringLiteral("/v2/firewalls"), QStringLiteral("firewalls"), Missing::IsEmpty);
    const std::vector<QJsonObject> firewalls = co_await asking;
    co_return std::any_of(firewalls.begin(), firewalls.end(), [](const QJsonObject &firewall) {
        return firewall.value(u"name") == firewallName;
    });
}

QCoro::Task<void> DigitalOcean::ensureFirewall()
{
    QCoro::Task<bool> looking = hasFirewall();
    if (co_await looking)
        co_return;
    const QString path = QStringLiteral("/v2/firewalls");
    const QJsonObject order = firewallOrder();
    const QList<int> refused{404, 409, 422};
    QCoro::Task<RestAnswer> asking = post(path, order, refused);
    const RestAnswer first = co_await asking;
    if (first.status != 422 && first.status != 404)
        co_return; // made, or made by another meanwhile (409: the name is taken)

    // Unlike a droplet, a firewall can't be given a tag that is not there yet.
    const QJsonObject tag{{QStringLiteral("name"), commonNodeTag}};
    const QList<int> whatever{400, 404, 405, 409, 422};
    QCoro::Task<RestAnswer> tagging = post(QStringLiteral("/v2/tags"), tag, whatever);
    co_await tagging;
    QCoro::Task<RestAnswer> again = post(path, order, refused);
    const RestAnswer second = co_await again;
    if (second.status != 422 && second.status != 404)
        co_return;
    QCoro::Task<bool> lookingAgain = hasFirewall();
    if (!co_await lookingAgain)
        throw m_client.refusal(second);
}

QCoro::Task<std::vector<CloudThing>> DigitalOcean::list()
{
    std::vector<CloudThing> out;
    const QString byTag = listPath(CloudKind::Droplet) + QStringLiteral("?tag_name=") + query(commonNodeTag);
    QCoro::Task<std::vector<QJsonObject>> askingDroplets =
        pages(byTag, QStringLiteral("droplets"), Missing::IsEmpty);
    const std::vector<QJsonObject> droplets = co_await askingDroplets;
    for (const QJsonObject &droplet : droplets) {
        if (digitalocean::hasTag(droplet, commonNodeTag) || isNamedAsNode(droplet))
            out.push_back(digitalocean::readDropletThing(droplet));
    }
    QCoro::Task<std::vector<QJsonObject>> askingVolumes =
        pages(listPath(CloudKind::Volume), QStringLiteral("volumes"));
    const std::vector<QJsonObject> volumes = co_await askingVolumes;
    for (const QJsonObject &volume : volumes) {
        if (digitalocean::hasTag(volume, commonNodeTag))
            out.push_back(digitalocean::readVolumeThing(volume));
    }
    QCoro::Task<std::vector<QJsonObject>> askingKeys =
        pages(listPath(CloudKind::Key), QStringLiteral("ssh_keys"));
    const std::vector<QJsonObject> keys = co_await askingKeys;
    for (const QJsonObject &key : keys) {
        if (isNamedAsNode(key))
            out.push_back(digitalocean::readKeyThing(key));
    }
    co_return out;
}

QCoro::Task<bool> DigitalOcean::isGone(QString path)
{
    const QList<int> none{404};
    QCoro::Task<RestAnswer> asking = get(path, none);
    const RestAnswer answer = co_await asking;
    co_return answer.status == 404;
}

QCoro::Task<bool> DigitalOcean::remove(CloudKind kind, QString id)
{
    RestCall call;
    call.method = "DELETE";
    call.path = pathOf(listPath(kind), id);
    // Attached to a droplet that is still there, or in the middle of something else: later.
    call.expected = {404, 409, 422};
    const QString path = call.path;
    QCoro::Task<RestAnswer> asking =
        m_client.ask(std::move(call), m_secrets.value(Secret::DoApiToken).clone());
    const RestAnswer answer = co_await asking;
    if (answer.status == 404)
        co_return true;
    if (answer.status >= 400) {
        log::warning("cloud", QStringLiteral("can't be removed yet"),
                     {{"path", path}, {"message", answer.message}});
        co_return false;
    }
    // A deletion that was accepted is not one that was done.
    QCoro::Task<bool> looking = isGone(path);
    co_return co_await looking;
}

} // namespace tower
