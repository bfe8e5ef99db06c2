// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Cipher.h"
#include "core/nostr/Nip44.h"
#include "tests/nostr/NostrSamples.h"
#include "tests/support/Expect.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <openssl/evp.h>
#include <rapidcheck.h>

using namespace tower;

namespace {

QByteArray text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString().toUtf8();
}

/// One list of the official vectors, by its path under "v2"; empty when the folder is not there.
QJsonArray vectors(const char *group, const char *name)
{
    QFile file(samples::vectorFile(QStringLiteral("nip44.vectors.json")));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object()["v2"].toObject();
    const QJsonValue value = all[QLatin1String(group)].toObject()[QLatin1String(name)];
    return value.isArray() ? value.toArray() : QJsonArray{value};
}

/// Rows of (number, vector) for a _data function.
void addRows(const char *group, const char *name, qsizetype count)
{
    QTest::addColumn<QJsonObject>("row");
    const QJsonArray all = vectors(group, name);
    if (all.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    QCOMPARE(all.size(), count);
    for (qsizetype i = 0; i < all.size(); ++i)
        QTest::addRow("%s %d", name, int(i)) << all[i].toObject();
}

Nip44Conversation::Nonce nonceFrom(const QByteArray &hex)
{
    return PaymentHash::fromHex(QByteArrayView(hex)).value().bytes();
}

Nip44Conversation conversationFrom(const QByteArray &hex)
{
    return Nip44Conversation(SecretBytes(QByteArray::fromHex(hex)));
}

QByteArray sha256Hex(const QByteArray &data)
{
    return PaymentHash(sha256(data)).hex();
}

const QByteArray sampleKey(64, 'c');

/// A payload that is in order but for what `padded` says: the prefix, the text and the padding.
QByteArray payloadOf(const Nip44Conversation &conversation, const Nip44Conversation::Nonce &nonce,
                     const QByteArray &padded)
{
    const auto keys = conversation.messageKeys(nonce);
    const QByteArray iv = QByteArray(4, 0) + keys.cipherNonce().toByteArray();
    const QByteArray signedPart =
        QByteArrayView(nonce.data(), 32).toByteArray() +
        *runCipher(EVP_chacha20(), CipherUse::Encrypt, keys.cipherKey(), iv, padded);
    const auto mac = hmacSha256(keys.macKey(), signedPart);
    return ('\2' + signedPart + QByteArray(reinterpret_cast<const char *>(mac.data()), 32)).toBase64();
}

} // namespace

class TestNip44 : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void conversationKey_data() { addRows("valid", "get_conversation_key", 35); }
    void conversationKey();
    void messageKeys();
    void paddedLength();
    void encryptDecrypt_data() { addRows("valid", "encrypt_decrypt", 10); }
    void encryptDecrypt();
    void longMessages_data() { addRows("valid", "encrypt_decrypt_long_msg", 3); }
    void longMessages();
    void invalidLengths();
    void invalidKeys_data() { addRows("invalid", "get_conversation_key", 8); }
    void invalidKeys();
    void invalidPayloads_data() { addRows("invalid", "decrypt", 12); }
    void invalidPayloads();
    void paddingIsChecked_data();
    void paddingIsChecked();
    void extendedLengthsAreRead_data();
    void extendedLengthsAreRead();
    void hugePayloadsAreNotLookedAt();
    void readsWhatTheOtherWrote();
    void noCharacterCanBeChanged();
};

void TestNip44::conversationKey()
{
    QFETCH(QJsonObject, row);
    const auto own = SecretKey::fromText(text(row, "sec1"));
    const auto other = PubKey::fromHex(QByteArrayView(text(row, "pub2")));
    QVERIFY(own && other);
    QCOMPARE(Nip44Conversation(*own, *other).key().toByteArray().toHex(), text(row, "conversation_key"));
}

