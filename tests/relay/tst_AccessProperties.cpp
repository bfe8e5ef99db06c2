// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/relay/RelayHouse.h"
#include "tests/support/Expect.h"

#include <QTest>

#include <rapidcheck.h>

#include <sstream>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int people = 4; ///< number 0 is Timmy
constexpr std::int64_t noEnd = -1;

enum class Act { Grant, Revoke, ForceRevoke, Sync, Adjust, Expire, Advance, Undo, Restart };

struct Step
{
    Act act = Act::Sync;
    int who = 0;
    int level = 0;      ///< 0 none, 1 read, 2 write
    std::int64_t n = 0; ///< score, days of a grant (0: no end), hours to advance
};

std::ostream &operator<<(std::ostream &out, const Step &step)
{
    static const char *const names[] = {"grant",  "revoke",  "force-revoke", "sync",   "adjust",
                                        "expire", "advance", "undo",         "restart"};
    return out << names[static_cast<int>(step.act)] << '(' << step.who << ", " << step.level << ", " << step.n
               << ')';
}

rc::Gen<Step> anyStep()
{
    const auto act = rc::gen::weightedElement<Act>({{6, Act::Grant},
                                                    {3, Act::Revoke},
                                                    {2, Act::ForceRevoke},
                                                    {3, Act::Sync},
                                                    {5, Act::Adjust},
                                                    {2, Act::Expire},
                                                    {4, Act::Advance},
                                                    {3, Act::Undo},
                                                    {1, Act::Restart}});
    const auto number = rc::gen::oneOf(rc::gen::element<std::int64_t>(0, 1, 9, 10, 49, 50, 199, 200, 230),
                                       rc::gen::inRange<std::int64_t>(0, 60));
    return rc::gen::map(
        rc::gen::tuple(act, rc::gen::inRange(0, people), rc::gen::inRange(0, 3), number),
        [](const auto &made) {
            return Step{std::get<0>(made), std::get<1>(made), std::get<2>(made), std::get<3>(made)};
        });
}

/// What relay.md and identity.md say about access, written for one person at a time and in hours; nothing of
/// it is shared with the product.
struct Person
{
    bool known = false;
    std::int64_t score = 0;    // as last set or decayed
    std::int64_t seenHour = 0; // nobody is seen again in this test
    std::int64_t takenDays = 0;
    bool exempt = false;

    bool account = false;
    bool byHand = false, revoked = false;
    int level = 0;
    std::int64_t endHour = noEnd;

    [[nodiscard]] std::int64_t decayedScore(std::int64_t hour) const
    {
        if (exempt)
            return score;
        const std::int64_t days = std::max<std::int64_t>(0, (hour - seenHour) / 24 - 30);
        return std::max<std::int64_t>(0, score - (days - takenDays));
    }
    void takeDecay(std::int64_t hour)
    {
        score = decayedScore(hour);
        takenDays = std::max<std::int64_t>(0, (hour - seenHour) / 24 - 30);
    }
    [[nodiscard]] int earned(std::int64_t hour) const { return decayedScore(hour) >= 10 ? 2 : 1; }
    [[nodiscard]] int access(std::int64_t hour) const
    {
        if (!account || revoked)
            return 0;
        if (!byHand || (endHour != noEnd && endHour <= hour))
            return earned(hour);
        return level;
    }
    void meet(std::int64_t hour)
    {
        if (known)
            return;
        known = true;
        seenHour = hour;
    }
};

/// The product and the model, side by side.
class Walk
{
public:
    explicit Walk(const QString &engine)
        : m_house(engine)
    {
        restart();
    }

