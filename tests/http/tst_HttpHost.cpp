// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "tests/http/HttpFixture.h"

#include <QCoroTimer>
#include <QJsonDocument>
#include <QProcess>
#include <QSslSocket>
#include <QTcpServer>

#include <chrono>

using namespace tower;
using namespace tower::test;
using namespace std::chrono_literals;

namespace {

QByteArray codeThrownBy(const std::function<void()> &action)
{
    try {
        action();
    } catch (const ServiceError &error) {
        return error.code();
    }
    return {};
}

AsyncHandler waitsFor(std::chrono::milliseconds time, int *finished = nullptr)
{
    return [time, finished](HttpRequest request) -> QCoro::Task<HttpResponse> {
        QTimer timer;
        timer.start(time);
        co_await timer;
        if (finished)
            ++*finished;
        co_return HttpResponse::text("slow", request.client->isGone() ? "text/gone" : "text/plain");
    };
}

} // namespace

class TestHttpHost : public QObject
{
    Q_OBJECT

private slots:
    void answers();
    void keepsTheConnection();
    void headHasNoBody();
    void optionsAnswers();
    void closesWhenAsked_data();
    void closesWhenAsked();
    void readsBodiesInPieces();
    void says100Continue();
    void toleratesEmptyLines();
    void pipelinedInOrder();
    void secondRequestWhileOneIsOpen();
    void clientGoneWhileAnswerIsAwaited();
    void tellsHandlersThatTheClientIsGone();
    void handlerThrows();
    void headerValuesCannotSplit();
    void largeAnswers();
    void forwardedFor_data();
    void forwardedFor();
    void portInUse();
    void refusesNonLoopback();
    void stopsAccepting();
    void servesTls();
    void tlsUnusable();

private:
    static bool makeCertificate(const QString &folder);
};

void TestHttpHost::answers()
{
    Server server;
    server.addUsual();
    QVERIFY(server.host.isListening());
    QCOMPARE(server.host.url(), QStringLiteral("http://127.0.0.1:%1").arg(server.host.port()));
    Client client(server);
    client.write(post("/echo?x=1", "body bytes"));
    QTRY_COMPARE(client.answers(), 1);
    QTRY_COMPARE(client.body(), "body bytes");
    QCOMPARE(client.statuses(), "200");
    QCOMPARE(client.header("Content-Length"), "10");
    QCOMPARE(client.header("X-Content-Type-Options"), "nosniff");
    QVERIFY(!QUuid::fromString(QString::fromLatin1(client.header("X-Request-Id"))).isNull());
    QCOMPARE(server.host.connections(), 1);
}

void TestHttpHost::keepsTheConnection()
{
    Server server;
    server.addUsual();
    Client client(server);
    for (int i = 1; i <= 20; ++i) {
        client.write(i % 2 ? get("/hello") : post("/echo", "hello"));
        QTRY_COMPARE(client.answers(), i);
    }
    QCOMPARE(server.runs, 20);
    QCOMPARE(server.host.connections(), 1);
}

void TestHttpHost::headHasNoBody()
{
    Server server;
    server.addUsual();
    Client client(server);
    client.write("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/none"));
    QTRY_COMPARE(client.answers(), 2);
    QCOMPARE(client.header("Content-Length"), "5");
    QVERIFY(client.body().startsWith("HTTP/1.1 404"));
}

void TestHttpHost::optionsAnswers()
{
    Server server;
    server.addUsual();
    Client client(server);
    client.write("OPTIONS /hello HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\n\r\n");
    QTRY_COMPARE(client.answers(), 1);
    QCOMPARE(client.statuses(), "204");
    QCOMPARE(client.header("Allow"), "GET, HEAD, OPTIONS");
    QVERIFY(client.header("Content-Length").isNull());
    QCOMPARE(client.body(), "");
}

void TestHttpHost::closesWhenAsked_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("closes");
    QTest::newRow("close") << get("/hello", "Connection: close\r\n") << true;
    QTest::newRow("1.0") << QByteArray("GET /hello HTTP/1.0\r\n\r\n") << true;
    QTest::newRow("1.0 keep-alive") << QByteArray("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                                    << false;
    QTest::newRow("1.1") << get("/hello") << false;
}

