// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/Cloud.h"

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>

namespace tower::digitalocean {

// What DigitalOcean's API v2 answers, as the house has it. All of it may be anything: what lacks what it
// should hold throws unavailable "cloud_unavailable".

/// So many entries are asked for at a time, the most that the API gives.
constexpr int pageSize = 200;

/// A name in a path: [A-Za-z0-9-]{1,64}.
bool isId(const QString &id);
/// Numbers and texts alike.
QString readId(const QJsonValue &value);
QJsonObject readObject(const QJsonObject &answer, const QString &name);
/// The entries of a page.
std::vector<QJsonObject> readList(const QJsonObject &answer, const QString &name);
/// Whether there is another page after this one of so many entries. Where it would be is not looked at.
bool hasMore(const QJsonObject &answer, std::size_t entries);
/// Whether a droplet or a volume carries a tag.
bool hasTag(const QJsonObject &thing, const QString &tag);

/// Of GET and of POST /v2/droplets; the action of its creation where there is one.
Droplet readDroplet(const QJsonObject &droplet);
QString readActionId(const QJsonObject &answer);
CloudAction readAction(const QJsonObject &answer);
/// USD, a number or a text, in cents; 0 when it is none.
std::int64_t readCents(const QJsonValue &usd);

CloudThing readKeyThing(const QJsonObject &key);
CloudThing readVolumeThing(const QJsonObject &volume);
CloudThing readDropletThing(const QJsonObject &droplet);

} // namespace tower::digitalocean
