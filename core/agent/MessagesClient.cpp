// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/MessagesClient.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMetaEnum>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <memory>

namespace tower {

namespace {

constexpr int maximumTries = 3;
constexpr Millis patienceInAll = seconds(60);
constexpr qsizetype maximumBody = 1024 * 1024;

bool worthAnotherTry(int status)
{
    return status == 0 || status == 429 || status >= 500;
}

/// retry-after-ms, or retry-after in whole seconds. What is longer than anybody waits comes to the same.
std::optional<Millis> retryAfterOf(const QNetworkReply &reply)
{
    bool ok = false;
    const qint64 milliseconds = reply.rawHeader("retry-after-ms").toLongLong(&ok);
    if (ok && milliseconds >= 0)
        return std::min(Millis(milliseconds), patienceInAll);
    const int whole = reply.rawHeader("retry-after").toInt(&ok);
    if (ok && whole >= 0)
        return std::min(seconds(whole), patienceInAll);
    return std::nullopt;
}

QByteArray bodyOf(const ModelQuestion &question)
{
    const QJsonObject message{{QStringLiteral("role"), QStringLiteral("user")},
                              {QStringLiteral("content"), question.user}};
    return QJsonDocument(QJsonObject{{QStringLiteral("model"), question.model},
                                     {QStringLiteral("max_tokens"), question.maxTokens},
                                     {QStringLiteral("system"), question.system},
                                     {QStringLiteral("messages"), QJsonArray{message}}})
        .toJson(QJsonDocument::Compact);
}

/// Nullopt when the body is not a message.
std::optional<ModelAnswer> readAnswer(const QByteArray &body)
{
    const QJsonObject message = QJsonDocument::fromJson(body).object();
    if (!message.value(QLatin1String("content")).isArray())
        return std::nullopt;
    ModelAnswer answer;
    const QJsonArray blocks = message.value(QLatin1String("content")).toArray();
    for (const QJsonValue &block : blocks) {
        const QJsonObject part = block.toObject();
        if (part.value(QLatin1String("type")) == QLatin1String("text"))
            answer.text += part.value(QLatin1String("text")).toString();
    }
    answer.stopReason = message.value(QLatin1String("stop_reason")).toString();
    const QJsonObject usage = message.value(QLatin1String("usage")).toObject();
    const auto tokens = [&usage](const char *name) {
        return std::max<qint64>(0, usage.value(QLatin1String(name)).toInteger());
    };
    answer.usage = {tokens("input_tokens") + tokens("cache_creation_input_tokens") +
                        tokens("cache_read_input_tokens"),
                    tokens("output_tokens")};
    return answer;
}

[[noreturn]] void throwStopped()
{
    throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
}

} // namespace

MessagesClient::MessagesClient(const Settings &settings, const Secrets &secrets, const Clock &clock,
                               Wait wait)
    : m_settings(settings)
    , m_secrets(secrets)
    , m_clock(clock)
    , m_wait(std::move(wait))
{
    if (!m_wait)
        m_wait = [this](Millis duration) { return m_pauses.begin(duration); };
}

MessagesClient::~MessagesClient()
{
    abort();
}

void MessagesClient::abort()
{
    m_stopped = true;
    for (QNetworkReply *reply : m_network.findChildren<QNetworkReply *>()) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
    const std::vector<Later<HttpAnswer>> posts = std::exchange(m_posts, {});
    for (const Later<HttpAnswer> &post : posts)
        post.give(HttpAnswer());
    m_pauses.abort();
}

QCoro::Task<ModelAnswer> MessagesClient::ask(ModelQuestion question)
{
    const QByteArray body = bodyOf(question);
    const Millis end = m_clock.now() + patienceInAll;
    HttpAnswer answer;
    for (int tried = 1;; ++tried) {
        if (m_stopped)
            throwStopped();
        Later<HttpAnswer> posted = post(body, end - m_clock.now());
        answer = co_await posted;
        if (m_stopped)
            throwStopped();
        if (!worthAnotherTry(answer.status) || tried == maximumTries)
            break;
        const Millis wait = answer.retryAfter.value_or(Millis(1'000LL << (tried - 1)));
        if (m_clock.now() + wait >= end)
            break;
        log::info("agent", QStringLiteral("trying again"),
                  {{"status", QString::number(answer.status)}, {"wait_ms", QString::number(wait.value())}});
        Later<bool> waited = m_wait(wait);
        co_await waited;
    }
    std::optional<ModelAnswer> read;
    if (answer.status == 200)
        read = readAnswer(answer.body);
    if (!read)
        fail(answer);
    co_return *read;
}

void MessagesClient::fail(const HttpAnswer &answer)
{
    log::warning("agent", QStringLiteral("call failed"),
                 {{"status", QString::number(answer.status)}, {"problem", answer.problem}});
    if (answer.timedOut)
        throw ServiceError(ErrorKind::Upstream, "agent_timeout",
                           QStringLiteral("The agent did not answer in time."));
    if (answer.status == 400 || answer.status == 413 || answer.status == 422)
        throw ServiceError(ErrorKind::Upstream, "agent_bad_request",
                           QStringLiteral("The agent does not take this request."));
    if (answer.status == 401 || answer.status == 403)
        throw ServiceError(ErrorKind::Upstream, "agent_unavailable",
                           QStringLiteral("The agent does not take the key (ANTHROPIC_API_KEY)."));
    throw ServiceError(ErrorKind::Upstream, "agent_unavailable",
                       answer.status == 0
                           ? QStringLiteral("The agent can't be reached.")
                           : QStringLiteral("The agent answered with status %1.").arg(answer.status));
}

Later<MessagesClient::HttpAnswer> MessagesClient::post(const QByteArray &body, Millis patience)
{
    QNetworkRequest request(
        QUrl(m_settings.text(Setting::AnthropicBaseUrl) + QStringLiteral("/v1/messages")));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    request.setRawHeader("anthropic-version", "2023-06-01");
    request.setRawHeader("x-api-key", m_secrets.value(Secret::AnthropicApiKey).view().toByteArray());
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    QNetworkReply *reply = m_network.post(request, body); // its child, and gone with it

    Later<HttpAnswer> later;
    std::erase_if(m_posts, [](const Later<HttpAnswer> &post) { return post.isGiven(); });
    m_posts.push_back(later);
    const auto received = std::make_shared<HttpAnswer>();
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
        reply->abort();
    });
    deadline->start(std::chrono::milliseconds(std::max<std::int64_t>(1, patience.value())));
    connect(reply, &QNetworkReply::finished, this, [this, reply, received, later] {
        reply->deleteLater();
        if (received->problem.isEmpty() && reply->error() != QNetworkReply::NoError)
            received->problem = QString::fromLatin1(
                QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(reply->error()));
        const bool complete = received->body.size() <= maximumBody && !received->timedOut &&
                              reply->error() != QNetworkReply::RemoteHostClosedError;
        if (complete) {
            received->status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
            received->retryAfter = retryAfterOf(*reply);
        }
        m_health = healthOf(received->status);
        later.give(std::move(*received));
    });
    return later;
}

} // namespace tower
