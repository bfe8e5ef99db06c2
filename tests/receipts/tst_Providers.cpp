// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Error.h"
#include "core/base/Json.h"
#include "tests/receipts/ReceiptHouse.h"
#include "tests/support/Expect.h"
#include "tests/support/QueryPlan.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <random>

using namespace tower;
using namespace tower::test;

namespace {

/// Twelve receipts of four consumers with three providers, stored in the order that `seed` makes, all on the
/// first day.
void fill(ReceiptHouse &house, unsigned seed)
{
    std::vector<quint32> order(12);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    for (const quint32 i : order) {
        Receipt receipt = house.receipt(QStringLiteral("lease-%1").arg(i), i, i % 4, 20 + i % 3);
        receipt.successFlag = 1.0 / (1 + i);
        receipt.durationDelivered = 600 * i;
        QVERIFY(house.take(signedBy(receipt, keyNumber(i % 4), keyNumber(20 + i % 3))).value);
    }
}

QStringList plan(ReceiptHouse &house, const QString &sql)
{
    return queryPlan(*house.database, sql);
}

} // namespace

/// Lists, one provider, and the snapshot of a day.
class TestProviders : public QObject
{
    Q_OBJECT

private slots:
    void youngConsumersCountLater_data() { TestDatabase::engineRows(); }
    void youngConsumersCountLater()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        QVERIFY(house.take(house.receipt("lease-1", 1)).value);
        const QByteArray provider = npubNumber(2);
        std::optional<ProviderDetail> detail = house.providers().detail(provider, {});
        QVERIFY(detail);
        QCOMPARE(detail->score.score, 0.0);
        QCOMPARE(detail->score.counted, 0);
        QCOMPARE(detail->score.droppedInAll(), 1);
        QVERIFY(!detail->score.successRate);
        QCOMPARE(detail->dropped.size(), std::size_t{1});
        QCOMPARE(detail->dropped[0].leaseId, QStringLiteral("lease-1"));
        QCOMPARE(detail->dropped[0].consumerNpub, npubNumber(1));
        QCOMPARE(detail->dropped[0].reason, ReceiptDrop::YoungConsumer);

        house.clock.advance(days(30));
        detail = house.providers().detail(provider, {});
        QCOMPARE(detail->score.score, 0.20);
        QCOMPARE(detail->score.counted, 1);
        QCOMPARE(detail->score.consumers, 1);
        QCOMPARE(detail->score.successRate, std::optional(1.0));
        QCOMPARE(detail->score.deliveredSeconds, 3'600);
        QVERIFY(detail->dropped.empty());
        QVERIFY(!house.providers().detail(npubNumber(1), {}));

        house.settings.setSaved(Setting::ReceiptMinConsumerDays, QStringLiteral("31"));
        QCOMPARE(house.providers().detail(provider, {})->score.score, 0.0);
        house.settings.setSaved(Setting::ReceiptMinConsumerDays, QStringLiteral("0"));
        house.settings.setSaved(Setting::ReceiptMaxShare, QStringLiteral("0.5"));
        QCOMPARE(house.providers().detail(provider, {})->score.score, 0.5);
    }

