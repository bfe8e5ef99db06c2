// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/EventLog.h"

#include "core/base/Error.h"

#include <QStringList>

namespace tower {

namespace {

/// Signed for somebody else's eyes than the relay's.
bool staysHere(const QString &purpose)
{
    return purpose == QLatin1String("zap_request") || purpose == QLatin1String("nip98");
}

} // namespace

EventLog::EventLog(Database &database, const Clock &clock, const Settings &settings,
                   const TimmyIdentity &timmy, Activity &activity, QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_timmy(timmy)
    , m_activity(activity)
    , m_store(database)
{
}

Event EventLog::log(Transaction &transaction, const EventTemplate &event, const EventPurpose &purpose,
                    Send send)
{
    const Millis now = m_clock.now();
    Event signedEvent = m_timmy.sign(event, now);
    const bool waits = send == Send::ToRelay && !m_settings.text(Setting::NostrRelayUrl).isEmpty();
    LoggedEvent row;
    row.eventId = signedEvent.id;
    row.kind = event.kind;
    row.purpose = purpose.purpose;
    row.recipient = purpose.recipient;
    row.amount = purpose.amount;
    row.publishState = waits ? PublishState::Waiting : PublishState::None;
    row.rawEvent = signedEvent.toJson();
    row.createdAt = now;
    if (m_store.insert(transaction, row) && waits)
        transaction.afterCommit([this] { emit waiting(); });
    return signedEvent;
}

Page<LoggedEvent> EventLog::list(const EventLogFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

std::optional<LoggedEvent> EventLog::find(const EventId &id)
{
    return m_store.find(id);
}

bool EventLog::canBeSent(const LoggedEvent &event)
{
    return (event.publishState == PublishState::None || event.publishState == PublishState::Failed) &&
           !staysHere(event.purpose);
}

LoggedEvent EventLog::send(const EventId &id, const QString &actor)
{
    const std::optional<LoggedEvent> event = m_store.find(id);
    if (!event)
        throw notFound(QStringLiteral("Timmy has signed no event of this id."), "event_not_found");
    if (staysHere(event->purpose))
        throw conflict(QStringLiteral("An event of this purpose is never sent to the relay."), "never_sent");
    if (m_settings.text(Setting::NostrRelayUrl).isEmpty())
        throw conflict(QStringLiteral("No relay is configured (NOSTR_RELAY_URL)."), "no_relay");
    Transaction transaction(m_database);
    if (!m_store.setWaiting(transaction, id))
        throw conflict(QStringLiteral("The event is published, or on its way."), "event_not_idle");
    m_activity.record(transaction, {actor,
                                    QStringLiteral("event.send"),
                                    id.text(),
                                    {},
                                    {{QStringLiteral("publishState"), toText(event->publishState)}},
                                    {{QStringLiteral("publishState"), toText(PublishState::Waiting)}}});
    transaction.afterCommit([this] { emit waiting(); });
    transaction.commit();
    return *m_store.find(id);
}

} // namespace tower
