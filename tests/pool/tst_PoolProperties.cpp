// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever happens to the pool, in whatever order, its books hold after each step.
#include "core/base/Error.h"
#include "tests/pool/PoolHouse.h"

#include <QTest>

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int people = 3;

enum class Kind { Reserve, ReserveAgain, Hold, Commit, Release, Expire, Credit, Adjust, Wait, Count };

struct Step
{
    Kind kind = Kind::Reserve;
    int which = 0;
    int amount = 0;
};

void showValue(const Step &step, std::ostream &out)
{
    out << static_cast<int>(step.kind) << ':' << step.which << ',' << step.amount;
}

rc::Gen<Step> anyStep()
{
    return rc::gen::build<Step>(
        rc::gen::set(&Step::kind, rc::gen::map(rc::gen::inRange(0, static_cast<int>(Kind::Count)),
                                               [](int n) { return static_cast<Kind>(n); })),
        rc::gen::set(&Step::which, rc::gen::inRange(0, 1000)),
        rc::gen::set(&Step::amount, rc::gen::inRange(0, 400)));
}

struct Held
{
    QString id;
    int who = 0;
    QString ref;
    Sats sats;
    Millis expiresAt;
    bool held = true;
};

struct PoolMove
{
    Millis at;
    Sats sats; ///< into the pool; negative: out of it
    enum class Kind { Credit, Grant, Adjustment } kind;
};

