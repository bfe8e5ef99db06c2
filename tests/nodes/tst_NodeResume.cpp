// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nodes/Rehearsal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace tower;
using namespace tower::rehearsal;

/// What a node has begun, it neither loses nor does twice.
class TestNodeResume : public QObject
{
    Q_OBJECT

private slots:
    void formatsOnlyABlankDisk_data();
    void formatsOnlyABlankDisk();
    void mountsTheVolumeOnce();
    void keepsItsSeedThroughALostAnswer();
    void refusesAWalletThatIsNotItsOwn();
    void finishesWhatWasCutOff();
    void joinsTheTailnetOnce();
    void runsOnlyOnceAtATime();
};

void TestNodeResume::formatsOnlyABlankDisk_data()
{
    QTest::addColumn<QByteArray>("blkid");
    QTest::addColumn<bool>("isFormatted");
    QTest::addColumn<bool>("succeeds");
    QTest::newRow("blank") << QByteArray("2") << true << true;
    QTest::newRow("with a file system") << QByteArray("0") << false << true;
    QTest::newRow("with more than one thing on it") << QByteArray("8") << false << false;
    QTest::newRow("not understood") << QByteArray("4") << false << false;
}

void TestNodeResume::formatsOnlyABlankDisk()
{
    QFETCH(const QByteArray, blkid);
    QFETCH(const bool, isFormatted);
    QFETCH(const bool, succeeds);
    Rehearsal machine;
    machine.write("blkid", blkid);
    QCOMPARE(machine.run({nodeId, nodeId}).code == 0, succeeds);
    QCOMPARE(machine.callsOf("mkfs.ext4"), isFormatted ? 1 : 0);
    QCOMPARE(machine.exists("mounted"), succeeds);
}

void TestNodeResume::mountsTheVolumeOnce()
{
    Rehearsal machine;
    machine.fail("mount *", "once");
    QVERIFY(machine.run({nodeId, nodeId}).code > 0);
    QCOMPARE(machine.run({nodeId, nodeId}).code, 0);
    QCOMPARE(machine.callsOf("mkfs.ext4"), 1);
    const QByteArray disk = machine.path("root/dev/disk/by-id/scsi-0DO_Volume_").toUtf8() + nodeId.toUtf8();
    const QByteArray folder = machine.path("root/var/lib/timmy-node").toUtf8();
    QCOMPARE(machine.read("root/etc/fstab"),
             "# a fresh machine\n" + disk + ' ' + folder + " ext4 defaults,nofail,discard,noatime 0 2\n");
    QCOMPARE(machine.read("root/etc/systemd/system/docker.service.d/timmy-node.conf"),
             "[Unit]\nRequiresMountsFor=" + folder + '\n');
}

void TestNodeResume::keepsItsSeedThroughALostAnswer()
{
    Rehearsal machine;
    machine.fail("curl*/v1/initwallet", "once");
    QVERIFY(machine.run(bareScript).code > 0);
    machine.fail("curl*/v1/initwallet", "once-after");
    QVERIFY(machine.run(bareScript).code > 0);
    const QStringList words = wordsIn(machine.read("initwallet.json"));
    QCOMPARE(machine.run(bareScript).code, 0);
    QCOMPARE(machine.read("seeds").count('\n'), 1);
    QCOMPARE(machine.read("calls").count("/v1/initwallet"), 2);
    QVERIFY(machine.read("root/root/node-credentials.txt").contains("\n24. " + words.last().toUtf8() + '\n'));
}

void TestNodeResume::refusesAWalletThatIsNotItsOwn()
{
    Rehearsal machine;
    machine.write("wallet", "LOCKED");
    QVERIFY(machine.run(bareScript).code > 0);
    QVERIFY(machine.progress().contains("there is a wallet already, whose seed words are not known here"));
    QVERIFY(machine.progress().last().startsWith("failed wallet ("));
}

void TestNodeResume::finishesWhatWasCutOff()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    const QByteArray credentials = machine.read("root/root/node-credentials.txt");
    // Its words are written down, and gone from where they came.
    machine.remove(node + "done/credentials");
    QCOMPARE(machine.run(bareScript).code, 0);
    QCOMPARE(machine.read("root/root/node-credentials.txt"), credentials);
}

void TestNodeResume::joinsTheTailnetOnce()
{
    Rehearsal machine;
    machine.fail("sysctl*", "once");
    QVERIFY(machine.run(fullScript).code > 0);
    QCOMPARE(machine.read("tailnet"), tailnetKey + '\n');
    QCOMPARE(machine.run(fullScript).code, 0);
    QCOMPARE(machine.callsOf("tailscale up"), 1);
    QCOMPARE(machine.read("root/etc/sysctl.d/90-timmy-node.conf"),
             QByteArray("net.ipv4.ip_nonlocal_bind = 1\n"));
}

void TestNodeResume::runsOnlyOnceAtATime()
{
    Rehearsal machine;
    machine.write(node + "lock", {});
    const int lock = ::open(machine.path(node + "lock").toUtf8().constData(), O_RDWR | O_CLOEXEC);
    QVERIFY(lock >= 0);
    QCOMPARE(::flock(lock, LOCK_EX), 0);
    const Rehearsal::Outcome second = machine.run(bareScript);
    QVERIFY(second.code > 0);
    QCOMPARE(second.output, QByteArray("node.sh is running already\n"));
    QVERIFY(!machine.exists("calls"));
    ::close(lock);
    QCOMPARE(machine.run(bareScript).code, 0);
}

QTEST_GUILESS_MAIN(TestNodeResume)
#include "tst_NodeResume.moc"
