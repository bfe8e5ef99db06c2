// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Reader.h"

namespace tower {

namespace {

constexpr int cancelEveryMs = 20;

} // namespace

Reader::Reader(DatabaseUrl url)
    : m_url(std::move(url))
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
    m_pool.start([this] {
        const std::lock_guard lock(m_mutex);
        m_database.reset();
    });
    // Again and again: an interruption between two statements, or while the database is being opened, is
    // lost.
    while (!m_pool.waitForDone(cancelEveryMs)) {
        const std::lock_guard lock(m_mutex);
        if (m_database)
            m_database->cancel();
    }
}

Database &Reader::database()
{
    if (!m_database) {
        auto opened = std::make_unique<Database>(m_url, Database::Mode::ReadOnly);
        const std::lock_guard lock(m_mutex);
        m_database = std::move(opened);
    }
    return *m_database;
}

} // namespace tower
