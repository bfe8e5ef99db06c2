// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/HttpHost.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/http/GuardedConnection.h"
#include "core/http/GuardedServer.h"
#include "core/http/TlsFiles.h"

#include <QHttpServer>
#include <QPointer>

namespace tower {

namespace {

/// What the proxy wrote: the last address of the last X-Forwarded-For. What stands before it is the client's
/// own invention.
QHostAddress forwardedFor(const HttpRequest &request, const QHostAddress &fallback)
{
    QByteArray last;
    for (const auto &[name, value] : request.headers) {
        if (name == "x-forwarded-for")
            last = value;
    }
    QString text = QString::fromLatin1(last.sliced(last.lastIndexOf(',') + 1).trimmed());
    if (text.startsWith(u'['))
        text = text.section(u']', 0, 0).sliced(1);
    else if (text.count(u':') == 1)
        text = text.section(u':', 0, 0);
    const QHostAddress address(text);
    return address.isNull() ? fallback : address;
}

[[noreturn]] void throwListenError(const GuardedServer &server, const HttpHostOptions &options)
{
    const QString where =
        QStringLiteral("%1:%2").arg(options.address.toString(), QString::number(options.port));
    switch (server.serverError()) {
    case QAbstractSocket::AddressInUseError:
        throw unavailable(QStringLiteral("Another program is listening on %1 already.").arg(where),
                          "port_in_use");
    default:
        throw unavailable(QStringLiteral("Cannot listen on %1: %2.").arg(where, server.errorString()),
                          "address_not_available");
    }
}

} // namespace

HttpHost::HttpHost(Handler handler, QObject *parent)
    : QObject(parent)
    , m_handler(std::move(handler))
{
}

HttpHost::~HttpHost()
{
    close();
}

void HttpHost::listen(const HttpHostOptions &options)
{
    close();
    GuardedServer::Options guarded{options.limits, options.behindProxy, std::nullopt};
    if (!options.tlsCertificate.isEmpty() || !options.tlsKey.isEmpty())
        guarded.tls = readTlsFiles(options.tlsCertificate, options.tlsKey);
    if (!options.address.isLoopback() && !guarded.tls && !options.behindProxy) {
        throw badRequest(
            "listen",
            QStringLiteral(
                "%1 can be reached from outside: give a certificate (--tls-cert, --tls-key), or say "
                "that a TLS proxy stands in front (--behind-proxy).")
                .arg(options.address.toString()),
            "address_refused");
    }

    auto guard = std::make_unique<GuardedServer>(std::move(guarded));
    if (!guard->start(options.address, options.port))
        throwListenError(*guard, options);
    m_options = options;
    m_server = std::make_unique<QHttpServer>();
    m_guard = guard.release();
    m_server->bind(m_guard); // takes ownership
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    m_server->setMissingHandler(this, [this](const QHttpServerRequest &request,
                                             QHttpServerResponder &responder) { serve(request, responder); });
#else
    m_server->setMissingHandler([this](const QHttpServerRequest &request, QHttpServerResponder &&responder) {
        serve(request, responder);
    });
#endif
}

// QHttpServer's responder is never written through (in 6.4 it would write to a socket that may be gone): the
// connection writes, and knows whether its client is still there. From 6.5 on QHttpServer reads no further
// request while a responder lives, so an answer that comes later keeps it.
void HttpHost::serve(const QHttpServerRequest &incoming, QHttpServerResponder &responder)
{
    const QPointer<GuardedConnection> connection(m_guard->takeAdmitted());
    if (!connection)
        return; // a request that the guard did not let in
    HttpRequest request = requestOf(*connection, incoming.body());
    const QByteArray id = request.id;
    const int serial = connection->serial();
    const auto reply = [connection, serial](const HttpResponse &response) {
        if (connection && !connection->isAnswered(serial))
            connection->answer(response);
    };
    try {
        m_handler(std::move(request), reply);
    } catch (...) {
        log::error("http", QStringLiteral("handler threw"), {{"id", QString::fromLatin1(id)}});
        HttpResponse response =
            HttpResponse::error(500, "internal_error", QStringLiteral("Something went wrong here."));
        response.headers = {{"X-Request-Id", id}};
        reply(response);
    }
    if (connection && !connection->isAnswered(serial))
        connection->hold(std::make_shared<QHttpServerResponder>(std::move(responder)));
}

HttpRequest HttpHost::requestOf(GuardedConnection &connection, QByteArray body) const
{
    RequestHead head = connection.takeHead();
    HttpRequest request;
    request.method = head.method;
    request.methodName = std::move(head.methodName);
    request.path = std::move(head.path);
    request.query = std::move(head.query);
    request.headers = std::move(head.headers);
    request.body = std::move(body);
    const bool behindProxy = m_options.behindProxy && connection.peer().isLoopback();
    request.peer = behindProxy ? forwardedFor(request, connection.peer()) : connection.peer();
    request.loopback = connection.peer().isLoopback() && !m_options.behindProxy;
    request.id = newRequestId();
    request.client = connection.client();
    return request;
}

void HttpHost::stopAccepting()
{
    if (!m_guard)
        return;
    m_guard->close();
    m_guard->drain();
}

void HttpHost::close()
{
    if (m_guard)
        m_guard->abortAll(); // before QHttpServer goes: it lets go of what the connections hold
    m_guard = nullptr;
    m_server.reset();
}

bool HttpHost::isListening() const
{
    return m_guard && m_guard->isListening();
}

quint16 HttpHost::port() const
{
    return m_guard ? m_guard->serverPort() : 0;
}

QString HttpHost::url() const
{
    const bool isV6 = m_options.address.protocol() == QAbstractSocket::IPv6Protocol;
    const QString host = m_options.address.toString();
    return QStringLiteral("%1://%2:%3")
        .arg(m_options.tlsCertificate.isEmpty() ? QStringLiteral("http") : QStringLiteral("https"),
             isV6 ? QStringLiteral("[%1]").arg(host) : host, QString::number(port()));
}

int HttpHost::connections() const
{
    return m_guard ? m_guard->connections() : 0;
}

} // namespace tower