    void take(const Step &step)
    {
        m_house.clock.advance(Millis(1)); // no two decisions at one moment
        Person &person = m_people[static_cast<std::size_t>(step.who)];
        switch (step.act) {
        case Act::Grant:
            grant(person, step);
            break;
        case Act::Revoke:
            revoke(person, step.who, false);
            break;
        case Act::ForceRevoke:
            revoke(person, step.who, true);
            break;
        case Act::Sync:
            m_house.sync(keyOf(step.who));
            person.account = person.account || person.known;
            break;
        case Act::Adjust:
            adjust(person, step);
            break;
        case Act::Expire:
            m_house.accounts.expireDue();
            expire();
            break;
        case Act::Advance:
            m_hour += step.n;
            m_house.clock.advance(Millis(step.n * 3'600'000));
            break;
        case Act::Undo:
            undo(person);
            break;
        case Act::Restart:
            restart();
            break;
        }
        RC_ASSERT(difference() == "");
    }

    void finish()
    {
        const ChainReport report = Activity::verify(*m_house.database);
        if (!report.ok)
            RC_FAIL(report.detail.toStdString());
        RC_ASSERT(report.rows == m_house.count("activity"));
    }

    /// Where product and model differ; empty when they agree.
    std::string difference()
    {
        std::int64_t accounts = 0, identities = 0;
        for (int who = 0; who < people; ++who) {
            const Person &person = m_people[static_cast<std::size_t>(who)];
            const std::string name = std::to_string(who);
            if (static_cast<int>(m_house.accounts.getAccess(keyOf(who))) != person.access(m_hour))
                return "access of " + name;
            const auto identity = m_house.identities.find(keyOf(who));
            if (identity.has_value() != person.known)
                return "identity of " + name;
            if (identity && identity->score != person.decayedScore(m_hour))
                return "score of " + name;
            accounts += person.account;
            identities += person.known;
        }
        if (m_house.accounts.count() != accounts || m_house.count("relay_accounts") != accounts)
            return "number of accounts";
        return m_house.count("nostr_identities") == identities ? "" : "number of identities";
    }
    [[nodiscard]] RelayHouse &house() { return m_house; }

private:
    struct Undoable
    {
        int who = -1;
        RelayAccount current;
        std::optional<RelayAccount> previous;
        Person personBefore;
        bool stale = false;
    };

    void remember(int who, const RelayAccount &current, const std::optional<RelayAccount> &previous,
                  const Person &before)
    {
        m_undo = {who, current, previous, before, false};
    }

    void grant(Person &person, const Step &step)
    {
        const std::int64_t end = step.n == 0 ? noEnd : m_hour + step.n * 12;
        // The clock stands a few milliseconds after the hour; an end on the hour is in the future all the
        // same.
        const std::optional<Millis> expires =
            end == noEnd ? std::nullopt : std::optional(start + Millis(end * 3'600'000));
        const auto previous = m_house.accounts.find(keyOf(step.who));
        const Person before = person;
        const auto level = static_cast<AccessLevel>(step.level);
        if (step.who == 0 && level != AccessLevel::Write) {
            RC_ASSERT(errorCodeOf([&] { m_house.grant(keyOf(0), level, expires); }) == "timmy_own_key");
            return;
        }
        const RelayAccount made = m_house.grant(keyOf(step.who), level, expires);
        person.meet(m_hour);
        person.account = person.byHand = true;
        person.revoked = false;
        person.level = step.level;
        person.endHour = end;
        remember(step.who, made, previous, before);
    }

    void revoke(Person &person, int who, bool force)
    {
        const auto previous = m_house.accounts.find(keyOf(who));
        std::optional<RelayAccount> made;
        const QByteArray refused = errorCodeOf([&] { made = m_house.revoke(keyOf(who), force); });
        if (!person.account) {
            RC_ASSERT(refused == "account_not_found");
            return;
        }
        if (who == 0 && !force) {
            RC_ASSERT(refused == "timmy_own_key");
            return;
        }
        RC_ASSERT(refused.isEmpty());
        if (person.revoked)
            return;
        const Person before = person;
        person.revoked = person.byHand = true;
        remember(who, *made, previous, before);
    }

    void adjust(Person &person, const Step &step)
    {
        m_house.score(keyOf(step.who), step.n);
        person.meet(m_hour);
        person.takeDecay(m_hour);
        person.score = step.n;
        if (!person.account) {
            person.account = true;
            person.byHand = false;
        }
        if (m_undo.who == step.who && !person.byHand)
            m_undo.stale = true;
    }

