// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/PageTest.h"
#include "ui/nodes/NodeDetail.h"
#include "ui/nodes/NodeLooks.h"
#include "ui/nodes/NodesPage.h"
#include "ui/nodes/NodesView.h"
#include "ui/nodes/OrphansView.h"
#include "ui/shell/EnglishPlurals.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"

#include <QAction>
#include <QTabWidget>
#include <QTableView>

using namespace tower;

class tst_OrphansView : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QCoreApplication::installTranslator(&m_plurals); }
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void showsWhatASweepFound();
    void followsSweepsOfOthers();
    void deletesWhatIsSelected();
    void deletesSeveral();
    void saysWhatCouldNotBeDeleted();
    void saysThatASweepFailed();
    void leadsToTheNode();

private:
    using Cloud = SimulatedCloud;

    TowerHouse &house() { return m_test->house; }
    /// A machine at the provider that no node accounts for, old enough not to be in the making.
    QString strand(const QString &nodeId = QStringLiteral("5b1f6a1e-0000-4000-8000-000000000000"))
    {
        QString id;
        house().on([this, nodeId, &id] {
            DropletOrder order;
            order.name = nodeTag(nodeId);
            order.region = QStringLiteral("nyc3");
            order.size = QStringLiteral("s-4vcpu-8gb");
            order.image = QStringLiteral("debian-12-x64");
            order.tags = {nodeTag(nodeId), commonNodeTag};
            id = QCoro::waitFor(house().cloud().createDroplet(order)).id;
            house().clock().advance(seconds(3'600));
        });
        return id;
    }
    void sweepElsewhere()
    {
        house().await([](Services &s) { return s.nodeSweep.sweep(); });
    }
    std::size_t atTheProvider()
    {
        std::size_t number = 0;
        house().on([this, &number] { number = QCoro::waitFor(house().cloud().list()).size(); });
        return number;
    }
    static QAction *action(const OrphansView *view, const QString &text)
    {
        for (QAction *each : view->table()->actions()) {
            if (each->text() == text)
                return each;
        }
        return nullptr;
    }

    EnglishPlurals m_plurals;
    std::unique_ptr<PageTest> m_test;
};

void tst_OrphansView::showsWhatASweepFound()
{
    const QString droplet = strand();
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    OrphansView *view = page.orphans();
    QVERIFY(view->isVisible());
    QTRY_VERIFY2(view->totals().contains(QLatin1String("Not swept yet")), qPrintable(view->totals()));
    QCOMPARE(page.tabs()->tabText(1), QStringLiteral("Orphans"));
    action(view, QStringLiteral("Sweep now"))->trigger();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    const Orphan orphan = view->model()->row(0);
    QCOMPARE(orphan.thing.id, droplet);
    QVERIFY(orphan.thing.monthlyCents > 0);
    QCOMPARE(page.tabs()->tabText(1), QStringLiteral("Orphans (1)"));
    QVERIFY2(view->totals().startsWith(
                 QStringLiteral("1 droplet: %1 a month.").arg(dollarsOf(orphan.thing.monthlyCents))),
             qPrintable(view->totals()));
    QVERIFY(view->totals().contains(QLatin1String("Last swept at")));
}

void tst_OrphansView::followsSweepsOfOthers()
{
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    strand();
    sweepElsewhere();
    QTRY_COMPARE(page.orphans()->model()->rowCount(), 1);
    QTRY_COMPARE(page.tabs()->tabText(1), QStringLiteral("Orphans (1)"));
}

void tst_OrphansView::deletesWhatIsSelected()
{
    strand();
    sweepElsewhere();
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    OrphansView *view = page.orphans();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    QAction *remove = action(view, QStringLiteral("Delete…"));
    QVERIFY(!remove->isEnabled()); // nothing is selected
    view->table()->select(view->model()->key(0));
    QVERIFY(remove->isEnabled());
    remove->trigger();
    QVERIFY(view->confirmBar()->isVisible());
    const QString cost = dollarsOf(view->model()->row(0).thing.monthlyCents);
    QVERIFY2(
        view->confirmBar()->question().startsWith(QStringLiteral("Delete 1 droplet (%1 a month)?").arg(cost)),
        qPrintable(view->confirmBar()->question()));
    QCOMPARE(view->confirmBar()->button()->text(), QStringLiteral("Delete 1 droplet"));
    QCOMPARE(atTheProvider(), std::size_t{1});
    QTest::mouseClick(view->confirmBar()->button(), Qt::LeftButton);
    QTRY_COMPARE(view->model()->rowCount(), 0);
    QTRY_COMPARE(page.tabs()->tabText(1), QStringLiteral("Orphans"));
    QTRY_COMPARE(view->message()->text(), QStringLiteral("Deleted 1 thing."));
    QCOMPARE(atTheProvider(), std::size_t{0});
    const auto told = house().ask([](Services &s) {
        ActivityFilter filter;
        filter.action = QStringLiteral("node.orphan_delete");
        return s.activity.list(filter, {10, {}}).items;
    });
    QCOMPARE(told.size(), std::size_t{1});
    QCOMPARE(told.front().entry.actor, QStringLiteral("admin:console"));
}

void tst_OrphansView::deletesSeveral()
{
    strand();
    strand(QStringLiteral("5b1f6a1e-0000-4000-8000-000000000001"));
    sweepElsewhere();
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    OrphansView *view = page.orphans();
    QTRY_COMPARE(view->model()->rowCount(), 2);
    view->table()->view()->selectAll();
    view->askToDelete();
    QCOMPARE(view->confirmBar()->button()->text(), QStringLiteral("Delete 2 droplets"));
    view->confirmBar()->confirm();
    QTRY_COMPARE(view->model()->rowCount(), 0);
    QTRY_COMPARE(view->message()->text(), QStringLiteral("Deleted 2 things."));
}

void tst_OrphansView::saysWhatCouldNotBeDeleted()
{
    strand();
    sweepElsewhere();
    house().on([this] { house().cloud().setFault(Cloud::Call::Remove, Cloud::Fault::Refused); });
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    OrphansView *view = page.orphans();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    view->table()->view()->selectAll();
    view->askToDelete();
    view->confirmBar()->confirm();
    QTRY_COMPARE(view->message()->tone(), Tone::Bad);
    QVERIFY2(view->message()->text().endsWith(QLatin1String("Deleted before that: 0.")),
             qPrintable(view->message()->text()));
    QCOMPARE(view->model()->rowCount(), 1);
}

void tst_OrphansView::saysThatASweepFailed()
{
    house().on([this] { house().cloud().setFault(Cloud::Call::List, Cloud::Fault::Unavailable, 1); });
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    OrphansView *view = page.orphans();
    const auto problem = [view]() -> InlineMessage * {
        for (auto *message : view->findChildren<InlineMessage *>()) {
            if (message->isVisible() && message->text().startsWith(QLatin1String("The last sweep failed")))
                return message;
        }
        return nullptr;
    };
    view->sweep();
    QTRY_VERIFY(problem());
    QTest::mouseClick(PageTest::buttonWith(problem(), QStringLiteral("Sweep again")), Qt::LeftButton);
    QTRY_VERIFY(view->totals().startsWith(QLatin1String("Last swept at")));
    QVERIFY(!problem());
}

void tst_OrphansView::leadsToTheNode()
{
    const QString node = house().orderNode().id;
    strand(node);
    sweepElsewhere();
    NodesPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("orphans"));
    QTRY_COMPARE(page.orphans()->model()->rowCount(), 1);
    emit page.orphans()->table()->activated(page.orphans()->model()->key(0));
    QTRY_VERIFY(page.nodes()->detail() && page.nodes()->detail()->id() == node);
    QVERIFY(page.nodes()->isVisible());
}

QTEST_MAIN(tst_OrphansView)
#include "tst_OrphansView.moc"
