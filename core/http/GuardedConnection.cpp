// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/GuardedConnection.h"

#include "core/base/Log.h"
#include "core/http/GuardedServer.h"
#include "core/http/HttpWriter.h"
#include "core/http/RateLimit.h"

#include <QSslSocket>

#include <sys/socket.h>

#include <algorithm>

namespace tower {

namespace {

/// Holds any head; a longer body raises it.
constexpr qint64 readBufferBytes = 2 * maxHeadBytes;
/// A client that asks again while this much of the last answer is unread does not read at all.
constexpr qint64 maxUnsentBytes = 256 * 1024;
/// How long a refused client may go on sending before the socket is closed under it: closing at once would
/// reset the connection, and with it the answer that says why.
constexpr int lingerSecs = 2;

QHostAddress unmapped(const QHostAddress &address)
{
    bool isV4 = false;
    const quint32 v4 = address.toIPv4Address(&isV4);
    return isV4 ? QHostAddress(v4) : address;
}

} // namespace

GuardedConnection::GuardedConnection(QTcpSocket *socket, GuardedServer *server)
    : QObject(socket)
    , m_socket(socket)
    , m_server(server)
    , m_peer(unmapped(socket->peerAddress()))
    , m_key(addressKey(m_peer))
    , m_phase(qobject_cast<QSslSocket *>(socket) ? Phase::Handshake : Phase::Idle)
    , m_since(server->now())
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setReadBufferSize(readBufferBytes);
    connect(m_socket, &QTcpSocket::readyRead, this, &GuardedConnection::readyRead);
    connect(m_socket, &QTcpSocket::disconnected, this, &GuardedConnection::disconnected);
}

GuardedConnection::~GuardedConnection()
{
    disconnected();
}

RequestHead GuardedConnection::takeHead()
{
    m_isTaken = true;
    m_client = std::make_shared<ClientScope>();
    return std::move(m_head);
}

bool GuardedConnection::isWaiting() const
{
    return m_phase != Phase::Answering && m_phase != Phase::Closed;
}

void GuardedConnection::enter(Phase phase)
{
    m_phase = phase;
    m_since = m_server->now();
}

void GuardedConnection::setBuffered(qint64 bytes)
{
    const qint64 change = bytes - std::exchange(m_buffered, bytes);
    if (change != 0)
        m_server->addBuffered(change); // may close this very connection
}

// QHttpServer reads all there is each time, inside a device transaction. So what is available here is what
// came in since, and peek() starts there.
void GuardedConnection::readyRead()
{
    m_server->clearAdmitted();
    const qint64 fresh = m_socket->bytesAvailable();
    if (fresh == 0 || m_phase == Phase::Closed)
        return;
    switch (m_phase) {
    case Phase::Idle:
        if (unsent() > maxUnsentBytes) {
            log::debug("http", QStringLiteral("client does not read"), {{"peer", m_peer.toString()}});
            abort();
            return;
        }
        m_phase = Phase::Head; // since() becomes the first byte's time in readHead()
        m_bytes.clear();
        m_since = m_server->now();
        readHead();
        break;
    case Phase::Head:
        readHead();
        break;
    case Phase::Body:
        readBody(fresh);
        break;
    case Phase::Answering:
        surplus();
        break;
    case Phase::Closing:
        discard();
        break;
    case Phase::Handshake:
    case Phase::Closed:
        break;
    }
}

