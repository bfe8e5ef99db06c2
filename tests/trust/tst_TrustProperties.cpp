// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever happens to four identities, in whatever order, some things always hold.
#include "tests/trust/TrustHouse.h"

#include <QTest>

#include <rapidcheck.h>

#include <map>
#include <set>

using namespace tower;
using namespace tower::test;

namespace {

constexpr quint32 people = 4;

enum class Kind {
    Success,
    Failure,
    TowerFault,
    Absence,
    Seen,
    Vouch,
    RevokeVouch,
    Grant,
    Revoke,
    Adjust,
    Sweep,
    Count
};

struct Step
{
    Kind kind = Kind::Success;
    quint32 who = 0;
    quint32 whom = 0;
    int amount = 0;
};

void showValue(const Step &step, std::ostream &out)
{
    out << static_cast<int>(step.kind) << ':' << step.who << ',' << step.whom << ',' << step.amount;
}

rc::Gen<Step> anyStep()
{
    return rc::gen::build<Step>(
        rc::gen::set(&Step::kind, rc::gen::map(rc::gen::inRange(0, static_cast<int>(Kind::Count)),
                                               [](int n) { return static_cast<Kind>(n); })),
        rc::gen::set(&Step::who, rc::gen::inRange<quint32>(0, people)),
        rc::gen::set(&Step::whom, rc::gen::inRange<quint32>(0, people)),
        rc::gen::set(&Step::amount, rc::gen::inRange(0, 100)));
}

/// Carries the steps out, and remembers what the operator decided and which vouches were made.
class Story
{
public:
    Story(TrustHouse &house, quint32 firstKey)
        : m_house(house)
    {
        for (quint32 i = 0; i < people; ++i)
            m_secrets.push_back(secretOf(firstKey + i));
        for (const SecretKey &secret : m_secrets)
            m_keys.push_back(secret.pubKey());
        m_house.setScore(m_keys[0], 230);
    }

    void take(const Step &step)
    {
        const PubKey &who = m_keys[step.who];
        const QString admin = QStringLiteral("admin");
        switch (step.kind) {
        case Kind::Success:
            return m_house.trust.recordSuccess(who, Sats(step.amount), QStringLiteral("job:x"));
        case Kind::Failure:
            return m_house.trust.recordFailure(who, QStringLiteral("refused"), QStringLiteral("job:x"),
                                               false);
        case Kind::TowerFault:
            return m_house.trust.recordFailure(who, QStringLiteral("timeout"), QStringLiteral("job:x"), true);
        case Kind::Absence:
            return m_house.clock.advance(Millis(days(step.amount).value() / 2));
        case Kind::Seen:
            return m_house.trust.seen(who);
        case Kind::Vouch:
            return vouch(step.who, step.whom);
        case Kind::RevokeVouch:
            return revokeVouch(step.amount);
        case Kind::Grant:
            return grant(who, step.amount);
        case Kind::Revoke:
            if (m_house.relayAccounts.find(who)) {
                m_house.relayAccounts.revoke(who, {}, admin);
                m_byHand[who] = AccessLevel::None;
            }
            return;
        case Kind::Adjust:
            m_house.trust.adjust(who, step.amount * 4, {}, admin);
            return;
        case Kind::Sweep:
            while (m_house.trust.applyDueDecay(10) == 10) {
            }
            RC_ASSERT(m_house.trust.applyDueDecay(10) == 0);
            return;
        case Kind::Count:
            return;
        }
    }

    void check()
    {
        for (const PubKey &key : m_keys) {
            const auto found = m_house.identities.find(key);
            if (!found)
                continue;
            checkScore(*found);
            checkHistory(*found);
            checkAccess(*found);
        }
    }

private:
    void vouch(quint32 who, quint32 whom)
    {
        const auto voucher = m_house.identities.find(m_keys[who]);
        const bool mayVouch = voucher && voucher->tier == Tier::Elite && who != whom;
        const std::int64_t before = m_house.identity(m_keys[whom]).score;
        const EventParse event =
            parsed(m_house.word(m_secrets[who], m_keys[whom], QByteArray::number(++m_events)));
        try {
            const auto outcome = m_house.vouches.vouch(m_keys[who], m_keys[whom], event);
            RC_ASSERT(mayVouch);
            RC_ASSERT(outcome.repeated == !m_pairs.insert({who, whom}).second); // no boost twice
            RC_ASSERT(outcome.vouchee.score == before + (outcome.repeated ? 0 : 20));
            if (!outcome.repeated)
                m_vouches.push_back(outcome.vouch.id);
        } catch (const ServiceError &) {
            RC_ASSERT(!mayVouch);
            RC_ASSERT(m_house.identity(m_keys[whom]).score == before);
        }
    }

