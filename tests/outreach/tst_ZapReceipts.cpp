// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/outreach/ZapReceipts.h"
#include "core/outreach/ZapRequest.h"
#include "tests/outreach/ZapTestHouse.h"
#include "tests/peers/TestRelay.h"

using namespace tower;
using namespace tower::test;

namespace {

constexpr Sats amount(100);

/// A zap that was paid, and what its receipt is made of.
struct PaidZap
{
    explicit PaidZap(const QString &engine)
        : house(engine)
    {
        house.complete();
        zap = house.carriedOut();
        request = *parseEvent(QByteArrayView(house.requests().at(0).rawEvent)).event;
        facts = {*zap.receiptKey, request, *zap.paymentHash};
    }
    [[nodiscard]] Event receipt(const SecretKey &signer,
                                const std::function<void(Event &)> &change = {}) const
    {
        Event event;
        event.kind = zapReceiptKind;
        event.createdAt = request.createdAt + 5;
        event.pubkey = signer.pubKey();
        event.tags = {{"p", ZapTestHouse::customer().hex()},
                      {"P", request.pubkey.hex()},
                      {"bolt11", zap.paymentRequest.toLatin1()},
                      {"description", request.toJson()},
                      {"preimage", QByteArray(64, '0')}};
        if (change)
            change(event);
        event.id = event.computedId();
        event.signature = signer.sign(event.id.bytes());
        return event;
    }
    [[nodiscard]] Event receipt() const { return receipt(house.peer.receiptSecret()); }
    [[nodiscard]] QString problemOf(const Event &event) const { return zapReceiptProblem(event, facts); }

    ZapTestHouse house;
    Zap zap;
    Event request;
    ZapFacts facts;
};

} // namespace

/// Receipts (NIP-57, appendix F): which are valid, and how they are found.
class TestZapReceipts : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void valid()
    {
        QFETCH_GLOBAL(QString, engine);
        const PaidZap paid(engine);
        QCOMPARE(paid.problemOf(paid.receipt()), QString());
        QCOMPARE(paymentHashOf(paid.receipt()), paid.zap.paymentHash);
        QVERIFY(!paymentHashOf(paid.request));
    }

    void invalid()
    {
        QFETCH_GLOBAL(QString, engine);
        const PaidZap paid(engine);
        Bolt11Draft draft;
        draft.network = LightningNetwork::Bitcoin;
        draft.amount = toMsat(amount) + Msat(1'000);
        draft.createdAt = seconds(1);
        draft.paymentHash = *paid.zap.paymentHash;
        const QByteArray dearer = encodeBolt11(draft, SecretKey::generate()).toLatin1();
        draft.amount = toMsat(amount);
        draft.paymentHash = PaymentHash(SecretKey::generate().bytes());
        const QByteArray another = encodeBolt11(draft, SecretKey::generate()).toLatin1();
        Event changed = paid.request;
        changed.content = "more";
        const std::vector<std::pair<const char *, std::function<void(Event &)>>> wrong{
            {"kind", [](Event &event) { event.kind = 9'736; }},
            {"recipient", [](Event &event) { event.tags[0][1] = QByteArray(64, 'a'); }},
            {"two recipients", [](Event &event) { event.tags.push_back(event.tags[0]); }},
            {"no recipient", [](Event &event) { event.tags.erase(event.tags.begin()); }},
            {"no invoice",
             [](Event &event) {
                 event.tags[2] = {"bolt11", "lnbc1"};
             }},
            {"amount", [&](Event &event) { event.tags[2][1] = dearer; }},
            {"invoice", [&](Event &event) { event.tags[2][1] = another; }},
            {"no request", [](Event &event) { event.tags.erase(event.tags.begin() + 3); }},
            {"request that is no JSON", [](Event &event) { event.tags[3][1] = "{"; }},
            {"request that is changed", [&](Event &event) { event.tags[3][1] = changed.toJson(); }},
        };
        const SecretKey &service = paid.house.peer.receiptSecret();
        for (const auto &[what, change] : wrong)
            QVERIFY2(!paid.problemOf(paid.receipt(service, change)).isEmpty(), what);
        QVERIFY(!paid.problemOf(paid.receipt(SecretKey::generate())).isEmpty());
        Event forged = paid.receipt();
        forged.signature[0] ^= 1;
        QVERIFY(!paid.problemOf(forged).isEmpty());
    }

    void attached()
    {
        QFETCH_GLOBAL(QString, engine);
        PaidZap paid(engine);
        Zaps &zaps = paid.house->zaps;
        EventLog &events = paid.house->events;
        const Event receipt = paid.receipt();
        QCOMPARE(zaps.attachReceipt(paid.receipt(SecretKey::generate()), events), false);
        QCOMPARE(zaps.attachReceipt(paid.request, events), false);
        QCOMPARE(zaps.attachReceipt(receipt, events), true);
        QCOMPARE(zaps.attachReceipt(receipt, events), false); // it has one
        QCOMPARE(paid.house.zap().receiptEventId, receipt.id);
    }

    void foundOnTheRelay()
    {
        QFETCH_GLOBAL(QString, engine);
        PaidZap paid(engine);
        TestRelay relay;
        paid.house.settings.setSaved(Setting::NostrRelayUrl, relay.url());
        RelayClient client(paid.house.clock());
        ZapReceipts receipts(paid.house.database(), paid.house.clock(), paid.house.settings, paid.house->zaps,
                             paid.house->events, client);
        const Event forged =
            paid.receipt(paid.house.peer.receiptSecret(), [](Event &event) { event.tags[3][1] = "{}"; });
        for (const Event &event : {forged, paid.receipt(SecretKey::generate())})
            QVERIFY(relay.post(event.toJsonObject()).has_value());
        receipts.wake(); // nothing: it was not started
        QCOMPARE(receipts.isRunning(), false);
        receipts.start();
        QCOMPARE(receipts.isRunning(), true);
        QTRY_COMPARE(receipts.isRunning(), false);
        QVERIFY(!paid.house.zap().receiptEventId);
        const Event receipt = paid.receipt();
        QVERIFY(relay.post(receipt.toJsonObject()).has_value());
        relay.setFault(TestRelay::Fault::ClosesQuestions);
        receipts.wake();
        QTRY_COMPARE(receipts.isRunning(), false);
        QVERIFY(!paid.house.zap().receiptEventId);
        relay.setFault(TestRelay::Fault::TalksJunk);
        receipts.wake();
        QTRY_COMPARE(paid.house.zap().receiptEventId, receipt.id);
    }

    void unreachable()
    {
        QFETCH_GLOBAL(QString, engine);
        PaidZap paid(engine);
        paid.house.settings.setSaved(Setting::NostrRelayUrl, QStringLiteral("ws://127.0.0.1:1"));
        RelayClient client(paid.house.clock());
        const auto make = [&] {
            return std::make_unique<ZapReceipts>(paid.house.database(), paid.house.clock(),
                                                 paid.house.settings, paid.house->zaps, paid.house->events,
                                                 client);
        };
        const auto receipts = make();
        receipts->start();
        QTRY_COMPARE(receipts->isRunning(), false);
        QVERIFY(!paid.house.zap().receiptEventId);
        // And one that goes while it waits.
        paid.house.clock().advance(seconds(120));
        auto gone = make();
        gone->start();
        QCOMPARE(gone->isRunning(), true);
        gone.reset();
        client.abort();
    }
};

QTEST_GUILESS_MAIN(TestZapReceipts)
#include "tst_ZapReceipts.moc"
