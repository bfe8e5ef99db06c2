// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/receipts/ReceiptHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

/// A receipt paid over Lightning; its preimage is 32 times `fill`.
Receipt paidOverLightning(ReceiptHouse &house, const QString &lease, char fill)
{
    const QByteArray preimage(32, fill);
    Receipt out = receiptOf(lease, 0, QStringLiteral("lightning:"));
    out.completedAt = house.clock.now().value() / 1'000;
    out.paymentProof.swapResponseSignature =
        base64Url({{"preimage", QString::fromLatin1(preimage.toHex())},
                   {"payment_hash", PaymentHash(sha256(preimage)).text()}});
    return signedBy(out, keyNumber(1), keyNumber(2));
}

void addInvoice(ReceiptHouse &house, char fill, const char *state)
{
    house.database->execute(R"(
        INSERT INTO sessions (id, state, deposit_payment_hash, expires_at, created_at, updated_at)
        VALUES ('s', 'active', '', 0, 0, 0) ON CONFLICT DO NOTHING)");
    house.database->execute(R"(
        INSERT INTO invoices (payment_hash, payment_request, purpose, amount_sats, state, simulated, session_id,
                              created_at, expires_at)
        VALUES (?, '', 'deposit', 5, ?, 0, 's', 0, 0))",
                            {PaymentHash(sha256(QByteArray(32, fill))), state});
}

Millis firstSeen(ReceiptHouse &house, quint32 consumer)
{
    return ReceiptStore(*house.database).consumers().value(npubNumber(consumer), Millis(-1));
}

} // namespace

/// What is taken in, what is refused, and what happens with it: on both engines.
class TestReceipts : public QObject
{
    Q_OBJECT

private slots:
    void storesAndPublishes_data() { TestDatabase::engineRows(); }
    void storesAndPublishes()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        int waiting = 0;
        connect(&house.events, &EventLog::waiting, this, [&] { ++waiting; });
        Receipt receipt = house.receipt("lease-1", 1);
        receipt.successFlag = 1.0 / 3;
        receipt = signedBy(receipt, keyNumber(1), keyNumber(2));
        const auto taken = house.take(receipt);
        QVERIFY2(taken.value, taken.error);
        QVERIFY(taken.value->isNew);

        const std::optional<StoredReceipt> stored = house.receipts.find("lease-1");
        QVERIFY(stored);
        QCOMPARE(stored->receipt.toJson(), receipt.toJson());
        QVERIFY(stored->receipt.hasValidSignatures());
        QCOMPARE(stored->digest, hexOf(receipt.digest()));
        QCOMPARE(stored->firstSeenAt, house.clock.now());

        QCOMPARE(waiting, 1);
        const Page<LoggedEvent> events = house.events.list({}, {});
        QCOMPARE(events.items.size(), std::size_t{1});
        QCOMPARE(events.items[0].kind, 38'385);
        QCOMPARE(events.items[0].purpose, QStringLiteral("receipt"));
        QCOMPARE(events.items[0].publishState, PublishState::Waiting);
        const EventParse event = parseEvent(events.items[0].rawEvent);
        QVERIFY(event.event && checkEvent(*event.event).isEmpty());
        QVERIFY(event.event->pubkey == house.timmy.pubKey());
        QVERIFY(event.event->tag("d") == QByteArray("paygress:receipt:v1:lease-1"));
        QCOMPARE(QJsonDocument::fromJson(event.event->content).object(), receipt.toJson());
    }

    void theSameAgain_data() { TestDatabase::engineRows(); }
    void theSameAgain()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        const Receipt receipt = house.receipt("lease-1", 1);
        QVERIFY(house.take(receipt).value);
        const auto again = house.take(receipt);
        QVERIFY(again.value && !again.value->isNew);
        QCOMPARE(house.count("timmy_nostr_events"), 1);

