// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/nostr/Bech32.h"
#include "core/nostr/Nip19.h"
#include "tests/nostr/NostrSamples.h"

#include <QTest>

#include <rapidcheck.h>

using namespace tower;

namespace {

// The examples of the NIP's text.
const QByteArray npub = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
const QByteArray npubHex = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
const QByteArray nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
const QByteArray nprofile =
    "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7m"
    "gpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p";
const QByteArray nprofileHex = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d";

template <class Id>
Id fromHex(const QByteArray &hex)
{
    return *Id::fromHex(QByteArrayView(hex));
}

QByteArray entry(char type, const QByteArray &value)
{
    return QByteArray(1, type) + static_cast<char>(value.size()) + value;
}

QByteArray anyBytes()
{
    const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    return QByteArray::fromStdString(bytes);
}

} // namespace

class TestNip19 : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { samples::fixSeed(); }
    void examplesOfTheNip();
    void bech32Problems_data();
    void bech32Problems();
    void bech32ReadsBack();
    void oneWrongCharacterIsNoticed();
    void neventReadsBack();
    void entries_data();
    void entries();
    void pubKeyOfAPerson_data();
    void pubKeyOfAPerson();
    void pubKeyProblems_data();
    void pubKeyProblems();
    void eventIds();
};

void TestNip19::examplesOfTheNip()
{
    QCOMPARE(fromNpub(npub).value().hex(), npubHex);
    QCOMPARE(toNpub(fromHex<PubKey>(npubHex)), npub);
    QCOMPARE(bech32Decode(nsec).value().second.toHex(),
             QByteArray("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"));
    const auto profile = fromNprofile(nprofile);
    QVERIFY(profile);
    QCOMPARE(profile->pubkey.hex(), nprofileHex);
    QCOMPARE(profile->relays, (std::vector<QByteArray>{"wss://r.x.com", "wss://djbas.sadkb.com"}));
    QCOMPARE(toNprofile(*profile), nprofile);
    QCOMPARE(fromNpub(nsec), std::optional<PubKey>());
    QCOMPARE(fromNote(npub), std::optional<EventId>());
    const EventId id = fromHex<EventId>(npubHex);
    QCOMPARE(fromNote(toNote(id)), std::optional(id));
}

void TestNip19::bech32Problems_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("problem");
    const auto row = [](const char *name, const QByteArray &text, Bech32Problem problem) {
        QTest::newRow(name) << text << static_cast<int>(problem);
    };
    // BIP-173's own lists of valid and invalid strings come first.
    row("BIP-173 capitals", "A12UEL5L", Bech32Problem::None);
    row("BIP-173 lower case", "a12uel5l", Bech32Problem::None);
    row("BIP-173 long prefix",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        Bech32Problem::None);
    row("BIP-173 split", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", Bech32Problem::None);
    row("BIP-173 question mark", "?1ezyfcl", Bech32Problem::None);
    row("prefix with a space",
        "\x20"
        "1nwldj5",
        Bech32Problem::Character);
    row("prefix with DEL",
        "\x7f"
        "1axkwrx",
        Bech32Problem::Character);
    row("prefix not ASCII",
        "\x80"
        "1eym55h",
        Bech32Problem::Character);
    row("prefix of 84 characters",
        "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
        Bech32Problem::Length);
    row("no separator", "pzry9x0s0muk", Bech32Problem::Length);
    row("empty prefix", "1pzry9x0s0muk", Bech32Problem::Length);
    row("character outside the alphabet", "x1b4n0q5v", Bech32Problem::Character);
    row("checksum too short", "li1dgmt3", Bech32Problem::Length);
    row("bad character in the checksum", "de1lg7wt\xff", Bech32Problem::Character);
    row("checksum of the capitals", "A1G7SGD8", Bech32Problem::Checksum);
    row("nothing before the separator", "10a06t8", Bech32Problem::Length);
    row("nothing at all", "1qzzfhee", Bech32Problem::Length);
    row("empty", "", Bech32Problem::Length);
    row("mixed case", QByteArray(npub).replace("elfcs", "ELFCS"), Bech32Problem::MixedCase);
    row("bech32m", "A1LQFN3A", Bech32Problem::Checksum);
    row("padding of five bits", "a1qqqqqvkcq7k", Bech32Problem::Checksum);
    row("over 5,000 characters", "a1" + QByteArray(5000, 'q'), Bech32Problem::Length);
}

