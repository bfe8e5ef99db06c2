// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nostr/Nip19.h"
#include "tests/ui/PageTest.h"
#include "ui/widgets/Chart.h"
#include "ui/widgets/ConfirmBar.h"
#include "ui/widgets/DataTable.h"
#include "ui/widgets/Facts.h"
#include "ui/widgets/FilterBox.h"
#include "ui/widgets/Labels.h"
#include "ui/widgets/QrCode.h"
#include "ui/zaps/EngagementView.h"
#include "ui/zaps/EventDetail.h"
#include "ui/zaps/EventsView.h"
#include "ui/zaps/IdentityCard.h"
#include "ui/zaps/ZapDays.h"
#include "ui/zaps/ZapDetail.h"
#include "ui/zaps/ZapForm.h"
#include "ui/zaps/ZapRemedy.h"
#include "ui/zaps/ZapsPage.h"
#include "ui/zaps/ZapsView.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>

using namespace tower;

namespace {

const QString address = QStringLiteral("member@example.org");

} // namespace

class tst_ZapsPage : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_test = std::make_unique<PageTest>();
        m_member = m_test->house.addMember(1, address);
    }
    void cleanup() { m_test.reset(); }

    void sendsOnlyWhatWasPreviewed();
    void anInvoiceHasItsOwnAmount();
    void aBadOrderIsExplained();
    void theCeilingStopsASend();
    void listsAndFilters();
    void tellsTheStory();
    void triesAFailedZapAgain();
    void asksTheWalletAboutAnUnknownZap();
    void settlesAnUnknownZapByHand();
    void totalsByDay();
    void showsTheEventLog();
    void sendsALoggedEvent();
    void neverOffersToSendAZapRequest();
    void engagementIsOffAtFirst();
    void changesAndSendsAMessage();
    void keepsAnEditWhileOthersChangeThings();
    void skipsMessages();
    void theIdentityCard();
    void opensWhatIsJumpedTo();

