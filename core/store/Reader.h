// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <QFuture>
#include <QThreadPool>
#include <QtConcurrentRun>

#include <atomic>
#include <memory>
#include <mutex>

namespace tower {

/// Long reads away from the core thread: one worker thread with a read-only connection of its own. Free-text
/// search, exports, snapshots and the check of the activity chain run here, and cost the policy nothing.
class Reader
{
public:
    explicit Reader(DatabaseUrl url);
    /// Cancels what runs (see Database::cancel) and what waits, and waits until it has ended.
    ~Reader();
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    /// Runs `work(Database &)` on the worker; its result, or the ServiceError it threw, is in the future.
    template <class Work>
    auto run(Work work) -> QFuture<std::invoke_result_t<Work, Database &>>
    {
        return QtConcurrent::run(&m_pool,
                                 [this, work = std::move(work)]() mutable { return work(database()); });
    }

    /// True once the reader is being destroyed: work that is busy without the database asks now and then.
    [[nodiscard]] bool isCancelled() const { return m_cancelled; }

private:
    Database &database();

    DatabaseUrl m_url;
    QThreadPool m_pool;
    std::mutex m_mutex;                   ///< over the making and the destroying of the database
    std::unique_ptr<Database> m_database; ///< made, used and destroyed on the worker
    std::atomic<bool> m_cancelled = false;
};

} // namespace tower