    void pagesInOrderOfScore_data() { TestDatabase::engineRows(); }
    void pagesInOrderOfScore()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        fill(house, 1);
        house.clock.advance(days(40));
        const std::vector<ProviderScore> all = house.providers().scores({});
        QCOMPARE(all.size(), std::size_t{3});
        PageRequest request{1, {}};
        double last = 1e9;
        int pages = 0;
        do {
            const Page<ProviderScore> page = house.list({}, request);
            QCOMPARE(page.items.size(), std::size_t{1});
            QCOMPARE(page.total, 3);
            const ProviderScore &score = page.items[0];
            QVERIFY(score.score <= last && score.score > 0);
            last = score.score;
            // The list, the detail and the pure function are of one mind.
            QCOMPARE(house.providers().detail(score.npub, {})->score.score, score.score);
            const auto same =
                std::find_if(all.begin(), all.end(), [&](const auto &s) { return s.npub == score.npub; });
            QVERIFY(same != all.end() && same->score == score.score);
            request.cursor = page.nextCursor;
            ++pages;
        } while (!request.cursor.isNull());
        QCOMPARE(pages, 3);
        QCOMPARE(errorCodeOf([&] {
                     house.list({}, {1, QStringLiteral("junk")});
                 }),
                 QByteArray("invalid_request"));
    }

    void windows()
    {
        ReceiptHouse house(QStringLiteral("sqlite"));
        const Millis first = house.clock.now();
        QVERIFY(house.take(house.receipt("one", 1, 1, 20)).value);
        house.clock.advance(days(2));
        const Millis second = house.clock.now();
        QVERIFY(house.take(house.receipt("two", 2, 1, 21)).value);
        house.clock.advance(days(60));
        const auto names = [&](const ReceiptWindow &window) {
            QList<QByteArray> out;
            for (const ProviderScore &score : house.list(window).items)
                out.append(score.npub);
            return out;
        };
        QCOMPARE(names({}).size(), 2);
        QCOMPARE(names({second, {}, {}}), QList<QByteArray>{npubNumber(21)});
        QCOMPARE(names({{}, second - Millis(1), {}}), QList<QByteArray>{npubNumber(20)});
        QCOMPARE(names({first, second, {}}).size(), 2);
        QCOMPARE(names({second + Millis(1), {}, {}}).size(), 0);
        // A share is of the receipts in the window.
        QCOMPARE(house.providers().detail(npubNumber(20), {})->score.score, 0.4);
        QCOMPARE(house.providers().detail(npubNumber(20), {{}, first, {}})->score.score, 0.2);
        QCOMPARE(house.providers().detail(npubNumber(20), {second, {}, {}})->score.counted, 0);
    }

    void snapshotIsTheSameEverywhere()
    {
        QByteArray expected;
        for (const QString &engine : TestDatabase::engines()) {
            for (const unsigned order : {1U, 2U, 3U}) {
                ReceiptHouse house(engine);
                fill(house, order);
                house.clock.advance(days(40));
                const QByteArray snapshot = house.snapshot();
                QCOMPARE(house.snapshot(), snapshot);
                house.clock.advance(seconds(3'600)); // the same day
                QCOMPARE(house.snapshot(), snapshot);
                if (expected.isEmpty())
                    expected = snapshot;
                QCOMPARE(snapshot, expected);
            }
        }
        QJsonObject json = QJsonDocument::fromJson(expected).object();
        QCOMPARE(canonicalJson(json), expected);
        QCOMPARE(json.value(u"providers").toArray().size(), 3);
        QCOMPARE(json.value(u"asOf").toString(), toIso(days(20'040)));
        // Everyone can check it.
        const QByteArray signature = QByteArray::fromHex(json.take(u"signature").toString().toLatin1());
        std::array<std::uint8_t, 64> raw{};
        QCOMPARE(signature.size(), 64);
        std::copy(signature.begin(), signature.end(), raw.begin());
        const PubKey signer = fromNpub(json.value(u"signer").toString().toLatin1()).value();
        QVERIFY(signer == keyNumber(900).pubKey());
        QVERIFY(verifySchnorr(signer, sha256(canonicalJson(json)), raw));
    }

    void snapshotIsOfTheDaysStart()
    {
        ReceiptHouse house(QStringLiteral("sqlite"));
        QVERIFY(house.take(house.receipt("one", 1)).value);
        const auto providers = [&] {
            return QJsonDocument::fromJson(house.snapshot()).object().value(u"providers").toArray();
        };
        QCOMPARE(providers().size(), 0); // it came in today
        house.clock.set(days(20'001));
        QCOMPARE(providers().size(), 1);
        QCOMPARE(providers()[0][u"score"].toDouble(), 0.0);

        // A receipt that claims yesterday, and one of tomorrow, change nothing any more today.
        house.clock.advance(seconds(60));
        const QByteArray before = house.snapshot();
        Receipt late = house.receipt("two", 2);
        late.completedAt -= 7'200;
        QVERIFY(house.take(late).value);
        QCOMPARE(house.snapshot(), before);

        house.clock.set(days(20'031)); // first seen 30 days and 23 hours before
        QCOMPARE(providers()[0][u"receiptsCounted"].toInt(), 2);
        QCOMPARE(providers()[0][u"score"].toDouble(), 0.4);
    }

    void readsByIndex()
    {
        ReceiptHouse house(QStringLiteral("sqlite"));
        QVERIFY(!readsEverything(plan(
            house,
            QStringLiteral("SELECT lease_id FROM completion_receipts WHERE provider_npub = 'a' LIMIT 1"))));
        QVERIFY(!readsEverything(plan(
            house,
            QStringLiteral(
                "SELECT success_flag FROM completion_receipts WHERE counts_at >= 0 AND counts_at <= 5 AND "
                "first_seen_at < 9 AND consumer_npub IN (SELECT consumer_npub FROM completion_receipts WHERE "
                "provider_npub = 'a')"))));
    }
};

QTEST_GUILESS_MAIN(TestProviders)
#include "tst_Providers.moc"
