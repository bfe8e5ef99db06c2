// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/overview/NodeFacts.h"
#include "ui/overview/OverviewPage.h"
#include "ui/overview/SatsFacts.h"
#include "ui/shell/EnglishPlurals.h"
#include "ui/widgets/TierBar.h"
#include "ui/widgets/Tile.h"
#include "ui/widgets/Words.h"

using namespace tower;

class tst_OverviewPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void alerts_data();
    void alerts();
    void alertsAboutSats_data();
    void alertsAboutSats();
    void alertsAboutNodes_data();
    void alertsAboutNodes();
    void gravestFirst();
    void measuresLoad();
    void tilesLeadToTheirPages();
    void showsWhatIsThere();
    void showsHowTheSatsStand();
    void showsHowTheNodesStand();
    void saysThatTheWalletIsAway();
    void startsTheApi();

private:
    static Tile *tile(const OverviewPage &page, const QString &caption)
    {
        for (Tile *each : page.tiles()) {
            if (each->text() == caption)
                return each;
        }
        return nullptr;
    }

    std::unique_ptr<PageTest> m_test;
};

namespace {

OverviewFacts allIsWell()
{
    OverviewFacts facts;
    facts.api.listening = true;
    facts.relaySet = true;
    return facts;
}

const Millis now = TowerHouse::start;

} // namespace

