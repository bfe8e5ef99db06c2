// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/RelayClient.h"

#include "core/base/Text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>

#include <algorithm>

namespace tower {

namespace {

/// One event of 64 KiB with its frame, and room for escapes.
constexpr quint64 maximumMessage = 256 * 1024;
constexpr qsizetype maximumAnswer = 300;
constexpr Millis longestBackOff = seconds(60);

QByteArray compact(const QJsonArray &array)
{
    return QJsonDocument(array).toJson(QJsonDocument::Compact);
}

} // namespace

Millis backOff(int failures, Millis longest)
{
    constexpr int doublings = 20;
    const Millis wait(1'000LL << std::clamp(failures - 1, 0, doublings));
    return std::min(wait, longest);
}

struct RelayClient::Call
{
    struct DeleteLater
    {
        void operator()(QTimer *timer) const
        {
            timer->stop();
            timer->deleteLater(); // it may be what brought the call to its end
        }
    };

    bool isQuestion = false; ///< REQ, not EVENT
    bool isSearch = false;   ///< find(), not has()
    EventId id;
    QString subscription;
    QByteArray message;
    bool sent = false;
    bool found = false;
    std::vector<Event> events;
    std::unique_ptr<QTimer, DeleteLater> deadline;
    Later<PublishOutcome> published;
    Later<Presence> presence;
    Later<std::optional<std::vector<Event>>> search;

    void fail(const QString &why) const
    {
        if (isSearch)
            search.give(std::nullopt);
        else if (isQuestion)
            presence.give(Presence::Unknown);
        else
            published.give({PublishOutcome::Kind::Unreachable, why.left(maximumAnswer), sent});
    }
};

RelayClient::RelayClient(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
}

RelayClient::~RelayClient()
{
    abort();
}

void RelayClient::setUrl(const QString &url)
{
    if (url == m_url)
        return;
    m_url = url;
    m_failures = 0;
    m_retryAt = Millis();
    drop();
    failAll(QStringLiteral("the relay's address was changed"));
}

Later<PublishOutcome> RelayClient::publish(const Event &event)
{
    auto call = std::make_unique<Call>();
    call->id = event.id;
    call->message = "[\"EVENT\"," + event.toJson() + ']';
    Later<PublishOutcome> result = call->published;
    start(std::move(call));
    return result;
}

std::unique_ptr<RelayClient::Call> RelayClient::question(const QJsonObject &filter)
{
    auto call = std::make_unique<Call>();
    call->isQuestion = true;
    call->subscription = QStringLiteral("tower-%1").arg(++m_lastSubscription);
    call->message = compact({QStringLiteral("REQ"), call->subscription, filter});
    return call;
}

Later<Presence> RelayClient::has(const EventId &id)
{
    auto call = question({{QStringLiteral("ids"), QJsonArray{id.text()}}, {QStringLiteral("limit"), 1}});
    call->id = id;
    Later<Presence> result = call->presence;
    start(std::move(call));
    return result;
}

Later<std::optional<std::vector<Event>>> RelayClient::find(QJsonObject filter)
{
    filter.insert(QStringLiteral("limit"), static_cast<int>(maximumFound));
    auto call = question(filter);
    call->isSearch = true;
    Later<std::optional<std::vector<Event>>> result = call->search;
    start(std::move(call));
    return result;
}

void RelayClient::start(std::unique_ptr<Call> call)
{
    if (m_aborted || m_url.isEmpty()) {
        call->fail(m_aborted ? QStringLiteral("stopped") : QStringLiteral("no relay is configured"));
        return;
    }
    if (!m_socket && m_clock.now() < m_retryAt) {
        call->fail(QStringLiteral("the relay was unreachable a moment ago"));
        return;
    }
    Call *started = call.get();
    m_calls.push_back(std::move(call));
    started->deadline.reset(new QTimer(this));
    started->deadline->setSingleShot(true);
    connect(started->deadline.get(), &QTimer::timeout, this, [this] {
        // A relay that keeps silent may not hear either: the next question goes over a new connection.
        lost(QStringLiteral("no answer in time"));
    });
    started->deadline->start(m_deadline);
    if (m_open)
        send(*started);
    else if (!m_socket)
        open();
}

void RelayClient::open()
{
    m_socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, this);
    m_socket->setMaxAllowedIncomingMessageSize(maximumMessage);
    m_socket->setMaxAllowedIncomingFrameSize(maximumMessage);
    connect(m_socket, &QWebSocket::connected, this, &RelayClient::opened);
    connect(m_socket, &QWebSocket::textMessageReceived, this, &RelayClient::receive);
    connect(m_socket, &QWebSocket::stateChanged, this, [this](QAbstractSocket::SocketState state) {
        if (state != QAbstractSocket::UnconnectedState)
            return;
        // The reason is set after the state.
        QTimer::singleShot(0, m_socket, [this] {
            const QString reason = m_socket->errorString();
            lost(reason.isEmpty() ? QStringLiteral("the relay closed the connection") : reason);
        });
    });
    m_socket->open(QUrl(m_url));
}

void RelayClient::opened()
{
    m_open = true;
    for (const auto &call : m_calls) {
        if (!call->sent)
            send(*call);
    }
}

void RelayClient::send(Call &call)
{
    call.sent = true;
    m_socket->sendTextMessage(QString::fromUtf8(call.message));
}

void RelayClient::drop()
{
    m_open = false;
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket->deleteLater();
    m_socket = nullptr;
}

void RelayClient::lost(const QString &why)
{
    // A relay may close a connection that rests; it failed only when somebody waited for it.
    if (!m_calls.empty()) {
        ++m_failures;
        m_retryAt = m_clock.now() + backOff(m_failures, longestBackOff);
    }
    drop();
    failAll(why);
}

void RelayClient::failAll(const QString &why)
{
    const std::vector<std::unique_ptr<Call>> calls = std::exchange(m_calls, {});
    for (const auto &call : calls)
        call->deadline.reset();
    for (const auto &call : calls)
        call->fail(why);
}

void RelayClient::abort()
{
    m_aborted = true;
    drop();
    failAll(QStringLiteral("stopped"));
}

Health RelayClient::health() const
{
    if (m_failures > 0)
        return Health::Down;
    return m_hasAnswered ? Health::Up : Health::Unknown;
}

void RelayClient::answered()
{
    m_hasAnswered = true;
    m_failures = 0;
    m_retryAt = Millis();
}

std::unique_ptr<RelayClient::Call> RelayClient::take(const Call *call)
{
    const auto found =
        std::find_if(m_calls.begin(), m_calls.end(), [call](const auto &c) { return c.get() == call; });
    std::unique_ptr<Call> taken = std::move(*found);
    m_calls.erase(found);
    return taken;
}

RelayClient::Call *RelayClient::subscription(const QString &name)
{
    const auto found = std::find_if(m_calls.begin(), m_calls.end(), [&name](const auto &call) {
        return call->isQuestion && call->subscription == name;
    });
    return found == m_calls.end() ? nullptr : found->get();
}

void RelayClient::receive(const QString &text)
{
    const QJsonArray message = QJsonDocument::fromJson(text.toUtf8()).array();
    const QString type = message.at(0).toString();
    if (type == QLatin1String("OK"))
        receiveOk(message);
    else if (type == QLatin1String("EVENT"))
        receiveEvent(message);
    else if (type == QLatin1String("EOSE"))
        receiveEnd(message, true);
    else if (type == QLatin1String("CLOSED"))
        receiveEnd(message, false);
}

void RelayClient::receiveOk(const QJsonArray &message)
{
    const QString id = message.at(1).toString();
    const auto found = std::find_if(m_calls.begin(), m_calls.end(), [&id](const auto &call) {
        return !call->isQuestion && call->sent && call->id.text() == id;
    });
    if (found == m_calls.end() || !message.at(2).isBool())
        return;
    const std::unique_ptr<Call> call = take(found->get());
    answered();
    PublishOutcome outcome;
    outcome.sent = true;
    outcome.answer = safeText(message.at(3).toString(), maximumAnswer);
    if (outcome.answer.startsWith(QLatin1String("duplicate:")))
        outcome.kind = PublishOutcome::Kind::Duplicate;
    else
        outcome.kind =
            message.at(2).toBool() ? PublishOutcome::Kind::Accepted : PublishOutcome::Kind::Refused;
    call->published.give(std::move(outcome));
}

void RelayClient::receiveEvent(const QJsonArray &message)
{
    Call *call = subscription(message.at(1).toString());
    if (!call)
        return;
    EventParse parsed = parseEvent(message.at(2).toObject());
    const bool isWanted =
        call->isSearch ? call->events.size() < maximumFound : parsed.event && parsed.event->id == call->id;
    if (!parsed.event || !isWanted || !checkEvent(*parsed.event).isEmpty())
        return;
    call->found = true;
    if (call->isSearch)
        call->events.push_back(std::move(*parsed.event));
}

void RelayClient::receiveEnd(const QJsonArray &message, bool complete)
{
    Call *asked = subscription(message.at(1).toString());
    if (!asked)
        return;
    const std::unique_ptr<Call> call = take(asked);
    answered();
    if (complete)
        m_socket->sendTextMessage(QString::fromUtf8(compact({QStringLiteral("CLOSE"), call->subscription})));
    if (call->isSearch) {
        call->search.give(complete ? std::make_optional(std::move(call->events)) : std::nullopt);
        return;
    }
    const Presence seen = call->found ? Presence::There : Presence::NotThere;
    call->presence.give(complete || call->found ? seen : Presence::Unknown);
}

} // namespace tower
