// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/GuardedServer.h"

#include "core/base/Log.h"
#include "core/http/GuardedConnection.h"

#include <QSslSocket>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace tower {

namespace {

constexpr int backlog = 4096;
/// Descriptors that the database, the log, the relay and the wallet need beside the server.
constexpr int reservedDescriptors = 128;
/// Unfinished requests together; QHttpServer holds each body twice.
constexpr qint64 maxBufferedBytes = 24 * 1024 * 1024;
constexpr int acceptPauseMillis = 100;
constexpr int minConnections = 4;
constexpr int spareDescriptors = 8;

} // namespace

GuardedServer::GuardedServer(Options options, QObject *parent)
    : QTcpServer(parent)
    , m_options(std::move(options))
{
    m_clock.start();
    setListenBacklogSize(backlog);
    connect(this, &QTcpServer::acceptError, this, &GuardedServer::descriptorsExhausted);
    const int shortest = std::min(m_options.limits.idleSecs, m_options.limits.requestSecs);
    m_sweeper.setInterval(std::clamp(shortest * m_options.limits.millisPerSecond / 4, 10, 1000));
    connect(&m_sweeper, &QTimer::timeout, this, &GuardedServer::sweep);
}

GuardedServer::~GuardedServer()
{
    abortAll();
}

bool GuardedServer::start(const QHostAddress &address, quint16 port)
{
    limitToDescriptors();
    return listen(address, port);
}

void GuardedServer::limitToDescriptors()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return;
    const auto descriptors = static_cast<qint64>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
    const auto room = static_cast<int>(std::max<qint64>(16, descriptors - reservedDescriptors));
    if (m_options.limits.maxConnections <= room)
        return;
    log::warning("http", QStringLiteral("fewer connections than set: the limit of open files is too low"),
                 {{"set", QString::number(m_options.limits.maxConnections)},
                  {"connections", QString::number(room)},
                  {"files", QString::number(descriptors)}});
    m_options.limits.maxConnections = room;
}

void GuardedServer::incomingConnection(qintptr descriptor)
{
    QTcpSocket *socket = m_options.tls ? new QSslSocket(this) : new QTcpSocket(this);
    if (!socket->setSocketDescriptor(descriptor)) {
        delete socket;
        return;
    }
    auto *connection = new GuardedConnection(socket, this);
    m_connections.insert(connection);
    ++m_perAddress[connection->key()];
    if (!m_sweeper.isActive())
        m_sweeper.start();
    makeRoomFor(connection);
    if (m_options.tls)
        startTls(socket, connection);
    else if (socket->state() == QAbstractSocket::ConnectedState)
        addPendingConnection(socket);
    else
        socket->deleteLater();
}

// Guarded before the handshake: QSslServer hands over finished handshakes only, and a silent client never
// finishes one.
void GuardedServer::startTls(QTcpSocket *socket, GuardedConnection *connection)
{
    auto *tls = static_cast<QSslSocket *>(socket);
    if (tls->state() != QAbstractSocket::ConnectedState) {
        tls->deleteLater();
        return;
    }
    const QMetaObject::Connection failure =
        connect(tls, &QTcpSocket::disconnected, tls, &QObject::deleteLater);
    connect(tls, &QSslSocket::encrypted, connection, [this, tls, connection, failure] {
        QObject::disconnect(failure); // from now on QHttpServer deletes the socket
        connection->handshakeDone();
        addPendingConnection(tls);
    });
    connect(tls, &QSslSocket::sslErrors, tls, [tls] { tls->abort(); });
    connect(tls, &QAbstractSocket::errorOccurred, connection, [connection, tls] {
        if (!tls->isEncrypted())
            connection->abort();
    });
    tls->setSslConfiguration(*m_options.tls);
    tls->startServerEncryption();
}

bool GuardedServer::isExempt(const GuardedConnection &connection) const
{
    return m_options.behindProxy && connection.peer().isLoopback();
}

