// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/TowerProcess.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace tower::test;

namespace {

const QString folder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");
constexpr int patienceMs = 60'000;

} // namespace

/// Sign-in and vouching as a page with nostr-tools does it, against the real program.
class TestSignInNode : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const bool there = !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
                           QDir(folder + QStringLiteral("/node_modules/nostr-tools")).exists();
        if (there)
            return;
        if (qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
            QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
        QSKIP("not run: needs node, and npm ci in tests/peers/node");
    }

    void signsInAndVouches()
    {
        const QTemporaryDir dir;
        Variables variables = allSecrets();
        variables.insert(QStringLiteral("RATE_LIMIT_SIGNIN_PER_MIN"), QStringLiteral("0"));
        Towerd towerd(dir.filePath(QStringLiteral("data")), {}, variables);
        QVERIFY2(towerd.serve(), towerd.errors().constData());
        const QMap<QString, QJsonObject> steps = run(towerd.url());
        const auto step = [&](const char *name) { return steps.value(QLatin1String(name)); };
        const auto status = [&](const char *name) { return step(name).value(u"status").toInt(); };
        const auto json = [&](const char *name) { return step(name).value(u"json").toObject(); };

        QCOMPARE(status("customer"), 200);
        QCOMPARE(json("customer").value(u"pubkey"), step("keys").value(u"customer"));
        QCOMPARE(json("customer").value(u"npub"), step("keys").value(u"customerNpub"));
        QCOMPARE(json("customer").value(u"nostr_token"), step("customer").value(u"header"));
        QCOMPARE(status("replay"), 401);
        QCOMPARE(json("replay").value(u"code").toString(), QStringLiteral("nonce_used"));
        QCOMPARE(json("altered").value(u"code").toString(), QStringLiteral("bad_event_id"));
        QCOMPARE(status("elite"), 200);
        QCOMPARE(json("me").value(u"tier").toString(), QStringLiteral("new"));
        QCOMPARE(json("me").value(u"relayAccess").toString(), QStringLiteral("read"));
        QCOMPARE(status("stranger"), 401);

        QCOMPARE(status("tooEarly"), 403);
        QCOMPARE(json("adjust").value(u"tier").toString(), QStringLiteral("elite"));
        QCOMPARE(status("vouch"), 201);
        QCOMPARE(json("vouch").value(u"trust").toObject().value(u"tier").toString(),
                 QStringLiteral("established"));
        QCOMPARE(step("many").value(u"statuses").toArray(), QJsonArray{409});
        QCOMPARE(step("many").value(u"count").toInt(), 100);
        QCOMPARE(json("meAfter").value(u"score").toInt(), 20);
        QCOMPARE(json("meAfter").value(u"vouchesReceived").toInt(), 1);
        QCOMPARE(json("meAfter").value(u"relayAccess").toString(), QStringLiteral("write"));
        QVERIFY(json("timmy").value(u"npub").toString().startsWith(QStringLiteral("npub1")));
    }

private:
    /// Runs tests/peers/node/signin.mjs to its end; its lines by step, none when it failed.
    static QMap<QString, QJsonObject> run(const QString &url)
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("ADMIN_TOKEN"), QString::fromLatin1(adminToken));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(folder);
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral("node"), {QStringLiteral("signin.mjs"), url});
        if (!process.waitForFinished(patienceMs) || process.exitCode() != 0)
            return {};
        QMap<QString, QJsonObject> steps;
        for (const QByteArray &line : process.readAllStandardOutput().split('\n')) {
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            steps.insert(object.value(u"step").toString(), object);
        }
        return steps;
    }
};

QTEST_GUILESS_MAIN(TestSignInNode)
#include "tst_SignInNode.moc"
