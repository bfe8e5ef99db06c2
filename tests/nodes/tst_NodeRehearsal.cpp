// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nodes/Rehearsal.h"

#include <QJsonDocument>
#include <QMessageAuthenticationCode>

using namespace tower;
using namespace tower::rehearsal;

namespace {

const QList<QByteArray> phases{"system", "bitcoin", "lnd", "wallet", "macaroon", "lnbits", "credentials"};

/// Its progress from the phase on, when nothing goes wrong.
QList<QByteArray> smoothFrom(qsizetype first)
{
    QList<QByteArray> out;
    for (const QByteArray &phase : phases.sliced(first))
        out << "begin " + phase << "done " + phase;
    return out << "ready";
}

} // namespace

class TestNodeRehearsal : public QObject
{
    Q_OBJECT

private slots:
    void passesThroughAllPhases_data();
    void passesThroughAllPhases();
    void takesTheAddressWithoutAName();
    void keepsItsSecrets();
    void writesDownWhatTheWalletWasMadeOf();
    void letsLndInByThePassword();
    void opensOnlyThePublicPorts();
    void namesThePhaseThatFails_data();
    void namesThePhaseThatFails();
    void waitsForAsLongAsItSays_data();
    void waitsForAsLongAsItSays();
    void bearsASlowNetwork();
    void prunesWhenTheDiskIsSmall_data();
    void prunesWhenTheDiskIsSmall();
};

void TestNodeRehearsal::passesThroughAllPhases_data()
{
    QTest::addColumn<QString>("volume");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("volume and tailnet") << nodeId << tailnetKey;
    QTest::newRow("without a volume") << QString() << tailnetKey;
    QTest::newRow("without a tailnet") << nodeId << QByteArray();
    QTest::newRow("the node alone") << QString() << QByteArray();
}

void TestNodeRehearsal::passesThroughAllPhases()
{
    QFETCH(const QString, volume);
    QFETCH(const QByteArray, key);
    Rehearsal machine;
    const NodeScript script{nodeId, volume, key};
    const Rehearsal::Outcome first = machine.run(script);
    QVERIFY2(first.code == 0, first.output.constData());
    QCOMPARE(machine.progress(), smoothFrom(0));
    QCOMPARE(machine.credential("LNbits"), key.isEmpty() ? QByteArray("http://127.0.0.1:5000")
                                                         : QByteArray("http://node.tail1234.ts.net:5000"));
    QCOMPARE(machine.callsOf("mkfs.ext4"), volume.isEmpty() ? 0 : 1);
    QCOMPARE(machine.callsOf("tailscale up"), key.isEmpty() ? 0 : 1);

    // Run again, nothing is done again.
    machine.remove("calls");
    QCOMPARE(machine.run(script).code, 0);
    QCOMPARE(machine.read("calls"), QByteArray());
    QCOMPARE(machine.progress().last(), QByteArray("ready"));
}

void TestNodeRehearsal::takesTheAddressWithoutAName()
{
    Rehearsal machine;
    machine.write("name", {});
    QCOMPARE(machine.run(fullScript).code, 0);
    QCOMPARE(machine.credential("LNbits"), QByteArray("http://100.64.0.7:5000"));
}

void TestNodeRehearsal::keepsItsSecrets()
{
    Rehearsal machine;
    const Rehearsal::Outcome outcome = machine.run(fullScript);
    QCOMPARE(outcome.code, 0);
    const QByteArray credentials = machine.read("root/root/node-credentials.txt");
    QCOMPARE(QFile::permissions(machine.path("root/root/node-credentials.txt")) &
                 (QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ExeGroup |
                  QFileDevice::ReadOther | QFileDevice::WriteOther | QFileDevice::ExeOther |
                  QFileDevice::ExeOwner),
             QFileDevice::Permissions());

    QList<QByteArray> secrets{"word1-1", "word24-1", tailnetKey, "0201macaroon"};
    for (const char *name : {"bitcoin-rpc", "lnd-wallet", "lnbits-auth", "lnbits-install"}) {
        const QByteArray secret = machine.secret(name);
        QCOMPARE(secret.size(), 48);
        secrets << secret << secret.toBase64();
    }
    const QByteArray calls = machine.read("calls") + machine.read("harmless-calls");
    const QByteArray progress = machine.read(node + "progress");
    for (const QByteArray &secret : secrets) {
        QVERIFY2(!calls.contains(secret), "a secret stands in a command line");
        QVERIFY2(!outcome.output.contains(secret), "a secret was printed");
        QVERIFY2(!progress.contains(secret), "a secret stands in the progress");
    }
    QCOMPARE(machine.credential("Bitcoin RPC password"), machine.secret("bitcoin-rpc"));
    QCOMPARE(machine.credential("LND wallet password"), machine.secret("lnd-wallet"));
    QCOMPARE(machine.credential("LNbits first install token"), machine.secret("lnbits-install"));
    QVERIFY(!machine.exists(node + "secrets/seed.json"));
    QVERIFY(!machine.exists(node + "secrets/tailnet-key"));

    for (const char *file :
         {"", "secrets", "secrets/lnd-wallet", "secrets/bitcoin-rpc", "secrets/lnbits.env", "compose.yaml"})
        QVERIFY2(!(QFile::permissions(machine.path(node + file)) &
                   (QFileDevice::ReadGroup | QFileDevice::ReadOther)),
                 file);
    QVERIFY(machine.read(data + "bitcoin/bitcoin.conf").contains("rpcauth=lnd:"));
    QVERIFY(!machine.read(data + "bitcoin/bitcoin.conf").contains(machine.secret("bitcoin-rpc")));
}

