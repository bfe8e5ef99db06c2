// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/RequestHead.h"

#include <QtTest>

#include <rapidcheck.h>

using namespace tower;

class TestRequestHead : public QObject
{
    Q_OBJECT

private slots:
    void reads();
    void readsAbsoluteTargets();
    void knowsWhoKeepsTheConnection_data();
    void knowsWhoKeepsTheConnection();
    void refuses_data();
    void refuses();
    void readsOneHeaderPerLine();
};

void TestRequestHead::reads()
{
    const auto parsed = parseRequestHead("POST /api/a%20b?x=1&y HTTP/1.1\r\nHost: localhost:8337\r\n"
                                         "Content-Length: 12\r\nX-Odd:\t two  words \t\r\nX-Empty:\r\n\r\n",
                                         1000);
    const auto *head = std::get_if<RequestHead>(&parsed);
    QVERIFY(head);
    QCOMPARE(head->method, HttpMethod::Post);
    QCOMPARE(head->methodName, "POST");
    QCOMPARE(head->path, "/api/a%20b");
    QCOMPARE(head->query, "x=1&y");
    QCOMPARE(head->contentLength, 12);
    QCOMPARE(head->headers.size(), std::size_t(4));
    QCOMPARE(head->headers[2].first, "x-odd");
    QCOMPARE(head->headers[2].second, "two  words");
    QCOMPARE(head->headers[3].second, "");
    QVERIFY(head->keepAlive);
}

void TestRequestHead::readsAbsoluteTargets()
{
    const auto parsed =
        parseRequestHead("GET HTTP://Localhost:1/x?y HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 0);
    QVERIFY(std::holds_alternative<RequestHead>(parsed));
    QCOMPARE(std::get<RequestHead>(parsed).path, "/x");
    QCOMPARE(std::get<RequestHead>(parsed).query, "y");
}

void TestRequestHead::knowsWhoKeepsTheConnection_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<bool>("keeps");
    QTest::newRow("1.1") << QByteArray("1.1") << QByteArray("") << true;
    QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("TE, Close") << false;
    QTest::newRow("1.0") << QByteArray("1.0") << QByteArray("") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("1.0") << QByteArray("Keep-Alive") << true;
}

void TestRequestHead::knowsWhoKeepsTheConnection()
{
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, connection);
    QFETCH(bool, keeps);
    const auto parsed = parseRequestHead(
        "GET / HTTP/" + version + "\r\nHost: a\r\nConnection: " + connection + "\r\n\r\n", 0);
    QVERIFY(std::holds_alternative<RequestHead>(parsed));
    QCOMPARE(std::get<RequestHead>(parsed).keepAlive, keeps);
}

