// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/WorkShapes.h"
#include "tests/api/ApiFixture.h"

#include <QProcess>
#include <QTest>

#include <rapidcheck.h>

using namespace tower;

namespace {

/// Runs what /api/testkit serves, as a person would, against this API.
class TestkitRun
{
public:
    TestkitRun(ApiFixture &api, const QProcessEnvironment &extra)
    {
        const QByteArray script = api.ask({.target = "/api/testkit"}).body;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(extra);
        environment.insert(QStringLiteral("BASE_URL"), api.api->baseUrl());
        m_process.setProcessEnvironment(environment);
        m_process.start(QStringLiteral("bash"), {QStringLiteral("-s")});
        m_process.write(script);
        m_process.closeWriteChannel();
        // The API answers from this very event loop.
        m_ended = QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, 120'000);
        lines = QString::fromUtf8(m_process.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
        errors = QString::fromUtf8(m_process.readAllStandardError());
    }

    [[nodiscard]] int status() const { return m_ended ? m_process.exitCode() : -1; }
    [[nodiscard]] QStringList failed() const { return lines.filter(QRegularExpression("^FAIL ")); }
    [[nodiscard]] qsizetype passed() const { return lines.filter(QRegularExpression("^PASS ")).size(); }

    QStringList lines;
    QString errors;

private:
    QProcess m_process;
    bool m_ended = false;
};

QProcessEnvironment with(const char *name, const QByteArray &value)
{
    QProcessEnvironment out;
    out.insert(QLatin1String(name), QString::fromLatin1(value));
    return out;
}

} // namespace

/// The script that checks a running tower, and the shapes that need no server.
class TestTestkitRoute : public QObject
{
    Q_OBJECT

private slots:
    void passesOnASoundTower_data() { TestDatabase::engineRows(); }
    void passesOnASoundTower()
    {
        QFETCH(QString, engine);
        ApiFixture api(engine, {{QStringLiteral("RATE_LIMIT_PUBLIC_PER_MIN"), QStringLiteral("0")}});
        api.relayAccounts.seedElite(testPubKey(40));
        const TestkitRun run(api, with("ADMIN_TOKEN", ApiFixture::adminToken));
        QCOMPARE(run.failed(), QStringList());
        QVERIFY2(run.passed() > 55, qPrintable(run.lines.join(u'\n') + run.errors));
        QCOMPARE(run.status(), 0);
        QCOMPARE(run.errors, QString());
        QVERIFY(!run.lines.join(u'\n').contains(QString::fromLatin1(ApiFixture::adminToken)));
    }

    /// It can fail.
    void failsOnATowerWhereNothingIsPaid()
    {
        ApiFixture api(QStringLiteral("sqlite"),
                       {{QStringLiteral("RATE_LIMIT_PUBLIC_PER_MIN"), QStringLiteral("0")}});
        api.simulatedWallet = nullptr;
        api.restartApi();
        const TestkitRun run(api, with("PATIENCE_SECS", "0"));
        QVERIFY(!run.failed().isEmpty());
        QVERIFY(run.passed() > 10);
        QCOMPARE(run.status(), 1);
    }

    void dollarsAreExact()
    {
        const bool ok = rc::check("the text of an amount has its integer's decimals", [] {
            const auto micros = *rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000);
            const QJsonArray array{jsonUsd(MicroUsd(micros))};
            const QByteArray text = QJsonDocument(array).toJson(QJsonDocument::Compact);
            const QByteArray number = text.sliced(1).chopped(1);
            if (!number.contains('e')) {
                const qsizetype point = number.indexOf('.');
                RC_ASSERT(point < 0 || number.size() - point - 1 <= 6);
            }
            RC_ASSERT(qRound64(number.toDouble() * 1e6) == micros);
        });
        QVERIFY(ok);
    }

    void hashesOfRealInvoicesStayOurs()
    {
        Invoice invoice;
        invoice.paymentRequest = QStringLiteral("lnbc1");
        invoice.amount = Sats(5);
        QCOMPARE(toJson(invoice), QJsonObject({{"paymentRequest", "lnbc1"}, {"amountSats", 5}}));
        invoice.simulated = true;
        QCOMPARE(toJson(invoice).value("paymentHash").toString(), QString(64, u'0'));
    }
};

QTEST_GUILESS_MAIN(TestTestkitRoute)
#include "tst_TestkitRoute.moc"
