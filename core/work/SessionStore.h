// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"
#include "core/store/KeysetQuery.h"
#include "core/store/Page.h"
#include "core/work/Session.h"

namespace tower {

struct SessionFilter
{
    std::optional<SessionState> state{};
    std::optional<PubKey> pubkey{};
    bool open = false; ///< neither expired nor closed
};

/// The SQL of the table sessions. Knows no rule.
class SessionStore
{
public:
    explicit SessionStore(Database &database)
        : m_database(database)
    {
    }

    void insert(Transaction &transaction, const Session &session);
    std::optional<Session> find(const QString &id);
    /// The row, locked for this transaction.
    std::optional<Session> lock(Transaction &transaction, const QString &id);
    static KeysetQuery listQuery(const SessionFilter &filter);
    Page<Session> list(const SessionFilter &filter, const PageRequest &page);

    /// A payment came: active, or paused while the balance stays below `minimum`; it lives until `expiresAt`
    /// at least. False when it was closed or has expired.
    bool credit(Transaction &transaction, const QString &id, Sats sats, Sats minimum, Millis expiresAt,
                Millis now);
    /// Holds sats for a request; false, and nothing held, when the session is not active or has too little.
    bool reserve(Transaction &transaction, const QString &id, Sats sats, Millis now);
    /// A request has ended: what was held is given back, less `debited`; pauses below `minimum`.
    void settle(Transaction &transaction, const QString &id, Sats held, Sats debited, Sats minimum,
                Millis now);

    /// Never paid: awaiting_payment → expired.
    bool lapse(Transaction &transaction, const QString &id, Millis now);
    /// active or paused → expired, if its time is up.
    bool expire(Transaction &transaction, const QString &id, Millis now);
    /// Sessions whose time is up.
    std::vector<QString> due(Millis now, int limit);
    /// Neither expired nor closed → closed.
    bool close(Transaction &transaction, const QString &id, Millis now);
    /// Takes out all of it, and closes; false when `balance` is not what is in there or a request runs.
    bool empty(Transaction &transaction, const QString &id, Sats balance, Millis now);
    /// What was taken out has come back.
    void restore(Transaction &transaction, const QString &id, Sats sats, Millis now);

    /// The session's invoices that can be paid, the newest first.
    std::vector<PaymentHash> payable(const QString &id, Millis now, int limit);
    /// A top-up invoice of at least this amount that can be paid until `until` or longer.
    std::optional<PaymentHash> payableTopUp(const QString &id, Sats atLeast, Millis until);

private:
    Database &m_database;
};

} // namespace tower
