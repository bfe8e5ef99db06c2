// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activity/Changes.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QSqlDriver>
#include <QSqlError>
#include <QTimer>

namespace tower {

namespace {

constexpr int heartbeatMs = 5000;
constexpr int batchSize = 1000;
constexpr std::int64_t kept = 100'000;
constexpr std::int64_t sweptAtOnce = 10'000;

const QString &channel()
{
    static const QString name = QStringLiteral("tower_changes");
    return name;
}

} // namespace

Changes::Changes(Database &database, QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_latest(database.number("SELECT max(seq) AS n FROM changes"))
    , m_heartbeat(new QTimer(this))
{
    database.onCommit([self = QPointer(this)] {
        if (self)
            self->poll();
    });
    if (database.engine() == Engine::Postgres) {
        database.onReopen([self = QPointer(this)] {
            if (self)
                self->subscribe();
        });
        // The driver lives as long as the connection's name, across reopening.
        connect(database.connection().driver(), &QSqlDriver::notification, this,
                [this](const QString &name, QSqlDriver::NotificationSource source, const QVariant &) {
                    if (name == channel() && source == QSqlDriver::OtherSource)
                        poll();
                });
        subscribe();
    }
    connect(m_heartbeat, &QTimer::timeout, this, &Changes::heartbeat);
    m_heartbeat->start(heartbeatMs);
}

void Changes::subscribe()
{
    QSqlDriver *driver = m_database.connection().driver();
    if (!driver->subscribedToNotifications().contains(channel()) &&
        !driver->subscribeToNotification(channel()))
        log::warning("store", QStringLiteral("the database's notifications can't be listened to"),
                     {{"error", driver->lastError().databaseText().simplified()}});
}

void Changes::heartbeat()
{
    if (m_database.inTransaction())
        return;
    if (!m_database.ping()) {
        log::warning("store", QStringLiteral("the database does not answer"));
        return;
    }
    if (m_database.engine() == Engine::Postgres)
        subscribe();
    poll();
    sweep();
}

void Changes::poll()
{
    if (m_polling || m_database.inTransaction()) {
        m_pollAgain = true; // a receiver changed something: told after those that are being told now
        return;
    }
    m_polling = true;
    try {
        do {
            m_pollAgain = false;
            const std::vector<Change> batch = since(m_latest, batchSize);
            if (batch.empty())
                continue;
            m_latest = batch.back().seq;
            m_pollAgain = batch.size() == batchSize;
            emit changed(batch);
        } while (m_pollAgain);
    } catch (const ServiceError &error) {
        log::warning("store", QStringLiteral("changes could not be read; the next heartbeat tries again"),
                     {{"error", error.message()}});
    }
    m_polling = false;
}

std::vector<Change> Changes::since(std::int64_t since, int limit, bool *gap)
{
    if (gap) {
        const std::int64_t oldest = m_database.number("SELECT min(seq) AS n FROM changes");
        const std::int64_t newest = m_database.number("SELECT max(seq) AS n FROM changes");
        *gap = since + 1 < oldest || since > newest;
    }
    return m_database.all("SELECT seq, kind, id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?",
                          {since, limit}, [](const Row &row) {
                              return Change{row.integer("seq"), row.text("kind"), row.text("id")};
                          });
}

void Changes::sweep()
{
    try {
        const std::int64_t oldest = m_database.number("SELECT min(seq) AS n FROM changes");
        if (m_latest - oldest >= kept + sweptAtOnce)
            m_database.execute("DELETE FROM changes WHERE seq <= ?", {m_latest - kept});
    } catch (const ServiceError &error) {
        log::warning("store", QStringLiteral("old changes could not be swept"), {{"error", error.message()}});
    }
}

} // namespace tower
