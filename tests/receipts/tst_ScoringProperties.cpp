// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/receipts/ScoringSamples.h"

#include <QTest>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tower;
using namespace tower::test;

namespace {

/// Few names, so that they meet; flags of all sorts; some that do not count.
std::vector<Receipt> anyReceipts()
{
    const auto name =
        rc::gen::map(rc::gen::inRange(0, 6), [](int n) { return QByteArray(1, static_cast<char>('a' + n)); });
    const auto flag = rc::gen::map(rc::gen::inRange(0, 1'001), [](int n) { return n / 1'000.0; });
    const auto receipt =
        rc::gen::map(rc::gen::tuple(name, name, flag, rc::gen::inRange(0, 20)), [](const auto &parts) {
            Receipt out = of(std::get<0>(parts), std::get<1>(parts), std::get<2>(parts));
            const int luck = std::get<3>(parts);
            if (luck == 0)
                out.providerCoSignature.clear();
            else if (luck == 1)
                out.consumerSignature = "forged";
            else if (luck == 2)
                out.paymentProof.mintUrl = QStringLiteral("nowhere");
            return out;
        });
    return *rc::gen::container<std::vector<Receipt>>(receipt);
}

const ReceiptCheck notForged = [](const Receipt &receipt) { return receipt.consumerSignature != "forged"; };
const ReceiptCheck paid = [](const Receipt &receipt) { return receipt.paymentProof.mintUrl.isEmpty(); };

/// Some are unknown, some too young, one is from the future.
ConsumersSeen someSeen()
{
    return {{"a", Millis(0)},
            {"b", now - days(30)},
            {"c", now - days(29)},
            {"d", Millis(5)},
            {"e", now + days(9)}};
}

} // namespace

/// What holds for any receipts, in any order.
class TestScoringProperties : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "seed=1 max_success=300");
    }

    void capHoldsForAnyReceipts()
    {
        QVERIFY(rc::check("a consumer adds at most 0.20 of all its receipts to a provider", [] {
            const std::vector<Receipt> receipts = anyReceipts();
            for (const char *consumer : {"a", "b", "c", "d", "e", "f"}) {
                std::vector<Receipt> its;
                std::copy_if(receipts.begin(), receipts.end(), std::back_inserter(its),
                             [&](const Receipt &receipt) { return receipt.consumerNpub == consumer; });
                for (const char *provider : {"a", "b", "c", "d", "e", "f"}) {
                    const double score = scoreOf(provider, its);
                    RC_ASSERT(score >= 0);
                    RC_ASSERT(score <= 0.20 * static_cast<double>(its.size()) * (1 + 1e-12));
                }
            }
        }));
    }

    void allAtOnceIsEachByItself()
    {
        QVERIFY(rc::check("scoreAll says what scoreProvider says", [] {
            const std::vector<Receipt> receipts = anyReceipts();
            const std::vector<ProviderScore> all =
                scoreAll(receipts, someSeen(), now, usual, notForged, paid);
            std::map<QByteArray, std::int64_t> count;
            for (const Receipt &receipt : receipts)
                ++count[receipt.providerNpub];
            RC_ASSERT(all.size() == count.size());
            for (const ProviderScore &score : all) {
                RC_ASSERT(score.score ==
                          scoreProvider(score.npub, receipts, someSeen(), now, usual, notForged, paid));
                RC_ASSERT(score.counted + score.droppedInAll() == count.at(score.npub));
                RC_ASSERT(score.successRate.has_value() == (score.counted > 0));
                RC_ASSERT(score.deliveredSeconds == 1'800 * score.counted);
            }
            RC_ASSERT(std::is_sorted(all.begin(), all.end(),
                                     [](const auto &a, const auto &b) { return a.npub < b.npub; }));
        }));
    }

    void orderDoesNotMatter()
    {
        QVERIFY(rc::check("any order has the same result, bit for bit", [] {
            std::vector<Receipt> receipts = anyReceipts();
            const auto before = scoreAll(receipts, someSeen(), now, usual, notForged, paid);
            std::shuffle(receipts.begin(), receipts.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
            const auto after = scoreAll(receipts, someSeen(), now, usual, notForged, paid);
            RC_ASSERT(before.size() == after.size());
            for (std::size_t i = 0; i < before.size(); ++i) {
                RC_ASSERT(before[i].npub == after[i].npub);
                RC_ASSERT(before[i].score == after[i].score);
                RC_ASSERT(before[i].successRate == after[i].successRate);
                RC_ASSERT(before[i].dropped == after[i].dropped);
                RC_ASSERT(before[i].consumers == after[i].consumers);
            }
        }));
    }

    void sumsAreExact()
    {
        ExactSum up, down;
        std::vector<double> values;
        for (int i = 1; i < 10'000; ++i)
            values.push_back(1.0 / i);
        for (auto value = values.begin(); value != values.end(); ++value)
            up.add(*value);
        for (auto value = values.rbegin(); value != values.rend(); ++value)
            down.add(*value);
        QVERIFY(up.value() == down.value());
        ExactSum tenths;
        for (int i = 0; i < 10; ++i)
            tenths.add(0.1);
        QVERIFY(tenths.value() == 1.0); // 0.9999999999999999 in the ordinary way
        ExactSum large;
        large.add(0x1p59);
        large.add(0x1p-62);
        QVERIFY(large.value() == 0x1p59);
    }

    void manyNames()
    {
        // Enough of them that the table of names grows several times.
        ScoreTable table;
        ConsumersSeen consumers;
        for (int i = 0; i < 20'000; ++i) {
            const QByteArray consumer = "c" + QByteArray::number(i % 7'000);
            table.add("p" + QByteArray::number(i), consumer, 1, 60);
            consumers.insert(consumer, Millis(0));
        }
        const std::vector<ProviderScore> scores = table.scores(consumers, now, usual);
        QCOMPARE(scores.size(), std::size_t{20'000});
        for (const ProviderScore &score : scores)
            QCOMPARE(score.score, 0.20 * (score.npub.mid(1).toInt() % 7'000 < 6'000 ? 3 : 2));
    }
};

QTEST_GUILESS_MAIN(TestScoringProperties)
#include "tst_ScoringProperties.moc"
