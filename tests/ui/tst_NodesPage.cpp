// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/PageTest.h"
#include "ui/nodes/NodeActions.h"
#include "ui/nodes/NodeDetail.h"
#include "ui/nodes/NodeLooks.h"
#include "ui/nodes/NodeRefund.h"
#include "ui/nodes/NodesPage.h"
#include "ui/nodes/NodesView.h"
#include "ui/widgets/Card.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/CopyLabel.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/InvoiceView.h"
#include "ui/widgets/QrCode.h"
#include "ui/work/RefundForm.h"

#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabWidget>

using namespace tower;

class tst_NodesPage : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_test = std::make_unique<PageTest>(); }
    void cleanup() { m_test.reset(); }

    void stages_data();
    void stages();
    void looks_data();
    void looks();
    void keyWords_data();
    void keyWords();
    void followsAnOrder();
    void filtersByStateAndKey();
    void opensByItsId();
    void neverShowsThePrivateKey();
    void paysARefundToAnInvoice();
    void paysARefundToTheAddress();
    void saysWhatIsLeftAfterAFailure();
    void destroysWhatIsNamed();
    void endsOneInTheMaking();
    void triesAgainNow();

private:
    using Cloud = SimulatedCloud;

    TowerHouse &house() { return m_test->house; }
    BootstrapJob node(const QString &id)
    {
        return house().ask([id](Services &s) { return *s.bootstrap.find(id); });
    }
    void fault(Cloud::Call call, Cloud::Fault fault, int times = -1)
    {
        house().on([this, call, fault, times] { house().cloud().setFault(call, fault, times); });
    }
    bool comesTo(const QString &id, BootstrapState state)
    {
        return QTest::qWaitFor([&] { return node(id).state == state; });
    }
    /// Ordered and paid for.
    QString buy(const QString &refundAddress = {}, const std::optional<PubKey> &key = {})
    {
        const BootstrapJob job = house().orderNode(refundAddress, key);
        house().pay(job.paymentHash);
        return job.id;
    }
    QString failed(const QString &refundAddress = {})
    {
        fault(Cloud::Call::CreateDroplet, Cloud::Fault::Refused);
        const QString id = buy(refundAddress);
        return comesTo(id, BootstrapState::Failed) ? id : QString();
    }
    NodeDetail *open(NodesPage &page, const QString &id)
    {
        page.open(QStringLiteral("node:") + id);
        return QTest::qWaitFor([&] { return page.nodes()->detail() && page.nodes()->detail()->id() == id; })
                   ? page.nodes()->detail()
                   : nullptr;
    }

    std::unique_ptr<PageTest> m_test;
};

void tst_NodesPage::stages_data()
{
    QTest::addColumn<NodeStory>("story");
    QTest::addColumn<QString>("dots"); // d done, n now, . to come, x failed
    const auto reached = [](BootstrapState state, int stages) {
        constexpr std::array all{NodeStage::Paid,    NodeStage::KeyPair, NodeStage::Key,
                                 NodeStage::Droplet, NodeStage::Address, NodeStage::Ready};
        NodeStory story;
        story.job.state = state;
        for (int i = 0; i < stages; ++i)
            story.stages.push_back({all[static_cast<std::size_t>(i)], Millis(i + 1)});
        return story;
    };
    QTest::newRow("ordered") << reached(BootstrapState::AwaitingPayment, 0) << "dn....";
    QTest::newRow("never paid") << reached(BootstrapState::Failed, 0) << "dx....";
    QTest::newRow("paid") << reached(BootstrapState::Provisioning, 1) << "ddn...";
    QTest::newRow("key made") << reached(BootstrapState::Provisioning, 2) << "ddn...";
    QTest::newRow("key there") << reached(BootstrapState::Provisioning, 3) << "dddn..";
    QTest::newRow("no machine") << reached(BootstrapState::Failed, 3) << "dddx..";
    QTest::newRow("ready") << reached(BootstrapState::Ready, 6) << "dddddd";
    NodeStory full = reached(BootstrapState::Provisioning, 3);
    full.job.spec.volumeGb = 100;
    full.things = {{CloudKind::TailnetKey, {}, Millis(9)}};
    QTest::newRow("with tailnet and volume") << full << "dddn....";
    NodeStory going = reached(BootstrapState::Ready, 6);
    going.job.destroyedAt = Millis(20);
    going.job.atWork = true;
    QTest::newRow("going down") << going << "ddddddn";
    going.job.atWork = false;
    QTest::newRow("gone") << going << "ddddddd";
}

