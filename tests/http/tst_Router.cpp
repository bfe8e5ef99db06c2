// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/Router.h"

#include <QCoroTimer>
#include <QJsonDocument>
#include <QtTest>

#include <chrono>
#include <stdexcept>

using namespace tower;
using namespace std::chrono_literals;

namespace {

SyncHandler says(const QByteArray &text)
{
    return [text](const HttpRequest &) { return HttpResponse::text(text, "text/plain"); };
}

QByteArray headerOf(const HttpResponse &response, QByteArrayView name)
{
    for (const auto &[key, value] : response.headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

QString codeOf(const HttpResponse &response)
{
    return QJsonDocument::fromJson(response.body).object().value(QStringLiteral("code")).toString();
}

} // namespace

class TestRouter : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void matches_data();
    void matches();
    void refusesTwoRoutesOfOnePattern();
    void headUsesGet();
    void answersOptions();
    void methodNotAllowed();
    void checksHost_data();
    void checksHost();
    void foreignOrigins();
    void authorises();
    void refusesWithoutAuthoriser();
    void limits();
    void checksContentType_data();
    void checksContentType();
    void translatesErrors_data();
    void translatesErrors();
    void hidesWhatWentWrong();
    void waits();
    void waitingHandlerThrows();
    void outlivedByItsHandlers();
    void countsAndLogs();
    void cutsWhatItLogs();
    void logsAFloodInPart_data();
    void logsAFloodInPart();
    void readsParameters();

private:
    HttpResponse call(HttpRequest request);
    static HttpRequest request(HttpMethod method, const QByteArray &name, const QByteArray &path);
    void get(const QByteArray &pattern, Scope scope = Scope::Public, LimitClass limit = LimitClass::None);

    ManualClock m_clock{Millis(1'000'000)};
    std::unique_ptr<RateLimit> m_limits;
    std::unique_ptr<Router> m_router;
};

void TestRouter::init()
{
    m_limits = std::make_unique<RateLimit>(m_clock);
    m_router = std::make_unique<Router>(m_clock, *m_limits);
    m_router->setOptions({{QStringLiteral("tower.example")}, {QStringLiteral("http://127.0.0.1:8337")}});
    m_router->setAuthoriser([](HttpRequest &request, Scope) {
        if (request.header("authorization") != "Bearer right")
            throw unauthorized(QStringLiteral("Who is that?"));
        request.actor = QStringLiteral("admin");
    });
}

HttpRequest TestRouter::request(HttpMethod method, const QByteArray &name, const QByteArray &path)
{
    HttpRequest request;
    request.method = method;
    request.methodName = name;
    request.path = path;
    request.headers = {{"host", "localhost:8337"}};
    request.peer = QHostAddress(QStringLiteral("10.0.0.1"));
    return request;
}

HttpResponse TestRouter::call(HttpRequest request)
{
    std::optional<HttpResponse> answer;
    int answers = 0;
    m_router->handle(std::move(request), [&answer, &answers](HttpResponse response) {
        answer = std::move(response);
        ++answers;
    });
    if (answers != 1)
        QTest::qFail("not answered exactly once", __FILE__, __LINE__);
    return answer.value_or(HttpResponse{});
}

void TestRouter::get(const QByteArray &pattern, Scope scope, LimitClass limit)
{
    m_router->add({HttpMethod::Get, pattern, scope, limit, says(pattern)});
}

void TestRouter::matches_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("pattern");
    const auto row = [](const char *path, const char *pattern) {
        QTest::newRow(path) << QByteArray(path) << QByteArray(pattern);
    };
    row("/", "/");
    row("/a", "/a");
    row("/a/", "");
    row("//a", "");
    row("/A", "");
    row("/%61", "/a");
    row("/a/b", "/a/b");
    row("/a/c", "/a/:x");
    row("/a/..", "/a/:x");
    row("/a/%2e%2e", "/a/:x");
    row("/a/b%2fc", "");
    row("/a/%00", "");
    row("/a/%ff", "");
    row("/a/%zz", "");
    row("/a/%4", "");
    row("/a/b/d", "/a/:x/d");
    row("/a//d", "");
    row("/a/q/e/f", "/a/:x/:y/f");
    row("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s", "");
    row("*", "");
    row("", "");
}

