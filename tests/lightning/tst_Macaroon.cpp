// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lightning/Macaroon.h"
#include "tests/lightning/LightningSamples.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <rapidcheck.h>

using namespace tower;

namespace {

constexpr auto urlText = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

const QByteArray key = "a root key";

Macaroon sample()
{
    Macaroon out = Macaroon::mint(key, "1 session", "tower");
    out.add("session = 1");
    out.add("expires = 1700000000");
    return out;
}

QByteArray bytesOf(const Macaroon &macaroon)
{
    return QByteArray::fromBase64(macaroon.encode(), QByteArray::Base64UrlEncoding);
}

std::optional<Macaroon> decodeBytes(const QByteArray &bytes)
{
    return Macaroon::decode(bytes.toBase64(urlText));
}

QJsonObject vector()
{
    QFile file(samples::vectorFile(QStringLiteral("macaroon.json")));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

QByteArray anyBytes(std::size_t maximum)
{
    const auto bytes = *rc::gen::resize(static_cast<int>(maximum), rc::gen::arbitrary<std::vector<char>>());
    return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

} // namespace

class TestMacaroon : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void vectorIsMetToTheByte();
    void readsEveryBase64_data();
    void readsEveryBase64();
    void refusesBytes_data();
    void refusesBytes();
    void boundsAreKept();
    void addingNarrowsWithoutTheKey();
    void onlyTheWholeIsSigned();
    void readsWhatItWrote();
    void noByteCanBeChanged();
    void anyBytesAreReadOrRefused();
};

void TestMacaroon::vectorIsMetToTheByte()
{
    const QJsonObject expected = vector();
    if (expected.isEmpty())
        QSKIP("the vectors are not here (TOWER_VECTORS)");
    const auto text = [&expected](const char *name) {
        return expected.value(QLatin1String(name)).toString().toUtf8();
    };
    const QByteArray root = QByteArray::fromHex(text("root_key_hex"));
    Macaroon macaroon = Macaroon::mint(root, text("identifier"), text("location"));
    macaroon.add(text("caveat"));
    QCOMPARE(bytesOf(macaroon).toHex(), text("v2_hex"));
    QVERIFY(macaroon.isSignedBy(root));

    const auto read = Macaroon::decode(QByteArray::fromHex(text("v2_hex")).toBase64(urlText));
    QVERIFY(read);
    QCOMPARE(read->location(), text("location"));
    QCOMPARE(read->identifier(), text("identifier"));
    QCOMPARE(read->caveats(), std::vector<QByteArray>{text("caveat")});
    QVERIFY(read->isSignedBy(root));

    QVERIFY(!Macaroon::decode(text("v1_b64url")));
    QByteArray wrong = QByteArray::fromHex(text("v2_hex")).chopped(32);
    wrong += QByteArray::fromHex(text("WRONG_spec_raw_key_sig"));
    QVERIFY(!decodeBytes(wrong)->isSignedBy(root));
}

void TestMacaroon::readsEveryBase64_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("readable");
    // An identifier that makes both letters in which the alphabets differ, and needs padding.
    const Macaroon macaroon = Macaroon::mint(key, QByteArray("\xfb\xef\xff\xff\xbe", 5));
    const QByteArray url = macaroon.encode();
    const QByteArray padded = bytesOf(macaroon).toBase64(QByteArray::Base64UrlEncoding);
    const QByteArray plain = bytesOf(macaroon).toBase64();
    QVERIFY(padded.endsWith('=') && url.contains('-') && url.contains('_') && !url.contains('='));
    const auto row = [](const char *name, const QByteArray &text, bool readable) {
        QTest::newRow(name) << text << readable;
    };
    row("base64url", url, true);
    row("base64url, padded", padded, true);
    row("base64", plain, true);
    row("base64, not padded", plain.chopped(padded.size() - url.size()), true);
    row("both alphabets", QByteArray(url).replace('-', '+'), false);
    row("too much padding", padded + '=', false);
    row("much too much padding", padded + "====", false);
    row("padding inside", QByteArray(url).insert(4, '='), false);
    row("a blank", QByteArray(url).insert(4, ' '), false);
    row("a newline at the end", url + '\n', false);
    row("a null", url + '\0', false);
    row("a letter less", url.chopped(1), false);
    row("a letter more", url + 'A', false);
    QByteArray stray = url;
    stray.back() = static_cast<char>(stray.back() + 1);
    row("bits that no encoder writes", stray, false);
    row("nothing", {}, false);
    row("only padding", "==", false);
}

