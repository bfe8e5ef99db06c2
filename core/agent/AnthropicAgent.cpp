// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/AnthropicAgent.h"

#include "core/agent/ReviewPrompt.h"

#include <QUuid>

namespace tower {

AnthropicAgent::AnthropicAgent(const Settings &settings, const Secrets &secrets, const Clock &clock,
                               MessagesClient::Wait wait)
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
    const ReviewPrompt prompt = reviewPrompt(request, QUuid::createUuid().toString(QUuid::Id128));
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

} // namespace tower
