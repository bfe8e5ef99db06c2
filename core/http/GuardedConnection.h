// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/RequestHead.h"

#include <QTcpSocket>

namespace tower {

class GuardedServer;

/// One client's socket, watched from its first byte. It sees each byte before QHttpServer does (its slot is
/// connected first), checks the head strictly, and lets at most one request at a time through: what it has
/// not admitted is answered with an error here, and the socket is closed. Lives as long as the socket, whose
/// child it is. Core thread.
class GuardedConnection : public QObject
{
    Q_OBJECT

public:
    GuardedConnection(QTcpSocket *socket, GuardedServer *server);
    ~GuardedConnection() override;

    [[nodiscard]] const QHostAddress &peer() const { return m_peer; }
    [[nodiscard]] const QByteArray &key() const { return m_key; }

    /// The head of the request that was admitted. Its body is QHttpServer's.
    [[nodiscard]] RequestHead takeHead();
    /// Counts the requests of this connection: tells a late answer from a timely one.
    [[nodiscard]] int serial() const { return m_serial; }
    [[nodiscard]] bool isAnswered(int serial) const
    {
        return serial != m_serial || m_phase != Phase::Answering;
    }
    [[nodiscard]] const std::shared_ptr<ClientScope> &client() const { return m_client; }
    /// Keeps `thing` until the request is answered or the client has left.
    void hold(std::shared_ptr<void> thing) { m_held = std::move(thing); }
    /// Answers the request under way; without effect when it is answered or the client has left.
    void answer(const HttpResponse &response);
    /// Answers with an error and closes.
    void refuse(const Refusal &refusal);

    /// True while no complete request is here: such a connection may be closed for a new one.
    [[nodiscard]] bool isWaiting() const;
    [[nodiscard]] bool isReceiving() const { return m_phase == Phase::Head || m_phase == Phase::Body; }
    /// When the present phase began, on the server's clock.
    [[nodiscard]] qint64 since() const { return m_since; }
    [[nodiscard]] qint64 buffered() const { return m_buffered; }

    /// TLS: the handshake is done.
    void handshakeDone() { enter(Phase::Idle); }
    /// Closes what has taken too long.
    void checkDeadlines();
    /// Closes as soon as no answer is owed.
    void drain();
    void abort();

private:
    enum class Phase { Handshake, Idle, Head, Body, Answering, Closing, Closed };

    void enter(Phase phase);
    void readyRead();
    void readHead();
    void readBody(qint64 fresh);
    void admitHead(qsizetype headSize, qint64 fresh);
    void complete();
    void surplus();
    void setBuffered(qint64 bytes);
    void stopReading();
    void closeGently();
    void halfClose();
    void discard();
    void disconnected();
    void checkWriting(qint64 now, qint64 limit);
    [[nodiscard]] qint64 unsent() const;

    QTcpSocket *m_socket;
    GuardedServer *m_server;
    QHostAddress m_peer;
    QByteArray m_key;
    Phase m_phase = Phase::Idle;
    qint64 m_since = 0;
    qint64 m_buffered = 0;
    qint64 m_remaining = 0; ///< bytes of the body still to come
    qint64 m_lastUnsent = 0;
    qint64 m_unsentSince = 0;
    QByteArray m_bytes; ///< of the head, as far as it has come
    RequestHead m_head;
    std::shared_ptr<ClientScope> m_client;
    std::shared_ptr<void> m_held;
    int m_serial = 0;
    bool m_isHead = false;
    bool m_isTaken = false;    ///< the admitted request reached HttpHost
    bool m_hasSurplus = false; ///< bytes came in while a request was open
    bool m_isDraining = false;
    bool m_largeBuffer = false;
};

} // namespace tower
