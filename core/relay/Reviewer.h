// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/base/Settings.h"
#include "core/relay/ModerationQueue.h"

#include <QCoroTask>
#include <QObject>

class QTimer;

namespace tower {

/// Has the agent look at what waits in the queue: trusted authors' events as they come, the others by tier
/// and age, MODERATION_BATCH each MODERATION_POLL_MS. What a verdict does is ModerationQueue::takeReview's
/// rule. Core thread. Without start() (there is no AI key) it does nothing, and everything waits for the
/// operator.
class Reviewer : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Off,     ///< no AI reviewer
        Waiting, ///< for the next poll
        Reviewing,
        Failing, ///< the agent gave no answer last time; tried again at the next poll
    };

    Reviewer(ModerationQueue &queue, const Settings &settings, Agent &agent, QObject *parent = nullptr);
    ~Reviewer() override;

    void start();
    /// No review begins any more; one that runs ends with its agent call (Agent::abort).
    void stop();
    /// What the timer does.
    void poll();
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] bool isRunning() const { return m_state == State::Reviewing; }

private:
    void trustedCame();
    void begin();
    QCoro::Task<void> run();
    void giveBack(const EventId &id, bool failed);

    ModerationQueue &m_queue;
    const Settings &m_settings;
    Agent &m_agent;
    QTimer *m_timer = nullptr;
    State m_state = State::Off;
    bool m_started = false;
    int m_batchLeft = 0;               ///< reviews of other than trusted authors until the next poll
    std::optional<EventId> m_failedAt; ///< what the last failed reviews were of, one after another
    int m_failures = 0;
};

QString toText(Reviewer::State state); ///< off, waiting, reviewing, failing

} // namespace tower
