// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/MintKeys.h"

#include "core/lightning/PublicAddress.h"

#include <QHostInfo>
#include <QJsonArray>
#include <QJsonDocument>
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

const char *const mintField = "payment_proof.mint_url";

ServiceError badMint(const QString &sentence)
{
    return badRequest(mintField, sentence, "bad_mint_url");
}

ServiceError mintFailed(const QString &sentence)
{
    return badRequest(mintField, sentence, "mint_unavailable");
}

ServiceError stopping()
{
    return unavailable(QStringLiteral("The program is stopping."), "stopping");
}

Later<MintKeys::Addresses> resolveBySystem(const QString &host)
{
    Later<MintKeys::Addresses> later;
    QHostInfo::lookupHost(host, [later](const QHostInfo &info) { later.give(info.addresses()); });
    return later;
}

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

QString nameOfKey(const QString &keysetId, const QString &amount)
{
    return keysetId + u'/' + amount;
}

/// {"keysets": [{"id", "keys": {"1": "02...", "2": ...}}]}; what is no key is passed over.
QHash<QString, CurvePoint> readKeys(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    if (!document.object().value(u"keysets").isArray())
        throw mintFailed(QStringLiteral("The mint's answer holds no keysets."));
    QHash<QString, CurvePoint> out;
    for (const QJsonValue keyset : document.object().value(u"keysets").toArray()) {
        const QString id = keyset[u"id"].toString();
        const QJsonObject keys = keyset[u"keys"].toObject();
        for (auto key = keys.begin(); key != keys.end(); ++key) {
            if (const auto point = curvePointFromHex(key.value().toString().toLatin1()))
                out.insert(nameOfKey(id, key.key()), *point);
        }
    }
    return out;
}

} // namespace

MintKeys::MintKeys(const Settings &settings, const Clock &clock, QObject *parent)
    : MintKeys(settings, clock, {resolveBySystem, isPublicAddress}, parent)
{
}

MintKeys::MintKeys(const Settings &settings, const Clock &clock, Network network, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_clock(clock)
    , m_network(std::move(network))
{
    m_http.setProxy(QNetworkProxy::NoProxy); // it would look the host up once more
}

MintKeys::~MintKeys()
{
    abort();
}

void MintKeys::abort()
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

QCoro::Task<std::optional<CurvePoint>> MintKeys::key(QString mintUrl, QString keysetId, std::uint64_t amount)
{
    const QPointer<MintKeys> self(this);
    const QUrl url = keysUrl(mintUrl);
    const QString mint = url.toString(QUrl::FullyEncoded);
    const QString name = nameOfKey(keysetId, QString::number(amount));
    auto known = m_mints.constFind(mint);
    const bool isFresh = known != m_mints.constEnd() && m_clock.now() - known->askedAt < askAgainAfter;
    if (!isFresh && (known == m_mints.constEnd() || !known->keys.contains(name))) {
        QCoro::Task<QByteArray> getting = get(url);
        const QByteArray body = co_await getting;
        if (!self || m_stopped)
            throw stopping();
        keep(mint, readKeys(body));
        known = m_mints.constFind(mint);
    }
    const auto found = known->keys.constFind(name);
    co_return found == known->keys.constEnd() ? std::nullopt : std::optional<CurvePoint>(*found);
}

void MintKeys::keep(const QString &mintUrl, Keys keys)
{
    if (m_mints.size() >= static_cast<qsizetype>(maximumMints) && !m_mints.contains(mintUrl)) {
        const auto oldest =
            std::min_element(m_mints.begin(), m_mints.end(),
                             [](const Mint &a, const Mint &b) { return a.askedAt < b.askedAt; });
        m_mints.erase(oldest);
    }
    Mint &mint = m_mints[mintUrl];
    mint.askedAt = m_clock.now();
    // A mint leaves keysets out that it no longer signs with; what they have signed stays signed.
    mint.keys.insert(keys);
}

QUrl MintKeys::keysUrl(const QString &mintUrl) const
{
    QUrl url(mintUrl, QUrl::StrictMode);
    const bool allowsPrivate = m_settings.flag(Setting::LnurlAllowPrivate);
    const bool isHttp = url.scheme() == QLatin1String("http");
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != QLatin1String("https") && !isHttp))
        throw badMint(QStringLiteral("mint_url is neither a web address nor lightning:."));
    if (isHttp && !allowsPrivate)
        throw badMint(QStringLiteral("mint_url is not on https."));
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        throw badMint(QStringLiteral("mint_url holds more than a host and a path."));
    QString path = url.path(QUrl::FullyEncoded);
    while (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path + QStringLiteral("/v1/keys"), QUrl::TolerantMode);
    return url;
}

QHostAddress MintKeys::chosen(const Addresses &addresses) const
{
    if (addresses.isEmpty())
        throw mintFailed(QStringLiteral("The mint's host is not known."));
    const auto isBad = [this](const QHostAddress &address) { return !m_network.isPublic(address); };
    if (!m_settings.flag(Setting::LnurlAllowPrivate) &&
        std::any_of(addresses.begin(), addresses.end(), isBad))
        throw badMint(QStringLiteral("The mint's host has an address that is not public."));
    // Not every machine has IPv6.
    const auto ipv4 = std::find_if(addresses.begin(), addresses.end(), [](const QHostAddress &address) {
        return address.protocol() == QAbstractSocket::IPv4Protocol;
    });
    return ipv4 == addresses.end() ? addresses.first() : *ipv4;
}

QCoro::Task<QByteArray> MintKeys::get(QUrl url)
{
    const QPointer<MintKeys> self(this);
    if (m_stopped)
        throw stopping();
    const QDeadlineTimer deadline(std::chrono::milliseconds(m_patience.value()));
    Later<Addresses> looking = lookUp(url.host(QUrl::FullyEncoded), deadline);
    const Addresses addresses = co_await looking;
    if (!self || m_stopped)
        throw stopping();
    Later<Got> asking = send(url, chosen(addresses), deadline);
    const Got got = co_await asking;
    if (!self || m_stopped)
        throw stopping();
    if (!got.problem.isEmpty())
        throw mintFailed(got.problem);
    if (got.status != 200)
        throw mintFailed(QStringLiteral("The mint answered with status %1.").arg(got.status));
    co_return got.body;
}

Later<MintKeys::Addresses> MintKeys::lookUp(const QString &host, const QDeadlineTimer &deadline)
{
    Later<Addresses> later = m_network.resolve(host);
    std::erase_if(m_lookups, [](const Later<Addresses> &lookup) { return lookup.isGiven(); });
    m_lookups.push_back(later);
    QTimer::singleShot(rest(deadline), this, [later] { later.give({}); });
    return later;
}

Later<MintKeys::Got> MintKeys::send(const QUrl &url, const QHostAddress &address,
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
            got->problem = QStringLiteral("The mint gave an answer that is too long.");
            reply->abort();
        }
    });
    auto *timer = new QTimer(reply);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, reply, [reply, got] {
        got->problem = QStringLiteral("The mint did not answer in time.");
        reply->abort();
    });
    timer->start(rest(deadline));
    connect(reply, &QNetworkReply::finished, this, [reply, got, later] {
        reply->deleteLater();
        got->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        const bool isCut = reply->error() == QNetworkReply::RemoteHostClosedError;
        // Only the error's name: its text may hold what the other side chose.
        if (got->problem.isEmpty() && (got->status == 0 || isCut))
            got->problem =
                QStringLiteral("The mint can't be reached (%1).")
                    .arg(QLatin1String(
                        QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error())));
        later.give(std::move(*got));
    });
    return later;
}

} // namespace tower
