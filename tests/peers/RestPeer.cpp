// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/peers/RestPeer.h"

#include <QJsonDocument>
#include <QTcpSocket>
#include <QUrl>
#include <QVariant>

#include <utility>

namespace tower::test {

namespace {

const QString placeholder = QStringLiteral("{id}");

bool isDone(RestPeer::Fault fault)
{
    switch (fault) {
    case RestPeer::Fault::None:
    case RestPeer::Fault::DoneButServerError:
    case RestPeer::Fault::DoneButHangsUp:
    case RestPeer::Fault::DoneButSilent:
    case RestPeer::Fault::DoneButGarbage:
        return true;
    default:
        return false;
    }
}

} // namespace

RestPeer::RestPeer(QObject *parent)
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

RestPeer::~RestPeer()
{
    for (QTcpSocket *socket : m_server.findChildren<QTcpSocket *>())
        socket->disconnect(this);
}

QString RestPeer::url() const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
}

void RestPeer::addRoute(const QByteArray &route, Handler handler)
{
    const QByteArrayList parts = route.split(' ');
    m_routes.push_back(
        {route, parts.at(0), QString::fromLatin1(parts.at(1)).split(u'/'), std::move(handler)});
}

const RestPeer::Route &RestPeer::known(const QByteArray &route) const
{
    for (const Route &candidate : m_routes) {
        if (candidate.text == route)
            return candidate;
    }
    qFatal("the stand-in has no route \"%s\"", route.constData());
}

int RestPeer::count(const QByteArray &route) const
{
    const auto found = m_counts.find(known(route).text);
    return found == m_counts.end() ? 0 : found->second;
}

void RestPeer::setFault(const QByteArray &route, Fault fault, int times)
{
    m_faults[known(route).text] = {fault, times};
}

void RestPeer::setFaultEverywhere(Fault fault, int times)
{
    for (const Route &route : m_routes)
        m_faults[route.text] = {fault, times};
}

void RestPeer::clearFaults()
{
    m_faults.clear();
    m_answers.clear();
}

void RestPeer::setAnswer(const QByteArray &route, int status, const QByteArray &body)
{
    m_answers[known(route).text] = {status, body, {}};
}

RestPeer::Answer RestPeer::json(int status, const QJsonObject &body)
{
    return {status, QJsonDocument(body).toJson(QJsonDocument::Compact), {}};
}

void RestPeer::read(QTcpSocket *socket)
{
    const QByteArray buffer = socket->property("buffer").toByteArray() + socket->readAll();
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    const QByteArray head = buffer.left(end);
    const QByteArray lowered = head.toLower();
    const qsizetype at = lowered.indexOf("content-length:");
    const qsizetype length =
        at < 0 ? 0 : lowered.mid(at + 15, lowered.indexOf("\r\n", at) - at - 15).trimmed().toLongLong();
    if (end < 0 || buffer.size() < end + 4 + length) {
        socket->setProperty("buffer", buffer);
        return;
    }
    socket->setProperty("buffer", buffer.mid(end + 4 + length));

    Request request;
    const QByteArrayList line = head.left(head.indexOf("\r\n")).split(' ');
    const QUrl target(QString::fromLatin1(line.value(1)));
    request.method = line.value(0);
    request.path = target.path();
    request.query = QUrlQuery(target.query());
    request.head = lowered;
    request.body = buffer.mid(end + 4, length);
    request.json = QJsonDocument::fromJson(request.body).object();
    const QByteArray authorization = "\r\nauthorization: bearer ";
    const qsizetype bearer = lowered.indexOf(authorization);
    if (bearer >= 0) {
        const QByteArray rest = head.mid(bearer + authorization.size());
        request.bearer = rest.left(rest.indexOf("\r\n"));
    }
    m_requests.append(request);
    serve(socket, request);
}

void RestPeer::serve(QTcpSocket *socket, const Request &request)
{
    QString id;
    const Route *route = routeOf(request, id);
    if (!route) {
        write(socket, error(404, QStringLiteral("The resource you requested could not be found.")));
        return;
    }
    ++m_counts[route->text];
    const Fault fault = takeFault(route->text);
    Answer answer;
    if (isDone(fault)) {
        answer = carriedOut(*route, request, id);
        if (m_listener)
            m_listener(route->text);
    }
    switch (fault) {
    case Fault::None:
        break;
    case Fault::ServerError:
    case Fault::DoneButServerError:
        answer = error(503, QStringLiteral("Service unavailable."));
        break;
    case Fault::HangsUp:
    case Fault::DoneButHangsUp:
        socket->abort();
        return;
    case Fault::Silent:
    case Fault::DoneButSilent:
        return;
    case Fault::RateLimited:
        answer = error(429, QStringLiteral("API rate limit exceeded."));
        answer.headers = m_rateLimitHeaders;
        break;
    case Fault::Refused:
        answer = error(422, m_refusal);
        break;
    case Fault::Unauthorized:
        answer = error(401, QStringLiteral("Unable to authenticate you"));
        break;
    case Fault::Garbage:
    case Fault::DoneButGarbage:
        answer = {200, "<html>hello</html>", {}};
        break;
    case Fault::TooLong:
        answer = {200, R"({"name":")" + QByteArray(2 * 1024 * 1024, 'x') + "\"}", {}};
        break;
    case Fault::Redirected:
        answer = {302, {}, "Location: " + m_redirect.toLatin1() + "\r\n"};
        break;
    }
    write(socket, answer);
    if (request.head.contains("\r\nconnection: close"))
        socket->disconnectFromHost();
}

const RestPeer::Route *RestPeer::routeOf(const Request &request, QString &id) const
{
    const QStringList path = request.path.split(u'/');
    for (const Route &route : m_routes) {
        if (route.method != request.method || route.path.size() != path.size())
            continue;
        bool same = true;
        for (qsizetype i = 0; same && i < path.size(); ++i) {
            if (route.path.at(i) == placeholder)
                id = path.at(i);
            else
                same = route.path.at(i) == path.at(i);
        }
        if (same)
            return &route;
    }
    return nullptr;
}

RestPeer::Fault RestPeer::takeFault(const QByteArray &route)
{
    const auto plan = m_faults.find(route);
    if (plan == m_faults.end() || plan->second.times == 0)
        return Fault::None;
    if (plan->second.times > 0)
        --plan->second.times;
    return plan->second.fault;
}

RestPeer::Answer RestPeer::carriedOut(const Route &route, const Request &request, const QString &id) const
{
    const auto told = m_answers.find(route.text);
    if (told != m_answers.end())
        return told->second;
    if (const std::optional<Answer> refused = unauthorized(request))
        return *refused;
    return route.handler(request, id);
}

void RestPeer::write(QTcpSocket *socket, const Answer &answer)
{
    const bool hasBody = answer.status != 204;
    QByteArray head = "HTTP/1.1 " + QByteArray::number(answer.status) + " X\r\n" + answer.headers;
    if (hasBody)
        head +=
            "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(answer.body.size()) +
            "\r\n";
    socket->write(head + "\r\n" + (hasBody ? answer.body : QByteArray()));
}

} // namespace tower::test
