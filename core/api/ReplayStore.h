// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Database.h"

namespace tower {

/// Ids of signed requests that were used: each works once, across restarts and across processes.
class ReplayStore
{
public:
    ReplayStore(Database &database, const Clock &clock)
        : m_database(database)
        , m_clock(clock)
    {
    }

    /// Remembers `id` until `expiresAt`; false when it was there already.
    bool firstSeen(const EventId &id, Millis expiresAt);

private:
    Database &m_database;
    const Clock &m_clock;
};

} // namespace tower