void TestRouter::matches()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, pattern);
    for (const char *known : {"/", "/a", "/a/:x", "/a/b", "/a/:x/d", "/a/:x/:y/f"})
        get(known);
    const HttpResponse response = call(request(HttpMethod::Get, "GET", path));
    QCOMPARE(response.status, pattern.isEmpty() ? 404 : 200);
    if (pattern.isEmpty())
        QCOMPARE(codeOf(response), QStringLiteral("not_found"));
    else
        QCOMPARE(response.body, pattern);
}

void TestRouter::refusesTwoRoutesOfOnePattern()
{
    get("/a/:x");
    QVERIFY_EXCEPTION_THROWN(get("/a/:y"), std::logic_error);
}

void TestRouter::headUsesGet()
{
    get("/a");
    QCOMPARE(call(request(HttpMethod::Head, "HEAD", "/a")).body, "/a");
}

void TestRouter::answersOptions()
{
    get("/a");
    m_router->add({HttpMethod::Post, "/a", Scope::Admin, LimitClass::None, says("")});
    HttpRequest preflight = request(HttpMethod::Options, "OPTIONS", "/a");
    preflight.headers.emplace_back("origin", "https://any.example");
    preflight.headers.emplace_back("access-control-request-method", "GET");
    HttpResponse response = call(preflight);
    QCOMPARE(response.status, 204);
    QCOMPARE(headerOf(response, "Allow"), "GET, HEAD, POST, OPTIONS");
    QCOMPARE(headerOf(response, "Access-Control-Allow-Origin"), "*");
    for (const char *name : {"X-Nostr-Token", "Authorization", "Idempotency-Key", "Content-Type"})
        QVERIFY(headerOf(response, "Access-Control-Allow-Headers").contains(name));

    preflight.headers.back().second = "POST";
    response = call(preflight);
    QCOMPARE(response.status, 403);
    QVERIFY(headerOf(response, "Access-Control-Allow-Origin").isNull());
    QCOMPARE(call(request(HttpMethod::Options, "OPTIONS", "/nowhere")).status, 404);
}

void TestRouter::methodNotAllowed()
{
    get("/a");
    const HttpResponse response = call(request(HttpMethod::Other, "BREW", "/a"));
    QCOMPARE(response.status, 405);
    QCOMPARE(headerOf(response, "Allow"), "GET, HEAD, OPTIONS");
    QCOMPARE(codeOf(response), QStringLiteral("method_not_allowed"));
}

void TestRouter::checksHost_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("isOurs");
    QTest::newRow("localhost") << QByteArray("LocalHost") << true;
    QTest::newRow("any port") << QByteArray("127.0.0.1:1") << true;
    QTest::newRow("IPv6") << QByteArray("[::1]:8337") << true;
    QTest::newRow("configured") << QByteArray("Tower.example:443") << true;
    QTest::newRow("rebound") << QByteArray("evil.example:8337") << false;
    QTest::newRow("suffix") << QByteArray("localhost.evil.example") << false;
    QTest::newRow("prefix") << QByteArray("eviltower.example") << false;
    QTest::newRow("user") << QByteArray("localhost@evil.example") << false;
    QTest::newRow("port is no number") << QByteArray("localhost:80evil") << false;
    QTest::newRow("bracket") << QByteArray("[::1]evil") << false;
}

void TestRouter::checksHost()
{
    QFETCH(QByteArray, host);
    QFETCH(bool, isOurs);
    get("/a");
    HttpRequest asked = request(HttpMethod::Get, "GET", "/a");
    asked.headers = {{"host", host}};
    const HttpResponse response = call(asked);
    QCOMPARE(response.status, isOurs ? 200 : 403);
    if (!isOurs)
        QCOMPARE(codeOf(response), QStringLiteral("host_not_allowed"));
}

