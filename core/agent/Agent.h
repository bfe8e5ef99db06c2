// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Health.h"

#include <QCoroTask>
#include <QString>
#include <QStringList>

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

/// Whether a customer's request is one that Timmy takes on.
enum class EvalVerdict {
    Accepted,
    Rejected,
    Undecided, ///< no clear answer: the evaluation has failed
};

struct Evaluation
{
    EvalVerdict verdict = EvalVerdict::Undecided;
    QString reason; ///< a sentence for the customer; at most 500 characters
    AgentUsage usage;
};

/// Work done for a customer.
struct Execution
{
    QString text;
    AgentUsage usage;
};

/// What is known of a member who stayed away, for a message to them. `did` was written by the member.
struct ChatContext
{
    QString tier;      ///< trusted, elite ...
    QStringList did{}; ///< what they asked Timmy for before, the newest first
    std::int64_t interactions = 0;
    std::int64_t absentDays = 0;
    std::int64_t memberDays = 0;
    std::int64_t poolSats = 0; ///< free work that the generosity pool can give now
};

/// A message to a member.
struct ChatReply
{
    QString text; ///< plain, on one line, without links; 1 to maximumLength characters
    AgentUsage usage;

    static constexpr qsizetype maximumLength = 600;
};

/// The AI behind the tower. Core thread. A call that fails throws ServiceError: "agent_unavailable" and
/// "agent_timeout" (the latter may have been billed) are worth another try later, "agent_bad_request" is not;
/// "agent_refused" (the model declined, or its answer can't be used) is the request's own doing;
/// "agent_stopped" after abort().
class Agent
{
public:
    virtual ~Agent() = default;

    /// Judges a post for moderation, with EVAL_MODEL.
    virtual QCoro::Task<Review> review(ReviewRequest request) = 0;
    /// Judges a customer's request, with EVAL_MODEL.
    virtual QCoro::Task<Evaluation> evaluate(QString request) = 0;
    /// Does the work, with WORK_MODEL. An answer that was cut off at its length is given as far as it goes.
    virtual QCoro::Task<Execution> execute(QString request) = 0;
    /// A personal message of one to four sentences, with EVAL_MODEL.
    virtual QCoro::Task<ChatReply> chatReply(ChatContext context) = 0;

    /// True for the built-in simulation: no verdict of its may publish anything by itself.
    [[nodiscard]] virtual bool isSimulated() const = 0;
    [[nodiscard]] virtual Health health() const { return Health::Unknown; }
    /// Ends all calls at once, those under way and those to come; for shutdown.
    virtual void abort() = 0;
};

} // namespace tower
