// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/publish/EventLog.h"
#include "core/publish/Publisher.h"
#include "tests/peers/TestRelay.h"
#include "tests/support/TestDatabase.h"

#include <QTest>

#include <memory>

namespace tower::test {

inline SecretKey secretKey(char number)
{
    return std::move(*SecretKey::fromBytes(QByteArray(31, '\x31') + number));
}

/// Timmy's events, a relay, and the publisher between them, which can be killed and started anew.
struct OutboxHouse
{
    /// What a start builds.
    struct Running
    {
        Running(Database &database, const Clock &clock, const Settings &settings, const QString &instance)
            : client(clock)
            , outbox(database, instance)
            , publisher(outbox, clock, settings, client)
        {
            client.setDeadline(std::chrono::milliseconds(500));
        }
        bool publish()
        {
            publisher.wake();
            return QTest::qWaitFor([this] { return !publisher.isRunning(); }, 10'000);
        }
        RelayClient client;
        Outbox outbox;
        Publisher publisher;
    };

    explicit OutboxHouse(const QString &engine)
        : database(engine)
    {
        settings.setSaved(Setting::NostrRelayUrl, relay.url());
        relay.setPolicy([this](const QByteArray &line, const std::function<void(QByteArray)> &answer) {
            arrived.push_back(parsePolicyLine(line).event.event.value_or(Event{}).id);
            answer(R"({"action":"accept","msg":""})");
        });
        restart();
    }

    void restart()
    {
        kill();
        running = std::make_unique<Running>(*database, clock, settings, QStringLiteral("instance-1"));
        running->publisher.start();
    }
    void kill() { running.reset(); }
    bool publish() { return running->publish(); }

    Event said(const QByteArray &content, EventLog::Send send = EventLog::Send::ToRelay,
               const QString &purpose = QStringLiteral("receipt"))
    {
        Transaction transaction(*database);
        const Event event = log.log(transaction, {1, {}, content}, {purpose}, send);
        transaction.commit();
        return event;
    }
    LoggedEvent row(const Event &event) { return *log.find(event.id); }
    PublishState state(const Event &event) { return row(event).publishState; }

    TestDatabase database;
    ManualClock clock{days(20'000)};
    Settings settings;
    TimmyIdentity timmy{secretKey(1)};
    Activity activity{*database, clock};
    EventLog log{*database, clock, settings, timmy, activity};
    TestRelay relay;
    std::vector<EventId> arrived; ///< each time that the relay was asked to store one
    std::unique_ptr<Running> running;
};

} // namespace tower::test
