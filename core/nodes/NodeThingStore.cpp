// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/NodeThingStore.h"

namespace tower {

bool NodeThingStore::isHeld(CloudKind kind, const QString &providerId)
{
    return m_database.number(R"sql(
        SELECT COUNT(*) AS n FROM bootstrap_things
        WHERE kind = ? AND provider_id = ? AND removed_at IS NULL)sql",
                             {toText(kind), providerId}) > 0;
}

bool NodeThingStore::isKeyShared(const QString &keyId, const QByteArray &publicKey, const QString &exceptJob)
{
    return m_database.number(R"sql(
        SELECT COUNT(*) AS n FROM bootstrap_things t JOIN bootstrap_jobs j ON j.id = t.job_id
        WHERE t.kind = 'key' AND t.removed_at IS NULL AND t.job_id <> ?
          AND (t.provider_id = ? OR (t.provider_id = '' AND j.ssh_public_key = ?)))sql",
                             {exceptJob, keyId, publicKey}) > 0;
}

} // namespace tower
