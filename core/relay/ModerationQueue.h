// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activity/Activity.h"
#include "core/agent/Agent.h"
#include "core/base/Later.h"
#include "core/identity/Identities.h"
#include "core/nostr/Event.h"
#include "core/publish/PublishState.h"

#include <QCoroTask>
#include <QFuture>
#include <QObject>
#include <QPromise>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QTimer;

namespace tower {

class ModerationStore;
class QueueCounts;
class RelayAccounts;

enum class QueueStatus { Pending, Flagged, Approved, AutoApproved, Rejected };
QString toText(QueueStatus status); ///< pending, flagged, approved, auto_approved, rejected
std::optional<QueueStatus> queueStatusFromText(const QString &text);

/// An event that waits for a decision, or had one.
struct QueuedEvent
{
    EventId eventId;
    PubKey pubkey;
    int kind = 0;
    QueueStatus status = QueueStatus::Pending;
    Tier tier = Tier::New; ///< the author's, now
    QByteArray content;
    QByteArray rawEvent;
    QString reviewedBy; ///< admin:<who>, timmy_ai, or empty
    QString reviewReason;
    PublishState publishState = PublishState::None;
    Millis createdAt; ///< when it was queued
    std::optional<Millis> decidedAt;
    QString aiVerdict; ///< approve, flag, undecided; empty while the reviewer has not seen it
    QString aiReason;
    std::optional<Millis> aiAt;
    int publishTries = 0;     ///< that failed
    QString publishAnswer;    ///< what the relay said to the last one, or why none was made
    bool publishSent = false; ///< it went to the relay, which may have stored it
    std::optional<Millis> authorRevokedAt;
};

enum class QueueAction { Approve, Reject };

/// What became of one event of a bulk decision.
struct QueueResult
{
    QString eventId; ///< as given
    bool ok = false;
    QString error; ///< a sentence, when not ok
};

struct QueueFilter
{
    std::optional<QueueStatus> status;
    std::optional<PubKey> author;
};

struct QueueStats
{
    std::int64_t pending = 0, flagged = 0, approved = 0, autoApproved = 0, rejected = 0, approvedToday = 0;
    std::optional<Millis> oldestPending;
};

/// Events of writers who are not elite, waiting for a person or the reviewer. Core thread.
///
/// Each decision is one guarded transaction with its activity row. Many at once are taken in transactions of
/// at most 500 and a few milliseconds each, with a turn of the event loop between them, so that the relay is
/// answered meanwhile; what is committed stays when the rest is cut short by the end of the program.
class ModerationQueue : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype maximumBulk = 1'000;
    /// Pending and flagged events of one author; the policy refuses more.
    static constexpr int maximumOpen = 100;

    ModerationQueue(Database &database, const Clock &clock, Identities &identities, Activity &activity,
                    QObject *parent = nullptr);
    ~ModerationQueue() override;

    /// Puts an event in the queue, durably: `done(true)` is called after the commit (or when it was there
    /// already), `done(false)` when it could not be written. Callers that wait at the same time share one
    /// commit (a zero timer collects them). `tier`: the author's, which orders the reviews.
    void enqueue(const Event &event, std::function<void(bool ok)> done, Tier tier = Tier::New);

    bool isFullFor(const PubKey &author);

    std::optional<QueuedEvent> find(const EventId &id);
    /// Oldest first for pending and flagged, newest first otherwise.
    Page<QueuedEvent> list(const QueueFilter &filter, const PageRequest &page);
    /// The same over any connection, for pages that may be large.
    static Page<QueuedEvent> listOn(Database &database, const TrustRules &rules, Millis now,
                                    const QueueFilter &filter, const PageRequest &page);
    QueueStats stats();