void tst_NodesPage::stages()
{
    QFETCH(NodeStory, story);
    QFETCH(QString, dots);
    QString found;
    for (const Stage &stage : stagesOf(story))
        found += QLatin1Char("dn.x"[static_cast<int>(stage.state)]);
    QCOMPARE(found, dots);
}

void tst_NodesPage::looks_data()
{
    QTest::addColumn<BootstrapJob>("job");
    QTest::addColumn<QString>("word");
    BootstrapJob job;
    QTest::newRow("ordered") << job << "awaits payment";
    job.state = BootstrapState::Failed;
    QTest::newRow("never paid") << job << "not paid";
    job.paidAt = Millis(1);
    QTest::newRow("failed") << job << "failed";
    job.state = BootstrapState::Provisioning;
    QTest::newRow("in the making") << job << "provisioning";
    job.state = BootstrapState::Ready;
    QTest::newRow("ready") << job << "ready";
    job.destroyedAt = Millis(2);
    job.atWork = true;
    QTest::newRow("going down") << job << "taking down";
    job.atWork = false;
    QTest::newRow("gone") << job << "destroyed";
}

void tst_NodesPage::looks()
{
    QFETCH(BootstrapJob, job);
    QFETCH(QString, word);
    QCOMPARE(lookOf(job).word, word);
}

void tst_NodesPage::keyWords_data()
{
    QTest::addColumn<BootstrapJob>("job");
    QTest::addColumn<QString>("words");
    BootstrapJob job;
    QTest::newRow("none") << job << "not made yet";
    job.sshPublicKey = "ssh-rsa AAAA";
    QTest::newRow("erased") << job << "erased";
    job.keyKept = true;
    QTest::newRow("kept") << job << "until the customer fetches it";
    job.keyDeliveredAt = Millis(1);
    QTest::newRow("delivered") << job << "kept a while longer";
    job.keyKept = false;
    QTest::newRow("delivered and erased") << job << "and erased here";
    job.ownKey = true;
    QTest::newRow("own") << job << "the customer's own";
}

void tst_NodesPage::keyWords()
{
    QFETCH(BootstrapJob, job);
    QFETCH(QString, words);
    QVERIFY2(keyWordsOf(job).contains(words), qPrintable(keyWordsOf(job)));
}

