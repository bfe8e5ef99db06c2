// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/SimulatedAgent.h"
#include "core/base/Error.h"

#include <vector>

namespace tower::test {

/// The simulated agent, which a test can make wait and fail.
class ScriptedAgent final : public Agent
{
public:
    ~ScriptedAgent() override { abort(); }

    QCoro::Task<Review> review(ReviewRequest) override { co_return Review{}; }
    QCoro::Task<Evaluation> evaluate(QString request) override
    {
        ++evaluations;
        QCoro::Task<void> thinking = think(holdEvaluations, evaluationFault);
        co_await thinking;
        QCoro::Task<Evaluation> evaluating = m_simulated.evaluate(request);
        co_return co_await evaluating;
    }
    QCoro::Task<Execution> execute(QString request) override
    {
        ++executions;
        QCoro::Task<void> thinking = think(holdExecutions, executionFault);
        co_await thinking;
        QCoro::Task<Execution> executing = m_simulated.execute(request);
        Execution execution = co_await executing;
        if (usage)
            execution.usage = *usage;
        co_return execution;
    }
    QCoro::Task<ChatReply> chatReply(ChatContext) override { co_return ChatReply{}; }
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override
    {
        m_stopped = true;
        m_simulated.abort();
        give(false);
    }

    /// Those that were held go on.
    void release() { give(true); }
    [[nodiscard]] std::size_t held() const { return m_held.size(); }

    int evaluations = 0, executions = 0;
    bool holdEvaluations = false, holdExecutions = false;
    QByteArray evaluationFault, executionFault; ///< codes of what is thrown; "": nothing
    std::optional<AgentUsage> usage;            ///< what work takes, instead of what is plausible

private:
    /// `fault` is read when it goes on: what a test sets meanwhile counts.
    QCoro::Task<void> think(bool holds, const QByteArray &fault)
    {
        if (holds && !m_stopped) {
            Later<bool> later;
            m_held.push_back(later);
            const bool goesOn = co_await later;
            if (!goesOn)
                throw stopped();
        }
        if (m_stopped)
            throw stopped();
        if (!fault.isEmpty())
            throw ServiceError(ErrorKind::Upstream, fault, QStringLiteral("The agent failed."));
    }
    static ServiceError stopped()
    {
        return unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
    }
    void give(bool goesOn)
    {
        for (const Later<bool> &later : std::exchange(m_held, {}))
            later.give(goesOn);
    }

    SimulatedAgent m_simulated;
    std::vector<Later<bool>> m_held;
    bool m_stopped = false;
};

} // namespace tower::test
