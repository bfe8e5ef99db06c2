// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Later.h"
#include "core/work/SessionPayments.h"
#include "core/work/SessionRequestStore.h"
#include "core/work/Sessions.h"
#include "core/work/Settlement.h"

#include <functional>
#include <set>

namespace tower {

/// The requests of sessions, from the reserved sats to the settled answer. A running one carries this
/// program's name and a lease; whatever becomes of its caller, it ends once. Whoever calls has looked at the
/// macaroon. Core thread.
class SessionRequests : public QObject
{
    Q_OBJECT

public:
    SessionRequests(const WorkHouse &house, SessionStore &sessions, SessionPayments &payments);
    ~SessionRequests() override;

    using Outcome = std::variant<Sessions::Answer, Sessions::TopUpNeeded>;
    /// `maximum`: what the macaroon allows for one request.
    QCoro::Task<Outcome> run(QString sessionId, QString request, QString idempotencyKey,
                             std::optional<Sats> maximum);
    [[nodiscard]] Page<SessionRequest> list(const QString &sessionId, const PageRequest &page);

    /// No new requests until start(); those that wait for another program's answer are let go.
    void stop();
    /// Takes new ones, once those that this program left before are ended.
    void start();
    /// Goes on holding what runs here, and ends what nobody works on any more.
    void keepUp();
    [[nodiscard]] bool isRunning() const { return !m_running.empty(); }

    static constexpr Millis lease = seconds(120);

private:
    /// What the agent made of a request.
    struct Done
    {
        RequestState state = RequestState::Failed;
        WorkCost actual;
        QString result;
        QString reason;
        QString error;
        bool towerFault = false;
    };
    enum class Begun { Running, Repeated, TooLittle };
    struct Attempt
    {
        Begun begun = Begun::TooLittle;
        Session session;
        SessionRequest request;
        Sats missing;
    };
    /// True for the one caller that ends the request.
    using Claim = std::function<bool(Transaction &)>;

    /// What names it in the books of the pool and of trust.
    static QString refOf(const SessionRequest &request) { return QStringLiteral("request:") + request.id; }
    Attempt begin(SessionRequest request, const SessionRequestStore::Identification &as,
                  std::optional<Sats> maximum);
    QCoro::Task<Outcome> answer(SessionRequest request);
    QCoro::Task<Outcome> repeat(SessionRequestStore::Known known, QString bodyHash);
    QCoro::Task<Outcome> needMore(Attempt attempt);
    QCoro::Task<Done> perform(SessionRequest request);
    [[nodiscard]] WorkCost costOf(const AgentUsage &usage, ModelUse use, const Quote &quote) const;
    void settle(SessionRequest request, const Done &done, const Claim &claim);
    Sats charge(Transaction &transaction, SessionRequest &request, const Done &done);
    void judge(Transaction &transaction, const Session &session, const SessionRequest &request,
               const Done &done);
    void endAbandoned(bool ownToo);
    Later<bool> nextLook(const QString &requestId);
    void tell(const QString &requestId);
    [[nodiscard]] Outcome stored(const QString &requestId);

    const WorkHouse &m_house;
    SessionStore &m_sessions;
    SessionPayments &m_payments;
    SessionRequestStore m_store;
    Settlement m_settlement;
    std::set<QString> m_running;                            ///< by this program
    std::vector<std::pair<QString, Later<bool>>> m_waiting; ///< for an answer; given: whether to look again
    bool m_stopped = false;
};

} // namespace tower
