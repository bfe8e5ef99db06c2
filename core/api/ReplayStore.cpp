// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/ReplayStore.h"

namespace tower {

bool ReplayStore::firstSeen(const EventId &id, Millis expiresAt)
{
    Transaction transaction(m_database);
    m_database.execute("DELETE FROM signed_requests WHERE expires_at < ?", {m_clock.now()});
    const bool isNew =
        m_database.execute(
            "INSERT INTO signed_requests (event_id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            {id, expiresAt}) == 1;
    transaction.commit();
    return isNew;
}

} // namespace tower
