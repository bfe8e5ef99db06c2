// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/Pages.h"
#include "ui/shell/ClosePanel.h"
#include "ui/shell/MainWindow.h"
#include "ui/shell/Tray.h"

#include <QSignalSpy>
#include <QSystemTrayIcon>
#include <QTimer>

using namespace tower;

namespace {

TrayFacts well()
{
    TrayFacts out;
    out.poolBalance = Sats(9'000);
    out.poolInitial = Sats(10'000);
    return out;
}

QStringList pagesOf(const std::vector<TrayMessage> &messages)
{
    QStringList out;
    for (const TrayMessage &message : messages)
        out.append(message.pageId);
    return out;
}

using Trouble = std::function<void(TrayFacts &)>;

} // namespace

Q_DECLARE_METATYPE(Trouble)

class tst_Tray : public QObject
{
    Q_OBJECT

private slots:
    void whenAllIsWellItIsQuiet();
    void tellsOnceUntilItIsWellAgain_data();
    void tellsOnceUntilItIsWellAgain();
    void isQuietShortOfTheLimit_data();
    void isQuietShortOfTheLimit();
    void aNodeIsToldWhenItEnds_data();
    void aNodeIsToldWhenItEnds();
    void whatEndedBeforeIsNoNews();
    void severalAreOneMessage();

    void watchesThePool();
    void watchesTheQueue();
    void watchesNodes();
    void watchesTheApi();
    void theMenuServesAndStops();
    void theMenuLeadsToTheWindow();
    void quittingWithAHiddenWindowEndsTheProgram();
};

void tst_Tray::whenAllIsWellItIsQuiet()
{
    TrayNews news;
    QVERIFY(news.note(well()).empty());
}

void tst_Tray::tellsOnceUntilItIsWellAgain_data()
{
    QTest::addColumn<Trouble>("trouble");
    QTest::addColumn<QString>("page");
    QTest::newRow("API") << Trouble([](TrayFacts &f) {
        f.apiListens = false;
        f.apiProblem = QStringLiteral("The address is in use.");
    }) << QStringLiteral("api");
    QTest::newRow("payment") << Trouble([](TrayFacts &f) { f.unknownPayments = 1; })
                             << QStringLiteral("books");
    QTest::newRow("days") << Trouble([](TrayFacts &f) { f.poolDaysLeft = 6; }) << QStringLiteral("pool");
    QTest::newRow("tenth") << Trouble([](TrayFacts &f) { f.poolBalance = Sats(999); })
                           << QStringLiteral("pool");
    QTest::newRow("queue") << Trouble([](TrayFacts &f) { f.waiting = 101; }) << QStringLiteral("moderation");
}

void tst_Tray::tellsOnceUntilItIsWellAgain()
{
    QFETCH(Trouble, trouble);
    QFETCH(QString, page);
    TrayFacts bad = well();
    trouble(bad);
    TrayNews news;
    QVERIFY(news.note(well()).empty());
    const std::vector<TrayMessage> told = news.note(bad);
    QCOMPARE(pagesOf(told), QStringList{page});
    QVERIFY(!told.front().title.isEmpty() && !told.front().text.isEmpty());
    QVERIFY(news.note(bad).empty());
    QVERIFY(news.note(well()).empty());
    QCOMPARE(pagesOf(news.note(bad)), QStringList{page});
}

void tst_Tray::isQuietShortOfTheLimit_data()
{
    QTest::addColumn<Trouble>("change");
    QTest::newRow("stopped by choice") << Trouble([](TrayFacts &f) { f.apiListens = false; });
    QTest::newRow("a week") << Trouble([](TrayFacts &f) { f.poolDaysLeft = 7; });
    QTest::newRow("a tenth") << Trouble([](TrayFacts &f) { f.poolBalance = Sats(1'000); });
    QTest::newRow("hundred") << Trouble([](TrayFacts &f) { f.waiting = 100; });
    QTest::newRow("no pool") << Trouble([](TrayFacts &f) { f.poolInitial = f.poolBalance = Sats(0); });
}

void tst_Tray::isQuietShortOfTheLimit()
{
    QFETCH(Trouble, change);
    TrayFacts facts = well();
    change(facts);
    TrayNews news;
    QVERIFY(news.note(facts).empty());
}

void tst_Tray::aNodeIsToldWhenItEnds_data()
{
    QTest::addColumn<BootstrapState>("end");
    QTest::addColumn<bool>("paid");
    QTest::addColumn<bool>("told");
    QTest::newRow("ready") << BootstrapState::Ready << true << true;
    QTest::newRow("failed") << BootstrapState::Failed << true << true;
    QTest::newRow("never paid") << BootstrapState::Failed << false << false;
}

void tst_Tray::aNodeIsToldWhenItEnds()
{
    QFETCH(BootstrapState, end);
    QFETCH(bool, paid);
    QFETCH(bool, told);
    const QString id = QStringLiteral("0b5c0d6e-2f6a-4a55-9f0c-6d1c0b1c7a11");
    TrayNews news;
    TrayFacts facts = well();
    facts.nodes = {{id, BootstrapState::AwaitingPayment}};
    QVERIFY(news.note(facts).empty());
    facts.nodes = {{id, end, paid, QStringLiteral("No room there.")}};
    const std::vector<TrayMessage> messages = news.note(facts);
    QCOMPARE(messages.size(), told ? 1u : 0u);
    if (told) {
        QCOMPARE(messages.front().key, QStringLiteral("node:") + id);
        QCOMPARE(messages.front().tone, end == BootstrapState::Ready ? Tone::Good : Tone::Bad);
        QCOMPARE(messages.front().text.contains(QStringLiteral("No room there.")),
                 end == BootstrapState::Failed);
    }
    QVERIFY(news.note(facts).empty());
}

void tst_Tray::whatEndedBeforeIsNoNews()
{
    TrayFacts facts = well();
    facts.nodes = {{QStringLiteral("a"), BootstrapState::Ready, true},
                   {QStringLiteral("b"), BootstrapState::Failed, true}};
    TrayNews news;
    QVERIFY(news.note(facts).empty());
    QVERIFY(news.note(facts).empty());
}

void tst_Tray::severalAreOneMessage()
{
    TrayFacts facts = well();
    facts.waiting = 500;
    facts.unknownPayments = 2;
    TrayNews news;
    const std::vector<TrayMessage> messages = news.note(facts);
    QCOMPARE(messages.size(), 2u);
    const TrayMessage one = together(messages);
    QCOMPARE(one.pageId, QStringLiteral("overview"));
    QCOMPARE(one.tone, Tone::Bad);
    for (const TrayMessage &message : messages)
        QVERIFY(one.text.contains(message.title));
    QCOMPARE(together({messages.back()}).pageId, messages.back().pageId);
}

/// Waits for a message that leads to that page.
static bool hearsOf(QSignalSpy &spy, const QString &pageId)
{
    return QTest::qWaitFor(
        [&] {
            return std::any_of(spy.begin(), spy.end(), [&pageId](const QList<QVariant> &told) {
                return told.first().value<TrayMessage>().pageId == pageId;
            });
        },
        10'000);
}

void tst_Tray::watchesThePool()
{
    PageTest test;
    test.house.control().state.listening = true;
    TrayWatch watch(*test.house.core);
    QSignalSpy spy(&watch, &TrayWatch::told);
    test.house.ask([](Services &s) {
        s.pool.adjust(-s.pool.status().balance, QStringLiteral("test"), QStringLiteral("admin:test"));
        return 0;
    });
    QVERIFY(hearsOf(spy, QStringLiteral("pool")));
    QCOMPARE(spy.size(), 1);
}

void tst_Tray::watchesTheQueue()
{
    PageTest test;
    TrayWatch watch(*test.house.core);
    QSignalSpy spy(&watch, &TrayWatch::told);
    test.house.on([&] { test.house.fillQueue(101); });
    QVERIFY(hearsOf(spy, QStringLiteral("moderation")));
}

void tst_Tray::watchesNodes()
{
    PageTest test;
    const BootstrapJob job = test.house.orderNode();
    TrayWatch watch(*test.house.core);
    QSignalSpy told(&watch, &TrayWatch::told);
    QSignalSpy looked(&watch, &TrayWatch::looked);
    QTRY_VERIFY(!looked.isEmpty());
    QVERIFY(told.isEmpty());
    test.house.pay(job.paymentHash);
    QVERIFY(hearsOf(told, QStringLiteral("nodes")));
    QCOMPARE(told.last().first().value<TrayMessage>().key, QStringLiteral("node:") + job.id);
}

void tst_Tray::watchesTheApi()
{
    PageTest test;
    TrayWatch watch(*test.house.core);
    QSignalSpy spy(&watch, &TrayWatch::told);
    test.house.on([&] { test.house.control().state.problem = QStringLiteral("The address is in use."); });
    watch.look();
    QVERIFY(hearsOf(spy, QStringLiteral("api")));
    QVERIFY(spy.last().first().value<TrayMessage>().text.contains(u"in use"));
}

void tst_Tray::theMenuServesAndStops()
{
    PageTest test;
    Tray tray(*test.house.core);
    QAction *serve = tray.menu().actions()[1];
    QCOMPARE(serve->text(), QStringLiteral("Start serving"));
    serve->trigger();
    QTRY_COMPARE(serve->text(), QStringLiteral("Stop serving"));
    QVERIFY(test.house.ask([](Services &s) { return s.control.api().listening; }));
    QVERIFY(tray.toolTip().contains(test.house.control().state.url));
    serve->trigger();
    QTRY_COMPARE(serve->text(), QStringLiteral("Start serving"));
    QVERIFY(!test.house.ask([](Services &s) { return s.control.api().listening; }));
}

void tst_Tray::theMenuLeadsToTheWindow()
{
    PageTest test;
    Tray tray(*test.house.core);
    QSignalSpy window(&tray, &Tray::wantsWindow);
    QSignalSpy page(&tray, &Tray::wantsPage);
    QSignalSpy quit(&tray, &Tray::wantsQuit);
    tray.menu().actions().first()->trigger();
    QCOMPARE(window.size(), 1);
    tray.tell({Tone::Bad, QStringLiteral("title"), QStringLiteral("text"), QStringLiteral("books"),
               QStringLiteral("outgoing:unknown")});
    emit tray.findChild<QSystemTrayIcon *>()->messageClicked();
    QCOMPARE(window.size(), 2);
    QCOMPARE(page.takeFirst(), (QList<QVariant>{"books", "outgoing:unknown"}));
    tray.menu().actions().last()->trigger();
    QCOMPARE(quit.size(), 1);
}

void tst_Tray::quittingWithAHiddenWindowEndsTheProgram()
{
    PageTest test;
    MainWindow window(*test.house.core, *test.house.settings, consolePages());
    window.show();
    window.hide();
    QTimer::singleShot(0, &window, [&window] { emit window.findChild<ClosePanel *>()->quit(); });
    QTimer::singleShot(10'000, &window, [] { QApplication::exit(1); });
    QCOMPARE(QApplication::exec(), 0);
}

QTEST_MAIN(tst_Tray)
#include "tst_Tray.moc"
