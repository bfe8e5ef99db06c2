// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever happens to sessions in whatever order, the books are right after each step.
#include "tests/work/SessionHouse.h"

#include <QTest>

#include <rapidcheck.h>

#include <map>
#include <set>

using namespace tower;
using namespace tower::test;

namespace {

constexpr int stepsOfAStory = 20;

enum class Step {
    Create,
    Pay,
    TopUp,
    Ask,
    AskWithKey,
    LetGo,
    Withdraw,
    WithdrawFailing,
    Close,
    Wait,
    Sweep,
    Crash,
    OtherAgent,
    Count
};

struct Doing
{
    Step step;
    int which; ///< session, or whatever there is to choose
};

std::ostream &operator<<(std::ostream &out, const Doing &doing)
{
    return out << static_cast<int>(doing.step) << '/' << doing.which;
}

/// A house in which things are done, and what must then be true of it.
class Story
{
public:
    explicit Story(const QString &engine)
        : m_house(engine, {{QStringLiteral("SESSION_MIN_BALANCE_SATS"), QStringLiteral("30")},
                           {QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), QStringLiteral("60")}})
    {
        for (const std::int64_t score : {0, 20, 300})
            m_keys.push_back(m_house->known(static_cast<int>(m_keys.size()) + 1, score));
    }

    void run(const Doing &doing)
    {
        const QByteArray code = errorCodeOf([&] { carryOut(doing); });
        RC_ASSERT(code != "internal_error" && code != "database_error" && code != "does_not_end");
        const QStringList wrong = m_house.wrong();
        if (!wrong.isEmpty())
            RC_FAIL(wrong.join(u'\n').toStdString());
        checkSessions();
        ++m_done[doing.step];
    }
    /// Ends what runs, so that the next story begins with nothing under way.
    void rest()
    {
        m_house->agent.letGo();
        RC_ASSERT(QTest::qWaitFor([&] { return !m_house->sessions.isRunning(); }));
    }
    [[nodiscard]] int done(Step step) { return m_done[step]; }
    [[nodiscard]] std::int64_t count(std::string_view sql) { return m_house.database->number(sql); }

private:
    void carryOut(const Doing &doing)
    {
        SessionServices &house = *m_house;
        const std::optional<Session> session = chosen(doing.which);
        if (doing.step == Step::Create)
            return create(doing.which);
        if (!session)
            return;
        const QByteArray bearer = "Bearer " + house.macaroons.mint(*session);
        switch (doing.step) {
        case Step::Pay:
            if (const auto invoice = house.sessions.openInvoice(*session))
                house.pay(invoice->paymentHash);
            break;
        case Step::TopUp:
            valueOf(house.sessions.topUp(session->id, Sats(100 + doing.which), bearer));
            break;
        case Step::Ask:
        case Step::AskWithKey: {
            const QString key = doing.step == Step::AskWithKey ? QString::number(doing.which % 5) : QString();
            begun(house.sessions.request(session->id, QStringLiteral("hello"), bearer, key));
            QCoreApplication::processEvents();
            break;
        }
        case Step::LetGo:
            house.agent.letGo();
            break;
        case Step::Withdraw:
        case Step::WithdrawFailing: {
            const bool fails = doing.step == Step::WithdrawFailing;
            const QString memo = fails ? QStringLiteral("[[fail]]") : QStringLiteral("thanks");
            const Sats amount = std::max(Sats(1), session->balance);
            valueOf(house.sessions.withdraw(session->id, m_house.invoice(amount, memo), bearer));
            break;
        }
        case Step::Close:
            house.sessions.close(session->id, {}, operatorName);
            break;
        case Step::Wait:
            m_house.clock.advance(seconds(doing.which % 9 ? 10 * (doing.which % 50) : 40'000));
            break;
        case Step::Sweep:
            house.sessions.start();
            house.pool.expireDue(100);
            for (const PaymentHash &paymentHash : std::exchange(m_invoices, {}))
                house.look(paymentHash);
            break;
        case Step::Crash:
            m_house.boot(); // `house` is gone
            break;
        case Step::OtherAgent:
            setAgent(doing.which);
            break;
        case Step::Create:
        case Step::Count:
            break;
        }
        if (const auto invoice = m_house->sessions.openInvoice(*session)) // of the program that runs now
            m_invoices.insert(invoice->paymentHash);
    }
    void create(int which)
    {
        std::optional<PubKey> key;
        if (which % 4 < 3)
            key = m_keys[static_cast<std::size_t>(which % 4)];
        const Session made = valueOf(m_house->sessions.create(Sats(100 + which), key));
        m_invoices.insert(made.depositPaymentHash);
        m_ids << made.id;
        if (which % 3)
            m_house->pay(made.depositPaymentHash);
    }
    void setAgent(int which)
    {
        TestAgent &agent = m_house->agent;
        agent.holds = which % 2 == 0;
        agent.verdict = which % 7 == 0 ? EvalVerdict::Rejected : EvalVerdict::Accepted;
        agent.executeFails = which % 5 == 0 ? "agent_timeout" : "";
        agent.workUsage = which % 3 ? AgentUsage{100, 100} : AgentUsage{10'000, 10'000};
    }
    std::optional<Session> chosen(int which)
    {
        if (m_ids.isEmpty())
            return std::nullopt;
        return m_house->sessions.find(m_ids[m_ids.size() - 1 - which % std::min<qsizetype>(4, m_ids.size())]);
    }
    void checkSessions()
    {
        RC_ASSERT(count(R"sql(
            SELECT count(*) AS n FROM sessions
            WHERE balance_sats + debited_sats > deposited_sats OR (state = 'awaiting_payment' AND deposited_sats > 0))sql") ==
                  0);
    }

    SessionHouse m_house;
    std::vector<PubKey> m_keys;
    QStringList m_ids;
    std::set<PaymentHash> m_invoices;
    std::map<Step, int> m_done;
};

rc::Gen<Doing> anything()
{
    return rc::gen::construct<Doing>(
        rc::gen::map(rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, static_cast<int>(Step::Count))),
                     [](int step) { return static_cast<Step>(step); }),
        rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 300)));
}

} // namespace

class TestSessionProperties : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase_data() { TestDatabase::engineRows(); }

    void theBooksAreAlwaysRight()
    {
        QFETCH_GLOBAL(QString, engine);
        Story story(engine); // one for all runs: what one leaves is where the next begins
        QVERIFY(rc::check("books", [&] {
            const auto steps = *rc::gen::container<std::vector<Doing>>(stepsOfAStory, anything());
            for (const Doing &doing : steps)
                story.run(doing);
            story.rest();
        }));
        for (int step = 0; step < static_cast<int>(Step::Count); ++step)
            QVERIFY2(story.done(static_cast<Step>(step)) > 20, qPrintable(QString::number(step)));
        // It was no story of nothing.
        for (const char *state : {"complete", "rejected", "failed"})
            QVERIFY2(story.count(std::string("SELECT count(*) AS n FROM session_requests WHERE state = '") +
                                 state + "'") > 0,
                     state);
        for (const char *state : {"paid", "failed"})
            QVERIFY2(story.count(std::string("SELECT count(*) AS n FROM outgoing_payments WHERE state = '") +
                                 state + "'") > 0,
                     state);
        QVERIFY(story.count("SELECT count(*) AS n FROM free_tier_grants") > 0);
    }
};

QTEST_GUILESS_MAIN(TestSessionProperties)
#include "tst_SessionProperties.moc"
