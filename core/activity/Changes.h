// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"

#include <QObject>

#include <vector>

class QTimer;

namespace tower {

struct Change
{
    std::int64_t seq = 0;
    QString kind; ///< relay_account, identity, queue_event, activity ...
    QString id;
};

/// What changed, whoever did it: rows written by Transaction::changed() and committed with the change itself.
/// On PostgreSQL a NOTIFY brings those of other processes; a lost connection is reopened, listened to and
/// read again from the last number seen. The newest 100,000 are kept. Core thread; the signal is emitted
/// after commit.
class Changes : public QObject
{
    Q_OBJECT

public:
    explicit Changes(Database &database, QObject *parent = nullptr);

    /// The last number given out so far.
    [[nodiscard]] std::int64_t latest() const { return m_latest; }
    /// Changes after `since`, oldest first, at most `limit`. When rows that old have been swept, `gap` is
    /// set: the reader must read everything again.
    std::vector<Change> since(std::int64_t since, int limit, bool *gap = nullptr);

signals:
    void changed(const std::vector<tower::Change> &changes);

private:
    void poll();
    void subscribe();
    void heartbeat();
    void sweep();

    Database &m_database;
    std::int64_t m_latest = 0;
    bool m_polling = false;
    bool m_pollAgain = false;
    QTimer *m_heartbeat = nullptr;
};

} // namespace tower
