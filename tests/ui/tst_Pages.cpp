// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/TowerHouse.h"
#include "ui/activity/ActivityPage.h"
#include "ui/api/AddressCard.h"
#include "ui/api/ApiPage.h"
#include "ui/relay-access/AccessForm.h"
#include "ui/relay-access/RelayAccessPage.h"
#include "ui/relay-access/WhyPanel.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Notices.h"
#include "ui/widgets/Pill.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace tower;

namespace {

QPushButton *buttonWith(QWidget *parent, const QString &words)
{
    for (auto *button : parent->findChildren<QPushButton *>()) {
        if (button->text().contains(words))
            return button;
    }
    return nullptr;
}

} // namespace

class tst_Pages : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void grantsThroughTheForm();
    void showsWhatOthersChange();
    void undoesAGrant();
    void revokesManyAndKeepsWhatFailed();
    void importsAList();
    void answersWhy();
    void verifiesTheChain();
    void activityGrowsLive();
    void servesAndStops();
    void keepsATypedAddressThatFails();
    void copiesCurlWithoutTheToken();
    void rotatesTheTokenAfterAsking();

private:
    PageContext context() { return {*m_house->core, *m_house->settings, *m_undo}; }

    std::unique_ptr<TowerHouse> m_house;
    std::unique_ptr<UndoBar> m_undo;
};

void tst_Pages::init()
{
    m_house = std::make_unique<TowerHouse>();
    m_undo = std::make_unique<UndoBar>();
}

void tst_Pages::cleanup()
{
    m_undo.reset();
    m_house.reset();
}

void tst_Pages::grantsThroughTheForm()
{
    RelayAccessPage page(context());
    page.show();
    const PubKey key = TowerHouse::key(1);
    page.showForm(RelayAccounts::BulkAction::Grant, {key.text()});
    auto *form = page.panel()->findChild<AccessForm *>();
    QVERIFY(form);
    QVERIFY(form->findChild<QPlainTextEdit *>()->toPlainText().startsWith(QLatin1String("npub1")));
    form->findChild<QLineEdit *>()->setText(QStringLiteral("a friend"));
    auto *go = buttonWith(form, QStringLiteral("Grant"));
    QVERIFY(go && go->isEnabled());
    QTest::mouseClick(go, Qt::LeftButton);
    QTRY_COMPARE(page.model()->rowCount(), 1);
    const auto account = m_house->ask([key](Services &s) { return s.relayAccounts.find(key); });
    QVERIFY(account);
    QCOMPARE(account->level, AccessLevel::Write);
    QCOMPARE(account->notes, QStringLiteral("a friend"));
    QCOMPARE(account->actor, QStringLiteral("admin:console"));
    QTRY_VERIFY(!page.panel()->isVisible());
}

void tst_Pages::showsWhatOthersChange()
{
    m_house->ask([](Services &s) {
        for (int i = 1; i <= 20; ++i)
            s.relayAccounts.grant(TowerHouse::key(i), AccessLevel::Read, QStringLiteral("start"),
                                  QStringLiteral("admin"));
        return 0;
    });
    RelayAccessPage page(context());
    page.show();
    QTRY_COMPARE(page.model()->rowCount(), 20);
    const QString mine = TowerHouse::key(5).text();
    page.table()->select(mine);
    m_house->ask([](Services &s) {
        s.relayAccounts.grant(TowerHouse::key(7), AccessLevel::Write, QStringLiteral("more"),
                              QStringLiteral("admin"));
        s.relayAccounts.grant(TowerHouse::key(99), AccessLevel::Write, QStringLiteral("new"),
                              QStringLiteral("admin"));
        return 0;
    });
    QTRY_COMPARE(page.model()->rowCount(), 21);
    QTRY_COMPARE(page.model()->find(TowerHouse::key(7).text())->level, AccessLevel::Write);
    QCOMPARE(page.table()->selectedKeys(), QStringList{mine});
}

void tst_Pages::undoesAGrant()
{
    RelayAccessPage page(context());
    page.show();
    const PubKey key = TowerHouse::key(3);
    page.showForm(RelayAccounts::BulkAction::Grant, {key.text()});
    page.panel()->findChild<AccessForm *>()->submit();
    QTRY_VERIFY(m_undo->isVisible());
    QVERIFY(m_undo->text().contains(QLatin1String("1")));
    QTRY_COMPARE(page.model()->rowCount(), 1);
    m_undo->undo();
    const auto level = [this, key] {
        return m_house->ask([key](Services &s) { return s.relayAccounts.getAccess(key); });
    };
    // The identity stays, and has what its tier earns.
    QTRY_COMPARE(level(), AccessLevel::Read);
}

void tst_Pages::revokesManyAndKeepsWhatFailed()
{
    m_house->ask([](Services &s) {
        for (int i = 1; i <= 3; ++i)
            s.relayAccounts.grant(TowerHouse::key(i), AccessLevel::Write, {}, QStringLiteral("admin"));
        return 0;
    });
    RelayAccessPage page(context());
    page.show();
    page.showForm(RelayAccounts::BulkAction::Revoke,
                  {TowerHouse::key(1).text(), TowerHouse::key(2).text(), TowerHouse::key(50).text()});
    auto *form = page.panel()->findChild<AccessForm *>();
    QVERIFY(buttonWith(form, QStringLiteral("3")));
    form->submit();
    const auto level = [this](int i) {
        return m_house->ask([i](Services &s) { return s.relayAccounts.getAccess(TowerHouse::key(i)); });
    };
    QTRY_COMPARE(level(1), AccessLevel::None);
    QCOMPARE(level(2), AccessLevel::None);
    QCOMPARE(level(3), AccessLevel::Write);
    // The one that was unknown stays in the form, with the reason.
    QTRY_COMPARE(form->request().keys.size(), 1);
    QVERIFY(!form->findChild<InlineMessage *>()->text().isEmpty());
    QVERIFY(page.panel()->isVisible());
}

