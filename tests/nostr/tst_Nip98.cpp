// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/nostr/Nip98.h"
#include "tests/nostr/NostrSamples.h"

#include <QTest>

#include <functional>
#include <set>

using namespace tower;

namespace {

constexpr Millis now{1'700'000'000'500};
const QString url = QStringLiteral("https://tower.example/api/relay/manage?a=1");
const QByteArray body = R"({"method":"supportedmethods","params":[]})";
const QByteArray bodyHash = EventId(sha256(body)).hex();

Event authorization()
{
    Event event;
    event.createdAt = 1'700'000'000;
    event.kind = 27'235;
    event.tags = {{"u", url.toUtf8()}, {"method", "POST"}, {"payload", bodyHash}};
    return samples::sign(event);
}

QByteArray headerOf(const Event &event)
{
    return "Nostr " + event.toJson().toBase64();
}

Nip98Expectation expectation()
{
    return {{url}, "POST", body, true, now};
}

PubKey check(const QByteArray &header, const Nip98Expectation &expected = expectation())
{
    return verifyNip98(header, expected, [](const EventId &) { return true; });
}

using Change = std::function<void(Event &)>;

} // namespace

Q_DECLARE_METATYPE(Change)

class TestNip98 : public QObject
{
    Q_OBJECT

private slots:
    void takesItsOwnHeaders();
    void takesEitherBase64_data();
    void takesEitherBase64();
    void refusesHeaders_data();
    void refusesHeaders();
    void refusesEvents_data();
    void refusesEvents();
    void urlSpellings_data();
    void urlSpellings();
    void payloadRules();
    void usedOnceOnly();
    void failingHeadersAreNotRemembered();
};

void TestNip98::takesItsOwnHeaders()
{
    const QByteArray header = makeNip98(samples::key(), "POST", url, body, now);
    QCOMPARE(check(header), samples::key().pubKey());
    Nip98Expectation get{{url}, "GET", {}, false, now};
    QCOMPARE(check(makeNip98(samples::key(), "GET", url, {}, now), get), samples::key().pubKey());
}

void TestNip98::takesEitherBase64_data()
{
    QTest::addColumn<QByteArray>("header");
    Event event = authorization();
    event.content = "?\x3e?\x3e~~ \xc3\xbf\xc3\xbf"; // gives + and / in the standard alphabet
    while (event.toJson().size() % 3 != 1)
        event.content += '.';
    const QByteArray json = samples::sign(event).toJson();
    QVERIFY(json.toBase64().endsWith("=="));
    QTest::newRow("standard") << "Nostr " + json.toBase64();
    QTest::newRow("without padding") << "Nostr " + json.toBase64(QByteArray::OmitTrailingEquals);
    QTest::newRow("url-safe") << "Nostr " + json.toBase64(QByteArray::Base64UrlEncoding);
    QTest::newRow("url-safe without padding")
        << "Nostr " + json.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
    QTest::newRow("scheme in another case") << "nOSTR " + json.toBase64();
}

void TestNip98::takesEitherBase64()
{
    QFETCH(QByteArray, header);
    QCOMPARE(check(header), samples::key().pubKey());
}

void TestNip98::refusesHeaders_data()
{
    QTest::addColumn<QByteArray>("header");
    const QByteArray base64 = authorization().toJson().toBase64(QByteArray::OmitTrailingEquals);
    QTest::newRow("missing") << QByteArray();
    QTest::newRow("another scheme") << "Bearer " + base64;
    QTest::newRow("no blank") << "Nostr" + base64;
    QTest::newRow("nothing behind the scheme") << QByteArray("Nostr ");
    QTest::newRow("only padding") << QByteArray("Nostr ==");
    QTest::newRow("not base64") << "Nostr !" + base64;
    QTest::newRow("a blank inside") << "Nostr " + base64.first(8) + ' ' + base64.sliced(8);
    QTest::newRow("padding that does not fit") << "Nostr " + base64 + "===";
    QTest::newRow("the event itself") << "Nostr " + authorization().toJson();
    QTest::newRow("not an event") << "Nostr " + QByteArray("[]").toBase64();
    QTest::newRow("over 16 KiB") << "Nostr " + QByteArray(16 * 1024, 'A');
}

void TestNip98::refusesHeaders()
{
    QFETCH(QByteArray, header);
    try {
        check(header);
        QFAIL("it was taken");
    } catch (const ServiceError &error) {
        QCOMPARE(error.kind(), ErrorKind::Unauthorized);
    }
}

