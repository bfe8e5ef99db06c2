// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/outreach/ZapTestHouse.h"
#include "tests/support/Expect.h"

using namespace tower;
using namespace tower::test;

using Fault = LnurlPeer::Fault;
using Pay = ScriptedWallet::Pay;

namespace {

constexpr Sats amount(100);
const QString actor = QStringLiteral("admin:token");

QStringList actions(ZapTestHouse &house)
{
    QStringList out;
    for (const ActivityRow &row : house->activity.list({}, {}).items)
        out.prepend(row.entry.action);
    return out;
}

} // namespace

/// What goes wrong before the sats leave, and what the operator does about it.
class TestZapFaults : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void faults_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, Fault fault, const char *reason) {
            QTest::newRow(name) << static_cast<int>(fault) << QString::fromLatin1(reason);
        };
        row("amount changed", Fault::AmountChanged, "exactly 100 sats");
        row("no amount", Fault::NoAmount, "carries no amount");
        row("another network", Fault::OtherNetwork, "another network");
        row("expired", Fault::Expired, "has expired");
        row("garbled", Fault::GarbledInvoice, "checksum");
        row("no invoice", Fault::NoInvoice, "no invoice (pr)");
        row("error at first", Fault::OfferError, "refuses: the service is closed");
        row("error then", Fault::OrderError, "refuses: the service is closed");
        row("too long at first", Fault::OfferTooLong, "too long");
        row("too long then", Fault::OrderTooLong, "too long");
        row("silent at first", Fault::OfferSilent, "not answer in time");
        row("silent then", Fault::OrderSilent, "not answer in time");
        row("no JSON", Fault::OfferNoJson, "no JSON");
        row("fractions", Fault::OfferFractions, "minSendable");
        row("another tag", Fault::OfferOtherTag, "payRequest");
        row("status 500", Fault::OfferStatus500, "status 500");
        row("callback to a file", Fault::CallbackElsewhere, "callback");
    }
    void faults()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, fault);
        QFETCH(QString, reason);
        ZapTestHouse house(engine);
        house->lnurl.setPatience(Millis(300));
        house.peer.fault = static_cast<Fault>(fault);
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Failed);
        QVERIFY2(zap.reason.contains(reason, Qt::CaseInsensitive), qPrintable(zap.reason));
        QVERIFY(zap.outgoingId.isEmpty());
        QVERIFY(house.wallet.orders.empty());
        QCOMPARE(house.spent(), Sats());
        QCOMPARE(house->zaps.totals().zappedToday, Sats());
        // Nobody tries again by himself.
        house->payer.start();
        house.clock().advance(days(1));
        house->payer.wake();
        QTRY_VERIFY(!house->payer.isRunning());
        QCOMPARE(house.zap().state, ZapState::Failed);

        // The operator does.
        house.peer.fault = Fault::None;
        const Awaited<Zap> again = ended(house->byHand.retry(zap.id, QStringLiteral("it is back"), actor));
        QCOMPARE(again.value.value().state, ZapState::Paid);
        QCOMPARE(again.value->reason, walletSays);
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(ended(house->byHand.retry(zap.id, {}, actor)).error, QByteArray("not_failed"));
        QCOMPARE(actions(house), QStringList{QStringLiteral("zap.retry")});
    }

    void anotherHashIsAWarning()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.peer.fault = Fault::OtherHash;
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Paid);
        QVERIFY2(zap.reason.contains(QStringLiteral("description hash")), qPrintable(zap.reason));
    }

    void outsideTheLimits()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.peer.least = toMsat(amount) + Msat(1);
        house.complete(QStringLiteral("a"));
        house.peer.most = toMsat(amount) + Msat(-1);
        house.peer.least = Msat(1);
        Zap zap = house.carriedOut(QStringLiteral("a"));
        QCOMPARE(zap.state, ZapState::Skipped);
        QVERIFY2(zap.reason.contains(QStringLiteral("1 to 99999 msat")), qPrintable(zap.reason));
        house.peer.most = house.peer.least = toMsat(amount); // just so
        house.complete(QStringLiteral("b"));
        QCOMPARE(house.carriedOut(QStringLiteral("b")).state, ZapState::Paid);
        house.peer.most = toMsat(Sats(1'000));
        house.peer.least = toMsat(amount) + Msat(1);
        house.complete(QStringLiteral("c"));
        zap = house.carriedOut(QStringLiteral("c"));
        QCOMPARE(zap.state, ZapState::Skipped);
        QCOMPARE(house.peer.orders(), 1);
        QCOMPARE(house->zaps.totals().zappedToday, amount);
    }

    void tooLittleInTheWallet()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.fund(-Sats(99'950));
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Failed);
        QVERIFY2(zap.reason.contains(QStringLiteral("does not hold")), qPrintable(zap.reason));
        QVERIFY(zap.paymentRequest.isEmpty());
        QVERIFY(house.wallet.orders.empty());
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void aPaymentThatFailedForGood()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.wallet.payMode = Pay::IsRefused;
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Failed);
        QCOMPARE(house.spent(), Sats());
        house.wallet.payMode = Pay::Succeeds;
        const Awaited<Zap> again = ended(house->byHand.retry(zap.id, {}, actor));
        QCOMPARE(again.value.value().state, ZapState::Paid);
        QVERIFY(again.value->paymentRequest != zap.paymentRequest);
        QCOMPARE(house.spent(), amount);
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void byHand_data()
    {
        QTest::addColumn<QString>("recipient");
        QTest::newRow("npub") << QStringLiteral("npub");
        QTest::newRow("hex") << QStringLiteral("hex");
        QTest::newRow("address") << QStringLiteral("address");
        QTest::newRow("invoice") << QStringLiteral("invoice");
    }
    void byHand()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, recipient);
        ZapTestHouse house(engine);
        const bool isInvoice = recipient == u"invoice";
        const bool isKey = recipient == u"npub" || recipient == u"hex";
        ZapsByHand::Order order;
        order.amount = Sats(21);
        if (recipient == u"npub")
            order.recipient = QString::fromLatin1(toNpub(ZapTestHouse::customer()));
        else if (recipient == u"hex")
            order.recipient = ZapTestHouse::customer().text();
        else if (recipient == u"address")
            order.recipient = house.peer.address();
        else
            order.recipient = house.wallet.foreignInvoice(Sats(21));

        const Awaited<ZapsByHand::Preview> preview = ended(house->byHand.preview(order));
        QCOMPARE(preview.error, QByteArray());
        QCOMPARE(preview.value->amount, Sats(21));
        QCOMPARE(preview.value->maximumFee, Sats(2));
        QCOMPARE(preview.value->recipient.has_value(), isKey);
        QCOMPARE(preview.value->lightningAddress, isInvoice ? QString() : house.peer.address());
        QCOMPARE(preview.value->isZap, std::make_optional(isKey));
        QCOMPARE(preview.value->problem, QString());
        QCOMPARE(house->zaps.list({}, {}).total, 0);
        QCOMPARE(house.peer.orders(), 0);

        const Awaited<Zap> sent = ended(house->byHand.send(order, actor));
        QCOMPARE(sent.value.value().state, ZapState::Paid);
        QCOMPARE(sent.value->jobId, QString());
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(house.spent(), Sats(21));
        QCOMPARE(house.requests().size(), isKey ? 1U : 0U);
        QCOMPARE(house->zaps.totals().zappedToday, Sats(21));
        QCOMPARE(actions(house), QStringList{QStringLiteral("zap.send")});
        if (!isInvoice)
            return;
        // The same invoice is paid once.
        const Awaited<Zap> again = ended(house->byHand.send(order, actor));
        QCOMPARE(again.value.value().state, ZapState::Failed);
        QCOMPARE(house.paymentsSent(), 1);
    }

    void goesNowhereElseThanThePreviewSaid()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        ZapsByHand::Order order{ZapTestHouse::customer().text(), Sats(21)};
        order.seenAddress = ended(house->byHand.preview(order)).value.value().lightningAddress;
        house.addCustomer(ZapTestHouse::customer(), QStringLiteral("thief@example.com"));
        QCOMPARE(ended(house->byHand.send(order, actor)).error, QByteArray("address_changed"));
        QCOMPARE(house->zaps.list({}, {}).total, 0);
        QCOMPARE(house.paymentsSent(), 0);
    }

    void ordersThatMakeNoSense()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.addCustomer(numbered(3), {});
        const auto error = [&](const QString &recipient, std::optional<Sats> sats = Sats(21),
                               const QString &comment = {}) {
            const ZapsByHand::Order order{recipient, sats, comment};
            const QByteArray code = ended(house->byHand.send(order, actor)).error;
            return ended(house->byHand.preview(order)).error == code ? code : "differs";
        };
        QCOMPARE(error(numbered(3).text()), QByteArray("no_lightning_address"));
        QCOMPARE(error(numbered(4).text()), QByteArray("no_lightning_address"));
        QCOMPARE(error(QStringLiteral("me@")), QByteArray("invalid_recipient"));
        QVERIFY(!error(QStringLiteral("somebody")).isEmpty());
        QCOMPARE(error(house.peer.address(), std::nullopt), QByteArray("invalid_request"));
        QCOMPARE(error(house.peer.address(), Sats(0)), QByteArray("invalid_request"));
        QCOMPARE(error(house.peer.address(), Sats(-1)), QByteArray("invalid_request"));
        QCOMPARE(error(house.peer.address(), Sats(std::numeric_limits<std::int64_t>::max())),
                 QByteArray("invalid_request"));
        QCOMPARE(error(house.peer.address(), Sats(1), QString(281, u'x')), QByteArray("invalid_request"));
        QCOMPARE(error(house.wallet.foreignInvoice(Sats(20))), QByteArray("invalid_request"));
        QCOMPARE(error(QStringLiteral("lnbc1nonsense")), QByteArray("invalid_invoice"));
        const ScriptedWallet other(house.clock(), LightningNetwork::Regtest);
        QCOMPARE(error(other.foreignInvoice(Sats(21))), QByteArray("invalid_invoice"));
        QCOMPARE(house->zaps.list({}, {}).total, 0);
        QVERIFY(house.wallet.orders.empty());
    }

    void theCeilingHoldsForTheOperator()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        ZapsByHand::Order order{house.peer.address(), Sats(10'001), {}};
        QVERIFY(!ended(house->byHand.preview(order)).value.value().problem.isEmpty());
        QCOMPARE(ended(house->byHand.send(order, actor)).error, QByteArray("zap_ceiling"));
        house.wallet.payMode = Pay::IsRefused;
        order.amount = Sats(6'000);
        const Zap failed = ended(house->byHand.send(order, actor)).value.value();
        QCOMPARE(failed.state, ZapState::Failed);
        house.wallet.payMode = Pay::Succeeds;
        QCOMPARE(ended(house->byHand.send(order, actor)).value.value().state, ZapState::Paid);
        QCOMPARE(ended(house->byHand.retry(failed.id, {}, actor)).error, QByteArray("zap_ceiling"));
        house.clock().advance(days(1));
        QCOMPARE(ended(house->byHand.retry(failed.id, {}, actor)).value.value().state, ZapState::Paid);
        QCOMPARE(house->zaps.totals().zappedToday, Sats(6'000)); // on the day when it went out
    }

    void settledByHand_data()
    {
        QTest::addColumn<bool>("paid");
        QTest::newRow("paid") << true;
        QTest::newRow("not paid") << false;
    }
    void settledByHand()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(bool, paid);
        ZapTestHouse house(engine);
        house.wallet.payMode = paid ? Pay::UnknownButPaid : Pay::UnknownNotPaid;
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Unknown);
        QCOMPARE(ended(house->byHand.retry(zap.id, {}, actor)).error, QByteArray("not_failed"));
        const Zap after = house->byHand.resolve(zap.id, paid, QStringLiteral("seen at the node"), actor);
        QCOMPARE(after.state, paid ? ZapState::Paid : ZapState::Failed);
        QCOMPARE(after.reason, QStringLiteral("seen at the node"));
        QCOMPARE(house.spent(), paid ? amount : Sats());
        QCOMPARE(house->zaps.totals().paid, paid ? 1 : 0);
        const auto resolve = [&](const QString &id) {
            return errorCodeOf([&] { house->byHand.resolve(id, paid, QStringLiteral("x"), actor); });
        };
        QCOMPARE(resolve(zap.id), QByteArray("not_unknown"));
        QCOMPARE(resolve(QStringLiteral("nothing")), QByteArray("zap_not_found"));
        QCOMPARE(ended(house->byHand.retry(QStringLiteral("nothing"), {}, actor)).error,
                 QByteArray("zap_not_found"));
        QCOMPARE(actions(house), QStringList{QStringLiteral("zap.resolve")});
    }
};

QTEST_GUILESS_MAIN(TestZapFaults)
#include "tst_ZapFaults.moc"
