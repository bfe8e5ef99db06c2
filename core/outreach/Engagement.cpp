// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/Engagement.h"

#include "core/base/Error.h"
#include "core/base/Log.h"

#include <QPointer>
#include <QTimer>
#include <QUuid>

#include <algorithm>
#include <chrono>

namespace tower {

namespace {

constexpr int encryptedDirectMessage = 4; // NIP-04
constexpr int rememberedRequests = 3;
constexpr Millis pauseAfterFailure = seconds(600);

std::int64_t daysBetween(Millis from, Millis to)
{
    return std::max<std::int64_t>(0, (to - from).value() / days(1).value());
}

ServiceError decided()
{
    return conflict(QStringLiteral("This message was sent or skipped already."), "engagement_decided");
}

QString checkedText(const QString &given)
{
    const QString text = given.trimmed();
    if (text.isEmpty() || text.size() > ChatReply::maximumLength)
        throw badRequest("text",
                         QStringLiteral("text must be of 1 to %1 characters.").arg(ChatReply::maximumLength));
    const bool plain = std::all_of(
        text.begin(), text.end(), [](QChar c) { return c == u'\n' || c.category() != QChar::Other_Control; });
    if (!plain || !text.isValidUtf16())
        throw badRequest("text", QStringLiteral("text must hold no control characters but line ends."));
    return text;
}

} // namespace

Engagement::Engagement(Database &database, const Clock &clock, const Settings &settings,
                       Identities &identities, const TimmyIdentity &timmy, EventLog &events, Agent &agent,
                       Activity &activity, std::function<Sats()> poolSats, QObject *parent)
    : QObject(parent)
    , m_database(database)
    , m_clock(clock)
    , m_settings(settings)
    , m_identities(identities)
    , m_timmy(timmy)
    , m_events(events)
    , m_agent(agent)
    , m_activity(activity)
    , m_poolSats(std::move(poolSats))
    , m_store(database)
    , m_timer(new QTimer(this))
{
    m_timer->setTimerType(Qt::PreciseTimer);
    m_timer->setInterval(std::chrono::milliseconds(firstRun.value()));
    connect(m_timer, &QTimer::timeout, this, &Engagement::poll);
}

Engagement::~Engagement()
{
    stop();
}

void Engagement::start()
{
    m_started = true;
    m_startedAt = m_clock.now();
    m_timer->start();
}

void Engagement::stop()
{
    m_started = false;
    m_timer->stop();
}

std::optional<Engagement::Interval> Engagement::intervalAt(Millis at) const
{
    const std::int64_t length = days(m_settings.integer(Setting::EngagementIntervalDays)).value();
    if (length == 0)
        return std::nullopt;
    const std::int64_t slot = at.value() / length;
    return Interval{slot, Millis(slot * length)};
}

EngagementRule Engagement::ruleAt(Millis at, const Interval &interval) const
{
    return {m_identities.rules(), at, at - days(m_settings.integer(Setting::EngagementAbsentDays)),
            interval.from, m_timmy.pubKey()};
}

/// Read again when it counts: they may have come back meanwhile.
bool Engagement::qualifies(const std::optional<Identity> &identity) const
{
    return identity && !identity->decayExempt && identity->pubkey != m_timmy.pubKey() &&
           isOnCurve(identity->pubkey) && identity->score >= m_identities.rules().trusted &&
           m_clock.now() - identity->lastSeen >= days(m_settings.integer(Setting::EngagementAbsentDays));
}

void Engagement::poll()
{
    const Millis now = m_clock.now();
    const std::optional<Interval> interval = intervalAt(now);
    if (!m_started || m_running || !interval || now < m_notBefore)
        return;
    if (m_slot != interval->slot) {
        m_slot = interval->slot;
        m_done = false;
        m_left = maximumRun;
    }
    if (!m_done)
        run(*interval);
}

QCoro::Task<void> Engagement::run(Interval interval)
{
    const QPointer<Engagement> self(this);
    m_running = true;
    try {
        if (!m_settings.flag(Setting::EngagementApproval))
            sendProposed(interval);
        const std::vector<PubKey> keys = m_store.recipients(ruleAt(m_clock.now(), interval), m_left);
        bool goesOn = true;
        for (std::size_t i = 0; goesOn && i < keys.size(); ++i) {
            QCoro::Task<bool> writing = writeTo(keys[i], interval);
            goesOn = co_await writing;
            if (!self)
                co_return;
        }
        m_done = goesOn;
    } catch (const ServiceError &error) {
        if (!self)
            co_return;
        m_notBefore = m_clock.now() + pauseAfterFailure;
        if (m_started)
            log::warning("engagement", QStringLiteral("run paused"), {{"error", error.message()}});
    }
    m_running = false;
}

/// What the operator had prepared for them and then left to the program. Who came back meanwhile gets none.
void Engagement::sendProposed(const Interval &interval)
{
    for (EngagementMessage &message : m_store.proposedSince(interval.from, m_left)) {
        Transaction transaction(m_database);
        const bool wanted = qualifies(m_identities.find(message.pubkey));
        const EngagementState state = wanted ? EngagementState::Sent : EngagementState::Skipped;
        if (!m_store.decide(transaction, message, state, m_clock.now()))
            continue;
        if (wanted)
            sendIn(transaction, message, QStringLiteral("auto"));
        else
            record(transaction, "engagement.skip", message, QStringLiteral("auto"));
        transaction.commit();
        m_left -= wanted ? 1 : 0;
    }
}

/// False: nothing more is to be written. Throws when the agent can't be asked now.
QCoro::Task<bool> Engagement::writeTo(PubKey key, Interval interval)
{
    const QPointer<Engagement> self(this);
    const std::optional<Identity> identity = m_identities.find(key);
    if (!qualifies(identity))
        co_return true;
    ChatReply reply;
    try {
        QCoro::Task<ChatReply> asking = m_agent.chatReply(contextOf(*identity));
        reply = co_await asking;
    } catch (const ServiceError &error) {
        const bool onlyThisOne = error.code() == "agent_refused" || error.code() == "agent_bad_request";
        if (!onlyThisOne || !self)
            throw;
        log::warning("engagement", QStringLiteral("no message for a member"),
                     {{"pubkey", key.text()}, {"error", error.message()}});
        co_return m_started;
    }
    // The interval may have ended, or the operator have turned this off, while the agent wrote.
    const std::optional<Interval> current = self ? intervalAt(m_clock.now()) : std::nullopt;
    if (!self || !m_started || !current || current->slot != interval.slot)
        co_return false;

    const bool waits = m_settings.flag(Setting::EngagementApproval);
    const Millis now = m_clock.now();
    EngagementMessage message;
    message.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    message.pubkey = key;
    message.slot = interval.slot;
    message.text = reply.text;
    message.state = waits ? EngagementState::Proposed : EngagementState::Sent;
    message.createdAt = now;
    if (!waits)
        message.decidedAt = now;
    Transaction transaction(m_database);
    if (!qualifies(m_identities.find(key)) || !m_store.insert(transaction, message))
        co_return true; // they came back, or another program was faster
    if (!waits)
        sendIn(transaction, message, QStringLiteral("auto"));
    transaction.commit();
    --m_left;
    co_return true;
}

ChatContext Engagement::contextOf(const Identity &identity)
{
    ChatContext context;
    context.tier = toText(identity.tier);
    context.did = m_store.recentRequests(identity.pubkey, rememberedRequests);
    context.interactions = identity.interactionCount;
    context.absentDays = daysBetween(identity.lastSeen, m_clock.now());
    context.memberDays = daysBetween(identity.createdAt, m_clock.now());
    context.poolSats = m_poolSats().value();
    return context;
}

/// The message is marked as sent in this transaction.
void Engagement::sendIn(Transaction &transaction, EngagementMessage &message, const QString &actor)
{
    const EventTemplate letter{encryptedDirectMessage,
                               {{"p", message.pubkey.hex()}},
                               m_timmy.encryptDm(message.pubkey, message.text.toUtf8())};
    const Event event = m_events.log(transaction, letter, {QStringLiteral("engagement"), message.pubkey},
                                     EventLog::Send::ToRelay);
    m_store.setEvent(transaction, message.id, event.id);
    message.eventId = event.id;
    record(transaction, "engagement.send", message, actor);
}

void Engagement::record(Transaction &transaction, const char *action, const EngagementMessage &message,
                        const QString &actor)
{
    m_activity.record(transaction, {actor,
                                    QString::fromLatin1(action),
                                    message.pubkey.text(),
                                    {},
                                    {},
                                    {{QStringLiteral("message"), message.id}}});
}

EngagementPreview Engagement::preview()
{
    EngagementPreview out;
    out.needsApproval = m_settings.flag(Setting::EngagementApproval);
    const Millis now = m_clock.now();
    const Millis earliest = std::max({now, m_startedAt + firstRun, m_notBefore});
    std::optional<Interval> interval = intervalAt(earliest);
    if (!interval)
        return out;
    out.at = earliest;
    if (m_done && m_slot == interval->slot) {
        out.at = interval->from + days(m_settings.integer(Setting::EngagementIntervalDays));
        interval = intervalAt(*out.at);
    }
    for (const PubKey &key : m_store.recipients(ruleAt(*out.at, *interval), maximumRun)) {
        if (std::optional<Identity> identity = m_identities.find(key))
            out.recipients.push_back(*std::move(identity));
    }
    return out;
}

Page<EngagementMessage> Engagement::list(const EngagementFilter &filter, const PageRequest &page)
{
    return m_store.list(filter, page);
}

std::optional<EngagementMessage> Engagement::find(const QString &id)
{
    return m_store.find(id);
}

EngagementMessage Engagement::proposed(const QString &id)
{
    std::optional<EngagementMessage> message = m_store.find(id);
    if (!message)
        throw notFound(QStringLiteral("There is no such message."), "engagement_not_found");
    if (message->state != EngagementState::Proposed)
        throw decided();
    return *std::move(message);
}

EngagementMessage Engagement::edit(const QString &id, const QString &was, const QString &text,
                                   const QString &actor)
{
    const QString words = checkedText(text);
    Transaction transaction(m_database);
    const EngagementMessage message = proposed(id);
    if (!m_store.setText(transaction, id, was, words))
        throw conflict(QStringLiteral("This message was changed or decided meanwhile."),
                       "engagement_changed");
    record(transaction, "engagement.edit", message, actor);
    transaction.commit();
    return *m_store.find(id);
}

EngagementMessage Engagement::send(const QString &id, const QString &text, const QString &actor)
{
    Transaction transaction(m_database);
    EngagementMessage message = proposed(id);
    message.text = text;
    if (!m_store.decide(transaction, message, EngagementState::Sent, m_clock.now()))
        throw conflict(QStringLiteral("This message was changed or decided meanwhile."),
                       "engagement_changed");
    sendIn(transaction, message, actor);
    transaction.commit();
    return *m_store.find(id);
}

EngagementMessage Engagement::skip(const QString &id, const QString &actor)
{
    Transaction transaction(m_database);
    const std::optional<EngagementMessage> message = m_store.find(id);
    if (message && message->state == EngagementState::Skipped)
        return *message;
    const EngagementMessage open = proposed(id);
    if (!m_store.decide(transaction, open, EngagementState::Skipped, m_clock.now()))
        throw decided();
    record(transaction, "engagement.skip", open, actor);
    transaction.commit();
    return *m_store.find(id);
}

} // namespace tower
