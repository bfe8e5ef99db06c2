// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/EventLogStore.h"

#include "core/base/Error.h"
#include "core/store/KeysetQuery.h"

namespace tower {

namespace {

constexpr int numberingTries = 100;

LoggedEvent toLoggedEvent(const Row &row)
{
    LoggedEvent event;
    event.eventId = row.eventId("event_id");
    event.kind = static_cast<int>(row.integer("kind"));
    event.purpose = row.text("purpose");
    if (!row.isNull("recipient"))
        event.recipient = row.pubKey("recipient");
    if (!row.isNull("amount_sats"))
        event.amount = row.sats("amount_sats");
    event.publishState = publishStateFromText(row.text("publish_state"));
    event.tries = static_cast<int>(row.integer("publish_tries"));
    event.relayAnswer = row.text("publish_answer");
    event.rawEvent = row.utf8("raw_event");
    event.createdAt = row.millis("created_at");
    return event;
}

constexpr auto columns = "event_id, kind, purpose, recipient, amount_sats, publish_state, publish_tries, "
                         "publish_answer, raw_event, created_at";

} // namespace

bool EventLogStore::insert(Transaction &transaction, const LoggedEvent &event)
{
    // Two programs may draw the same number: the unique index lets one of them through, the other draws
    // again.
    for (int i = 0; i < numberingTries; ++i) {
        const int inserted = transaction.database().execute(
            R"(
            INSERT INTO timmy_nostr_events (event_id, seq, kind, purpose, recipient, amount_sats, raw_event,
                                            publish_state, publish_open, created_at)
            VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM timmy_nostr_events), ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING)",
            {event.eventId, event.kind, event.purpose, event.recipient, event.amount, event.rawEvent,
             toText(event.publishState), event.publishState == PublishState::Waiting, event.createdAt});
        if (inserted == 1) {
            transaction.changed("timmy_event", event.eventId.text());
            return true;
        }
        if (find(event.eventId))
            return false;
    }
    throw internalError(QStringLiteral("The event log could not be numbered."));
}

std::optional<LoggedEvent> EventLogStore::find(const EventId &id)
{
    return m_database.one(std::string("SELECT ") + columns + " FROM timmy_nostr_events WHERE event_id = ?",
                          {id}, toLoggedEvent);
}

Page<LoggedEvent> EventLogStore::list(const EventLogFilter &filter, const PageRequest &page)
{
    KeysetQuery query(columns, "timmy_nostr_events", "event_id");
    if (filter.publishState)
        query.where("publish_state = ?", {toText(*filter.publishState)});
    if (!filter.purpose.isEmpty())
        query.where("purpose = ?", {filter.purpose});
    if (filter.recipient)
        query.where("recipient = ?", {*filter.recipient});
    query.orderBy("created_at", KeysetQuery::Key::Integer, true);
    return query.run(m_database, page, toLoggedEvent);
}

bool EventLogStore::setWaiting(Transaction &transaction, const EventId &id)
{
    const bool set = transaction.database().execute(R"(
        UPDATE timmy_nostr_events
        SET publish_state = 'waiting', publish_open = 1, publish_tries = 0, publish_next_at = 0,
            publish_answer = ''
        WHERE event_id = ? AND (publish_state = 'none' OR publish_state = 'failed'))",
                                                    {id}) == 1;
    if (set)
        transaction.changed("timmy_event", id.text());
    return set;
}

std::optional<PublishQueue::Claimed> Outbox::claim(Millis now, Millis leaseUntil)
{
    struct Due
    {
        Claimed row;
        bool anothers = false;
    };
    const auto map = [now, this](const Row &row) {
        return Due{Claimed{row.eventId("event_id"), row.utf8("raw_event"),
                           static_cast<int>(row.integer("publish_tries"))},
                   row.text("publish_owner") != m_owner && row.millis("publish_lease_until") > now};
    };
    for (;;) {
        const auto due = m_database.one(R"(
            SELECT event_id, raw_event, publish_tries, publish_owner, publish_lease_until
            FROM timmy_nostr_events
            WHERE publish_open = 1 AND publish_next_at <= ?
            ORDER BY seq LIMIT 1)",
                                        {now}, map);
        // What another program is at comes first: nothing goes out beside it.
        if (!due || due->anothers)
            return std::nullopt;
        const bool ours = m_database.execute(R"(
            UPDATE timmy_nostr_events SET publish_owner = ?, publish_lease_until = ?, publish_sent = 1
            WHERE event_id = ? AND publish_open = 1
              AND publish_next_at <= ? AND (publish_lease_until <= ? OR publish_owner = ?))",
                                             {m_owner, leaseUntil, due->row.id, now, now, m_owner}) == 1;
        if (ours)
            return due->row;
    }
}

bool Outbox::published(const EventId &id, const QString &answer)
{
    Transaction transaction(m_database);
    const bool ours = m_database.execute(R"(
        UPDATE timmy_nostr_events
        SET publish_state = 'published', publish_open = 0, publish_answer = ?, publish_owner = NULL,
            publish_lease_until = 0
        WHERE event_id = ? AND publish_owner = ? AND publish_open = 1)",
                                         {answer, id, m_owner}) == 1;
    if (ours)
        transaction.changed("timmy_event", id.text());
    transaction.commit();
    return ours;
}

bool Outbox::failed(const EventId &id, int tries, std::optional<Millis> nextAt, const QString &answer,
                    bool sent)
{
    Transaction transaction(m_database);
    const bool ours = m_database.execute(R"(
        UPDATE timmy_nostr_events
        SET publish_state = 'failed', publish_tries = ?, publish_next_at = ?, publish_open = ?,
            publish_answer = ?, publish_sent = ?, publish_owner = NULL, publish_lease_until = 0
        WHERE event_id = ? AND publish_owner = ? AND publish_open = 1)",
                                         {tries, nextAt.value_or(Millis()), nextAt.has_value(), answer, sent,
                                          id, m_owner}) == 1;
    if (ours)
        transaction.changed("timmy_event", id.text());
    transaction.commit();
    return ours;
}

void Outbox::release(const EventId &id, bool sent)
{
    m_database.execute(R"(
        UPDATE timmy_nostr_events SET publish_owner = NULL, publish_lease_until = 0, publish_sent = ?
        WHERE event_id = ? AND publish_owner = ? AND publish_open = 1)",
                       {sent, id, m_owner});
}

void Outbox::recover(Millis now)
{
    m_database.execute(R"(
        UPDATE timmy_nostr_events SET publish_owner = NULL, publish_lease_until = 0, publish_next_at = 0
        WHERE publish_open = 1
          AND (publish_owner IS NULL OR publish_owner = ? OR publish_lease_until <= ?))",
                       {m_owner, now});
}

void Outbox::explainWaiting(const QString &answer)
{
    m_database.execute(R"(
        UPDATE timmy_nostr_events SET publish_answer = ?
        WHERE publish_open = 1 AND publish_answer = '')",
                       {answer});
}

std::optional<Millis> Outbox::nextDue()
{
    // Whoever holds a lease goes on by itself; if it can't, the lease's end is when it is our turn.
    return m_database.one(R"(
        SELECT CASE WHEN due.lease_until > due.next_at THEN due.lease_until ELSE due.next_at END AS next_at
        FROM (SELECT min(publish_next_at) AS next_at,
                     max(CASE WHEN publish_owner = ? THEN 0 ELSE publish_lease_until END) AS lease_until
              FROM timmy_nostr_events
              WHERE publish_open = 1) due
        WHERE due.next_at IS NOT NULL)",
                          {m_owner}, [](const Row &row) { return row.millis("next_at"); });
}

} // namespace tower
