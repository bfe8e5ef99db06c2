// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/http/HttpFixture.h"

#include <QJsonDocument>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

using namespace tower;
using namespace tower::test;

namespace {

/// Bytes of this process in memory.
qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

/// What the server may need beyond idle. AddressSanitizer keeps freed memory for a while.
#ifdef __SANITIZE_ADDRESS__
constexpr qint64 memoryFactor = 5;
#else
constexpr qint64 memoryFactor = 1;
#endif

/// The number that the next file would get.
rlim_t nextDescriptor()
{
    const int next = dup(0);
    close(next);
    return static_cast<rlim_t>(next);
}

HttpHostOptions shortSeconds(int millis)
{
    HttpHostOptions options;
    options.limits.millisPerSecond = millis;
    return options;
}

using Clients = std::vector<std::unique_ptr<Client>>;

Clients connectMany(const Server &server, int count, const QHostAddress &from = {})
{
    Clients clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(server, from));
        if (i % 100 == 99)
            QCoreApplication::processEvents();
    }
    return clients;
}

} // namespace

class TestHttpAbuse : public QObject
{
    Q_OBJECT

private slots:
    void refusesOnTheWire_data();
    void refusesOnTheWire();
    void refusesOnTheWireInPieces_data() { refusesOnTheWire_data(); }
    void refusesOnTheWireInPieces();
    void smuggledRequestsNeverRun_data();
    void smuggledRequestsNeverRun();
    void hugeBodyIsRefusedAtOnce();
    void endlessBodyWithoutLength();
    void endlessHeader();
    void byteDrip();
    void unfinishedBody();
    void idleConnectionsAreClosed();
    void waitingHandlersAreNotClosed();
    void clientThatDoesNotRead();
    void answerThatIsNeverRead();
    void pipelinesWithoutReading();
    void manyIdleConnections_data();
    void manyIdleConnections();
    void addressesDoNotCrowdEachOtherOut();
    void proxyIsExempt();
    void burst();
    void unfinishedBodiesTogether();
    void descriptorsExhausted();
};

void TestHttpAbuse::refusesOnTheWire_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("status");
    const auto row = [](const char *name, const QByteArray &headers, const QByteArray &status) {
        QTest::newRow(name) << QByteArray("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + headers +
                                          "\r\n\r\nabcd")
                            << status;
    };
    row("CL and TE", "Content-Length: 4\r\nTransfer-Encoding: chunked", "400");
    row("two CLs", "Content-Length: 4\r\nContent-Length: 3", "400");
    row("CL abc", "Content-Length: abc", "400");
    row("CL negative", "Content-Length: -4", "400");
    row("CL 2^63", "Content-Length: 9223372036854775808", "400");
    row("CL 2^64", "Content-Length: 18446744073709551616", "400");
    row("CL too large", "Content-Length: 262145", "413");
    row("chunked", "Transfer-Encoding: chunked", "400");
    row("no colon", "Content-Length 4", "400");
    row("obs-fold", "X-A: b\r\n Content-Length: 4", "400");
    row("NUL", QByteArray("X-A: \0\r\nContent-Length: 4", 25), "400");
    row("bare CR", "X-A: b\rContent-Length: 4", "400");
    row("bare LF", "X-A: b\nContent-Length: 4", "400");
    row("bare LF at the end", "X-A: b\n\nGET /hello HTTP/1.1", "400");
    row("WebSocket",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "400");
    row("large headers", "X-A: " + QByteArray(17 * 1024, 'a'), "431");
    QTest::newRow("long target") << QByteArray("GET /" + QByteArray(17 * 1024, 'a')) << QByteArray("414");
    QTest::newRow("no HTTP") << QByteArray("EHLO tower.example\r\n") << QByteArray("400");
    QTest::newRow("no host") << QByteArray("GET /hello HTTP/1.1\r\n\r\n") << QByteArray("400");
    QTest::newRow("TLS on a plain port")
        << QByteArray("\x16\x03\x01\x02\x00\x01\x00\n", 8) << QByteArray("400");
}