void TestRouter::foreignOrigins()
{
    get("/public");
    get("/admin", Scope::Admin);
    get("/policy", Scope::Policy);
    get("/metrics", Scope::Metrics);
    const auto from = [this](const QByteArray &path, const QByteArray &origin) {
        HttpRequest asked = request(HttpMethod::Get, "GET", path);
        asked.headers.emplace_back("authorization", "Bearer right");
        asked.headers.emplace_back("origin", origin);
        return call(asked);
    };
    const HttpResponse open = from("/public", "https://evil.example");
    QCOMPARE(open.status, 200);
    QCOMPARE(headerOf(open, "Access-Control-Allow-Origin"), "*");
    QCOMPARE(headerOf(open, "Access-Control-Expose-Headers"), "X-Nostr-Token, X-Request-Id");
    for (const char *path : {"/admin", "/policy", "/metrics"}) {
        for (const char *origin : {"https://evil.example", "null", "http://127.0.0.1:8338"}) {
            const HttpResponse refused = from(path, origin);
            QCOMPARE(refused.status, 403);
            QCOMPARE(codeOf(refused), QStringLiteral("foreign_origin"));
            QVERIFY(headerOf(refused, "Access-Control-Allow-Origin").isNull());
        }
        const HttpResponse own = from(path, "http://127.0.0.1:8337");
        QCOMPARE(own.status, 200);
        QCOMPARE(headerOf(own, "Access-Control-Allow-Origin"), "http://127.0.0.1:8337");
    }
}

void TestRouter::authorises()
{
    QString actor;
    m_router->add({HttpMethod::Get, "/admin", Scope::Admin, LimitClass::Public,
                   SyncHandler([&actor](const HttpRequest &asked) {
                       actor = asked.actor;
                       return HttpResponse::text("yes", "text/plain");
                   })});
    HttpRequest asked = request(HttpMethod::Get, "GET", "/admin");
    HttpResponse response = call(asked);
    QCOMPARE(response.status, 401);
    QVERIFY(!headerOf(response, "WWW-Authenticate").isNull());
    QVERIFY(actor.isEmpty());
    asked.headers.emplace_back("authorization", "Bearer right");
    QCOMPARE(call(asked).status, 200);
    QCOMPARE(actor, QStringLiteral("admin"));
}

void TestRouter::refusesWithoutAuthoriser()
{
    m_router->setAuthoriser({});
    get("/admin", Scope::Admin);
    QCOMPARE(call(request(HttpMethod::Get, "GET", "/admin")).status, 403);
}

void TestRouter::limits()
{
    m_limits->setRate(static_cast<int>(LimitClass::Create), 2);
    get("/create", Scope::Public, LimitClass::Create);
    get("/policy", Scope::Policy, LimitClass::Create);
    HttpRequest asked = request(HttpMethod::Get, "GET", "/create");
    QCOMPARE(call(asked).status, 200);
    QCOMPARE(call(asked).status, 200);
    const HttpResponse refused = call(asked);
    QCOMPARE(refused.status, 429);
    QCOMPARE(headerOf(refused, "Retry-After"), "30");
    asked.peer = QHostAddress(QStringLiteral("10.0.0.2"));
    QCOMPARE(call(asked).status, 200);
    asked.path = "/policy";
    asked.headers.emplace_back("authorization", "Bearer right");
    for (int i = 0; i < 10; ++i)
        QCOMPARE(call(asked).status, 200);
    m_router->setAuthoriser([](HttpRequest &, Scope) { throw RateLimited(17, QStringLiteral("Slowly.")); });
    QCOMPARE(headerOf(call(asked), "Retry-After"), "17");
}

