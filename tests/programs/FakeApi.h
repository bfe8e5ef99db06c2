// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMutex>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>

namespace tower {

/// A small HTTP server on loopback that answers as a test tells it to, faults included. It runs on a thread
/// of its own, since tests wait for the program that they started. The handler is called on that thread.
class FakeApi
{
public:
    struct Request
    {
        QByteArray method;
        QByteArray target; ///< path and query
        QByteArray head;   ///< request line and headers
        QByteArray body;
    };
    struct Reply
    {
        QByteArray bytes;   ///< written as they are; none = no answer
        bool close = false; ///< closes the connection after them
        bool drip = false;  ///< one byte each 20 ms
    };
    using Handler = std::function<Reply(const Request &)>;

    explicit FakeApi(Handler handler, QSslConfiguration tls = {})
        : m_handler(std::move(handler))
        , m_tls(std::move(tls))
    {
        m_context.moveToThread(&m_thread);
        m_thread.start();
        start();
    }
    ~FakeApi()
    {
        stop();
        m_thread.quit();
        m_thread.wait();
    }

    /// An answer with a body and the headers that belong to it.
    static Reply json(int status, const QByteArray &body)
    {
        return {"HTTP/1.1 " + QByteArray::number(status) +
                " X\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
                "\r\n\r\n" + body};
    }

    /// Listens again on the port of the first time.
    void start()
    {
        onThread([this] {
            if (m_tls.isNull()) {
                m_server = std::make_unique<QTcpServer>();
            } else {
                auto server = std::make_unique<QSslServer>();
                server->setSslConfiguration(m_tls);
                m_server = std::move(server);
            }
            QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, &m_context, [this] {
                while (QTcpSocket *socket = m_server->nextPendingConnection())
                    serve(socket);
            });
            m_listening = m_server->listen(QHostAddress::LocalHost, m_port);
            m_port = m_server->serverPort();
        });
    }
    /// Closes the door and every connection.
    void stop()
    {
        onThread([this] { m_server.reset(); });
    }
    void setHandler(Handler handler)
    {
        onThread([&] { m_handler = std::move(handler); });
    }

    [[nodiscard]] bool isListening() const { return m_listening; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString url() const
    {
        return QString("%1:%2").arg(m_tls.isNull() ? "http://127.0.0.1" : "https://localhost").arg(m_port);
    }
    [[nodiscard]] int connections() const { return m_connections; }
    [[nodiscard]] QList<Request> requests()
    {
        QList<Request> out;
        onThread([&] { out = m_requests; });
        return out;
    }

private:
    void onThread(const std::function<void()> &work)
    {
        QMetaObject::invokeMethod(&m_context, work, Qt::BlockingQueuedConnection);
    }

    void serve(QTcpSocket *socket)
    {
        ++m_connections;
        auto buffer = std::make_shared<QByteArray>();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, buffer] {
            *buffer += socket->readAll();
            while (takeRequest(socket, *buffer)) {
            }
        });
        if (socket->bytesAvailable() > 0)
            emit socket->readyRead();
    }

    bool takeRequest(QTcpSocket *socket, QByteArray &buffer)
    {
        const qsizetype end = buffer.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        Request request;
        request.head = buffer.left(end);
        const QList<QByteArray> words = request.head.left(request.head.indexOf('\r')).split(' ');
        request.method = words.value(0);
        request.target = words.value(1);
        qsizetype length = 0;
        const QList<QByteArray> lines = request.head.split('\n');
        for (const QByteArray &line : lines)
            if (line.toLower().startsWith("content-length:"))
                length = line.mid(15).trimmed().toLongLong();
        if (buffer.size() < end + 4 + length)
            return false;
        request.body = buffer.mid(end + 4, length);
        buffer.remove(0, end + 4 + length);
        m_requests << request;
        send(socket, m_handler(request));
        return true;
    }

    static void send(QTcpSocket *socket, const Reply &reply)
    {
        if (reply.drip) {
            auto *timer = new QTimer(socket);
            auto left = std::make_shared<QByteArray>(reply.bytes);
            QObject::connect(timer, &QTimer::timeout, socket, [socket, left] {
                socket->write(left->left(1));
                left->remove(0, 1);
            });
            timer->start(20);
            return;
        }
        socket->write(reply.bytes);
        socket->flush();
        if (reply.close)
            socket->disconnectFromHost();
    }

    Handler m_handler;
    QSslConfiguration m_tls;
    QThread m_thread;
    QObject m_context;
    std::unique_ptr<QTcpServer> m_server;
    std::atomic<int> m_connections = 0;
    std::atomic<quint16> m_port = 0;
    std::atomic<bool> m_listening = false;
    QList<Request> m_requests;
};

} // namespace tower
