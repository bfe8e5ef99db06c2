// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/work/SessionMacaroons.h"
#include "core/work/SessionStore.h"
#include "core/work/WorkHouse.h"

#include <QObject>

#include <memory>
#include <variant>

class QTimer;

namespace tower {

class Reconcile;
class SessionPayments;
class SessionPayouts;
class SessionRequests;

/// Pre-funded balances for many requests. Concurrent requests never spend the same sat: each reserves what it
/// may cost with one guarded update before it runs. Core thread.
class Sessions : public QObject
{
    Q_OBJECT

public:
    Sessions(const WorkHouse &house, const SessionMacaroons &macaroons, QObject *parent = nullptr);
    ~Sessions() override;

    /// Throws badRequest("amount_sats") with the bounds, and what Invoices::request() does.
    QCoro::Task<Session> create(Sats amount, std::optional<PubKey> key);
    /// The session, its open invoice looked up first. Throws notFound "session_not_found".
    QCoro::Task<Session> poll(QString id);
    [[nodiscard]] std::optional<Session> find(const QString &id);
    [[nodiscard]] Page<Session> list(const SessionFilter &filter, const PageRequest &page);
    [[nodiscard]] Page<SessionRequest> requests(const QString &sessionId, const PageRequest &page);
    /// The newest invoice of a session that is still to be paid.
    [[nodiscard]] std::optional<Invoice> openInvoice(const Session &session);
    /// "" until the first payment.
    [[nodiscard]] QByteArray macaroon(const Session &session) const;
    /// For an answer to somebody who was let in with `authorization` (SessionMacaroons::renewed()).
    [[nodiscard]] QByteArray macaroonFor(const QByteArray &authorization, const Session &session) const;

    /// What a request found too little balance for.
    struct TopUpNeeded
    {
        Session session;
        Sats needed; ///< in all, for this request
        Invoice invoice;
    };
    struct Answer
    {
        SessionRequest request;
        Session session;
    };
    /// `idempotencyKey`: "" without one. Throws badRequest, unauthorized (see SessionMacaroons), notFound,
    /// conflict "session_not_active", gone "session_expired", unprocessable "idempotency_mismatch", forbidden
    /// "max_sats_exceeded". Work that has begun is settled, whatever becomes of the caller.
    QCoro::Task<std::variant<Answer, TopUpNeeded>> request(QString id, QString request,
                                                           QByteArray authorization, QString idempotencyKey);
    /// A further invoice; credited exactly once, when it is paid.
    QCoro::Task<Invoice> topUp(QString id, Sats amount, QByteArray authorization);

    struct Withdrawal
    {
        Session session;
        OutgoingPayment payment;
    };
    /// Pays the whole unused balance to a BOLT 11 invoice of exactly that amount, and closes the session;
    /// what came too late for the session is paid after that. The same invoice again gives the state of its
    /// payment. Throws badRequest("bolt11"), conflict "requests_running", "nothing_to_withdraw".
    QCoro::Task<Withdrawal> withdraw(QString id, QString bolt11, QByteArray authorization);
    /// By the operator: no more requests; the balance stays the customer's. Throws notFound, conflict.
    Session close(const QString &id, const QString &reason, const QString &actor);

    /// Ends what a crash left (nothing is debited), and lets sessions expire.
    void start();
    void stop();
    [[nodiscard]] bool isRunning() const;

private:
    /// As it is now: expired, if its time is up. Throws notFound "session_not_found".
    Session current(const QString &id);
    bool expire(const QString &id);
    void sweep();

    WorkHouse m_house;
    const SessionMacaroons &m_macaroons;
    SessionStore m_store;
    std::unique_ptr<SessionPayments> m_payments;
    std::unique_ptr<SessionRequests> m_requests;
    std::unique_ptr<SessionPayouts> m_payouts;
    QTimer *m_timer = nullptr;
};

/// The sessions' part of the books: each balance against the ledger, both ways round; each reserved sat
/// belongs to a running request.
void addSessionChecks(Reconcile &reconcile);

} // namespace tower
