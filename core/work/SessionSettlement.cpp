// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The part of SessionRequests that has the work done and settles it.
#include "core/base/Error.h"
#include "core/work/SessionRequests.h"

#include <QPointer>

#include <algorithm>

namespace tower {

namespace {

bool isTowersFault(const ServiceError &error)
{
    return error.code() == "agent_unavailable" || error.code() == "agent_timeout" ||
           error.code() == "agent_stopped" || error.kind() == ErrorKind::Internal ||
           error.code().startsWith("database_");
}

} // namespace

WorkCost SessionRequests::costOf(const AgentUsage &usage, ModelUse use, const Quote &quote) const
{
    WorkCost cost;
    cost.inputTokens = usage.inputTokens;
    cost.outputTokens = usage.outputTokens;
    cost.cost = m_house.pricing.calculateActualCost(usage.inputTokens, usage.outputTokens, use);
    cost.amount = Pricing::usdToSats(cost.cost, quote.price.usd);
    return cost;
}

/// Never throws: a request that began ends with an answer.
QCoro::Task<SessionRequests::Done> SessionRequests::perform(SessionRequest request)
{
    const QPointer<SessionRequests> self(this);
    Done done;
    try {
        QCoro::Task<Evaluation> evaluating = m_house.agent.evaluate(request.request);
        const Evaluation evaluation = co_await evaluating;
        if (!self)
            co_return done;
        if (evaluation.verdict == EvalVerdict::Rejected) {
            done.state = RequestState::Rejected;
            done.reason = evaluation.reason;
            done.actual = costOf(evaluation.usage, ModelUse::Evaluate, request.quote);
            co_return done;
        }
        if (evaluation.verdict == EvalVerdict::Undecided) {
            done.error = QStringLiteral("The request could not be evaluated. Nothing was debited.");
            co_return done;
        }
        if (!request.reservationId.isEmpty()) {
            Transaction transaction(m_house.database);
            m_house.pool.hold(transaction, request.reservationId);
            transaction.commit();
        }
        QCoro::Task<Execution> executing = m_house.agent.execute(request.request);
        const Execution execution = co_await executing;
        if (!self)
            co_return done;
        done.actual = costOf(execution.usage, ModelUse::Work, request.quote);
        done.result = QString(execution.text).remove(QChar::Null); // PostgreSQL keeps none
        done.state = RequestState::Complete;
    } catch (const ServiceError &error) {
        done.error = error.message();
        done.towerFault = isTowersFault(error);
        if (error.code() == "agent_timeout" && self) {
            const CostEstimate &estimate = request.quote.estimate;
            done.actual = {estimate.inputTokens, estimate.outputTokens, estimate.cost, request.quote.sats,
                           false};
        }
    }
    co_return done;
}

void SessionRequests::settle(SessionRequest request, const Done &done, const Claim &claim)
{
    const std::optional<Session> found = m_sessions.find(request.sessionId);
    Transaction transaction(m_house.database);
    if (found && found->pubkey)
        m_house.trust.ensure(transaction, *found->pubkey);
    const Session session = m_sessions.lock(transaction, request.sessionId).value();
    if (!claim(transaction))
        return;

    request.debited = charge(transaction, request, done);
    m_sessions.settle(transaction, session.id, request.reserved, request.debited,
                      m_house.settings.sats(Setting::SessionMinBalanceSats), m_house.clock.now());
    judge(transaction, session, request, done);
    request.actual = done.actual;
    request.balanceAfter = session.available() + request.reserved - request.debited;
    request.result = done.result;
    request.reason = done.reason;
    request.error = done.error;
    request.finishedAt = m_house.clock.now();
    m_store.write(transaction, request);
    transaction.changed("session", session.id);
    transaction.commit();
}

/// Moves the sats; what the session pays.
Sats SessionRequests::charge(Transaction &transaction, SessionRequest &request, const Done &done)
{
    const auto debit = [&](Sats sats) {
        if (sats > Sats(0))
            m_house.ledger.post(transaction, movements::sessionDebited(request.sessionId, request.id, sats));
    };
    if (done.state == RequestState::Complete) {
        WorkDone work;
        work.ref = refOf(request);
        work.reservationId = request.reservationId;
        work.promised = request.quote.sats - request.reserved;
        work.available = request.reserved;
        work.actual = done.actual.amount;
        Settled settled = m_settlement.settle(transaction, work);
        debit(settled.kept);
        m_settlement.credit(transaction, work, settled);
        request.absorbed = settled.absorbed;
        return settled.kept;
    }
    if (!request.reservationId.isEmpty())
        m_house.pool.release(transaction, request.reservationId);
    if (done.state != RequestState::Rejected)
        return Sats(0);
    const Sats sats = std::min(done.actual.amount, request.reserved);
    debit(sats);
    return sats;
}

void SessionRequests::judge(Transaction &transaction, const Session &session, const SessionRequest &request,
                            const Done &done)
{
    if (!session.pubkey)
        return;
    if (done.state == RequestState::Complete)
        m_house.trust.recordSuccess(transaction, *session.pubkey, done.actual.amount, refOf(request));
    else
        m_house.trust.recordFailure(transaction, *session.pubkey,
                                    done.state == RequestState::Rejected ? done.reason : done.error,
                                    refOf(request), done.towerFault);
}

} // namespace tower
