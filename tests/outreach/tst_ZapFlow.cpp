// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Log.h"
#include "tests/outreach/ZapTestHouse.h"
#include "tests/support/Expect.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>

using namespace tower;
using namespace tower::test;

using Pay = ScriptedWallet::Pay;

namespace {

constexpr Sats amount(100);

Event eventOf(const LoggedEvent &logged)
{
    return *parseEvent(QByteArrayView(logged.rawEvent)).event;
}

} // namespace

/// From a job's completion to the sats that left: once, whatever happens on the way.
class TestZapFlow : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void aZap()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.peer.callbackQuery = "?key=a%26b";
        house->payer.start();
        house.complete();
        QTRY_COMPARE(house.zap().state, ZapState::Paid);

        const Zap zap = house.zap();
        QCOMPARE(zap.amount, amount);
        QCOMPARE(zap.reason, walletSays);
        QCOMPARE(zap.simulated, false);
        QCOMPARE(zap.paymentRequest, house.peer.invoices().value(0));
        QCOMPARE(zap.settledAt.has_value(), true);
        QCOMPARE(zap.receiptKey, house.peer.receiptKey());
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(house.spent(), amount);
        QCOMPARE(house->zaps.totals().paid, 1);
        QCOMPARE(house->zaps.totals().zappedToday, amount);
        QCOMPARE(house.wrongInBooks(), QString());

        // What the service was asked: the logged request, whole.
        QCOMPARE(house.peer.requests().size(), 2U);
        const LnurlPeer::Request order = house.peer.requests().back();
        QCOMPARE(order.query.queryItemValue("key", QUrl::FullyDecoded), QStringLiteral("a&b"));
        QCOMPARE(order.query.queryItemValue("amount"), QStringLiteral("100000"));
        const std::vector<LoggedEvent> logged = house.requests();
        QCOMPARE(logged.size(), 1U);
        QCOMPARE(order.query.queryItemValue("nostr", QUrl::FullyDecoded).toUtf8(), logged[0].rawEvent);
        QCOMPARE(zap.requestEventId, logged[0].eventId);
        QCOMPARE(logged[0].publishState, PublishState::None);
        QCOMPARE(logged[0].kind, 9'734);
        QCOMPARE(logged[0].amount, amount);
        const Event request = eventOf(logged[0]);
        QCOMPARE(checkEvent(request), QByteArray());
        QCOMPARE(request.pubkey, house.timmy.pubKey());
        const QByteArray lnurl = toLnurl(house.peer.url());
        const std::vector<std::vector<QByteArray>> tags{{"relays", "ws://127.0.0.1:7777"},
                                                        {"amount", "100000"},
                                                        {"lnurl", lnurl},
                                                        {"p", ZapTestHouse::customer().hex()},
                                                        {"ref", zap.id.toUtf8()}};
        QCOMPARE(request.tags, tags);
        QCOMPARE(order.query.queryItemValue("lnurl").toLatin1(), lnurl);
    }

    void withoutNostrItIsAPayment()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.peer.allowsNostr = false;
        house.complete();
        const Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Paid);
        QVERIFY2(zap.reason.contains(QStringLiteral("plain payment")), qPrintable(zap.reason));
        QVERIFY(!house.peer.requests().back().query.hasQueryItem("nostr"));
        QVERIFY(house.requests().empty());
        QCOMPARE(house.paymentsSent(), 1);
    }

    void simulated()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        QProcessEnvironment environment;
        environment.insert(QStringLiteral("TIMMY_TOKEN_SECRET"), QString(40, u't'));
        Secrets secrets(environment, [&] { return openSecretsFile(house.identity.database.dir()); });
        SimulatedWallet wallet(house.database(), house.clock(), secrets);
        ZapProgram services(house.database(), house.clock(), house.settings, wallet, house.timmy,
                            QStringLiteral("simulated"));
        const WalletInvoice income =
            ended(wallet.createInvoice(Sats(100'000), QStringLiteral("x"), seconds(60))).value.value();
        wallet.payInvoice(income.paymentHash);
        house.complete(services, QStringLiteral("job"));
        ZapTestHouse::waitFor(services.payer.carryOut(house.zap().id));

        const Zap zap = house.zap();
        QCOMPARE(zap.state, ZapState::Paid);
        QCOMPARE(zap.simulated, true);
        QVERIFY(house.peer.requests().empty());
        const std::vector<LoggedEvent> logged = house.requests();
        QCOMPARE(logged.size(), 1U);
        QCOMPARE(zap.requestEventId, logged[0].eventId);
        QCOMPARE(decodeBolt11(zap.paymentRequest).descriptionHash, sha256(logged[0].rawEvent));
        QCOMPARE(house.spent(), amount);
        // The sats are gone from the wallet, too: the books agree.
        const Msat held = ended(wallet.balance()).value.value();
        QCOMPARE(held, toMsat(Sats(99'900)));
        for (const CheckResult &check : Reconcile().run(house.database(), held).checks)
            QVERIFY2(check.ok, qPrintable(check.detail));
    }

    void fiftyAtOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        const auto connection = house.identity.database.another();
        const auto other = house.program(*connection, QStringLiteral("two"));
        house->payer.start();
        other->payer.start();
        for (int i = 0; i < 50; ++i) {
            house.complete(i % 2 == 0 ? *house.operator->() : *other, QStringLiteral("job"));
            house->payer.wake();
            other->payer.wake();
        }
        QTRY_COMPARE(house.zap().state, ZapState::Paid);
        QTRY_VERIFY(!house->payer.isRunning() && !other->payer.isRunning());
        QCOMPARE(house.peer.orders(), 1);
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(house.spent(), amount);
        QCOMPARE(house.requests().size(), 1U);
    }

    void manyOneAfterTheOther()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house->payer.start();
        for (int i = 0; i < 10; ++i)
            house.complete(QString::number(i));
        QTRY_COMPARE(house->zaps.totals().paid, 10);
        QCOMPARE(house.paymentsSent(), 10);
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void restarts_data()
    {
        QTest::addColumn<int>("step");
        QTest::newRow("before it began") << 0;
        QTest::newRow("while the service is asked what it takes") << 1;
        QTest::newRow("while it is asked for the invoice") << 2;
        QTest::newRow("the payment is written down") << 3;
        QTest::newRow("while it is paid, and was not") << 4;
        QTest::newRow("while it is paid, and was") << 5;
    }
    void restarts()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, step);
        ZapTestHouse house(engine);
        if (step == 1)
            house.peer.fault = LnurlPeer::Fault::OfferSilent;
        if (step == 2)
            house.peer.fault = LnurlPeer::Fault::OrderSilent;
        if (step >= 3)
            house.wallet.payMode = step == 5 ? Pay::HangsButPaid : Pay::HangsNotPaid;
        if (step > 0)
            house->payer.start();
        house.complete();
        if (step == 1 || step == 2)
            QTRY_COMPARE(house.peer.silent(), 1);
        if (step >= 3)
            QTRY_COMPARE(house.wallet.hanging(), 1U);
        house.crash();
        const bool begun = step >= 3;
        if (step == 3) {
            house.database().execute("UPDATE outgoing_payments SET state = 'intent', lease_until = 0");
            house.database().execute("UPDATE zaps SET state = 'intent'");
        }

        house.peer.fault = LnurlPeer::Fault::None;
        house.wallet.payMode = Pay::Succeeds;
        house.start();
        house->outgoing.recover();
        house->payer.start();
        if (begun) {
            QCOMPARE(house.zap().state, step == 3 ? ZapState::Intent : ZapState::Paying);
            house.resolve(house.zap());
        }
        QTRY_COMPARE(house.zap().state, ZapState::Paid);
        QTRY_VERIFY(!house->payer.isRunning());
        QCOMPARE(house.peer.orders(), step == 2 ? 2 : 1);
        QCOMPARE(house.requests().size(), 1U); // signed once
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(house.spent(), amount);
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void whoHoldsALeaseIsLeftAlone()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.peer.fault = LnurlPeer::Fault::OrderSilent;
        house->payer.start();
        house.complete();
        QTRY_COMPARE(house.peer.silent(), 1);
        house.peer.fault = LnurlPeer::Fault::None;

        const auto connection = house.identity.database.another();
        const auto other = house.program(*connection, QStringLiteral("two"));
        ZapTestHouse::waitFor(other->payer.carryOut(house.zap().id));
        QCOMPARE(house.zap().state, ZapState::Intent);
        // Its lease ran out: the other takes over, and the first, should it wake up, does nothing more.
        house.clock().advance(ZapPayer::holdFor);
        ZapTestHouse::waitFor(other->payer.carryOut(house.zap().id));
        QCOMPARE(house.zap().state, ZapState::Paid);
        house->lnurl.abort();
        QTRY_VERIFY(!house->payer.isRunning());
        QCOMPARE(house.zap().state, ZapState::Paid);
        QCOMPARE(house.paymentsSent(), 1);
    }

    void unknownUntilTheWalletTells()
    {
        QFETCH_GLOBAL(QString, engine);
        ZapTestHouse house(engine);
        house.wallet.payMode = Pay::UnknownAndPending;
        house.complete();
        Zap zap = house.carriedOut();
        QCOMPARE(zap.state, ZapState::Unknown);
        QCOMPARE(house->zaps.totals().zappedToday, amount);
        house.carryOut(zap.id); // nothing: there is a payment
        QCOMPARE(house.peer.orders(), 1);
        house.clock().advance(Outgoing::lease);
        house.resolve(zap);
        QCOMPARE(house.zap().state, ZapState::Paying);
        house.wallet.settle(*zap.paymentHash, true);
        house.clock().advance(Outgoing::lease);
        house.resolve(zap);
        zap = house.zap();
        QCOMPARE(zap.state, ZapState::Paid);
        QCOMPARE(zap.paymentRequest, house.peer.invoices().value(0));
        QCOMPARE(house.paymentsSent(), 1);
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void whatThePaymentsStateIs_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("state");
        QTest::newRow("under way") << int(Pay::StaysPending) << "paying";
        QTest::newRow("refused") << int(Pay::IsRefused) << "failed";
        QTest::newRow("no answer") << int(Pay::UnknownButPaid) << "unknown";
        QTest::newRow("paid") << int(Pay::Succeeds) << "paid";
    }
    void whatThePaymentsStateIs()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(int, mode);
        ZapTestHouse house(engine);
        house.wallet.payMode = static_cast<Pay>(mode);
        house.complete();
        const Zap zap = house.carriedOut();
        QTEST(toText(zap.state), "state");
        QCOMPARE(toText(house->outgoing.find(zap.outgoingId)->state), toText(zap.state));
        QCOMPARE(zap.reason, walletSays);
        QCOMPARE(house.wrongInBooks(), QString());
    }

    void theRequestIsOneForNostrTools();
    void nothingSecretIsLogged();
};