void TestHttpHost::closesWhenAsked()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, closes);
    Server server;
    server.addUsual();
    Client client(server);
    client.write(request);
    QTRY_COMPARE(client.answers(), 1);
    QCOMPARE(client.statuses(), "200");
    if (closes) {
        QTRY_VERIFY(client.isClosed());
        QTRY_COMPARE(server.host.connections(), 0);
    } else {
        client.write(get("/hello", "Connection: close\r\n"));
        QTRY_COMPARE(client.answers(), 2);
    }
}

void TestHttpHost::readsBodiesInPieces()
{
    Server server;
    server.addUsual();
    const QByteArray body(200'000, 'b');
    const QByteArray bytes = post("/echo", body) + get("/hello");
    Client client(server);
    QVERIFY(client.waitForConnected());
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype size = at < 120 ? 1 : 7919;
        client.write(bytes.mid(at, size));
        client.flush();
        QCoreApplication::processEvents();
        at += size;
    }
    QTRY_COMPARE(client.answers(), 2);
    QCOMPARE(client.statuses(), "200 200");
    QVERIFY(client.body().startsWith(body));
    QCOMPARE(server.runs, 2);
}

void TestHttpHost::says100Continue()
{
    Server server;
    server.addUsual();
    Client client(server);
    client.write(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    QTRY_COMPARE(client.said(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write("body");
    QTRY_COMPARE(client.statuses(), "100 200");
}

void TestHttpHost::toleratesEmptyLines()
{
    Server server;
    server.addUsual();
    Client client(server);
    client.write("\r\n\r\n" + post("/echo", "a") + "\r\n" + get("/hello"));
    QTRY_COMPARE(client.statuses(), "200 200");
}

void TestHttpHost::pipelinedInOrder()
{
    Server server;
    server.addUsual();
    Client client(server);
    QByteArray bytes;
    for (int i = 0; i < 50; ++i)
        bytes += post("/echo", "#" + QByteArray::number(i) + ";");
    client.write(bytes);
    QTRY_COMPARE(client.answers(), 50);
    qsizetype last = -1;
    for (int i = 0; i < 50; ++i) {
        const qsizetype at = client.said().indexOf("#" + QByteArray::number(i) + ";");
        QVERIFY(at > last);
        last = at;
    }
}

void TestHttpHost::secondRequestWhileOneIsOpen()
{
    Server server;
    server.addUsual();
    server.add(HttpMethod::Get, "/slow", waitsFor(20ms));
    for (const bool inOnePacket : {true, false}) {
        server.runs = 0;
        Client client(server);
        client.write(get("/slow") + (inOnePacket ? get("/hello") : ""));
        QTRY_COMPARE(server.router.running(), 1);
        if (!inOnePacket)
            client.write(get("/hello"));
        QTRY_VERIFY(client.isClosed());
        QCOMPARE(client.statuses(), "200 400");
        QVERIFY(client.said().contains("pipelining_not_supported"));
        QCOMPARE(server.runs, 0);
    }
}

void TestHttpHost::clientGoneWhileAnswerIsAwaited()
{
    Server server;
    int finished = 0;
    server.add(HttpMethod::Get, "/slow", waitsFor(1ms, &finished));
    constexpr int rounds = 40;
    constexpr int clients = 50;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::unique_ptr<Client>> all;
        for (int i = 0; i < clients; ++i) {
            all.push_back(std::make_unique<Client>(server));
            QVERIFY(all.back()->waitForConnected());
            all.back()->write(get("/slow"));
            all.back()->flush();
        }
        const int begun = server.handled;
        // Some go before their request is read, some while it is answered.
        if (round % 2)
            QTRY_VERIFY(server.handled > begun);
        for (const auto &client : all)
            client->abort();
        all.clear();
        QTRY_COMPARE(server.host.connections(), 0);
    }
    QTRY_COMPARE(server.router.running(), 0);
    QCOMPARE(finished, server.handled);
    QVERIFY(finished > 0);
    Client honest(server);
    honest.write(get("/slow"));
    QTRY_COMPARE(honest.statuses(), "200");
}

void TestHttpHost::tellsHandlersThatTheClientIsGone()
{
    Server server;
    std::shared_ptr<ClientScope> scope;
    server.add(HttpMethod::Get, "/wait",
               AsyncHandler([&scope](HttpRequest request) -> QCoro::Task<HttpResponse> {
                   scope = request.client;
                   QTimer timer;
                   timer.start(1ms);
                   while (!request.client->isGone())
                       co_await timer;
                   co_return HttpResponse::text("nobody reads this", "text/plain");
               }));
    Client client(server);
    client.write(get("/wait"));
    QTRY_VERIFY(scope);
    QVERIFY(!scope->isGone());
    client.abort();
    QTRY_VERIFY(scope->isGone());
    QTRY_COMPARE(server.router.running(), 0);
}

void TestHttpHost::handlerThrows()
{
    HttpHost host([](const HttpRequest &, const std::function<void(HttpResponse)> &) { throw 1; });
    HttpHostOptions options;
    options.port = 0;
    host.listen(options);
    QTcpSocket client;
    client.connectToHost(QHostAddress::LocalHost, host.port());
    client.write(get("/"));
    QByteArray said;
    QTRY_VERIFY((said += client.readAll()).contains("internal_error"));
    QVERIFY(said.startsWith("HTTP/1.1 500"));
}

void TestHttpHost::headerValuesCannotSplit()
{
    Server server;
    server.add(HttpMethod::Get, "/a", SyncHandler([](const HttpRequest &) {
                   HttpResponse response = HttpResponse::text("x", "text/plain");
                   response.headers.emplace_back("X-Value", "a\r\nX-Forged: 1\r\n\r\n<script>");
                   return response;
               }));
    Client client(server);
    client.write(get("/a"));
    QTRY_COMPARE(client.body(), "x");
    QVERIFY(client.header("X-Forged").isNull());
}

void TestHttpHost::largeAnswers()
{
    Server server;
    const QByteArray large(20'000'000, 'l');
    server.add(HttpMethod::Get, "/large",
               SyncHandler([large](const HttpRequest &) { return HttpResponse::text(large, "text/plain"); }));
    Client client(server);
    client.write(get("/large", "Connection: close\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(client.isClosed(), 20'000);
    QVERIFY(client.body() == large);
}

void TestHttpHost::forwardedFor_data()
{
    QTest::addColumn<bool>("behindProxy");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QString>("peer");
    QTest::newRow("no proxy") << false << QByteArray("X-Forwarded-For: 1.2.3.4\r\n") << "127.0.0.1";
    QTest::newRow("proxy") << true << QByteArray("X-Forwarded-For: 1.2.3.4\r\n") << "1.2.3.4";
    QTest::newRow("forged") << true << QByteArray("X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n") << "1.2.3.4";
    QTest::newRow("two headers") << true
                                 << QByteArray("X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.2.3.4\r\n")
                                 << "1.2.3.4";
    QTest::newRow("port") << true << QByteArray("X-Forwarded-For: 1.2.3.4:567\r\n") << "1.2.3.4";
    QTest::newRow("IPv6") << true << QByteArray("X-Forwarded-For: [2001:db8::1]:567\r\n") << "2001:db8::1";
    QTest::newRow("nonsense") << true << QByteArray("X-Forwarded-For: unknown\r\n") << "127.0.0.1";
    QTest::newRow("none") << true << QByteArray() << "127.0.0.1";
}

void TestHttpHost::forwardedFor()
{
    QFETCH(bool, behindProxy);
    QFETCH(QByteArray, headers);
    QFETCH(QString, peer);
    HttpHostOptions options;
    options.behindProxy = behindProxy;
    Server server(options);
    bool isLoopback = false;
    server.add(HttpMethod::Get, "/peer", SyncHandler([&isLoopback](const HttpRequest &request) {
                   isLoopback = request.loopback;
                   return HttpResponse::text(request.peer.toString().toLatin1(), "text/plain");
               }));
    Client client(server);
    client.write(get("/peer", headers));
    QTRY_COMPARE(client.body(), peer.toLatin1());
    QCOMPARE(isLoopback, !behindProxy);
}

void TestHttpHost::portInUse()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    HttpHost host({});
    HttpHostOptions options;
    options.port = other.serverPort();
    QCOMPARE(codeThrownBy([&] { host.listen(options); }), "port_in_use");
    QVERIFY(!host.isListening());
    options.port = 0;
    options.address = QHostAddress(QStringLiteral("192.0.2.1"));
    options.behindProxy = true;
    QCOMPARE(codeThrownBy([&] { host.listen(options); }), "address_not_available");
}

void TestHttpHost::refusesNonLoopback()
{
    HttpHost host({});
    HttpHostOptions options;
    options.port = 0;
    options.address = QHostAddress::AnyIPv4;
    QCOMPARE(codeThrownBy([&] { host.listen(options); }), "address_refused");
    QVERIFY(!host.isListening());
}

void TestHttpHost::stopsAccepting()
{
    Server server;
    server.addUsual();
    server.add(HttpMethod::Get, "/slow", waitsFor(20ms));
    Client idle(server);
    Client busy(server);
    idle.write(get("/hello"));
    busy.write(get("/slow"));
    QTRY_COMPARE(idle.answers(), 1);
    QTRY_COMPARE(server.router.running(), 1);
    const quint16 port = server.host.port();
    server.host.stopAccepting();
    QVERIFY(!server.host.isListening());
    QTRY_VERIFY(idle.isClosed());
    QTRY_COMPARE(busy.statuses(), "200");
    QCOMPARE(busy.header("Connection"), "close");
    QTRY_VERIFY(busy.isClosed());
    QTcpSocket late;
    late.connectToHost(QHostAddress::LocalHost, port);
    QTRY_COMPARE(late.error(), QAbstractSocket::ConnectionRefusedError);
}

bool TestHttpHost::makeCertificate(const QString &folder)
{
    return QProcess::execute(QStringLiteral("openssl"),
                             {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                              QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
                              QStringLiteral("ec_paramgen_curve:P-256"), QStringLiteral("-nodes"),
                              QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"),
                              QStringLiteral("/CN=localhost"), QStringLiteral("-keyout"),
                              folder + QStringLiteral("/key.pem"), QStringLiteral("-out"),
                              folder + QStringLiteral("/cert.pem")}) == 0;
}

void TestHttpHost::servesTls()
{
    QTemporaryDir folder;
    QVERIFY(makeCertificate(folder.path()));
    HttpHostOptions options;
    options.tlsCertificate = folder.filePath(QStringLiteral("cert.pem"));
    options.tlsKey = folder.filePath(QStringLiteral("key.pem"));
    options.limits.millisPerSecond = 20;
    Server server(options);
    server.addUsual();
    server.add(HttpMethod::Get, "/slow", waitsFor(20ms));
    QVERIFY(server.host.url().startsWith(QStringLiteral("https://")));

    // Silent in the handshake: closed by the idle limit.
    Client silent(server);
    QTRY_COMPARE(server.host.connections(), 1);

    QSslSocket client;
    client.setPeerVerifyMode(QSslSocket::VerifyNone);
    client.connectToHostEncrypted(QStringLiteral("127.0.0.1"), server.host.port());
    const QByteArray body(200'000, 'b');
    client.write(post("/echo", body));
    QByteArray said;
    QTRY_VERIFY((said += client.readAll()).endsWith(body));
    QVERIFY(said.startsWith("HTTP/1.1 200"));
    client.write(get("/slow"));
    QTRY_VERIFY((said += client.readAll()).endsWith("slow"));
    client.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n");
    QTRY_VERIFY((said += client.readAll()).contains("413"));
    QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
    QTRY_VERIFY(silent.isClosed());
    QTRY_COMPARE(server.host.connections(), 0);

    Client plain(server);
    plain.write(get("/hello"));
    QTRY_VERIFY(plain.isClosed());
    QVERIFY(!plain.said().contains("hello"));
}

void TestHttpHost::tlsUnusable()
{
    QTemporaryDir one;
    QTemporaryDir two;
    QVERIFY(makeCertificate(one.path()) && makeCertificate(two.path()));
    const QString certificate = one.filePath(QStringLiteral("cert.pem"));
    const QString key = one.filePath(QStringLiteral("key.pem"));
    const QString other = two.filePath(QStringLiteral("key.pem"));
    HttpHost host({});
    const auto code = [&host](const QString &certificatePath, const QString &keyPath) {
        HttpHostOptions options;
        options.port = 0;
        options.tlsCertificate = certificatePath;
        options.tlsKey = keyPath;
        return codeThrownBy([&] { host.listen(options); });
    };
    QCOMPARE(code(certificate, QString()), "tls_unusable");
    QCOMPARE(code(QString(), key), "tls_unusable");
    QCOMPARE(code(certificate, QStringLiteral("/nowhere")), "tls_unusable");
    QCOMPARE(code(key, key), "tls_unusable");
    QCOMPARE(code(certificate, certificate), "tls_unusable");
    QCOMPARE(code(certificate, other), "tls_unusable");
    QCOMPARE(code(certificate, key), "");
}

QTEST_GUILESS_MAIN(TestHttpHost)
#include "tst_HttpHost.moc"
