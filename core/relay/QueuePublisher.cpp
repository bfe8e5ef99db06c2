// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/QueuePublisher.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace tower {

namespace {

constexpr Millis longestBackOff = seconds(300);
/// Longer than the two questions that a publishing asks, with their deadlines.
constexpr Millis lease = seconds(60);
constexpr Millis shortestSleep(100);
/// What another program approved, or left behind, is found so late.
constexpr Millis longestSleep = seconds(30);

/// The relay has a newer version, or its author deleted it: nothing will change that.
bool isFinal(const PublishOutcome &outcome)
{
    return outcome.kind == PublishOutcome::Kind::Refused &&
           (outcome.answer.startsWith(QLatin1String("replaced:")) ||
            outcome.answer.startsWith(QLatin1String("deleted:")));
}

bool isStored(const PublishOutcome &outcome)
{
    return outcome.kind == PublishOutcome::Kind::Accepted || outcome.kind == PublishOutcome::Kind::Duplicate;
}

} // namespace

QueuePublisher::QueuePublisher(Database &database, const Clock &clock, const Settings &settings,
                               RelayClient &relay, const QString &instance, QObject *parent)
    : QObject(parent)
    , m_store(database, instance)
    , m_clock(clock)
    , m_settings(settings)
    , m_relay(relay)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &QueuePublisher::wake);
}

QueuePublisher::~QueuePublisher()
{
    stop();
}

void QueuePublisher::start()
{
    try {
        m_store.recover(m_clock.now());
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("publishing not recovered yet"), {{"error", error.message()}});
    }
    m_started = true;
    wake();
}

void QueuePublisher::stop()
{
    m_started = false;
    m_timer->stop();
    m_relay.abort();
}

void QueuePublisher::wake()
{
    if (!m_started)
        return;
    if (m_running) {
        m_again = true;
        return;
    }
    run();
}

QCoro::Task<void> QueuePublisher::run()
{
    const QPointer<QueuePublisher> self(this);
    m_running = true;
    try {
        while (m_started) {
            // Read each time: the operator may point elsewhere, or nowhere, between two events.
            m_relay.setUrl(m_settings.text(Setting::NostrRelayUrl));
            if (m_relay.url().isEmpty())
                m_store.explainWaiting(QStringLiteral("no relay is configured (NOSTR_RELAY_URL)"));
            if (m_relay.url().isEmpty() || m_clock.now() < m_relay.retryAt())
                break;
            m_again = false;
            const std::optional<PublishStore::Claimed> row =
                m_store.claim(m_clock.now(), m_clock.now() + lease);
            if (!row)
                break;
            const Event event = parseEvent(row->rawEvent).event.value_or(Event{});
            Later<PublishOutcome> publishing = m_relay.publish(event);
            const PublishOutcome outcome = co_await publishing;
            if (!self)
                co_return;
            Presence seen = Presence::Unknown;
            if (m_started && isStored(outcome)) {
                Later<Presence> asking = m_relay.has(event.id);
                seen = co_await asking;
                if (!self)
                    co_return;
            }
            if (m_started)
                settle(*row, outcome, seen);
            else
                m_store.release(row->id, outcome.sent);
        }
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("publishing paused"), {{"error", error.message()}});
    }
    m_running = false;
    if (m_started)
        sleepUntilDue();
}

void QueuePublisher::settle(const PublishStore::Claimed &row, const PublishOutcome &outcome, Presence seen)
{
    if (isStored(outcome) && seen == Presence::There) {
        m_store.published(row.id, outcome.answer);
        log::info("relay", QStringLiteral("published"),
                  {{"event", row.id.text()}, {"answer", outcome.answer}});
        return;
    }
    QString answer = outcome.answer;
    if (isStored(outcome)) {
        answer = seen == Presence::NotThere
                     ? QStringLiteral("the relay took the event, but does not return it")
                     : QStringLiteral("the relay took the event, but could not be asked for it");
    }
    const int tries = row.tries + 1;
    std::optional<Millis> nextAt;
    if (!isFinal(outcome))
        nextAt = m_clock.now() + backOff(tries, longestBackOff);
    // A refused event is not stored; one that got no answer may be.
    const bool mayBeStored = outcome.kind != PublishOutcome::Kind::Refused && outcome.sent;
    m_store.failed(row.id, tries, nextAt, answer, mayBeStored);
    log::warning("relay", QStringLiteral("not published"),
                 {{"event", row.id.text()},
                  {"answer", answer},
                  {"tries", QString::number(tries)},
                  {"next", nextAt ? toIso(*nextAt) : QStringLiteral("never")}});
}

void QueuePublisher::sleepUntilDue()
{
    Millis wait = longestSleep;
    try {
        if (const auto due = m_store.nextDue(); due && !m_relay.url().isEmpty())
            wait = std::max(*due, m_relay.retryAt()) - m_clock.now();
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("publishing paused"), {{"error", error.message()}});
    }
    if (std::exchange(m_again, false))
        wait = shortestSleep;
    wait = std::clamp(wait, shortestSleep, longestSleep);
    m_timer->start(std::chrono::milliseconds(wait.value()));
}

} // namespace tower
