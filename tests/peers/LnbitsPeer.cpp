// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/LnbitsPeer.h"

#include "core/base/JsonNumber.h"

#include <QJsonDocument>
#include <QTcpSocket>
#include <QTimer>
#include <QVariant>
#include <QWebSocket>

#include <algorithm>

namespace tower::test {

namespace {

const QString success = QStringLiteral("success");

} // namespace

LnbitsPeer::LnbitsPeer(const Clock &clock, LightningNetwork network, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_network(network)
    , m_webSockets(QStringLiteral("LNbits"), QWebSocketServer::NonSecureMode)
{
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    });
    connect(&m_webSockets, &QWebSocketServer::newConnection, this, [this] {
        while (QWebSocket *listener = m_webSockets.nextPendingConnection()) {
            ++m_connections;
            m_listeners.append(listener);
            connect(listener, &QWebSocket::disconnected, listener, &QObject::deleteLater);
        }
    });
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("the stand-in can't listen");
}

LnbitsPeer::~LnbitsPeer()
{
    for (QTcpSocket *socket : m_server.findChildren<QTcpSocket *>())
        socket->disconnect(this);
    dropListeners();
}

QString LnbitsPeer::url() const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
}

qsizetype LnbitsPeer::ordersToPay() const
{
    return std::count_if(m_requests.begin(), m_requests.end(), [](const Request &request) {
        return request.method == "POST" && request.body.value(u"out").toBool(true);
    });
}

const LnbitsPeer::Payment *LnbitsPeer::payment(const PaymentHash &paymentHash) const
{
    const auto found = m_payments.find(paymentHash);
    return found == m_payments.end() ? nullptr : &found->second;
}

void LnbitsPeer::read(QTcpSocket *socket)
{
    // A websocket's handshake is left to its own server, which wants to read it itself.
    if (socket->property("buffer").toByteArray().isEmpty() &&
        socket->peek(64).startsWith("GET /api/v1/ws/")) {
        if (socket->peek(16 * 1024).contains("\r\n\r\n"))
            upgrade(socket);
        return;
    }
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
    const QByteArrayList line = buffer.left(buffer.indexOf("\r\n")).split(' ');
    const Request request{line.value(0), line.value(1), head,
                          QJsonDocument::fromJson(buffer.mid(end + 4, length)).object()};
    m_requests.append(request);
    if (m_silent)
        return;
    const std::optional<Answer> answer = answerTo(request, socket);
    if (!answer)
        return;
    QTimer::singleShot(m_delay, socket,
                       [this, socket, answer, close = head.contains("\r\nconnection: close")] {
                           write(socket, *answer);
                           if (close)
                               socket->disconnectFromHost();
                       });
}

void LnbitsPeer::upgrade(QTcpSocket *socket)
{
    const QByteArray target = socket->peek(1024).split(' ').value(1);
    socket->disconnect(this);
    if (target != "/api/v1/ws/" + adminKey().toLatin1()) {
        socket->abort(); // LNbits takes any; a test wants to know
        return;
    }
    m_webSockets.handleConnection(socket);
    emit socket->readyRead(); // what is there already
}

void LnbitsPeer::write(QTcpSocket *socket, const Answer &answer)
{
    socket->write("HTTP/1.1 " + QByteArray::number(answer.status) +
                  " X\r\nContent-Type: application/json\r\n" + answer.headers +
                  "Content-Length: " + QByteArray::number(answer.body.size()) + "\r\n\r\n" + answer.body);
}

std::optional<LnbitsPeer::Answer> LnbitsPeer::answerTo(const Request &request, QTcpSocket *socket)
{
    if (!m_redirect.isEmpty())
        return Answer{307, {}, "Location: " + m_redirect.toLatin1() + "\r\n"};
    const bool isOwner = request.head.contains("x-api-key: " + adminKey().toLatin1());
    const QByteArray prefix = "/api/v1/payments/";
    if (request.method == "GET" && request.target.startsWith(prefix))
        return lookup(request.target.mid(prefix.size()), isOwner, socket);
    if (!isOwner)
        return detail(404, QStringLiteral("Wallet not found."));
    if (request.method == "POST" && request.target == "/api/v1/payments") {
        if (request.body.value(u"out").toBool(true))
            return pay(request.body, socket);
        return create(request.body);
    }
    if (request.method == "GET" && request.target == "/api/v1/wallet") {
        return m_walletAnswer.value_or(json(200, {{QStringLiteral("id"), QStringLiteral("w1")},
                                                  {QStringLiteral("name"), QStringLiteral("tower")},
                                                  {QStringLiteral("balance"), jsonNumber(m_balanceMsat)}}));
    }
    return detail(404, QStringLiteral("Not Found"));
}

int LnbitsPeer::connections() const
{
    return static_cast<int>(m_server.findChildren<QTcpSocket *>().size());
}

void LnbitsPeer::dropConnections()
{
    for (QTcpSocket *socket : m_server.findChildren<QTcpSocket *>())
        socket->disconnectFromHost();
}

void LnbitsPeer::payInvoice(const PaymentHash &paymentHash, std::optional<Msat> msat)
{
    Payment &payment = m_payments.at(paymentHash);
    payment.status = success;
    payment.amountMsat = msat.value_or(Msat(payment.amountMsat)).value();
    m_balanceMsat += payment.amountMsat;
    notify(payment);
}

void LnbitsPeer::settle(const PaymentHash &paymentHash, bool paid)
{
    Payment &payment = m_payments.at(paymentHash);
    send(payment, paid);
    notify(payment);
}

void LnbitsPeer::notify(const Payment &payment)
{
    const QJsonObject message{{QStringLiteral("wallet_balance"), jsonNumber(m_balanceMsat / 1'000)},
                              {QStringLiteral("payment"), toJson(payment)}};
    say(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
}

void LnbitsPeer::say(const QString &message)
{
    for (const QPointer<QWebSocket> &listener : std::as_const(m_listeners)) {
        if (listener)
            listener->sendTextMessage(message);
    }
}

int LnbitsPeer::listeners() const
{
    return static_cast<int>(
        std::count_if(m_listeners.begin(), m_listeners.end(), [](const QPointer<QWebSocket> &listener) {
            return listener && listener->state() == QAbstractSocket::ConnectedState;
        }));
}

void LnbitsPeer::dropListeners()
{
    const QList<QPointer<QWebSocket>> listeners = std::exchange(m_listeners, {});
    for (const QPointer<QWebSocket> &listener : listeners) {
        if (listener)
            listener->abort();
    }
}

} // namespace tower::test
