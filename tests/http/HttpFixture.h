// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpHost.h"
#include "core/http/Router.h"

#include <QTcpSocket>
#include <QtTest>

namespace tower::test {

/// A server on a free port of loopback, with its router.
struct Server
{
    explicit Server(HttpHostOptions options = {}, bool start = true)
        : host([this](HttpRequest request, std::function<void(HttpResponse)> reply) {
            ++handled;
            router.handle(std::move(request), std::move(reply));
        })
    {
        options.port = 0;
        router.setAuthoriser([](HttpRequest &, Scope) {});
        if (start)
            host.listen(options);
    }

    void add(HttpMethod method, const QByteArray &path, SyncHandler handler)
    {
        router.add({method, path, Scope::Public, LimitClass::None, std::move(handler), ""});
    }
    void add(HttpMethod method, const QByteArray &path, AsyncHandler handler)
    {
        router.add({method, path, Scope::Public, LimitClass::None, std::move(handler), ""});
    }
    /// GET /hello and POST /echo, which count in `runs`.
    void addUsual()
    {
        add(HttpMethod::Get, "/hello", SyncHandler([this](const HttpRequest &) {
                ++runs;
                return HttpResponse::text("hello", "text/plain");
            }));
        add(HttpMethod::Post, "/echo", SyncHandler([this](const HttpRequest &request) {
                ++runs;
                return HttpResponse::text(request.body, "text/plain");
            }));
    }

    SystemClock clock;
    RateLimit limits{clock};
    Router router{clock, limits};
    int handled = 0; ///< requests that reached the router
    int runs = 0;    ///< runs of the usual handlers
    HttpHost host;
};

/// A client that writes exactly the bytes it is given.
class Client : public QTcpSocket
{
public:
    explicit Client(const Server &server, const QHostAddress &from = {})
    {
        if (!from.isNull())
            bind(from);
        connectToHost(QHostAddress::LocalHost, server.host.port());
    }

    /// All that the server said so far.
    const QByteArray &said()
    {
        m_said += readAll();
        return m_said;
    }
    bool isClosed()
    {
        said();
        return state() == QAbstractSocket::UnconnectedState;
    }
    /// How many answers have come, by their status lines.
    qsizetype answers() { return said().count("HTTP/1.1 "); }
    QByteArray statuses()
    {
        QByteArrayList all;
        for (qsizetype at = said().indexOf("HTTP/1.1 "); at >= 0; at = m_said.indexOf("HTTP/1.1 ", at + 1))
            all << m_said.mid(at + 9, 3);
        return all.join(' ');
    }
    [[nodiscard]] QByteArray body() { return said().mid(said().indexOf("\r\n\r\n") + 4); }
    QByteArray header(const QByteArray &name)
    {
        const qsizetype at = said().toLower().indexOf("\r\n" + name.toLower() + ": ");
        if (at < 0)
            return {};
        const qsizetype start = at + name.size() + 4;
        return m_said.mid(start, m_said.indexOf("\r\n", start) - start);
    }

private:
    QByteArray m_said;
};

inline QByteArray get(const QByteArray &path, const QByteArray &headers = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

inline QByteArray post(const QByteArray &path, const QByteArray &body, const QByteArray &headers = {})
{
    return "POST " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" +
           headers + "\r\n" + body;
}

} // namespace tower::test
