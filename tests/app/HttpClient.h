// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QUrl>

namespace tower::test {

struct Reply
{
    int status = 0; ///< 0: no whole answer came
    QByteArray body;
    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    [[nodiscard]] QJsonValue operator[](const char *name) const { return json().value(QLatin1String(name)); }
};

/// A blocking HTTP client over one kept connection, for any thread. It shares no code with the server.
class HttpClient
{
public:
    explicit HttpClient(const QString &url, QByteArray token = {}, int timeoutMs = 10'000)
        : m_url(url)
        , m_token(std::move(token))
        , m_timeoutMs(timeoutMs)
    {
    }

    Reply get(const QByteArray &path) { return ask("GET", path, {}); }
    Reply post(const QByteArray &path, const QByteArray &body) { return ask("POST", path, body); }
    Reply post(const QByteArray &path, const QJsonObject &body)
    {
        return post(path, QJsonDocument(body).toJson(QJsonDocument::Compact));
    }

    Reply ask(const QByteArray &method, const QByteArray &path, const QByteArray &body)
    {
        if (m_socket.state() != QAbstractSocket::ConnectedState) {
            m_socket.connectToHost(m_url.host(), static_cast<quint16>(m_url.port()));
            if (!m_socket.waitForConnected(m_timeoutMs))
                return {};
        }
        QByteArray request =
            method + ' ' + path + " HTTP/1.1\r\nHost: " + m_url.authority().toUtf8() + "\r\n";
        if (!m_token.isEmpty())
            request += "Authorization: Bearer " + m_token + "\r\n";
        if (method == "POST")
            request +=
                "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
                "\r\n";
        m_socket.write(request + "\r\n" + body);
        return readReply();
    }

private:
    /// True when there is more to look at.
    bool more()
    {
        if (!m_socket.waitForReadyRead(m_timeoutMs)) {
            m_socket.abort();
            return false;
        }
        return true;
    }

    Reply readReply()
    {
        QByteArray read;
        qsizetype end = -1;
        while ((end = read.indexOf("\r\n\r\n")) < 0) {
            if (m_socket.bytesAvailable() == 0 && !more())
                return {};
            read += m_socket.readAll();
        }
        const QByteArray head = read.left(end).toLower();
        const qsizetype at = head.indexOf("content-length:");
        const qsizetype length =
            at < 0 ? 0 : head.mid(at + 15, head.indexOf("\r\n", at) - at - 15).trimmed().toLongLong();
        QByteArray body = read.mid(end + 4);
        while (body.size() < length) {
            if (m_socket.bytesAvailable() == 0 && !more())
                return {};
            body += m_socket.readAll();
        }
        if (head.contains("connection: close"))
            m_socket.disconnectFromHost();
        return {head.mid(9, 3).toInt(), body};
    }

    QUrl m_url;
    QByteArray m_token;
    int m_timeoutMs;
    QTcpSocket m_socket;
};

} // namespace tower::test
