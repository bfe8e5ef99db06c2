// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/SimulatedCloudStore.h"

#include "core/base/Error.h"

namespace tower {

namespace {

// Tags hold no blanks; one stands before and after each, so that a whole tag can be looked for.
QString joined(const QStringList &tags)
{
    return u' ' + tags.join(u' ') + u' ';
}

CloudThing thingOf(const Row &row)
{
    const std::optional<CloudKind> kind = cloudKindFromText(row.text("kind"));
    if (!kind)
        throw internalError(QStringLiteral("A thing of the simulated cloud is damaged."));
    return {*kind,
            row.text("id"),
            row.text("name"),
            row.text("tags").split(u' ', Qt::SkipEmptyParts),
            row.text("description"),
            row.integer("monthly_cents"),
            row.millis("created_at")};
}

} // namespace

void SimulatedCloudStore::add(const CloudThing &thing, const QString &region)
{
    m_database.execute(R"sql(
        INSERT INTO simulated_cloud (id, kind, name, tags, region, description, monthly_cents, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql",
                       {thing.id, toText(thing.kind), thing.name, joined(thing.tags), region,
                        thing.description, thing.monthlyCents, thing.createdAt});
}

std::optional<CloudThing> SimulatedCloudStore::find(CloudKind kind, const QString &id)
{
    return m_database.one(R"sql(
        SELECT id, kind, name, tags, description, monthly_cents, created_at
        FROM simulated_cloud WHERE id = ? AND kind = ?)sql",
                          {id, toText(kind)}, thingOf);
}

std::optional<CloudThing> SimulatedCloudStore::keyBy(const QString &description)
{
    return m_database.one(R"sql(
        SELECT id, kind, name, tags, description, monthly_cents, created_at
        FROM simulated_cloud WHERE kind = 'key' AND description = ?
        ORDER BY created_at, id LIMIT 1)sql",
                          {description}, thingOf);
}

std::optional<CloudThing> SimulatedCloudStore::volumeBy(const QString &name, const QString &region)
{
    return m_database.one(R"sql(
        SELECT id, kind, name, tags, description, monthly_cents, created_at
        FROM simulated_cloud WHERE kind = 'volume' AND name = ? AND region = ?
        ORDER BY created_at, id LIMIT 1)sql",
                          {name, region}, thingOf);
}

std::optional<CloudThing> SimulatedCloudStore::dropletBy(const QString &name, const QString &tag)
{
    return m_database.one(R"sql(
        SELECT id, kind, name, tags, description, monthly_cents, created_at
        FROM simulated_cloud
        WHERE kind = 'droplet' AND (name = ? OR tags LIKE '% ' || ? || ' %')
        ORDER BY created_at, id LIMIT 1)sql",
                          {name, tag}, thingOf);
}

std::vector<CloudThing> SimulatedCloudStore::all()
{
    return m_database.all(R"sql(
        SELECT id, kind, name, tags, description, monthly_cents, created_at
        FROM simulated_cloud ORDER BY created_at, id)sql",
                          {}, thingOf);
}

void SimulatedCloudStore::remove(CloudKind kind, const QString &id)
{
    m_database.execute("DELETE FROM simulated_cloud WHERE id = ? AND kind = ?", {id, toText(kind)});
}

} // namespace tower