void tst_NodesPage::followsAnOrder()
{
    NodesPage page(m_test->context());
    page.show();
    QTRY_COMPARE(page.nodes()->model()->total(), 0);
    const BootstrapJob job = house().orderNode();
    QTRY_COMPARE(page.nodes()->model()->rowCount(), 1);
    const NodeDetail *detail = open(page, job.id);
    QVERIFY(detail);
    QVERIFY(detail->invoice()->isVisible());
    QCOMPARE(detail->invoice()->code()->payload(),
             QStringLiteral("LIGHTNING:") + job.paymentRequest.toUpper());
    QVERIFY(detail->simulated()->isVisible());
    QVERIFY(!detail->actions()->destroyButton()->isVisible()); // nothing is there yet
    QVERIFY(!detail->actions()->retryButton()->isVisible());

    house().pay(job.paymentHash);
    QTRY_COMPARE(page.nodes()->model()->find(job.id)->state, BootstrapState::Ready);
    QCOMPARE(page.nodes()->table()->selectedKeys(), QStringList{job.id});
    QCOMPARE(page.nodes()->detail(), detail);
    const auto allDone = [detail] {
        const auto &stages = detail->timeLine()->stages();
        return std::all_of(stages.begin(), stages.end(), [](const Stage &stage) {
            return stage.state == Stage::State::Done && stage.at.has_value();
        });
    };
    QTRY_VERIFY(allDone());
    QVERIFY(!detail->invoice()->isVisible());
    const QString address = node(job.id).nodeIp;
    QVERIFY(!address.isEmpty());
    QCOMPARE(detail->reach()->text(QStringLiteral("SSH")), QStringLiteral("ssh root@") + address);
    QTRY_VERIFY(detail->reach()->text(QStringLiteral("SSH port")).startsWith(QLatin1String("has answered")));
    QTRY_VERIFY(
        detail->reach()->text(QStringLiteral("LNbits port")).startsWith(QLatin1String("has answered")));
    QVERIFY(!detail->reach()->text(QStringLiteral("Tailnet name")).isEmpty());
    QVERIFY(detail->things()->text(QStringLiteral("Droplet")).startsWith(node(job.id).dropletId));
    QVERIFY(detail->facts()->text(QStringLiteral("Costs us")).endsWith(QLatin1String("USD a month")));
}

void tst_NodesPage::filtersByStateAndKey()
{
    const PubKey customer = house().addMember(3);
    const QString bought = buy({}, customer);
    house().orderNode();
    QVERIFY(comesTo(bought, BootstrapState::Ready));
    NodesPage page(m_test->context());
    page.show();
    const NodeModel *model = page.nodes()->model();
    QTRY_COMPARE(model->rowCount(), 2);
    page.open(QStringLiteral("ready"));
    QTRY_COMPARE(model->rowCount(), 1);
    QCOMPARE(model->row(0).id, bought);
    page.open(QStringLiteral("nodes:provisioning"));
    QTRY_COMPARE(model->rowCount(), 0);
    page.open(QStringLiteral("nodes:awaiting_payment"));
    QTRY_COMPARE(model->rowCount(), 1);
    QVERIFY(model->row(0).id != bought);
    page.open(QStringLiteral("nodes:ready"));
    page.nodes()->table()->filterBox()->setText(QString::fromLatin1(toNpub(TowerHouse::key(4))));
    QTRY_COMPARE(model->rowCount(), 0);
    page.open(customer.text());
    QTRY_COMPARE(model->rowCount(), 1);
    QCOMPARE(model->raw(0, 3), QString::fromLatin1(toNpub(customer)));
}

void tst_NodesPage::opensByItsId()
{
    const QString id = house().orderNode().id;
    NodesPage page(m_test->context());
    page.show();
    page.tabs()->setCurrentIndex(1);
    page.open(id);
    QTRY_VERIFY(page.nodes()->detail() && page.nodes()->detail()->id() == id);
    QVERIFY(page.nodes()->isVisible());
    page.nodes()->table()->filterBox()->setText(QStringLiteral("5b1f6a1e-0000-4000-8000-000000000000"));
    const auto said = [&page] {
        const auto messages = page.findChildren<InlineMessage *>();
        return std::any_of(messages.begin(), messages.end(), [](const InlineMessage *message) {
            return message->isVisible() && message->text().contains(QLatin1String("no node"));
        });
    };
    QTRY_VERIFY(said());
}

