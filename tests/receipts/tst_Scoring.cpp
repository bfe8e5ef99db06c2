// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/receipts/ReceiptSamples.h"
#include "tests/receipts/ScoringSamples.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace tower;
using namespace tower::test;

namespace {

const ReceiptCheck reallySigned = [](const Receipt &receipt) { return receipt.hasValidSignatures(); };

} // namespace

/// The known results of the specification, and why a receipt does not count.
class TestScoring : public QObject
{
    Q_OBJECT

private slots:
    void oneConsumerOneReceipt() { QCOMPARE(scoreOf("p", {of("p", "c")}), 0.20); }

    void fiveConsumers()
    {
        std::vector<Receipt> receipts;
        for (const char *consumer : {"a", "b", "c", "d", "e"})
            receipts.push_back(of("p", consumer));
        QCOMPARE(scoreOf("p", receipts), 1.0);
    }

    void nineOfTen()
    {
        std::vector<Receipt> receipts = times(9, of("p", "c"));
        receipts.push_back(of("q", "c"));
        QCOMPARE(scoreOf("p", receipts), 2.0);
        QCOMPARE(scoreOf("q", receipts), 1.0); // a share of 0.1: whole
    }

    void shareOfExactlyTheCap()
    {
        std::vector<Receipt> receipts = times(4, of("q", "c"));
        receipts.push_back(of("p", "c"));
        QCOMPARE(scoreOf("p", receipts), 1.0);
    }

    void partialCredit()
    {
        QCOMPARE(scoreOf("p", {of("p", "c", 0.5)}), 0.10);
        QCOMPARE(scoreOf("p", {of("p", "c", 0.0)}), 0.0);
    }

