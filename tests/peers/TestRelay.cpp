// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/TestRelay.h"

#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPointer>
#include <QTest>
#include <QUrl>
#include <QWebSocket>
#include <QWebSocketServer>

#include <algorithm>
#include <iterator>
#include <vector>

namespace tower::test {

namespace {

/// NIP-01, as far as it is needed here.
bool fits(const QJsonObject &event, const QJsonObject &filter)
{
    for (auto it = filter.begin(); it != filter.end(); ++it) {
        const QJsonArray wanted = it.value().toArray();
        bool fits = true;
        if (it.key() == u"ids")
            fits = wanted.contains(event.value("id"));
        else if (it.key() == u"kinds")
            fits = wanted.contains(event.value("kind"));
        else if (it.key() == u"authors")
            fits = wanted.contains(event.value("pubkey"));
        else if (it.key() == u"since")
            fits = event.value("created_at").toInteger() >= it.value().toInteger();
        else if (it.key() == u"until")
            fits = event.value("created_at").toInteger() <= it.value().toInteger();
        else if (it.key().startsWith(u'#')) {
            const QJsonArray tags = event.value("tags").toArray();
            fits = std::any_of(tags.begin(), tags.end(), [&](const QJsonValue &tag) {
                return tag[0].toString() == it.key().mid(1) && wanted.contains(tag[1]);
            });
        }
        if (!fits)
            return false;
    }
    return true;
}

} // namespace

TestRelay::TestRelay(QObject *parent)
    : QObject(parent)
    , m_network(new QNetworkAccessManager(this))
{
    start();
}

TestRelay::~TestRelay()
{
    stop();
}

void TestRelay::start()
{
    m_server =
        std::make_unique<QWebSocketServer>(QStringLiteral("test relay"), QWebSocketServer::NonSecureMode);
    connect(m_server.get(), &QWebSocketServer::newConnection, this, &TestRelay::accept);
    if (!m_server->listen(QHostAddress::LocalHost, m_port))
        qFatal("the test relay can't listen: %s", qUtf8Printable(m_server->errorString()));
    m_port = m_server->serverPort();
}

void TestRelay::stop()
{
    if (!m_server)
        return;
    m_server->close();
    for (QWebSocket *socket : m_server->findChildren<QWebSocket *>())
        socket->abort();
    m_server.reset();
}

void TestRelay::setFault(Fault fault, const QString &text)
{
    m_fault = fault;
    m_refusal = text;
}

QString TestRelay::url() const
{
    return QStringLiteral("ws://127.0.0.1:%1").arg(m_port);
}

void TestRelay::askOverHttp(const QString &url, const QByteArray &secret)
{
    m_policy = [this, url, secret](const QByteArray &line, const std::function<void(QByteArray)> &answer) {
        QNetworkRequest request(QUrl(url + QStringLiteral("/api/relay/policy")));
        request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
        request.setRawHeader("Authorization", "Bearer " + secret);
        QNetworkReply *reply = m_network->post(request, line);
        connect(reply, &QNetworkReply::finished, this, [reply, answer] {
            reply->deleteLater();
            const bool ok = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == 200;
            answer(ok ? reply->readAll()
                      : QByteArray(R"({"action":"reject","msg":"error: policy service unavailable"})"));
        });
    };
}

void TestRelay::accept()
{
    while (QWebSocket *socket = m_server->nextPendingConnection()) {
        ++m_connections;
        socket->setParent(m_server.get());
        connect(socket, &QWebSocket::textMessageReceived, this,
                [this, socket](const QString &text) { receive(socket, text); });
        connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    }
}

void TestRelay::receive(QWebSocket *socket, const QString &text)
{
    const QJsonArray message = QJsonDocument::fromJson(text.toUtf8()).array();
    const QString type = message.at(0).toString();
    if (type == QLatin1String("EVENT")) {
        ++m_events;
        receiveEvent(socket, message.at(1).toObject());
    } else if (type == QLatin1String("REQ")) {
        receiveRequest(socket, message);
    }
}

void TestRelay::say(QWebSocket *socket, const QJsonArray &message)
{
    const auto send = [socket](const QByteArray &text) { socket->sendTextMessage(QString::fromUtf8(text)); };
    if (m_fault == Fault::TalksJunk) {
        const QString nobody(64, u'0');
        send("not JSON at all");
        send("{}");
        send("[]");
        send(R"(["NOTICE","hello"])");
        send(R"(["AUTH","challenge"])");
        send("[\"OK\",\"" + nobody.toLatin1() + "\",true,\"\"]");
        send("[\"OK\"]");
        send(R"(["EVENT","foreign",{"id":"x"}])");
        send(R"(["EOSE","foreign"])");
        send(R"(["CLOSED","foreign","gone"])");
    }
    send(QJsonDocument(message).toJson(QJsonDocument::Compact));
}

void TestRelay::receiveEvent(QWebSocket *socket, const QJsonObject &event)
{
    const QString id = event.value(QLatin1String("id")).toString();
    const auto ok = [&](bool accepted, const QString &text) {
        say(socket, {QStringLiteral("OK"), id, accepted, text});
    };
    switch (m_fault) {
    case Fault::Silent:
        return;
    case Fault::ClosesMidway:
        socket->abort();
        return;
    case Fault::Refuses:
        ok(false, m_refusal);
        return;
    case Fault::SaysDuplicate:
        ok(true, QStringLiteral("duplicate: have this event"));
        return;
    case Fault::LosesEvents:
        ok(true, {});
        return;
    default:
        break;
    }
    if (m_stored.contains(id)) {
        ok(true, QStringLiteral("duplicate: have this event"));
        return;
    }
    if (!m_policy) {
        decided(socket, event, {{QStringLiteral("action"), QStringLiteral("accept")}});
        return;
    }
    const QByteArray line =
        QJsonDocument(QJsonObject{{QStringLiteral("type"), QStringLiteral("new")},
                                  {QStringLiteral("event"), event},
                                  {QStringLiteral("receivedAt"), 1'700'000'000},
                                  {QStringLiteral("sourceType"), QStringLiteral("IP4")},
                                  {QStringLiteral("sourceInfo"), QStringLiteral("127.0.0.1")}})
            .toJson(QJsonDocument::Compact);
    const QPointer<QWebSocket> alive(socket);
    m_policy(line, [this, alive, event](const QByteArray &reply) {
        decided(alive, event, QJsonDocument::fromJson(reply).object());
    });
}

void TestRelay::decided(QWebSocket *socket, const QJsonObject &event, const QJsonObject &verdict)
{
    const QString id = event.value(QLatin1String("id")).toString();
    const QString action = verdict.value(QLatin1String("action")).toString();
    if (action == QLatin1String("accept") && !m_stored.contains(id)) {
        m_stored.insert(id, event);
        ++m_timesStored[id];
    }
    if (!socket || m_fault == Fault::DropsOk)
        return;
    // A shadow-rejected author sees success.
    const bool looksAccepted = action == QLatin1String("accept") || action == QLatin1String("shadowReject");
    say(socket, {QStringLiteral("OK"), id, looksAccepted, verdict.value(QLatin1String("msg")).toString()});
}

void TestRelay::receiveRequest(QWebSocket *socket, const QJsonArray &message)
{
    if (m_fault == Fault::Silent)
        return;
    const QJsonValue subscription = message.at(1);
    if (m_fault == Fault::ClosesQuestions) {
        say(socket, {QStringLiteral("CLOSED"), subscription, QStringLiteral("error: no questions today")});
        return;
    }
    const QJsonObject filter = message.at(2).toObject();
    std::vector<QJsonObject> found;
    std::copy_if(m_stored.begin(), m_stored.end(), std::back_inserter(found),
                 [&filter](const QJsonObject &event) { return fits(event, filter); });
    std::sort(found.begin(), found.end(), [](const QJsonObject &a, const QJsonObject &b) {
        return a.value("created_at").toInteger() > b.value("created_at").toInteger();
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(filter.value("limit").toInt(5'000))));
    for (const QJsonObject &event : found)
        say(socket, {QStringLiteral("EVENT"), subscription, event});
    say(socket, {QStringLiteral("EOSE"), subscription});
}

void TestRelay::keep(const QJsonObject &event)
{
    m_stored.insert(event.value(QLatin1String("id")).toString(), event);
}

std::optional<QJsonArray> TestRelay::post(const QJsonObject &event)
{
    std::optional<QJsonArray> answer;
    QWebSocket client;
    connect(&client, &QWebSocket::connected, &client, [&] {
        const QJsonArray message{QStringLiteral("EVENT"), event};
        client.sendTextMessage(QString::fromUtf8(QJsonDocument(message).toJson(QJsonDocument::Compact)));
    });
    connect(&client, &QWebSocket::textMessageReceived, &client, [&](const QString &text) {
        const QJsonArray message = QJsonDocument::fromJson(text.toUtf8()).array();
        if (message.at(0) == QLatin1String("OK") && message.at(1) == event.value(QLatin1String("id")))
            answer = message;
    });
    client.open(QUrl(url()));
    static_cast<void>(QTest::qWaitFor([&] { return answer.has_value(); }, 10'000));
    return answer;
}

} // namespace tower::test
