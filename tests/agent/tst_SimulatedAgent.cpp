// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/SimulatedAgent.h"
#include "tests/agent/AgentHouse.h"

using namespace tower;
using namespace tower::test;

class TestSimulatedAgent : public QObject
{
    Q_OBJECT

private slots:
    void evaluation_data()
    {
        QTest::addColumn<QString>("request");
        QTest::addColumn<int>("verdict");
        QTest::newRow("anything") << "hello" << static_cast<int>(EvalVerdict::Accepted);
        QTest::newRow("reject") << "a [[reject]] b" << static_cast<int>(EvalVerdict::Rejected);
        QTest::newRow("undecided") << "[[undecided]]" << static_cast<int>(EvalVerdict::Undecided);
        QTest::newRow("fail comes later") << "[[fail]]" << static_cast<int>(EvalVerdict::Accepted);
    }
    void evaluation()
    {
        QFETCH(QString, request);
        SimulatedAgent agent;
        const auto outcome = begun(agent.evaluate(request));
        QVERIFY(outcome->value); // at once
        QTEST(static_cast<int>(outcome->value->verdict), "verdict");
        QVERIFY(!outcome->value->reason.isEmpty());
        QVERIFY(outcome->value->usage.inputTokens > 0 && outcome->value->usage.outputTokens > 0);
    }

    void workIsDeterministicAndWithinTheEstimate_data()
    {
        QTest::addColumn<int>("length");
        QTest::addColumn<int>("estimatedOutput");
        QTest::newRow("one character") << 1 << 200;
        QTest::newRow("short") << 100 << 200;
        QTest::newRow("medium") << 300 << 400;
        QTest::newRow("long") << 500 << 800;
    }
    void workIsDeterministicAndWithinTheEstimate()
    {
        QFETCH(int, length);
        QFETCH(int, estimatedOutput);
        SimulatedAgent agent, another;
        const QString request(length, u'x');
        const auto first = begun(agent.execute(request)), second = begun(another.execute(request));
        QVERIFY(first->value && second->value);
        QCOMPARE(first->value->text, second->value->text);
        QVERIFY(first->value->text.contains(request));
        QCOMPARE(first->value->usage.inputTokens, second->value->usage.inputTokens);
        QVERIFY(first->value->usage.inputTokens > 0);
        QVERIFY(first->value->usage.inputTokens <= 200 + (length + 3) / 4);
        QVERIFY(first->value->usage.outputTokens > 0);
        QVERIFY(first->value->usage.outputTokens <= estimatedOutput);
    }

    void failure()
    {
        SimulatedAgent agent;
        const auto outcome = begun(agent.execute(QStringLiteral("a [[fail]] b")));
        QCOMPARE(outcome->error, QByteArray("agent_refused"));
        QVERIFY(begun(agent.execute(QStringLiteral("[[reject]]")))->value); // which is the evaluation's
    }

    void slowTakesThreeSeconds()
    {
        std::vector<Later<bool>> waits;
        Millis asked;
        SimulatedAgent agent([&](Millis duration) {
            asked = duration;
            waits.emplace_back();
            return waits.back();
        });
        const auto evaluating = begun(agent.evaluate(QStringLiteral("[[slow]]")));
        QCOMPARE(asked, seconds(3));
        const auto executing = begun(agent.execute(QStringLiteral("[[slow]]")));
        QVERIFY(!evaluating->isDone() && !executing->isDone());
        QCOMPARE(waits.size(), std::size_t(2));
        waits[0].give(true);
        waits[1].give(true);
        QVERIFY(evaluating->value && executing->value);
        QVERIFY(begun(agent.execute(QStringLiteral("quick")))->value);
        QCOMPARE(waits.size(), std::size_t(2));
    }

    void abortEndsWhatWaits()
    {
        SimulatedAgent agent;
        const auto evaluating = begun(agent.evaluate(QStringLiteral("[[slow]]")));
        const auto executing = begun(agent.execute(QStringLiteral("[[slow]]")));
        QVERIFY(!evaluating->isDone() && !executing->isDone());
        agent.abort();
        QCOMPARE(evaluating->error, QByteArray("agent_stopped"));
        QCOMPARE(executing->error, QByteArray("agent_stopped"));
        QCOMPARE(begun(agent.evaluate(QStringLiteral("x")))->error, QByteArray("agent_stopped"));
        QCOMPARE(begun(agent.execute(QStringLiteral("x")))->error, QByteArray("agent_stopped"));
    }

    void itGoesWithACallUnderWay()
    {
        auto agent = std::make_unique<SimulatedAgent>();
        const auto executing = begun(agent->execute(QStringLiteral("[[slow]]")));
        agent.reset();
        QCOMPARE(executing->error, QByteArray("agent_stopped"));
    }
};

QTEST_GUILESS_MAIN(TestSimulatedAgent)
#include "tst_SimulatedAgent.moc"