    void whatDoesNotCount_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no consumer signature") << 0 << "not_well_formed";
        QTest::newRow("no co-signature") << 1 << "not_well_formed";
        QTest::newRow("flag is not a number") << 2 << "not_well_formed";
        QTest::newRow("flag above 1") << 3 << "not_well_formed";
        QTest::newRow("flag below 0") << 4 << "not_well_formed";
        QTest::newRow("version 0") << 5 << "not_well_formed";
        QTest::newRow("bad signature") << 6 << "bad_signature";
        QTest::newRow("failed proof") << 7 << "bad_payment_proof";
        QTest::newRow("unknown consumer") << 8 << "unknown_consumer";
        QTest::newRow("a day old") << 9 << "young_consumer";
        QTest::newRow("a millisecond too young") << 10 << "young_consumer";
        QTest::newRow("from the future") << 11 << "young_consumer";
        QTest::newRow("just old enough") << 12 << "";
    }

    void whatDoesNotCount()
    {
        QFETCH(int, which);
        QFETCH(QString, reason);
        Receipt receipt = of("p", "c");
        ConsumersSeen consumers{{"c", Millis(0)}};
        bool isSigned = true;
        bool isPaid = true;
        switch (which) {
        case 0:
            receipt.consumerSignature.clear();
            break;
        case 1:
            receipt.providerCoSignature.clear();
            break;
        case 2:
            receipt.successFlag = std::numeric_limits<double>::quiet_NaN();
            break;
        case 3:
            receipt.successFlag = 1.0000001;
            break;
        case 4:
            receipt.successFlag = -0.0000001;
            break;
        case 5:
            receipt.version = 0;
            break;
        case 6:
            isSigned = false;
            break;
        case 7:
            isPaid = false;
            break;
        case 8:
            consumers.clear();
            break;
        case 9:
            consumers["c"] = now - days(1);
            break;
        case 10:
            consumers["c"] = now - days(30) + Millis(1);
            break;
        case 11:
            consumers["c"] = now + days(400);
            break;
        default:
            consumers["c"] = now - days(30);
        }
        const ReceiptCheck signatures = [&](const Receipt &) { return isSigned; };
        const ReceiptCheck proofs = [&](const Receipt &) { return isPaid; };
        const auto drop = dropOf(receipt, consumers, now, usual, signatures, proofs);
        QCOMPARE(drop ? toText(*drop) : QString(), reason);
        const double wanted = reason.isEmpty() ? 0.20 : 0.0;
        QCOMPARE(scoreProvider("p", std::vector{receipt}, consumers, now, usual, signatures, proofs), wanted);
        const std::vector<ProviderScore> all =
            scoreAll(std::vector{receipt}, consumers, now, usual, signatures, proofs);
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(all[0].score, wanted);
        QCOMPARE(all[0].counted, reason.isEmpty() ? 1 : 0);
        QCOMPARE(all[0].droppedInAll(), reason.isEmpty() ? 0 : 1);
        if (drop)
            QCOMPARE(all[0].dropped[static_cast<std::size_t>(*drop)], 1);
    }

    void checksStopAtTheFirstFailure()
    {
        int signatures = 0;
        int proofs = 0;
        const auto counting = [](int &calls, bool answer) {
            return [&calls, answer](const Receipt &) {
                ++calls;
                return answer;
            };
        };
        Receipt malformed = of("p", "c");
        malformed.providerCoSignature.clear();
        dropOf(malformed, {}, now, usual, counting(signatures, true), counting(proofs, true));
        QCOMPARE(signatures + proofs, 0);
        dropOf(of("p", "c"), {}, now, usual, counting(signatures, false), counting(proofs, true));
        QCOMPARE(signatures, 1);
        QCOMPARE(proofs, 0);
        // And of other providers' receipts nothing is verified.
        scoreProvider("q", std::vector{of("p", "c")}, {}, now, usual, counting(signatures, true),
                      counting(proofs, true));
        QCOMPARE(signatures, 1);
    }

    void malformedReceiptsHaveNoShare()
    {
        std::vector<Receipt> receipts = times(20, of("q", "c"));
        for (Receipt &receipt : receipts)
            receipt.providerCoSignature.clear();
        receipts.push_back(of("p", "c"));
        QCOMPARE(scoreOf("p", receipts), 0.20);
    }

    void changedByteDropsTheReceipt_data()
    {
        QTest::addColumn<int>("field");
        for (int field = 0; field < 9; ++field)
            QTest::addRow("field %d", field) << field;
    }

    void changedByteDropsTheReceipt()
    {
        QFETCH(int, field);
        Receipt receipt = signedBy(receiptOf("lease", 1, "https://mint.example"), keyNumber(1), keyNumber(2));
        const ConsumersSeen consumers{{npubNumber(1), Millis(0)}};
        ++receipt.completedAt; // not signed
        QVERIFY(!dropOf(receipt, consumers, now, usual, reallySigned, yes));
        switch (field) {
        case 0:
            receipt.leaseId = QStringLiteral("leasf");
            break;
        case 1:
            receipt.providerNpub = npubNumber(3);
            break;
        case 2:
            receipt.consumerNpub = npubNumber(3);
            break;
        case 3:
            ++receipt.durationPaid;
            break;
        case 4:
            --receipt.durationDelivered;
            break;
        case 5:
            receipt.successFlag = std::nextafter(1.0, 0.0);
            break;
        case 6:
            receipt.paymentProof.mintUrl += u'/';
            break;
        case 7:
            receipt.paymentProof.swapResponseSignature[9] = u'_';
            break;
        default:
            receipt.version = 2;
        }
        QCOMPARE(dropOf(receipt, consumers, now, usual, reallySigned, yes),
                 std::optional(ReceiptDrop::BadSignature));
    }

    void otherHeuristics()
    {
        const std::vector<Receipt> receipts = times(3, of("p", "c"));
        const ConsumersSeen consumers{{"c", now}};
        const auto score = [&](const ScoreHeuristics &heuristics) {
            return scoreProvider("p", receipts, consumers, now, heuristics, yes, yes);
        };
        QCOMPARE(score({days(0), 1'000'000}), 3.0);
        QCOMPARE(score({days(0), 500'000}), 1.5);
        QCOMPARE(score({days(0), 0}), 0.0);
        QCOMPARE(score({days(1), 1'000'000}), 0.0);
    }

    void signaturesOnAllCores()
    {
        std::vector<Receipt> receipts;
        for (quint32 i = 0; i < 600; ++i) {
            receipts.push_back(signedBy(of("", ""), keyNumber(i % 5), keyNumber(9)));
            if (i % 7 == 0)
                receipts.back().version = 3;
        }
        const std::vector<std::uint8_t> hold = signaturesHold(receipts);
        QCOMPARE(hold.size(), receipts.size());
        for (std::size_t i = 0; i < hold.size(); ++i)
            QCOMPARE(hold[i] == 1, i % 7 != 0);
        QVERIFY(signaturesHold({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestScoring)
#include "tst_Scoring.moc"
