// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/Database.h"
#include "core/store/Page.h"
#include "core/work/Session.h"

namespace tower {

/// The SQL of the table session_requests. Knows no rule.
class SessionRequestStore
{
public:
    /// `owner` names this program.
    SessionRequestStore(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    /// What makes a repeat of a request the same request.
    struct Identification
    {
        QString key; ///< "": none
        QString bodyHash;
    };
    /// This program's, until `leaseUntil`. False when the session has a request with that key already.
    bool insert(Transaction &transaction, const SessionRequest &request, const Identification &as,
                Millis leaseUntil);
    std::optional<SessionRequest> find(const QString &id);
    struct Known
    {
        QString id;
        QString bodyHash;
    };
    std::optional<Known> withKey(const QString &sessionId, const QString &key);
    /// Newest first.
    Page<SessionRequest> list(const QString &sessionId, const PageRequest &page);

    /// running → that state; false when it has ended already.
    bool end(Transaction &transaction, const QString &id, RequestState state);
    /// What came of it.
    void write(Transaction &transaction, const SessionRequest &request);

    /// Goes on holding this program's request.
    void prolong(const QString &id, Millis leaseUntil);
    /// Running requests that nobody works on any more: their lease is over, or, with `ownToo`, they are this
    /// program's (after a start).
    std::vector<SessionRequest> abandoned(Millis now, bool ownToo, int limit);
    /// running → failed, if it is such a one still.
    bool endAbandoned(Transaction &transaction, const QString &id, Millis now, bool ownToo);

private:
    Database &m_database;
    QString m_owner;
};

} // namespace tower
