// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/Agent.h"
#include "core/identity/Identities.h"
#include "core/outreach/EngagementStore.h"
#include "core/publish/EventLog.h"

#include <QCoroTask>
#include <QObject>

#include <functional>

class QTimer;

namespace tower {

/// The next run, as it stands now.
struct EngagementPreview
{
    std::optional<Millis> at; ///< nullopt: engagement is off (ENGAGEMENT_INTERVAL_DAYS=0)
    bool needsApproval = true;
    std::vector<Identity> recipients; ///< at most Engagement::maximumRun
};

/// Personal messages to trusted members who stayed away: one run in each interval of ENGAGEMENT_INTERVAL_DAYS
/// (counted since the epoch) and after each start, at most one message per identity and interval whatever is
/// restarted and however many programs run. With ENGAGEMENT_APPROVAL a message waits for the operator, else
/// it is sent at once; what was proposed is sent word for word. Sending is one transaction: the message is
/// marked, and the encrypted event (NIP-04, kind 4) is in the event log. Core thread.
class Engagement : public QObject
{
    Q_OBJECT

public:
    static constexpr int maximumRun = 50;
    static constexpr Millis firstRun = seconds(60); ///< after the start

    /// `poolSats`: what the generosity pool can give now.
    Engagement(Database &database, const Clock &clock, const Settings &settings, Identities &identities,
               const TimmyIdentity &timmy, EventLog &events, Agent &agent, Activity &activity,
               std::function<Sats()> poolSats, QObject *parent = nullptr);
    ~Engagement() override;

    void start();
    /// No message is written any more; one under way ends with its agent call (Agent::abort).
    void stop();
    /// What the timer does, once a minute: begins a run when one is due.
    void poll();
    [[nodiscard]] bool isRunning() const { return m_running; }

    EngagementPreview preview();
    /// Newest first.
    Page<EngagementMessage> list(const EngagementFilter &filter, const PageRequest &page);
    std::optional<EngagementMessage> find(const QString &id);

    /// The operator's own words for a proposed message: 1 to 600 characters, no control characters but line
    /// ends. `was`: the text that they saw. 404, conflict "engagement_decided", "engagement_changed".
    EngagementMessage edit(const QString &id, const QString &was, const QString &text, const QString &actor);
    /// Sends a proposed message; `text`: what the operator saw, and what is sent. Errors as for edit().
    EngagementMessage send(const QString &id, const QString &text, const QString &actor);
    /// Not this time. 404, conflict "engagement_decided"; idempotent.
    EngagementMessage skip(const QString &id, const QString &actor);

private:
    /// The interval of a point in time, and when it began.
    struct Interval
    {
        std::int64_t slot = 0;
        Millis from;
    };
    [[nodiscard]] std::optional<Interval> intervalAt(Millis at) const;
    [[nodiscard]] EngagementRule ruleAt(Millis at, const Interval &interval) const;
    [[nodiscard]] bool qualifies(const std::optional<Identity> &identity) const;

    QCoro::Task<void> run(Interval interval);
    QCoro::Task<bool> writeTo(PubKey key, Interval interval);
    void sendProposed(const Interval &interval);
    ChatContext contextOf(const Identity &identity);

    EngagementMessage proposed(const QString &id);
    void sendIn(Transaction &transaction, EngagementMessage &message, const QString &actor);
    void record(Transaction &transaction, const char *action, const EngagementMessage &message,
                const QString &actor);

    Database &m_database;
    const Clock &m_clock;
    const Settings &m_settings;
    Identities &m_identities;
    const TimmyIdentity &m_timmy;
    EventLog &m_events;
    Agent &m_agent;
    Activity &m_activity;
    std::function<Sats()> m_poolSats;
    EngagementStore m_store;
    QTimer *m_timer = nullptr;
    bool m_started = false;
    bool m_running = false;
    Millis m_startedAt;
    Millis m_notBefore;       ///< after a run that the agent cut short
    std::int64_t m_slot = -1; ///< the interval of the last run
    bool m_done = false;      ///< it came to its end
    int m_left = maximumRun;  ///< messages that it may still make
};

} // namespace tower
