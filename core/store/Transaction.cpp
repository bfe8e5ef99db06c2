// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/store/Database.h"

#include <QSqlDriver>

#include <set>

namespace tower {

namespace {

/// Key of the PostgreSQL advisory lock under which numbers of the table changes are given out.
constexpr std::int64_t changesLock = 0x746f776572'01;

/// What runs after COMMIT can't undo it: a failure there is logged, and the next one runs.
void runAfterCommit(const std::function<void()> &work)
{
    try {
        work();
    } catch (const std::exception &error) {
        log::error("store", QStringLiteral("work after a commit failed"),
                   {{"error", QString::fromUtf8(error.what())}});
    }
}

} // namespace

Transaction::Transaction(Database &database)
    : m_database(database)
{
    if (database.m_transaction)
        throw internalError(QStringLiteral("A transaction was begun inside another one."));
    database.ensureUsable();
    const char *begin = database.engine() == Engine::Sqlite ? "BEGIN IMMEDIATE" : "BEGIN";
    try {
        database.control(begin);
    } catch (const ServiceError &) {
        // Nothing has happened yet, so a connection that turns out to be dead is simply opened again.
        if (!database.m_broken)
            throw;
        database.ensureUsable();
        database.control(begin);
    }
    database.m_transaction = this;
}

Transaction::~Transaction()
{
    if (m_done)
        return;
    m_database.m_transaction = nullptr;
    if (m_database.m_broken)
        return;
    // SQLite has rolled back by itself after some errors (disk full, I/O); then there is nothing left to do.
    QSqlDatabase connection = m_database.connection();
    if (!connection.driver()->rollbackTransaction() && m_database.engine() == Engine::Postgres)
        m_database.m_broken = true;
}

void Transaction::beforeCommit(std::function<void()> work)
{
    m_before.push_back(std::move(work));
}

void Transaction::afterCommit(std::function<void()> work)
{
    m_after.push_back(std::move(work));
}

void Transaction::changed(const char *kind, const QString &id)
{
    m_changes.emplace_back(kind, id);
}

void Transaction::commit()
{
    if (m_done)
        throw internalError(QStringLiteral("A transaction was committed twice."));
    for (std::size_t i = 0; i < m_before.size(); ++i) {
        const auto work = std::move(m_before[i]); // moved out: a hook may add hooks, and the vector may grow
        work();
    }
    if (m_failed)
        throw internalError(
            QStringLiteral("A transaction was committed after a statement in it had failed."));
    if (!m_changes.empty())
        writeChanges();
    m_database.control("COMMIT");

    m_done = true;
    m_database.m_transaction = nullptr;
    for (const auto &work : m_after)
        runAfterCommit(work);
    if (!m_changes.empty()) {
        for (const auto &listener : m_database.m_commitListeners)
            runAfterCommit(listener);
    }
}

void Transaction::writeChanges()
{
    const bool shared = m_database.engine() == Engine::Postgres;
    if (shared) {
        // Held until COMMIT: a reader that has seen a number will never meet a smaller one later.
        m_database.number("SELECT 1 AS n FROM pg_advisory_xact_lock(?)", {changesLock});
    }
    std::set<std::pair<QByteArray, QString>> written;
    for (const auto &change : m_changes) {
        if (written.insert(change).second)
            m_database.execute("INSERT INTO changes (kind, id) VALUES (?, ?)", {change.first, change.second});
    }
    if (shared)
        m_database.number("SELECT 1 AS n FROM pg_notify('tower_changes', '')");
}

} // namespace tower
