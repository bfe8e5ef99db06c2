// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpLimits.h"

#include <QElapsedTimer>
#include <QHash>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTimer>

#include <optional>
#include <unordered_set>

namespace tower {

class GuardedConnection;

/// Accepts the connections of the HTTP server, plain or TLS, and bounds them: how many there are in all and
/// per address, how long each may wait, what they may hold in memory. At a cap the connection that has waited
/// longest without a complete request makes room for the new one. Core thread.
class GuardedServer : public QTcpServer
{
    Q_OBJECT

public:
    struct Options
    {
        HttpLimits limits;
        bool behindProxy = false; ///< a peer on loopback is the proxy: many clients, so no cap per address
        std::optional<QSslConfiguration> tls;
    };

    explicit GuardedServer(Options options, QObject *parent = nullptr);
    ~GuardedServer() override;

    /// Listens with a long backlog; false on an error (errorString()).
    bool start(const QHostAddress &address, quint16 port);
    /// Closes every connection that is not owed an answer; the others after their answer.
    void drain();
    void abortAll();

    [[nodiscard]] const HttpLimits &limits() const { return m_options.limits; }
    [[nodiscard]] int connections() const { return static_cast<int>(m_connections.size()); }
    /// The connection whose complete request QHttpServer is handing on at this moment, once; else nullptr.
    [[nodiscard]] GuardedConnection *takeAdmitted() { return std::exchange(m_admitted, nullptr); }

    // For the connections.
    [[nodiscard]] qint64 now() const { return m_clock.elapsed(); }
    void admit(GuardedConnection *connection) { m_admitted = connection; }
    void clearAdmitted() { m_admitted = nullptr; }
    void addBuffered(qint64 bytes);
    void forget(GuardedConnection *connection);

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void startTls(QTcpSocket *socket, GuardedConnection *connection);
    void makeRoomFor(GuardedConnection *newcomer);
    [[nodiscard]] bool isExempt(const GuardedConnection &connection) const;
    [[nodiscard]] GuardedConnection *longestWaiting(const QByteArray *key,
                                                    const GuardedConnection *except) const;
    [[nodiscard]] QByteArray fullestAddress() const;
    void descriptorsExhausted();
    void limitToDescriptors();
    void sweep();

    Options m_options;
    QElapsedTimer m_clock;
    QTimer m_sweeper;
    std::unordered_set<GuardedConnection *> m_connections;
    QHash<QByteArray, int> m_perAddress;
    GuardedConnection *m_admitted = nullptr;
    qint64 m_buffered = 0;
};

} // namespace tower