void TestRouter::checksContentType_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::newRow("json") << QByteArray("application/json") << QByteArray("{}") << 200;
    QTest::newRow("charset") << QByteArray("Application/JSON ; charset=utf-8") << QByteArray("{}") << 200;
    QTest::newRow("no body") << QByteArray() << QByteArray() << 200;
    QTest::newRow("none") << QByteArray() << QByteArray("{}") << 415;
    QTest::newRow("form") << QByteArray("text/plain") << QByteArray("{}") << 415;
    QTest::newRow("longer") << QByteArray("application/jsonx") << QByteArray("{}") << 415;
}

void TestRouter::checksContentType()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    m_router->add({HttpMethod::Post, "/a", Scope::Public, LimitClass::None, says("")});
    HttpRequest asked = request(HttpMethod::Post, "POST", "/a");
    if (!type.isNull())
        asked.headers.emplace_back("content-type", type);
    asked.body = body;
    QCOMPARE(call(asked).status, status);
}

void TestRouter::translatesErrors_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, ErrorKind kind, int status) {
        QTest::newRow(name) << static_cast<int>(kind) << status;
    };
    row("bad request", ErrorKind::BadRequest, 400);
    row("unauthorized", ErrorKind::Unauthorized, 401);
    row("payment", ErrorKind::PaymentRequired, 402);
    row("forbidden", ErrorKind::Forbidden, 403);
    row("not found", ErrorKind::NotFound, 404);
    row("conflict", ErrorKind::Conflict, 409);
    row("gone", ErrorKind::Gone, 410);
    row("too large", ErrorKind::TooLarge, 413);
    row("unprocessable", ErrorKind::Unprocessable, 422);
    row("rate", ErrorKind::RateLimited, 429);
    row("upstream", ErrorKind::Upstream, 502);
    row("unavailable", ErrorKind::Unavailable, 503);
}

void TestRouter::translatesErrors()
{
    QFETCH(int, kind);
    QFETCH(int, status);
    m_router->add({HttpMethod::Get, "/a", Scope::Public, LimitClass::None,
                   SyncHandler([kind](const HttpRequest &) -> HttpResponse {
                       throw ServiceError(static_cast<ErrorKind>(kind), "some_code",
                                          QStringLiteral("A sentence."), "f");
                   })});
    const HttpResponse response = call(request(HttpMethod::Get, "GET", "/a"));
    QCOMPARE(response.status, status);
    const QJsonObject object = QJsonDocument::fromJson(response.body).object();
    QCOMPARE(object.value(QStringLiteral("error")).toString(), QStringLiteral("A sentence."));
    QCOMPARE(object.value(QStringLiteral("code")).toString(), QStringLiteral("some_code"));
    QCOMPARE(headerOf(response, "Retry-After").isNull(), status != 429);
    QCOMPARE(headerOf(response, "Cache-Control"), "no-store");
    QVERIFY(!QUuid::fromString(QString::fromLatin1(headerOf(response, "X-Request-Id"))).isNull());
}

void TestRouter::hidesWhatWentWrong()
{
    m_router->add(
        {HttpMethod::Get, "/std", Scope::Public, LimitClass::None,
         SyncHandler([](const HttpRequest &) -> HttpResponse { throw std::runtime_error("table secret"); })});
    m_router->add({HttpMethod::Get, "/service", Scope::Public, LimitClass::None,
                   SyncHandler([](const HttpRequest &) -> HttpResponse {
                       throw internalError(QStringLiteral("secret"));
                   })});
    m_router->add({HttpMethod::Get, "/int", Scope::Public, LimitClass::None,
                   SyncHandler([](const HttpRequest &) -> HttpResponse { throw 1; })});
    for (const char *path : {"/std", "/service", "/int"}) {
        const HttpResponse response = call(request(HttpMethod::Get, "GET", path));
        QCOMPARE(response.status, 500);
        QVERIFY(!response.body.contains("secret"));
        QVERIFY(response.body.contains(headerOf(response, "X-Request-Id")));
    }
}

