// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/SimulatedAgent.h"

#include "core/base/Error.h"

namespace tower {

namespace {

/// About four characters a token, and the instructions before them.
std::int64_t plausibleTokens(const QString &text)
{
    constexpr std::int64_t instructions = 200;
    return instructions + (text.size() + 3) / 4;
}

} // namespace

QCoro::Task<Review> SimulatedAgent::review(ReviewRequest request)
{
    if (m_stopped)
        throw unavailable(QStringLiteral("The agent is stopping."), "agent_stopped");
    Review review;
    review.usage = {plausibleTokens(request.content + request.tags), 20};
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

} // namespace tower
