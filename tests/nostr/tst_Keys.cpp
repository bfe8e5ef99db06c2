// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Keys.h"
#include "core/nostr/Nip19.h"
#include "tests/nostr/NostrSamples.h"

#include <QTest>

using namespace tower;

namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> arrayOf(const QByteArray &hex)
{
    const QByteArray bytes = QByteArray::fromHex(hex);
    std::array<std::uint8_t, Size> out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

QByteArray hexOf(const std::array<std::uint8_t, 64> &bytes)
{
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), 64).toHex();
}

} // namespace

class TestKeys : public QObject
{
    Q_OBJECT

private slots:
    void bip340_data();
    void bip340();
    void secretsOutsideTheGroupAreRefused();
    void readsSecretText_data();
    void readsSecretText();
    void movingEmptiesTheSource();
    void generatedKeysDiffer();
    void signatureHoldsForItsMessageOnly();
    void offCurveKeysVerifyNothing();
    void sha256_data();
    void sha256();
};

void TestKeys::bip340_data()
{
    QTest::addColumn<QList<QByteArray>>("row");
    QFile file(samples::vectorFile(QStringLiteral("bip340-test-vectors.csv")));
    if (!file.open(QIODevice::ReadOnly))
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    file.readLine();
    while (!file.atEnd()) {
        const QList<QByteArray> row = file.readLine().trimmed().split(',');
        QTest::newRow(("vector " + row[0]).constData()) << row;
    }
}

void TestKeys::bip340()
{
    QFETCH(QList<QByteArray>, row);
    const QByteArray secret = row[1].toLower();
    const PubKey key(arrayOf<32>(row[2]));
    const QByteArray message = QByteArray::fromHex(row[4]);
    const auto signature = arrayOf<64>(row[5]);
    const bool valid = row[6] == "TRUE";

    QCOMPARE(verifySchnorr(key, reinterpret_cast<const std::uint8_t *>(message.constData()),
                           static_cast<std::size_t>(message.size()), signature),
             valid);
    if (secret.isEmpty())
        return;
    const auto own = SecretKey::fromBytes(QByteArray::fromHex(secret));
    QVERIFY(own);
    QCOMPARE(own->pubKey().hex(), row[2].toLower());
    if (message.size() == 32)
        QCOMPARE(hexOf(own->sign(arrayOf<32>(row[4]), arrayOf<32>(row[3]))), row[5].toLower());
}

void TestKeys::secretsOutsideTheGroupAreRefused()
{
    const QByteArray order =
        QByteArray::fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    const QByteArray last =
        QByteArray::fromHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");
    QVERIFY(!SecretKey::fromBytes(QByteArray(32, 0)));
    QVERIFY(!SecretKey::fromBytes(order));
    QVERIFY(!SecretKey::fromBytes(QByteArray(32, '\xff')));
    QVERIFY(!SecretKey::fromBytes(QByteArray(31, 1)));
    QVERIFY(!SecretKey::fromBytes(QByteArray(33, 1)));
    QVERIFY(SecretKey::fromBytes(last));
}

void TestKeys::readsSecretText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("readable");
    const QByteArray nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
    const QByteArray hex = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";
    QTest::newRow("nsec") << nsec << true;
    QTest::newRow("nsec in capitals") << nsec.toUpper() << true;
    QTest::newRow("hex") << hex << true;
    QTest::newRow("hex in capitals") << hex.toUpper() << true;
    QTest::newRow("blanks around it") << " " + nsec + "\n" << true;
    QTest::newRow("nothing") << QByteArray() << false;
    QTest::newRow("mistyped nsec") << QByteArray(nsec).replace("vl02", "vl03") << false;
    QTest::newRow("hex, too short") << hex.first(62) << false;
    QTest::newRow("not hex") << QByteArray(hex).replace("67", "xy") << false;
    QTest::newRow("zero") << QByteArray(64, '0') << false;
    QTest::newRow("npub") << toNpub(samples::key().pubKey()) << false;
    QTest::newRow("nsec of 31 bytes") << bech32Encode("nsec", QByteArray(31, 1)) << false;
}

void TestKeys::readsSecretText()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, readable);
    const auto key = SecretKey::fromText(text);
    QCOMPARE(key.has_value(), readable);
    if (key)
        QCOMPARE(key->bytes(),
                 arrayOf<32>("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"));
}

void TestKeys::movingEmptiesTheSource()
{
    constexpr std::array<std::uint8_t, 32> nothing{};
    SecretKey first = samples::key(3);
    SecretKey second = std::move(first);
    QCOMPARE(first.bytes(), nothing); // NOLINT: what is left behind is the point
    SecretKey third = samples::key(4);
    third = std::move(second);
    QCOMPARE(second.bytes(), nothing); // NOLINT
    QCOMPARE(third.pubKey(), samples::key(3).pubKey());
}

void TestKeys::generatedKeysDiffer()
{
    const SecretKey one = SecretKey::generate();
    const SecretKey other = SecretKey::generate();
    QVERIFY(one.bytes() != other.bytes());
    QVERIFY(isOnCurve(one.pubKey()));
}

void TestKeys::signatureHoldsForItsMessageOnly()
{
    const SecretKey key = samples::key();
    const auto message = tower::sha256("one");
    const auto signature = key.sign(message);
    QVERIFY(verifySchnorr(key.pubKey(), message, signature));
    QVERIFY(!verifySchnorr(key.pubKey(), tower::sha256("two"), signature));
    QVERIFY(!verifySchnorr(samples::key(8).pubKey(), message, signature));
    QVERIFY(key.sign(message) != signature); // fresh randomness each time
    QCOMPARE(key.sign(message, {}), key.sign(message, {}));
}

void TestKeys::offCurveKeysVerifyNothing()
{
    const PubKey off(arrayOf<32>("4a298dacae57395a15d0795ddbfd1dcb564da82b0f269bc70a74f8220429ba1d"));
    QVERIFY(!isOnCurve(off));
    QVERIFY(isOnCurve(samples::key().pubKey()));
    QVERIFY(!verifySchnorr(off, tower::sha256("x"), samples::key().sign(tower::sha256("x"))));
}

void TestKeys::sha256_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("hash");
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << QByteArray("abc")
                         << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("a million") << QByteArray(1'000'000, 'a')
                               << QByteArray(
                                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestKeys::sha256()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, hash);
    QCOMPARE(EventId(tower::sha256(text)).hex(), hash);
}

QTEST_GUILESS_MAIN(TestKeys)
#include "tst_Keys.moc"
