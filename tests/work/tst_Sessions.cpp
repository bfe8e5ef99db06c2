// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/work/SessionHouse.h"

#include "tests/identity/ListPlans.h"

#include <QRegularExpression>
#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString unknownId = QStringLiteral("3f2b1c00-1111-4222-8333-444455556666");

/// Past the deposit invoice's expiry, with the wallet asked about it.
void lapse(SessionHouse &house, const Session &session)
{
    house.clock.advance(Invoices::lifetime + Millis(1));
    house->look(session.depositPaymentHash);
}

/// Pays an invoice in time, though the tower learns of it now.
void payEarlier(SessionHouse &house, const PaymentHash &paymentHash, Millis at)
{
    const Millis now = house.clock.now();
    house.clock.set(at);
    house->wallet.payInvoice(paymentHash);
    house.clock.set(now);
    house->look(paymentHash);
}

} // namespace

class TestSessions : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void create();
    void createWithinBounds_data();
    void createWithinBounds();
    void createWhenTheWalletIsAway();
    void aDepositActivates();
    void pollLooksAtTheInvoice();
    void anOverpaymentIsCreditedWhole();
    void aSmallDepositPauses();
    void neverPaidExpires();
    void aLateDepositIsOwedBack();
    void aHundredNoticesAreOneCredit();
    void aTopUpRevivesAndProlongs();
    void topUpRefusals();
    void aTopUpOfAClosedSessionIsOwedBack();
    void timeIsUp();
    void close();
    void withdraw();
    void withdrawOnce();
    void withdrawThatFails();
    void withdrawOfUnknownOutcome();
    void withdrawRefusals();
    void withdrawWhatCameLate();
    void theChecksSeeWhatIsWrong_data();
    void theChecksSeeWhatIsWrong();
    void listAndFilters();
    void listsWalkAnIndex();
};

void TestSessions::create()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const PubKey key = house->known(1, 0);
    const Session session = valueOf(house->sessions.create(Sats(500), key));
    QCOMPARE(session.state, SessionState::AwaitingPayment);
    QCOMPARE(session.pubkey, std::optional(key));
    QCOMPARE(session.expiresAt, house.clock.now() + days(1));
    const auto invoice = house->sessions.openInvoice(session);
    QVERIFY(invoice);
    QCOMPARE(invoice->amount, Sats(500));
    QCOMPARE(invoice->purpose, InvoicePurpose::Deposit);
    QCOMPARE(invoice->paymentHash, session.depositPaymentHash);
    QVERIFY(house->sessions.macaroon(session).isEmpty());
    QCOMPARE(errorCodeOf([&] { valueOf(house->sessions.poll(unknownId)); }), QByteArray("session_not_found"));
    QCOMPARE(errorCodeOf([&] { valueOf(house->sessions.poll(QStringLiteral("x\0y"))); }),
             QByteArray("session_not_found"));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::createWithinBounds_data()
{
    QTest::addColumn<std::int64_t>("sats");
    QTest::addColumn<bool>("ok");
    QTest::newRow("negative") << std::int64_t(-1) << false;
    QTest::newRow("none") << std::int64_t(0) << false;
    QTest::newRow("too little") << std::int64_t(99) << false;
    QTest::newRow("least") << std::int64_t(100) << true;
    QTest::newRow("most") << std::int64_t(10'000) << true;
    QTest::newRow("too much") << std::int64_t(10'001) << false;
    QTest::newRow("far too much") << std::numeric_limits<std::int64_t>::max() << false;
}
void TestSessions::createWithinBounds()
{
    QFETCH_GLOBAL(QString, engine);
    QFETCH(std::int64_t, sats);
    QFETCH(bool, ok);
    SessionHouse house(engine);
    const Result<Session> result = outcomeOf(house->sessions.create(Sats(sats), {}));
    QCOMPARE(bool(result.value), ok);
    if (!ok) {
        QCOMPARE(result.error->kind(), ErrorKind::BadRequest);
        QCOMPARE(result.error->field(), QByteArray("amount_sats"));
        QVERIFY(result.error->message().contains(QStringLiteral("100")));
        QVERIFY(result.error->message().contains(QStringLiteral("10000")));
    }
    QCOMPARE(house->sessions.list({}, {}).total, ok ? 1 : 0);
}

void TestSessions::createWhenTheWalletIsAway()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
    QCOMPARE(outcomeOf(house->sessions.create(Sats(500), {})).code(), QByteArray("wallet_unavailable"));
    QCOMPARE(house->sessions.list({}, {}).total, 0);
}

void TestSessions::aDepositActivates()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    house.clock.advance(seconds(100));
    house->pay(made.depositPaymentHash);
    const Session session = house->session(made.id);
    QCOMPARE(session.state, SessionState::Active);
    QCOMPARE(session.balance, Sats(500));
    QCOMPARE(session.deposited, Sats(500));
    QCOMPARE(session.expiresAt, house.clock.now() + days(1));
    QVERIFY(!house->sessions.openInvoice(session));
    QVERIFY(!house->sessions.macaroon(session).isEmpty());
    QCOMPARE(house->ledger.balance(Account::session(session.id)), Sats(500));
    QCOMPARE(house->ledger.balance(Account::wallet()), Sats(500));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::pollLooksAtTheInvoice()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    house->wallet.payInvoice(made.depositPaymentHash);
    QCOMPARE(valueOf(house->sessions.poll(made.id)).state, SessionState::Active);
}

