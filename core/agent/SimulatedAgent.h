// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"

namespace tower {

/// The agent without an account anywhere: deterministic, answers at once. A post that holds [[flag]] is
/// flagged, [[undecided]] is left undecided, anything else approved.
class SimulatedAgent final : public Agent
{
public:
    QCoro::Task<Review> review(ReviewRequest request) override;
    [[nodiscard]] bool isSimulated() const override { return true; }
    void abort() override { m_stopped = true; }

private:
    bool m_stopped = false;
};

} // namespace tower
