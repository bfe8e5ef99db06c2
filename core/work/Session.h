// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/work/Job.h"

namespace tower {

enum class SessionState { AwaitingPayment, Active, Paused, Expired, Closed };
QString toText(SessionState state); ///< awaiting_payment, active ...
std::optional<SessionState> sessionStateFromText(const QString &text);

struct Session
{
    QString id;
    SessionState state = SessionState::AwaitingPayment;
    std::optional<PubKey> pubkey;
    PaymentHash depositPaymentHash;
    Sats balance;
    Sats reserved;
    Sats deposited; ///< in all
    Sats debited;   ///< in all
    std::int64_t requestCount = 0;
    Millis expiresAt;
    Millis createdAt;
    Millis updatedAt;

    /// What no running request holds.
    [[nodiscard]] Sats available() const { return balance - reserved; }
};

enum class RequestState { Running, Complete, Rejected, Failed };
QString toText(RequestState state); ///< running, complete ...
std::optional<RequestState> requestStateFromText(const QString &text);

/// One request of a session, and the answer that was given.
struct SessionRequest
{
    QString id;
    QString sessionId;
    QString request;
    RequestState state = RequestState::Running;
    Sats reserved;         ///< of the session's balance
    QString reservationId; ///< of the pool's sats
    bool freeTier = false;
    Quote quote;
    WorkCost actual;
    Sats debited;
    Sats absorbed;
    Sats balanceAfter; ///< what could still be spent then
    QString result;
    QString reason;
    QString error;
    Millis createdAt;
    std::optional<Millis> finishedAt;
};

} // namespace tower
