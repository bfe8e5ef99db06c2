// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/TowerProcess.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

using namespace tower;
using namespace tower::test;

namespace {

int towerctl(const QStringList &arguments, QByteArray *said = nullptr)
{
    QProcess process;
    process.setProcessEnvironment(environmentWith({{"ADMIN_TOKEN", QString::fromLatin1(adminToken)}}));
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(towerProgram("towerctl"), arguments);
    process.waitForFinished(30'000);
    if (said)
        *said = process.readAll();
    return process.exitCode();
}

QByteArray account(int n)
{
    return "/api/admin/relay/accounts/" + QByteArray::number(n).rightJustified(64, '0');
}

} // namespace

class TestBackupRestore : public QObject
{
    Q_OBJECT

private slots:
    void whileServingAndBackAgain()
    {
        QTemporaryDir folder;
        const QString data = folder.filePath("data");
        Towerd tower(data);
        QVERIFY2(tower.serve(), tower.errors());
        HttpClient client(tower.url(), adminToken);
        for (int n = 1; n <= 20; ++n)
            QCOMPARE(client.post(account(n) + "/grant", QJsonObject{{"level", "write"}}).status, 200);

        std::atomic<bool> done = false;
        std::atomic<int> refused = 0;
        std::thread load([&] {
            HttpClient other(tower.url(), adminToken);
            for (int n = 1'000; !done; ++n)
                refused += other.post(account(n) + "/grant", QJsonObject{{"level", "read"}}).status != 200;
        });
        const Reply made = client.post("/api/admin/backup", QJsonObject{{"file", "copy.db"}});
        done = true;
        load.join();
        QVERIFY2(made.status == 200, made.body);
        QCOMPARE(refused.load(), 0);
        QVERIFY(QFile::exists(data + "/copy.db"));
        QVERIFY((QFile::permissions(data + "/copy.db") & (QFile::ReadOther | QFile::ReadGroup)) == 0);
        QCOMPARE(client.post("/api/admin/backup", QJsonObject{{"file", "copy.db"}}).status, 409);
        for (const char *wrong : {"../copy.db", "/tmp/copy.db", ".hidden", ""})
            QCOMPARE(client.post("/api/admin/backup", QJsonObject{{"file", wrong}}).status, 400);

        QCOMPARE(client.post(account(1) + "/revoke", QJsonObject{}).status, 200);
        QByteArray said;
        QCOMPARE(towerctl({"restore", "copy.db", "--data-dir", data}, &said), 1);
        QVERIFY2(said.contains("stop it first"), said);
        QCOMPARE(client.get(account(1))["level"].toString(), QString("none"));

        QVERIFY2(tower.stop(), tower.errors());
        QCOMPARE(towerctl({"restore", "copy.db", "--data-dir", data}, &said), 0);
        Towerd again(data);
        QVERIFY2(again.serve(), again.errors());
        HttpClient after(again.url(), adminToken);
        for (int n = 1; n <= 20; ++n)
            QCOMPARE(after.get(account(n))["level"].toString(), QString("write"));
        QVERIFY(after.get("/api/admin/activity/verify")["ok"].toBool());
        QVERIFY(after.get("/api/admin/reconcile")["ok"].toBool());
    }

    void damagedBackupIsRefused()
    {
        QTemporaryDir folder;
        const QString data = folder.filePath("data");
        {
            Towerd tower(data);
            QVERIFY2(tower.serve(), tower.errors());
            QVERIFY(tower.stop());
        }
        QFile broken(folder.filePath("broken.db"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write(QByteArray(100'000, 'x'));
        broken.close();
        QCOMPARE(towerctl({"restore", broken.fileName(), "--data-dir", data}), 1);
        QCOMPARE(towerctl({"restore", folder.filePath("absent.db"), "--data-dir", data}), 1);
        Towerd tower(data);
        QVERIFY2(tower.serve(), tower.errors());
    }
};

QTEST_GUILESS_MAIN(TestBackupRestore)
#include "tst_BackupRestore.moc"
