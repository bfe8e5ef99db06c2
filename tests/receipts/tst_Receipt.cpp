// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "tests/receipts/NodePeer.h"
#include "tests/receipts/ReceiptSamples.h"

#include <QTest>

#include <limits>

using namespace tower;
using namespace tower::test;

namespace {

Receipt sample()
{
    return signedBy(receiptOf(QStringLiteral("lease-1"), 1, QStringLiteral("https://mint.example")),
                    keyNumber(1), keyNumber(2));
}

/// "code field" of what readReceipt throws.
QByteArray refusal(const QJsonObject &json)
{
    try {
        readReceipt(json);
    } catch (const ServiceError &error) {
        return error.code() + ' ' + error.field();
    }
    return {};
}

} // namespace

/// Reading receipts, the bytes that are signed, and the signatures.
class TestReceipt : public QObject
{
    Q_OBJECT

private slots:
    void signsTheCanonicalJson()
    {
        Receipt receipt;
        receipt.leaseId = QStringLiteral("a\"\u20ac");
        receipt.providerNpub = "npub1p";
        receipt.consumerNpub = "npub1c";
        receipt.durationPaid = 3'600;
        receipt.durationDelivered = 1'800;
        receipt.successFlag = 0.5;
        receipt.paymentProof = {QStringLiteral("lightning:"), QStringLiteral("e30")};
        receipt.completedAt = 5;
        receipt.consumerSignature = "x";
        const QByteArray text =
            "{\"consumer_npub\":\"npub1c\",\"duration_delivered\":1800,\"duration_paid\":3600,"
            "\"lease_id\":\"a\\\"\xe2\x82\xac\",\"payment_proof\":{\"mint_url\":\"lightning:\","
            "\"swap_response_signature\":\"e30\"},\"provider_npub\":\"npub1p\","
            "\"success_flag\":0.5,\"version\":1}";
        QCOMPARE(receipt.signedText(), text);
        QVERIFY(receipt.digest() == sha256(text));
        receipt.successFlag = 1;
        QVERIFY(receipt.signedText().contains("\"success_flag\":1,"));
    }

