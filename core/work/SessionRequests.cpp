// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/SessionRequests.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QCryptographicHash>
#include <QPointer>
#include <QTimer>
#include <QUuid>

#include <algorithm>
#include <chrono>

namespace tower {

namespace {

constexpr qsizetype maximumKey = 255;
constexpr int abandonedAtOnce = 100;
/// How often it is looked whether another program has the answer.
constexpr auto lookEvery = std::chrono::milliseconds(500);

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

void checkKey(const QString &key)
{
    const bool printable = std::all_of(key.begin(), key.end(), [](QChar c) { return c.isPrint(); });
    if (key.size() > maximumKey || !printable)
        throw badRequest("Idempotency-Key",
                         QStringLiteral("Idempotency-Key must be at most 255 printable characters."));
}

QString hashOf(const QString &request)
{
    return QString::fromLatin1(
        QCryptographicHash::hash(request.toUtf8(), QCryptographicHash::Sha256).toHex());
}

/// What a session must be for a request to begin; paused ones ask for more sats instead.
void checkOpen(const Session &session, Millis now)
{
    const bool paid = session.state == SessionState::Active || session.state == SessionState::Paused;
    if (session.state == SessionState::Expired || (paid && session.expiresAt <= now))
        throw ServiceError(ErrorKind::Gone, "session_expired",
                           QStringLiteral("This session has expired. Its balance can be withdrawn."));
    if (!paid)
        throw conflict(QStringLiteral("This session is not active: it is %1.").arg(toText(session.state)),
                       "session_not_active");
}

/// Keeps a request among those that run here while its coroutine does.
class Holding
{
public:
    Holding(std::set<QString> &running, QObject *owner, const QString &id)
        : m_running(running)
        , m_owner(owner)
        , m_id(id)
    {
        m_running.insert(m_id);
    }
    ~Holding()
    {
        if (m_owner)
            m_running.erase(m_id);
    }
    Holding(const Holding &) = delete;
    Holding &operator=(const Holding &) = delete;

private:
    std::set<QString> &m_running;
    QPointer<QObject> m_owner;
    QString m_id;
};

} // namespace

SessionRequests::SessionRequests(const WorkHouse &house, SessionStore &sessions, SessionPayments &payments)
    : m_house(house)
    , m_sessions(sessions)
    , m_payments(payments)
    , m_store(house.database, house.instance)
    , m_settlement(house.pool, house.ledger, house.activity)
{
}

SessionRequests::~SessionRequests()
{
    stop();
}

void SessionRequests::start()
{
    m_stopped = false;
    endAbandoned(true);
}

void SessionRequests::stop()
{
    m_stopped = true;
    const auto waiting = std::exchange(m_waiting, {});
    for (const auto &[id, waiter] : waiting)
        waiter.give(false);
}

Page<SessionRequest> SessionRequests::list(const QString &sessionId, const PageRequest &page)
{
    return m_store.list(sessionId, page);
}

QCoro::Task<SessionRequests::Outcome>
SessionRequests::run(QString sessionId, QString request, QString idempotencyKey, std::optional<Sats> maximum)
{
    const QPointer<SessionRequests> self(this);
    if (m_stopped)
        throw stopping();
    m_house.pricing.checkRequest(request);
    checkKey(idempotencyKey);
    const SessionRequestStore::Identification as{idempotencyKey, hashOf(request)};
    if (!as.key.isEmpty()) {
        if (const auto known = m_store.withKey(sessionId, as.key)) {
            QCoro::Task<Outcome> repeating = repeat(*known, as.bodyHash);
            co_return co_await repeating;
        }
    }

    QCoro::Task<BtcPrice> asking = m_house.oracle.price();
    const BtcPrice price = co_await asking;
    if (!self || m_stopped)
        throw stopping();
    SessionRequest wanted;
    wanted.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    wanted.sessionId = sessionId;
    wanted.request = request;
    wanted.quote = m_house.pricing.quote(request, price);
    wanted.createdAt = m_house.clock.now();
    const Attempt attempt = begin(wanted, as, maximum);

    switch (attempt.begun) {
    case Begun::Running: {
        QCoro::Task<Outcome> answering = answer(attempt.request);
        co_return co_await answering;
    }
    case Begun::Repeated: {
        const SessionRequestStore::Known known = m_store.withKey(sessionId, as.key).value();
        QCoro::Task<Outcome> repeating = repeat(known, as.bodyHash);
        co_return co_await repeating;
    }
    case Begun::TooLittle:
        break;
    }
    QCoro::Task<Outcome> asksForMore = needMore(attempt);
    co_return co_await asksForMore;
}

/// Reserves what the request may cost, of the pool and of the session, or keeps nothing of it.
SessionRequests::Attempt SessionRequests::begin(SessionRequest request,
                                                const SessionRequestStore::Identification &as,
                                                std::optional<Sats> maximum)
{
    const Millis now = m_house.clock.now();
    const std::optional<Session> found = m_sessions.find(request.sessionId);
    Transaction transaction(m_house.database);
    if (found && found->pubkey)
        m_house.trust.ensure(transaction, *found->pubkey);
    const Session session = m_sessions.lock(transaction, request.sessionId).value();
    if (!as.key.isEmpty() && m_store.withKey(session.id, as.key))
        return {Begun::Repeated, session, request, {}};
    checkOpen(session, now);

    const FreeTierDecision decision =
        m_house.pool.reserve(transaction, session.pubkey, request.quote.sats, refOf(request), as.bodyHash);
    if (maximum && decision.charge > *maximum)
        throw forbidden(QStringLiteral("This request may cost %1 sats; the macaroon allows %2.")
                            .arg(decision.charge.value())
                            .arg(maximum->value()),
                        "max_sats_exceeded");
    request.reserved = decision.charge;
    request.reservationId = decision.reservationId;
    request.freeTier = decision.serve != Serve::Gate;
    if (!m_store.insert(transaction, request, as, now + lease))
        return {Begun::Repeated, session, request, {}};
    if (!m_sessions.reserve(transaction, session.id, request.reserved, now)) {
        const Sats minimum = m_house.settings.sats(Setting::SessionMinBalanceSats);
        const Sats missing = std::max(request.reserved - session.available(), minimum - session.balance);
        return {Begun::TooLittle, session, request, missing};
    }
    transaction.changed("session", session.id);
    transaction.commit();
    return {Begun::Running, session, request, {}};
}

QCoro::Task<SessionRequests::Outcome> SessionRequests::needMore(Attempt attempt)
{
    QCoro::Task<Invoice> offering = m_payments.offer(attempt.session.id, attempt.missing);
    Sessions::TopUpNeeded needed;
    needed.session = attempt.session;
    needed.needed = attempt.request.reserved;
    needed.invoice = co_await offering;
    const Outcome outcome = needed;
    co_return outcome;
}

QCoro::Task<SessionRequests::Outcome> SessionRequests::answer(SessionRequest request)
{
    const QPointer<SessionRequests> self(this);
    std::exception_ptr failure;
    {
        const Holding holding(m_running, this, request.id);
        QCoro::Task<Done> performing = perform(request);
        const Done done = co_await performing;
        if (!self)
            throw stopping();
        try {
            settle(request, done, [&](Transaction &transaction) {
                return m_store.end(transaction, request.id, done.state);
            });
        } catch (const ServiceError &) {
            failure = std::current_exception(); // it is ended when its lease is over
        }
    }
    tell(request.id);
    if (!self)
        throw stopping();
    if (failure)
        std::rethrow_exception(failure);
    const Outcome outcome = stored(request.id);
    co_return outcome;
}

SessionRequests::Outcome SessionRequests::stored(const QString &requestId)
{
    const std::optional<SessionRequest> request = m_store.find(requestId);
    const std::optional<Session> session = request ? m_sessions.find(request->sessionId) : std::nullopt;
    if (!session)
        throw internalError(QStringLiteral("A request is gone."));
    return Sessions::Answer{*request, *session};
}

/// The answer that the first one with this key gets, once there is one.
QCoro::Task<SessionRequests::Outcome> SessionRequests::repeat(SessionRequestStore::Known known,
                                                              QString bodyHash)
{
    const QPointer<SessionRequests> self(this);
    if (known.bodyHash != bodyHash)
        throw ServiceError(ErrorKind::Unprocessable, "idempotency_mismatch",
                           QStringLiteral("This Idempotency-Key was used for another request."),
                           "Idempotency-Key");
    while (true) {
        const Outcome outcome = stored(known.id);
        if (std::get<Sessions::Answer>(outcome).request.state != RequestState::Running)
            co_return outcome;
        if (m_stopped)
            throw stopping();
        Later<bool> waiter = nextLook(known.id);
        const bool alive = co_await waiter;
        if (!alive || !self)
            throw stopping();
        endAbandoned(false);
    }
}

Later<bool> SessionRequests::nextLook(const QString &requestId)
{
    const Later<bool> waiter;
    std::erase_if(m_waiting, [](const auto &entry) { return entry.second.isGiven(); });
    m_waiting.emplace_back(requestId, waiter);
    // What runs here is told when it ends; what runs in another program shows in the database only.
    if (!m_running.contains(requestId))
        QTimer::singleShot(lookEvery, this, [waiter] { waiter.give(true); });
    return waiter;
}

void SessionRequests::tell(const QString &requestId)
{
    std::vector<Later<bool>> told;
    std::erase_if(m_waiting, [&](const auto &entry) {
        if (entry.first == requestId)
            told.push_back(entry.second);
        return entry.first == requestId;
    });
    for (const Later<bool> &waiter : told)
        waiter.give(true);
}

void SessionRequests::keepUp()
{
    for (const QString &id : m_running)
        m_store.prolong(id, m_house.clock.now() + lease);
    endAbandoned(false);
}

/// Nothing is debited for what a crash, ours or another program's, has left.
void SessionRequests::endAbandoned(bool ownToo)
{
    std::vector<SessionRequest> abandoned;
    do {
        const Millis now = m_house.clock.now();
        abandoned = m_store.abandoned(now, ownToo, abandonedAtOnce);
        std::erase_if(abandoned,
                      [this](const SessionRequest &request) { return m_running.contains(request.id); });
        for (const SessionRequest &request : abandoned) {
            Done done;
            done.error =
                QStringLiteral("The tower was interrupted before this was done. Nothing was debited.");
            done.towerFault = true;
            settle(request, done, [&](Transaction &transaction) {
                return m_store.endAbandoned(transaction, request.id, now, ownToo);
            });
            log::warning("work", QStringLiteral("an interrupted request is ended"),
                         {{"request", request.id}});
        }
    } while (!abandoned.empty());
}

} // namespace tower
