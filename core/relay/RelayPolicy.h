// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/Event.h"
#include "core/relay/ModerationQueue.h"
#include "core/relay/PolicyLog.h"
#include "core/relay/RelayAccounts.h"

#include <functional>
#include <memory>

namespace tower {

class PolicyStore;
class RelayManagement;

enum class PolicyAction { Accept, Reject, ShadowReject };
QByteArray toText(PolicyAction action); ///< accept, reject, shadowReject

/// What the relay is told about one event, and why (for the log).
struct PolicyDecision
{
    QByteArray id; ///< the event's, echoed
    PolicyAction action = PolicyAction::Reject;
    QByteArray message; ///< shown to the author; empty for shadowReject
    QByteArray reason;  ///< machine code: invalid, approved, timmy, open-kind, no-access, read-only,
                        ///< unmoderated-kind, ephemeral, elite, queued, queue-full, already-pending,
                        ///< already-rejected, already-published, approval-ended, banned-event,
                        ///< kind-not-allowed, blocked-ip, internal
};

/// One step of the order of checks, for "why?".
struct PolicyStep
{
    QString check;   ///< short name of the check
    QString outcome; ///< "passes", "does not apply", "decides: accept" ...
    QString detail;  ///< a sentence
    bool decides = false;
};
struct PolicyExplanation
{
    PolicyDecision decision;
    std::vector<PolicyStep> steps;
    Tier tier = Tier::Anonymous;
    AccessLevel access = AccessLevel::None;
};

/// Decides whether the relay takes an event: the order of checks of the relay's specification, written once.
/// Core thread.
class RelayPolicy : public QObject
{
    Q_OBJECT

public:
    RelayPolicy(Database &database, const Clock &clock, const Settings &settings, RelayAccounts &accounts,
                ModerationQueue &queue, RelayManagement &management, PolicyLog &log,
                QObject *parent = nullptr);
    ~RelayPolicy() override;

    /// Decides and logs. `answer` is called exactly once: at once, or after the commit when the event goes
    /// into the queue. Whatever goes wrong inside is reject "error: policy temporarily unavailable".
    /// `source`: who sent it to the relay, as the relay says (sourceType and sourceInfo with a blank
    /// between), for the log and for the operator's blocked addresses.
    void decide(const EventParse &parsed, const QByteArray &source,
                std::function<void(PolicyDecision)> answer);

    /// Reads the settings again (called when one changes).
    void settingsChanged();

    /// What would happen, step by step; changes nothing and logs nothing.
    PolicyExplanation explain(const Event &event);
    /// The same for a key alone: a text note (kind 1) of that author.
    PolicyExplanation explain(const PubKey &author);

private:
    struct Verdict
    {
        PolicyAction action = PolicyAction::Reject;
        const char *reason = "";
        QByteArray message;
        bool enqueue = false;
    };
    struct Judgement;
    Verdict judge(const Event &event, Judgement &judgement);
    bool addressesMember(const Event &event);
    PolicyExplanation explained(const Event &event, bool checkEventItself);

    std::unique_ptr<PolicyStore> m_store;
    const Clock &m_clock;
    const Settings &m_settings;
    RelayAccounts &m_accounts;
    ModerationQueue &m_queue;
    RelayManagement &m_management;
    PolicyLog &m_log;
    AccessRules m_rules; ///< of the settings, read again when one changes
};

} // namespace tower
