// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/RelayPolicy.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/Text.h"
#include "core/relay/PolicyStore.h"
#include "core/relay/RelayManagement.h"

#include <chrono>

namespace tower {

namespace {

using Steady = std::chrono::steady_clock;

constexpr int giftWrapKind = 1059;
constexpr qsizetype maximumSource = 200;

int microsSince(Steady::time_point start)
{
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
}

} // namespace

QByteArray toText(PolicyAction action)
{
    switch (action) {
    case PolicyAction::Accept:
        return "accept";
    case PolicyAction::Reject:
        return "reject";
    case PolicyAction::ShadowReject:
        return "shadowReject";
    }
    Q_UNREACHABLE();
}

/// What a judgement found on its way; steps are written down only when somebody asked why.
struct RelayPolicy::Judgement
{
    QByteArray source{}; ///< empty when nobody sent the event
    bool explain = false;
    std::vector<PolicyStep> steps{};
    Tier tier = Tier::Anonymous;
    AccessLevel access = AccessLevel::None;

    void passed(const char *check, const QString &detail)
    {
        if (explain)
            steps.push_back({QString::fromLatin1(check), QStringLiteral("does not decide"), detail, false});
    }
    Verdict decides(const char *check, const QString &detail, Verdict verdict)
    {
        if (explain) {
            steps.push_back({QString::fromLatin1(check),
                             QStringLiteral("decides: %1").arg(QString::fromLatin1(toText(verdict.action))),
                             detail, true});
        }
        return verdict;
    }
};

RelayPolicy::RelayPolicy(Database &database, const Clock &clock, const Settings &settings,
                         RelayAccounts &accounts, ModerationQueue &queue, RelayManagement &management,
                         PolicyLog &log, QObject *parent)
    : QObject(parent)
    , m_store(std::make_unique<PolicyStore>(database))
    , m_clock(clock)
    , m_settings(settings)
    , m_accounts(accounts)
    , m_queue(queue)
    , m_management(management)
    , m_log(log)
    , m_rules(AccessRules::from(settings))
{
}

RelayPolicy::~RelayPolicy() = default;

void RelayPolicy::settingsChanged()
{
    m_rules = AccessRules::from(m_settings);
}

RelayPolicy::Verdict RelayPolicy::judge(const Event &event, Judgement &judgement)
{
    const Millis now = m_clock.now();
    const PolicyStore::Standing standing = m_store->standing(event.pubkey, event.id);
    if (standing.hasIdentity) {
        std::int64_t score = standing.score;
        if (!standing.decayExempt)
            score = decayed(score, standing.lastSeen, standing.decayDaysTaken, now, m_rules.trust).score;
        judgement.tier = tierOf(score, m_rules.trust);
    }
    if (standing.access)
        judgement.access = accessInForce(*standing.access, judgement.tier, now, m_rules);
    const bool revoked = standing.access && standing.access->revokedAt;

    // What the operator banned by its id is refused whoever posts it, whatever was decided before.
    if (m_management.isBanned(event.id)) {
        return judgement.decides(
            "banned event", QStringLiteral("The operator banned this very event."),
            {PolicyAction::Reject, "banned-event", "blocked: this post was banned by the operator"});
    }
    judgement.passed("banned event", QStringLiteral("The operator did not ban this event."));

    // 2. The one-shot allowance of an approved event, until it is seen on the relay or its author is revoked.
    const bool approved =
        standing.queueStatus == QueueStatus::Approved || standing.queueStatus == QueueStatus::AutoApproved;
    const bool published = standing.publishState == PublishState::Published;
    const bool revokedSince = revoked && standing.access->revokedAt != standing.approvedRevocation;
    if (approved && !published && !standing.publishEnded && !revokedSince) {
        return judgement.decides("approved event",
                                 QStringLiteral("This event was approved and is on its way to the relay."),
                                 {PolicyAction::Accept, "approved", {}});
    }
    judgement.passed("approved event", QStringLiteral("No approval of this event waits for its publishing."));

    // 3. Timmy itself, unless the operator revoked it by force.
    if (m_accounts.timmy() == event.pubkey && !revoked) {
        return judgement.decides("Timmy's own key", QStringLiteral("Timmy may always post."),
                                 {PolicyAction::Accept, "timmy", {}});
    }
    judgement.passed("Timmy's own key", revoked && m_accounts.timmy() == event.pubkey
                                            ? QStringLiteral("Timmy's access was revoked by force.")
                                            : QStringLiteral("The author is not Timmy."));

    // The operator's other rules hold for everybody whose event is neither approved nor Timmy's.
    if (const auto refusal = m_management.refusal(event.kind, judgement.source)) {
        return judgement.decides(
            "operator's rules",
            QStringLiteral("The operator takes no events of this kind, or from this address."),
            {PolicyAction::Reject, refusal->reason, refusal->message});
    }
    judgement.passed("operator's rules", QStringLiteral("No rule about kinds or addresses refuses it."));

    // 4. Kinds signed by one-time or service keys; gift wraps only for somebody who is at home here (NIP-59).
    if (m_settings.kinds(Setting::RelayOpenKinds).contains(event.kind)) {
        const bool welcome = event.kind != giftWrapKind || addressesMember(event);
        if (welcome) {
            return judgement.decides("open kind",
                                     QStringLiteral("Kind %1 is taken from anyone.").arg(event.kind),
                                     {PolicyAction::Accept, "open-kind", {}});
        }
        judgement.passed("open kind",
                         QStringLiteral("A gift wrap must be addressed (p tag) to an account with access."));
    } else {
        judgement.passed("open kind", QStringLiteral("Kind %1 is not open to everyone.").arg(event.kind));
    }

    // 5. Access.
    if (judgement.access == AccessLevel::None) {
        return judgement.decides(
            "access",
            revoked ? QStringLiteral("The operator revoked this key's access.")
                    : QStringLiteral("This key has no access."),
            {PolicyAction::Reject, "no-access",
             revoked
                 ? "blocked: your access to this relay was revoked; write to the operator"
                 : "blocked: this relay takes posts of its members only; earn access or ask the operator"});
    }
    if (judgement.access == AccessLevel::Read) {
        return judgement.decides(
            "access", QStringLiteral("This key may read, not write."),
            {PolicyAction::Reject, "read-only",
             "restricted: you may read here, not post yet; earn more trust or ask the operator"});
    }
    judgement.passed("access", QStringLiteral("This key may write."));

    if (standing.queueStatus == QueueStatus::Rejected) {
        return judgement.decides(
            "earlier decision", QStringLiteral("This very event was rejected before."),
            {PolicyAction::Reject, "already-rejected", "blocked: this post was declined by the moderators"});
    }
    if (approved && published) {
        return judgement.decides("earlier decision",
                                 QStringLiteral("This event was approved and is on the relay already."),
                                 {PolicyAction::Accept, "already-published", {}});
    }

    if (approved && standing.publishEnded) {
        return judgement.decides("earlier decision",
                                 QStringLiteral("This event's approval has ended; it can be approved anew."),
                                 {PolicyAction::Reject, "approval-ended",
                                  "blocked: the approval of this post has ended; ask the operator"});
    }

    // 6. What needs no moderation.
    if (event.isEphemeral()) {
        return judgement.decides("kind", QStringLiteral("Ephemeral events never queue."),
                                 {PolicyAction::Accept, "ephemeral", {}});
    }
    if (m_settings.kinds(Setting::RelayUnmoderatedKinds).contains(event.kind)) {
        return judgement.decides("kind", QStringLiteral("Kind %1 needs no moderation.").arg(event.kind),
                                 {PolicyAction::Accept, "unmoderated-kind", {}});
    }
    judgement.passed("kind", QStringLiteral("Kind %1 is moderated.").arg(event.kind));

    // 7. Elite authors are trusted to post.
    if (judgement.tier == Tier::Elite) {
        return judgement.decides("tier", QStringLiteral("Elite authors post directly."),
                                 {PolicyAction::Accept, "elite", {}});
    }
    judgement.passed("tier", QStringLiteral("The author is %1, not elite.").arg(toText(judgement.tier)));

    // 8. Everybody else waits for a decision.
    if (standing.queueStatus) {
        return judgement.decides("queue", QStringLiteral("This event waits in the queue already."),
                                 {PolicyAction::ShadowReject, "already-pending", {}});
    }
    if (m_queue.isFullFor(event.pubkey)) {
        return judgement.decides(
            "queue",
            QStringLiteral("%1 events of this author wait already.").arg(ModerationQueue::maximumOpen),
            {PolicyAction::Reject, "queue-full",
             "rate-limited: too many of your posts wait for the moderators; try again later"});
    }
    return judgement.decides("queue", QStringLiteral("The event goes into the moderation queue."),
                             {PolicyAction::ShadowReject, "queued", {}, true});
}

bool RelayPolicy::addressesMember(const Event &event)
{
    constexpr int looksPerEvent = 10;
    int looked = 0;
    for (const auto &tag : event.tags) {
        if (tag.size() < 2 || tag[0] != "p")
            continue;
        const auto key = PubKey::fromHex(QByteArrayView(tag[1]));
        if (key && m_accounts.getAccess(*key) != AccessLevel::None)
            return true;
        if (++looked == looksPerEvent)
            return false;
    }
    return false;
}

void RelayPolicy::decide(const EventParse &parsed, const QByteArray &source,
                         std::function<void(PolicyDecision)> answer)
{
    const Steady::time_point start = Steady::now();
    PolicyLogEntry entry;
    entry.at = m_clock.now();
    entry.source = safeText(QString::fromUtf8(source), maximumSource);
    PolicyDecision decision;
    decision.id = parsed.id;

    const auto finish = [this, start](PolicyLogEntry &logged, const PolicyDecision &made) {
        logged.action = QString::fromLatin1(toText(made.action));
        logged.reason = QString::fromLatin1(made.reason);
        logged.micros = microsSince(start);
        m_log.add(std::move(logged));
    };

    QByteArray problem = parsed.problem;
    if (parsed.event) {
        entry.eventId = parsed.event->id.text();
        entry.pubkey = parsed.event->pubkey.text();
        entry.kind = parsed.event->kind;
        problem = checkEvent(*parsed.event);
    }
    if (!parsed.event || !problem.isEmpty()) {
        decision.message = "invalid: " + problem;
        decision.reason = "invalid";
        finish(entry, decision);
        answer(std::move(decision));
        return;
    }

    const auto unavailable = [](PolicyDecision &made) {
        made.action = PolicyAction::Reject;
        made.message = "error: policy temporarily unavailable";
        made.reason = "internal";
    };
    try {
        Judgement judgement{.source = source};
        const Verdict verdict = judge(*parsed.event, judgement);
        decision.action = verdict.action;
        decision.message = verdict.message;
        decision.reason = verdict.reason;
        if (verdict.enqueue) {
            m_queue.enqueue(
                *parsed.event,
                [entry, decision, finish, unavailable, answer = std::move(answer)](bool ok) mutable {
                    if (!ok)
                        unavailable(decision);
                    finish(entry, decision);
                    answer(std::move(decision));
                },
                judgement.tier);
            return;
        }
    } catch (const std::exception &error) {
        log::error("relay", QStringLiteral("policy failed"), {{"error", QString::fromUtf8(error.what())}});
        unavailable(decision);
    }
    finish(entry, decision);
    answer(std::move(decision));
}

PolicyExplanation RelayPolicy::explained(const Event &event, bool checkEventItself)
{
    PolicyExplanation out;
    Judgement judgement;
    judgement.explain = true;
    Verdict verdict;
    const QByteArray problem = checkEventItself ? checkEvent(event) : QByteArray();
    if (!problem.isEmpty()) {
        verdict = judgement.decides(
            "event", QStringLiteral("The event is not valid: %1.").arg(QString::fromUtf8(problem)),
            {PolicyAction::Reject, "invalid", "invalid: " + problem});
    } else {
        judgement.passed("event", checkEventItself
                                      ? QStringLiteral("Well-formed; id and signature hold.")
                                      : QStringLiteral("Taken as a valid text note of this author."));
        verdict = judge(event, judgement);
    }
    if (checkEventItself)
        out.decision.id = event.id.hex();
    out.decision.action = verdict.action;
    out.decision.message = verdict.message;
    out.decision.reason = verdict.reason;
    out.steps = std::move(judgement.steps);
    out.tier = judgement.tier;
    out.access = judgement.access;
    return out;
}

PolicyExplanation RelayPolicy::explain(const Event &event)
{
    return explained(event, true);
}

PolicyExplanation RelayPolicy::explain(const PubKey &author)
{
    Event note;
    note.pubkey = author;
    note.kind = 1;
    return explained(note, false);
}

} // namespace tower
