// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Keys.h"
#include "core/nostr/RelayClient.h"
#include "tests/peers/TestRelay.h"

#include <QJsonDocument>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketServer>

using namespace tower;
using tower::test::TestRelay;
using Kind = PublishOutcome::Kind;
using Fault = TestRelay::Fault;

Q_DECLARE_METATYPE(tower::test::TestRelay::Fault)
Q_DECLARE_METATYPE(tower::PublishOutcome::Kind)

namespace {

Event note(const QByteArray &content)
{
    static const SecretKey key = *SecretKey::fromBytes(QByteArray(32, '\x21'));
    Event event;
    event.pubkey = key.pubKey();
    event.createdAt = 1'700'000'000;
    event.kind = 1;
    event.content = content;
    event.id = event.computedId();
    event.signature = key.sign(event.id.bytes(), {});
    return event;
}

template <class T>
T waitFor(Later<T> later)
{
    if (!QTest::qWaitFor([&] { return later.isGiven(); }, 15'000))
        return {};
    return later.await_resume();
}

} // namespace

class TestRelayClient : public QObject
{
    Q_OBJECT

private slots:
    void publishesAndAsks()
    {
        TestRelay relay;
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        const Event event = note("one \"quoted\" \xc3\xa9");
        QCOMPARE(waitFor(client.has(event.id)), Presence::NotThere);
        const PublishOutcome first = waitFor(client.publish(event));
        QCOMPARE(first.kind, Kind::Accepted);
        QVERIFY(first.sent);
        QCOMPARE(waitFor(client.has(event.id)), Presence::There);
        QCOMPARE(waitFor(client.publish(event)).kind, Kind::Duplicate);
        QCOMPARE(relay.timesStored(event.id.text()), 1);
        QCOMPARE(relay.connections(), 1);
    }

    void manyQuestionsAtOnceOverOneConnection()
    {
        TestRelay relay;
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        std::vector<Later<PublishOutcome>> published;
        for (int i = 0; i < 50; ++i)
            published.push_back(client.publish(note(QByteArray::number(i))));
        std::vector<Later<Presence>> asked;
        for (int i = 0; i < 100; ++i)
            asked.push_back(client.has(note(QByteArray::number(i)).id));
        for (const auto &later : published)
            QCOMPARE(waitFor(later).kind, Kind::Accepted);
        for (std::size_t i = 0; i < asked.size(); ++i)
            QCOMPARE(waitFor(asked[i]), i < 50 ? Presence::There : Presence::NotThere);
        QCOMPARE(relay.connections(), 1);
    }

    void faults_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<bool>("sent");
        QTest::newRow("refuses") << Fault::Refuses << Kind::Refused << true;
        QTest::newRow("says duplicate") << Fault::SaysDuplicate << Kind::Duplicate << true;
        QTest::newRow("silent") << Fault::Silent << Kind::Unreachable << true;
        QTest::newRow("closes midway") << Fault::ClosesMidway << Kind::Unreachable << true;
        QTest::newRow("drops the OK") << Fault::DropsOk << Kind::Unreachable << true;
        QTest::newRow("talks junk") << Fault::TalksJunk << Kind::Accepted << true;
    }
    void faults()
    {
        QFETCH(Fault, fault);
        TestRelay relay;
        relay.setFault(fault, QStringLiteral("blocked: not here"));
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        client.setDeadline(std::chrono::milliseconds(300));
        const PublishOutcome outcome = waitFor(client.publish(note("x")));
        QTEST(outcome.kind, "kind");
        QTEST(outcome.sent, "sent");
        if (fault == Fault::Refuses)
            QCOMPARE(outcome.answer, QStringLiteral("blocked: not here"));
    }

    void theAnswerIsFitToBeKept()
    {
        TestRelay relay;
        relay.setFault(Fault::Refuses,
                       QStringLiteral("error: ") + QChar(0) + QString(291, u'x') + QStringLiteral("😀"));
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        const PublishOutcome outcome = waitFor(client.publish(note("x")));
        QCOMPARE(outcome.kind, Kind::Refused);
        QCOMPARE(outcome.answer, QStringLiteral("error:  ") + QString(291, u'x')); // 299: no half of a pair
    }

    void aQuestionThatIsClosedHasNoAnswer()
    {
        TestRelay relay;
        relay.setFault(Fault::ClosesQuestions);
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        QCOMPARE(waitFor(client.has(note("x").id)), Presence::Unknown);
    }

    void anotherEventIsNoProof()
    {
        // A relay that answers every question with an event of its own choice.
        QWebSocketServer liar(QStringLiteral("liar"), QWebSocketServer::NonSecureMode);
        QVERIFY(liar.listen(QHostAddress::LocalHost));
        Event forged = note("wanted");
        const EventId wanted = forged.id;
        forged.content = "something else under the same id";
        connect(&liar, &QWebSocketServer::newConnection, &liar, [&] {
            QWebSocket *socket = liar.nextPendingConnection();
            socket->setParent(&liar);
            connect(socket, &QWebSocket::textMessageReceived, socket, [&forged, socket](const QString &text) {
                const QJsonValue subscription = QJsonDocument::fromJson(text.toUtf8()).array().at(1);
                for (const Event &event : {forged, note("other")}) {
                    const QJsonArray message{QStringLiteral("EVENT"), subscription, event.toJsonObject()};
                    socket->sendTextMessage(QString::fromUtf8(QJsonDocument(message).toJson()));
                }
                const QJsonArray end{QStringLiteral("EOSE"), subscription};
                socket->sendTextMessage(QString::fromUtf8(QJsonDocument(end).toJson()));
            });
        });
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(QStringLiteral("ws://127.0.0.1:%1").arg(liar.serverPort()));
        QCOMPARE(waitFor(client.has(wanted)), Presence::NotThere);
    }

    void aFloodEndsTheConnection()
    {
        QWebSocketServer flood(QStringLiteral("flood"), QWebSocketServer::NonSecureMode);
        QVERIFY(flood.listen(QHostAddress::LocalHost));
        connect(&flood, &QWebSocketServer::newConnection, &flood, [&] {
            QWebSocket *socket = flood.nextPendingConnection();
            socket->setParent(&flood);
            connect(socket, &QWebSocket::textMessageReceived, socket,
                    [socket] { socket->sendTextMessage(QString(4 * 1024 * 1024, u'x')); });
        });
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(QStringLiteral("ws://127.0.0.1:%1").arg(flood.serverPort()));
        client.setDeadline(std::chrono::seconds(5));
        const PublishOutcome outcome = waitFor(client.publish(note("x")));
        QCOMPARE(outcome.kind, Kind::Unreachable);
        QVERIFY2(!outcome.answer.contains(QStringLiteral("in time")), qPrintable(outcome.answer));
    }

    void backsOffWhileTheRelayIsDown()
    {
        TestRelay relay;
        relay.stop();
        ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        const PublishOutcome down = waitFor(client.publish(note("x")));
        QCOMPARE(down.kind, Kind::Unreachable);
        QVERIFY(!down.sent);
        QCOMPARE(client.retryAt(), clock.now() + seconds(1));

        relay.start();
        QCOMPARE(waitFor(client.publish(note("x"))).kind, Kind::Unreachable);
        QCOMPARE(relay.connections(), 0);
        relay.stop();
        for (const int wait : {2, 4, 8, 16, 32, 60, 60}) {
            clock.set(client.retryAt());
            QCOMPARE(waitFor(client.publish(note("x"))).kind, Kind::Unreachable);
            QCOMPARE(client.retryAt(), clock.now() + seconds(wait));
        }
        relay.start();
        clock.set(client.retryAt());
        QCOMPARE(waitFor(client.publish(note("x"))).kind, Kind::Accepted);
        QVERIFY(client.retryAt() <= clock.now());
    }

    void comesBackAfterARestartOfTheRelay()
    {
        TestRelay relay;
        ManualClock clock(days(20'000));
        RelayClient client(clock);
        client.setUrl(relay.url());
        QCOMPARE(waitFor(client.publish(note("1"))).kind, Kind::Accepted);
        relay.stop();
        relay.start();
        // The first question may still go into the connection that is gone.
        const auto accepted = [&] {
            clock.set(std::max(clock.now(), client.retryAt()));
            return waitFor(client.publish(note("2"))).kind == Kind::Accepted;
        };
        QVERIFY(QTest::qWaitFor(accepted, 10'000));
        QCOMPARE(relay.connections(), 2);
    }

    void abortTellsWhoWaits()
    {
        TestRelay relay;
        relay.setFault(Fault::Silent);
        const ManualClock clock(days(20'000));
        auto client = std::make_unique<RelayClient>(clock);
        client->setUrl(relay.url());
        Later<PublishOutcome> waiting = client->publish(note("x"));
        Later<Presence> asking = client->has(note("x").id);
        QTRY_COMPARE(relay.events(), 1);
        client->abort();
        QVERIFY(waiting.isGiven());
        QVERIFY(asking.isGiven());
        QVERIFY(client->publish(note("y")).isGiven());
        Later<PublishOutcome> late = client->publish(note("z"));
        client.reset();
        QCOMPARE(late.await_resume().kind, Kind::Unreachable);
    }

    void noRelay()
    {
        const ManualClock clock(days(20'000));
        RelayClient client(clock);
        QCOMPARE(client.publish(note("x")).await_resume().answer, QStringLiteral("no relay is configured"));
    }
};

QTEST_GUILESS_MAIN(TestRelayClient)
#include "tst_RelayClient.moc"