void TestNodeRehearsal::writesDownWhatTheWalletWasMadeOf()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    const QByteArray posted = machine.read("initwallet.json");
    QCOMPARE(QJsonDocument::fromJson(posted)[QLatin1String("wallet_password")].toString().toLatin1(),
             machine.credential("LND wallet password").toBase64());
    const QStringList words = wordsIn(posted);
    QCOMPARE(words.size(), 24);
    const QByteArray credentials = machine.read("root/root/node-credentials.txt");
    for (int n = 1; n <= 24; ++n)
        QVERIFY(credentials.contains(QStringLiteral("\n%1. %2\n").arg(n).arg(words.at(n - 1)).toLatin1()));
    // The same password unlocks it after a reboot.
    QVERIFY(
        machine.read(data + "lnd/lnd.conf").contains("\nwallet-unlock-password-file=/run/wallet-password\n"));
    QVERIFY(machine.read(node + "compose.yaml")
                .contains(machine.path(node + "secrets/lnd-wallet").toUtf8() + ":/run/wallet-password:ro"));
}

/// share/rpcauth of Bitcoin Core: HMAC-SHA-256 of the password under the salt.
void TestNodeRehearsal::letsLndInByThePassword()
{
    Rehearsal machine;
    QCOMPARE(machine.run(bareScript).code, 0);
    const QRegularExpression line(QStringLiteral("^rpcauth=lnd:([0-9a-f]{32})\\$([0-9a-f]{64})$"),
                                  QRegularExpression::MultilineOption);
    const auto match = line.match(QString::fromUtf8(machine.read(data + "bitcoin/bitcoin.conf")));
    QVERIFY(match.hasMatch());
    const QByteArray password = machine.credential("Bitcoin RPC password");
    QCOMPARE(
        QMessageAuthenticationCode::hash(password, match.captured(1).toLatin1(), QCryptographicHash::Sha256)
            .toHex(),
        match.captured(2).toLatin1());
    QVERIFY(machine.read(data + "lnd/lnd.conf").contains("\nbitcoind.rpcpass=" + password + '\n'));
}

void TestNodeRehearsal::opensOnlyThePublicPorts()
{
    Rehearsal machine;
    QCOMPARE(machine.run(fullScript).code, 0);
    // What Docker publishes passes by the firewall.
    QByteArrayList published;
    for (const QByteArray &line : machine.read(node + "compose.yaml").split('\n')) {
        if (line.startsWith("    ports: "))
            published << line.sliced(11);
    }
    QCOMPARE(published, QByteArrayList({"[\"8333:8333\"]", "[\"9735:9735\", \"127.0.0.1:8080:8080\"]",
                                        "[\"127.0.0.1:5000:5000\", \"100.64.0.7:5000:5000\"]"}));
    QByteArrayList firewall;
    for (const QByteArray &call : machine.calls()) {
        if (call.startsWith("ufw "))
            firewall << call;
    }
    QCOMPARE(firewall, QByteArrayList({"ufw default deny incoming", "ufw default allow outgoing",
                                       "ufw allow 22/tcp", "ufw allow 8333/tcp", "ufw allow 9735/tcp",
                                       "ufw allow 41641/udp", "ufw --force enable"}));
    const QByteArray sshd = machine.read("root/etc/ssh/sshd_config.d/00-timmy-node.conf");
    QVERIFY(sshd.contains("PasswordAuthentication no\n"));
    QVERIFY(sshd.contains("PermitRootLogin prohibit-password\n"));
}

void TestNodeRehearsal::namesThePhaseThatFails_data()
{
    QTest::addColumn<int>("phase");
    QTest::addColumn<QByteArray>("call");
    QTest::newRow("packages") << 0 << QByteArray("apt-get*install*docker.io*");
    QTest::newRow("firewall") << 0 << QByteArray("ufw --force enable");
    QTest::newRow("formatting") << 0 << QByteArray("mkfs.ext4*");
    QTest::newRow("mounting") << 0 << QByteArray("mount *");
    QTest::newRow("the tailnet") << 0 << QByteArray("tailscale up*");
    QTest::newRow("the size of the disk, in a subshell") << 1 << QByteArray("df*");
    QTest::newRow("the tailnet's address, in a subshell") << 1 << QByteArray("tailscale ip*");
    QTest::newRow("an image") << 1 << QByteArray("docker-compose*pull*bitcoind");
    QTest::newRow("Bitcoin Core") << 1 << QByteArray("docker-compose*getblockchaininfo");
    QTest::newRow("LND") << 2 << QByteArray("curl*/v1/state");
    QTest::newRow("seed words, in a pipe") << 3 << QByteArray("curl*/v1/genseed");
    QTest::newRow("the wallet, at the end of a pipe") << 3 << QByteArray("curl*/v1/initwallet");
    QTest::newRow("LNbits") << 5 << QByteArray("curl*/api/v1/health");
    QTest::newRow("its service") << 5 << QByteArray("systemctl enable timmy-node-lnbits");
    QTest::newRow("the tailnet's name") << 6 << QByteArray("tailscale status*");
}