void TestMacaroon::readsEveryBase64()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, readable);
    const auto macaroon = Macaroon::decode(text);
    QCOMPARE(macaroon.has_value(), readable);
    if (readable)
        QVERIFY(macaroon->isSignedBy(key));
}

void TestMacaroon::refusesBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("readable");
    const QByteArray id("\x02\x01i\x00", 4);
    const QByteArray signature = QByteArray("\x06\x20", 2) + QByteArray(32, 's');
    const QByteArray end(1, 0);
    const auto row = [](const char *name, const QByteArray &bytes, bool readable = false) {
        QTest::newRow(name) << '\x02' + bytes << readable;
    };
    row("the smallest", id + end + signature, true);
    row("with a location", "\x01\x01l" + id + end + signature, true);
    row("an empty identifier", QByteArray("\x02\x00\x00", 3) + end + signature, true);
    row("a caveat", id + QByteArray("\x02\x01q\x00", 4) + end + signature, true);
    QTest::newRow("version 1") << '\x01' + id + end + signature << false;
    QTest::newRow("version 3") << '\x03' + id + end + signature << false;
    QTest::newRow("as JSON") << QByteArray(R"({"v":2,"i":"i","s64":""})") << false;
    row("the version alone", {});
    row("no identifier", end + end + signature);
    row("no end of the head", id.chopped(1) + signature);
    row("no end of the caveats", id + signature);
    row("no signature", id + end);
    row("two identifiers", id.chopped(1) + id + end + signature);
    row("location after the identifier", id.chopped(1) + QByteArray("\x01\x01l\x00", 4) + end + signature);
    row("location cut", QByteArray("\x01\x7fl", 3) + id + end + signature);
    row("location of a length with two spellings", QByteArray("\x01\x80\x00", 3) + id + end + signature);
    row("a length of three bytes", QByteArray("\x02\x81\x80\x01", 4) + id + end + signature);
    row("an endless length", QByteArray("\x02") + QByteArray(40, '\xff'));
    row("a length and nothing", QByteArray("\x02\x81", 2));
    row("third-party caveat", id + QByteArray("\x01\x01l\x02\x01q\x04\x01v\x00", 10) + end + signature);
    row("caveat with a key", id + QByteArray("\x02\x01q\x04\x01v\x00", 7) + end + signature);
    row("caveat with a location", id + QByteArray("\x01\x01l\x02\x01q\x00", 7) + end + signature);
    row("caveat without an identifier", id + QByteArray("\x04\x01v\x00", 4) + end + signature);
    row("caveat without an end", id + QByteArray("\x02\x01q", 3) + end + signature);
    row("signature of 31 bytes", id + end + QByteArray("\x06\x1f", 2) + QByteArray(31, 's'));
    row("signature of 33 bytes", id + end + QByteArray("\x06\x21", 2) + QByteArray(33, 's'));
    row("signature cut", id + end + signature.chopped(1));
    row("something after it", id + end + signature + end);
    row("a second one after it", id + end + signature + '\x02' + id + end + signature);
}

void TestMacaroon::refusesBytes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, readable);
    const auto macaroon = decodeBytes(bytes);
    QCOMPARE(macaroon.has_value(), readable);
    if (readable) {
        QCOMPARE(bytesOf(*macaroon), bytes);
        QVERIFY(!macaroon->isSignedBy(key));
    }
}

