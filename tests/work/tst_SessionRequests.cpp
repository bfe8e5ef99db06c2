// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/work/SessionHouse.h"

#include <QTest>

using namespace tower;
using namespace tower::test;

namespace {

const QString hello = QStringLiteral("hello");

std::int64_t rowsOf(SessionHouse &house)
{
    return house.database->number("SELECT count(*) AS n FROM session_requests");
}

const Sessions::TopUpNeeded *needOf(const Result<Asked> &result)
{
    return result.value ? std::get_if<Sessions::TopUpNeeded>(&*result.value) : nullptr;
}

} // namespace

class TestSessionRequests : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void complete();
    void whateverTheAgentWrites();
    void cheaperThanReserved();
    void rejected();
    void failures_data();
    void failures();
    void refusals();
    void pausedNeedsMore();
    void tooLittleNeedsMore();
    void manyRefusedMakeOneInvoice();
    void theMacaroonsMaximum();
    void byTier();
    void theTowerBearsWhatThePoolLost();
    void repeatsAreTheSameAnswer();
    void repeatsWaitForTheFirst();
    void aKeyBelongsToItsSession();
    void nothingIsKeptOfARefusedOne();
    void closedWhileItRuns();
    void timeIsUpWhileItRuns();
    void theCallerIsGone();
    void listed();
};

