// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/work/Sessions.h"

#include "core/base/Error.h"
#include "core/base/Log.h"
#include "core/work/SessionPayments.h"
#include "core/work/SessionPayouts.h"
#include "core/work/SessionRequests.h"

#include <QPointer>
#include <QTimer>
#include <QUuid>

#include <chrono>

namespace tower {

namespace {

constexpr qsizetype maximumReason = 1'000;
constexpr int expiredAtOnce = 100;
/// A quarter of a request's lease.
constexpr auto sweepEvery = std::chrono::seconds(30);

ServiceError stopping()
{
    return unavailable(QStringLiteral("The tower is stopping."), "stopping");
}

QJsonObject standing(SessionState state)
{
    return {{QStringLiteral("state"), toText(state)}};
}

} // namespace

Sessions::Sessions(const WorkHouse &house, const SessionMacaroons &macaroons, QObject *parent)
    : QObject(parent)
    , m_house(house)
    , m_macaroons(macaroons)
    , m_store(house.database)
    , m_payments(std::make_unique<SessionPayments>(m_house, m_store))
    , m_requests(std::make_unique<SessionRequests>(m_house, m_store, *m_payments))
    , m_payouts(std::make_unique<SessionPayouts>(m_house, m_store))
    , m_timer(new QTimer(this))
{
    m_timer->setInterval(sweepEvery);
    connect(m_timer, &QTimer::timeout, this, &Sessions::sweep);
}

Sessions::~Sessions() = default;

QCoro::Task<Session> Sessions::create(Sats amount, std::optional<PubKey> key)
{
    return m_payments->open(amount, key);
}

QCoro::Task<Session> Sessions::poll(QString id)
{
    const QPointer<Sessions> self(this);
    current(id);
    QCoro::Task<void> looking = m_payments->lookUp(id);
    co_await looking;
    if (!self)
        throw stopping();
    co_return current(id);
}

std::optional<Session> Sessions::find(const QString &id)
{
    return m_store.find(id);
}

Page<Session> Sessions::list(const SessionFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

Page<SessionRequest> Sessions::requests(const QString &sessionId, const PageRequest &page)
{
    return m_requests->list(sessionId, page);
}

std::optional<Invoice> Sessions::openInvoice(const Session &session)
{
    return m_payments->payable(session.id);
}

QByteArray Sessions::macaroon(const Session &session) const
{
    // Late sats never came to be its balance, but it takes the macaroon to withdraw them.
    const bool paid = session.deposited > Sats(0) || m_house.refunds.owed(RefundOwner::Session, session.id);
    return paid ? m_macaroons.mint(session) : QByteArray();
}

QByteArray Sessions::macaroonFor(const QByteArray &authorization, const Session &session) const
{
    return m_macaroons.renewed(authorization, session);
}

QCoro::Task<std::variant<Sessions::Answer, Sessions::TopUpNeeded>>
Sessions::request(QString id, QString request, QByteArray authorization, QString idempotencyKey)
{
    const Session session = current(id);
    using Use = SessionMacaroons::Use;
    m_macaroons.check(authorization, session, Use::Payout);
    // Before the macaroon's expiry, which comes with the session's: this says what is the matter.
    if (session.state == SessionState::Expired)
        throw ServiceError(ErrorKind::Gone, "session_expired",
                           QStringLiteral("This session has expired. Its balance can be withdrawn."));
    const SessionMacaroons::Allowance allowance = m_macaroons.check(authorization, session, Use::Spend);
    QCoro::Task<SessionRequests::Outcome> running =
        m_requests->run(id, request, idempotencyKey, allowance.maximumPerRequest);
    co_return co_await running;
}

QCoro::Task<Invoice> Sessions::topUp(QString id, Sats amount, QByteArray authorization)
{
    const Session session = current(id);
    m_macaroons.check(authorization, session, SessionMacaroons::Use::Payout);
    if (session.state != SessionState::Active && session.state != SessionState::Paused)
        throw conflict(QStringLiteral("This session takes no more sats: it is not active."),
                       "session_not_active");
    QCoro::Task<Invoice> issuing = m_payments->topUp(id, amount);
    co_return co_await issuing;
}

QCoro::Task<Sessions::Withdrawal> Sessions::withdraw(QString id, QString bolt11, QByteArray authorization)
{
    const Session session = current(id);
    if (!m_macaroons.check(authorization, session, SessionMacaroons::Use::Payout).isWhole)
        throw forbidden(QStringLiteral("This macaroon was narrowed: only the session's own one takes the "
                                       "balance out."),
                        "macaroon_narrowed");
    QCoro::Task<Withdrawal> paying = m_payouts->withdraw(id, bolt11);
    co_return co_await paying;
}

Session Sessions::close(const QString &id, const QString &reason, const QString &actor)
{
    if (reason.size() > maximumReason)
        throw badRequest("reason", QStringLiteral("The reason is longer than 1,000 characters."));
    const Session before = current(id);
    Transaction transaction(m_house.database);
    if (!m_store.close(transaction, id, m_house.clock.now()))
        throw conflict(QStringLiteral("This session is %1 already.").arg(toText(before.state)),
                       "session_not_active");
    m_house.activity.record(transaction, {actor, QStringLiteral("session.close"), id, reason,
                                          standing(before.state), standing(SessionState::Closed)});
    transaction.changed("session", id);
    transaction.commit();
    return current(id);
}

Session Sessions::current(const QString &id)
{
    const bool isId = QUuid::fromString(id).toString(QUuid::WithoutBraces) == id;
    std::optional<Session> session = isId ? m_store.find(id) : std::nullopt;
    if (!session)
        throw notFound(QStringLiteral("There is no such session."), "session_not_found");
    const bool lives = session->state == SessionState::Active || session->state == SessionState::Paused;
    if (lives && session->expiresAt <= m_house.clock.now()) {
        expire(id);
        session = m_store.find(id);
    }
    return *session;
}

bool Sessions::expire(const QString &id)
{
    Transaction transaction(m_house.database);
    if (!m_store.expire(transaction, id, m_house.clock.now()))
        return false;
    transaction.changed("session", id);
    transaction.commit();
    return true;
}

void Sessions::start()
{
    try {
        m_requests->start();
    } catch (const ServiceError &error) {
        log::warning("work", QStringLiteral("requests not recovered yet"), {{"error", error.message()}});
    }
    sweep();
    m_timer->start();
}

void Sessions::stop()
{
    m_timer->stop();
    m_requests->stop();
}

bool Sessions::isRunning() const
{
    return m_requests->isRunning();
}

void Sessions::sweep()
{
    try {
        m_requests->keepUp();
        std::vector<QString> due;
        do {
            due = m_store.due(m_house.clock.now(), expiredAtOnce);
            for (const QString &id : due)
                expire(id);
        } while (!due.empty());
    } catch (const ServiceError &error) {
        log::warning("work", QStringLiteral("sessions not swept"), {{"error", error.message()}});
    }
}

} // namespace tower
