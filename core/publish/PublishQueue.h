// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Types.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace tower {

/// Events in a table that wait to be brought to the relay. A row under way belongs to one program until its
/// lease runs out; every outcome is guarded by the owner.
class PublishQueue
{
public:
    struct Claimed
    {
        EventId id;
        QByteArray rawEvent;
        int tries = 0; ///< that failed before
    };

    virtual ~PublishQueue() = default;

    /// The row whose turn it is and that nobody works on; it is ours until `leaseUntil`, and counts as sent
    /// from now on.
    virtual std::optional<Claimed> claim(Millis now, Millis leaseUntil) = 0;
    /// False when the row is no longer ours.
    virtual bool published(const EventId &id, const QString &answer) = 0;
    /// Without `nextAt` it is not tried again, until somebody decides so.
    virtual bool failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer,
                        bool sent) = 0;
    /// Hands a row back untouched: `sent` tells whether it may have reached the relay.
    virtual void release(const EventId &id, bool sent) = 0;

    /// After a start: what was ours is free again, and what waits is due at once. Rows that another instance
    /// works on stay its own.
    virtual void recover(Millis now) = 0;
    /// Writes `answer` at rows that wait and have none.
    virtual void explainWaiting(const QString &answer) = 0;
    /// When the next row is due.
    virtual std::optional<Millis> nextDue() = 0;

    /// What is said in an order is to arrive in it: while the relay can't be reached nothing overtakes.
    [[nodiscard]] virtual bool keepsOrder() const = 0;
};

} // namespace tower