void TestHttpAbuse::refusesOnTheWire()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, status);
    Server server;
    server.addUsual();
    Client client(server);
    client.write(bytes);
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), status);
    QCOMPARE(client.header("Connection"), "close");
    QVERIFY(!client.header("X-Request-Id").isEmpty());
    const QJsonObject error = QJsonDocument::fromJson(client.body()).object();
    QVERIFY(!error.value(QStringLiteral("error")).toString().isEmpty());
    QVERIFY(!error.value(QStringLiteral("code")).toString().isEmpty());
    QCOMPARE(server.handled, 0);
    QTRY_COMPARE(server.host.connections(), 0);
}

void TestHttpAbuse::refusesOnTheWireInPieces()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, status);
    Server server;
    server.addUsual();
    Client client(server);
    QVERIFY(client.waitForConnected());
    for (qsizetype at = 0; at < bytes.size() && !client.isClosed();) {
        const qsizetype size = bytes.size() > 1000 ? 997 : 1;
        client.write(bytes.mid(at, size));
        client.flush();
        QCoreApplication::processEvents();
        at += size;
    }
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), status);
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::smuggledRequestsNeverRun_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("body");
    const QByteArray hidden = get("/hello");
    QTest::newRow("CL.TE") << QByteArray("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")
                           << "0\r\n\r\nX" + hidden;
    QTest::newRow("TE.CL") << QByteArray("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")
                           << "5c\r\n" + hidden + "\r\n0\r\n\r\n";
    QTest::newRow("TE.TE") << QByteArray("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n")
                           << "0\r\n\r\n" + hidden;
    QTest::newRow("CL.CL") << QByteArray("Content-Length: 0\r\nContent-Length: 60\r\n") << hidden;
    QTest::newRow("CL list") << QByteArray("Content-Length: 0, 60\r\n") << hidden;
    QTest::newRow("bad chunk size") << QByteArray("Transfer-Encoding: chunked\r\n") << "zz\r\n" + hidden;
    QTest::newRow("folded") << QByteArray("X: y\r\n Content-Length: 60\r\n") << hidden;
    QTest::newRow("LF LF") << QByteArray("X: y\n\n") << hidden;
    QTest::newRow("blank before the colon") << QByteArray("Content-Length : 60\r\n") << hidden;
}

void TestHttpAbuse::smuggledRequestsNeverRun()
{
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    Server server;
    server.addUsual();
    Client client(server);
    client.write("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body);
    client.write(get("/hello"));
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), "400");
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::hugeBodyIsRefusedAtOnce()
{
    Server server;
    server.addUsual();
    const qint64 before = residentBytes();
    Client client(server);
    client.write("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
    QTRY_COMPARE(client.statuses(), "413");
    // It goes on sending all the same.
    const QByteArray piece(64 * 1024, 'x');
    for (int i = 0; i < 1600 && client.state() == QAbstractSocket::ConnectedState; ++i) {
        client.write(piece);
        client.flush();
        QCoreApplication::processEvents();
    }
    QVERIFY(residentBytes() - before < memoryFactor * 30'000'000);
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::endlessBodyWithoutLength()
{
    Server server;
    server.addUsual();
    Client client(server);
    client.write("POST /echo HTTP/1.1\r\nHost: localhost\r\n\r\n" + QByteArray(1'000'000, 'x'));
    QTRY_VERIFY(client.isClosed());
    // No length, no body: what follows is no request.
    QCOMPARE(client.statuses(), "200 414");
    QCOMPARE(server.runs, 1);
}

void TestHttpAbuse::endlessHeader()
{
    Server server;
    Client client(server);
    QVERIFY(client.waitForConnected());
    client.write("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 2000 && !client.isClosed(); ++i) {
        client.write("X-A: 0123456789\r\n");
        client.flush();
        QCoreApplication::processEvents();
    }
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), "431");
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::byteDrip()
{
    HttpHostOptions options = shortSeconds(10);
    options.limits.requestSecs = 20; // 200 ms
    Server server(options);
    server.addUsual();
    const QByteArray bytes = get("/hello", "X-A: " + QByteArray(4000, 'a') + "\r\n");
    Client client(server);
    qsizetype sent = 0;
    QTimer drip;
    connect(&drip, &QTimer::timeout, &client, [&] { client.write(bytes.mid(sent++, 1)); });
    drip.start(5);
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), "408");
    QVERIFY(sent < bytes.size());
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::unfinishedBody()
{
    Server server(shortSeconds(5));
    server.addUsual();
    Client client(server);
    client.write("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcd");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.statuses(), "408");
    QCOMPARE(server.handled, 0);
}

