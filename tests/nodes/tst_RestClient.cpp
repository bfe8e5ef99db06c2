// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/DigitalOceanAnswers.h"
#include "tests/nodes/DigitalOceanHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Fault = RestPeer::Fault;

namespace {

const QString tag = nodeTag(QStringLiteral("0b5c0d6e-2f6a-4a55-9f0c-6d1c0b1c7a11"));
const QString someId = QStringLiteral("12");

/// For how long the provider wants to be left alone; 0 when it did as it was told.
QCoro::Task<qint64> pauseAsked(QCoro::Task<Droplet> call)
{
    qint64 pause = 0;
    try {
        co_await call;
    } catch (const CloudBusy &error) {
        pause = error.pause().value();
    }
    co_return pause;
}

} // namespace

/// How the client of a provider's API bears what can come back, by way of DigitalOcean.
class TestRestClient : public QObject
{
    Q_OBJECT

private slots:
    void whatFails_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<int>("questions");
        QTest::addColumn<int>("orders");
        const auto row = [](const char *name, Fault fault, const char *code, int questions, int orders) {
            QTest::newRow(name) << int(fault) << QByteArray(code) << questions << orders;
        };
        row("server error", Fault::ServerError, "cloud_unavailable", 3, 1);
        row("hangs up", Fault::HangsUp, "cloud_unavailable", 3, 1);
        row("silent", Fault::Silent, "cloud_unavailable", 3, 1);
        row("garbage", Fault::Garbage, "cloud_unavailable", 3, 1);
        row("too long", Fault::TooLong, "cloud_unavailable", 3, 1);
        row("redirected", Fault::Redirected, "cloud_unavailable", 1, 1);
        row("rate limited", Fault::RateLimited, "cloud_rate_limited", 3, 1);
        row("refused", Fault::Refused, "cloud_refused", 1, 1);
        row("unauthorized", Fault::Unauthorized, "cloud_refused", 1, 1);
    }
    void whatFails()
    {
        QFETCH(int, fault);
        QFETCH(QByteArray, code);
        DigitalOceanHouse house;
        house.cloud->setPatience(Fault(fault) == Fault::Silent ? Millis(200) : Millis(5'000));
        DigitalOceanPeer another(house.clock);
        house.peer.setRedirect(another.url() + QStringLiteral("/v2/droplets"));
        const DropletOrder order = house.orderWithKey(tag);
        house.peer.setFaultEverywhere(Fault(fault));

        QCOMPARE(ended(house.cloud->droplet(someId)).error, code);
        QTEST(int(house.waits.size()) + 1, "questions"); // Qt may repeat one of its own accord
        QCOMPARE(ended(house.cloud->createDroplet(order)).error, code);
        QTEST(house.peer.count("POST /v2/droplets"), "orders");
        QCOMPARE(house.peer.dropletsMade(), 0);
        QCOMPARE(another.count(), 0);
    }

    void aDeletionThatCantBeDoneNow()
    {
        DigitalOceanHouse house;
        const QString id = QString::number(house.peer.addDroplet(tag, {tag}));
        house.peer.setFault("DELETE /v2/droplets/{id}", Fault::ServerError, 1);
        QCOMPARE(ended(house.cloud->remove(CloudKind::Droplet, id)).error, QByteArray("cloud_unavailable"));
        QCOMPARE(house.peer.count("DELETE /v2/droplets/{id}"), 1);
        house.peer.setFault("DELETE /v2/droplets/{id}", Fault::Refused, 1); // something else is going on
        QCOMPARE(ended(house.cloud->remove(CloudKind::Droplet, id)).value, false);
        QCOMPARE(ended(house.cloud->remove(CloudKind::Droplet, id)).value, true);
    }

    void aQuestionThatFailedIsAskedAgain()
    {
        DigitalOceanHouse house;
        const qint64 id = house.peer.addDroplet(tag, {tag});
        house.peer.setFault("GET /v2/droplets/{id}", Fault::ServerError, 2);
        QVERIFY(ended(house.cloud->droplet(QString::number(id))).value);
        QCOMPARE(house.waits, (std::vector<std::int64_t>{1'000, 2'000}));
    }

    void waitsAsTold_data()
    {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<qint64>("wait");
        const QByteArray date = "Date: Wed, 21 Oct 2026 07:28:00 GMT\r\n"; // 1792567680
        QTest::newRow("seconds") << QByteArray("retry-after: 7\r\n") << qint64(7'000);
        QTest::newRow("none") << QByteArray("retry-after: 0\r\n") << qint64(1'000);
        QTest::newRow("negative") << QByteArray("retry-after: -5\r\n") << qint64(1'000);
        QTest::newRow("an hour") << QByteArray("retry-after: 3600\r\n") << qint64(3'600'000);
        QTest::newRow("for ever") << QByteArray("retry-after: 9223372036854775807\r\n") << qint64(3'600'000);
        QTest::newRow("date") << date + "retry-after: Wed, 21 Oct 2026 07:28:30 GMT\r\n" << qint64(30'000);
        QTest::newRow("date that is over") << date + "retry-after: Wed, 21 Oct 2026 07:27:30 GMT\r\n"
                                           << qint64(1'000);
        QTest::newRow("date long after")
            << QByteArray("retry-after: Wed, 21 Oct 2099 07:28:30 GMT\r\n") << qint64(3'600'000);
        QTest::newRow("reset") << date + "ratelimit-reset: 1792567700\r\n" << qint64(20'000);
        QTest::newRow("both") << date + "ratelimit-reset: 1792567700\r\nretry-after: 3\r\n" << qint64(3'000);
        QTest::newRow("nothing") << QByteArray() << qint64(1'000);
        QTest::newRow("garbage") << QByteArray("retry-after: soon\r\nratelimit-reset: never\r\n")
                                 << qint64(1'000);
    }
    void waitsAsTold()
    {
        QFETCH(QByteArray, headers);
        QFETCH(qint64, wait);
        DigitalOceanHouse house;
        house.peer.setRateLimitHeaders(headers);
        const DropletOrder order = house.orderWithKey(tag);
        house.peer.setFault("GET /v2/droplets/{id}", Fault::RateLimited, 1);
        const bool isLong = wait > 60'000;
        QCOMPARE(ended(house.cloud->droplet(someId)).error,
                 isLong ? QByteArray("cloud_rate_limited") : QByteArray());
        QCOMPARE(house.waits, isLong ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{wait});
        // An order is not repeated from here: whoever gave it is told how long to wait.
        house.peer.setFault("POST /v2/droplets", Fault::RateLimited, 1);
        QCOMPARE(ended(pauseAsked(house.cloud->createDroplet(order))).value, std::optional(wait));
        QCOMPARE(house.peer.count("POST /v2/droplets"), 1);
        QCOMPARE(house.peer.dropletsMade(), 0);
    }

    void theProvidersOwnWordsAreTold()
    {
        DigitalOceanHouse house;
        house.peer.setFault("GET /v2/droplets/{id}", Fault::Refused);
        const auto told = [&house](const QString &message) {
            house.peer.setRefusal(message);
            return messageOf(house.cloud->droplet(someId));
        };
        const QString begins = QStringLiteral("DigitalOcean refused with status 422");
        QCOMPARE(told(QStringLiteral("No droplets left.")), begins + ": No droplets left.");
        QCOMPARE(told(QStringLiteral(" a\r\nb\x1b[31m\tc\u202e \u0000d ")), begins + ": a b[31m c d");
        QCOMPARE(told(QString(1'000, u'x')), begins + ": " + QString(200, u'x'));
        QCOMPARE(told(QString()), begins + ".");
        QVERIFY(
            !told(QStringLiteral("Bad: ") + DigitalOceanPeer::token()).contains(DigitalOceanPeer::token()));
    }

    void aTokenThatIsNotAccepted()
    {
        DigitalOceanHouse house;
        house.peer.setFaultEverywhere(Fault::Unauthorized);
        const QString message = messageOf(house.cloud->droplet(someId));
        QVERIFY(message.contains(u"does not accept the token (DO_API_TOKEN)"));
        QVERIFY(!message.contains(DigitalOceanPeer::token()));
    }

    void theTokenIsReadWhenItIsNeeded()
    {
        DigitalOceanHouse house;
        QVERIFY(ended(house.cloud->findVolume(tag, QStringLiteral("nyc3"))).value);
        for (const RestPeer::Request &request : house.peer.requests()) {
            QCOMPARE(request.bearer, DigitalOceanPeer::token().toLatin1());
            QVERIFY(!request.query.toString().contains(DigitalOceanPeer::token()));
        }
    }

    void answersThatAreNotWhatTheyShouldBe_data()
    {
        QTest::addColumn<QByteArray>("droplet");
        const auto with = [](const QByteArray &members) { return quoted("{'droplet':{" + members + "}}"); };
        QTest::newRow("nothing") << QByteArray("{}");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("a text") << quoted("{'droplet':'12'}");
        QTest::newRow("no id") << with("'status':'new'");
        QTest::newRow("no status") << with("'id':12");
        QTest::newRow("unknown status") << with("'id':12,'status':'happy'");
        QTest::newRow("status of another type") << with("'id':12,'status':1");
        QTest::newRow("id is null") << with("'id':null,'status':'new'");
        QTest::newRow("id is negative") << with("'id':-1,'status':'new'");
        QTest::newRow("id is a fraction") << with("'id':1.5,'status':'new'");
        QTest::newRow("id is a path") << with("'id':'../1','status':'new'");
        QTest::newRow("id is long") << with("'id':'" + QByteArray(65, 'a') + "','status':'new'");
        const auto address = [&with](const QByteArray &ip) {
            return with("'id':12,'status':'active','networks':{'v4':[{'type':'public','ip_address':" + ip +
                        "}]}");
        };
        QTest::newRow("no address") << address("null");
        QTest::newRow("a name") << address("'example.org'");
        QTest::newRow("a number") << address("'7'");
        QTest::newRow("IPv6") << address("'2001:db8::1'");
        QTest::newRow("any") << address("'0.0.0.0'");
        QTest::newRow("a command") << address("'192.0.2.1; reboot'");
    }
    void answersThatAreNotWhatTheyShouldBe()
    {
        QFETCH(QByteArray, droplet);
        DigitalOceanHouse house;
        house.peer.setAnswer("GET /v2/droplets/{id}", 200, droplet);
        QCOMPARE(ended(house.cloud->droplet(someId)).error, QByteArray("cloud_unavailable"));
    }

    void idsOfEitherKindAreTaken()
    {
        DigitalOceanHouse house;
        house.peer.setAnswer("GET /v2/droplets/{id}", 200,
                             quoted("{'droplet':{'id':'aB-9','status':'off'}}"));
        const Droplet droplet = ended(house.cloud->droplet(someId)).value.value().value();
        QCOMPARE(droplet.id, QStringLiteral("aB-9"));
        QCOMPARE(droplet.state, Droplet::State::Off);
        QCOMPARE(droplet.monthlyCents, 0);
    }

    void prices_data()
    {
        QTest::addColumn<QJsonValue>("usd");
        QTest::addColumn<qint64>("cents");
        QTest::newRow("number") << QJsonValue(48.0) << qint64(4'800);
        QTest::newRow("text") << QJsonValue("48.00") << qint64(4'800);
        QTest::newRow("cents") << QJsonValue(14.29) << qint64(1'429);
        QTest::newRow("binary fraction") << QJsonValue(0.29) << qint64(29);
        QTest::newRow("nothing") << QJsonValue() << qint64(0);
        QTest::newRow("words") << QJsonValue("much") << qint64(0);
        QTest::newRow("negative") << QJsonValue(-1.0) << qint64(0);
        QTest::newRow("infinite") << QJsonValue("inf") << qint64(0);
        QTest::newRow("not a number") << QJsonValue("nan") << qint64(0);
        QTest::newRow("too much") << QJsonValue(1e300) << qint64(0);
    }
    void prices()
    {
        QFETCH(QJsonValue, usd);
        QTEST(qint64(digitalocean::readCents(usd)), "cents");
    }

    void afterAbortNothingIsAsked()
    {
        DigitalOceanHouse house;
        house.peer.setFaultEverywhere(Fault::Silent);
        const auto open = begun(house.cloud->droplet(someId));
        QTRY_COMPARE(house.peer.count(), 1);
        QVERIFY(!open->isDone());
        house.cloud->abort();
        QCOMPARE(open->error, QByteArray("cloud_stopped"));
        QCOMPARE(ended(house.cloud->list()).error, QByteArray("cloud_stopped"));
        QCOMPARE(house.peer.count(), 1);
    }

    void goneWhileItWaits()
    {
        DigitalOceanHouse house;
        const Later<bool> wait;
        bool isWaiting = false;
        auto cloud = std::make_unique<DigitalOcean>(house.settings, house.secrets, [&](Millis) {
            isWaiting = true;
            return wait;
        });
        house.peer.setFaultEverywhere(Fault::RateLimited);
        const auto open = begun(cloud->list());
        QTRY_VERIFY(isWaiting);
        cloud.reset();
        QVERIFY(!open->isDone());
        wait.give(true);
        QCOMPARE(open->error, QByteArray("cloud_stopped"));
    }
};

QTEST_GUILESS_MAIN(TestRestClient)
#include "tst_RestClient.moc"
