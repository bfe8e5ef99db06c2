// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QString>
#include <QTcpServer>

class QTcpSocket;

namespace tower::test {

/// A stand-in for the Anthropic Messages API: answers as its documentation says, or as a test tells it to.
class AnthropicPeer : public QObject
{
    Q_OBJECT

public:
    struct Request
    {
        QByteArray target;
        QByteArray head; ///< in lower case
        QJsonObject body;
    };
    struct Answer
    {
        int status = 200;
        QByteArray body;
        QByteArray headers{}; ///< more of them, each with its CRLF
        bool silent = false;  ///< never answers
        bool hangsUp = false; ///< closes instead
    };

    explicit AnthropicPeer(QObject *parent = nullptr);

    /// Answers in turn; the last one stays.
    void setAnswers(QList<Answer> answers) { m_answers = std::move(answers); }
    /// A message with this text, as the API wraps it.
    static Answer says(const QString &text, const QString &stopReason = QStringLiteral("end_turn"));
    static Answer error(int status, const QByteArray &headers = {});

    [[nodiscard]] QString url() const
    {
        return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
    }
    [[nodiscard]] const QList<Request> &requests() const { return m_requests; }

private:
    void read(QTcpSocket *socket);

    QTcpServer m_server;
    QList<Answer> m_answers;
    QList<Request> m_requests;
};

} // namespace tower::test
