// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <QJsonObject>

namespace tower {

/// One decision to be written down. `actor`: "admin:<who>" (who: token, console, or the hex key of a NIP-98
/// signature), "auto" (a rule did it), "timmy_ai", "system". `before` and `after` hold what changed, no
/// secrets.
struct ActivityEntry
{
    QString actor;
    QString
        action; ///< dotted verb: relay.grant, relay.revoke, identity.adjust, queue.reject, setting.change ...
    QString subject; ///< hex key, event id, job id ...
    QString reason;
    QJsonObject before;
    QJsonObject after;
};

struct ActivityRow
{
    std::int64_t id = 0;
    Millis at;
    ActivityEntry entry;
    QByteArray previousHash;
    QByteArray hash;
};

struct ActivityFilter
{
    QString actor{}, action{}, subject{}; ///< exact (action: also a prefix ending in ".")
    std::optional<Millis> since{}, until{};
};

struct ChainReport
{
    bool ok = true;
    std::int64_t rows = 0;
    std::int64_t firstBadId = 0; ///< 0 when ok
    QString detail;              ///< a sentence
    QByteArray head;             ///< hash of the last row, hex
};

/// Who did what: an append-only table whose rows are chained by SHA-256 over the row's canonical JSON (RFC
/// 8785) and the previous hash, so that an edit or a gap shows. Core thread.
class Activity
{
public:
    Activity(Database &database, const Clock &clock);

    /// Writes the row in the same transaction, at its very end (the head is locked last).
    void record(Transaction &transaction, ActivityEntry entry);

    /// Newest first.
    Page<ActivityRow> list(const ActivityFilter &filter, const PageRequest &page);
    std::optional<ActivityRow> find(std::int64_t id);

    /// Recomputes the whole chain. Static over any connection, so that it can run off the core thread on a
    /// read-only one. `cancelled` is asked now and then.
    static ChainReport verify(Database &database, const std::function<bool()> &cancelled = {});

private:
    /// What one transaction has recorded and not written yet.
    struct Batch
    {
        std::vector<ActivityEntry> entries;
        bool written = false;
    };

    void write(Transaction &transaction, Batch &batch);

    Database &m_database;
    const Clock &m_clock;
    std::weak_ptr<Batch> m_batch; ///< held by the transaction's hooks: gone when it was rolled back
};

} // namespace tower
