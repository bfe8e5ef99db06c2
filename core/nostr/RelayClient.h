// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/Clock.h"
#include "core/base/Health.h"
#include "core/base/Later.h"
#include "core/nostr/Event.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QObject>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

class QTimer;
class QWebSocket;

namespace tower {

/// What became of an EVENT sent to the relay.
struct PublishOutcome
{
    enum class Kind {
        Accepted,    ///< OK true
        Duplicate,   ///< "duplicate:": it is there already
        Refused,     ///< OK false
        Unreachable, ///< no connection, or no answer in time
    } kind = Kind::Unreachable;
    QString answer;    ///< what the relay said, or what went wrong; at most 300 characters, fit to be kept
    bool sent = false; ///< the event left this machine, so the relay may have stored it whatever the kind
};

enum class Presence { There, NotThere, Unknown };

/// Talks NIP-01 with one relay over one websocket: kept open, opened again when something is to be said, not
/// sooner than its back-off allows (1 s, doubling to 1 min, until the relay answers). Every question has one
/// answer within the deadline. What was not asked for (foreign subscriptions, junk, AUTH) is passed over.
class RelayClient : public QObject
{
    Q_OBJECT

public:
    explicit RelayClient(const Clock &clock, QObject *parent = nullptr);
    ~RelayClient() override;

    /// ws:// or wss://; another URL than before drops the connection. Empty: there is no relay.
    void setUrl(const QString &url);
    [[nodiscard]] const QString &url() const { return m_url; }
    /// For one question, connecting included.
    void setDeadline(std::chrono::milliseconds deadline) { m_deadline = deadline; }

    Later<PublishOutcome> publish(const Event &event);
    /// Whether the relay returns the event (REQ by id, until EOSE).
    Later<Presence> has(const EventId &id);
    /// The stored events that the relay gives for a filter (REQ, until EOSE): valid ones, at most
    /// maximumFound. Whether they fit the filter is the caller's to see. Nullopt: no whole answer.
    Later<std::optional<std::vector<Event>>> find(QJsonObject filter);
    static constexpr std::size_t maximumFound = 500;

    /// When the next connection may be tried; in the past while nothing is wrong.
    [[nodiscard]] Millis retryAt() const { return m_retryAt; }

    [[nodiscard]] Health health() const;

    /// Ends everything at once: who waits is told Unreachable, and so is whoever asks from now on.
    void abort();

private:
    struct Call;

    void start(std::unique_ptr<Call> call);
    void open();
    void opened();
    void lost(const QString &why);
    void drop();
    void failAll(const QString &why);
    void send(Call &call);
    void receive(const QString &text);
    void receiveOk(const QJsonArray &message);
    void receiveEvent(const QJsonArray &message);
    void receiveEnd(const QJsonArray &message, bool complete);
    void answered();
    std::unique_ptr<Call> take(const Call *call);
    Call *subscription(const QString &name);
    std::unique_ptr<Call> question(const QJsonObject &filter);

    const Clock &m_clock;
    QString m_url;
    QWebSocket *m_socket = nullptr;
    bool m_open = false;
    bool m_aborted = false;
    std::chrono::milliseconds m_deadline{10'000};
    int m_failures = 0;
    bool m_hasAnswered = false;
    Millis m_retryAt;
    quint64 m_lastSubscription = 0;
    std::vector<std::unique_ptr<Call>> m_calls;
};

/// The wait before try number `failures` + 1: 1 s, doubling, at most `longest`.
Millis backOff(int failures, Millis longest);

} // namespace tower