void TestMacaroon::boundsAreKept()
{
    Macaroon macaroon = Macaroon::mint(key, "i");
    for (std::size_t i = 0; i < Macaroon::maximumCaveats; ++i)
        macaroon.add("c");
    QVERIFY(Macaroon::decode(macaroon.encode()));
    macaroon.add("c");
    QVERIFY(!Macaroon::decode(macaroon.encode()));

    // 8192 characters are 6144 bytes, of which 40 are not the identifier.
    const Macaroon largest = Macaroon::mint(key, QByteArray(6'144 - 40, 'i'));
    QCOMPARE(largest.encode().size(), Macaroon::maximumText);
    QVERIFY(Macaroon::decode(largest.encode())->isSignedBy(key));
    QVERIFY(!Macaroon::decode(Macaroon::mint(key, QByteArray(6'144 - 39, 'i')).encode()));
    QVERIFY(!Macaroon::decode(QByteArray(100'000'000, 'A')));
}

void TestMacaroon::addingNarrowsWithoutTheKey()
{
    auto macaroon = Macaroon::decode(sample().encode());
    QVERIFY(macaroon);
    macaroon->add("max_sats_per_request = 5");
    const auto read = Macaroon::decode(macaroon->encode());
    QVERIFY(read && read->isSignedBy(key));
    const std::vector<QByteArray> expected{"session = 1", "expires = 1700000000", "max_sats_per_request = 5"};
    QCOMPARE(read->caveats(), expected);
}

void TestMacaroon::onlyTheWholeIsSigned()
{
    const QByteArray bytes = bytesOf(sample());
    QVERIFY(decodeBytes(bytes)->isSignedBy(key));
    QVERIFY(!decodeBytes(bytes)->isSignedBy("another root key"));
    QVERIFY(!decodeBytes(bytes)->isSignedBy({}));

    const QByteArray first("\x02\x0bsession = 1\x00", 14);
    const QByteArray second("\x02\x14"
                            "expires = 1700000000\x00",
                            23);
    QVERIFY(bytes.contains(first + second));
    const auto swapped = decodeBytes(QByteArray(bytes).replace(first + second, second + first));
    QVERIFY(swapped && !swapped->isSignedBy(key));
    const auto dropped = decodeBytes(QByteArray(bytes).replace(second, {}));
    QVERIFY(dropped && !dropped->isSignedBy(key));
    const auto widened = decodeBytes(QByteArray(bytes).replace("1700000000", "1900000000"));
    QVERIFY(widened && !widened->isSignedBy(key));
    // A location is a hint and is not signed (macaroons, section II).
    QVERIFY(decodeBytes(QByteArray(bytes).replace("tower", "TOWER"))->isSignedBy(key));
}

void TestMacaroon::readsWhatItWrote()
{
    QVERIFY(rc::check("what was written reads back and is signed by its key alone", [] {
        const QByteArray root = anyBytes(100);
        Macaroon macaroon = Macaroon::mint(root, anyBytes(400), anyBytes(200));
        const auto caveats = *rc::gen::inRange(0, 6);
        for (int i = 0; i < caveats; ++i)
            macaroon.add(anyBytes(300));
        const auto read = Macaroon::decode(macaroon.encode());
        RC_ASSERT(read.has_value());
        RC_ASSERT(read->location() == macaroon.location());
        RC_ASSERT(read->identifier() == macaroon.identifier());
        RC_ASSERT(read->caveats() == macaroon.caveats());
        RC_ASSERT(read->encode() == macaroon.encode());
        RC_ASSERT(read->isSignedBy(root));
        RC_ASSERT(!read->isSignedBy(root + 'x'));
    }));
}

void TestMacaroon::noByteCanBeChanged()
{
    const QByteArray good = bytesOf(Macaroon::mint(key, "identifier"));
    for (qsizetype at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            QByteArray bytes = good;
            bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
            const auto macaroon = decodeBytes(bytes);
            QVERIFY2(!macaroon || !macaroon->isSignedBy(key), qPrintable(QString::number(at)));
        }
    }
}

void TestMacaroon::anyBytesAreReadOrRefused()
{
    QVERIFY(rc::check("what is read at all reads back the same", [] {
        const QByteArray bytes = '\x02' + anyBytes(300);
        if (const auto macaroon = decodeBytes(bytes))
            RC_ASSERT(decodeBytes(bytesOf(*macaroon))->encode() == macaroon->encode());
        const QByteArray text = anyBytes(300);
        if (const auto macaroon = Macaroon::decode(text))
            RC_ASSERT(!macaroon->isSignedBy(key));
    }));
}

QTEST_GUILESS_MAIN(TestMacaroon)
#include "tst_Macaroon.moc"