private:
    [[nodiscard]] TowerHouse &house() const { return m_test->house; }
    /// Sats in the wallet.
    void fund() { house().openSession(Sats(5'000)); }
    Zap zap(SimulatedWallet::Behaviour behaviour = SimulatedWallet::Behaviour::Normal, Sats amount = Sats(21))
    {
        house().on([this, behaviour] { house().wallet().setBehaviour(behaviour); });
        const ZapsByHand::Order order{QString::fromLatin1(toNpub(m_member)), amount,
                                      QStringLiteral("thanks")};
        const Zap sent = house().await(
            [order](Services &s) { return s.zapsByHand.send(order, QStringLiteral("admin:test")); });
        house().on([this] { house().wallet().setBehaviour(SimulatedWallet::Behaviour::Normal); });
        return sent;
    }
    [[nodiscard]] Zap now(const QString &id)
    {
        return house().ask([id](Services &s) { return *s.zaps.find(id); });
    }
    std::vector<Zap> all()
    {
        return house().ask([](Services &s) { return s.zaps.list({}, {100, {}}).items; });
    }
    void set(Setting setting, const QString &value)
    {
        house().ask([setting, value](Services &s) {
            s.settings.setSaved(setting, value);
            return 0;
        });
    }
    /// Engagement is on, and a run has proposed a message to each member.
    void propose()
    {
        set(Setting::EngagementIntervalDays, QStringLiteral("7"));
        house().ask([this](Services &s) {
            s.engagement.start();
            house().clock().advance(days(21));
            s.engagement.poll();
            return 0;
        });
        QTRY_VERIFY(house().ask([](Services &s) {
            return !s.engagement.list({}, {10, {}}).items.empty() && !s.engagement.isRunning();
        }));
    }
    std::vector<EngagementMessage> messages()
    {
        return house().ask([](Services &s) { return s.engagement.list({}, {10, {}}).items; });
    }
    static int rows(DataTable *table) { return table->view()->model()->rowCount(); }

    std::unique_ptr<PageTest> m_test;
    PubKey m_member;
};

void tst_ZapsPage::sendsOnlyWhatWasPreviewed()
{
    fund();
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("send"));
    ZapForm *form = page.form();
    QVERIFY(!form->previewButton()->isEnabled());
    QVERIFY(!form->sendButton()->isEnabled());
    form->recipient()->setText(QString::fromLatin1(toNpub(m_member)));
    form->amount()->setValue(50);
    form->comment()->setText(QStringLiteral("well done"));
    QVERIFY(!form->sendButton()->isEnabled()); // not before the preview
    form->send();
    QTest::mouseClick(form->previewButton(), Qt::LeftButton);
    QTRY_VERIFY(form->sendButton()->isEnabled());
    QCOMPARE(form->preview()->text(QStringLiteral("Address")), address);
    QCOMPARE(form->preview()->text(QStringLiteral("Amount")), words::amount(Sats(50)));
    QVERIFY(form->preview()->text(QStringLiteral("For the way")).contains(words::amount(Sats(2))));
    QVERIFY(form->preview()->text(QStringLiteral("As")).startsWith(QLatin1String("a zap")));
    QVERIFY(form->sendButton()->text().contains(words::amount(Sats(50))));
    QVERIFY(all().empty()); // a preview writes nothing

    form->amount()->setValue(51);
    QVERIFY(!form->sendButton()->isEnabled());
    QTest::keyClick(form->recipient(), Qt::Key_Return);
    QTRY_VERIFY(form->sendButton()->isEnabled());
    QTest::mouseClick(form->sendButton(), Qt::LeftButton);
    QVERIFY(!form->sendButton()->isEnabled()); // one click, one zap
    QTRY_COMPARE(form->message()->tone(), Tone::Good);
    QCOMPARE(all().size(), std::size_t(1));
    QCOMPARE(all()[0].amount, Sats(51));
    QCOMPARE(all()[0].comment, QStringLiteral("well done"));
    QCOMPARE(all()[0].state, ZapState::Paid);
    QVERIFY(all()[0].simulated);
    QVERIFY(form->recipient()->text().isEmpty());
    QTest::mouseClick(PageTest::buttonWith(form, QStringLiteral("Show")), Qt::LeftButton);
    QTRY_VERIFY(page.zaps()->detail());
    QCOMPARE(page.tabs()->currentWidget(), page.zaps());
}

void tst_ZapsPage::anInvoiceHasItsOwnAmount()
{
    fund();
    ZapsPage page(m_test->context());
    page.show();
    ZapForm *form = page.form();
    form->recipient()->setText(house().someInvoice(Sats(33)));
    QVERIFY(!form->amount()->isEnabled());
    form->look();
    QTRY_VERIFY(form->sendButton()->isEnabled());
    QCOMPARE(form->preview()->text(QStringLiteral("Amount")), words::amount(Sats(33)));
    QCOMPARE(form->preview()->text(QStringLiteral("As")), QStringLiteral("a plain payment"));
    form->send();
    QTRY_COMPARE(form->message()->tone(), Tone::Good);
    QCOMPARE(all()[0].amount, Sats(33));
}

void tst_ZapsPage::aBadOrderIsExplained()
{
    ZapsPage page(m_test->context());
    page.show();
    ZapForm *form = page.form();
    const PubKey stranger = house().addMember(2);
    for (const QString &wrong : {QStringLiteral("nobody at all"), QString::fromLatin1(toNpub(stranger))}) {
        form->recipient()->setText(wrong);
        form->look();
        const auto explained = [form] {
            const auto messages = form->findChildren<InlineMessage *>();
            return std::any_of(messages.begin(), messages.end(), [](const InlineMessage *message) {
                return !message->isHidden() && message->tone() == Tone::Bad;
            });
        };
        QTRY_VERIFY(explained());
        QCOMPARE(form->recipient()->text(), wrong); // nothing is lost
        QVERIFY(!form->sendButton()->isEnabled());
    }
}

void tst_ZapsPage::theCeilingStopsASend()
{
    fund();
    set(Setting::ZapMaxSatsPerDay, QStringLiteral("10"));
    ZapsPage page(m_test->context());
    page.show();
    ZapForm *form = page.form();
    form->recipient()->setText(QString::fromLatin1(toNpub(m_member)));
    form->look();
    QTRY_COMPARE(form->preview()->text(QStringLiteral("Amount")), words::amount(Sats(21)));
    QVERIFY(!form->sendButton()->isEnabled());
    form->send();
    QVERIFY(all().empty());
}

void tst_ZapsPage::listsAndFilters()
{
    fund();
    const Zap paid = zap();
    const Zap unknown = zap(SimulatedWallet::Behaviour::PayUnknownNotPaid);
    QCOMPARE(unknown.state, ZapState::Unknown);
    ZapsPage page(m_test->context());
    page.show();
    ZapsView *view = page.zaps();
    QTRY_COMPARE(view->model()->rowCount(), 2);
    page.open(QStringLiteral("zaps:unknown"));
    QTRY_COMPARE(view->model()->rowCount(), 1);
    QCOMPARE(view->model()->key(0), unknown.id);
    page.open(QStringLiteral("zaps:paid"));
    QTRY_VERIFY(view->model()->rowCount() == 1 && view->model()->key(0) == paid.id);
    page.open(house().addMember(9).text()); // who got none
    QTRY_COMPARE(view->model()->rowCount(), 0);
    page.open(m_member.text());
    QTRY_COMPARE(view->model()->rowCount(), 1);
    const Zap another = zap(); // live
    QTRY_COMPARE(view->model()->rowCount(), 2);
    QVERIFY(view->model()->find(another.id));
}

void tst_ZapsPage::tellsTheStory()
{
    fund();
    const Zap paid = zap();
    ZapsPage page(m_test->context());
    page.show();
    page.zaps()->showDetail(paid.id);
    QTRY_VERIFY(page.zaps()->detail());
    ZapDetail *detail = page.zaps()->detail();
    QCOMPARE(detail->facts()->text(QStringLiteral("Amount")), words::amount(Sats(21)));
    QCOMPARE(detail->facts()->text(QStringLiteral("Address")), address);
    QCOMPARE(detail->facts()->text(QStringLiteral("Comment")), QStringLiteral("thanks"));
    for (const Stage &stage : detail->timeLine()->stages())
        QCOMPARE(stage.state, Stage::State::Done);
    QVERIFY(detail->request()->text().contains(QLatin1String("9734")));
    QVERIFY(detail->request()->text().contains(m_member.text()));
    QVERIFY(!detail->payment()->text(QStringLiteral("Payment hash")).isEmpty());
    QVERIFY(detail->remedy()->isHidden()); // nothing to do
    QTest::mouseClick(PageTest::buttonWith(detail, QStringLiteral("Show the payment")), Qt::LeftButton);
    QCOMPARE(m_test->gone.last(), (std::pair{QStringLiteral("books"), paid.paymentHash->text()}));
}

void tst_ZapsPage::triesAFailedZapAgain()
{
    const Zap failed = zap(); // out of an empty wallet
    QCOMPARE(failed.state, ZapState::Failed);
    fund();
    ZapsPage page(m_test->context());
    page.show();
    page.zaps()->showDetail(failed.id);
    QTRY_VERIFY(page.zaps()->detail());
    ZapRemedy *remedy = page.zaps()->detail()->remedy();
    QVERIFY(!remedy->isHidden());
    QVERIFY(remedy->preview().contains(words::amount(Sats(21)))); // money has a preview
    QVERIFY(remedy->preview().contains(words::amount(Sats(2))));
    remedy->reason()->setText(QStringLiteral("the wallet was filled"));
    QTest::mouseClick(remedy->retryButton(), Qt::LeftButton);
    QVERIFY(!remedy->retryButton()->isEnabled());
    QTRY_COMPARE(now(failed.id).state, ZapState::Paid);
    QTRY_COMPARE(remedy->message()->tone(), Tone::Good);
    QTRY_COMPARE(page.zaps()->model()->find(failed.id)->state, ZapState::Paid);
    QVERIFY(!remedy->retryButton()->isVisible());
}

void tst_ZapsPage::asksTheWalletAboutAnUnknownZap()
{
    fund();
    const Zap unknown = zap(SimulatedWallet::Behaviour::PayUnknownButPaid);
    QCOMPARE(unknown.state, ZapState::Unknown);
    ZapsPage page(m_test->context());
    page.show();
    page.zaps()->showDetail(unknown.id);
    QTRY_VERIFY(page.zaps()->detail());
    ZapRemedy *remedy = page.zaps()->detail()->remedy();
    QVERIFY(remedy->askButton()->isVisible());
    QVERIFY(!remedy->retryButton()->isVisible()); // never a second time
    QVERIFY(!remedy->paidButton()->isEnabled());
    QTest::mouseClick(remedy->askButton(), Qt::LeftButton);
    QTRY_COMPARE(now(unknown.id).state, ZapState::Paid);
    QTRY_COMPARE(remedy->message()->tone(), Tone::Good);
}

void tst_ZapsPage::settlesAnUnknownZapByHand()
{
    fund();
    const Zap unknown = zap(SimulatedWallet::Behaviour::PayUnknownNotPaid);
    house().on([this] { house().clock().advance(seconds(600)); }); // nobody holds it any more
    ZapsPage page(m_test->context());
    page.show();
    page.zaps()->showDetail(unknown.id);
    QTRY_VERIFY(page.zaps()->detail());
    ZapRemedy *remedy = page.zaps()->detail()->remedy();
    remedy->askToSettle(false);
    QVERIFY(page.zaps()->confirmBar()->isHidden()); // not without saying how one knows
    remedy->reason()->setText(QStringLiteral("the node has no such payment"));
    QTest::mouseClick(remedy->failedButton(), Qt::LeftButton);
    QVERIFY(page.zaps()->confirmBar()->question().contains(QLatin1String("1 zap")));
    QCOMPARE(now(unknown.id).state, ZapState::Unknown);
    page.zaps()->confirmBar()->confirm();
    QTRY_COMPARE(now(unknown.id).state, ZapState::Failed);
    QTRY_VERIFY(remedy->retryButton()->isVisible());
}

void tst_ZapsPage::totalsByDay()
{
    fund();
    zap(SimulatedWallet::Behaviour::Normal, Sats(30));
    zap(SimulatedWallet::Behaviour::PayUnknownNotPaid, Sats(7));
    house().on([this] { house().clock().advance(days(1)); });
    zap(SimulatedWallet::Behaviour::Normal, Sats(12));
    ZapsPage page(m_test->context());
    page.show();
    auto *model = static_cast<TableModel *>(page.days()->table()->view()->model());
    model->setNow([] { return TowerHouse::start + days(1); });
    page.days()->span()->setCurrentIndex(page.days()->span()->findData(7));
    const ChartData &data = page.days()->chart()->data();
    QTRY_VERIFY(data.points.size() == 7 && data.series[0].values.back() == 12);
    QCOMPARE(data.series[0].values[5], 30);
    QCOMPARE(data.series[1].values[5], 7);
    QTRY_COMPARE(model->rowCount(), 7);
    QCOMPARE(model->raw(0, 1), QStringLiteral("12")); // the newest day first, the same numbers
    QCOMPARE(model->raw(1, 1), QStringLiteral("30"));
    QCOMPARE(model->raw(1, 2), QStringLiteral("7"));
    page.days()->chart()->setCurrent(5);
    emit page.days()->chart()->currentChanged(5);
    QCOMPARE(page.days()->table()->currentKey(), model->key(1));
}

void tst_ZapsPage::showsTheEventLog()
{
    fund();
    zap();
    const EventId note = house().sign("hello", QStringLiteral("engagement"));
    ZapsPage page(m_test->context());
    page.show();
    EventsView *view = page.events();
    QTRY_COMPARE(view->model()->rowCount(), 2);
    page.open(QStringLiteral("events:zap_request"));
    QTRY_COMPARE(view->model()->rowCount(), 1);
    QCOMPARE(view->model()->row(0).recipient, std::optional(m_member));
    page.open(note.text()); // an id that looks like a key
    QTRY_COMPARE(page.tabs()->currentWidget(), view);
    QTRY_VERIFY(view->detail());
    QVERIFY(view->detail()->raw().contains(QLatin1String("hello")));
    QVERIFY(view->detail()->raw().contains(note.text()));
}

void tst_ZapsPage::sendsALoggedEvent()
{
    const EventId note = house().sign("hello", QStringLiteral("engagement"));
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("events"));
    EventsView *view = page.events();
    view->showDetail(note.text());
    QTRY_VERIFY(view->detail());
    QPushButton *send = view->detail()->sendButton();
    QVERIFY(!send->isHidden());
    const auto state = [&] {
        return house().ask([note](Services &s) { return s.eventLog.find(note)->publishState; });
    };
    const auto saysWhy = [&page] {
        const auto messages = page.findChildren<InlineMessage *>();
        return std::any_of(messages.begin(), messages.end(), [](const InlineMessage *message) {
            return message->isVisible() && message->text().contains(QLatin1String("NOSTR_RELAY_URL"));
        });
    };
    QTest::mouseClick(send, Qt::LeftButton);
    view->confirmBar()->confirm();
    QTRY_VERIFY(saysWhy()); // there is no relay
    QCOMPARE(state(), PublishState::None);

    set(Setting::NostrRelayUrl, QStringLiteral("ws://127.0.0.1:9"));
    QTest::mouseClick(send, Qt::LeftButton);
    QVERIFY(view->confirmBar()->question().contains(QLatin1String("1 event")));
    QCOMPARE(state(), PublishState::None);
    view->confirmBar()->confirm();
    QTRY_COMPARE(state(), PublishState::Waiting);
    QTRY_VERIFY(send->isHidden());
}

