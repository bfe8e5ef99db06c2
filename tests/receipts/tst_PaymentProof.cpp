// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "tests/receipts/ReceiptSamples.h"
#include "tests/support/Expect.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

CurvePoint point(const char *hex)
{
    return curvePointFromHex(QByteArrayView(hex)).value();
}

Bytes scalar(const char *hex)
{
    return EventId::fromHex(QByteArrayView(hex)).value().bytes();
}

QByteArray readError(const QString &mintUrl, const QString &text)
{
    return errorCodeOf([&] { readPaymentProof({mintUrl, text}); });
}

const QString mint = QStringLiteral("https://mint.example");
const QString lightning = QStringLiteral("lightning:");

} // namespace

/// NUT-12 beside its published test vectors (cashubtc/nuts, tests/12-tests.md) and proofs of another
/// implementation; and the reading of proofs that strangers wrote.
class TestPaymentProof : public QObject
{
    Q_OBJECT

private slots:
    void hashesPoints()
    {
        const CurvePoint one = point("020000000000000000000000000000000000000000000000000000000000000001");
        const std::array<CurvePoint, 4> points{
            one, one, one, point("02a9acc1e48c25eeeb9289b5031cc57da9fe72f3fe2861d264bdc074209b107ba2")};
        QCOMPARE(dleqHash(points).value(),
                 scalar("a4dc034b74338c28c6bc3ea49731f2a24440fc7c4affc08b31a93fc9fbe6401e"));
        QVERIFY(!dleqHash(std::array<CurvePoint, 1>{}));
    }

