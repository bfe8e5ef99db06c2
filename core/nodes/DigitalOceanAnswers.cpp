// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/DigitalOceanAnswers.h"

#include "core/base/Clock.h"
#include "core/base/Error.h"
#include "core/base/Text.h"

#include <QHostAddress>
#include <QJsonArray>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tower::digitalocean {

namespace {

constexpr qsizetype longestName = 255;
constexpr qsizetype longestSlug = 64;
constexpr int mostTags = 100;

ServiceError unreadable()
{
    return unavailable(QStringLiteral("DigitalOcean's answer can't be read."), "cloud_unavailable");
}

QString readName(const QJsonObject &thing)
{
    const QJsonValue name = thing.value(u"name");
    if (!name.isString() || name.toString().isEmpty())
        throw unreadable();
    return safeText(name.toString(), longestName);
}

/// The tags that are texts.
QStringList tagsOf(const QJsonObject &thing)
{
    QStringList out;
    const QJsonArray tags = thing.value(u"tags").toArray();
    for (const QJsonValue &tag : tags) {
        if (tag.isString() && out.size() < mostTags)
            out << safeText(tag.toString(), longestName);
    }
    return out;
}

/// Of a region or a size, which are told as objects.
QString slugOf(const QJsonValue &value)
{
    return safeText(value.toObject().value(u"slug").toString(), longestSlug);
}

Millis createdAtOf(const QJsonObject &thing)
{
    return fromIso(thing.value(u"created_at").toString()).value_or(Millis());
}

Droplet::State readState(const QJsonValue &status)
{
    using State = Droplet::State;
    constexpr std::array names{std::pair{State::New, "new"}, std::pair{State::Active, "active"},
                               std::pair{State::Off, "off"}, std::pair{State::Archived, "archive"}};
    for (const auto &[state, name] : names) {
        if (status.toString() == QLatin1String(name))
            return state;
    }
    throw unreadable();
}

QString readPublicIp(const QJsonObject &droplet)
{
    const QJsonArray addresses = droplet.value(u"networks").toObject().value(u"v4").toArray();
    for (const QJsonValue &entry : addresses) {
        if (entry.toObject().value(u"type") != QLatin1String("public"))
            continue;
        const QString text = entry.toObject().value(u"ip_address").toString();
        const QHostAddress address(text);
        // Qt reads "7" as an address, too.
        if (address.protocol() != QAbstractSocket::IPv4Protocol || address.toString() != text ||
            address == QHostAddress(QHostAddress::AnyIPv4))
            throw unreadable();
        return text;
    }
    return {};
}

QString joined(const QString &region, const QString &size)
{
    return region.isEmpty() || size.isEmpty() ? region + size : region + QStringLiteral(", ") + size;
}

} // namespace

bool isId(const QString &id)
{
    const auto mayStand = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'-';
    };
    return !id.isEmpty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), mayStand);
}

QString readId(const QJsonValue &value)
{
    QString id = value.toString();
    if (value.isDouble()) {
        const qint64 number = value.toInteger(0); // 0 for what is not whole
        id = number > 0 ? QString::number(number) : QString();
    }
    if (!isId(id))
        throw unreadable();
    return id;
}

QJsonObject readObject(const QJsonObject &answer, const QString &name)
{
    const QJsonValue value = answer.value(name);
    if (!value.isObject())
        throw unreadable();
    return value.toObject();
}

std::vector<QJsonObject> readList(const QJsonObject &answer, const QString &name)
{
    const QJsonValue value = answer.value(name);
    if (!value.isArray())
        throw unreadable();
    std::vector<QJsonObject> out;
    const QJsonArray entries = value.toArray();
    for (const QJsonValue &entry : entries) {
        if (!entry.isObject())
            throw unreadable();
        out.push_back(entry.toObject());
    }
    return out;
}

bool hasMore(const QJsonObject &answer, std::size_t entries)
{
    const QJsonValue next = answer.value(u"links").toObject().value(u"pages").toObject().value(u"next");
    return entries >= pageSize || (entries > 0 && next.isString());
}

bool hasTag(const QJsonObject &thing, const QString &tag)
{
    return thing.value(u"tags").toArray().contains(tag);
}

Droplet readDroplet(const QJsonObject &droplet)
{
    Droplet out;
    out.id = readId(droplet.value(u"id"));
    out.state = readState(droplet.value(u"status"));
    out.publicIp = readPublicIp(droplet);
    out.monthlyCents = readCents(droplet.value(u"size").toObject().value(u"price_monthly"));
    return out;
}

QString readActionId(const QJsonObject &answer)
{
    const QJsonArray actions = answer.value(u"links").toObject().value(u"actions").toArray();
    for (const QJsonValue &action : actions) {
        if (action.toObject().value(u"rel") == QLatin1String("create"))
            return readId(action.toObject().value(u"id"));
    }
    return {};
}

CloudAction readAction(const QJsonObject &answer)
{
    const QString status = readObject(answer, QStringLiteral("action")).value(u"status").toString();
    if (status == QLatin1String("in-progress"))
        return CloudAction::InProgress;
    if (status == QLatin1String("completed"))
        return CloudAction::Completed;
    if (status == QLatin1String("errored"))
        return CloudAction::Errored;
    throw unreadable();
}

std::int64_t readCents(const QJsonValue &usd)
{
    constexpr double most = 1'000'000;
    bool isNumber = usd.isDouble();
    const double value = isNumber ? usd.toDouble() : usd.toString().toDouble(&isNumber);
    if (!isNumber || !std::isfinite(value) || value < 0 || value > most)
        return 0;
    return std::llround(value * 100);
}

CloudThing readKeyThing(const QJsonObject &key)
{
    CloudThing out;
    out.kind = CloudKind::Key;
    out.id = readId(key.value(u"id"));
    out.name = readName(key);
    return out;
}

CloudThing readVolumeThing(const QJsonObject &volume)
{
    const std::int64_t gigabytes = volume.value(u"size_gigabytes").toInteger();
    if (gigabytes < 1 || gigabytes > 1'000'000)
        throw unreadable();
    CloudThing out;
    out.kind = CloudKind::Volume;
    out.id = readId(volume.value(u"id"));
    out.name = readName(volume);
    out.tags = tagsOf(volume);
    out.description = joined(slugOf(volume.value(u"region")), QStringLiteral("%1 GB").arg(gigabytes));
    out.monthlyCents = gigabytes * volumeCents;
    out.createdAt = createdAtOf(volume);
    return out;
}

CloudThing readDropletThing(const QJsonObject &droplet)
{
    CloudThing out;
    out.kind = CloudKind::Droplet;
    out.id = readId(droplet.value(u"id"));
    out.name = readName(droplet);
    out.tags = tagsOf(droplet);
    out.description = joined(slugOf(droplet.value(u"region")),
                             safeText(droplet.value(u"size_slug").toString(), longestSlug));
    out.monthlyCents = readCents(droplet.value(u"size").toObject().value(u"price_monthly"));
    out.createdAt = createdAtOf(droplet);
    return out;
}

} // namespace tower::digitalocean
