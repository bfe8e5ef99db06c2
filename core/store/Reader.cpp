// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Reader.h"

namespace tower {

Reader::Reader(DatabaseUrl url) : m_url(std::move(url))
{
    // One thread that never expires: a QtSql connection belongs to the thread that opened it.
    m_pool.setMaxThreadCount(1);
    m_pool.setExpiryTimeout(-1);
}

Reader::~Reader()
{
    m_cancelled = true;
    m_pool.clear();
    // Not through a QFuture: waiting for one may run its work on the waiting thread.
    m_pool.start([this] { m_database.reset(); });
    m_pool.waitForDone();
}

Database &Reader::database()
{
    if (!m_database)
        m_database = std::make_unique<Database>(m_url, Database::Mode::ReadOnly);
    return *m_database;
}

} // namespace tower