/// What the pool must say, kept apart from it. The pool outlives a sequence of steps, and so does this.
class Model
{
public:
    explicit Model(PoolHouse &house)
        : m_house(house)
    {
        m_budgets = {Sats(50), Sats(200), Sats(1'000)};
        int score = 10;
        for (int who = 0; who < people; ++who, score *= 5) {
            house.services.setScore(numbered(who), score);
            m_house.services.inTransaction([&](Transaction &transaction) {
                m_house.services.identities.setDecayExempt(transaction, numbered(who), true);
                return true;
            });
        }
        move(house.services.pool.status().balance, PoolMove::Kind::Adjustment);
    }

    void take(const Step &step)
    {
        PoolServices &services = m_house.services;
        switch (step.kind) {
        case Kind::Reserve:
            return reserve(step.which % people, Sats(step.amount), QStringLiteral("job:%1").arg(++m_refs));
        case Kind::ReserveAgain:
            if (const Held *held = any(step.which))
                reserve(held->who, Sats(step.amount), QString(held->ref));
            return;
        case Kind::Hold:
            if (Held *held = any(step.which)) {
                RC_ASSERT(services.hold(held->id) == held->held);
                if (held->held)
                    held->expiresAt = now() + GenerosityPool::holdFor;
            }
            return;
        case Kind::Commit:
            if (Held *held = any(step.which))
                commit(*held, Sats(step.amount));
            return;
        case Kind::Release:
            if (Held *held = any(step.which)) {
                services.release(held->id);
                held->held = false;
            }
            return;
        case Kind::Expire:
            return expire();
        case Kind::Credit:
            return credit(Sats(step.amount), QStringLiteral("job:%1").arg(step.which));
        case Kind::Adjust:
            return adjust(Sats(step.amount - 200));
        case Kind::Wait:
            return m_house.clock.advance(seconds(step.amount * std::int64_t(step.which)));
        case Kind::Count:
            return;
        }
    }

    void check()
    {
        const PoolStatus status = m_house.services.pool.status();
        RC_ASSERT(status.balance == m_balance);
        RC_ASSERT(status.reserved == reserved());
        RC_ASSERT(status.reserved >= Sats(0));
        RC_ASSERT(status.reserved <= status.balance);
        RC_ASSERT(m_house.services.ledger.balance(Account::pool()) == m_balance);
        checkFlow(status.absorbed, PoolMove::Kind::Grant, -1);
        checkFlow(status.credited, PoolMove::Kind::Credit, 1);
        for (int who = 0; who < people; ++who)
            RC_ASSERT(m_house.services.identities.find(numbered(who))->satsAbsorbedToday ==
                      absorbedToday(who));
        RC_ASSERT(m_house.wrong() == QString());
    }

    /// Dearer than the rest: once for each sequence.
    void checkHistory()
    {
        const std::vector<PoolDay> days = GenerosityPool::history(*m_house.database, now(), 3);
        for (const PoolDay &day : days) {
            Sats balance;
            PoolDay expected;
            for (const PoolMove &movement : m_movements) {
                if (movement.at < day.day + tower::days(1))
                    balance += movement.sats;
                if (dayOf(movement.at) == dayOf(day.day))
                    add(expected, movement);
            }
            RC_ASSERT(day.balance == balance);
            RC_ASSERT(day.credited == expected.credited);
            RC_ASSERT(day.absorbed == expected.absorbed);
            RC_ASSERT(day.adjusted == expected.adjusted);
            RC_ASSERT(day.grants == expected.grants);
        }
        RC_ASSERT(m_house.services.pool.grants({}, {}).total ==
                  std::count_if(m_movements.begin(), m_movements.end(), [](const PoolMove &movement) {
                      return movement.kind == PoolMove::Kind::Grant;
                  }));
    }

private:
    static std::int64_t dayOf(Millis at) { return at.value() / days(1).value(); }
    [[nodiscard]] Millis now() const { return m_house.clock.now(); }
    [[nodiscard]] std::int64_t today() const { return dayOf(now()); }

    Held *any(int which)
    {
        // Mostly one of the last, which may still be held.
        const auto size = static_cast<int>(m_held.size());
        return size == 0 ? nullptr : &m_held[static_cast<std::size_t>(size - 1 - which % std::min(size, 8))];
    }

    [[nodiscard]] Sats reserved() const
    {
        Sats sum;
        for (const Held &held : m_held)
            sum += held.held ? held.sats : Sats(0);
        return sum;
    }

    Sats absorbedToday(int who) { return m_absorbed[{who, today()}]; }

    void move(Sats sats, PoolMove::Kind kind)
    {
        m_balance += sats;
        m_movements.push_back({now(), sats, kind});
    }

    static void add(PoolDay &day, const PoolMove &movement)
    {
        switch (movement.kind) {
        case PoolMove::Kind::Credit:
            day.credited += movement.sats;
            return;
        case PoolMove::Kind::Grant:
            day.absorbed += -movement.sats;
            ++day.grants;
            return;
        case PoolMove::Kind::Adjustment:
            day.adjusted += movement.sats;
            return;
        }
    }

    void checkFlow(const PoolFlow &flow, PoolMove::Kind kind, int sign)
    {
        PoolFlow expected;
        for (const PoolMove &movement : m_movements) {
            if (movement.kind != kind)
                continue;
            const Sats sats(movement.sats.value() * sign);
            expected.ever += sats;
            expected.week += movement.at >= now() - days(7) ? sats : Sats(0);
            expected.today += dayOf(movement.at) == today() ? sats : Sats(0);
        }
        RC_ASSERT(flow.ever == expected.ever);
        RC_ASSERT(flow.week == expected.week);
        RC_ASSERT(flow.today == expected.today);
    }

    void reserve(int who, Sats estimate, const QString &ref)
    {
        setJob(*m_house.database, ref.mid(4), "executing");
        for (Held &held : m_held)
            held.held = held.held && held.ref != ref;
        Sats left = m_budgets[static_cast<std::size_t>(who)] - absorbedToday(who);
        for (const Held &held : m_held)
            left -= held.held && held.who == who ? held.sats : Sats(0);
        const Sats absorb = std::max(Sats(0), std::min({estimate, left, m_balance - reserved()}));

        const FreeTierDecision decision = m_house.services.reserve(numbered(who), estimate, ref);
        RC_ASSERT(decision.absorb == absorb);
        RC_ASSERT(decision.absorb + decision.charge == estimate);
        RC_ASSERT((decision.serve == Serve::Gate) == (absorb == Sats(0)));
        RC_ASSERT((decision.serve == Serve::Free) == (absorb > Sats(0) && absorb == estimate));
        if (absorb > Sats(0))
            m_held.push_back(
                {decision.reservationId, who, ref, absorb, now() + GenerosityPool::holdFor, true});
    }

    void commit(Held &held, Sats actual)
    {
        const Sats absorbed = m_house.services.commit(held.id, actual);
        RC_ASSERT(absorbed == (held.held ? std::min(actual, held.sats) : Sats(0)));
        held.held = false;
        if (absorbed == Sats(0))
            return;
        m_absorbed[{held.who, today()}] += absorbed;
        move(-absorbed, PoolMove::Kind::Grant);
    }

    void expire()
    {
        int due = 0;
        for (Held &held : m_held) {
            const bool runsOut = held.held && held.expiresAt <= now();
            due += runsOut ? 1 : 0;
            held.held = held.held && !runsOut;
        }
        RC_ASSERT(m_house.services.pool.expireDue(10'000) == due);
    }

    void credit(Sats paid, const QString &ref)
    {
        const Sats share = m_credited.contains(ref) ? Sats(0) : Sats(paid.value() / 10);
        RC_ASSERT(m_house.services.credit(paid, ref) == share);
        if (share == Sats(0))
            return;
        m_credited.insert(ref);
        move(share, PoolMove::Kind::Credit);
    }

    void adjust(Sats sats)
    {
        const bool possible = sats != Sats(0) && m_balance - reserved() + sats >= Sats(0);
        try {
            m_house.services.pool.adjust(sats, text("a reason"), text("admin"));
            RC_ASSERT(possible);
            move(sats, PoolMove::Kind::Adjustment);
        } catch (const ServiceError &) {
            RC_ASSERT(!possible);
        }
    }

    PoolHouse &m_house;
    Sats m_balance;
    std::vector<Sats> m_budgets;
    std::vector<Held> m_held;
    std::vector<PoolMove> m_movements;
    std::map<std::pair<int, std::int64_t>, Sats> m_absorbed; ///< by identity and day
    std::set<QString> m_credited;
    int m_refs = 0;
};

} // namespace

class TestPoolProperties : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "seed=1 max_success=60");
    }
    void anySequence_data() { TestDatabase::engineRows(); }
    void anySequence()
    {
        QFETCH(QString, engine);
        PoolHouse house(engine, "600");
        Model model(house);
        QVERIFY(rc::check("any sequence of events", [&] {
            const auto steps = *rc::gen::container<std::vector<Step>>(anyStep());
            for (const Step &step : steps) {
                model.take(step);
                model.check();
            }
            model.checkHistory();
        }));
        QVERIFY(house.services.pool.grants({}, {}).total > 10); // something did happen
        QVERIFY(Activity::verify(*house.database).ok);
    }
};

QTEST_GUILESS_MAIN(TestPoolProperties)
#include "tst_PoolProperties.moc"
