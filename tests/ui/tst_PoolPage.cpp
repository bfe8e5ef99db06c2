// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/pool/PoolHistory.h"
#include "ui/pool/PoolPage.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/Chart.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Tile.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>

using namespace tower;

class tst_PoolPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void showsThePool();
    void addsWithAReason();
    void takesNoMoreThanThereIs();
    void keepsWhatIsTypedWhenThePoolMoves();
    void saysWhatWasRefused();
    void savesAndUndoesBudgets();
    void leavesFixedBudgetsAlone();
    void showsGrantsAndLeadsToTheWork();
    void filtersGrantsByKey();
    void chartAndTableSayTheSame();
    void looksFurtherBack();

private:
    PoolStatus status()
    {
        return m_test->house.ask([](Services &s) { return s.pool.status(); });
    }
    /// A trusted customer's job, which the pool takes on.
    QString freeJob(int customer);

    std::unique_ptr<PageTest> m_test;
};

QString tst_PoolPage::freeJob(int customer)
{
    m_test->house.ask([customer](Services &s) {
        return s.trust.adjust(TowerHouse::key(customer), 100, QStringLiteral("known"),
                              QStringLiteral("admin:test"));
    });
    return m_test->house.work(QStringLiteral("name three colours"), TowerHouse::key(customer));
}

void tst_PoolPage::showsThePool()
{
    PoolPage page(m_test->context());
    page.show();
    const QString balance = words::grouped(status().balance.value()).simplified();
    QTRY_VERIFY2(page.tiles()[0]->accessibleName().contains(balance),
                 qPrintable(page.tiles()[0]->accessibleName()));
    QVERIFY(page.tiles()[1]->accessibleName().contains(QLatin1String("nothing was given")));
    QTRY_COMPARE(page.grantModel()->total(), 0);
}