void tst_ZapsPage::neverOffersToSendAZapRequest()
{
    fund();
    const Zap paid = zap();
    ZapsPage page(m_test->context());
    page.show();
    page.events()->showDetail(paid.requestEventId->text());
    QTRY_VERIFY(page.events()->detail());
    QVERIFY(page.events()->detail()->sendButton()->isHidden());
}

void tst_ZapsPage::engagementIsOffAtFirst()
{
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("engagement"));
    QTRY_VERIFY(page.engagement()->nextRun().startsWith(QLatin1String("Off")));
    set(Setting::EngagementIntervalDays, QStringLiteral("7"));
    house().on([this] { house().clock().advance(days(21)); });
    page.engagement()->reload();
    QTRY_VERIFY(page.engagement()->nextRun().contains(QLatin1String("1 member")));
    QVERIFY(page.engagement()->nextRun().contains(QLatin1String("approval")));
    QTRY_COMPARE(rows(page.engagement()->recipients()), 1);
}

void tst_ZapsPage::changesAndSendsAMessage()
{
    propose();
    const EngagementMessage before = messages().at(0);
    QCOMPARE(before.state, EngagementState::Proposed);
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("engagement"));
    EngagementView *view = page.engagement();
    QTRY_COMPARE(view->model()->rowCount(), 1);
    view->showDetail(before.id);
    QTRY_VERIFY(view->detail());
    MessageDetail *detail = view->detail();
    QVERIFY(!detail->saveButton()->isEnabled());
    detail->editor()->setPlainText(QStringLiteral("my own words"));
    QTest::mouseClick(detail->saveButton(), Qt::LeftButton);
    QTRY_COMPARE(messages().at(0).text, QStringLiteral("my own words"));
    QTRY_VERIFY(!detail->saveButton()->isEnabled());

    detail->editor()->setPlainText(QStringLiteral("better words")); // sent as they stand
    QTest::mouseClick(detail->sendButton(), Qt::LeftButton);
    QVERIFY(view->confirmBar()->question().contains(QLatin1String("1 message")));
    QCOMPARE(messages().at(0).state, EngagementState::Proposed);
    view->confirmBar()->confirm();
    QTRY_COMPARE(messages().at(0).state, EngagementState::Sent);
    QCOMPARE(messages().at(0).text, QStringLiteral("better words"));
    QTRY_VERIFY(detail->editor()->isReadOnly());
    QVERIFY(!detail->sendButton()->isVisible());
    QTRY_COMPARE(page.events()->model()->rowCount(), 1); // the event log shows it at once
}

