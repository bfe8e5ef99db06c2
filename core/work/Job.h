// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/payments/InvoiceStore.h"
#include "core/payments/Refunds.h"
#include "core/pool/Pricing.h"

#include <optional>

namespace tower {

enum class JobState {
    AwaitingEvalPayment,
    Evaluating,
    Rejected,
    AwaitingWorkPayment,
    Executing,
    Complete,
    Failed,
    Expired,
};
QString toText(JobState state); ///< awaiting_eval_payment, evaluating ...
std::optional<JobState> jobStateFromText(const QString &text);

/// What work took and who paid for it, once it is done.
struct WorkCost
{
    std::int64_t inputTokens = 0;
    std::int64_t outputTokens = 0;
    MicroUsd cost;     ///< with infrastructure and margin
    Sats amount;       ///< the same in sats, at the quote's price
    bool known = true; ///< false: a call timed out and may have been billed; the figures are the estimate
};

struct Job
{
    QString id;
    QString request;
    JobState state = JobState::AwaitingEvalPayment;
    std::optional<PubKey> pubkey;
    PaymentHash evalPaymentHash;
    Sats evalAmount;
    AgentUsage evalUsage;
    std::optional<PaymentHash> workPaymentHash;
    std::optional<Sats> workAmount; ///< what the customer is asked; 0: free
    std::optional<Quote> quote;
    QString reservationId;
    std::optional<WorkCost> actual;
    bool freeTier = false; ///< the pool takes on all or part of it
    Sats absorbed;         ///< by the pool, once it is done; before that, what it promised
    Sats kept;             ///< of the work payment
    Sats refundAmount;
    std::optional<RefundState> refundState;
    QString result;
    QString reason; ///< rejected
    QString error;  ///< failed
    Millis createdAt;
    Millis updatedAt;
    std::optional<Millis> finishedAt;
};

/// One go at a job that is evaluating or executing. What it finds out counts only while the job still carries
/// all of this, and the program's name.
struct JobRun
{
    QString id;
    JobState state = JobState::Evaluating;
    int attempt = 1;

    /// How long a program has a job to itself, unless it says so again.
    static constexpr Millis lease = seconds(120);
    /// How often each of the two steps is tried.
    static constexpr int maximumAttempts = 3;
};

} // namespace tower
