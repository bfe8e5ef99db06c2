// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnurlPay.h"

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

constexpr auto inTime = "The recipient's service did not answer in time.";

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "lnurl_stopped");
}

Later<LnurlPay::Addresses> resolveBySystem(const QString &host)
{
    Later<LnurlPay::Addresses> later;
    QHostInfo::lookupHost(host, [later](const QHostInfo &info) { later.give(info.addresses()); });
    return later;
}

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
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

} // namespace

LnurlPay::LnurlPay(const Settings &settings, QObject *parent)
    : LnurlPay(settings, {resolveBySystem, isPublicAddress}, parent)
{
}

LnurlPay::LnurlPay(const Settings &settings, Network network, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_network(std::move(network))
{
    m_http.setProxy(QNetworkProxy::NoProxy); // it would look the host up once more
}

LnurlPay::~LnurlPay()
{
    abort();
}

void LnurlPay::abort()
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
    const std::vector<Later<Got>> calls = std::exchange(m_calls, {});
    for (const Later<Got> &call : calls)
        call.give({});
}

bool LnurlPay::allowsPrivate() const
{
    return m_settings.flag(Setting::LnurlAllowPrivate);
}

QCoro::Task<LnurlOffer> LnurlPay::offer(QUrl url)
{
    QCoro::Task<QByteArray> getting = get(url);
    const QByteArray body = co_await getting;
    co_return readLnurlOffer(body);
}

QCoro::Task<QString> LnurlPay::invoice(QUrl order)
{
    QCoro::Task<QByteArray> getting = get(order);
    const QByteArray body = co_await getting;
    co_return readLnurlInvoice(body);
}

QCoro::Task<QByteArray> LnurlPay::get(QUrl url)
{
    const QPointer<LnurlPay> self(this);
    if (m_stopped)
        throw stopping();
    const QDeadlineTimer deadline(std::chrono::milliseconds(m_patience.value()));
    for (int hop = 0; hop <= maximumRedirects; ++hop) {
        checkUrl(url);
        Later<Addresses> looking = lookUp(url.host(QUrl::FullyEncoded), deadline);
        const Addresses addresses = co_await looking;
        if (!self || m_stopped)
            throw stopping();
        if (deadline.hasExpired())
            throw lnurlFailed(QLatin1String(inTime));
        Later<Got> asking = send(url, chosen(url.host(), addresses), deadline);
        const Got got = co_await asking;
        if (!self || m_stopped)
            throw stopping();
        if (!got.problem.isEmpty())
            throw lnurlFailed(got.problem);
        if (isRedirect(got.status)) {
            url = url.resolved(QUrl::fromEncoded(got.location, QUrl::StrictMode));
            continue;
        }
        if (got.status == 200)
            co_return got.body;
        // Some services give their reason with a status of its own.
        if (const std::optional<QString> reason = readLnurlError(got.body))
            throw lnurlFailed(QStringLiteral("The recipient's service refuses: %1").arg(*reason));
        throw lnurlFailed(QStringLiteral("The recipient's service answered with status %1.").arg(got.status));
    }
    throw lnurlFailed(QStringLiteral("The recipient's service redirects too often."));
}

void LnurlPay::checkUrl(const QUrl &url) const
{
    const bool isHttps = url.scheme() == QLatin1String("https");
    const bool isHttp = url.scheme() == QLatin1String("http");
    if (!url.isValid() || url.host().isEmpty() || (!isHttps && !isHttp))
        throw lnurlFailed(
            QStringLiteral("The recipient's service points to something that is no web address."));
    if (isHttp && !allowsPrivate())
        throw lnurlFailed(QStringLiteral("The recipient's service is not on https."));
    if (!url.userInfo().isEmpty())
        throw lnurlFailed(QStringLiteral("A web address of the recipient's service holds a user name."));
}

QHostAddress LnurlPay::chosen(const QString &host, const Addresses &addresses) const
{
    if (addresses.isEmpty())
        throw lnurlFailed(QStringLiteral("The host %1 is not known.").arg(host));
    const auto isBad = [this](const QHostAddress &address) { return !m_network.isPublic(address); };
    if (!allowsPrivate() && std::any_of(addresses.begin(), addresses.end(), isBad))
        throw lnurlFailed(QStringLiteral("The host %1 has an address that is not public.").arg(host));
    // Not every machine has IPv6.
    const auto ipv4 = std::find_if(addresses.begin(), addresses.end(), [](const QHostAddress &address) {
        return address.protocol() == QAbstractSocket::IPv4Protocol;
    });
    return ipv4 == addresses.end() ? addresses.first() : *ipv4;
}

Later<LnurlPay::Addresses> LnurlPay::lookUp(const QString &host, const QDeadlineTimer &deadline)
{
    Later<Addresses> later = m_network.resolve(host);
    std::erase_if(m_lookups, [](const Later<Addresses> &lookup) { return lookup.isGiven(); });
    m_lookups.push_back(later);
    QTimer::singleShot(rest(deadline), this, [later] { later.give({}); });
    return later;
}

Later<LnurlPay::Got> LnurlPay::send(const QUrl &url, const QHostAddress &address,
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
    reply->setReadBufferSize(maximumBody + 1);

    Later<Got> later;
    std::erase_if(m_calls, [](const Later<Got> &call) { return call.isGiven(); });
    m_calls.push_back(later);
    const auto got = std::make_shared<Got>();
    connect(reply, &QNetworkReply::readyRead, reply, [reply, got] {
        got->body += reply->read(maximumBody + 1 - got->body.size());
        if (got->body.size() > maximumBody) {
            got->problem = QStringLiteral("The recipient's service gave an answer that is too long.");
            reply->abort();
        }
    });
    auto *timer = new QTimer(reply);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, reply, [reply, got] {
        got->problem = QLatin1String(inTime);
        reply->abort();
    });
    timer->start(rest(deadline));
    connect(reply, &QNetworkReply::finished, this, [reply, got, later] {
        reply->deleteLater();
        got->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        got->location = reply->rawHeader("Location");
        const bool isCut = reply->error() == QNetworkReply::RemoteHostClosedError;
        // Only the error's name: its text may hold what the other side chose.
        if (got->problem.isEmpty() && (got->status == 0 || isCut))
            got->problem =
                QStringLiteral("The recipient's service can't be reached (%1).")
                    .arg(QLatin1String(
                        QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error())));
        later.give(std::move(*got));
    });
    return later;
}

} // namespace tower
