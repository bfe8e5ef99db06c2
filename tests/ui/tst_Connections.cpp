// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What each connection is asked, held against stand-ins of the real thing, and how the answer is told.
#include "core/lightning/LnbitsWallet.h"
#include "tests/agent/AgentHouse.h"
#include "tests/nodes/DigitalOceanHouse.h"
#include "tests/peers/LnbitsPeer.h"
#include "tests/peers/TestRelay.h"
#include "tests/ui/PageTest.h"
#include "ui/settings/ConnectionTest.h"
#include "ui/settings/SettingDetail.h"
#include "ui/settings/SettingsPage.h"
#include "ui/widgets/Words.h"

using namespace tower;
using namespace tower::test;

namespace {

const PubKey somebody = SecretKey::fromBytes(QByteArray(32, '\x09'))->pubKey();

struct WalletHouse
{
    WalletHouse()
    {
        settings.setSaved(Setting::LnbitsUrl, peer.url());
        peer.setBalance(Msat(1'234'567));
    }
    ConnectionReport ask() { return *ended(askWallet(wallet)).value; }

    SystemClock clock;
    LnbitsPeer peer{clock};
    Settings settings;
    QTemporaryDir dir;
    Secrets secrets{environmentWith(QStringLiteral("LNBITS_API_KEY"), LnbitsPeer::adminKey()),
                    [this] { return openSecretsFile(dir.path()); }};
    LnbitsWallet wallet{settings, secrets};
};

} // namespace

class tst_Connections : public QObject
{
    Q_OBJECT

private slots:
    void aWalletTellsItsBalance();
    void aWalletThatFails_data();
    void aWalletThatFails();
    void anAgentEvaluatesOnce();
    void anAgentThatFails_data();
    void anAgentThatFails();
    void aCloudListsAndOrdersNothing();
    void aCloudThatDoesNotTakeTheToken();
    void aRelayAnswersAQuestion();
    void aRelayThatFails_data();
    void aRelayThatFails();
    void aRelayIsAskedAgainAtOnce();
    void aRelayThatIsNotSet();
    void theRelayTestEndsWithItsOwner();

    void eachAnswerInWords_data();
    void eachAnswerInWords();
    void theSimulatedOnesSaySo();
    void theButtonAsksOnceAtATime();
    void theSettingsPageLeadsThereAndBack();
};

void tst_Connections::aWalletTellsItsBalance()
{
    WalletHouse house;
    const ConnectionReport report = house.ask();
    QVERIFY(report.answered);
    QVERIFY(!report.simulated);
    QCOMPARE(report.balance, Msat(1'234'567));
    QCOMPARE(house.peer.requests().size(), 1);
    QCOMPARE(house.peer.requests().first().method, QByteArray("GET"));
}

void tst_Connections::aWalletThatFails_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("says");
    QTest::newRow("key") << 401 << QStringLiteral("LNBITS_API_KEY");
    QTest::newRow("trouble") << 503 << QStringLiteral("503");
    QTest::newRow("nonsense") << 200 << QStringLiteral("makes no sense");
}

void tst_Connections::aWalletThatFails()
{
    QFETCH(int, status);
    QFETCH(QString, says);
    WalletHouse house;
    house.peer.setWalletAnswer(status, "[]");
    const ConnectionReport report = house.ask();
    QVERIFY(!report.answered);
    QVERIFY(!report.balance);
    QVERIFY2(report.problem.contains(says), qPrintable(report.problem));
}

void tst_Connections::anAgentEvaluatesOnce()
{
    AgentHouse house;
    house.peer.setAnswers({AnthropicPeer::says(QStringLiteral("whatever"))});
    const ConnectionReport report = *ended(askAgent(*house.agent)).value;
    QVERIFY(report.answered);
    QVERIFY(!report.simulated);
    QCOMPARE(house.peer.requests().size(), 1);
}

void tst_Connections::anAgentThatFails_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("says");
    QTest::newRow("key") << 401 << QStringLiteral("ANTHROPIC_API_KEY");
    QTest::newRow("key without rights") << 403 << QStringLiteral("ANTHROPIC_API_KEY");
    QTest::newRow("request") << 400 << QStringLiteral("does not take this request");
    QTest::newRow("trouble") << 500 << QStringLiteral("500");
}

