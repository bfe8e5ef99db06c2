// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/relay/ModerationQueue.h"
#include "ui/shell/Core.h"

#include <QObject>
#include <QSet>

#include <vector>

namespace tower {

/// What the operator decides on the queue, carried to the core thread, and the way back: each decision is
/// kept until it is taken back, the latest first. GUI thread.
class QueueDecisions : public QObject
{
    Q_OBJECT

public:
    QueueDecisions(Core &core, QString actor, QObject *parent = nullptr);

    /// At most ModerationQueue::maximumBulk events. Remembered at once, so that undo() right after it finds
    /// it.
    void decide(QueueAction action, const QStringList &ids, const QString &reason);
    void approveAllOf(const PubKey &author);
    /// Of everybody without an author.
    void rejectAllOf(const std::optional<PubKey> &author, const QString &reason);
    void revokeAndRejectAllOf(const PubKey &author, const QString &reason);

    /// Takes the latest decision back; false when there is none.
    bool undo();
    void undo(const QStringList &ids);
    [[nodiscard]] bool canUndo() const { return !m_made.empty(); }
    /// Decided here, and not answered yet: what was read of it before is out of date.
    [[nodiscard]] bool isUnderWay(const QString &id) const { return m_underWay.contains(id); }

signals:
    /// Work under way, each started() with one ended().
    void started();
    void ended();
    void decided(tower::QueueAction action, int count);
    /// Of each of `ids` the decision was refused; `problem` tells of the first.
    void refused(const QStringList &ids, const QString &problem);
    /// As they are now.
    void undone(const std::vector<tower::QueuedEvent> &events);

private:
    void decideOne(QueueAction action, const QString &id, const QString &reason);
    void decideMany(QueueAction action, const QStringList &ids, const QString &reason);
    template <class Work>
    void decideAll(QueueAction action, Work work);
    void answered(const QStringList &ids);
    void forget(const QStringList &ids);
    void fail(const QStringList &ids, const ServiceError &error);

    Core &m_core;
    QString m_actor;
    std::vector<QStringList> m_made;
    QSet<QString> m_underWay;
};

} // namespace tower