void tst_PoolPage::addsWithAReason()
{
    PoolPage page(m_test->context());
    page.show();
    QTRY_VERIFY(!page.tiles()[0]->accessibleName().contains(QStringLiteral("–")));
    const Sats before = status().balance;
    QTest::mouseClick(PageTest::buttonWith(&page, QStringLiteral("Add…")), Qt::LeftButton);
    auto *form = qobject_cast<AdjustForm *>(page.panel()->content());
    QVERIFY(form);
    auto *go = PageTest::buttonWith(form, QStringLiteral("Add"));
    QVERIFY(!go->isEnabled()); // not without a reason
    form->findChild<QSpinBox *>()->setValue(2'500);
    QVERIFY(go->text().contains(words::amount(Sats(2'500))));
    for (auto *field : form->findChildren<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly))
        field->setText(QStringLiteral("a donation"));
    QVERIFY(go->isEnabled());
    QTest::mouseClick(go, Qt::LeftButton);
    QTRY_COMPARE(status().balance, before + Sats(2'500));
    QTRY_VERIFY(!page.panel()->isVisible());
    QTRY_VERIFY(
        page.tiles()[0]->accessibleName().contains(words::grouped(before.value() + 2'500).simplified()));
    const ActivityRow last = m_test->house.ask([](Services &s) {
        return s.activity.list({}, {1, {}}).items.at(0);
    });
    QCOMPARE(last.entry.reason, QStringLiteral("a donation"));
    QCOMPARE(last.entry.actor, QStringLiteral("admin:console"));
}

void tst_PoolPage::takesNoMoreThanThereIs()
{
    AdjustForm form(AdjustForm::Way::Take, status());
    for (auto *field : form.findChildren<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly))
        field->setText(QStringLiteral("moved elsewhere"));
    auto *go = PageTest::buttonWith(&form, QStringLiteral("Take"));
    auto *amount = form.findChild<QSpinBox *>();
    QSignalSpy submitted(&form, &AdjustForm::submitted);
    amount->setValue(static_cast<int>(status().balance.value()) + 1);
    QVERIFY(!go->isEnabled());
    amount->setValue(static_cast<int>(status().balance.value()));
    QVERIFY(go->isEnabled());
    QTest::mouseClick(go, Qt::LeftButton);
    QCOMPARE(submitted.count(), 1);
    QCOMPARE(submitted[0][0].value<Sats>(), -status().balance);
}

void tst_PoolPage::keepsWhatIsTypedWhenThePoolMoves()
{
    PoolPage page(m_test->context());
    page.show();
    page.showForm(AdjustForm::Way::Take);
    auto *form = qobject_cast<AdjustForm *>(page.panel()->content());
    form->findChild<QSpinBox *>()->setValue(77);
    m_test->house.ask([](Services &s) {
        return s.pool.adjust(Sats(321), QStringLiteral("elsewhere"), QStringLiteral("admin:other"));
    });
    const auto preview = [form, this] {
        for (const auto *label : form->findChildren<QLabel *>()) {
            if (label->text().contains(words::amount(status().balance - Sats(77))))
                return true;
        }
        return false;
    };
    QTRY_VERIFY(preview());
    QCOMPARE(form->findChild<QSpinBox *>()->value(), 77);
}

void tst_PoolPage::saysWhatWasRefused()
{
    PoolPage page(m_test->context());
    page.show();
    QTRY_VERIFY(!page.tiles()[0]->accessibleName().contains(QStringLiteral("–")));
    page.showForm(AdjustForm::Way::Take);
    auto *form = qobject_cast<AdjustForm *>(page.panel()->content());
    emit form->submitted(Sats(-1'000'000'000), QStringLiteral("too much"));
    const auto *message = form->findChild<InlineMessage *>();
    QTRY_VERIFY(message->isVisible());
    QVERIFY(page.panel()->isVisible());
}

void tst_PoolPage::savesAndUndoesBudgets()
{
    PoolPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("budgets"));
    BudgetForm *form = page.budgets();
    const auto budget = [this] {
        return m_test->house.ask(
            [](Services &s) { return s.settings.integer(Setting::FreeTierBudgetTrusted); });
    };
    const std::int64_t before = budget();
    QTRY_COMPARE(form->field(Tier::Trusted)->value(), before);
    auto *save = PageTest::buttonWith(form, QStringLiteral("Save"));
    QVERIFY(!save->isEnabled());
    form->field(Tier::Trusted)->setValue(static_cast<int>(before) + 50);
    QVERIFY(save->isEnabled());
    QTest::mouseClick(save, Qt::LeftButton);
    QTRY_COMPARE(budget(), before + 50);
    QTRY_VERIFY(m_test->undo.isVisible());
    QTRY_VERIFY(!save->isEnabled());
    m_test->undo.undo();
    QTRY_COMPARE(budget(), before);
    QTRY_COMPARE(form->field(Tier::Trusted)->value(), before);
    QCOMPARE(m_test->house.ask([](Services &s) { return s.settings.source(Setting::FreeTierBudgetTrusted); }),
             SettingSource::Default);
}

void tst_PoolPage::leavesFixedBudgetsAlone()
{
    BudgetForm form;
    const Settings settings({{QStringLiteral("FREE_TIER_BUDGET_ELITE"), QStringLiteral("5")}}, {}, {});
    form.show(budgetsOf(settings));
    QCOMPARE(form.field(Tier::Elite)->value(), 5);
    QVERIFY(!form.field(Tier::Elite)->isEnabled());
    QVERIFY(form.field(Tier::New)->isEnabled());
}

void tst_PoolPage::showsGrantsAndLeadsToTheWork()
{
    const QString job = freeJob(1);
    PoolPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.grantModel()->rowCount(), 1);
    const FreeTierGrant grant = page.grantModel()->row(0);
    QCOMPARE(grant.ref, QStringLiteral("job:") + job);
    QCOMPARE(grant.poolBefore - grant.sats, grant.poolAfter);
    emit page.grants()->activated(grant.id);
    QCOMPARE(m_test->gone.last(), (std::pair{QStringLiteral("work"), grant.ref}));
    freeJob(2); // appears by itself
    QTRY_COMPARE(page.grantModel()->rowCount(), 2);
}

void tst_PoolPage::filtersGrantsByKey()
{
    freeJob(1);
    freeJob(2);
    freeJob(2);
    PoolPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.grantModel()->rowCount(), 3);
    page.open(TowerHouse::key(2).text());
    QTRY_COMPARE(page.grantModel()->rowCount(), 2);
    page.grants()->filterBox()->setText(QStringLiteral("npub1nonsense"));
    const auto said = [&page] {
        for (const auto *message : page.findChildren<InlineMessage *>()) {
            if (message->isVisible())
                return true;
        }
        return false;
    };
    QTRY_VERIFY(said());
    page.grants()->filterBox()->clear();
    QTRY_COMPARE(page.grantModel()->rowCount(), 3);
}

void tst_PoolPage::chartAndTableSayTheSame()
{
    freeJob(1);
    PoolPage page(m_test->context());
    page.show();
    PoolHistory *history = page.history();
    QTRY_COMPARE(history->balance()->data().points.size(), 30);
    const auto *model = history->table()->view()->model();
    QTRY_COMPARE(model->rowCount(), 30);
    // Newest first in the table, last in the chart.
    QCOMPARE(model->index(0, 1).data().toString(),
             words::grouped(history->balance()->data().series[0].values.back()));
    QCOMPARE(history->balance()->data().series[0].values.back(), status().balance.value());
    QCOMPARE(history->flows()->data().series[1].values.back(), -status().absorbed.today.value());
    // They walk together.
    history->balance()->setCurrent(29);
    QCOMPARE(history->flows()->current(), 29);
    QCOMPARE(history->table()->view()->currentIndex().row(), 0);
}

void tst_PoolPage::looksFurtherBack()
{
    PoolPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.history()->balance()->data().points.size(), 30);
    page.history()->span()->setCurrentIndex(2);
    QTRY_COMPARE(page.history()->balance()->data().points.size(), 90);
    page.history()->span()->setCurrentIndex(0);
    QTRY_COMPARE(page.history()->balance()->data().points.size(), 7);
}

QTEST_MAIN(tst_PoolPage)
#include "tst_PoolPage.moc"
