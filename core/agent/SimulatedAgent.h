// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/base/Pauses.h"

namespace tower {

/// The agent without an account anywhere: deterministic, answers at once. A post that holds [[flag]] is
/// flagged, [[undecided]] is left undecided, anything else approved. A request that holds [[reject]] is
/// rejected when it is evaluated, [[undecided]] is left undecided, [[fail]] fails when it is worked on;
/// [[slow]] takes 3 s each time.
class SimulatedAgent final : public Agent
{
public:
    explicit SimulatedAgent(Wait wait = {});
    ~SimulatedAgent() override { abort(); }

    QCoro::Task<Review> review(ReviewRequest request) override;
    QCoro::Task<Evaluation> evaluate(QString request) override;
    QCoro::Task<Execution> execute(QString request) override;
    QCoro::Task<ChatReply> chatReply(ChatContext context) override;
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override;

    static constexpr Millis slow = seconds(3);

private:
    QCoro::Task<void> think(QString request);

    Pauses m_pauses;
    Wait m_wait;
    bool m_stopped = false;
};

} // namespace tower