void TestHttpAbuse::idleConnectionsAreClosed()
{
    Server server(shortSeconds(5));
    server.addUsual();
    Client silent(server);
    Client used(server);
    used.write(get("/hello"));
    QTRY_COMPARE(used.statuses(), "200");
    QTRY_VERIFY(silent.isClosed() && used.isClosed());
    QCOMPARE(silent.said(), "");
    QTRY_COMPARE(server.host.connections(), 0);
}

void TestHttpAbuse::waitingHandlersAreNotClosed()
{
    Server server(shortSeconds(1));
    Router::Reply late;
    HttpHost host([&late](const HttpRequest &, Router::Reply reply) { late = std::move(reply); });
    HttpHostOptions options = shortSeconds(1);
    options.port = 0;
    host.listen(options);
    QTcpSocket client;
    client.connectToHost(QHostAddress::LocalHost, host.port());
    client.write(get("/"));
    QTRY_VERIFY(late);
    QTest::qWait(100); // three times the longest limit
    QCOMPARE(host.connections(), 1);
    late(HttpResponse::text("late", "text/plain"));
    late(HttpResponse::text("twice", "text/plain"));
    QByteArray said;
    QTRY_VERIFY((said += client.readAll()).endsWith("late"));
}

void TestHttpAbuse::clientThatDoesNotRead()
{
    Server server;
    const QByteArray large(500'000, 'l');
    server.add(HttpMethod::Get, "/large", SyncHandler([&server, large](const HttpRequest &) {
                   ++server.runs;
                   return HttpResponse::text(large, "text/plain");
               }));
    const qint64 before = residentBytes();
    Client client(server);
    client.setReadBufferSize(1000);
    client.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 4096);
    client.write(get("/large").repeated(10'000));
    QTRY_COMPARE(server.host.connections(), 0);
    QVERIFY(server.runs < 100);
    QVERIFY(residentBytes() - before < memoryFactor * 50'000'000);
}

void TestHttpAbuse::answerThatIsNeverRead()
{
    Server server(shortSeconds(5));
    const QByteArray large(20'000'000, 'l');
    server.add(HttpMethod::Get, "/large",
               SyncHandler([large](const HttpRequest &) { return HttpResponse::text(large, "text/plain"); }));
    Client client(server);
    client.setReadBufferSize(1000);
    client.write(get("/large"));
    QTRY_COMPARE(server.handled, 1);
    QTRY_COMPARE(server.host.connections(), 0);
}

void TestHttpAbuse::pipelinesWithoutReading()
{
    Server server;
    server.addUsual();
    const qint64 before = residentBytes();
    Client client(server);
    client.setReadBufferSize(1000);
    client.write(get("/hello").repeated(50'000));
    QTRY_VERIFY_WITH_TIMEOUT(client.state() == QAbstractSocket::UnconnectedState ||
                                 server.host.connections() == 0 || server.runs == 50'000,
                             20'000);
    QVERIFY(residentBytes() - before < memoryFactor * 50'000'000);
    Client honest(server);
    honest.write(get("/hello"));
    QTRY_COMPARE(honest.statuses(), "200");
}

void TestHttpAbuse::manyIdleConnections_data()
{
    QTest::addColumn<int>("perAddress");
    QTest::addColumn<int>("left");
    QTest::newRow("cap per address") << 256 << 256;
    QTest::newRow("cap in all") << 100'000 << 1024;
}

void TestHttpAbuse::manyIdleConnections()
{
    QFETCH(int, perAddress);
    QFETCH(int, left);
    rlimit limit{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < 6000) {
        limit.rlim_cur = std::min<rlim_t>(6000, limit.rlim_max);
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    HttpHostOptions options;
    options.limits.maxPerAddress = perAddress;
    Server server(options);
    server.addUsual();
    const qint64 before = residentBytes();
    const Clients idle = connectMany(server, 2000);
    QTRY_COMPARE(server.host.connections(), left);
    std::vector<qint64> times;
    for (int i = 0; i < 50; ++i) {
        QElapsedTimer timer;
        timer.start();
        Client honest(server);
        honest.write(get("/hello"));
        QTRY_COMPARE_WITH_TIMEOUT(honest.statuses(), "200", 2000);
        times.push_back(timer.elapsed());
        QVERIFY(server.host.connections() <= left);
    }
    QCOMPARE(server.runs, 50);
    std::nth_element(times.begin(), times.begin() + 25, times.end());
    QVERIFY2(times[25] < 100, QByteArray::number(times[25])); // the machine may be busy; alone it is 1 or 2
    QVERIFY(residentBytes() - before < memoryFactor * 100'000'000);
}

void TestHttpAbuse::addressesDoNotCrowdEachOtherOut()
{
    HttpHostOptions options;
    options.limits.maxConnections = 50;
    options.limits.maxPerAddress = 45;
    Server server(options);
    server.addUsual();
    const QHostAddress other(QStringLiteral("127.0.0.2"));
    Client first(server, other);
    first.write(get("/hello"));
    QTRY_COMPARE(first.statuses(), "200");
    const Clients flood = connectMany(server, 200);
    QTRY_COMPARE(server.host.connections(), 46);
    const Clients more = connectMany(server, 10, QHostAddress(QStringLiteral("127.0.0.3")));
    QTRY_COMPARE(server.host.connections(), 50);
    QCoreApplication::processEvents();
    // The longest-waiting of all, but not of the fullest address.
    first.write(get("/hello"));
    QTRY_COMPARE(first.answers(), 2);
}

void TestHttpAbuse::proxyIsExempt()
{
    HttpHostOptions options;
    options.behindProxy = true;
    options.limits.maxPerAddress = 10;
    Server server(options);
    const Clients clients = connectMany(server, 100);
    QTRY_COMPARE(server.host.connections(), 100);
}

void TestHttpAbuse::burst()
{
    HttpHostOptions options;
    options.limits.maxPerAddress = 1000;
    Server server(options);
    server.addUsual();
    Clients clients;
    for (int i = 0; i < 500; ++i) {
        clients.push_back(std::make_unique<Client>(server));
        clients.back()->write(get("/hello"));
    }
    for (const auto &client : clients)
        QTRY_COMPARE(client->statuses(), "200");
    QCOMPARE(server.runs, 500);
}

void TestHttpAbuse::unfinishedBodiesTogether()
{
    HttpHostOptions options;
    options.limits.maxPerAddress = 1000;
    Server server(options);
    server.addUsual();
    const qint64 before = residentBytes();
    const QByteArray bytes =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 262144\r\n\r\n" + QByteArray(262'000, 'x');
    Clients clients;
    for (int i = 0; i < 400; ++i) {
        clients.push_back(std::make_unique<Client>(server));
        QVERIFY(clients.back()->waitForConnected());
        clients.back()->write(bytes);
        for (int turn = 0; turn < 1000 && clients.back()->bytesToWrite() > 0; ++turn)
            QCoreApplication::processEvents();
    }
    QTRY_VERIFY(server.host.connections() < 150);
    QVERIFY2(residentBytes() - before < memoryFactor * 100'000'000,
             QByteArray::number(residentBytes() - before));
    Client honest(server);
    honest.write(post("/echo", QByteArray(1000, 'h')));
    QTRY_COMPARE(honest.statuses(), "200");
}

void TestHttpAbuse::descriptorsExhausted()
{
    rlimit limit{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
    Server server;
    server.addUsual();
    Clients idle = connectMany(server, 60);
    for (const auto &client : idle)
        QVERIFY(client->waitForConnected());
    QTRY_COMPARE(server.host.connections(), 60);
    Client honest(server);
    QVERIFY(honest.waitForConnected());
    // The kernel has accepted them; the server has no descriptor for the last.
    rlimit low = limit;
    low.rlim_cur = nextDescriptor();
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &low), 0);
    honest.write(get("/hello"));
    const bool isAnswered = QTest::qWaitFor([&honest] { return honest.statuses() == "200"; });
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &limit), 0);
    QVERIFY(isAnswered);
    QVERIFY(server.host.connections() < 61);
}

QTEST_GUILESS_MAIN(TestHttpAbuse)
#include "tst_HttpAbuse.moc"
