// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Lnurl.h"
#include "core/lightning/LnurlPay.h"
#include "core/lightning/PublicAddress.h"
#include "core/nostr/Nip19.h"
#include "tests/lightning/Awaited.h"
#include "tests/peers/LnurlPeer.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

using Fault = LnurlPeer::Fault;

namespace {

QByteArray offerWith(const QByteArray &change, const QByteArray &to)
{
    QByteArray offer = R"({"tag":"payRequest","callback":"https://example.com/cb","minSendable":1000,)"
                       R"("maxSendable":2000,"metadata":"[]","allowsNostr":true,"nostrPubkey":")" +
                       SecretKey::fromBytes(QByteArray(32, 7))->pubKey().hex() + "\"}";
    return offer.replace(change, to);
}

QString problemOf(const QByteArray &json)
{
    try {
        readLnurlOffer(json);
        return {};
    } catch (const ServiceError &error) {
        return QString::fromLatin1(error.code()) + u' ' + error.message();
    }
}

Settings settingsThatAllow(bool isPrivate)
{
    return Settings(
        {{QStringLiteral("LNURL_ALLOW_PRIVATE"), isPrivate ? QStringLiteral("1") : QStringLiteral("0")}}, {},
        {});
}

/// A network in which every name leads where the test says.
struct FakeNetwork
{
    PublicHttp::Network network()
    {
        return {[this](const QString &host) {
                    asked << host;
                    Later<PublicHttp::Addresses> later;
                    if (hosts.contains(host))
                        later.give(hosts.value(host));
                    else if (!host.startsWith(u"slow"))
                        later.give({});
                    return later;
                },
                [this](const QHostAddress &address) { return !refused.contains(address); }};
    }
    QHash<QString, PublicHttp::Addresses> hosts{
        {QStringLiteral("127.0.0.1"), {QHostAddress(QHostAddress::LocalHost)}}};
    QList<QHostAddress> refused;
    QStringList asked;
};

struct LnurlHouse
{
    explicit LnurlHouse(bool allowPrivate = true)
        : settings(settingsThatAllow(allowPrivate))
    {
    }
    /// What went wrong; "" when there was an offer.
    QString ask(const QUrl &url)
    {
        QString problem;
        const auto asking = [](LnurlPay &pay, QUrl from, QString &out) -> QCoro::Task<int> {
            try {
                QCoro::Task<LnurlOffer> offering = pay.offer(from);
                co_await offering;
            } catch (const ServiceError &error) {
                out = QString::fromLatin1(error.code()) + u' ' + error.message();
            }
            co_return 1;
        };
        ended(asking(*lnurl, url, problem));
        return problem;
    }
    QString ask() { return ask(peer.url()); }
    [[nodiscard]] QUrl urlOf(const QString &host) const
    {
        QUrl url = peer.url();
        url.setHost(host);
        return url;
    }

