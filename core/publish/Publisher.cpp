// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/publish/Publisher.h"

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
/// How often an event that got no clear answer may hold up those behind it.
constexpr int patientTries = 3;
/// A relay that refused something so often will not take it.
constexpr int refusedTries = 10;
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

Publisher::Publisher(PublishQueue &queue, const Clock &clock, const Settings &settings, RelayClient &relay,
                     QObject *parent)
    : QObject(parent)
    , m_queue(queue)
    , m_clock(clock)
    , m_settings(settings)
    , m_relay(relay)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &Publisher::wake);
}

Publisher::~Publisher()
{
    stop();
}

void Publisher::start()
{
    try {
        m_queue.recover(m_clock.now());
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("publishing not recovered yet"), {{"error", error.message()}});
    }
    m_started = true;
    wake();
}

void Publisher::stop()
{
    m_started = false;
    m_timer->stop();
    m_relay.abort();
}

void Publisher::wake()
{
    if (!m_started)
        return;
    if (m_running) {
        m_again = true;
        return;
    }
    run();
}

QCoro::Task<void> Publisher::run()
{
    const QPointer<Publisher> self(this);
    m_running = true;
    try {
        while (m_started) {
            // Read each time: the operator may point elsewhere, or nowhere, between two events.
            m_relay.setUrl(m_settings.text(Setting::NostrRelayUrl));
            if (m_relay.url().isEmpty())
                m_queue.explainWaiting(QStringLiteral("no relay is configured (NOSTR_RELAY_URL)"));
            if (m_relay.url().isEmpty() || m_clock.now() < m_relay.retryAt())
                break;
            m_again = false;
            const std::optional<PublishQueue::Claimed> row =
                m_queue.claim(m_clock.now(), m_clock.now() + lease);
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
                m_queue.release(row->id, outcome.sent);
        }
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("publishing paused"), {{"error", error.message()}});
    }
    m_running = false;
    if (m_started)
        sleepUntilDue();
}

void Publisher::settle(const PublishQueue::Claimed &row, const PublishOutcome &outcome, Presence seen)
{
    if (isStored(outcome) && seen == Presence::There) {
        m_queue.published(row.id, outcome.answer);
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
    const std::optional<Millis> nextAt = nextTry(outcome, tries);
    // A refused event is not stored; one that got no answer may be.
    const bool mayBeStored = outcome.kind != PublishOutcome::Kind::Refused && outcome.sent;
    m_queue.failed(row.id, tries, nextAt, answer, mayBeStored);
    log::warning("relay", QStringLiteral("not published"),
                 {{"event", row.id.text()},
                  {"answer", answer},
                  {"tries", QString::number(tries)},
                  {"next", nextAt ? toIso(*nextAt) : QStringLiteral("never")}});
}

/// Nullopt: never.
std::optional<Millis> Publisher::nextTry(const PublishOutcome &outcome, int tries) const
{
    if (isFinal(outcome))
        return std::nullopt;
    if (m_queue.keepsOrder()) {
        const bool refused = outcome.kind == PublishOutcome::Kind::Refused;
        if (refused && tries >= refusedTries)
            return std::nullopt;
        // The relay client waits by itself before it connects again.
        if (!outcome.sent || (!refused && tries <= patientTries))
            return m_clock.now();
    }
    return m_clock.now() + backOff(tries, longestBackOff);
}

void Publisher::sleepUntilDue()
{
    Millis wait = longestSleep;
    try {
        if (const auto due = m_queue.nextDue(); due && !m_relay.url().isEmpty())
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