void tst_OverviewPage::alerts_data()
{
    QTest::addColumn<std::function<void(OverviewFacts &)>>("change");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("page");
    using Change = std::function<void(OverviewFacts &)>;
    QTest::newRow("api") << Change([](OverviewFacts &f) { f.api.listening = false; }) << "does not serve"
                         << "";
    QTest::newRow("api's problem") << Change([](OverviewFacts &f) {
        f.api.listening = false;
        f.api.problem = QStringLiteral("The port is taken.");
    }) << "The port is taken."
                                   << "";
    QTest::newRow("relay") << Change([](OverviewFacts &f) { f.relaySet = false; }) << "No relay"
                           << "settings";
    QTest::newRow("publishing") << Change([](OverviewFacts &f) {
        f.notPublished = 2;
        f.relayAnswer = QStringLiteral("blocked: no");
    }) << "blocked: no"
                                << "moderation";
    QTest::newRow("long queue") << Change([](OverviewFacts &f) { f.queue.pending = 5'000; }) << "grown"
                                << "moderation";
    QTest::newRow("old queue") << Change([](OverviewFacts &f) { f.queue.oldestPending = now - days(3); })
                               << "oldest"
                               << "moderation";
    QTest::newRow("flagged") << Change([](OverviewFacts &f) { f.queue.flagged = 1; }) << "asks for a person"
                             << "moderation";
    QTest::newRow("reviewer") << Change([](OverviewFacts &f) { f.reviewer = Reviewer::State::Failing; })
                              << "reviewer gives no answer"
                              << "";
    QTest::newRow("secrets") << Change([](OverviewFacts &f) { f.plainSecrets = 3; }) << "secrets.ini"
                             << "settings";
}

void tst_OverviewPage::alerts()
{
    QFETCH(std::function<void(OverviewFacts &)>, change);
    QFETCH(QString, words);
    QFETCH(QString, page);
    OverviewFacts facts = allIsWell();
    QVERIFY(alertsOf(facts, now).empty());
    change(facts);
    const std::vector<Alert> found = alertsOf(facts, now);
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY2(found[0].text.contains(words), qPrintable(found[0].text));
    QCOMPARE(found[0].pageId, page);
    QCOMPARE(found[0].action.isEmpty(), found[0].act == Alert::Act::None);
}

void tst_OverviewPage::alertsAboutSats_data()
{
    QTest::addColumn<std::function<void(SatsFacts &)>>("change");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("page");
    using Change = std::function<void(SatsFacts &)>;
    QTest::newRow("payment") << Change([](SatsFacts &f) { f.unknownPayments = 2; }) << "2 payments"
                             << "books";
    QTest::newRow("wallet") << Change([](SatsFacts &f) {
        f.wallet = WalletState{std::nullopt, false, QStringLiteral("No answer in 10 s.")};
    }) << "No answer in 10 s."
                            << "settings";
    QTest::newRow("empty pool") << Change([](SatsFacts &f) { f.pool.reserved = f.pool.balance; })
                                << "is empty"
                                << "pool";
    QTest::newRow("low pool") << Change([](SatsFacts &f) { f.pool.daysLeft = 2; }) << "2 more days"
                              << "pool";
    QTest::newRow("fallback price") << Change([](SatsFacts &f) {
        f.priceFailing = true;
        f.price.origin = PriceOrigin::Fallback;
    }) << "fallback"
                                    << "settings";
    QTest::newRow("old price") << Change([](SatsFacts &f) {
        f.priceFailing = true;
        f.price.origin = PriceOrigin::Stale;
    }) << "last good one"
                               << "settings";
}

void tst_OverviewPage::alertsAboutSats()
{
    QFETCH(std::function<void(SatsFacts &)>, change);
    QFETCH(QString, words);
    QFETCH(QString, page);
    SatsFacts facts;
    facts.pool.balance = Sats(10'000);
    facts.pool.daysLeft = 40;
    facts.wallet = WalletState{Msat(1), true, {}};
    QVERIFY(alertsOf(facts).empty()); // a price that nobody has asked for yet is no news
    change(facts);
    EnglishPlurals plurals;
    QCoreApplication::installTranslator(&plurals);
    const std::vector<Alert> found = alertsOf(facts);
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY2(found[0].text.contains(words), qPrintable(found[0].text));
    QCOMPARE(found[0].pageId, page);
}

void tst_OverviewPage::alertsAboutNodes_data()
{
    QTest::addColumn<std::function<void(NodeFacts &)>>("change");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("grave");
    using Change = std::function<void(NodeFacts &)>;
    QTest::newRow("one is owed") << Change([](NodeFacts &f) {
        f.owed = {QStringLiteral("abc")};
        f.owedAmount = Sats(10'000);
    }) << "1 node failed, and what was paid is still owed back: 10\u2009000 sats"
                                 << "node:abc" << true;
    QTest::newRow("two are owed") << Change([](NodeFacts &f) {
        f.owed = {QStringLiteral("abc"), QStringLiteral("def")};
    }) << "2 nodes"
                                  << "failed" << true;
    QTest::newRow("slow to go") << Change([](NodeFacts &f) {
        f.goingDown = {{QStringLiteral("abc"), now - seconds(10)},
                       {QStringLiteral("def"), now - seconds(7'300)}};
    }) << "1 node can't be taken down, the oldest for 2 h"
                                << "node:def" << false;
    QTest::newRow("orphans") << Change([](NodeFacts &f) {
        f.orphans = 3;
        f.orphanCents = 5'350;
    }) << "cost 53.50 USD a month"
                             << "orphans" << false;
    QTest::newRow("play money") << Change([](NodeFacts &f) { f.cloudSimulated = false; })
                                << "sold for play money on a real cloud"
                                << "LNBITS_URL" << false;
    QTest::newRow("play cloud") << Change([](NodeFacts &f) { f.walletSimulated = false; })
                                << "on a simulated cloud"
                                << "secrets" << false;
}

void tst_OverviewPage::alertsAboutNodes()
{
    QFETCH(std::function<void(NodeFacts &)>, change);
    QFETCH(QString, words);
    QFETCH(QString, key);
    QFETCH(bool, grave);
    NodeFacts facts;
    facts.goingDown = {{QStringLiteral("new"), now - seconds(60)}}; // that is how long it takes
    QVERIFY(alertsOf(facts, now).empty());
    change(facts);
    EnglishPlurals plurals;
    QCoreApplication::installTranslator(&plurals);
    const std::vector<Alert> found = alertsOf(facts, now);
    QCOMPARE(found.size(), std::size_t{1});
    QVERIFY2(found[0].text.contains(words), qPrintable(found[0].text));
    QCOMPARE(found[0].key, key);
    QCOMPARE(found[0].tone, grave ? Tone::Bad : Tone::Warn);
}

void tst_OverviewPage::gravestFirst()
{
    OverviewFacts facts;
    facts.queue.flagged = 1;
    facts.plainSecrets = 1;
    const std::vector<Alert> found = alertsOf(facts, now);
    QCOMPARE(found.size(), std::size_t{4});
    QCOMPARE(found[0].tone, Tone::Bad);
    QCOMPARE(found[1].tone, Tone::Warn);
    QCOMPARE(found[3].tone, Tone::Info);
}

void tst_OverviewPage::measuresLoad()
{
    LoadMeter load;
    QCOMPARE(load.perSecond(), 0.0);
    load.note(now, 100, 7);
    load.note(now + seconds(10), 150, 7);
    QCOMPARE(load.perSecond(), 5.0);
    QCOMPARE(load.errorsInSpan(), 0);
    load.note(now + seconds(100), 150, 9); // the first two are out of the span, one stays to measure from
    QCOMPARE(load.perSecond(), 0.0);
    QCOMPARE(load.errorsInSpan(), 2);
    load.note(now + seconds(101), 3, 0); // counted anew after a restart
    QCOMPARE(load.perSecond(), 0.0);
    QVERIFY(load.line().empty());
}

void tst_OverviewPage::tilesLeadToTheirPages()
{
    OverviewPage page(m_test->context());
    page.show();
    QTest::mouseClick(tile(page, QStringLiteral("Flagged by the reviewer")), Qt::LeftButton);
    QTest::keyClick(tile(page, QStringLiteral("API requests")), Qt::Key_Space);
    emit page.tierBar()->chosen(Tier::Elite);
    const QList<std::pair<QString, QString>> expected{
        {QStringLiteral("moderation"), QStringLiteral("flagged")},
        {QStringLiteral("api"), QStringLiteral("requests")},
        {QStringLiteral("trust"), QStringLiteral("elite")}};
    QCOMPARE(m_test->gone, expected);
}

void tst_OverviewPage::showsWhatIsThere()
{
    m_test->enqueue(1, "one");
    m_test->enqueue(2, "two");
    OverviewPage page(m_test->context());
    page.show();
    auto *waiting = tile(page, QStringLiteral("Waiting for a decision"));
    QTRY_VERIFY2(waiting->accessibleName().contains(QLatin1String("2 events")),
                 qPrintable(waiting->accessibleName()));
    QTRY_COMPARE(page.tierBar()->count(Tier::New), 2);
    m_test->enqueue(3, "three"); // shows within a second
    QTRY_VERIFY(waiting->accessibleName().contains(QLatin1String("3 events")));
}

void tst_OverviewPage::showsHowTheSatsStand()
{
    OverviewPage page(m_test->context());
    page.show();
    auto *work = tile(page, QStringLiteral("Open jobs and sessions"));
    auto *pool = tile(page, QStringLiteral("Generosity pool"));
    const auto says = [](const Tile *each, const QString &words) {
        return each->accessibleName().contains(words);
    };
    QTRY_VERIFY(says(pool, QStringLiteral("sats")));
    m_test->house.openSession(Sats(5'000));
    QTRY_VERIFY2(says(work, QStringLiteral("1 session")), qPrintable(work->accessibleName()));
    m_test->house.ask([](Services &s) {
        return s.pool.adjust(Sats(4'321), QStringLiteral("more"), QStringLiteral("admin:test"));
    });
    const Sats balance = m_test->house.ask([](Services &s) { return s.pool.status().balance; });
    QTRY_VERIFY(says(pool, words::grouped(balance.value()).simplified()));
}

void tst_OverviewPage::showsHowTheNodesStand()
{
    TowerHouse &house = m_test->house;
    house.on([&house] {
        using Cloud = SimulatedCloud;
        house.cloud().setFault(Cloud::Call::CreateDroplet, Cloud::Fault::Refused);
    });
    OverviewPage page(m_test->context());
    page.show();
    const auto *tile = this->tile(page, QStringLiteral("Nodes in progress"));
    house.orderNode();
    QTRY_VERIFY2(tile->accessibleName().contains(QLatin1String("1 await payment")),
                 qPrintable(tile->accessibleName()));
    const BootstrapJob failing = house.orderNode();
    house.pay(failing.paymentHash);
    const auto owed = [&page]() -> InlineMessage * {
        for (InlineMessage *alert : page.alerts()) {
            if (alert->text().contains(QLatin1String("still owed back")))
                return alert;
        }
        return nullptr;
    };
    QTRY_VERIFY(owed());
    QTest::mouseClick(PageTest::buttonWith(owed(), QStringLiteral("Show")), Qt::LeftButton);
    QCOMPARE(m_test->gone.last(), std::pair(QStringLiteral("nodes"), QStringLiteral("node:") + failing.id));
}

void tst_OverviewPage::saysThatTheWalletIsAway()
{
    m_test->house.on(
        [this] { m_test->house.wallet().setBehaviour(SimulatedWallet::Behaviour::Unreachable); });
    OverviewPage page(m_test->context());
    page.show();
    const auto said = [&page] {
        const auto alerts = page.alerts();
        return std::any_of(alerts.begin(), alerts.end(), [](const InlineMessage *alert) {
            return alert->text().contains(QLatin1String("wallet can't be reached"));
        });
    };
    QTRY_VERIFY(said());
}

void tst_OverviewPage::startsTheApi()
{
    OverviewPage page(m_test->context());
    page.show();
    const auto start = [&page]() -> InlineMessage * {
        for (InlineMessage *alert : page.alerts()) {
            if (alert->text().contains(QLatin1String("does not serve")))
                return alert;
        }
        return nullptr;
    };
    QTRY_VERIFY(start());
    QTest::mouseClick(PageTest::buttonWith(start(), QStringLiteral("Start")), Qt::LeftButton);
    QTRY_VERIFY(m_test->house.ask([](Services &s) { return s.control.api().listening; }));
    QTRY_VERIFY(!start());
}

QTEST_MAIN(tst_OverviewPage)
#include "tst_OverviewPage.moc"
