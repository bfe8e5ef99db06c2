// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/Database.h"
#include "tests/app/TowerProcess.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

QByteArray hashOf(const QString &path)
{
    QFile file(path);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    return file.open(QIODevice::ReadOnly) && hash.addData(&file) ? hash.result() : QByteArray();
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

DatabaseUrl sqlite(const QString &path)
{
    DatabaseUrl url;
    url.path = path;
    return url;
}

} // namespace

/// Starts and stops of the real towerd.
class TestStart : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_data = m_dir->filePath("data");
    }

    void saysOneLineAndServes()
    {
        Towerd tower(m_data);
        QVERIFY2(tower.serve(), tower.errors());
        HttpClient client(tower.url());
        QCOMPARE(client.get("/api/healthz").status, 200);
        QCOMPARE(QFile::permissions(m_data) & 0x077, QFile::Permissions());
        QVERIFY2(tower.stop(), tower.errors());
        const QByteArray output = tower.output();
        QVERIFY(output.startsWith("listening on http://127.0.0.1:"));
        QCOMPARE(output.count('\n'), 1);
        QVERIFY(tower.errors().contains("listening"));
    }

    void stopsQuicklyEvenWithALongPollOpen()
    {
        Towerd tower(m_data);
        QVERIFY2(tower.serve(), tower.errors());
        QTcpSocket waiting;
        waiting.connectToHost("127.0.0.1", static_cast<quint16>(QUrl(tower.url()).port()));
        waiting.write("GET /api/admin/changes?since=999999 HTTP/1.1\r\nHost: " +
                      QUrl(tower.url()).authority().toUtf8() + "\r\nAuthorization: Bearer " + adminToken +
                      "\r\n\r\n");
        QVERIFY(waiting.waitForBytesWritten());
        HttpClient client(tower.url());
        QCOMPARE(client.get("/api/healthz").status, 200); // the poll was read before this
        QElapsedTimer timer;
        timer.start();
        QVERIFY2(tower.stop(), tower.errors());
        QVERIFY(timer.elapsed() < 5'000);
    }

    void secondSignalEndsItAtOnce()
    {
        Towerd tower(m_data);
        QVERIFY2(tower.serve(), tower.errors());
        const auto pid = static_cast<pid_t>(tower.processId());
        ::kill(pid, SIGTERM);
        ::kill(pid, SIGTERM);
        QVERIFY(tower.waitForFinished(5'000));
        // Both may have come before the loop looked, or the first was done already.
        QVERIFY(tower.exitCode() == 0 || tower.exitCode() == 130);
        Towerd again(m_data);
        QVERIFY2(again.serve(), again.errors());
        QVERIFY(again.stop());
    }

    void oneInstancePerFolder()
    {
        Towerd first(m_data);
        QVERIFY2(first.serve(), first.errors());
        Towerd second(m_data);
        QCOMPARE(second.refuse(), 1);
        QCOMPARE(second.output(), QByteArray());
        QVERIFY2(second.errors().contains("runs on the data folder"), second.errors());
        QCOMPARE(HttpClient(first.url()).get("/api/healthz").status, 200);
        first.killNine();
        Towerd third(m_data); // what a kill left behind does not lock
        QVERIFY2(third.serve(), third.errors());
    }

    void portInUse()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        Towerd tower(m_data, {"--listen", QString("127.0.0.1:%1").arg(other.serverPort())});
        QCOMPARE(tower.refuse(), 1);
        QVERIFY2(tower.errors().contains(QByteArray::number(other.serverPort())), tower.errors());
    }

    void newerDatabaseIsLeftAlone()
    {
        {
            Towerd tower(m_data);
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        const QString path = m_data + "/tower.db";
        {
            Database database(sqlite(path));
            database.execute(
                "INSERT INTO schema_version (version, name, applied_at, checksum) VALUES (999, 'x', 0, '')");
            database.script("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        const QByteArray before = hashOf(path);
        Towerd tower(m_data);
        QCOMPARE(tower.refuse(), 1);
        QVERIFY2(tower.errors().contains("newer"), tower.errors());
        QCOMPARE(hashOf(path), before);
        Database database(sqlite(path), Database::Mode::ReadOnly);
        QCOMPARE(database.number("SELECT MAX(version) AS n FROM schema_version"), 999);
    }

    void refusedStarts_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("status");
        QTest::addColumn<QStringList>("says");
        const auto row = [](const char *name, QStringList options, const char *variable, const char *value,
                            int status, QStringList says) {
            QTest::newRow(name) << options << QString(variable) << QString(value) << status << says;
        };
        row("setting out of range", {}, "NOSTR_TOKEN_TTL_SECS", "-1", 1,
            {"NOSTR_TOKEN_TTL_SECS", "-1", "between"});
        row("setting that is no number", {}, "TRUST_TIER_ELITE", "many", 1, {"TRUST_TIER_ELITE", "many"});
        row("tiers that do not ascend", {}, "TRUST_TIER_ELITE", "20", 1, {"TRUST_TIER"});
        row("setting on the command line", {"--set", "RELAY_ACCESS_NEW=all"}, "", "", 1,
            {"RELAY_ACCESS_NEW", "all", "read"});
        row("unknown setting on the command line", {"--set", "NO_SUCH=1"}, "", "", 2, {"NO_SUCH"});
        row("unknown option", {"--frobnicate"}, "", "", 2, {"frobnicate", "--help"});
        row("stray argument", {"serve"}, "", "", 2, {"serve"});
        row("bad database URL", {"--database", "mysql://x"}, "", "", 1, {"database"});
        row("PostgreSQL that is not there", {"--database", "postgresql://u:hunter2@127.0.0.1:1/x"}, "", "", 1,
            {"127.0.0.1:1"});
        row("beyond loopback", {"--listen", "0.0.0.0:0"}, "", "", 1, {"TLS", "proxy"});
        row("beyond loopback, IPv6", {"--listen", "[::]:0"}, "", "", 1, {"TLS"});
        row("listen nonsense", {"--listen", "here"}, "", "", 2, {"--listen"});
        row("certificate alone", {"--tls-cert", "x.pem"}, "", "", 2, {"--tls-key"});
        row("certificate that is not there", {"--tls-cert", "x.pem", "--tls-key", "y.pem"}, "", "", 1,
            {"x.pem"});
        row("config file that is not there", {"--config", "/nonexistent/x.ini"}, "", "", 1,
            {"/nonexistent/x.ini"});
        row("short secret", {}, "TIMMY_TOKEN_SECRET", "shortsecret", 1, {"TIMMY_TOKEN_SECRET", "32"});
        row("nsec that is none", {}, "TIMMY_NOSTR_NSEC", "nsec1wrongwrongwrong", 1, {"TIMMY_NOSTR_NSEC"});
        row("data key of the wrong form", {}, "TOWER_DATA_KEY", "zzzz", 1, {"TOWER_DATA_KEY"});
        row("secret file that is not there", {}, "ADMIN_TOKEN_FILE", "/nonexistent/token", 1,
            {"ADMIN_TOKEN_FILE"});
    }
    void refusedStarts()
    {
        QFETCH(QStringList, options);
        QFETCH(QString, variable);
        QFETCH(QString, value);
        QFETCH(QStringList, says);
        Variables variables = allSecrets();
        if (!variable.isEmpty())
            variables[variable] = value;
        if (variable == "ADMIN_TOKEN_FILE")
            variables.remove("ADMIN_TOKEN");
        Towerd tower(m_data, options, variables);
        QTEST(tower.refuse(), "status");
        QCOMPARE(tower.output(), QByteArray());
        const QByteArray errors = tower.errors();
        for (const QString &word : says)
            QVERIFY2(errors.contains(word.toUtf8()), errors);
        for (const char *secret : {"hunter2", "shortsecret", "nsec1wrong", "zzzz"})
            QVERIFY2(!errors.contains(secret), errors);
    }

    void configFile()
    {
        QFile config(m_dir->filePath("tower.ini"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("EVAL_FEE_SATS=77\nEVAL_FEE_SAT=5\nWORK_MARGIN_PCT=11\n");
        config.close();
        Variables variables = allSecrets();
        variables["WORK_MARGIN_PCT"] = "12";
        Towerd tower(m_data, {"--config", config.fileName(), "--set", "ZAP_MIN_SATS=3"}, variables);
        QVERIFY2(tower.serve(), tower.errors());
        QVERIFY2(tower.errors().contains("EVAL_FEE_SAT") && tower.errors().contains("EVAL_FEE_SATS"),
                 tower.errors());
        QVERIFY(tower.stop());
    }

    void printsSettingsWithoutSecrets()
    {
        Variables variables = allSecrets();
        variables["WORK_MARGIN_PCT"] = "12";
        Towerd tower(m_data, {"--print-settings", "--set", "ZAP_MIN_SATS=3"}, variables);
        tower.start();
        QVERIFY(tower.waitForFinished(10'000));
        QCOMPARE(tower.exitCode(), 0);
        const QByteArray output = tower.output();
        for (const char *name :
             {"WORK_MARGIN_PCT", "ZAP_MIN_SATS", "TRUST_TIER_ELITE", "ADMIN_TOKEN", "TOWER_DATA_KEY"})
            QVERIFY2(output.contains(name), name);
        const Variables secrets = allSecrets();
        for (const QString &secret : secrets)
            QVERIFY(!output.contains(secret.toUtf8()) && !tower.errors().contains(secret.toUtf8()));
        QVERIFY(!QFile::exists(m_data + "/tower.db")); // nothing was made
    }

    void helpAndVersion()
    {
        for (const auto &[option, word] :
             {std::pair("--help", "--data-dir"), std::pair("--version", "towerd")}) {
            Towerd tower(m_data, {option});
            tower.start();
            QVERIFY(tower.waitForFinished(10'000));
            QCOMPARE(tower.exitCode(), 0);
            QVERIFY(tower.output().contains(word));
        }
        QVERIFY(!QFile::exists(m_data));
    }

    void changedSecretStopsTheStart_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value"); // empty: missing
        QTest::newRow("nsec changed") << "TIMMY_NOSTR_NSEC" << QString(62, u'5') + "a2";
        QTest::newRow("nsec missing") << "TIMMY_NOSTR_NSEC"
                                      << "";
        QTest::newRow("token secret changed") << "TIMMY_TOKEN_SECRET"
                                              << "another-token-secret-0123456789abcdef";
        QTest::newRow("token secret missing") << "TIMMY_TOKEN_SECRET"
                                              << "";
        QTest::newRow("LNbits key missing") << "LNBITS_API_KEY"
                                            << "";
    }
    void changedSecretStopsTheStart()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        {
            Towerd tower(m_data);
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        Variables variables = allSecrets();
        variables[name] = value;
        {
            Towerd tower(m_data, {}, variables);
            QCOMPARE(tower.refuse(), 1);
            const QByteArray errors = tower.errors();
            QVERIFY2(errors.contains("--accept-secret-change " + name.toUtf8()), errors);
            QVERIFY(value.isEmpty() || !errors.contains(value.toUtf8()));
            QVERIFY(!QFile::exists(m_data + "/secrets.ini")); // nothing was made anew
        }
        {
            Towerd tower(m_data, {"--accept-secret-change", name}, variables);
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        Towerd tower(m_data, {}, variables); // and from then on it is the one
        if (name == "LNBITS_API_KEY")
            return; // not generated: still missing, still asked for
        QVERIFY2(tower.serve(), tower.errors());
    }

    void hexAndNsecAreTheSameKey()
    {
        Variables variables = allSecrets();
        variables["TIMMY_NOSTR_NSEC"] = QString(64, u'6').toUpper();
        {
            Towerd tower(m_data, {}, variables);
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        variables["TIMMY_NOSTR_NSEC"] = QString(64, u'6');
        Towerd tower(m_data, {}, variables);
        QVERIFY2(tower.serve(), tower.errors());
    }

    void generatedSecretsAreKeptPrivately()
    {
        {
            Towerd tower(m_data, {}, {});
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
            QVERIFY2(tower.errors().contains("generated"), tower.errors());
        }
        const QString path = m_data + "/secrets.ini";
        const QByteArray kept = contentOf(path);
        QCOMPARE(QFile::permissions(path) & 0x0777, QFile::ReadUser | QFile::WriteUser);
        for (const char *name :
             {"TIMMY_NOSTR_NSEC", "TIMMY_TOKEN_SECRET", "ADMIN_TOKEN", "RELAY_POLICY_SECRET"})
            QVERIFY2(kept.contains(name), name);
        {
            Towerd tower(m_data, {}, {}); // the same ones again
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        QCOMPARE(contentOf(path), kept);
        QVERIFY(QFile::remove(path));
        Towerd tower(m_data, {}, {});
        QCOMPARE(tower.refuse(), 1);
        QVERIFY(!QFile::exists(path));
    }

    void secretsLeaveNoTrace()
    {
        Towerd tower(m_data);
        QVERIFY2(tower.serve(), tower.errors());
        const QString proc = QString("/proc/%1/").arg(tower.processId());
        QByteArray seen = contentOf(proc + "cmdline") + contentOf(proc + "environ");
        HttpClient client(tower.url(), adminToken);
        QCOMPARE(client
                     .post("/api/admin/relay/accounts/" + QByteArray(64, '1') + "/grant",
                           QJsonObject{{"level", "read"}})
                     .status,
                 200);
        for (const char *path :
             {"/api/healthz", "/metrics", "/api/admin/settings", "/api/admin/activity", "/api/openapi.yaml"})
            seen += client.get(path).body;
        HttpClient wrong(tower.url(), "a-wrong-token-0123456789");
        QCOMPARE(wrong.get("/api/admin/settings").status, 401);
        QVERIFY(tower.stop());
        seen += tower.output() + tower.errors();
        QDirIterator files(m_data, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext())
            seen += contentOf(files.next());
        QVERIFY(seen.contains("\"level\"")); // the database and the answers are among what was read
        const Variables secrets = allSecrets();
        for (auto it = secrets.begin(); it != secrets.end(); ++it)
            QVERIFY2(!seen.contains(it.value().toUtf8()), qPrintable(it.key()));
        QVERIFY(!seen.contains("a-wrong-token-0123456789"));
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_data;
};

QTEST_GUILESS_MAIN(TestStart)
#include "tst_Start.moc"
