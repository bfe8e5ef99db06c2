// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/AnthropicPeer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpSocket>
#include <QVariant>

namespace tower::test {

AnthropicPeer::AnthropicPeer(QObject *parent)
    : QObject(parent)
{
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    });
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("the stand-in can't listen");
}

AnthropicPeer::Answer AnthropicPeer::says(const QString &text, const QString &stopReason)
{
    const QJsonObject block{{QStringLiteral("type"), QStringLiteral("text")}, {QStringLiteral("text"), text}};
    const QJsonObject usage{{QStringLiteral("input_tokens"), 100},
                            {QStringLiteral("cache_creation_input_tokens"), 20},
                            {QStringLiteral("cache_read_input_tokens"), 3},
                            {QStringLiteral("output_tokens"), 45}};
    const QJsonObject message{{QStringLiteral("id"), QStringLiteral("msg_1")},
                              {QStringLiteral("type"), QStringLiteral("message")},
                              {QStringLiteral("role"), QStringLiteral("assistant")},
                              {QStringLiteral("content"), QJsonArray{block}},
                              {QStringLiteral("stop_reason"), stopReason},
                              {QStringLiteral("usage"), usage}};
    return {200, QJsonDocument(message).toJson(QJsonDocument::Compact)};
}

AnthropicPeer::Answer AnthropicPeer::error(int status, const QByteArray &headers)
{
    return {status, R"({"type":"error","error":{"type":"some_error","message":"no"}})", headers};
}

void AnthropicPeer::read(QTcpSocket *socket)
{
    QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    const QByteArray head = buffer.left(end).toLower();
    const qsizetype at = head.indexOf("content-length:");
    const qsizetype length =
        at < 0 ? 0 : head.mid(at + 15, head.indexOf("\r\n", at) - at - 15).trimmed().toLongLong();
    if (end < 0 || buffer.size() < end + 4 + length) {
        socket->setProperty("buffer", buffer);
        return;
    }
    socket->setProperty("buffer", buffer.mid(end + 4 + length));
    m_requests.append({buffer.left(buffer.indexOf("\r\n")).split(' ').value(1), head,
                       QJsonDocument::fromJson(buffer.mid(end + 4, length)).object()});
    const Answer answer = m_answers.size() > 1 ? m_answers.takeFirst() : m_answers.value(0);
    if (answer.silent)
        return;
    if (answer.hangsUp) {
        socket->abort();
        return;
    }
    socket->write("HTTP/1.1 " + QByteArray::number(answer.status) +
                  " X\r\nContent-Type: application/json\r\n" + answer.headers +
                  "Content-Length: " + QByteArray::number(answer.body.size()) + "\r\n\r\n" + answer.body);
}

} // namespace tower::test