void tst_ZapsPage::keepsAnEditWhileOthersChangeThings()
{
    house().addMember(2);
    propose();
    QCOMPARE(messages().size(), std::size_t(2));
    const QString first = messages().at(0).id;
    const QString second = messages().at(1).id;
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("engagement"));
    EngagementView *view = page.engagement();
    QTRY_COMPARE(view->model()->rowCount(), 2);
    const auto shows = [view](const QString &id) { return view->detail() && view->detail()->id() == id; };
    view->showDetail(first);
    QTRY_VERIFY(shows(first));
    view->detail()->editor()->setPlainText(QStringLiteral("half a thou"));
    view->showDetail(second); // to look at another one
    QTRY_VERIFY(shows(second));
    view->showDetail(first);
    QTRY_VERIFY(shows(first));
    QCOMPARE(view->detail()->text(), QStringLiteral("half a thou"));

    const EngagementMessage was = house().ask([first](Services &s) { return *s.engagement.find(first); });
    house().ask([was](Services &s) {
        return s.engagement.edit(was.id, was.text, QStringLiteral("another operator's"),
                                 QStringLiteral("admin:other"));
    });
    QTRY_COMPARE(view->model()->find(first)->text, QStringLiteral("another operator's"));
    QCOMPARE(view->detail()->text(), QStringLiteral("half a thou"));
    const auto text = [this, first] {
        return house().ask([first](Services &s) { return s.engagement.find(first)->text; });
    };
    const auto toldOf = [&page] {
        const auto all = page.findChildren<InlineMessage *>();
        return std::any_of(all.begin(), all.end(), [](const InlineMessage *message) {
            return message->isVisible() && message->tone() == Tone::Bad;
        });
    };
    emit view->detail()->saveAsked(); // what they wrote is not lost unseen
    QTRY_VERIFY(toldOf());
    QCOMPARE(text(), QStringLiteral("another operator's"));
    emit view->detail()->saveAsked();
    QTRY_COMPARE(text(), QStringLiteral("half a thou"));
}

