// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/receipts/ReceiptIntake.h"

#include "tests/peers/TestRelay.h"
#include "tests/receipts/ReceiptHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int receiptKind = 38'385; // RECEIPT_EVENT_KIND, as it is by default

/// A relay where strangers publish, and the house that looks there.
struct IntakeHouse
{
    explicit IntakeHouse(const QString &engine)
        : house(engine)
    {
        house.settings.setSaved(Setting::NostrRelayUrl, relay.url());
    }

    Event event(const QByteArray &name, const QByteArray &content, std::int64_t secondsAgo = 0)
    {
        const EventTemplate text{receiptKind, {{"d", name}}, content};
        return stranger.sign(text, house.clock.now() - seconds(secondsAgo));
    }
    Event event(const Receipt &receipt, std::int64_t secondsAgo = 0)
    {
        return event(Receipts::eventName(receipt.leaseId),
                     QJsonDocument(receipt.toJson()).toJson(QJsonDocument::Compact), secondsAgo);
    }
    void keep(const Event &event) { relay.keep(event.toJsonObject()); }
    /// One look, from its beginning to its end.
    void look()
    {
        intake.wake();
        QTRY_VERIFY_WITH_TIMEOUT(!intake.isRunning(), 30'000);
    }
    std::int64_t stored() { return house.count("completion_receipts"); }

    ReceiptHouse house;
    TestRelay relay;
    TimmyIdentity stranger{keyNumber(700)};
    RelayClient client{house.clock};
    ReceiptIntake intake{house.clock, house.settings, house.receipts, client};
};

} // namespace

/// Receipts that others published: taken in from a relay where anybody may have written anything.
class TestReceiptIntake : public QObject
{
    Q_OBJECT

private slots:
    void takesWhatHolds_data() { TestDatabase::engineRows(); }
    void takesWhatHolds()
    {
        QFETCH(QString, engine);
        IntakeHouse house(engine);
        const Receipt good = house.house.receipt("good", 1);
        Receipt unsignedOne = house.house.receipt("unsigned", 2);
        unsignedOne.providerCoSignature.clear();
        Receipt forged = house.house.receipt("forged", 3);
        forged.durationDelivered += 1;
        Receipt unpaid = receiptOf("unpaid", 0, house.house.mint.url());
        unpaid.paymentProof.swapResponseSignature = base64Url(toJson(MintKey(2).sign(1)));
        unpaid = signedBy(unpaid, keyNumber(1), keyNumber(2));
        for (const Receipt &receipt : {forged, unsignedOne, unpaid, good})
            house.keep(house.event(receipt));
        house.keep(house.event("paygress:receipt:v1:junk", "no JSON"));
        house.keep(house.event("paygress:receipt:v1:empty", "{}"));
        house.keep(house.event(QByteArray("paygress:receipt:v1:\0", 21), "{}"));
        house.keep(
            house.stranger.sign({1, {{"d", "paygress:receipt:v1:note"}}, "{}"}, house.house.clock.now()));

        house.look(); // nothing: it was not started
        QCOMPARE(house.stored(), 0);
        house.intake.start();
        QVERIFY(house.intake.isRunning());
        QTRY_VERIFY(!house.intake.isRunning());
        QCOMPARE(house.stored(), 1);
        QCOMPARE(house.house.receipts.find("good")->receipt.toJson(), good.toJson());
        QCOMPARE(house.house.count("timmy_nostr_events"), 1); // published as each that is stored
    }

    void looksAgain()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        house.intake.start();
        QTRY_VERIFY(!house.intake.isRunning());
        house.keep(house.event(house.house.receipt("later", 1), 86'400 * 365)); // whatever date it bears
        house.look();
        QCOMPARE(house.stored(), 1);
        house.intake.stop();
        house.keep(house.event(house.house.receipt("too late", 2)));
        house.look();
        QCOMPARE(house.stored(), 1);
    }

    void whatIsKnownIsLeftAlone()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        const Receipt receipt = house.house.receipt("known", 1);
        QVERIFY(house.house.take(receipt).value);
        const Event own = *parseEvent(house.house.events.list({}, {}).items.at(0).rawEvent).event;
        QVERIFY(house.house.receipts.isKnown(own));
        house.keep(own);
        // Its mint would be asked, were it looked at.
        Receipt other = receiptOf("known", 2, house.house.mint.url() + QStringLiteral("/other"));
        other = signedBy(other, keyNumber(1), keyNumber(2));
        house.keep(house.event(other));
        const qsizetype asked = house.house.mint.requests.size();
        house.intake.start();
        QTRY_VERIFY(!house.intake.isRunning());
        QCOMPARE(house.house.mint.requests.size(), asked);
        QCOMPARE(house.stored(), 1);
        QCOMPARE(house.house.count("timmy_nostr_events"), 1);
    }

