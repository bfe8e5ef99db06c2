// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/LnurlPeer.h"

#include "core/base/JsonNumber.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QUrl>

#include <algorithm>

namespace tower::test {

namespace {

constexpr qsizetype tooLong = 10'000'000;

QByteArray answer(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " X\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray json(const QJsonObject &body)
{
    return answer(200, QJsonDocument(body).toJson(QJsonDocument::Compact));
}

QByteArray error()
{
    return json({{"status", "ERROR"}, {"reason", "the service\nis closed"}});
}

} // namespace

LnurlPeer::LnurlPeer(const Clock &clock, LightningNetwork network, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_network(network)
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

LnurlPeer::~LnurlPeer()
{
    for (QTcpSocket *socket : m_server.findChildren<QTcpSocket *>())
        socket->disconnect(this);
}

QUrl LnurlPeer::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1/.well-known/lnurlp/me").arg(port()));
}

int LnurlPeer::count(bool isOrder) const
{
    return static_cast<int>(
        std::count_if(m_requests.begin(), m_requests.end(),
                      [isOrder](const Request &request) { return (request.path == "/pay") == isOrder; }));
}

void LnurlPeer::read(QTcpSocket *socket)
{
    if (!socket->peek(64 * 1024).contains("\r\n\r\n"))
        return;
    const QByteArrayList lines = socket->readAll().split('\n');
    const QUrl target = QUrl::fromEncoded(lines.first().split(' ').value(1));
    Request request{target.path().toUtf8(), QUrlQuery(target), {}};
    for (const QByteArray &line : lines) {
        if (line.toLower().startsWith("host:"))
            request.host = line.mid(5).trimmed();
    }
    m_requests.push_back(request);
    const QByteArray said = answerTo(request);
    if (said.isEmpty()) {
        ++m_silent;
        return;
    }
    socket->write(said);
    socket->disconnectFromHost();
}

QByteArray LnurlPeer::answerTo(const Request &request)
{
    if (redirect) {
        if (const QByteArray to = redirect(request); !to.isEmpty())
            return answer(302, {}, "Location: " + to + "\r\n");
    }
    return request.path == "/pay" ? order(request) : offer();
}

QByteArray LnurlPeer::offer()
{
    switch (fault) {
    case Fault::OfferError:
        return error();
    case Fault::OfferTooLong:
        return answer(200, QByteArray(tooLong, ' '));
    case Fault::OfferSilent:
        return {};
    case Fault::OfferNoJson:
        return answer(200, "<html>");
    case Fault::OfferStatus500:
        return answer(500, "oops");
    default:
        break;
    }
    QByteArray callback = "http://127.0.0.1:" + QByteArray::number(port()) + "/pay" + callbackQuery;
    if (fault == Fault::CallbackElsewhere)
        callback = "file:///etc/passwd";
    QJsonObject out{{"callback", QString::fromLatin1(callback)},
                    {"minSendable", jsonNumber(least.value())},
                    {"maxSendable", jsonNumber(most.value())},
                    {"metadata", "[[\"text/plain\",\"me\"]]"},
                    {"tag", fault == Fault::OfferOtherTag ? "withdrawRequest" : "payRequest"},
                    {"commentAllowed", commentAllowed}};
    if (fault == Fault::OfferFractions)
        out.insert("minSendable", 1'000.5);
    if (allowsNostr) {
        out.insert("allowsNostr", true);
        out.insert("nostrPubkey", receiptKey().text());
    }
    return json(out);
}

QByteArray LnurlPeer::order(const Request &request)
{
    switch (fault) {
    case Fault::OrderError:
        return error();
    case Fault::OrderTooLong:
        return answer(200, QByteArray(tooLong, ' '));
    case Fault::OrderSilent:
        return {};
    case Fault::NoInvoice:
        return json({{"routes", QJsonObject()}});
    default:
        break;
    }
    QString invoice = invoiceFor(request);
    if (fault == Fault::GarbledInvoice)
        invoice.back() = invoice.back() == u'q' ? u'p' : u'q';
    m_invoices.push_back(invoice);
    return json({{"pr", invoice}});
}

QString LnurlPeer::invoiceFor(const Request &request) const
{
    const QByteArray described = request.query.queryItemValue("nostr", QUrl::FullyDecoded).toUtf8();
    Bolt11Draft draft;
    draft.network = fault == Fault::OtherNetwork ? LightningNetwork::Regtest : m_network;
    draft.amount = Msat(request.query.queryItemValue("amount").toLongLong());
    if (fault == Fault::AmountChanged)
        draft.amount += Msat(1'000);
    if (fault == Fault::NoAmount)
        draft.amount = Msat();
    draft.createdAt = seconds(m_clock.now().value() / 1'000);
    if (fault == Fault::Expired)
        draft.createdAt += -draft.expiry;
    draft.paymentHash = PaymentHash(SecretKey::generate().bytes());
    draft.paymentSecret = SecretKey::generate().bytes();
    draft.descriptionHash = sha256(fault == Fault::OtherHash ? QByteArray("another") : described);
    return encodeBolt11(draft, m_nodeKey);
}

} // namespace tower::test