void GuardedConnection::readHead()
{
    const qint64 fresh = m_socket->bytesAvailable();
    const qsizetype from = m_bytes.size();
    m_bytes += m_socket->peek(std::min<qint64>(fresh, maxHeadBytes + 1 - from));
    // Some clients send an empty line after a body (RFC 9112, 2.2).
    qsizetype skipped = 0;
    while (m_bytes.startsWith("\r\n")) {
        m_bytes.remove(0, 2);
        skipped += 2;
    }
    if (m_bytes.isEmpty()) {
        m_phase = Phase::Idle;
        return;
    }
    const qsizetype known = std::max<qsizetype>(0, from - skipped);

    // QHttpServer ends a line at a bare LF: it must not get to see one.
    const qsizetype firstEnd = m_bytes.indexOf('\n');
    for (qsizetype at = m_bytes.indexOf('\n', known); at >= 0; at = m_bytes.indexOf('\n', at + 1)) {
        if (at == 0 || m_bytes[at - 1] != '\r') {
            refuse(
                {400, "malformed_request", QStringLiteral("A line of the request does not end in CR LF.")});
            return;
        }
        if (at >= 3 && m_bytes[at - 2] == '\n') {
            if (at + 1 > maxHeadBytes)
                break;
            admitHead(at + 1, fresh - (at + 1 + skipped - from));
            return;
        }
    }
    if (m_bytes.size() > maxHeadBytes) {
        refuse({firstEnd < 0 ? 414 : 431, firstEnd < 0 ? "uri_too_long" : "headers_too_large",
                QStringLiteral("The request line and the headers may have at most %1 bytes.")
                    .arg(maxHeadBytes)});
        return;
    }
    if (firstEnd >= known && firstEnd > 0) {
        if (const auto refusal = checkRequestLine(QByteArrayView(m_bytes).first(firstEnd - 1))) {
            refuse(*refusal);
            return;
        }
    }
    setBuffered(m_bytes.size());
}

void GuardedConnection::admitHead(qsizetype headSize, qint64 fresh)
{
    auto parsed = parseRequestHead(QByteArrayView(m_bytes).first(headSize), m_server->limits().maxBodyBytes);
    m_bytes.clear();
    if (const Refusal *refusal = std::get_if<Refusal>(&parsed)) {
        refuse(*refusal);
        return;
    }
    m_head = std::move(std::get<RequestHead>(parsed));
    m_remaining = m_head.contentLength;
    if (m_remaining == 0) {
        complete();
        return;
    }
    if (headSize + m_remaining > readBufferBytes - maxHeadBytes) {
        m_socket->setReadBufferSize(headSize + m_remaining + maxHeadBytes);
        m_largeBuffer = true;
    }
    if (m_head.expectsContinue && fresh < m_remaining)
        m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    m_phase = Phase::Body; // the deadline still counts from the first byte
    readBody(fresh);
}

void GuardedConnection::readBody(qint64 fresh)
{
    m_remaining -= std::min(fresh, m_remaining);
    if (m_remaining == 0)
        complete();
    else
        setBuffered(m_head.contentLength - m_remaining);
}

void GuardedConnection::complete()
{
    setBuffered(0);
    enter(Phase::Answering);
    ++m_serial;
    m_isHead = m_head.method == HttpMethod::Head;
    m_isTaken = false;
    m_server->admit(this);
}

// A second request while one is open could overtake it or hide in it (QHttpServer 6.4 would run it at once).
// It is not read; the client learns so after the answer to the first.
void GuardedConnection::surplus()
{
    const QByteArray start = m_socket->peek(64);
    if (std::all_of(start.begin(), start.end(), [](char c) { return c == '\r' || c == '\n'; }))
        return;
    m_hasSurplus = true;
    stopReading();
}

void GuardedConnection::answer(const HttpResponse &response)
{
    if (m_phase != Phase::Answering)
        return;
    const bool close = !m_head.keepAlive || m_isDraining;
    const bool isClosed = close && !m_hasSurplus;
    enter(Phase::Idle);
    m_client.reset();
    m_socket->write(httpMessage(response, {m_isHead, isClosed, m_head.isHttp10}));
    if (m_largeBuffer) {
        m_socket->setReadBufferSize(readBufferBytes);
        m_largeBuffer = false;
    }
    if (isClosed) {
        closeGently();
    } else if (m_hasSurplus) {
        refuse({400, "pipelining_not_supported",
                QStringLiteral("A request came in before the last one was answered.")});
    } else {
        m_socket->flush();
    }
    m_held.reset();
}