void TestNip98::refusesEvents_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *name, const char *part, const Change &change) {
        QTest::newRow(name) << change << QString::fromLatin1(part);
    };
    row("another kind", "kind", [](Event &e) { e.kind = 22'242; });
    row("61 seconds old", "60 seconds", [](Event &e) { e.createdAt -= 61; });
    row("61 seconds ahead", "60 seconds", [](Event &e) { e.createdAt += 61; });
    row("as late as it can be", "60 seconds", [](Event &e) { e.createdAt = std::int64_t{1} << 53; });
    row("no u", "URL", [](Event &e) { e.tags.erase(e.tags.begin()); });
    row("u without a value", "URL", [](Event &e) { e.tags[0] = {"u"}; });
    row("another path", "URL", [](Event &e) { e.tags[0][1] = "https://tower.example/api/relay/other?a=1"; });
    row("another query", "URL",
        [](Event &e) { e.tags[0][1] = "https://tower.example/api/relay/manage?a=2"; });
    row("no query", "URL", [](Event &e) { e.tags[0][1] = "https://tower.example/api/relay/manage"; });
    row("path in another case", "URL",
        [](Event &e) { e.tags[0][1] = "https://tower.example/API/relay/manage?a=1"; });
    row("another host", "URL", [](Event &e) { e.tags[0][1] = "https://evil.example/api/relay/manage?a=1"; });
    row("http for https", "URL",
        [](Event &e) { e.tags[0][1] = "http://tower.example/api/relay/manage?a=1"; });
    row("another method", "method", [](Event &e) { e.tags[1][1] = "GET"; });
    row("no method", "method", [](Event &e) { e.tags.erase(e.tags.begin() + 1); });
    row("no payload", "payload", [](Event &e) { e.tags.pop_back(); });
    row("another payload", "payload", [](Event &e) { e.tags[2][1] = QByteArray(64, '0'); });
}

void TestNip98::refusesEvents()
{
    QFETCH(Change, change);
    QFETCH(QString, part);
    Event event = authorization();
    change(event);
    try {
        check(headerOf(samples::sign(event)));
        QFAIL("it was taken");
    } catch (const ServiceError &error) {
        QCOMPARE(error.kind(), ErrorKind::Unauthorized);
        QVERIFY2(error.message().contains(part), qPrintable(error.message()));
        QVERIFY(!error.message().contains(QLatin1String("example")));
    }
}

void TestNip98::urlSpellings_data()
{
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QByteArray>("given");
    QTest::newRow("the same") << "https://a.example/x" << QByteArray("https://a.example/x");
    QTest::newRow("wss") << "https://a.example/x" << QByteArray("wss://a.example/x");
    QTest::newRow("ws") << "http://a.example:8337/" << QByteArray("ws://a.example:8337/");
    QTest::newRow("expected as wss") << "wss://a.example/" << QByteArray("https://a.example/");
    QTest::newRow("host in another case")
        << "https://A.example/x?Y=1" << QByteArray("HTTPS://a.EXAMPLE/x?Y=1");
    QTest::newRow("empty path") << "wss://a.example/" << QByteArray("wss://a.example");
}

void TestNip98::urlSpellings()
{
    QFETCH(QString, expected);
    QFETCH(QByteArray, given);
    Event event = authorization();
    event.tags[0][1] = given;
    Nip98Expectation expectedRequest = expectation();
    expectedRequest.urls = {QStringLiteral("https://another.example/"), expected};
    QCOMPARE(check(headerOf(samples::sign(event)), expectedRequest), samples::key().pubKey());
}

void TestNip98::payloadRules()
{
    Nip98Expectation expected = expectation();
    Event without = authorization();
    without.tags.pop_back();
    const QByteArray header = headerOf(samples::sign(without));

    expected.payloadRequired = false;
    QVERIFY_EXCEPTION_THROWN(check(header, expected), ServiceError); // there is a body
    expected.body.clear();
    QCOMPARE(check(header, expected), samples::key().pubKey());
    QVERIFY_EXCEPTION_THROWN(check(headerOf(authorization()), expected), ServiceError); // of another body
    expected.payloadRequired = true;
    QVERIFY_EXCEPTION_THROWN(check(header, expected), ServiceError);
}

void TestNip98::usedOnceOnly()
{
    std::set<EventId> seen;
    const auto firstSeen = [&](const EventId &id) { return seen.insert(id).second; };
    const QByteArray header = headerOf(authorization());
    QCOMPARE(verifyNip98(header, expectation(), firstSeen), samples::key().pubKey());
    QVERIFY_EXCEPTION_THROWN(verifyNip98(header, expectation(), firstSeen), ServiceError);
}

void TestNip98::failingHeadersAreNotRemembered()
{
    Event forged = authorization();
    forged.signature[5] ^= 1;
    bool asked = false;
    const auto firstSeen = [&](const EventId &) { return asked = true; };
    QVERIFY_EXCEPTION_THROWN(verifyNip98(headerOf(forged), expectation(), firstSeen), ServiceError);
    Event changed = authorization();
    changed.content = "x";
    QVERIFY_EXCEPTION_THROWN(verifyNip98(headerOf(changed), expectation(), firstSeen), ServiceError);
    QVERIFY(!asked);
}

QTEST_GUILESS_MAIN(TestNip98)
#include "tst_Nip98.moc"
