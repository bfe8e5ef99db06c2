// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/receipts/ReceiptHouse.h"

#include <QTest>

#include <functional>

using namespace tower;
using namespace tower::test;

namespace {

constexpr quint32 customer = 1;
constexpr qint64 lease = 2'592'000; // NODE_LEASE_SECS, as it is by default
const QString nodeId = QStringLiteral("0b9d5e2c-6f0f-4f52-9b1f-1f6d4c1a7e01");
const QString otherId = QStringLiteral("0b9d5e2c-6f0f-4f52-9b1f-1f6d4c1a7e02");

/// Nodes that were ordered from us: paid for with the preimage of 32 times `fill`.
struct NodeLeases
{
    explicit NodeLeases(const QString &engine)
        : house(engine)
    {
    }

    void order(const QString &id, char fill, std::optional<PubKey> pubkey)
    {
        BootstrapJob job;
        job.id = id;
        job.amount = Sats(10'000);
        job.paymentHash = PaymentHash(sha256(QByteArray(32, fill)));
        job.paymentRequest = QStringLiteral("lnbc1");
        job.pubkey = pubkey;
        job.ownKey = ownKey;
        job.leaseSecs = lease;
        job.createdAt = job.updatedAt = house.clock.now();
        Transaction transaction(*house.database);
        if (pubkey)
            identities.ensure(transaction, *pubkey);
        store.insert(transaction, job, "hash");
        house.database->execute(R"(
            INSERT INTO invoices (payment_hash, payment_request, purpose, amount_sats, state, simulated,
                                  bootstrap_job_id, created_at, expires_at)
            VALUES (?, '', 'node', 10000, 'open', 0, ?, 0, 0))",
                                {job.paymentHash, id});
        transaction.commit();
    }
    void pay(const QString &id)
    {
        Transaction transaction(*house.database);
        store.paid(transaction, id, house.clock.now());
        house.database->execute("UPDATE invoices SET state = 'paid' WHERE bootstrap_job_id = ?", {id});
        transaction.commit();
    }
    void finish(const QString &id, BootstrapState state)
    {
        Transaction transaction(*house.database);
        store.finish(transaction, id, state, {}, house.clock.now());
        transaction.commit();
    }
    void destroy(const QString &id)
    {
        Transaction transaction(*house.database);
        store.destroy(transaction, id, house.clock.now());
        transaction.commit();
    }
    /// A node of the customer's, ready ten minutes after it was paid for.
    void deliver()
    {
        order(nodeId, 'p', keyNumber(customer).pubKey());
        pay(nodeId);
        house.clock.advance(seconds(600));
        finish(nodeId, BootstrapState::Ready);
    }

    /// As the customer would write it, with `change` before it is signed.
    Receipt receipt(const std::function<void(Receipt &)> &change = {}, quint32 signer = customer)
    {
        Receipt out;
        out.leaseId = nodeId;
        out.providerNpub = house.timmy.npub();
        out.consumerNpub = npubNumber(customer);
        out.durationPaid = lease;
        out.durationDelivered = 0;
        out.successFlag = 1;
        out.paymentProof = paidWith('p');
        out.completedAt = house.clock.now().value() / 1'000;
        if (change)
            change(out);
        out.consumerSignature = signatureOf(keyNumber(signer), out);
        return out;
    }
    Receipt claiming(std::int64_t delivered)
    {
        return receipt([delivered](Receipt &r) { r.durationDelivered = delivered; });
    }
    static PaymentProofText paidWith(char fill)
    {
        const QByteArray preimage(32, fill);
        return {QStringLiteral("lightning:"),
                base64Url({{"preimage", QString::fromLatin1(preimage.toHex())},
                           {"payment_hash", PaymentHash(sha256(preimage)).text()}})};
    }
    /// "code field" of why it is not taken in; empty when it is.
    QByteArray refusal(const Receipt &receipt)
    {
        QByteArray out;
        const auto taking = [](Receipts &receipts, Receipt r, QByteArray *why) -> QCoro::Task<int> {
            try {
                QCoro::Task<Receipts::Taken> task = receipts.take(r);
                co_await task;
            } catch (const ServiceError &error) {
                *why = error.code() + ' ' + error.field();
            }
            co_return 0;
        };
        ended(taking(house.receipts, receipt, &out));
        return out;
    }

    ReceiptHouse house;
    bool ownKey = true; ///< of what is ordered from now on
    Identities identities{*house.database, house.clock, house.settings};
    BootstrapStore store{*house.database, QStringLiteral("test")};
};

} // namespace

