// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Later.h"
#include "core/work/SessionStore.h"
#include "core/work/WorkHouse.h"

#include <QObject>

#include <exception>
#include <map>

namespace tower {

/// The sats that come into a session: its deposit and its top-ups, each credited exactly once. Whoever calls
/// has looked at the macaroon. Core thread.
class SessionPayments : public QObject
{
    Q_OBJECT

public:
    SessionPayments(const WorkHouse &house, SessionStore &sessions);
    ~SessionPayments() override;

    /// A new session with its deposit invoice. Throws badRequest("amount_sats") with the bounds.
    QCoro::Task<Session> open(Sats amount, std::optional<PubKey> key);
    /// A further invoice. Throws as open(), and conflict "session_not_active".
    QCoro::Task<Invoice> topUp(QString sessionId, Sats amount);
    /// An invoice of at least this amount, within the bounds, for a session that has too little: the same
    /// one again while it can be paid, so that many refused requests make one invoice.
    QCoro::Task<Invoice> offer(QString sessionId, Sats atLeast);
    /// Asks the wallet about the invoices that the session waits for.
    QCoro::Task<void> lookUp(QString sessionId);
    /// The newest invoice that can be paid.
    [[nodiscard]] std::optional<Invoice> payable(const QString &sessionId);

private:
    /// Of one offer that is being made; the others wait for it.
    using Waiting = std::vector<Later<std::exception_ptr>>;

    void checkAmount(Sats amount) const;
    [[nodiscard]] Millis expiryFromNow() const;
    bool take(Transaction &transaction, const Invoice &invoice, Sats received);
    QCoro::Task<Invoice> issue(QString sessionId, Sats amount);
    void offered(const QString &sessionId, const std::exception_ptr &failure);

    const WorkHouse &m_house;
    SessionStore &m_sessions;
    std::map<QString, Waiting> m_offers;
};

} // namespace tower
