// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pool/PriceClient.h"

#include <QMetaEnum>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>

#include <chrono>
#include <memory>
#include <utility>

namespace tower {

namespace {

QString problemOf(const QNetworkReply &reply)
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status != 0 && status != 200)
        return QStringLiteral("status %1").arg(status);
    if (reply.error() != QNetworkReply::NoError)
        return QString::fromLatin1(
            QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply.error()));
    return {};
}

} // namespace

PriceClient::~PriceClient()
{
    abort();
}

Later<PriceClient::Got> PriceClient::get(const QUrl &url, Millis patience)
{
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setRawHeader("Accept", "application/json");
    request.setRawHeader("Accept-Encoding", "identity"); // so that the limit holds for what is read
    QNetworkReply *reply = m_network.get(request);       // its child, and gone with it
    reply->setReadBufferSize(maximumBody + 1);

    Later<Got> later;
    std::erase_if(m_open, [](const Later<Got> &open) { return open.isGiven(); });
    m_open.push_back(later);
    const auto got = std::make_shared<Got>();
    connect(reply, &QNetworkReply::readyRead, reply, [reply, got] {
        got->body += reply->read(maximumBody + 1 - got->body.size());
        if (got->body.size() > maximumBody) {
            got->problem = QStringLiteral("the answer is too long");
            reply->abort();
        }
    });
    auto *deadline = new QTimer(reply);
    deadline->setSingleShot(true);
    connect(deadline, &QTimer::timeout, reply, [reply, got] {
        got->problem = QStringLiteral("no answer in time");
        reply->abort();
    });
    deadline->start(std::chrono::milliseconds(patience.value()));
    connect(reply, &QNetworkReply::finished, this, [reply, got, later] {
        reply->deleteLater();
        if (got->problem.isEmpty())
            got->problem = problemOf(*reply);
        later.give(std::move(*got));
    });
    return later;
}

void PriceClient::abort()
{
    for (QNetworkReply *reply : m_network.findChildren<QNetworkReply *>()) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
    const std::vector<Later<Got>> open = std::exchange(m_open, {});
    for (const Later<Got> &later : open)
        later.give(Got{{}, QStringLiteral("given up")});
}

} // namespace tower
