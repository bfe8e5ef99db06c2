// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/Cloud.h"
#include "core/store/Database.h"

#include <optional>
#include <vector>

namespace tower {

/// SQL of the simulated cloud: simulated_cloud, a row for each thing that it keeps.
class SimulatedCloudStore
{
public:
    explicit SimulatedCloudStore(Database &database)
        : m_database(database)
    {
    }

    void add(const CloudThing &thing, const QString &region);
    std::optional<CloudThing> find(CloudKind kind, const QString &id);
    /// The oldest.
    std::optional<CloudThing> keyBy(const QString &description);
    std::optional<CloudThing> volumeBy(const QString &name, const QString &region);
    std::optional<CloudThing> dropletBy(const QString &name, const QString &tag);
    std::vector<CloudThing> all();
    void remove(CloudKind kind, const QString &id);

private:
    Database &m_database;
};

} // namespace tower
