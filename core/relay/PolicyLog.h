// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

#include <QObject>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

class QTimer;

namespace tower {

class PolicyLogStore;

/// One policy answer, as kept in the ring of recent ones.
struct PolicyLogEntry
{
    std::int64_t id = 0;
    Millis at;
    QString eventId;
    QString pubkey; ///< hex, empty when the event could not be read
    int kind = -1;
    QString action;
    QString reason;
    QString source; ///< sourceType and sourceInfo as the relay gave them
    int micros = 0; ///< time to decide
};

struct PolicyHealth
{
    std::int64_t accepted = 0, rejected = 0, shadowRejected = 0; ///< ever
    double p50Ms = 0, p99Ms = 0;                                 ///< of the last 1,000 decisions
    std::int64_t lastMinute = 0;
};

struct PolicyLogFilter
{
    QString action; ///< empty: any
    QString pubkey;
};

/// Recent policy answers (a bounded ring in the database, written in batches off the answering path) and
/// counters that are never forgotten. Core thread.
class PolicyLog : public QObject
{
    Q_OBJECT

public:
    static constexpr int ringSize = 2'000;

    PolicyLog(Database &database, const Clock &clock, QObject *parent = nullptr);
    ~PolicyLog() override;

    void add(PolicyLogEntry entry);
    /// Newest first; includes what is not written yet.
    Page<PolicyLogEntry> list(const PolicyLogFilter &filter, const PageRequest &page);
    PolicyHealth health();
    /// Counts by (action, reason) since ever.
    std::map<std::pair<QString, QString>, std::int64_t> counters();
    /// Writes all that is waiting, slice by slice; gives up when the database does not take one. (A timer
    /// writes a slice now and then by itself.)
    void flush();
    [[nodiscard]] bool hasUnwritten() const { return !m_unwritten.empty() || !m_uncounted.empty(); }

signals:
    /// At most four times a second, when something was added.
    void added();

private:
    void tick();
    void append(const PolicyLogEntry &entry);
    /// False when the database did not take it.
    bool writeSlice();

    std::unique_ptr<PolicyLogStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    std::deque<PolicyLogEntry> m_unwritten;
    std::map<std::pair<QString, QString>, std::int64_t> m_uncounted; ///< by action and reason
    std::vector<int> m_micros;                                       ///< a ring of the last 1,000
    std::size_t m_nextMicros = 0;
    std::deque<std::pair<std::int64_t, std::int64_t>> m_perSecond; ///< epoch second, decisions
    QTimer *m_timer = nullptr;
};

} // namespace tower
