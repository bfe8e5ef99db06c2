// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/base/Clock.h"
#include "core/base/Pauses.h"
#include "core/base/Secrets.h"
#include "core/base/Settings.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QObject>

#include <optional>
#include <vector>

namespace tower {

/// One question to a model.
struct ModelQuestion
{
    QString model;
    QString system;
    QString user;
    int maxTokens = 256;
};

/// Its answer: the text, why it ended there (end_turn, max_tokens, refusal ...), and what it took.
struct ModelAnswer
{
    QString text;
    QString stopReason;
    AgentUsage usage;
};

/// POST {ANTHROPIC_BASE_URL}/v1/messages. 429, 5xx (529 too) and broken connections are tried again, three
/// tries and 60 s in all, after back-off or what retry-after asks for; other 4xx are not. Redirects are not
/// followed (they would take the key along), an answer over 1 MiB is dropped, and the key is read when it is
/// needed and never logged. Throws what Agent says.
class MessagesClient : public QObject
{
    Q_OBJECT

public:
    MessagesClient(const Settings &settings, const Secrets &secrets, const Clock &clock, Wait wait = {});
    ~MessagesClient() override;

    QCoro::Task<ModelAnswer> ask(ModelQuestion question);
    [[nodiscard]] Health health() const { return m_health; }
    void abort();

private:
    struct HttpAnswer
    {
        int status = 0; ///< 0: none came
        QByteArray body;
        bool timedOut = false;
        std::optional<Millis> retryAfter;
        QString problem; ///< of the connection, for the log
    };

    Later<HttpAnswer> post(const QByteArray &body, Millis patience);
    [[noreturn]] static void fail(const HttpAnswer &answer);

    const Settings &m_settings;
    const Secrets &m_secrets;
    const Clock &m_clock;
    Wait m_wait;
    QNetworkAccessManager m_network;
    bool m_stopped = false;
    Health m_health = Health::Unknown;
    std::vector<Later<HttpAnswer>> m_posts;
    Pauses m_pauses;
};

} // namespace tower
