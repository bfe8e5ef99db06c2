// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctl/AdminClient.h"

#include "app/ctl/Command.h"

#include <QEventLoop>
#include <QJsonDocument>
#include <QNetworkProxy>
#include <QNetworkReply>

namespace tower {

namespace {

// Verifying the whole record of a large tower takes its time.
constexpr int patienceMs = 300'000;

} // namespace

AdminClient::AdminClient(const Command &command)
    : m_base(command.url())
    , m_token(AdminToken::find(command))
    , m_tls(QSslConfiguration::defaultConfiguration())
{
    m_network.setProxy(QNetworkProxy::NoProxy);
    m_network.setTransferTimeout(patienceMs);
    if (command.has("--ca-file") && !m_tls.addCaCertificates(command.value("--ca-file")))
        throw UsageError("--ca-file holds no PEM certificate");
}

QJsonObject AdminClient::get(const QString &path, const QUrlQuery &query)
{
    return send("GET", path, query, {});
}

QJsonObject AdminClient::post(const QString &path, const QJsonObject &body)
{
    return send("POST", path, {}, QJsonDocument(body).toJson(QJsonDocument::Compact));
}

void AdminClient::eachPage(const QString &path, QUrlQuery query,
                           const std::function<void(const QJsonObject &)> &visit)
{
    for (;;) {
        const QJsonObject page = get(path, query);
        if (!page["items"].isArray())
            throw Refused("the answer is not a list; is that a Timmy Tower?");
        visit(page);
        const QString cursor = page["nextCursor"].toString();
        if (cursor.isEmpty())
            return;
        query.removeQueryItem("cursor");
        query.addQueryItem("cursor", QString::fromLatin1(QUrl::toPercentEncoding(cursor)));
    }
}

QJsonObject AdminClient::send(const QByteArray &method, const QString &path, const QUrlQuery &query,
                              const QByteArray &body)
{
    QUrl url = m_base;
    QString prefix = m_base.path(QUrl::FullyEncoded);
    while (prefix.endsWith('/'))
        prefix.chop(1);
    url.setPath(prefix + path, QUrl::StrictMode);
    url.setQuery(query);

    QNetworkRequest request(url);
    request.setSslConfiguration(m_tls);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    if (!m_token.value.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_token.value.view().toByteArray());
    if (method == "POST")
        request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json");

    const std::unique_ptr<QNetworkReply> reply(m_network.sendCustomRequest(request, method, body));
    QEventLoop loop;
    QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
    if (!reply->isFinished())
        loop.exec();

    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QString address = m_base.toString();
    if (status == 0 && reply->error() == QNetworkReply::ConnectionRefusedError)
        throw Refused(
            QString("nothing answers at %1: start tower-console or towerd, or give its address with --url")
                .arg(address));
    if (status == 0)
        throw Refused(QString("no answer from %1: %2").arg(address, reply->errorString()));
    const QJsonDocument document = QJsonDocument::fromJson(reply->readAll());
    if (status < 200 || status > 299)
        throw Refused(describe(status, document.object()));
    if (!document.isObject())
        throw Refused(QString("%1 answers something else than a Timmy Tower does").arg(address));
    return document.object();
}

QString AdminClient::describe(int status, const QJsonObject &answer) const
{
    if (status == 401) {
        return m_token.value.isEmpty()
                   ? "the tower asks for its admin token, and none was found; looked at " +
                         m_token.lookedAt.join(", ")
                   : "the tower refused the admin token from " + m_token.from;
    }
    const QString said = answer["error"].toString();
    if (said.isEmpty())
        return QString("the tower answered with status %1").arg(status);
    return QString("%1 (%2)").arg(said, answer["code"].toString(QString::number(status)));
}

} // namespace tower