    ManualClock clock{days(20'000)};
    Settings settings;
    LnurlPeer peer{clock};
    FakeNetwork fake;
    std::unique_ptr<LnurlPay> lnurl = std::make_unique<LnurlPay>(settings, fake.network());
};

} // namespace

class TestLnurl : public QObject
{
    Q_OBJECT

private slots:
    void offers()
    {
        const LnurlOffer offer = readLnurlOffer(offerWith({}, {}));
        QCOMPARE(offer.callback, QUrl(QStringLiteral("https://example.com/cb")));
        QCOMPARE(offer.least, Msat(1'000));
        QCOMPARE(offer.most, Msat(2'000));
        QCOMPARE(offer.commentAllowed, 0);
        QCOMPARE(offer.zapKey, SecretKey::fromBytes(QByteArray(32, 7))->pubKey());
        QCOMPARE(readLnurlOffer(offerWith("2000", "9223372036854775807")).most,
                 Msat(std::numeric_limits<std::int64_t>::max()));
        QCOMPARE(readLnurlOffer(offerWith("2000", "9007199254740993")).most, Msat(9'007'199'254'740'993));
        QVERIFY(!readLnurlOffer(offerWith("true", "false")).zapKey);
        QVERIFY(!readLnurlOffer(offerWith("true", "\"true\"")).zapKey);
        QVERIFY(!readLnurlOffer(offerWith("nostrPubkey", "other")).zapKey);
        QVERIFY(!readLnurlOffer(offerWith("\"nostrPubkey\":\"", "\"nostrPubkey\":\"0")).zapKey);
        const QByteArray key = SecretKey::fromBytes(QByteArray(32, 7))->pubKey().hex();
        QVERIFY(!readLnurlOffer(offerWith(key, QByteArray(64, 'f'))).zapKey); // not on the curve
        QCOMPARE(readLnurlOffer(offerWith("\"tag\"", "\"commentAllowed\":32,\"tag\"")).commentAllowed, 32);
        QCOMPARE(readLnurlOffer(offerWith("\"tag\"", "\"commentAllowed\":-1,\"tag\"")).commentAllowed, 0);
    }

    void badOffers_data()
    {
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QByteArray>("to");
        const auto row = [](const char *name, const char *change, const char *to) {
            QTest::newRow(name) << QByteArray(change) << QByteArray(to);
        };
        row("another tag", "payRequest", "channelRequest");
        row("no tag", "\"tag\"", "\"gat\"");
        row("no minSendable", "minSendable", "min");
        row("minSendable 0", "1000", "0");
        row("minSendable negative", "1000", "-1");
        row("minSendable with a fraction", "1000", "1000.5");
        row("minSendable as a fraction", "1000", "1000.0");
        row("minSendable with an exponent", "1000", "1e3");
        row("minSendable as text", "1000", "\"1000\"");
        row("maxSendable below it", "2000", "999");
        row("maxSendable too large", "2000", "9223372036854775808");
        row("maxSendable null", "2000", "null");
        row("no metadata", "metadata", "meta");
        row("metadata no text", "\"[]\"", "[]");
        row("callback no URL", "https://example.com/cb", "nonsense");
        row("callback of a file", "https://example.com/cb", "file:///etc/passwd");
        row("callback without a host", "https://example.com/cb", "https:///cb");
        row("callback a number", "\"https://example.com/cb\"", "7");
        row("callback twice", "\"tag\"", "\"callback\":\"https://other.example\",\"tag\"");
        row("an error", "\"tag\"", "\"status\":\"ERROR\",\"tag\"");
        row("an error in small letters", "\"tag\"", "\"status\":\"error\",\"tag\"");
        row("cut", "\"}", "\"");
        row("more behind it", "\"}", "\"} {}");
        row("a list", "{", "[{");
        row("not UTF-8", "[]", "\xff");
    }
    void badOffers()
    {
        QFETCH(QByteArray, change);
        QFETCH(QByteArray, to);
        QVERIFY(problemOf(offerWith(change, to)).startsWith(QStringLiteral("lnurl_failed ")));
    }

    void errors()
    {
        QCOMPARE(readLnurlError(R"({"status":"ERROR","reason":"no such user"})"),
                 QStringLiteral("no such user"));
        QCOMPARE(readLnurlError(R"({"status":"ERROR"})"), QStringLiteral("no reason"));
        QCOMPARE(readLnurlError(R"({"status":"ERROR","reason":7})"), QStringLiteral("no reason"));
        QCOMPARE(readLnurlError("{\"status\":\"ERROR\",\"reason\":\"a\\u0000b\\n\\u001b[1m\\u202ec\"}"),
                 QStringLiteral("ab [1mc"));
        QCOMPARE(readLnurlError("{\"status\":\"ERROR\",\"reason\":\"" + QByteArray(5'000, 'x') + "\"}")
                     .value()
                     .size(),
                 200);
        QVERIFY(!readLnurlError(R"({"status":"OK"})"));
        QVERIFY(!readLnurlError("<html>"));
    }

    void invoices()
    {
        QCOMPARE(readLnurlInvoice(R"({"pr":"lnbc1","routes":[]})"), QStringLiteral("lnbc1"));
        for (const QByteArray &bad :
             {QByteArray("{}"), QByteArray(R"({"pr":""})"), QByteArray(R"({"pr":7})"), QByteArray("[]"),
              QByteArray(R"({"status":"ERROR","pr":"lnbc1"})"), "{\"pr\":\"" + QByteArray(5'000, 'x') + "\"}",
              QByteArray(R"({"pr":"a","pr":"b"})")}) {
            QVERIFY_THROWS_EXCEPTION(ServiceError, readLnurlInvoice(bad));
        }
    }

    void addresses_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("open");
        QTest::addColumn<QString>("closed");
        const auto row = [](const char *address, const char *open, const char *closed) {
            QTest::newRow(address) << QString::fromLatin1(address) << QString::fromLatin1(open)
                                   << QString::fromLatin1(closed);
        };
        row("me@example.com", "https://example.com/.well-known/lnurlp/me",
            "https://example.com/.well-known/lnurlp/me");
        row("a.b+c-d_1@example.com", "https://example.com/.well-known/lnurlp/a.b+c-d_1",
            "https://example.com/.well-known/lnurlp/a.b+c-d_1");
        row("me@127.0.0.1:8080", "http://127.0.0.1:8080/.well-known/lnurlp/me",
            "https://127.0.0.1:8080/.well-known/lnurlp/me");
        row("me@localhost", "http://localhost/.well-known/lnurlp/me",
            "https://localhost/.well-known/lnurlp/me");
        row("me@10.0.0.1", "http://10.0.0.1/.well-known/lnurlp/me", "https://10.0.0.1/.well-known/lnurlp/me");
    }
    void addresses()
    {
        QFETCH(QString, address);
        QTEST(lnurlOfAddress(address, true).toString(), "open");
        QTEST(lnurlOfAddress(address, false).toString(), "closed");
    }

    /// The example of LUD-01.
    void asBech32()
    {
        const QByteArray lnurl = toLnurl(QUrl(
            QStringLiteral("https://service.com/api?q=3fc3645b439ce8e7f2553a69e5267081d96dcd340693afabe04"
                           "be7b0ccd178df")));
        QCOMPARE(
            lnurl,
            QByteArray("lnurl1dp68gurn8ghj7um9wfmxjcm99e3k7mf0v9cxj0m385ekvcenxc6r2c35xvukxefcv5mkvv34x5e"
                       "kzd3ev56nyd3hxqurzepexejxxepnxscrvwfnv9nxzcn9xq6xyefhvgcxxcmyxymnserxfq5fns"));
        QCOMPARE(bech32Decode(lnurl)->first, QByteArray("lnurl"));
    }

    void orders()
    {
        LnurlOffer offer = readLnurlOffer(offerWith("/cb", "/cb?a=%26&b#top"));
        LnurlOrder order;
        order.amount = Msat(1'234);
        order.comment = QStringLiteral("a&b#c+d%e \u2615");
        order.zapRequest = R"({"content":"&#+% \"x\"","tags":[["p","ab"]]})";
        order.lnurl = "lnurl1abc";
        const QUrl url = lnurlOrderUrl(offer, order);
        const QUrlQuery query(QUrl::fromEncoded(url.toEncoded()));
        QVERIFY(!url.hasFragment());
        QCOMPARE(query.queryItems().size(), 6);
        QCOMPARE(query.queryItemValue("a", QUrl::FullyDecoded), QStringLiteral("&"));
        QCOMPARE(query.queryItemValue("amount"), QStringLiteral("1234"));
        QCOMPARE(query.queryItemValue("comment", QUrl::FullyDecoded), order.comment);
        QCOMPARE(query.queryItemValue("nostr", QUrl::FullyDecoded).toUtf8(), order.zapRequest);
        QCOMPARE(query.queryItemValue("lnurl"), QStringLiteral("lnurl1abc"));
        const QByteArray wire = url.toEncoded();
        QVERIFY(!wire.contains('"') && !wire.contains(' ') && !wire.contains('+'));
        LnurlOrder plain;
        plain.amount = Msat(5);
        offer.callback = QUrl(QStringLiteral("https://example.com/cb"));
        QCOMPARE(lnurlOrderUrl(offer, plain).toEncoded(), QByteArray("https://example.com/cb?amount=5"));
    }

    void publicAddresses_data()
    {
        QTest::addColumn<bool>("isPublic");
        for (const char *address : {"0.0.0.0",
                                    "10.1.2.3",
                                    "100.64.0.1",
                                    "100.127.255.255",
                                    "127.0.0.1",
                                    "127.255.0.1",
                                    "169.254.169.254",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.0.0.1",
                                    "192.0.2.1",
                                    "192.168.1.1",
                                    "198.18.0.1",
                                    "198.51.100.1",
                                    "203.0.113.1",
                                    "224.0.0.1",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:10.0.0.1",
                                    "::127.0.0.1",
                                    "64:ff9b::10.0.0.1",
                                    "64:ff9b:1::1",
                                    "100::1",
                                    "fc00::1",
                                    "fd12::1",
                                    "fe80::1",
                                    "fec0::1",
                                    "ff02::1",
                                    "2001:db8::1",
                                    "2001::1",
                                    "2002:7f00:1::",
                                    "3fff::1"})
            QTest::newRow(address) << false;
        for (const char *address : {"1.1.1.1", "9.255.255.255", "100.63.255.255", "100.128.0.1", "172.15.0.1",
                                    "172.32.0.1", "192.167.0.1", "223.255.255.255", "2606:4700::1111",
                                    "2a00::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"})
            QTest::newRow(address) << true;
    }
    void publicAddresses()
    {
        QFETCH(bool, isPublic);
        const QHostAddress address(QString::fromLatin1(QTest::currentDataTag()));
        QVERIFY(!address.isNull());
        QCOMPARE(isPublicAddress(address), isPublic);
        QVERIFY(!isPublicAddress(QHostAddress()));
    }

    void asked()
    {
        LnurlHouse house;
        const Awaited<LnurlOffer> offer = ended(house.lnurl->offer(house.peer.url()));
        QCOMPARE(offer.error, QByteArray());
        QCOMPARE(offer.value->zapKey, house.peer.receiptKey());
        LnurlOrder order;
        order.amount = Msat(21'000);
        const Awaited<QString> invoice = ended(house.lnurl->invoice(lnurlOrderUrl(*offer.value, order)));
        QCOMPARE(invoice.value, house.peer.invoices().value(0));
        QCOMPARE(decodeBolt11(*invoice.value).amount, Msat(21'000));
    }

    void faults_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("problem");
        QTest::newRow("error") << int(Fault::OfferError) << QStringLiteral("refuses: the service is closed");
        QTest::newRow("long") << int(Fault::OfferTooLong) << QStringLiteral("too long");
        QTest::newRow("silent") << int(Fault::OfferSilent) << QStringLiteral("in time");
        QTest::newRow("no JSON") << int(Fault::OfferNoJson) << QStringLiteral("no JSON");
        QTest::newRow("500") << int(Fault::OfferStatus500) << QStringLiteral("status 500");
    }
    void faults()
    {
        QFETCH(int, fault);
        QFETCH(QString, problem);
        LnurlHouse house;
        house.lnurl->setPatience(Millis(200));
        house.peer.fault = static_cast<Fault>(fault);
        const QString said = house.ask();
        QVERIFY2(said.startsWith(QStringLiteral("lnurl_failed ")) && said.contains(problem),
                 qPrintable(said));
    }

    /// The request goes to the address that was looked at, with the name that was asked for.
    void pinned()
    {
        LnurlHouse house;
        house.fake.hosts.insert(QStringLiteral("service.example"), {QHostAddress(QHostAddress::LocalHost)});
        QCOMPARE(house.ask(house.urlOf(QStringLiteral("service.example"))), QString());
        QCOMPARE(house.fake.asked, QStringList{QStringLiteral("service.example")}); // once
        QCOMPARE(house.peer.requests().at(0).host,
                 "service.example:" + QByteArray::number(house.peer.port()));
    }

    void addressesThatAreRefused()
    {
        LnurlHouse house(false);
        house.fake.refused = {QHostAddress(QStringLiteral("10.0.0.1"))};
        house.fake.hosts = {
            {QStringLiteral("bad.example"), {QHostAddress(QStringLiteral("10.0.0.1"))}},
            {QStringLiteral("mixed.example"),
             {QHostAddress(QStringLiteral("1.1.1.1")), QHostAddress(QStringLiteral("10.0.0.1"))}}};
        const auto problem = [&](const char *url) { return house.ask(QUrl(QString::fromLatin1(url))); };
        QVERIFY(problem("https://bad.example/").contains(QStringLiteral("not public")));
        QVERIFY(problem("https://mixed.example/").contains(QStringLiteral("not public")));
        QVERIFY(problem("https://unknown.example/").contains(QStringLiteral("not known")));
        QVERIFY(problem("http://good.example/").contains(QStringLiteral("https")));
        QVERIFY(problem("ftp://good.example/").contains(QStringLiteral("no web address")));
        QVERIFY(problem("https://me:secret@good.example/").contains(QStringLiteral("user name")));
        QVERIFY(problem("https:///nothing").contains(QStringLiteral("no web address")));
        // With the system's own rules.
        LnurlPay lnurl(house.settings);
        for (const char *url : {"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
                                "https://0x7f.1/", "https://2130706433/", "https://169.254.169.254/"})
            QCOMPARE(ended(lnurl.offer(QUrl(QString::fromLatin1(url)))).error, QByteArray("lnurl_failed"));
        QVERIFY(house.peer.requests().empty());
    }

    void redirects()
    {
        LnurlHouse house;
        int hops = 0;
        house.peer.redirect = [&](const LnurlPeer::Request &request) {
            return hops-- > 0 ? request.path : QByteArray();
        };
        hops = 3;
        QCOMPARE(house.ask(), QString());
        QCOMPARE(house.peer.offers(), 4);
        hops = 4;
        QVERIFY(house.ask().contains(QStringLiteral("too often")));
        QCOMPARE(house.peer.offers(), 8);
        house.peer.redirect = [](const LnurlPeer::Request &) { return QByteArray("file:///etc/passwd"); };
        QVERIFY(house.ask().contains(QStringLiteral("no web address")));
        house.peer.redirect = [](const LnurlPeer::Request &) { return QByteArray("//a:b@127.0.0.1/"); };
        QVERIFY(house.ask().contains(QStringLiteral("user name")));
        house.peer.redirect = [](const LnurlPeer::Request &) {
            return QByteArray("https://unknown.example/");
        };
        QVERIFY(house.ask().contains(QStringLiteral("not known")));
    }

    void slowNames()
    {
        LnurlHouse house;
        house.lnurl->setPatience(Millis(100));
        QVERIFY(house.ask(QUrl(QStringLiteral("http://slow.example/"))).contains(QStringLiteral("in time")));
    }

    void stopped_data()
    {
        QTest::addColumn<bool>("destroyed");
        QTest::newRow("stopped") << false;
        QTest::newRow("gone") << true;
    }
    void stopped()
    {
        QFETCH(bool, destroyed);
        LnurlHouse house;
        house.peer.fault = Fault::OfferSilent;
        const auto asking = begun(house.lnurl->offer(house.peer.url()));
        const auto lookingUp = begun(house.lnurl->offer(QUrl(QStringLiteral("http://slow.example/"))));
        QTRY_COMPARE(house.peer.silent(), 1);
        QVERIFY(!asking->isDone() && !lookingUp->isDone());
        if (destroyed)
            house.lnurl.reset();
        else
            house.lnurl->abort();
        QCOMPARE(asking->error, QByteArray("lnurl_stopped"));
        QCOMPARE(lookingUp->error, QByteArray("lnurl_stopped"));
        if (!destroyed)
            QCOMPARE(ended(house.lnurl->offer(house.peer.url())).error, QByteArray("lnurl_stopped"));
    }
};

QTEST_GUILESS_MAIN(TestLnurl)
#include "tst_Lnurl.moc"
