// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/AnthropicAgent.h"

#include "core/agent/ChatPrompt.h"
#include "core/agent/EvalPrompt.h"
#include "core/agent/ReviewPrompt.h"
#include "core/agent/WorkPrompt.h"
#include "core/base/Error.h"

#include <QUuid>

#include <algorithm>

namespace tower {

namespace {

/// A word that nobody could know beforehand.
QString newFence()
{
    return QUuid::createUuid().toString(QUuid::Id128);
}

ServiceError refused(const QString &message)
{
    return {ErrorKind::Unprocessable, "agent_refused", message};
}

/// The model wrote until it was done, or until it had to stop.
bool isUsable(const QString &stopReason)
{
    return stopReason == u"end_turn" || stopReason == u"stop_sequence" || stopReason == u"max_tokens" ||
           stopReason == u"model_context_window_exceeded";
}

} // namespace

AnthropicAgent::AnthropicAgent(const Settings &settings, const Secrets &secrets, const Clock &clock,
                               Wait wait)
    : m_settings(settings)
    , m_client(settings, secrets, clock, std::move(wait))
{
}

QCoro::Task<Review> AnthropicAgent::review(ReviewRequest request)
{
    Review review;
    if (request.content.size() + request.tags.size() > maximumReviewed) {
        review.reason = QStringLiteral("The post is too long for the reviewer.");
        co_return review;
    }
    const JudgePrompt prompt = reviewPrompt(request, newFence());
    ModelQuestion question{m_settings.text(Setting::EvalModel), prompt.system, prompt.user};
    QCoro::Task<ModelAnswer> asking = m_client.ask(std::move(question));
    const ModelAnswer answer = co_await asking;
    if (answer.stopReason == QLatin1String("end_turn"))
        review = readReview(answer.text);
    else if (answer.stopReason == QLatin1String("refusal"))
        review.reason = QStringLiteral("The reviewer declined to judge this post.");
    else
        review.reason = QStringLiteral("The reviewer's answer was cut off.");
    review.usage = answer.usage;
    co_return review;
}

QCoro::Task<Evaluation> AnthropicAgent::evaluate(QString request)
{
    const JudgePrompt prompt = evalPrompt(request, newFence());
    ModelQuestion question{m_settings.text(Setting::EvalModel), prompt.system, prompt.user};
    QCoro::Task<ModelAnswer> asking = m_client.ask(std::move(question));
    const ModelAnswer answer = co_await asking;
    Evaluation evaluation;
    if (answer.stopReason == QLatin1String("end_turn"))
        evaluation = readEvaluation(answer.text);
    else if (answer.stopReason == QLatin1String("refusal"))
        evaluation.reason = QStringLiteral("The agent declined to evaluate this request.");
    else
        evaluation.reason = QStringLiteral("The evaluation was cut off.");
    evaluation.usage = answer.usage;
    co_return evaluation;
}

QCoro::Task<Execution> AnthropicAgent::execute(QString request)
{
    const WorkPrompt prompt = workPrompt(request, newFence());
    ModelQuestion question{m_settings.text(Setting::WorkModel), prompt.system, prompt.user, workLength()};
    QCoro::Task<ModelAnswer> asking = m_client.ask(std::move(question));
    const ModelAnswer answer = co_await asking;
    if (answer.stopReason == QLatin1String("refusal"))
        throw refused(QStringLiteral("The agent declined this request."));
    Execution execution{answer.text, answer.usage};
    execution.text.remove(QChar::Null); // which no database's text can hold
    if (!isUsable(answer.stopReason) || execution.text.trimmed().isEmpty())
        throw refused(QStringLiteral("The agent gave no answer that can be used."));
    co_return execution;
}

QCoro::Task<ChatReply> AnthropicAgent::chatReply(ChatContext context)
{
    constexpr int length = 400; // tokens: more than the message may have
    const ChatPrompt prompt = chatPrompt(context, newFence());
    ModelQuestion question{m_settings.text(Setting::EvalModel), prompt.system, prompt.user, length};
    QCoro::Task<ModelAnswer> asking = m_client.ask(std::move(question));
    const ModelAnswer answer = co_await asking;
    const bool whole = answer.stopReason == u"end_turn" || answer.stopReason == u"stop_sequence";
    const std::optional<QString> text = whole ? readChatReply(answer.text) : std::nullopt;
    if (!text)
        throw refused(QStringLiteral("The agent wrote no message that can be sent."));
    ChatReply reply{*text, answer.usage};
    co_return reply;
}

/// Twice what the longest answer is estimated at: room for a good answer, and a bound on what it can cost.
int AnthropicAgent::workLength() const
{
    constexpr std::int64_t shortest = 256;
    constexpr std::int64_t longest = 64'000; // what the models take
    const std::int64_t estimate = m_settings.integer(Setting::EstimateOutputTokensLong);
    return static_cast<int>(std::clamp(2 * estimate, shortest, longest));
}

} // namespace tower
