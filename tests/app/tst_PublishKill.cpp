// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Event.h"
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "core/publish/EventLogStore.h"
#include "core/publish/TimmyIdentity.h"
#include "tests/app/TowerProcess.h"
#include "tests/peers/TestRelay.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <algorithm>

using namespace tower;
using namespace tower::test;
using Fault = TestRelay::Fault;

Q_DECLARE_METATYPE(tower::test::TestRelay::Fault)

namespace {

Event note(const QByteArray &content)
{
    static const SecretKey key = *SecretKey::fromBytes(QByteArray(32, '\x31'));
    Event event;
    event.pubkey = key.pubKey();
    event.createdAt = 1'700'000'000;
    event.kind = 1;
    event.content = content;
    event.id = event.computedId();
    event.signature = key.sign(event.id.bytes(), {});
    return event;
}

QByteArray bytes(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// A relay and a real towerd that publishes to it; without an AI key, so that nobody decides but the test.
struct TowerAndRelay
{
    TowerAndRelay()
    {
        secrets = allSecrets();
        secrets.remove(QStringLiteral("ANTHROPIC_API_KEY"));
        secrets.insert(QStringLiteral("NOSTR_RELAY_URL"), relay.url());
    }
    bool start()
    {
        towerd = std::make_unique<Towerd>(dir.filePath(QStringLiteral("data")), QStringList(), secrets);
        if (!towerd->serve())
            return false;
        relay.askOverHttp(towerd->url(), policySecret);
        return true;
    }
    /// Admin calls block, so they run beside the relay, which answers on this thread.
    Reply call(const QByteArray &method, const QByteArray &path, const QByteArray &body = {})
    {
        Reply reply;
        const std::unique_ptr<QThread> thread(QThread::create([&] {
            HttpClient client(towerd->url(), adminToken);
            reply = client.ask(method, path, body);
        }));
        thread->start();
        while (!thread->wait(1))
            QCoreApplication::processEvents();
        return reply;
    }
    /// From the author's client into the queue.
    bool queue(const Event &event)
    {
        const QByteArray grant = "/api/admin/relay/accounts/" + event.pubkey.hex() + "/grant";
        if (call("POST", grant, bytes({{"level", "write"}, {"reason", "test"}})).status != 200)
            return false;
        const auto ok = relay.post(event.toJsonObject());
        return ok && ok->at(2).toBool() && !relay.has(event.id.text());
    }
    QJsonObject row(const Event &event)
    {
        const QJsonArray items = call("GET", "/api/admin/relay/queue")["items"].toArray();
        for (const QJsonValue &item : items) {
            if (item.toObject().value(u"eventId").toString() == event.id.text())
                return item.toObject();
        }
        return {};
    }
    Reply approve(const Event &event)
    {
        return call("POST", "/api/admin/relay/queue/" + event.id.hex() + "/approve", "{}");
    }
    bool isPublished(const Event &event)
    {
        return row(event).value(u"publishState") == QLatin1String("published");
    }

    /// Timmy's messages, as a service leaves them in the event log.
    std::vector<EventId> letters(int count)
    {
        const TimmyIdentity timmy(*SecretKey::fromText(secrets.value("TIMMY_NOSTR_NSEC").toLatin1()));
        Database database(DatabaseUrl::parse("sqlite:" + towerd->file("tower.db")));
        EventLogStore log(database);
        std::vector<EventId> ids;
        Transaction transaction(database);
        for (int i = 0; i < count; ++i) {
            const PubKey member = note({}).pubkey;
            const Event event =
                timmy.sign({4, {{"p", member.hex()}}, timmy.encryptDm(member, QByteArray::number(i))},
                           seconds(1'700'000'000));
            LoggedEvent row;
            row.eventId = event.id;
            row.kind = event.kind;
            row.purpose = QStringLiteral("engagement");
            row.recipient = member;
            row.publishState = PublishState::Waiting;
            row.rawEvent = event.toJson();
            log.insert(transaction, row);
            ids.push_back(event.id);
        }
        transaction.commit();
        return ids;
    }
    bool arePublished(const std::vector<EventId> &ids)
    {
        Database database(DatabaseUrl::parse("sqlite:" + towerd->file("tower.db")));
        EventLogStore log(database);
        return std::all_of(ids.begin(), ids.end(), [&log](const EventId &id) {
            return log.find(id)->publishState == PublishState::Published;
        });
    }

    QTemporaryDir dir;
    TestRelay relay;
    Variables secrets;
    std::unique_ptr<Towerd> towerd;
};

} // namespace

/// From the author's client over the relay and the real policy into the queue, approved over HTTP, and out to
/// the relay, with towerd killed in between.
class TestPublishKill : public QObject
{
    Q_OBJECT

private slots:
    void throughTheWholeHouse()
    {
        TowerAndRelay house;
        QVERIFY(house.start());
        const Event event = note("hello");
        QVERIFY(house.queue(event));
        QCOMPARE(house.row(event).value(u"status").toString(), QStringLiteral("pending"));
        const Reply approved = house.approve(event);
        QCOMPARE(approved.status, 200);
        QCOMPARE(approved["status"].toString(), QStringLiteral("approved"));
        QVERIFY(QTest::qWaitFor([&] { return house.isPublished(event); }, 10'000));
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
        QCOMPARE(house.approve(event).status, 200);

        const Event second = note("second");
        const Event third = note("third");
        QVERIFY(house.queue(second));
        QVERIFY(house.queue(third));
        const QJsonObject some{{"action", "approve"}, {"eventIds", QJsonArray{second.id.text(), "nothing"}}};
        const QJsonArray results =
            house.call("POST", "/api/admin/relay/queue/bulk", bytes(some))["results"].toArray();
        QCOMPARE(results.size(), 2);
        QVERIFY(results.at(0).toObject().value(u"ok").toBool());
        QVERIFY(!results.at(1).toObject().value(u"ok").toBool());
        const QJsonObject all{{"action", "reject"}, {"reason", "no"}, {"author", third.pubkey.text()}};
        const Reply byAuthor = house.call("POST", "/api/admin/relay/queue/bulk", bytes(all));
        QCOMPARE(byAuthor["decided"].toInt(), 1);
        QCOMPARE(house.row(third).value(u"status").toString(), QStringLiteral("rejected"));
        QVERIFY(QTest::qWaitFor([&] { return house.isPublished(second); }, 10'000));
        const Reply stats = house.call("GET", "/api/admin/relay/stats");
        QCOMPARE(stats["approved"].toInt(), 2);
        QCOMPARE(stats["aiReviewer"].toString(), QStringLiteral("off"));
        QVERIFY(house.towerd->stop());
    }

    void killedWhilePublishing_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::newRow("the relay did not answer") << Fault::Silent;
        QTest::newRow("the relay stored it, the OK was lost") << Fault::DropsOk;
        QTest::newRow("the relay refused it") << Fault::Refuses;
    }
    void killedWhilePublishing()
    {
        QFETCH(Fault, fault);
        TowerAndRelay house;
        QVERIFY(house.start());
        const Event event = note("hello");
        QVERIFY(house.queue(event));
        const int before = house.relay.events();
        house.relay.setFault(fault, QStringLiteral("error: try later"));
        QCOMPARE(house.approve(event).status, 200);
        QTRY_VERIFY_WITH_TIMEOUT(house.relay.events() > before, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(fault != Fault::DropsOk || house.relay.has(event.id.text()), 10'000);
        house.towerd->killNine();
        house.relay.setFault(Fault::None);
        QVERIFY(house.start());
        QVERIFY(QTest::qWaitFor([&] { return house.isPublished(event); }, 10'000));
        QCOMPARE(house.relay.timesStored(event.id.text()), 1);
        QVERIFY(house.towerd->stop());
    }

    void killedWhileTimmySpeaks_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::newRow("the relay did not answer") << Fault::Silent;
        QTest::newRow("the relay stored it, the OK was lost") << Fault::DropsOk;
    }
    void killedWhileTimmySpeaks()
    {
        QFETCH(Fault, fault);
        TowerAndRelay house;
        QVERIFY(house.start());
        house.towerd->killNine();
        const std::vector<EventId> ids = house.letters(3);
        house.relay.setFault(fault);
        QVERIFY(house.start());
        QTRY_VERIFY_WITH_TIMEOUT(house.relay.events() > 0, 10'000);
        house.towerd->killNine();
        QVERIFY(!house.arePublished({ids[0]}));
        house.relay.setFault(Fault::None);
        QVERIFY(house.start());
        QTRY_VERIFY_WITH_TIMEOUT(house.arePublished(ids), 10'000); // and the real policy lets Timmy speak
        for (const EventId &id : ids)
            QCOMPARE(house.relay.timesStored(id.text()), 1);
        QVERIFY(house.towerd->stop());
    }

    void stopsWithAPublishingUnderWay()
    {
        TowerAndRelay house;
        QVERIFY(house.start());
        const Event event = note("hello");
        QVERIFY(house.queue(event));
        const int before = house.relay.events();
        house.relay.setFault(Fault::Silent);
        QCOMPARE(house.approve(event).status, 200);
        QTRY_VERIFY_WITH_TIMEOUT(house.relay.events() > before, 10'000);
        QVERIFY(house.towerd->stop());
        house.relay.setFault(Fault::None);
        QVERIFY(house.start());
        QVERIFY(QTest::qWaitFor([&] { return house.isPublished(event); }, 10'000));
        QVERIFY(house.towerd->stop());
    }
};

QTEST_GUILESS_MAIN(TestPublishKill)
#include "tst_PublishKill.moc"
