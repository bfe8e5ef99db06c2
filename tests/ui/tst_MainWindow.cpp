// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/TowerHouse.h"
#include "ui/Pages.h"
#include "ui/shell/ClosePanel.h"
#include "ui/shell/EnglishPlurals.h"
#include "ui/shell/JumpBox.h"
#include "ui/shell/MainWindow.h"
#include "ui/shell/Navigation.h"
#include "ui/widgets/Theme.h"

#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace tower;

class tst_MainWindow : public QObject
{
    Q_OBJECT

private slots:
    void workGoesOverAndBack();
    void deadContextsHearNothing();
    void errorsComeBackInWords();
    void changesAreCollected();
    void pagesAreMadeWhenShown();
    void narrowWindowsShowIcons();
    void jumpsAnywhere();
    void jumpsToTheOneThatHasTheId();
    void titleSaysDemo();
    void closingWhileServingAsks();
    void remembersThePage();
    void countsInEnglish();
};

void tst_MainWindow::workGoesOverAndBack()
{
    TowerHouse house;
    QThread *ran = nullptr;
    bool here = false;
    int result = 0;
    house.core->run(
        this,
        [&ran](Services &) {
            ran = QThread::currentThread();
            return 42;
        },
        [&](int value) {
            result = value;
            here = QThread::currentThread() == qApp->thread();
        });
    QCOMPARE(result, 0); // nobody waited
    QTRY_COMPARE(result, 42);
    QVERIFY(here);
    QVERIFY(ran != qApp->thread());
}

void tst_MainWindow::deadContextsHearNothing()
{
    TowerHouse house;
    auto context = std::make_unique<QObject>();
    bool heard = false;
    house.core->run(
        context.get(), [](Services &) { return 1; }, [&heard](int) { heard = true; });
    context.reset();
    bool later = false;
    house.core->run(
        this, [](Services &) {}, [&later] { later = true; });
    QTRY_VERIFY(later);
    QVERIFY(!heard);
}

void tst_MainWindow::errorsComeBackInWords()
{
    TowerHouse house;
    QString message;
    const auto fails = [](Services &) -> int {
        throw badRequest("x", QStringLiteral("Say it differently."));
    };
    house.core->run(
        this, fails, [](int) {}, [&message](const ServiceError &error) { message = error.message(); });
    QTRY_COMPARE(message, QStringLiteral("Say it differently."));
    QSignalSpy failed(house.core.get(), &Core::failed);
    house.core->run(this, fails, [](int) {});
    QTRY_COMPARE(failed.count(), 1);
}

void tst_MainWindow::changesAreCollected()
{
    TowerHouse house;
    house.core->setCollectMs(50);
    int times = 0;
    std::vector<Change> all;
    connect(house.core.get(), &Core::changed, this, [&](const std::vector<Change> &changes) {
        ++times;
        all.insert(all.end(), changes.begin(), changes.end());
    });
    house.ask([](Services &s) {
        for (int i = 0; i < 5; ++i)
            s.relayAccounts.grant(TowerHouse::key(1), i % 2 ? AccessLevel::Read : AccessLevel::Write, {},
                                  "admin");
        return 0;
    });
    QTRY_COMPARE(times, 1);
    const auto accounts = std::count_if(
        all.begin(), all.end(), [](const Change &c) { return c.kind == QLatin1String("relay_account"); });
    QCOMPARE(accounts, 1);
}

void tst_MainWindow::pagesAreMadeWhenShown()
{
    TowerHouse house;
    MainWindow window(*house.core, *house.settings, consolePages());
    window.show();
    QVERIFY(window.page("overview"));
    QVERIFY(!window.page("api"));
    window.openPage("api");
    QVERIFY(window.page("api"));
    QCOMPARE(window.currentPage(), QStringLiteral("api"));
    window.openPage("no such page");
    QCOMPARE(window.currentPage(), QStringLiteral("api"));
}

void tst_MainWindow::narrowWindowsShowIcons()
{
    TowerHouse house;
    MainWindow window(*house.core, *house.settings, consolePages());
    window.resize(1300, 800);
    window.show();
    QVERIFY(!window.navigation()->isNarrow());
    QCOMPARE(window.navigation()->width(), measure::navigation);
    window.resize(1024, 700);
    QTRY_VERIFY(window.navigation()->isNarrow());
    for (const PageSpec &page : consolePages()) {
        window.openPage(page.id);
        QVERIFY2(window.minimumSizeHint().width() <= 1024, qPrintable(page.id));
        QVERIFY2(window.minimumSizeHint().height() <= 700, qPrintable(page.id));
    }
}