void tst_Pages::importsAList()
{
    RelayAccessPage page(context());
    page.show();
    const QByteArray list = TowerHouse::key(1).hex() + "\n" + toNpub(TowerHouse::key(2)) + "\nnonsense\n";
    page.importFrom(list);
    auto *form = page.panel()->findChild<AccessForm *>();
    QVERIFY(form);
    QCOMPARE(form->request().keys.size(), 2);
    QVERIFY(form->findChild<InlineMessage *>()->isVisible());
}

void tst_Pages::answersWhy()
{
    RelayAccessPage page(context());
    page.show();
    page.open(TowerHouse::key(42).text()); // unknown: asks why it would be refused
    QTRY_VERIFY(page.panel()->findChild<WhyPanel *>());
    auto *why = page.panel()->findChild<WhyPanel *>();
    QTRY_VERIFY(why->answer());
    QCOMPARE(why->answer()->decision.action, PolicyAction::Reject);
    const auto &steps = why->answer()->steps;
    QCOMPARE(std::count_if(steps.begin(), steps.end(), [](const PolicyStep &s) { return s.decides; }), 1);
    why->ask(QStringLiteral("nsec nonsense"));
    QTRY_VERIFY(why->findChild<InlineMessage *>()->isVisible());
}

void tst_Pages::verifiesTheChain()
{
    m_house->ask([](Services &s) {
        s.relayAccounts.grant(TowerHouse::key(1), AccessLevel::Write, {}, QStringLiteral("admin"));
        return 0;
    });
    ActivityPage page(context());
    page.show();
    QTRY_VERIFY(page.model()->rowCount() > 0);
    page.verify();
    QTRY_COMPARE(page.chain()->look().tone, Tone::Good);
}

void tst_Pages::activityGrowsLive()
{
    ActivityPage page(context());
    page.show();
    QTRY_COMPARE(page.model()->total(), 1); // the pool was opened
    m_house->ask([](Services &s) {
        s.relayAccounts.grant(TowerHouse::key(1), AccessLevel::Write, QStringLiteral("why not"),
                              QStringLiteral("admin"));
        return 0;
    });
    QTRY_VERIFY(page.model()->rowCount() > 1);
    QCOMPARE(page.model()->row(0).entry.action, QStringLiteral("relay.grant"));
}

void tst_Pages::servesAndStops()
{
    ApiPage page(context());
    page.show();
    QTRY_COMPARE(page.routes()->view()->model()->rowCount(), 2);
    QTRY_VERIFY(buttonWith(page.address(), QStringLiteral("Start")));
    QTest::mouseClick(buttonWith(page.address(), QStringLiteral("Start")), Qt::LeftButton);
    QTRY_VERIFY(buttonWith(page.address(), QStringLiteral("Stop")));
    QVERIFY(m_house->ask([](Services &s) { return s.control.api().listening; }));
}

void tst_Pages::keepsATypedAddressThatFails()
{
    ApiPage page(context());
    page.show();
    auto *host = page.address()->findChild<QLineEdit *>();
    QTRY_COMPARE(host->text(), QStringLiteral("127.0.0.1"));
    host->clear();
    QTest::keyClicks(host, QStringLiteral("taken"));
    QTest::mouseClick(buttonWith(page.address(), QStringLiteral("Change")), Qt::LeftButton);
    auto *message = page.address()->findChild<InlineMessage *>();
    QTRY_VERIFY(message->isVisible());
    QCOMPARE(host->text(), QStringLiteral("taken"));
    host->clear();
    QTest::keyClicks(host, QStringLiteral("::1"));
    QTest::mouseClick(buttonWith(page.address(), QStringLiteral("Change")), Qt::LeftButton);
    QTRY_VERIFY(!message->isVisible());
    QCOMPARE(m_house->ask([](Services &s) { return s.control.api().host; }), QStringLiteral("::1"));
}

void tst_Pages::copiesCurlWithoutTheToken()
{
    ApiPage page(context());
    page.show();
    QTRY_COMPARE(page.routes()->view()->model()->rowCount(), 2);
    page.routes()->select(QStringLiteral("POST /api/admin/relay/grant"));
    QApplication::clipboard()->clear();
    page.copyCurl();
    QTRY_VERIFY(QApplication::clipboard()->text().startsWith(QLatin1String("curl -X POST")));
    QVERIFY(QApplication::clipboard()->text().contains(QLatin1String("$ADMIN_TOKEN")));
}

void tst_Pages::rotatesTheTokenAfterAsking()
{
    ApiPage page(context());
    page.show();
    QTest::mouseClick(buttonWith(page.address(), QStringLiteral("Rotate")), Qt::LeftButton);
    QVERIFY(page.confirmBar()->isVisible());
    page.confirmBar()->confirm();
    const auto shown = [&page] {
        for (const auto *message : page.address()->findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->text().contains(QLatin1String("token-1")))
                return true;
        }
        return false;
    };
    QTRY_VERIFY(shown());
}

QTEST_MAIN(tst_Pages)
#include "tst_Pages.moc"