void TestSessionRequests::complete()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Sats price = house->priceOf(hello);
    house.clock.advance(seconds(1));
    const Result<Asked> result = house->answerTo(session, hello);
    const auto answer = std::get<Sessions::Answer>(result.value.value());
    QCOMPARE(answer.request.state, RequestState::Complete);
    QCOMPARE(answer.request.result, QStringLiteral("done: hello"));
    QCOMPARE(answer.request.reserved, price);
    QCOMPARE(answer.request.debited, price); // never more, whatever it took
    QCOMPARE(answer.request.balanceAfter, Sats(500) - price);
    QCOMPARE(answer.request.actual.inputTokens, 1'000'000);
    QVERIFY(answer.request.actual.amount > price);
    QVERIFY(!answer.request.freeTier);
    QCOMPARE(answer.request.createdAt, house.clock.now());
    QVERIFY(answer.request.finishedAt);
    QCOMPARE(answer.session.balance, Sats(500) - price);
    QCOMPARE(answer.session.reserved, Sats(0));
    QCOMPARE(answer.session.debited, price);
    QCOMPARE(answer.session.requestCount, 1);

    const QString ref = QStringLiteral("request:") + answer.request.id;
    QVERIFY(house->ledger.has(ref));
    QVERIFY(house->ledger.has(QStringLiteral("credit:") + ref));
    QVERIFY(house->ledger.has(QStringLiteral("bear:") + ref));
    QCOMPARE(house->ledger.balance(Account::operatorAccount()),
             -Sats(10'000) - (answer.request.actual.amount - price));
    QCOMPARE(house->ledger.balance(Account::pool()), Sats(10'000 + price.value() / 10));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::whateverTheAgentWrites()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.opening = QStringLiteral("a\0b\n'\"; \u00e9\U0001F600 ");
    QCOMPARE(house->answered(session, hello).result, QStringLiteral("ab\n'\"; \u00e9\U0001F600 hello"));
    house->agent.opening = QString(200'000, u'x');
    QCOMPARE(house->answered(session, hello).result.size(), 200'005);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::cheaperThanReserved()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.workUsage = {10, 10};
    const SessionRequest request = house->answered(session, hello);
    QVERIFY(request.debited < request.reserved);
    QCOMPARE(request.debited, request.actual.amount);
    QCOMPARE(request.balanceAfter, Sats(500) - request.debited);
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QVERIFY(!house->ledger.has(QStringLiteral("bear:request:") + request.id));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::rejected()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const PubKey key = house->known(1, 5);
    const Session session = house->paid(Sats(500), key);
    house->agent.verdict = EvalVerdict::Rejected;
    const SessionRequest request = house->answered(session, hello);
    QCOMPARE(request.state, RequestState::Rejected);
    QCOMPARE(request.reason, QStringLiteral("as the test says"));
    QVERIFY(request.result.isEmpty());
    const Sats cost = Pricing::usdToSats(house->pricing.calculateActualCost(100, 20, ModelUse::Evaluate),
                                         house->oracle.known().usd);
    QCOMPARE(request.debited, cost);
    QCOMPARE(request.balanceAfter, Sats(500) - cost);
    QCOMPARE(house->agent.executed, 0);
    QCOMPARE(house->session(session.id).balance, Sats(500) - cost);
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QCOMPARE(house->identities.find(key)->score, 0); // 5 less
    QVERIFY(!house->ledger.has(QStringLiteral("credit:request:") + request.id));

    house->agent.evalUsage = {1'000'000, 1'000'000}; // never more than was reserved, and nobody bears it
    const SessionRequest dear = house->answered(session, hello);
    QCOMPARE(dear.debited, dear.reserved);
    QVERIFY(!house->ledger.has(QStringLiteral("bear:request:") + dear.id));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::failures_data()
{
    QTest::addColumn<EvalVerdict>("verdict");
    QTest::addColumn<QByteArray>("evaluating");
    QTest::addColumn<QByteArray>("executing");
    QTest::addColumn<int>("score"); ///< of 30: 5 less for a failure, 1 less for the tower's own
    QTest::addColumn<bool>("costKnown");
    const QByteArray none;
    const auto ok = EvalVerdict::Accepted;
    QTest::newRow("no clear verdict") << EvalVerdict::Undecided << none << none << 25 << true;
    QTest::newRow("evaluation unavailable") << ok << QByteArray("agent_unavailable") << none << 29 << true;
    QTest::newRow("evaluation timed out") << ok << QByteArray("agent_timeout") << none << 29 << false;
    QTest::newRow("evaluation refused") << ok << QByteArray("agent_refused") << none << 25 << true;
    QTest::newRow("work unavailable") << ok << none << QByteArray("agent_unavailable") << 29 << true;
    QTest::newRow("work timed out") << ok << none << QByteArray("agent_timeout") << 29 << false;
    QTest::newRow("work refused") << ok << none << QByteArray("agent_refused") << 25 << true;
    QTest::newRow("stopping") << ok << none << QByteArray("agent_stopped") << 29 << true;
}
void TestSessionRequests::failures()
{
    QFETCH_GLOBAL(QString, engine);
    QFETCH(EvalVerdict, verdict);
    QFETCH(QByteArray, evaluating);
    QFETCH(QByteArray, executing);
    QFETCH(int, score);
    QFETCH(bool, costKnown);
    SessionHouse house(engine, {{QStringLiteral("TRUST_SCORE_PER_TOWER_FAULT"), QStringLiteral("1")}});
    const PubKey key = house->known(1, 30); // established: part of the pool's sats are held for it
    const Session session = house->paid(Sats(500), key);
    house->agent.verdict = verdict;
    house->agent.evaluateFails = evaluating;
    house->agent.executeFails = executing;
    const SessionRequest request = house->answered(session, hello);
    QCOMPARE(request.state, RequestState::Failed);
    QVERIFY(!request.error.isEmpty());
    QCOMPARE(request.debited, Sats(0));
    QCOMPARE(request.absorbed, Sats(0));
    QCOMPARE(request.balanceAfter, Sats(500));
    QCOMPARE(request.actual.known, costKnown);
    QCOMPARE(request.actual.amount, costKnown ? Sats(0) : house->priceOf(hello));
    QCOMPARE(house->session(session.id).balance, Sats(500));
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QCOMPARE(house->session(session.id).state, SessionState::Active);
    QCOMPARE(house->pool.status().reserved, Sats(0));
    QCOMPARE(house->identities.find(key)->score, score);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::refusals()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Session other = house->paid(Sats(500));
    const Session waiting = valueOf(house->sessions.create(Sats(500), {}));
    const auto refusal = [&](const Session &of, const QByteArray &authorization, const QString &text,
                             const QString &key = {}) {
        return outcomeOf(house->sessions.request(of.id, text, authorization, key));
    };
    const QByteArray bearer = house->bearer(session);
    Session unknown;
    unknown.id = QStringLiteral("3f2b1c00-1111-4222-8333-444455556666");
    QCOMPARE(refusal(unknown, bearer, hello).code(), QByteArray("session_not_found"));
    QCOMPARE(refusal(session, {}, hello).code(), QByteArray("macaroon_required"));
    QCOMPARE(refusal(session, house->bearer(other), hello).code(), QByteArray("macaroon_invalid"));
    QCOMPARE(refusal(waiting, {}, hello).code(), QByteArray("macaroon_required"));
    const auto early = refusal(waiting, "Bearer " + house->macaroons.mint(waiting), hello);
    QCOMPARE(early.code(), QByteArray("session_not_active"));
    QCOMPARE(early.error->kind(), ErrorKind::Conflict);
    for (const QString &text : {QString(), QStringLiteral("  \n"), QString(4'001, u'x')}) {
        const auto bad = refusal(session, bearer, text);
        QCOMPARE(bad.error->kind(), ErrorKind::BadRequest);
        QCOMPARE(bad.error->field(), QByteArray("request"));
    }
    for (const QString &key : {QString(256, u'k'), QStringLiteral("a\nb"), QStringLiteral("a\0b")}) {
        const auto bad = refusal(session, bearer, hello, key);
        QCOMPARE(bad.error->kind(), ErrorKind::BadRequest);
        QCOMPARE(bad.error->field(), QByteArray("Idempotency-Key"));
    }
    QCOMPARE(rowsOf(house), 0);
    QVERIFY(refusal(session, bearer, hello, QString(255, u'k')).value);
    QVERIFY(refusal(session, "L402 " + house->sessions.macaroon(session) + ':' + QByteArray(64, 'a'), hello)
                .value);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::pausedNeedsMore()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, {{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("350")}});
    const Session session = house->paid(Sats(200));
    QCOMPARE(session.state, SessionState::Paused);
    const Result<Asked> result = house->answerTo(session, hello);
    const auto *need = needOf(result);
    QVERIFY(need); // though the balance would do for this one
    QCOMPARE(need->needed, house->priceOf(hello));
    QCOMPARE(need->invoice.amount, Sats(150)); // to the balance that makes it active
    house->pay(need->invoice.paymentHash);
    QCOMPARE(house->session(session.id).state, SessionState::Active);
    QCOMPARE(house->answered(session, hello).state, RequestState::Complete);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::tooLittleNeedsMore()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, {{QStringLiteral("SESSION_MIN_DEPOSIT_SATS"), QStringLiteral("1")},
                                {QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("1")}});
    const Sats price = house->priceOf(hello);
    const Session session = house->paid(price - Sats(3));
    const Result<Asked> result = house->answerTo(session, hello, QStringLiteral("key"));
    const auto *need = needOf(result);
    QVERIFY(need);
    QCOMPARE(need->session.id, session.id);
    QCOMPARE(need->needed, price);
    QCOMPARE(need->invoice.amount, Sats(3));
    QCOMPARE(need->invoice.purpose, InvoicePurpose::Topup);
    QCOMPARE(rowsOf(house), 0);
    QCOMPARE(house->agent.evaluated, 0);
    QCOMPARE(house->session(session.id).reserved, Sats(0));
    QCOMPARE(house->sessions.openInvoice(session)->paymentHash, need->invoice.paymentHash);

    house->pay(need->invoice.paymentHash);
    const SessionRequest request = house->answered(session, hello, QStringLiteral("key"));
    QCOMPARE(request.state, RequestState::Complete);
    QCOMPARE(request.balanceAfter, Sats(0));
    QCOMPARE(house->session(session.id).state, SessionState::Paused);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::manyRefusedMakeOneInvoice()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, {{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("350")}});
    const Session session = house->paid(Sats(200));
    const auto ask = [&](const char *text) { return house->ask(session, QString::fromLatin1(text)); };
    std::vector<Pending<Asked>> asked;
    for (int i = 0; i < 50; ++i)
        asked.push_back(ask("hello"));
    QStringList hashes;
    for (const auto &one : asked) {
        const auto result = outcomeOf(one);
        QVERIFY(needOf(result));
        hashes << needOf(result)->invoice.paymentHash.text();
    }
    hashes.removeDuplicates();
    QCOMPARE(hashes.size(), 1);
    QCOMPARE(house.database->number("SELECT count(*) AS n FROM invoices WHERE purpose = 'topup'"), 1);

    house.clock.advance(Invoices::lifetime - seconds(30)); // too late to pay it in peace
    const auto later = outcomeOf(ask("hello"));
    QVERIFY(needOf(later)->invoice.paymentHash.text() != hashes[0]);

    house.clock.advance(Invoices::lifetime);
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Unreachable);
    asked.clear();
    for (int i = 0; i < 5; ++i)
        asked.push_back(ask("hello"));
    for (const auto &one : asked)
        QCOMPARE(outcomeOf(one).code(), QByteArray("wallet_unavailable"));
    house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::theMacaroonsMaximum()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Sats price = house->priceOf(hello);
    const auto askWith = [&](Sats maximum) {
        Macaroon macaroon = Macaroon::decode(house->sessions.macaroon(session)).value();
        macaroon.add("max_sats_per_request = " + QByteArray::number(static_cast<qint64>(maximum.value())));
        return outcomeOf(house->sessions.request(session.id, hello, "Bearer " + macaroon.encode(), {}));
    };
    const auto refused = askWith(price - Sats(1));
    QCOMPARE(refused.code(), QByteArray("max_sats_exceeded"));
    QCOMPARE(refused.error->kind(), ErrorKind::Forbidden);
    QCOMPARE(rowsOf(house), 0);
    QVERIFY(askWith(price).value);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::byTier()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Sats price = house->priceOf(hello);
    QCOMPARE(price, Sats(39)); // the budgets below are chosen for it
    const auto requestOf = [&](const Session &session) { return house->answered(session, hello); };

    const Session ofNew = house->paid(Sats(500), house->known(1, 0));
    const SessionRequest gated = requestOf(ofNew);
    QCOMPARE(gated.debited, price);
    QCOMPARE(gated.absorbed, Sats(0));
    QVERIFY(!gated.freeTier);

    const Session ofElite = house->paid(Sats(500), house->known(2, 500));
    const SessionRequest free = requestOf(ofElite);
    QCOMPARE(free.debited, Sats(0));
    QCOMPARE(free.absorbed, price);
    QVERIFY(free.freeTier);
    QCOMPARE(free.balanceAfter, Sats(500));
    QVERIFY(!house->ledger.has(QStringLiteral("credit:request:") + free.id));

    const PubKey established = house->known(3, 20);
    const Session ofEstablished = house->paid(Sats(500), established);
    QCOMPARE(requestOf(ofEstablished).absorbed, price); // of 50 a day
    const SessionRequest partial = requestOf(ofEstablished);
    QCOMPARE(partial.absorbed, Sats(50) - price);
    QCOMPARE(partial.debited, price - partial.absorbed);
    QVERIFY(partial.freeTier);
    const SessionRequest none = requestOf(ofEstablished);
    QCOMPARE(none.debited, price);
    QVERIFY(!none.freeTier);
    QCOMPARE(house->identities.find(established)->satsAbsorbedToday, Sats(50));
    QCOMPARE(house->identities.find(established)->score, 20 + 3 * 2);
    QCOMPARE(house->identities.find(established)->interactionCount, 3);

    const SessionRequest anonymous = requestOf(house->paid(Sats(500)));
    QCOMPARE(anonymous.debited, price);
    QCOMPARE(house->pool.status().reserved, Sats(0));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::theTowerBearsWhatThePoolLost()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500), house->known(1, 500));
    house->agent.workUsage = {200, 200};
    house->agent.holds = true;
    const auto running = house->ask(session, hello);
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    house.clock.advance(GenerosityPool::holdFor + seconds(1));
    QCOMPARE(house->pool.expireDue(10), 1); // what was promised is gone, and the quote stands
    house->agent.letGo();
    const auto answer = std::get<Sessions::Answer>(outcomeOf(running).value.value());
    QCOMPARE(answer.request.debited, Sats(0));
    QCOMPARE(answer.request.absorbed, Sats(0));
    QVERIFY(house->ledger.has(QStringLiteral("bear:request:") + answer.request.id));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::repeatsAreTheSameAnswer()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(100));
    const QString key = QStringLiteral("once");
    const SessionRequest first = house->answered(session, hello, key);
    house->answered(session, QStringLiteral("another"));
    QCOMPARE(house->session(session.id).state, SessionState::Paused); // a repeat needs no sats
    const SessionRequest again = house->answered(session, hello, key);
    QCOMPARE(again.id, first.id);
    QCOMPARE(again.result, first.result);
    QCOMPARE(again.debited, first.debited);
    QCOMPARE(again.balanceAfter, first.balanceAfter);
    QCOMPARE(again.absorbed, first.absorbed);
    QCOMPARE(again.finishedAt, first.finishedAt);
    QCOMPARE(house->agent.executed, 2);
    QCOMPARE(rowsOf(house), 2);

    const auto other = house->answerTo(session, QStringLiteral("something else"), key);
    QCOMPARE(other.code(), QByteArray("idempotency_mismatch"));
    QCOMPARE(other.error->kind(), ErrorKind::Unprocessable);
    house->sessions.close(session.id, {}, operatorName);
    QCOMPARE(house->answered(session, hello, key).id, first.id);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::repeatsWaitForTheFirst()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.holds = true;
    std::vector<Pending<Asked>> asked;
    for (int i = 0; i < 20; ++i)
        asked.push_back(house->ask(session, hello, QStringLiteral("once")));
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    QCOMPARE(house->answerTo(session, QStringLiteral("other"), QStringLiteral("once")).code(),
             QByteArray("idempotency_mismatch"));
    for (const auto &one : asked)
        QVERIFY(!one->isThere());
    house->agent.letGo();
    QStringList ids;
    for (const auto &one : asked)
        ids << std::get<Sessions::Answer>(outcomeOf(one).value.value()).request.id;
    QCOMPARE(ids.removeDuplicates(), 19);
    QCOMPARE(house->agent.executed, 1);
    QCOMPARE(house->session(session.id).balance, Sats(500) - house->priceOf(hello));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::aKeyBelongsToItsSession()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session one = house->paid(Sats(500));
    const Session two = house->paid(Sats(500));
    const QString key = QStringLiteral("once");
    QVERIFY(house->answered(one, hello, key).id != house->answered(two, QStringLiteral("other"), key).id);
    QVERIFY(house->answered(one, hello).id != house->answered(one, hello).id); // none has none
    QCOMPARE(rowsOf(house), 4);
}

