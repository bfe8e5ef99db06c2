// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/publish/PublishQueue.h"
#include "core/store/Database.h"

namespace tower {

/// The approved events of relay_event_queue that wait to be published.
class PublishStore final : public PublishQueue
{
public:
    /// `owner` names this program, the same after a restart.
    PublishStore(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    /// The row that has been due longest. A row whose author was revoked after the approval is ended instead.
    std::optional<Claimed> claim(Millis now, Millis leaseUntil) override;
    bool published(const EventId &id, const QString &answer) override;
    bool failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer,
                bool sent) override;
    void release(const EventId &id, bool sent) override;
    void recover(Millis now) override;
    void explainWaiting(const QString &answer) override;
    std::optional<Millis> nextDue() override;
    /// They are of different authors, at different times.
    [[nodiscard]] bool keepsOrder() const override { return false; }

private:
    void endRevoked(const EventId &id, Millis now);

    Database &m_database;
    QString m_owner;
};

} // namespace tower
