// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/pool/PoolHouse.h"
#include "tests/support/Expect.h"
#include "tests/support/QueryPlan.h"

#include <QTest>

#include <array>
#include <limits>

using namespace tower;
using namespace tower::test;

namespace {

const PubKey elite = numbered(1);
const PubKey established = numbered(2);

} // namespace

class TestGenerosityPool : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void seededOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        QCOMPARE(house.services.pool.status().balance, Sats(10'000));
        QCOMPARE(house.services.ledger.balance(Account::pool()), Sats(10'000));
        QCOMPARE(house.services.ledger.balance(Account::operatorAccount()), Sats(-10'000));
        QCOMPARE(house.services.activity.list({.action = text("pool.seed")}, {}).total, 1);
        Settings richer({}, {}, {{text("FREE_TIER_POOL_INITIAL_SATS"), text("500")}});
        PoolServices again(*house.database, house.clock, richer);
        again.pool.seed();
        QCOMPARE(again.pool.status().balance, Sats(10'000));
        QCOMPARE(house.count("SELECT count(*) AS n FROM ledger"), 1);
        QCOMPARE(house.wrong(), QString());
    }

    void anEmptyPoolHasNoMovement()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "0");
        QCOMPARE(house.services.pool.status().balance, Sats(0));
        QCOMPARE(house.count("SELECT count(*) AS n FROM ledger"), 0);
        house.services.setScore(elite, 250);
        QCOMPARE(house.services.reserve(elite, Sats(10), text("job:1")).serve, Serve::Gate);
        QCOMPARE(house.services.pool.adjust(Sats(30), text("a start"), text("admin")).balance, Sats(30));
        QCOMPARE(house.services.reserve(elite, Sats(10), text("job:1")).serve, Serve::Free);
    }

    void decisions()
    {
        QFETCH_GLOBAL(QString, engine);
        constexpr int anonymous = -1;
        constexpr int stranger = -2; // never seen
        struct Case
        {
            const char *name;
            int score;
            int estimate;
            int pool;
            Serve serve;
            int absorb;
        };
        constexpr std::array cases{
            Case{"anonymous", anonymous, 39, 10'000, Serve::Gate, 0},
            Case{"a stranger", stranger, 39, 10'000, Serve::Gate, 0},
            Case{"new has no budget", 9, 39, 10'000, Serve::Gate, 0},
            Case{"established", 10, 39, 10'000, Serve::Free, 39},
            Case{"established, the whole budget", 10, 50, 10'000, Serve::Free, 50},
            Case{"established, above it", 10, 51, 10'000, Serve::Partial, 50},
            Case{"trusted", 50, 300, 10'000, Serve::Partial, 200},
            Case{"elite", 200, 1'000, 10'000, Serve::Free, 1'000},
            Case{"elite, above its budget", 200, 1'001, 10'000, Serve::Partial, 1'000},
            Case{"the pool has less", 200, 900, 700, Serve::Partial, 700},
            Case{"the pool is empty", 200, 900, 0, Serve::Gate, 0},
        };
        PoolHouse house(engine);
        GenerosityPool &pool = house.services.pool;
        int n = 0;
        for (const Case &one : cases) {
            const PubKey person = numbered(++n);
            const std::optional<PubKey> key = one.score == anonymous ? std::nullopt : std::optional(person);
            if (one.score >= 0)
                house.services.setScore(person, one.score);
            if (const Sats by = Sats(one.pool) - pool.status().balance; by != Sats(0))
                pool.adjust(by, text(one.name), text("admin"));
            const FreeTierDecision dry = pool.decide(key, Sats(one.estimate));
            QVERIFY2(pool.status().reserved == Sats(0), one.name); // a dry run
            const FreeTierDecision decision = house.services.reserve(key, Sats(one.estimate), text("job:1"));
            for (const FreeTierDecision &given : {dry, decision}) {
                QVERIFY2(given.serve == one.serve, one.name);
                QVERIFY2(given.absorb == Sats(one.absorb), one.name);
                QVERIFY2(given.charge == Sats(one.estimate - one.absorb), one.name);
            }
            QVERIFY2(dry.reservationId.isEmpty(), one.name);
            QVERIFY2(decision.reservationId.isEmpty() == (one.absorb == 0), one.name);
            QVERIFY2(pool.status().reserved == Sats(one.absorb), one.name);
            QVERIFY2(pool.status().balance == Sats(one.pool), one.name); // nothing has been given yet
            house.services.release(decision.reservationId);
        }
        QCOMPARE(toText(Serve::Free), text("free"));
        QCOMPARE(toText(Serve::Partial), text("partial"));
        QCOMPARE(toText(Serve::Gate), text("gate"));
    }

    void theTierIsThatAfterDecay()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        house.clock.advance(days(31));
        QCOMPARE(house.services.pool.decide(elite, Sats(500)).absorb, Sats(200));
        QCOMPARE(house.services.reserve(elite, Sats(500), text("job:1")).absorb, Sats(200));
    }

    void budgetAndPoolCountWhatIsHeld()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "60");
        house.services.setScore(established, 10);
        house.services.setScore(elite, 200);
        QCOMPARE(house.services.reserve(established, Sats(30), text("job:1")).absorb, Sats(30));
        const FreeTierDecision second = house.services.reserve(established, Sats(30), text("job:2"));
        QCOMPARE(second.serve, Serve::Partial);
        QCOMPARE(second.absorb, Sats(20)); // of the budget of 50
        QCOMPARE(house.services.reserve(elite, Sats(30), text("job:3")).absorb, Sats(10)); // of the pool
        QCOMPARE(house.services.reserve(elite, Sats(30), text("job:4")).serve, Serve::Gate);
        house.services.release(second.reservationId);
        QCOMPARE(house.services.reserve(elite, Sats(30), text("job:4")).absorb, Sats(20));
    }

    void commitAbsorbsWhatWasUsed()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "1000");
        house.services.setScore(elite, 200);
        setJob(*house.database, text("1"), "executing");
        const FreeTierDecision decision = house.services.reserve(elite, Sats(100), text("job:1"));
        QCOMPARE(house.wrong(), QString());
        QCOMPARE(house.services.commit(decision.reservationId, Sats(70)), Sats(70));
        const PoolStatus status = house.services.pool.status();
        QCOMPARE(status.balance, Sats(930));
        QCOMPARE(status.reserved, Sats(0));
        QCOMPARE(house.services.ledger.balance(Account::pool()), Sats(930));
        QCOMPARE(house.services.ledger.balance(Account::revenue()), Sats(70));
        QVERIFY(house.services.ledger.has(text("grant:") + decision.reservationId));
        QCOMPARE(house.services.identities.find(elite)->satsAbsorbedToday, Sats(70));

        const Page<FreeTierGrant> grants = house.services.pool.grants({}, {});
        QCOMPARE(grants.total, 1);
        const FreeTierGrant grant = grants.items.front();
        QCOMPARE(grant.pubkey, elite);
        QCOMPARE(grant.ref, text("job:1"));
        QCOMPARE(grant.requestHash, text("hash of job:1"));
        QCOMPARE(grant.sats, Sats(70));
        QCOMPARE(grant.poolBefore, Sats(1000));
        QCOMPARE(grant.poolAfter, Sats(930));
        QCOMPARE(grant.at, start);
        const auto rows = house.services.activity.list({.action = text("pool.absorb")}, {}).items;
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].entry.actor, text("auto"));
        QCOMPARE(rows[0].entry.subject, text("job:1"));
        QCOMPARE(house.changes("grant"), QStringList(grant.id));
        QVERIFY(house.changes("pool").contains(text("pool")));

        // Once only, whatever comes later.
        QCOMPARE(house.services.commit(decision.reservationId, Sats(100)), Sats(0));
        house.services.release(decision.reservationId);
        QVERIFY(!house.services.hold(decision.reservationId));
        QCOMPARE(house.services.pool.status().balance, Sats(930));
        QCOMPARE(house.wrong(), QString());
    }

    void neverMoreThanWasReserved()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "1000");
        house.services.setScore(elite, 200);
        const FreeTierDecision decision = house.services.reserve(elite, Sats(100), text("job:1"));
        QCOMPARE(house.services.commit(decision.reservationId, Sats(101)), Sats(100));
        QCOMPARE(house.services.pool.status().balance, Sats(900));
    }

    void absorbingNothingGrantsNothing()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        const FreeTierDecision decision = house.services.reserve(elite, Sats(100), text("job:1"));
        QCOMPARE(house.services.commit(decision.reservationId, Sats(0)), Sats(0));
        QCOMPARE(house.services.pool.grants({}, {}).total, 0);
        QCOMPARE(house.services.pool.status().reserved, Sats(0));
        QCOMPARE(house.services.identities.find(elite)->satsAbsorbedToday, Sats(0));
        QCOMPARE(house.services.commit(QString(), Sats(5)), Sats(0)); // as after a gate
        QCOMPARE(house.services.commit(text("unknown"), Sats(5)), Sats(0));
        house.services.release(QString());
        QCOMPARE(house.wrong(), QString());
    }

    void releasedIsFreeAgain()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "50");
        house.services.setScore(established, 10);
        const FreeTierDecision decision = house.services.reserve(established, Sats(50), text("job:1"));
        house.services.release(decision.reservationId);
        house.services.release(decision.reservationId);
        QCOMPARE(house.services.pool.status().reserved, Sats(0));
        QCOMPARE(house.services.commit(decision.reservationId, Sats(50)), Sats(0));
        QCOMPARE(house.services.pool.decide(established, Sats(50)).absorb, Sats(50));
        QCOMPARE(house.wrong(), QString());
    }

    void aRefIsReservedForOnce()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(established, 10);
        const FreeTierDecision first = house.services.reserve(established, Sats(40), text("job:1"));
        const FreeTierDecision second = house.services.reserve(established, Sats(45), text("job:1"));
        QCOMPARE(second.absorb, Sats(45)); // what was held before is not in its way
        QCOMPARE(house.services.pool.status().reserved, Sats(45));
        QCOMPARE(house.services.commit(first.reservationId, Sats(40)), Sats(0));
        // Nobody any more: what was held is given back all the same.
        QCOMPARE(house.services.reserve(std::nullopt, Sats(45), text("job:1")).serve, Serve::Gate);
        QCOMPARE(house.services.pool.status().reserved, Sats(0));
    }

    void runsOutWithoutWork()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        const FreeTierDecision idle = house.services.reserve(elite, Sats(100), text("job:1"));
        const FreeTierDecision worked = house.services.reserve(elite, Sats(200), text("job:2"));
        house.clock.advance(seconds(600));
        QVERIFY(house.services.hold(worked.reservationId));
        house.clock.advance(seconds(300) - Millis(1));
        QCOMPARE(house.services.pool.expireDue(10), 0);
        house.clock.advance(Millis(1));
        QCOMPARE(house.services.pool.expireDue(10), 1);
        QCOMPARE(house.services.pool.expireDue(10), 0);
        QCOMPARE(house.services.pool.status().reserved, Sats(200));
        QVERIFY(!house.services.hold(idle.reservationId));
        QCOMPARE(house.services.commit(idle.reservationId, Sats(100)), Sats(0));
        QCOMPARE(house.services.pool.status().balance, Sats(10'000));
        house.clock.advance(seconds(600));
        QCOMPARE(house.services.pool.expireDue(0), 0);
        QCOMPARE(house.services.pool.expireDue(10), 1);
        QCOMPARE(house.services.pool.status().reserved, Sats(0));
    }

    void aNewDayIsANewBudget()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(established, 10);
        house.clock.set(start + days(1) - seconds(60));
        const FreeTierDecision before = house.services.reserve(established, Sats(40), text("job:1"));
        QCOMPARE(house.services.pool.decide(established, Sats(50)).absorb, Sats(10));
        house.clock.advance(seconds(60));
        // What is still held will be absorbed today.
        QCOMPARE(house.services.pool.decide(established, Sats(50)).absorb, Sats(10));
        // What is absorbed counts on the day on which it is.
        QCOMPARE(house.services.commit(before.reservationId, Sats(40)), Sats(40));
        QCOMPARE(house.services.identities.find(established)->satsAbsorbedToday, Sats(40));
        QCOMPARE(house.services.pool.decide(established, Sats(50)).absorb, Sats(10));
        house.clock.advance(days(1));
        QCOMPARE(house.services.identities.find(established)->satsAbsorbedToday, Sats(0));
        QCOMPARE(house.services.pool.decide(established, Sats(50)).absorb, Sats(50));
    }

    void creditsOncePerRef()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "0");
        QCOMPARE(house.services.credit(Sats(199), text("job:1")), Sats(19));
        QCOMPARE(house.services.credit(Sats(199), text("job:1")), Sats(0));
        QCOMPARE(house.services.credit(Sats(9), text("job:2")), Sats(0));
        QCOMPARE(house.services.credit(Sats(0), text("job:3")), Sats(0));
        QCOMPARE(house.services.credit(Sats(-500), text("job:4")), Sats(0));
        QCOMPARE(house.services.pool.status().balance, Sats(19));
        QCOMPARE(house.services.ledger.balance(Account::revenue()), Sats(-19));
        const auto rows = house.services.activity.list({.action = text("pool.credit")}, {}).items;
        QCOMPARE(rows.size(), std::size_t(1));
        QCOMPARE(rows[0].entry.actor, text("auto"));
        QCOMPARE(rows[0].entry.subject, text("job:1"));
        house.settings.setSaved(Setting::FreeTierPoolCreditPct, text("0"));
        QCOMPARE(house.services.credit(Sats(1'000), text("job:5")), Sats(0));
        house.settings.setSaved(Setting::FreeTierPoolCreditPct, text("33"));
        QCOMPARE(house.services.credit(Sats(1'001), text("job:6")), Sats(330));
        QCOMPARE(house.wrong(), QString());
    }

    void theOperatorAddsAndTakes()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "100");
        house.services.setScore(elite, 200);
        house.services.reserve(elite, Sats(60), text("job:1"));
        setJob(*house.database, text("1"), "awaiting_work_payment");
        GenerosityPool &pool = house.services.pool;
        const auto adjust = [&](std::int64_t sats, const char *reason) {
            return errorCodeOf([&] { pool.adjust(Sats(sats), text(reason), text("admin:console")); });
        };
        QCOMPARE(adjust(-41, "too much"), QByteArray("pool_too_low"));
        QCOMPARE(adjust(0, "none"), QByteArray("invalid_request"));
        QCOMPARE(adjust(5, " "), QByteArray("invalid_request"));
        QCOMPARE(adjust(5, QByteArray(1'001, 'a').constData()), QByteArray("invalid_request"));
        QCOMPARE(adjust(100'000'001, "a slip"), QByteArray("invalid_request"));
        QCOMPARE(adjust(std::numeric_limits<std::int64_t>::min(), "a slip"), QByteArray("invalid_request"));
        QCOMPARE(pool.status().balance, Sats(100));
        QCOMPARE(adjust(-40, "back to the till"), QByteArray());
        QCOMPARE(adjust(500, QByteArray(1'000, 'a').constData()), QByteArray());
        QCOMPARE(pool.status().balance, Sats(560));
        QVERIFY(house.services.ledger.has(text("pool:adjust:2")));
        QCOMPARE(house.services.ledger.balance(Account::operatorAccount()), Sats(-560));
        const auto rows = house.services.activity.list({.action = text("pool.adjust")}, {}).items;
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[1].entry.actor, text("admin:console"));
        QCOMPARE(rows[1].entry.subject, text("pool"));
        QCOMPARE(rows[1].entry.reason, text("back to the till"));
        QCOMPARE(rows[1].entry.before.value(text("balanceSats")).toInteger(), 100);
        QCOMPARE(rows[1].entry.after.value(text("balanceSats")).toInteger(), 60);
        QCOMPARE(house.wrong(), QString());
    }

    void grantsCannotBeChanged()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        house.services.commit(house.services.reserve(elite, Sats(5), text("job:1")).reservationId, Sats(5));
        for (const char *sql : {"UPDATE free_tier_grants SET sats = 6", "DELETE FROM free_tier_grants"})
            QVERIFY(!errorCodeOf([&] { house.database->execute(sql); }).isEmpty());
        QCOMPARE(house.services.pool.grants({}, {}).items.front().sats, Sats(5));
    }

    void grantsAreFoundByKeyAndTime()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        house.services.setScore(established, 10);
        for (int i = 0; i < 6; ++i) {
            const FreeTierDecision decision = house.services.reserve(i % 3 ? elite : established, Sats(i + 1),
                                                                     QStringLiteral("job:%1").arg(i));
            house.services.commit(decision.reservationId, Sats(i + 1));
            house.clock.advance(seconds(1));
        }
        const auto satsOf = [&](const GrantFilter &filter, const PageRequest &page = {}) {
            QList<std::int64_t> out;
            for (const FreeTierGrant &grant : house.services.pool.grants(filter, page).items)
                out << grant.sats.value();
            return out;
        };
        using Numbers = QList<std::int64_t>;
        QCOMPARE(satsOf({}), (Numbers{6, 5, 4, 3, 2, 1}));
        QCOMPARE(satsOf({.pubkey = established}), (Numbers{4, 1}));
        QCOMPARE(satsOf({.since = start + seconds(2), .until = start + seconds(4)}), (Numbers{5, 4, 3}));
        const QString next = house.services.pool.grants({}, {4, {}}).nextCursor;
        QCOMPARE(satsOf({}, {4, next}), (Numbers{2, 1}));
    }

    void statusAndHistory()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine, "1000");
        PoolServices &services = house.services;
        services.setScore(elite, 200);
        const auto absorb = [&](int sats, int n) {
            const auto decision = services.reserve(elite, Sats(sats), QStringLiteral("job:%1").arg(n));
            QCOMPARE(services.commit(decision.reservationId, Sats(sats)), Sats(sats));
        };
        absorb(100, 1);
        house.clock.advance(days(3));
        services.credit(Sats(500), text("job:1"));
        absorb(30, 2);
        absorb(5, 3);
        house.clock.advance(days(5)); // to day 8: the first day is out of the week
        services.pool.adjust(Sats(-70), text("taken"), text("admin"));
        absorb(7, 4);

        const PoolStatus status = services.pool.status();
        QCOMPARE(status.balance, Sats(838));
        QCOMPARE(status.absorbed.today, Sats(7));
        QCOMPARE(status.absorbed.week, Sats(42));
        QCOMPARE(status.absorbed.ever, Sats(142));
        QCOMPARE(status.credited.today, Sats(0));
        QCOMPARE(status.credited.week, Sats(50));
        QCOMPARE(status.credited.ever, Sats(50));
        QCOMPARE(status.grantsToday, 1);
        QCOMPARE(*status.daysLeft, 139); // 838 / (42 / 7) = 139.7
        QCOMPARE(status.dailyBudgets.size(), std::size_t(4));
        QCOMPARE(status.dailyBudgets[0], std::pair(Tier::New, Sats(0)));
        QCOMPARE(status.dailyBudgets[3], std::pair(Tier::Elite, Sats(1'000)));

        const auto readOnly = house.database.another(Database::Mode::ReadOnly);
        const std::vector<PoolDay> week = GenerosityPool::history(*readOnly, house.clock.now(), 10);
        QCOMPARE(week.size(), std::size_t(10));
        QList<std::int64_t> balances;
        for (const PoolDay &day : week)
            balances << day.balance.value();
        QCOMPARE(balances, (QList<std::int64_t>{0, 900, 900, 900, 915, 915, 915, 915, 915, 838}));
        QCOMPARE(week[9].day, start + days(8));
        QCOMPARE(week[1].adjusted, Sats(1'000));
        QCOMPARE(week[1].absorbed, Sats(100));
        QCOMPARE(week[4].credited, Sats(50));
        QCOMPARE(week[4].absorbed, Sats(35));
        QCOMPARE(week[4].grants, 2);
        QCOMPARE(week[9].adjusted, Sats(-70));
        QCOMPARE(GenerosityPool::history(*readOnly, house.clock.now(), 0).size(), std::size_t(1));
        QCOMPARE(GenerosityPool::history(*readOnly, house.clock.now(), 1).front().balance, Sats(838));
        // A clock that was set back leaves movements ahead: they are today's.
        const auto early = GenerosityPool::history(*readOnly, start + days(3), 4);
        QCOMPARE(early[3].balance, Sats(838));
        QCOMPARE(early[2].balance, Sats(900));
    }

    void nothingAbsorbedLastsForever()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        QVERIFY(!house.services.pool.status().daysLeft);
        const auto before = GenerosityPool::history(*house.database, start - days(5), 3);
        QCOMPARE(before.front().balance, Sats(0));
    }

    void whatIsRolledBackNeverWas()
    {
        QFETCH_GLOBAL(QString, engine);
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        const FreeTierDecision held = house.services.reserve(elite, Sats(10), text("job:0"));
        setJob(*house.database, text("0"), "executing");
        {
            Transaction transaction(*house.database);
            house.services.pool.reserve(transaction, elite, Sats(50), text("job:1"), {});
            house.services.pool.commit(transaction, held.reservationId, Sats(10));
            house.services.pool.credit(transaction, Sats(1'000), text("job:2"));
        }
        const PoolStatus status = house.services.pool.status();
        QCOMPARE(status.balance, Sats(10'000));
        QCOMPARE(status.reserved, Sats(10));
        QCOMPARE(house.wrong(), QString());
        QCOMPARE(house.services.commit(held.reservationId, Sats(10)), Sats(10));
    }

    void booksThatAreWrongAreFound()
    {
        QFETCH_GLOBAL(QString, engine);
        struct Damage
        {
            const char *sql;
            const char *check;
            int difference;
        };
        constexpr std::array damages{
            Damage{"UPDATE generosity_pool SET balance_sats = balance_sats + 7", "balances", 7},
            Damage{"UPDATE generosity_pool SET reserved_sats = reserved_sats - 3", "balances", 3},
            Damage{"UPDATE generosity_pool SET credited_sats = 1", "balances", 1},
            Damage{"UPDATE generosity_pool SET absorbed_sats = 0", "balances", 40},
            Damage{"UPDATE jobs SET state = 'failed' WHERE id = '2'", "reservations", 60},
            Damage{"UPDATE session_requests SET state = 'complete'", "reservations", 5},
            Damage{"UPDATE free_tier_reservations SET ref = 'job:none' WHERE ref = 'job:2'", "reservations",
                   60},
            Damage{"UPDATE free_tier_reservations SET state = 'released' WHERE state = 'committed'",
                   "reservations", 40},
            Damage{"UPDATE free_tier_reservations SET absorbed_sats = 39 WHERE state = 'committed'",
                   "reservations", 1},
        };
        PoolHouse house(engine);
        house.services.setScore(elite, 200);
        setJob(*house.database, text("1"), "executing");
        setJob(*house.database, text("2"), "awaiting_work_payment");
        house.database->execute(R"(
            INSERT INTO sessions (id, state, deposit_payment_hash, expires_at, created_at, updated_at)
            VALUES ('s', 'active', '', 0, 0, 0))");
        house.database->execute(R"(
            INSERT INTO session_requests (id, session_id, body_hash, request, state, reserved_sats,
                estimated_cost_usd, estimated_sats, margin_pct, btc_price_usd, btc_price_source, created_at)
            VALUES ('r', 's', '', 'x', 'running', 0, 0, 0, 0, 0, 'live', 0))");
        const auto first = house.services.reserve(elite, Sats(40), text("job:1"));
        house.services.commit(first.reservationId, Sats(40));
        house.services.reserve(elite, Sats(60), text("job:2"));
        house.services.reserve(elite, Sats(5), text("request:r"));
        for (const Damage &damage : damages) {
            QCOMPARE(house.wrong(), QString());
            Transaction undone(*house.database);
            house.database->execute(damage.sql);
            QVERIFY2(house.wrong().startsWith(text(damage.check) + text(": ")), damage.sql);
            for (const CheckResult &result : house.reconcile.run(*house.database, std::nullopt).checks)
                QVERIFY2(result.ok || result.difference == Sats(damage.difference), damage.sql);
        }
    }

    void readsWalkAnIndex()
    {
        QFETCH_GLOBAL(QString, engine);
        if (engine != u"sqlite")
            return;
        PoolHouse house(engine);
        for (const char *sql :
             {"SELECT sum(sats) FROM free_tier_reservations WHERE pubkey = 'a' AND day = 1 AND state = "
              "'held'",
              "SELECT id FROM free_tier_reservations WHERE ref = 'a' AND state = 'held'",
              "SELECT id FROM free_tier_reservations WHERE state = 'held' AND expires_at <= 5 "
              "ORDER BY expires_at, id LIMIT 9",
              "SELECT sum(sats) FROM ledger WHERE kind = 'grant' AND at >= 5",
              "SELECT count(*) FROM free_tier_grants WHERE at >= 5"}) {
            const QStringList plan = queryPlan(*house.database, text(sql));
            QVERIFY2(!plan.join(u' ').contains(text("SCAN ")), qPrintable(text(sql) + plan.join(u'\n')));
        }
    }
};

QTEST_GUILESS_MAIN(TestGenerosityPool)
#include "tst_GenerosityPool.moc"
