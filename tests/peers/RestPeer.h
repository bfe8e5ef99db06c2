// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QTcpServer>
#include <QUrlQuery>

#include <functional>
#include <map>
#include <optional>
#include <vector>

class QTcpSocket;

namespace tower::test {

/// What stand-ins for REST APIs have in common: a real HTTP server on loopback with a table of routes, such
/// as "GET /v2/droplets/{id}", each of which can be told to fail.
class RestPeer : public QObject
{
    Q_OBJECT

public:
    enum class Fault {
        None,
        ServerError,        ///< 503, and nothing happened
        DoneButServerError, ///< 503, and it happened
        HangsUp,            ///< closes the connection, and nothing happened
        DoneButHangsUp,
        Silent, ///< never answers, and nothing happened
        DoneButSilent,
        RateLimited,  ///< 429, with the headers that were set
        Refused,      ///< 422
        Unauthorized, ///< 401
        Garbage,      ///< 200 with something that is no JSON
        DoneButGarbage,
        TooLong,    ///< 200 with 2 MiB of JSON
        Redirected, ///< 302 to where setRedirect() says
    };
    struct Request
    {
        QByteArray method;
        QString path;
        QUrlQuery query;
        QByteArray head; ///< in lower case
        QByteArray body;
        QJsonObject json;  ///< of the body
        QByteArray bearer; ///< as it was sent
    };

    ~RestPeer() override;

    [[nodiscard]] QString url() const;
    [[nodiscard]] const QList<Request> &requests() const { return m_requests; }
    /// How many requests a route got; of all routes without one.
    [[nodiscard]] int count(const QByteArray &route) const;
    [[nodiscard]] int count() const { return static_cast<int>(m_requests.size()); }

    /// The next `times` requests of that route; -1: all of them.
    void setFault(const QByteArray &route, Fault fault, int times = -1);
    /// The same for every route that is there.
    void setFaultEverywhere(Fault fault, int times = -1);
    void clearFaults();
    /// Answers that route so from now on, and carries nothing out.
    void setAnswer(const QByteArray &route, int status, const QByteArray &body);
    /// The message of a 422 that was told by setFault().
    void setRefusal(const QString &message) { m_refusal = message; }
    /// What a 429 carries, each line with its CRLF.
    void setRateLimitHeaders(const QByteArray &headers) { m_rateLimitHeaders = headers; }
    void setRedirect(const QString &location) { m_redirect = location; }
    /// Called after each request that was carried out, before its answer is written: for a crash just there.
    void onRequest(std::function<void(const QByteArray &route)> listener)
    {
        m_listener = std::move(listener);
    }

protected:
    struct Answer
    {
        int status = 200;
        QByteArray body{};
        QByteArray headers{};
    };
    /// `id` is the part of the path that {id} of the route stands for.
    using Handler = std::function<Answer(const Request &request, const QString &id)>;

    explicit RestPeer(QObject *parent);

    void addRoute(const QByteArray &route, Handler handler);
    static Answer json(int status, const QJsonObject &body);
    /// How the API tells an error.
    [[nodiscard]] virtual Answer error(int status, const QString &message) const = 0;
    /// Nullopt: the request is whose it should be.
    [[nodiscard]] virtual std::optional<Answer> unauthorized(const Request &request) const = 0;

private:
    struct Plan
    {
        Fault fault = Fault::None;
        int times = 0;
    };
    struct Route
    {
        QByteArray text;
        QByteArray method;
        QStringList path;
        Handler handler;
    };

    void read(QTcpSocket *socket);
    void serve(QTcpSocket *socket, const Request &request);
    const Route &known(const QByteArray &route) const;
    const Route *routeOf(const Request &request, QString &id) const;
    Fault takeFault(const QByteArray &route);
    Answer carriedOut(const Route &route, const Request &request, const QString &id) const;
    static void write(QTcpSocket *socket, const Answer &answer);

    QTcpServer m_server;
    std::vector<Route> m_routes;
    QList<Request> m_requests;
    std::map<QByteArray, int> m_counts;
    std::map<QByteArray, Plan> m_faults;
    std::map<QByteArray, Answer> m_answers;
    std::function<void(const QByteArray &)> m_listener;
    QString m_refusal = QStringLiteral("You can't have that.");
    QByteArray m_rateLimitHeaders = "retry-after: 7\r\n";
    QString m_redirect;
};

} // namespace tower::test