    void readsWhatItWrites()
    {
        const Receipt receipt = sample();
        QJsonObject json = receipt.toJson();
        json.insert("something_else", 1);
        const Receipt read = readReceipt(json);
        QCOMPARE(read.toJson(), receipt.toJson());
        QVERIFY(read.isWellFormed());
        QVERIFY(read.hasValidSignatures());
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QJsonValue>("value");
        QTest::addColumn<QByteArray>("field");
        const auto row = [](const char *title, const char *name, const QJsonValue &value,
                            const char *field = nullptr) {
            QTest::newRow(title) << QString::fromLatin1(name) << value << QByteArray(field ? field : name);
        };
        for (const char *name :
             {"lease_id", "provider_npub", "consumer_npub", "duration_paid", "duration_delivered",
              "success_flag", "payment_proof", "version", "completed_at", "consumer_signature"}) {
            row((QByteArray("no ") + name).constData(), name, QJsonValue::Undefined);
            row((QByteArray("null ") + name).constData(), name, QJsonValue::Null);
            row((QByteArray("true ") + name).constData(), name, true);
        }
        row("empty lease", "lease_id", "");
        row("long lease", "lease_id", QString(257, u'x'));
        row("lease with a line break", "lease_id", "a\nb");
        row("lease with half a character", "lease_id", QString(QChar(0xd800)));
        row("fraction of a second", "duration_paid", 0.5);
        row("negative duration", "duration_delivered", -1);
        row("endless duration", "duration_paid", 1e300);
        row("flag of 2", "success_flag", 2);
        row("negative flag", "success_flag", -1e-9);
        row("flag in words", "success_flag", "1.0");
        row("version 0", "version", 0);
        row("version 1.5", "version", 1.5);
        row("completed before time began", "completed_at", -1);
        row("empty signature", "consumer_signature", "");
        row("co-signature that is no text", "provider_co_signature", true);
        row("endless co-signature", "provider_co_signature", QString(257, u'0'));
        row("proof without mint", "payment_proof", QJsonObject{{"swap_response_signature", "e30"}},
            "payment_proof.mint_url");
        row("proof without signature", "payment_proof", QJsonObject{{"mint_url", "lightning:"}},
            "payment_proof.swap_response_signature");
        row("proof with more than is known", "payment_proof",
            QJsonObject{{"mint_url", "lightning:"}, {"swap_response_signature", "e30"}, {"more", 1}});
        row("endless proof", "payment_proof",
            QJsonObject{{"mint_url", "lightning:"}, {"swap_response_signature", QString(8'193, u'x')}},
            "payment_proof.swap_response_signature");
    }

    void refuses()
    {
        QFETCH(QString, name);
        QFETCH(QJsonValue, value);
        QFETCH(QByteArray, field);
        QJsonObject json = sample().toJson();
        json.insert(name, value);
        QCOMPARE(refusal(json), "not_well_formed " + field);
    }

    void withoutCoSignature_data()
    {
        QTest::addColumn<QJsonValue>("value");
        QTest::newRow("absent") << QJsonValue(QJsonValue::Undefined);
        QTest::newRow("null") << QJsonValue(QJsonValue::Null);
        QTest::newRow("empty") << QJsonValue(QString());
    }

    void withoutCoSignature()
    {
        QFETCH(QJsonValue, value);
        QJsonObject json = sample().toJson();
        json.insert("provider_co_signature", value);
        const Receipt read = readReceipt(json);
        QVERIFY(read.providerCoSignature.isEmpty());
        QVERIFY(!read.isWellFormed());
        QVERIFY(read.hasConsumerSignature());
    }

    void wellFormed()
    {
        Receipt receipt = sample();
        QVERIFY(receipt.isWellFormed());
        receipt.successFlag = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(!receipt.isWellFormed());
        receipt.successFlag = 0;
        QVERIFY(receipt.isWellFormed());
        receipt.version = 0;
        QVERIFY(!receipt.isWellFormed());
    }

    void aSignatureIsOfOneKey()
    {
        const Receipt receipt = sample();
        Receipt other = receipt;
        std::swap(other.consumerSignature, other.providerCoSignature);
        QVERIFY(!other.hasConsumerSignature() && !other.hasProviderSignature());
        other = receipt;
        other.consumerSignature = other.consumerSignature.toUpper();
        QVERIFY(!other.hasConsumerSignature() && other.hasProviderSignature());
        other = receipt;
        other.providerCoSignature.chop(2);
        QVERIFY(other.hasConsumerSignature() && !other.hasProviderSignature());
        other = receipt;
        other.providerCoSignature[0] = 'g';
        QVERIFY(!other.hasProviderSignature());

        // Signed by the right key, which is written in another way.
        for (const QByteArray &npub :
             {keyNumber(1).pubKey().hex(), npubNumber(1).toUpper(), QByteArray("npub1")}) {
            other = receipt;
            other.consumerNpub = npub;
            other.consumerSignature = signatureOf(keyNumber(1), other);
            QVERIFY(!other.hasConsumerSignature());
        }
    }

    void othersReceiptsHold()
    {
        if (!NodePeer::has(QStringLiteral("nostr-tools"))) {
            if (NodePeer::isRequired())
                QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
            QSKIP("not run: needs node, and npm ci in tests/peers/node");
        }
        int count = 0;
        for (const QByteArray &line :
             NodePeer::lines(QStringLiteral("receipts.mjs"), {QStringLiteral("60")})) {
            ++count;
            const QJsonObject json = QJsonDocument::fromJson(line).object();
            Receipt receipt = readReceipt(json.value(u"receipt").toObject());
            QCOMPARE(hexOf(receipt.digest()), json.value(u"digest").toString().toLatin1());
            QVERIFY(receipt.hasConsumerSignature());
            QVERIFY(receipt.hasProviderSignature());
            ++receipt.durationPaid;
            QVERIFY(!receipt.hasConsumerSignature() && !receipt.hasProviderSignature());
        }
        QCOMPARE(count, 60);
    }
};

QTEST_GUILESS_MAIN(TestReceipt)
#include "tst_Receipt.moc"