void TestSessionRequests::nothingIsKeptOfARefusedOne()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine, {{QStringLiteral("FREE_TIER_BUDGET_ELITE"), QStringLiteral("10")},
                                {QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("200")}});
    const Session session = house->paid(Sats(100), house->known(1, 500));
    QVERIFY(needOf(house->answerTo(session, hello, QStringLiteral("once"))));
    QCOMPARE(rowsOf(house), 0);
    QCOMPARE(house->pool.status().reserved, Sats(0));
    QCOMPARE(house.database->number("SELECT count(*) AS n FROM free_tier_reservations"), 0);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::closedWhileItRuns()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.holds = true;
    const auto running = house->ask(session, hello);
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    house->sessions.close(session.id, {}, operatorName);
    house->agent.letGo();
    const auto answer = std::get<Sessions::Answer>(outcomeOf(running).value.value());
    QCOMPARE(answer.request.state, RequestState::Complete);
    QCOMPARE(answer.session.state, SessionState::Closed);
    QCOMPARE(answer.session.balance, Sats(500) - house->priceOf(hello));
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::timeIsUpWhileItRuns()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.holds = true;
    const auto running = house->ask(session, hello);
    QTRY_COMPARE(house->agent.held(), std::size_t(1));
    house.clock.set(session.expiresAt);
    QCOMPARE(valueOf(house->sessions.poll(session.id)).state, SessionState::Expired);
    house->agent.letGo();
    const auto answer = std::get<Sessions::Answer>(outcomeOf(running).value.value());
    QCOMPARE(answer.request.state, RequestState::Complete);
    QCOMPARE(answer.session.state, SessionState::Expired);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::theCallerIsGone()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    house->agent.holds = true;
    {
        const auto forgotten = house->sessions.request(session.id, hello, house->bearer(session), {});
        QTRY_COMPARE(house->agent.held(), std::size_t(1));
    }
    QVERIFY(house->sessions.isRunning());
    house->agent.letGo();
    QTRY_VERIFY(!house->sessions.isRunning());
    QCOMPARE(house->session(session.id).balance, Sats(500) - house->priceOf(hello));
    QCOMPARE(house->sessions.requests(session.id, {}).items[0].state, RequestState::Complete);
    QCOMPARE(house.wrong(), QStringList());
}

void TestSessionRequests::listed()
{
    QFETCH_GLOBAL(QString, engine);
    SessionHouse house(engine);
    const Session session = house->paid(Sats(500));
    const Session other = house->paid(Sats(500));
    house->answered(other, hello);
    for (const char *text : {"one", "two", "three"}) {
        house.clock.advance(Millis(5));
        house->answered(session, QString::fromLatin1(text));
    }
    const Page<SessionRequest> first = house->sessions.requests(session.id, {2, {}});
    QCOMPARE(first.total, 3);
    QCOMPARE(first.items[0].request, QStringLiteral("three"));
    QCOMPARE(first.items[1].request, QStringLiteral("two"));
    const Page<SessionRequest> rest = house->sessions.requests(session.id, {2, first.nextCursor});
    QCOMPARE(rest.items.size(), std::size_t(1));
    QCOMPARE(rest.items[0].quote.price.origin, PriceOrigin::Fallback);
    QVERIFY(rest.nextCursor.isNull());
}

QTEST_GUILESS_MAIN(TestSessionRequests)
#include "tst_SessionRequests.moc"
