// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/store/Database.h"

#include <optional>

namespace tower {

/// The SQL of the queue's publishing. A row under way belongs to one owner until its lease runs out; every
/// outcome is guarded by the owner.
class PublishStore
{
public:
    struct Claimed
    {
        EventId id;
        QByteArray rawEvent;
        int tries = 0; ///< that failed before
    };

    PublishStore(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    /// The row that has been due longest and that nobody works on; it is ours until `leaseUntil`, and counts
    /// as sent from now on. A row whose author was revoked after the approval is ended instead.
    std::optional<Claimed> claim(Millis now, Millis leaseUntil);
    /// False when the row is no longer ours.
    bool published(const EventId &id, const QString &answer);
    /// Without `nextAt` it is not tried again, until it is approved anew.
    bool failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer, bool sent);
    /// Hands a row back untouched: `sent` tells whether it may have reached the relay.
    void release(const EventId &id, bool sent);

    /// After a start: what was ours is free again, and what waits is due at once. Rows that another instance
    /// works on stay its own.
    void recover(Millis now);
    /// Writes `answer` at rows that wait and have none.
    void explainWaiting(const QString &answer);
    /// When the next row is due.
    std::optional<Millis> nextDue();

private:
    void endRevoked(const EventId &id, Millis now);

    Database &m_database;
    QString m_owner;
};

} // namespace tower
