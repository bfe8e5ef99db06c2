// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/PricePeer.h"

#include <QTcpSocket>
#include <QVariant>

#include <utility>

namespace tower::test {

namespace {

const QString coingecko = QStringLiteral("coingecko");
const QString coinbase = QStringLiteral("coinbase");
const QString kraken = QStringLiteral("kraken");

QString sourceOf(const QByteArray &target)
{
    if (target == "/api/v3/simple/price?ids=bitcoin&vs_currencies=usd")
        return coingecko;
    if (target == "/v2/prices/BTC-USD/spot")
        return coinbase;
    if (target == "/0/public/Ticker?pair=XBTUSD")
        return kraken;
    return QStringLiteral("other");
}

} // namespace

const QList<QString> PricePeer::sources{coingecko, coinbase, kraken};

PricePeer::PricePeer(QObject *parent)
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
    m_answers[QStringLiteral("other")] = {404, "{}"};
    setPrice("65000");
}

QByteArray PricePeer::body(const QString &source, const QByteArray &usd)
{
    if (source == coingecko)
        return R"({"bitcoin":{"usd":)" + usd + "}}";
    if (source == coinbase)
        return R"({"data":{"amount":)" + usd + R"(,"base":"BTC","currency":"USD"}})";
    return R"({"error":[],"result":{"XXBTZUSD":{"a":["1.0","1","1.000"],"c":[)" + usd +
           R"(,"0.00100000"]}}})";
}

void PricePeer::setPrice(const QString &source, const QByteArray &usd)
{
    setAnswer(source, {200, body(source, source == coingecko ? usd : '"' + usd + '"')});
}

void PricePeer::setPrice(const QByteArray &usd)
{
    for (const QString &source : sources)
        setPrice(source, usd);
}

int PricePeer::askedInAll() const
{
    int sum = 0;
    for (const int asked : m_asked)
        sum += asked;
    return sum;
}

void PricePeer::letGo()
{
    m_holding = false;
    for (const auto &[socket, source] : std::exchange(m_held, {})) {
        if (socket)
            answer(socket, source);
    }
}

void PricePeer::read(QTcpSocket *socket)
{
    const QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    socket->setProperty("buffer", end < 0 ? buffer : buffer.mid(end + 4));
    if (end < 0)
        return;
    const QString source = sourceOf(buffer.left(buffer.indexOf("\r\n")).split(' ').value(1));
    ++m_asked[source];
    if (m_holding)
        m_held.append({socket, source});
    else
        answer(socket, source);
}

void PricePeer::answer(QTcpSocket *socket, const QString &source)
{
    const Answer answer = m_answers.value(source);
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
