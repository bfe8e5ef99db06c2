// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nodes/Rehearsal.h"

using namespace tower;
using namespace tower::rehearsal;

/// ops.sh, on a node that a rehearsal has made.
class TestNodeOps : public QObject
{
    Q_OBJECT

private slots:
    void looksAfterTheNode();
    void backsUp();
    void connectsLnbitsWhenLndIsReady();
};

void TestNodeOps::looksAfterTheNode()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    const Rehearsal::Outcome status = machine.ops({QStringLiteral("status")});
    QVERIFY2(status.code == 0, status.output.constData());
    QVERIFY(status.output.contains(" ready\n"));
    QVERIFY(status.output.contains("\nLND: RPC_ACTIVE\n"));
    const Rehearsal::Outcome sync = machine.ops({QStringLiteral("sync")});
    QCOMPARE(sync.code, 0);
    QCOMPARE(sync.output, QByteArray("block 123 of 456, 12.34 %\n"));
    QCOMPARE(machine.ops({QStringLiteral("logs"), QStringLiteral("lnd")}).code, 0);
    QVERIFY(machine.calls().last().endsWith(" logs --tail 100 --follow lnd"));
    const Rehearsal::Outcome none = machine.ops({});
    QCOMPARE(none.code, 2);
    QVERIFY(none.output.startsWith("usage: "));
    QCOMPARE(machine.ops({QStringLiteral("reboot")}).code, 2);

    machine.fail("curl*/v1/state");
    QVERIFY(machine.ops({QStringLiteral("status")}).output.contains("\nLND: does not answer\n"));
}

void TestNodeOps::backsUp()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    machine.write(data + "lnbits/database.sqlite3", "accounts");
    // LND writes it when the chain is here.
    const QByteArray channels = "lnd/data/chain/bitcoin/mainnet/channel.backup";
    for (const bool hasChannels : {false, true}) {
        if (hasChannels)
            machine.write(data + channels, "channels");
        machine.remove("calls");
        const Rehearsal::Outcome backup = machine.ops({QStringLiteral("backup")});
        QVERIFY2(backup.code == 0, backup.output.constData());
        const QString file = QString::fromUtf8(backup.output.trimmed());
        QProcess tar;
        tar.start(QStringLiteral("tar"), {QStringLiteral("-tzf"), file});
        QVERIFY(tar.waitForFinished());
        const QByteArray list = tar.readAllStandardOutput();
        QVERIFY(list.contains("lnbits/database.sqlite3\n"));
        QCOMPARE(list.contains(channels), hasChannels);
        QVERIFY(!(QFile::permissions(file) & (QFileDevice::ReadGroup | QFileDevice::ReadOther)));
        QCOMPARE(machine.calls().size(), 2);
        QVERIFY(machine.calls().first().endsWith(" pause lnbits"));
        QVERIFY(machine.calls().last().endsWith(" unpause lnbits"));
        QVERIFY(QFile::remove(file));
    }
}

void TestNodeOps::connectsLnbitsWhenLndIsReady()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    QVERIFY(machine.read("root/etc/systemd/system/timmy-node-lnbits.service")
                .contains("ExecStart=" + machine.path(node + "ops.sh").toUtf8() + " connect\n"));
    machine.remove("calls");
    machine.write("wallet-later", "SERVER_ACTIVE");
    QCOMPARE(machine.ops({QStringLiteral("connect")}).code, 0);
    const QList<QByteArray> calls = machine.calls();
    QCOMPARE(calls.size(), 4);
    QVERIFY(calls.at(0).contains("/v1/state"));
    QCOMPARE(calls.at(1), QByteArray("sleep 60"));
    QVERIFY(calls.at(2).contains("/v1/state"));
    QVERIFY(calls.at(3).endsWith(" restart lnbits"));
}

QTEST_GUILESS_MAIN(TestNodeOps)
#include "tst_NodeOps.moc"