void TestNip44::messageKeys()
{
    const QJsonArray all = vectors("valid", "get_message_keys");
    if (all.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    const QJsonObject group = all.first().toObject();
    const Nip44Conversation conversation = conversationFrom(text(group, "conversation_key"));
    const QJsonArray rows = group.value(QStringLiteral("keys")).toArray();
    QCOMPARE(rows.size(), 32);
    for (const auto &value : rows) {
        const QJsonObject row = value.toObject();
        const auto keys = conversation.messageKeys(nonceFrom(text(row, "nonce")));
        QCOMPARE(keys.cipherKey().toByteArray().toHex(), text(row, "chacha_key"));
        QCOMPARE(keys.cipherNonce().toByteArray().toHex(), text(row, "chacha_nonce"));
        QCOMPARE(keys.macKey().toByteArray().toHex(), text(row, "hmac_key"));
    }
}

void TestNip44::paddedLength()
{
    const QJsonArray rows = vectors("valid", "calc_padded_len");
    if (rows.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    QCOMPARE(rows.size(), 24);
    for (const auto &row : rows)
        QCOMPARE(Nip44Conversation::paddedLength(row.toArray()[0].toInteger()), row.toArray()[1].toInteger());
}

void TestNip44::encryptDecrypt()
{
    QFETCH(QJsonObject, row);
    const auto first = SecretKey::fromText(text(row, "sec1"));
    const auto second = SecretKey::fromText(text(row, "sec2"));
    QVERIFY(first && second);
    const Nip44Conversation here(*first, second->pubKey());
    const Nip44Conversation there(*second, first->pubKey());
    QCOMPARE(here.key().toByteArray().toHex(), text(row, "conversation_key"));
    QCOMPARE(there.key().toByteArray().toHex(), text(row, "conversation_key"));
    QCOMPARE(here.encrypt(text(row, "plaintext"), nonceFrom(text(row, "nonce"))), text(row, "payload"));
    QCOMPARE(there.decrypt(text(row, "payload")), text(row, "plaintext"));
}

void TestNip44::longMessages()
{
    QFETCH(QJsonObject, row);
    const QByteArray plain = text(row, "pattern").repeated(row.value(QStringLiteral("repeat")).toInt());
    QCOMPARE(sha256Hex(plain), text(row, "plaintext_sha256"));
    const Nip44Conversation conversation = conversationFrom(text(row, "conversation_key"));
    const QByteArray payload = conversation.encrypt(plain, nonceFrom(text(row, "nonce")));
    QCOMPARE(sha256Hex(payload), text(row, "payload_sha256"));
    QCOMPARE(conversation.decrypt(payload), plain);
}

void TestNip44::invalidLengths()
{
    const QJsonArray lengths = vectors("invalid", "encrypt_msg_lengths");
    if (lengths.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    QCOMPARE(lengths.size(), 4);
    const Nip44Conversation conversation = conversationFrom(sampleKey);
    for (const auto &length : lengths) {
        const QByteArray plain(length.toInt(), 'x');
        QCOMPARE(errorCodeOf([&] { static_cast<void>(conversation.encrypt(plain)); }), "invalid_request");
    }
}

void TestNip44::invalidKeys()
{
    QFETCH(QJsonObject, row);
    const auto own = SecretKey::fromText(text(row, "sec1"));
    const auto other = PubKey::fromHex(QByteArrayView(text(row, "pub2")));
    QVERIFY(other);
    if (own)
        QCOMPARE(errorCodeOf([&] { Nip44Conversation(*own, *other); }), "invalid_request");
    else
        QVERIFY(text(row, "note").startsWith("sec1"));
}

void TestNip44::invalidPayloads()
{
    QFETCH(QJsonObject, row);
    const bool unsupported = text(row, "note").startsWith("unknown encryption version");
    const Nip44Conversation conversation = conversationFrom(text(row, "conversation_key"));
    QCOMPARE(errorCodeOf([&] { static_cast<void>(conversation.decrypt(text(row, "payload"))); }),
             unsupported ? "encryption_unsupported" : "decryption_failed");
}

void TestNip44::paddingIsChecked_data()
{
    QTest::addColumn<QByteArray>("padded");
    QTest::addColumn<bool>("readable");
    const auto row = [](const char *name, const QByteArray &padded, bool readable = false) {
        QTest::newRow(name) << padded << readable;
    };
    row("one letter", QByteArray("\0\1x", 3) + QByteArray(31, 0), true);
    row("32 letters", QByteArray("\0\x20", 2) + QByteArray(32, 'x'), true);
    row("zeros are not needed", QByteArray("\0\1x", 3) + QByteArray(31, 'y'), true);
    row("33 letters said, 32 there", QByteArray("\0\x21", 2) + QByteArray(32, 'x'));
    row("65535 letters said", QByteArray("\xff\xff", 2) + QByteArray(32, 'x'));
    row("no letter", QByteArray(34, 0));
    row("a byte more", QByteArray("\0\1x", 3) + QByteArray(32, 0));
    row("too much padding", QByteArray("\0\1x", 3) + QByteArray(63, 0));
    row("a short text with the long prefix", QByteArray("\0\0\0\0\0\1x", 7) + QByteArray(31, 0));
    row("four gigabytes said", QByteArray("\0\0\xff\xff\xff\xff", 6) + QByteArray(32, 0));
}

void TestNip44::paddingIsChecked()
{
    QFETCH(QByteArray, padded);
    QFETCH(bool, readable);
    const Nip44Conversation conversation = conversationFrom(sampleKey);
    const QByteArray payload = payloadOf(conversation, {7}, padded);
    QCOMPARE(errorCodeOf([&] { static_cast<void>(conversation.decrypt(payload)); }),
             readable ? "" : "decryption_failed");
    if (readable)
        QCOMPARE(conversation.decrypt(payload), padded.sliced(2, padded[1]));
}

/// Longer texts than we write are read. The sums are those in NIP-44 as of June 2026.
void TestNip44::extendedLengthsAreRead_data()
{
    QTest::addColumn<QByteArray>("prefix");
    QTest::addColumn<qsizetype>("length");
    QTest::addColumn<QByteArray>("sum");
    QTest::newRow("65535") << QByteArray("\xff\xff", 2) << qsizetype(65'535)
                           << QByteArray("6d8c2810d1e870fbaa1f0a0937126cca837a15f9260e27060c331d70a3c0bc84");
    QTest::newRow("65536") << QByteArray("\0\0\0\1\0\0", 6) << qsizetype(65'536)
                           << QByteArray("b7b4edb36ba92e267d322d56d9aebc22e7fa96ff52e3c12adc07f07a43cbc616");
    QTest::newRow("65537") << QByteArray("\0\0\0\1\0\1", 6) << qsizetype(65'537)
                           << QByteArray("eeb7c7c5373894ea2c1547cfd3ccb15d5a0b2d619da852e5c79df792dcc9e435");
}

void TestNip44::extendedLengthsAreRead()
{
    QFETCH(QByteArray, prefix);
    QFETCH(qsizetype, length);
    QFETCH(QByteArray, sum);
    const Nip44Conversation conversation =
        conversationFrom("c41c775356fd92eadc63ff5a0dc1da211b268cbea22316767095b2871ea1412d");
    const Nip44Conversation::Nonce nonce = nonceFrom(QByteArray(63, '0') + '1');
    const QByteArray plain(length, 'a');
    const QByteArray padding(Nip44Conversation::paddedLength(length) - length, 0);
    const QByteArray payload = payloadOf(conversation, nonce, prefix + plain + padding);
    QCOMPARE(sha256Hex(payload), sum);
    QCOMPARE(conversation.decrypt(payload), plain);
}

void TestNip44::hugePayloadsAreNotLookedAt()
{
    const Nip44Conversation conversation = conversationFrom(sampleKey);
    const QByteArray payload(Nip44Conversation::maximumPayload + 4, 'A');
    QCOMPARE(errorCodeOf([&] { static_cast<void>(conversation.decrypt(payload)); }), "decryption_failed");
    // Of the largest that is looked at, the version is seen.
    QCOMPARE(errorCodeOf([&] { static_cast<void>(conversation.decrypt(payload.chopped(4))); }),
             "encryption_unsupported");
}

void TestNip44::readsWhatTheOtherWrote()
{
    QVERIFY(rc::check("what one side wrote the other reads, and nobody else", [] {
        const SecretKey here = samples::key(*rc::gen::inRange<char>(1, 100));
        const SecretKey there = samples::key(*rc::gen::inRange<char>(1, 100));
        const auto bytes = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<char>>());
        const QByteArray plain(bytes.data(), static_cast<qsizetype>(bytes.size()));
        const QByteArray payload = Nip44Conversation(here, there.pubKey()).encrypt(plain);
        RC_ASSERT(Nip44Conversation(there, here.pubKey()).decrypt(payload) == plain);
        const Nip44Conversation stranger(samples::key(101), here.pubKey());
        RC_ASSERT(errorCodeOf([&] { static_cast<void>(stranger.decrypt(payload)); }) == "decryption_failed");
    }));
}

void TestNip44::noCharacterCanBeChanged()
{
    const Nip44Conversation conversation = conversationFrom(sampleKey);
    const QByteArray payload = conversation.encrypt("hello", {1});
    QCOMPARE(conversation.decrypt(payload), "hello");
    for (qsizetype at = 0; at < payload.size(); ++at) {
        QByteArray changed = payload;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        QVERIFY2(!errorCodeOf([&] { static_cast<void>(conversation.decrypt(changed)); }).isEmpty(),
                 qPrintable(QString::number(at)));
    }
    QVERIFY(conversation.encrypt("hello") != conversation.encrypt("hello"));
}

QTEST_GUILESS_MAIN(TestNip44)
#include "tst_Nip44.moc"
