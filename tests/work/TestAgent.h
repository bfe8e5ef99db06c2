// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/base/Error.h"
#include "core/base/Later.h"

#include <utility>
#include <vector>

namespace tower::test {

/// An agent that does as the test says, and holds its answers back while it is told to.
class TestAgent final : public Agent
{
public:
    ~TestAgent() override { abort(); }

    EvalVerdict verdict = EvalVerdict::Accepted;
    QByteArray evaluateFails; ///< the error's code; "" for none
    QByteArray executeFails;
    AgentUsage evalUsage{100, 20};
    /// More than any estimate: what is reserved is debited whole.
    AgentUsage workUsage{1'000'000, 1'000'000};
    QString opening = QStringLiteral("done: "); ///< of each answer; the request follows
    bool holds = false;
    int evaluated = 0;
    int executed = 0;

    [[nodiscard]] std::size_t held() const { return m_held.size(); }
    void letGo() { giveAll(true); }
    void reset() { m_stopped = false; }

    QCoro::Task<Review> review(ReviewRequest) override { co_return Review{}; }
    QCoro::Task<Evaluation> evaluate(QString) override
    {
        ++evaluated;
        failIf(evaluateFails);
        Evaluation evaluation;
        evaluation.verdict = verdict;
        evaluation.reason = QStringLiteral("as the test says");
        evaluation.usage = evalUsage;
        co_return evaluation;
    }
    QCoro::Task<Execution> execute(QString request) override
    {
        ++executed;
        Execution execution;
        execution.text = opening + request;
        execution.usage = workUsage;
        const QByteArray failure = executeFails;
        if (holds && !m_stopped) {
            Later<bool> waiting;
            m_held.push_back(waiting);
            const bool alive = co_await waiting;
            if (!alive)
                throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
        }
        failIf(failure);
        co_return execution;
    }
    QCoro::Task<ChatReply> chatReply(ChatContext) override { co_return ChatReply{}; }
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override
    {
        m_stopped = true;
        giveAll(false);
    }

private:
    void failIf(const QByteArray &code) const
    {
        if (m_stopped)
            throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
        if (!code.isEmpty())
            throw ServiceError(ErrorKind::Upstream, code, QStringLiteral("The agent failed."));
    }
    void giveAll(bool alive)
    {
        const auto held = std::exchange(m_held, {});
        for (const Later<bool> &waiting : held)
            waiting.give(alive);
    }

    std::vector<Later<bool>> m_held;
    bool m_stopped = false;
};

} // namespace tower::test
