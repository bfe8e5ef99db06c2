// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/HttpClient.h"
#include "app/relay-policy/Snapshot.h"

#include <QString>

#include <memory>
#include <mutex>
#include <stop_token>

class QThread;

namespace tower {

/// Keeps the snapshot fresh: fetched every minute on a thread of its own (over a connection of its own, so
/// that no answer waits for it), and kept in a file for a start while the tower is away.
class SnapshotKeeper
{
public:
    /// Reads the file and starts fetching. `file` is made with mode 0600, replaced in one step.
    SnapshotKeeper(std::unique_ptr<HttpClient> client, QString file);
    ~SnapshotKeeper();
    SnapshotKeeper(const SnapshotKeeper &) = delete;
    SnapshotKeeper &operator=(const SnapshotKeeper &) = delete;

    /// The latest there is; nullptr when there never was one.
    [[nodiscard]] std::shared_ptr<const Snapshot> latest() const;

private:
    void run(const std::stop_token &stop);
    bool fetch(const std::stop_token &stop);
    void setLatest(Snapshot snapshot);
    void save(const QByteArray &json) const;

    std::unique_ptr<HttpClient> m_client;
    QString m_file;
    mutable std::mutex m_mutex;
    std::shared_ptr<const Snapshot> m_latest;
    std::stop_source m_stop;
    std::unique_ptr<QThread> m_thread;
};

} // namespace tower