        // Another receipt of that lease, paid with another payment.
        QCOMPARE(house.take(house.receipt("lease-1", 2)).error, QByteArray("lease_taken"));
        // Another lease, proved by the same payment, which is written down in another way.
        QCOMPARE(house.take(house.receipt("lease-2", 1)).error, QByteArray("payment_proof_used"));
        Receipt padded = receiptOf("lease-2", 1, house.mint.url() + u'/');
        padded.paymentProof.swapResponseSignature += u'=';
        while (padded.paymentProof.swapResponseSignature.size() % 4 != 0)
            padded.paymentProof.swapResponseSignature += u'=';
        QCOMPARE(house.take(signedBy(padded, keyNumber(1), keyNumber(2))).error,
                 QByteArray("payment_proof_used"));
        QCOMPARE(house.count("completion_receipts"), 1);
        QCOMPARE(house.count("timmy_nostr_events"), 1);
    }

    void twoAtATime_data() { TestDatabase::engineRows(); }
    void twoAtATime()
    {
        // Both have asked the mint before either is stored.
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        const auto first = begun(house.receipts.take(house.receipt("lease-1", 1)));
        const auto same = begun(house.receipts.take(house.receipt("lease-1", 1)));
        const auto otherLease = begun(house.receipts.take(house.receipt("lease-2", 1)));
        const auto otherReceipt = begun(house.receipts.take(house.receipt("lease-1", 1, 3)));
        QTRY_VERIFY(first->isDone() && same->isDone() && otherLease->isDone() && otherReceipt->isDone());
        QVERIFY(first->value && first->value->isNew);
        QVERIFY(same->value && !same->value->isNew);
        QCOMPARE(otherLease->error, QByteArray("payment_proof_used"));
        QCOMPARE(otherReceipt->error, QByteArray("lease_taken"));
        QCOMPARE(house.count("completion_receipts"), 1);
        QCOMPARE(house.count("timmy_nostr_events"), 1);
        QCOMPARE(house.count("consumer_profiles"), 1); // nothing of what was refused
    }

    void refuses_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("no co-signature") << 0 << QByteArray("not_well_formed");
        QTest::newRow("consumer's signature") << 1 << QByteArray("bad_signature");
        QTest::newRow("provider's signature") << 2 << QByteArray("bad_signature");
        QTest::newRow("not the mint's proof") << 3 << QByteArray("bad_payment_proof");
        QTest::newRow("amount without a key") << 4 << QByteArray("bad_payment_proof");
        QTest::newRow("not a proof") << 5 << QByteArray("bad_payment_proof");
        QTest::newRow("mint gone") << 6 << QByteArray("mint_unavailable");
        QTest::newRow("not a mint") << 7 << QByteArray("bad_mint_url");
        QTest::newRow("never paid") << 8 << QByteArray("bad_payment_proof");
    }

    void refuses()
    {
        QFETCH(int, which);
        QFETCH(QByteArray, code);
        ReceiptHouse house(QStringLiteral("sqlite"));
        Receipt receipt = house.receipt("lease-1", 1);
        PaymentProofText &proof = receipt.paymentProof;
        switch (which) {
        case 3:
            proof.swapResponseSignature = base64Url(toJson(MintKey(2).sign(1)));
            break;
        case 4:
            proof.swapResponseSignature = base64Url(toJson(MintKey(1).sign(1, 16)));
            break;
        case 5:
            proof.swapResponseSignature = QStringLiteral("e30");
            break;
        case 6:
            house.mint.status = "503 Later";
            break;
        case 7:
            proof.mintUrl = QStringLiteral("lightning");
            break;
        case 8:
            receipt = paidOverLightning(house, "lease-1", 'p');
            break;
        default:
            break;
        }
        receipt = signedBy(receipt, keyNumber(1), keyNumber(2));
        if (which == 0)
            receipt.providerCoSignature.clear();
        else if (which == 1)
            receipt.consumerSignature[0] = receipt.consumerSignature[0] == '0' ? '1' : '0';
        else if (which == 2)
            receipt.providerCoSignature = receipt.consumerSignature;
        QCOMPARE(house.take(receipt).error, code);
        for (const char *table : {"completion_receipts", "consumer_profiles", "timmy_nostr_events"})
            QCOMPARE(house.count(table), 0);
    }

    void lightning_data() { TestDatabase::engineRows(); }
    void lightning()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        addInvoice(house, 'p', "paid");
        addInvoice(house, 'o', "open");
        addInvoice(house, 'l', "paid_late");
        QVERIFY(house.take(paidOverLightning(house, "lease-1", 'p')).value);
        QCOMPARE(house.take(paidOverLightning(house, "lease-2", 'p')).error,
                 QByteArray("payment_proof_used"));
        QCOMPARE(house.take(paidOverLightning(house, "lease-2", 'o')).error, QByteArray("bad_payment_proof"));
        QCOMPARE(house.take(paidOverLightning(house, "lease-2", 'l')).error, QByteArray("bad_payment_proof"));
        QCOMPARE(house.mint.requests.size(), 0);
    }

    void firstSightOfAConsumer_data() { TestDatabase::engineRows(); }
    void firstSightOfAConsumer()
    {
        QFETCH(QString, engine);
        ReceiptHouse house(engine);
        const Millis begin = house.clock.now();
        Identities identities(*house.database, house.clock, house.settings);
        {
            Transaction transaction(*house.database);
            identities.ensure(transaction, keyNumber(11).pubKey());
            transaction.commit();
        }
        const auto decision = [&](quint32 n, const char *reason) {
            house.database->execute(R"(
                INSERT INTO relay_decisions (at, event_id, pubkey, kind, action, reason, source, micros)
                VALUES (?, '', ?, 1, 'reject', ?, '', 1))",
                                    {begin + days(1), keyNumber(n).pubKey(), reason});
        };
        decision(12, "no-access");
        decision(13, "invalid");
        house.clock.advance(days(5));
        const Millis now = house.clock.now();
        for (const quint32 consumer : {11, 12, 13, 14})
            QVERIFY(house.take(house.receipt(QString::number(consumer), consumer, consumer)).value);
        QCOMPARE(firstSeen(house, 11), begin);
        QCOMPARE(firstSeen(house, 12), begin + days(1));
        QCOMPARE(firstSeen(house, 13), now);
        QCOMPARE(firstSeen(house, 14), now);

        // It stays what it was, and no time that anybody claims makes it older.
        house.clock.advance(days(1));
        Receipt old = house.receipt("again", 50, 14);
        old.completedAt = 5;
        QVERIFY(house.take(old).value);
        QCOMPARE(firstSeen(house, 14), now);
    }

    void theTimeThatCounts_data()
    {
        QTest::addColumn<qint64>("completed"); // seconds from now
        QTest::addColumn<bool>("believed");
        QTest::newRow("just now") << qint64(0) << true;
        QTest::newRow("an hour ago") << qint64(-3'600) << true;
        QTest::newRow("a day ago") << qint64(-86'400) << true;
        QTest::newRow("more than a day ago") << qint64(-86'401) << false;
        QTest::newRow("in the future") << qint64(1) << false;
    }

    void theTimeThatCounts()
    {
        QFETCH(qint64, completed);
        QFETCH(bool, believed);
        ReceiptHouse house(QStringLiteral("sqlite"));
        Receipt receipt = house.receipt("lease", 1);
        receipt.completedAt += completed;
        const auto taken = house.take(receipt);
        QVERIFY(taken.value);
        const Millis now = house.clock.now();
        QCOMPARE(taken.value->stored.countsAt, believed ? now + seconds(completed) : now);
        QCOMPARE(house.receipts.find("lease")->countsAt, taken.value->stored.countsAt);
    }

    void receiptsFoundOnTheRelay()
    {
        ReceiptHouse house(QStringLiteral("sqlite"));
        const TimmyIdentity stranger{keyNumber(700)};
        const Receipt receipt = house.receipt("lease-1", 1);
        const auto published = [&](int kind, const QByteArray &name, const QByteArray &content) {
            return stranger.sign({kind, {{"d", name}}, content}, house.clock.now());
        };
        const QByteArray json = QJsonDocument(receipt.toJson()).toJson(QJsonDocument::Compact);
        const QByteArray name = "paygress:receipt:v1:lease-1";
        const auto error = [&](const Event &event) { return ended(house.receipts.takeEvent(event)).error; };
        QCOMPARE(error(published(1, name, json)), QByteArray("not_a_receipt"));
        QCOMPARE(error(published(38'385, "paygress:receipt:v1:lease-2", json)), QByteArray("not_a_receipt"));
        QCOMPARE(error(published(38'385, name, "[]")), QByteArray("not_a_receipt"));
        QCOMPARE(error(published(38'385, name, "{}")), QByteArray("not_well_formed"));
        Event forged = published(38'385, name, json);
        forged.createdAt += 1;
        QCOMPARE(error(forged), QByteArray("not_a_receipt"));
        QCOMPARE(house.count("completion_receipts"), 0);

        QVERIFY(ended(house.receipts.takeEvent(published(38'385, name, json))).value->isNew);
        QVERIFY(!ended(house.receipts.takeEvent(published(38'385, name, json))).value->isNew);
        QCOMPARE(house.count("timmy_nostr_events"), 1);
    }
};

QTEST_GUILESS_MAIN(TestReceipts)
#include "tst_Receipts.moc"
