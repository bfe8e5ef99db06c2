// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tower {

enum class HttpMethod { Get, Head, Post, Put, Patch, Delete, Options, Other };

/// Tells a handler that waits whether anybody still wants the answer. Shared by the connection and the
/// handler.
class ClientScope
{
public:
    [[nodiscard]] bool isGone() const { return m_gone; }
    void leave() { m_gone = true; }

private:
    bool m_gone = false;
};

/// A whole request, copied out of the server: a plain value, safe to keep across a co_await.
struct HttpRequest
{
    HttpMethod method = HttpMethod::Get;
    QByteArray methodName;
    QByteArray path;                                        ///< percent-encoded, as sent, without the query
    QByteArray query;                                       ///< percent-encoded, as sent, without the "?"
    std::vector<std::pair<QByteArray, QByteArray>> headers; ///< names in lower case
    QByteArray body;
    QHostAddress peer;     ///< the client's address (behind a trusted proxy: what X-Forwarded-For says)
    bool loopback = false; ///< the socket itself is loopback and no proxy stands in front
    QByteArray id;         ///< X-Request-Id of the answer; also in the log line
    QString actor;         ///< set by authorisation: "admin:token", "admin:<pubkey>", "policy"
    std::vector<std::pair<QByteArray, QString>> parameters; ///< of the path pattern, percent-decoded
    std::shared_ptr<ClientScope> client;

    /// Value of a header (any case); a null QByteArray when absent.
    [[nodiscard]] QByteArray header(QByteArrayView name) const;
    /// A path parameter, "" when the pattern has none of that name.
    [[nodiscard]] QString parameter(QByteArrayView name) const;
    /// A query parameter, decoded ("+" is a blank); nullopt when absent.
    [[nodiscard]] std::optional<QString> queryValue(QByteArrayView name) const;
    /// An integer query parameter within [minimum, maximum]; `fallback` when absent; throws badRequest(name).
    [[nodiscard]] int queryInteger(QByteArrayView name, int fallback, int minimum, int maximum) const;
    /// The body as a JSON object; throws badRequest("body") when it is not one.
    [[nodiscard]] QJsonObject json() const;
};

struct HttpResponse
{
    int status = 200;
    QByteArray contentType = "application/json";
    QByteArray body;
    std::vector<std::pair<QByteArray, QByteArray>> headers;

    static HttpResponse json(const QJsonObject &object, int status = 200);
    static HttpResponse json(const QJsonArray &array, int status = 200);
    static HttpResponse text(QByteArray body, QByteArray contentType, int status = 200);
    /// The one shape of every error: {"error": sentence, "code": code, "field"?: field}.
    static HttpResponse error(int status, const QByteArray &code, const QString &sentence,
                              const QByteArray &field = {});
    [[nodiscard]] bool hasHeader(QByteArrayView name) const;
};

/// A fresh X-Request-Id: a UUID version 4.
QByteArray newRequestId();

} // namespace tower
