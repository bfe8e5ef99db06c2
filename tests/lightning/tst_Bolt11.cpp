// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lightning/LightningSamples.h"

#include <QJsonObject>
#include <QTest>

using namespace tower;

namespace {

/// What one of BOLT 11's examples says, beyond the payment secret that they share.
struct Example
{
    const char *title; ///< how it begins
    LightningNetwork network = LightningNetwork::Bitcoin;
    std::int64_t msat = 0; ///< 0: any
    const char *description = nullptr;
    std::int64_t expiry = 3'600;
    std::int64_t createdAt = 1'496'314'658;
    std::int64_t minFinalCltvDelta = 18;
    const char *metadata = "";
    const char *paymentHash = "0001020304050607080900010203040506070809000102030405060708090102";
    const char *payee = samples::nodeId;
};

using samples::cakeHash;
using samples::support;

const std::vector<Example> &examples()
{
    using enum LightningNetwork;
    static const std::vector<Example> all{
        {"Please make a donation", Bitcoin, 0, support},
        {"Please send $3 for", Bitcoin, 250'000'000, "1 cup coffee", 60},
        {"Please send 0.0025 BTC", Bitcoin, 250'000'000, "ナンセンス 1杯", 60},
        {"Now send $24", Bitcoin, 2'000'000'000},
        {"The same, on testnet", Testnet, 2'000'000'000},
        {"On mainnet, with fallback address 1Rusty", Bitcoin, 2'000'000'000},
        {"On mainnet, with fallback (P2SH)", Bitcoin, 2'000'000'000},
        {"On mainnet, with fallback (P2WPKH)", Bitcoin, 2'000'000'000},
        {"On mainnet, with fallback (P2WSH)", Bitcoin, 2'000'000'000},
        {"Please send 0.00967878534 BTC", Bitcoin, 967'878'534,
         "Blockstream Store: 88.85 USD for Blockstream Ledger Nano S x 1, \"Back In My Day\" Sticker x 2, "
         "\"I "
         "Got Lightning Working\" Sticker x 2 and 1 more items",
         604'800, 1'572'468'703, 10, "", "462264ede7e14047e9b249da94fefc47f41f7d02ee9b091815a5506bc8abf75f"},
        {"Please send $30 for", Bitcoin, 2'500'000'000, "coffee beans"},
        {"Same, but all upper case.", Bitcoin, 2'500'000'000, "coffee beans"},
        {"Same, but including fields which must be ignored.", Bitcoin, 2'500'000'000, "coffee beans"},
        {"Please send 0.01 BTC with payment metadata", Bitcoin, 1'000'000'000, "payment metadata inside",
         3'600, 1'496'314'658, 18, "01fafaf0"},
        {"Public-key recovery with high-S signature", Bitcoin, 0, support, 3'600, 1'496'314'658, 18, "",
         "0001020304050607080900010203040506070809000102030405060708090102",
         "02d0139ce7427d6dfffd26a326c18be754ef1e64672b42694ba5b23ef6e6e7803d"},
    };
    return all;
}

QByteArray hexOf(const std::array<std::uint8_t, 32> &bytes)
{
    return PaymentHash(bytes).hex();
}

} // namespace

class TestBolt11 : public QObject
{
    Q_OBJECT

private slots:
    void validExamples_data();
    void validExamples();
    void invalidExamples_data();
    void invalidExamples();
    void amounts_data();
    void amounts();
    void refusesText_data();
    void refusesText();
    void refusesFields_data();
    void refusesFields();
    void acceptsFields_data();
    void acceptsFields();
    void namedPayee();
    void recoveryIds();
};

void TestBolt11::validExamples_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<std::size_t>("index");
    const QJsonArray all = samples::bolt11Vectors();
    if (all.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    std::size_t valid = 0;
    for (const auto &value : all) {
        const QJsonObject one = value.toObject();
        if (!one.value(QStringLiteral("valid")).toBool())
            continue;
        const QString title = one.value(QStringLiteral("title")).toString();
        QVERIFY2(valid < examples().size() && title.startsWith(QLatin1String(examples()[valid].title)),
                 qPrintable(title));
        QTest::newRow(examples()[valid].title) << one.value(QStringLiteral("invoice")).toString() << valid;
        ++valid;
    }
    QCOMPARE(valid, examples().size());
}

void TestBolt11::validExamples()
{
    QFETCH(QString, text);
    QFETCH(std::size_t, index);
    const Example &expected = examples()[index];
    const Bolt11 invoice = decodeBolt11(text);
    QCOMPARE(invoice.network, expected.network);
    QCOMPARE(invoice.amount, expected.msat ? std::optional(Msat(expected.msat)) : std::nullopt);
    QCOMPARE(invoice.createdAt, seconds(expected.createdAt));
    QCOMPARE(invoice.expiry, seconds(expected.expiry));
    QCOMPARE(invoice.expiresAt(), seconds(expected.createdAt + expected.expiry));
    QCOMPARE(invoice.paymentHash.hex(), QByteArray(expected.paymentHash));
    QCOMPARE(invoice.paymentSecret, samples::exampleSecret());
    QCOMPARE(invoice.description, QString::fromUtf8(expected.description));
    QCOMPARE(invoice.descriptionHash.has_value(), expected.description == nullptr);
    if (invoice.descriptionHash)
        QCOMPARE(hexOf(*invoice.descriptionHash), QByteArray(cakeHash));
    QCOMPARE(invoice.payee.toHex(), QByteArray(expected.payee));
    QCOMPARE(invoice.minFinalCltvDelta, expected.minFinalCltvDelta);
    QCOMPARE(invoice.metadata.toHex(), QByteArray(expected.metadata));
    QCOMPARE(decodeBolt11(QStringLiteral(" LIGHTNING:") + text.toUpper() + '\n').payee, invoice.payee);
}

void TestBolt11::invalidExamples_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why");
    const std::pair<const char *, const char *> expected[] = {
        {"Same, but adding invalid unknown feature 100", "bit 100"},
        {"Bech32 checksum is invalid.", "typing error"},
        {"Malformed bech32 string (no 1)", "not a Lightning invoice"},
        {"Malformed bech32 string (mixed case)", "mixes upper and lower"},
        {"Signature is not recoverable.", "signature does not hold"},
        {"String is too short.", "too short"},
        {"Invalid multiplier", "unknown multiplier"},
        {"Invalid sub-millisatoshi precision.", "whole number of millisatoshis"},
        {"Missing required `s` field.", "payment secret"},
        {"Non canonical signature (high-S) with 'n' field defined", "signature does not hold"},
    };
    const QJsonArray all = samples::bolt11Vectors();
    if (all.isEmpty())
        QSKIP("the official vectors are not here (TOWER_VECTORS)");
    std::size_t invalid = 0;
    for (const auto &value : all) {
        const QJsonObject one = value.toObject();
        if (one.value(QStringLiteral("valid")).toBool())
            continue;
        QVERIFY(invalid < std::size(expected));
        const auto &[title, why] = expected[invalid++];
        QCOMPARE(one.value(QStringLiteral("title")).toString(), QString::fromUtf8(title));
        QTest::newRow(title) << one.value(QStringLiteral("invoice")).toString() << QString::fromUtf8(why);
    }
    QCOMPARE(invalid, std::size(expected));
}

void TestBolt11::invalidExamples()
{
    QFETCH(QString, text);
    QFETCH(QString, why);
    QVERIFY2(samples::refusal(text).contains(why), qPrintable(samples::refusal(text)));
}

void TestBolt11::amounts_data()
{
    QTest::addColumn<QByteArray>("amount");
    QTest::addColumn<std::int64_t>("msat"); // 0: refused
    const auto row = [](const char *amount, std::int64_t msat) {
        QTest::newRow(amount) << QByteArray(amount) << msat;
    };
    row("1", 100'000'000'000);
    row("21000000", 2'100'000'000'000'000'000);
    row("21000001", 0);
    row("1m", 100'000'000);
    row("21000000000m", 2'100'000'000'000'000'000);
    row("21000000001m", 0);
    row("1u", 100'000);
    row("1000000u", 100'000'000'000);
    row("21000000000001u", 0);
    row("1n", 100);
    row("21000000000000000n", 2'100'000'000'000'000'000);
    row("21000000000000001n", 0);
    row("10p", 1);
    row("2550p", 255);
    row("21000000000000000000p", 2'100'000'000'000'000'000);
    row("21000000000000000010p", 0);
    row("99999999999999999999999999999999999999999999999999999999999999999999990p", 0);
    row("18446744073709551617", 0); // 2^64 + 1
    row("1p", 0);
    row("15p", 0);
    row("0", 0);
    row("0p", 0);
    row("0n", 0);
    row("01n", 0);
    row("00", 0);
    row("1x", 0);
    row("1mm", 0);
    row("1m1", 0);
    row("1.5m", 0);
    row("1-", 0);
    row("2+1", 0);
    row("1e3", 0);
}

void TestBolt11::amounts()
{
    QFETCH(QByteArray, amount);
    QFETCH(std::int64_t, msat);
    const QString text = samples::invoice(samples::required() + samples::textField("x"), "lntbs" + amount);
    if (msat == 0)
        QVERIFY(!samples::refusal(text).isEmpty());
    else
        QCOMPARE(decodeBolt11(text).amount, std::optional(Msat(msat)));
}

void TestBolt11::refusesText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const QString &text, const char *why) {
        QTest::newRow(name) << text << QString::fromLatin1(why);
    };
    const QString good = encodeBolt11(samples::draft(), samples::nodeKey());
    const auto prefixed = [](const QByteArray &hrp) {
        return samples::invoice(samples::required() + samples::textField("x"), hrp);
    };
    row("nothing", {}, "Nothing was given");
    row("blanks", QStringLiteral(" \n "), "Nothing was given");
    row("the scheme alone", QStringLiteral("lightning:"), "Nothing was given");
    row("the scheme twice", QStringLiteral("lightning:lightning:") + good, "not a Lightning invoice");
    row("an address", QStringLiteral("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        "not a Lightning invoice");
    row("a blank inside", QString(good).insert(40, ' '), "a character");
    row("another script", QString(good).replace(60, 1, QChar(0x43f)), "a character");
    row("an emoji", QStringLiteral("lnbc\U0001f600"), "a character");
    row("a null", QString(good).insert(9, QChar(0)), "a character");
    row("the prefix alone", QStringLiteral("lnbc"), "incomplete");
    row("the separator last", QStringLiteral("lnbc1"), "incomplete");
    row("cut off", good.chopped(1), "typing error");
    row("one letter more", good + 'q', "typing error");
    row("4097 characters", good + QString(4'097 - good.size(), 'q'), "too long");
    row("4096 characters", good + QString(4'096 - good.size(), 'q'), "typing error");
    row("a million", QString(1'000'000, 'l'), "too long");
    row("unknown chain", prefixed("lnxy"), "known chain");
    row("no chain", prefixed("ln"), "known chain");
    row("a chain and more", prefixed("lnbcx"), "known chain");
    row("simnet", prefixed("lnsb20m"), "known chain");
    row("an offer", prefixed("lno"), "known chain");
    row("an LNURL", prefixed("lnurl"), "known chain");
    row("no data at all", QString::fromLatin1(writeBech32Groups("lnbc", {})), "too short");
    row("one group short", QString::fromLatin1(writeBech32Groups("lnbc", QByteArray(110, 0))), "too short");
    row("only zeros", QString::fromLatin1(writeBech32Groups("lnbc", QByteArray(111, 0))), "payment hash");
}

void TestBolt11::refusesText()
{
    QFETCH(QString, text);
    QFETCH(QString, why);
    QVERIFY2(samples::refusal(text).contains(why), qPrintable(samples::refusal(text)));
}

void TestBolt11::refusesFields_data()
{
    using namespace bolt11;
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const QByteArray &fields, const char *why) {
        QTest::newRow(name) << fields << QString::fromLatin1(why);
    };
    const auto hash = samples::exampleHash().bytes();
    const QByteArray p = samples::hashField(PaymentHashField, hash);
    const QByteArray s = samples::hashField(PaymentSecretField, hash);
    const QByteArray h = samples::hashField(DescriptionHashField, hash);
    const QByteArray d = samples::textField("x");
    const QByteArray all = p + s + d;
    const auto number = [&all](char tag, const QByteArray &groups) {
        return all + samples::field(tag, groups);
    };

    row("no fields", {}, "payment hash");
    row("no p", s + d, "payment hash");
    row("p of 51 groups", samples::field(PaymentHashField, QByteArray(51, 0)) + s + d, "payment hash");
    row("p of 53 groups", samples::field(PaymentHashField, QByteArray(53, 0)) + s + d, "payment hash");
    row("no s", p + d, "payment secret");
    row("s of 51 groups", p + samples::field(PaymentSecretField, QByteArray(51, 0)) + d, "payment secret");
    row("s of 53 groups", p + samples::field(PaymentSecretField, QByteArray(53, 0)) + d, "payment secret");
    row("neither d nor h", p + s, "either a description");
    row("both d and h", all + h, "either a description");
    row("h of 51 groups alone", p + s + samples::field(DescriptionHashField, QByteArray(51, 0)),
        "either a description");
    row("p with stray bits", samples::field(PaymentHashField, QByteArray(52, 31)) + s + d, "stray bits");
    row("d with a whole group too much", p + s + samples::field(DescriptionField, QByteArray(3, 0)),
        "stray bits");
    row("d that is not UTF-8", p + s + samples::textField("\xff\xfe"), "not UTF-8");
    row("d with half a character", p + s + samples::textField("\xe6\x9d"), "not UTF-8");
    row("d with a surrogate", p + s + samples::textField("\xed\xa0\x80"), "not UTF-8");
    row("a type and no length", all + QByteArray(1, 2), "cut off");
    row("half a length", all + QByteArray(2, 2), "cut off");
    row("a value that is cut", all + samples::field(2, QByteArray(9, 1)).chopped(1), "cut off");
    row("a value of 1023 groups that is not there", all + QByteArray("\x02\x1f\x1f", 3), "cut off");
    row("x begins with 0", number(ExpiryField, QByteArray("\0\1", 2)), "expiry");
    row("x over 2^35", number(ExpiryField, QByteArray("\1\0\0\0\0\0\0\0", 8)), "expiry");
    row("x of 64 bits", number(ExpiryField, QByteArray(13, 31)), "expiry");
    row("x of 1023 groups", number(ExpiryField, QByteArray(1'023, 31)), "expiry");
    row("c begins with 0", number(FinalCltvField, QByteArray("\0\1", 2)), "CLTV");
    row("c of 35 bits", number(FinalCltvField, QByteArray(7, 31)), "CLTV");
    row("c of 1023 groups", number(FinalCltvField, QByteArray(1'023, 31)), "CLTV");
    row("features begin with 0", number(FeaturesField, QByteArray("\0\x10\x08\0", 4)), "zeros");
    row("feature 0", number(FeaturesField, QByteArray(1, 1)), "bit 0");
    row("feature 2", number(FeaturesField, QByteArray(1, 4)), "bit 2");
    row("feature 5114", number(FeaturesField, QByteArray(1, 16) + QByteArray(1'022, 0)), "bit 5114");
    row("n that is no key", number(PayeeField, QByteArray(53, 0)), "payee");
    row("n off the curve", number(PayeeField, groupsOfBytes('\2' + QByteArray(32, '\xff'))), "payee");
}

void TestBolt11::refusesFields()
{
    QFETCH(QByteArray, fields);
    QFETCH(QString, why);
    const QString text = samples::invoice(fields);
    QVERIFY2(samples::refusal(text).contains(why), qPrintable(samples::refusal(text)));
}

void TestBolt11::acceptsFields_data()
{
    using namespace bolt11;
    QTest::addColumn<QByteArray>("fields");
    const auto row = [](const char *name, const QByteArray &more) {
        QTest::newRow(name) << samples::required() + samples::textField("first") + more;
    };
    const QByteArray other(52, 0);
    row("nothing else", {});
    row("all known even features",
        samples::field(FeaturesField, QByteArray("\x08\0\2\0\0\x10\2\x10\x08\0", 10)));
    row("an unknown odd feature", samples::field(FeaturesField, QByteArray(1, 16) + QByteArray(19, 0)));
    row("more of each", samples::field(PaymentHashField, other) + samples::field(PaymentSecretField, other) +
                            samples::textField("second"));
    row("unknown types", samples::field(0, QByteArray(1'023, 31)) + samples::field(31, {}));
    row("n of a wrong length", samples::field(PayeeField, QByteArray(52, 1)));
    row("h of a wrong length", samples::field(DescriptionHashField, QByteArray(51, 1)));
    row("an unknown fallback", samples::field(9, QByteArray(33, 19)));
    row("a broken route", samples::field(3, QByteArray(7, 19)));
}

void TestBolt11::acceptsFields()
{
    QFETCH(QByteArray, fields);
    const Bolt11 invoice = decodeBolt11(samples::invoice(fields));
    QCOMPARE(invoice.description, QStringLiteral("first"));
    QCOMPARE(invoice.paymentHash, samples::exampleHash());
    QCOMPARE(invoice.paymentSecret, samples::exampleSecret());
    QCOMPARE(invoice.payee.toHex(), QByteArray(samples::nodeId));
    QCOMPARE(invoice.expiry, seconds(3'600));
}

void TestBolt11::namedPayee()
{
    const auto naming = [](const QByteArray &key) {
        return samples::invoice(samples::required() + samples::textField("x") +
                                samples::field(bolt11::PayeeField, groupsOfBytes(key)));
    };
    QByteArray key = QByteArray::fromHex(samples::nodeId);
    QCOMPARE(decodeBolt11(naming(key)).payee, key);
    key[0] = 2; // the other point with that x
    QVERIFY(samples::refusal(naming(key)).contains("signature does not hold"));
    key = QByteArray::fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    QVERIFY(samples::refusal(naming(key)).contains("signature does not hold"));
}

/// The last byte of the signature is 0 to 3; libsecp256k1 ends the program that gives it another.
void TestBolt11::recoveryIds()
{
    QByteArray hrp;
    QByteArray groups;
    readBech32Groups(samples::invoice(samples::required() + samples::textField("x")).toLatin1(), hrp, groups);
    const QByteArray before = groups.chopped(bolt11::signatureGroups);
    QByteArray signature;
    bytesOfGroups(groups.last(bolt11::signatureGroups), signature);
    for (int id = 0; id < 256; ++id) {
        signature.back() = static_cast<char>(id);
        const QByteArray text = writeBech32Groups(hrp, before + groupsOfBytes(signature));
        const QString why = samples::refusal(QString::fromLatin1(text));
        QVERIFY2(id < 2 ? why.isEmpty() : why.contains("signature does not hold"), qPrintable(why));
    }
}

QTEST_GUILESS_MAIN(TestBolt11)
#include "tst_Bolt11.moc"
