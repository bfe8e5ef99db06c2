// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/LnbitsClient.h"

#include "core/lightning/SentOnce.h"

#include <QMetaEnum>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <memory>
#include <utility>

namespace tower {

namespace {

constexpr qsizetype maximumBody = 1024 * 1024;
constexpr int paymentFailed = 520;

} // namespace

LnbitsClient::LnbitsClient(const Settings &settings, const Secrets &secrets, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_secrets(secrets)
{
}

LnbitsClient::~LnbitsClient()
{
    abort();
}

void LnbitsClient::abort()
{
    m_stopped = true;
    for (const QNetworkAccessManager *network : {&m_questions, &m_orders}) {
        for (QNetworkReply *reply : network->findChildren<QNetworkReply *>()) {
            reply->disconnect(this);
            reply->abort();
            reply->deleteLater();
        }
    }
    const std::vector<Later<LnbitsReply>> calls = std::exchange(m_calls, {});
    for (const Later<LnbitsReply> &call : calls) {
        LnbitsReply none;
        none.stopped = true;
        call.give(none);
    }
}

QNetworkRequest LnbitsClient::request(const QString &path) const
{
    QNetworkRequest request(QUrl(m_settings.text(Setting::LnbitsUrl) + QStringLiteral("/api/v1") + path));
    request.setRawHeader("X-Api-Key", m_secrets.value(Secret::LnbitsApiKey).view().toByteArray());
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    return request;
}

Later<LnbitsReply> LnbitsClient::get(const QString &path, Millis patience)
{
    return m_stopped ? stopped() : follow(m_questions.get(request(path)), patience);
}

Later<LnbitsReply> LnbitsClient::post(const QString &path, const QByteArray &json, Millis patience)
{
    if (m_stopped)
        return stopped();
    QNetworkRequest asked = request(path);
    asked.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    // A connection kept open may have been closed there when the order goes out, and it is not sent again.
    asked.setRawHeader("Connection", "close");
    m_orders.clearConnectionCache(); // nor is one that is about to be closed used
    asked.setHeader(QNetworkRequest::ContentLengthHeader, json.size());
    asked.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    auto *body = new SentOnce(json);
    QNetworkReply *reply = m_orders.post(asked, body);
    body->setParent(reply);
    return follow(reply, patience);
}

Later<LnbitsReply> LnbitsClient::stopped() const
{
    LnbitsReply none;
    none.stopped = true;
    Later<LnbitsReply> later;
    later.give(none);
    return later;
}

Later<LnbitsReply> LnbitsClient::follow(QNetworkReply *reply, Millis patience)
{
    Later<LnbitsReply> later;
    std::erase_if(m_calls, [](const Later<LnbitsReply> &call) { return call.isGiven(); });
    m_calls.push_back(later);
    const auto received = std::make_shared<LnbitsReply>();
    connect(reply, &QNetworkReply::readyRead, reply, [reply, received] {
        received->body += reply->read(maximumBody + 1 - received->body.size());
        if (received->body.size() > maximumBody) {
            received->problem = QStringLiteral("the answer is too long");
            reply->abort();
        }
    });
    auto *deadline = new QTimer(reply);
    deadline->setSingleShot(true);
    connect(deadline, &QTimer::timeout, reply, [reply, received] {
        received->problem = QStringLiteral("no answer in time");
        reply->abort();
    });
    deadline->start(std::chrono::milliseconds(std::max<std::int64_t>(1, patience.value())));
    connect(reply, &QNetworkReply::finished, this, [this, reply, received, later] {
        reply->deleteLater();
        const bool isWhole =
            received->problem.isEmpty() && reply->error() != QNetworkReply::RemoteHostClosedError;
        if (isWhole)
            received->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        // Only the error's name: its text may hold what the other side chose.
        if (received->problem.isEmpty() && reply->error() != QNetworkReply::NoError)
            received->problem = QString::fromLatin1(
                QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error()));
        // LNbits says 520 of a payment that failed: it is there all the same.
        m_health = received->status == paymentFailed ? Health::Up : healthOf(received->status);
        later.give(std::move(*received));
    });
    return later;
}

} // namespace tower