void TestZapFlow::theRequestIsOneForNostrTools()
{
    QFETCH_GLOBAL(QString, engine);
    const QString folder = QStringLiteral(TOWER_SOURCE_DIR "/tests/peers/node");
    const bool there = !QStandardPaths::findExecutable(QStringLiteral("node")).isEmpty() &&
                       QDir(folder + QStringLiteral("/node_modules/nostr-tools")).exists();
    if (!there && qEnvironmentVariable("TOWER_REQUIRE_NODE") == QLatin1String("1"))
        QFAIL("node or tests/peers/node/node_modules is missing (run npm ci there)");
    if (!there)
        QSKIP("not run: needs node, and npm ci in tests/peers/node");
    ZapTestHouse house(engine);
    const QString comment = QStringLiteral("50 % & more # \"tea\" \u2615 + \\ /?=");
    ZapsByHand::Order order;
    order.recipient = ZapTestHouse::customer().text();
    order.amount = Sats(21);
    order.comment = comment;
    const Awaited<Zap> sent = ended(house->byHand.send(order, QStringLiteral("admin:token")));
    QCOMPARE(sent.value.value().state, ZapState::Paid);
    QCOMPARE(sent.value->reason, walletSays); // its description hash agrees, too

    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QStringLiteral("node"), {QStringLiteral("zaps.mjs")});
    const QString asReceived = house.peer.requests().back().query.queryItemValue("nostr", QUrl::FullyDecoded);
    process.write(asReceived.toUtf8() + '\n');
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(60'000) && process.exitCode() == 0);
    const QJsonObject answer = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    QCOMPARE(answer.value("problem"), QJsonValue(QJsonValue::Null));
    QCOMPARE(answer.value("content").toString(), comment);
    QCOMPARE(answer.value("receiptDescription").toString(), asReceived);
}

void TestZapFlow::nothingSecretIsLogged()
{
    QFETCH_GLOBAL(QString, engine);
    QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("log"));
    log::toFile(path);
    {
        ZapTestHouse house(engine);
        house.complete();
        QCOMPARE(house.carriedOut().state, ZapState::Paid);
        house.peer.fault = LnurlPeer::Fault::AmountChanged;
        house.complete(QStringLiteral("other"));
        QCOMPARE(house.carriedOut(QStringLiteral("other")).state, ZapState::Failed);
    }
    log::toStderr();
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray said = file.readAll();
    QVERIFY(said.contains("paid") && said.contains("failed"));
    QVERIFY(!said.contains(QByteArray(32, 5).toHex()));
    QVERIFY(!said.contains(bech32Encode("nsec", QByteArray(32, 5))));
    QVERIFY(!said.contains("lnbc"));
}

QTEST_GUILESS_MAIN(TestZapFlow)
#include "tst_ZapFlow.moc"
