// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/relay-policy/SnapshotKeeper.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/PosixFile.h"

#include <QDir>
#include <QFileInfo>
#include <QThread>

#include <condition_variable>

namespace tower {

namespace {

using namespace std::chrono_literals;

constexpr auto interval = 60s;
constexpr auto intervalAfterFailure = 10s;
constexpr auto fetchTime = 30s;
constexpr qsizetype maximumSnapshot = 64 * 1024 * 1024;

} // namespace

SnapshotKeeper::SnapshotKeeper(std::unique_ptr<HttpClient> client, QString file)
    : m_client(std::move(client))
    , m_file(std::move(file))
{
    QFile kept(m_file);
    if (kept.open(QIODevice::ReadOnly)) {
        if (auto snapshot = Snapshot::parse(kept.read(maximumSnapshot)))
            setLatest(std::move(*snapshot));
        else
            log::warning("snapshot", "the kept snapshot can't be read and is not used", {{"file", m_file}});
    }
    m_thread.reset(QThread::create([this] { run(m_stop.get_token()); }));
    m_thread->start();
}

SnapshotKeeper::~SnapshotKeeper()
{
    m_stop.request_stop();
    m_thread->wait();
}

std::shared_ptr<const Snapshot> SnapshotKeeper::latest() const
{
    const std::lock_guard lock(m_mutex);
    return m_latest;
}

void SnapshotKeeper::run(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    bool failed = false;
    while (!stop.stop_requested()) {
        const bool fetched = fetch(stop);
        if (!fetched && !failed && !stop.stop_requested())
            log::warning("snapshot", "could not be fetched; the last one stays in use");
        failed = !fetched;
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, fetched ? interval : intervalAfterFailure, [] { return false; });
    }
    m_client.reset(); // a TLS socket belongs to this thread
}

bool SnapshotKeeper::fetch(const std::stop_token &stop)
{
    const HttpAnswer answer =
        m_client->get("/api/relay/accounts/snapshot", maximumSnapshot, Deadline(fetchTime, stop));
    if (answer.outcome != HttpAnswer::Outcome::Answered || answer.status != 200)
        return false;
    auto snapshot = Snapshot::parse(answer.body);
    if (!snapshot)
        return false;
    setLatest(std::move(*snapshot));
    save(answer.body);
    return true;
}

void SnapshotKeeper::setLatest(Snapshot snapshot)
{
    auto shared = std::make_shared<const Snapshot>(std::move(snapshot));
    const std::lock_guard lock(m_mutex);
    m_latest = std::move(shared);
}

void SnapshotKeeper::save(const QByteArray &json) const
{
    const QString folder = QFileInfo(m_file).path();
    if (!QFileInfo::exists(folder) && QDir().mkpath(folder))
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    try {
        replacePrivateFile(m_file, json);
    } catch (const ServiceError &problem) {
        log::warning("snapshot", "can't be kept on disk", {{"file", m_file}, {"why", problem.message()}});
    }
}

} // namespace tower
