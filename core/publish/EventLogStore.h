// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/publish/PublishQueue.h"
#include "core/publish/PublishState.h"
#include "core/store/Database.h"
#include "core/store/Page.h"

namespace tower {

struct LoggedEvent
{
    EventId eventId;
    int kind = 0;
    QString purpose;
    std::optional<PubKey> recipient;
    std::optional<Sats> amount;
    PublishState publishState = PublishState::None;
    int tries = 0;
    QString relayAnswer;
    QByteArray rawEvent;
    Millis createdAt;
};

struct EventLogFilter
{
    std::optional<PublishState> publishState{};
    QString purpose{};
    std::optional<PubKey> recipient{};
};

/// The SQL of timmy_nostr_events. Knows no rule.
class EventLogStore
{
public:
    explicit EventLogStore(Database &database)
        : m_database(database)
    {
    }

    /// False when it was there already.
    bool insert(Transaction &transaction, const LoggedEvent &event);
    std::optional<LoggedEvent> find(const EventId &id);
    Page<LoggedEvent> list(const EventLogFilter &filter, const PageRequest &page);
    /// Guarded: out of none or failed, as new.
    bool setWaiting(Transaction &transaction, const EventId &id);

private:
    Database &m_database;
};

/// The rows of timmy_nostr_events that wait to be published, in the order in which they were signed: one at a
/// time, whichever program is at it. What is tried again later lets those behind it pass.
class Outbox final : public PublishQueue
{
public:
    /// `owner` names this program, the same after a restart.
    Outbox(Database &database, QString owner)
        : m_database(database)
        , m_owner(std::move(owner))
    {
    }

    std::optional<Claimed> claim(Millis now, Millis leaseUntil) override;
    bool published(const EventId &id, const QString &answer) override;
    bool failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer,
                bool sent) override;
    void release(const EventId &id, bool sent) override;
    void recover(Millis now) override;
    void explainWaiting(const QString &answer) override;
    std::optional<Millis> nextDue() override;
    [[nodiscard]] bool keepsOrder() const override { return true; }

private:
    Database &m_database;
    QString m_owner;
};

} // namespace tower