void GuardedConnection::refuse(const Refusal &refusal)
{
    if (m_phase == Phase::Closing || m_phase == Phase::Closed)
        return;
    setBuffered(0);
    HttpResponse response = HttpResponse::error(refusal.status, refusal.code, refusal.sentence);
    const QByteArray id = newRequestId();
    response.headers = {
        {"X-Request-Id", id}, {"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
    log::debug("http", QStringLiteral("refused"),
               {{"status", QString::number(refusal.status)},
                {"code", QString::fromLatin1(refusal.code)},
                {"peer", m_peer.toString()},
                {"id", QString::fromLatin1(id)}});
    m_socket->write(httpMessage(response, {m_isHead && m_phase == Phase::Answering, true, false}));
    closeGently();
}

void GuardedConnection::stopReading()
{
    QObject::disconnect(m_socket, &QTcpSocket::readyRead, nullptr, nullptr);
}

/// Half-closes once all is written, then throws away what still comes, until the client closes or the sweep
/// does.
void GuardedConnection::closeGently()
{
    stopReading();
    enter(Phase::Closing);
    if (qobject_cast<QSslSocket *>(m_socket)) {
        m_socket->disconnectFromHost();
        return;
    }
    connect(m_socket, &QTcpSocket::readyRead, this, &GuardedConnection::readyRead);
    connect(m_socket, &QTcpSocket::bytesWritten, this, &GuardedConnection::halfClose);
    m_socket->flush();
    halfClose();
    discard();
}

void GuardedConnection::halfClose()
{
    if (m_phase == Phase::Closing && m_socket->bytesToWrite() == 0 &&
        m_socket->state() == QAbstractSocket::ConnectedState) {
        ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
    }
}

void GuardedConnection::discard()
{
    if (m_phase == Phase::Closed)
        return;
    if (m_socket->isTransactionStarted())
        m_socket->commitTransaction();
    m_socket->skip(m_socket->bytesAvailable());
}

void GuardedConnection::checkDeadlines()
{
    const HttpLimits &limits = m_server->limits();
    const qint64 second = limits.millisPerSecond;
    const qint64 now = m_server->now();
    const qint64 age = now - m_since;
    switch (m_phase) {
    case Phase::Handshake:
        if (age >= limits.idleSecs * second)
            abort();
        break;
    case Phase::Idle:
        if (unsent() == 0 && age >= limits.idleSecs * second)
            closeGently();
        else
            checkWriting(now, limits.requestSecs * second);
        break;
    case Phase::Head:
    case Phase::Body:
        if (age >= limits.requestSecs * second)
            refuse({408, "request_timeout", QStringLiteral("The request took too long to arrive.")});
        break;
    case Phase::Answering:
        if (!m_isTaken && age >= limits.requestSecs * second)
            abort();
        break;
    case Phase::Closing:
        if (unsent() > 0)
            checkWriting(now, limits.requestSecs * second);
        else if (age >= lingerSecs * second)
            abort();
        break;
    case Phase::Closed:
        break;
    }
}

void GuardedConnection::checkWriting(qint64 now, qint64 limit)
{
    const qint64 bytes = unsent();
    if (bytes == 0 || bytes != m_lastUnsent) {
        m_lastUnsent = bytes;
        m_unsentSince = now;
    } else if (now - m_unsentSince >= limit) {
        abort();
    }
}

qint64 GuardedConnection::unsent() const
{
    const auto *tls = qobject_cast<QSslSocket *>(m_socket);
    return m_socket->bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0);
}

void GuardedConnection::drain()
{
    m_isDraining = true;
    if (m_phase == Phase::Handshake)
        abort();
    else if (m_phase != Phase::Answering && m_phase != Phase::Closing && m_phase != Phase::Closed)
        closeGently();
}

void GuardedConnection::abort()
{
    if (m_phase == Phase::Closed)
        return;
    stopReading();
    m_socket->abort();
    disconnected();
}

void GuardedConnection::disconnected()
{
    if (m_phase == Phase::Closed)
        return;
    setBuffered(0);
    m_phase = Phase::Closed;
    m_server->forget(this);
    if (m_client)
        m_client->leave();
    m_client.reset();
    // Last: what is held may be the responder whose end lets QHttpServer delete the socket.
    m_held.reset();
}

} // namespace tower
