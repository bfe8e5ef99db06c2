// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/PublicHttp.h"

#include "core/lightning/PublicAddress.h"

#include <QHostInfo>
#include <QMetaEnum>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace tower {

namespace {

Later<PublicHttp::Addresses> resolveBySystem(const QString &host)
{
    Later<PublicHttp::Addresses> later;
    QHostInfo::lookupHost(host, [later](const QHostInfo &info) { later.give(info.addresses()); });
    return later;
}

/// As HTTP has it: the name that was asked for, not the address that it was found at.
QByteArray hostHeader(const QUrl &url)
{
    QByteArray host = url.host(QUrl::FullyEncoded).toLatin1();
    if (host.contains(':'))
        host = '[' + host + ']';
    if (url.port() >= 0)
        host += ':' + QByteArray::number(url.port());
    return host;
}

std::chrono::milliseconds rest(const QDeadlineTimer &deadline)
{
    return std::max(std::chrono::milliseconds(1), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      deadline.remainingTimeAsDuration()));
}

/// Not every machine has IPv6.
QHostAddress preferred(const PublicHttp::Addresses &addresses)
{
    const auto ipv4 = std::find_if(addresses.begin(), addresses.end(), [](const QHostAddress &address) {
        return address.protocol() == QAbstractSocket::IPv4Protocol;
    });
    return ipv4 == addresses.end() ? addresses.first() : *ipv4;
}

PublicHttp::Answer failed(PublicHttp::Fault fault, const QString &problem)
{
    PublicHttp::Answer answer;
    answer.fault = fault;
    answer.problem = problem;
    return answer;
}

} // namespace

PublicHttp::Network PublicHttp::system()
{
    return {resolveBySystem, isPublicAddress};
}

PublicHttp::PublicHttp(const Settings &settings, Network network, QString whom, qsizetype maximumBody,
                       QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_network(std::move(network))
    , m_whom(std::move(whom))
    , m_maximumBody(maximumBody)
{
    m_http.setProxy(QNetworkProxy::NoProxy); // it would look the host up once more
}

PublicHttp::~PublicHttp()
{
    abort();
}

void PublicHttp::abort()
{
    m_stopped = true;
    for (QNetworkReply *reply : m_http.findChildren<QNetworkReply *>()) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
    const std::vector<Later<Addresses>> lookups = std::exchange(m_lookups, {});
    for (const Later<Addresses> &lookup : lookups)
        lookup.give({});
    const std::vector<Later<Answer>> calls = std::exchange(m_calls, {});
    for (const Later<Answer> &call : calls)
        call.give({});
}

QCoro::Task<PublicHttp::Answer> PublicHttp::get(QUrl url, QDeadlineTimer deadline)
{
    const QPointer<PublicHttp> self(this);
    if (m_stopped)
        co_return Answer();
    if (const QString problem = urlProblem(url); !problem.isEmpty())
        co_return failed(Fault::Address, problem);
    const QString host = url.host(QUrl::FullyEncoded);
    Later<Addresses> looking = lookUp(host, deadline);
    const Addresses addresses = co_await looking;
    if (!self || m_stopped)
        co_return Answer();
    if (deadline.hasExpired())
        co_return failed(Fault::Network, QStringLiteral("%1 did not answer in time.").arg(m_whom));
    if (addresses.isEmpty())
        co_return failed(Fault::Network, QStringLiteral("The host %1 is not known.").arg(host));
    if (!isAllowed(addresses))
        co_return failed(Fault::Address,
                         QStringLiteral("The host %1 has an address that is not public.").arg(host));
    Later<Answer> asking = send(url, preferred(addresses), deadline);
    Answer answer = co_await asking;
    co_return answer;
}

QString PublicHttp::urlProblem(const QUrl &url) const
{
    const bool isHttp = url.scheme() == QLatin1String("http");
    if (!url.isValid() || url.host().isEmpty() || (!isHttp && url.scheme() != QLatin1String("https")))
        return QStringLiteral("%1 is said to be at something that is no web address.").arg(m_whom);
    if (isHttp && !allowsPrivate())
        return QStringLiteral("%1 is not on https.").arg(m_whom);
    if (!url.userInfo().isEmpty())
        return QStringLiteral("%1 is said to be at a web address with a user name.").arg(m_whom);
    return {};
}

bool PublicHttp::isAllowed(const Addresses &addresses) const
{
    return allowsPrivate() || std::all_of(addresses.begin(), addresses.end(), m_network.isPublic);
}

Later<PublicHttp::Addresses> PublicHttp::lookUp(const QString &host, const QDeadlineTimer &deadline)
{
    Later<Addresses> later = m_network.resolve(host);
    std::erase_if(m_lookups, [](const Later<Addresses> &lookup) { return lookup.isGiven(); });
    m_lookups.push_back(later);
    QTimer::singleShot(rest(deadline), this, [later] { later.give({}); });
    return later;
}

Later<PublicHttp::Answer> PublicHttp::send(const QUrl &url, const QHostAddress &address,
                                           const QDeadlineTimer &deadline)
{
    QUrl pinned = url;
    pinned.setHost(address.toString());
    QNetworkRequest request(pinned);
    request.setRawHeader("Host", hostHeader(url));
    request.setPeerVerifyName(url.host(QUrl::FullyEncoded)); // and for SNI
    request.setRawHeader("Accept", "application/json");
    request.setRawHeader("Accept-Encoding", "identity"); // so that the limit holds for what is read
    request.setRawHeader("Connection", "close");
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false); // it would name the address as host
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    QNetworkReply *reply = m_http.get(request);
    reply->setReadBufferSize(m_maximumBody + 1);

    Later<Answer> later;
    std::erase_if(m_calls, [](const Later<Answer> &call) { return call.isGiven(); });
    m_calls.push_back(later);
    const auto answer = std::make_shared<Answer>();
    answer->fault = Fault::None;
    const auto end = [reply, answer](const QString &problem) {
        answer->fault = Fault::Network;
        answer->problem = problem;
        reply->abort();
    };
    connect(reply, &QNetworkReply::readyRead, reply,
            [reply, answer, end, whom = m_whom, limit = m_maximumBody] {
                answer->body += reply->read(limit + 1 - answer->body.size());
                if (answer->body.size() > limit)
                    end(QStringLiteral("%1 gave an answer that is too long.").arg(whom));
            });
    auto *timer = new QTimer(reply);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, reply,
            [end, whom = m_whom] { end(QStringLiteral("%1 did not answer in time.").arg(whom)); });
    timer->start(rest(deadline));
    connect(reply, &QNetworkReply::finished, this, [reply, answer, later, whom = m_whom] {
        reply->deleteLater();
        answer->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        answer->location = reply->rawHeader("Location");
        const bool isCut = reply->error() == QNetworkReply::RemoteHostClosedError;
        if (answer->fault == Fault::None && (answer->status == 0 || isCut)) {
            // Only the error's name: its text may hold what the other side chose.
            const char *name = QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error());
            *answer = failed(Fault::Network,
                             QStringLiteral("%1 can't be reached (%2).").arg(whom, QLatin1String(name)));
        }
        later.give(std::move(*answer));
    });
    return later;
}

} // namespace tower