void TestSessions::anOverpaymentIsCreditedWhole()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    WalletPayment payment;
    payment.state = WalletPayment::State::Paid;
    payment.amount = Msat(612'999);
    house->invoices.book(made.depositPaymentHash, payment);
    QCOMPARE(house->session(made.id).balance, Sats(612));
    QCOMPARE(house->ledger.balance(Account::session(made.id)), Sats(612));
}

void TestSessions::aSmallDepositPauses()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, {{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("200")}});
    const Session session = house->paid(Sats(199));
    QCOMPARE(session.state, SessionState::Paused);
    const Invoice invoice = valueOf(house->sessions.topUp(session.id, Sats(100), house->bearer(session)));
    house->pay(invoice.paymentHash);
    QCOMPARE(house->session(session.id).state, SessionState::Active);
    QCOMPARE(house->paid(Sats(200)).state, SessionState::Active);
}

void TestSessions::neverPaidExpires()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    lapse(house, made);
    const Session session = house->session(made.id);
    QCOMPARE(session.state, SessionState::Expired);
    QVERIFY(house->sessions.macaroon(session).isEmpty());
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::aLateDepositIsOwedBack()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    lapse(house, made);
    payEarlier(house, made.depositPaymentHash, start);
    const Session session = house->session(made.id);
    QCOMPARE(session.state, SessionState::Expired);
    QCOMPARE(session.balance, Sats(0));
    const auto owed = house->refunds.owed(RefundOwner::Session, made.id);
    QVERIFY(owed);
    QCOMPARE(owed->amount, Sats(500));
    QVERIFY(!house->sessions.macaroon(session).isEmpty()); // it takes one to withdraw
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::aHundredNoticesAreOneCredit()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Invoice invoice = valueOf(house->sessions.topUp(session.id, Sats(300), house->bearer(session)));
    house->wallet.payInvoice(invoice.paymentHash);
    std::vector<Pending<Session>> polls;
    for (int i = 0; i < 100; ++i) {
        polls.push_back(begun(house->sessions.poll(session.id)));
        house->look(invoice.paymentHash);
        house->look(session.depositPaymentHash);
    }
    for (const auto &poll : polls)
        QVERIFY(outcomeOf(poll).value);
    QCOMPARE(house->session(session.id).balance, Sats(800));
    QCOMPARE(house->session(session.id).deposited, Sats(800));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::aTopUpRevivesAndProlongs()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(100));
    const QByteArray first = house->bearer(session);
    for (int i = 0; i < 2; ++i)
        house->answered(session, QStringLiteral("hello"));
    QCOMPARE(house->session(session.id).state, SessionState::Paused);
    QCOMPARE(house->session(session.id).balance,
             Sats(100) - house->priceOf(QStringLiteral("hello")) - house->priceOf(QStringLiteral("hello")));

    house.clock.advance(days(1) - seconds(60)); // just before its end
    const Invoice invoice = valueOf(house->sessions.topUp(session.id, Sats(300), first));
    house->pay(invoice.paymentHash);
    const Session revived = house->session(session.id);
    QCOMPARE(revived.state, SessionState::Active);
    QCOMPARE(revived.expiresAt, house.clock.now() + days(1));
    house.clock.advance(seconds(120));
    QCOMPARE(outcomeOf(house->sessions.request(session.id, QStringLiteral("hello"), first, {})).code(),
             QByteArray("macaroon_expired")); // the one from before; there is a new one
    QVERIFY(house->answered(revived, QStringLiteral("hello")).state == RequestState::Complete);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::topUpRefusals()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const auto codeOf = [&](const QString &id, Sats sats, const QByteArray &authorization) {
        return outcomeOf(house->sessions.topUp(id, sats, authorization)).code();
    };
    const Session session = house->paid(Sats(500));
    const QByteArray bearer = house->bearer(session);
    QCOMPARE(codeOf(unknownId, Sats(100), bearer), QByteArray("session_not_found"));
    QCOMPARE(codeOf(session.id, Sats(100), {}), QByteArray("macaroon_required"));
    QCOMPARE(codeOf(session.id, Sats(100), "Bearer abc"), QByteArray("macaroon_invalid"));
    QCOMPARE(codeOf(session.id, Sats(99), bearer), QByteArray("invalid_request"));
    QCOMPARE(codeOf(session.id, Sats(10'001), bearer), QByteArray("invalid_request"));
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
    QCOMPARE(codeOf(session.id, Sats(100), bearer), QByteArray("wallet_unavailable"));
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
    QVERIFY(!house->sessions.openInvoice(session));
    house.clock.advance(days(1));
    QCOMPARE(codeOf(session.id, Sats(100), bearer), QByteArray("session_not_active"));
}

void TestSessions::aTopUpOfAClosedSessionIsOwedBack()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Invoice invoice = valueOf(house->sessions.topUp(session.id, Sats(300), house->bearer(session)));
    house->sessions.close(session.id, {}, operatorName);
    house->pay(invoice.paymentHash);
    QCOMPARE(house->session(session.id).balance, Sats(500));
    QCOMPARE(house->refunds.owed(RefundOwner::Session, session.id)->amount, Sats(300));
    QCOMPARE(house.wrong(), QStringList());

    // Of one whose time is up likewise, though nobody has looked at it since.
    const Session old = house->paid(Sats(500));
    house.clock.set(old.expiresAt - seconds(10));
    const Invoice late = valueOf(house->sessions.topUp(old.id, Sats(300), house->bearer(old)));
    house.clock.advance(seconds(10));
    house->pay(late.paymentHash);
    QCOMPARE(house->session(old.id).balance, Sats(500));
    QCOMPARE(valueOf(house->sessions.poll(old.id)).state, SessionState::Expired);
    QCOMPARE(house->refunds.owed(RefundOwner::Session, old.id)->amount, Sats(300));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::timeIsUp()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session swept = house->paid(Sats(500));
    const Session seen = house->paid(Sats(500));
    const QByteArray bearer = house->bearer(seen);
    house.clock.advance(days(1) - Millis(1));
    house->sessions.start();
    QCOMPARE(house->session(swept.id).state, SessionState::Active);
    QCOMPARE(valueOf(house->sessions.poll(seen.id)).state, SessionState::Active);

    house.clock.advance(Millis(1));
    const Result<Asked> asked = outcomeOf(house->sessions.request(seen.id, QStringLiteral("hi"), bearer, {}));
    QCOMPARE(asked.code(), QByteArray("session_expired"));
    QCOMPARE(asked.error->kind(), ErrorKind::Gone);
    QCOMPARE(outcomeOf(house->sessions.request(seen.id, QStringLiteral("hi"), "Bearer abc", {})).code(),
             QByteArray("macaroon_invalid"));
    QCOMPARE(house->session(seen.id).state, SessionState::Expired);
    QCOMPARE(house->session(swept.id).state, SessionState::Active);
    house->sessions.start();
    QCOMPARE(house->session(swept.id).state, SessionState::Expired);
    QCOMPARE(house->session(swept.id).balance, Sats(500)); // the customer's still

    const Sessions::Withdrawal withdrawal =
        valueOf(house->sessions.withdraw(seen.id, house.invoice(Sats(500)), bearer));
    QCOMPARE(withdrawal.payment.state, OutgoingState::Paid);
    QCOMPARE(withdrawal.session.state, SessionState::Closed);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::close()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Session waiting = valueOf(house->sessions.create(Sats(500), {}));
    QCOMPARE(house->sessions.close(session.id, QStringLiteral("abuse"), operatorName).state,
             SessionState::Closed);
    QCOMPARE(house->sessions.close(waiting.id, {}, operatorName).state, SessionState::Closed);
    const auto rows = house->activity.list({.subject = session.id}, {}).items;
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows[0].entry.action, QStringLiteral("session.close"));
    QCOMPARE(rows[0].entry.actor, operatorName);
    QCOMPARE(rows[0].entry.reason, QStringLiteral("abuse"));
    QCOMPARE(rows[0].entry.before[QStringLiteral("state")].toString(), QStringLiteral("active"));

    QCOMPARE(errorCodeOf([&] { house->sessions.close(session.id, {}, operatorName); }),
             QByteArray("session_not_active"));
    QCOMPARE(errorCodeOf([&] { house->sessions.close(unknownId, {}, operatorName); }),
             QByteArray("session_not_found"));
    QCOMPARE(errorCodeOf([&] { house->sessions.close(session.id, QString(1'001, u'x'), operatorName); }),
             QByteArray("invalid_request"));
    QCOMPARE(house->answerTo(session, QStringLiteral("hi")).code(), QByteArray("session_not_active"));
    QCOMPARE(house->activity.list({.action = QStringLiteral("session.close")}, {}).items.size(),
             std::size_t(2));

    house->pay(waiting.depositPaymentHash);
    QCOMPARE(house->session(waiting.id).balance, Sats(0));
    QCOMPARE(house->refunds.owed(RefundOwner::Session, waiting.id)->amount, Sats(500));
    QCOMPARE(valueOf(house->sessions.withdraw(session.id, house.invoice(Sats(500)), house->bearer(session)))
                 .payment.state,
             OutgoingState::Paid);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdraw()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->answered(session, QStringLiteral("hello"));
    const Sats balance = house->session(session.id).balance;
    QCOMPARE(balance, Sats(500) - house->priceOf(QStringLiteral("hello")));
    const QString bolt11 = house.invoice(balance);
    const QByteArray bearer = house->bearer(session);
    const Sessions::Withdrawal first = valueOf(house->sessions.withdraw(session.id, bolt11, bearer));
    QCOMPARE(first.payment.state, OutgoingState::Paid);
    QCOMPARE(first.payment.amount, balance);
    QCOMPARE(first.session.state, SessionState::Closed);
    QCOMPARE(first.session.balance, Sats(0));
    QCOMPARE(house->ledger.balance(Account::session(session.id)), Sats(0));

    const Sessions::Withdrawal again = valueOf(house->sessions.withdraw(session.id, bolt11, bearer));
    QCOMPARE(again.payment.id, first.payment.id);
    QCOMPARE(again.payment.state, OutgoingState::Paid);
    QCOMPARE(outcomeOf(house->sessions.withdraw(session.id, house.invoice(balance), bearer)).code(),
             QByteArray("nothing_to_withdraw"));
    QCOMPARE(house->outgoing.list({}, {}).total, 1);
    QCOMPARE(house->answerTo(session, QStringLiteral("hi")).code(), QByteArray("session_not_active"));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdrawOnce()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const QByteArray bearer = house->bearer(session);
    house->paid(Sats(5'000)); // there would be enough in the wallet to pay it all again
    std::vector<Pending<Sessions::Withdrawal>> all;
    for (int i = 0; i < 5; ++i) {
        const QString bolt11 = house.invoice(Sats(500));
        for (int j = 0; j < 3; ++j)
            all.push_back(begun(house->sessions.withdraw(session.id, bolt11, bearer)));
    }
    QStringList payments;
    int refused = 0;
    for (const auto &one : all) {
        const auto result = outcomeOf(one);
        if (result.value)
            payments << result.value->payment.id;
        else if (result.code() == "nothing_to_withdraw")
            ++refused;
    }
    QCOMPARE(payments.size(), 3);
    QCOMPARE(refused, 12);
    QCOMPARE(payments.removeDuplicates(), 2);
    QCOMPARE(house->outgoing.list({}, {}).total, 1);
    QCOMPARE(house->ledger.balance(Account::wallet()), Sats(5'000));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdrawThatFails()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const QByteArray bearer = house->bearer(session);
    const QString refusedOne = house.invoice(Sats(500), QStringLiteral("[[fail]]"));
    const Sessions::Withdrawal failed = valueOf(house->sessions.withdraw(session.id, refusedOne, bearer));
    QCOMPARE(failed.payment.state, OutgoingState::Failed);
    QCOMPARE(failed.session.state, SessionState::Closed);
    QCOMPARE(failed.session.balance, Sats(500));
    QCOMPARE(house.wrong(), QStringList());

    const Sessions::Withdrawal paid =
        valueOf(house->sessions.withdraw(session.id, house.invoice(Sats(500)), bearer));
    QCOMPARE(paid.payment.state, OutgoingState::Paid);
    QCOMPARE(paid.session.balance, Sats(0));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdrawOfUnknownOutcome()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const QByteArray bearer = house->bearer(session);
    const QString bolt11 = house.invoice(Sats(500));
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::PayUnknownButPaid);
    const Sessions::Withdrawal first = valueOf(house->sessions.withdraw(session.id, bolt11, bearer));
    QCOMPARE(first.payment.state, OutgoingState::Unknown);
    QCOMPARE(first.session.balance, Sats(0));
    QCOMPARE(outcomeOf(house->sessions.withdraw(session.id, house.invoice(Sats(500)), bearer)).code(),
             QByteArray("nothing_to_withdraw"));
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
    const Sessions::Withdrawal again = valueOf(house->sessions.withdraw(session.id, bolt11, bearer));
    QCOMPARE(again.payment.id, first.payment.id);
    QCOMPARE(again.payment.state, OutgoingState::Paid);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdrawRefusals()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Session waiting = valueOf(house->sessions.create(Sats(500), {}));
    const QByteArray bearer = house->bearer(session);
    const auto refusal = [&](const QString &bolt11, const QByteArray &authorization) {
        return outcomeOf(house->sessions.withdraw(session.id, bolt11, authorization));
    };
    QCOMPARE(refusal(house.invoice(Sats(500)), {}).code(), QByteArray("macaroon_required"));
    QCOMPARE(refusal(house.invoice(Sats(500)), "Bearer " + house->macaroons.mint(waiting)).code(),
             QByteArray("macaroon_invalid"));
    const auto garbage = refusal(QStringLiteral("lntbs1garbage"), bearer);
    QCOMPARE(garbage.error->kind(), ErrorKind::BadRequest);
    QCOMPARE(garbage.error->field(), QByteArray("bolt11"));
    for (const std::int64_t amount : {499, 501}) {
        const auto wrongAmount = refusal(house.invoice(Sats(amount)), bearer);
        QCOMPARE(wrongAmount.error->kind(), ErrorKind::BadRequest);
        QCOMPARE(wrongAmount.error->field(), QByteArray("bolt11"));
        QVERIFY(wrongAmount.error->message().contains(QStringLiteral("500")));
    }
    QCOMPARE(outcomeOf(house->sessions.withdraw(waiting.id, house.invoice(Sats(500)),
                                                "Bearer " + house->macaroons.mint(waiting)))
                 .code(),
             QByteArray("nothing_to_withdraw"));

    house->agent.holds = true;
    const auto running = house->ask(session, QStringLiteral("hello"));
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    QCOMPARE(refusal(house.invoice(Sats(500)), bearer).code(), QByteArray("requests_running"));
    QCOMPARE(house->session(session.id).state, SessionState::Active);
    house->agent.letGo();
    QVERIFY(outcomeOf(running).value);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::withdrawWhatCameLate()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session made = valueOf(house->sessions.create(Sats(500), {}));
    lapse(house, made);
    payEarlier(house, made.depositPaymentHash, start);
    const QByteArray bearer = house->bearer(house->session(made.id));
    QCOMPARE(outcomeOf(house->sessions.withdraw(made.id, house.invoice(Sats(499)), bearer)).error->kind(),
             ErrorKind::BadRequest);
    const QString bolt11 = house.invoice(Sats(500));
    for (int i = 0; i < 2; ++i) {
        const auto withdrawal = valueOf(house->sessions.withdraw(made.id, bolt11, bearer));
        QCOMPARE(withdrawal.payment.state, OutgoingState::Paid);
        QCOMPARE(withdrawal.payment.purpose, OutgoingPurpose::Refund);
    }
    QCOMPARE(house->refunds.owed(RefundOwner::Session, made.id)->state, RefundState::Paid);
    QVERIFY(outcomeOf(house->sessions.withdraw(made.id, house.invoice(Sats(500)), bearer)).error);
    QCOMPARE(house->outgoing.list({}, {}).total, 1);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessions::theChecksSeeWhatIsWrong_data()
{
    QTest::addColumn<QString>("damage");
    QTest::addColumn<QString>("check");
    const QString balances = Reconcile::balancesCheck;
    const QString reservations = Reconcile::reservationsCheck;
    QTest::newRow("a balance that is too high")
        << QStringLiteral("UPDATE sessions SET balance_sats = balance_sats + 1") << balances;
    QTest::newRow("a balance that is gone")
        << QStringLiteral("UPDATE sessions SET balance_sats = 0, reserved_sats = 0") << balances;
    QTest::newRow("an account without its session")
        << QStringLiteral("INSERT INTO ledger_balances (account, balance) VALUES ('session:nobody', 5)")
        << balances;
    QTest::newRow("sats held for nothing")
        << QStringLiteral("UPDATE sessions SET reserved_sats = reserved_sats + 1") << reservations;
    QTest::newRow("a request that holds nothing")
        << QStringLiteral("UPDATE sessions SET reserved_sats = 0") << reservations;
}
void TestSessions::theChecksSeeWhatIsWrong()
{
    QFETCH_GLOBAL(QString, engine);
    QFETCH(QString, damage);
    QFETCH(QString, check);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.holds = true;
    house->ask(session, QStringLiteral("hello"));
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    QCOMPARE(house.wrong(), QStringList());
    house.database->script(damage);
    QVERIFY(
        !house.wrong().filter(QRegularExpression(u'^' + check + QStringLiteral(": .*sessions"))).isEmpty());
}

void TestSessions::listAndFilters()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const PubKey key = house->known(1, 0);
    QStringList made;
    for (int i = 0; i < 6; ++i) {
        house.clock.advance(Millis(10));
        const std::optional<PubKey> who = i % 2 ? std::optional(key) : std::nullopt;
        const Session session =
            i < 4 ? house->paid(Sats(500), who) : valueOf(house->sessions.create(Sats(500), who));
        made.prepend(session.id);
    }
    house->sessions.close(made.last(), {}, operatorName);
    const auto ids = [&](const SessionFilter &filter) {
        QStringList out;
        PageRequest request{2, {}};
        do {
            const Page<Session> page = house->sessions.list(filter, request);
            for (const Session &session : page.items)
                out << session.id;
            request.cursor = page.nextCursor;
        } while (!request.cursor.isNull());
        return out;
    };
    QCOMPARE(ids({}), made);
    QCOMPARE(ids({.state = SessionState::Active}), made.mid(2, 3));
    QCOMPARE(ids({.state = SessionState::AwaitingPayment}), made.mid(0, 2));
    QCOMPARE(ids({.pubkey = key}), (QStringList{made[0], made[2], made[4]}));
    QCOMPARE(ids({.open = true}), made.mid(0, 5));
    QCOMPARE(ids({.state = SessionState::Closed, .pubkey = key}), QStringList());
    QCOMPARE(ids({.state = SessionState::Active, .pubkey = key}), (QStringList{made[2], made[4]}));
}

void TestSessions::listsWalkAnIndex()
{
    QFETCH_GLOBAL(QString, engine);
    if (engine != u"sqlite")
        return;
    TestDatabase test(engine);
    const QString cursor = Cursor{QStringLiteral("5"), QStringLiteral("x")}.encode();
    for (const SessionFilter &filter :
         {SessionFilter{}, SessionFilter{.state = SessionState::Active}, SessionFilter{.pubkey = PubKey()},
          SessionFilter{.open = true}, SessionFilter{.state = SessionState::Paused, .pubkey = PubKey()}})
        QCOMPARE(wastefulPlans(*test, SessionStore::listQuery(filter), cursor), QStringList());
}

QTEST_GUILESS_MAIN(TestSessions)
#include "tst_Sessions.moc"
