// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Decisions about many events at once: ModerationQueue's batches and the turns between them.
#include "core/base/Error.h"
#include "core/nostr/Nip19.h"
#include "core/relay/ModerationStore.h"
#include "core/relay/RelayAccounts.h"

#include <QElapsedTimer>
#include <QTimer>

#include <algorithm>

namespace tower {

namespace {

constexpr std::size_t batchSize = 500;
/// For the decisions themselves; their activity rows and the commit take about as long again.
constexpr qint64 batchMs = 5;

ServiceError cutShort()
{
    return unavailable(QStringLiteral("The tower is stopping; the rest was not decided."), "stopping");
}

} // namespace

Later<bool> ModerationQueue::nextTurn()
{
    Later<bool> turn;
    std::erase_if(m_turns, [](const Later<bool> &old) { return old.isGiven(); });
    m_turns.push_back(turn);
    QTimer::singleShot(0, this, [turn] { turn.give(true); });
    return turn;
}

bool ModerationQueue::decideSome(const std::optional<PubKey> &author, Millis until, const Decision &decision,
                                 std::vector<EventId> &decided)
{
    const std::size_t before = decided.size();
    {
        Transaction transaction(m_database);
        std::vector<EventId> ids = m_store->open(author, until, static_cast<int>(batchSize));
        if (ids.empty())
            return false;
        std::sort(ids.begin(), ids.end());
        QueueCounts counts;
        QElapsedTimer elapsed;
        elapsed.start();
        for (const EventId &id : ids) {
            try {
                if (decideIn(transaction, counts, id, decision))
                    decided.push_back(id);
            } catch (const ServiceError &error) {
                // Another program was faster.
                if (error.kind() != ErrorKind::Conflict)
                    throw;
            }
            if (elapsed.elapsed() >= batchMs)
                break;
        }
        m_store->count(counts);
        transaction.commit();
    }
    if (decision.action == QueueAction::Approve && decided.size() > before)
        emit approved();
    return true;
}

QCoro::Task<void> ModerationQueue::runAll(std::optional<PubKey> author, Decision decision,
                                          std::shared_ptr<QPromise<std::vector<EventId>>> promise)
{
    std::vector<EventId> all;
    const Millis until = m_clock.now();
    try {
        while (decideSome(author, until, decision, all)) {
            Later<bool> turn = nextTurn();
            if (!co_await turn)
                throw cutShort();
        }
        promise->addResult(std::move(all));
    } catch (const ServiceError &error) {
        promise->setException(error);
    }
    promise->finish();
}

QFuture<std::vector<EventId>> ModerationQueue::decideAll(const std::optional<PubKey> &author,
                                                         const Decision &decision)
{
    checkDecision(decision);
    const auto promise = std::make_shared<QPromise<std::vector<EventId>>>();
    promise->start();
    runAll(author, decision, promise);
    return promise->future();
}

QFuture<std::vector<EventId>> ModerationQueue::approveAllOf(const PubKey &author, const QString &actor)
{
    return decideAll(author, {QueueAction::Approve, {}, actor});
}

QFuture<std::vector<EventId>> ModerationQueue::rejectAllOf(const std::optional<PubKey> &author,
                                                           const QString &reason, const QString &actor)
{
    return decideAll(author, {QueueAction::Reject, reason, actor});
}

QFuture<std::vector<EventId>> ModerationQueue::revokeAndRejectAll(RelayAccounts &accounts,
                                                                  const PubKey &author, const QString &reason,
                                                                  const QString &actor)
{
    const Decision decision{QueueAction::Reject, reason, actor};
    checkDecision(decision);
    accounts.revoke(author, reason, actor);
    return decideAll(author, decision);
}

QFuture<std::vector<QueueResult>> ModerationQueue::decideEach(QueueAction action, const QStringList &ids,
                                                              const QString &reason, const QString &actor)
{
    const Decision decision{action, reason, actor};
    checkDecision(decision);
    if (ids.size() > maximumBulk)
        throw badRequest("eventIds", QStringLiteral("At most 1,000 events at a time."));
    const auto promise = std::make_shared<QPromise<std::vector<QueueResult>>>();
    promise->start();
    runEach(ids, decision, promise);
    return promise->future();
}

QCoro::Task<void> ModerationQueue::runEach(QStringList ids, Decision decision,
                                           std::shared_ptr<QPromise<std::vector<QueueResult>>> promise)
{
    std::vector<QueueResult> results;
    std::vector<std::pair<EventId, std::size_t>> order; // by id, as every transaction takes rows
    for (const QString &text : ids) {
        QueueResult result{text, false, {}};
        try {
            order.emplace_back(parseEventId(text), results.size());
        } catch (const ServiceError &problem) {
            result.error = problem.message();
        }
        results.push_back(std::move(result));
    }
    std::sort(order.begin(), order.end());
    try {
        std::size_t next = 0;
        while (next < order.size()) {
            decideStretch(order, next, results, decision);
            if (decision.action == QueueAction::Approve)
                emit approved();
            if (next == order.size())
                break;
            Later<bool> turn = nextTurn();
            if (!co_await turn)
                throw cutShort();
        }
        promise->addResult(std::move(results));
    } catch (const ServiceError &error) {
        promise->setException(error);
    }
    promise->finish();
}

void ModerationQueue::decideStretch(const std::vector<std::pair<EventId, std::size_t>> &order,
                                    std::size_t &next, std::vector<QueueResult> &results,
                                    const Decision &decision)
{
    std::size_t at = next;
    Transaction transaction(m_database);
    QueueCounts counts;
    QElapsedTimer elapsed;
    elapsed.start();
    for (; at < order.size() && at - next < batchSize && elapsed.elapsed() < batchMs; ++at) {
        QueueResult &result = results[order[at].second];
        try {
            decideIn(transaction, counts, order[at].first, decision);
            result.ok = true;
            result.error.clear();
        } catch (const ServiceError &error) {
            if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Conflict)
                throw;
            result.error = error.message();
        }
    }
    m_store->count(counts);
    transaction.commit();
    next = at;
}

} // namespace tower