void tst_Connections::anAgentThatFails()
{
    QFETCH(int, status);
    QFETCH(QString, says);
    AgentHouse house;
    house.peer.setAnswers({AnthropicPeer::error(status)});
    const ConnectionReport report = *ended(askAgent(*house.agent)).value;
    QVERIFY(!report.answered);
    QVERIFY2(report.problem.contains(says), qPrintable(report.problem));
    QVERIFY(!report.problem.contains(agentKey));
}

void tst_Connections::aCloudListsAndOrdersNothing()
{
    DigitalOceanHouse house;
    house.peer.addKey(nodeTag(QStringLiteral("1")), QString::fromLatin1(publicKeyOf(1)));
    const ConnectionReport report = *ended(askCloud(*house.cloud)).value;
    QVERIFY(report.answered);
    QVERIFY(!report.simulated);
    QCOMPARE(report.things, 1);
    for (const RestPeer::Request &request : house.peer.requests())
        QCOMPARE(request.method, QByteArray("GET"));
}

void tst_Connections::aCloudThatDoesNotTakeTheToken()
{
    DigitalOceanHouse house;
    house.peer.setFaultEverywhere(RestPeer::Fault::Unauthorized);
    const ConnectionReport report = *ended(askCloud(*house.cloud)).value;
    QVERIFY(!report.answered);
    QVERIFY2(report.problem.contains(u"DO_API_TOKEN"), qPrintable(report.problem));
    QVERIFY(!report.problem.contains(DigitalOceanPeer::token()));
}

void tst_Connections::aRelayAnswersAQuestion()
{
    TestRelay relay;
    relay.start();
    QObject owner;
    const SystemClock clock;
    const ConnectionReport report = *ended(askRelay(relay.url(), somebody, clock, &owner)).value;
    QVERIFY2(report.answered, qPrintable(report.problem));
    QVERIFY(report.problem.isEmpty());
    QCOMPARE(relay.events(), 0);
    QTRY_VERIFY(owner.children().isEmpty());
}

void tst_Connections::aRelayThatFails_data()
{
    QTest::addColumn<TestRelay::Fault>("fault");
    QTest::newRow("keeps silent") << TestRelay::Fault::Silent;
    QTest::newRow("closes questions") << TestRelay::Fault::ClosesQuestions;
}

void tst_Connections::aRelayThatFails()
{
    QFETCH(TestRelay::Fault, fault);
    TestRelay relay;
    relay.setFault(fault, QStringLiteral("auth-required: no"));
    relay.start();
    QObject owner;
    const SystemClock clock;
    const ConnectionReport report =
        *ended(askRelay(relay.url(), somebody, clock, &owner, std::chrono::milliseconds(200))).value;
    QVERIFY(report.isSet);
    QVERIFY(!report.answered);
    QVERIFY2(report.problem.contains(relay.url()), qPrintable(report.problem));
}

void tst_Connections::aRelayIsAskedAgainAtOnce()
{
    TestRelay relay;
    relay.start();
    const QString url = relay.url();
    relay.stop();
    QObject owner;
    const SystemClock clock;
    QVERIFY(!ended(askRelay(url, somebody, clock, &owner)).value->answered);
    relay.start();
    QVERIFY(ended(askRelay(url, somebody, clock, &owner)).value->answered);
}

void tst_Connections::aRelayThatIsNotSet()
{
    QObject owner;
    const SystemClock clock;
    const ConnectionReport report = *ended(askRelay({}, somebody, clock, &owner)).value;
    QVERIFY(!report.isSet);
    QVERIFY(!report.answered);
}

void tst_Connections::theRelayTestEndsWithItsOwner()
{
    TestRelay relay;
    relay.setFault(TestRelay::Fault::Silent);
    relay.start();
    auto owner = std::make_unique<QObject>();
    const SystemClock clock;
    const auto awaited = begun(askRelay(relay.url(), somebody, clock, owner.get()));
    QVERIFY(!awaited->isDone());
    owner.reset();
    QVERIFY(awaited->isDone());
    QVERIFY(!awaited->value->answered);
}