    void refusedOnesHaveAnotherTry()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        TestMint &mint = house.house.mint;
        mint.status = "503 Later";
        house.keep(house.event(house.house.receipt("lease", 1)));
        house.intake.start();
        QTRY_VERIFY(!house.intake.isRunning());
        QCOMPARE(house.stored(), 0);
        QCOMPARE(mint.requests.size(), 1);
        mint.status = "200 OK";
        house.house.clock.advance(ReceiptIntake::triedAgainAfter - Millis(1));
        house.look();
        QCOMPARE(mint.requests.size(), 1);
        house.house.clock.advance(Millis(1));
        house.look();
        QCOMPARE(house.stored(), 1);
    }

    void soManyInOneLook()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        constexpr int count = ReceiptIntake::atOnce + 5;
        for (quint32 i = 0; i < count; ++i)
            house.keep(house.event(house.house.receipt(QString::number(i), i)));
        house.intake.start();
        QTRY_VERIFY_WITH_TIMEOUT(!house.intake.isRunning(), 30'000);
        QCOMPARE(house.stored(), ReceiptIntake::atOnce);
        house.look();
        QCOMPARE(house.stored(), count);
    }

    void behindAllTheJunk()
    {
        // More junk, and newer, than the relay gives at once; all of one second in the middle of it.
        IntakeHouse house(QStringLiteral("sqlite"));
        constexpr int junk = 2 * static_cast<int>(RelayClient::maximumFound) + 20;
        for (int i = 0; i < junk; ++i) {
            const int second = i < 200 ? i : 200;
            house.keep(house.event("paygress:receipt:v1:" + QByteArray::number(i), "{}", second));
        }
        house.keep(house.event(house.house.receipt("good", 1), 300));
        house.intake.start();
        QTRY_VERIFY_WITH_TIMEOUT(!house.intake.isRunning(), 30'000);
        constexpr int looks = junk / ReceiptIntake::atOnce + 3;
        for (int i = 0; i < looks && house.stored() == 0; ++i)
            house.look();
        QCOMPARE(house.stored(), 1);
    }

    void theRelayFails()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        house.keep(house.event(house.house.receipt("lease", 1)));
        house.relay.setFault(TestRelay::Fault::ClosesQuestions);
        house.intake.start();
        QTRY_VERIFY(!house.intake.isRunning());
        QCOMPARE(house.stored(), 0);
        house.relay.setFault(TestRelay::Fault::TalksJunk);
        house.look();
        QCOMPARE(house.stored(), 1);
    }

    void thereIsNoRelay()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        house.house.settings.setSaved(Setting::NostrRelayUrl, QString());
        house.intake.start();
        QVERIFY(!house.intake.isRunning());
    }

    void goesWhileItLooks()
    {
        IntakeHouse house(QStringLiteral("sqlite"));
        house.house.mint.silent = true;
        house.keep(house.event(house.house.receipt("lease", 1)));
        auto going = std::make_unique<ReceiptIntake>(house.house.clock, house.house.settings,
                                                     house.house.receipts, house.client);
        going->start();
        QTRY_COMPARE(house.house.mint.requests.size(), 1);
        going.reset();
        house.house.keys.abort();
        auto waiting = std::make_unique<ReceiptIntake>(house.house.clock, house.house.settings,
                                                       house.house.receipts, house.client);
        waiting->start();
        QVERIFY(waiting->isRunning());
        waiting.reset();
        house.client.abort();
        QCOMPARE(house.stored(), 0);
    }
};

QTEST_GUILESS_MAIN(TestReceiptIntake)
#include "tst_ReceiptIntake.moc"