    void verifies_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("blinded");
        QTest::addColumn<QByteArray>("blindSignature");
        QTest::addColumn<QByteArray>("e");
        QTest::addColumn<QByteArray>("s");
        const auto row = [](const char *name, const char *key, const char *blinded,
                            const char *blindSignature, const char *e, const char *s) {
            QTest::newRow(name) << QByteArray(key) << QByteArray(blinded) << QByteArray(blindSignature)
                                << QByteArray(e) << QByteArray(s);
        };
        row("NUT-12, BlindSignature", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "02a9acc1e48c25eeeb9289b5031cc57da9fe72f3fe2861d264bdc074209b107ba2",
            "02a9acc1e48c25eeeb9289b5031cc57da9fe72f3fe2861d264bdc074209b107ba2",
            "9818e061ee51d5c8edc3342369a554998ff7b4381c8652d724cdf46429be73d9",
            "9818e061ee51d5c8edc3342369a554998ff7b4381c8652d724cdf46429be73da");
        row("NUT-12, deterministic nonce",
            "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
            "02a9acc1e48c25eeeb9289b5031cc57da9fe72f3fe2861d264bdc074209b107ba2",
            "0244eccfc7a348274458bb38044c7f3c389b3c2086c7ec18b5812d2877ab937787",
            "be53688e1952a916726cf4f031584404c6a79b32ccf0b58f3db9a46794abc1dc",
            "1d6ecdf7ca128c90f65bd64e1f894fad985be8af6b350fece5ca4e9e259a54ad");
        row("@cashu/crypto 0.3.4, 1 sat",
            "02c9f4808df567f88daa9cb317b6d75ab725661f350508de7d917b0bca8d4a4232",
            "03dccd25484e06374b76ea11546f093c5b72e3dce84620a1f3c4d8da809505bd14",
            "037e21c795cd764fc2599096f3076f6a3af61aa1ffd09b0da98676fd4a7c61d553",
            "951a898d59ab36b0282f1641a1310cd2bbfba1968e1d5379cc1589e60b0fa87a",
            "5a70be19c267f70a30df1d095c4e9c60445a5b69d4e881c0a5fdd89c575f30ec");
        row("@cashu/crypto 0.3.4, 8 sats",
            "033f0b629ab4152cf2427ea8a2aa4c0c72034955d9632d98cfbd8fa228d9343e80",
            "02c34e86496173f9accc03cdc32d2614729ac3f0c9b9593facf728e69d4fc9505f",
            "02547ee97a5bc7313f84b6e418c245ea9717f448ea500bfb282758e4152c42a1b9",
            "01faf255f18065b10a274f8d5916c294ee79f69148e0dd8cbc78e9a8d66107bf",
            "1431e820b53cc0a001c7fd2e3453ee3ab0cfb4d60a560384ad921df1668cf493");
        row("@cashu/crypto 0.3.4, 64 sats",
            "026b362a0f32271629e87e63c265e73c1d68d86481802723d481957cc2c5c02dac",
            "038110ac2e5e8d7b487b91579f88187939068ff9d2a375619d509ccf6c7041c82a",
            "0275b9f9d5851de334cd4b8205ff565bb6e6ee2e1c6ddc6bd2c59217c854b3a743",
            "3f9396e37122f4aa71579787a3ba397cea5ad33353241223d4852ffc288a5b0f",
            "950acc2519576b50850f09c3661dacf9bcb09b7469f1df4bb757a7714d07bd08");
    }

    void verifies()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, blinded);
        QFETCH(QByteArray, blindSignature);
        QFETCH(QByteArray, e);
        QFETCH(QByteArray, s);
        const CashuProof proof{QStringLiteral("00882760bfa2eb41"),
                               8,
                               point(blinded),
                               point(blindSignature),
                               scalar(e),
                               scalar(s)};
        const CurvePoint mintKey = point(key);
        QVERIFY(holdsDleq(proof, mintKey));

        CashuProof other = proof;
        other.e[31] ^= 1;
        QVERIFY(!holdsDleq(other, mintKey));
        other = proof;
        other.s[0] ^= 1;
        QVERIFY(!holdsDleq(other, mintKey));
        other = proof;
        other.blindSignature[0] ^= 1; // the point's negative
        QVERIFY(!holdsDleq(other, mintKey));
        other = proof;
        other.blinded[0] ^= 1;
        QVERIFY(!holdsDleq(other, mintKey));
        QVERIFY(!holdsDleq(proof, MintKey(77).pub()));
        other = proof;
        other.e = {};
        QVERIFY(!holdsDleq(other, mintKey));
        other = proof;
        other.s.fill(0xff); // beyond the group order
        QVERIFY(!holdsDleq(other, mintKey));
    }

    void readsCashu()
    {
        const CashuProof proof = MintKey(1).sign(5);
        const QString text = base64Url(toJson(proof));
        const auto read = std::get<CashuProof>(readPaymentProof({mint, text}));
        QCOMPARE(read.keysetId, proof.keysetId);
        QCOMPARE(read.amount, proof.amount);
        QVERIFY(read.blinded == proof.blinded && read.blindSignature == proof.blindSignature);
        QVERIFY(holdsDleq(read, MintKey(1).pub()));
        // With its padding it is the same.
        QVERIFY(
            std::get<CashuProof>(readPaymentProof({mint, text + QString((4 - text.size() % 4) % 4, u'=')}))
                .s == proof.s);
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("mintUrl");
        QTest::addColumn<QString>("text");
        const QJsonObject good = toJson(MintKey(1).sign(5));
        const auto with = [&](const char *name, const QJsonValue &value) {
            QJsonObject out = good;
            out.insert(QLatin1String(name), value);
            return base64Url(out);
        };
        QTest::newRow("not base64") << mint << "{}";
        QTest::newRow("base64, not base64url") << mint << "+/+/";
        QTest::newRow("no JSON") << mint << "aGVsbG8";
        QTest::newRow("an array") << mint << "W10";
        QTest::newRow("no keyset") << mint << with("id", 5);
        QTest::newRow("no amount") << mint << with("amount", "8");
        QTest::newRow("nothing") << mint << with("amount", 0);
        QTest::newRow("half a sat") << mint << with("amount", 0.5);
        QTest::newRow("not on the curve") << mint << with("B_", "02" + QString(64, u'f'));
        QTest::newRow("short point") << mint << with("C_", "02");
        QTest::newRow("uncompressed point") << mint << with("C_", "04" + QString(128, u'1'));
        QTest::newRow("no proof") << mint << with("dleq", QJsonValue());
        QTest::newRow("no scalars") << mint << with("dleq", QJsonObject{{"e", "1"}, {"s", "2"}});
        QTest::newRow("a mint's proof for lightning") << lightning << base64Url(good);
        const QString zeros(64, u'0');
        QTest::newRow("preimage of another hash")
            << lightning << base64Url({{"preimage", zeros}, {"payment_hash", zeros}});
        QTest::newRow("no preimage") << lightning << base64Url({{"payment_hash", zeros}});
    }

    void refuses()
    {
        QFETCH(QString, mintUrl);
        QFETCH(QString, text);
        QCOMPARE(readError(mintUrl, text), QByteArray("bad_payment_proof"));
    }

    void readsLightning()
    {
        const QByteArray preimage(32, 'p');
        const PaymentHash hash(sha256(preimage));
        const QString text =
            base64Url({{"preimage", QString::fromLatin1(preimage.toHex())}, {"payment_hash", hash.text()}});
        QVERIFY(std::get<LightningProof>(readPaymentProof({lightning, text})).paymentHash == hash);
        QCOMPARE(paymentProofId(readPaymentProof({lightning, text})), "lightning:" + hash.hex());
    }

    void onePaymentHasOneId()
    {
        CashuProof proof = MintKey(1).sign(5);
        const QByteArray id = paymentProofId(proof);
        proof.e = MintKey(1).sign(6).e;
        proof.keysetId = QStringLiteral("other");
        QCOMPARE(paymentProofId(proof), id);
        QVERIFY(paymentProofId(MintKey(1).sign(6)) != id);
        QVERIFY(paymentProofId(MintKey(2).sign(5)) != id);
    }
};

QTEST_GUILESS_MAIN(TestPaymentProof)
#include "tst_PaymentProof.moc"
