// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>

class QNetworkAccessManager;
class QWebSocket;
class QWebSocketServer;

namespace tower::test {

/// A small relay (NIP-01 over websockets) that asks a policy before it stores, as strfry does, keeps events
/// in memory, and can be told to misbehave. Lives on the thread that made it.
class TestRelay : public QObject
{
    Q_OBJECT

public:
    enum class Fault {
        None,
        Refuses,         ///< OK false with `refusal`
        SaysDuplicate,   ///< OK true "duplicate: ..." and stores nothing
        Silent,          ///< never answers anything
        ClosesMidway,    ///< closes the connection when an EVENT comes
        DropsOk,         ///< stores, but the OK is lost
        LosesEvents,     ///< OK true, and stores nothing
        ClosesQuestions, ///< CLOSED to every REQ
        TalksJunk,       ///< junk and foreign messages around every answer
    };
    /// Asked with the plugin's line; answers with its reply, at once or later.
    using Policy = std::function<void(QByteArray line, std::function<void(QByteArray reply)> answer)>;

    explicit TestRelay(QObject *parent = nullptr);
    ~TestRelay() override;

    /// Listens again on the port of the first time.
    void start();
    /// Closes the door and every connection.
    void stop();
    void setFault(Fault fault, const QString &text = {});
    void setPolicy(Policy policy) { m_policy = std::move(policy); }
    /// Asks `POST <url>/api/relay/policy`, as the plugin does.
    void askOverHttp(const QString &url, const QByteArray &secret);

    [[nodiscard]] QString url() const;
    [[nodiscard]] int events() const { return m_events; } ///< EVENT messages received
    [[nodiscard]] int connections() const { return m_connections; }
    [[nodiscard]] bool has(const QString &id) const { return m_stored.contains(id); }
    [[nodiscard]] qsizetype stored() const { return m_stored.size(); }
    /// How often each id was stored: 1, or a duplicate slipped through.
    [[nodiscard]] int timesStored(const QString &id) const { return m_timesStored.value(id); }

    /// As if it had come over from another relay, past the door.
    void keep(const QJsonObject &event);
    /// As a member's client would: sends the event through the door; the OK is waited for.
    std::optional<QJsonArray> post(const QJsonObject &event);

private:
    void accept();
    void receive(QWebSocket *socket, const QString &text);
    void receiveEvent(QWebSocket *socket, const QJsonObject &event);
    void decided(QWebSocket *socket, const QJsonObject &event, const QJsonObject &verdict);
    void receiveRequest(QWebSocket *socket, const QJsonArray &message);
    void say(QWebSocket *socket, const QJsonArray &message);

    std::unique_ptr<QWebSocketServer> m_server;
    QNetworkAccessManager *m_network = nullptr;
    quint16 m_port = 0;
    Policy m_policy;
    Fault m_fault = Fault::None;
    QString m_refusal;
    QHash<QString, QJsonObject> m_stored;
    QHash<QString, int> m_timesStored;
    int m_events = 0;
    int m_connections = 0;
};

} // namespace tower::test
