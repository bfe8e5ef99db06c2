// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/BootstrapJob.h"
#include "core/store/Database.h"

namespace tower {

/// What nodes have at the provider, asked from the provider's side: which node holds on to a thing. Reads
/// only.
class NodeThingStore
{
public:
    explicit NodeThingStore(Database &database)
        : m_database(database)
    {
    }

    /// Whether some node has this thing, and it was not removed.
    bool isHeld(CloudKind kind, const QString &providerId);
    /// Whether another node than that one has this key, or has ordered the same key and not heard of it yet:
    /// a customer's own key may be used for several.
    bool isKeyShared(const QString &keyId, const QByteArray &publicKey, const QString &exceptJob);

private:
    Database &m_database;
};

} // namespace tower
