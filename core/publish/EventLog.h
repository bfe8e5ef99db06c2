// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/base/Settings.h"
#include "core/publish/EventLogStore.h"
#include "core/publish/TimmyIdentity.h"

#include <QObject>

namespace tower {

/// What an event is for, beside what it says.
struct EventPurpose
{
    QString purpose; ///< zap_request, engagement, receipt, nip98 ...
    std::optional<PubKey> recipient{};
    std::optional<Sats> amount{};
};

/// Every event that Timmy signs: table timmy_nostr_events is the log and the outbox. A row is written before
/// the event can leave, in the transaction of whoever has it signed. Core thread.
class EventLog : public QObject
{
    Q_OBJECT

public:
    EventLog(Database &database, const Clock &clock, const Settings &settings, const TimmyIdentity &timmy,
             Activity &activity, QObject *parent = nullptr);

    enum class Send {
        No,      ///< logged only, publish state none: zap requests, NIP-98
        ToRelay, ///< waiting; none while no relay is configured
    };
    /// Signs and writes down; the same template at the same moment has the same id and is logged once.
    Event log(Transaction &transaction, const EventTemplate &event, const EventPurpose &purpose, Send send);

    Page<LoggedEvent> list(const EventLogFilter &filter, const PageRequest &page);
    std::optional<LoggedEvent> find(const EventId &id);
    /// The operator sends what was logged only, or tries again what failed for good. Conflict when it is
    /// published or on its way, of a purpose that never leaves (zap_request, nip98), or no relay is
    /// configured.
    LoggedEvent send(const EventId &id, const QString &actor);
    /// Whether send() would, given a relay.
    static bool canBeSent(const LoggedEvent &event);

signals:
    /// After commit: there is something to publish.
    void waiting();

private:
    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    const TimmyIdentity &m_timmy;
    Activity &m_activity;
    EventLogStore m_store;
};

} // namespace tower