void TestRouter::waits()
{
    m_router->add({HttpMethod::Get, "/slow/:name", Scope::Public, LimitClass::None,
                   AsyncHandler([](HttpRequest asked) -> QCoro::Task<HttpResponse> {
                       QTimer timer;
                       timer.start(1ms);
                       co_await timer;
                       co_return HttpResponse::text(asked.parameter("name").toUtf8(), "text/plain");
                   })});
    std::optional<HttpResponse> answer;
    m_router->handle(request(HttpMethod::Get, "GET", "/slow/x"),
                     [&answer](HttpResponse r) { answer = std::move(r); });
    QVERIFY(!answer);
    QCOMPARE(m_router->running(), 1);
    QTRY_VERIFY(answer);
    QCOMPARE(answer->body, "x");
    QCOMPARE(m_router->running(), 0);
}

void TestRouter::waitingHandlerThrows()
{
    const auto add = [this](const QByteArray &path, bool first) {
        m_router->add({HttpMethod::Get, path, Scope::Public, LimitClass::None,
                       AsyncHandler([first](HttpRequest) -> QCoro::Task<HttpResponse> {
                           if (first)
                               throw notFound(QStringLiteral("Gone before."));
                           QTimer timer;
                           timer.start(1ms);
                           co_await timer;
                           throw notFound(QStringLiteral("Gone after."));
                       })});
    };
    add("/before", true);
    add("/after", false);
    for (const char *path : {"/before", "/after"}) {
        std::optional<HttpResponse> answer;
        m_router->handle(request(HttpMethod::Get, "GET", path),
                         [&answer](HttpResponse r) { answer = std::move(r); });
        QTRY_VERIFY(answer);
        QCOMPARE(answer->status, 404);
        QCOMPARE(m_router->running(), 0);
    }
}

void TestRouter::outlivedByItsHandlers()
{
    const QByteArray captured(100, 'c');
    m_router->add({HttpMethod::Get, "/slow", Scope::Public, LimitClass::None,
                   AsyncHandler([captured](HttpRequest) -> QCoro::Task<HttpResponse> {
                       QTimer timer;
                       timer.start(1ms);
                       co_await timer;
                       co_return HttpResponse::text(captured, "text/plain");
                   })});
    std::optional<HttpResponse> answer;
    m_router->handle(request(HttpMethod::Get, "GET", "/slow"),
                     [&answer](HttpResponse r) { answer = std::move(r); });
    m_router.reset();
    QTRY_VERIFY(answer);
    QCOMPARE(answer->body, captured);
}

void TestRouter::countsAndLogs()
{
    m_router->add(
        {HttpMethod::Get, "/a/:x", Scope::Public, LimitClass::None, SyncHandler([](const HttpRequest &asked) {
             if (asked.parameter("x") == QStringLiteral("no"))
                 throw notFound(QStringLiteral("No."), "no_such_thing");
             return HttpResponse::json(QJsonObject{});
         })});
    Route quiet{HttpMethod::Post, "/quiet", Scope::Public, LimitClass::None, says("")};
    quiet.quiet = true;
    m_router->add(std::move(quiet));
    HttpRequest asked = request(HttpMethod::Get, "GET", "/a/yes");
    asked.query = "token=secret";
    call(asked);
    call(request(HttpMethod::Get, "GET", "/a/no"));
    call(request(HttpMethod::Post, "POST", "/quiet"));
    const std::vector<RouteStats> stats = m_router->stats();
    QCOMPARE(stats.size(), std::size_t(2));
    QCOMPARE(stats[0].calls, 2);
    QCOMPARE(stats[0].clientErrors, 1);
    QCOMPARE(stats[1].calls, 1);
    QVERIFY(stats[0].p99Ms >= stats[0].p50Ms);
    QCOMPARE(m_router->log().size(), std::size_t(2));
    QCOMPARE(m_router->log()[0].path, "/a/yes");
    QCOMPARE(m_router->log()[1].errorCode, "no_such_thing");
    QCOMPARE(m_router->log()[1].route, "/a/:x");
    for (int i = 0; i < 1500; ++i)
        call(asked);
    QCOMPARE(m_router->log().size(), std::size_t(1000));
}