    /// The event is published to the relay. Also from rejected: the operator may change their mind. Already
    /// approved: nothing changes, unless it is not published yet and its author was revoked since, or its
    /// publishing was given up: then it is approved anew. 404 unknown.
    QueuedEvent approve(const EventId &id, const QString &actor);
    /// A rejected event's author is refused at the next try. 404 unknown, 409 when it was approved;
    /// idempotent.
    QueuedEvent reject(const EventId &id, const QString &reason, const QString &actor);
    /// Back to pending: a rejection, or an approval of which nothing was sent yet (409 otherwise).
    QueuedEvent undo(const EventId &id, const QString &actor);

    /// Each event for itself: one that is refused does not stop the others. At most 1,000.
    QFuture<std::vector<QueueResult>> decideEach(QueueAction action, const QStringList &ids,
                                                 const QString &reason, const QString &actor);
    /// All that is pending or flagged now, of one author or of everybody. The ids that were decided.
    QFuture<std::vector<EventId>> approveAllOf(const PubKey &author, const QString &actor);
    QFuture<std::vector<EventId>> rejectAllOf(const std::optional<PubKey> &author, const QString &reason,
                                              const QString &actor);
    /// Takes the author's access away first, so that nothing new is queued, then rejects what waits.
    QFuture<std::vector<EventId>> revokeAndRejectAll(RelayAccounts &accounts, const PubKey &author,
                                                     const QString &reason, const QString &actor);

    /// The next pending event that no reviewer has seen: trusted authors first, then by tier and age. Nobody
    /// else is given it for the next 90 s, which is longer than the agent takes.
    std::optional<QueuedEvent> nextForReview(bool onlyTrusted);
    /// Hands it back without a verdict. `last`: everything else is reviewed before it is tried again.
    void giveBackReview(const EventId &id, bool last);
    /// Takes the reviewer's verdict: an approval publishes when the author's tier is in `autoApprove` and the
    /// author has not been revoked, and is kept as advice otherwise; anything else flags. Returns the status
    /// then; nullopt when the event was decided meanwhile, and nothing changes.
    std::optional<QueueStatus> takeReview(const EventId &id, const Review &review,
                                          const QStringList &autoApprove);

    /// Commits what waits for the shared commit (also done by its timer, and at shutdown).
    void flush();

signals:
    // Hints that there is work; what there is stands in the database.
    void queued(tower::Tier tier);
    void approved();

private:
    struct Waiting
    {
        Event event;
        Tier tier = Tier::New;
        std::function<void(bool)> done;
    };
    struct Decision
    {
        QueueAction action = QueueAction::Approve;
        QString reason;
        QString actor;
    };

    [[nodiscard]] TrustRules rules() const { return m_identities.rules(); }
    bool decideIn(Transaction &transaction, QueueCounts &counts, const EventId &id, const Decision &decision);
    void decideOne(const EventId &id, const Decision &decision);
    /// One batch; false when nothing is left.
    bool decideSome(const std::optional<PubKey> &author, Millis until, const Decision &decision,
                    std::vector<EventId> &decided);
    QFuture<std::vector<EventId>> decideAll(const std::optional<PubKey> &author, const Decision &decision);
    QCoro::Task<void> runAll(std::optional<PubKey> author, Decision decision,
                             std::shared_ptr<QPromise<std::vector<EventId>>> promise);
    QCoro::Task<void> runEach(QStringList ids, Decision decision,
                              std::shared_ptr<QPromise<std::vector<QueueResult>>> promise);
    void decideStretch(const std::vector<std::pair<EventId, std::size_t>> &order, std::size_t &next,
                       std::vector<QueueResult> &results, const Decision &decision);
    static void checkDecision(const Decision &decision);
    Later<bool> nextTurn();

    std::unique_ptr<ModerationStore> m_store;
    Database &m_database;
    const Clock &m_clock;
    Identities &m_identities;
    Activity &m_activity;
    std::vector<Waiting> m_waiting;
    QTimer *m_timer = nullptr;
    std::vector<Later<bool>> m_turns; ///< given false when the queue goes
};

} // namespace tower