void TestNip19::bech32Problems()
{
    QFETCH(QByteArray, text);
    QByteArray hrp;
    QByteArray data;
    const Bech32Problem problem = readBech32(text, hrp, data);
    QTEST(static_cast<int>(problem), "problem");
    QCOMPARE(bech32Decode(text).has_value(), problem == Bech32Problem::None);
    QCOMPARE(hrp.isEmpty(), problem != Bech32Problem::None);
}

void TestNip19::bech32ReadsBack()
{
    QVERIFY(rc::check("bytes written as bech32 read back, in either case", [] {
        const QByteArray data = anyBytes();
        const QByteArray text = bech32Encode("hrp", data);
        for (const QByteArray &spelling : {text, text.toUpper()}) {
            const auto back = bech32Decode(spelling);
            RC_ASSERT(back.has_value());
            RC_ASSERT(back->first == "hrp");
            RC_ASSERT(back->second == data);
        }
    }));
}

void TestNip19::oneWrongCharacterIsNoticed()
{
    const QByteArray alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    int tried = 0;
    for (qsizetype at = 5; at < npub.size(); ++at) {
        for (const char c : alphabet) {
            QByteArray mistyped = npub;
            mistyped[at] = c;
            if (mistyped == npub)
                continue;
            ++tried;
            QVERIFY(!fromNpub(mistyped));
        }
    }
    QCOMPARE(tried, 58 * 31);
}

void TestNip19::neventReadsBack()
{
    QVERIFY(rc::check("nevent with any of its parts", [] {
        Nevent event;
        event.id = fromHex<EventId>(npubHex);
        event.relays.resize(*rc::gen::inRange<std::size_t>(0, 4));
        for (QByteArray &relay : event.relays)
            relay = anyBytes().first(0) + "wss://relay.example/" + QByteArray(*rc::gen::inRange(0, 200), 'x');
        if (*rc::gen::arbitrary<bool>())
            event.author = fromHex<PubKey>(nprofileHex);
        if (*rc::gen::arbitrary<bool>())
            event.kind = *rc::gen::arbitrary<std::uint32_t>();
        const auto back = fromNevent(toNevent(event));
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->id == event.id);
        RC_ASSERT(back->relays == event.relays);
        RC_ASSERT(back->author == event.author);
        RC_ASSERT(back->kind == event.kind);
    }));
}

void TestNip19::entries_data()
{
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<bool>("readable");
    const QByteArray id(32, '\x11');
    QTest::newRow("id alone") << entry(0, id) << true;
    QTest::newRow("unknown type before it") << entry(99, "whatever") + entry(0, id) << true;
    QTest::newRow("empty relay") << entry(0, id) + entry(1, "") << true;
    QTest::newRow("author and kind") << entry(0, id) + entry(2, id) + entry(3, QByteArray(4, 0)) << true;
    QTest::newRow("nothing") << QByteArray() << false;
    QTest::newRow("no id") << entry(1, "wss://r.example") << false;
    QTest::newRow("id of 31 bytes") << entry(0, id.first(31)) << false;
    QTest::newRow("id of 33 bytes") << entry(0, id + 'x') << false;
    QTest::newRow("type without a length") << entry(0, id) + '\x01' << false;
    QTest::newRow("length past the end") << entry(0, id) + QByteArray("\x01\x05wss") << false;
    QTest::newRow("author of 31 bytes") << entry(0, id) + entry(2, id.first(31)) << false;
    QTest::newRow("kind of 3 bytes") << entry(0, id) + entry(3, QByteArray(3, 0)) << false;
}

void TestNip19::entries()
{
    QFETCH(QByteArray, data);
    QFETCH(bool, readable);
    QCOMPARE(fromNevent(bech32Encode("nevent", data)).has_value(), readable);
    QVERIFY(!fromNprofile(bech32Encode("nevent", data)));
}