void TestRequestHead::refuses_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<int>("status");

    const QByteArray get("GET / HTTP/1.1");
    const QByteArray host("Host: localhost\r\n");
    const auto line = [&host](const char *name, const char *text, int status) {
        QTest::newRow(name) << QByteArray(text) << host << status;
    };
    line("no version", "GET /", 400);
    line("HTTP/0.9", "GET / HTTP/0.9", 505);
    line("HTTP/2", "PRI * HTTP/2.0", 505);
    line("HTTP/1.12", "GET / HTTP/1.12", 400);
    line("lower case", "GET / http/1.1", 400);
    line("two blanks", "GET  / HTTP/1.1", 400);
    line("blank in target", "GET /a b HTTP/1.1", 400);
    line("tab", "GET\t/\tHTTP/1.1", 400);
    line("no path", "GET admin HTTP/1.1", 400);
    line("other host in target", "GET http://evil.example/ HTTP/1.1", 400);
    line("fragment", "GET /#a HTTP/1.1", 400);
    line("method with colon", "GE:T / HTTP/1.1", 400);
    line("leading blank", " GET / HTTP/1.1", 400);
    line("raw UTF-8", "GET /\xc3\xa9 HTTP/1.1", 400);
    line("empty line", "", 400);

    const auto header = [&get, &host](const char *name, const QByteArray &text, int status) {
        QTest::newRow(name) << get << QByteArray(host + text + "\r\n") << status;
    };
    header("CL and TE", "Content-Length: 4\r\nTransfer-Encoding: chunked", 400);
    header("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 4", 400);
    header("TE", "Transfer-Encoding: chunked", 400);
    header("TE identity", "Transfer-Encoding: identity", 400);
    header("TE hidden in case", "tRANSFER-eNCODING: xchunked", 400);
    header("two CLs", "Content-Length: 4\r\nContent-Length: 5", 400);
    header("two equal CLs", "Content-Length: 4\r\nContent-Length: 4", 400);
    header("CL list", "Content-Length: 4, 4", 400);
    header("CL abc", "Content-Length: abc", 400);
    header("CL empty", "Content-Length:", 400);
    header("CL negative", "Content-Length: -1", 400);
    header("CL plus", "Content-Length: +1", 400);
    header("CL hex", "Content-Length: 0x10", 400);
    header("CL with a blank", "Content-Length: 1 0", 400);
    header("CL 2^63", "Content-Length: 9223372036854775808", 400);
    header("CL 2^64 + 4", "Content-Length: 18446744073709551620", 400);
    header("CL endless", "Content-Length: " + QByteArray(1000, '9'), 400);
    header("CL over the limit", "Content-Length: 1001", 413);
    header("CL 2^63 - 1", "Content-Length: 9223372036854775807", 413);
    header("no colon", "Nonsense", 400);
    header("no name", ": value", 400);
    header("blank before the colon", "Content-Length : 4", 400);
    header("obs-fold", "X-A: b\r\n c", 400);
    header("obs-fold with a tab", "X-A: b\r\n\tTransfer-Encoding: chunked", 400);
    header("NUL", QByteArray("X-A: b\0c", 8), 400);
    header("bare CR", "X-A: b\rContent-Length: 4", 400);
    header("bare LF", "X-A: b\nContent-Length: 4", 400);
    header("DEL", "X-A: \x7f", 400);
    header("two hosts", "Host: localhost", 400);
    header("upgrade", "Upgrade: websocket\r\nConnection: upgrade", 400);
    header("expectation", "Expect: a-miracle", 417);
    header("many headers", QByteArray("A: b\r\n").repeated(100) + "A: b", 431);
    QTest::newRow("no host") << get << QByteArray() << 400;
    QTest::newRow("empty host") << get << QByteArray("Host:\r\n") << 400;
    QTest::newRow("host with a blank") << get << QByteArray("Host: a b\r\n") << 400;
}

void TestRequestHead::refuses()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, headers);
    QFETCH(int, status);
    const auto parsed = parseRequestHead(line + "\r\n" + headers + "\r\n", 1000);
    const auto *refusal = std::get_if<Refusal>(&parsed);
    QVERIFY(refusal);
    QCOMPARE(refusal->status, status);
    QVERIFY(!refusal->code.isEmpty() && !refusal->sentence.isEmpty());
}

void TestRequestHead::readsOneHeaderPerLine()
{
    // Whatever stands in a value, it becomes that value or the request is refused: never another header.
    const bool holds = rc::check("a value makes no header", [](const std::string &value) {
        const QByteArray bytes = QByteArray::fromStdString(value);
        const auto parsed = parseRequestHead("GET / HTTP/1.1\r\nHost: a\r\nX-V: " + bytes + "\r\n\r\n", 10);
        if (const auto *head = std::get_if<RequestHead>(&parsed)) {
            RC_ASSERT(head->headers.size() == 2U);
            RC_ASSERT(head->headers[1].second == bytes.trimmed());
        }
    });
    QVERIFY(holds);
}

QTEST_GUILESS_MAIN(TestRequestHead)
#include "tst_RequestHead.moc"
