// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/work/Sessions.h"

namespace tower {

/// The sats that a session gives back: its whole balance, once, and what came too late for it. Whoever calls
/// has looked at the macaroon. Core thread.
class SessionPayouts : public QObject
{
    Q_OBJECT

public:
    SessionPayouts(const WorkHouse &house, SessionStore &sessions);

    QCoro::Task<Sessions::Withdrawal> withdraw(QString sessionId, QString bolt11);

private:
    /// What was ordered before for this invoice, unless that has failed.
    std::optional<OutgoingPayment> ordered(const Session &session, const PaymentHash &paymentHash);
    OutgoingPayment order(const QString &sessionId, const QString &bolt11);
    QCoro::Task<OutgoingPayment> follow(OutgoingPayment payment);
    QCoro::Task<OutgoingPayment> payLate(QString sessionId, QString bolt11);

    const WorkHouse &m_house;
    SessionStore &m_sessions;
};

} // namespace tower
