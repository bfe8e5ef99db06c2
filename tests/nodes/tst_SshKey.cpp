// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/nodes/SshKey.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <unistd.h>

using namespace tower;

namespace {

/// RFC 4251, section 5.
QByteArray sshString(const QByteArray &bytes)
{
    QByteArray out(4, '\0');
    qToBigEndian(static_cast<quint32>(bytes.size()), out.data());
    return out + bytes;
}

QByteArray rsaBlob(const QByteArray &exponent, const QByteArray &modulus)
{
    return sshString("ssh-rsa") + sshString(exponent) + sshString(modulus);
}

/// A positive, odd mpint of so many bits.
QByteArray oddNumber(int bits)
{
    QByteArray out((bits + 7) / 8, '\x5a');
    out[0] = static_cast<char>(1 << ((bits - 1) % 8));
    out[out.size() - 1] = '\x5b';
    return bits % 8 == 0 ? '\0' + out : out;
}

QString line(const QByteArray &algorithm, const QByteArray &blob)
{
    return QString::fromLatin1(algorithm + ' ' + blob.toBase64());
}

QByteArray blobOf(const QByteArray &publicKey)
{
    return QByteArray::fromBase64(publicKey.mid(publicKey.indexOf(' ') + 1));
}

struct Outcome
{
    int code = -1;
    QByteArray output;
    QByteArray errors;
};

Outcome runProgram(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    process.closeWriteChannel();
    if (!process.waitForFinished(60'000))
        return {-1, {}, process.errorString().toUtf8()};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : quint16(0);
}

} // namespace

class TestSshKey : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void privateKeyIsPkcs1();
    void sshKeygenDerivesThePublicKey();
    void fingerprintIsThatOfSshKeygen();
    void twoAreNeverAlike();
    void opensAnSshServer();
    void readsWhatSshKeygenWrites_data();
    void readsWhatSshKeygenWrites();
    void dropsWhatSurroundsTheKey();
    void takesModuliOf_data();
    void takesModuliOf();
    void refuses_data();
    void refuses();

private:
    [[nodiscard]] QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    [[nodiscard]] QByteArray read(const char *name) const;
    void write(const char *name, QByteArrayView content) const;
    [[nodiscard]] QByteArray generated(const QStringList &kind, const char *name) const;

    QTemporaryDir m_folder;
    SshKeyPair m_pair;
};

QByteArray TestSshKey::read(const char *name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TestSshKey::write(const char *name, QByteArrayView content) const
{
    QFile file(path(name));
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(file.errorString()));
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    QCOMPARE(file.write(content.data(), content.size()), content.size());
}

/// The .pub file that ssh-keygen writes.
QByteArray TestSshKey::generated(const QStringList &kind, const char *name) const
{
    QFile::remove(path(name));
    const Outcome made =
        runProgram(QStringLiteral("ssh-keygen"),
                   QStringList{QStringLiteral("-q"), QStringLiteral("-N"), QString(), QStringLiteral("-C"),
                               QStringLiteral("somebody at home"), QStringLiteral("-f"), path(name)} +
                       kind);
    return made.code == 0 ? read(QByteArray(name).append(".pub").constData()) : made.errors;
}

void TestSshKey::initTestCase()
{
    QVERIFY(m_folder.isValid());
    m_pair = generateSshKeyPair();
    write("key", m_pair.privateKey.view());
}

void TestSshKey::privateKeyIsPkcs1()
{
    const QByteArray pem = read("key");
    QVERIFY(pem.startsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
    QVERIFY(pem.endsWith("-----END RSA PRIVATE KEY-----\n"));
    const Outcome openssl =
        runProgram(QStringLiteral("openssl"),
                   {QStringLiteral("rsa"), QStringLiteral("-in"), path("key"), QStringLiteral("-check"),
                    QStringLiteral("-noout"), QStringLiteral("-text")});
    QCOMPARE(openssl.code, 0);
    QVERIFY((openssl.output + openssl.errors).contains("RSA key ok"));
    QVERIFY(openssl.output.contains("(4096 bit"));
}

void TestSshKey::sshKeygenDerivesThePublicKey()
{
    const Outcome derived =
        runProgram(QStringLiteral("ssh-keygen"), {QStringLiteral("-y"), QStringLiteral("-f"), path("key")});
    QCOMPARE(derived.errors, QByteArray());
    QCOMPARE(derived.output.trimmed(), m_pair.publicKey);
    QCOMPARE(readSshPublicKey(QString::fromLatin1(m_pair.publicKey)), m_pair.publicKey);
}

void TestSshKey::fingerprintIsThatOfSshKeygen()
{
    write("key.pub", m_pair.publicKey + '\n');
    const Outcome shown = runProgram(QStringLiteral("ssh-keygen"),
                                     {QStringLiteral("-l"), QStringLiteral("-E"), QStringLiteral("md5"),
                                      QStringLiteral("-f"), path("key.pub")});
    QVERIFY2(shown.output.startsWith("4096 MD5:" + sshFingerprint(m_pair.publicKey).toLatin1() + ' '),
             shown.output.constData());
}

void TestSshKey::twoAreNeverAlike()
{
    QVERIFY(generateSshKeyPair().publicKey != m_pair.publicKey);
}

/// The way that it goes at the customer's: the key opens a machine that was given the public half.
void TestSshKey::opensAnSshServer()
{
    const QByteArray hostKey = generated({QStringLiteral("-t"), QStringLiteral("ed25519")}, "host");
    QVERIFY2(hostKey.startsWith("ssh-ed25519 "), hostKey.constData());
    write("authorized", m_pair.publicKey + '\n');
    // Run as root, sshd wants the folder that its service would have made.
    if (::geteuid() == 0)
        QVERIFY(QDir().mkpath(QStringLiteral("/run/sshd")));

    QProcess server;
    quint16 port = 0;
    // The port may be taken by another between the look and the start.
    for (int attempt = 0; attempt < 5 && server.state() == QProcess::NotRunning; ++attempt) {
        port = freePort();
        write("sshd.conf", "ListenAddress 127.0.0.1\nPort " + QByteArray::number(port) + "\nHostKey " +
                               path("host").toUtf8() + "\nAuthorizedKeysFile " + path("authorized").toUtf8() +
                               "\nStrictModes no\nUsePAM no\nPidFile none\n"
                               "PasswordAuthentication no\nKbdInteractiveAuthentication no\n");
        server.start(QStringLiteral("/usr/sbin/sshd"),
                     {QStringLiteral("-D"), QStringLiteral("-e"), QStringLiteral("-f"), path("sshd.conf")});
        QByteArray log;
        while (!log.contains("Server listening on") && server.waitForReadyRead(20'000))
            log += server.readAllStandardError();
        if (!log.contains("Server listening on"))
            server.waitForFinished(20'000);
    }
    QCOMPARE(server.state(), QProcess::Running);

    write("known", "[127.0.0.1]:" + QByteArray::number(port) + ' ' + hostKey);
    const auto sshWith = [&](const char *key) {
        return runProgram(QStringLiteral("ssh"),
                          {QStringLiteral("-F"), QStringLiteral("none"), QStringLiteral("-i"), path(key),
                           QStringLiteral("-o"), QStringLiteral("IdentitiesOnly=yes"), QStringLiteral("-o"),
                           QStringLiteral("BatchMode=yes"), QStringLiteral("-o"),
                           QStringLiteral("UserKnownHostsFile=") + path("known"), QStringLiteral("-o"),
                           QStringLiteral("StrictHostKeyChecking=yes"), QStringLiteral("-p"),
                           QString::number(port), QStringLiteral("127.0.0.1"),
                           QStringLiteral("echo reached $((6 * 7))")});
    };
    const Outcome inside = sshWith("key");
    QCOMPARE(inside.code, 0);
    QCOMPARE(inside.output, QByteArray("reached 42\n"));

    const QByteArray other = generated({QStringLiteral("-t"), QStringLiteral("ed25519")}, "other");
    QVERIFY2(other.startsWith("ssh-ed25519 "), other.constData());
    const Outcome outside = sshWith("other");
    QCOMPARE(outside.code, 255);
    QVERIFY2(outside.errors.contains("Permission denied"), outside.errors.constData());
    server.terminate();
    QVERIFY(server.waitForFinished());
}

void TestSshKey::readsWhatSshKeygenWrites_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("bits");
    QTest::addColumn<QByteArray>("algorithm");
    QTest::newRow("ed25519") << "ed25519"
                             << "256" << QByteArray("ssh-ed25519");
    QTest::newRow("nistp256") << "ecdsa"
                              << "256" << QByteArray("ecdsa-sha2-nistp256");
    QTest::newRow("nistp384") << "ecdsa"
                              << "384" << QByteArray("ecdsa-sha2-nistp384");
    QTest::newRow("nistp521") << "ecdsa"
                              << "521" << QByteArray("ecdsa-sha2-nistp521");
    QTest::newRow("rsa 2048") << "rsa"
                              << "2048" << QByteArray("ssh-rsa");
    QTest::newRow("rsa 3072") << "rsa"
                              << "3072" << QByteArray("ssh-rsa");
}

void TestSshKey::readsWhatSshKeygenWrites()
{
    QFETCH(const QString, type);
    QFETCH(const QString, bits);
    QFETCH(const QByteArray, algorithm);
    const QByteArray file = generated({QStringLiteral("-t"), type, QStringLiteral("-b"), bits}, "customer");
    const QByteArray publicKey = readSshPublicKey(QString::fromUtf8(file));
    QCOMPARE(publicKey, file.left(file.indexOf(" somebody at home")));
    QVERIFY(publicKey.startsWith(algorithm + ' '));
}

void TestSshKey::dropsWhatSurroundsTheKey()
{
    const QString bare = line("ssh-ed25519", sshString("ssh-ed25519") + sshString(QByteArray(32, 'k')));
    const QByteArray expected = bare.toLatin1();
    QCOMPARE(readSshPublicKey(bare), expected);
    QCOMPARE(readSshPublicKey(bare + QStringLiteral("\r\n")), expected);
    QCOMPARE(readSshPublicKey(QStringLiteral("  ") + bare + QStringLiteral("\tJörg's \"laptop\"\n")),
             expected);
    QCOMPARE(readSshPublicKey(QString(bare).replace(QLatin1Char(' '), QStringLiteral(" \t "))), expected);
}

void TestSshKey::takesModuliOf_data()
{
    QTest::addColumn<int>("bits");
    for (const int bits : {2048, 2049, 3072, 4096, 8192, 16384})
        QTest::newRow(qPrintable(QString::number(bits))) << bits;
}

void TestSshKey::takesModuliOf()
{
    QFETCH(const int, bits);
    const QString text = line("ssh-rsa", rsaBlob(QByteArray::fromHex("010001"), oddNumber(bits)));
    QCOMPARE(readSshPublicKey(text), text.toLatin1());
}

void TestSshKey::refuses_data()
{
    const QByteArray e = QByteArray::fromHex("010001");
    const QByteArray n = oddNumber(2048);
    const QByteArray ed = sshString("ssh-ed25519") + sshString(QByteArray(32, 'k'));
    const QByteArray p256 = blobOf(generated(
        {QStringLiteral("-t"), QStringLiteral("ecdsa"), QStringLiteral("-b"), QStringLiteral("256")},
        "curve"));
    const QByteArray point = p256.last(65);
    const auto onCurve = [](const QByteArray &algorithm, const QByteArray &curve, const QByteArray &at) {
        return sshString(algorithm) + sshString(curve) + sshString(at);
    };
    const QString good = line("ssh-ed25519", ed);

    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << "";
    QTest::newRow("a word") << "ssh-ed25519";
    QTest::newRow("words") << "open the door please";
    QTest::newRow("two lines") << good + QLatin1Char('\n') + good;
    QTest::newRow("a line break in the comment") << good + QStringLiteral(" me\nssh-ed25519 AAAA");
    QTest::newRow("a carriage return") << good + QStringLiteral(" me\rssh-ed25519 AAAA");
    QTest::newRow("a null") << good + QLatin1Char(' ') + QChar(0) + QStringLiteral("x");
    QTest::newRow("an option") << QStringLiteral("command=\"/bin/sh\" ") + good;
    QTest::newRow("another option") << QStringLiteral("no-pty ") + good;
    QTest::newRow("too long") << good + QLatin1Char(' ') + QString(8192, QLatin1Char('x'));
    QTest::newRow("a private key") << "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n";
    QTest::newRow("the algorithm in capitals") << line("SSH-ED25519", ed);
    QTest::newRow("a letter that looks alike") << QString(good).replace(1, 1, QChar(0x0455));

    QTest::newRow("no base64") << "ssh-ed25519 !!!!";
    const QString padded = line("ssh-rsa", rsaBlob(e, oddNumber(3072)));
    QVERIFY(padded.endsWith(QStringLiteral("Wls=")));
    QTest::newRow("base64 without its padding") << padded.chopped(1);
    QTest::newRow("base64 with more padding") << good + QStringLiteral("==");
    QTest::newRow("base64 of the other alphabet")
        << line("ssh-ed25519", sshString("ssh-ed25519") + sshString(QByteArray(32, '\xff')))
               .replace(QLatin1Char('/'), QLatin1Char('_'));
    QTest::newRow("bits after the last byte") << padded.chopped(2) + QStringLiteral("t=");
    QTest::newRow("a space in the key") << QString(good).insert(30, QLatin1Char(' '));

    QTest::newRow("another algorithm inside") << line("ssh-rsa", ed);
    QTest::newRow("another algorithm outside") << line("ssh-ed25519", rsaBlob(e, n));
    QTest::newRow("dsa") << line("ssh-dss", sshString("ssh-dss") + sshString(n));
    QTest::newRow("a hardware key") << line("sk-ssh-ed25519@openssh.com",
                                            sshString("sk-ssh-ed25519@openssh.com") +
                                                sshString(QByteArray(32, 'k')) + sshString("ssh:"));
    QTest::newRow("a certificate") << line("ssh-ed25519-cert-v01@openssh.com",
                                           sshString("ssh-ed25519-cert-v01@openssh.com") +
                                               sshString(QByteArray(32, 'n')));
    QTest::newRow("rsa by the name of its signature")
        << line("rsa-sha2-512", sshString("rsa-sha2-512") + sshString(e) + sshString(n));
    QTest::newRow("an empty blob") << line("ssh-ed25519", sshString(""));
    QTest::newRow("only the algorithm") << line("ssh-ed25519", sshString("ssh-ed25519"));

    QTest::newRow("ed25519 of 31 bytes")
        << line("ssh-ed25519", sshString("ssh-ed25519") + sshString(QByteArray(31, 'k')));
    QTest::newRow("ed25519 of 33 bytes")
        << line("ssh-ed25519", sshString("ssh-ed25519") + sshString(QByteArray(33, 'k')));
    QTest::newRow("ed25519 cut off") << line("ssh-ed25519", ed.chopped(1));
    QTest::newRow("ed25519 and a byte") << line("ssh-ed25519", ed + 'x');
    QTest::newRow("a length of 4 GB")
        << line("ssh-ed25519", sshString("ssh-ed25519") + QByteArray(4, '\xff') + QByteArray(32, 'k'));

    QTest::newRow("rsa of 2047 bits") << line("ssh-rsa", rsaBlob(e, oddNumber(2047)));
    QTest::newRow("rsa of 1024 bits") << line("ssh-rsa", rsaBlob(e, oddNumber(1024)));
    QTest::newRow("rsa of 16385 bits") << line("ssh-rsa", rsaBlob(e, oddNumber(16385)));
    QTest::newRow("a negative modulus") << line("ssh-rsa", rsaBlob(e, n.sliced(1)));
    QTest::newRow("a modulus with a needless zero") << line("ssh-rsa", rsaBlob(e, '\0' + n));
    QTest::newRow("an even modulus") << line("ssh-rsa", rsaBlob(e, n.chopped(1) + '\x5a'));
    QTest::newRow("a modulus of zero") << line("ssh-rsa", rsaBlob(e, ""));
    QTest::newRow("an exponent of 1") << line("ssh-rsa", rsaBlob("\x01", n));
    QTest::newRow("an even exponent") << line("ssh-rsa", rsaBlob("\x04", n));
    QTest::newRow("no exponent") << line("ssh-rsa", rsaBlob("", n));
    QTest::newRow("a negative exponent") << line("ssh-rsa", rsaBlob("\x81", n));
    QTest::newRow("rsa cut off") << line("ssh-rsa", rsaBlob(e, n).chopped(1));
    QTest::newRow("rsa and a byte") << line("ssh-rsa", rsaBlob(e, n) + 'x');
    QTest::newRow("rsa and a third number") << line("ssh-rsa", rsaBlob(e, n) + sshString(e));

    const QByteArray nistp256 = "ecdsa-sha2-nistp256";
    QTest::newRow("another curve inside") << line(nistp256, onCurve(nistp256, "nistp384", point));
    QTest::newRow("another curve's point")
        << line("ecdsa-sha2-nistp384", onCurve("ecdsa-sha2-nistp384", "nistp384", point));
    QTest::newRow("a curve that is not known")
        << line("ecdsa-sha2-nistp224", onCurve("ecdsa-sha2-nistp224", "nistp224", point));
    QTest::newRow("a compressed point")
        << line(nistp256, onCurve(nistp256, "nistp256", '\x02' + point.mid(1, 32)));
    QTest::newRow("a hybrid point") << line(nistp256, onCurve(nistp256, "nistp256", '\x06' + point.mid(1)));
    QTest::newRow("a point beside the curve")
        << line(nistp256, onCurve(nistp256, "nistp256", '\x04' + QByteArray(64, '\x11')));
    QTest::newRow("the point at infinity")
        << line(nistp256, onCurve(nistp256, "nistp256", QByteArray(1, '\0')));
    QTest::newRow("a point and a byte") << line(nistp256, onCurve(nistp256, "nistp256", point + 'x'));
    QTest::newRow("ecdsa and a byte") << line(nistp256, p256 + 'x');
}

void TestSshKey::refuses()
{
    QFETCH(const QString, text);
    try {
        const QByteArray accepted = readSshPublicKey(text);
        QFAIL(accepted.constData());
    } catch (const ServiceError &error) {
        QCOMPARE(error.kind(), ErrorKind::BadRequest);
        QCOMPARE(error.field(), QByteArray("sshPublicKey"));
    }
}

QTEST_GUILESS_MAIN(TestSshKey)
#include "tst_SshKey.moc"