void tst_ZapsPage::skipsMessages()
{
    house().addMember(2);
    propose();
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("engagement"));
    EngagementView *view = page.engagement();
    QTRY_COMPARE(view->model()->rowCount(), 2);
    view->askToSkip({messages().at(0).id, messages().at(1).id});
    QVERIFY(view->confirmBar()->question().contains(QLatin1String("2 message")));
    view->confirmBar()->confirm();
    const auto skipped = [this] {
        const auto now = messages();
        return std::all_of(now.begin(), now.end(),
                           [](const EngagementMessage &m) { return m.state == EngagementState::Skipped; });
    };
    QTRY_VERIFY(skipped());
    view->state()->setCurrentIndex(view->state()->findData(QStringLiteral("proposed")));
    QTRY_COMPARE(view->model()->rowCount(), 0);
}

void tst_ZapsPage::theIdentityCard()
{
    fund();
    ZapsPage page(m_test->context());
    page.show();
    IdentityCard *card = page.card();
    const PubKey timmy = house().ask([](Services &s) { return s.timmy; });
    QTRY_COMPARE(card->npub()->npub(), QString::fromLatin1(toNpub(timmy)));
    QTRY_VERIFY(card->zaps().startsWith(QLatin1String("0 ")));
    QTest::mouseClick(card->npub(), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), QString::fromLatin1(toNpub(timmy)));
    zap();
    QTRY_VERIFY(card->zaps().startsWith(QLatin1String("1 ")));
    card->showCode();
    QVERIFY(card->code()->isVisible());
    QVERIFY(card->code()->modules() > 0);
    QVERIFY(card->code()->payload().contains(QString::fromLatin1(toNpub(timmy)), Qt::CaseInsensitive));
}

void tst_ZapsPage::opensWhatIsJumpedTo()
{
    fund();
    const Zap paid = zap();
    ZapsPage page(m_test->context());
    page.show();
    page.open(QStringLiteral("days"));
    QVERIFY(page.days()->isVisible());
    page.open(paid.id);
    QTRY_VERIFY(page.zaps()->detail());
    QCOMPARE(page.zaps()->detail()->id(), paid.id);
    QCOMPARE(page.tabs()->currentWidget(), page.zaps());
    page.open(paid.requestEventId->text());
    QTRY_COMPARE(page.tabs()->currentWidget(), page.events());
    page.open(m_member.text());
    QTRY_COMPARE(page.tabs()->currentWidget(), page.zaps());
    QTRY_COMPARE(page.zaps()->table()->filterBox()->text(), m_member.text());
}

QTEST_MAIN(tst_ZapsPage)
#include "tst_ZapsPage.moc"