void GuardedServer::makeRoomFor(GuardedConnection *newcomer)
{
    const QByteArray key = newcomer->key();
    if (!isExempt(*newcomer) && m_perAddress.value(key) > m_options.limits.maxPerAddress) {
        GuardedConnection *victim = longestWaiting(&key, newcomer);
        (victim ? victim : newcomer)->abort();
    } else if (connections() > m_options.limits.maxConnections) {
        const QByteArray fullest = fullestAddress();
        GuardedConnection *victim = longestWaiting(&fullest, newcomer);
        if (!victim)
            victim = longestWaiting(nullptr, newcomer);
        (victim ? victim : newcomer)->abort();
    }
}

GuardedConnection *GuardedServer::longestWaiting(const QByteArray *key, const GuardedConnection *except) const
{
    GuardedConnection *found = nullptr;
    for (GuardedConnection *connection : m_connections) {
        if (connection == except || !connection->isWaiting() || (key && connection->key() != *key))
            continue;
        if (!found || connection->since() < found->since())
            found = connection;
    }
    return found;
}

QByteArray GuardedServer::fullestAddress() const
{
    QByteArray fullest;
    int most = 0;
    for (auto it = m_perAddress.cbegin(); it != m_perAddress.cend(); ++it) {
        if (it.value() > most) {
            most = it.value();
            fullest = it.key();
        }
    }
    return fullest;
}

void GuardedServer::addBuffered(qint64 bytes)
{
    m_buffered += bytes;
    while (bytes > 0 && m_buffered > maxBufferedBytes) {
        GuardedConnection *slowest = nullptr;
        for (GuardedConnection *connection : m_connections) {
            if (connection->buffered() > 0 && (!slowest || connection->since() < slowest->since()))
                slowest = connection;
        }
        if (!slowest)
            return;
        slowest->abort();
    }
}

void GuardedServer::forget(GuardedConnection *connection)
{
    if (m_connections.erase(connection) == 0)
        return;
    if (m_admitted == connection)
        m_admitted = nullptr;
    const auto it = m_perAddress.find(connection->key());
    if (it != m_perAddress.end() && --it.value() == 0)
        m_perAddress.erase(it);
    if (m_connections.empty())
        m_sweeper.stop();
}

// Resuming at once would spin. From now on the cap makes room before the descriptors end.
void GuardedServer::descriptorsExhausted()
{
    const QString reason = qt_error_string(errno);
    int &cap = m_options.limits.maxConnections;
    cap = std::min(cap, std::max(minConnections, connections() - spareDescriptors));
    log::warning("http", QStringLiteral("cannot accept"),
                 {{"reason", reason}, {"connections", QString::number(cap)}});
    while (connections() > cap) {
        GuardedConnection *victim = longestWaiting(nullptr, nullptr);
        if (!victim)
            break;
        victim->abort();
    }
    QTimer::singleShot(acceptPauseMillis, this, [this] {
        if (isListening())
            resumeAccepting();
    });
}

void GuardedServer::sweep()
{
    const std::vector<GuardedConnection *> all(m_connections.begin(), m_connections.end());
    for (GuardedConnection *connection : all)
        connection->checkDeadlines();
    // Qt 6.4 takes a lack of descriptors for a temporary error and tries again without end.
    const int spare = ::dup(static_cast<int>(socketDescriptor()));
    if (spare >= 0)
        ::close(spare);
    else if (isListening() && errno == EMFILE)
        descriptorsExhausted();
}

void GuardedServer::drain()
{
    const std::vector<GuardedConnection *> all(m_connections.begin(), m_connections.end());
    for (GuardedConnection *connection : all)
        connection->drain();
}

void GuardedServer::abortAll()
{
    const std::vector<GuardedConnection *> all(m_connections.begin(), m_connections.end());
    for (GuardedConnection *connection : all)
        connection->abort();
}

} // namespace tower
