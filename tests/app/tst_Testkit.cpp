// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/TowerProcess.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace tower::test;

/// The script that anybody can fetch from a server checks that server end to end, with nothing but curl and
/// jq.
class TestTestkit : public QObject
{
    Q_OBJECT

    static Variables variables()
    {
        Variables out = allSecrets();
        for (const char *absent :
             {"ANTHROPIC_API_KEY", "LNBITS_API_KEY", "DO_API_TOKEN", "TAILSCALE_API_KEY"})
            out.remove(QLatin1String(absent));
        out.insert("BTC_PRICE_SOURCES", "");
        return out;
    }

    /// Runs the script against `url`; what it printed.
    static QString run(const QByteArray &script, const QString &url, int &status)
    {
        QProcess bash;
        bash.setProcessEnvironment(environmentWith({{"BASE_URL", url}}));
        bash.setProcessChannelMode(QProcess::MergedChannels);
        bash.start("bash", {"-s", "--", url});
        bash.write(script);
        bash.closeWriteChannel();
        bash.waitForFinished(120'000);
        status = bash.exitStatus() == QProcess::NormalExit ? bash.exitCode() : -1;
        return QString::fromUtf8(bash.readAll());
    }

private slots:
    void passesOnTheSimulatedWallet()
    {
        QTemporaryDir folder;
        Towerd tower(folder.filePath("data"), {}, variables());
        QVERIFY2(tower.serve(), tower.errors().right(3'000));
        const Reply script = HttpClient(tower.url()).get("/api/testkit");
        QCOMPARE(script.status, 200);
        int status = -1;
        const QString said = run(script.body, tower.url(), status);
        QVERIFY2(status == 0, qPrintable(said + QString::fromUtf8(tower.errors().right(2'000))));
        QVERIFY(said.count(QRegularExpression("^PASS", QRegularExpression::MultilineOption)) >= 15);
        QVERIFY(!said.contains(QRegularExpression("^FAIL", QRegularExpression::MultilineOption)));
        const Reply books = HttpClient(tower.url(), adminToken).get("/api/admin/reconcile");
        QVERIFY2(books["ok"].toBool(), books.body);
    }

    void failsWhereNothingServes()
    {
        QTemporaryDir folder;
        Towerd tower(folder.filePath("data"), {}, variables());
        QVERIFY2(tower.serve(), tower.errors().right(3'000));
        const QString url = tower.url();
        const Reply script = HttpClient(url).get("/api/testkit");
        QVERIFY(tower.stop());
        int status = 0;
        const QString said = run(script.body, url, status);
        QVERIFY(status != 0);
        QVERIFY2(!said.contains("PASS"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestTestkit)
#include "tst_Testkit.moc"