void tst_Connections::eachAnswerInWords_data()
{
    QTest::addColumn<Connection>("which");
    QTest::addColumn<bool>("answered");
    QTest::addColumn<Tone>("tone");
    QTest::addColumn<QString>("says");
    using C = Connection;
    QTest::newRow("wallet") << C::Wallet << true << Tone::Good << QStringLiteral("sats");
    QTest::newRow("agent") << C::Agent << true << Tone::Good << QStringLiteral("takes the key");
    QTest::newRow("cloud") << C::Cloud << true << Tone::Good << QStringLiteral("accepts the token");
    QTest::newRow("relay") << C::Relay << true << Tone::Good << QStringLiteral("answers questions");
    QTest::newRow("no wallet") << C::Wallet << false << Tone::Bad << QStringLiteral("LNBITS_URL");
    QTest::newRow("no agent") << C::Agent << false << Tone::Bad << QStringLiteral("ANTHROPIC_API_KEY");
    QTest::newRow("no cloud") << C::Cloud << false << Tone::Bad << QStringLiteral("DO_API_TOKEN");
    QTest::newRow("no relay") << C::Relay << false << Tone::Bad << QStringLiteral("NOSTR_RELAY_URL");
}

void tst_Connections::eachAnswerInWords()
{
    QFETCH(Connection, which);
    QFETCH(bool, answered);
    QFETCH(Tone, tone);
    QFETCH(QString, says);
    const QString problem = QStringLiteral("It hurts.");
    const ConnectionWords words =
        wordsOf(which, {.answered = answered, .problem = answered ? QString() : problem});
    QCOMPARE(words.tone, tone);
    QVERIFY2(words.text.contains(says), qPrintable(words.text));
    QCOMPARE(words.text.contains(problem), !answered);
}

void tst_Connections::theSimulatedOnesSaySo()
{
    PageTest test;
    ConnectionsView view(*test.house.core);
    view.show();
    const QList<ConnectionTest *> tests = view.findChildren<ConnectionTest *>();
    QCOMPARE(tests.size(), 4);
    for (ConnectionTest *each : tests) {
        each->ask();
        QTRY_VERIFY(each->answer()->isVisible());
        const bool isRelay = each == tests.last(); // which is not set here
        QCOMPARE(each->answer()->tone(), isRelay ? Tone::Warn : Tone::Info);
        QVERIFY2(each->answer()->text().contains(isRelay ? u"NOSTR_RELAY_URL" : u"is simulated"),
                 qPrintable(each->answer()->text()));
    }
}

void tst_Connections::theButtonAsksOnceAtATime()
{
    PageTest test;
    test.house.control().connectionReport = ConnectionReport{.answered = true, .balance = Msat(2'000'999)};
    ConnectionTest wallet(*test.house.core, Connection::Wallet);
    wallet.show();
    wallet.button()->click();
    QVERIFY(!wallet.button()->isEnabled());
    wallet.ask();
    QTRY_VERIFY(wallet.button()->isEnabled());
    QCOMPARE(test.house.control().tested, QList{Connection::Wallet});
    QVERIFY2(wallet.answer()->text().contains(words::amount(Sats(2'000))),
             qPrintable(wallet.answer()->text()));
}

void tst_Connections::theSettingsPageLeadsThereAndBack()
{
    PageTest test;
    test.house.control().connectionReport = ConnectionReport{.problem = QStringLiteral("It hurts.")};
    SettingsPage page(test.context());
    page.show();
    QVERIFY(!page.connections());
    PageTest::buttonWith(&page, QStringLiteral("Test connections"))->click();
    QVERIFY(page.connections());
    auto *wallet = page.connections()->findChild<ConnectionTest *>();
    wallet->ask();
    QTRY_VERIFY(wallet->answer()->isVisible());
    PageTest::buttonWith(wallet, QStringLiteral("Show LNBITS_URL"))->click();
    QTRY_VERIFY(page.detail() && page.detail()->name() == QLatin1String("LNBITS_URL"));
    QVERIFY(!page.connections());
    page.open(QStringLiteral("connections"));
    QVERIFY(page.connections());
}

QTEST_MAIN(tst_Connections)
#include "tst_Connections.moc"
