// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Keys.h"
#include "tests/app/TowerProcess.h"

#include <QDir>
#include <QJsonArray>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace tower;
using namespace tower::test;

namespace {

const QString nodeFolder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");

/// Lines as strfry writes them, each with an event that nostr-tools signed.
QByteArrayList strfryLines(const QByteArray &secret, const QStringList &contents)
{
    QProcess node;
    node.setWorkingDirectory(nodeFolder);
    node.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    node.start("node", QStringList{"sign.mjs", QString::fromLatin1(secret)} + contents);
    node.waitForFinished(60'000);
    QByteArrayList lines = node.readAllStandardOutput().split('\n');
    lines.removeLast();
    return lines;
}

/// The plugin as strfry runs it: a line in, a line out.
class Relay : public QProcess
{
public:
    explicit Relay(const QString &url)
    {
        setProcessEnvironment(environmentWith({{"RELAY_POLICY_SECRET", QString::fromLatin1(policySecret)}}));
        setProcessChannelMode(ForwardedErrorChannel);
        start(towerProgram("tower-relay-policy"), {"--url", url, "--timeout-ms", "5000"});
        waitForStarted();
    }
    ~Relay() override
    {
        closeWriteChannel();
        waitForFinished(5'000);
    }
    /// The action for a line; "?" when the answer is not for its event.
    QString decide(const QByteArray &line)
    {
        write(line + '\n');
        while (!canReadLine()) {
            if (!waitForReadyRead(10'000))
                return "no answer";
        }
        const QJsonObject answer = QJsonDocument::fromJson(readLine()).object();
        const QString id = QJsonDocument::fromJson(line)["event"]["id"].toString();
        m_message = answer["msg"].toString();
        return answer["id"].toString() == id ? answer["action"].toString() : "?";
    }
    [[nodiscard]] QString message() const { return m_message; }

private:
    QString m_message;
};

QJsonObject towerctl(const QString &url, const QStringList &arguments)
{
    QProcess process;
    process.setProcessEnvironment(environmentWith({{"ADMIN_TOKEN", QString::fromLatin1(adminToken)}}));
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(towerProgram("towerctl"), QStringList{"--url", url, "--json"} + arguments);
    process.waitForFinished(20'000);
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

} // namespace

/// What the relay is told, from a stranger's first post to a revocation: with the real programs, an event
/// signed by nostr-tools, and everybody seeing what one of them did.
class TestMustShow : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const bool there = !QStandardPaths::findExecutable("node").isEmpty() &&
                           QDir(nodeFolder + "/node_modules/nostr-tools").exists();
        if (there)
            return;
        if (qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
            QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
        QSKIP("not run: needs node, and npm ci in tests/peers/node");
    }

    void accessDecidesAtOnceAndEverybodySeesIt()
    {
        QTemporaryDir folder;
        Towerd tower(folder.filePath("data"));
        QVERIFY2(tower.serve(), tower.errors());
        HttpClient operatorOne(tower.url(), adminToken);
        Relay relay(tower.url());

        const QByteArray secret(64, '7');
        const QByteArray key = SecretKey::fromText(secret)->pubKey().hex();
        const QByteArray account = "/api/admin/relay/accounts/" + key;
        const QByteArrayList lines = strfryLines(secret, {"first", "second", "third", "fourth"});
        QCOMPARE(lines.size(), 4);

        QCOMPARE(relay.decide(lines[0]), QString("reject"));
        QVERIFY(relay.message().startsWith("blocked: "));
        QCOMPARE(operatorOne.get(account).status, 404);

        // Another operator waits for news while the first one grants.
        const int latest = operatorOne.get("/api/admin/changes?since=0")["latest"].toInt();
        auto news = std::async(std::launch::async, [url = tower.url(), latest] {
            HttpClient operatorTwo(url, adminToken, 30'000);
            return operatorTwo.get("/api/admin/changes?since=" + QByteArray::number(latest)).json();
        });
        const Reply granted =
            operatorOne.post(account + "/grant", QJsonObject{{"level", "write"}, {"reason", "a friend"}});
        QCOMPARE(granted.status, 200);
        QVERIFY(news.wait_for(std::chrono::seconds(1)) == std::future_status::ready);
        const QJsonArray changes = news.get()["items"].toArray();
        bool seen = false;
        for (const QJsonValue &change : changes)
            seen = seen || (change["kind"] == "relay_account" && change["id"].toString().toLatin1() == key);
        QVERIFY(seen);
        bool listed = false;
        const QJsonArray accounts = towerctl(tower.url(), {"list", "--level", "write"})["items"].toArray();
        for (const QJsonValue &one : accounts)
            listed = listed || (one["pubkey"].toString().toLatin1() == key && one["level"] == "write" &&
                                one["grantedBy"] == "manual");
        QVERIFY(listed);

        QCOMPARE(relay.decide(lines[1]), QString("shadowReject"));
        QCOMPARE(relay.message(), QString());
        QCOMPARE(relay.decide(lines[1]), QString("shadowReject")); // clients retry
        const QJsonArray queue = operatorOne.get("/api/admin/relay/queue?status=pending")["items"].toArray();
        QCOMPARE(queue.size(), 1);
        QCOMPARE(queue[0]["content"].toString(), QString("second"));
        QCOMPARE(queue[0]["pubkey"].toString().toLatin1(), key);

        const Reply adjusted = operatorOne.post("/api/admin/identities/" + key + "/adjust",
                                                QJsonObject{{"score", 200}, {"reason", "earned"}});
        QCOMPARE(adjusted.status, 200);
        QCOMPARE(adjusted["tier"].toString(), QString("elite"));
        QCOMPARE(relay.decide(lines[2]), QString("accept"));

        QCOMPARE(operatorOne.post(account + "/revoke", QJsonObject{{"reason", "over"}}).status, 200);
        QCOMPARE(relay.decide(lines[3]), QString("reject"));
        QCOMPARE(towerctl(tower.url(), {"verify-activity"})["ok"].toBool(), true);

        // And so it stays after a restart.
        QVERIFY(tower.stop());
        Towerd again(folder.filePath("data"));
        QVERIFY2(again.serve(), again.errors());
        Relay relayAgain(again.url());
        QCOMPARE(relayAgain.decide(lines[3]), QString("reject"));
    }
};

QTEST_GUILESS_MAIN(TestMustShow)
#include "tst_MustShow.moc"
