// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip04.h"
#include "core/nostr/Nip44.h"
#include "tests/nostr/NostrSamples.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace tower;

namespace {

const QString folder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");

/// A text of this length, in letters of one to four bytes.
QByteArray message(qsizetype length)
{
    static const QByteArray letters("a\xc3\xa9\xe6\x9d\xaf\xf0\x9f\x98\x80\0\n", 12);
    const QByteArray whole = letters.repeated(length / letters.size());
    return whole + QByteArray(length - whole.size(), '.');
}

QByteArray text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString().toUtf8();
}

} // namespace

/// Encrypted messages (NIP-04, NIP-44) from nostr-tools and for it.
class TestMessageInterop : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void bothWays();
};

void TestMessageInterop::initTestCase()
{
    const bool there = !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
                       QDir(folder + QStringLiteral("/node_modules/nostr-tools")).exists();
    if (there)
        return;
    if (qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
        QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
    QSKIP("not run: needs node, and npm ci in tests/peers/node");
}

void TestMessageInterop::bothWays()
{
    const std::vector<qsizetype> lengths{1,   2,   15,  16,  17,  31,  32,    33,    63,    64,    65,
                                         127, 256, 257, 320, 321, 512, 1'000, 1'024, 1'025, 5'000, 40'000};
    const auto keyOf = [](std::size_t i) { return samples::key(static_cast<char>(i + 1)); };
    QByteArray input;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const SecretKey own = keyOf(i);
        const SecretKey other = keyOf(i + 1);
        const QByteArray plain = message(lengths[i]);
        const QByteArray secret(reinterpret_cast<const char *>(other.bytes().data()), 32);
        const Nip44Conversation conversation(own, other.pubKey());
        const auto line = [](const QByteArray &bytes) { return QString::fromLatin1(bytes); };
        input += QJsonDocument({{"sk", line(secret.toHex())},
                                {"pubkey", own.pubKey().text()},
                                {"nip04", line(encryptNip04(own, other.pubKey(), plain))},
                                {"nip44", line(conversation.encrypt(plain))}})
                     .toJson(QJsonDocument::Compact) +
                 '\n';
    }
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("node"), {QStringLiteral("messages.mjs")});
    process.write(input);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(60'000) && process.exitCode() == 0);
    const QList<QByteArray> answers = process.readAllStandardOutput().trimmed().split('\n');
    QCOMPARE(answers.size(), static_cast<qsizetype>(lengths.size()));
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const QJsonObject answer = QJsonDocument::fromJson(answers[static_cast<qsizetype>(i)]).object();
        const QByteArray plain = message(lengths[i]);
        const SecretKey own = keyOf(i);
        const PubKey other = keyOf(i + 1).pubKey();
        QCOMPARE(QByteArray::fromBase64(text(answer, "nip04")), plain);
        QCOMPARE(QByteArray::fromBase64(text(answer, "nip44")), plain);
        QCOMPARE(decryptNip04(own, other, text(answer, "nip04Back")), plain);
        QCOMPARE(Nip44Conversation(own, other).decrypt(text(answer, "nip44Back")), plain);
    }
}

QTEST_GUILESS_MAIN(TestMessageInterop)
#include "tst_MessageInterop.moc"
