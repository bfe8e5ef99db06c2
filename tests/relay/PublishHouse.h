// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nostr/RelayClient.h"
#include "core/publish/Publisher.h"
#include "core/relay/PublishStore.h"
#include "tests/peers/TestRelay.h"
#include "tests/relay/RelayHouse.h"

#include <QTest>

namespace tower::test {

/// The rules, a relay that asks them, and the publisher between them, which can be killed and started anew.
struct PublishHouse : RelayHouse
{
    /// What a start builds, over a connection of its own.
    struct Running
    {
        Running(Database &database, const Clock &clock, const Settings &settings, const QString &instance)
            : client(clock)
            , approved(database, instance)
            , publisher(approved, clock, settings, client)
        {
            client.setDeadline(std::chrono::milliseconds(500));
        }
        RelayClient client;
        PublishStore approved;
        Publisher publisher;
    };

    explicit PublishHouse(const QString &engine)
        : RelayHouse(engine)
    {
        relay.setPolicy([this](const QByteArray &line, const std::function<void(QByteArray)> &answer) {
            policy.decide(parsePolicyLine(line).event, "IP4 127.0.0.1",
                          [answer](const PolicyDecision &decision) {
                              answer(QByteArray(R"({"action":")") + toText(decision.action) + R"(","msg":")" +
                                     decision.message + "\"}");
                          });
        });
        settings.setSaved(Setting::NostrRelayUrl, relay.url());
        grant(keyOf(1));
        restart();
    }

    void restart()
    {
        running.reset();
        running = std::make_unique<Running>(*database, clock, settings, QStringLiteral("instance-1"));
        running->publisher.start();
    }
    void kill() { running.reset(); }

    /// An event of author 1 that a member's client sent and that waits in the queue.
    Event queued(const QByteArray &content = "hello")
    {
        const Event event = signedEvent(1, 1, content);
        const auto ok = relay.post(event.toJsonObject());
        if (!ok || !ok->at(2).toBool() || relay.has(event.id.text()) ||
            queue.find(event.id)->status != QueueStatus::Pending)
            qFatal("the event was not shadow-rejected");
        return event;
    }
    Event approved(const QByteArray &content = "hello")
    {
        const Event event = queued(content);
        queue.approve(event.id, QStringLiteral("admin:token"));
        return event;
    }
    QueuedEvent row(const Event &event) { return *queue.find(event.id); }
    /// Wakes the publisher and lets it finish what is due.
    bool publish()
    {
        running->publisher.wake();
        return QTest::qWaitFor([this] { return !running->publisher.isRunning(); }, 10'000);
    }

    /// Neither later nor after a start.
    void neverTriedAgain(const Event &event)
    {
        const int before = relay.events();
        const int tries = row(event).publishTries;
        clock.advance(days(1));
        QVERIFY(publish());
        restart();
        QVERIFY(publish());
        QCOMPARE(relay.events(), before);
        QCOMPARE(row(event).publishTries, tries);
    }

    TestRelay relay;
    std::unique_ptr<Running> running;
};

} // namespace tower::test