void tst_MainWindow::jumpsAnywhere()
{
    const auto pages = consolePages();
    QCOMPARE(jumpTargets(QString(), pages).size(), pages.size());
    const auto byName = jumpTargets(QStringLiteral("relay"), pages);
    QCOMPARE(byName.size(), std::size_t(1));
    QCOMPARE(byName[0].pageId, QStringLiteral("relay-access"));
    const PubKey key = TowerHouse::key(9);
    const auto byKey = jumpTargets(QString::fromLatin1(toNpub(key)), pages);
    QVERIFY(!byKey.empty());
    for (const JumpTarget &target : byKey)
        QCOMPARE(target.key, key.text());
    QVERIFY(jumpTargets(QStringLiteral("npub1nonsense"), pages).empty());
    const QString job = QStringLiteral("5b1f6a1e-0000-4000-8000-000000000000");
    const auto byId = jumpTargets(job, pages);
    QCOMPARE(byId.size(), std::size_t(2)); // which of them has it is looked up
    QCOMPARE(byId[0].pageId, QStringLiteral("work"));
    QCOMPARE(byId[1].pageId, QStringLiteral("nodes"));
    QCOMPARE(byId[1].key, job);
    const auto byHash = jumpTargets(QString(64, QLatin1Char('f')), pages); // no key: not on the curve
    QVERIFY(std::any_of(byHash.begin(), byHash.end(),
                        [](const JumpTarget &target) { return target.pageId == QLatin1String("books"); }));

    TowerHouse house;
    MainWindow window(*house.core, *house.settings, consolePages());
    window.show();
    window.jump();
    auto *box = window.findChild<JumpBox *>();
    QVERIFY(box->isVisible());
    auto *field = box->findChild<QLineEdit *>();
    QTest::keyClicks(field, QStringLiteral("api"));
    QTest::keyClick(field, Qt::Key_Return);
    QCOMPARE(window.currentPage(), QStringLiteral("api"));
    QVERIFY(!box->isVisible());
}

void tst_MainWindow::jumpsToTheOneThatHasTheId()
{
    TowerHouse house;
    const QString node = house.orderNode().id;
    const QString session = house.openSession(Sats(5'000));
    MainWindow window(*house.core, *house.settings, consolePages());
    window.show();
    auto *box = window.findChild<JumpBox *>();
    auto *field = box->findChild<QLineEdit *>();
    const auto jump = [&](const QString &id) {
        window.jump();
        field->setText(id);
        QTest::keyClick(field, Qt::Key_Return); // at once: it goes when it knows where to
    };
    jump(node);
    QTRY_COMPARE(window.currentPage(), QStringLiteral("nodes"));
    jump(session);
    QTRY_COMPARE(window.currentPage(), QStringLiteral("work"));
    QVERIFY(!box->isVisible());
}

void tst_MainWindow::titleSaysDemo()
{
    TowerHouse house;
    house.on([&house] { house.control().state.demo = true; });
    MainWindow window(*house.core, *house.settings, consolePages());
    QTRY_VERIFY(window.windowTitle().startsWith(QLatin1String("DEMO")));
}

void tst_MainWindow::closingWhileServingAsks()
{
    TowerHouse house;
    house.on([&house] {
        house.control().state.listening = true;
        house.control().state.demo = true; // shows in the title that the state has arrived
    });
    MainWindow window(*house.core, *house.settings, consolePages());
    window.show();
    QTRY_VERIFY(window.windowTitle().startsWith(QLatin1String("DEMO")));
    QVERIFY(!window.close());
    auto *panel = window.findChild<ClosePanel *>();
    QVERIFY(panel->isVisible());
    emit panel->quit();
    QVERIFY(!window.isVisible());
}

void tst_MainWindow::remembersThePage()
{
    TowerHouse house;
    {
        MainWindow window(*house.core, *house.settings, consolePages());
        window.openPage("moderation");
    }
    MainWindow again(*house.core, *house.settings, consolePages());
    QCOMPARE(again.currentPage(), QStringLiteral("moderation"));
}

void tst_MainWindow::countsInEnglish()
{
    EnglishPlurals plurals;
    QVERIFY(QCoreApplication::installTranslator(&plurals));
    QCOMPARE(tr("Rejected %n event(s)", nullptr, 1), QStringLiteral("Rejected 1 event"));
    QCOMPARE(tr("Rejected %n event(s)", nullptr, 2), QStringLiteral("Rejected 2 events"));
    QCOMPARE(tr("Rejected %n event(s)", nullptr, 0), QStringLiteral("Rejected 0 events"));
    QCOMPARE(tr("Reason(s)"), QStringLiteral("Reason(s)")); // no number, no plural
    QCoreApplication::removeTranslator(&plurals);
}

QTEST_MAIN(tst_MainWindow)
#include "tst_MainWindow.moc"
