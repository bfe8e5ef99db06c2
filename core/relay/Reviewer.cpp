// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/Reviewer.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QTimer>

#include <chrono>

namespace tower {

namespace {

/// How often an event is tried before the others get their turn.
constexpr int patience = 3;

ReviewRequest requestFor(const QueuedEvent &event)
{
    const QJsonValue tags = QJsonDocument::fromJson(event.rawEvent).object().value(QLatin1String("tags"));
    ReviewRequest request;
    request.kind = event.kind;
    request.content = QString::fromUtf8(event.content);
    request.tags = QString::fromUtf8(QJsonDocument(tags.toArray()).toJson(QJsonDocument::Compact));
    return request;
}

} // namespace

QString toText(Reviewer::State state)
{
    switch (state) {
    case Reviewer::State::Off:
        return QStringLiteral("off");
    case Reviewer::State::Waiting:
        return QStringLiteral("waiting");
    case Reviewer::State::Reviewing:
        return QStringLiteral("reviewing");
    case Reviewer::State::Failing:
        return QStringLiteral("failing");
    }
    Q_UNREACHABLE();
}

Reviewer::Reviewer(ModerationQueue &queue, const Settings &settings, Agent &agent, QObject *parent)
    : QObject(parent)
    , m_queue(queue)
    , m_settings(settings)
    , m_agent(agent)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &Reviewer::poll);
    connect(&m_queue, &ModerationQueue::queued, this, [this](Tier tier) {
        if (tier >= Tier::Trusted)
            trustedCame();
    });
}

Reviewer::~Reviewer()
{
    stop();
}

void Reviewer::start()
{
    m_started = true;
    m_state = State::Waiting;
    poll();
}

void Reviewer::stop()
{
    m_started = false;
    m_timer->stop();
}

void Reviewer::poll()
{
    if (!m_started)
        return;
    m_timer->start(std::chrono::milliseconds(m_settings.integer(Setting::ModerationPollMs)));
    m_batchLeft = static_cast<int>(m_settings.integer(Setting::ModerationBatch));
    begin();
}

void Reviewer::trustedCame()
{
    // While the agent does not answer, the poll is often enough.
    if (m_started && m_state == State::Waiting)
        begin();
}

void Reviewer::begin()
{
    if (m_state != State::Reviewing)
        run();
}

void Reviewer::giveBack(const EventId &id, bool failed)
{
    if (failed) {
        m_failures = m_failedAt == id ? m_failures + 1 : 1;
        m_failedAt = id;
    }
    // The reason may be the event's own: then the others must not wait behind it for ever.
    const bool last = failed && m_failures == patience;
    if (last)
        m_failedAt.reset();
    try {
        m_queue.giveBackReview(id, last);
    } catch (const ServiceError &error) {
        log::warning("relay", QStringLiteral("a review is not given back"), {{"error", error.message()}});
    }
}

QCoro::Task<void> Reviewer::run()
{
    const QPointer<Reviewer> self(this);
    m_state = State::Reviewing;
    State after = State::Waiting;
    std::optional<EventId> atHand;
    try {
        while (m_started) {
            const std::optional<QueuedEvent> event = m_queue.nextForReview(m_batchLeft == 0);
            if (!event)
                break;
            atHand = event->eventId;
            if (event->tier != Tier::Trusted && m_batchLeft > 0)
                --m_batchLeft;
            Review review;
            try {
                QCoro::Task<Review> reviewing = m_agent.review(requestFor(*event));
                review = co_await reviewing;
            } catch (const ServiceError &error) {
                // An event that the agent will not take is for a person; anything else passes.
                if (error.code() != "agent_bad_request")
                    throw;
                review.reason = error.message();
            }
            if (!self)
                co_return;
            if (!m_started)
                break;
            m_queue.takeReview(event->eventId, review, m_settings.list(Setting::ModerationAutoApproveTiers));
            atHand.reset();
        }
    } catch (const ServiceError &error) {
        if (!self)
            co_return;
        after = State::Failing;
        if (m_started)
            log::warning("relay", QStringLiteral("reviews paused"), {{"error", error.message()}});
    }
    if (atHand)
        giveBack(*atHand, after == State::Failing);
    m_state = m_started ? after : State::Off;
}

} // namespace tower
