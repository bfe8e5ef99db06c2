// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/SimulatedAgent.h"

#include "core/base/Error.h"

namespace tower {

namespace {

/// About four characters a token.
std::int64_t tokensOf(const QString &text)
{
    return (text.size() + 3) / 4;
}

/// A little less than what is estimated for the instructions that stand before the text.
std::int64_t promptTokens(const QString &text)
{
    constexpr std::int64_t instructions = 180;
    return instructions + tokensOf(text);
}

[[noreturn]] void throwStopped()
{
    throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
}

} // namespace

SimulatedAgent::SimulatedAgent(Wait wait)
    : m_wait(std::move(wait))
{
    if (!m_wait)
        m_wait = [this](Millis duration) { return m_pauses.begin(duration); };
}

void SimulatedAgent::abort()
{
    m_stopped = true;
    m_pauses.abort();
}

QCoro::Task<void> SimulatedAgent::think(QString request)
{
    if (m_stopped)
        throwStopped();
    if (!request.contains(QLatin1String("[[slow]]")))
        co_return;
    Later<bool> waiting = m_wait(slow);
    const bool whole = co_await waiting;
    if (!whole)
        throwStopped();
}

QCoro::Task<Review> SimulatedAgent::review(ReviewRequest request)
{
    if (m_stopped)
        throwStopped();
    Review review;
    review.usage = {promptTokens(request.content + request.tags), 20};
    if (request.content.contains(QLatin1String("[[undecided]]"))) {
        review.reason = QStringLiteral("The simulated reviewer could not decide.");
    } else if (request.content.contains(QLatin1String("[[flag]]"))) {
        review.verdict = ReviewVerdict::Flag;
        review.reason = QStringLiteral("The post holds [[flag]].");
    } else {
        review.verdict = ReviewVerdict::Approve;
        review.reason = QStringLiteral("Nothing speaks against it (simulated).");
    }
    co_return review;
}

QCoro::Task<Evaluation> SimulatedAgent::evaluate(QString request)
{
    QCoro::Task<void> thinking = think(request);
    co_await thinking;
    Evaluation evaluation;
    evaluation.usage = {promptTokens(request), 20};
    if (request.contains(QLatin1String("[[undecided]]"))) {
        evaluation.reason = QStringLiteral("The simulated evaluation could not decide.");
    } else if (request.contains(QLatin1String("[[reject]]"))) {
        evaluation.verdict = EvalVerdict::Rejected;
        evaluation.reason = QStringLiteral("The request holds [[reject]].");
    } else {
        evaluation.verdict = EvalVerdict::Accepted;
        evaluation.reason = QStringLiteral("Nothing speaks against it (simulated).");
    }
    co_return evaluation;
}

QCoro::Task<Execution> SimulatedAgent::execute(QString request)
{
    QCoro::Task<void> thinking = think(request);
    co_await thinking;
    if (request.contains(QLatin1String("[[fail]]")))
        throw ServiceError(ErrorKind::Unprocessable, "agent_refused",
                           QStringLiteral("The request holds [[fail]]."));
    Execution execution;
    execution.text = QStringLiteral("This is a simulated answer to the request: ") + request;
    execution.usage = {promptTokens(request), tokensOf(execution.text)};
    co_return execution;
}

QCoro::Task<ChatReply> SimulatedAgent::chatReply(ChatContext context)
{
    if (m_stopped)
        throwStopped();
    ChatReply reply;
    reply.text =
        QStringLiteral("Hello from Timmy! It has been %1 days since you were here.").arg(context.absentDays);
    if (context.interactions > 0)
        reply.text += QStringLiteral(" I have worked for you %1 times, and you are %2 here.")
                          .arg(context.interactions)
                          .arg(context.tier);
    if (context.poolSats > 0)
        reply.text +=
            QStringLiteral(" The generosity pool holds %1 sats for work like yours.").arg(context.poolSats);
    reply.usage = {promptTokens(context.did.join(QLatin1Char(' '))), tokensOf(reply.text)};
    co_return reply;
}

} // namespace tower
