// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/RestClient.h"

#include "core/base/Log.h"
#include "core/lightning/SentOnce.h"
#include "core/nodes/Cloud.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QMetaEnum>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QPointer>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace tower {

namespace {

constexpr int maximumTries = 3;
constexpr qsizetype maximumBody = 1024 * 1024;
constexpr qsizetype maximumMessage = 200;
constexpr Millis shortestPause = seconds(1);
constexpr Millis longestPause = seconds(3'600); ///< that is believed
constexpr Millis longestWait = seconds(60);     ///< here; what takes longer is the caller's to put off

/// The date of HTTP (RFC 9110, 5.6.7) in its one form that is written today.
std::optional<qint64> epochSecondsOf(const QByteArray &httpDate)
{
    QString text = QString::fromLatin1(httpDate.trimmed());
    if (!text.endsWith(QLatin1String(" GMT")))
        return std::nullopt;
    text.replace(text.size() - 3, 3, QStringLiteral("+0000")); // as RFC 2822 has it
    const QDateTime at = QDateTime::fromString(text, Qt::RFC2822Date);
    return at.isValid() ? std::optional(at.toSecsSinceEpoch()) : std::nullopt;
}

/// retry-after: seconds, or a date; ratelimit-reset: a time since the epoch. Times are told by the provider's
/// own clock, when it shows that.
std::optional<Millis> pauseOf(const QNetworkReply &reply)
{
    const qint64 now = epochSecondsOf(reply.rawHeader("Date")).value_or(QDateTime::currentSecsSinceEpoch());
    const auto bounded = [](qint64 wait) {
        return seconds(
            std::clamp<std::int64_t>(wait, shortestPause.value() / 1'000, longestPause.value() / 1'000));
    };
    const QByteArray retryAfter = reply.rawHeader("retry-after");
    bool isNumber = false;
    const qint64 wait = retryAfter.trimmed().toLongLong(&isNumber);
    if (isNumber)
        return bounded(wait);
    if (const std::optional<qint64> at = epochSecondsOf(retryAfter))
        return bounded(*at - now);
    const qint64 reset = reply.rawHeader("ratelimit-reset").trimmed().toLongLong(&isNumber);
    if (isNumber && reset >= 0)
        return bounded(reset - now);
    return std::nullopt;
}

/// What others wrote, on one line and without what can't be seen; the token, should they repeat it, is
/// hidden.
QString shown(const QString &text, const SecretBytes &token)
{
    QString out;
    for (const QChar c : text) {
        if (c.isPrint() || c.isSpace())
            out += c;
    }
    if (!token.isEmpty())
        out.replace(QString::fromUtf8(token.view().toByteArray()), QStringLiteral("***"));
    return out.simplified().left(maximumMessage);
}

std::optional<QJsonObject> objectOf(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

bool isSuccess(int status)
{
    return status >= 200 && status < 300;
}

/// A question may be asked again when its answer was none.
bool isWorthAsking(const RestCall &call, int status, const QByteArray &body)
{
    if (call.method != "GET")
        return false;
    return status == 0 || status >= 500 || (isSuccess(status) && !objectOf(body));
}

} // namespace

RestClient::RestClient(const Settings &settings, RestService service, Wait wait)
    : m_settings(settings)
    , m_service(std::move(service))
    , m_wait(std::move(wait))
{
    if (!m_wait)
        m_wait = [this](Millis duration) { return m_pauses.begin(duration); };
}

RestClient::~RestClient()
{
    abort();
}

void RestClient::abort()
{
    m_stopped = true;
    for (const QNetworkAccessManager *network : {&m_questions, &m_orders}) {
        for (QNetworkReply *reply : network->findChildren<QNetworkReply *>()) {
            reply->disconnect(this);
            reply->abort();
            reply->deleteLater();
        }
    }
    const std::vector<Later<Reply>> open = std::exchange(m_open, {});
    for (const Later<Reply> &later : open)
        later.give(Reply());
    m_pauses.abort();
}

QCoro::Task<RestAnswer> RestClient::ask(RestCall call, SecretBytes token)
{
    // What waits may outlive this client.
    const QPointer<RestClient> self(this);
    const ServiceError stopped = unavailable(QStringLiteral("Calls of %1 are stopping.").arg(m_service.name),
                                             m_service.code + "_stopped");
    for (int tried = 1;; ++tried) {
        if (!self || m_stopped)
            throw stopped;
        Later<Reply> sent = send(call, token);
        const Reply reply = co_await sent;
        if (!self || m_stopped)
            throw stopped;
        const Millis pause = reply.pause.value_or(Millis(1'000LL << (tried - 1)));
        // An order is never repeated from here: whoever gave it may not want it any more after a wait.
        const bool mayRepeat = reply.status == 429 ? call.method != "POST" && pause <= longestWait
                                                   : isWorthAsking(call, reply.status, reply.body);
        if (!mayRepeat || tried == maximumTries) {
            RestAnswer answer = read(call, reply, token);
            co_return answer;
        }
        log::info(m_service.code.constData(), QStringLiteral("trying again"),
                  {{"status", QString::number(reply.status)}, {"wait_ms", QString::number(pause.value())}});
        Later<bool> waited = m_wait(pause);
        co_await waited;
    }
}

RestAnswer RestClient::read(const RestCall &call, const Reply &reply, const SecretBytes &token) const
{
    const std::optional<QJsonObject> body = objectOf(reply.body);
    RestAnswer answer{reply.status, body.value_or(QJsonObject()), {}};
    if (isSuccess(answer.status)) {
        if (!body && call.method != "DELETE")
            throw unreadable();
        return answer;
    }
    answer.message = shown(answer.body.value(u"message").toString(), token);
    if (call.expected.contains(answer.status))
        return answer;
    log::warning(m_service.code.constData(), QStringLiteral("call failed"),
                 {{"method", QString::fromLatin1(call.method)},
                  {"path", call.path.section(u'?', 0, 0)},
                  {"status", QString::number(reply.status)},
                  {"problem", reply.problem}});
    if (reply.status == 429)
        throw CloudBusy(m_service.code + "_rate_limited",
                        QStringLiteral("%1 takes no more calls for now.").arg(m_service.name),
                        reply.pause.value_or(shortestPause));
    if (reply.status >= 400 && reply.status < 500)
        throw refusal(answer);
    if (reply.timedOut)
        throw noAnswer(QStringLiteral(" did not answer in time."));
    if (reply.status == 0)
        throw noAnswer(QStringLiteral(" can't be reached."));
    throw noAnswer(QStringLiteral(" answered with status %1.").arg(reply.status));
}

ServiceError RestClient::refusal(const RestAnswer &answer) const
{
    QString text;
    if (answer.status == 401 || answer.status == 403)
        text = QStringLiteral("%1 does not accept the token (%2)").arg(m_service.name, m_service.tokenIs);
    else
        text = QStringLiteral("%1 refused with status %2").arg(m_service.name).arg(answer.status);
    text += answer.message.isEmpty() ? QStringLiteral(".") : QStringLiteral(": ") + answer.message;
    return {ErrorKind::Upstream, m_service.code + "_refused", text};
}

ServiceError RestClient::unreadable() const
{
    return noAnswer(QStringLiteral("'s answer can't be read."));
}

ServiceError RestClient::noAnswer(const QString &what) const
{
    return unavailable(m_service.name + what, m_service.code + "_unavailable");
}

Later<RestClient::Reply> RestClient::send(const RestCall &call, const SecretBytes &token)
{
    QNetworkRequest request(QUrl(m_settings.text(m_service.url) + call.path, QUrl::StrictMode));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    // One request and one answer for each: no stream of HTTP/2 that is opened anew behind our back.
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setRawHeader("Accept", "application/json");
    request.setRawHeader("Accept-Encoding", "identity"); // so that the limit holds for what is read
    if (!token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + token.view().toByteArray());
    if (call.method == "GET")
        return follow(m_questions.get(request));
    if (call.method == "DELETE")
        return follow(m_questions.deleteResource(request));

    request.setHeader(QNetworkRequest::ContentTypeHeader, call.contentType);
    // A connection kept open may have been closed there when the order goes out, and it is not sent again.
    request.setRawHeader("Connection", "close");
    m_orders.clearConnectionCache(); // nor is one that is about to be closed used
    request.setHeader(QNetworkRequest::ContentLengthHeader, call.body.size());
    request.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    auto *body = new SentOnce(call.body);
    QNetworkReply *reply = m_orders.post(request, body);
    body->setParent(reply);
    return follow(reply);
}

Later<RestClient::Reply> RestClient::follow(QNetworkReply *reply)
{
    Later<Reply> later;
    std::erase_if(m_open, [](const Later<Reply> &open) { return open.isGiven(); });
    m_open.push_back(later);
    const auto received = std::make_shared<Reply>();
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
        received->timedOut = true;
        received->problem = QStringLiteral("no answer in time");
        reply->abort();
    });
    deadline->start(std::chrono::milliseconds(std::max<std::int64_t>(1, m_patience.value())));
    connect(reply, &QNetworkReply::finished, this, [reply, received, later] {
        reply->deleteLater();
        if (received->problem.isEmpty() && reply->error() != QNetworkReply::RemoteHostClosedError) {
            received->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
            if (received->status == 429)
                received->pause = pauseOf(*reply);
        }
        // Only the error's name: its text may hold what the other side chose.
        if (received->problem.isEmpty() && reply->error() != QNetworkReply::NoError)
            received->problem = QString::fromLatin1(
                QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error()));
        later.give(std::move(*received));
    });
    return later;
}

} // namespace tower