void TestRouter::cutsWhatItLogs()
{
    get("/a/:x");
    call(request(HttpMethod::Get, "GET", "/a/" + QByteArray(197, 'x')));
    call(request(HttpMethod::Get, "GET", "/a/" + QByteArray(16'000, 'x')));
    call(request(HttpMethod::Other, QByteArray(16'000, 'M'), "/a/b"));
    const std::deque<RequestLogEntry> &log = m_router->log();
    QCOMPARE(log[0].path, "/a/" + QByteArray(197, 'x'));
    QCOMPARE(log[1].path, "/a/" + QByteArray(197, 'x') + "…");
    QCOMPARE(log[2].method, QByteArray(200, 'M') + "…");
}

void TestRouter::logsAFloodInPart_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<int>("status");
    QTest::newRow("no route") << QByteArray("/none") << QByteArray("127.0.0.1") << 404;
    QTest::newRow("foreign host") << QByteArray("/served") << QByteArray("elsewhere.example") << 403;
    QTest::newRow("over the limit") << QByteArray("/limited") << QByteArray("127.0.0.1") << 429;
}

void TestRouter::logsAFloodInPart()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, host);
    QFETCH(int, status);
    m_limits->setRate(static_cast<int>(LimitClass::SignIn), 1);
    get("/served");
    get("/limited", Scope::Public, LimitClass::SignIn);
    call(request(HttpMethod::Get, "GET", "/limited"));
    const std::deque<RequestLogEntry> &log = m_router->log();
    HttpRequest stray = request(HttpMethod::Get, "GET", path);
    stray.headers = {{"host", host}};
    for (int i = 0; i < 500; ++i)
        QCOMPARE(call(stray).status, status);
    QCOMPARE(log.size(), std::size_t(11));

    call(request(HttpMethod::Get, "GET", "/served")); // is always logged
    QCOMPARE(log.size(), std::size_t(12));
    QCOMPARE(log.back().path, "/served");

    m_clock.advance(Millis(1'000));
    call(stray);
    QCOMPARE(log.size(), std::size_t(13));
}

void TestRouter::readsParameters()
{
    HttpRequest asked = request(HttpMethod::Get, "GET", "/a");
    asked.query = "q=a+b%26c&limit=20&empty=&bare&big=99999999999";
    QCOMPARE(asked.queryValue("q"), QStringLiteral("a b&c"));
    QCOMPARE(asked.queryValue("empty"), QString());
    QCOMPARE(asked.queryValue("bare"), QString());
    QVERIFY(!asked.queryValue("none").has_value());
    QCOMPARE(asked.queryInteger("limit", 50, 1, 500), 20);
    QCOMPARE(asked.queryInteger("none", 50, 1, 500), 50);
    QVERIFY_EXCEPTION_THROWN((void)asked.queryInteger("limit", 50, 1, 10), ServiceError);
    QVERIFY_EXCEPTION_THROWN((void)asked.queryInteger("big", 50, 1, 500), ServiceError);
    QVERIFY_EXCEPTION_THROWN((void)asked.queryInteger("empty", 50, 1, 500), ServiceError);
    for (const char *body : {"", "[]", "{", "1", "null", "{\"a\":1}x"}) {
        asked.body = body;
        QVERIFY_EXCEPTION_THROWN((void)asked.json(), ServiceError);
    }
    asked.body = "{\"a\":1}";
    QCOMPARE(asked.json().value(QStringLiteral("a")).toInt(), 1);
}

QTEST_GUILESS_MAIN(TestRouter)
#include "tst_Router.moc"
