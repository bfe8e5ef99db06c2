// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/Log.h"
#include "core/lightning/LnbitsWallet.h"
#include "tests/lightning/Awaited.h"
#include "tests/peers/AnthropicPeer.h"
#include "tests/peers/LnbitsPeer.h"

#include <QElapsedTimer>
#include <QFile>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace tower;
using namespace tower::test;

using CreateFault = LnbitsPeer::CreateFault;
using Kind = PayOutcome::Kind;
using LookupFault = LnbitsPeer::LookupFault;
using PayFault = LnbitsPeer::PayFault;
using State = WalletPayment::State;

namespace {

/// The wallet against the stand-in.
struct LnbitsHouse
{
    explicit LnbitsHouse(const QString &key = LnbitsPeer::adminKey())
        : secrets(environmentWith(key), [this] { return openSecretsFile(dir.path()); })
    {
        settings.setSaved(Setting::LnbitsUrl, peer.url());
        peer.setBalance(Msat(1'000'000));
        open();
    }
    void open()
    {
        wallet = std::make_unique<LnbitsWallet>(settings, secrets);
        QObject::connect(wallet.get(), &Wallet::changed, wallet.get(),
                         [this](const std::optional<PaymentHash> &hash) { told << hash; });
    }
    static QProcessEnvironment environmentWith(const QString &key)
    {
        QProcessEnvironment out;
        out.insert(QStringLiteral("LNBITS_API_KEY"), key);
        return out;
    }

