// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/receipts/NodePeer.h"
#include "tests/receipts/ReceiptHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

/// Receipts whose every part is somebody else's: the mint's keys, blind signatures and NUT-12 proofs are of
/// @cashu/cashu-ts, the leases are signed with keys of nostr-tools.
class TestCashuReceipts : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!NodePeer::has(QStringLiteral("@cashu/cashu-ts"))) {
            if (NodePeer::isRequired())
                QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
            QSKIP("not run: needs node, and npm ci in tests/peers/node");
        }
    }

    void areTakenIn()
    {
        constexpr int count = 24;
        ReceiptHouse house(QStringLiteral("sqlite"));
        const QByteArrayList lines =
            NodePeer::lines(QStringLiteral("mintproofs.mjs"), {house.mint.url(), QString::number(count)});
        QCOMPARE(lines.size(), count + 1);
        house.mint.keys = lines.first();
        for (const QByteArray &line : lines.sliced(1)) {
            const Receipt receipt = readReceipt(QJsonDocument::fromJson(line).object());
            const auto taken = house.take(receipt);
            QVERIFY2(taken.value && taken.value->isNew, taken.error);
        }
        QCOMPARE(house.count("completion_receipts"), count);
        QCOMPARE(house.mint.requests.size(), 1);
    }

    void areRefusedWhenTheMintHasAnotherKey()
    {
        ReceiptHouse house(QStringLiteral("sqlite"));
        const QByteArrayList lines =
            NodePeer::lines(QStringLiteral("mintproofs.mjs"), {house.mint.url(), QStringLiteral("1")});
        QCOMPARE(lines.size(), 2);
        QJsonObject keyset = QJsonDocument::fromJson(lines.first())[u"keysets"][0].toObject();
        keyset.insert("keys", QJsonObject{{"1", QString::fromLatin1(hexOf(MintKey(1).pub()))}});
        house.mint.keys = QJsonDocument(QJsonObject{{"keysets", QJsonArray{keyset}}}).toJson();
        const Receipt receipt = readReceipt(QJsonDocument::fromJson(lines.last()).object());
        QCOMPARE(house.take(receipt).error, QByteArray("bad_payment_proof"));
    }
};

QTEST_GUILESS_MAIN(TestCashuReceipts)
#include "tst_CashuReceipts.moc"
