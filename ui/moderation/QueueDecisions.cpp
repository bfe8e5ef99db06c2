// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moderation/QueueDecisions.h"

#include "core/nostr/Nip19.h"

namespace tower {

namespace {

constexpr std::size_t remembered = 100;
constexpr int undoBatch = 100; ///< in one turn of the core thread

struct Undone
{
    std::vector<QueuedEvent> events;
    QStringList refused;
    QString problem;
};

} // namespace

QueueDecisions::QueueDecisions(Core &core, QString actor, QObject *parent)
    : QObject(parent)
    , m_core(core)
    , m_actor(std::move(actor))
{
}

void QueueDecisions::decide(QueueAction action, const QStringList &ids, const QString &reason)
{
    if (ids.isEmpty())
        return;
    if (ids.size() > ModerationQueue::maximumBulk) {
        emit refused(ids,
                     tr("At most %1 events at once.").arg(QLocale().toString(ModerationQueue::maximumBulk)));
        return;
    }
    m_underWay.unite(QSet<QString>(ids.begin(), ids.end()));
    m_made.push_back(ids);
    if (m_made.size() > remembered)
        m_made.erase(m_made.begin());
    emit started();
    if (ids.size() == 1)
        decideOne(action, ids.first(), reason);
    else
        decideMany(action, ids, reason);
}

/// The single decision has no other to take turns with: it is answered within its one commit.
void QueueDecisions::decideOne(QueueAction action, const QString &id, const QString &reason)
{
    m_core.run(
        this,
        [action, id, reason, actor = m_actor](Services &s) {
            const EventId event = parseEventId(id);
            return action == QueueAction::Approve ? s.moderationQueue.approve(event, actor)
                                                  : s.moderationQueue.reject(event, reason, actor);
        },
        [this, action, id](const QueuedEvent &) {
            answered({id});
            emit decided(action, 1);
        },
        [this, id](const ServiceError &error) { fail({id}, error); });
}

void QueueDecisions::decideMany(QueueAction action, const QStringList &ids, const QString &reason)
{
    m_core.runLater(
        this,
        [action, ids, reason, actor = m_actor](Services &s) {
            return s.moderationQueue.decideEach(action, ids, reason, actor);
        },
        [this, action, ids](const std::vector<QueueResult> &results) {
            QStringList left;
            QString problem;
            for (const QueueResult &result : results) {
                if (result.ok)
                    continue;
                left.append(result.eventId);
                if (problem.isEmpty())
                    problem = result.error;
            }
            answered(ids);
            forget(left);
            if (const auto count = static_cast<int>(results.size()) - static_cast<int>(left.size());
                count > 0)
                emit decided(action, count);
            if (!left.isEmpty())
                emit refused(left, problem);
        },
        [this, ids](const ServiceError &error) { fail(ids, error); });
}

template <class Work>
void QueueDecisions::decideAll(QueueAction action, Work work)
{
    emit started();
    m_core.runLater(
        this, std::move(work),
        [this, action](const std::vector<EventId> &events) {
            QStringList ids;
            for (const EventId &id : events)
                ids.append(id.text());
            if (!ids.isEmpty())
                m_made.push_back(ids);
            emit ended();
            emit decided(action, static_cast<int>(ids.size()));
        },
        [this](const ServiceError &error) { fail({}, error); });
}

void QueueDecisions::approveAllOf(const PubKey &author)
{
    decideAll(QueueAction::Approve, [author, actor = m_actor](Services &s) {
        return s.moderationQueue.approveAllOf(author, actor);
    });
}

void QueueDecisions::rejectAllOf(const std::optional<PubKey> &author, const QString &reason)
{
    decideAll(QueueAction::Reject, [author, reason, actor = m_actor](Services &s) {
        return s.moderationQueue.rejectAllOf(author, reason, actor);
    });
}

void QueueDecisions::revokeAndRejectAllOf(const PubKey &author, const QString &reason)
{
    decideAll(QueueAction::Reject, [author, reason, actor = m_actor](Services &s) {
        return s.moderationQueue.revokeAndRejectAll(s.relayAccounts, author, reason, actor);
    });
}

bool QueueDecisions::undo()
{
    if (m_made.empty())
        return false;
    const QStringList ids = m_made.back();
    undo(ids);
    return true;
}

void QueueDecisions::undo(const QStringList &ids)
{
    forget(ids);
    for (qsizetype at = 0; at < ids.size(); at += undoBatch) {
        emit started();
        m_core.run(
            this,
            [batch = ids.mid(at, undoBatch), actor = m_actor](Services &s) {
                Undone out;
                for (const QString &id : batch) {
                    try {
                        out.events.push_back(s.moderationQueue.undo(parseEventId(id), actor));
                    } catch (const ServiceError &error) {
                        out.refused.append(id);
                        if (out.problem.isEmpty())
                            out.problem = error.message();
                    }
                }
                return out;
            },
            [this](const Undone &out) {
                emit ended();
                if (!out.events.empty())
                    emit undone(out.events);
                if (!out.refused.isEmpty())
                    emit refused(out.refused, out.problem);
            },
            [this](const ServiceError &error) { fail({}, error); });
    }
}

void QueueDecisions::answered(const QStringList &ids)
{
    m_underWay.subtract(QSet<QString>(ids.begin(), ids.end()));
    emit ended();
}

void QueueDecisions::forget(const QStringList &ids)
{
    const QSet<QString> gone(ids.begin(), ids.end());
    for (QStringList &made : m_made)
        made.removeIf([&gone](const QString &id) { return gone.contains(id); });
    std::erase_if(m_made, [](const QStringList &made) { return made.isEmpty(); });
}

void QueueDecisions::fail(const QStringList &ids, const ServiceError &error)
{
    answered(ids);
    forget(ids);
    emit refused(ids, error.message());
}

} // namespace tower
