// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real tower-relay-policy against a scripted API: what the relay is told, in time, whatever the API does.
#include "tests/programs/RelayPolicyProcess.h"

#include <QSslKey>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace tower;
using namespace tower::test;

class TestRelayPolicyPlugin : public QObject
{
    Q_OBJECT

    SecretKey m_author = keyNumber(1);
    Event m_event = makeEvent(m_author, 1, "hello \"there\"\n\xc3\xa9");
    QByteArray m_line = policyLine(m_event.toJson());

private slots:
    void answersInOrderOverOneConnection()
    {
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url()});
        QByteArray all;
        QList<QByteArray> ids;
        for (int i = 0; i < 200; ++i) {
            const Event event = makeEvent(m_author, 1, QByteArray::number(i));
            ids << event.id.hex();
            all += policyLine(event.toJson()) + '\n';
        }
        plugin.write(all);
        for (const QByteArray &id : ids) {
            const QJsonObject answer = plugin.nextAnswer();
            QCOMPARE(answer["id"].toString().toUtf8(), id);
            QCOMPARE(answer["action"].toString(), QString("accept"));
        }
        QCOMPARE(api.connections(), 1);
    }

    void sendsTheLineAsItIsWithTheSecret()
    {
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url()}, {{"RELAY_POLICY_SECRET", "s3cret-of-the-relay"}});
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
        const FakeApi::Request request = api.requests().constFirst();
        QCOMPARE(request.body, m_line);
        QCOMPARE(request.method, QByteArray("POST"));
        QCOMPARE(request.target, QByteArray("/api/relay/policy"));
        QVERIFY(request.head.contains("\r\nAuthorization: Bearer s3cret-of-the-relay\r\n"));
        QVERIFY(request.head.contains("\r\nHost: 127.0.0.1:" + QByteArray::number(api.port()) + "\r\n"));
        QVERIFY(request.head.contains("\r\nContent-Type: application/json"));
    }

    void secretFromFile_data()
    {
        QTest::addColumn<bool>("byOption");
        QTest::newRow("--secret-file") << true;
        QTest::newRow("RELAY_POLICY_SECRET_FILE") << false;
    }
    void secretFromFile()
    {
        QFETCH(bool, byOption);
        QTemporaryDir dir;
        QFile file(dir.filePath("secret"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("from-a-file\n");
        file.close();
        FakeApi api(acceptAll);
        QStringList arguments{"--url", api.url()};
        if (byOption)
            arguments << "--secret-file" << file.fileName();
        Plugin plugin(arguments, byOption
                                     ? QMap<QString, QString>{{"RELAY_POLICY_SECRET", "another"}}
                                     : QMap<QString, QString>{{"RELAY_POLICY_SECRET_FILE", file.fileName()}});
        plugin.ask(m_line);
        QVERIFY(api.requests().constFirst().head.contains("Bearer from-a-file\r\n"));
    }

    void passesVerdictsOn_data()
    {
        QTest::addColumn<QByteArray>("action");
        QTest::addColumn<QByteArray>("more");
        QTest::addColumn<QString>("expected");
        QTest::newRow("accept") << QByteArray("accept") << QByteArray() << "accept ";
        QTest::newRow("null msg") << QByteArray("accept") << QByteArray(R"(,"msg":null)") << "accept ";
        QTest::newRow("reject") << QByteArray("reject") << QByteArray(R"(,"msg":"blocked: no")")
                                << "reject blocked: no";
        QTest::newRow("one line") << QByteArray("reject") << QByteArray(R"(,"msg":"a\nb\u0000\u2028c")")
                                  << "reject a b c";
        QTest::newRow("bounded") << QByteArray("reject")
                                 << QByteArray(",\"msg\":\"" + QByteArray(4000, 'x') + '"')
                                 << "reject " + QString(500, 'x');
        QTest::newRow("shadow, silent")
            << QByteArray("shadowReject") << QByteArray(R"(,"msg":"in the queue")") << "shadowReject ";
    }
    void passesVerdictsOn()
    {
        QFETCH(QByteArray, action);
        QFETCH(QByteArray, more);
        QFETCH(QString, expected);
        FakeApi api([&](const FakeApi::Request &request) { return verdict(request, action, more); });
        Plugin plugin({"--url", api.url()});
        const QJsonObject answer = plugin.ask(m_line);
        QCOMPARE(plugin.verdictOf(answer), expected);
        QCOMPARE(answer["id"].toString().toUtf8(), m_event.id.hex());
    }

    void anythingElseIsARejection_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray id = m_event.id.hex();
        const QByteArray good = answerJson(id, "accept");
        const QByteArray length = "Content-Length: " + QByteArray::number(good.size()) + "\r\n";
        const auto http = [](int status, const QByteArray &body) {
            return FakeApi::json(status, body).bytes;
        };
        QTest::newRow("500") << http(500, good);
        QTest::newRow("401") << http(401, good);
        QTest::newRow("201") << http(201, good);
        QTest::newRow("302") << http(302, good);
        QTest::newRow("100") << "HTTP/1.1 100 Continue\r\n\r\n" + http(200, good);
        QTest::newRow("wrong id") << http(200, answerJson(QByteArray(64, '0'), "accept"));
        QTest::newRow("no id") << http(200, R"({"action":"accept"})");
        QTest::newRow("unknown action") << http(200, answerJson(id, "Accept"));
        QTest::newRow("no action") << http(200, "{\"id\":\"" + id + "\"}");
        QTest::newRow("msg is no text") << http(200, answerJson(id, "accept", ",\"msg\":1"));
        QTest::newRow("array") << http(200, '[' + good + ']');
        QTest::newRow("no JSON") << http(200, "accept");
        QTest::newRow("empty") << http(200, "");
        QTest::newRow("two objects") << http(200, good + good);
        QTest::newRow("over 8 KB") << http(200, good + QByteArray(8192, ' '));
        QTest::newRow("no length") << "HTTP/1.1 200 OK\r\n\r\n" + good;
        QTest::newRow("two lengths") << "HTTP/1.1 200 OK\r\n" + length + length + "\r\n" + good;
        QTest::newRow("bad length") << "HTTP/1.1 200 OK\r\nContent-Length: +" +
                                           QByteArray::number(good.size()) + "\r\n\r\n" + good;
        QTest::newRow("chunked") << "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + length + "\r\n" +
                                        good;
        QTest::newRow("more than asked for") << http(200, good) + "x";
        QTest::newRow("HTTP/1.0") << "HTTP/1.0 200 OK\r\n" + length + "\r\n" + good;
        QTest::newRow("no status") << "HTTP/1.1 \r\n" + length + "\r\n" + good;
        QTest::newRow("no colon") << "HTTP/1.1 200 OK\r\nBroken\r\n" + length + "\r\n" + good;
        QTest::newRow("no HTTP") << QByteArray("SSH-2.0-OpenSSH\r\n\r\n");
        QTest::newRow("endless header") << "HTTP/1.1 200 OK\r\nX: " + QByteArray(20'000, 'x');
    }
    void anythingElseIsARejection()
    {
        QFETCH(QByteArray, bytes);
        FakeApi api([&](const FakeApi::Request &) { return FakeApi::Reply{bytes}; });
        Plugin plugin({"--url", api.url(), "--timeout-ms", "5000"});
        const QJsonObject answer = plugin.ask(m_line);
        QCOMPARE(plugin.verdictOf(answer), QString("reject ") + unavailable);
        QCOMPARE(answer["id"].toString().toUtf8(), m_event.id.hex());
        // ... and the next event is asked about as if nothing had been.
        api.setHandler(acceptAll);
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
    }

    void keepsItsDeadline_data()
    {
        QTest::addColumn<FakeApi::Reply>("reply");
        const QByteArray good = FakeApi::json(200, answerJson(m_event.id.hex(), "accept")).bytes;
        QTest::newRow("no answer") << FakeApi::Reply{};
        QTest::newRow("half an answer") << FakeApi::Reply{good.chopped(1)};
        QTest::newRow("drips") << FakeApi::Reply{good, false, true};
    }
    void keepsItsDeadline()
    {
        QFETCH(FakeApi::Reply, reply);
        FakeApi api([&](const FakeApi::Request &) { return reply; });
        Plugin plugin({"--url", api.url(), "--timeout-ms", "300"});
        for (int i = 0; i < 2; ++i) {
            QElapsedTimer timer;
            timer.start();
            QCOMPARE(plugin.verdictOf(plugin.ask(m_line)), QString("reject ") + unavailable);
            QVERIFY2(timer.elapsed() >= 250, qPrintable(QString::number(timer.elapsed())));
            QVERIFY2(timer.elapsed() < 1300, qPrintable(QString::number(timer.elapsed())));
        }
        api.setHandler(acceptAll);
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
    }

    void lateAnswerIsNotTakenForTheNext()
    {
        // The answer to the first question would arrive on the connection of the second.
        FakeApi api([](const FakeApi::Request &) { return FakeApi::Reply{}; });
        Plugin plugin({"--url", api.url(), "--timeout-ms", "100"});
        plugin.ask(m_line);
        api.setHandler(acceptAll);
        plugin.ask(m_line);
        QCOMPARE(api.connections(), 2);
    }

    void reconnectsWhenTheServerHadClosed()
    {
        FakeApi api([](const FakeApi::Request &request) {
            FakeApi::Reply reply = acceptAll(request);
            reply.close = true;
            return reply;
        });
        Plugin plugin({"--url", api.url()});
        for (int i = 1; i <= 5; ++i) {
            QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
            QCOMPARE(api.connections(), i);
        }
    }

    void retriesOnceWhenClosedBeforeAnyAnswer()
    {
        int asked = 0;
        FakeApi api([&](const FakeApi::Request &request) {
            return ++asked == 2 ? FakeApi::Reply{{}, true} : acceptAll(request);
        });
        Plugin plugin({"--url", api.url()});
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
        QCOMPARE(api.connections(), 2);
        // Once only: a server that always closes is not asked for ever.
        api.setHandler([](const FakeApi::Request &) { return FakeApi::Reply{{}, true}; });
        QCOMPARE(plugin.verdictOf(plugin.ask(m_line)), QString("reject ") + unavailable);
        QCOMPARE(api.requests().size(), 5);
    }

    void survivesARestartOfTheTower()
    {
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url()});
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
        api.stop();
        QCOMPARE(plugin.verdictOf(plugin.ask(m_line)), QString("reject ") + unavailable);
        api.start();
        QVERIFY(api.isListening());
        QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
    }

    void badLines_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("id");
        QTest::newRow("empty") << QByteArray() << "";
        QTest::newRow("garbage") << QByteArray("garbage") << "";
        QTest::newRow("array") << QByteArray("[]") << "";
        QTest::newRow("no event") << QByteArray("{}") << "";
        QTest::newRow("null event") << QByteArray(R"({"type":"new","event":null})") << "";
        QTest::newRow("no id") << QByteArray(R"({"type":"new","event":{"kind":1}})") << "";
        QTest::newRow("not UTF-8") << QByteArray("{\"event\":{\"id\":\"\xff\xfe\"}}") << "";
        QTest::newRow("binary") << QByteArray("\0\1\2\3", 4) << "";
        QTest::newRow("deep") << QByteArray(5000, '[') << "";
        QTest::newRow("too long") << QByteArray(3'000'000, 'x') << "";
    }
    void badLines()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, id);
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url()});
        const QJsonObject answer = plugin.ask(line);
        QCOMPARE(answer["action"].toString(), QString("reject"));
        QVERIFY(answer["msg"].toString().startsWith("invalid: "));
        QCOMPARE(answer["id"].toString(), id);
        QCOMPARE(api.requests().size(), 0);
        QCOMPARE(plugin.ask(m_line)["id"].toString().toUtf8(), m_event.id.hex());
    }

    void malformedEventWithAnIdIsTheTowersToJudge()
    {
        FakeApi api([](const FakeApi::Request &request) {
            return verdict(request, "reject", R"(,"msg":"invalid: sig")");
        });
        Plugin plugin({"--url", api.url()});
        const QJsonObject answer = plugin.ask(R"({"type":"new","event":{"id":"abc","kind":1}})");
        QCOMPARE(answer["id"].toString(), QString("abc"));
        QCOMPARE(plugin.verdictOf(answer), QString("reject invalid: sig"));
    }

    void lastLineNeedsNoNewline()
    {
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url()});
        plugin.write(m_line);
        plugin.closeWriteChannel();
        QCOMPARE(plugin.nextAnswer()["action"].toString(), QString("accept"));
    }

    void exitsAtTheEndOfInput()
    {
        FakeApi api(acceptAll);
        QTemporaryDir dir;
        Plugin plugin({"--url", api.url(), "--fail", "cache", "--cache-dir", dir.path()});
        plugin.ask(m_line);
        plugin.closeWriteChannel();
        QVERIFY(plugin.waitForFinished(5000));
        QCOMPARE(plugin.exitStatus(), QProcess::NormalExit);
        QCOMPARE(plugin.exitCode(), 0);
    }

    void exitsOnTerm_data()
    {
        QTest::addColumn<bool>("waitingForTheTower");
        QTest::newRow("idle") << false;
        QTest::newRow("waiting for an answer") << true;
    }
    void exitsOnTerm()
    {
        QFETCH(bool, waitingForTheTower);
        FakeApi api(acceptAll);
        Plugin plugin({"--url", api.url(), "--timeout-ms", "60000"});
        plugin.ask(m_line);
        if (waitingForTheTower) {
            api.setHandler([](const FakeApi::Request &) { return FakeApi::Reply{}; });
            plugin.write(m_line + '\n');
            plugin.waitForBytesWritten();
            QTRY_COMPARE(api.requests().size(), 2);
        }
        ::kill(static_cast<pid_t>(plugin.processId()), SIGTERM);
        QVERIFY(plugin.waitForFinished(5000));
        QCOMPARE(plugin.exitStatus(), QProcess::NormalExit);
        QCOMPARE(plugin.exitCode(), 0);
    }

    void wrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("unknown") << QStringList{"--secret", "x"};
        QTest::newRow("word") << QStringList{"start"};
        QTest::newRow("no value") << QStringList{"--url"};
        QTest::newRow("ftp") << QStringList{"--url", "ftp://127.0.0.1"};
        QTest::newRow("no host") << QStringList{"--url", "http://"};
        QTest::newRow("user in the url") << QStringList{"--url", "http://relay:secret@127.0.0.1"};
        QTest::newRow("no number") << QStringList{"--timeout-ms", "soon"};
        QTest::newRow("too short") << QStringList{"--timeout-ms", "0"};
        QTest::newRow("fail") << QStringList{"--fail", "accept"};
        QTest::newRow("no such file") << QStringList{"--secret-file", "/nonexistent/secret"};
        QTest::newRow("empty secret") << QStringList{"--secret-file", "/dev/null"};
        QTest::newRow("twice") << QStringList{"--fail", "reject", "--fail=cache"};
    }
    void wrongUsage()
    {
        QFETCH(QStringList, arguments);
        Plugin plugin(arguments);
        QVERIFY(plugin.waitForFinished(5000));
        QCOMPARE(plugin.exitCode(), 2);
        QCOMPARE(plugin.readAllStandardOutput(), QByteArray());
        const QByteArray error = plugin.readAllStandardError();
        QVERIFY(error.startsWith("tower-relay-policy: "));
        QCOMPARE(error.count('\n'), 1);
        QVERIFY(!error.contains("relay:secret"));
    }

    void helpAndVersion()
    {
        Plugin help({"--help"});
        QVERIFY(help.waitForFinished(5000));
        QCOMPARE(help.exitCode(), 0);
        QVERIFY(help.readAllStandardOutput().contains("--fail cache"));
        Plugin version({"--version"});
        QVERIFY(version.waitForFinished(5000));
        QCOMPARE(version.readAllStandardOutput(), QByteArray("tower-relay-policy " TOWER_VERSION "\n"));
    }

    void tls()
    {
        QTemporaryDir dir;
        const QString key = dir.filePath("key.pem");
        const QString certificate = dir.filePath("certificate.pem");
        QProcess openssl;
        openssl.start("openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                                  "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                                  "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate});
        QVERIFY(openssl.waitForFinished());
        QCOMPARE(openssl.exitCode(), 0);
        QFile keyFile(key);
        QVERIFY(keyFile.open(QIODevice::ReadOnly));
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Ec));
        configuration.setLocalCertificateChain(QSslCertificate::fromPath(certificate));
        FakeApi api(acceptAll, configuration);

        Plugin untrusting({"--url", api.url()});
        QCOMPARE(untrusting.verdictOf(untrusting.ask(m_line)), QString("reject ") + unavailable);
        QCOMPARE(api.requests().size(), 0);

        const int before = api.connections();
        Plugin plugin({"--url", api.url(), "--ca-file", certificate, "--timeout-ms", "5000"});
        for (int i = 0; i < 20; ++i)
            QCOMPARE(plugin.ask(m_line)["action"].toString(), QString("accept"));
        QCOMPARE(api.connections(), before + 1);
    }
};

QTEST_GUILESS_MAIN(TestRelayPolicyPlugin)
#include "tst_RelayPolicyPlugin.moc"
