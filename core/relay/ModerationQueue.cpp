// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/relay/ModerationQueue.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/base/Text.h"
#include "core/relay/ModerationStore.h"

#include <QTimer>

#include <algorithm>
#include <tuple>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 1'000;
constexpr Millis reviewLease = seconds(90);

/// Elite authors do not queue; one that is here fell since, or was queued when the bounds were others.
int reviewRank(Tier tier)
{
    if (tier == Tier::Trusted || tier == Tier::Elite)
        return 0;
    return tier == Tier::Established ? 1 : 2;
}

QJsonObject statusJson(QueueStatus status)
{
    return {{QStringLiteral("status"), toText(status)}};
}

QString inWords(QueueStatus status)
{
    return toText(status).replace(QLatin1Char('_'), QLatin1Char(' '));
}

} // namespace

QString toText(QueueStatus status)
{
    switch (status) {
    case QueueStatus::Pending:
        return QStringLiteral("pending");
    case QueueStatus::Flagged:
        return QStringLiteral("flagged");
    case QueueStatus::Approved:
        return QStringLiteral("approved");
    case QueueStatus::AutoApproved:
        return QStringLiteral("auto_approved");
    case QueueStatus::Rejected:
        return QStringLiteral("rejected");
    }
    Q_UNREACHABLE();
}

std::optional<QueueStatus> queueStatusFromText(const QString &text)
{
    for (const QueueStatus status : {QueueStatus::Pending, QueueStatus::Flagged, QueueStatus::Approved,
                                     QueueStatus::AutoApproved, QueueStatus::Rejected}) {
        if (text == toText(status))
            return status;
    }
    return std::nullopt;
}

ModerationQueue::ModerationQueue(Database &database, const Clock &clock, Identities &identities,
                                 Activity &activity, QObject *parent)
    : QObject(parent)
    , m_store(std::make_unique<ModerationStore>(database))
    , m_database(database)
    , m_clock(clock)
    , m_identities(identities)
    , m_activity(activity)
    , m_timer(new QTimer(this))
{
    m_timer->setSingleShot(true);
    m_timer->setInterval(0);
    connect(m_timer, &QTimer::timeout, this, &ModerationQueue::flush);
}

ModerationQueue::~ModerationQueue()
{
    for (const Later<bool> &turn : std::exchange(m_turns, {}))
        turn.give(false);
}

void ModerationQueue::enqueue(const Event &event, std::function<void(bool)> done, Tier tier)
{
    m_waiting.push_back({event, tier, std::move(done)});
    // One zero timer for all: requests that the event loop has ready now are read before it fires, so they
    // share the commit, and the disk is asked once.
    if (!m_timer->isActive())
        m_timer->start();
}

void ModerationQueue::flush()
{
    if (m_waiting.empty())
        return;
    const std::vector<Waiting> batch = std::exchange(m_waiting, {});
    // Rows are taken in one order everywhere, so that two programs can't wait for each other in a circle:
    // first the identities, which PostgreSQL locks for the foreign key, by key, then the events by id.
    std::vector<const Waiting *> ordered;
    ordered.reserve(batch.size());
    for (const Waiting &waiting : batch)
        ordered.push_back(&waiting);
    std::sort(ordered.begin(), ordered.end(), [](const Waiting *a, const Waiting *b) {
        return std::tie(a->event.pubkey, a->event.id) < std::tie(b->event.pubkey, b->event.id);
    });
    bool ok = false;
    std::optional<Tier> highest;
    try {
        const Millis now = m_clock.now();
        Transaction transaction(m_database);
        QueueCounts counts;
        for (const Waiting *waiting : ordered) {
            if (m_store->insert(waiting->event, waiting->event.toJson(), reviewRank(waiting->tier), now)) {
                counts.add(QueueStatus::Pending);
                transaction.changed("queue_event", waiting->event.id.text());
                highest = std::max(highest, std::optional(waiting->tier));
            }
        }
        m_store->count(counts);
        transaction.commit();
        ok = true;
    } catch (const ServiceError &error) {
        log::error("relay", QStringLiteral("events could not be queued"),
                   {{"events", QString::number(batch.size())}, {"error", error.message()}});
    }
    for (const Waiting &waiting : batch)
        waiting.done(ok);
    if (ok && highest)
        emit queued(*highest);
}

bool ModerationQueue::isFullFor(const PubKey &author)
{
    const auto waiting = std::count_if(m_waiting.begin(), m_waiting.end(),
                                       [&author](const Waiting &one) { return one.event.pubkey == author; });
    return waiting + m_store->openCount(author, maximumOpen) >= maximumOpen;
}

std::optional<QueuedEvent> ModerationQueue::find(const EventId &id)
{
    return m_store->find(id, m_clock.now(), rules());
}

Page<QueuedEvent> ModerationQueue::list(const QueueFilter &filter, const PageRequest &page)
{
    return listOn(m_database, rules(), m_clock.now(), filter, page);
}

Page<QueuedEvent> ModerationQueue::listOn(Database &database, const TrustRules &rules, Millis now,
                                          const QueueFilter &filter, const PageRequest &page)
{
    return ModerationStore(database).list(filter, page, now, rules);
}

QueueStats ModerationQueue::stats()
{
    const Millis now = m_clock.now();
    const std::int64_t day = days(1).value();
    return m_store->stats(Millis(now.value() / day * day));
}