void TestNip19::pubKeyOfAPerson_data()
{
    QTest::addColumn<QString>("text");
    const QString plain = QString::fromLatin1(npub);
    QTest::newRow("npub") << plain;
    QTest::newRow("npub in capitals") << plain.toUpper();
    QTest::newRow("blanks around it") << QStringLiteral(" \t") + plain + QStringLiteral("\n");
    QTest::newRow("nostr:") << QStringLiteral("nostr:") + plain;
    QTest::newRow("Nostr:") << QStringLiteral("Nostr:") + plain;
    QTest::newRow("hex") << QString::fromLatin1(npubHex);
    QTest::newRow("hex in capitals") << QString::fromLatin1(npubHex).toUpper();
    QTest::newRow("nprofile") << QString::fromLatin1(
        toNprofile({fromHex<PubKey>(npubHex), {"wss://r.example"}}));
}

void TestNip19::pubKeyOfAPerson()
{
    QFETCH(QString, text);
    QCOMPARE(parsePubKey(text).hex(), npubHex);
}

void TestNip19::pubKeyProblems_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *name, const QByteArray &text, const char *part) {
        QTest::newRow(name) << text << QString::fromLatin1(part);
    };
    const char *const isPrivate = "This is a private key (nsec). Never paste it anywhere; use the npub.";
    row("mistyped", QByteArray(npub).replace("elfcs", "elfcz"),
        "This npub has a typing error (its checksum does not match).");
    row("mistyped nprofile", QByteArray(nprofile).replace("rhuxx", "rhuxz"), "nprofile has a typing error");
    row("mixed case", QByteArray(npub).replace("elfcs", "ELFCS"), "mixes upper and lower case");
    row("bad character", QByteArray(npub).replace("elfcs", "elfcb"),
        "has a character that can't be part of it");
    row("only the beginning", "npub1", "wrong length");
    row("npub of 31 bytes", bech32Encode("npub", QByteArray(31, 1)), "wrong length");
    row("nprofile without a key", bech32Encode("nprofile", entry(1, "wss://r.example")), "wrong length");
    row("nsec", nsec, isPrivate);
    row("nsec in capitals", nsec.toUpper(), isPrivate);
    row("mistyped nsec", QByteArray(nsec).replace("vl02", "vl03"), isPrivate);
    row("nostr:nsec", "nostr:" + nsec, isPrivate);
    row("ncryptsec", "ncryptsec1qqqq", "encrypted private key");
    row("note", toNote(fromHex<EventId>(npubHex)), "names an event, not a person");
    row("hex of 63 digits", npubHex.first(63), "has 64 digits; this has 63");
    row("nothing", "  ", "Nothing was given");
    row("words", "alice@example.com", "neither an npub nor 64 hex digits");
    row("64 characters but no hex", QByteArray(64, 'z'), "neither an npub nor 64 hex digits");
    row("not ASCII", "npub1\xc3\xa9", "character");
}

void TestNip19::pubKeyProblems()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, part);
    try {
        parsePubKey(QString::fromUtf8(text), "voucheePubkey");
        QFAIL("it was taken");
    } catch (const ServiceError &error) {
        QCOMPARE(error.kind(), ErrorKind::BadRequest);
        QCOMPARE(error.field(), QByteArray("voucheePubkey"));
        QVERIFY2(error.message().contains(part), qPrintable(error.message()));
        if (text.size() > 10)
            QVERIFY(!error.message().contains(QString::fromUtf8(text.mid(5)), Qt::CaseInsensitive));
    }
}

void TestNip19::eventIds()
{
    const EventId id = fromHex<EventId>(npubHex);
    QCOMPARE(parseEventId(QString::fromLatin1(npubHex)), id);
    QCOMPARE(parseEventId(QString::fromLatin1("nostr:" + toNote(id))), id);
    QCOMPARE(parseEventId(QString::fromLatin1(toNevent({id, {"wss://r.example"}, std::nullopt, 1}))), id);
    QVERIFY_EXCEPTION_THROWN(parseEventId(QString::fromLatin1(npub)), ServiceError);
    QVERIFY_EXCEPTION_THROWN(parseEventId(QString::fromLatin1(nsec)), ServiceError);
    QVERIFY_EXCEPTION_THROWN(parseEventId(QStringLiteral("12")), ServiceError);
}

QTEST_GUILESS_MAIN(TestNip19)
#include "tst_Nip19.moc"
