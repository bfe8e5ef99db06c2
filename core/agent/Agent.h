// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoroTask>
#include <QString>

#include <cstdint>

namespace tower {

/// Tokens that a call took. Input includes what was read from and written to the vendor's cache.
struct AgentUsage
{
    std::int64_t inputTokens = 0;
    std::int64_t outputTokens = 0;
};

/// A post to be judged. Everything in it was written by a stranger.
struct ReviewRequest
{
    int kind = 1;
    QString content;
    QString tags; ///< JSON
};

enum class ReviewVerdict {
    Approve,
    Flag,
    Undecided, ///< no clear answer; never taken for an approval
};
QString toText(ReviewVerdict verdict); ///< approve, flag, undecided

struct Review
{
    ReviewVerdict verdict = ReviewVerdict::Undecided;
    QString reason; ///< a sentence for the operator; at most 500 characters
    AgentUsage usage;
};

/// The AI behind the tower. Core thread. A call that fails throws ServiceError: "agent_unavailable" and
/// "agent_timeout" (the latter may have been billed) are worth another try later, "agent_bad_request" is not;
/// "agent_stopped" after abort().
class Agent
{
public:
    virtual ~Agent() = default;

    /// Judges a post for moderation, with EVAL_MODEL.
    virtual QCoro::Task<Review> review(ReviewRequest request) = 0;

    /// True for the built-in simulation: no verdict of its may publish anything by itself.
    [[nodiscard]] virtual bool isSimulated() const = 0;
    /// Ends all calls at once, those under way and those to come; for shutdown.
    virtual void abort() = 0;
};

} // namespace tower