    void expire()
    {
        for (std::size_t i = 0; i < people; ++i) {
            Person &person = m_people[i];
            if (!person.byHand || person.revoked || person.endHour == noEnd || person.endHour > m_hour)
                continue;
            person.byHand = false;
            person.endHour = noEnd;
            if (m_undo.who == static_cast<int>(i))
                m_undo.stale = true;
        }
    }

    void undo(Person &)
    {
        if (m_undo.who < 0)
            return;
        const QByteArray refused =
            errorCodeOf([&] { m_house.accounts.restore(m_undo.current, m_undo.previous, admin); });
        RC_ASSERT(refused == (m_undo.stale ? "changed_since" : ""));
        if (!m_undo.stale) {
            // Access goes back; who is known, and their score, stays.
            Person &person = m_people[static_cast<std::size_t>(m_undo.who)];
            const Person &before = m_undo.personBefore;
            person.account = true;
            person.byHand = before.account && before.byHand;
            person.revoked = before.account && before.revoked;
            person.level = before.level;
            person.endHour = before.account ? before.endHour : noEnd;
        }
        m_undo = {};
    }

    /// Timmy's seed, as each start does it.
    void restart()
    {
        m_house.accounts.seedElite(keyOf(0));
        Person &timmy = m_people[0];
        timmy.meet(m_hour);
        timmy.exempt = true;
        timmy.score = std::max<std::int64_t>(timmy.score, 200);
        if (timmy.revoked)
            return;
        if (m_undo.who == 0)
            m_undo.stale = true;
        timmy.account = timmy.byHand = true;
        timmy.level = 2;
        timmy.endHour = noEnd;
    }

    RelayHouse m_house;
    std::array<Person, people> m_people;
    std::int64_t m_hour = 0;
    Undoable m_undo;
};

} // namespace

/// Random histories of grants, revocations, scores and time against a model of what the rules say.
class TestAccessProperties : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "seed=20261120 max_success=40 max_size=60");
        TestDatabase::engineRows();
    }

    void accessEqualsTheModel()
    {
        QFETCH_GLOBAL(QString, engine);
        const bool held = rc::check("access is what the rules say, after every step", [&] {
            const auto steps = *rc::gen::container<std::vector<Step>>(anyStep());
            Walk walk(engine);
            for (const Step &step : steps)
                walk.take(step);
            walk.finish();
        });
        QVERIFY(held);
    }

    void theModelSeesABrokenRule_data()
    {
        QTest::addColumn<QString>("sabotage");
        QTest::addColumn<QString>("found");
        QTest::newRow("none") << "SELECT 1"
                              << "";
        QTest::newRow("a lifted revocation")
            << "UPDATE relay_accounts SET revoked_at = NULL, granted_by = 'auto-tier'"
            << "access of 1";
        QTest::newRow("a lost grant")
            << "UPDATE relay_accounts SET access_level = 'none' WHERE expires_at IS NULL"
            << "access of 0";
        QTest::newRow("an end forgotten") << "UPDATE relay_accounts SET expires_at = NULL"
                                          << "access of 2";
        QTest::newRow("a lost account") << "DELETE FROM relay_accounts WHERE revoked_at IS NOT NULL"
                                        << "number of accounts";
        QTest::newRow("a score") << "UPDATE nostr_identities SET trust_score = trust_score + 1"
                                 << "score of 0";
    }
    void theModelSeesABrokenRule()
    {
        QFETCH_GLOBAL(QString, engine);
        QFETCH(QString, sabotage);
        Walk walk(engine);
        walk.take({Act::Grant, 1, 2, 0});
        walk.take({Act::Revoke, 1, 0, 0});
        walk.take({Act::Grant, 2, 2, 1});
        walk.take({Act::Advance, 0, 0, 24});
        walk.house().database->script(sabotage);
        QTEST(QString::fromStdString(walk.difference()), "found");
    }
};

QTEST_GUILESS_MAIN(TestAccessProperties)
#include "tst_AccessProperties.moc"
