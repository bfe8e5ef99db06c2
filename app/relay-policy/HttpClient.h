// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/relay-policy/Resolver.h"
#include "app/relay-policy/Transport.h"

#include <QByteArray>
#include <QSslConfiguration>
#include <QUrl>

#include <memory>

namespace tower {

struct HttpAnswer
{
    enum class Outcome {
        Answered,    ///< with `status` and `body`
        Unreachable, ///< no answer in time, or no connection
        Garbled,     ///< an answer that is no HTTP, or larger than allowed
    };
    Outcome outcome = Outcome::Unreachable;
    int status = 0;
    QByteArray body;
};

/// A small strict HTTP/1.1 client over one kept-alive connection. Each call is bounded by its deadline in
/// total: look-up, connecting, TLS, request, answer. A kept connection that the server closed before the
/// first byte of an answer is replaced once, without the caller noticing. One thread.
class HttpClient
{
public:
    /// `base` is http or https; its path is a prefix of every path. `bearer` may be empty.
    HttpClient(const QUrl &base, const QByteArray &bearer, const QSslConfiguration &tls);

    HttpAnswer get(const QByteArray &path, qsizetype maximumBody, const Deadline &deadline);
    HttpAnswer postJson(const QByteArray &path, QByteArrayView body, qsizetype maximumBody,
                        const Deadline &deadline);

private:
    struct Attempt
    {
        HttpAnswer answer;
        bool closedUnanswered = false;
    };
    HttpAnswer exchange(const QByteArray &request, qsizetype maximumBody, const Deadline &deadline);
    Attempt attempt(const QByteArray &request, qsizetype maximumBody, const Deadline &deadline);
    bool connect(const Deadline &deadline);

    QByteArray m_prefix;
    QByteArray m_headers; ///< those that every request carries
    quint16 m_port;
    Resolver m_resolver;
    std::unique_ptr<Transport> m_transport;
};

} // namespace tower