void tst_NodesPage::neverShowsThePrivateKey()
{
    const BootstrapJob job = house().await([](Services &s) { return s.bootstrap.create(NodeRequest{}); }).job;
    house().pay(job.paymentHash);
    QTRY_COMPARE_WITH_TIMEOUT(node(job.id).state, BootstrapState::Ready, 60'000); // the key takes seconds
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, job.id);
    QVERIFY(detail);
    QVERIFY(detail->facts()->text(QStringLiteral("Its key")).contains(QLatin1String("kept, sealed")));
    house().ask([job](Services &s) {
        return s.bootstrap.deliverKey(*s.bootstrap.find(job.id)).privateKey.has_value();
    });
    QTRY_VERIFY(detail->facts()->text(QStringLiteral("Its key")).startsWith(QLatin1String("delivered")));
    const QString pem = QStringLiteral("PRIVATE KEY");
    for (const auto *label : page.findChildren<QLabel *>())
        QVERIFY(!label->text().contains(pem) && !label->toolTip().contains(pem));
    for (const auto *text : page.findChildren<QPlainTextEdit *>())
        QVERIFY(!text->toPlainText().contains(pem));
    for (int i = 0; i < page.nodes()->model()->columnCount(); ++i)
        QVERIFY(!page.nodes()->model()->raw(0, i).contains(pem));
}

void tst_NodesPage::paysARefundToAnInvoice()
{
    const QString id = failed();
    QVERIFY(!id.isEmpty());
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    QVERIFY(!detail->facts()->text(QStringLiteral("What failed")).isEmpty());
    RefundForm *form = detail->refund()->form();
    QTRY_VERIFY(form->isVisible());
    QVERIFY(!detail->refund()->toAddress()->isVisible()); // there is none
    const Sats owed = node(id).refundAmount;
    QCOMPARE(owed, node(id).amount);
    form->field()->setText(house().someInvoice(owed));
    QTRY_VERIFY2(form->button()->isEnabled(), qPrintable(form->message()->text()));
    QTest::mouseClick(form->button(), Qt::LeftButton);
    QTRY_COMPARE(node(id).refundState, RefundState::Paid);
    QTRY_VERIFY(!form->field()->isVisible());
    QCOMPARE(node(id).state, BootstrapState::Failed);
    QTRY_COMPARE(page.nodes()->model()->find(id)->refundState, RefundState::Paid);
}

void tst_NodesPage::paysARefundToTheAddress()
{
    house().on([this] { house().wallet().setBehaviour(SimulatedWallet::Behaviour::PayFails); });
    const QString id = failed(QStringLiteral("alice@example.com"));
    QVERIFY(!id.isEmpty());
    QTRY_COMPARE(node(id).refundState, RefundState::Pending);
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    const NodeRefund *refund = detail->refund();
    QTRY_VERIFY(refund->toAddress()->isVisible());
    QVERIFY(refund->toAddress()->text().contains(QLatin1String("alice@example.com")));
    QTest::mouseClick(refund->toAddress(), Qt::LeftButton);
    QVERIFY(refund->confirmBar()->isVisible());
    QVERIFY(refund->confirmBar()->question().contains(words::amount(node(id).refundAmount)));
    QCOMPARE(node(id).refundState, RefundState::Pending); // not before the button
    house().on([this] { house().wallet().setBehaviour(SimulatedWallet::Behaviour::Normal); });
    refund->confirmBar()->confirm();
    QTRY_COMPARE(node(id).refundState, RefundState::Paid);
    QTRY_VERIFY(refund->message()->text().startsWith(QLatin1String("Paid back")));
    QTRY_VERIFY(!refund->toAddress()->isVisible());
}

void tst_NodesPage::saysWhatIsLeftAfterAFailure()
{
    fault(Cloud::Call::Remove, Cloud::Fault::Unavailable);
    const QString id = failed();
    QVERIFY(!id.isEmpty());
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    const auto left = [detail] { return detail->things()->text(QStringLiteral("Left there")); };
    QTRY_VERIFY2(left().contains(QLatin1String("removal is tried")), qPrintable(left()));
    QVERIFY(left().contains(QLatin1String("key")));
    QCOMPARE(detail->timeLine()->stages().back().state, Stage::State::Next);
    const auto &stages = detail->timeLine()->stages();
    QVERIFY(std::any_of(stages.begin(), stages.end(),
                        [](const Stage &stage) { return stage.state == Stage::State::Failed; }));
    fault(Cloud::Call::Remove, Cloud::Fault::None);
    QTRY_VERIFY(detail->actions()->retryButton()->isVisible());
    detail->actions()->retry();
    QTRY_COMPARE(left(), QStringLiteral("nothing"));
    QTRY_VERIFY(!detail->actions()->retryButton()->isVisible());
}