    void revokeVouch(int number)
    {
        if (m_vouches.empty())
            return;
        const QString id = m_vouches[static_cast<std::size_t>(number) % m_vouches.size()];
        const PubKey vouchee = m_house.vouches.revoke(id, {}, QStringLiteral("admin")).vouchee;
        const std::int64_t after = m_house.identity(vouchee).score;
        m_house.vouches.revoke(id, {}, QStringLiteral("admin"));
        RC_ASSERT(m_house.identity(vouchee).score == after);
    }

    void grant(const PubKey &key, int number)
    {
        const auto level = static_cast<AccessLevel>(number % 3);
        m_house.relayAccounts.grant(key, level, {}, QStringLiteral("admin"));
        m_byHand[key] = level;
    }

    void checkScore(const Identity &identity)
    {
        const TrustRules rules = m_house.identities.rules();
        RC_ASSERT(identity.score >= 0);
        RC_ASSERT(identity.score <= identity.storedScore);
        RC_ASSERT(identity.tier == tierOf(identity.score, rules));
        // Reading changes nothing.
        RC_ASSERT(m_house.identity(identity.pubkey).score == identity.score);
        const auto storedTier =
            m_house.database->one("SELECT tier FROM nostr_identities WHERE pubkey = ?", {identity.pubkey},
                                  [](const Row &row) { return row.text("tier"); });
        RC_ASSERT(*storedTier == toText(tierOf(identity.storedScore, rules)));
    }

    /// From 0 to the stored score without a gap.
    void checkHistory(const Identity &identity)
    {
        std::vector<ScoreChange> changes = m_house.history(identity.pubkey);
        std::int64_t score = 0;
        std::set<QString> boosts;
        for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
            RC_ASSERT(change->from == score);
            RC_ASSERT(!change->why.isEmpty());
            if (change->why == QLatin1String("vouch"))
                RC_ASSERT(boosts.insert(change->ref).second);
            score = change->to;
        }
        RC_ASSERT(score == identity.storedScore);
    }

    void checkAccess(const Identity &identity)
    {
        const auto account = m_house.relayAccounts.find(identity.pubkey);
        RC_ASSERT(account.has_value());
        const auto byHand = m_byHand.find(identity.pubkey);
        if (byHand != m_byHand.end()) {
            RC_ASSERT(account->grantedBy == GrantedBy::Manual);
            RC_ASSERT(account->level == byHand->second);
            return;
        }
        const AccessRules rules = m_house.relayAccounts.rules();
        RC_ASSERT(account->grantedBy == GrantedBy::AutoTier);
        RC_ASSERT(account->level == rules.earnedBy(identity.tier));
        const auto stored =
            m_house.database->one("SELECT access_level FROM relay_accounts WHERE pubkey = ?",
                                  {identity.pubkey}, [](const Row &row) { return row.text("access_level"); });
        RC_ASSERT(*stored == toText(rules.earnedBy(tierOf(identity.storedScore, rules.trust))));
    }

    TrustHouse &m_house;
    std::vector<SecretKey> m_secrets;
    std::vector<PubKey> m_keys;
    std::map<PubKey, AccessLevel> m_byHand;
    std::set<std::pair<quint32, quint32>> m_pairs;
    std::vector<QString> m_vouches;
    int m_events = 0;
};

} // namespace

class TestTrustProperties : public QObject
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
        TrustHouse house(engine);
        quint32 nextKey = 1;
        QVERIFY(rc::check("any sequence of events", [&] {
            Story story(house, std::exchange(nextKey, nextKey + people));
            const auto steps = *rc::gen::container<std::vector<Step>>(anyStep());
            for (const Step &step : steps) {
                story.take(step);
                story.check();
            }
        }));
        QVERIFY(Activity::verify(*house.database).ok);
    }
};

QTEST_GUILESS_MAIN(TestTrustProperties)
#include "tst_TrustProperties.moc"
