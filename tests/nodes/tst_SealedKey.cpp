// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/KeyDerivation.h"
#include "core/nodes/SealedKey.h"

#include <QProcess>
#include <QTest>

#include <rapidcheck.h>

#include <string>

using namespace tower;

namespace {

const QString context = QStringLiteral("3f1c5a2e-9d0b-4c4e-8a57-6d1f2b3c4d5e");
const QByteArray secret = "-----BEGIN RSA PRIVATE KEY-----\nof a node\n-----END RSA PRIVATE KEY-----\n";

SecretBytes dataKey(char digit = 'a')
{
    return SecretBytes(QByteArray(64, digit));
}

/// The code of the error, or "" when it opens.
QByteArray refusal(const SecretBytes &key, const QByteArray &sealed, const QString &where)
{
    try {
        const SecretBytes opened = unsealKey(key, sealed, where);
        return {};
    } catch (const ServiceError &error) {
        return error.kind() == ErrorKind::Internal ? error.code() : QByteArray("not internal");
    }
}

} // namespace

class TestSealedKey : public QObject
{
    Q_OBJECT

private slots:
    void opensWhatItSealed();
    void isAes256Gcm();
    void neverSealsTwiceAlike();
    void refusesEveryChangedByte();
    void refusesAnotherContext();
    void refusesAnotherDataKey();
    void refusesWhatIsNoSealedKey_data();
    void refusesWhatIsNoSealedKey();
};

void TestSealedKey::opensWhatItSealed()
{
    QVERIFY(rc::check("what is sealed opens under its key and context", [](const std::string &text,
                                                                           const std::string &where) {
        const QByteArray plain(text.data(), static_cast<qsizetype>(text.size()));
        const QString name = QString::fromLatin1(where.data(), static_cast<qsizetype>(where.size()));
        const QByteArray sealed = sealKey(dataKey(), plain, name);
        RC_ASSERT(unsealKey(dataKey(), sealed, name).view() == QByteArrayView(plain));
        RC_ASSERT(QByteArray::fromBase64(sealed).size() == 12 + plain.size() + 16);
    }));
}

/// Opened by another implementation, from its description alone.
void TestSealedKey::isAes256Gcm()
{
    const QByteArray all = QByteArray::fromBase64(sealKey(dataKey(), secret, context));
    const SecretBytes key = deriveKey(dataKey(), "node ssh private key");
    QProcess node;
    node.start(QStringLiteral("node"),
               {QStringLiteral("-e"),
                QStringLiteral(
                    "const [key, context, all] = process.argv.slice(1);"
                    "const bytes = Buffer.from(all, 'hex');"
                    "const open = require('crypto').createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'),"
                    "  bytes.subarray(0, 12));"
                    "open.setAAD(Buffer.from(context));"
                    "open.setAuthTag(bytes.subarray(-16));"
                    "process.stdout.write(open.update(bytes.subarray(12, -16)));"
                    "open.final();"),
                QString::fromLatin1(key.view().toByteArray().toHex()), context,
                QString::fromLatin1(all.toHex())});
    QVERIFY(node.waitForFinished());
    QCOMPARE(node.readAllStandardError(), QByteArray());
    QCOMPARE(node.exitCode(), 0);
    QCOMPARE(node.readAllStandardOutput(), secret);
}

void TestSealedKey::neverSealsTwiceAlike()
{
    const QByteArray first = QByteArray::fromBase64(sealKey(dataKey(), secret, context));
    const QByteArray second = QByteArray::fromBase64(sealKey(dataKey(), secret, context));
    QVERIFY(first.first(12) != second.first(12));
    QVERIFY(first.sliced(12) != second.sliced(12));
    QVERIFY(!first.contains("RSA"));
}

void TestSealedKey::refusesEveryChangedByte()
{
    const QByteArray sealed = sealKey(dataKey(), secret, context);
    const QByteArray bytes = QByteArray::fromBase64(sealed);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        QByteArray changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        QCOMPARE(refusal(dataKey(), changed.toBase64(), context), QByteArray("key_unreadable"));
    }
    for (qsizetype i = 0; i < sealed.size(); ++i) {
        QByteArray changed = sealed;
        changed[i] = sealed[i] == 'A' ? 'B' : 'A';
        QCOMPARE(refusal(dataKey(), changed, context), QByteArray("key_unreadable"));
    }
    QCOMPARE(refusal(dataKey(), sealed, context), QByteArray());
}

void TestSealedKey::refusesAnotherContext()
{
    QVERIFY(rc::check("what is sealed for one node opens for no other", [](const std::string &where) {
        const QString other = QString::fromLatin1(where.data(), static_cast<qsizetype>(where.size()));
        RC_PRE(other != context);
        RC_ASSERT(refusal(dataKey(), sealKey(dataKey(), secret, context), other) == "key_unreadable");
    }));
}

void TestSealedKey::refusesAnotherDataKey()
{
    const QByteArray sealed = sealKey(dataKey(), secret, context);
    QCOMPARE(refusal(dataKey('b'), sealed, context), QByteArray("key_unreadable"));
}

void TestSealedKey::refusesWhatIsNoSealedKey_data()
{
    const QByteArray sealed = sealKey(dataKey(), secret, context);
    const QByteArray bytes = QByteArray::fromBase64(sealed);
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no base64") << QByteArray("not base64");
    QTest::newRow("a line break after it") << sealed + '\n';
    QTest::newRow("a nonce alone") << bytes.first(12).toBase64();
    QTest::newRow("shorter than nonce and tag") << bytes.first(27).toBase64();
    QTest::newRow("cut off") << bytes.chopped(1).toBase64();
    QTest::newRow("a byte more") << (bytes + 'x').toBase64();
    QTest::newRow("in clear") << secret;
}

void TestSealedKey::refusesWhatIsNoSealedKey()
{
    QFETCH(const QByteArray, text);
    QCOMPARE(refusal(dataKey(), text, context), QByteArray("key_unreadable"));
}

QTEST_GUILESS_MAIN(TestSealedKey)
#include "tst_SealedKey.moc"
