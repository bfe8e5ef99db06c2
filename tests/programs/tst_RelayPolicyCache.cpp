// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// tower-relay-policy --fail cache: what it decides by itself while the tower gives no answer.
#include "tests/programs/RelayPolicyProcess.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;
using namespace tower::test;

class TestRelayPolicyCache : public QObject
{
    Q_OBJECT

private slots:
    void cache_data()
    {
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const Event &event, const QString &expected) {
            QTest::newRow(name) << event.toJson() << expected;
        };
        const auto pTags = [](std::initializer_list<char> keys) {
            std::vector<std::vector<QByteArray>> tags;
            for (const char n : keys)
                tags.push_back({"p", keyNumber(n).pubKey().hex()});
            return tags;
        };
        const auto pTag = [&](char n) { return pTags({n}); };
        row("Timmy", makeEvent(keyNumber(5), 1, "x"), "accept ");
        row("elite", makeEvent(keyNumber(3), 1, "x"), "accept ");
        row("zap receipt of a stranger", makeEvent(keyNumber(9), 9735, "x"), "accept ");
        row("gift for a writer", makeEvent(keyNumber(9), 1059, "x", pTag(2)), "accept ");
        row("gift for a reader", makeEvent(keyNumber(9), 1059, "x", pTag(4)), "accept ");
        row("gift for a stranger", makeEvent(keyNumber(9), 1059, "x", pTag(8)), "reject blocked");
        row("gift for a revoked key", makeEvent(keyNumber(9), 1059, "x", pTag(6)), "reject blocked");
        row("gift for a stranger and a reader", makeEvent(keyNumber(9), 1059, "x", pTags({8, 4})), "accept ");
        row("gift with the reader in the 10th place",
            makeEvent(keyNumber(9), 1059, "x", pTags({8, 8, 8, 8, 8, 8, 8, 8, 8, 4})), "accept ");
        row("gift with the reader in the 11th place",
            makeEvent(keyNumber(9), 1059, "x", pTags({8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4})), "reject blocked");
        row("gift for nobody", makeEvent(keyNumber(9), 1059, "x"), "reject blocked");
        row("writer's profile", makeEvent(keyNumber(2), 0, "{}"), "accept ");
        row("writer's ephemeral event", makeEvent(keyNumber(2), 20'001, "x"), "accept ");
        row("writer's post: no queue to put it in", makeEvent(keyNumber(2), 1, "x"),
            QString("reject ") + unavailable);
        row("reader's post", makeEvent(keyNumber(4), 1, "x"), "reject restricted");
        row("reader's profile", makeEvent(keyNumber(4), 0, "{}"), "reject restricted");
        row("stranger's post", makeEvent(keyNumber(9), 1, "x"), "reject blocked");
        row("revoked elite's post", makeEvent(keyNumber(6), 1, "x"), "reject blocked");
        Event forged = makeEvent(keyNumber(3), 1, "x");
        forged.signature[10] ^= 1;
        row("forged signature of an elite", forged, "reject invalid");
        Event changed = makeEvent(keyNumber(3), 1, "x");
        changed.content = "y";
        row("changed content", changed, "reject invalid");
        Event tooHigh = makeEvent(keyNumber(3), 65'536, "x");
        row("kind out of range", tooHigh, "reject invalid");
    }

    void cache()
    {
        QFETCH(QByteArray, event);
        QFETCH(QString, expected);
        QTemporaryDir dir;
        const QString folder = dir.filePath("cache");
        FakeApi api(withSnapshot());
        const QStringList arguments{"--url",       api.url(), "--fail",       "cache",
                                    "--cache-dir", folder,    "--timeout-ms", "3000"};
        {
            Plugin plugin(arguments, {{"RELAY_POLICY_SECRET", "s3cret"}});
            QTRY_COMPARE(QDir(folder).entryList({"relay-policy-*.json"}, QDir::Files).size(), 1);
            QCOMPARE(api.requests().constFirst().target, QByteArray("/api/relay/accounts/snapshot"));
            QVERIFY(api.requests().constFirst().head.contains("Bearer s3cret"));
            QCOMPARE(plugin.ask(policyLine(event))["action"].toString(),
                     QString("accept")); // the tower says so
            api.stop();
            const QString answered = plugin.verdictOf(plugin.ask(policyLine(event)));
            QVERIFY2(answered.startsWith(expected), qPrintable(answered));
        }
        const QString file = folder + '/' + QDir(folder).entryList(QDir::Files).constFirst();
        QCOMPARE(QFileInfo(file).permissions() & 0x0077, QFile::Permissions());
        QFile kept(file);
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QVERIFY(!kept.readAll().contains("s3cret"));

        Plugin restarted(arguments); // with the tower away from the start
        const QString answered = restarted.verdictOf(restarted.ask(policyLine(event)));
        QVERIFY2(answered.startsWith(expected), qPrintable(answered));
    }

    void operatorsRules_data()
    {
        QTest::addColumn<QJsonObject>("rules");
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const QJsonObject &rules, const Event &event,
                            const QString &expected) {
            QTest::newRow(name) << rules << event.toJson() << expected;
        };
        const Event elite = makeEvent(keyNumber(3), 1, "x");
        const Event timmy = makeEvent(keyNumber(5), 1, "x");
        const Event zap = makeEvent(keyNumber(9), 9735, "x");
        const auto ban = [](const Event &event) {
            return QJsonObject{{"bannedEvents", QJsonArray{event.id.text()}}};
        };
        const auto kinds = [](const char *list, int kind) {
            return QJsonObject{{QLatin1String(list), QJsonArray{kind}}};
        };
        const auto block = [](const char *address) {
            return QJsonObject{{"blockedIps", QJsonArray{"2001:db8::1", address}}};
        };
        row("banned event", ban(elite), elite, "reject blocked: this post was banned");
        row("Timmy's banned event", ban(timmy), timmy, "reject blocked: this post was banned");
        row("another event was banned", ban(timmy), elite, "accept ");
        row("disallowed kind", kinds("disallowedKinds", 1), elite, "reject blocked: this relay does not");
        row("disallowed open kind", kinds("disallowedKinds", 9735), zap,
            "reject blocked: this relay does not");
        row("disallowed kind of Timmy's", kinds("disallowedKinds", 1), timmy, "accept ");
        row("another kind is disallowed", kinds("disallowedKinds", 2), elite, "accept ");
        row("listed kind", kinds("allowedKinds", 1), elite, "accept ");
        row("unlisted kind", kinds("allowedKinds", 2), elite, "reject blocked: this relay does not");
        row("nothing listed", {{"allowedKinds", QJsonArray()}}, elite, "accept ");
        row("listed and disallowed kind",
            {{"allowedKinds", QJsonArray{1}}, {"disallowedKinds", QJsonArray{1}}}, elite,
            "reject blocked: this relay does not");
        row("blocked address", block("203.0.113.7"), elite, "reject blocked: your network address");
        row("blocked address, an open kind", block("203.0.113.7"), zap,
            "reject blocked: your network address");
        row("blocked address of Timmy's", block("203.0.113.7"), timmy, "accept ");
        row("another address is blocked", block("203.0.113.8"), elite, "accept ");
        const QString none = QString("reject ") + unavailable; // a snapshot that can't be read is none
        row("a banned event that is none", {{"bannedEvents", QJsonArray{"x"}}}, elite, none);
        row("a kind that is none", {{"disallowedKinds", QJsonArray{"1"}}}, elite, none);
        row("an address that is none", block("x"), elite, none);
        row("no list", {{"blockedIps", "203.0.113.7"}}, elite, none);
    }

    void operatorsRules()
    {
        QFETCH(QJsonObject, rules);
        QFETCH(QByteArray, event);
        QFETCH(QString, expected);
        QTemporaryDir dir;
        FakeApi api(withSnapshot(rules));
        Plugin plugin({"--url", api.url(), "--fail", "cache", "--cache-dir", dir.path()});
        if (expected.endsWith(unavailable))
            QTRY_VERIFY(!api.requests().isEmpty());
        else
            QTRY_COMPARE(snapshotFiles(dir).size(), 1);
        api.stop();
        for (const char *address : {"203.0.113.7", "::ffff:203.0.113.7"}) {
            const QString answered = plugin.verdictOf(plugin.ask(policyLine(event, address)));
            QVERIFY2(answered.startsWith(expected), qPrintable(answered));
        }
    }

    void cacheIsForSilenceOnly()
    {
        QTemporaryDir dir;
        FakeApi api(withSnapshot());
        Plugin plugin(
            {"--url", api.url(), "--fail", "cache", "--cache-dir", dir.path(), "--timeout-ms", "200"});
        QTRY_COMPARE(snapshotFiles(dir).size(), 1);
        const QByteArray elite = policyLine(makeEvent(keyNumber(3), 1, "x").toJson());
        api.setHandler([](const FakeApi::Request &) { return FakeApi::json(503, "{}"); });
        QCOMPARE(plugin.verdictOf(plugin.ask(elite)), QString("reject ") + unavailable);
        api.setHandler([](const FakeApi::Request &) { return FakeApi::Reply{}; });
        QCOMPARE(plugin.verdictOf(plugin.ask(elite)), QString("accept "));

        Plugin strict(
            {"--url", api.url(), "--fail", "reject", "--cache-dir", dir.path(), "--timeout-ms", "200"});
        QCOMPARE(strict.verdictOf(strict.ask(elite)), QString("reject ") + unavailable);
    }

    void brokenCacheIsNotUsed()
    {
        QTemporaryDir dir;
        FakeApi api(withSnapshot());
        const QStringList arguments{"--url", api.url(), "--fail", "cache", "--cache-dir", dir.path()};
        {
            Plugin plugin(arguments);
            QTRY_COMPARE(snapshotFiles(dir).size(), 1);
        }
        api.stop();
        QFile file(dir.filePath(snapshotFiles(dir).constFirst()));
        QVERIFY(file.resize(file.size() / 2));
        Plugin plugin(arguments);
        const QByteArray elite = policyLine(makeEvent(keyNumber(3), 1, "x").toJson());
        QCOMPARE(plugin.verdictOf(plugin.ask(elite)), QString("reject ") + unavailable);
    }

private:
    /// Accounts: key 2 writes (established), 3 writes (elite), 4 reads; key 5 is Timmy; others are unknown.
    static FakeApi::Handler withSnapshot(const QJsonObject &rules = {})
    {
        const auto account = [](char n, const char *access, const char *tier) {
            return QJsonObject{{"pubkey", keyNumber(n).pubKey().text()}, {"access", access}, {"tier", tier}};
        };
        const QJsonArray accounts{account(2, "write", "established"), account(3, "write", "elite"),
                                  account(4, "read", "new"), account(6, "none", "elite")};
        QJsonObject snapshot{{"generatedAt", "2026-11-20T09:30:00.000Z"},
                             {"timmy", keyNumber(5).pubKey().text()},
                             {"openKinds", QJsonArray{1059, 9735}},
                             {"unmoderatedKinds", QJsonArray{0, 3, 10002}},
                             {"accounts", accounts}};
        for (auto rule = rules.begin(); rule != rules.end(); ++rule)
            snapshot.insert(rule.key(), rule.value());
        return [json = QJsonDocument(snapshot).toJson()](const FakeApi::Request &request) {
            return request.method == "GET" ? FakeApi::json(200, json) : acceptAll(request);
        };
    }
    static QStringList snapshotFiles(const QTemporaryDir &dir)
    {
        return QDir(dir.path()).entryList({"relay-policy-*.json"}, QDir::Files);
    }
};

QTEST_GUILESS_MAIN(TestRelayPolicyCache)
#include "tst_RelayPolicyCache.moc"
