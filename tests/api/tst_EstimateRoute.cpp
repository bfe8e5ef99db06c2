// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/api/ApiFixture.h"

#include <QTest>

using namespace tower;

namespace {

const QByteArray path = "/api/estimate?request=";

Answer estimate(ApiFixture &api, const QByteArray &rest, const QByteArray &token = {})
{
    const Ask ask{.target = path + rest};
    return api.ask(token.isNull() ? ask : ask.with("X-Nostr-Token", token));
}

} // namespace

/// What a request would cost, and who would pay for it.
class TestEstimateRoute : public QObject
{
    Q_OBJECT

private slots:
    void priceAndItsParts_data() { TestDatabase::engineRows(); }
    void priceAndItsParts()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine);
        const Answer answer = estimate(api, "hello");
        QCOMPARE(answer.status, 200);
        // ((202 × 3 + 200 × 15) + 24,000 of infrastructure) × 1.4 = 38,648.4 millionths of a dollar
        QCOMPARE(answer.sats("estimatedSats"), Sats(39));
        QCOMPARE(answer.text("model"), QStringLiteral("claude-sonnet-4-6"));
        QCOMPARE(answer.at("btcPriceUsd").toInteger(), 100'000);
        QCOMPARE(answer.text("btcPriceSource"), QStringLiteral("fallback"));
        QCOMPARE(answer.at("tokenEstimate.inputTokens").toInteger(), 202);
        QCOMPARE(answer.at("tokenEstimate.outputTokens").toInteger(), 200);
        QCOMPARE(answer.at("identity.trust_tier").toString(), QStringLiteral("anonymous"));
        QCOMPARE(answer.at("identity.free_tier.serve").toString(), QStringLiteral("gate"));
        QCOMPARE(answer.sats("identity.free_tier.absorbSats"), Sats(0));
        QCOMPARE(answer.sats("identity.free_tier.chargeSats"), Sats(39));
        QCOMPARE(answer.sats("pool.balanceSats"), Sats(10'000));
        QCOMPARE(answer.at("pool.dailyBudgets").toObject(),
                 QJsonObject({{"new", 0}, {"established", 50}, {"trusted", 200}, {"elite", 1'000}}));
        QCOMPARE(answer.at("stubMode").toBool(), true);
    }

    void freeTierIsADryRun_data() { TestDatabase::engineRows(); }
    void freeTierIsADryRun()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, {{QStringLiteral("FREE_TIER_BUDGET_ESTABLISHED"), QStringLiteral("20")}});
        const auto decided = [&](quint32 number, std::int64_t score) {
            const Answer answer = estimate(api, "hello", api.tokenOf(number, score));
            return QStringLiteral("%1 %2 %3 %4")
                .arg(answer.at("identity.trust_tier").toString(),
                     answer.at("identity.free_tier.serve").toString())
                .arg(answer.sats("identity.free_tier.absorbSats").value())
                .arg(answer.sats("identity.free_tier.chargeSats").value());
        };
        QCOMPARE(decided(1, 0), QStringLiteral("new gate 0 39"));
        QCOMPARE(decided(2, 10), QStringLiteral("established partial 20 19"));
        QCOMPARE(decided(3, 50), QStringLiteral("trusted free 39 0"));
        const QByteArray before = api.state();
        for (int i = 0; i < 10; ++i)
            QCOMPARE(estimate(api, "hello", api.tokens.issue(testPubKey(3)).text)
                         .at("identity.free_tier.serve")
                         .toString(),
                     QStringLiteral("free"));
        QCOMPARE(api.pool.status().reserved, Sats(0));
        QCOMPARE(api.state(), before);
    }

    void tokens()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray token = api.tokenOf(1, 60);
        const auto tier = [](const Answer &answer) { return answer.at("identity.trust_tier").toString(); };
        QCOMPARE(tier(estimate(api, "a&nostr_token=" + token)), QStringLiteral("trusted"));
        QCOMPARE(tier(estimate(api, "a", token)), QStringLiteral("trusted"));
        for (const QByteArray &bad : {QByteArray("forged"), token.chopped(1), QByteArray()}) {
            QCOMPARE(tier(estimate(api, "a&nostr_token=" + bad)), QStringLiteral("anonymous"));
            QCOMPARE(tier(estimate(api, "a", bad)), QStringLiteral("anonymous"));
        }
        api.clock.advance(seconds(86'401));
        QCOMPARE(tier(estimate(api, "a&nostr_token=" + token)), QStringLiteral("anonymous"));
        for (const RequestLogEntry &entry : api.api->router().log())
            QVERIFY(!entry.path.contains(token) && !entry.path.contains('?'));
    }

    void countsAsBeingSeen()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const QByteArray token = api.tokenOf(1, 60);
        api.clock.advance(seconds(600));
        estimate(api, "a&nostr_token=" + token);
        QCOMPARE(api.identities.find(testPubKey(1))->lastSeen, api.clock.now());
    }

    void lengths()
    {
        ApiFixture api(QStringLiteral("sqlite"));
        const auto tokensOf = [&](int characters) {
            const Answer answer = estimate(api, QByteArray(characters, 'x'));
            return answer.at("tokenEstimate.outputTokens").toInteger();
        };
        QCOMPARE(tokensOf(100), 200);
        QCOMPARE(tokensOf(101), 400);
        QCOMPARE(tokensOf(300), 400);
        QCOMPARE(tokensOf(500), 800);
        for (const QByteArray &bad : {QByteArray(), QByteArray(501, 'x'), QByteArray("a%00b")})
            QCOMPARE(estimate(api, bad).brief(), QByteArray("400 invalid_request request"));
        QCOMPARE(api.ask({.target = "/api/estimate"}).brief(), QByteArray("400 invalid_request request"));
    }

    void isLimited()
    {
        ApiFixture api(QStringLiteral("sqlite"),
                       {{QStringLiteral("RATE_LIMIT_PUBLIC_PER_MIN"), QStringLiteral("2")}});
        QCOMPARE(estimate(api, "a").status, 200);
        QCOMPARE(estimate(api, "a").status, 200);
        const Answer refused = estimate(api, "a");
        QCOMPARE(refused.status, 429);
        QVERIFY(refused.headers.value("retry-after").toInt() >= 1);
    }
};

QTEST_GUILESS_MAIN(TestEstimateRoute)
#include "tst_EstimateRoute.moc"
