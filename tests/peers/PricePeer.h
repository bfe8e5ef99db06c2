// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTcpServer>

class QTcpSocket;

namespace tower::test {

/// A stand-in for the three price sources: answers as their documentation says, or as a test tells it to.
class PricePeer : public QObject
{
    Q_OBJECT

public:
    struct Answer
    {
        int status = 200;
        QByteArray body;
        QByteArray headers{}; ///< more of them, each with its CRLF
        bool silent = false;  ///< never answers
        bool hangsUp = false; ///< closes instead
    };

    explicit PricePeer(QObject *parent = nullptr);

    /// The body with which a source tells a price, which is written as given.
    static QByteArray body(const QString &source, const QByteArray &usd);
    /// All three: as their documentation writes it (a number, and two strings).
    void setPrice(const QByteArray &usd);
    void setPrice(const QString &source, const QByteArray &usd);
    void setAnswer(const QString &source, const Answer &answer) { m_answers[source] = answer; }

    /// Requests wait until they are let go.
    void hold() { m_holding = true; }
    void letGo();

    [[nodiscard]] QString url() const
    {
        return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
    }
    /// How often each source was asked; "other" for any other path.
    [[nodiscard]] int asked(const QString &source) const { return m_asked.value(source); }
    [[nodiscard]] int askedInAll() const;

    static const QList<QString> sources;

private:
    void read(QTcpSocket *socket);
    void answer(QTcpSocket *socket, const QString &source);

    QTcpServer m_server;
    QHash<QString, Answer> m_answers;
    QHash<QString, int> m_asked;
    bool m_holding = false;
    QList<std::pair<QPointer<QTcpSocket>, QString>> m_held;
};

} // namespace tower::test