void tst_NodesPage::destroysWhatIsNamed()
{
    const QString id = buy();
    QVERIFY(comesTo(id, BootstrapState::Ready));
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    const NodeActions *actions = detail->actions();
    ConfirmBar *bar = actions->confirmBar();
    QTRY_VERIFY(actions->destroyButton()->isVisible());
    actions->reason()->setText(QStringLiteral("its time is over"));
    QTest::mouseClick(actions->destroyButton(), Qt::LeftButton);
    QVERIFY(bar->isVisible());
    QVERIFY(bar->question().contains(id.left(8)));
    QCOMPARE(bar->button()->text(), QStringLiteral("Destroy this node"));
    QVERIFY(!bar->button()->isEnabled());
    bar->field()->setText(id.left(7));
    QVERIFY(!bar->button()->isEnabled());
    bar->confirm();
    bar->field()->setText(id.left(8));
    QVERIFY(bar->button()->isEnabled());
    QVERIFY(!node(id).destroyedAt);
    QTest::mouseClick(bar->button(), Qt::LeftButton);
    QTRY_VERIFY(node(id).destroyedAt && !node(id).atWork);
    QTRY_COMPARE(lookOf(*page.nodes()->model()->find(id)).word, QStringLiteral("destroyed"));
    QTRY_VERIFY(!actions->destroyButton()->isVisible());
    QTRY_COMPARE(detail->things()->text(QStringLiteral("Left there")), QStringLiteral("nothing"));
    QCOMPARE(detail->timeLine()->stages().back().name, QStringLiteral("Taken down"));
    const auto told = house().ask([id](Services &s) {
        ActivityFilter filter;
        filter.subject = id;
        return s.activity.list(filter, {10, {}}).items;
    });
    QVERIFY(std::any_of(told.begin(), told.end(), [](const auto &row) {
        return row.entry.action == QLatin1String("node.destroy") &&
               row.entry.actor == QLatin1String("admin:console") &&
               row.entry.reason == QLatin1String("its time is over");
    }));
}

void tst_NodesPage::endsOneInTheMaking()
{
    fault(Cloud::Call::CreateDroplet, Cloud::Fault::Unavailable);
    const QString id = buy();
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    detail->actions()->askToDestroy();
    ConfirmBar *bar = detail->actions()->confirmBar();
    QVERIFY(bar->question().contains(QLatin1String("is owed back")));
    bar->field()->setText(id.left(8));
    bar->confirm();
    QTRY_COMPARE(node(id).state, BootstrapState::Failed);
    QTRY_COMPARE(node(id).refundState, RefundState::Pending);
    QTRY_VERIFY(detail->refund()->form()->isVisible());
}

void tst_NodesPage::triesAgainNow()
{
    fault(Cloud::Call::UploadKey, Cloud::Fault::Unavailable, 1);
    const QString id = buy();
    NodesPage page(m_test->context());
    page.show();
    const NodeDetail *detail = open(page, id);
    QVERIFY(detail);
    const NodeActions *actions = detail->actions();
    QTRY_VERIFY(actions->retryButton()->isVisible());
    QTest::mouseClick(actions->retryButton(), Qt::LeftButton);
    QTRY_COMPARE(node(id).state, BootstrapState::Ready);
    QTRY_VERIFY(!actions->retryButton()->isVisible());
}

QTEST_MAIN(tst_NodesPage)
#include "tst_NodesPage.moc"
