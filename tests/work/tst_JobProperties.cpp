// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whatever happens to jobs, in whatever order, the books balance after each step, and every job comes to an
// end.
#include "tests/work/JobHouse.h"

#include <rapidcheck.h>

#include <map>

using namespace tower;
using namespace tower::test;

namespace {

enum class Kind {
    Create,
    Pay,
    PayAnyAmount,
    PayLate,
    Wait,
    Poll,
    Refund,
    AgentFails,
    WalletFails,
    Hold,
    Release,
    Stop,
    Crash,
    AdjustPool,
    ExpireReservations,
    Count
};

struct Step
{
    Kind kind = Kind::Create;
    int which = 0;
    int amount = 0;
};

rc::Gen<Step> anyStep()
{
    return rc::gen::build<Step>(
        rc::gen::set(&Step::kind, rc::gen::map(rc::gen::inRange(0, 4 + static_cast<int>(Kind::Count)),
                                               [](int kind) {
                                                   // Most of what happens is that customers come and pay.
                                                   const int count = static_cast<int>(Kind::Count);
                                                   return kind < count    ? static_cast<Kind>(kind)
                                                          : kind % 2 == 0 ? Kind::Create
                                                                          : Kind::Pay;
                                               })),
        rc::gen::set(&Step::which, rc::gen::inRange(0, 1'000)),
        rc::gen::set(&Step::amount, rc::gen::inRange(0, 100)));
}

const QStringList requests{QStringLiteral("hello"), QStringLiteral("a longer question, about nothing"),
                           QStringLiteral("[[reject]]"), QStringLiteral("[[fail]]"),
                           QStringLiteral("[[undecided]]")};

/// One story, told to a house in which others happened before.
class Story
{
public:
    explicit Story(JobHouse &house)
        : m_house(house)
    {
    }

    void take(const Step &step)
    {
        switch (step.kind) {
        case Kind::Create:
            return create(step);
        case Kind::Pay:
        case Kind::PayAnyAmount:
        case Kind::PayLate:
            return pay(step);
        case Kind::Wait:
            return m_house.clock.advance(seconds(step.amount < 90 ? step.amount * 5 : 100'000));
        case Kind::Poll:
            for (const QString &id : m_jobs)
                (void)ended(m_house->jobs.poll(id));
            return;
        case Kind::Refund:
            return refund(step);
        case Kind::AgentFails:
            m_house->agent.evaluationFault = step.which % 3 == 1 ? "agent_unavailable" : "";
            m_house->agent.executionFault = step.which % 3 == 2 ? "agent_timeout" : "";
            return;
        case Kind::WalletFails:
            return m_house->wallet.setBehaviour(step.which % 2 ? SimulatedWallet::Behaviour::Unreachable
                                                               : SimulatedWallet::Behaviour::Normal);
        case Kind::Hold:
            m_house->agent.holdEvaluations = step.which % 2;
            m_house->agent.holdExecutions = step.which % 3;
            return;
        case Kind::Release:
            return m_house->agent.release();
        case Kind::Stop:
            m_house->jobs.stop();
            m_house->agent.abort();
            return m_house.restart();
        case Kind::Crash:
            return m_house.restart();
        case Kind::AdjustPool:
            return adjustPool(step);
        case Kind::ExpireReservations:
            m_house->pool.expireDue(100);
            return;
        case Kind::Count:
            break;
        }
    }

    /// Lets what can run, run; then nothing may be wrong.
    void check()
    {
        RC_ASSERT(settle());
        const QString problem = m_house->booksProblem(false);
        RC_LOG(problem.toStdString());
        RC_ASSERT(problem.isEmpty());
        for (const QString &id : m_jobs)
            checkJob(m_house->job(id));
    }

    /// Everything works again, and time passes: then every job is at its end, and no sat is held for one.
    void end(std::map<JobState, int> &ends)
    {
        m_house->wallet.setBehaviour(SimulatedWallet::Behaviour::Normal);
        m_house.restart();
        RC_ASSERT(settle());
        m_house.clock.advance(seconds(1'000));
        for (const QString &id : m_jobs)
            (void)ended(m_house->jobs.poll(id));
        RC_ASSERT(settle());
        for (const QString &id : m_jobs) {
            const Job job = m_house->job(id);
            RC_ASSERT(job.finishedAt.has_value());
            RC_ASSERT(m_house->balance(Account::job(id)) == Sats(0));
            ++ends[job.state];
        }
        RC_ASSERT(m_house->booksProblem(false).isEmpty());
        m_house->pool.expireDue(1'000);
        RC_ASSERT(m_house->pool.status().reserved == Sats(0));
    }

private:
    std::optional<QString> chosen(const Step &step) const
    {
        if (m_jobs.isEmpty())
            return std::nullopt;
        return m_jobs.at(step.which % m_jobs.size());
    }

    void create(const Step &step)
    {
        std::optional<PubKey> key;
        if (step.which % 5 > 0) {
            key = keyOf(static_cast<quint32>(step.which % 5));
            if (m_house.scoreOf(*key) == 0)
                m_house.setScore(*key, step.which % 5 * 15);
        }
        const auto job = ended(m_house->jobs.create(requests.at(step.amount % requests.size()), key));
        if (job.value)
            m_jobs << job.value->id;
    }

    void pay(const Step &step)
    {
        const auto id = chosen(step);
        if (!id)
            return;
        const Job job = m_house->job(*id);
        if (step.kind == Kind::PayLate) {
            const PaymentHash hash = job.workPaymentHash.value_or(job.evalPaymentHash);
            return m_house->book(hash, Msat(step.amount * 1'000 + step.which));
        }
        const auto invoice = m_house->jobs.openInvoice(job);
        if (!invoice)
            return;
        const Msat received =
            step.kind == Kind::Pay ? toMsat(invoice->amount) : Msat(step.amount * 1'000 + step.which);
        m_house->book(invoice->paymentHash, received);
    }

    void refund(const Step &step)
    {
        const auto id = chosen(step);
        if (!id)
            return;
        for (const Refund &owed : m_house->refunds.of(RefundOwner::Job, *id)) {
            const Sats amount = step.amount % 3 == 0 ? owed.amount + Sats(1) : owed.amount;
            const QString invoice = customersInvoice(amount, m_house.clock.now(), ++s_invoices);
            const auto paid = ended(m_house->jobs.refund(*id, invoice));
            RC_ASSERT(paid.value || !paid.error.isEmpty());
        }
    }

    void adjustPool(const Step &step)
    {
        try {
            m_house->pool.adjust(Sats((step.which - 600) * 10), QStringLiteral("a reason"),
                                 QStringLiteral("admin"));
        } catch (const ServiceError &) {
            // That much is not there, or it was 0.
        }
    }

    /// Until all that is evaluating or executing is held by the agent.
    bool settle()
    {
        return QTest::qWaitFor(
            [&] {
                const std::int64_t running =
                    m_house.database->number("SELECT COUNT(*) AS n FROM jobs WHERE lease_until IS NOT NULL");
                if (running != static_cast<std::int64_t>(m_house->agent.held()))
                    m_house->jobs.wake();
                return running == static_cast<std::int64_t>(m_house->agent.held());
            },
            10'000);
    }

    void checkJob(const Job &job)
    {
        const bool running = job.state == JobState::Evaluating || job.state == JobState::Executing;
        const std::int64_t leased = m_house.database->number(
            "SELECT COUNT(*) AS n FROM jobs WHERE id = ? AND lease_until IS NOT NULL", {job.id});
        RC_ASSERT(running == (leased == 1));
        // Sats are held for work that is to be done, and no longer.
        if (job.state != JobState::Executing)
            RC_ASSERT(m_house->balance(Account::job(job.id)) == Sats(0));
        const auto owed = m_house->refunds.owed(RefundOwner::Job, job.id);
        RC_ASSERT(job.refundAmount == (owed ? owed->amount : Sats(0)));
        RC_ASSERT(job.refundState.has_value() == owed.has_value());
        if (job.state != JobState::Complete)
            return;
        RC_ASSERT(!job.result.isEmpty());
        RC_ASSERT(job.absorbed + job.kept <= job.actual.value().amount);
        RC_ASSERT(job.absorbed <= job.quote.value().sats);
    }

    static inline quint32 s_invoices = 10;
    JobHouse &m_house;
    QStringList m_jobs;
};

} // namespace

class TestJobProperties : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("RC_PARAMS"))
            qputenv("RC_PARAMS", "seed=1 max_success=40");
    }
    void anySequence_data() { TestDatabase::engineRows(); }
    void anySequence()
    {
        QFETCH(QString, engine);
        JobHouse house(engine, {{QStringLiteral("FREE_TIER_BUDGET_NEW"), QStringLiteral("15")}});
        std::map<JobState, int> ends;
        QVERIFY(rc::check("any sequence of events", [&] {
            Story story(house);
            const auto steps = *rc::gen::container<std::vector<Step>>(anyStep());
            for (const Step &step : steps) {
                story.take(step);
                story.check();
            }
            story.end(ends);
        }));
        QVERIFY(Activity::verify(*house.database).ok);
        // The stories tell of all that can happen.
        for (const JobState state :
             {JobState::Complete, JobState::Rejected, JobState::Failed, JobState::Expired})
            QVERIFY2(ends[state] > 0, qPrintable(toText(state)));
    }
};

QTEST_GUILESS_MAIN(TestJobProperties)
#include "tst_JobProperties.moc"