    Awaited<WalletInvoice> create(Sats amount = Sats(1'000))
    {
        return ended(wallet->createInvoice(amount, QStringLiteral("a memo"), seconds(900)));
    }
    PayOutcome pay(const QString &bolt11) { return ended(wallet->pay(bolt11, Sats(10))).value.value(); }
    Awaited<std::optional<WalletPayment>> lookup(const PaymentHash &hash)
    {
        return ended(wallet->lookup(hash));
    }
    /// As the peer answered, whatever is wrong with it.
    PaymentHash issued() { return create().value.value().paymentHash; }

    ManualClock clock{days(20'000)};
    LnbitsPeer peer{clock};
    Settings settings;
    QTemporaryDir dir;
    Secrets secrets;
    QList<std::optional<PaymentHash>> told;
    std::unique_ptr<LnbitsWallet> wallet;
};

const QByteArray away = "wallet_unavailable";

} // namespace

class TestLnbitsWallet : public QObject
{
    Q_OBJECT

private slots:
    void createsAsLnbitsWantsIt()
    {
        LnbitsHouse house;
        const Awaited<WalletInvoice> invoice = house.create(Sats(1'234));
        QVERIFY(invoice.value);
        const Bolt11 read = decodeBolt11(invoice.value->paymentRequest);
        QCOMPARE(read.paymentHash, invoice.value->paymentHash);
        QCOMPARE(read.amount.value(), Msat(1'234'000));
        QCOMPARE(read.expiry, seconds(900));
        QCOMPARE(read.description, QStringLiteral("a memo"));

        QCOMPARE(house.peer.requests().size(), 1);
        const LnbitsPeer::Request request = house.peer.requests().first();
        QCOMPARE(request.method, QByteArray("POST"));
        QCOMPARE(request.target, QByteArray("/api/v1/payments"));
        QVERIFY(request.head.contains("x-api-key: " + LnbitsPeer::adminKey().toUtf8()));
        QVERIFY(request.head.contains("content-type: application/json"));
        QVERIFY(request.body.value(u"out").isBool() && !request.body.value(u"out").toBool());
        QCOMPARE(request.body.value(u"amount").toInteger(), 1'234);
        QCOMPARE(request.body.value(u"unit").toString(), QStringLiteral("sat"));
        QCOMPARE(request.body.value(u"expiry").toInteger(), 900);
    }

    void aLongMemoIsCut_data()
    {
        QTest::addColumn<QString>("memo");
        QTest::addColumn<QString>("sent");
        QTest::newRow("fits") << QString(639, u'm') << QString(639, u'm');
        QTest::newRow("one byte") << QString(1'000, u'm') << QString(639, u'm');
        QTest::newRow("two bytes") << QString(640, u'é') << QString(319, u'é');
        QTest::newRow("three bytes") << QString(300, u'€') << QString(213, u'€');
        QTest::newRow("four bytes") << QStringLiteral("😀").repeated(200) << QStringLiteral("😀").repeated(159);
        QTest::newRow("control characters") << QStringLiteral("a\nb") << QStringLiteral("a b");
    }
    void aLongMemoIsCut()
    {
        QFETCH(QString, memo);
        LnbitsHouse house;
        const Awaited<WalletInvoice> invoice = ended(house.wallet->createInvoice(Sats(1), memo, seconds(60)));
        QTEST(house.peer.requests().last().body.value(u"memo").toString(), "sent");
        QVERIFY(invoice.value);
    }

    void createFaults_data()
    {
        QTest::addColumn<CreateFault>("fault");
        QTest::addColumn<QByteArray>("error");
        const QByteArray none;
        QTest::newRow("payment_request, as before 1.0") << CreateFault::OldField << none;
        // These are for whoever checks the paper: the wallet hands it on as it came.
        QTest::newRow("wrong amount") << CreateFault::WrongAmount << none;
        QTest::newRow("other network") << CreateFault::OtherNetwork << none;
        QTest::newRow("other hash") << CreateFault::OtherHash << none;
        QTest::newRow("garbage") << CreateFault::Garbage << away;
        QTest::newRow("no invoice") << CreateFault::NoInvoice << away;
        QTest::newRow("401") << CreateFault::Unauthorized << away;
        QTest::newRow("500") << CreateFault::ServerError << away;
    }
    void createFaults()
    {
        QFETCH(CreateFault, fault);
        LnbitsHouse house;
        house.peer.setCreateFault(fault);
        const Awaited<WalletInvoice> invoice = house.create();
        QTEST(invoice.error, "error");
        QCOMPARE(invoice.value.has_value(), invoice.error.isEmpty());
        if (!invoice.value)
            return;
        const Bolt11 read = decodeBolt11(invoice.value->paymentRequest);
        QCOMPARE(read.amount == Msat(999'000), fault == CreateFault::WrongAmount);
        QCOMPARE(read.network == LightningNetwork::Regtest, fault == CreateFault::OtherNetwork);
        QCOMPARE(read.paymentHash != invoice.value->paymentHash, fault == CreateFault::OtherHash);
    }

    void looksUpWhatCame()
    {
        LnbitsHouse house;
        const PaymentHash hash = house.issued();
        auto found = house.lookup(hash).value.value();
        QCOMPARE(found->state, State::Pending);
        QVERIFY(!found->outgoing);
        QCOMPARE(found->amount, Msat(1'000'000));
        house.peer.payInvoice(hash, Msat(1'000'500));
        found = house.lookup(hash).value.value();
        QCOMPARE(found->state, State::Paid);
        QVERIFY(!found->outgoing);
        QCOMPARE(found->amount, Msat(1'000'500));
        QCOMPARE(found->fee, Msat());
        QVERIFY(house.peer.requests().last().target == "/api/v1/payments/" + hash.hex());

        const Awaited<std::optional<WalletPayment>> nothing = house.lookup(PaymentHash());
        QVERIFY(nothing.value && !*nothing.value);
    }

    void lookupFaults_data()
    {
        QTest::addColumn<LookupFault>("fault");
        QTest::addColumn<QByteArray>("error");
        QTest::addColumn<bool>("paid");
        const QByteArray none;
        QTest::newRow("unreachable") << LookupFault::Unreachable << away << false;
        QTest::newRow("500") << LookupFault::ServerError << away << false;
        QTest::newRow("garbage") << LookupFault::Garbage << away << false;
        QTest::newRow("wrong amount") << LookupFault::WrongAmount << none << true; // and says which
        QTest::newRow("no amount") << LookupFault::NoAmount << none << false;
        QTest::newRow("no details") << LookupFault::NoDetails << none << false;
        QTest::newRow("other payment") << LookupFault::OtherHash << none << false;
    }
    void lookupFaults()
    {
        QFETCH(LookupFault, fault);
        QFETCH(bool, paid);
        LnbitsHouse house;
        const PaymentHash hash = house.issued();
        house.peer.payInvoice(hash);
        house.peer.setLookupFault(fault);
        const Awaited<std::optional<WalletPayment>> found = house.lookup(hash);
        QTEST(found.error, "error");
        if (!found.error.isEmpty())
            return;
        QCOMPARE((*found.value)->state, paid ? State::Paid : State::Pending);
        QCOMPARE((*found.value)->amount, paid ? Msat(999'000) : Msat());
    }

    void aKeyThatIsNotTheOwners()
    {
        LnbitsHouse house(QStringLiteral("somebody-else"));
        LnbitsHouse owner;
        house.settings.setSaved(Setting::LnbitsUrl, owner.peer.url());
        const PaymentHash hash = owner.issued();
        owner.peer.payInvoice(hash);
        QCOMPARE(house.lookup(hash).value.value()->state, State::Pending);
        QCOMPARE(house.pay(owner.peer.foreignInvoice(Msat(1'000))).kind, Kind::Refused);
        QCOMPARE(house.create().error, away);
    }

    void pays()
    {
        LnbitsHouse house;
        const QString bolt11 = house.peer.foreignInvoice(Msat(50'000));
        const PaymentHash hash = decodeBolt11(bolt11).paymentHash;
        const PayOutcome outcome = house.pay(bolt11);
        QCOMPARE(outcome.kind, Kind::Paid);
        QCOMPARE(outcome.fee, Msat(1'500));
        const QJsonObject order = house.peer.requests().last().body;
        QVERIFY(order.value(u"out").toBool(false));
        QCOMPARE(order.value(u"bolt11").toString(), bolt11);
        const auto found = house.lookup(hash).value.value();
        QCOMPARE(found->state, State::Paid);
        QVERIFY(found->outgoing);
        QCOMPARE(found->amount, Msat(50'000));
        QCOMPARE(found->fee, Msat(1'500));
        QCOMPARE(ended(house.wallet->balance()).value.value(), Msat(948'500));
        // Ordered again it is the same payment, and LNbits' "failed" is no answer to that.
        QCOMPARE(house.pay(bolt11).kind, Kind::Unknown);
        QCOMPARE(house.peer.balance(), Msat(948'500));
    }

    void payFaults_data()
    {
        QTest::addColumn<PayFault>("fault");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<int>("state"); // -1: no record
        const int paid = static_cast<int>(State::Paid);
        const int pending = static_cast<int>(State::Pending);
        const int failed = static_cast<int>(State::Failed);
        QTest::newRow("pending") << PayFault::Pending << Kind::Pending << pending;
        QTest::newRow("520 but paid") << PayFault::FailedButPaid << Kind::Unknown << paid;
        QTest::newRow("520, paid by the node") << PayFault::FailedButPaidByNode << Kind::Unknown << failed;
        QTest::newRow("520, not paid") << PayFault::FailedNotPaid << Kind::Unknown << failed;
        QTest::newRow("201 failed") << PayFault::AcceptedAsFailed << Kind::Unknown << failed;
        QTest::newRow("silent but paid") << PayFault::SilentButPaid << Kind::Unknown << paid;
        QTest::newRow("silent, not paid") << PayFault::SilentNotPaid << Kind::Unknown << -1;
        QTest::newRow("hangs up, paid") << PayFault::HangsUpButPaid << Kind::Unknown << paid;
        QTest::newRow("no balance") << PayFault::InsufficientBalance << Kind::Refused << -1;
        QTest::newRow("already paid") << PayFault::AlreadyPaid << Kind::Unknown << -1;
        QTest::newRow("401") << PayFault::Unauthorized << Kind::Refused << -1;
        QTest::newRow("500") << PayFault::ServerError << Kind::Unknown << -1;
    }
    void payFaults()
    {
        QFETCH(PayFault, fault);
        QFETCH(Kind, kind);
        QFETCH(int, state);
        LnbitsHouse house;
        if (fault == PayFault::SilentButPaid || fault == PayFault::SilentNotPaid)
            house.wallet->setPatience(seconds(10), Millis(300));
        house.peer.setPayFault(fault);
        const QString bolt11 = house.peer.foreignInvoice(Msat(50'000));
        const PaymentHash hash = decodeBolt11(bolt11).paymentHash;
        const PayOutcome outcome = house.pay(bolt11);
        QCOMPARE(outcome.kind, kind);
        QCOMPARE(outcome.reason.isEmpty(), kind == Kind::Pending);
        QCOMPARE(house.peer.ordersToPay(), 1); // once, whatever became of it
        const auto found = house.lookup(hash).value.value();
        QCOMPARE(found ? static_cast<int>(found->state) : -1, state);
        QCOMPARE(house.peer.balance(),
                 state == static_cast<int>(State::Paid) || fault == PayFault::FailedButPaidByNode
                     ? Msat(948'500)
                     : Msat(1'000'000));
    }

    void answersToAnOrder_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QString>("reason"); // part of it
        const auto row = [](const char *name, int status, const char *body, Kind kind, const char *reason) {
            QTest::newRow(name) << status << QByteArray(body) << kind << QString::fromLatin1(reason);
        };
        const char *const theirs = R"({"payment_hash":"HASH","status":"success","amount":-50000,"fee":-7})";
        row("paid", 201, theirs, Kind::Paid, "");
        row("paid, 200", 200, theirs, Kind::Paid, "");
        row("no amount", 201, R"({"payment_hash":"HASH","status":"success","fee":-7})", Kind::Paid, "");
        row("pending", 201, R"({"payment_hash":"HASH","status":"pending"})", Kind::Pending, "");
        row("another amount", 201, R"({"payment_hash":"HASH","status":"success","amount":-1})", Kind::Unknown,
            "another");
        row("incoming", 201, R"({"payment_hash":"HASH","status":"success","amount":50000})", Kind::Unknown,
            "another");
        row("another hash", 201, R"({"payment_hash":"00","status":"success"})", Kind::Unknown, "another");
        row("no status", 201, R"({"payment_hash":"HASH"})", Kind::Unknown, "how it ended");
        row("garbage", 201, "<html>", Kind::Unknown, "another");
        row("520 success", 520, R"({"detail":"Payment already paid.","status":"success"})", Kind::Unknown,
            "already paid");
        row("520 balance", 520, R"({"detail":"Insufficient balance.","status":"failed"})", Kind::Unknown,
            "Insufficient");
        row("502", 502, "<html>", Kind::Unknown, "502");
        row("400", 400, R"({"detail":"Bolt11 is missing"})", Kind::Refused, "is missing");
        row("400 in flight", 400, R"({"detail":"payment is in flight"})", Kind::Unknown, "flight");
        row("400 exists", 400, R"({"detail":["Payment ALREADY exists"]})", Kind::Unknown, "ALREADY");
        row("403", 403, R"({"detail":"Invalid adminkey."})", Kind::Refused, "adminkey");
        row("404", 404, R"({"detail":"Wallet not found."})", Kind::Refused, "not found");
        row("405", 405, "", Kind::Refused, "405");
        row("422", 422, R"({"detail":[{"loc":["body"],"msg":"field required"}]})", Kind::Refused, "required");
        row("408", 408, "", Kind::Unknown, "408");
        row("429", 429, R"({"detail":"slow down"})", Kind::Unknown, "slow down");
        row("200 of old", 200, R"({"payment_hash":"HASH","checking_id":"x"})", Kind::Unknown, "how it ended");
    }
    void answersToAnOrder()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, reason);
        LnbitsHouse house;
        const QString bolt11 = house.peer.foreignInvoice(Msat(50'000));
        house.peer.setPayAnswer(status, body.replace("HASH", decodeBolt11(bolt11).paymentHash.hex()));
        const PayOutcome outcome = house.pay(bolt11);
        QTEST(outcome.kind, "kind");
        QCOMPARE(outcome.fee, outcome.kind == Kind::Paid ? Msat(7) : Msat());
        QVERIFY2(outcome.reason.contains(reason), qPrintable(outcome.reason));
        QCOMPARE(outcome.reason.isEmpty(), outcome.kind == Kind::Paid || outcome.kind == Kind::Pending);
    }

    void theSameInvoiceAgainTellsWhatTheNodeDid()
    {
        LnbitsHouse house;
        house.peer.setPayFault(PayFault::FailedButPaidByNode);
        const QString bolt11 = house.peer.foreignInvoice(Msat(50'000));
        const PaymentHash hash = decodeBolt11(bolt11).paymentHash;
        QCOMPARE(house.pay(bolt11).kind, Kind::Unknown);
        QCOMPARE(house.lookup(hash).value.value()->state, State::Failed);
        QCOMPARE(house.pay(bolt11).kind, Kind::Unknown);
        QCOMPARE(house.lookup(hash).value.value()->state, State::Paid);
        QCOMPARE(house.peer.balance(), Msat(948'500));
    }

    void itPaysItsOwn()
    {
        LnbitsHouse house;
        const WalletInvoice own = house.create(Sats(50)).value.value();
        QVERIFY(!house.lookup(own.paymentHash).value.value()->internal);
        QCOMPARE(house.pay(own.paymentRequest).kind, Kind::Paid);
        const auto found = house.lookup(own.paymentHash).value.value();
        QCOMPARE(found->state, State::Paid);
        QVERIFY(found->internal);
        QCOMPARE(found->amount, Msat(50'000));
        QCOMPARE(found->fee, Msat());
        QCOMPARE(house.pay(own.paymentRequest).kind, Kind::Unknown); // 520: paid already
        QCOMPARE(house.peer.balance(), Msat(1'000'000));

        const QString foreign = house.peer.foreignInvoice(Msat(1'000));
        QCOMPARE(house.pay(foreign).kind, Kind::Paid);
        QVERIFY(!house.lookup(decodeBolt11(foreign).paymentHash).value.value()->internal);
    }

    void whatIsNotEvenOrdered()
    {
        LnbitsHouse house;
        QCOMPARE(house.pay(QStringLiteral("lnbc1garbage")).kind, Kind::Refused);
        QCOMPARE(house.pay(house.peer.foreignInvoice(Msat())).kind, Kind::Refused);
        QCOMPARE(house.peer.ordersToPay(), 0);
    }

    void nobodyThere()
    {
        LnbitsHouse house;
        const QString bolt11 = house.peer.foreignInvoice(Msat(1'000));
        house.settings.setSaved(Setting::LnbitsUrl, QStringLiteral("http://127.0.0.1:1"));
        QCOMPARE(house.create().error, away);
        QCOMPARE(house.lookup(PaymentHash()).error, away);
        QCOMPARE(ended(house.wallet->balance()).error, away);
        QCOMPARE(house.pay(bolt11).kind, Kind::Unknown);
    }

    void tooSlow()
    {
        LnbitsHouse house;
        house.wallet->setPatience(Millis(100), Millis(100));
        house.peer.setSilent(true);
        QCOMPARE(house.create().error, away);
        QCOMPARE(house.lookup(PaymentHash()).error, away);
        QCOMPARE(house.pay(house.peer.foreignInvoice(Msat(1'000))).kind, Kind::Unknown);
        house.peer.setSilent(false);
        house.wallet->setPatience(seconds(10), seconds(10));
        house.peer.setDelay(std::chrono::milliseconds(150));
        QVERIFY(house.create().value);
    }

    void aConnectionThatWasClosedIsNoHindrance()
    {
        LnbitsHouse house;
        const PaymentHash hash = house.issued();
        QTRY_COMPARE(house.peer.connections(), 0); // what changes something has a connection of its own
        QVERIFY(house.lookup(hash).value);
        QCOMPARE(house.peer.connections(), 1);
        house.peer.dropConnections();
        QTRY_COMPARE(house.peer.connections(), 0);
        QVERIFY(house.lookup(hash).value);
        QCOMPARE(house.pay(house.peer.foreignInvoice(Msat(1'000))).kind, Kind::Paid);
    }

    void redirectsAreNotFollowed()
    {
        LnbitsHouse house;
        AnthropicPeer elsewhere;
        elsewhere.setAnswers({AnthropicPeer::Answer{200, R"({"balance":1,"paid":true})"}});
        house.peer.setRedirect(elsewhere.url());
        QCOMPARE(house.create().error, away);
        QCOMPARE(house.lookup(PaymentHash()).error, away);
        QCOMPARE(ended(house.wallet->balance()).error, away);
        QCOMPARE(house.pay(house.peer.foreignInvoice(Msat(1'000))).kind, Kind::Unknown);
        QCOMPARE(elsewhere.requests().size(), 0);
    }

    void balances_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<std::optional<qint64>>("balance");
        using Balance = std::optional<qint64>;
        const auto row = [](const char *name, int status, const QByteArray &body, Balance balance) {
            QTest::newRow(name) << status << body << balance;
        };
        row("some", 200, R"({"name":"w","balance":1234567})", 1'234'567);
        row("none", 200, R"({"name":"w","balance":0})", 0);
        row("in debt", 200, R"({"balance":-2000})", -2'000);
        row("above 2^53", 200, R"({"balance":9007199254740993})", 9'007'199'254'740'993);
        row("all there is", 200, R"({"balance":2100000000000000000})", 2'100'000'000'000'000'000);
        row("more than there is", 200, R"({"balance":2100000000000000001})", {});
        row("above 2^63", 200, R"({"balance":9223372036854775808})", {});
        row("with an exponent", 200, R"({"balance":1e3})", 1'000);
        row("a fraction", 200, R"({"balance":1.5})", {});
        row("text", 200, R"({"balance":"1000"})", {});
        row("missing", 200, R"({"name":"w"})", {});
        row("a list", 200, R"([1])", {});
        row("empty", 200, "", {});
        row("403", 403, R"({"detail":"no"})", {});
        row("404", 404, R"({"detail":"Wallet not found."})", {});
        row("520", 520, R"({"detail":"no"})", {});
        row("too long", 200, R"({"balance":1,"name":")" + QByteArray(1024 * 1024, 'x') + R"("})", {});
    }
    void balances()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(std::optional<qint64>, balance);
        LnbitsHouse house;
        house.peer.setWalletAnswer(status, body);
        const Awaited<Msat> answer = ended(house.wallet->balance());
        QCOMPARE(answer.value.has_value(), balance.has_value());
        if (balance)
            QCOMPARE(answer.value->value(), *balance);
        else
            QCOMPARE(answer.error, away);
    }

    void theWebsocketWakes()
    {
        LnbitsHouse house;
        const PaymentHash hash = house.issued();
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        QVERIFY(!house.told.last()); // connected: something may have been missed
        house.peer.payInvoice(hash);
        QTRY_COMPARE(house.told.size(), 2);
        QCOMPARE(house.told.last(), std::optional(hash));
        QCOMPARE(house.lookup(hash).value.value()->state, State::Paid);
    }

    void aForgedMessageOnlyWakes()
    {
        LnbitsHouse house;
        const PaymentHash hash = house.issued();
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        house.peer.say(
            QStringLiteral(R"({"wallet_balance":9,"payment":{"payment_hash":"%1","amount":1000000,)"
                           R"("status":"success","pending":false}})")
                .arg(hash.text()));
        QTRY_COMPARE(house.told.size(), 2);
        QCOMPARE(house.told.last(), std::optional(hash));
        QCOMPARE(house.lookup(hash).value.value()->state, State::Pending);
        house.peer.say(QStringLiteral("no JSON"));
        QTRY_COMPARE(house.told.size(), 3);
        QVERIFY(!house.told.last());
    }

    void burstsAreOneSignal()
    {
        LnbitsHouse house;
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        QElapsedTimer since;
        since.start();
        const QString message = QStringLiteral(R"({"payment":{"payment_hash":"%1"}})");
        for (int i = 0; i < 200; ++i)
            house.peer.say(message.arg(SecretKey::generate().pubKey().text()));
        house.peer.say(message.arg(QString(64, u'a')));
        QTRY_COMPARE(house.told.size(), 2);
        QVERIFY(!house.told.last()); // they were about many
        QTest::qWait(1'200);
        // At once or after half a second, and never more than two a second.
        QVERIFY2(house.told.size() <= 2 + since.elapsed() / 500,
                 qPrintable(QString::number(house.told.size())));
        const qsizetype before = house.told.size();
        house.peer.say(message.arg(QString(64, u'b')));
        QTRY_COMPARE(house.told.size(), before + 1);
        QCOMPARE(house.told.last(), PaymentHash::fromHex(QString(64, u'b')));
    }

    void tooLongAMessageIsDropped()
    {
        LnbitsHouse house;
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        const QString message = QStringLiteral(R"({"payment":{"payment_hash":"%1"},"x":"%2"})");
        house.peer.say(message.arg(QString(64, u'a'), QString(65 * 1024, u'x')));
        house.peer.say(message.arg(QString(64, u'b'), QString()));
        QTRY_COMPARE(house.told.size(), 2);
        QCOMPARE(house.told.last(), PaymentHash::fromHex(QString(64, u'b')));
        QCOMPARE(house.peer.connectionsSoFar(), 1);
    }

    void aLostWebsocketIsOpenedAgain()
    {
        LnbitsHouse house;
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        house.peer.dropListeners();
        QElapsedTimer since;
        since.start();
        QTRY_COMPARE(house.peer.listeners(), 1);
        QVERIFY(since.elapsed() > 800); // not at once
        QTRY_COMPARE(house.told.size(), 2);
        QVERIFY(!house.told.last());
        house.wallet->abort();
        QTRY_COMPARE(house.peer.listeners(), 0);
        QTest::qWait(1'500);
        QCOMPARE(house.peer.connectionsSoFar(), 2);
    }

    void abortEndsWhatRuns()
    {
        LnbitsHouse house;
        house.peer.setSilent(true);
        const QString bolt11 = house.peer.foreignInvoice(Msat(1'000));
        const auto creating = begun(house.wallet->createInvoice(Sats(1), QString(), seconds(60)));
        const auto looking = begun(house.wallet->lookup(PaymentHash()));
        const auto paying = begun(house.wallet->pay(bolt11, Sats(1)));
        QTRY_COMPARE(house.peer.requests().size(), 3);
        QVERIFY(!creating->isDone() && !looking->isDone() && !paying->isDone());
        house.wallet->abort();
        const QByteArray stopped = "wallet_stopped";
        QCOMPARE(creating->error, stopped);
        QCOMPARE(looking->error, stopped);
        QCOMPARE(paying->value->kind, Kind::Unknown);
        QCOMPARE(house.create().error, stopped);
        QCOMPARE(ended(house.wallet->balance()).error, stopped);
        QCOMPARE(house.pay(bolt11).kind, Kind::Unknown);
        QCOMPARE(house.peer.requests().size(), 3);
    }

    void itGoesWithACallUnderWay()
    {
        LnbitsHouse house;
        house.peer.setSilent(true);
        house.wallet->start();
        const auto looking = begun(house.wallet->lookup(PaymentHash()));
        QTRY_COMPARE(house.peer.requests().size(), 1);
        house.wallet.reset();
        QCOMPARE(looking->error, QByteArray("wallet_stopped"));
    }

    void theKeyIsNowhereButInTheCalls()
    {
        LnbitsHouse house;
        const QString path = house.dir.filePath(QStringLiteral("log"));
        log::toFile(path);
        const QtMessageHandler before = qInstallMessageHandler(nullptr);
        log::installQtHandler();
        const auto restore = qScopeGuard([before] { qInstallMessageHandler(before); });
        const PaymentHash hash = house.issued();
        house.wallet->start();
        QTRY_COMPARE(house.told.size(), 1);
        house.peer.dropListeners();
        QTRY_COMPARE(house.peer.connectionsSoFar(), 2);
        house.peer.setCreateFault(CreateFault::Unauthorized);
        house.create();
        house.peer.setLookupFault(LookupFault::NoDetails);
        house.peer.payInvoice(hash);
        house.lookup(hash);
        const QString bolt11 = house.peer.foreignInvoice(Msat(1'000));
        house.peer.setPayFault(PayFault::HangsUpButPaid);
        QStringList reasons{house.pay(bolt11).reason};
        house.settings.setSaved(Setting::LnbitsUrl, QStringLiteral("http://127.0.0.1:1"));
        house.open();
        house.wallet->start();
        reasons << house.pay(bolt11).reason;

        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray written = file.readAll();
        QVERIFY2(written.contains("no websocket to LNbits"), written.constData());
        QVERIFY2(written.contains("says paid, but not how much"), written.constData());
        QVERIFY(!written.contains(LnbitsPeer::adminKey().toLatin1()));
        for (const QString &reason : reasons)
            QVERIFY(!reason.isEmpty() && !reason.contains(LnbitsPeer::adminKey()));
        for (const LnbitsPeer::Request &request : house.peer.requests())
            QVERIFY(!request.target.contains(LnbitsPeer::adminKey().toLatin1()));
    }
};

QTEST_GUILESS_MAIN(TestLnbitsWallet)
#include "tst_LnbitsWallet.moc"