void ModerationQueue::checkDecision(const Decision &decision)
{
    if (decision.reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
}

bool ModerationQueue::decideIn(Transaction &transaction, QueueCounts &counts, const EventId &id,
                               const Decision &decision)
{
    const auto standing = m_store->lockStanding(id);
    if (!standing)
        throw notFound(QStringLiteral("No event with this id is in the queue."), "event_not_found");
    const QueueStatus before = standing->status;
    const bool wasApproved = before == QueueStatus::Approved || before == QueueStatus::AutoApproved;
    QueueStatus after = QueueStatus::Rejected;
    if (decision.action == QueueAction::Approve) {
        const bool revokedSince =
            standing->authorRevokedAt && standing->authorRevokedAt != standing->approvedRevocation;
        const bool allowanceEnded =
            standing->publishState != PublishState::Published && (revokedSince || standing->publishEnded);
        if (wasApproved && !allowanceEnded)
            return false;
        after = QueueStatus::Approved;
    } else if (wasApproved) {
        throw conflict(QStringLiteral("This event was %1 already.").arg(inWords(before)), "already_decided");
    } else if (before == QueueStatus::Rejected) {
        return false;
    }
    if (!m_store->decide(id, before, after, decision.actor, decision.reason, m_clock.now(),
                         standing->authorRevokedAt))
        throw conflict(QStringLiteral("This event was decided meanwhile."), "already_decided");
    counts.moved(before, after);
    m_activity.record(transaction, {decision.actor,
                                    decision.action == QueueAction::Approve ? QStringLiteral("queue.approve")
                                                                            : QStringLiteral("queue.reject"),
                                    id.text(), decision.reason, statusJson(before), statusJson(after)});
    transaction.changed("queue_event", id.text());
    return true;
}

void ModerationQueue::decideOne(const EventId &id, const Decision &decision)
{
    checkDecision(decision);
    {
        Transaction transaction(m_database);
        QueueCounts counts;
        if (!decideIn(transaction, counts, id, decision))
            return;
        m_store->count(counts);
        transaction.commit();
    }
    if (decision.action == QueueAction::Approve)
        emit approved();
}

QueuedEvent ModerationQueue::approve(const EventId &id, const QString &actor)
{
    decideOne(id, {QueueAction::Approve, {}, actor});
    return *find(id);
}

QueuedEvent ModerationQueue::reject(const EventId &id, const QString &reason, const QString &actor)
{
    decideOne(id, {QueueAction::Reject, reason, actor});
    return *find(id);
}

QueuedEvent ModerationQueue::undo(const EventId &id, const QString &actor)
{
    {
        Transaction transaction(m_database);
        const auto standing = m_store->lockStanding(id);
        if (!standing)
            throw notFound(QStringLiteral("No event with this id is in the queue."), "event_not_found");
        const QueueStatus before = standing->status;
        if (before == QueueStatus::Pending || before == QueueStatus::Flagged)
            throw conflict(QStringLiteral("Nobody has decided about this event yet."), "not_decided");
        if (!m_store->reopen(id, before))
            throw conflict(QStringLiteral("This event was sent to the relay already."), "already_sent");
        QueueCounts counts;
        counts.moved(before, QueueStatus::Pending);
        m_activity.record(transaction, {actor,
                                        QStringLiteral("queue.undo"),
                                        id.text(),
                                        {},
                                        statusJson(before),
                                        statusJson(QueueStatus::Pending)});
        transaction.changed("queue_event", id.text());
        m_store->count(counts);
        transaction.commit();
    }
    return *find(id);
}

std::optional<QueuedEvent> ModerationQueue::nextForReview(bool onlyTrusted)
{
    const Millis now = m_clock.now();
    return m_store->claimForReview(onlyTrusted ? std::optional(reviewRank(Tier::Trusted)) : std::nullopt, now,
                                   now + reviewLease, rules());
}

void ModerationQueue::giveBackReview(const EventId &id, bool last)
{
    m_store->releaseReview(id, last);
}

std::optional<QueueStatus> ModerationQueue::takeReview(const EventId &id, const Review &review,
                                                       const QStringList &autoApprove)
{
    const QString actor = QStringLiteral("timmy_ai");
    const QString reason = safeText(review.reason, maximumReason);
    const Millis now = m_clock.now();
    QueueStatus after = QueueStatus::Pending;
    {
        Transaction transaction(m_database);
        const auto event = m_store->find(id, now, rules(), true);
        if (!event || !m_store->noteReview(id, toText(review.verdict), reason, now))
            return std::nullopt;
        QString action;
        bool moved = false;
        if (review.verdict != ReviewVerdict::Approve) {
            after = QueueStatus::Flagged;
            action = QStringLiteral("queue.flag");
            moved = m_store->flag(id, actor, reason);
        } else if (autoApprove.contains(toText(event->tier)) && !event->authorRevokedAt) {
            after = QueueStatus::AutoApproved;
            action = QStringLiteral("queue.auto_approve");
            moved = m_store->decide(id, QueueStatus::Pending, after, actor, reason, now, {});
        }
        if (moved) {
            QueueCounts counts;
            counts.moved(QueueStatus::Pending, after);
            m_activity.record(transaction, {actor, action, id.text(), reason,
                                            statusJson(QueueStatus::Pending), statusJson(after)});
            m_store->count(counts);
        }
        transaction.changed("queue_event", id.text());
        transaction.commit();
    }
    if (after == QueueStatus::AutoApproved)
        emit approved();
    return after;
}

} // namespace tower
