// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real towerctl against a scripted admin API: what it sends, what it prints, how it exits.
#include "core/base/Secrets.h"
#include "tests/programs/TowerctlProcess.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

class TestTowerctl : public QObject
{
    Q_OBJECT

    Towerctl m_towerctl;

private slots:
    void wrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown verb") << QStringList{"delete"};
        QTest::newRow("unknown option") << QStringList{"list", "--colour"};
        QTest::newRow("option of another verb") << QStringList{"list", "--reason", "x"};
        QTest::newRow("no value") << QStringList{"list", "--url"};
        QTest::newRow("value for a flag") << QStringList{"list", "--json=yes"};
        QTest::newRow("twice") << QStringList{"--json", "list", "--json"};
        QTest::newRow("too much") << QStringList{"list", "all"};
        QTest::newRow("no key") << QStringList{"grant", "--level", "read"};
        QTest::newRow("no level") << QStringList{"grant", keyHex};
        QTest::newRow("bad level") << QStringList{"grant", keyHex, "--level", "admin"};
        QTest::newRow("bad key") << QStringList{"grant", "npub1xyz", "--level", "read"};
        QTest::newRow("one bad key of two") << QStringList{"revoke", keyHex, "abc"};
        QTest::newRow("bad time") << QStringList{"grant", keyHex, "--level", "read", "--expires", "tomorrow"};
        QTest::newRow("bad limit") << QStringList{"list", "--limit", "501"};
        QTest::newRow("all and limit") << QStringList{"list", "--all", "--limit", "5"};
        QTest::newRow("bad status") << QStringList{"queue", "--status", "done"};
        QTest::newRow("bad id") << QStringList{"approve", "abc"};
        QTest::newRow("bad event") << QStringList{"explain", "{nonsense"};
        QTest::newRow("bad export") << QStringList{"export", "secrets"};
        QTest::newRow("bad format") << QStringList{"export", "ledger", "--format", "xml"};
        QTest::newRow("bad url") << QStringList{"list", "--url", "127.0.0.1:8337"};
        QTest::newRow("user in the url") << QStringList{"list", "--url", "http://admin:pw@127.0.0.1:1"};
    }
    void wrongUsage()
    {
        QFETCH(QStringList, arguments);
        FakeApi api([](const FakeApi::Request &) { return json({}); });
        if (!arguments.contains("--url"))
            arguments << "--url" << api.url();
        if (arguments.size() == 2 && arguments.first() == "--url")
            arguments.clear();
        const Ran ran = m_towerctl.run(arguments);
        QCOMPARE(ran.exitCode, 2);
        QCOMPARE(ran.out, QByteArray());
        QVERIFY2(ran.err.startsWith("towerctl: "), ran.err);
        QCOMPARE(ran.err.count('\n'), 1);
        QCOMPARE(api.requests().size(), 0);
    }

    void secretKeyGivenByMistakeIsNotRepeated()
    {
        const QByteArray nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
        const Ran ran = m_towerctl.run({"grant", nsec, "--level", "read"});
        QCOMPARE(ran.exitCode, 2);
        QVERIFY(!ran.err.contains("vl029mgpspedva"));
    }

    void grantsOne_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("options after")
            << QStringList{"grant", keyNpub, "--level", "write", "--reason", "a friend"};
        QTest::newRow("options before") << QStringList{"--reason=a friend", "--level=write", "grant", keyHex};
        QTest::newRow("level as a word") << QStringList{"grant", keyNpub, "write", "--reason", "a friend"};
        QTest::newRow("mixed") << QStringList{"--level",  "write", "grant", "--reason",
                                              "a friend", "--",    keyNpub};
    }
    void grantsOne()
    {
        QFETCH(QStringList, arguments);
        FakeApi api([](const FakeApi::Request &) { return json(account(keyHex)); });
        const Ran ran = m_towerctl.run(QStringList{"--url", api.url()} + arguments);
        QCOMPARE(ran.exitCode, 0);
        QCOMPARE(ran.out, keyNpub + ": write\n");
        const FakeApi::Request request = api.requests().constFirst();
        QCOMPARE(request.target, "/api/admin/relay/accounts/" + keyHex + "/grant");
        QVERIFY(request.head.contains("Authorization: Bearer t0ken\r\n"));
        QVERIFY(request.head.contains("Content-Type: application/json\r\n"));
        QCOMPARE(bodyOf(request), (QJsonObject{{"level", "write"}, {"reason", "a friend"}}));
    }

    void grantsManyAndSaysWhichFailed()
    {
        FakeApi api([](const FakeApi::Request &) {
            return json({{"results", QJsonArray{QJsonObject{{"pubkey", QString(keyHex)}, {"ok", true}},
                                                QJsonObject{{"pubkey", QString(otherHex)},
                                                            {"ok", false},
                                                            {"error", "No room."}}}}});
        });
        const Ran ran = m_towerctl.run({"grant", keyHex, otherHex, "--level", "read", "--expires",
                                        "2030-01-01T00:00:00Z", "--url", api.url()});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY(ran.out.contains(keyNpub + "  done\n"));
        QVERIFY(ran.out.contains("  No room.\n"));
        QCOMPARE(api.requests().size(), 1);
        QCOMPARE(api.requests().constFirst().target, QByteArray("/api/admin/relay/accounts/bulk"));
        QCOMPARE(bodyOf(api.requests().constFirst()),
                 (QJsonObject{{"action", "grant"},
                              {"level", "read"},
                              {"reason", ""},
                              {"expiresAt", "2030-01-01T00:00:00Z"},
                              {"pubkeys", QJsonArray{QString(keyHex), QString(otherHex)}}}));
    }

    void revokesByForce()
    {
        FakeApi api([](const FakeApi::Request &) { return json({{"level", "none"}}); });
        const Ran ran =
            m_towerctl.run({"revoke", keyHex, "--force", "--reason", "lost key", "--url", api.url()});
        QCOMPARE(ran.exitCode, 0);
        QCOMPARE(ran.out, keyNpub + ": none\n");
        QCOMPARE(bodyOf(api.requests().constFirst()), (QJsonObject{{"reason", "lost key"}, {"force", true}}));
    }

    void refusalsSayWhy_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("expected");
        QTest::newRow("404") << 404
                             << QByteArray(R"({"error":"No such account.","code":"account_not_found"})")
                             << "No such account. (account_not_found)";
        QTest::newRow("hostile text")
            << 409 << QByteArray("{\"error\":\"a\\u001b[31m\\nb\",\"code\":\"x\"}") << "a [31m b (x)";
        QTest::newRow("no JSON") << 502 << QByteArray("<html>") << "status 502";
        QTest::newRow("not a tower") << 200 << QByteArray("<html>") << "something else";
        QTest::newRow("redirect") << 302 << QByteArray("{}") << "status 302";
        QTest::newRow("wrong token") << 401 << QByteArray(R"({"error":"no"})")
                                     << "refused the admin token from ADMIN_TOKEN";
    }
    void refusalsSayWhy()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, expected);
        FakeApi api([&](const FakeApi::Request &) { return FakeApi::json(status, body); });
        const Ran ran = m_towerctl.run({"revoke", keyHex, "--url", api.url()});
        QCOMPARE(ran.exitCode, 1);
        QCOMPARE(ran.out, QByteArray());
        QVERIFY2(ran.err.contains(expected.toUtf8()), ran.err);
        QCOMPARE(ran.err.count('\n'), 1);
        QVERIFY(!ran.err.contains("t0ken"));
    }

    void nobodyThere()
    {
        FakeApi api([](const FakeApi::Request &) { return json({}); });
        api.stop();
        const Ran ran = m_towerctl.run({"list", "--url", api.url()});
        QCOMPARE(ran.exitCode, 1);
        QVERIFY2(
            ran.err.contains("nothing answers at " + api.url().toUtf8() + ": start tower-console or towerd"),
            ran.err);
    }

    void tokenSources()
    {
        QTemporaryDir dir;
        QFile tokenFile(dir.filePath("token"));
        QVERIFY(tokenFile.open(QIODevice::WriteOnly));
        tokenFile.write("from-file\n");
        tokenFile.close();
        openSecretsFile(dir.path())->write("ADMIN_TOKEN", "from-ini");

        FakeApi api([](const FakeApi::Request &request) {
            return request.head.contains("Authorization") ? json(page({})) : FakeApi::json(401, "{}");
        });
        const auto sent = [&] { return api.requests().constLast().head; };
        const QStringList list{"list", "--url", api.url()};
        const QStringList inFolder = list + QStringList{"--data-dir", dir.path()};

        QCOMPARE(m_towerctl.run(inFolder, {{"ADMIN_TOKEN_FILE", tokenFile.fileName()}}).exitCode, 0);
        QVERIFY(sent().contains("Bearer from-file\r\n"));
        QCOMPARE(m_towerctl.run(inFolder, {}).exitCode, 0);
        QVERIFY(sent().contains("Bearer from-ini\r\n"));

        const Ran none = m_towerctl.run(list, {});
        QCOMPARE(none.exitCode, 1);
        for (const char *place :
             {"ADMIN_TOKEN", "ADMIN_TOKEN_FILE", "the keychain", "timmy-tower/secrets.ini"})
            QVERIFY2(none.err.contains(place), none.err);

        const Ran unreadable = m_towerctl.run(list, {{"ADMIN_TOKEN_FILE", "/nonexistent/token"}});
        QCOMPARE(unreadable.exitCode, 1);
        QVERIFY(unreadable.err.contains("ADMIN_TOKEN_FILE /nonexistent/token can't be read"));
    }

    void listsInAlignedColumns()
    {
        FakeApi api([](const FakeApi::Request &) {
            return json(page({account(keyHex, "met at\nthe \x1b[31mfair")}, "next"));
        });
        const Ran ran =
            m_towerctl.run({"list", "--level", "write", "--query", "a&b=c d", "--url", api.url()});
        QCOMPARE(ran.exitCode, 0);
        const QList<QByteArray> lines = ran.out.split('\n');
        QVERIFY(lines[0].startsWith("KEY "));
        QVERIFY(lines[1].startsWith(keyNpub + "  write  new   12 "));
        QCOMPARE(lines[0].indexOf("LEVEL"), lines[1].indexOf("write"));
        QVERIFY(lines[1].endsWith("met at the [31mfair"));
        QCOMPARE(lines[2], QByteArray("1 of 3; --all shows every one"));
        QCOMPARE(api.requests().constFirst().target,
                 QByteArray("/api/admin/relay/accounts?level=write&q=a%26b%3Dc%20d&limit=50"));
    }

    void listsAllPages()
    {
        FakeApi api([](const FakeApi::Request &request) {
            return json(request.target.contains("cursor=n%2B1") ? page({account(otherHex)})
                                                                : page({account(keyHex)}, "n+1"));
        });
        const Ran ran = m_towerctl.run({"--json", "list", "--all", "--url", api.url()});
        const QJsonArray items = QJsonDocument::fromJson(ran.out)["items"].toArray();
        QCOMPARE(items.size(), 2);
        QCOMPARE(items[1]["pubkey"].toString().toUtf8(), otherHex);
        QCOMPARE(api.requests().size(), 2);
    }

    void explains_data()
    {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("sent");
        const QByteArray event = R"({"kind":1})";
        const QByteArray question = "{\"event\":" + event + '}';
        QTest::newRow("key") << keyNpub << QByteArray() << "{\"pubkey\":\"" + keyHex + "\"}";
        QTest::newRow("event") << event << QByteArray() << question;
        QTest::newRow("line") << "{\"type\":\"new\",\"event\":" + event + '}' << QByteArray() << question;
        QTest::newRow("stdin") << QByteArray("-") << event + '\n' << question;
    }
    void explains()
    {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, sent);
        FakeApi api([](const FakeApi::Request &) {
            return json(
                {{"action", "reject"},
                 {"msg", "blocked: no"},
                 {"tier", "new"},
                 {"access", "none"},
                 {"steps", QJsonArray{QJsonObject{
                               {"check", "access"}, {"outcome", "decides: reject"}, {"detail", "none"}}}}});
        });
        const Ran ran =
            m_towerctl.run({"explain", given, "--url", api.url()}, {{"ADMIN_TOKEN", "t0ken"}}, input);
        QCOMPARE(ran.exitCode, 0);
        QVERIFY(ran.out.startsWith("reject blocked: no\ntier new, access none\n"));
        QVERIFY(ran.out.contains("access  decides: reject  none\n"));
        QCOMPARE(bodyOf(api.requests().constFirst()), QJsonDocument::fromJson(sent).object());
    }

    void queueAndDecisions()
    {
        FakeApi api([](const FakeApi::Request &request) {
            const QJsonObject event{{"eventId", QString(eventId)},
                                    {"status", request.target.endsWith("/approve") ? "approved" : "rejected"},
                                    {"content", QString(200, 'x')},
                                    {"kind", 1},
                                    {"npub", QString(keyNpub)}};
            if (request.target.contains(QByteArray(64, 'b')))
                return json({{"error", "Decided already."}, {"code", "already_decided"}}, 409);
            return request.method == "GET" ? json(page({event})) : json(event);
        });
        const QStringList at{"--url", api.url()};
        const Ran queue = m_towerctl.run(QStringList{"queue", "--status", "pending"} + at);
        QCOMPARE(queue.exitCode, 0);
        QVERIFY(queue.out.contains(QByteArray(60, 'x') + "…\n"));
        QCOMPARE(api.requests().constLast().target,
                 QByteArray("/api/admin/relay/queue?status=pending&limit=50"));

        QCOMPARE(m_towerctl.run(QStringList{"approve", eventId} + at).out,
                 "EVENT" + QByteArray(61, ' ') + "RESULT\n" + eventId + "  approved\n");
        QCOMPARE(m_towerctl.run(QStringList{"reject", eventId, "--reason", "spam"} + at).exitCode, 0);
        QCOMPARE(api.requests().constLast().target, "/api/admin/relay/queue/" + eventId + "/reject");
        QCOMPARE(bodyOf(api.requests().constLast()), (QJsonObject{{"reason", "spam"}}));

        const Ran two = m_towerctl.run(QStringList{"approve", QByteArray(64, 'b'), eventId} + at);
        QCOMPARE(two.exitCode, 1);
        QVERIFY(two.out.contains("Decided already. (already_decided)\n" + eventId + "  approved\n"));
    }

    void helpAndVersion()
    {
        const Ran help = m_towerctl.run({"--help"});
        QCOMPARE(help.exitCode, 0);
        for (const char *verb : {"grant", "revoke", "list", "explain", "queue", "approve", "reject", "export",
                                 "reconcile", "verify-activity", "backup", "restore"})
            QVERIFY2(help.out.contains(QByteArray("\n  ") + verb), verb);
        QCOMPARE(m_towerctl.run({"grant", "--help"}).exitCode, 0);
        QCOMPARE(m_towerctl.run({"--version"}).out, QByteArray("towerctl " TOWER_VERSION "\n"));
    }
};

QTEST_GUILESS_MAIN(TestTowerctl)
#include "tst_Towerctl.moc"
