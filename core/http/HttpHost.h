// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/HttpLimits.h"
#include "core/http/HttpMessage.h"

#include <QHostAddress>
#include <QObject>

#include <functional>
#include <memory>

class QHttpServer;
class QHttpServerRequest;
class QHttpServerResponder;

namespace tower {

class GuardedConnection;
class GuardedServer;

struct HttpHostOptions
{
    QHostAddress address = QHostAddress::LocalHost;
    quint16 port = 8337;    ///< 0 picks a free one
    QString tlsCertificate; ///< PEM files; both or none
    QString tlsKey;
    bool behindProxy = false; ///< a TLS proxy on loopback stands in front: X-Forwarded-For counts
    HttpLimits limits;
};

/// The only file that knows QHttpServer and its versions: binds a GuardedServer, copies each request into an
/// HttpRequest, hands it to one handler, writes the answer if the client is still there. Core thread.
class HttpHost : public QObject
{
    Q_OBJECT

public:
    using Handler = std::function<void(HttpRequest request, std::function<void(HttpResponse)> reply)>;

    explicit HttpHost(Handler handler, QObject *parent = nullptr);
    ~HttpHost() override;

    /// Starts serving. Throws ServiceError: "port_in_use", "address_not_available", "tls_unusable",
    /// "address_refused" (a non-loopback address without TLS or a proxy).
    void listen(const HttpHostOptions &options);
    /// Stops accepting and closes idle connections; answers under way are still written.
    void stopAccepting();
    /// Closes everything.
    void close();

    [[nodiscard]] bool isListening() const;
    [[nodiscard]] quint16 port() const;
    /// "http://127.0.0.1:8337"; https with TLS.
    [[nodiscard]] QString url() const;
    [[nodiscard]] int connections() const;

private:
    void serve(const QHttpServerRequest &incoming, QHttpServerResponder &responder);
    [[nodiscard]] HttpRequest requestOf(GuardedConnection &connection, QByteArray body) const;

    Handler m_handler;
    std::unique_ptr<QHttpServer> m_server;
    GuardedServer *m_guard = nullptr;
    HttpHostOptions m_options;
};

} // namespace tower