void TestNodeRehearsal::namesThePhaseThatFails()
{
    QFETCH(const int, phase);
    QFETCH(const QByteArray, call);
    Rehearsal machine;
    machine.fail(call);
    const Rehearsal::Outcome failed = machine.run(fullScript);
    QVERIFY2(failed.code > 0, failed.output.constData());
    const QByteArray last = machine.progress().last();
    QVERIFY2(last.startsWith("failed " + phases.at(phase) + " ("), last.constData());
    QCOMPARE(failed.output.count(" failed "), 1);
    QCOMPARE(machine.read(node + "progress").count(" failed "), 1);
    QVERIFY(!machine.exists("root/root/node-credentials.txt"));

    // Once the cause is gone, it goes on where it was.
    machine.remove("fail/always");
    machine.remove(node + "progress");
    const Rehearsal::Outcome second = machine.run(fullScript);
    QVERIFY2(second.code == 0, second.output.constData());
    QList<QByteArray> progress = machine.progress();
    progress.removeAll("the volume has a file system");
    QCOMPARE(progress, smoothFrom(phase));
}

void TestNodeRehearsal::waitsForAsLongAsItSays_data()
{
    QTest::addColumn<QByteArray>("call");
    QTest::addColumn<QByteArray>("what");
    QTest::addColumn<int>("seconds");
    QTest::newRow("Bitcoin Core") << QByteArray("*getblockchaininfo") << QByteArray("Bitcoin Core") << 300;
    QTest::newRow("LND") << QByteArray("curl*/v1/state") << QByteArray("LND") << 360;
    QTest::newRow("LND's macaroon") << QByteArray() << QByteArray("LND's macaroon") << 300;
    QTest::newRow("LNbits") << QByteArray("curl*/health") << QByteArray("LNbits") << 300;
}

void TestNodeRehearsal::waitsForAsLongAsItSays()
{
    QFETCH(const QByteArray, call);
    QFETCH(const QByteArray, what);
    QFETCH(const int, seconds);
    Rehearsal machine;
    // What LND may take by itself, before it knows its state.
    machine.write("lnd-asked", {});
    if (call.isEmpty())
        machine.write("no-macaroon", {});
    else
        machine.fail(call);
    const int before = machine.read("clock").trimmed().toInt();
    QVERIFY(machine.run(bareScript).code > 0);
    QCOMPARE(machine.read("clock").trimmed().toInt() - before, seconds);
    QVERIFY(
        machine.progress().contains(what + " did not come up within " + QByteArray::number(seconds) + " s"));
}

void TestNodeRehearsal::bearsASlowNetwork()
{
    Rehearsal machine;
    machine.fail("apt-get*update*", "once-index");
    machine.fail("apt-get*install*tailscale", "once-package");
    machine.fail("curl*.gpg*", "once-key");
    machine.fail("docker-compose*pull*", "once-image");
    machine.fail("docker-compose*getblockchaininfo", "once-answer");
    const Rehearsal::Outcome outcome = machine.run(fullScript);
    QVERIFY2(outcome.code == 0, outcome.output.constData());
    QVERIFY(QDir(machine.path("fail")).isEmpty());
}

void TestNodeRehearsal::prunesWhenTheDiskIsSmall_data()
{
    QTest::addColumn<QByteArray>("gigabytes");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("25 GB") << QByteArray("25") << QByteArray("\nprune=1000\n");
    QTest::newRow("160 GB") << QByteArray("160") << QByteArray("\nprune=104000\n");
    QTest::newRow("899 GB") << QByteArray("899") << QByteArray("\nprune=695200\n");
    QTest::newRow("900 GB") << QByteArray("900") << QByteArray();
    QTest::newRow("2 TB") << QByteArray("2000") << QByteArray();
}

void TestNodeRehearsal::prunesWhenTheDiskIsSmall()
{
    QFETCH(const QByteArray, gigabytes);
    QFETCH(const QByteArray, line);
    Rehearsal machine;
    machine.write("disk-gb", gigabytes);
    QCOMPARE(machine.run(bareScript).code, 0);
    const QByteArray conf = machine.read(data + "bitcoin/bitcoin.conf");
    QVERIFY(conf.contains("\nrpcallowip=172.29.83.0/24\n"));
    QCOMPARE(conf.contains("prune="), !line.isEmpty());
    QVERIFY(conf.contains(line));
}

QTEST_GUILESS_MAIN(TestNodeRehearsal)
#include "tst_NodeRehearsal.moc"