/// Receipts of Timmy's own nodes, which the customer signs first.
class TestCoSigner : public QObject
{
    Q_OBJECT

private slots:
    /// The receipt is published, and whoever has the id reads the key if nobody has yet.
    void signsNothingWhileTheKeyWaits()
    {
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.ownKey = false;
        leases.deliver();
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray("lease_mismatch lease_id"));
        {
            Transaction transaction(*leases.house.database);
            leases.store.setKeys(transaction, nodeId, "ssh-rsa AAAA", "sealed", leases.house.clock.now());
            QVERIFY(leases.store.deliver(transaction, nodeId, true, leases.house.clock.now()));
            transaction.commit();
        }
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray());
    }

    void signsWhatMatches_data() { TestDatabase::engineRows(); }
    void signsWhatMatches()
    {
        QFETCH(QString, engine);
        NodeLeases leases(engine);
        leases.deliver();
        ReceiptHouse &house = leases.house;
        house.clock.advance(seconds(3'600));
        Receipt receipt = leases.claiming(3'600);
        const auto taken = house.take(receipt);
        QVERIFY2(taken.value && taken.value->isNew, taken.error);
        receipt.providerCoSignature = taken.value->stored.receipt.providerCoSignature;
        QVERIFY(receipt.hasProviderSignature());
        QCOMPARE(taken.value->stored.receipt.toJson(), receipt.toJson());
        QCOMPARE(house.receipts.find(nodeId)->receipt.toJson(), receipt.toJson());
        QCOMPARE(house.count("timmy_nostr_events"), 1);

        // The same again, with the co-signature and without.
        receipt.providerCoSignature.clear();
        for (const Receipt &again : {receipt, taken.value->stored.receipt}) {
            const auto known = house.take(again);
            QVERIFY(known.value && !known.value->isNew);
            QCOMPARE(known.value->stored.receipt.toJson(), taken.value->stored.receipt.toJson());
        }
        // Another one of that lease.
        QCOMPARE(house.take(leases.claiming(3'000)).error, QByteArray("lease_taken"));
        QCOMPARE(house.count("completion_receipts"), 1);
        QCOMPARE(house.count("timmy_nostr_events"), 1);
    }

    void onlyWhatIsTimmysAndSigned()
    {
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.deliver();
        QCOMPARE(leases.refusal(leases.receipt([](Receipt &r) { r.providerNpub = npubNumber(2); })),
                 QByteArray("not_well_formed provider_co_signature"));
        Receipt forged = leases.receipt({}, 3);
        QCOMPARE(leases.refusal(forged), QByteArray("bad_signature consumer_signature"));
        // Nobody learns which leases there are without signing as their customer.
        forged = leases.receipt([](Receipt &r) { r.leaseId = otherId; }, 3);
        QCOMPARE(leases.refusal(forged), QByteArray("bad_signature consumer_signature"));
        QCOMPARE(leases.refusal(leases.receipt([](Receipt &r) { r.leaseId = otherId; })),
                 QByteArray("lease_unknown lease_id"));
        QCOMPARE(leases.refusal(leases.receipt([](Receipt &r) { r.leaseId = QStringLiteral("lease"); })),
                 QByteArray("lease_unknown lease_id"));
        // What Timmy has signed as the provider by other means needs no order of ours.
        Receipt signedByTimmy = leases.house.receipt("lease", 1, customer, 900);
        QCOMPARE(signedByTimmy.providerNpub, leases.house.timmy.npub());
        QCOMPARE(leases.refusal(signedByTimmy), QByteArray());
    }

    void mismatches_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<QByteArray>("refusal");
        QTest::newRow("another customer") << 0 << QByteArray("lease_mismatch consumer_npub");
        QTest::newRow("paid for less") << 1 << QByteArray("lease_mismatch duration_paid");
        QTest::newRow("delivered for longer") << 2 << QByteArray("lease_mismatch duration_delivered");
        QTest::newRow("delivered before") << 3 << QByteArray("lease_mismatch duration_delivered");
        QTest::newRow("paid with ecash") << 4 << QByteArray("lease_mismatch payment_proof.mint_url");
        QTest::newRow("another payment")
            << 5 << QByteArray("lease_mismatch payment_proof.swap_response_signature");
        QTest::newRow("no payment") << 6
                                    << QByteArray("bad_payment_proof payment_proof.swap_response_signature");
        QTest::newRow("another lease of the same customer")
            << 7 << QByteArray("lease_mismatch payment_proof.swap_response_signature");
    }

    void mismatches()
    {
        QFETCH(int, which);
        QFETCH(QByteArray, refusal);
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.order(otherId, 'o', keyNumber(customer).pubKey());
        leases.pay(otherId);
        leases.finish(otherId, BootstrapState::Ready);
        leases.deliver();
        const auto change = [&](Receipt &receipt) {
            switch (which) {
            case 0:
                receipt.consumerNpub = npubNumber(3);
                break;
            case 1:
                receipt.durationPaid -= 1;
                break;
            case 2:
                receipt.durationDelivered = CoSigner::clockSkewSecs + 1;
                break;
            case 3:
                receipt.durationDelivered = -1;
                break;
            case 4:
                receipt.paymentProof.mintUrl = leases.house.mint.url();
                break;
            case 5:
                receipt.paymentProof = NodeLeases::paidWith('x');
                break;
            case 6:
                receipt.paymentProof.swapResponseSignature = QStringLiteral("e30");
                break;
            default:
                receipt.paymentProof = NodeLeases::paidWith('o');
            }
        };
        QCOMPARE(leases.refusal(leases.receipt(change, which == 0 ? 3 : customer)), refusal);
        QCOMPARE(leases.house.count("completion_receipts"), 0);
        QCOMPARE(leases.house.count("timmy_nostr_events"), 0);
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray());
    }

    void onlyWhatWasDelivered()
    {
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.order(nodeId, 'p', keyNumber(customer).pubKey());
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray("lease_mismatch lease_id"));
        leases.pay(nodeId);
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray("lease_mismatch lease_id"));
        leases.finish(nodeId, BootstrapState::Failed);
        QCOMPARE(leases.refusal(leases.receipt()), QByteArray("lease_mismatch lease_id"));
        // Ordered with no key: nobody's.
        leases.order(otherId, 'o', std::nullopt);
        leases.pay(otherId);
        leases.finish(otherId, BootstrapState::Ready);
        QCOMPARE(leases.refusal(leases.receipt([](Receipt &r) { r.leaseId = otherId; })),
                 QByteArray("lease_mismatch consumer_npub"));
    }

    void howLongItWasDelivered_data()
    {
        // The node was ready 600 s after its payment. All in seconds from then.
        QTest::addColumn<qint64>("destroyedMs");
        QTest::addColumn<qint64>("nowMs");
        QTest::addColumn<qint64>("most");
        QTest::newRow("at once") << qint64(-1) << qint64(0) << qint64(60);
        QTest::newRow("a second begun") << qint64(-1) << qint64(1'001) << qint64(62);
        QTest::newRow("an hour") << qint64(-1) << qint64(3'600'000) << qint64(3'660);
        QTest::newRow("destroyed after an hour") << qint64(3'600'000) << qint64(9'000'000) << qint64(3'660);
        QTest::newRow("to the end of the lease") << qint64(-1) << qint64(lease * 1'000) << lease - 540;
        QTest::newRow("long after it") << qint64(-1) << qint64(2 * lease * 1'000) << lease - 540;
        QTest::newRow("destroyed long after it")
            << qint64(2 * lease * 1'000) << qint64(3 * lease * 1'000) << lease - 540;
    }

    void howLongItWasDelivered()
    {
        QFETCH(qint64, destroyedMs);
        QFETCH(qint64, nowMs);
        QFETCH(qint64, most);
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.deliver();
        if (destroyedMs >= 0) {
            leases.house.clock.advance(Millis(destroyedMs));
            leases.destroy(nodeId);
        }
        leases.house.clock.advance(Millis(nowMs - std::max(destroyedMs, qint64(0))));
        QCOMPARE(leases.refusal(leases.claiming(most + 1)), QByteArray("lease_mismatch duration_delivered"));
        QCOMPARE(leases.refusal(leases.claiming(most)), QByteArray());
    }

    void neverMoreThanWasPaidFor()
    {
        // Ready in the moment of its payment: the slack would take it beyond the lease.
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.order(nodeId, 'p', keyNumber(customer).pubKey());
        leases.pay(nodeId);
        leases.finish(nodeId, BootstrapState::Ready);
        leases.house.clock.advance(seconds(lease));
        QCOMPARE(leases.refusal(leases.claiming(lease + 1)), QByteArray("lease_mismatch duration_delivered"));
        QCOMPARE(leases.refusal(leases.claiming(lease)), QByteArray());
    }

    void signaturesAreAlwaysTheSame()
    {
        NodeLeases leases(QStringLiteral("sqlite"));
        leases.deliver();
        CoSigner signer(*leases.house.database, leases.house.clock, leases.house.timmy);
        const Receipt receipt = leases.receipt();
        QVERIFY(signer.isAsked(receipt));
        QCOMPARE(signer.sign(receipt), signer.sign(receipt));
        Receipt coSigned = receipt;
        coSigned.providerCoSignature = signer.sign(receipt);
        QVERIFY(!signer.isAsked(coSigned));
        QVERIFY(coSigned.hasValidSignatures());
    }
};

QTEST_GUILESS_MAIN(TestCoSigner)
#include "tst_CoSigner.moc"
